// retrieve/lexical.h - BM25F over the chunks of a corpus.
//
//   tf'(t,c) = sum over fields W_f tf_f / (1 - B_f + B_f len_f / average_f)
//   s(c)     = sum over terms w_t idf_t tf' / (k1 + tf')        idf = ln(1 + (N - df + .5)/(df +
//   .5))
//
// N and df count living chunks of all parts. The comment score is the same over that field alone.
//
// Threads: pure. Memory: arena.
#ifndef CQ_RETRIEVE_LEXICAL_H
#define CQ_RETRIEVE_LEXICAL_H

#include "index/corpus.h"
#include "retrieve/query.h"

typedef struct LexicalTerm { // a query term and what the corpus knows of it
    const QueryTerm *of;
    const uint32_t *numbers;     // by part; LEX_NONE where it is unknown
    const uint32_t *part_chunks; // by part: living ones that have it
    uint32_t chunks;             // in all parts
    double idf;
} LexicalTerm;

typedef struct LexicalHit {
    uint32_t chunk; // of the corpus
    float score;
} LexicalHit;

enum { LEXICAL_MOST_HITS = 300 };

typedef struct Lexical {
    const Corpus *corpus;
    LexicalTerm *terms; // all of the query's
    size_t term_count;
    double most;      // no chunk's score can be larger
    double missing;   // the idf of a term that no chunk has
    LexicalHit *hits; // the best LEXICAL_MOST_HITS, best first; ties by path, then line
    size_t hit_count;
} Lexical;

// What a term adds to the score of the chunk that `posting` of `part` is of.
double lexical_term_score(const Corpus *corpus, const CorpusPart *part, const LexPosting *posting,
                          const LexicalTerm *term);
double lexical_idf(const Corpus *corpus, uint32_t chunks);
// In how many living chunks a term is.
uint32_t lexical_chunks(const Corpus *corpus, Str term);
void lexical_search(Arena *arena, const Corpus *corpus, const Query *query,
                    const bool *allowed_files, Lexical *out);
// The best comment score that a chunk of each file has. `files` ascend.
void lexical_comments(Arena *arena, const Lexical *lexical, const uint32_t *files, size_t count,
                      float *out);

#endif
