// base/os_stream.h - pipes and terminals, read and written by somebody who must not get stuck.
//
// Threads: any; one reader and one writer of a stream at a time.
// Fails:   CANCELLED as soon as cx asks to stop; IO as in base/os.h.
#ifndef CQ_BASE_OS_STREAM_H
#define CQ_BASE_OS_STREAM_H

#include "base/os.h"

typedef enum OsArrival { OS_BYTES, OS_NOTHING, OS_END } OsArrival;

// Waits up to wait_ms for bytes and takes those that are there.
MUST_CHECK Fail os_stream_read(Ctx *cx, OsFile file, void *buf, size_t cap, int wait_ms,
                               size_t *got, OsArrival *arrival);
// As os_write, but a reader that does not read holds it up no longer than cx allows.
MUST_CHECK Fail os_stream_write(Ctx *cx, OsFile file, Str data);
bool os_stream_broken(OsFile file); // nobody will ever read what is written to it

#endif
