// index/lexicon_pack.c - Docs into sections.
//
// DESIGN. Files come one after the other, so every list (a term's postings, a name's files) only
// ever grows at its end: each is a byte string of its own while the builder runs, encoded at once,
// and lexicon_finish lays them out one behind the other. Words are split and stemmed once in a
// builder. A chunk's counts are gathered in `counts`, found through `count_of` of the term while
// `counted_in` says that it belongs to this chunk.
#include "base/map.h"
#include "base/vec.h"
#include "index/corpus.h"
#include "index/terms.h"

#include <stdlib.h>

typedef struct Bytes { // grows at its end
    uint8_t *at;
    uint32_t len, cap;
} Bytes;

typedef struct TermBuild {
    Str text;
    Bytes postings;
    uint32_t chunks, last_chunk; // last_chunk: one more than the number of the last posting's
    uint32_t counted_in, count_of;
} TermBuild;

typedef struct NameBuild { // a word, or the name of a definition
    Str text;
    uint32_t first_term, term_count; // in word_terms
    bool joined;                     // the last one is
    Bytes files;
    uint32_t file_count, last_file; // last_file: one more than the last one's number
    uint32_t def_count;
} NameBuild;

typedef struct Count {
    uint32_t term, tf[LEX_FIELDS];
} Count;

struct LexiconBuilder {
    Arena arena, scratch; // scratch: of one file
    Map term_map, name_map;
    VEC(TermBuild) terms;
    VEC(NameBuild) names;
    VEC(uint32_t) word_terms;
    VEC(LexFile) files;
    VEC(LexChunk) chunks;
    VEC(LexDef) defs;
    VEC(uint32_t) path_terms;
    Buf paths, tokens;
    VEC(Count) counts;
    LexHead head;
    SegmentSection sections[LEX_SECTIONS];
};

const LexWeights lex_weights = {
    .weight = {[LEX_CODE] = 1,
               [LEX_COMMENT] = 1,
               [LEX_DEF] = 4,
               [LEX_ENCLOSING] = 1,
               [LEX_STEM] = 6,
               [LEX_FOLDER] = 1},
    .b = {[LEX_CODE] = .6F,
          [LEX_COMMENT] = .6F,
          [LEX_DEF] = .5F,
          [LEX_ENCLOSING] = .5F,
          [LEX_STEM] = .3F,
          [LEX_FOLDER] = .3F},
};

LexiconBuilder *lexicon_builder_new(void)
{
    LexiconBuilder *builder = mem_alloc(sizeof *builder);
    builder->paths = buf_on(&builder->arena);
    builder->tokens = buf_on(&builder->arena);
    return builder;
}

void lexicon_builder_free(LexiconBuilder *builder)
{
    if (!builder) return;
    arena_fini(&builder->arena);
    arena_fini(&builder->scratch);
    mem_free(builder);
}

static void add_byte(Arena *arena, Bytes *bytes, uint8_t byte)
{
    if (bytes->len == bytes->cap) {
        uint32_t cap = MAX(bytes->cap * 2, 16U);
        bytes->at = arena_grow(arena, bytes->at, bytes->cap, cap);
        bytes->cap = cap;
    }
    bytes->at[bytes->len++] = byte;
}

static void add_number(Arena *arena, Bytes *bytes, uint32_t value)
{
    for (; value >= 0x80; value >>= 7) add_byte(arena, bytes, (uint8_t)(value | 0x80));
    add_byte(arena, bytes, (uint8_t)value);
}

// --- words, terms, names ---

static uint32_t number_term(LexiconBuilder *builder, Str text)
{
    uint64_t number;
    if (map_get(&builder->term_map, text, &number)) return (uint32_t)number;
    TermBuild term = {.text = str_copy(&builder->arena, text)};
    VEC_PUSH(&builder->arena, &builder->terms, term);
    map_put(&builder->arena, &builder->term_map, term.text, builder->terms.len - 1);
    return (uint32_t)builder->terms.len - 1;
}

// The terms of a text that is no single word: a heading, "operator==".
static void add_terms_of(LexiconBuilder *builder, Str text, NameBuild *name)
{
    WordTerms terms;
    Str word;
    size_t words = 0;
    for (size_t at = 0; terms_next_word(text, &at, &word); words++) {
        terms_of_word(word, &terms);
        for (size_t i = 0; i < terms.count; i++)
            VEC_PUSH(&builder->arena, &builder->word_terms, number_term(builder, terms.items[i]));
        name->joined = terms.joined;
    }
    if (words != 1) name->joined = false;
}

