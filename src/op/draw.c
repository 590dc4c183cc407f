// op/draw.c
#include "op/draw.h"

// Labels stand between double quotes. DOT escapes with a backslash; Mermaid takes HTML's entities.
static void add_label(Buf *out, Str text, GraphFormat how)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if ((unsigned char)c < ' ') c = ' ';
        bool dot = how == GRAPH_DOT && (c == '"' || c == '\\');
        bool entity = how == GRAPH_MERMAID && strchr("\"&<>#;`\\|", c);
        if (dot) buf_byte(out, '\\');
        if (entity) buf_addf(out, "#%d;", c);
        else buf_byte(out, c);
    }
}

void draw_begin(Buf *out, GraphFormat how, const char *name)
{
    if (how == GRAPH_DOT) buf_addf(out, "digraph %s {\n  rankdir=LR;\n  node [shape=box];\n", name);
    else buf_add(out, STR("flowchart LR\n"));
}

void draw_node(Buf *out, GraphFormat how, size_t node, Str label, Str below)
{
    buf_addf(out, how == GRAPH_DOT ? "  n%zu [label=\"" : "  n%zu[\"", node);
    add_label(out, label, how);
    if (below.len) buf_add(out, how == GRAPH_DOT ? STR("\\n") : STR("<br/>"));
    add_label(out, below, how);
    buf_add(out, how == GRAPH_DOT ? STR("\"];\n") : STR("\"]\n"));
}

void draw_edge(Buf *out, GraphFormat how, size_t from, size_t to, Str label, bool dashed)
{
    if (how == GRAPH_DOT) {
        buf_addf(out, "  n%zu -> n%zu", from, to);
        if (label.len || dashed) buf_add(out, STR(" ["));
        if (label.len) buf_add(out, STR("label=\""));
        add_label(out, label, how);
        if (label.len) buf_add(out, dashed ? STR("\", ") : STR("\""));
        if (dashed) buf_add(out, STR("style=dashed"));
        buf_add(out, label.len || dashed ? STR("];\n") : STR(";\n"));
        return;
    }
    buf_addf(out, "  n%zu %s", from, dashed ? "-.->" : "-->");
    if (label.len) buf_add(out, STR("|\""));
    add_label(out, label, how);
    if (label.len) buf_add(out, STR("\"|"));
    buf_addf(out, " n%zu\n", to);
}

void draw_end(Buf *out, GraphFormat how)
{
    if (how == GRAPH_DOT) buf_add(out, STR("}\n"));
}
