// resolve/langs.h - how each language resolves what scopes and types do not tell; one file each.
#ifndef CQ_RESOLVE_LANGS_H
#define CQ_RESOLVE_LANGS_H

#include "resolve/value.h"

extern const ResolveLang resolve_python;
extern const ResolveLang resolve_go;
extern const ResolveLang resolve_rust;
extern const ResolveLang resolve_java;
extern const ResolveLang resolve_bash;
extern const ResolveLang resolve_c;
extern const ResolveLang resolve_cpp;
extern const ResolveLang resolve_javascript;

#endif
