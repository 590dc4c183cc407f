// base/squeeze.h - bytes in less room, for what is kept in many small pieces.
//
//   bytes --squeeze_add--> a mark, then a Zstandard frame with the length in front of it; or, when
//                          that saves nothing, the bytes as they are
//
// Equal bytes are squeezed to equal bytes. There is no checksum: whoever keeps them has one.
//
// Threads: pure. Memory: scratch on the heap; results in the arena. Blocks: never.
#ifndef CQ_BASE_SQUEEZE_H
#define CQ_BASE_SQUEEZE_H

#include "base/str.h"

// `most` is that of the reader: more bytes than that are kept as they are.
void squeeze_add(Buf *out, Str bytes, size_t most);
// All of `bytes`; what is given may borrow them. False when they are damaged, or say that they were
// more than `most` bytes.
MUST_CHECK bool unsqueeze(Arena *arena, Str bytes, size_t most, Str *out);

#endif
