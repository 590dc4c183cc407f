// retrieve/embed_answer.c
#include "retrieve/embed_answer.h"

#include "base/json.h"
#include "retrieve/embed.h"
#include "retrieve/vectors.h"

enum { LONGEST_MESSAGE = 200 };

#define WRONG(arena, ...) FAIL((arena), UNAVAILABLE, "the embedding server's answer: " __VA_ARGS__)

// --- base64 of floats

static int digit_of(char c)
{
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= 'a' && c <= 'z') return c - 'a' + 26;
    if (c >= '0' && c <= '9') return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

// Into `out`, which has room for 3 bytes for each 4 of `text`. False for what is no base64.
static bool decode_base64(Str text, unsigned char *out, size_t *len)
{
    uint32_t bits = 0, held = 0;
    *len = 0;
    while (text.len && text.ptr[text.len - 1] == '=') text.len--; // padding is optional
    for (size_t i = 0; i < text.len; i++) {
        int digit = digit_of(text.ptr[i]);
        if (digit < 0) return false;
        bits = bits << 6 | (uint32_t)digit;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        out[(*len)++] = (unsigned char)(bits >> held);
    }
    return text.len % 4 != 1;
}

static bool read_base64(Arena *arena, Str text, float **out, size_t *count)
{
    size_t len = 0;
    unsigned char *bytes = arena_alloc_raw(arena, text.len);
    if (!decode_base64(text, bytes, &len) || len % sizeof(float)) return false;
    *count = len / sizeof(float);
    *out = ARENA_ARRAY(arena, float, *count);
    for (size_t i = 0; i < *count; i++) {
        const unsigned char *b = bytes + 4 * i;
        uint32_t word =
            (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
        memcpy(*out + i, &word, sizeof word);
    }
    return true;
}

static bool read_numbers(Arena *arena, const Json *array, float **out, size_t *count)
{
    *count = array->len;
    *out = ARENA_ARRAY(arena, float, *count);
    for (size_t i = 0; i < *count; i++) {
        const Json *item = array->items[i];
        if (item->kind == JK_INT) (*out)[i] = (float)item->integer;
        else if (item->kind == JK_REAL) (*out)[i] = (float)item->real; // inf is seen later
        else return false;
    }
    return true;
}

// --- the document

// The place of the item: its "index", or its own where the items have none.
static bool index_of(const Json *item, size_t own, size_t count, size_t *out)
{
    const Json *index = json_get(item, STR("index"));
    *out = own;
    if (!index) return true;
    if (index->kind != JK_INT || index->integer < 0 || (uint64_t)index->integer >= count)
        return false;
    *out = (size_t)index->integer;
    return true;
}

static Fail read_item(Arena *arena, Arena *scratch, const Json *item, size_t at, uint32_t *dims,
                      float **rows, size_t count)
{
    const Json *embedding = json_get(item, STR("embedding"));
    float *row = NULL;
    size_t len = 0;
    bool read = embedding &&
                (embedding->kind == JK_STR     ? read_base64(scratch, embedding->string, &row, &len)
                 : embedding->kind == JK_ARRAY ? read_numbers(scratch, embedding, &row, &len)
                                               : false);
    if (!read) return WRONG(arena, "item %zu has no vector of numbers", at);
    if (!len || len > VECTOR_DIMS_MOST)
        return WRONG(arena, "item %zu has %zu dimensions; 1 to %d are possible", at, len,
                     VECTOR_DIMS_MOST);
    if (*dims && len != *dims)
        return WRONG(arena, "item %zu has %zu dimensions, not %u", at, len, *dims);
    if (!embed_normalise(row, len))
        return WRONG(arena, "item %zu holds a number that is not finite", at);
    if (!*rows) *rows = ARENA_ARRAY(arena, float, count *len);
    *dims = (uint32_t)len;
    memcpy(*rows + at * len, row, len * sizeof *row);
    return NULL;
}

static Fail read_items(Arena *arena, Arena *scratch, const Json *data, size_t count, uint32_t *dims,
                       float **rows)
{
    bool *seen = ARENA_ARRAY(scratch, bool, count);
    for (size_t i = 0; i < count; i++) {
        size_t at = 0;
        if (!index_of(data->items[i], i, count, &at))
            return WRONG(arena, "item %zu has an index outside 0 to %zu", i, count - 1);
        if (seen[at]) return WRONG(arena, "there are two items of index %zu", at);
        seen[at] = true;
        TRY(read_item(arena, scratch, data->items[i], at, dims, rows, count));
    }
    return NULL;
}

Fail embed_answer_read(Arena *arena, Str body, size_t count, uint32_t *dims, const float **rows)
{
    Arena scratch = {0};
    const Json *answer = NULL;
    uint32_t found = *dims;
    float *made = NULL;
    Fail fail = json_parse(&scratch, body, &answer);
    const Json *data = json_get(answer, STR("data"));
    if (fail) fail = WRONG(arena, "it is not JSON: " STR_FMT, STR_ARG(fail->detail));
    else if (!data || data->kind != JK_ARRAY) fail = WRONG(arena, "it has no \"data\" array");
    else if (data->len != count)
        fail = WRONG(arena, "it has %zu vectors for %zu texts", data->len, count);
    else fail = read_items(arena, &scratch, data, count, &found, &made);
    arena_fini(&scratch);
    if (fail) return fail;
    *dims = found;
    *rows = made;
    return NULL;
}

static const Json *member_of(const Json *object, const char *key)
{
    const Json *value = json_get(object, str_from(key));
    return value && value->kind == JK_OBJECT ? json_get(value, STR("message")) : value;
}

Str embed_answer_error(Arena *arena, Str body)
{
    static const char *const keys[] = {"error", "message", "detail"};
    const Json *answer = NULL;
    Str text = body;
    if (json_parse(arena, body, &answer)) answer = NULL;
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        const Json *message = member_of(answer, keys[i]);
        if (!message || message->kind != JK_STR) continue;
        text = message->string;
        break;
    }
    text = str_sub(text, 0, utf8_cut(text, LONGEST_MESSAGE));
    char *line = arena_alloc(arena, text.len + 1);
    for (size_t i = 0; i < text.len; i++)
        line[i] = (unsigned char)text.ptr[i] < ' ' ? ' ' : text.ptr[i];
    return str_trim((Str){line, text.len});
}
