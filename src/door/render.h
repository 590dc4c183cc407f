// door/render.h - an answer in the format that was asked for.
#ifndef CQ_DOOR_RENDER_H
#define CQ_DOOR_RENDER_H

#include "door/out.h"
#include "op/answer.h"

enum { RENDER_TOKEN_BYTES = 4 }; // of a token of --budget: what models make of code, about

typedef struct RenderStyle {
    Str format; // md, json, lines; dot and mermaid only of what can be drawn
    TextStyle text;
    bool indent_json;
} RenderStyle;

void render_answer(Out *out, const OpSpec *op, const void *args, const RunInfo *info,
                   const Result *result, const RenderStyle *style);

#endif
