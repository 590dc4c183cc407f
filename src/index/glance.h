// index/glance.h - the look at the files of a workspace whose list is as it was: what
// freshness_check gives, without listing anything, while the caller does something else.
//
//   glance_begin --> each folder and each file: as the tables say?  (tasks on the pool)
//        : meanwhile the caller may answer from the snapshot, as if nothing had changed
//   glance_end --> wait --> the list is the same: its Freshness | it is not: freshness_check
//
// The list is the same when each folder of the table holds the names that it held (index/
// foldertable.h), its ignore files say the same, and so does all else that the list was made from
// (universe_list_key). A file that is in the list, but not there any more, is another list.
//
// Threads: one a Glance; its tasks run on the pool. Memory: cx->arena, and what lies in it must
// stay until glance_end. Blocks: glance_begin for the key, glance_end.
#ifndef CQ_INDEX_GLANCE_H
#define CQ_INDEX_GLANCE_H

#include "index/freshness.h"

typedef struct Glance Glance;

// NULL when the tables cannot tell. `spec` must stay. Its selection is not looked at: all files.
Glance *glance_begin(Ctx *cx, const FreshnessSpec *spec);
// Whether it is known already that the list is not the same. NULL: true.
bool glance_differs(const Glance *glance);
// Ends it in any case (NULL: *same is false). When *same, *out is what freshness_check would give,
// but its universe has only files and count. Fails: CANCELLED; DAMAGED (the tables).
MUST_CHECK Fail glance_end(Ctx *cx, Glance *glance, bool *same, Freshness *out);
void glance_drop(Glance *glance); // ends it when nobody wants to know; NULL is fine

#endif