static uint32_t number_name(LexiconBuilder *builder, Str text)
{
    uint64_t number;
    if (map_get(&builder->name_map, text, &number)) return (uint32_t)number;
    NameBuild name = {.text = str_copy(&builder->arena, text),
                      .first_term = (uint32_t)builder->word_terms.len};
    add_terms_of(builder, text, &name);
    name.term_count = (uint32_t)builder->word_terms.len - name.first_term;
    VEC_PUSH(&builder->arena, &builder->names, name);
    map_put(&builder->arena, &builder->name_map, name.text, builder->names.len - 1);
    return (uint32_t)builder->names.len - 1;
}

static const uint32_t *terms_of(const LexiconBuilder *builder, uint32_t name, uint32_t *count)
{
    const NameBuild *of = &builder->names.items[name];
    *count = of->term_count;
    if (!*count) return NULL; // there may be no terms at all
    return builder->word_terms.items + of->first_term;
}

static void name_stands_in(LexiconBuilder *builder, uint32_t number, uint32_t file)
{
    NameBuild *name = &builder->names.items[number];
    if (name->last_file == file + 1) return;
    add_number(&builder->arena, &name->files, file + 1 - name->last_file);
    name->last_file = file + 1;
    name->file_count++;
}

// --- one chunk ---

static Count *count_term(LexiconBuilder *builder, uint32_t number, uint32_t chunk)
{
    TermBuild *term = &builder->terms.items[number];
    if (term->counted_in != chunk + 1) {
        term->counted_in = chunk + 1;
        term->count_of = (uint32_t)builder->counts.len;
        VEC_PUSH(&builder->arena, &builder->counts, (Count){.term = number});
    }
    return &builder->counts.items[term->count_of];
}

// mask of fields | how << 6, counts: how 0..2: the first one is how + 1, the others 1; 3: all
// follow
static void add_posting(LexiconBuilder *builder, const Count *count, uint32_t chunk)
{
    TermBuild *term = &builder->terms.items[count->term];
    uint32_t mask = 0, first = 0, more = 0;
    for (uint32_t i = 0; i < LEX_FIELDS; i++) {
        uint32_t tf = count->tf[i];
        if (!tf) continue;
        if (!mask) first = tf;
        else more |= tf - 1;
        mask |= 1U << i;
    }
    bool all = more || first > 3;
    add_number(&builder->arena, &term->postings, chunk + 1 - term->last_chunk);
    add_byte(&builder->arena, &term->postings, (uint8_t)(mask | (all ? 3 : first - 1) << 6));
    for (uint32_t i = 0; all && i < LEX_FIELDS; i++)
        if (count->tf[i]) add_number(&builder->arena, &term->postings, count->tf[i]);
    term->last_chunk = chunk + 1;
    term->chunks++;
}

typedef struct FileBuild {
    const Doc *doc;
    uint32_t file;
    uint32_t *words; // the doc's words as names
    uint32_t *def_names;
    uint32_t *open; // definitions that may reach the next chunk
    uint32_t open_count, next_open, next_def, token;
    const uint32_t *stem_terms, *folder_terms; // repeated ones too
    uint32_t stem_count, folder_count;
} FileBuild;

static uint32_t count_all(LexiconBuilder *builder, const uint32_t *terms, uint32_t count,
                          LexField field, uint32_t chunk)
{
    for (uint32_t i = 0; i < count; i++) count_term(builder, terms[i], chunk)->tf[field]++;
    return count;
}

static uint32_t count_name(LexiconBuilder *builder, uint32_t name, LexField field, uint32_t chunk)
{
    uint32_t count;
    const uint32_t *terms = terms_of(builder, name, &count);
    return count_all(builder, terms, count, field, chunk);
}

