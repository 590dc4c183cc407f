// service/find_.h - private to service/find*.c.
#ifndef CQ_SERVICE_FIND__H
#define CQ_SERVICE_FIND__H

#include "lang/brief.h"
#include "service/find.h"
#include "service/find_index.h"
#include "service/find_lines.h"

typedef struct Find {
    Ctx *cx;
    const Env *env;
    const FindQuery *query;
    Workspace workspace;
    const struct Target *targets; // --in; index/select.h
    size_t target_count;
    FindIndex index;
    Query analysed;
    Str question; // that vectors are looked up for
    Ranking ranking;
} Find;

// find->index from the most promising files (service/find_cold.h), if the workspace is large.
MUST_CHECK Fail find_cold(Find *find, const RefreshSpec *spec, bool *made);

// Whether the query's filters let a file through.
bool find_wants(const Find *find, Str path, LangId lang, PathForm form);

// Makes the chunk at `what` the question; *like is its file. Fails: as line_ref_read; NOT_FOUND (it
// is not indexed), BAD_REQUEST (there is no word).
MUST_CHECK Fail find_like(Find *find, Str what, uint32_t *like);

typedef struct FindFacts { // of one file
    bool known;            // else the rest is zero
    Brief brief;           // its definitions, numbered as the lexicon's
    Str path;
} FindFacts;

// What is stored of the file's definitions; empty where it was not parsed.
Str find_facts_bytes(const Find *find, uint32_t file);
// `text`: the whole file. They are not known when it is not what the bytes are of.
void find_facts(const Find *find, Str bytes, LangId lang, Str path, Str text, FindFacts *out);
// What they say of definition `def`: its full name, where it begins and ends, its id.
void find_facts_apply(const Find *find, const FindFacts *facts, uint32_t def, FindPlace *place);

// The places of a ranked file, with their lines, which are read from the disk.
void find_places(Find *find, LineTerms *terms, const RankedFile *file, FindFile *out);

#endif
