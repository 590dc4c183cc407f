// index/lexicon_pack.c - a builder into sections: what it numbered as it came is numbered by text.
#include "index/corpus.h"
#include "index/lexicon_.h"
#include "index/varint.h"

#include <stdlib.h>

void lexicon_put(LexiconBuilder *builder, LexiconSection id, const void *at, size_t bytes)
{
    builder->sections[id - LEX_SECTION_HEAD] = (SegmentSection){id, {at ? at : "", bytes}};
}

static void put_str(LexiconBuilder *builder, LexiconSection id, Str bytes)
{
    lexicon_put(builder, id, bytes.ptr, bytes.len);
}

// --- texts ---

// Sorts texts and lays them out as three sections from `id` on.
static void put_texts(LexiconBuilder *builder, LexiconSection id, const Strings *strings,
                      uint32_t **order, uint32_t **ranks)
{
    uint32_t count = strings->count;
    *order = ARENA_ARRAY(&builder->arena, uint32_t, count);
    *ranks = ARENA_ARRAY(&builder->arena, uint32_t, count);
    strtable_sort(&builder->scratch, strings->texts, count, *order);
    arena_reset(&builder->scratch);
    for (uint32_t i = 0; i < count; i++) (*ranks)[(*order)[i]] = i;
    StrTableSections made = strtable_make(&builder->arena, strings->texts, *order, count);
    put_str(builder, id, made.text);
    put_str(builder, id + 1, made.starts);
    put_str(builder, id + 2, made.tops);
}

static void put_lists(LexiconBuilder *builder, LexiconSection id, ListsBuilder *lists)
{
    lists_finish(lists);
    put_str(builder, id, (Str){lists->bytes.ptr, lists->bytes.len});
    lexicon_put(builder, id + 1, lists->starts, lists_starts(lists->count) * sizeof(uint32_t));
}

// --- terms ---

static void find_joined(LexiconBuilder *builder)
{
    LexHead *head = &builder->head;
    const Strings *texts = &builder->term_texts;
    uint32_t at = 0;
    for (; at < head->terms && str_cmp(texts->texts[builder->term_order[at]], STR("=")) < 0;) at++;
    head->joined_from = at;
    for (; at < head->terms && str_starts(texts->texts[builder->term_order[at]], STR("="));) at++;
    head->joined_to = at;
}

static void put_terms(LexiconBuilder *builder)
{
    LexHead *head = &builder->head;
    size_t bytes = 0;
    head->terms = builder->term_texts.count;
    put_texts(builder, LEX_SECTION_TERM_TEXT, &builder->term_texts, &builder->term_order,
              &builder->term_ranks);
    find_joined(builder);
    for (uint32_t i = 0; i < head->terms; i++) bytes += builder->terms[i].postings.len;
    ListsBuilder lists = lists_builder(&builder->arena, head->terms, bytes);
    for (uint32_t i = 0; i < head->terms; i++) {
        const TermBuild *term = &builder->terms[builder->term_order[i]];
        if (term->chunks > LEX_BLOCK) {
            buf_byte(&lists.group, '\0');
            varint_add(&lists.group, term->chunks);
            varint_add(&lists.group, head->blocks);
            head->blocks += (term->chunks + LEX_BLOCK - 1) / LEX_BLOCK;
        }
        lists_add(&lists, bytes_str(&term->postings));
    }
    put_lists(builder, LEX_SECTION_POSTINGS, &lists);
}

// What the postings themselves say of their lists: blocks of the long ones, and their bounds.
static void bound_list(const Lexicon *lexicon, uint32_t term, LexBlock *blocks)
{
    LexCursor cursor = lexicon_postings(lexicon, term);
    LexBlock *block = blocks + (cursor.blocks - lexicon->blocks);
    for (uint32_t i = 0; cursor.block_count; i++) {
        uint32_t start = (uint32_t)(cursor.at - cursor.first);
        if (!lex_next(&cursor)) break;
        if (i && i % LEX_BLOCK == 0) block++;
        if (i % LEX_BLOCK == 0) block->start = start;
        block->last_chunk = cursor.posting.chunk;
        const LexLengths *lengths = &lexicon->lengths[cursor.posting.chunk];
        float weight = lex_weigh(lengths, &cursor.posting, lexicon->head->reference);
        block->bound = MAX(block->bound, weight);
    }
}

static void put_blocks(LexiconBuilder *builder)
{
    LexBlock *blocks = ARENA_ARRAY(&builder->arena, LexBlock, builder->head.blocks);
    lexicon_put(builder, LEX_SECTION_BLOCKS, blocks, builder->head.blocks * sizeof *blocks);
    Lexicon lexicon;
    lexicon_view(builder->sections, &lexicon);
    for (uint32_t i = 0; i < builder->head.terms; i++)
        if (builder->terms[builder->term_order[i]].chunks > LEX_BLOCK)
            bound_list(&lexicon, i, blocks);
}

