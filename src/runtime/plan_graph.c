// runtime/plan_graph.c - order, cycles and longest ways among the cells of a plan.
#include <assert.h>

#include "runtime/plan_.h"

static uint32_t count_inputs(const Plan *plan, uint32_t cell)
{
    return plan->cells[cell + 1].inputs_from - plan->cells[cell].inputs_from;
}

// Fills what it can in an order of need and returns how many that are; `waiting` is left with the
// inputs each of the others still lacks.
static size_t sort_what_can_be(const Plan *plan, uint32_t *sorted, uint32_t *waiting)
{
    size_t found = 0;
    for (uint32_t i = 0; i < plan->len; i++) {
        waiting[i] = count_inputs(plan, i);
        if (!waiting[i]) sorted[found++] = i;
    }
    for (size_t at = 0; at < found; at++) {
        const PlanCell *cell = &plan->cells[sorted[at]];
        for (uint32_t e = cell[0].outs_from; e < cell[1].outs_from; e++)
            if (--waiting[plan->outs[e]] == 0) sorted[found++] = plan->outs[e];
    }
    return found;
}

bool graph_sort(Arena *arena, const Plan *plan, uint32_t *sorted)
{
    uint32_t *waiting = ARENA_ARRAY(arena, uint32_t, plan->len);
    return sort_what_can_be(plan, sorted, waiting) == plan->len;
}

static uint32_t stuck_input(const Plan *plan, const uint32_t *waiting, uint32_t cell)
{
    const PlanCell *it = &plan->cells[cell];
    uint32_t e = it[0].inputs_from;
    while (!waiting[plan->inputs[e]]) e++; // one there is: it is why this cell is stuck
    return plan->inputs[e];
}

size_t graph_cycle(Arena *arena, const Plan *plan, uint32_t *path)
{
    uint32_t *waiting = ARENA_ARRAY(arena, uint32_t, plan->len);
    bool *seen = ARENA_ARRAY(arena, bool, plan->len);
    sort_what_can_be(plan, path, waiting);
    uint32_t at = 0;
    while (!waiting[at]) at++;
    while (!seen[at]) { // into the cycle
        seen[at] = true;
        at = stuck_input(plan, waiting, at);
    }
    uint32_t first = at;
    for (uint32_t i = stuck_input(plan, waiting, at); i != at; i = stuck_input(plan, waiting, i))
        first = MIN(first, i);
    size_t len = 0;
    at = first;
    do {
        path[len++] = at;
        at = stuck_input(plan, waiting, at);
    } while (at != first);
    return len;
}

void graph_tails(const Plan *plan, const uint32_t *sorted, uint64_t *tails)
{
    for (size_t i = plan->len; i-- > 0;) {
        const PlanCell *cell = &plan->cells[sorted[i]];
        uint64_t longest = 0;
        for (uint32_t e = cell[0].outs_from; e < cell[1].outs_from; e++)
            longest = MAX(longest, tails[plan->outs[e]]);
        tails[sorted[i]] = longest + MAX(plan->ops[cell->op]->cost, 1U);
    }
}

size_t plan_critical_path(Arena *arena, const Plan *plan, const uint32_t **path, uint64_t *cost)
{
    uint64_t *tails = ARENA_ARRAY(arena, uint64_t, plan->len);
    uint32_t *cells = ARENA_ARRAY(arena, uint32_t, plan->len);
    *path = cells;
    *cost = 0;
    if (!plan->len) return 0;
    graph_tails(plan, plan->order, tails);
    size_t len = 0;
    uint32_t at = plan->order[0]; // the longest way starts here
    *cost = tails[at];
    for (;;) {
        cells[len++] = at;
        const PlanCell *cell = &plan->cells[at];
        if (cell[0].outs_from == cell[1].outs_from) return len;
        uint32_t next = plan->outs[cell->outs_from];
        for (uint32_t e = cell[0].outs_from; e < cell[1].outs_from; e++)
            if (tails[plan->outs[e]] > tails[next]) next = plan->outs[e];
        at = next;
    }
}
