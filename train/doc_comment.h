// train/doc_comment.h - what a doc comment says in its first paragraph.
//
// Threads: pure. Memory: arena.
#ifndef CQ_TRAIN_DOC_COMMENT_H
#define CQ_TRAIN_DOC_COMMENT_H

#include "base/str.h"

// Without the marks of comments, tags and links, at most 240 bytes; empty when it says nothing
// about what follows (licences, parameters alone, what is to be done).
Str doc_comment_gist(Arena *arena, Str doc);

#endif
