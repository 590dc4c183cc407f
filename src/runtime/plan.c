// runtime/plan.c - from drafts to a frozen plan, with every mistake found on the way.
#include "runtime/plan.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

#include "base/hash.h"
#include "base/nearest.h"
#include "runtime/plan_.h"

enum { SHOWN_OF_CYCLE = 16 };

const PlanOp *plan_op_find(const PlanOps *ops, Str name)
{
    for (size_t i = 0; i < ops->len; i++)
        if (str_eq(str_from(ops->items[i]->name), name)) return ops->items[i];
    return NULL;
}

// ---- mistakes

Str plan_pointer(PlanBuilder *builder, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    Str pointer = str_format_args(&builder->scratch, fmt, args);
    va_end(args);
    return pointer;
}

bool plan_enough(const PlanBuilder *builder)
{
    return builder->errors && builder->errors->len >= MOST_MISTAKES;
}

void plan_mistake(PlanBuilder *builder, ProblemKind kind, Str pointer, const char *fmt, ...)
{
    if (plan_enough(builder)) return;
    Arena *arena = &builder->scratch;
    va_list args;
    va_start(args, fmt);
    Str detail = str_format_args(arena, fmt, args);
    va_end(args);
    if (!builder->first) {
        Fail fail = problem_new(arena, kind, CQ_WHERE, STR_FMT, STR_ARG(detail));
        builder->first = problem_with_str(arena, fail, "pointer", pointer);
        builder->errors = json_new_array(arena);
    }
    Json *error = json_new_object(arena);
    json_set(arena, error, STR("pointer"), json_new_str(arena, pointer));
    json_set(arena, error, STR("detail"), json_new_str(arena, detail));
    json_push(arena, builder->errors, error);
}

Fail plan_failed(PlanBuilder *builder, Arena *arena)
{
    if (!builder->first) return NULL;
    Problem problem = *builder->first;
    Json *ext = json_new_object(&builder->scratch);
    json_set(&builder->scratch, ext, STR("pointer"), json_get(problem.ext, STR("pointer")));
    json_set(&builder->scratch, ext, STR("errors"), builder->errors);
    problem.ext = ext;
    Fail fail = problem_copy(arena, &problem);
    plan_drop(builder);
    return fail;
}

// ---- drafts

PlanBuilder *plan_builder(const PlanOps *ops, const PlanLimits *limits)
{
    static const PlanLimits defaults = {100000, 1000000, 128, 256, 86400};
    PlanBuilder *builder = mem_alloc(sizeof *builder);
    builder->ops = *ops;
    PlanLimits given = limits ? *limits : (PlanLimits){0};
    builder->limits = (PlanLimits){
        .cells = given.cells ? given.cells : defaults.cells,
        .inputs = given.inputs ? given.inputs : defaults.inputs,
        .id_bytes = MIN(given.id_bytes ? given.id_bytes : defaults.id_bytes, (uint32_t)UINT16_MAX),
        .concurrency = given.concurrency ? given.concurrency : defaults.concurrency,
        .timeout_s = given.timeout_s ? given.timeout_s : defaults.timeout_s,
    };
    return builder;
}

void plan_drop(PlanBuilder *builder)
{
    if (!builder) return;
    arena_fini(&builder->scratch);
    mem_free(builder);
}

static void check_id(PlanBuilder *b, size_t number, Str id)
{
    Str pointer = plan_pointer(b, "/cells/%zu/id", number);
    if (!id.len)
        plan_mistake(b, PROBLEM_BAD_REQUEST, pointer, "a cell needs an id that is not empty");
    else if (id.len > b->limits.id_bytes)
        plan_mistake(b, PROBLEM_BAD_REQUEST, pointer,
                     "this id has %zu bytes; at most %u are allowed", id.len, b->limits.id_bytes);
    for (size_t i = 0; i < id.len; i++) {
        if ((unsigned char)id.ptr[i] >= 0x20 && id.ptr[i] != 0x7F) continue;
        plan_mistake(b, PROBLEM_BAD_REQUEST, pointer, "an id must not have control characters");
        return;
    }
}

