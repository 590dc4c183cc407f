// retrieve/ann_test.c - indexes of candidates against the exact scan. Where the FAISS plug-in was
// not built, only what works without it.
#include "retrieve/ann.h"

#include <math.h>
#include <stdlib.h>

#include "base/json.h"
#include "support/check.h"

enum { DIMS = 32, CLUSTERS = 40 };

static uint32_t random_state = 99;
static float random_float(void)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (float)(random_state >> 8) / (float)(1 << 23) - 1;
}

static void require(Fail fail)
{
    if (fail) fail_msg("%.*s", STR_ARG(fail->detail));
}

// Rows around some centres, as those of real texts are.
static Vectors clustered(Arena *arena, uint32_t rows, uint32_t dims)
{
    Vectors vectors;
    Str section = vectors_new(arena, (VectorShape){.dims = dims, .rows = rows});
    float *centres = ARENA_ARRAY(arena, float, (size_t)CLUSTERS *dims);
    float *row = ARENA_ARRAY(arena, float, dims);
    for (uint32_t i = 0; i < CLUSTERS * dims; i++) centres[i] = random_float();
    for (uint32_t i = 0; i < rows; i++) {
        for (uint32_t k = 0; k < dims; k++)
            row[k] = centres[i % CLUSTERS * dims + k] + random_float() / 2;
        require(vectors_put(arena, section, i, row));
    }
    require(vectors_open(arena, section, &vectors));
    return vectors;
}

static const Faiss *faiss_here(Ctx *cx)
{
    Faiss *faiss = NULL;
    Fail fail = faiss_open(cx, cx->arena, &faiss);
    if (!fail) return faiss;
    assert_int_equal(fail->kind, PROBLEM_UNAVAILABLE);
    assert_non_null(json_get(fail->ext, STR("hint")));
    return NULL;
}

static double recall_of(const VectorHits *got, const VectorHits *want)
{
    size_t found = 0;
    for (size_t i = 0; i < want->len; i++)
        for (size_t k = 0; k < got->len; k++)
            if (got->items[k].row == want->items[i].row) {
                found++;
                assert_memory_equal(&got->items[k].score, &want->items[i].score, sizeof(float));
            }
    return want->len ? (double)found / (double)want->len : 1;
}

// Mean recall of queries that are no rows; with a filter, only wanted rows may be found.
static double compare(Ctx *cx, const Ann *ann, const Vectors *vectors, const uint64_t *filter,
                      Str *exact)
{
    float vector[DIMS];
    double sum = 0;
    for (int i = 0; i < 20; i++) {
        for (size_t k = 0; k < DIMS; k++)
            vector[k] =
                (float)vectors->codes[(size_t)i * vectors->stride + k] + 30 * random_float();
        VectorQuery query = {.vector = vector, .k = 10, .filter = filter};
        VectorHits want;
        AnnHits got;
        require(vectors_search(cx, NULL, vectors, &query, &want));
        require(ann_search(cx, NULL, ann, vectors, &query, &got));
        assert_int_equal(got.hits.len, want.len);
        assert_int_equal(got.hits.wanted, want.wanted);
        sum += recall_of(&got.hits, &want);
        *exact = got.exact;
        for (size_t k = 0; filter && k < got.hits.len; k++)
            assert_true(filter[got.hits.items[k].row / 64] >> got.hits.items[k].row % 64 & 1);
    }
    return sum / 20;
}

static void check_saved(Ctx *cx, const Faiss *faiss, const Ann *ann, const Vectors *vectors)
{
    Str bytes, exact;
    Ann *again = NULL;
    require(ann_save(cx, ann, vectors, &bytes));
    require(ann_load(cx, faiss, vectors, bytes, &again));
    AnnReport was = ann_report(ann), is = ann_report(again);
    assert_true(is.family == was.family && is.recall == was.recall && is.effort == was.effort);
    assert_true(is.lists == was.lists && is.parts == was.parts && is.queries == was.queries);
    assert_true(compare(cx, again, vectors, NULL, &exact) >= 0.8);
    ann_free(again);
    char *copy = arena_alloc(cx->arena, bytes.len);
    for (size_t i = 0; i < bytes.len; i += i < 128 ? 1 : bytes.len / 50 + 1) {
        memcpy(copy, bytes.ptr, bytes.len);
        copy[i] ^= 4;
        Fail fail = ann_load(cx, faiss, vectors, (Str){copy, bytes.len}, &again);
        assert_int_equal(fail->kind, PROBLEM_BAD_REQUEST);
        assert_non_null(ann_load(cx, faiss, vectors, str_sub(bytes, 0, i), &again));
    }
    Vectors others = clustered(cx->arena, vectors->shape.rows, DIMS);
    Fail fail = ann_load(cx, faiss, &others, bytes, &again);
    assert_true(str_contains(fail->detail, STR("built over others")));
}

