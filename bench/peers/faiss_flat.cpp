// bench/peers/faiss_flat.cpp - the peer of bench/vectors.c: FAISS's exact index over float rows, on
// one thread. Built as faiss_flat.so beside cq-bench where FAISS is installed, loaded by name.
#include <cstdint>

#include <faiss/IndexFlat.h>
#include <omp.h>

extern "C" void *peer_make(uint32_t dims, uint32_t rows, const float *vectors)
{
    omp_set_num_threads(1);
    auto *index = new faiss::IndexFlatIP(static_cast<faiss::Index::idx_t>(dims));
    index->add(static_cast<faiss::Index::idx_t>(rows), vectors);
    return index;
}

extern "C" void peer_run(void *object, const float *query, uint32_t k, float *scores, int64_t *rows)
{
    static_cast<faiss::IndexFlatIP *>(object)->search(1, query, k, scores, rows);
}

extern "C" void peer_free(void *object)
{
    delete static_cast<faiss::IndexFlatIP *>(object);
}
