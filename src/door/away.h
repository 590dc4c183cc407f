// door/away.h - what a command line and the server that answers it say to each other.
//
//   client: POST AWAY_PATH?workspace=NAME HTTP/1.0, and as its body an AwayAsk
//   server: 200, and frames until one of AWAY_STATUS: then it closes; or a problem of HTTP, which
//           says why this request had better be answered by the client itself
//   client: ends its side of the connection: the work is to stop; what was found still comes
//
// Only processes of one build talk so: its stamp (door/stamp.h) goes first.
// Threads: values. Memory: the arena given, or what is read.
#ifndef CQ_DOOR_AWAY_H
#define CQ_DOOR_AWAY_H

#include "base/log.h"
#include "door/args.h"
#include "door/out.h"

#define AWAY_PATH "/v1/cli"
// Of a server that would answer other commands of this client: this one it does not.
enum { AWAY_NOT_OFFERED = 501 };

typedef struct AwayAsk {
    Str stamp;
    Str root;          // real path of the workspace
    Str folder;        // the working folder
    Terminal terminal; // but for `write`
    LogLevel log_level;
    StrList argv;
} AwayAsk;

void away_write(Buf *out, const AwayAsk *ask);
bool away_read(Arena *arena, Str body, AwayAsk *out); // false when it is none

typedef enum AwayKind {
    AWAY_OUT = 'o',    // bytes for standard output
    AWAY_ERR = 'e',    // ... for standard error
    AWAY_STATUS = 'x', // one byte: the exit code; the last frame
} AwayKind;
enum { AWAY_HEAD_BYTES = 5, AWAY_MOST_FRAME = 1 << 20 };

// As frames of AWAY_MOST_FRAME bytes at most.
void away_add(Buf *out, AwayKind kind, Str bytes);

typedef enum AwayTaken { AWAY_TAKEN, AWAY_PART, AWAY_WRONG } AwayTaken; // PART: more is to come
// Takes the first frame off `in`. WRONG: no server of ours wrote that.
AwayTaken away_take_frame(Str *in, AwayKind *kind, Str *bytes);

#endif
