// door/http/known.h - which answer belonged to which state of files, index and settings: a client
// that asks whether its answer still holds is told so without the work.
//
//   known_state --> known_tag: the answer of that state --> 304
//              `--> (worked out) --> known_keep
//
// A state never comes back once a file changed (index/stamp.h: ctime), so what is known of it stays
// true; what is kept is bounded, and newer states take the place of older ones.
//
// Threads: any. Memory: heap. Blocks: known_state, on the disk: one lstat a
// file, or none where the workspace is followed (index/follow.h).
#ifndef CQ_DOOR_HTTP_KNOWN_H
#define CQ_DOOR_HTTP_KNOWN_H

#include "base/digest.h"
#include "door/http/sites.h"

typedef struct Known Known;

Known *known_new(void);
void known_free(Known *known); // NULL is fine

// What the operation's answer depends on; false when that cannot be told beforehand: it reads more
// than files and the published index, or a newer one than is opened here.
bool known_state(Ctx *cx, const Live *live, const OpSpec *op, const void *args, Digest *out);
// The tag of an answer: of all members but "run", which tells the time it took.
Digest known_answer(Arena *arena, const OpSpec *op, const Result *result);
bool known_tag(Known *known, const Digest *state, Digest *tag);
void known_put(Known *known, const Digest *state, const Digest *tag);
// Puts it, unless the state is another one now than before the answer was worked out: the answer
// may then be of either.
void known_keep(Ctx *cx, Known *known, const Live *live, const OpSpec *op, const void *args,
                const Digest *state, const Digest *tag);

#endif
