// index/corpus.c
#include "index/corpus.h"

#include <assert.h>

#include "index/universe.h"

bool corpus_is_dead(const CorpusPart *part, uint32_t local_file)
{
    return part->dead && part->dead[local_file];
}

const CorpusPart *corpus_part_of_file(const Corpus *corpus, uint32_t file)
{
    size_t i = corpus->part_count - 1;
    while (corpus->parts[i].first_file > file) i--;
    return &corpus->parts[i];
}

const CorpusPart *corpus_part_of_chunk(const Corpus *corpus, uint32_t chunk)
{
    size_t i = corpus->part_count - 1;
    while (corpus->parts[i].first_chunk > chunk) i--;
    return &corpus->parts[i];
}

const LexFile *corpus_file(const Corpus *corpus, uint32_t file)
{
    const CorpusPart *part = corpus_part_of_file(corpus, file);
    return lex_file(part->lexicon, file - part->first_file);
}

const LexChunk *corpus_chunk(const Corpus *corpus, uint32_t chunk)
{
    const CorpusPart *part = corpus_part_of_chunk(corpus, chunk);
    return lex_chunk(part->lexicon, chunk - part->first_chunk);
}

uint32_t corpus_file_of(const Corpus *corpus, uint32_t chunk)
{
    const CorpusPart *part = corpus_part_of_chunk(corpus, chunk);
    return part->first_file + lex_chunk(part->lexicon, chunk - part->first_chunk)->file;
}

Str corpus_path(const Corpus *corpus, uint32_t file)
{
    const CorpusPart *part = corpus_part_of_file(corpus, file);
    return lexicon_path(part->lexicon, file - part->first_file);
}

uint32_t corpus_lower(const Lexicon *lexicon, Str path)
{
    uint32_t low = 0, high = lexicon->head->files;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (str_cmp(lexicon_path(lexicon, middle), path) < 0) low = middle + 1;
        else high = middle;
    }
    return low;
}

static bool whole_has_path(const CorpusWhole *whole, Str path, bool folder)
{
    size_t low = 0, high = whole->path_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (str_cmp(whole->paths[middle].path, path) < 0) low = middle + 1;
        else high = middle;
    }
    if (low == whole->path_count) return false;
    Str found = whole->paths[low].path;
    return folder ? str_starts(found, path) : str_eq(found, path);
}

bool corpus_has_path(const Corpus *corpus, Str path)
{
    bool folder = str_ends(path, STR("/"));
    if (corpus->whole) return whole_has_path(corpus->whole, path, folder);
    for (size_t i = 0; i < corpus->part_count; i++) {
        const CorpusPart *part = &corpus->parts[i];
        uint32_t file = corpus_lower(part->lexicon, path);
        for (; file < part->lexicon->head->files; file++) {
            Str found = lexicon_path(part->lexicon, file);
            if (folder ? !str_starts(found, path) : !str_eq(found, path)) break;
            if (!corpus_is_dead(part, file)) return true;
        }
    }
    return false;
}

uint32_t corpus_find(const Corpus *corpus, Str path)
{
    for (size_t i = 0; i < corpus->part_count; i++) {
        const CorpusPart *part = &corpus->parts[i];
        uint32_t file = corpus_lower(part->lexicon, path);
        if (file < part->lexicon->head->files && !corpus_is_dead(part, file) &&
            str_eq(lexicon_path(part->lexicon, file), path))
            return part->first_file + file;
    }
    return UINT32_MAX;
}

// Whether a part's paths begin after all of a folder's, or end before them.
static bool is_elsewhere(const Lexicon *lexicon, Str folder)
{
    uint32_t files = lexicon->head->files;
    if (!files) return true;
    Str first = path_folder(lexicon_path(lexicon, 0)), last = lexicon_path(lexicon, files - 1);
    bool before = str_cmp(last, folder) < 0;
    bool behind = str_cmp(first, folder) > 0 && !str_starts(first, folder);
    return folder.len && (before || behind);
}

