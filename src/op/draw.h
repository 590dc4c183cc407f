// op/draw.h - an answer that is a graph, as a picture: Graphviz's DOT, or Mermaid.
//
// Threads: values. Memory: the arena of the buffer.
#ifndef CQ_OP_DRAW_H
#define CQ_OP_DRAW_H

#include "op/op.h"

void draw_begin(Buf *out, GraphFormat how, const char *name);
// Nodes are numbered by the caller. `below`: a second line, or empty.
void draw_node(Buf *out, GraphFormat how, size_t node, Str label, Str below);
// `dashed`: what is not proven. `label` may be empty.
void draw_edge(Buf *out, GraphFormat how, size_t from, size_t to, Str label, bool dashed);
void draw_end(Buf *out, GraphFormat how);

#endif
