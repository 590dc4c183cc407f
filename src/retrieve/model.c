// retrieve/model.c
#include "retrieve/model.h"

#include <assert.h>
#include <math.h>

#include "index/segment.h"
#include "retrieve/model_.h"

enum { // ids in the segment
    SECTION_HEAD = 0x300,
    SECTION_TOKENS, // Token, and one more where the last text ends
    SECTION_TEXT,   // bytes
    SECTION_SLOTS,  // u32: a hash table, 1 + a token or 0; a power of two of them
    SECTION_ROWS,   // int8
    SECTION_PROVENANCE,
    SECTIONS = SECTION_PROVENANCE - SECTION_HEAD + 1,
};

typedef struct Head {
    uint32_t version, dims, tokens, slots;
} Head;

typedef struct Token {
    uint32_t text_start;
    uint16_t document, query;
} Token;

struct Model {
    Segment *segment;
    Head head;
    const Token *tokens;
    const uint32_t *slots;
    const int8_t *rows;
    Str text, provenance;
    ModelAddRow *add_row; // this processor's
};

// ---- opening

static bool head_makes_sense(const Head *head)
{
    return head->version == MODEL_VERSION && head->dims && head->dims <= MODEL_MOST_DIMS &&
           head->dims % MODEL_STEP == 0 && head->tokens <= MODEL_MOST_TOKENS &&
           head->slots > head->tokens && head->slots <= 8 * (uint32_t)MODEL_MOST_TOKENS &&
           (head->slots & (head->slots - 1)) == 0;
}

static bool parse(Model *model)
{
    const Segment *segment = model->segment;
    Str head = segment_section(segment, SECTION_HEAD);
    if (head.len != sizeof model->head) return false;
    memcpy(&model->head, head.ptr, sizeof model->head);
    if (!head_makes_sense(&model->head)) return false;
    Str tokens = segment_unchecked(segment, SECTION_TOKENS);
    Str slots = segment_unchecked(segment, SECTION_SLOTS);
    Str rows = segment_unchecked(segment, SECTION_ROWS);
    model->tokens = (const void *)tokens.ptr;
    model->slots = (const void *)slots.ptr;
    model->rows = (const void *)rows.ptr;
    model->text = segment_unchecked(segment, SECTION_TEXT);
    model->provenance = segment_section(segment, SECTION_PROVENANCE);
    return tokens.len == ((size_t)model->head.tokens + 1) * sizeof(Token) &&
           slots.len == (size_t)model->head.slots * sizeof(uint32_t) &&
           rows.len == (size_t)model->head.tokens * model->head.dims;
}

static ModelAddRow *choose_add_row(void)
{
#if defined(__x86_64__)
    if (os_cpu_has_avx2() && !str_eq(os_env("CQ_SIMD"), STR("off"))) return model_add_row_avx2;
#endif
    return model_add_row;
}

static Fail adopt(Ctx *cx, Segment *segment, Model **out)
{
    Model *model = mem_alloc(sizeof *model);
    model->segment = segment;
    model->add_row = choose_add_row();
    if (parse(model)) {
        *out = model;
        return NULL;
    }
    model_close(model);
    Fail fail = FAIL(cx->arena, DAMAGED, "this is not a table of token vectors of version %d",
                     MODEL_VERSION);
    return problem_with_str(cx->arena, fail, "reason", STR("layout"));
}

Fail model_open(Ctx *cx, OsFile dir, const char *path, Model **out)
{
    Segment *segment = NULL;
    TRY(segment_open(cx, dir, path, &segment));
    return adopt(cx, segment, out);
}

Fail model_from_bytes(Ctx *cx, Str bytes, Model **out)
{
    Segment *segment = NULL;
    TRY(segment_from_bytes(cx, bytes, &segment));
    return adopt(cx, segment, out);
}

void model_close(Model *model)
{
    if (!model) return;
    segment_close(model->segment);
    mem_free(model);
}

// ---- reading

uint32_t model_dims(const Model *model)
{
    return model->head.dims;
}

uint32_t model_tokens(const Model *model)
{
    return model->head.tokens;
}

Str model_provenance(const Model *model)
{
    return model->provenance;
}

Hash128 model_id(const Model *model)
{
    return segment_info(model->segment).digest;
}

// Of the token and the one behind it, or NULL.
static const Token *token_at(const Model *model, uint32_t token)
{
    assert(token < model->head.tokens);
    const Token *at = &model->tokens[token];
    return segment_is_sound(model->segment, at, 2 * sizeof *at) ? at : NULL;
}

Str model_text(const Model *model, uint32_t token)
{
    const Token *at = token_at(model, token);
    if (!at || at[1].text_start < at[0].text_start) return STR_NONE;
    size_t from = at[0].text_start, len = at[1].text_start - at[0].text_start;
    return segment_part(model->segment, SECTION_TEXT, from, len);
}

const int8_t *model_row(const Model *model, uint32_t token)
{
    assert(token < model->head.tokens);
    const int8_t *row = model->rows + (size_t)token * model->head.dims;
    return segment_is_sound(model->segment, row, model->head.dims) ? row : NULL;
}

uint16_t model_document(const Model *model, uint32_t token)
{
    const Token *at = token_at(model, token);
    return at ? at->document : 0;
}

uint16_t model_query(const Model *model, uint32_t token)
{
    const Token *at = token_at(model, token);
    return at ? at->query : 0;
}

