// service/entity_query.h - an entity query: text or flags become a checked record.
//
//   "entity=function name='build_*'" --entity_words_read--> EntityWords <--entity_words_flag--
//   flags EntityWords --entity_query_make--> EntityQuery, or a Problem that says where and what is
//   near
//
// Strict: an unknown key, a bad value, a key given twice, text that is no pair are refused with the
// column (from 1; ext "offset" in bytes from 0). Keys and their meaning: entity_keys.def.
//
//   pair:   key=value, $X=~regex, $X!=~regex        value: bare up to a blank, 'text', "text"
//   in quotes a backslash escapes quotes and itself; in front of anything else it stays
//
// Threads: pure, but for compiled regexes, which are frozen. Memory: arena; borrows the text.
#ifndef CQ_SERVICE_ENTITY_QUERY_H
#define CQ_SERVICE_ENTITY_QUERY_H

#include "lang/facts.h"
#include "retrieve/pattern.h"

typedef enum EntityKey {
#define ENTITY_KEY(member, ...) KEY_##member,
#include "service/entity_keys.def"
#undef ENTITY_KEY
    ENTITY_KEYS
} EntityKey;

typedef enum EntityKind {
#define ENTITY(id, name, kinds) ENTITY_##id,
#include "service/entity_kinds.def"
#undef ENTITY
    ENTITY_KINDS
} EntityKind;

const char *entity_kind_name(EntityKind kind);
uint32_t entity_kind_mask(EntityKind kind); // of DefKinds: 1u << DEF_FUNCTION | ...

typedef struct EntityKeySpec {
    const char *key, *alias, *flag, *value_name, *help; // flag: the member's name
    bool for_entities, for_patterns;
} EntityKeySpec;
const EntityKeySpec *entity_key_spec(EntityKey key);

typedef struct EntityWord { // one key's text; ptr NULL: not given
    Str text;
    size_t at;    // of the pair in the query text
    bool is_flag; // `at` says nothing
} EntityWord;

typedef struct MetaVarWord { // $X=~regex
    Str name;                // as written: "$X"
    Str regex;
    bool negated;
    size_t at;
} MetaVarWord;

typedef struct EntityWords {
    EntityWord of[ENTITY_KEYS];
    MetaVarWord *metavars;
    size_t metavar_count;
    Str plain; // the text has no pair at all: what to search for
} EntityWords;

// Fails: BAD_REQUEST with ext "offset".
MUST_CHECK Fail entity_words_read(Arena *arena, Str text, EntityWords *out);
// Fails: BAD_REQUEST: the text gave it already.
MUST_CHECK Fail entity_words_flag(Arena *arena, EntityWords *words, EntityKey key, Str text);

typedef enum NameMode { NAME_ANY, NAME_EXACT, NAME_GLOB, NAME_REGEX } NameMode;
typedef struct NameFilter {
    NameMode mode;
    Str text;             // without '~'
    bool qualified;       // compared with the qualified name: it has a '.' or "::" (not of regexes)
    const Pattern *regex; // of NAME_REGEX
} NameFilter;

// With `matcher` made of filter->regex, or NULL for the other modes.
bool name_filter_takes(const NameFilter *filter, Matcher *matcher, Str name, Str qualified);

// Names in other keys: exact, or globs.
bool name_is_glob(Str text); // it has *, ? or [...]
bool name_takes(Str wanted, Str name);

typedef enum ScopeAsked { ASK_ANY, ASK_CLOSURE, ASK_NESTED, ASK_TOPLEVEL } ScopeAsked;
typedef enum Tristate { UNSAID, SAID_NO, SAID_YES } Tristate;
typedef enum Strictness { // in the order of the names in entity_keys.def
    STRICT_CST,
    STRICT_SMART,
    STRICT_AST,
    STRICT_RELAXED,
    STRICT_SIGNATURE
} Strictness;
typedef enum Relation { REL_INSIDE, REL_HAS, REL_PRECEDES, REL_FOLLOWS, RELATIONS } Relation;
typedef enum StopBy { STOP_BY_NEIGHBOR, STOP_BY_END, STOP_BY_RULE } StopBy;

// inside='class Flask', has='def test_*': a word for a kind of definition and a name or glob, in
// place of code. It matches definitions of that kind.
typedef struct RelationQuery { // pattern.ptr NULL: not asked
    uint32_t def_kinds;        // of such a short form: of DefKinds; 0: `pattern` is code
    NameFilter def_name;
    Relation relation;
    bool negated;
    Str pattern, field, stop_rule;
    StopBy stop_by;
} RelationQuery;
enum { MOST_RELATIONS = RELATIONS + 2 };

typedef struct NthChild { // position = step * n + offset for some n >= 0
    bool asked, reverse;
    int64_t step, offset;
    Str of_rule;
} NthChild;

typedef struct Join { // asked: kind != ENTITY_KINDS or name.len
    bool asked;
    EntityKind kind; // ENTITY_ANY for any
    Str name;        // exact or a glob; empty: any
} Join;

typedef struct StrItems {
    const Str *items;
    size_t count;
} StrItems;

typedef enum ExpandKind {
    EXPAND_CALLERS,
    EXPAND_CALLEES,
    EXPAND_IMPORTS,
    EXPAND_RAISES,
    EXPAND_SCOPE,
    EXPAND_SURFACE,
    EXPANDS
} ExpandKind;
const char *expand_name(ExpandKind kind);

typedef enum EntityField { // bits of EntityQuery.fields, in the order of field_names
    FIELD_IS_DEF = 1,
    FIELD_IS_LOC = 2,
    FIELD_IS_IMPORTS = 4,
    FIELD_IS_DECORATORS = 8,
    FIELD_IS_DECORATED_FUNCTIONS = 16,
    FIELD_IS_CALLERS = 32,
    FIELD_IS_CALLEES = 64,
} EntityField;

typedef struct EntityQuery {
    bool is_pattern;
    EntityKind kind;
    NameFilter name;
    StrItems in, exclude, globs;
    const LangId *langs; // empty: all
    size_t lang_count;
    Str calls, decorated_by, captures;
    Join raises, defines, exports, used_by;
    int64_t decorators_min, decorators_max; // -1: not asked
    ScopeAsked scope;
    Tristate has_cells;
    Str pattern, context, selector;
    Strictness strictness;
    RelationQuery relations[MOST_RELATIONS]; // the first relation_count
    size_t relation_count;
    StrItems all, any, not_any; // not_any: at most one
    NthChild nth;
    const MetaVarWord *metavars;
    size_t metavar_count;
    int64_t expand_depth[EXPANDS]; // 0: not asked
    bool expands;
    uint32_t fields;
    int64_t limit; // -1: not given; 0: all
    bool explain;
    const EntityWords *words; // where each part stands, for later failures
} EntityQuery;

// Fails: BAD_REQUEST with ext "offset" (of a text) and the nearest value.
MUST_CHECK Fail entity_query_make(Ctx *cx, const EntityWords *words, EntityQuery *out);
// A failure about one key's value: "column 8: limit=abc: ..." or "--limit abc: ...".
Fail entity_query_bad(Arena *arena, const EntityWords *words, EntityKey key, const char *fmt, ...)
    PRINTF_LIKE(4, 5);

#endif
