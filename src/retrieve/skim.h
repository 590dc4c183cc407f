// retrieve/skim.h - which files look promising for a question, from their bytes and paths alone.
//
//   Query --skim_init--> Skim: literals that every word of interest holds
//   each file --skim_path, skim_text--> SkimFile: which terms stand in which of its windows
//   all files --skim_score--> a score for each, and in how many windows each term is
//
// A window stands in for a chunk: SKIM_WINDOW bytes. What a file scores is what ranking would give
// its best chunks (BM25, decaying) and its path, with nothing known about comments; definitions are
// guessed from the words beside a name that the question holds.
//
// Threads: a Skim is frozen; the rest belongs to one thread. Memory: arena.
#ifndef CQ_RETRIEVE_SKIM_H
#define CQ_RETRIEVE_SKIM_H

#include "base/vec.h"
#include "index/path_class.h"
#include "retrieve/query.h"
#include "retrieve/scan.h"

enum { SKIM_WINDOW = 1200 }; // bytes

typedef struct Skim {
    const Query *query;
    const ScanImpl *scan;
    NeedleSet needles;
    uint64_t counted; // terms, as bits: of a question of very many words only the longest are
} Skim;

typedef struct SkimHit {
    uint32_t window;
    uint16_t term, count;
} SkimHit;

typedef VEC(SkimHit) SkimHitVec;

typedef struct SkimFile {
    const SkimHit *hits; // by window
    uint32_t hit_count;
    uint32_t bytes;
    uint64_t stem, folder;          // terms of the path, as bits
    float stem_share, folder_share; // of the words there: those that the question holds
    float defined;                  // how surely a name of the question is defined here, 0 to 1
    uint8_t form, flags, depth;     // PathForm, PathFlags, '/' in the path
    double score;                   // skim_score; 0: nothing of the question is here
} SkimFile;

typedef struct SkimCount { // over all files
    uint64_t windows;
    uint64_t with[QUERY_MOST_TERMS]; // windows; paths' terms are in all of a file's
} SkimCount;

// `query` must outlive it.
void skim_init(const Query *query, Skim *out);
void skim_path(const Skim *skim, Str path, LangId lang, SkimFile *out);
// `text` is followed by SCAN_PADDING readable bytes. Hits are put at the end of `hits`, whose items
// may move: the caller sets out->hits when it is done.
void skim_text(const Skim *skim, Arena *arena, Str text, SkimHitVec *hits, SkimFile *out);
void skim_score(const Skim *skim, SkimFile *files, size_t count, SkimCount *out);

#endif
