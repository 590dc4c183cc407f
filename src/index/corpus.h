// index/corpus.h - several lexicons seen as one, without the files that newer ones replace.
//
// Files and chunks are numbered through: part 0's first, then part 1's. Nothing that is answered
// depends on these numbers: ties are decided by path and line, and all statistics are sums over
// what lives, so base and deltas rank exactly as one clean build does.
//
// Threads: frozen once made. Memory: arena; borrows the lexicons.
#ifndef CQ_INDEX_CORPUS_H
#define CQ_INDEX_CORPUS_H

#include "index/lexicon.h"

enum { CORPUS_MOST_PARTS = 512 };

typedef struct CorpusPart {
    const Lexicon *lexicon;
    const bool *dead; // by file; NULL: all live
    uint32_t first_file, first_chunk;
} CorpusPart;

// What is known of the files that a corpus was chosen from. Statistics are then of all of them, so
// that the chosen ones rank as they would among all.
typedef struct CorpusWhole {
    uint32_t chunks; // about
    const Str *terms;
    const uint32_t *term_chunks; // in about how many chunks each of these is
    size_t term_count;
    const struct UniverseFile *paths; // sorted; index/universe.h
    size_t path_count;
} CorpusWhole;

// What was counted when the index was published: corpus_count_indegree of all files then.
typedef struct CorpusUse {
    const uint32_t *const *indegree; // by part, by file of it
    size_t part_count;               // the corpus' other parts are newer
    const Segment *segment;          // that they lie in; NULL: in memory
    const bool *const *gone;         // by part: which files lived then; NULL: all that did do
    bool any_gone;
} CorpusUse;

typedef struct Corpus {
    const CorpusPart *parts;
    size_t part_count;
    uint32_t files, chunks; // numbers in use, dead ones too
    uint32_t live_files, live_chunks;
    uint64_t live_bytes;       // of the files' texts
    float average[LEX_FIELDS]; // lengths of the fields, over living chunks
    const CorpusUse *use;      // NULL: to be counted when asked for
    const CorpusWhole *whole;  // NULL: the corpus itself
} Corpus;

// `dead[i]` may be NULL, and so may `dead`.
void corpus_init(Arena *arena, const Lexicon *lexicons, const bool *const *dead, size_t count,
                 Corpus *out);

const CorpusPart *corpus_part_of_file(const Corpus *corpus, uint32_t file);
const CorpusPart *corpus_part_of_chunk(const Corpus *corpus, uint32_t chunk);
const LexFile *corpus_file(const Corpus *corpus, uint32_t file);
const LexChunk *corpus_chunk(const Corpus *corpus, uint32_t chunk);
uint32_t corpus_file_of(const Corpus *corpus, uint32_t chunk);
bool corpus_is_dead(const CorpusPart *part, uint32_t local_file);
Str corpus_path(const Corpus *corpus, uint32_t file);

uint32_t corpus_all_chunks(const Corpus *corpus); // living ones, of the whole
// In how many of these a term is, when it is in `found` of the corpus itself.
uint32_t corpus_chunks_with(const Corpus *corpus, Str term, uint32_t found);

// Whether a living file (of the whole) has this path, or one that begins with it when it ends in
// '/'.
bool corpus_has_path(const Corpus *corpus, Str path);
// The living file with this path; UINT32_MAX when there is none.
uint32_t corpus_find(const Corpus *corpus, Str path);
// The first file of a part whose path is not before `path`.
uint32_t corpus_lower(const Lexicon *lexicon, Str path);

// How many living files lie in this folder itself; without a '/' at its end.
uint32_t corpus_folder_files(const Corpus *corpus, Str folder);

// How many other files (tests left out) hold a name that this file defines: one of at least four
// letters, of a type, function or impl, that at most two files define. `marks`: one a file, zeroed
// before the first call and left to further ones.
// What corpus->use says is taken when no change since touches such a name.
uint32_t corpus_count_indegree(const Corpus *corpus, uint32_t *marks, uint32_t file);
// The same of all files, by file, with nothing taken from corpus->use; dead ones have 0.
void corpus_count_all_indegree(const Corpus *corpus, uint32_t *out);
// Whether nothing changed since corpus->use was made; then corpus_use gives a file's.
bool corpus_use_is_current(const Corpus *corpus);
uint32_t corpus_use(const Corpus *corpus, uint32_t file);

#endif
