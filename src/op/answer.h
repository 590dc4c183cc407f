// op/answer.h - the JSON document of an answer: schema, run, summary, findings, sections, problems.
//
// The same for every operation and every door; op_result_schema describes it.
// Threads: values. Memory: the arena of the buffer written to.
#ifndef CQ_OP_ANSWER_H
#define CQ_OP_ANSWER_H

#include "op/op.h"

enum { SCHEMA_VERSION = 1 }; // of the documents; raised when a member changes its meaning

// What was asked, and when.
typedef struct RunInfo {
    Str command;             // the operation's name
    StrList argv;            // the command line; empty from the library
    Str root;                // of the workspace
    Str started;             // RFC 3339
    double elapsed_ms;       // until the answer was complete
    Str session, scope;      // whose scope was applied, and what it did; empty: none
    bool interrupted;        // stopped early: the answer holds what was found until then
    Str cq_version;          // filled in by answer_write
    uint32_t schema_version; // filled in by answer_write
} RunInfo;

extern const Field run_fields[];     // of RunInfo
extern const Field finding_fields[]; // of Finding

// Called between two pieces, to write out and empty a buffer that has grown. False ends the
// document where it is: nobody reads on.
typedef struct AnswerDrain {
    bool (*drain)(void *arg, Buf *buf);
    void *arg;
} AnswerDrain;

// The document of `result`; info's root and interrupted are taken from it. A NULL drain leaves all
// of it in the buffer.
void answer_write(JsonWriter *w, const OpSpec *op, const RunInfo *info, const Result *result,
                  const AnswerDrain *drain);
// Its members summary, findings, sections and problems, inside an object that the caller began.
// False when `drain` ended the document.
bool answer_write_body(JsonWriter *w, const OpSpec *op, const Result *result,
                       const AnswerDrain *drain);
// The exit code that stands for the result: 0 found, 1 nothing, >= 2 its (worst) problem.
int answer_status(const Result *result);

#endif
