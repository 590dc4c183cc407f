// lang/spec.h - how a language is described: constant data, and small hooks for what it cannot say.
//
//   text --parser.c, tree-sitter--> tree --extract.c, one walk--> drafts --settle.c--> Facts
//
// Adding a language:
//   1. src/lang/<id>/<id>.c with `const LangSpec lang_<id>_spec`; one line LANG(<id>) in langs.def.
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
// Threads: specs are constant.
#ifndef CQ_LANG_SPEC_H
#define CQ_LANG_SPEC_H

#include "lang/extract.h"

typedef enum RuleKind {
    RULE_NONE,    // walk on; for a rule that only has `type`
    RULE_SKIP,    // nothing of interest inside: do not look
    RULE_DEF,     // a definition `def`; `name` names it, `body` ends its signature. Opens a scope
    RULE_WRAP,    // the first definition inside starts here: decorated_definition, export_statement
    RULE_PREFIX,  // a sibling that belongs to the definition behind it: Rust attribute_item
    RULE_CALL,    // a call; `name` is the callee
    RULE_ARGS,    // the argument list directly inside a call
    RULE_KEYWORD, // an argument with a name, `name`; positional or spread when it has none
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

enum { SPEC_MAX_FIELDS = 24, SPEC_MAX_SYMBOLS = 64 };

struct LangSpec {
    const char *name;
    // Each list ends with NULL; a list that is NULL is empty.
    const char *const *aliases;
    const char *const *extensions;   // without the dot
    const char *const *file_names;   // whole base names
    const char *const *interpreters; // of "#!" lines, without version digits
    const TSLanguage *(*grammar)(void);
    // What stands for the "$" of metavariables when a pattern (lang/shape.h) is parsed: characters
    // that a name may begin with and that hardly any does. NULL: "$" is such a character itself.
    const char *sigil;
    bool any_case;         // keywords can be written in any case
    const char *opening;   // what code of a pattern needs before it to be code; NULL: nothing
    const char *separator; // between qualified names
    const char *const *doc_markers; // comments that start so are SPAN_DOCSTRING
    bool doc_comments;              // a comment block directly above a definition is its doc
    // What the grammar is to see: `text`, or a copy (in `arena`) of the same length with blanks
    // over what would mislead it. All facts keep their offsets and the original text. May be NULL.
    Str (*mask)(Arena *arena, Str text);
    bool masks_code;   // what `mask` hides is correct code, not an error that it mends
    bool lenient;      // macros upset the grammar: a stray name and a missing ";" are no errors
    const Rule *rules; // ends with .node == NULL
    const char *const *fields;  // what hooks ask for with extract_child, at most SPEC_MAX_FIELDS
    const char *const *symbols; // ... and with extract_is, at most SPEC_MAX_SYMBOLS
    const struct NameRule
        *names; // lang/naming.h; ends with .node == NULL; NULL: no names are found
};

const LangSpec *lang_spec(LangId lang); // NULL for LANG_NONE

RuleKind extract_rule(const Extract *x, TSNode node); // of node's type

// Every rule, field and symbol of the language exists in its grammar; else *why names the first bad
// one. For tests.
bool spec_check(Arena *arena, LangId lang, Str *why);

#endif
