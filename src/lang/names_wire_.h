// lang/names_wire_.h - private to lang/names_wire.c (writing) and names_wire_read.c: what both
// sides know of the bytes.
//
//   version, hash of the text; then squeezed, as the body: counts, scopes, exprs (calls among
//   them), other calls, imports, bindings, notes: one row after the other
//
// A place is told by how far it is from where the last one ended. Its length is only written when
// it is not that of the name which the text shows there. What else can be guessed (where a call
// ends and what it is given, the place of what a definition opens and binds) is only written
// when the guess is wrong.
#ifndef CQ_LANG_NAMES_WIRE__H
#define CQ_LANG_NAMES_WIRE__H

#include "base/squeeze.h"
#include "lang/names.h"
#include "lang/shown_call.h"
#include "lang/wire.h"

enum { // the first byte of an expr: an op, a role, and whether its operand is told
    OP_BITS = 4,
    OP_CALL_SHOWN = EXPR_OPS, // a CALL that begins and ends as its operand's call does
    OP_MEMBER_BESIDE,         // a MEMBER one byte behind its operand: a.b
    OP_WITH_OTHER,            // a second operand is told, and the op, which is no EITHER
    ROLE_CODES = 8,
    CALLED_SHOWN = 1, // the call is as the text shows it
    CALLED_TOLD = 5,
    ROLE_TOLD = 7,
    FAR = 128
};
_Static_assert((int)OP_WITH_OTHER < 1 << OP_BITS, "an op has four bits");
static const uint8_t common_roles[ROLE_TOLD] = {
    0, ROLE_CALLED, ROLE_WRITTEN, ROLE_TYPE, ROLE_ARGUMENT, ROLE_CALLED, ROLE_WRITTEN | ROLE_BORN};

enum { SCOPE_HAS_DEF = 8, SCOPE_UP = 16, SCOPE_FAR = 7 };
enum { // the first byte of a binding
    BIND_KIND = 15,
    BIND_DEF_SHOWN = 14, // named by its definition, where that stands
    BIND_NAMED = 15,     // its name is not the text at its place; the kind follows
    BIND_VALUE = 16,
    BIND_TYPE = 32,
    BIND_TARGET = 64, // it is not the one after the last one
    BIND_SCOPE = 128, // it is not the one that its place is in
};
_Static_assert((int)BIND_KINDS <= (int)BIND_DEF_SHOWN, "a kind has four bits");
enum {                 // the first number of an import: what is told besides its place
    IMPORT_MODULE = 1, // not that of the one before
    IMPORT_NAME = 2,   // not the text at its place
    IMPORT_ALIAS = 4,
    IMPORT_FLAGS = 8 // times its flags
};
// How a string is told: its bytes, or where the text has it.
enum { SOURCE_WRITTEN, SOURCE_NAME, SOURCE_PLACE };
enum { CALL_STAR = 1, CALL_STAR_STAR = 2, CALL_MACRO = 4, CALL_KEYWORDS = 8, CALL_ARGS = 16 };

static inline bool takes_base(ExprOp op)
{
    return op == EXPR_MEMBER || op == EXPR_CALL || op == EXPR_ITEM || op == EXPR_AWAIT ||
           op == EXPR_TYPED || op == EXPR_EITHER;
}

// Stands for itself in the text; the others reach from the start of their operand.
static inline bool is_leaf(ExprOp op)
{
    return op == EXPR_MEMBER || !takes_base(op);
}

// What both sides know of the exprs so far.
typedef struct Known {
    const NameExpr *exprs;
    uint32_t *roots;     // by expr: where it begins, with all that it is built from
    uint32_t *call_ends; // by expr: where the call of it ends; 0: it is not called
    uint32_t last;       // where the last leaf ended
} Known;

static inline void know(Known *known, uint32_t index)
{
    const NameExpr *expr = &known->exprs[index];
    bool is_name = is_leaf(expr->op);
    if (is_name) known->last = expr->span.end;
    known->roots[index] = is_name && expr->base ? known->roots[expr->base - 1] : expr->span.start;
}

// Where it begins most often, and of one with operands: behind which it ends.
static inline Span expected(const Known *known, const NameExpr *expr)
{
    if (is_leaf(expr->op) || !expr->base) return (Span){known->last, known->last};
    uint32_t end = known->exprs[expr->base - 1].span.end;
    if (expr->op == EXPR_CALL) end = MAX(end, known->call_ends[expr->base - 1]);
    if (expr->other) end = MAX(end, known->exprs[expr->other - 1].span.end);
    return (Span){known->roots[expr->base - 1], end};
}

// The target of the next binding of a definition or import.
static inline uint32_t *next_target(uint32_t *targets, BindKind kind)
{
    return &targets[kind == BIND_IMPORT || kind == BIND_STAR];
}

static inline uint32_t expected_target(uint32_t *targets, BindKind kind)
{
    bool has = kind == BIND_DEF || kind == BIND_IMPORT || kind == BIND_STAR;
    return has ? *next_target(targets, kind) : 0;
}

// The scope that a binding at its place is in most often.
static inline uint32_t expected_scope(const Names *names, const NameBinding *bind)
{
    uint32_t scope = names_scope_at(names, bind->span.start);
    if (bind->kind == BIND_DEF && names->scopes[scope].def == bind->target)
        return names->scopes[scope].outer;
    while (bind->kind == BIND_FIELD && scope && names->scopes[scope].kind != SCOPE_TYPE)
        scope = names->scopes[scope].outer;
    return scope;
}

static inline bool lies_in(Str text, Str s)
{
    uintptr_t begin = (uintptr_t)text.ptr, at = (uintptr_t)s.ptr;
    return s.len && at >= begin && at - begin <= text.len && s.len <= text.len - (at - begin);
}

// Where what lies in the text ends; else `before`.
static inline uint32_t behind(Str text, Str s, uint32_t before)
{
    return lies_in(text, s) ? (uint32_t)(s.ptr - text.ptr) + (uint32_t)s.len : before;
}

#endif
