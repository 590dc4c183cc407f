// runtime/frame.h - messages between a process and its workers, as bytes.
//
//   head: magic 3, version 1, type 2, length of name 2, of payload 8, id 8, checksum 8 bytes
//   name: what the message is about: a kind of task, a kind of problem
//   payload
//
// Numbers are little-endian. Both sides are the same program, so another version is an error, never
// something to adapt to. A reader takes the head, asks how much follows, takes that, and decodes.
//
// Threads: pure. Memory: a decoded Frame borrows the bytes.
#ifndef CQ_RUNTIME_FRAME_H
#define CQ_RUNTIME_FRAME_H

#include "base/str.h"

enum { FRAME_HEAD_BYTES = 32, FRAME_LONGEST_NAME = 64, FRAME_LARGEST_PAYLOAD = 1 << 30 };

typedef enum FrameType {
    FRAME_HELLO = 1, // to a worker, first: its limits
    FRAME_READY,     // its answer
    FRAME_TASK,      // to a worker; name: the kind of task
    FRAME_REPLY,     // its result
    FRAME_PROBLEM,   // its failure; name: the kind of problem, payload: the detail
    FRAME_TYPES,
} FrameType;

typedef struct Frame {
    FrameType type;
    uint64_t id; // of the request; a reply has the same
    Str name;    // at most FRAME_LONGEST_NAME bytes
    Str payload;
} Frame;

// The head of `frame`, then its name: what goes before the payload.
void frame_encode_head(Buf *out, const Frame *frame);
// How many bytes follow `head` (FRAME_HEAD_BYTES of them). False, with *why, when it is no head or
// the payload is larger than `most` or FRAME_LARGEST_PAYLOAD.
bool frame_body_bytes(Str head, size_t most, size_t *bytes, const char **why);
// False, with *why, when `whole` is not exactly one frame.
bool frame_decode(Str whole, size_t most, Frame *out, const char **why);

#endif
