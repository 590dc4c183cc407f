// retrieve/vectors_test.c - every kernel against a loop that cannot be wrong, the search against a
// sort of everything.
#include "retrieve/vectors.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "support/check.h"

enum { DIMS_TESTED = 520 };

static uint32_t random_state = 4711;
static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % limit;
}

static float random_float(void)
{
    return (float)random_below(20001) / 10000.0F - 1;
}

static void require(Fail fail)
{
    if (fail) fail_msg("%.*s", STR_ARG(fail->detail));
}

// Rows of bytes from the set of `kind`: 0 any, 1 the extremes, 2 all -128.
static void fill(int8_t *codes, size_t len, uint32_t kind)
{
    static const int8_t extremes[] = {-128, -127, 127, 0, 1, -1};
    for (size_t i = 0; i < len; i++)
        codes[i] = kind == 0   ? (int8_t)(random_below(256) - 128)
                   : kind == 1 ? extremes[random_below(ARRAY_LEN(extremes))]
                               : -128;
}

static void compare_dots(const VectorImpl *impl, size_t dims)
{
    enum { ROWS = 7, MOST = 576 };
    static _Alignas(VECTOR_ALIGN) int8_t rows[ROWS * MOST + 1], codes[MOST];
    size_t stride = (dims + 63) / 64 * 64, count = 1 + random_below(ROWS);
    VectorProbe probe = {.codes = codes, .stride = stride};
    uint32_t kind = random_below(3), shift = random_below(2); // unaligned rows must do, too
    int32_t got[ROWS], want[ROWS] = {0};
    fill(rows, sizeof rows, kind);
    memset(codes, 0, sizeof codes);
    fill(codes, dims, kind ? 1 : 0);
    for (size_t i = 0; i < dims; i++) {
        codes[i] = MAX(codes[i], -127);
        probe.sum += codes[i];
    }
    for (size_t row = 0; row < count; row++)
        for (size_t i = 0; i < dims; i++) want[row] += codes[i] * rows[shift + row * stride + i];
    impl->dots(&probe, rows + shift, count, got);
    for (size_t row = 0; row < count; row++)
        if (got[row] != want[row])
            fail_msg("%s, %zu dims, row %zu of %zu: %d, not %d", impl->name, dims, row, count,
                     got[row], want[row]);
}

static void kernels_agree(void **state)
{
    (void)state;
    VectorImpls impls = vectors_impls();
    size_t count = 0;
    for (; count < ARRAY_LEN(impls.items) && impls.items[count]; count++)
        for (size_t dims = 1; dims <= DIMS_TESTED; dims++)
            for (int round = 0; round < 6; round++) compare_dots(impls.items[count], dims);
    assert_ptr_equal(impls.items[count - 1], &vectors_plain);
}

// The largest sums there can be do not overflow.
static void largest_sums(void **state)
{
    (void)state;
    Arena arena = {0};
    VectorImpls impls = vectors_impls();
    int8_t *rows = arena_alloc(&arena, VECTOR_DIMS_MOST);
    int8_t *codes = arena_alloc(&arena, VECTOR_DIMS_MOST);
    VectorProbe probe = {
        .codes = codes, .stride = VECTOR_DIMS_MOST, .sum = -127 * VECTOR_DIMS_MOST};
    memset(rows, -128, VECTOR_DIMS_MOST);
    memset(codes, -127, VECTOR_DIMS_MOST);
    for (size_t i = 0; i < ARRAY_LEN(impls.items) && impls.items[i]; i++) {
        int32_t got = 0;
        impls.items[i]->dots(&probe, rows, 1, &got);
        assert_int_equal(got, 128 * 127 * VECTOR_DIMS_MOST);
    }
    arena_fini(&arena);
}

