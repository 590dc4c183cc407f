// lang/around_.h - private to around*.c.
#ifndef CQ_LANG_AROUND__H
#define CQ_LANG_AROUND__H

#include "base/vec.h"
#include "lang/around.h"

typedef VEC(Span) SpanVec;

// Adds what can be left out, in order.
void around_python(Arena *arena, Str text, const uint32_t *offsets, size_t count, SpanVec *cuts);

#endif
