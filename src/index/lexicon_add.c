// index/lexicon_add.c - Docs into a builder: words, terms and names are numbered, terms counted.
//
// DESIGN. Files come one after the other, so every list (a term's postings, a name's files) only
// ever grows at its end: each is a byte string of its own while the builder runs, encoded at once.
// Words are split and stemmed once in a builder. Of a chunk, words are counted first, then the
// terms of the distinct ones: counts are found through `count_of` while `counted_in` says that
// they belong to this chunk. The arrays that grow large are on the heap: an arena would keep every
// size that they had.
#include "index/lexicon_.h"
#include "index/terms.h"
#include "index/varint.h"

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

void lex_free_strings(Strings *strings)
{
    mem_free(strings->texts);
    mem_free(strings->hashes);
    mem_free(strings->slots);
}

void lexicon_builder_free(LexiconBuilder *builder)
{
    if (!builder) return;
    lex_free_strings(&builder->term_texts);
    lex_free_strings(&builder->name_texts);
    mem_free(builder->terms);
    mem_free(builder->names);
    arena_fini(&builder->arena);
    arena_fini(&builder->scratch);
    mem_free(builder);
}

static uint8_t *make_room(Arena *arena, Bytes *bytes, uint32_t more)
{
    uint32_t cap = bytes->cap ? bytes->cap : sizeof bytes->room;
    if (bytes->len + more > cap) {
        uint32_t larger = MAX(cap * 2, bytes->len + more);
        uint8_t *at = arena_alloc_raw(arena, larger);
        memcpy(at, bytes_str(bytes).ptr, bytes->len);
        bytes->at = at;
        bytes->cap = larger;
    }
    return (bytes->cap ? bytes->at : bytes->room) + bytes->len;
}

static void add_bytes(Arena *arena, Bytes *bytes, const uint8_t *from, size_t len)
{
    memcpy(make_room(arena, bytes, (uint32_t)len), from, len);
    bytes->len += (uint32_t)len;
}

// --- words, terms, names ---

static void grow_slots(Strings *strings)
{
    uint32_t count = MAX(2 * strings->slot_count, 2048U);
    mem_free(strings->slots);
    strings->slots = mem_alloc(count * sizeof *strings->slots);
    strings->slot_count = count;
    for (uint32_t i = 0; i < strings->count; i++) {
        uint32_t at = strings->hashes[i] & (count - 1);
        while (strings->slots[at]) at = (at + 1) & (count - 1);
        strings->slots[at] = i + 1;
    }
}

static uint32_t add_text(Arena *arena, Strings *strings, Str text, uint32_t hash, void **rows,
                         size_t size)
{
    if (strings->count == strings->cap) {
        uint32_t cap = MAX(strings->cap + strings->cap / 2, 1024U);
        strings->texts = mem_resize(strings->texts, cap * sizeof *strings->texts);
        strings->hashes = mem_resize(strings->hashes, cap * sizeof *strings->hashes);
        *rows = mem_resize(*rows, cap * size);
        strings->cap = cap;
    }
    strings->texts[strings->count] = str_copy(arena, text);
    strings->hashes[strings->count] = hash;
    memset((char *)*rows + strings->count * size, 0, size);
    return strings->count++;
}

uint32_t lex_number_text(Arena *arena, Strings *strings, Str text, void **rows, size_t size)
{
    if (strings->count >= strings->slot_count / 2) grow_slots(strings);
    uint32_t hash = (uint32_t)hash_64(text.ptr, text.len), mask = strings->slot_count - 1;
    for (uint32_t at = hash & mask;; at = (at + 1) & mask) {
        uint32_t *slot = &strings->slots[at], number = *slot - 1;
        if (!*slot) {
            number = add_text(arena, strings, text, hash, rows, size);
            *slot = number + 1;
            return number;
        }
        if (strings->hashes[number] == hash && str_eq(strings->texts[number], text)) return number;
    }
}

static uint32_t number_term(LexiconBuilder *builder, Str text)
{
    void *rows = builder->terms;
    uint32_t number =
        lex_number_text(&builder->arena, &builder->term_texts, text, &rows, sizeof *builder->terms);
    builder->terms = rows;
    return number;
}

// The terms of a text that may be no single word: a heading, "operator==".
static void add_terms_of(LexiconBuilder *builder, Str text, NameBuild *name)
{
    WordTerms terms;
    Str word;
    size_t words = 0;
    name->first_term = (uint32_t)builder->word_terms.len;
    for (size_t at = 0; terms_next_word(text, &at, &word); words++) {
        terms_of_word(word, &terms);
        for (size_t i = 0; i < terms.count; i++)
            VEC_PUSH(&builder->arena, &builder->word_terms, number_term(builder, terms.items[i]));
        name->joined = terms.joined;
    }
    if (words != 1) name->joined = false;
    name->term_count = (uint32_t)(builder->word_terms.len - name->first_term) & INT32_MAX;
}

static uint32_t number_name(LexiconBuilder *builder, Str text)
{
    void *rows = builder->names;
    uint32_t known = builder->name_texts.count;
    uint32_t number =
        lex_number_text(&builder->arena, &builder->name_texts, text, &rows, sizeof *builder->names);
    builder->names = rows;
    if (number == known) add_terms_of(builder, text, &builder->names[number]);
    return number;
}

