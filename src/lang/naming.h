// lang/naming.h - how a language says what binds and uses names: a rule for each node type.
//
//   tree --one walk; a rule's value is made when its node is left--> exprs, scopes, bindings
//
// Values go one level up: a rule sees the values of its node's direct children, by field. A node
// without a rule has no value (a + b); what is inside is recorded all the same.
//
// Adding a language: src/lang/<id>/names.c with a NameRule table; `.names = <id>_name_rules` in its
// LangSpec; python/names.c is the model. A misspelt node or field name is found by lang_specs_test.
//
// Threads: as Extract. Memory: drafts live in an arena of the walk; the Names in cx->arena.
#ifndef CQ_LANG_NAMING_H
#define CQ_LANG_NAMING_H

#include "lang/names.h"
#include "lang/spec.h"

typedef struct Naming Naming;

typedef enum NameRuleKind {
    NR_NONE,    // walk on; has no value. For rules with only flags or hooks
    NR_SKIP,    // nothing of interest inside
    NR_NAME,    // a name that is looked up
    NR_MEMBER,  // `name` of `base`
    NR_CALL,    // calls `base`; the other children are what is handed to it
    NR_ARGS,    // a list of arguments: what stands directly in it has ROLE_ARGUMENT
    NR_ITEM,    // an element of `base`
    NR_AWAIT,   // of `base`
    NR_PASS,    // the value of `base`; (a), a!, &a
    NR_TYPED,   // a value of the type in `base`
    NR_TYPE,    // a type: its names have ROLE_TYPE. Its value is that of `base`
    NR_EITHER,  // `base` or `name`
    NR_LITERAL, // a value of built-in type
    NR_SELF,
    NR_OWNER,
    NR_SUPER,
    NR_ROOT,
    NR_DECL,  // a definition: opens `scope`; what stands in field `name` is no use of a name. Bound
              // in the scope around it when Facts have a definition of that name there
    NR_SCOPE, // opens `scope`
} NameRuleKind;
// Where `base` is NULL, or the field is not there, the first named child counts.

// Called when the node is entered (before its children) or left (with their values).
// enter: false means do not walk inside. leave: gives the value (1 + index), instead of `value`.
typedef bool NameEnter(Naming *n, TSNode node);
typedef uint32_t NameLeave(Naming *n, TSNode node, uint32_t value);

typedef struct NameRule {
    const char *node;
    NameRuleKind kind;
    const char *base, *name; // fields
    ScopeKind scope;         // for DECL and SCOPE
    NameEnter *enter;
    NameLeave *leave;
} NameRule;

struct Naming {
    Ctx *cx;
    Str text;
    Extract *x; // for extract_child, extract_is, extract_symbol: they work here, too
    const Facts *facts;
    uint32_t scope; // innermost, an index
    void *walk;     // private to naming.c
};

static inline Str naming_text(const Naming *n, TSNode node) // empty for a null node
{
    if (ts_node_is_null(node)) return STR_NONE;
    return extract_text(n->x, extract_span(node));
}

// The children of the node being left that have a value, or stood in a field.
typedef struct NameKid {
    TSNode node;
    TSFieldId field;
    uint32_t value; // 1 + index, or 0
} NameKid;
const NameKid *naming_kids(const Naming *n, size_t *count);
// Of the first kid in field number `field` of LangSpec.fields; 0: none.
uint32_t naming_value(const Naming *n, unsigned field);
uint32_t naming_first(const Naming *n); // of the first kid that has one
// Nodes that end at or before `offset` are not visited: a hook has read them from the text.
void naming_skip_to(Naming *n, uint32_t offset);
// The nodes with a rule that are being walked: 0 is the one visited, 1 the nearest around it ...; a
// null node beyond the last.
TSNode naming_around(const Naming *n, unsigned levels);
// The value of that one's first kid in field number `field` so far; 0: none.
uint32_t naming_around_value(const Naming *n, unsigned levels, unsigned field);

// An expression; `base` and `other` as in NameExpr.
uint32_t naming_expr(Naming *n, ExprOp op, Span span, uint32_t base, uint32_t other);
void naming_role(Naming *n, uint32_t value, uint8_t role);   // adds it; 0 is fine
const NameExpr *naming_get(const Naming *n, uint32_t value); // value > 0
// Takes a use back: a name that turned out to be bound. It must be the value of a kid.
void naming_unuse(Naming *n, uint32_t value);

// A binding in `scope`, named by `span`; returns its index. Its members may be changed until the
// next one is made.
NameBinding *naming_bind(Naming *n, BindKind kind, uint32_t scope, Span span);
// What `target` (a value that was written: NAME, MEMBER of self ...) is set to. NAMEs are bound as
// BIND_LOCAL in `scope` unless a definition stands there; MEMBERs of the object itself as
// BIND_FIELD of the type around it. `value` and `type`: 1 + index, or 0.
void naming_assign(Naming *n, uint32_t scope, uint32_t target, uint32_t value, uint32_t type);
// x = value, where that declares nothing: bound where x is declared, as seen from here, however
// far behind; in the file scope when it is nowhere.
void naming_reassign(Naming *n, uint32_t target, uint32_t value);
NameImport *naming_import(Naming *n, uint32_t scope, Span span); // and a BIND_IMPORT for it
// What Facts have for an import statement.
const Import *naming_imports(const Naming *n, TSNode statement, size_t *count);
NameBinding *naming_last(Naming *n); // the binding made last
// The latest one whose name is there, or NULL. Looks from the end: for what was bound just now.
NameBinding *naming_bound_at(const Naming *n, uint32_t name_start);
// Binds what is in Facts and not bound yet, in the scope of what is around it: definitions that
// are where the grammar saw none. For the leave hook of a whole file.
void naming_bind_rest(Naming *n);
// All bindings made so far, but for reassignments; those inside a node are the last ones when it is
// left.
const NameBinding *naming_bindings(const Naming *n, size_t *count);
// Makes the binding at `name_start` one of another kind, if it is there.
void naming_rebind(Naming *n, uint32_t name_start, BindKind kind);
bool naming_in_type(const Naming *n); // inside a NR_TYPE

uint32_t naming_def(const Naming *n,
                    uint32_t name_start);   // 1 + index of the definition named there
uint32_t naming_scope_def(const Naming *n); // of the innermost scope that has one; 0: the file
// The scope around `scope` that is of that kind; of the file when there is none.
uint32_t naming_scope_up(const Naming *n, uint32_t scope, ScopeKind kind);
const NameScope *naming_scope(const Naming *n, uint32_t scope);
void naming_note(Naming *n, NoteKind kind, uint32_t def, uint32_t expr);
// All NOTE and bindings of what is inside node `node` are of the next scope, not of this one: for
// nodes whose scope is only known by a hook.
void naming_open(Naming *n, ScopeKind kind, TSNode node, uint32_t def);
// The path a.b.c as MEMBERs of a NAME, from text: for types in strings and the like.
uint32_t naming_path(Naming *n, Span span, char separator);
bool naming_reparse(Naming *n, TSNode node); // as extract_reparse; false: nothing was recorded

// For names_extract: walks the nodes of the parser's tree. Fails: CANCELLED.
MUST_CHECK Fail naming_walk(Extract *x, const Facts *facts, Names *out);

#endif
