// lang/extract.h - what the hooks of a language (lang/spec.h) work with: look at nodes, record
// facts.
//
// Threads: an Extract belongs to the thread of its Parser.
// Memory:  drafts live in the Parser until the next file; strings made here in x->cx->arena.
#ifndef CQ_LANG_EXTRACT_H
#define CQ_LANG_EXTRACT_H

#include <tree_sitter/api.h>

#include "lang/facts.h"

typedef struct Extract Extract;
typedef struct DefDraft DefDraft;

// What a rule or hook knows of a definition while the tree is walked.
struct DefDraft {
    // kind, name, full, name_span, declaration, doc, and `qualified` where more than `name` is
    // known
    // ("Foo.bar"). settle.c fills the rest and puts what is around in front of `qualified`.
    Def def;
    Span signature; // its text, without comments; empty: none
    Span value;     // an initialiser: the signature ends before it when it spans lines
    Span cut;       // a part of `signature` to leave out: a body in the middle of a typedef
};

typedef struct Scope { // what surrounds the node being walked
    int32_t draft;     // innermost definition, or -1 in the file itself
    DefKind kind;      // of that definition; DEF_KINDS in the file itself
    bool in_function;  // a function lies around it, with no type in between
    bool in_type;      // inside an annotation
    bool in_import;    // inside an import statement
    bool in_string;    // inside a string, outside its CODE
} Scope;

struct Extract {
    Ctx *cx;
    Str text; // as given: what is masked is still in it
    Scope scope;
    bool has_error;      // somewhere in the file
    size_t reread_bytes; // by repairs that look for the end of a body; they bound it
    Parser *parser;      // private to extract.c
};

Str extract_masked(
    const Extract *x); // what the grammar sees: `text`, or with LangSpec.mask's blanks

static inline Span extract_span(TSNode node)
{
    return (Span){ts_node_start_byte(node), ts_node_end_byte(node)};
}
static inline Str extract_text(const Extract *x, Span span)
{
    return str_sub(x->text, span.start, span.end);
}
// The child in field number `field` of LangSpec.fields; a null node when there is none.
TSNode extract_child(const Extract *x, TSNode node, unsigned field);
TSFieldId extract_field_id(const Extract *x, unsigned field);
// Whether node's type is number `symbol` of LangSpec.symbols.
bool extract_is(const Extract *x, TSNode node, unsigned symbol);
unsigned extract_symbol(const Extract *x, TSNode node); // that number; SPEC_MAX_SYMBOLS for others
// The node `levels` above the one being visited (1: its parent), or a null node. ts_node_parent
// starts at the root each time, and ts_node_child at the first child: do not use them in loops.
TSNode extract_ancestor(const Extract *x, unsigned levels);
// The node behind the one being visited in its parent, comments skipped, or a null node.
TSNode extract_next(const Extract *x);
TSNode extract_previous(const Extract *x); // the one in front of it

// All children of a node in linear time:
//   ExtractChildren each = extract_children(node);
//   while (extract_each(&each)) use(each.node, each.field);   // ends itself; else extract_end
typedef struct ExtractChildren {
    TSNode node;
    TSFieldId field;
    TSTreeCursor cursor;
    bool started, ended;
    const struct FlatNode *flat; // of the walk, in place of a cursor; NULL: not
    uint32_t next, behind;       // in it
} ExtractChildren;
ExtractChildren extract_children(TSNode node);
ExtractChildren extract_following(const Extract *x); // what stands behind the node being visited
bool extract_each(ExtractChildren *each);
void extract_end(ExtractChildren *each);

// A draft of a definition over `node`, named by `name` (may be null), signature over all of `node`.
DefDraft extract_draft(const Extract *x, DefKind kind, TSNode node, TSNode name);
// Records a definition without opening a scope: variables, fields, several names in one statement.
void extract_def(Extract *x, const DefDraft *draft);
// What stands inside the node being visited is inside the definition just recorded. For hooks.
void extract_enter(Extract *x);
// A hook for bodies, initializers, lambdas: what is declared inside is local.
bool extract_local(Extract *x, TSNode node, DefDraft *draft);
// Where the first child begins that is no comment and not of type number `symbol`: behind the
// attributes or annotations of a declaration.
uint32_t extract_behind(const Extract *x, TSNode node, unsigned symbol);
// int a = 1, b; - a definition for each node of type number `symbol` among the children of `list`,
// named by its first leaf. `model` says the kind, the span of the statement, and where signatures
// start; the first and the last definition share the rest of the statement.
void extract_declarators(Extract *x, DefDraft model, TSNode list, unsigned symbol);
// Sets draft->value, unless `value` is a null node.
void extract_cut_value(DefDraft *draft, TSNode value);
void extract_call(Extract *x, const Call *call);
// The call being walked or just recorded; valid until the next one is recorded.
Call *extract_open_call(Extract *x);
// The callee of the open call begins at `start`, in front of the name that its rule has found.
void extract_receiver(Extract *x, uint32_t start);
void extract_import(Extract *x, const Import *import);
void extract_text_span(Extract *x, TextSpan span);
void extract_comment(Extract *x, Span span); // doc comment or plain, by its text
// The strings inside `span` are documentation: of scope.draft, or of the file when that is -1.
void extract_docstring(Extract *x, Span span);
// The first definition inside the node being visited starts at `start`: RULE_WRAP for hooks that
// know that there is one.
void extract_wrap(Extract *x, uint32_t start);
Str extract_doc_above(const Extract *x, uint32_t start); // the comment block right above
// The definition that follows directly behind `node` starts with it: RULE_PREFIX for hooks.
void extract_prefix(Extract *x, TSNode node);
// What ends at or before `offset` is not visited: a hook has read it from the text.
void extract_skip_to(Extract *x, uint32_t offset);
// `callee` as a call writes it: fills full, callee, name, name_span and receiver.
void extract_callee(const Extract *x, TSNode call, TSNode callee, Call *out);
// White space folded to single blanks, cut at `limit` bytes with "..."; borrows when it can.
Str extract_fold(const Extract *x, Span span, size_t limit);

// Parses what stands between the brackets of `node` on its own and takes its facts in place of the
// node's; false, with nothing recorded, when it is no clean source text or nested too deep.
bool extract_reparse(Extract *x, TSNode node);

#endif
