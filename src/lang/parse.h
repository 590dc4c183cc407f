// lang/parse.h - the one place where services get the facts of a file: parsed in this process, or
// in a worker process, where a crash of a grammar costs this file only.
//
//   service --parse_file--> facts_extract                          no workers
//                      `--> worker_pool_run ~~> parse_worker_main  facts come back by lang/wire
//
// Both ways give the same facts.
#ifndef CQ_LANG_PARSE_H
#define CQ_LANG_PARSE_H

#include "lang/facts.h"
#include "runtime/worker.h"

typedef struct ParseJob {
    LangId lang;
    const Grammars *grammars; // for a parser made here; may be NULL
    Str path;                 // for problems
    Str text;
    bool around; // only what is needed at `offsets` (facts_extract_around)
    const uint32_t *offsets;
    size_t offset_count;
    bool defs_only; // nothing else is looked at: calls, imports and spans may be missing
} ParseJob;

// With `workers` NULL, parses here with *parser, which is made when it is NULL.
// Fails: what facts_extract fails with; with workers also UNAVAILABLE.
MUST_CHECK Fail parse_file(Ctx *cx, WorkerPool *workers, Parser **parser, const ParseJob *job,
                           Facts *out);

// What a worker process does with such a task. *parser is NULL first, and freed by the caller.
WorkHandler parse_work_handler(Parser **parser);

// Test hook, in worker processes only: CQ_TEST_CRASH_ON="segv:a.c;hang:src/b" makes a worker die of
// SIGSEGV (abort: of SIGABRT, kill: of SIGKILL) or never answer when a path holds that text.

#endif
