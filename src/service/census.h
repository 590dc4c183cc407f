// service/census.h - the calls of definitions: every site, and what it tells about a change.
//
//   TARGET --target_find--> subjects --edges_of--> sites --filters--> one table a subject
//
// Certainties are never mixed: each site is in one bucket, and all counts are given by bucket,
// before filters and after. Sites through a base (its method may run this one) are a bucket of
// their own. Nothing that a filter leaves out changes what is told of the sites that stay.
//
// Threads, memory, blocks: as service/code.h.
#ifndef CQ_SERVICE_CENSUS_H
#define CQ_SERVICE_CENSUS_H

#include "service/target.h"

typedef struct CensusQuery {
    CodeOptions options;
    Str target;
    CodeFilterSpec filter;
    uint32_t certainties; // bits by Certainty; 0: all
    size_t limit;         // sites of each table; 0: all
    size_t tables;        // most tables
    uint32_t depth;       // levels of callers; 1: only the sites
    bool callees;
} CensusQuery;

typedef struct CallSite {
    Str path, text, enclosing, receiver, name; // name: as written there
    CodePlace place;                           // of the whole call; else of the name
    LangId lang;
    Role role;
    uint8_t use; // NameExpr.role
    EdgeKind kind;
    Certainty certainty;
    Reason reason;
    uint32_t others; // further definitions that the same use may mean
    bool through_base;
    bool has_shape; // what follows is known
    bool star, star_star, macro;
    uint32_t positional;
    const Str *keywords;
    uint32_t keyword_count;
    uint32_t ordinal;     // among sites of this name in the same enclosing definition
    DefRef in;            // the definition around it
    uint32_t table, rank; // which table; its place in there
} CallSite;

typedef struct CensusCount {
    Str name;
    uint64_t count;
} CensusCount;
typedef struct CensusCounts {
    const CensusCount *items; // most first
    size_t count;
} CensusCounts;

typedef struct CensusHazard { // a way to the target that is no call of it
    Str kind;                 // "reflection", "string", "argument", "value", "decorator"
    Str path, text, enclosing, says;
    CodePlace place;
} CensusHazard;

typedef struct CallerNode { // of a tree, each behind its parent
    Subject subject;        // the definition (or file) that calls
    uint32_t depth;         // 1: calls the target itself
    uint32_t parent;        // index + 1; 0: the target
    uint64_t sites;         // how many calls
    Certainty certainty;    // of the surest of them
    bool seen;              // stands elsewhere in the tree: its callers are there
    bool cycle;             // it is an ancestor of itself
} CallerNode;

typedef struct Callee {
    Subject subject; // all zero when it is outside or unknown
    Str name;        // what is called: qualified, or as written
    Certainty certainty;
    Reason reason;
    uint64_t sites;
    uint32_t line; // of the first one
} Callee;

enum { RISK_LOW, RISK_MEDIUM, RISK_HIGH };

typedef struct CensusTable {
    Subject subject;
    const CallSite *sites; // calls, then references where it is handed on; surest first
    size_t site_count;     // after filters and limit
    uint64_t calls, kept;  // before filters; after them, before the limit
    uint64_t calls_by[CERTAINTIES], kept_by[CERTAINTIES];
    uint64_t through_base, kept_through_base;
    uint64_t uses[EDGE_KINDS]; // all uses by kind, of calls too
    uint64_t files, functions, test_calls, exact_callers;
    CensusCounts shapes, keywords;
    uint64_t star_calls;
    const CensusHazard *hazards;
    size_t hazard_count, reach; // reach: those by which it may run unseen
    const Subject *overriding, *overridden, *constructors;
    size_t overriding_count, overridden_count, constructor_count;
    const Subject *made;       // of a constructor: the type whose objects it makes; else NULL
    const CallerNode *callers; // depth > 1
    size_t caller_count;
    bool callers_cut;
    const Callee *callees;
    size_t callee_count;
    int risk;
    const Str *reasons; // of the risk
    size_t reason_count;
    bool complete, kin_cut;
} CensusTable;

typedef struct CensusAnswer {
    CodeState state;
    Subjects subjects;
    const CensusTable *tables; // the first of subjects; a type's constructor follows it
    size_t table_count;
    const Str *notes; // what the answer cannot tell
    size_t note_count;
} CensusAnswer;

// Fails: BAD_REQUEST (a bad filter or place), NOT_FOUND (a file), what code_ask fails with.
MUST_CHECK Fail census_run(Ctx *cx, const Env *env, const CensusQuery *query, CensusAnswer *out);
const char *census_risk_name(int risk); // "low"

// What is missing from an answer: languages without names, files that were lost, a stale index.
void code_notes(Arena *arena, const CodeState *state, const Str **notes, size_t *count);

// --- the parts, for tests and neighbourhoods

// The table of one definition, of all its calls: what a risk is told from.
void census_weigh(Code *code, const Subject *subject, CensusTable *out);

// One site of a use. `ordinal` and `table` are left to the caller.
void census_site(Code *code, const Edge *edge, CallSite *out);
// "(2, key=, *)"
Str census_shape(Arena *arena, const CallSite *site);
// Sums up equal names, most first, then by name.
CensusCounts census_count(Arena *arena, const Str *names, size_t count);

#endif
