// retrieve/ann.c - building, measuring and searching; ann_file.c keeps it as bytes.
#include "retrieve/ann_.h"

#include <math.h>

enum {
    WORTH_AN_INDEX = 300000, // rows that the exact scan compares in a few milliseconds
    WORTH_PQ = 2000000,      // above, float rows in the index take too much memory
    ADD_ROWS = 16384,        // at once
    LEAST_LISTS = 16,
    TRAINING_A_LIST = 64, // rows; FAISS asks for 39 at least
    LEAST_A_LIST = 39,
    PQ_TRAINING = 256 * LEAST_A_LIST, // rows: a byte has 256 values
    MOST_PARTS = 64,
    LINKS = 32, // of HNSW
    BUILD_EFFORT = 200,
    FIRST_EFFORT_IVF = 4,
    FIRST_EFFORT_HNSW = 32,
    MOST_EFFORT_HNSW = 4096,
    SAMPLED = 100, // queries of a measurement
    NEAREST = 10,
    FEW_WANTED = 20, // one row in so many: the exact scan is as fast
};

const char *ann_family_name(AnnFamily family)
{
    static const char *const names[] = {
        [ANN_AUTO] = "auto",         [ANN_EXACT] = "exact",   [ANN_FLAT] = "flat",
        [ANN_IVF_FLAT] = "ivf_flat", [ANN_IVF_PQ] = "ivf_pq", [ANN_HNSW] = "hnsw",
    };
    return names[family];
}

static uint32_t parts_of(uint32_t dims) // a byte for four numbers or more
{
    for (uint32_t parts = MIN(dims / 4, MOST_PARTS); parts > 1; parts--)
        if (dims % parts == 0) return parts;
    return 1;
}

AnnFamily ann_choose(VectorShape shape)
{
    if (shape.rows < WORTH_AN_INDEX) return ANN_EXACT;
    bool divides = parts_of(shape.dims) >= shape.dims / 16; // a part stands for 16 numbers at most
    return shape.rows < WORTH_PQ || !divides ? ANN_IVF_FLAT : ANN_IVF_PQ;
}

bool ann_is_ivf(AnnFamily family)
{
    return family == ANN_IVF_FLAT || family == ANN_IVF_PQ;
}

Fail ann_faiss_fail(Arena *arena, const char *doing, const char *error)
{
    return FAIL(arena, UNAVAILABLE, "FAISS cannot %s: %s", doing, error);
}

// --- building

static void write_row(const Vectors *vectors, uint32_t row, float *out)
{
    uint32_t dims = vectors->shape.dims;
    if (vectors->exact) {
        memcpy(out, vectors->exact + row * vectors->exact_stride, dims * sizeof *out);
        return;
    }
    const int8_t *codes = vectors->codes + row * vectors->stride;
    for (uint32_t i = 0; i < dims; i++) out[i] = (float)codes[i] * vectors->scales[row];
}

// `count` rows, evenly spread over the table.
static float *spread_rows(Arena *arena, const Vectors *vectors, uint32_t count)
{
    uint32_t dims = vectors->shape.dims;
    float *rows = ARENA_ARRAY(arena, float, (size_t)count *dims);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t row = (uint32_t)((uint64_t)i * vectors->shape.rows / count);
        write_row(vectors, row, rows + (size_t)i * dims);
    }
    return rows;
}

// Fails: BAD_REQUEST.
static Fail size_lists(Arena *arena, AnnReport *report)
{
    uint32_t least = report->family == ANN_IVF_PQ ? PQ_TRAINING : LEAST_LISTS * LEAST_A_LIST;
    if (!ann_is_ivf(report->family)) return NULL;
    if (report->rows < least)
        return FAIL(arena, BAD_REQUEST, "%s is trained on %u rows or more; there are %u",
                    ann_family_name(report->family), least, report->rows);
    report->lists = (uint32_t)(4 * sqrt((double)report->rows));
    report->lists = MIN(report->lists, report->rows / LEAST_A_LIST);
    report->trained_on = MIN(report->rows, MAX(report->lists * TRAINING_A_LIST, least));
    return NULL;
}

