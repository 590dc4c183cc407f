// lang/c/condition.h - under which #if a place of a C file stands.
//
//   #ifdef A            defined(A)
//   #if B > 1           defined(A) && B > 1
//   #else               defined(A) && !(B > 1)
//
// Threads: pure. Memory: the result lives in `arena`, or borrows the text.
#ifndef CQ_LANG_C_CONDITION_H
#define CQ_LANG_C_CONDITION_H

#include "base/arena.h"
#include "base/str.h"

// Empty where there is none; the guard around a whole header is none. "0" for what is never
// compiled. Conditions before an #elif are left out.
Str c_condition(Arena *arena, Str text, uint32_t offset);

#endif
