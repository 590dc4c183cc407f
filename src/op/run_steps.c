// op/run_steps.c - "--step OP key=value ..." as the document of a plan.
//
//   --step search id=s pattern=dictFind --step outline inputs=s depth=1
//
// id, inputs (comma-separated) and timeout_s belong to the cell, everything else to the operation.
// A word without "=" is a switch of that name, or else the next argument that needs no name.
#include "op/run.h"

typedef struct Step {
    Arena *arena;
    const OpSpec *op; // NULL when unknown: the plan's check says so
    Json *cell, *params;
    size_t positional; // fields before it have been used
} Step;

static const Field *find_field(const Step *step, Str name)
{
    for (const Field *field = step->op ? step->op->args : NULL; field && field->name; field++)
        if (str_eq(str_from(field->name), name)) return field;
    return NULL;
}

static const Field *next_positional(Step *step)
{
    for (; step->op && step->op->args[step->positional].name; step->positional++) {
        const Field *field = &step->op->args[step->positional];
        if (!(field->flags & FIELD_POSITIONAL)) continue;
        if (!field_is_list(field)) step->positional++;
        return field;
    }
    return NULL;
}

// Text that does not fit the field stays text, so that the check of the operation can say so.
static const Json *value_of(Arena *arena, const Field *field, Str text)
{
    int64_t whole;
    uint64_t size;
    const Json *value = NULL;
    switch (field ? field->type : FIELD_STR) {
    case FIELD_INT:
    case FIELD_U32:
        if (str_to_int(text, &whole)) return json_new_int(arena, whole);
        break;
    case FIELD_SIZE:
        if (str_to_size(text, &size)) return json_new_int(arena, (int64_t)size);
        break;
    case FIELD_BOOL:
        if (str_eq(text, STR("true"))) return json_new_bool(arena, true);
        if (str_eq(text, STR("false"))) return json_new_bool(arena, false);
        break;
    case FIELD_REAL:
    case FIELD_JSON:
        if (!json_parse(arena, text, &value)) return value;
        break;
    default: break;
    }
    return json_new_str(arena, text);
}

static Fail set_param(Step *step, Str name, const Field *field, Str text)
{
    Arena *arena = step->arena;
    const Json *value = value_of(arena, field, text), *before = json_get(step->params, name);
    if (!field || !field_is_list(field)) {
        if (before)
            return FAIL(arena, BAD_REQUEST, "--step gives " STR_FMT " twice", STR_ARG(name));
        json_set(arena, step->params, name, value);
        return NULL;
    }
    if (!before) json_set(arena, step->params, name, before = json_new_array(arena));
    json_push(arena, (Json *)(uintptr_t)before, value); // made two lines up
    return NULL;
}

static Json *split(Arena *arena, Str text)
{
    Json *list = json_new_array(arena);
    for (Str item; str_next(&text, ',', &item);)
        if (str_trim(item).len) json_push(arena, list, json_new_str(arena, str_trim(item)));
    return list;
}

static bool set_cell_member(Step *step, Str name, Str text)
{
    Arena *arena = step->arena;
    const Json *value = NULL;
    if (str_eq(name, STR("id"))) value = json_new_str(arena, text);
    if (str_eq(name, STR("inputs"))) value = split(arena, text);
    if (str_eq(name, STR("timeout_s")) && json_parse(arena, text, &value))
        value = json_new_str(arena, text);
    if (value) json_set(arena, step->cell, name, value);
    return value != NULL;
}

static Fail add_word(Step *step, Str word)
{
    Arena *arena = step->arena;
    size_t equals = str_find(word, '=');
    Str name = str_sub(word, 0, equals);
    const Field *field = find_field(step, name);
    if (equals < word.len) {
        Str text = str_sub(word, equals + 1, word.len);
        if (!name.len)
            return FAIL(arena, BAD_REQUEST, "--step has no name before \"" STR_FMT "\"",
                        STR_ARG(word));
        return set_cell_member(step, name, text) ? NULL : set_param(step, name, field, text);
    }
    if (field && field->type == FIELD_BOOL) return set_param(step, name, field, STR("true"));
    field = next_positional(step);
    if (!field)
        return FAIL(arena, BAD_REQUEST, "--step: \"" STR_FMT "\" must be written key=value",
                    STR_ARG(word));
    return set_param(step, str_from(field->name), field, word);
}

// Words are lines; in text without line ends, as programs may give it, they end at spaces.
static Fail read_step(Arena *arena, Str text, size_t index, Json *cells)
{
    char separator = str_contains(text, STR("\n")) ? '\n' : ' ';
    Str name, word;
    if (!str_next(&text, separator, &name) || !name.len)
        return FAIL(arena, BAD_REQUEST, "--step needs an operation: OP key=value ...");
    Step step = {.arena = arena,
                 .op = op_named(name),
                 .cell = json_new_object(arena),
                 .params = json_new_object(arena)};
    while (str_next(&text, separator, &word))
        if (word.len) TRY(add_word(&step, word));
    if (!json_get(step.cell, STR("id")))
        json_set(arena, step.cell, STR("id"),
                 json_new_str(arena, str_format(arena, STR_FMT "_%zu", STR_ARG(name), index)));
    json_set(arena, step.cell, STR("op"), json_new_str(arena, name));
    json_set(arena, step.cell, STR("params"), step.params);
    json_push(arena, cells, step.cell);
    return NULL;
}

Fail run_document_of_steps(Arena *arena, const StrList *steps, const Json **out)
{
    Json *document = json_new_object(arena), *cells = json_new_array(arena);
    for (size_t i = 0; i < steps->count; i++) TRY(read_step(arena, steps->items[i], i, cells));
    json_set(arena, document, STR("version"), json_new_int(arena, 1));
    json_set(arena, document, STR("cells"), cells);
    *out = document;
    return NULL;
}
