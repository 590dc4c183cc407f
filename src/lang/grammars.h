// lang/grammars.h - the rules of each language, bound to its grammar, as a runtime cell: built when
// the first file of that language is parsed, shared by all parsers of the process.
//
// (These tables stand where other tools keep compiled query sets.)
// Threads: any. Memory: constant specs; the cells belong to the set they are made in.
#ifndef CQ_LANG_GRAMMARS_H
#define CQ_LANG_GRAMMARS_H

#include "lang/lang.h"
#include "runtime/cells.h"

typedef struct Grammars { // frozen
    Cell *cells[LANG_COUNT];
} Grammars;

extern const CellSpec *const grammar_cells[]; // "grammar.c", "grammar.python", ...; ends with NULL
// Finds those cells in the set. One that is not there is NULL: parsers then make their own rules.
void grammars_find(const CellSet *set, Grammars *out);

#endif