static const PlanOp *check_op(PlanBuilder *b, size_t number, Str name)
{
    const PlanOp *op = plan_op_find(&b->ops, name);
    if (op) return op;
    Nearest nearest = nearest_to(name);
    for (size_t i = 0; i < b->ops.len; i++)
        nearest_offer(&nearest, str_from(b->ops.items[i]->name));
    plan_mistake(b, PROBLEM_BAD_REQUEST, plan_pointer(b, "/cells/%zu/op", number),
                 "there is no operation \"" STR_FMT "\"%s", STR_ARG(str_sub(name, 0, 100)),
                 nearest_phrase(&b->scratch, &nearest, ""));
    return NULL;
}

static uint32_t check_timeout(PlanBuilder *b, size_t number, double seconds)
{
    if (seconds == 0) return 0;
    if (seconds > 0 && seconds <= b->limits.timeout_s) return (uint32_t)ceil(seconds * 1000);
    plan_mistake(b, PROBLEM_BAD_REQUEST, plan_pointer(b, "/cells/%zu/timeout_s", number),
                 "timeout_s must be more than 0 and at most %u", b->limits.timeout_s);
    return 0;
}

static bool has_room(PlanBuilder *b, size_t number, size_t more_inputs)
{
    if (number >= b->limits.cells) {
        if (number == b->limits.cells)
            plan_mistake(b, PROBLEM_TOO_LARGE, STR("/cells"), "a plan has at most %u cells",
                         b->limits.cells);
        return false;
    }
    if (more_inputs <= b->limits.inputs - b->names.len) return true;
    plan_mistake(b, PROBLEM_TOO_LARGE, plan_pointer(b, "/cells/%zu/inputs", number),
                 "the cells of a plan have at most %u inputs together", b->limits.inputs);
    return false;
}

void plan_draft(PlanBuilder *b, const PlanCellSpec *cell)
{
    size_t number = b->cells.len;
    Draft draft = {.id = cell->id, .params = cell->params};
    if (!plan_enough(b) && has_room(b, number, cell->input_count)) {
        check_id(b, number, cell->id);
        draft.op = check_op(b, number, cell->op);
        draft.timeout_ms = check_timeout(b, number, cell->timeout_s);
        draft.inputs_from = (uint32_t)b->names.len;
        draft.input_count = (uint32_t)cell->input_count;
        for (size_t i = 0; i < cell->input_count; i++)
            VEC_PUSH(&b->scratch, &b->names, cell->inputs[i]);
        if (cell->params && cell->params->kind != JK_OBJECT)
            plan_mistake(b, PROBLEM_BAD_REQUEST, plan_pointer(b, "/cells/%zu/params", number),
                         "params must be an object");
    }
    if (number <= b->limits.cells) VEC_PUSH(&b->scratch, &b->cells, draft);
}

void plan_add(PlanBuilder *b, const PlanCellSpec *cell)
{
    PlanCellSpec own = *cell;
    Str *inputs = ARENA_ARRAY(&b->scratch, Str, cell->input_count);
    for (size_t i = 0; i < cell->input_count; i++)
        inputs[i] = str_copy(&b->scratch, cell->inputs[i]);
    own.id = str_copy(&b->scratch, cell->id);
    own.inputs = inputs;
    plan_draft(b, &own);
}

// ---- names to numbers

static uint32_t *table_place(uint32_t *table, uint32_t cap, const Draft *cells, Str id)
{
    uint32_t at = (uint32_t)hash_str(id) & (cap - 1);
    while (table[at] && !str_eq(cells[table[at] - 1].id, id)) at = (at + 1) & (cap - 1);
    return &table[at];
}

static void index_ids(PlanBuilder *b)
{
    b->table_cap = 4;
    while (b->table_cap < b->cells.len + b->cells.len / 4) b->table_cap *= 2;
    b->table = ARENA_ARRAY(&b->scratch, uint32_t, b->table_cap);
    for (uint32_t i = 0; i < b->cells.len && !plan_enough(b); i++) {
        uint32_t *place = table_place(b->table, b->table_cap, b->cells.items, b->cells.items[i].id);
        if (*place)
            plan_mistake(b, PROBLEM_BAD_REQUEST, plan_pointer(b, "/cells/%u/id", i),
                         "two cells are called \"" STR_FMT "\": /cells/%u and /cells/%u",
                         STR_ARG(b->cells.items[i].id), *place - 1, i);
        else *place = i + 1;
    }
}

