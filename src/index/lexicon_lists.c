// index/lexicon_lists.c - reading what is coded in bytes: postings, definitions, names' lists,
// tokens.
#include <math.h>

#include "index/lexicon_.h"
#include "index/varint.h"

static LexNumbers numbers_in(Str list)
{
    const uint8_t *at = (const uint8_t *)list.ptr;
    return (LexNumbers){.at = at, .end = at + list.len, .value = UINT32_MAX, .left = UINT32_MAX};
}

bool lex_next_number(LexNumbers *numbers)
{
    if (!numbers->left || (numbers->at == numbers->end && !numbers->only)) return false;
    numbers->left--;
    if (numbers->only) return true;
    numbers->value += varint_get(&numbers->at, numbers->end); // the first is counted from -1
    return true;
}

// --- postings ---

LexCursor lexicon_postings(const Lexicon *lexicon, uint32_t term)
{
    Str list = lists_get(&lexicon->postings, term);
    const uint8_t *at = (const uint8_t *)list.ptr, *end = at + list.len;
    LexCursor cursor = {.lexicon = lexicon, .end = end, .posting.chunk = UINT32_MAX};
    if (list.len && !*at) { // a long one
        at++;
        cursor.chunks = varint_get(&at, end);
        cursor.blocks = lexicon->blocks + varint_get(&at, end);
        cursor.block_count = (cursor.chunks + LEX_BLOCK - 1) / LEX_BLOCK;
        size_t bytes = cursor.block_count * sizeof *cursor.blocks;
        if (lexicon->segment && !segment_is_sound(lexicon->segment, cursor.blocks, bytes))
            return (LexCursor){.lexicon = lexicon, .posting.chunk = UINT32_MAX};
    }
    cursor.first = cursor.at = at;
    return cursor;
}

bool lex_next(LexCursor *cursor)
{
    const uint8_t *end = cursor->end;
    if (cursor->at >= end) return false;
    LexPosting *posting = &cursor->posting;
    posting->chunk += varint_get(&cursor->at, end); // the first one is counted from -1
    if (cursor->at == end) return false;
    uint32_t head = *cursor->at++, how = head >> 6;
    posting->mask = head & 63;
    for (uint32_t mask = posting->mask, rest = how; mask; mask &= mask - 1, rest = 0)
        posting->tf[__builtin_ctz(mask)] = how == 3 ? varint_get(&cursor->at, end) : rest + 1;
    return true;
}

// The first block at or behind the cursor's that can hold `chunk`.
static uint32_t find_block(const LexCursor *cursor, uint32_t chunk)
{
    uint32_t low = cursor->block, step = 1;
    while (low + step < cursor->block_count && cursor->blocks[low + step - 1].last_chunk < chunk) {
        low += step;
        step *= 2;
    }
    uint32_t high = MIN(low + step, cursor->block_count);
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (cursor->blocks[middle].last_chunk < chunk) low = middle + 1;
        else high = middle;
    }
    return low;
}

bool lex_seek(LexCursor *cursor, uint32_t chunk)
{
    bool begun = cursor->at > cursor->first;
    if (begun && cursor->posting.chunk >= chunk) return true;
    uint32_t block = cursor->block_count ? find_block(cursor, chunk) : 0;
    if (cursor->block_count && block == cursor->block_count) {
        cursor->at = cursor->end;
        return false;
    }
    if (block > cursor->block) {
        const uint8_t *start = cursor->first + cursor->blocks[block].start;
        cursor->block = block;
        if (start > cursor->at) {
            cursor->at = MIN(start, cursor->end);
            cursor->posting.chunk = cursor->blocks[block - 1].last_chunk;
        }
    }
    while (lex_next(cursor))
        if (cursor->posting.chunk >= chunk) return true;
    return false;
}

