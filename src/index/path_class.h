// index/path_class.h - what a file's path says about it: code or not, and whether it is a test, an
// example or kept for compatibility.
//
// Threads: pure.
#ifndef CQ_INDEX_PATH_CLASS_H
#define CQ_INDEX_PATH_CLASS_H

#include "lang/lang.h"

typedef enum PathForm {
    FORM_CODE,     // of a known language, or by its name
    FORM_MARKDOWN, // text with headings
    FORM_PROSE,    // other text for people
    FORM_DATA,     // configuration, tables, markup, lock files; also what no rule knows
    FORMS,
} PathForm;

typedef enum PathFlag {
    PATH_TEST = 1,
    PATH_EXAMPLE = 2, // also benchmarks, demos, documentation
    PATH_COMPAT = 4,  // compatibility, legacy, deprecated
} PathFlag;

const char *path_form_name(PathForm form); // "code", "docs", "data"
PathForm path_form(Str path, LangId lang);
unsigned path_flags(Str path); // PathFlags; `path` is relative to the root

Str path_file_name(Str path); // behind the last '/'
Str path_stem(Str path);      // that without its last extension
Str path_folder(Str path);    // before the last '/'; empty at the root

#endif