// --- names and definitions ---

static void put_filter(LexiconBuilder *builder)
{
    const Strings *names = &builder->name_texts;
    uint32_t lines = names->count / LEX_FILTER_NAMES + 1;
    uint8_t *filter = ARENA_ARRAY(&builder->arena, uint8_t, (size_t)lines * LEX_FILTER_LINE);
    for (uint32_t i = 0; i < names->count; i++) {
        LexFilterBits at = lex_filter_bits(lex_name_hash(names->texts[i]), lines);
        uint8_t *line = filter + (size_t)at.line * LEX_FILTER_LINE;
        for (size_t k = 0; k < ARRAY_LEN(at.bits); k++)
            line[at.bits[k] / 8] |= (uint8_t)(1U << at.bits[k] % 8);
    }
    builder->head.filter_lines = lines;
    lexicon_put(builder, LEX_SECTION_NAME_FILTER, filter, (size_t)lines * LEX_FILTER_LINE);
}

typedef struct DefsByName { // the definitions of old name n: defs[starts[n], starts[n + 1])
    uint32_t *starts, *defs;
} DefsByName;

static DefsByName group_defs(Arena *arena, const LexiconBuilder *builder)
{
    uint32_t names = builder->name_texts.count, at = 0;
    DefsByName out = {ARENA_ARRAY(arena, uint32_t, names + (size_t)2),
                      ARENA_ARRAY(arena, uint32_t, builder->defs.len)};
    uint32_t *next = out.starts + 1; // while it fills, where the next one goes
    for (size_t i = 0; i < builder->defs.len; i++) next[builder->defs.items[i].name]++;
    for (uint32_t i = 0; i < names; i++) {
        uint32_t count = next[i];
        next[i] = at;
        at += count;
    }
    for (uint32_t i = 0; i < builder->defs.len; i++)
        out.defs[next[builder->defs.items[i].name]++] = i;
    return out;
}

static void add_name_list(const LexiconBuilder *builder, const DefsByName *by_name, uint32_t name,
                          ListsBuilder *lists)
{
    const NameBuild *row = &builder->names[name];
    uint32_t from = by_name->starts[name], to = by_name->starts[name + 1];
    if (from < to) {
        buf_byte(&lists->group, '\0');
        varint_add(&lists->group, to - from);
        for (uint32_t i = from, last = UINT32_MAX; i < to; last = by_name->defs[i++])
            varint_add(&lists->group, by_name->defs[i] - last);
    }
    lists_add(lists, from < to && row->file_count == 1 ? STR("") : bytes_str(&row->files));
}

static void put_names(LexiconBuilder *builder)
{
    uint32_t count = builder->name_texts.count;
    size_t bytes = builder->defs.len * 3;
    builder->head.names = count;
    put_texts(builder, LEX_SECTION_NAME_TEXT, &builder->name_texts, &builder->name_order,
              &builder->name_ranks);
    put_filter(builder);
    DefsByName by_name = group_defs(&builder->scratch, builder);
    for (uint32_t i = 0; i < count; i++) bytes += builder->names[i].files.len;
    ListsBuilder lists = lists_builder(&builder->arena, count, bytes);
    for (uint32_t i = 0; i < count; i++)
        add_name_list(builder, &by_name, builder->name_order[i], &lists);
    put_lists(builder, LEX_SECTION_NAME_LISTS, &lists);
    arena_reset(&builder->scratch);
}

static uint32_t zigzag(uint32_t value)
{
    return value << 1 ^ -(value >> 31);
}

static void add_def(Buf *out, const LexDef *def, uint32_t name, uint32_t number, uint32_t last_line)
{
    bool lines = def->line != def->start_line || def->end_line != def->start_line;
    buf_byte(out, (char)(unsigned char)(def->kind | (def->declaration ? LEX_DEF_DECLARATION : 0) |
                                        (def->parent >= 0 ? LEX_DEF_PARENT : 0) |
                                        (lines ? LEX_DEF_LINES : 0)));
    varint_add(out, name);
    varint_add(out, zigzag(def->start_line - last_line));
    if (lines) varint_add(out, def->line - def->start_line);
    if (lines) varint_add(out, def->end_line - def->line);
    if (def->parent >= 0) varint_add(out, number - (uint32_t)def->parent);
}

static void put_defs(LexiconBuilder *builder)
{
    uint32_t count = (uint32_t)builder->defs.len;
    size_t groups = ((size_t)count + LEX_DEF_GROUP - 1) / LEX_DEF_GROUP;
    uint32_t *starts = ARENA_ARRAY(&builder->arena, uint32_t, groups + 1);
    Buf out = buf_on(&builder->arena);
    buf_room(&out, (size_t)count * 7);
    for (uint32_t i = 0; i < count; i++) {
        const LexDef *def = &builder->defs.items[i];
        bool first = i % LEX_DEF_GROUP == 0;
        if (first) starts[i / LEX_DEF_GROUP] = (uint32_t)out.len;
        add_def(&out, def, builder->name_ranks[def->name], i, first ? 0 : def[-1].start_line);
    }
    starts[groups] = (uint32_t)out.len;
    builder->head.defs = count;
    lexicon_put(builder, LEX_SECTION_DEFS, out.ptr, out.len);
    lexicon_put(builder, LEX_SECTION_DEF_STARTS, starts, (groups + 1) * sizeof *starts);
}

