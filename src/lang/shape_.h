// lang/shape_.h - what the parts of the shape engine share.
//
//   shape_tree.c     text -> nodes in one array
//   shape_pattern.c  pattern text -> Goals      shape_match.c  Goals against nodes
//   shape_rule.c     ShapeRule -> Tests         shape_find.c   Tests against nodes
//   shape_words.c    what a text with a match must contain
//
// A tree is an array of nodes in document order, and so are the goals of a pattern: the children of
// item i begin at i + 1 and each ends where the next one begins, so nothing is recursive in the
// depth of a source file.
#ifndef CQ_LANG_SHAPE__H
#define CQ_LANG_SHAPE__H

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "base/vec.h"
#include "lang/shape.h"
#include "lang/walk.h"

#define SHAPE_NONE UINT32_MAX // no node, no name

// --- trees ---

enum { NODE_NAMED = 1, NODE_EXTRA = 2, NODE_MISSING = 4 };

typedef struct Node {
    uint32_t start, end;
    uint32_t parent;                   // SHAPE_NONE for the root
    uint32_t next;                     // the first node behind this one's descendants
    uint32_t child_count, named_count; // of its children
    uint32_t named_index;              // how many named siblings are before it
    TSSymbol symbol;                   // as seen by users of the grammar: aliases applied
    TSFieldId field;                   // in its parent, 0: none
    uint8_t flags;
} Node;

struct ShapeTree { // frozen
    LangId lang;
    const TSLanguage *language;
    Str text;
    const Node *nodes;
    uint32_t count;
};

static inline Str node_text(const ShapeTree *tree, uint32_t node)
{
    const Node *n = &tree->nodes[node];
    return (Str){tree->text.ptr + n->start, n->end - n->start};
}

static inline bool node_is(const Node *node, uint8_t flag)
{
    return node->flags & flag;
}

// --- compiled patterns ---

typedef enum GoalKind {
    GOAL_NODE, // children are matched one by one
    GOAL_LEAF, // nothing inside: its text is matched
    GOAL_ONE,  // $X, $$X, $_
    GOAL_MANY, // $$$X, $$$
} GoalKind;

typedef struct Goal {
    GoalKind kind;
    bool named; // LEAF: is a named node; ONE: matches named nodes only
    TSSymbol symbol;
    uint32_t next; // the first goal behind this one's descendants
    uint32_t name; // ONE, MANY: in Shape.names, or SHAPE_NONE
    Str text;      // LEAF
} Goal;

typedef struct GoalTree { // frozen
    const Goal *goals;    // the first one is the whole
    uint32_t count;
    TSSymbol selected; // only nodes of this type; 0: any
    ShapeStrictness strictness;
} GoalTree;

typedef struct Name {
    Str text; // without $
    bool many;
} Name;

typedef struct Names {
    Name items[SHAPE_MAX_NAMES];
    uint32_t count;
} Names;

// --- compiled rules ---

typedef enum TestKind {
    TEST_PATTERN,
    TEST_KIND,
    TEST_REGEX,
    TEST_NTH,
    TEST_ALL,
    TEST_ANY,
    TEST_NOT,
    TEST_INSIDE,
    TEST_HAS,
    TEST_PRECEDES,
    TEST_FOLLOWS,
} TestKind;

typedef struct Test Test;
struct Test { // frozen
    TestKind kind;
    GoalTree pattern;
    TSSymbol symbol; // KIND
    pcre2_code *regex;
    int32_t step, offset; // NTH: position = step * n + offset
    bool reverse;
    const Test *const *parts; // ALL, ANY; NOT and relations have one, NTH at most one
    size_t part_count;
    ShapeStop stop; // relations
    const Test *until;
    TSFieldId field;       // 0: any
    const uint64_t *kinds; // bits of the symbols it can match; NULL: all of them
};

struct Shape { // frozen
    LangId lang;
    const TSLanguage *language;
    Names names;
    const Test *rule;
    const Test *constraints[SHAPE_MAX_NAMES]; // by name; NULL: none
    ShapeWords words;
    uint64_t max_steps;
};

// Where in the query something stands, for Problems.
typedef struct Place {
    const struct Place *outer; // NULL: the query
    const char *member;        // "any"; NULL: `name`
    Str name;
    int64_t index; // in an array; -1: none
} Place;

Fail shape_problem(Arena *arena, const Place *place, Fail fail); // with ext "member"

typedef struct Compile {
    Ctx *cx;
    Parser *parser;
    LangId lang;
    const TSLanguage *language;
    Names names;
    uint32_t rule_count, depth;
} Compile;

// Fails as shape_compile does.
MUST_CHECK Fail goals_compile(Compile *c, const ShapePattern *source, const Place *place,
                              GoalTree *out);
// The id of a node type. Fails: BAD_REQUEST with the nearest type there is.
MUST_CHECK Fail kind_find(Compile *c, Str name, const Place *place, TSSymbol *out);

static inline size_t kind_bit(const TSLanguage *language, TSSymbol symbol)
{
    return symbol == GRAMMAR_ERROR ? ts_language_symbol_count(language) : symbol;
}

ShapeWords words_of(Arena *arena, const Shape *shape);

// --- matching ---

typedef struct Run { // nodes beside each other; first == SHAPE_NONE: nothing is bound
    uint32_t first, count;
} Run;

typedef struct Env { // what the metavariables hold, by name
    Run at[SHAPE_MAX_NAMES];
} Env;

typedef struct Find { // one shape_find
    const Shape *shape;
    const ShapeTree *tree;
    const Ctx *cx;
    pcre2_match_data *regex_data;
    pcre2_match_context *regex_limits;
    uint64_t steps;
    bool stopped; // too many steps, or cx asks to stop: every answer is false from now on
} Find;

// Counts work; false when there was enough of it.
bool find_step(Find *find, uint64_t steps);

static inline void env_copy(const Find *find, Env *to, const Env *from)
{
    memcpy(to->at, from->at, find->shape->names.count * sizeof *to->at);
}

// Whether the pattern matches the node; *env takes what it binds, and stays as it is otherwise.
bool goals_match(Find *find, const GoalTree *pattern, uint32_t node, Env *env);

#endif