static void families(void **state)
{
    (void)state;
    static const struct {
        AnnFamily family;
        uint32_t rows;
        const char *with_filter; // what answers then
    } cases[] = {{ANN_FLAT, 3000, ""},
                 {ANN_IVF_FLAT, 3000, ""},
                 {ANN_IVF_PQ, 11000, ""},
                 {ANN_HNSW, 2000, "hnsw knows no filter"}};
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    const Faiss *faiss = faiss_here(&cx);
    for (size_t i = 0; faiss && i < ARRAY_LEN(cases); i++) {
        Vectors vectors = clustered(&arena, cases[i].rows, DIMS);
        uint64_t *half = ARENA_ARRAY(&arena, uint64_t, cases[i].rows / 64 + 1);
        uint64_t *few = ARENA_ARRAY(&arena, uint64_t, cases[i].rows / 64 + 1);
        for (uint32_t row = 0; row < cases[i].rows; row++) {
            if (row % 2) half[row / 64] |= 1ULL << row % 64;
            if (row % 100 == 7) few[row / 64] |= 1ULL << row % 64;
        }
        Str exact;
        Ann *ann = NULL;
        require(ann_build(&cx, faiss, &vectors,
                          &(AnnSpec){.family = cases[i].family, .recall = 0.9F}, &ann));
        AnnReport report = ann_report(ann);
        if (report.limit.len) fail_msg("%.*s", STR_ARG(report.limit));
        assert_int_equal(report.family, cases[i].family);
        assert_true(report.recall >= 0.9 && report.recall <= 1 && report.queries == 100);
        assert_true(compare(&cx, ann, &vectors, NULL, &exact) >= 0.8);
        assert_int_equal(exact.len, 0);
        assert_true(compare(&cx, ann, &vectors, half, &exact) >= 0.7);
        if (*cases[i].with_filter) CHECK_STR(exact, str_from(cases[i].with_filter));
        assert_true(compare(&cx, ann, &vectors, few, &exact) == 1.0);
        assert_true(exact.len > 0);
        check_saved(&cx, faiss, ann, &vectors);
        ann_free(ann);
        arena_reset(&arena);
        faiss = faiss_here(&cx);
    }
    arena_fini(&arena);
}

static void limits_and_refusals(void **state)
{
    (void)state;
    Arena arena = {0};
    Flag cancel = {0};
    Ctx cx = {.arena = &arena, .cancel = &cancel};
    const Faiss *faiss = faiss_here(&cx);
    Vectors few = clustered(&arena, 300, DIMS), many = clustered(&arena, 2000, DIMS);
    Ann *ann = NULL;
    for (AnnFamily family = ANN_IVF_FLAT; faiss && family <= ANN_IVF_PQ; family++)
        assert_int_equal(ann_build(&cx, faiss, &few, &(AnnSpec){.family = family}, &ann)->kind,
                         PROBLEM_BAD_REQUEST);
    if (faiss) {
        require(
            ann_build(&cx, faiss, &many, &(AnnSpec){.family = ANN_IVF_FLAT, .gpu = true}, &ann));
        AnnReport report = ann_report(ann);
        assert_int_equal(report.on_gpu, !faiss->no_gpu.len);
        if (!report.on_gpu) assert_true(str_contains(report.limit, STR("not on a GPU: ")));
        assert_true(report.lists >= 16 && report.trained_on >= report.lists * 39);
        float vector[DIMS] = {NAN};
        AnnHits hits;
        VectorQuery query = {.vector = vector, .k = 3};
        assert_int_equal(ann_search(&cx, NULL, ann, &many, &query, &hits)->kind,
                         PROBLEM_BAD_REQUEST);
        ann_free(ann);
        flag_set(&cancel, 1);
        Fail fail = ann_build(&cx, faiss, &many, &(AnnSpec){.family = ANN_FLAT}, &ann);
        assert_int_equal(fail->kind, PROBLEM_CANCELLED);
        flag_set(&cancel, 0);
    }
    Fail fail = ann_build(&cx, NULL, &many, &(AnnSpec){.family = ANN_FLAT}, &ann);
    assert_int_equal(fail->kind, PROBLEM_UNAVAILABLE);
    ann_free(NULL);
    arena_fini(&arena);
}

static void exact_without_faiss(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Vectors vectors = clustered(&arena, 500, DIMS);
    Ann *ann = NULL;
    Str exact;
    require(ann_build(&cx, NULL, &vectors, &(AnnSpec){0}, &ann));
    assert_int_equal(ann_report(ann).family, ANN_EXACT);
    assert_true(compare(&cx, ann, &vectors, NULL, &exact) == 1.0);
    CHECK_STR(exact, STR("no index"));
    check_saved(&cx, NULL, ann, &vectors);
    ann_free(ann);
    arena_fini(&arena);
}

static void chooses(void **state)
{
    (void)state;
    static const struct {
        uint32_t dims, rows;
        AnnFamily family;
    } cases[] = {{256, 0, ANN_EXACT},           {256, 299999, ANN_EXACT},
                 {256, 300000, ANN_IVF_FLAT},   {256, 1999999, ANN_IVF_FLAT},
                 {256, 2000000, ANN_IVF_PQ},    {257, 2000000, ANN_IVF_FLAT}, // a prime
                 {3584, 2000000, ANN_IVF_FLAT}, {768, 2000000, ANN_IVF_PQ}};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        assert_int_equal(ann_choose((VectorShape){.dims = cases[i].dims, .rows = cases[i].rows}),
                         cases[i].family);
    CHECK_STR(str_from(ann_family_name(ANN_IVF_PQ)), STR("ivf_pq"));
}

static void no_plugin(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Faiss *faiss = NULL;
    setenv("CQ_PLUGIN_DIR", "/nowhere", 1);
    Fail fail = faiss_open(&cx, &arena, &faiss);
    assert_int_equal(fail->kind, PROBLEM_UNAVAILABLE);
    assert_true(str_contains(fail->detail, STR("/nowhere/cq-faiss.so")));
    unsetenv("CQ_PLUGIN_DIR");
    arena_fini(&arena);
}

int retrieve_ann_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(families),
        cmocka_unit_test(limits_and_refusals),
        cmocka_unit_test(exact_without_faiss),
        cmocka_unit_test(chooses),
        cmocka_unit_test(no_plugin),
    };
    return RUN_TESTS(tests);
}