static Fail train(Ctx *cx, Ann *ann, const Vectors *vectors)
{
    Arena scratch = {0};
    char error[CQ_FAISS_ERROR_BYTES] = "";
    uint32_t count = ann->report.trained_on;
    if (!count) return NULL;
    const float *rows = spread_rows(&scratch, vectors, count);
    int failed = ann->api->train(ann->index, rows, count, error);
    arena_fini(&scratch);
    return failed ? ann_faiss_fail(cx->arena, "train", error) : NULL;
}

static Fail add_rows(Ctx *cx, Ann *ann, const Vectors *vectors)
{
    Arena scratch = {0};
    char error[CQ_FAISS_ERROR_BYTES] = "";
    uint32_t dims = vectors->shape.dims, all = vectors->shape.rows;
    float *rows = ARENA_ARRAY(&scratch, float, (size_t)MIN(all, ADD_ROWS) * dims);
    Fail fail = NULL;
    for (uint32_t from = 0; !fail && from < all; from += MIN(all - from, ADD_ROWS)) {
        uint32_t count = MIN(all - from, ADD_ROWS);
        for (uint32_t i = 0; i < count; i++) write_row(vectors, from + i, rows + (size_t)i * dims);
        if (ann->api->add(ann->index, rows, count, error))
            fail = ann_faiss_fail(cx->arena, "add rows", error);
        if (!fail) fail = ctx_check(cx);
    }
    arena_fini(&scratch);
    return fail;
}

// After training and adding, it must be what it was built to be.
static Fail check_built(Ctx *cx, Ann *ann)
{
    CqFaissStats stats;
    ann->api->stats(ann->index, &stats);
    ann->report.imbalance = stats.imbalance;
    if (stats.trained && stats.rows == ann->report.rows) return NULL;
    return ann_faiss_fail(cx->arena, "build the index",
                          stats.trained ? "rows are missing" : "it is not trained");
}

static Fail fill(Ctx *cx, Ann *ann, const Vectors *vectors, int threads)
{
    static const CqFaissFamily families[] = {[ANN_FLAT] = CQ_FAISS_FLAT,
                                             [ANN_IVF_FLAT] = CQ_FAISS_IVF_FLAT,
                                             [ANN_IVF_PQ] = CQ_FAISS_IVF_PQ,
                                             [ANN_HNSW] = CQ_FAISS_HNSW};
    char error[CQ_FAISS_ERROR_BYTES] = "";
    AnnReport *report = &ann->report;
    report->parts = report->family == ANN_IVF_PQ ? parts_of(report->dims) : 0;
    report->links = report->family == ANN_HNSW ? LINKS : 0;
    CqFaissSpec spec = {.family = families[report->family],
                        .dims = report->dims,
                        .lists = report->lists,
                        .parts = report->parts,
                        .links = report->links,
                        .build_effort = BUILD_EFFORT,
                        .threads = MAX(threads, 1)};
    if (ann->api->create(&spec, &ann->index, error))
        return ann_faiss_fail(cx->arena, "make the index", error);
    TRY(train(cx, ann, vectors));
    TRY(ctx_check(cx));
    TRY(add_rows(cx, ann, vectors));
    return check_built(cx, ann);
}

// --- measuring

// How many of the row's nearest by the exact scan are among those that the index finds.
static Fail measure_row(Ctx *cx, const Ann *ann, const Vectors *vectors, uint32_t row,
                        float *vector, uint32_t *found, uint32_t *of)
{
    VectorQuery query = {.vector = vector, .k = NEAREST + 1}; // the row itself does not count
    VectorHits want;
    AnnHits got;
    write_row(vectors, row, vector);
    TRY(vectors_search(cx, NULL, vectors, &query, &want));
    TRY(ctx_check(cx)); // also for the deadline, which cuts
    TRY(ann_search(cx, NULL, ann, vectors, &query, &got));
    for (size_t i = 0; i < want.len; i++) {
        if (want.items[i].row == row) continue;
        ++*of;
        for (size_t k = 0; k < got.hits.len; k++)
            *found += got.hits.items[k].row == want.items[i].row;
    }
    return NULL;
}