uint32_t corpus_folder_files(const Corpus *corpus, Str folder)
{
    uint32_t files = 0;
    for (size_t i = 0; i < corpus->part_count; i++) {
        const CorpusPart *part = &corpus->parts[i];
        const Lexicon *lexicon = part->lexicon;
        uint32_t number =
            is_elsewhere(lexicon, folder) ? LEX_NONE : lexicon_folder(lexicon, folder);
        if (number == LEX_NONE) continue;
        files += lex_folder(lexicon, number)->files;
        for (uint32_t file = 0; part->dead && file < lexicon->head->files; file++)
            files -= part->dead[file] && lex_file(lexicon, file)->folder == number;
    }
    return files;
}

// --- statistics ---

uint32_t corpus_all_chunks(const Corpus *corpus)
{
    return corpus->whole ? corpus->whole->chunks : corpus->live_chunks;
}

uint32_t corpus_chunks_with(const Corpus *corpus, Str term, uint32_t found)
{
    const CorpusWhole *whole = corpus->whole;
    if (!whole) return found;
    for (size_t i = 0; i < whole->term_count; i++)
        if (str_eq(whole->terms[i], term)) return MAX(whole->term_chunks[i], found);
    if (!corpus->live_chunks) return found;
    return (uint32_t)((double)found * whole->chunks / corpus->live_chunks); // as everywhere
}

static void subtract_file(const Lexicon *lexicon, const LexFile *file, uint64_t *sums)
{
    for (uint32_t i = 0; i < file->chunk_count; i++) {
        const LexLengths *lengths = lex_lengths(lexicon, file->first_chunk + i);
        for (uint32_t field = 0; field < LEX_FIELDS; field++) sums[field] -= lengths->of[field];
    }
}

static void sum_lengths(Corpus *corpus)
{
    uint64_t sums[LEX_FIELDS] = {0};
    corpus->live_files = corpus->files;
    corpus->live_chunks = corpus->chunks;
    for (size_t i = 0; i < corpus->part_count; i++) {
        const CorpusPart *part = &corpus->parts[i];
        const Lexicon *lexicon = part->lexicon;
        corpus->live_bytes += lexicon->head->bytes;
        for (size_t field = 0; field < LEX_FIELDS; field++)
            sums[field] += lexicon->head->field_terms[field];
        for (uint32_t file = 0; part->dead && file < lexicon->head->files; file++) {
            if (!part->dead[file]) continue;
            subtract_file(lexicon, lex_file(lexicon, file), sums);
            corpus->live_files--;
            corpus->live_bytes -= lex_file(lexicon, file)->bytes;
            corpus->live_chunks -= lex_file(lexicon, file)->chunk_count;
        }
    }
    for (size_t field = 0; field < LEX_FIELDS; field++)
        corpus->average[field] = corpus->live_chunks && sums[field]
                                     ? (float)((double)sums[field] / corpus->live_chunks)
                                     : 1;
}

void corpus_init(Arena *arena, const Lexicon *lexicons, const bool *const *dead, size_t count,
                 Corpus *out)
{
    assert(count && count <= CORPUS_MOST_PARTS);
    CorpusPart *parts = ARENA_ARRAY(arena, CorpusPart, count);
    *out = (Corpus){.parts = parts, .part_count = count};
    for (size_t i = 0; i < count; i++) {
        parts[i] = (CorpusPart){&lexicons[i], dead ? dead[i] : NULL, out->files, out->chunks};
        out->files += lexicons[i].head->files;
        out->chunks += lexicons[i].head->chunks;
    }
    sum_lengths(out);
    if (count != 1 || parts[0].dead || !lexicons[0].indegree) return;
    const uint32_t **indegree = ARENA_NEW(arena, const uint32_t *);
    CorpusUse *use = ARENA_NEW(arena, CorpusUse);
    *indegree = lexicons[0].indegree;
    *use = (CorpusUse){.indegree = indegree, .part_count = 1, .segment = lexicons[0].segment};
    out->use = use;
}
