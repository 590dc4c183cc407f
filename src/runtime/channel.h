// runtime/channel.h - one message over a socket. Used by both sides of runtime/worker.
//
// Threads: one at a time on each socket. Memory: what is received lives in cx->arena.
// Blocks:  until all is sent or received, or cx asks to stop.
// Returns: 0 or an errno value (base/os.h: os_send), EPROTO with *why for bytes that are no frame.
#ifndef CQ_RUNTIME_CHANNEL_H
#define CQ_RUNTIME_CHANNEL_H

#include "base/os_process.h"
#include "runtime/frame.h"

int channel_send(const Ctx *cx, OsFile socket, const Frame *frame);
// A payload larger than `most` bytes is refused before memory is taken for it.
int channel_receive(const Ctx *cx, OsFile socket, size_t most, Frame *out, const char **why);

#endif