static void unknown_input(PlanBuilder *b, uint32_t cell, uint32_t input, Str name)
{
    Nearest nearest = nearest_to(name);
    for (size_t i = 0; i < b->cells.len; i++)
        if (i != cell) nearest_offer(&nearest, b->cells.items[i].id);
    plan_mistake(b, PROBLEM_BAD_REQUEST, plan_pointer(b, "/cells/%u/inputs/%u", cell, input),
                 "no cell is called \"" STR_FMT "\"%s", STR_ARG(str_sub(name, 0, 100)),
                 nearest_phrase(&b->scratch, &nearest, ""));
}

static void resolve_inputs(PlanBuilder *b)
{
    b->inputs = ARENA_ARRAY(&b->scratch, uint32_t, b->names.len);
    for (uint32_t i = 0; i < b->cells.len && !plan_enough(b); i++) {
        const Draft *draft = &b->cells.items[i];
        for (uint32_t k = 0; k < draft->input_count; k++) {
            Str name = b->names.items[draft->inputs_from + k];
            uint32_t found = *table_place(b->table, b->table_cap, b->cells.items, name);
            if (!found) unknown_input(b, i, k, name);
            else if (found - 1 == i)
                plan_mistake(b, PROBLEM_BAD_REQUEST, plan_pointer(b, "/cells/%u/inputs/%u", i, k),
                             "cell \"" STR_FMT "\" has itself as an input", STR_ARG(name));
            else b->inputs[draft->inputs_from + k] = found - 1;
        }
    }
}

// ---- the frozen form

typedef struct OpList {
    const PlanOp **items; // in order of first use
    uint32_t len;
} OpList;

static OpList ops_in_use(PlanBuilder *b)
{
    OpList used = {ARENA_ARRAY(&b->scratch, const PlanOp *, b->ops.len), 0};
    for (size_t i = 0; i < b->cells.len; i++) {
        Draft *draft = &b->cells.items[i];
        uint32_t at = 0;
        while (at < used.len && used.items[at] != draft->op) at++;
        if (at == used.len) used.items[used.len++] = draft->op;
        draft->op_index = at;
    }
    return used;
}

// Hands out parts of one block, 8 bytes aligned; the first pass, without a block, only measures.
typedef struct Carver {
    char *block;
    size_t at;
} Carver;

static void *carve(Carver *carver, size_t bytes)
{
    void *part = carver->block ? carver->block + carver->at : NULL;
    carver->at += (bytes + 7) & ~(size_t)7;
    return part;
}

static void carve_plan(Carver *carver, Plan *plan, const PlanBuilder *b, char **text)
{
    size_t text_bytes = 0;
    for (size_t i = 0; i < b->cells.len; i++) text_bytes += b->cells.items[i].id.len + 1;
    plan->cells = carve(carver, (plan->len + 1ULL) * sizeof *plan->cells);
    plan->inputs = carve(carver, b->names.len * sizeof *plan->inputs);
    plan->outs = carve(carver, b->names.len * sizeof *plan->outs);
    plan->order = carve(carver, plan->len * sizeof *plan->order);
    plan->table = carve(carver, plan->table_cap * sizeof *plan->table);
    plan->ops = carve(carver, plan->op_count * sizeof *plan->ops);
    *text = carve(carver, text_bytes);
}

static void fill_outs(Plan *plan, size_t edges)
{
    for (size_t e = 0; e < edges; e++) plan->cells[plan->inputs[e]].outs_from++;
    uint32_t sum = 0;
    for (size_t i = 0; i <= plan->len; i++) { // counts to ends
        sum += plan->cells[i].outs_from;
        plan->cells[i].outs_from = sum;
    }
    for (uint32_t i = plan->len; i-- > 0;) { // ends to starts, filling backwards
        const PlanCell *cell = &plan->cells[i];
        for (uint32_t e = cell[1].inputs_from; e-- > cell[0].inputs_from;)
            plan->outs[--plan->cells[plan->inputs[e]].outs_from] = i;
    }
}

