// fuzz/plan.c - any JSON as a plan: it is refused at a place that exists, or it is sound: ordered,
// found by id, drawn, run, and its parameters have one canonical text.
#include <stdlib.h>

#include "runtime/engine.h"
#include "runtime/plan_.h"

enum { MOST_BYTES = 64 << 10 };

static void must(bool truth)
{
    if (!truth) abort();
}

static Fail run_noop(Ctx *cx, PlanCall *call, const void **value)
{
    (void)cx;
    for (size_t i = 0; i < call->inputs; i++) must(plan_input(call, i).value != NULL);
    *value = call->op;
    return NULL;
}

static Fail check_text(Arena *arena, const PlanOp *op, const Json *params, size_t inputs,
                       const void **args)
{
    (void)op, (void)inputs;
    for (size_t i = 0; i < params->len; i++)
        if (params->members[i].value->kind != JK_STR)
            return problem_with_str(arena, FAIL(arena, BAD_REQUEST, "not a string"), "pointer",
                                    STR("/member"));
    *args = params;
    return NULL;
}

static const PlanOp fold = {.name = "fold", .run = run_noop};
static const PlanOp look = {.name = "look", .run = run_noop, .check = check_text, .cost = 5};
static const PlanOp *const all[] = {&fold, &look};
static const PlanOps ops = {all, 2};

static void check_canonical(Arena *arena, const Json *value)
{
    Buf first = buf_on(arena), again = buf_on(arena);
    canon_write(&first, value);
    const Json *back = NULL;
    must(json_parse(arena, buf_str(&first), &back) == NULL);
    canon_write(&again, back);
    must(str_eq(buf_str(&first), buf_str(&again)));
}

static void check_order(Arena *arena, const Plan *plan)
{
    size_t len = plan_len(plan), found = 0, count = 0;
    uint32_t *order = ARENA_ARRAY(arena, uint32_t, len);
    bool *done = ARENA_ARRAY(arena, bool, len);
    plan_order(plan, order);
    for (size_t i = 0; i < len; i++) {
        const uint32_t *inputs = plan_inputs(plan, order[i], &count);
        for (size_t k = 0; k < count; k++) must(done[inputs[k]]);
        must(!done[order[i]]);
        done[order[i]] = true;
        must(plan_find(plan, plan_id(plan, i), &found) && found == i);
    }
}

static void check_plan(Ctx *cx, const Plan *plan)
{
    check_order(cx->arena, plan);
    const uint32_t *path = NULL;
    uint64_t cost = 0;
    must(plan_critical_path(cx->arena, plan, &path, &cost) <= plan_len(plan));
    Engine *engine = engine_new(&(EngineSpec){0});
    Run *run = NULL;
    must(engine_run(cx, engine, plan, NULL, &run) == NULL);
    must(run_state(run) == PLAN_SUCCESS);
    Buf picture = buf_on(cx->arena);
    plan_draw(&picture, plan, run, PLAN_DOT);
    plan_draw(&picture, plan, NULL, PLAN_MERMAID);
    run_release(run);
    engine_free(engine);
}

static void check_refusal(Fail fail)
{
    const Json *pointer = json_get(fail->ext, STR("pointer"));
    const Json *errors = json_get(fail->ext, STR("errors"));
    must(fail->detail.len && pointer && pointer->kind == JK_STR);
    must(!pointer->string.len || pointer->string.ptr[0] == '/');
    must(errors && errors->len >= 1 && errors->len <= MOST_MISTAKES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size > MOST_BYTES) return 0;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    const Json *document = NULL;
    const Plan *plan = NULL;
    if (!json_parse(&arena, (Str){(const char *)data, size}, &document)) {
        check_canonical(&arena, document);
        Fail fail = plan_parse(&arena, &ops, NULL, document, &plan);
        if (fail) check_refusal(fail);
        else check_plan(&cx, plan);
    }
    arena_fini(&arena);
    return 0;
}