static void select_obeys(void **state)
{
    (void)state;
    const VectorImpl *best = vectors_impls().items[0];
    setenv("CQ_SIMD", "off", 1);
    assert_ptr_equal(vectors_select(), &vectors_plain);
    setenv("CQ_SIMD", best->name, 1);
    assert_ptr_equal(vectors_select(), best);
    setenv("CQ_SIMD", "an instruction set of the future", 1);
    assert_ptr_equal(vectors_select(), best);
    unsetenv("CQ_SIMD");
    assert_ptr_equal(vectors_select(), best);
}

// --- sections

static Str random_section(Arena *arena, VectorShape shape)
{
    Str section = vectors_new(arena, shape);
    float *vector = ARENA_ARRAY(arena, float, shape.dims);
    for (uint32_t row = 0; row < shape.rows; row++) {
        for (uint32_t i = 0; i < shape.dims; i++)
            vector[i] = row % 5 == 4 ? (float)(i % 2) : random_float(); // equal ones: ties
        require(vectors_put(arena, section, row, vector));
    }
    return section;
}

static void sections(void **state)
{
    (void)state;
    Arena arena = {0};
    for (uint32_t dims = 1; dims <= 130; dims += 43) {
        VectorShape shape = {.dims = dims, .rows = 9, .exact = dims % 2};
        Str section = random_section(&arena, shape);
        Vectors vectors;
        require(vectors_open(&arena, section, &vectors));
        assert_int_equal(vectors.shape.rows, 9);
        assert_int_equal(vectors.shape.dims, dims);
        assert_int_equal((uintptr_t)vectors.codes % VECTOR_ALIGN, 0);
        assert_int_equal(vectors.stride % VECTOR_ALIGN, 0);
        assert_int_equal(vectors.exact != NULL, dims % 2);
        for (size_t row = 0; row < 9; row++) // the padding is zeros
            for (size_t i = dims; i < vectors.stride; i++)
                assert_int_equal(vectors.codes[row * vectors.stride + i], 0);
        for (size_t len = 0; len < section.len; len++)
            assert_non_null(vectors_open(&arena, str_sub(section, 0, len), &vectors));
    }
    Str section = vectors_new(&arena, (VectorShape){.dims = 3, .rows = 2});
    for (size_t i = 0; i < 24; i++) { // every byte of the header that is used
        char copy[512] __attribute__((aligned(64)));
        memcpy(copy, section.ptr, section.len);
        copy[i] ^= 0x40;
        Vectors vectors;
        assert_non_null(vectors_open(&arena, (Str){copy, section.len}, &vectors));
    }
    arena_fini(&arena);
}

static void quantises(void **state)
{
    (void)state;
    int8_t codes[4] = {9, 9, 9, 9};
    float scale = 9;
    static const float bad[][4] = {{0, NAN, 0, 0}, {1, 2, INFINITY, 3}, {-INFINITY, 0, 0, 0}};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++)
        assert_false(vectors_quantise(bad[i], 4, codes, &scale));
    assert_int_equal(codes[0], 9);
    static const float nothing[][4] = {{0, -0.0F, 0, 0}, {1e-40F, 0, 0, -1e-31F}};
    for (size_t i = 0; i < ARRAY_LEN(nothing); i++) {
        assert_true(vectors_quantise(nothing[i], 4, codes, &scale));
        assert_true(scale == 0 && !codes[0] && !codes[1] && !codes[2] && !codes[3]);
    }
    static const float some[4] = {-3e38F, 3e38F, 1.5e38F, 1e30F}, small[] = {2e-30F, 0, 0, -2e-30F};
    assert_true(vectors_quantise(some, 4, codes, &scale));
    assert_int_equal(codes[0], -127);
    assert_int_equal(codes[1], 127);
    assert_int_equal(codes[2], 64); // 63.5, to even
    assert_int_equal(codes[3], 0);
    assert_true(vectors_quantise(small, 4, codes, &scale));
    assert_true(codes[0] == 127 && codes[3] == -127 && scale > 0);
    for (int round = 0; round < 1000; round++) {
        float vector[4];
        for (int i = 0; i < 4; i++) vector[i] = random_float();
        assert_true(vectors_quantise(vector, 4, codes, &scale));
        for (int i = 0; i < 4; i++)
            assert_true(fabsf((float)codes[i] * scale - vector[i]) <= scale * 0.5001F);
    }
    Arena arena = {0};
    Str section = vectors_new(&arena, (VectorShape){.dims = 4, .rows = 1});
    assert_int_equal(vectors_put(&arena, section, 0, bad[0])->kind, PROBLEM_BAD_REQUEST);
    arena_fini(&arena);
}

