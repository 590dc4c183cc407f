// retrieve/faiss_abi.h - what cq asks of the FAISS plug-in (plugin/faiss/faiss.cpp): a table of C
// functions, found with dlsym as cq_faiss_api. C and C++ read this header.
//
// Functions that can fail return 0, or 1 with the reason in `error` (NUL-terminated). Similarity is
// the inner product; rows are numbered from 0 in the order of `add`.
//
// Threads: an index is built by one thread; then search may be called by any number.
#ifndef CQ_RETRIEVE_FAISS_ABI_H
#define CQ_RETRIEVE_FAISS_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { CQ_FAISS_ABI = 1, CQ_FAISS_ERROR_BYTES = 256 };

typedef enum CqFaissFamily {
    CQ_FAISS_FLAT = 1,
    CQ_FAISS_IVF_FLAT,
    CQ_FAISS_IVF_PQ,
    CQ_FAISS_HNSW
} CqFaissFamily;

typedef struct CqFaissSpec {
    CqFaissFamily family;
    uint32_t dims;
    uint32_t lists;        // of IVF
    uint32_t parts;        // of PQ: bytes a row; divides dims
    uint32_t links;        // of HNSW
    uint32_t build_effort; // of HNSW: efConstruction
    int threads;           // while building
} CqFaissSpec;

typedef struct CqFaissIndex CqFaissIndex;

typedef struct CqFaissStats {
    uint64_t rows;
    int trained;
    double imbalance; // of IVF lists: 1 when all are equally long; 0 for other families
} CqFaissStats;

typedef struct CqFaissApi {
    uint32_t abi;        // CQ_FAISS_ABI
    const char *version; // of FAISS
    int (*create)(const CqFaissSpec *spec, CqFaissIndex **out, char *error);
    int (*train)(CqFaissIndex *index, const float *rows, size_t count, char *error);
    int (*add)(CqFaissIndex *index, const float *rows, size_t count, char *error);
    void (*stats)(const CqFaissIndex *index, CqFaissStats *out);
    // How hard a search tries: lists looked into (IVF), efSearch (HNSW). Not while others search.
    void (*set_effort)(CqFaissIndex *index, uint32_t effort);
    // Writes up to k rows, best first, and their number. `filter` is NULL or a bit a row, the
    // lowest bit of the first byte first; not for HNSW.
    int (*search)(const CqFaissIndex *index, const float *query, size_t k, const uint8_t *filter,
                  size_t filter_bytes, int64_t *rows, size_t *count, char *error);
    // Replaces the index by a copy on the first GPU; it then cannot be saved.
    int (*to_gpu)(CqFaissIndex *index, char *error);
    int (*save)(const CqFaissIndex *index, uint8_t **bytes, size_t *len, char *error);
    void (*free_bytes)(uint8_t *bytes);
    // Believes the bytes: check a sum of them first.
    int (*load)(const uint8_t *bytes, size_t len, CqFaissIndex **out, char *error);
    void (*free)(CqFaissIndex *index);
} CqFaissApi;

typedef const CqFaissApi *(*CqFaissApiFn)(void);

#ifdef __cplusplus
}
#endif

#endif