uint32_t model_token(const Model *model, Str term)
{
    uint32_t mask = model->head.slots - 1, at = (uint32_t)hash_str(term) & mask;
    for (uint32_t tries = 0; tries <= mask; tries++, at = (at + 1) & mask) {
        const uint32_t *slot = &model->slots[at];
        if (!segment_is_sound(model->segment, slot, sizeof *slot) || !*slot) return MODEL_NONE;
        if (*slot > model->head.tokens) return MODEL_NONE;
        if (str_eq(model_text(model, *slot - 1), term)) return *slot - 1;
    }
    return MODEL_NONE;
}

Fail model_intact(Ctx *cx, const Model *model)
{
    return segment_intact(cx, model->segment);
}

Fail model_verify(Ctx *cx, const Model *model)
{
    return segment_verify(cx, model->segment);
}

// ---- sums

// 256 * (1 + ln(count)), where the logarithm is straight between powers of two: at most 6 % off.
uint32_t model_times(uint32_t count)
{
    enum { LN_2 = 177 }; // * 256
    if (!count) return 0;
    uint32_t whole = 31 - (uint32_t)__builtin_clz(count);
    uint64_t rest = ((uint64_t)(count - (1u << whole)) * LN_2) >> whole;
    return MODEL_ONCE + whole * LN_2 + (uint32_t)rest;
}

// Products of 16 bits: the widest that every processor has many of at once.
void model_add_row(int32_t *restrict sums, const int8_t *restrict row, int16_t weight,
                   uint32_t dims)
{
    for (uint32_t from = 0; from < dims; from += MODEL_STEP)
        for (uint32_t i = 0; i < MODEL_STEP; i++) sums[from + i] += weight * (int16_t)row[from + i];
}

bool model_sum(const Model *model, const ModelTerm *terms, size_t count, int32_t *sums)
{
    const uint64_t most = (1 << 24) - 1; // of all; times 128 is below 2^31
    uint64_t total = 0, largest = 0;
    int shift = 0;
    for (size_t i = 0; i < count; i++) {
        total += terms[i].weight;
        if (total < terms[i].weight) total = UINT64_MAX;
        largest = MAX(largest, terms[i].weight);
    }
    while (total >> shift > most || largest >> shift > INT16_MAX) shift++;
    memset(sums, 0, model->head.dims * sizeof *sums);
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        int16_t weight = (int16_t)(terms[i].weight >> shift);
        const int8_t *row = weight ? model_row(model, terms[i].token) : NULL;
        if (!row) continue;
        model->add_row(sums, row, weight, model->head.dims);
        any = true;
    }
    return any;
}

void model_normalise(const int32_t *sums, uint32_t dims, float *row)
{
    double squares = 0; // of integers below 2^31: the order is the same everywhere
    for (uint32_t i = 0; i < dims; i++) squares += (double)sums[i] * (double)sums[i];
    double length = squares > 0 ? sqrt(squares) : 1;
    for (uint32_t i = 0; i < dims; i++) row[i] = (float)((double)sums[i] / length);
}

// ---- writing

typedef struct Parts {
    Head head;
    Token *tokens;
    uint32_t *slots;
    Buf text, rows;
} Parts;

static void add_slot(Parts *parts, Str text, uint32_t token)
{
    uint32_t mask = parts->head.slots - 1, at = (uint32_t)hash_str(text) & mask;
    while (parts->slots[at]) at = (at + 1) & mask;
    parts->slots[at] = token + 1;
}

static void gather(Arena *arena, const ModelImage *image, Parts *parts, SegmentSection *out)
{
    assert(image->count <= MODEL_MOST_TOKENS);
    uint32_t slots = 4;
    while (slots < 2 * image->count) slots *= 2;
    *parts = (Parts){.head = {MODEL_VERSION, image->dims, image->count, slots},
                     .tokens = ARENA_ARRAY(arena, Token, (size_t)image->count + 1),
                     .slots = ARENA_ARRAY(arena, uint32_t, slots),
                     .text = buf_on(arena),
                     .rows = buf_on(arena)};
    assert(head_makes_sense(&parts->head));
    for (uint32_t i = 0; i < image->count; i++) {
        const ModelEntry *entry = &image->entries[i];
        parts->tokens[i] = (Token){(uint32_t)parts->text.len, entry->document, entry->query};
        buf_add(&parts->text, entry->text);
        buf_add(&parts->rows, (Str){(const char *)entry->row, image->dims});
        add_slot(parts, entry->text, i);
    }
    parts->tokens[image->count].text_start = (uint32_t)parts->text.len;
    const SegmentSection sections[SECTIONS] = {
        {SECTION_HEAD, {(const char *)&parts->head, sizeof parts->head}},
        {SECTION_TOKENS, {(const char *)parts->tokens, (image->count + 1) * sizeof(Token)}},
        {SECTION_TEXT, buf_str(&parts->text)},
        {SECTION_SLOTS, {(const char *)parts->slots, slots * sizeof(uint32_t)}},
        {SECTION_ROWS, buf_str(&parts->rows)},
        {SECTION_PROVENANCE, image->provenance},
    };
    memcpy(out, sections, sizeof sections);
}

Fail model_write(Ctx *cx, OsFile dir, const char *name, const ModelImage *image)
{
    Parts parts;
    SegmentSection sections[SECTIONS];
    SegmentInfo info;
    gather(cx->arena, image, &parts, sections);
    return segment_write(cx, dir, name, sections, SECTIONS, &info);
}

Str model_bytes(Ctx *cx, const ModelImage *image)
{
    Parts parts;
    SegmentSection sections[SECTIONS];
    gather(cx->arena, image, &parts, sections);
    Segment *segment = segment_in_memory(sections, SECTIONS);
    Str bytes = str_copy(cx->arena, segment_image(segment));
    segment_close(segment);
    return bytes;
}
