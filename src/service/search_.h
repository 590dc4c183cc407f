// service/search_.h - private to search*.c: the state of one search on its way through the stages.
#ifndef CQ_SERVICE_SEARCH__H
#define CQ_SERVICE_SEARCH__H

#include "base/vec.h"
#include "service/search.h"

typedef VEC(SearchHit) HitVec;
typedef VEC(SearchFile) FileVec;
typedef VEC(SkippedFile) SkipVec;

// What one worker slot gathers; only its thread touches it until the stage ends.
typedef struct ScanSlot {
    Arena arena;
    Matcher *matcher;
    char *buffer;
    size_t buffer_bytes;
    FileVec files;
    Arena scratch;
    HitVec hits; // of the file being read, in scratch; copied to the arena when it ends
    SkipVec skips;
    uint64_t scanned_files, scanned_bytes, matched_lines, kept_bytes;
    uint64_t hit_count;
} ScanSlot;

typedef struct Search {
    Ctx *cx;
    const Env *env;
    const SearchQuery *query;
    Workspace workspace;
    Universe universe;
    const Pattern *pattern;
    const ScanImpl *scan;
    int slots;
    FileVec files;    // with hits, by path
    SearchHit **hits; // file by file, in line order, until ranked
    size_t hit_count;
} Search;

// Fills files, hits and the counters of `out`. Stops early when cx says so.
void search_scan(Search *search, SearchAnswer *out);
// Decides categories as query->classify asks; leaves the others unclassified.
void search_classify(Search *search);
// Category by category, source first; the order answers are read in.
void search_rank(Search *search);
void search_guess(Search *search); // fills SearchHit.guess
// That order as indexes of search->hits, one for each; unclassified hits stand where their guess
// says when `by_guess`.
void search_order(const Search *search, uint32_t *order, bool by_guess);
// Names near the pattern, for a miss.
void search_nearest(Search *search, SearchAnswer *out);
// The file's text again, from the scan or the disk; false when it is gone or has changed.
bool search_file_text(Ctx *cx, const Search *search, const SearchFile *file, Str *text);

#endif
