// index/lexicon.c - reading.
#include "index/lexicon.h"

// --- opening ---

static Str find_in(void *arg, uint32_t id)
{
    return lexicon_find_in(arg, id);
}

Str lexicon_find_in(const SegmentSection *sections, uint32_t id)
{
    return sections[id - LEX_SECTION_HEAD].bytes;
}

typedef struct Opening {
    Str (*section)(void *arg, uint32_t id);
    void *arg;
    bool bad;
} Opening;

static Str get_bytes(Opening *opening, LexiconSection id)
{
    return opening->section(opening->arg, id);
}

// A section that is an array of `count` items.
static const void *get_rows(Opening *opening, LexiconSection id, size_t count, size_t size)
{
    Str bytes = get_bytes(opening, id);
    if (bytes.len != count * size) opening->bad = true;
    return bytes.ptr;
}

bool lexicon_open(Str (*section)(void *arg, uint32_t id), void *arg, Lexicon *out)
{
    Opening opening = {section, arg, false};
    const LexHead *head = get_rows(&opening, LEX_SECTION_HEAD, 1, sizeof *head);
    if (opening.bad || head->version != LEXICON_VERSION) return false;
    *out = (Lexicon){
        .head = head,
        .files = get_rows(&opening, LEX_SECTION_FILES, head->files, sizeof *out->files),
        .chunks = get_rows(&opening, LEX_SECTION_CHUNKS, head->chunks, sizeof *out->chunks),
        .defs = get_rows(&opening, LEX_SECTION_DEFS, head->defs, sizeof *out->defs),
        .terms = get_rows(&opening, LEX_SECTION_TERMS, head->terms + 1U, sizeof *out->terms),
        .blocks = get_rows(&opening, LEX_SECTION_BLOCKS, head->blocks, sizeof *out->blocks),
        .names = get_rows(&opening, LEX_SECTION_NAMES, head->names + 1U, sizeof *out->names),
        .term_order = get_rows(&opening, LEX_SECTION_TERM_ORDER, head->terms, 4),
        .name_slots =
            get_rows(&opening, LEX_SECTION_NAME_SLOTS, lexicon_slot_count(head->names), 4),
        .name_slot_count = lexicon_slot_count(head->names),
        .name_defs = get_rows(&opening, LEX_SECTION_NAME_DEFS, head->defs, 4),
        .path_terms = get_rows(&opening, LEX_SECTION_PATH_TERMS, head->path_terms, 4),
        .indegree = get_rows(&opening, LEX_SECTION_INDEGREE, head->files, 4),
        .paths = get_bytes(&opening, LEX_SECTION_PATHS),
        .term_text = get_bytes(&opening, LEX_SECTION_TERM_TEXT),
        .name_text = get_bytes(&opening, LEX_SECTION_NAME_TEXT),
        .postings = get_bytes(&opening, LEX_SECTION_POSTINGS),
        .name_files = get_bytes(&opening, LEX_SECTION_NAME_FILES),
        .tokens = get_bytes(&opening, LEX_SECTION_TOKENS),
        .name_marks = get_bytes(&opening, LEX_SECTION_NAME_MARKS),
    };
    if (out->name_marks.len != out->name_slot_count) opening.bad = true;
    return !opening.bad;
}

static Str find_unchecked(void *arg, uint32_t id)
{
    return segment_unchecked(arg, id);
}

bool lexicon_open_segment(const Segment *segment, Lexicon *out)
{
    if (!segment_section(segment, LEX_SECTION_HEAD).ptr) return false;
    if (!lexicon_open(find_unchecked, (void *)(uintptr_t)segment, out)) return false;
    out->segment = segment;
    return true;
}

void lexicon_view(const SegmentSection *sections, Lexicon *out)
{
    bool fits = lexicon_open(find_in, (void *)(uintptr_t)sections, out);
    (void)fits; // sizes are compared when the segment is read again
}

