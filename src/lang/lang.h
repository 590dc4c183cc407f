// lang/lang.h - the languages cq knows: one row in langs.def and one folder each.
//
// Threads: everything here is constant data; grammars are immutable.
#ifndef CQ_LANG_LANG_H
#define CQ_LANG_LANG_H

#include "base/str.h"

typedef enum LangId {
    LANG_NONE, // text of no known language
#define LANG(id) LANG_##id,
#include "lang/langs.def"
#undef LANG
    LANG_COUNT
} LangId;

typedef struct LangSpec LangSpec; // the private part is in lang/spec.h

const char *lang_name(LangId lang);              // "python"; "text" for LANG_NONE
bool lang_by_name(Str name, LangId *out);        // also common aliases: py, js, c++, golang, sh
Str lang_nearest_name(Str name);                 // for "did you mean"; empty when none is near
const char *lang_separator(LangId lang);         // between qualified names; "." for LANG_NONE
const char *const *lang_extensions(LangId lang); // NULL-terminated, without the dot

// Decides by file name, extension, then "#!" line and, for .h, what the text looks like.
// `head` is the start of the file (1 KiB is enough; 64 KiB for .h) or empty when it is not at hand.
LangId lang_detect(Str path, Str head);

#endif
