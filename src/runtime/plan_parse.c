// runtime/plan_parse.c - the JSON form of a plan.
#include "base/nearest.h"
#include "runtime/plan_.h"

static const char *const plan_members[] = {"version",   "scope", "max_concurrency",
                                           "fail_fast", "cells", NULL};
static const char *const cell_members[] = {"id", "op", "inputs", "params", "timeout_s", NULL};
enum { LONGEST_SCOPE = 4096 };

#define BAD(b, pointer, ...) plan_mistake((b), PROBLEM_BAD_REQUEST, (pointer), __VA_ARGS__)

// One part of a pointer: RFC 6901 writes ~ as ~0 and / as ~1.
static Str pointer_part(Arena *arena, Str key)
{
    Buf buf = buf_on(arena);
    for (size_t i = 0; i < key.len; i++) {
        if (key.ptr[i] == '~') buf_add(&buf, STR("~0"));
        else if (key.ptr[i] == '/') buf_add(&buf, STR("~1"));
        else buf_byte(&buf, key.ptr[i]);
    }
    return buf_str(&buf);
}

static void check_member(PlanBuilder *b, Str key, const char *const *known, Str where)
{
    Nearest nearest = nearest_to(key);
    for (; *known; known++) {
        if (str_eq(key, str_from(*known))) return;
        nearest_offer(&nearest, str_from(*known));
    }
    Str part = pointer_part(&b->scratch, key);
    BAD(b, plan_pointer(b, STR_FMT "/" STR_FMT, STR_ARG(where), STR_ARG(part)),
        "there is no member \"" STR_FMT "\"%s", STR_ARG(str_sub(key, 0, 100)),
        nearest_phrase(&b->scratch, &nearest, ""));
}

static void check_members(PlanBuilder *b, const Json *object, const char *const *known, Str where)
{
    for (size_t i = 0; i < object->len && !plan_enough(b); i++)
        check_member(b, object->members[i].key, known, where);
}

// A member that must be a string; empty when it is absent.
static Str read_text(PlanBuilder *b, const Json *object, const char *key, size_t number)
{
    const Json *value = json_get(object, str_from(key));
    if (value && value->kind == JK_STR) return value->string;
    BAD(b, plan_pointer(b, "/cells/%zu/%s", number, key),
        value ? "%s must be a string" : "the cell has no %s", key);
    return STR_NONE;
}

static size_t read_inputs(PlanBuilder *b, const Json *cell, size_t number, const Str **out)
{
    const Json *inputs = json_get(cell, STR("inputs"));
    if (!inputs) return 0;
    if (inputs->kind != JK_ARRAY) {
        BAD(b, plan_pointer(b, "/cells/%zu/inputs", number), "inputs must be an array of ids");
        return 0;
    }
    Str *ids = ARENA_ARRAY(&b->scratch, Str, inputs->len);
    for (size_t i = 0; i < inputs->len; i++) {
        if (inputs->items[i]->kind == JK_STR) ids[i] = inputs->items[i]->string;
        else BAD(b, plan_pointer(b, "/cells/%zu/inputs/%zu", number, i), "an input must be an id");
    }
    *out = ids;
    return inputs->len;
}

static double read_timeout(PlanBuilder *b, const Json *cell, size_t number)
{
    const Json *value = json_get(cell, STR("timeout_s"));
    if (!value) return 0;
    double seconds = value->kind == JK_INT ? (double)value->integer : value->real;
    bool number_given = value->kind == JK_INT || value->kind == JK_REAL;
    if (number_given && seconds != 0) return seconds; // plan_draft knows the range
    BAD(b, plan_pointer(b, "/cells/%zu/timeout_s", number),
        "timeout_s must be a number of seconds, more than 0 and at most %u", b->limits.timeout_s);
    return 0;
}

static void read_cell(PlanBuilder *b, const Json *cell, size_t number)
{
    if (cell->kind != JK_OBJECT) {
        BAD(b, plan_pointer(b, "/cells/%zu", number), "a cell must be an object");
        return;
    }
    check_members(b, cell, cell_members, plan_pointer(b, "/cells/%zu", number));
    PlanCellSpec spec = {.params = json_get(cell, STR("params"))};
    size_t known = b->errors ? b->errors->len : 0;
    spec.id = read_text(b, cell, "id", number);
    spec.op = read_text(b, cell, "op", number);
    spec.input_count = read_inputs(b, cell, number, &spec.inputs);
    spec.timeout_s = read_timeout(b, cell, number);
    if (known == (b->errors ? b->errors->len : 0)) plan_draft(b, &spec);
    else VEC_PUSH(&b->scratch, &b->cells, (Draft){0}); // keeps the numbers right
}

static void read_cells(PlanBuilder *b, const Json *document)
{
    const Json *cells = json_get(document, STR("cells"));
    if (!cells || cells->kind != JK_ARRAY) {
        BAD(b, STR("/cells"), cells ? "cells must be an array" : "the plan has no cells");
        return;
    }
    for (size_t i = 0; i < cells->len && i <= b->limits.cells && !plan_enough(b); i++)
        read_cell(b, cells->items[i], i);
}

static void read_head(PlanBuilder *b, const Json *document, PlanSpec *spec)
{
    const Json *version = json_get(document, STR("version"));
    if (version && (version->kind != JK_INT || version->integer != 1))
        BAD(b, STR("/version"), "version must be 1, the only one there is");
    const Json *scope = json_get(document, STR("scope"));
    if (scope && (scope->kind != JK_STR || scope->string.len > LONGEST_SCOPE))
        BAD(b, STR("/scope"), "scope must be a string of at most %d bytes", LONGEST_SCOPE);
    else if (scope) spec->scope = scope->string;
    const Json *fast = json_get(document, STR("fail_fast"));
    if (fast && fast->kind != JK_BOOL) BAD(b, STR("/fail_fast"), "fail_fast must be true or false");
    else if (fast) spec->fail_fast = fast->boolean;
    const Json *most = json_get(document, STR("max_concurrency"));
    if (!most) return;
    if (most->kind != JK_INT || most->integer < 1 || most->integer > b->limits.concurrency)
        BAD(b, STR("/max_concurrency"), "max_concurrency must be a whole number between 1 and %u",
            b->limits.concurrency);
    else spec->max_concurrency = (uint32_t)most->integer;
}

Fail plan_parse(Arena *arena, const PlanOps *ops, const PlanLimits *limits, const Json *document,
                const Plan **out)
{
    PlanBuilder *b = plan_builder(ops, limits);
    PlanSpec spec = {0};
    if (document->kind != JK_OBJECT) {
        BAD(b, STR(""), "a plan must be an object with the member \"cells\"");
    } else {
        check_members(b, document, plan_members, STR(""));
        read_head(b, document, &spec);
        read_cells(b, document);
    }
    return plan_finish(b, arena, &spec, out);
}
