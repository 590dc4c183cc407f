// op/langs.h - languages as arguments.
#ifndef CQ_OP_LANGS_H
#define CQ_OP_LANGS_H

#include "lang/lang.h"
#include "op/field.h"

const char *const *lang_values(void); // for Field.values
// Also takes what lang_by_name does: py, js, c++ ... Fails: BAD_REQUEST, with the nearest name.
MUST_CHECK Fail lang_from_arg(Arena *arena, Str name, LangId *out);

#endif