static void dot_in_order(void **state)
{
    (void)state;
    for (size_t dims = 0; dims <= 70; dims++) {
        float a[70], b[70];
        double want = 0;
        for (size_t i = 0; i < dims; i++) {
            a[i] = random_float();
            b[i] = random_float();
            want += (double)a[i] * (double)b[i];
        }
        assert_true(fabs((double)vectors_dot(a, b, dims) - want) < 1e-5);
    }
}

// --- search

static int slow_order(const void *a, const void *b)
{
    const VectorHit *x = a, *y = b;
    if (x->score != y->score) return x->score < y->score ? 1 : -1;
    return x->row < y->row ? -1 : 1;
}

// All wanted rows in order.
static size_t slow_search(const Vectors *v, const VectorQuery *query, VectorHit *hits)
{
    int8_t codes[DIMS_TESTED];
    float scale = 0;
    size_t count = 0;
    assert_true(vectors_quantise(query->vector, v->shape.dims, codes, &scale));
    for (uint32_t row = 0; row < v->shape.rows; row++) {
        int32_t dot = 0;
        if (query->filter && !(query->filter[row / 64] >> row % 64 & 1)) continue;
        for (size_t i = 0; i < v->shape.dims; i++) dot += codes[i] * v->codes[row * v->stride + i];
        hits[count++] = (VectorHit){.row = row, .score = (float)dot * v->scales[row]};
    }
    qsort(hits, count, sizeof *hits, slow_order);
    for (size_t i = 0; i < count; i++) hits[i].score *= scale;
    size_t again = query->rescore ? MIN(count, MAX(query->rescore, query->k)) : 0;
    for (size_t i = 0; i < again; i++)
        hits[i].score =
            vectors_dot(query->vector, v->exact + hits[i].row * v->exact_stride, v->shape.dims);
    if (again) qsort(hits, again, sizeof *hits, slow_order);
    return count;
}

static uint64_t *random_filter(Arena *arena, uint32_t rows, uint32_t kind)
{
    uint64_t *filter = ARENA_ARRAY(arena, uint64_t, rows / 64 + 1);
    if (kind == 0) return NULL;
    for (uint32_t row = 0; row < rows + 64 - rows % 64; row++) { // bits behind the end, too
        uint32_t keep = kind == 1 ? random_below(2) : kind == 2 ? !random_below(10) : row / 7 % 2;
        if (kind != 4 && keep) filter[row / 64] |= 1ULL << row % 64;
    }
    return filter;
}

static void compare_search(Ctx *cx, Pool *pool, const Vectors *vectors)
{
    float vector[DIMS_TESTED];
    VectorHit *want = ARENA_ARRAY(cx->arena, VectorHit, vectors->shape.rows + 1);
    for (uint32_t i = 0; i < vectors->shape.dims; i++) vector[i] = random_float();
    for (uint32_t kind = 0; kind < 5; kind++) {
        VectorQuery query = {.vector = vector,
                             .k = 1 + random_below(vectors->shape.rows + 20),
                             .rescore = vectors->exact ? random_below(40) : 0,
                             .filter = random_filter(cx->arena, vectors->shape.rows, kind)};
        VectorHits hits;
        size_t count = slow_search(vectors, &query, want);
        require(vectors_search(cx, pool, vectors, &query, &hits));
        assert_int_equal(hits.len, MIN(count, query.k));
        assert_int_equal(hits.wanted, count);
        assert_int_equal(hits.scanned, count);
        assert_false(hits.cut);
        for (size_t i = 0; i < hits.len; i++) {
            assert_int_equal(hits.items[i].row, want[i].row);
            assert_memory_equal(&hits.items[i].score, &want[i].score, sizeof(float));
        }
        uint32_t *all = ARENA_ARRAY(cx->arena, uint32_t, vectors->shape.rows);
        for (uint32_t row = 0; row < vectors->shape.rows; row++) all[row] = row;
        VectorHits scored;
        require(vectors_score(cx, vectors, &query, all, vectors->shape.rows, &scored));
        assert_int_equal(scored.len, hits.len);
        assert_memory_equal(scored.items, hits.items, hits.len * sizeof *hits.items);
    }
}

