// door/complete.h - completion scripts for shells, made from the command table.
//
// Threads: pure. Memory: the buffer's arena.
#ifndef CQ_DOOR_COMPLETE_H
#define CQ_DOOR_COMPLETE_H

#include "base/str.h"

void complete_bash(Buf *out);
void complete_zsh(Buf *out);
void complete_fish(Buf *out);

#endif