static void fill(Plan *plan, PlanBuilder *b, const OpList *ops, char *text)
{
    for (uint32_t i = 0; i < plan->len; i++) {
        const Draft *draft = &b->cells.items[i];
        memcpy(text, draft->id.ptr, draft->id.len);
        plan->cells[i] = (PlanCell){.id = text,
                                    .params = draft->params,
                                    .op = draft->op_index,
                                    .inputs_from = draft->inputs_from,
                                    .timeout_ms = draft->timeout_ms,
                                    .id_len = (uint16_t)draft->id.len};
        text += draft->id.len + 1;
    }
    plan->cells[plan->len].inputs_from = (uint32_t)b->names.len;
    if (b->names.len) memcpy(plan->inputs, b->inputs, b->names.len * sizeof *plan->inputs);
    memcpy(plan->table, b->table, plan->table_cap * sizeof *plan->table);
    if (ops->len) memcpy((void *)(uintptr_t)plan->ops, ops->items, ops->len * sizeof *plan->ops);
    fill_outs(plan, b->names.len);
}

static Plan *freeze(PlanBuilder *b, Arena *arena, const PlanSpec *spec)
{
    OpList ops = ops_in_use(b);
    Plan shape = {.len = (uint32_t)b->cells.len, .table_cap = b->table_cap, .op_count = ops.len};
    shape.spec = spec ? *spec : (PlanSpec){0};
    shape.spec.scope = str_copy(arena, shape.spec.scope);
    Carver carver = {0};
    char *text = NULL;
    carve_plan(&carver, &shape, b, &text);
    char *block = arena_alloc(arena, sizeof(Plan) + carver.at);
    carver = (Carver){.block = block + sizeof(Plan)};
    carve_plan(&carver, &shape, b, &text);
    Plan *plan = (Plan *)(void *)block;
    *plan = shape;
    fill(plan, b, &ops, text);
    return plan;
}

static void tell_cycle(PlanBuilder *b, const Plan *plan)
{
    uint32_t *path = ARENA_ARRAY(&b->scratch, uint32_t, plan->len);
    size_t len = graph_cycle(&b->scratch, plan, path);
    Buf shown = buf_on(&b->scratch);
    for (size_t i = 0; i < MIN(len, (size_t)SHOWN_OF_CYCLE); i++) {
        buf_add(&shown, plan_id(plan, path[i]));
        buf_add(&shown, STR(" -> "));
    }
    if (len > SHOWN_OF_CYCLE) buf_addf(&shown, "(%zu more) -> ", len - SHOWN_OF_CYCLE);
    buf_add(&shown, plan_id(plan, path[0]));
    size_t count = 0, at = 0;
    const uint32_t *inputs = plan_inputs(plan, path[0], &count);
    while (inputs[at] != path[1]) at++;
    plan_mistake(b, PROBLEM_BAD_REQUEST, plan_pointer(b, "/cells/%u/inputs/%zu", path[0], at),
                 "cells need each other in a circle, each the next: " STR_FMT,
                 STR_ARG(buf_str(&shown)));
}

typedef struct Tail {
    uint64_t tail;
    uint32_t cell;
} Tail;

static int longest_first(const void *a, const void *b)
{
    const Tail *x = a, *y = b;
    if (x->tail != y->tail) return x->tail > y->tail ? -1 : 1;
    return x->cell < y->cell ? -1 : 1;
}

// False when there is a cycle.
static bool put_in_order(Arena *scratch, Plan *plan)
{
    if (!graph_sort(scratch, plan, plan->order)) return false;
    uint64_t *tails = ARENA_ARRAY(scratch, uint64_t, plan->len);
    graph_tails(plan, plan->order, tails);
    Tail *sorted = ARENA_ARRAY(scratch, Tail, plan->len);
    for (uint32_t i = 0; i < plan->len; i++) sorted[i] = (Tail){tails[i], i};
    qsort(sorted, plan->len, sizeof *sorted, longest_first);
    for (uint32_t i = 0; i < plan->len; i++) {
        plan->order[i] = sorted[i].cell;
        plan->cells[sorted[i].cell].rank = i;
    }
    return true;
}

static bool can_encode(const PlanOp *op)
{
    return op->encode && op->decode;
}

static void mark_cacheable(Plan *plan)
{
    for (uint32_t i = 0; i < plan->len; i++) {
        PlanCell *cell = &plan->cells[i];
        bool cacheable = plan->ops[cell->op]->pure && can_encode(plan->ops[cell->op]);
        for (uint32_t e = cell[0].inputs_from; cacheable && e < cell[1].inputs_from; e++)
            cacheable = can_encode(plan->ops[plan->cells[plan->inputs[e]].op]);
        if (!cacheable) continue;
        cell->flags |= CELL_CACHEABLE;
        for (uint32_t e = cell[0].inputs_from; e < cell[1].inputs_from; e++)
            plan->cells[plan->inputs[e]].flags |= CELL_DIGESTED;
    }
}