static void count_text(LexiconBuilder *builder, FileBuild *at, uint32_t end, uint32_t chunk,
                       uint32_t *lengths, LexChunk *row)
{
    row->tokens_start = (uint32_t)builder->tokens.len;
    for (; at->token < end; at->token++) {
        uint32_t token = at->doc->tokens[at->token], name = at->words[token >> 1];
        LexField field = token & 1 ? LEX_COMMENT : LEX_CODE;
        lengths[field] += count_name(builder, name, field, chunk);
        uint32_t count;
        const uint32_t *terms = terms_of(builder, name, &count);
        if (builder->names.items[name].joined) count--;
        char *room = buf_room(&builder->tokens, 5 * (size_t)count);
        for (uint32_t i = 0; i < count; i++) {
            uint32_t term = terms[i];
            for (; term >= 0x80; term >>= 7) *room++ = (char)(unsigned char)(term | 0x80);
            *room++ = (char)term;
        }
        builder->tokens.len = (size_t)(room - builder->tokens.ptr);
        row->token_count += count;
    }
}

static void count_defs(LexiconBuilder *builder, FileBuild *at, const DocChunk *chunk,
                       uint32_t number, uint32_t *lengths)
{
    const Doc *doc = at->doc;
    for (;
         at->next_open < doc->def_count && doc->defs[at->next_open].start_line < chunk->first_line;
         at->next_open++)
        at->open[at->open_count++] = at->next_open;
    uint32_t kept = 0;
    for (uint32_t i = 0; i < at->open_count; i++) {
        const DocDef *def = &doc->defs[at->open[i]];
        if (def->end_line < chunk->first_line) continue;
        at->open[kept++] = at->open[i];
        uint32_t count;
        const uint32_t *terms = terms_of(builder, at->def_names[at->open[kept - 1]], &count);
        for (uint32_t j = 0; j < count; j++) {
            uint32_t *tf = &count_term(builder, terms[j], number)->tf[LEX_ENCLOSING];
            lengths[LEX_ENCLOSING] += !*tf;
            *tf = 1;
        }
    }
    at->open_count = kept;
    for (; at->next_def < doc->def_count && doc->defs[at->next_def].start_line <= chunk->last_line;
         at->next_def++)
        lengths[LEX_DEF] += count_name(builder, at->def_names[at->next_def], LEX_DEF, number);
}

static void add_chunk(LexiconBuilder *builder, FileBuild *at, const DocChunk *chunk)
{
    uint32_t number = (uint32_t)builder->chunks.len, lengths[LEX_FIELDS] = {0};
    LexChunk row = {
        .file = at->file, .first_line = chunk->first_line, .last_line = chunk->last_line};
    builder->counts.len = 0;
    count_text(builder, at, chunk->token_end, number, lengths, &row);
    count_defs(builder, at, chunk, number, lengths);
    lengths[LEX_STEM] = count_all(builder, at->stem_terms, at->stem_count, LEX_STEM, number);
    lengths[LEX_FOLDER] =
        count_all(builder, at->folder_terms, at->folder_count, LEX_FOLDER, number);
    for (size_t i = 0; i < builder->counts.len; i++)
        add_posting(builder, &builder->counts.items[i], number);
    for (size_t i = 0; i < ARRAY_LEN(row.lengths); i++)
        row.lengths[i] = (uint16_t)MIN(lengths[i], (uint32_t)UINT16_MAX);
    for (size_t i = 0; i < LEX_FIELDS; i++)
        builder->head.field_terms[i] += MIN(lengths[i], (uint32_t)UINT16_MAX);
    VEC_PUSH(&builder->arena, &builder->chunks, row);
}

// --- one file ---

// Distinct ones of terms[0, count) to the builder's list; returns how many.
static uint16_t add_path_terms(LexiconBuilder *builder, const uint32_t *terms, uint32_t count)
{
    size_t first = builder->path_terms.len;
    for (uint32_t i = 0; i < count; i++) {
        bool known = false;
        for (size_t j = first; j < builder->path_terms.len; j++)
            known = known || builder->path_terms.items[j] == terms[i];
        if (!known) VEC_PUSH(&builder->arena, &builder->path_terms, terms[i]);
    }
    return (uint16_t)(builder->path_terms.len - first);
}

