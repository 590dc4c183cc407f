// service/census_.h - private to service/census*.c.
#ifndef CQ_SERVICE_CENSUS__H
#define CQ_SERVICE_CENSUS__H

#include "base/vec.h"
#include "service/census.h"

typedef struct Census {
    Code *code;
    const CensusQuery *query;
    CodeFilter filter;
    CensusAnswer *out;
} Census;

typedef VEC(CallSite) SiteVec;

static inline bool same_def(DefRef a, DefRef b)
{
    return a.file == b.file && a.def == b.def;
}

// --- census_reach.c: ways to the target that are no calls of it, behind those that it has.
void census_hazards(Census *census, const Edges *edges, CensusTable *table);

// --- census_templates.c: calls in templates; names in strings there become the first hazards.
void census_templates(Census *census, CensusTable *table, SiteVec *sites);

// --- census_built.c: strings that its name can be put together from go in front of the hazards.
void census_built_names(Census *census, CensusTable *table);

// --- census_tree.c: who calls the callers, and what the target calls.
void census_callers(Census *census, CensusTable *table, const SiteVec *sites);
void census_callees(Census *census, CensusTable *table);

// --- census_risk.c: of what the table counts; only census->code is looked at.
void census_risk(Census *census, CensusTable *table);

// The innermost call whose parentheses hold `offset`; NULL.
const Call *call_around(const WorldFile *file, uint32_t offset);
// The definition around an offset, or the file.
DefRef enclosing_ref(const WorldFile *file, uint32_t offset);

#endif