uint32_t lexicon_chunks(const Lexicon *lexicon, uint32_t term)
{
    enum { HEAD = 1 + VARINT_LONGEST };
    Str list = lists_find(&lexicon->postings, term);
    Str head = lex_part(lexicon, list, 0, HEAD);
    const uint8_t *at = (const uint8_t *)head.ptr + 1, *end = (const uint8_t *)head.ptr + head.len;
    if (head.len && !head.ptr[0]) return varint_get(&at, end);
    LexCursor cursor = lexicon_postings(lexicon, term);
    uint32_t chunks = 0;
    while (lex_next(&cursor)) chunks++;
    return chunks;
}

float lex_bound(const LexCursor *list)
{
    if (!list->block_count) return INFINITY;
    float bound = 0;
    for (uint32_t i = 0; i < list->block_count; i++) bound = MAX(bound, list->blocks[i].bound);
    return bound;
}

const LexLengths *lex_all_lengths(const Lexicon *lexicon)
{
    size_t bytes = lexicon->head->chunks * sizeof *lexicon->lengths;
    if (!lexicon->segment || segment_is_sound(lexicon->segment, lexicon->lengths, bytes))
        return lexicon->lengths;
    return NULL;
}

float lex_weigh(const LexLengths *lengths, const LexPosting *posting, const float *average)
{
    float weight = 0;
    for (uint32_t mask = posting->mask; mask; mask &= mask - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(mask);
        float length = lengths->of[i], b = lex_weights.b[i];
        weight += lex_weights.weight[i] * (float)posting->tf[i] / (1 - b + b * length / average[i]);
    }
    return weight;
}

// --- definitions ---

LexDefs lexicon_defs(const Lexicon *lexicon, uint32_t first, uint32_t count)
{
    uint32_t end = MIN(first + count, lexicon->head->defs), from = first - first % LEX_DEF_GROUP;
    LexDefs defs = {.lexicon = lexicon, .next = from, .end = MAX(end, from)};
    while (defs.next < first && lex_next_def(&defs)) {}
    return defs;
}

static void open_group(LexDefs *defs)
{
    const Lexicon *lexicon = defs->lexicon;
    const uint32_t *start = &lexicon->def_starts[defs->next / LEX_DEF_GROUP];
    start = lex_row(lexicon, start, 2 * sizeof *start);
    Str group = lex_part(lexicon, lexicon->defs, start[0], start[1]);
    defs->at = (const uint8_t *)group.ptr;
    defs->group_end = defs->at + group.len;
    defs->def = (LexDef){0};
}

static uint32_t unzigzag(uint32_t value)
{
    return value >> 1 ^ -(value & 1);
}

bool lex_next_def(LexDefs *defs)
{
    if (defs->next >= defs->end) return false;
    if (defs->next % LEX_DEF_GROUP == 0) open_group(defs);
    LexDef *def = &defs->def;
    uint32_t number = defs->next++;
    if (defs->at == defs->group_end) { // damaged
        *def = (LexDef){.parent = -1};
        return true;
    }
    const uint8_t *end = defs->group_end;
    uint8_t head = *defs->at++;
    def->kind = head & LEX_DEF_KIND;
    def->declaration = (head & LEX_DEF_DECLARATION) != 0;
    def->name = varint_get(&defs->at, end);
    def->start_line += unzigzag(varint_get(&defs->at, end));
    def->line = def->end_line = def->start_line;
    def->parent = -1;
    if (head & LEX_DEF_LINES) {
        def->line += varint_get(&defs->at, end);
        def->end_line = def->line + varint_get(&defs->at, end);
    }
    if (head & LEX_DEF_PARENT) def->parent = (int32_t)(number - varint_get(&defs->at, end));
    return true;
}

LexDef lex_def(const Lexicon *lexicon, uint32_t def)
{
    LexDefs defs = lexicon_defs(lexicon, def, 1);
    return lex_next_def(&defs) ? defs.def : (LexDef){.parent = -1};
}