static void number_path(LexiconBuilder *builder, FileBuild *at, Str path, LexFile *row)
{
    enum { MOST = 1000 };
    VEC(uint32_t) terms = {0};
    Str parts[2] = {path_stem(path), path_folder(path)}, word;
    WordTerms of;
    for (size_t part = 0; part < 2; part++) {
        for (size_t start = 0; terms_next_word(parts[part], &start, &word) && terms.len < MOST;) {
            terms_of_word(word, &of);
            for (size_t i = 0; i < of.count; i++)
                VEC_PUSH(&builder->scratch, &terms, number_term(builder, of.items[i]));
        }
        if (!part) at->stem_count = (uint32_t)terms.len;
    }
    at->folder_count = (uint32_t)terms.len - at->stem_count;
    at->stem_terms = terms.items;
    at->folder_terms = at->folder_count ? terms.items + at->stem_count : NULL;
    row->path_terms = (uint32_t)builder->path_terms.len;
    row->stem_terms = add_path_terms(builder, at->stem_terms, at->stem_count);
    row->folder_terms = add_path_terms(builder, at->folder_terms, at->folder_count);
    row->stem_length = (uint16_t)at->stem_count;
    row->folder_length = (uint16_t)at->folder_count;
    row->path_start = (uint32_t)builder->paths.len;
    row->path_len = (uint32_t)path.len;
    buf_add(&builder->paths, path);
    size_t depth = 0;
    for (size_t i = 0; i < path.len; i++) depth += path.ptr[i] == '/';
    row->depth = (uint8_t)MIN(depth, (size_t)UINT8_MAX);
    row->flags = (uint8_t)path_flags(path);
}

static void number_words(LexiconBuilder *builder, FileBuild *at)
{
    const Doc *doc = at->doc;
    at->words = ARENA_ARRAY(&builder->scratch, uint32_t, doc->word_count);
    at->def_names = ARENA_ARRAY(&builder->scratch, uint32_t, doc->def_count);
    at->open = ARENA_ARRAY(&builder->scratch, uint32_t, doc->def_count);
    for (uint32_t i = 0; i < doc->word_count; i++) {
        at->words[i] = number_name(builder, doc->words[i]);
        name_stands_in(builder, at->words[i], at->file);
    }
    for (uint32_t i = 0; i < doc->def_count; i++) {
        at->def_names[i] = number_name(builder, doc->defs[i].name);
        name_stands_in(builder, at->def_names[i], at->file);
        builder->names.items[at->def_names[i]].def_count++;
    }
}

static void add_defs(LexiconBuilder *builder, const FileBuild *at, LexFile *row)
{
    row->first_def = (uint32_t)builder->defs.len;
    row->def_count = at->doc->def_count;
    for (uint32_t i = 0; i < at->doc->def_count; i++) {
        const DocDef *def = &at->doc->defs[i];
        LexDef to = {.name = at->def_names[i],
                     .file = at->file,
                     .start_line = def->start_line,
                     .line = def->line,
                     .end_line = def->end_line,
                     .parent = def->parent < 0 ? -1 : def->parent + (int32_t)row->first_def,
                     .kind = def->kind,
                     .declaration = def->declaration};
        VEC_PUSH(&builder->arena, &builder->defs, to);
    }
}

void lexicon_add(LexiconBuilder *builder, Str path, const Doc *doc)
{
    FileBuild at = {.doc = doc, .file = (uint32_t)builder->files.len};
    LexFile row = {.bytes = doc->bytes,
                   .lines = doc->line_count,
                   .first_chunk = (uint32_t)builder->chunks.len,
                   .chunk_count = doc->chunk_count,
                   .lang = (uint8_t)doc->lang,
                   .form = (uint8_t)doc->form,
                   .partial = doc->partial};
    number_path(builder, &at, path, &row);
    number_words(builder, &at);
    add_defs(builder, &at, &row);
    for (uint32_t i = 0; i < doc->chunk_count; i++) add_chunk(builder, &at, &doc->chunks[i]);
    VEC_PUSH(&builder->arena, &builder->files, row);
    arena_reset(&builder->scratch);
}

// --- laying it out ---

static void put_section(LexiconBuilder *builder, LexiconSection id, const void *at, size_t bytes)
{
    builder->sections[id - LEX_SECTION_HEAD] = (SegmentSection){id, {at ? at : "", bytes}};
}

typedef struct Named {
    Str text;
    uint32_t number;
} Named;

static int by_text(const void *a, const void *b)
{
    return str_cmp(((const Named *)a)->text, ((const Named *)b)->text);
}

