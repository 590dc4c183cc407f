// lang/python/python.h - shared by the files of Python.
#ifndef CQ_LANG_PYTHON_PYTHON_H
#define CQ_LANG_PYTHON_PYTHON_H

#include "lang/spec.h"

// `text`, or a copy with blanks over brackets and quotes that are never closed (mask.c).
Str python_mask(Arena *arena, Str text);

#endif