static void searches(void **state)
{
    (void)state;
    static const char *const simd[] = {"off", "avx2", "avx512", "neon"};
    Pool *pool = pool_new((PoolSpec){.cpu_workers = 2});
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    for (uint32_t round = 0; round < 60; round++) {
        VectorShape shape = {.dims = 1 + random_below(round % 10 ? 100 : DIMS_TESTED),
                             .rows = random_below(round % 4 ? 300 : 70),
                             .exact = random_below(2)};
        if (round == 30) shape = (VectorShape){.dims = 400, .rows = 3000}; // several parts
        Vectors vectors;
        require(vectors_open(&arena, random_section(&arena, shape), &vectors));
        setenv("CQ_SIMD", simd[round % ARRAY_LEN(simd)], 1);
        compare_search(&cx, round % 3 ? pool : NULL, &vectors);
        arena_reset(&arena);
    }
    unsetenv("CQ_SIMD");
    pool_free(pool);
    arena_fini(&arena);
}

static void cut_and_cancelled(void **state)
{
    (void)state;
    Arena arena = {0};
    Flag cancel = {0};
    Vectors vectors;
    VectorHits hits;
    float vector[8] = {1};
    VectorQuery query = {.vector = vector, .k = 3};
    require(vectors_open(&arena, random_section(&arena, (VectorShape){.dims = 8, .rows = 100}),
                         &vectors));
    Ctx cx = {.arena = &arena, .deadline_ns = 1, .cancel = &cancel}; // long past
    require(vectors_search(&cx, NULL, &vectors, &query, &hits));
    assert_true(hits.cut);
    assert_int_equal(hits.len, 0);
    assert_int_equal(hits.scanned, 0);
    assert_int_equal(hits.wanted, 100);
    flag_set(&cancel, 1);
    assert_int_equal(vectors_search(&cx, NULL, &vectors, &query, &hits)->kind, PROBLEM_CANCELLED);
    arena_fini(&arena);
}

static void refused(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Vectors vectors;
    VectorHits hits;
    float vector[8] = {NAN};
    Str section = random_section(&arena, (VectorShape){.dims = 8, .rows = 4});
    require(vectors_open(&arena, section, &vectors));
    VectorQuery query = {.vector = vector, .k = 3};
    assert_int_equal(vectors_search(&cx, NULL, &vectors, &query, &hits)->kind, PROBLEM_BAD_REQUEST);
    vector[0] = 1;
    query.k = 0;
    assert_int_equal(vectors_search(&cx, NULL, &vectors, &query, &hits)->kind, PROBLEM_BAD_REQUEST);
    query.k = 10;
    ((float *)(uintptr_t)vectors.scales)[1] = NAN; // damage
    ((float *)(uintptr_t)vectors.scales)[2] = INFINITY;
    require(vectors_search(&cx, NULL, &vectors, &query, &hits));
    for (size_t i = 0; i < hits.len; i++)
        assert_true(hits.items[i].row == 0 || hits.items[i].row == 3);
    arena_fini(&arena);
}

int retrieve_vectors_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kernels_agree), cmocka_unit_test(largest_sums),
        cmocka_unit_test(select_obeys),  cmocka_unit_test(sections),
        cmocka_unit_test(quantises),     cmocka_unit_test(dot_in_order),
        cmocka_unit_test(searches),      cmocka_unit_test(cut_and_cancelled),
        cmocka_unit_test(refused),
    };
    return RUN_TESTS(tests);
}
