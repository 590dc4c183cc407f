// lang/cpp/cpp.h - shared by the files of C++.
#ifndef CQ_LANG_CPP_CPP_H
#define CQ_LANG_CPP_CPP_H

#include "lang/spec.h"

// LangSpec.mask: hides macros that the grammar would take for names (mask.c).
Str cpp_mask(Arena *arena, Str text);

// HOOK ERROR: classes and namespaces that the grammar lost (loose.c).
RuleHook cpp_error;

// For a class without a body: when an #if stands between its head and its brace, takes the body
// from the text. False when there is none.
bool cpp_loose_body(Extract *x, DefDraft *draft);

#endif