uint64_t lexicon_bytes(const Lexicon *lexicon)
{
    const LexHead *head = lexicon->head;
    uint64_t rows =
        sizeof *head + head->files * (uint64_t)(sizeof(LexFile) + 4) +
        head->chunks * (uint64_t)sizeof(LexChunk) + head->defs * (uint64_t)(sizeof(LexDef) + 4) +
        (head->terms + 1) * (uint64_t)(sizeof(LexTerm) + 4) +
        (head->names + 1) * (uint64_t)sizeof(LexName) + lexicon->name_slot_count * UINT64_C(5) +
        head->blocks * (uint64_t)sizeof(LexBlock) + head->path_terms * UINT64_C(4);
    return rows + lexicon->paths.len + lexicon->term_text.len + lexicon->name_text.len +
           lexicon->postings.len + lexicon->name_files.len + lexicon->tokens.len;
}

// --- rows, names and texts ---

const char lex_nothing[128] = {0};

const LexDef *lex_def(const Lexicon *lexicon, uint32_t def)
{
    static const LexDef none = {.parent = -1};
    const LexDef *row = lex_row(lexicon, &lexicon->defs[def], sizeof *row);
    return (const char *)row == lex_nothing ? &none : row;
}

const uint32_t *lex_path_terms(const Lexicon *lexicon, const LexFile *file)
{
    const uint32_t *at = lexicon->path_terms + file->path_terms;
    size_t bytes = ((size_t)file->stem_terms + file->folder_terms) * sizeof *at;
    if (!bytes) return NULL;
    return lexicon->segment && !segment_is_sound(lexicon->segment, at, bytes) ? NULL : at;
}

Str lex_part(const Lexicon *lexicon, Str of, size_t from, size_t to)
{
    Str part = str_sub(of, from, to);
    if (!part.len || !lexicon->segment) return part;
    return segment_is_sound(lexicon->segment, part.ptr, part.len) ? part : STR("");
}

Str lexicon_path(const Lexicon *lexicon, uint32_t file)
{
    const LexFile *row = lex_file(lexicon, file);
    return lex_part(lexicon, lexicon->paths, row->path_start,
                    (size_t)row->path_start + row->path_len);
}

Str lexicon_term_text(const Lexicon *lexicon, uint32_t term)
{
    const LexTerm *row = lex_term(lexicon, term);
    return lex_part(lexicon, lexicon->term_text, row[0].text_start, row[1].text_start);
}

Str lexicon_name_text(const Lexicon *lexicon, uint32_t name)
{
    const LexName *row = lex_name(lexicon, name);
    return lex_part(lexicon, lexicon->name_text, row[0].text_start, row[1].text_start);
}

uint32_t lexicon_term(const Lexicon *lexicon, Str text)
{
    uint32_t low = 0, high = lexicon->head->terms;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint32_t number = lex_u32(lexicon, &lexicon->term_order[middle]);
        int way = str_cmp(lexicon_term_text(lexicon, number), text);
        if (way == 0) return number;
        if (way < 0) low = middle + 1;
        else high = middle;
    }
    return LEX_NONE;
}

uint32_t lexicon_slot_count(uint32_t names)
{
    uint32_t count = 8;
    while (count < names + names / 2) count *= 2;
    return count;
}

uint32_t lexicon_name(const Lexicon *lexicon, Str text)
{
    uint64_t hash = hash_64(text.ptr, text.len);
    if (!lexicon->name_slot_count) return LEX_NONE;
    uint32_t mask = lexicon->name_slot_count - 1, at = (uint32_t)hash & mask;
    const char *marks = lexicon->name_marks.ptr, mark = lex_name_mark(hash);
    for (uint32_t tries = 0; tries <= mask; tries++, at = (at + 1) & mask) {
        char found = *(const char *)lex_row(lexicon, marks + at, 1);
        if (!found) break;
        if (found != mark) continue;
        uint32_t name = lex_u32(lexicon, &lexicon->name_slots[at]);
        if (name && str_eq(lexicon_name_text(lexicon, name - 1), text)) return name - 1;
    }
    return LEX_NONE;
}

// --- postings ---

static uint32_t get_number(const uint8_t **at)
{
    uint32_t value = 0;
    for (unsigned shift = 0; shift < 32; shift += 7) {
        uint8_t byte = *(*at)++;
        value |= (uint32_t)(byte & 0x7F) << shift;
        if (!(byte & 0x80)) break;
    }
    return value;
}

LexCursor lexicon_postings(const Lexicon *lexicon, uint32_t term)
{
    const LexTerm *row = lex_term(lexicon, term);
    Str list = lex_part(lexicon, lexicon->postings, row[0].postings_start, row[1].postings_start);
    return (LexCursor){.lexicon = lexicon,
                       .at = (const uint8_t *)list.ptr,
                       .term = term,
                       .left = list.len ? row->chunks : 0,
                       .posting.chunk = UINT32_MAX};
}

