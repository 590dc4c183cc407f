// support/fresh_world.h - a small git repository that is edited at random, and engines that answer
// questions about it through its published index or without any.
//
// Threads: fresh_ask from any; the rest from one. Memory: as said; failures end the test.
#ifndef CQ_SUPPORT_FRESH_WORLD_H
#define CQ_SUPPORT_FRESH_WORLD_H

#include "base/os.h"
#include "base/sync.h"
#include "cq/cq.h"
#include "support/folder.h"

typedef struct Fresh {
    Arena arena; // of one step
    Folder home; // cache and repository
    Str repo;
    uint64_t random;
} Fresh;

enum { FRESH_QUESTIONS = 8 };
extern const char *const fresh_questions[FRESH_QUESTIONS]; // arguments of find

void fresh_start(Fresh *world, uint64_t seed); // sets CQ_CACHE_DIR
void fresh_end(Fresh *world);
uint64_t fresh_draw(Fresh *world, uint64_t below);

void fresh_edit(Fresh *world); // writes, renames, removes, commits, switches
void fresh_write(const char *path, Str text);
void fresh_shell(Fresh *world, const char *command); // in the repository; may fail
const char *fresh_path(Fresh *world, size_t file);

CqEngine *fresh_open(const Fresh *world, bool indexed);
bool fresh_index(CqEngine *engine, const char *arguments); // `cq index`; false when it failed
// All of the answer but "run", which has the time in it, and "summary.index": what it is from.
Str fresh_ask(Arena *arena, CqEngine *engine, const char *question);
void fresh_same(Str got, Str expected);                               // else shows where they part
void fresh_compare(Fresh *world, CqEngine *indexed, CqEngine *clean); // all questions

enum { FRESH_ASKERS = 3 };
typedef struct FreshAsker { // a thread that asks until `stop`
    CqEngine *engine;
    Thread thread;
    Flag *stop;
    size_t answers;
} FreshAsker;
void fresh_ask_on(FreshAsker *asker, CqEngine *engine, Flag *stop);
void fresh_stop(FreshAsker askers[FRESH_ASKERS], Flag *stop); // each has had an answer

#endif
