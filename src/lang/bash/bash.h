// lang/bash/bash.h - shared by the files of Bash.
#ifndef CQ_LANG_BASH_BASH_H
#define CQ_LANG_BASH_BASH_H

#include "lang/naming.h"

enum { F_NAME, F_VALUE }; // bash.c: fields

extern const NameRule bash_name_rules[]; // names.c

#endif
