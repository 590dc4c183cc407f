// lang/spec.h - how a language is described: constant data, plus small hooks for what data cannot say.
//
//   text --tree-sitter--> tree --one walk, rules by symbol (extract.c)--> drafts --settle.c--> Facts
//
// Adding a language:
//   1. src/lang/<id>/<id>.c with `const LangSpec lang_<id>_spec` and one line LANG(<id>) in langs.def.
//   2. Names, extensions, file names, interpreters of "#!" lines, grammar function, separator.
//   3. One Rule for each node type of the grammar (its node-types.json) that says something. A node
//      without a rule is walked through. The rule kinds below are the whole vocabulary; start from
//      python/python.c (nearly all data) or c/c.c (declarators need hooks).
//   4. Golden cases tests/lang/<id>/<case>/{input.<ext>,expected.json}, made with
//      `tests/run-lang.sh CQ_FACTS CASE --update` and then read line by line.
//   5. `tools/recall.py --facts CQ_FACTS --lang <id> DIR` on real source; look at what is missed.
// What a hook need not do, because settle.c does it from the spans alone: order, parents, enclosing
// definitions, lines and columns, qualified names, signatures, function inside a type = method.
// A misspelt node or field name is found by lang_specs_test (spec_check), not at run time.
//
// Threads: specs are constant; an Extract belongs to the thread of its Parser.
// Memory:  drafts live in the Parser until the next file; strings made by hooks in x->cx->arena.
#ifndef CQ_LANG_SPEC_H
#define CQ_LANG_SPEC_H

#include <tree_sitter/api.h>

#include "lang/facts.h"

typedef enum RuleKind {
    RULE_NONE,    // walk on; for a rule that only has `type`
    RULE_SKIP,    // nothing of interest inside: do not look
    RULE_DEF,     // a definition `def`; `name` names it, `body` ends its signature. Opens a scope
    RULE_WRAP,    // the first definition inside starts here: decorated_definition, export_statement
    RULE_PREFIX,  // a sibling that belongs to the definition behind it: Rust attribute_item
    RULE_CALL,    // a call; `name` is the callee
    RULE_ARGS,    // the argument list directly inside a call
    RULE_KEYWORD, // an argument with a name, `name`
    RULE_SPREAD,  // an argument that is spread: *args, ...rest
    RULE_SPREAD_MAP, // **kwargs
    RULE_MEMBER,     // in a callee: receiver and last name, `name`: a.b, a->b, a::b
    RULE_UNWRAP,     // in a callee: look inside, at `name` or the first named child: (f), f::<T>
    RULE_IMPORT,     // an import statement; the hook adds the rows
    RULE_COMMENT,
    RULE_STRING,
    RULE_CODE,       // code inside a string; outside a string it means nothing
    RULE_ANNOTATION, // a type
    RULE_HOOK,       // the hook does it all
} RuleKind;

typedef struct Extract Extract;
typedef struct DefDraft DefDraft;

// DEF: adjusts *draft; false means that this is no definition. `draft` is NULL for other kinds.
// ARGS KEYWORD SPREAD MEMBER UNWRAP WRAP PREFIX CODE: not called.
// HOOK SKIP IMPORT CALL: false means do not walk inside. A CALL's hook finds the call, already
//   filled in, with extract_open_call; it drops it by emptying call->full.
// COMMENT STRING ANNOTATION: false means that this is none; its children are walked.
typedef bool RuleHook(Extract *x, TSNode node, DefDraft *draft);

// Rows: {"call", RULE_CALL, .name = "function"}, {"comment", .kind = RULE_COMMENT}.
typedef struct Rule {
    const char *node; // named node type, or "ERROR"; one rule a type
    RuleKind kind;
    DefKind def;
    const char *name; // field; see RuleKind
    const char *body; // field. For CALL: the arguments, where a node without ARGS counts as one
    const char *type; // field: children in it are annotations unless they are definitions
    RuleHook *hook;
} Rule;

enum { SPEC_MAX_FIELDS = 24, SPEC_MAX_SYMBOLS = 48 };

struct LangSpec {
    const char *name;
    // Each list ends with NULL; a list that is NULL is empty.
    const char *const *aliases;
    const char *const *extensions;   // without the dot
    const char *const *file_names;   // whole base names
    const char *const *interpreters; // of "#!" lines, without version digits
    const TSLanguage *(*grammar)(void);
    const char *separator;           // between qualified names
    const char *const *doc_markers;  // comments that start so are SPAN_DOCSTRING
    bool doc_comments;               // a comment block directly above a definition is its doc
    // What the grammar is to see: `text`, or a copy (in `arena`) of the same length with blanks over
    // what would mislead it. All facts keep their offsets and the original text. May be NULL.
    Str (*mask)(Arena *arena, Str text);
    bool lenient; // macros upset the grammar: a stray name and a missing ";" are no errors
    const Rule *rules;               // ends with .node == NULL
    const char *const *fields;       // what hooks ask for with extract_child, at most SPEC_MAX_FIELDS
    const char *const *symbols;      // ... and with extract_is, at most SPEC_MAX_SYMBOLS
};

const LangSpec *lang_spec(LangId lang); // NULL for LANG_NONE

// What a rule or hook knows of a definition while the tree is walked.
struct DefDraft {
    // kind, name, full, name_span, declaration, doc, and `qualified` where more than `name` is known
    // ("Foo.bar"). settle.c fills the rest and puts what is around in front of `qualified`.
    Def def;
    Span signature; // its text, without comments; empty: none
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
    bool has_error;  // somewhere in the file
    Parser *parser; // private to extract.c
};

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
RuleKind extract_rule(const Extract *x, TSNode node);   // of node's type
// The node `levels` above the one being visited (1: its parent), or a null node. ts_node_parent
// starts at the root each time, and ts_node_child at the first child: do not use them in loops.
TSNode extract_ancestor(const Extract *x, unsigned levels);
// The node behind the one being visited in its parent, comments skipped, or a null node.
TSNode extract_next(const Extract *x);

// All children of a node in linear time:
//   ExtractChildren each = extract_children(node);
//   while (extract_each(&each)) use(each.node, each.field);   // ends itself; else extract_end
typedef struct ExtractChildren {
    TSTreeCursor cursor;
    TSNode node;
    TSFieldId field;
    bool started, ended;
} ExtractChildren;
ExtractChildren extract_children(TSNode node);
bool extract_each(ExtractChildren *each);
void extract_end(ExtractChildren *each);

// A draft of a definition over `node`, named by `name` (may be null), signature over all of `node`.
DefDraft extract_draft(const Extract *x, DefKind kind, TSNode node, TSNode name);
// Records a definition without opening a scope: variables, fields, several names in one statement.
void extract_def(Extract *x, const DefDraft *draft);
// For initialisers: ends the signature before `value` when that spans lines.
void extract_cut_value(DefDraft *draft, TSNode value);
void extract_call(Extract *x, const Call *call);
// The call being walked or just recorded; valid until the next one is recorded.
Call *extract_open_call(Extract *x);
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

// Every rule, field and symbol of the language exists in its grammar; else *why names the first bad
// one. For tests.
bool spec_check(Arena *arena, LangId lang, Str *why);

#endif
