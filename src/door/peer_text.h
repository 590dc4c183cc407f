// door/peer_text.h - what a server says, as bytes: the head of an answer, the events of a stream.
//
// Threads: values. Memory: the arena given, or what is read.
#ifndef CQ_DOOR_PEER_TEXT_H
#define CQ_DOOR_PEER_TEXT_H

#include "base/str.h"

typedef enum PeerTaken { PEER_TAKEN, PEER_PART, PEER_WRONG } PeerTaken; // PART: more is to come

typedef struct PeerHead {
    int status; // 100 .. 599
    Str lines;  // all of it
} PeerHead;

// Takes the head of an answer off `in`. `*looked` is where the last call left off, 0 at first.
PeerTaken peer_take_head(Arena *arena, Buf *in, size_t *looked, PeerHead *out);
Str peer_header(const PeerHead *head, Str name); // of any case; empty when there is none
// Takes the first whole event off `rest`: what its lines of data say. False when none is whole.
bool peer_take_event(Arena *arena, Str *rest, Str *data);
Str peer_why(Arena *arena, Str problem); // "detail" of an answer that is a problem

#endif
