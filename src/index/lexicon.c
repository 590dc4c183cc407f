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
        .name_order = get_rows(&opening, LEX_SECTION_NAME_ORDER, head->names, 4),
        .name_defs = get_rows(&opening, LEX_SECTION_NAME_DEFS, head->defs, 4),
        .path_terms = get_rows(&opening, LEX_SECTION_PATH_TERMS, head->path_terms, 4),
        .indegree = get_rows(&opening, LEX_SECTION_INDEGREE, head->files, 4),
        .paths = get_bytes(&opening, LEX_SECTION_PATHS),
        .term_text = get_bytes(&opening, LEX_SECTION_TERM_TEXT),
        .name_text = get_bytes(&opening, LEX_SECTION_NAME_TEXT),
        .postings = get_bytes(&opening, LEX_SECTION_POSTINGS),
        .name_files = get_bytes(&opening, LEX_SECTION_NAME_FILES),
        .tokens = get_bytes(&opening, LEX_SECTION_TOKENS),
    };
    return !opening.bad;
}

void lexicon_view(const SegmentSection *sections, Lexicon *out)
{
    bool fits = lexicon_open(find_in, (void *)(uintptr_t)sections, out);
    (void)fits; // sizes are compared when the segment is read again
}

uint64_t lexicon_bytes(const Lexicon *lexicon)
{
    const LexHead *head = lexicon->head;
    uint64_t rows = sizeof *head + head->files * (uint64_t)(sizeof(LexFile) + 4) +
                    head->chunks * (uint64_t)sizeof(LexChunk) +
                    head->defs * (uint64_t)(sizeof(LexDef) + 4) +
                    (head->terms + 1) * (uint64_t)(sizeof(LexTerm) + 4) +
                    (head->names + 1) * (uint64_t)(sizeof(LexName) + 4) +
                    head->blocks * (uint64_t)sizeof(LexBlock) + head->path_terms * UINT64_C(4);
    return rows + lexicon->paths.len + lexicon->term_text.len + lexicon->name_text.len +
           lexicon->postings.len + lexicon->name_files.len + lexicon->tokens.len;
}

// --- names and texts ---

Str lexicon_path(const Lexicon *lexicon, uint32_t file)
{
    const LexFile *row = &lexicon->files[file];
    return str_sub(lexicon->paths, row->path_start, row->path_start + row->path_len);
}

Str lexicon_term_text(const Lexicon *lexicon, uint32_t term)
{
    const LexTerm *row = &lexicon->terms[term];
    return str_sub(lexicon->term_text, row[0].text_start, row[1].text_start);
}

Str lexicon_name_text(const Lexicon *lexicon, uint32_t name)
{
    const LexName *row = &lexicon->names[name];
    return str_sub(lexicon->name_text, row[0].text_start, row[1].text_start);
}

static uint32_t find_sorted(const Lexicon *lexicon, const uint32_t *order, uint32_t count, Str text,
                            Str (*text_of)(const Lexicon *lexicon, uint32_t number))
{
    uint32_t low = 0, high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int way = str_cmp(text_of(lexicon, order[middle]), text);
        if (way == 0) return order[middle];
        if (way < 0) low = middle + 1;
        else high = middle;
    }
    return LEX_NONE;
}

uint32_t lexicon_term(const Lexicon *lexicon, Str text)
{
    return find_sorted(lexicon, lexicon->term_order, lexicon->head->terms, text, lexicon_term_text);
}

uint32_t lexicon_name(const Lexicon *lexicon, Str text)
{
    return find_sorted(lexicon, lexicon->name_order, lexicon->head->names, text, lexicon_name_text);
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
    const LexTerm *row = &lexicon->terms[term];
    return (LexCursor){.lexicon = lexicon,
                       .at = (const uint8_t *)lexicon->postings.ptr + row->postings_start,
                       .term = term,
                       .left = row->chunks,
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
    const LexTerm *row = &cursor->lexicon->terms[cursor->term];
    const LexBlock *blocks = cursor->lexicon->blocks + row->first_block;
    uint32_t count = row[1].first_block - row->first_block, taken = row->chunks - cursor->left;
    uint32_t block = taken ? (taken - 1) / LEX_BLOCK : 0, target = block;
    if (!count) return true; // a short list
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
    bool begun = cursor->left < cursor->lexicon->terms[cursor->term].chunks;
    if (begun && cursor->posting.chunk >= chunk) return true;
    if (!skip_blocks(cursor, chunk)) return false;
    while (lex_next(cursor))
        if (cursor->posting.chunk >= chunk) return true;
    return false;
}

float lex_weigh(const Lexicon *lexicon, const LexPosting *posting, const float *average)
{
    const LexChunk *chunk = &lexicon->chunks[posting->chunk];
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
    const uint8_t *at = (const uint8_t *)lexicon->name_files.ptr + lexicon->names[name].files_start;
    uint32_t file = UINT32_MAX;
    for (uint32_t i = 0; i < lexicon->names[name].files; i++) {
        file += get_number(&at);
        fn(arg, file);
    }
}

uint32_t lexicon_tokens(const Lexicon *lexicon, uint32_t chunk, uint32_t *out, uint32_t cap)
{
    const LexChunk *row = &lexicon->chunks[chunk];
    const uint8_t *at = (const uint8_t *)lexicon->tokens.ptr + row->tokens_start;
    uint32_t count = MIN(row->token_count, cap);
    for (uint32_t i = 0; i < count; i++) out[i] = get_number(&at);
    return count;
}
