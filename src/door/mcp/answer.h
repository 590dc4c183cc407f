// door/mcp/answer.h - an answer cut to what a model can afford: most useful first, exact totals,
// what it was computed from, and how to get the rest.
//
//   text        as `cq OP --format md` prints it, cut at a line; further pages as plain lines
//   structured  {"at": ..., "summary": ..., "findings": [...], "more": "..."}
//
// Clients show a model one of the two: each fits the budget by itself.
// Threads: pure. Memory: the buffer's arena.
#ifndef CQ_DOOR_MCP_ANSWER_H
#define CQ_DOOR_MCP_ANSWER_H

#include "door/mcp/host.h"

typedef struct AnswerCut {
    const Asked *asked;
    const McpWhere *where;
    size_t budget_bytes;
    size_t from; // of the findings, in reading order: where this page begins
} AnswerCut;

void mcp_answer_text(Buf *out, const AnswerCut *cut);
void mcp_answer_write(JsonWriter *w, const AnswerCut *cut);
// The summary as a JSON value, to be looked at.
const Json *mcp_answer_summary(Arena *arena, const Asked *asked);
// For people and models: what is wrong, what to change.
Str mcp_problem_text(Arena *arena, Fail fail);

#endif
