// service/search_.h - private to search*.c: the state of one search on its way through the stages.
#ifndef CQ_SERVICE_SEARCH__H
#define CQ_SERVICE_SEARCH__H

#include "base/vec.h"
#include "index/factstore.h"
#include "index/store.h"
#include "runtime/cell.h"
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
    Lease lease;             // of an Opened, which store and snapshot then belong to
    Store *store;
    Snapshot *snapshot;
    FileTable table;
    const bool *vouched;           // by row: it is as it was, as far as the system told; or NULL
    uint32_t *rows;                // by file of the universe; FILE_NONE for what is not in it
    const FactStore *facts;        // by part of the snapshot
    const uint64_t *const *marked; // by part, bits by ordinal: those that may match. NULL, of a
                                   // part too: all may
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
void search_mark(Search *search); // the files that may match search->pattern
// The row of a file (of the universe) that cannot match, or is to be skipped for its content,
// looked at now; NULL: it must be read.
const FileRow *search_rules_out(const Search *search, size_t file);
// What is stored about the text of a file; false when that is nothing.
bool search_stored_facts(const Search *search, Arena *arena, const SearchFile *file, Str text,
                         Brief *out);
void search_index_close(Search *search);
// Fills files, hits and the counters of `out`. Stops early when cx says so.
void search_scan(Search *search, SearchAnswer *out);
// Decides the categories of a file whose facts are stored, in `arena`; false when they are not.
bool search_classify_stored(const Search *search, Arena *arena, SearchFile *file, Str text);
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
