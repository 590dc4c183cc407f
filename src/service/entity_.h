// service/entity_.h - private to entity*.c: one query on its way.
//
//   entity_files.c   the files that may hold something, from the index
//   entity_facts.c   one file: its facts, what of it passes, findings made of it
//   entity_trigrams.c  of these, for patterns: those that may match
//   entity_filter.c  whether one definition passes
//   entity_tests.c   what is a test
#ifndef CQ_SERVICE_ENTITY__H
#define CQ_SERVICE_ENTITY__H

#include "base/vec.h"
#include "index/doc.h"
#include "index/factstore.h"
#include "index/refresh.h"
#include "index/select.h"
#include "lang/cells.h"
#include "lang/parse.h"
#include "service/entity.h"
#include "service/stable_id.h"

typedef VEC(Finding) FindingVec;

typedef struct Candidate {
    Str path; // NUL-terminated
    LangId lang;
    uint32_t part, ordinal; // where the index has it
    Str brief;              // bytes; empty: there are none
    int role;               // Role: source first
    bool leads;             // the first of its folder and language
} Candidate;
typedef VEC(Candidate) CandidateVec;

typedef struct LeftOut { // files of languages in which a filter cannot be told
    const char *why;
    Buf languages; // "rust 1, c 2"
} LeftOut;

typedef struct Entity {
    Ctx *cx;
    const Env *env;
    const EntityQuery *query;
    const EntityOptions *options;
    Workspace workspace;
    RefreshView view;
    const FactStore *facts; // by part
    Filter filter;          // globs, exclude, lang
    const Target *targets;  // in=; none: everywhere
    size_t target_count;
    CandidateVec files;
    uint64_t selected_files;
    struct EntityShapes *shapes; // by language; NULL: the query has no patterns
    VEC(LeftOut) left_out;
    VEC(Str) limits, plan;
} Entity;

// --- entity_files.c ---

Fail entity_choose_places(Entity *entity); // Fails: BAD_REQUEST, NOT_FOUND
Fail entity_list_files(Entity *entity);    // Fails: DAMAGED
void entity_nearest(Entity *entity, EntityAnswer *out);

// --- entity_facts.c ---

typedef struct FileWork { // one file; written by one task
    Fail fail;
    bool parsed, partial, done;
    bool exports_open; // the first finding, its module, is one only if it passes names on
    uint64_t total;
    Finding *findings;
    uint32_t *defs; // by finding: index into the file's Facts.defs; UINT32_MAX: none
    size_t count;
    struct Expansion *expansions; // in the order of `owner`
    size_t expansion_count;
} FileWork;

typedef struct Expansion {
    ExpandKind kind;
    size_t owner; // index into FileWork.findings of the definition
    Finding finding;
} Expansion;
typedef VEC(Expansion) ExpansionVec;

typedef struct EntitySlot {
    Parser *parser;
    Arena scratch, kept;
    Matcher *matcher; // of a regex in name=
} EntitySlot;

// What is known of a file while it is looked at; in the slot's scratch.
typedef struct FileFacts {
    const Entity *entity;
    Ctx *cx;
    EntitySlot *slot;
    const Candidate *file;
    Str text;
    Facts facts;
    Brief brief; // facts are from it when has_brief
    bool has_brief;
    Str *qualified;        // by definition, as far as asked for
    uint32_t *line_starts; // of the text; found when first needed
    uint32_t line_count;
    FileWork *out;
    FindingVec findings; // in slot->kept
    VEC(uint32_t) defs;  // by finding
    ExpansionVec expansions;
    const ShapeTree *tree;           // NULL: not asked for
    const struct FileShapes *shapes; // what patterns match in it; NULL: not asked
    CellScopes cells;
} FileFacts;

Str entity_qualified(FileFacts *file, int32_t def); // empty for -1

// Sets the place, from `span`; the text is the line of offset `shown_at`.
void entity_place(FileFacts *file, Span span, uint32_t shown_at, Finding *out);
void entity_add(FileFacts *file, const Finding *finding, uint32_t def); // def: or UINT32_MAX
void entity_add_def(FileFacts *file, uint32_t def);
// An array of names, `stride` bytes apart; copies of them.
Json *entity_names_json(Arena *arena, const Str *names, uint32_t count, size_t stride);
void entity_do_file(const Entity *entity, EntitySlot *slot, const Candidate *file, FileWork *out);

