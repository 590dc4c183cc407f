// lang/around.h - which parts of a file a parser must see to tell what stands at a few places.
//
// Bodies that hold none of the places are emptied, and whole declarations and statements without
// any are left out. What is left parses to the same tree around the places, at a fraction of the
// time. When in doubt (conditional compilation, unbalanced braces) text is kept.
#ifndef CQ_LANG_AROUND_H
#define CQ_LANG_AROUND_H

#include "lang/facts.h"

typedef struct Spans {
    Span *items; // in order, without overlaps
    size_t count;
} Spans;

// `offsets` ascend. The result covers them all; for other languages it is the whole text.
// Pure but for the arena.
Spans around_spans(Arena *arena, LangId lang, Str text, const uint32_t *offsets, size_t count);

#endif
