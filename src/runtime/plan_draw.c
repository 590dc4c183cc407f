// runtime/plan_draw.c - a plan as a picture: Graphviz's DOT, or Mermaid.
#include "runtime/engine.h"

static const char *const colours[PLAN_STATES] = {
    [PLAN_PENDING] = "#eeeeee",  [PLAN_READY] = "#ddeeff",  [PLAN_RUNNING] = "#ffee99",
    [PLAN_SUCCESS] = "#bbeebb",  [PLAN_FAILED] = "#ffaaaa", [PLAN_SKIPPED] = "#dddddd",
    [PLAN_CANCELED] = "#ddccee",
};

// Labels stand between double quotes. DOT escapes with a backslash; Mermaid takes HTML's entities.
static void add_label(Buf *out, Str text, PlanDrawing how)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool dot = how == PLAN_DOT && (c == '"' || c == '\\');
        bool entity = how == PLAN_MERMAID && (str_find(STR("\"&<>#;`\\"), c) < 8);
        if (dot) buf_byte(out, '\\');
        if (entity) buf_addf(out, "#%d;", c);
        else buf_byte(out, c);
    }
}

static void add_line(Buf *out, Str text, PlanDrawing how)
{
    if (!text.len) return;
    buf_add(out, how == PLAN_DOT ? STR("\\n") : STR("<br/>"));
    add_label(out, text, how);
}

static void draw_cell(Buf *out, const Plan *plan, size_t cell, Str why, PlanDrawing how)
{
    Arena scratch = {0};
    Str op = str_from(plan_op(plan, cell)->name), id = plan_id(plan, cell);
    buf_addf(out, how == PLAN_DOT ? "  c%zu [label=\"" : "  c%zu[\"", cell);
    add_label(out, id, how);
    if (!str_eq(op, id)) add_line(out, op, how);
    add_line(out, plan_label(&scratch, plan, cell), how);
    add_line(out, why, how);
    arena_fini(&scratch);
}

static void draw_edges(Buf *out, const Plan *plan, PlanDrawing how)
{
    for (size_t cell = 0; cell < plan_len(plan); cell++) {
        size_t count = 0;
        const uint32_t *inputs = plan_inputs(plan, cell, &count);
        for (size_t k = 0; k < count; k++)
            buf_addf(out, how == PLAN_DOT ? "  c%u -> c%zu;\n" : "  c%u --> c%zu\n", inputs[k],
                     cell);
    }
}

void plan_draw(Buf *out, const Plan *plan, Run *run, PlanDrawing how)
{
    buf_add(out, how == PLAN_DOT ? STR("digraph plan {\n  rankdir=LR;\n  node [shape=box")
                                 : STR("flowchart LR\n"));
    if (how == PLAN_DOT) buf_add(out, run ? STR(", style=filled];\n") : STR("];\n"));
    for (size_t cell = 0; cell < plan_len(plan); cell++) {
        Arena scratch = {0};
        PlanCellResult ended = {0};
        if (run) ended = run_cell(&scratch, run, cell);
        draw_cell(out, plan, cell, ended.reason, how);
        buf_byte(out, '"');
        if (how == PLAN_DOT && run) buf_addf(out, ", fillcolor=\"%s\"", colours[ended.state]);
        buf_add(out, how == PLAN_DOT ? STR("];\n") : STR("]\n"));
        if (how == PLAN_MERMAID && run)
            buf_addf(out, "  style c%zu fill:%s\n", cell, colours[ended.state]);
        arena_fini(&scratch);
    }
    draw_edges(out, plan, how);
    if (how == PLAN_DOT) buf_add(out, STR("}\n"));
}
