// fuzz/json.c - the JSON reader, the writer, and records read from JSON: what was read and written
// reads back the same.
#include <stdlib.h>

#include "op/op.h"

enum { DEEPEST = 60 }; // the writer's limit is 64; answers are never that deep

static size_t depth_of(const Json *value)
{
    size_t deepest = 0;
    for (size_t i = 0; i < value->len; i++) {
        bool array = value->kind == JK_ARRAY;
        size_t depth = depth_of(array ? value->items[i] : value->members[i].value);
        deepest = MAX(deepest, depth);
    }
    return deepest + 1;
}

static Str text_of(Arena *arena, const Json *value, int indent)
{
    Buf buf = buf_on(arena);
    JsonWriter w = {.out = &buf, .indent = indent};
    json_write(&w, value);
    return buf_str(&buf);
}

static Str record_text(Arena *arena, const Field *fields, const void *record)
{
    Buf buf = buf_on(arena);
    JsonWriter w = {.out = &buf};
    record_write(&w, fields, record);
    return buf_str(&buf);
}

static const Json *must_parse(Arena *arena, Str text)
{
    const Json *value = NULL;
    if (json_parse(arena, text, &value)) abort();
    return value;
}

static void check_record(Arena *arena, const OpSpec *op, const Json *value)
{
    void *record = arena_alloc(arena, op->args_size), *again = arena_alloc(arena, op->args_size);
    Fail fail = record_from_json(arena, op->args, value, record);
    if (fail) {
        if (!fail->detail.len || !json_get(fail->ext, STR("pointer"))) abort();
        must_parse(arena, problem_to_json(arena, fail));
        return;
    }
    Str first = record_text(arena, op->args, record);
    if (record_from_json(arena, op->args, must_parse(arena, first), again)) abort();
    if (!str_eq(first, record_text(arena, op->args, again))) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena arena = {0};
    const Json *value = NULL;
    Fail fail = json_parse(&arena, (Str){(const char *)data, size}, &value);
    if (fail) must_parse(&arena, problem_to_json(&arena, fail));
    if (!fail && depth_of(value) <= DEEPEST) {
        Str text = text_of(&arena, value, 0);
        const Json *pretty = must_parse(&arena, text_of(&arena, must_parse(&arena, text), 2));
        if (!str_eq(text, text_of(&arena, pretty, 0))) abort();
        for (const OpSpec *const *op = op_all(); *op; op++) check_record(&arena, *op, value);
    }
    arena_fini(&arena);
    return 0;
}
