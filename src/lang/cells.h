// lang/cells.h - variables of functions that functions inside them use: captures, cells, closures.
//
// Python's rules, as its symtable module tells them (3.12 and later: list, set and dict
// comprehensions are no functions, generator expressions and lambdas are). `super` and `__class__`
// in a method capture `__class__`; names are not mangled.
//
// Threads: pure. Memory: cx->arena; names borrow the text.
#ifndef CQ_LANG_CELLS_H
#define CQ_LANG_CELLS_H

#include "lang/shape.h"

// What lambdas and comprehensions in it use counts as its own, but not what they capture of it.
typedef struct CellScope { // a function (def)
    Span span;             // without decorators
    bool nested;           // a function lies around it, at any distance
    const Str *frees;      // variables of functions around it that it uses, or passes on
    const Str *cells;      // its own variables that functions inside it use
    const Str *globals;    // other names that it uses and does not bind, builtins too
    const Str *attributes; // what stands behind a dot
    const Str *constants;  // numbers and strings as written, True, False, None; without docstring
    uint32_t free_count, cell_count, global_count, attribute_count, constant_count;
} CellScope;

typedef struct CellScopes {
    const CellScope *items; // in document order
    size_t count;
} CellScopes;

bool cells_has_rules(LangId lang); // Python only
// Nothing for a language without rules.
void cells_read(Ctx *cx, const ShapeTree *tree, CellScopes *out);

#endif