// --- entity_filter.c ---

bool entity_is_type(DefKind kind);     // what methods are in
bool entity_is_callable(DefKind kind); // function, method
bool entity_has_body(DefKind kind);    // those, types, modules, macros
// Whether definition `def` is of the kind asked for.
bool entity_has_kind(FileFacts *file, EntityKind kind, uint32_t def);
bool entity_takes(FileFacts *file, uint32_t def); // all filters
// The definition that is "the body" an offset belongs to: functions, types, modules; -1: the file.
int32_t entity_body_at(const Facts *facts, uint32_t offset);
// What the calls of a definition's own body are called: whether one is `name` or ends in it.
bool entity_calls(const FileFacts *file, uint32_t def, Str name);
bool entity_name_fits(Str written, Str name); // "a.b.route" and "route"

bool entity_module_fits(FileFacts *file);   // all filters, of the file itself
bool entity_lang_has_packages(LangId lang); // several files are one module
bool entity_asks_cells(const EntityQuery *query);
const CellScope *entity_cells(const FileFacts *file, uint32_t def); // NULL: it has none

// --- entity_expand.c ---

void entity_expand(FileFacts *file, uint32_t def);  // of the finding added last
bool entity_expands_tree(const EntityQuery *query); // whether that needs entity_cells
// What of the expansions belongs to findings that are shown, by kind.
void entity_gather_expansions(Entity *entity, const FileWork *work, FindingVec *findings,
                              EntityAnswer *out);

// --- entity_exports.c ---

bool entity_lang_exports(LangId lang);
// Whether the text has what exports= needs, so that it is worth a look.
bool entity_may_export(const FileFacts *file);
// `parent`: the namespace; -1: the file, as the last of its filters.
bool entity_exports_fit(FileFacts *file, int32_t parent);
void entity_keep_exports(Entity *entity, FileWork *work); // takes out what was left open and is not

// --- entity_edges.c: what names mean ---

void entity_keep_used(Entity *entity, FileWork *work); // used_by=
// Callers and callees of what is shown: sums in its details, groups behind it.
void entity_add_edges(Entity *entity, const FileWork *work, size_t shown, FindingVec *findings,
                      EntityAnswer *out);

// --- entity_shapes.c: patterns ---

// Compiles the patterns for all languages among the files; takes out files of languages in which
// they are no code. Fails: BAD_REQUEST when they are in none; CANCELLED.
Fail entity_prepare_shapes(Entity *entity);
// The number-th shape of a language without a match of which nothing passes; NULL in *out: the next
// is to be asked for. False behind the last.
bool entity_needed_shape(const Entity *entity, LangId lang, size_t number, const Shape **out);
// Takes out the files of languages in which a filter cannot be told, and says so.
void entity_drop_unable(Entity *entity);
// Whether the text has what patterns need, so that it is worth a look.
bool entity_may_match(const FileFacts *file);
// Parses, when patterns or captures are asked for. Fails: as shape_find
Fail entity_read_tree(FileFacts *file);
// inside, has, precedes, follows, composites, nthChild: of a definition, or (def -1) of `span`.
bool entity_relations_fit(FileFacts *file, Span span, int32_t def);
void entity_take_matches(FileFacts *file); // of a pattern query

// --- entity_trigrams.c ---

// Takes out files that by the index lack what the patterns need. Fails: DAMAGED.
Fail entity_narrow_by_shapes(Entity *entity);

// --- entity_text.c ---

typedef struct Decorator {
    Str name; // "app.route"
    Span span;
} Decorator;
typedef struct Decorators {
    const Decorator *items;
    uint32_t count;
} Decorators;
Decorators entity_decorators(const FileFacts *file, uint32_t def);

typedef struct Raise {
    Str name; // "errors.NotFound"; empty: raised again
    Span span;
} Raise;
typedef struct Raises {
    const Raise *items;
    uint32_t count;
} Raises;
Raises entity_raises(const FileFacts *file, uint32_t def); // by its own body
bool entity_lang_raises(LangId lang);

// --- entity_tests.c ---

bool entity_is_test(FileFacts *file, uint32_t def);
// JavaScript and TypeScript: calls of it, test, describe in files for tests.
bool entity_calls_are_tests(LangId lang, Str path);
bool entity_call_is_test(const Call *call);
bool entity_lang_has_tests(LangId lang);

#endif
