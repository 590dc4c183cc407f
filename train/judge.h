// train/judge.h - what a table is worth by itself: the files of a workspace ranked by their chunks'
// vectors alone, and NDCG@10 over judged queries.
//
//   a chunk: sum over its terms of (fields' weights * model_times) * row; less the mean of all
//   a file:  its best chunks, 1 + 1/2 + 1/4 + 1/8
//
// This is the plain reference of what the index does with a table.
//
// Threads: the caller and the pool. Memory: arenas given.
#ifndef CQ_TRAIN_JUDGE_H
#define CQ_TRAIN_JUDGE_H

#include "retrieve/embed.h"
#include "runtime/pool.h"

typedef struct JudgedFile {
    Str path; // relative to the workspace
    uint32_t first_chunk, chunk_count;
} JudgedFile;

typedef struct JudgedRepo {
    JudgedFile *files;
    uint32_t file_count, chunk_count, dims;
    float *vectors; // of chunks
    float *mean;
} JudgedRepo;

// Fails: as universe_list.
MUST_CHECK Fail judge_read(Ctx *cx, Pool *pool, const Model *model, Str folder, JudgedRepo *out);

// The ten best files, best first; fewer when there are not so many. `query` is of length 1.
enum { JUDGE_DEPTH = 10 };
uint32_t judge_rank(Arena *arena, const JudgedRepo *repo, const float *query,
                    uint32_t out[JUDGE_DEPTH]);

#endif
