// train/commands.h - what cq-train can be told to do; one file each (do_*.c).
//
// Threads: the main thread; each command makes a pool of its own. Memory: cx->arena.
#ifndef CQ_TRAIN_COMMANDS_H
#define CQ_TRAIN_COMMANDS_H

#include "base/ctx.h"

typedef struct TrainArgs {
    int count;
    char **items;
} TrainArgs;

// The next one with the name is "--name VALUE"; takes it out. STR_NONE when there is none.
Str args_take(TrainArgs *args, const char *name);
bool args_flag(TrainArgs *args, const char *name);
int64_t args_int(TrainArgs *args, const char *name, int64_t otherwise); // -1: not a number
double args_real(TrainArgs *args, const char *name, double otherwise);
// Fails: BAD_REQUEST, when something is left over.
MUST_CHECK Fail args_end(Ctx *cx, const TrainArgs *args);

MUST_CHECK Fail do_pairs(Ctx *cx, TrainArgs *args);
MUST_CHECK Fail do_fit(Ctx *cx, TrainArgs *args);
MUST_CHECK Fail do_export(Ctx *cx, TrainArgs *args);
MUST_CHECK Fail do_inspect(Ctx *cx, TrainArgs *args);
MUST_CHECK Fail do_judge(Ctx *cx, TrainArgs *args);

void say(const char *format, ...) PRINTF_LIKE(1, 2); // a line on standard error
// The same, but the next one overwrites it; nothing unless standard error is a terminal.
void say_progress(const char *format, ...) PRINTF_LIKE(1, 2);

#endif
