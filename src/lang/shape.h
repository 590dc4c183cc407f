// lang/shape.h - code found by its shape: patterns with metavariables, and rules around them.
//
//   ShapeQuery (strings) --shape_compile--> Shape (frozen) --.
//   text --shape_parse--> ShapeTree ----------------------- shape_find --> ShapeMatches
//
// A pattern is code of the language in which $X stands for one named node (the same text wherever
// $X is repeated), $$X for one node of any kind, $$$X for any number of them, up to the first one
// that what follows in the pattern matches. $_ and $_X hold nothing fast, nor does a bare $$$. The
// meaning is ast-grep's (docs/shape.md says where it differs); rules carry the names of its rules.
// The tree is that of the text as it is: what LangSpec.mask hides from facts stands in it.
//
// Threads: a Shape is frozen and can be used by any number of threads; a Parser and a ShapeTree
//          belong to one.
// Memory:  everything lives in the arena of the Ctx it was made with. Strings of a query are
// copied. Blocks:  no, but shape_parse and shape_find take long on large files and look at the Ctx.
#ifndef CQ_LANG_SHAPE_H
#define CQ_LANG_SHAPE_H

#include "lang/facts.h"

typedef enum ShapeStrictness {
    SHAPE_SMART,   // every node of the pattern; unnamed nodes and comments of the code may be more
    SHAPE_CST,     // every node of both
    SHAPE_AST,     // named nodes of both
    SHAPE_RELAXED, // named nodes of both, except comments
    SHAPE_SIGNATURE, // the same, and text does not matter, only node types
    SHAPE_TEMPLATE,  // text as in smart, but node types do not matter
    SHAPE_STRICTNESSES
} ShapeStrictness;

const char *shape_strictness_name(ShapeStrictness strictness); // "smart"
bool shape_strictness_by_name(Str name, ShapeStrictness *out);

typedef struct ShapePattern {
    Str text;     // code that parses to one node; with a selector: code that the node stands in
    Str selector; // node type: the pattern is the first such node of `text`; empty: all of it
    ShapeStrictness strictness;
    bool allow_errors; // syntax errors in `text` match any node type, instead of being a Problem
} ShapePattern;

typedef struct ShapeRule ShapeRule;

typedef enum ShapeStop {
    SHAPE_NEIGHBOR, // the parent, the children, the next or previous sibling only
    SHAPE_END,      // as far as there are any
    SHAPE_UNTIL,    // up to and with the first one that `until` matches
} ShapeStop;

typedef struct ShapeRelation {
    const ShapeRule *rule;
    ShapeStop stop;
    const ShapeRule *until; // SHAPE_UNTIL
    Str field;              // inside, has: the node stands in this field; empty: anywhere
} ShapeRelation;

typedef struct ShapeNth { // among the named children of its parent, from 1
    Str position;         // "3", "2n+1", "-n+2"; empty: no such rule
    bool reverse;         // counts from the last
    const ShapeRule *of;  // counts only those it matches; NULL: all
} ShapeNth;

// What a node must be. Members that are zero are not asked for, all others must hold, in this
// order; at least one is needed.
struct ShapeRule {
    ShapePattern pattern;
    Str kind;  // node type of the grammar, or ERROR
    Str regex; // PCRE2, found anywhere in the node's text
    ShapeNth nth;
    const ShapeRule *all, *any; // arrays
    size_t all_count, any_count;
    const ShapeRule * not ;
    const ShapeRelation *inside;             // has an ancestor that ...
    const ShapeRelation *has;                // has a descendant that ...
    const ShapeRelation *precedes, *follows; // has a later, an earlier sibling that ...
};

typedef struct ShapeConstraint {
    Str name; // of a metavariable: "X", "$X"; one that holds several nodes ($$$X) cannot have one
    const ShapeRule *rule; // that its node must match; {.not = &{.regex = ...}} for "is not like"
} ShapeConstraint;

typedef struct ShapeQuery {
    LangId lang;
    const ShapeRule *rule;
    const ShapeConstraint *constraints;
    size_t constraint_count;
    uint64_t max_steps; // in one file; 0: SHAPE_MAX_STEPS
} ShapeQuery;

enum {
    SHAPE_MAX_PATTERN = 64 << 10, // bytes of a pattern
    SHAPE_MAX_DEPTH = 200,        // of nodes in a pattern; of rules in rules
    SHAPE_MAX_RULES = 4096,       // members of all rules of a query
    SHAPE_MAX_NAMES = 32,         // metavariables of a query
};
#define SHAPE_MAX_STEPS 200000000ull // comparisons of nodes, a few seconds of them

typedef struct Shape Shape;
typedef struct ShapeTree ShapeTree;

// Fails: BAD_PATTERN or BAD_REQUEST with ext "member": what of the query is wrong, "rule.inside.
// any[1].kind" or "constraints.X.regex", and for texts "offset": the byte in it. TOO_LARGE over the
// limits above.
MUST_CHECK Fail shape_compile(Ctx *cx, Parser *parser, const ShapeQuery *query, const Shape **out);

LangId shape_lang(const Shape *shape);

// Byte strings of at least 3 name characters that each text with a match contains, not always as
// whole words. None when nothing is certain. Borrowed from the Shape.
typedef struct ShapeWords {
    const Str *items;
    size_t count;
} ShapeWords;
ShapeWords shape_words(const Shape *shape);
// False when `text` lacks one of them, so that it need not be parsed.
bool shape_may_match(const Shape *shape, Str text);

// One parse, for any number of shapes of this language. `text` is borrowed by the tree.
// Fails: TOO_LARGE over FACTS_LARGEST_FILE, CANCELLED, BAD_REQUEST for LANG_NONE.
MUST_CHECK Fail shape_parse(Ctx *cx, Parser *parser, LangId lang, Str text, const ShapeTree **out);

typedef struct ShapeCapture {
    Str name;  // "X", without $; borrowed from the Shape
    bool many; // $$$X
    Span span; // from the first node to the last; where there is none: empty, and says nothing
    const Span *nodes; // one when not `many`
    uint32_t count;
} ShapeCapture;

typedef struct ShapeMatch {
    Span span;
    const char *kind;             // node type; constant
    const ShapeCapture *captures; // in the order in which the query names them
    uint32_t capture_count;
} ShapeMatch;

typedef struct ShapeMatches { // in document order, an outer one before those inside it
    const ShapeMatch *items;
    size_t count;
} ShapeMatches;

// `tree` must be of the shape's language.
// Fails: CANCELLED; TOO_COSTLY over max_steps, or when a regex takes too long.
MUST_CHECK Fail shape_find(Ctx *cx, const Shape *shape, const ShapeTree *tree, ShapeMatches *out);

#endif
