// index/chunk.h - a file cut into pieces that can be ranked and shown: whole lines that follow its
// definitions (or headings), about CHUNK_AIM bytes each.
//
//   lines:  1 ........ 40 | 41 ........ 77 | 78 ..... 90      every line in exactly one chunk
//           three short     one long          the rest
//           functions       function
//
// A boundary lies before every definition of two lines or more, moved up over the comments and
// decorators right above it. What stands between two boundaries is added to the open chunk unless
// that would grow past CHUNK_AIM; a piece longer than CHUNK_MOST is cut at line ends.
//
// Threads: pure. Memory: arena.
#ifndef CQ_INDEX_CHUNK_H
#define CQ_INDEX_CHUNK_H

#include "base/str.h"
#include "base/vec.h"

enum { CHUNK_AIM = 1500, CHUNK_MOST = 2250 }; // bytes

// Where each line of a text begins; a last line without a line end counts, empty text has none.
typedef struct LineStarts {
    const uint32_t *starts; // starts[count] is the end of the text
    uint32_t count;
} LineStarts;

LineStarts lines_find(Arena *arena, Str text);
// Lines first .. last, or those of them that there are; STR_NONE when there is none.
Str lines_between(Str text, const LineStarts *lines, uint32_t first, uint32_t last);
uint32_t lines_at(const LineStarts *lines, uint32_t offset); // the line, from 1, of an offset

typedef struct Chunk {
    uint32_t first_line, last_line; // from 1, both included
} Chunk;

typedef VEC(Chunk) ChunkVec;

// `boundaries`: lines, from 1, that begin a piece; ascending, repeats allowed.
ChunkVec chunks_cut(Arena *arena, const LineStarts *lines, const uint32_t *boundaries,
                    size_t count);

#endif
