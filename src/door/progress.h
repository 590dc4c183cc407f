// door/progress.h - one line on the terminal that says how far long work is.
//
// Shown after a quarter of a second, at most ten times a second, and wiped when the answer comes.
// Nothing is shown off a terminal. Threads: one.
#ifndef CQ_DOOR_PROGRESS_H
#define CQ_DOOR_PROGRESS_H

#include "door/out.h"

typedef struct ProgressLine {
    Progress sink; // for Ctx.progress
    Ctx *cx;
    const Terminal *terminal;
    int64_t next_ns; // not before
    bool shown;
} ProgressLine;

// NULL when standard error is no terminal.
const Progress *progress_begin(ProgressLine *line, Ctx *cx, const Terminal *terminal);
void progress_end(ProgressLine *line); // wipes it

#endif