static const uint32_t *terms_of(const LexiconBuilder *builder, uint32_t name, uint32_t *count)
{
    const NameBuild *of = &builder->names[name];
    *count = of->term_count;
    if (!*count) return NULL; // there may be no terms at all
    return builder->word_terms.items + of->first_term;
}

static void name_stands_in(LexiconBuilder *builder, uint32_t number, uint32_t file)
{
    uint8_t gap[VARINT_LONGEST];
    NameBuild *name = &builder->names[number];
    if (name->last_file == file + 1) return;
    add_bytes(&builder->arena, &name->files, gap, varint_put(gap, file + 1 - name->last_file));
    name->last_file = file + 1;
    name->file_count++;
}

// --- one chunk ---

static TermCount *count_term(LexiconBuilder *builder, uint32_t number, uint32_t chunk)
{
    TermBuild *term = &builder->terms[number];
    if (term->counted_in != chunk + 1) {
        term->counted_in = chunk + 1;
        term->count_of = (uint32_t)builder->term_counts.len;
        VEC_PUSH(&builder->arena, &builder->term_counts, (TermCount){.term = number});
    }
    return &builder->term_counts.items[term->count_of];
}

static void add_posting(LexiconBuilder *builder, const TermCount *count, uint32_t chunk)
{
    uint8_t bytes[(1 + LEX_FIELDS) * VARINT_LONGEST + 1];
    TermBuild *term = &builder->terms[count->term];
    uint32_t mask = 0, first = 0, more = 0;
    for (uint32_t i = 0; i < LEX_FIELDS; i++) {
        uint32_t tf = count->tf[i];
        if (!tf) continue;
        if (!mask) first = tf;
        else more |= tf - 1;
        mask |= 1U << i;
    }
    bool all = more || first > 3;
    size_t len = varint_put(bytes, chunk + 1 - term->last_chunk);
    bytes[len++] = (uint8_t)(mask | (all ? 3 : first - 1) << 6);
    for (uint32_t i = 0; all && i < LEX_FIELDS; i++)
        if (count->tf[i]) len += varint_put(bytes + len, count->tf[i]);
    add_bytes(&builder->arena, &term->postings, bytes, len);
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

static void note_tokens(LexiconBuilder *builder, FileBuild *at, uint32_t end, uint32_t chunk)
{
    for (; at->token < end; at->token++) {
        uint32_t token = at->doc->tokens[at->token], number = at->words[token >> 1];
        NameBuild *name = &builder->names[number];
        varint_add(&builder->tokens, number);
        name->uses++;
        if (name->counted_in != chunk + 1) {
            name->counted_in = chunk + 1;
            name->count_of = (uint32_t)builder->name_counts.len;
            VEC_PUSH(&builder->arena, &builder->name_counts, (NameCount){.name = number});
        }
        builder->name_counts.items[name->count_of].tf[token & 1]++;
    }
}

static void count_text(LexiconBuilder *builder, FileBuild *at, uint32_t end, uint32_t chunk,
                       uint32_t *lengths, LexChunk *row)
{
    _Static_assert(LEX_CODE == 0 && LEX_COMMENT == 1, "a token's last bit is its field");
    row->tokens_start = (uint32_t)builder->tokens.len;
    builder->name_counts.len = 0;
    note_tokens(builder, at, end, chunk);
    for (size_t i = 0; i < builder->name_counts.len; i++) {
        const NameCount *name = &builder->name_counts.items[i];
        uint32_t count;
        const uint32_t *terms = terms_of(builder, name->name, &count);
        for (uint32_t k = 0; k < count; k++) {
            TermCount *term = count_term(builder, terms[k], chunk);
            term->tf[LEX_CODE] += name->tf[0];
            term->tf[LEX_COMMENT] += name->tf[1];
        }
        lengths[LEX_CODE] += count * name->tf[0];
        lengths[LEX_COMMENT] += count * name->tf[1];
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
    builder->term_counts.len = 0;
    count_text(builder, at, chunk->token_end, number, lengths, &row);
    count_defs(builder, at, chunk, number, lengths);
    lengths[LEX_STEM] = count_all(builder, at->stem_terms, at->stem_count, LEX_STEM, number);
    lengths[LEX_FOLDER] =
        count_all(builder, at->folder_terms, at->folder_count, LEX_FOLDER, number);
    for (size_t i = 0; i < builder->term_counts.len; i++)
        add_posting(builder, &builder->term_counts.items[i], number);
    LexLengths kept;
    for (size_t i = 0; i < LEX_FIELDS; i++) {
        kept.of[i] = (uint16_t)MIN(lengths[i], (uint32_t)UINT16_MAX);
        builder->head.field_terms[i] += kept.of[i];
    }
    VEC_PUSH(&builder->arena, &builder->lengths, kept);
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
    }
}

static void add_defs(LexiconBuilder *builder, const FileBuild *at, LexFile *row)
{
    row->first_def = (uint32_t)builder->defs.len;
    row->def_count = at->doc->def_count;
    for (uint32_t i = 0; i < at->doc->def_count; i++) {
        const DocDef *def = &at->doc->defs[i];
        LexDef to = {.name = at->def_names[i],
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
    builder->head.bytes += doc->bytes;
    number_path(builder, &at, path, &row);
    number_words(builder, &at);
    add_defs(builder, &at, &row);
    for (uint32_t i = 0; i < doc->chunk_count; i++) add_chunk(builder, &at, &doc->chunks[i]);
    VEC_PUSH(&builder->arena, &builder->files, row);
    arena_reset(&builder->scratch);
}
