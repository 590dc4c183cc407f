// service/search_.h - private to search*.c: the state of one search on its way through the stages.
#ifndef CQ_SERVICE_SEARCH__H
#define CQ_SERVICE_SEARCH__H

#include "base/vec.h"
#include "index/store.h"
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
    uint64_t scanned_files, scanned_bytes, ruled_out_files, matched_lines, kept_bytes;
    uint64_t hit_count;
} ScanSlot;

typedef struct SearchIndex { // what is published of the workspace; all zero: nothing
    Store *store;
    Snapshot *snapshot;
    FileTable table;
    uint32_t *rows;        // by file of the universe; FILE_NONE for what changed since, or is new
    const bool *ruled_out; // by file of the universe: it cannot match; NULL: that is not known
} SearchIndex;

typedef struct Search {
    Ctx *cx;
    const Env *env;
    const SearchQuery *query;
    Workspace workspace;
    Universe universe;
    SearchIndex index;
    const Pattern *pattern;
    const ScanImpl *scan;
    int slots;
    FileVec files;    // with hits, by path
    SearchHit **hits; // file by file, in line order, until ranked
    size_t hit_count;
} Search;

// The universe, with the help of the index where one is published.
// Fails: as universe_list.
MUST_CHECK Fail search_list_files(Search *search, const Selection *selection);
void search_rule_out(Search *search); // for search->pattern
void search_index_close(Search *search);
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