bool lex_next(LexCursor *cursor)
{
    if (!cursor->left) return false;
    cursor->left--;
    LexPosting *posting = &cursor->posting;
    posting->chunk += get_number(&cursor->at); // the first one is counted from -1
    uint8_t head = *cursor->at++;
    uint32_t how = head >> 6;
    posting->mask = head & 63;
    for (uint32_t i = 0, rest = how; i < LEX_FIELDS; i++) {
        if (!(posting->mask >> i & 1)) {
            posting->tf[i] = 0;
            continue;
        }
        posting->tf[i] = how == 3 ? get_number(&cursor->at) : rest + 1;
        rest = 0;
    }
    return true;
}

// Moves the cursor to the block that can hold `chunk`; false when no block can.
static bool skip_blocks(LexCursor *cursor, uint32_t chunk)
{
    const LexTerm *row = lex_term(cursor->lexicon, cursor->term);
    const LexBlock *blocks = cursor->lexicon->blocks + row->first_block;
    uint32_t count = row[1].first_block - row->first_block, taken = row->chunks - cursor->left;
    uint32_t block = taken ? (taken - 1) / LEX_BLOCK : 0, target = block;
    if (!count) return true; // a short list
    if (cursor->lexicon->segment &&
        !segment_is_sound(cursor->lexicon->segment, blocks, count * sizeof *blocks)) {
        cursor->left = 0;
        return false;
    }
    while (target < count && blocks[target].last_chunk < chunk) target++;
    if (target == count) {
        cursor->left = 0;
        return false;
    }
    if (target > block) {
        cursor->at = (const uint8_t *)cursor->lexicon->postings.ptr + blocks[target].start;
        cursor->left = row->chunks - target * LEX_BLOCK;
        cursor->posting.chunk = blocks[target - 1].last_chunk;
    }
    return true;
}

bool lex_seek(LexCursor *cursor, uint32_t chunk)
{
    bool begun = cursor->left < lex_term(cursor->lexicon, cursor->term)->chunks;
    if (begun && cursor->posting.chunk >= chunk) return true;
    if (!skip_blocks(cursor, chunk)) return false;
    while (lex_next(cursor))
        if (cursor->posting.chunk >= chunk) return true;
    return false;
}

float lex_weigh(const Lexicon *lexicon, const LexPosting *posting, const float *average)
{
    const LexChunk *chunk = lex_chunk(lexicon, posting->chunk);
    float weight = 0;
    for (uint32_t i = 0; i < LEX_FIELDS; i++) {
        if (!(posting->mask >> i & 1)) continue;
        float length = lex_length(lexicon, chunk, (LexField)i), b = lex_weights.b[i];
        weight += lex_weights.weight[i] * (float)posting->tf[i] / (1 - b + b * length / average[i]);
    }
    return weight;
}

void lexicon_name_files(const Lexicon *lexicon, uint32_t name, void (*fn)(void *arg, uint32_t file),
                        void *arg)
{
    const LexName *row = lex_name(lexicon, name);
    Str list = lex_part(lexicon, lexicon->name_files, row[0].files_start, row[1].files_start);
    const uint8_t *at = (const uint8_t *)list.ptr;
    uint32_t file = UINT32_MAX;
    for (uint32_t i = 0; list.len && i < row->files; i++) {
        file += get_number(&at);
        fn(arg, file);
    }
}

uint32_t lexicon_tokens(const Lexicon *lexicon, uint32_t chunk, uint32_t *out, uint32_t cap)
{
    const LexChunk *row = lex_chunk(lexicon, chunk);
    bool last = chunk + 1 == lexicon->head->chunks;
    size_t end = last ? lexicon->tokens.len : lex_chunk(lexicon, chunk + 1)->tokens_start;
    Str list = lex_part(lexicon, lexicon->tokens, row->tokens_start, end);
    const uint8_t *at = (const uint8_t *)list.ptr;
    uint32_t count = list.len ? MIN(row->token_count, cap) : 0;
    for (uint32_t i = 0; i < count; i++) out[i] = get_number(&at);
    return count;
}