static void bad_params(PlanBuilder *b, uint32_t number, const PlanOp *op, Fail fail)
{
    const Json *inside = json_get(fail->ext, STR("pointer"));
    Str rest = inside && inside->kind == JK_STR ? inside->string : STR_NONE;
    plan_mistake(b, fail->kind, plan_pointer(b, "/cells/%u/params" STR_FMT, number, STR_ARG(rest)),
                 "%s: " STR_FMT, op->name, STR_ARG(fail->detail));
}

static void check_params(PlanBuilder *b, Arena *arena, Plan *plan)
{
    const Json *nothing = json_new_object(&b->scratch);
    for (uint32_t i = 0; i < plan->len && !plan_enough(b); i++) {
        PlanCell *cell = &plan->cells[i];
        const PlanOp *op = plan->ops[cell->op];
        size_t inputs = cell[1].inputs_from - cell[0].inputs_from;
        if (op->check) {
            Fail fail =
                op->check(arena, op, cell->params ? cell->params : nothing, inputs, &cell->args);
            if (fail) bad_params(b, i, op, fail);
        } else if (cell->params && cell->params->len) {
            plan_mistake(b, PROBLEM_BAD_REQUEST, plan_pointer(b, "/cells/%u/params", i),
                         "%s takes no parameters", op->name);
        }
    }
}

Fail plan_finish(PlanBuilder *b, Arena *arena, const PlanSpec *spec, const Plan **out)
{
    if (spec && spec->max_concurrency > b->limits.concurrency)
        plan_mistake(b, PROBLEM_BAD_REQUEST, STR("/max_concurrency"),
                     "max_concurrency must be between 1 and %u", b->limits.concurrency);
    Fail fail = plan_failed(b, arena);
    if (fail) return fail;
    index_ids(b);
    if ((fail = plan_failed(b, arena))) return fail;
    resolve_inputs(b);
    if ((fail = plan_failed(b, arena))) return fail;
    Plan *plan = freeze(b, arena, spec);
    if (put_in_order(&b->scratch, plan)) check_params(b, arena, plan);
    else tell_cycle(b, plan);
    if ((fail = plan_failed(b, arena))) return fail;
    mark_cacheable(plan);
    plan_drop(b);
    *out = plan;
    return NULL;
}

// ---- reading

size_t plan_len(const Plan *plan)
{
    return plan->len;
}

const PlanSpec *plan_spec(const Plan *plan)
{
    return &plan->spec;
}

Str plan_id(const Plan *plan, size_t cell)
{
    return (Str){plan->cells[cell].id, plan->cells[cell].id_len};
}

const PlanOp *plan_op(const Plan *plan, size_t cell)
{
    return plan->ops[plan->cells[cell].op];
}

Str plan_label(Arena *arena, const Plan *plan, size_t cell)
{
    const PlanOp *op = plan_op(plan, cell);
    return op->label ? op->label(arena, op, plan->cells[cell].args) : STR_NONE;
}

const Json *plan_params(const Plan *plan, size_t cell)
{
    return plan->cells[cell].params;
}

bool plan_find(const Plan *plan, Str id, size_t *cell)
{
    uint32_t at = (uint32_t)hash_str(id) & (plan->table_cap - 1);
    for (; plan->table[at]; at = (at + 1) & (plan->table_cap - 1)) {
        if (!str_eq(plan_id(plan, plan->table[at] - 1), id)) continue;
        *cell = plan->table[at] - 1;
        return true;
    }
    return false;
}

const uint32_t *plan_inputs(const Plan *plan, size_t cell, size_t *count)
{
    *count = plan->cells[cell + 1].inputs_from - plan->cells[cell].inputs_from;
    return plan->inputs + plan->cells[cell].inputs_from;
}

const uint32_t *plan_dependants(const Plan *plan, size_t cell, size_t *count)
{
    *count = plan->cells[cell + 1].outs_from - plan->cells[cell].outs_from;
    return plan->outs + plan->cells[cell].outs_from;
}

void plan_order(const Plan *plan, uint32_t *order)
{
    if (plan->len) memcpy(order, plan->order, plan->len * sizeof *order);
}