// --- files and chunks ---

static Str folder_of(const LexiconBuilder *builder, const LexFile *file)
{
    Str paths = {builder->paths.ptr, builder->paths.len};
    return path_folder(str_sub(paths, file->path_start, (size_t)file->path_start + file->path_len));
}

// Numbers the folders that files lie in, in the order of their paths.
static void put_folders(LexiconBuilder *builder)
{
    Strings texts = {0};
    void *rows = NULL; // LexFolder
    for (uint32_t i = 0; i < builder->files.len; i++) {
        LexFile *file = &builder->files.items[i];
        Str path = folder_of(builder, file);
        file->folder = lex_number_text(&builder->scratch, &texts, path, &rows, sizeof(LexFolder));
        LexFolder *folder = (LexFolder *)rows + file->folder;
        if (!folder->files++) folder->file = i;
    }
    uint32_t count = texts.count;
    uint32_t *order = ARENA_ARRAY(&builder->scratch, uint32_t, count);
    uint32_t *ranks = ARENA_ARRAY(&builder->scratch, uint32_t, count);
    LexFolder *folders = ARENA_ARRAY(&builder->arena, LexFolder, count);
    strtable_sort(&builder->scratch, texts.texts, count, order);
    for (uint32_t i = 0; i < count; i++) {
        ranks[order[i]] = i;
        folders[i] = ((LexFolder *)rows)[order[i]];
    }
    for (size_t i = 0; i < builder->files.len; i++)
        builder->files.items[i].folder = ranks[builder->files.items[i].folder];
    builder->head.folders = count;
    lexicon_put(builder, LEX_SECTION_FOLDERS, folders, count * sizeof *folders);
    lex_free_strings(&texts);
    mem_free(rows);
    arena_reset(&builder->scratch);
}

static void put_rows(LexiconBuilder *builder)
{
    LexHead *head = &builder->head;
    head->version = LEXICON_VERSION;
    head->files = (uint32_t)builder->files.len;
    head->chunks = (uint32_t)builder->chunks.len;
    head->path_terms = (uint32_t)builder->path_terms.len;
    for (size_t i = 0; i < LEX_FIELDS; i++)
        head->reference[i] = head->chunks && head->field_terms[i]
                                 ? (float)((double)head->field_terms[i] / head->chunks)
                                 : 1;
    for (uint32_t i = 0; i < head->path_terms; i++)
        builder->path_terms.items[i] = builder->term_ranks[builder->path_terms.items[i]];
    lexicon_put(builder, LEX_SECTION_PATHS, builder->paths.ptr, builder->paths.len);
    lexicon_put(builder, LEX_SECTION_FILES, builder->files.items,
                builder->files.len * sizeof *builder->files.items);
    lexicon_put(builder, LEX_SECTION_CHUNKS, builder->chunks.items,
                builder->chunks.len * sizeof *builder->chunks.items);
    lexicon_put(builder, LEX_SECTION_LENGTHS, builder->lengths.items,
                builder->lengths.len * sizeof *builder->lengths.items);
    lexicon_put(builder, LEX_SECTION_PATH_TERMS, builder->path_terms.items,
                builder->path_terms.len * sizeof *builder->path_terms.items);
}

static void put_indegree(LexiconBuilder *builder)
{
    uint32_t count = builder->head.files;
    uint32_t *indegree = ARENA_ARRAY(&builder->arena, uint32_t, count);
    uint32_t *marks = ARENA_ARRAY(&builder->arena, uint32_t, count);
    lexicon_put(builder, LEX_SECTION_INDEGREE, indegree, count * sizeof *indegree);
    Lexicon lexicon;
    Corpus corpus;
    lexicon_view(builder->sections, &lexicon);
    corpus_init(&builder->scratch, &lexicon, NULL, 1, &corpus);
    corpus.use = NULL; // it is being made
    for (uint32_t i = 0; i < count; i++) indegree[i] = corpus_count_indegree(&corpus, marks, i);
}

const SegmentSection *lexicon_finish(LexiconBuilder *builder)
{
    put_terms(builder);
    put_names(builder);
    put_defs(builder);
    lexicon_put_tokens(builder);
    put_folders(builder);
    put_rows(builder);
    lexicon_put(builder, LEX_SECTION_HEAD, &builder->head, sizeof builder->head);
    put_blocks(builder);
    put_indegree(builder);
    return builder->sections;
}
