// index/indegree.c - how many files use what a file defines.
#include "index/corpus.h"

enum { SHORTEST_NAME = 4, MOST_DEFINERS = 2 };

typedef struct Using {
    const CorpusPart *part; // being looked through
    uint32_t *marks;        // by file: one more than the last file that it was counted for
    uint32_t defined_in, count;
    uint32_t *numbers; // by part: what the name is called there
} Using;

static void use(Using *using, uint32_t local)
{
    const CorpusPart *part = using->part;
    uint32_t file = part->first_file + local;
    if (lex_file(part->lexicon, local)->flags & PATH_TEST || corpus_is_dead(part, local)) return;
    if (file == using->defined_in || using->marks[file] == using->defined_in + 1) return;
    using->marks[file] = using->defined_in + 1;
    using->count++;
}

static bool counts(const LexDef *def)
{
    DefClass class = doc_def_class(def->kind, def->declaration);
    return class == CLASS_TYPE || class == CLASS_FUNCTION || class == CLASS_IMPL;
}

// In how many files of a part a name is defined.
static uint32_t count_definers(const CorpusPart *part, uint32_t name)
{
    const Lexicon *lexicon = part->lexicon;
    LexNumbers defs = lexicon_name_defs(lexicon, name);
    uint32_t files = 0, last = LEX_NONE;
    while (files <= MOST_DEFINERS && lex_next_number(&defs)) {
        LexDef def = lex_def(lexicon, defs.value);
        uint32_t file = counts(&def) ? lex_def_file(lexicon, defs.value) : LEX_NONE;
        if (file == LEX_NONE || file == last || corpus_is_dead(part, file)) continue;
        last = file;
        files++;
    }
    return files;
}

// What a name is called in each part, as long as not too many files define it.
static bool find_everywhere(Arena *scratch, const Corpus *corpus, const CorpusPart *home,
                            uint32_t name, uint32_t *numbers)
{
    uint32_t definers = count_definers(home, name);
    if (definers > MOST_DEFINERS) return false;
    Str text = lexicon_name_text(scratch, home->lexicon, name);
    if (text.len < SHORTEST_NAME) return false;
    for (size_t i = 0; i < corpus->part_count && definers <= MOST_DEFINERS; i++) {
        const CorpusPart *part = &corpus->parts[i];
        numbers[i] = part == home ? name : lexicon_name(part->lexicon, text);
        if (part != home && numbers[i] != LEX_NONE) definers += count_definers(part, numbers[i]);
    }
    return definers <= MOST_DEFINERS;
}

static void count_name(Arena *scratch, const Corpus *corpus, const CorpusPart *home, uint32_t name,
                       Using *using)
{
    if (!find_everywhere(scratch, corpus, home, name, using->numbers)) return;
    for (size_t i = 0; i < corpus->part_count; i++) {
        using->part = &corpus->parts[i];
        if (using->numbers[i] == LEX_NONE) continue;
        LexNumbers files = lexicon_name_files(using->part->lexicon, using->numbers[i]);
        while (lex_next_number(&files)) use(using, files.value);
    }
}

uint32_t corpus_count_indegree(const Corpus *corpus, uint32_t *marks, uint32_t file)
{
    const CorpusPart *part = corpus_part_of_file(corpus, file);
    const LexFile *row = corpus_file(corpus, file);
    uint32_t numbers[CORPUS_MOST_PARTS];
    Using using = {.marks = marks, .defined_in = file, .numbers = numbers};
    Arena scratch = {0};
    LexDefs defs = lexicon_defs(part->lexicon, row->first_def, row->def_count);
    while (lex_next_def(&defs)) {
        if (!counts(&defs.def)) continue;
        count_name(&scratch, corpus, part, defs.def.name, &using);
        arena_reset(&scratch);
    }
    arena_fini(&scratch);
    return using.count;
}
