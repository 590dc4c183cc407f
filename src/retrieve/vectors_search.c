// retrieve/vectors_search.c
//
// DESIGN. The table is cut into parts of about PART_BYTES of codes, which pool_each hands out. Each
// slot has a heap of its own best k, so threads share nothing but the table and the probe, both
// frozen; the caller joins the heaps when all have ended. "Better" is a total order (score, then
// row), so the joined result is that of one thread. Stop: pool_each begins no part after the
// deadline; a part takes well under a millisecond.
// The filter is looked at 64 rows at a time, before any of their codes is read.
#include <math.h>
#include <stdlib.h>

#include "retrieve/vectors.h"

enum { BLOCK = 64, PART_BYTES = 512 << 10 };

typedef struct Heap { // the worst of the best is first
    VectorHit *items;
    size_t len, cap;
    uint64_t scanned;
    char apart[128 - 2 * sizeof(size_t) - sizeof(void *) - sizeof(uint64_t)]; // own cache lines
} Heap;

typedef struct Scan {
    // frozen
    const Vectors *vectors;
    const VectorImpl *impl;
    VectorProbe probe;
    const uint64_t *filter;
    size_t blocks, blocks_a_part;
    // each its slot's alone
    Heap *heaps;
} Scan;

static bool is_worse(VectorHit a, VectorHit b)
{
    return a.score < b.score || (a.score == b.score && a.row > b.row);
}

static int by_quality(const void *a, const void *b)
{
    VectorHit x = *(const VectorHit *)a, y = *(const VectorHit *)b;
    return is_worse(x, y) - is_worse(y, x);
}

static void sink(Heap *heap, size_t at)
{
    VectorHit hit = heap->items[at];
    for (size_t child; (child = 2 * at + 1) < heap->len; at = child) {
        if (child + 1 < heap->len && is_worse(heap->items[child + 1], heap->items[child])) child++;
        if (!is_worse(heap->items[child], hit)) break;
        heap->items[at] = heap->items[child];
    }
    heap->items[at] = hit;
}

static void offer(Heap *heap, VectorHit hit)
{
    if (heap->len == heap->cap) {
        if (!is_worse(heap->items[0], hit)) return;
        heap->items[0] = hit;
        sink(heap, 0);
        return;
    }
    heap->items[heap->len++] = hit;
    if (heap->len < heap->cap) return; // unordered until it is full
    for (size_t i = heap->len / 2; i-- > 0;) sink(heap, i);
}

// The rows of a block that the filter lets through, a bit each.
static uint64_t wanted_rows(const Scan *scan, size_t block)
{
    size_t left = scan->vectors->shape.rows - block * BLOCK;
    uint64_t all = left < BLOCK ? (1ULL << left) - 1 : UINT64_MAX;
    return scan->filter ? scan->filter[block] & all : all;
}

// The inner products of the wanted rows; where many are wanted, of those between them as well.
static void block_dots(const Scan *scan, size_t block, uint64_t wanted, int32_t out[BLOCK])
{
    size_t stride = scan->vectors->stride;
    const int8_t *codes = scan->vectors->codes + block * BLOCK * stride;
    if (__builtin_popcountll(wanted) >= BLOCK / 2) {
        size_t count = BLOCK - (size_t)__builtin_clzll(wanted);
        scan->impl->dots(&scan->probe, codes, count, out);
        return;
    }
    for (uint64_t rest = wanted; rest;) { // run by run
        size_t first = (size_t)__builtin_ctzll(rest);
        size_t count = (size_t)__builtin_ctzll(~(rest >> first)); // less than BLOCK / 2
        scan->impl->dots(&scan->probe, codes + first * stride, count, out + first);
        rest &= ~(((1ULL << count) - 1) << first);
    }
}

static void scan_block(const Scan *scan, size_t block, Heap *heap)
{
    int32_t dots[BLOCK];
    uint64_t wanted = wanted_rows(scan, block);
    if (!wanted) return;
    block_dots(scan, block, wanted, dots);
    heap->scanned += (uint64_t)__builtin_popcountll(wanted);
    for (; wanted; wanted &= wanted - 1) {
        size_t at = (size_t)__builtin_ctzll(wanted), row = block * BLOCK + at;
        float score = (float)dots[at] * scan->vectors->scales[row];
        bool full = heap->len == heap->cap;
        if (full && !(score > heap->items[0].score)) continue; // rows come in order: ties lose
        if (isfinite(score)) offer(heap, (VectorHit){.row = (uint32_t)row, .score = score});
    }
}

static void scan_part(void *arg, size_t part, int slot)
{
    Scan *scan = arg;
    size_t from = part * scan->blocks_a_part;
    size_t to = MIN(from + scan->blocks_a_part, scan->blocks);
    for (size_t block = from; block < to; block++) scan_block(scan, block, &scan->heaps[slot]);
}

static void scan_all(const Ctx *cx, Pool *pool, Scan *scan)
{
    size_t parts = (scan->blocks + scan->blocks_a_part - 1) / scan->blocks_a_part;
    if (pool && parts > 1) {
        pool_each(pool, cx, parts, 1, scan_part, scan);
        return;
    }
    for (size_t part = 0; part < parts && !ctx_stopped(cx); part++) scan_part(scan, part, 0);
}