static void put_order(LexiconBuilder *builder, LexiconSection id, Named *named, size_t count)
{
    uint32_t *order = ARENA_ARRAY(&builder->arena, uint32_t, count);
    if (count) qsort(named, count, sizeof *named, by_text);
    for (size_t i = 0; i < count; i++) order[i] = named[i].number;
    put_section(builder, id, order, count * sizeof *order);
}

static void add_bytes(Buf *out, const Bytes *bytes)
{
    buf_add(out, (Str){(const char *)bytes->at, bytes->len});
}

static void put_terms(LexiconBuilder *builder)
{
    Arena *arena = &builder->arena;
    size_t count = builder->terms.len;
    Buf text = buf_on(arena), postings = buf_on(arena);
    LexTerm *rows = ARENA_ARRAY(arena, LexTerm, count + 1);
    Named *named = ARENA_ARRAY(&builder->scratch, Named, count);
    uint32_t blocks = 0;
    for (size_t i = 0; i <= count; i++) {
        rows[i] = (LexTerm){(uint32_t)text.len, (uint32_t)postings.len, blocks, 0, 0};
        if (i == count) break;
        TermBuild *term = &builder->terms.items[i];
        rows[i].chunks = term->chunks;
        if (term->chunks > LEX_BLOCK) blocks += (term->chunks + LEX_BLOCK - 1) / LEX_BLOCK;
        named[i] = (Named){term->text, (uint32_t)i};
        buf_add(&text, term->text);
        add_bytes(&postings, &term->postings);
    }
    builder->head.terms = (uint32_t)count;
    builder->head.blocks = blocks;
    put_section(builder, LEX_SECTION_TERM_TEXT, text.ptr, text.len);
    put_section(builder, LEX_SECTION_TERMS, rows, (count + 1) * sizeof *rows);
    put_section(builder, LEX_SECTION_POSTINGS, postings.ptr, postings.len);
    put_order(builder, LEX_SECTION_TERM_ORDER, named, count);
    arena_reset(&builder->scratch);
}

static void put_name_defs(LexiconBuilder *builder, LexName *rows, size_t count)
{
    Arena *arena = &builder->arena;
    uint32_t *defs = ARENA_ARRAY(arena, uint32_t, builder->defs.len);
    uint32_t *next = ARENA_ARRAY(&builder->scratch, uint32_t, count), at = 0;
    for (size_t i = 0; i < count; i++) {
        rows[i].first_def = next[i] = at;
        at += builder->names.items[i].def_count;
    }
    rows[count].first_def = at;
    for (uint32_t i = 0; i < builder->defs.len; i++) defs[next[builder->defs.items[i].name]++] = i;
    put_section(builder, LEX_SECTION_NAME_DEFS, defs, builder->defs.len * sizeof *defs);
}

static void put_slots(LexiconBuilder *builder, uint32_t count)
{
    uint32_t room = lexicon_slot_count(count);
    uint32_t *slots = ARENA_ARRAY(&builder->arena, uint32_t, room);
    char *marks = ARENA_ARRAY(&builder->arena, char, room);
    for (uint32_t i = 0; i < count; i++) {
        Str text = builder->names.items[i].text;
        uint64_t hash = hash_64(text.ptr, text.len);
        uint32_t at = (uint32_t)hash & (room - 1);
        while (slots[at]) at = (at + 1) & (room - 1);
        slots[at] = i + 1;
        marks[at] = lex_name_mark(hash);
    }
    put_section(builder, LEX_SECTION_NAME_SLOTS, slots, room * sizeof *slots);
    put_section(builder, LEX_SECTION_NAME_MARKS, marks, room);
}

static void put_names(LexiconBuilder *builder)
{
    Arena *arena = &builder->arena;
    size_t count = builder->names.len;
    Buf text = buf_on(arena), files = buf_on(arena);
    LexName *rows = ARENA_ARRAY(arena, LexName, count + 1);
    for (size_t i = 0; i <= count; i++) {
        rows[i] = (LexName){(uint32_t)text.len, (uint32_t)files.len, 0, 0};
        if (i == count) break;
        const NameBuild *name = &builder->names.items[i];
        rows[i].files = name->file_count;
        buf_add(&text, name->text);
        add_bytes(&files, &name->files);
    }
    builder->head.names = (uint32_t)count;
    put_name_defs(builder, rows, count);
    put_section(builder, LEX_SECTION_NAME_TEXT, text.ptr, text.len);
    put_section(builder, LEX_SECTION_NAMES, rows, (count + 1) * sizeof *rows);
    put_section(builder, LEX_SECTION_NAME_FILES, files.ptr, files.len);
    put_slots(builder, (uint32_t)count);
    arena_reset(&builder->scratch);
}