static Fail measure(Ctx *cx, Ann *ann, const Vectors *vectors)
{
    AnnReport *report = &ann->report;
    Arena scratch = {0};
    Ctx own = ctx_child(cx, &scratch);
    float *vector = mem_alloc(vectors->shape.dims * sizeof *vector);
    uint32_t found = 0, of = 0;
    Fail fail = NULL;
    report->queries = MIN(report->rows, SAMPLED);
    for (uint32_t i = 0; !fail && i < report->queries; i++) {
        uint32_t row = (uint32_t)((uint64_t)i * report->rows / report->queries);
        fail = measure_row(&own, ann, vectors, row, vector, &found, &of);
        if (fail) fail = problem_copy(cx->arena, fail);
        arena_reset(&scratch);
    }
    report->recall = of ? (double)found / of : 1;
    mem_free(vector);
    arena_fini(&scratch);
    return fail;
}

// Raises the effort until the recall is enough, or there is no more to raise.
static Fail tune(Ctx *cx, Ann *ann, const Vectors *vectors, double enough)
{
    AnnReport *report = &ann->report;
    bool hnsw = report->family == ANN_HNSW, ivf = ann_is_ivf(report->family);
    uint32_t most = ivf ? report->lists : hnsw ? MOST_EFFORT_HNSW : 0;
    report->effort = ivf ? MIN(FIRST_EFFORT_IVF, most) : hnsw ? FIRST_EFFORT_HNSW : 0;
    for (;;) {
        ann->api->set_effort(ann->index, report->effort);
        TRY(measure(cx, ann, vectors));
        if (report->recall >= enough || report->effort >= most) break;
        report->effort = MIN(report->effort * 2, most);
    }
    if (report->recall < enough)
        report->limit = str_format(&ann->arena, "recall is %.3f, not %.3f, with all effort",
                                   report->recall, enough);
    return NULL;
}

static void move_to_gpu(Ann *ann)
{
    char error[CQ_FAISS_ERROR_BYTES] = "";
    AnnReport *report = &ann->report;
    report->on_gpu = ann->api->to_gpu(ann->index, error) == 0;
    if (!report->on_gpu)
        report->limit = str_join(&ann->arena, report->limit, STR("; "),
                                 str_format(&ann->arena, "not on a GPU: %s", error));
}

static Fail build(Ctx *cx, Ann *ann, const Vectors *vectors, const AnnSpec *spec)
{
    TRY(size_lists(cx->arena, &ann->report));
    TRY(fill(cx, ann, vectors, spec->threads));
    TRY(tune(cx, ann, vectors, spec->recall > 0 ? (double)spec->recall : 0.95));
    if (spec->gpu) move_to_gpu(ann);
    return NULL;
}

Ann *ann_new(const Faiss *faiss, AnnFamily family, VectorShape shape)
{
    Ann *ann = mem_alloc(sizeof *ann);
    ann->api = faiss ? faiss->api : NULL;
    ann->report =
        (AnnReport){.family = family, .rows = shape.rows, .dims = shape.dims, .recall = -1};
    return ann;
}

Fail ann_build(Ctx *cx, const Faiss *faiss, const Vectors *vectors, const AnnSpec *spec, Ann **out)
{
    AnnFamily family = spec->family == ANN_AUTO ? ann_choose(vectors->shape) : spec->family;
    if (family != ANN_EXACT && !faiss) {
        if (spec->family != ANN_AUTO)
            return FAIL(cx->arena, UNAVAILABLE, "%s needs FAISS", ann_family_name(family));
        family = ANN_EXACT;
    }
    Ann *ann = ann_new(faiss, family, vectors->shape);
    Fail fail = family == ANN_EXACT ? NULL : build(cx, ann, vectors, spec);
    if (fail) ann_free(ann);
    else *out = ann;
    return fail;
}