// All heaps in one, unordered.
static VectorHit *join_heaps(Arena *arena, const Scan *scan, size_t slots, size_t *count)
{
    *count = 0;
    for (size_t i = 0; i < slots; i++) *count += scan->heaps[i].len;
    VectorHit *all = ARENA_ARRAY(arena, VectorHit, *count), *to = all;
    for (size_t i = 0; i < slots; i++) {
        memcpy(to, scan->heaps[i].items, scan->heaps[i].len * sizeof *to);
        to += scan->heaps[i].len;
    }
    return all;
}

static void rescore(const Vectors *vectors, const float *query, VectorHit *hits, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const float *row = vectors->exact + hits[i].row * vectors->exact_stride;
        hits[i].score = vectors_dot(query, row, vectors->shape.dims);
    }
    qsort(hits, count, sizeof *hits, by_quality);
}

// Fails: BAD_REQUEST.
static Fail probe_of(Arena *arena, const Vectors *vectors, const float *query, VectorProbe *out,
                     float *scale)
{
    uintptr_t memory = (uintptr_t)arena_alloc(arena, vectors->stride + VECTOR_ALIGN - 1);
    int8_t *codes = (int8_t *)((memory + VECTOR_ALIGN - 1) / VECTOR_ALIGN * VECTOR_ALIGN);
    if (!vectors_quantise(query, vectors->shape.dims, codes, scale))
        return FAIL(arena, BAD_REQUEST, "the query's vector holds a number that is not finite");
    *out = (VectorProbe){.codes = codes, .stride = vectors->stride};
    for (size_t i = 0; i < vectors->shape.dims; i++) out->sum += codes[i];
    return NULL;
}

static uint64_t count_wanted(const Scan *scan)
{
    uint64_t wanted = 0;
    for (size_t block = 0; block < scan->blocks; block++)
        wanted += (uint64_t)__builtin_popcountll(wanted_rows(scan, block));
    return wanted;
}

static Heap *heaps_new(Arena *arena, size_t slots, size_t cap)
{
    Heap *heaps = ARENA_ARRAY(arena, Heap, slots);
    for (size_t i = 0; i < slots; i++)
        heaps[i] = (Heap){.items = ARENA_ARRAY(arena, VectorHit, cap), .cap = cap};
    return heaps;
}

// The best of `hits`, as the caller wants them.
static void settle(const Vectors *vectors, const VectorQuery *query, VectorHit *hits, size_t count,
                   float scale, VectorHits *out)
{
    bool exact = query->rescore && vectors->exact;
    qsort(hits, count, sizeof *hits, by_quality);
    count = MIN(count, exact ? MAX(query->k, query->rescore) : query->k);
    for (size_t i = 0; i < count; i++) hits[i].score *= scale;
    if (exact) rescore(vectors, query->vector, hits, count);
    *out = (VectorHits){.items = hits, .len = MIN(count, query->k), .rescored = exact};
}

static Fail scan_new(Arena *arena, const Vectors *vectors, const VectorQuery *query, Scan *out,
                     float *scale)
{
    *out = (Scan){.vectors = vectors, .impl = vectors_select(), .filter = query->filter};
    out->blocks = (vectors->shape.rows + BLOCK - 1) / BLOCK;
    out->blocks_a_part = MAX(PART_BYTES / (BLOCK * vectors->stride), 1u);
    if (!query->k) return FAIL(arena, BAD_REQUEST, "k must be at least 1");
    return probe_of(arena, vectors, query->vector, &out->probe, scale);
}

Fail vectors_search(Ctx *cx, Pool *pool, const Vectors *vectors, const VectorQuery *query,
                    VectorHits *out)
{
    size_t slots = pool ? (size_t)pool_slots(pool) : 1, count = 0;
    uint32_t most = vectors->exact ? MAX(query->k, query->rescore) : query->k;
    float scale = 0;
    Scan scan;
    TRY(scan_new(cx->arena, vectors, query, &scan, &scale));
    scan.heaps = heaps_new(cx->arena, slots, MIN(vectors->shape.rows, most));
    scan_all(cx, pool, &scan);
    if (ctx_stopped(cx) == STOP_CANCEL) return ctx_check(cx);
    VectorHit *hits = join_heaps(cx->arena, &scan, slots, &count);
    settle(vectors, query, hits, count, scale, out);
    out->wanted = count_wanted(&scan);
    for (size_t i = 0; i < slots; i++) out->scanned += scan.heaps[i].scanned;
    out->cut = out->scanned < out->wanted;
    return NULL;
}

Fail vectors_score(Ctx *cx, const Vectors *vectors, const VectorQuery *query, const uint32_t *rows,
                   size_t count, VectorHits *out)
{
    float scale = 0;
    Scan scan;
    TRY(scan_new(cx->arena, vectors, query, &scan, &scale));
    VectorHit *hits = ARENA_ARRAY(cx->arena, VectorHit, count);
    size_t len = 0, wanted = 0;
    for (size_t i = 0; i < count; i++) {
        int32_t dot = 0;
        uint32_t row = rows[i];
        if (!(wanted_rows(&scan, row / BLOCK) >> row % BLOCK & 1)) continue;
        scan.impl->dots(&scan.probe, vectors->codes + row * vectors->stride, 1, &dot);
        float score = (float)dot * vectors->scales[row];
        if (isfinite(score)) hits[len++] = (VectorHit){.row = row, .score = score};
        wanted++;
    }
    settle(vectors, query, hits, len, scale, out);
    out->wanted = out->scanned = wanted;
    return NULL;
}