static void put_rows(LexiconBuilder *builder)
{
    LexHead *head = &builder->head;
    head->version = LEXICON_VERSION;
    head->files = (uint32_t)builder->files.len;
    head->chunks = (uint32_t)builder->chunks.len;
    head->defs = (uint32_t)builder->defs.len;
    head->path_terms = (uint32_t)builder->path_terms.len;
    for (size_t i = 0; i < LEX_FIELDS; i++)
        head->reference[i] = head->chunks && head->field_terms[i]
                                 ? (float)((double)head->field_terms[i] / head->chunks)
                                 : 1;
    put_section(builder, LEX_SECTION_PATHS, builder->paths.ptr, builder->paths.len);
    put_section(builder, LEX_SECTION_FILES, builder->files.items,
                builder->files.len * sizeof *builder->files.items);
    put_section(builder, LEX_SECTION_CHUNKS, builder->chunks.items,
                builder->chunks.len * sizeof *builder->chunks.items);
    put_section(builder, LEX_SECTION_DEFS, builder->defs.items,
                builder->defs.len * sizeof *builder->defs.items);
    put_section(builder, LEX_SECTION_PATH_TERMS, builder->path_terms.items,
                builder->path_terms.len * sizeof *builder->path_terms.items);
    put_section(builder, LEX_SECTION_TOKENS, builder->tokens.ptr, builder->tokens.len);
}

// What the postings themselves say of their lists: bounds, and blocks of the long ones.
static void bound_term(const Lexicon *lexicon, LexTerm *term, uint32_t number, LexBlock *blocks)
{
    LexBlock *block = blocks + term->first_block;
    LexCursor cursor = lexicon_postings(lexicon, number);
    for (uint32_t i = 0;; i++) {
        const char *start = (const char *)cursor.at;
        if (!lex_next(&cursor)) break;
        float weight = lex_weigh(lexicon, &cursor.posting, lexicon->head->reference);
        term->bound = MAX(term->bound, weight);
        if (term->chunks <= LEX_BLOCK) continue;
        if (i % LEX_BLOCK == 0) {
            if (i) block++;
            block->start = (uint32_t)(start - lexicon->postings.ptr);
        }
        block->last_chunk = cursor.posting.chunk;
        block->bound = MAX(block->bound, weight);
    }
}

static void put_blocks(LexiconBuilder *builder)
{
    LexBlock *blocks = ARENA_ARRAY(&builder->arena, LexBlock, builder->head.blocks);
    put_section(builder, LEX_SECTION_BLOCKS, blocks, builder->head.blocks * sizeof *blocks);
    Lexicon lexicon;
    lexicon_view(builder->sections, &lexicon);
    LexTerm *terms = (LexTerm *)(uintptr_t)lexicon.terms; // made by put_terms
    for (uint32_t term = 0; term < builder->head.terms; term++)
        bound_term(&lexicon, &terms[term], term, blocks);
}

static void put_indegree(LexiconBuilder *builder)
{
    uint32_t count = builder->head.files;
    uint32_t *indegree = ARENA_ARRAY(&builder->arena, uint32_t, count);
    uint32_t *marks = ARENA_ARRAY(&builder->arena, uint32_t, count);
    put_section(builder, LEX_SECTION_INDEGREE, indegree, count * sizeof *indegree);
    Lexicon lexicon;
    Corpus corpus;
    lexicon_view(builder->sections, &lexicon);
    corpus_init(&builder->scratch, &lexicon, NULL, 1, &corpus);
    for (uint32_t i = 0; i < count; i++) indegree[i] = corpus_count_indegree(&corpus, marks, i);
}

const SegmentSection *lexicon_finish(LexiconBuilder *builder)
{
    put_rows(builder);
    put_terms(builder);
    put_names(builder);
    put_section(builder, LEX_SECTION_HEAD, &builder->head, sizeof builder->head);
    put_blocks(builder);
    put_indegree(builder);
    return builder->sections;
}