void ann_free(Ann *ann)
{
    if (!ann) return;
    if (ann->index) ann->api->free(ann->index);
    arena_fini(&ann->arena);
    mem_free(ann);
}

AnnReport ann_report(const Ann *ann)
{
    return ann->report;
}

// --- searching

static uint64_t count_wanted(const Vectors *vectors, const uint64_t *filter)
{
    uint32_t rows = vectors->shape.rows;
    uint64_t wanted = 0;
    for (uint32_t i = 0; i < rows / 64; i++) wanted += (uint64_t)__builtin_popcountll(filter[i]);
    if (rows % 64)
        wanted += (uint64_t)__builtin_popcountll(filter[rows / 64] & ((1ULL << rows % 64) - 1));
    return wanted;
}

// Why FAISS should not be asked; empty when it should.
static Str why_exact(const Ann *ann, const VectorQuery *query, uint64_t wanted)
{
    if (!ann->index) return STR("no index");
    if (wanted <= query->k) return STR("no more rows than hits");
    if (!query->filter) return STR_NONE;
    if (ann->report.family == ANN_HNSW) return STR("hnsw knows no filter");
    if (ann->report.on_gpu) return STR("no filter on a GPU");
    return wanted * FEW_WANTED <= ann->report.rows ? STR("few rows are wanted") : STR_NONE;
}

// Candidates for each hit: what FAISS scores less well than cq needs more of them.
static size_t candidates_of(const Ann *ann, const VectorQuery *query)
{
    size_t hits = MAX(query->k, query->rescore);
    return MIN(hits * (ann->report.family == ANN_IVF_PQ ? 8 : 2) + 8, ann->report.rows);
}

static Fail ask_faiss(Ctx *cx, const Ann *ann, const VectorQuery *query, uint32_t **rows,
                      size_t *count)
{
    char error[CQ_FAISS_ERROR_BYTES] = "";
    size_t k = candidates_of(ann, query), found = 0;
    int64_t *ids = ARENA_ARRAY(cx->arena, int64_t, k);
    const uint8_t *filter = (const uint8_t *)query->filter; // little-endian, as FAISS wants it
    if (ann->api->search(ann->index, query->vector, k, filter, (ann->report.rows + 7) / 8, ids,
                         &found, error))
        return ann_faiss_fail(cx->arena, "search", error);
    *rows = ARENA_ARRAY(cx->arena, uint32_t, found);
    *count = 0;
    for (size_t i = 0; i < found; i++)
        if (ids[i] >= 0 && ids[i] < (int64_t)ann->report.rows)
            (*rows)[(*count)++] = (uint32_t)ids[i];
    return NULL;
}

Fail ann_search(Ctx *cx, Pool *pool, const Ann *ann, const Vectors *vectors,
                const VectorQuery *query, AnnHits *out)
{
    uint64_t wanted = vectors->shape.rows;
    uint32_t *rows = NULL;
    size_t count = 0;
    if (query->filter) wanted = count_wanted(vectors, query->filter);
    Str exact = why_exact(ann, query, wanted);
    for (uint32_t i = 0; !exact.len && i < vectors->shape.dims; i++)
        if (!isfinite(query->vector[i])) exact = STR("not finite"); // which is refused there
    if (!exact.len) {
        TRY(ask_faiss(cx, ann, query, &rows, &count));
        if (count < query->k) exact = STR("the index found too few");
    }
    *out = (AnnHits){.exact = exact};
    if (exact.len) return vectors_search(cx, pool, vectors, query, &out->hits);
    TRY(vectors_score(cx, vectors, query, rows, count, &out->hits));
    out->hits.wanted = wanted;
    return NULL;
}
