// plugin/faiss/faiss.cpp - FAISS behind the C functions of src/retrieve/faiss_abi.h. Built as
// cq-faiss.so where FAISS is installed; cq opens it when it is first needed. Exceptions end here.
#include "retrieve/faiss_abi.h"

#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>

#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/IndexIVFFlat.h>
#include <faiss/IndexIVFPQ.h>
#include <faiss/impl/IDSelector.h>
#include <faiss/impl/io.h>
#include <faiss/index_io.h>
#include <omp.h>

#if __has_include(<faiss/gpu/GpuCloner.h>)
#include <faiss/gpu/GpuCloner.h>
#include <faiss/gpu/StandardGpuResources.h>
#include <faiss/gpu/utils/DeviceUtils.h>
#define CQ_FAISS_HAS_GPU 1
#endif

using Idx = faiss::Index::idx_t;

struct CqFaissIndex {
#ifdef CQ_FAISS_HAS_GPU
    std::unique_ptr<faiss::gpu::StandardGpuResources> gpu; // outlives the index
#endif
    std::unique_ptr<faiss::Index> index;
    int threads = 1;
};

namespace
{

constexpr unsigned bits_a_part = 8;

int refuse(char *error, const char *why)
{
    std::snprintf(error, CQ_FAISS_ERROR_BYTES, "%s", why);
    return 1;
}

// Runs `body`, which returns what the function returns.
template <typename Body> int guarded(char *error, Body body)
{
    try {
        return body();
    } catch (const std::exception &fault) {
        return refuse(error, fault.what());
    } catch (...) {
        return refuse(error, "an unknown exception");
    }
}

std::unique_ptr<faiss::Index> make(const CqFaissSpec &spec)
{
    const auto metric = faiss::METRIC_INNER_PRODUCT;
    const Idx dims = spec.dims;
    if (spec.family == CQ_FAISS_FLAT) return std::make_unique<faiss::IndexFlatIP>(dims);
    if (spec.family == CQ_FAISS_HNSW) {
        auto hnsw = std::make_unique<faiss::IndexHNSWFlat>(spec.dims, spec.links, metric);
        hnsw->hnsw.efConstruction = static_cast<int>(spec.build_effort);
        return hnsw;
    }
    auto centres = std::make_unique<faiss::IndexFlatIP>(dims);
    std::unique_ptr<faiss::IndexIVF> ivf;
    if (spec.family == CQ_FAISS_IVF_FLAT)
        ivf = std::make_unique<faiss::IndexIVFFlat>(centres.get(), spec.dims, spec.lists, metric);
    else if (spec.family == CQ_FAISS_IVF_PQ) {
        auto pq = std::make_unique<faiss::IndexIVFPQ>(centres.get(), spec.dims, spec.lists,
                                                      spec.parts, bits_a_part, metric);
        pq->pq.cp.min_points_per_centroid = 1;
        ivf = std::move(pq);
    }
    if (!ivf) return nullptr;
    centres.release();
    ivf->own_fields = true;
    ivf->cp.min_points_per_centroid = 1; // cq sees to it; FAISS would print warnings
    return ivf;
}

int create(const CqFaissSpec *spec, CqFaissIndex **out, char *error)
{
    return guarded(error, [&] {
        auto made = std::make_unique<CqFaissIndex>();
        made->index = make(*spec);
        made->threads = spec->threads;
        if (!made->index) return refuse(error, "unknown family");
        *out = made.release();
        return 0;
    });
}

int train(CqFaissIndex *index, const float *rows, size_t count, char *error)
{
    return guarded(error, [&] {
        omp_set_num_threads(index->threads);
        index->index->train(static_cast<Idx>(count), rows);
        return index->index->is_trained ? 0 : refuse(error, "it is not trained after training");
    });
}

int add(CqFaissIndex *index, const float *rows, size_t count, char *error)
{
    return guarded(error, [&] {
        omp_set_num_threads(index->threads);
        index->index->add(static_cast<Idx>(count), rows);
        return 0;
    });
}

void stats(const CqFaissIndex *index, CqFaissStats *out)
{
    const auto *ivf = dynamic_cast<const faiss::IndexIVF *>(index->index.get());
    *out = CqFaissStats{static_cast<uint64_t>(index->index->ntotal), index->index->is_trained, 0};
    if (ivf && ivf->ntotal) out->imbalance = ivf->invlists->imbalance_factor();
}

void set_effort(CqFaissIndex *index, uint32_t effort)
{
    if (auto *ivf = dynamic_cast<faiss::IndexIVF *>(index->index.get())) ivf->nprobe = effort;
    if (auto *hnsw = dynamic_cast<faiss::IndexHNSW *>(index->index.get()))
        hnsw->hnsw.efSearch = static_cast<int>(effort);
}

int search(const CqFaissIndex *index, const float *query, size_t k, const uint8_t *filter,
           size_t filter_bytes, int64_t *rows, size_t *count, char *error)
{
    return guarded(error, [&] {
        faiss::IDSelectorBitmap wanted(filter_bytes, filter);
        faiss::SearchParameters plain;
        faiss::SearchParametersIVF lists;
        auto scores = std::make_unique<float[]>(k);
        const auto *ivf = dynamic_cast<const faiss::IndexIVF *>(index->index.get());
        if (ivf) lists.nprobe = ivf->nprobe;
        faiss::SearchParameters *parameters = ivf ? &lists : &plain;
        parameters->sel = &wanted;
        omp_set_num_threads(1);
        index->index->search(1, query, static_cast<Idx>(k), scores.get(), rows,
                             filter ? parameters : nullptr);
        for (*count = 0; *count < k && rows[*count] >= 0;) ++*count; // -1: no more
        return 0;
    });
}

int to_gpu(CqFaissIndex *index, char *error)
{
#ifdef CQ_FAISS_HAS_GPU
    return guarded(error, [&] {
        if (faiss::gpu::getNumDevices() < 1) return refuse(error, "FAISS sees no GPU");
        auto gpu = std::make_unique<faiss::gpu::StandardGpuResources>();
        std::unique_ptr<faiss::Index> copy(
            faiss::gpu::index_cpu_to_gpu(gpu.get(), 0, index->index.get()));
        index->index = std::move(copy);
        index->gpu = std::move(gpu);
        return 0;
    });
#else
    (void)index;
    return refuse(error, "this FAISS was built without GPUs");
#endif
}

int save(const CqFaissIndex *index, uint8_t **bytes, size_t *len, char *error)
{
    return guarded(error, [&] {
        faiss::VectorIOWriter writer;
        faiss::write_index(index->index.get(), &writer);
        auto copy = std::make_unique<uint8_t[]>(writer.data.size());
        std::memcpy(copy.get(), writer.data.data(), writer.data.size());
        *len = writer.data.size();
        *bytes = copy.release();
        return 0;
    });
}

void free_bytes(uint8_t *bytes)
{
    delete[] bytes;
}

int load(const uint8_t *bytes, size_t len, CqFaissIndex **out, char *error)
{
    return guarded(error, [&] {
        faiss::VectorIOReader reader;
        reader.data.assign(bytes, bytes + len);
        auto made = std::make_unique<CqFaissIndex>();
        made->index.reset(faiss::read_index(&reader));
        *out = made.release();
        return 0;
    });
}

void release(CqFaissIndex *index)
{
    delete index;
}

#define TEXT_OF(x) #x
#define DOTTED(a, b, c) TEXT_OF(a) "." TEXT_OF(b) "." TEXT_OF(c)

const CqFaissApi api = {
    CQ_FAISS_ABI,
    DOTTED(FAISS_VERSION_MAJOR, FAISS_VERSION_MINOR, FAISS_VERSION_PATCH),
    create,
    train,
    add,
    stats,
    set_effort,
    search,
    to_gpu,
    save,
    free_bytes,
    load,
    release,
};

} // namespace

extern "C" __attribute__((visibility("default"))) const CqFaissApi *cq_faiss_api()
{
    return &api;
}