uint32_t lex_def_file(const Lexicon *lexicon, uint32_t def)
{
    uint32_t low = 0, high = lexicon->head->files; // the first file that begins behind it
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (lex_file(lexicon, middle)->first_def <= def) low = middle + 1;
        else high = middle;
    }
    return low ? low - 1 : 0;
}

// --- names ---

// Its definitions; *files: what stands behind them.
static LexNumbers open_name(const Lexicon *lexicon, uint32_t name, Str *files)
{
    Str list = lists_get(&lexicon->name_lists, name);
    *files = list;
    if (!list.len || list.ptr[0]) return (LexNumbers){0};
    LexNumbers defs = numbers_in(str_sub(list, 1, list.len));
    defs.left = varint_get(&defs.at, defs.end);
    LexNumbers rest = defs;
    while (lex_next_number(&rest)) {}
    *files = (Str){(const char *)rest.at, (size_t)(rest.end - rest.at)};
    return defs;
}

LexNumbers lexicon_name_defs(const Lexicon *lexicon, uint32_t name)
{
    Str files;
    return open_name(lexicon, name, &files);
}

LexNumbers lexicon_name_files(const Lexicon *lexicon, uint32_t name)
{
    Str files;
    LexNumbers defs = open_name(lexicon, name, &files);
    if (files.len || !lex_next_number(&defs)) return numbers_in(files);
    return (LexNumbers){.only = true, .left = 1, .value = lex_def_file(lexicon, defs.value)};
}

// --- tokens ---

static bool units_are_sound(const Lexicon *lexicon)
{
    const Segment *segment = lexicon->segment;
    size_t starts = (lexicon->head->units + (size_t)1) * sizeof(uint32_t);
    size_t terms = lexicon->head->unit_terms * sizeof(uint32_t);
    return !segment || (segment_is_sound(segment, lexicon->unit_starts, starts) &&
                        (!terms || segment_is_sound(segment, lexicon->unit_terms, terms)));
}

static uint32_t take_unit(const Lexicon *lexicon, uint32_t unit, uint32_t *out, uint32_t room)
{
    if (unit >= lexicon->head->units) return 0;
    const uint32_t *start = &lexicon->unit_starts[unit];
    if (start[1] > lexicon->head->unit_terms || start[0] > start[1]) return 0;
    uint32_t count = MIN(start[1] - start[0], room);
    if (count == 1) *out = lexicon->unit_terms[start[0]]; // most are
    if (count == 1) return 1;
    for (uint32_t i = 0; i < count; i++) out[i] = lexicon->unit_terms[start[0] + i];
    return count;
}

uint32_t lexicon_tokens(const Lexicon *lexicon, uint32_t chunk, uint32_t *out, uint32_t cap)
{
    const LexChunk *row = lex_chunk(lexicon, chunk);
    bool last = chunk + 1 == lexicon->head->chunks;
    size_t stop = last ? lexicon->tokens.len : lex_chunk(lexicon, chunk + 1)->tokens_start;
    Str list = lex_part(lexicon, lexicon->tokens, row->tokens_start, stop);
    const uint8_t *at = (const uint8_t *)list.ptr, *end = at + list.len;
    uint32_t count = 0;
    if (!units_are_sound(lexicon)) return 0;
    while (at < end && count < cap) {
        uint32_t byte = *at++;
        if (byte < LEX_UNITS_1) {
            count += take_unit(lexicon, byte, out + count, cap - count);
        } else if (byte < LEX_TOKEN_3) {
            uint32_t more = at < end ? *at++ : 0;
            uint32_t unit = LEX_UNITS_1 + (byte - LEX_UNITS_1) * 256 + more;
            count += take_unit(lexicon, unit, out + count, cap - count);
        } else if (byte < LEX_TOKEN_LONG) {
            uint32_t high = at < end ? *at++ : 0, low = at < end ? *at++ : 0;
            out[count++] = (byte - LEX_TOKEN_3) << 16 | high << 8 | low;
        } else {
            out[count++] = varint_get(&at, end);
        }
    }
    return count;
}
