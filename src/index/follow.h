// index/follow.h - a workspace that a process follows between requests, so that a request on files
// that nobody touched looks at none of them.
//
//   follow_files: drain what the system told (index/watch.h), then
//     the first request                                    --> look at all files, watch nothing
//     nothing kept, "everything", another index published  --> look at all files, keep that
//     names                                                --> look at these
//     (freshness_check_again) not followed (follow_state tells why)                --> look at all
//     files, keep nothing
//
// The system queues a change before the call that made it returns, so whoever asks after an edit
// sees it. Looked at each time besides: racy files, files with several names, and git's inputs
// outside the watched folders (Universe.inputs). What nobody tells (index/watch.h) is found by a
// look at everything, behind a request, LOOK_S after the last one.
//
// Threads: any. Memory: heap until follow_free; what a request got, until its arena is reset.
// Blocks: on the disk.
#ifndef CQ_INDEX_FOLLOW_H
#define CQ_INDEX_FOLLOW_H

#include "index/freshness.h"
#include "index/opened.h"

typedef struct Follow Follow;

typedef struct FollowSpec {
    Pool *pool;                     // which outlives it; drained before follow_free
    int64_t (*now_ns)(void *clock); // NULL: the real one
    void *clock;
} FollowSpec;

Follow *follow_new(const FollowSpec *spec); // watches nothing yet
void follow_free(Follow *follow);           // no request uses it any more; NULL is fine

// What is followed against: a table of files, told from others by `id`.
typedef struct FollowBase {
    const FileTable *table;
    const FolderTable *folders; // may be NULL
    int64_t looked_ns;          // of the table
    uint64_t max_bytes;
    Digest id;
} FollowBase;

// As freshness_check with the whole universe; `out` borrows from what cx->arena holds.
// Fails: as freshness_check.
MUST_CHECK Fail follow_check(Ctx *cx, Follow *follow, const Workspace *workspace,
                             const FollowBase *base, Freshness *out);
// The same against a published index (`opened` is of an Opened with a snapshot), which is looked
// at as a whole now and then, on an I/O thread.
MUST_CHECK Fail follow_files(Ctx *cx, Follow *follow, const Workspace *workspace,
                             const Lease *opened, Freshness *out);

// One digest for the state of all files, at the price of such a look: equal ones mean equal files
// (but it is not the digest of index/stamp.h). False when files are not those of the index.
bool follow_stamp(Ctx *cx, Follow *follow, const Workspace *workspace, const Lease *opened,
                  Digest *out);

typedef struct FollowState {
    bool following; // files are not looked at while nothing happens
    Str why_not;    // in the arena; empty while nobody asked, or all is well
    size_t folders; // watched
    uint64_t events, overflows;
    uint64_t whole, named, none; // looks: at all files, at some, at none
    uint64_t behind;             // of the whole ones: on no request's way
} FollowState;
FollowState follow_state(Arena *arena, Follow *follow); // NULL: all zero

#endif
