// retrieve/dense.c - the chunks nearest to a question.
//
// With the mean m taken off, and q' = (q - m) / |q - m|, a chunk c scores  q'.(c - m) / |c - m|.
// The scan orders by q'.c, which differs from that only by the length |c - m|; so four times as
// many chunks are taken as are wanted, and ordered by the exact score.
#include "retrieve/dense_.h"

#include <math.h>
#include <stdlib.h>

enum { SCANNED = 4 * DENSE_MOST_HITS };

// --- opening ---

static bool open_parts(Str head_bytes, Str rows, Str sums, const Digest *model, uint32_t chunks,
                       DensePart *out)
{
    Arena ignored = {0};
    DenseHead head;
    *out = (DensePart){0};
    if (head_bytes.len != sizeof head) return false;
    memcpy(&head, head_bytes.ptr, sizeof head);
    if (head.version != DENSE_VERSION || head.chunks != chunks) return false;
    if (model && !digest_eq(&head.model, model)) return false;
    out->missing = head.missing;
    if (!head.dims) return true; // every row is missing
    Fail fail = vectors_open(&ignored, rows, &out->vectors);
    bool fits = !fail && out->vectors.shape.rows == chunks &&
                out->vectors.shape.dims == head.dims && sums.len == head.dims * sizeof(int64_t);
    arena_fini(&ignored);
    if (!fits) {
        *out = (DensePart){0};
        return false;
    }
    out->sums = (const int64_t *)(const void *)sums.ptr;
    out->with_row = head.with_row;
    return true;
}

bool dense_open(const Segment *segment, const Digest *model, uint32_t chunks, DensePart *out)
{
    return open_parts(segment_section(segment, DENSE_SECTION_HEAD),
                      segment_section(segment, DENSE_SECTION_ROWS),
                      segment_section(segment, DENSE_SECTION_SUMS), model, chunks, out);
}

bool dense_open_sections(const SegmentSection *sections, DensePart *out)
{
    DenseHead head;
    memcpy(&head, sections[0].bytes.ptr, sizeof head);
    return open_parts(sections[0].bytes, sections[1].bytes, sections[2].bytes, NULL, head.chunks,
                      out);
}

// --- the mean ---

static bool has_rows(const DensePart *part, uint32_t dims)
{
    return part->sums && part->vectors.shape.dims == dims;
}

static void subtract_file(const CorpusPart *part, const DensePart *dense, uint32_t file,
                          uint64_t *sums, int64_t *count)
{
    const LexFile *row = lex_file(part->lexicon, file);
    for (uint32_t i = 0; i < row->chunk_count; i++) {
        uint32_t chunk = row->first_chunk + i;
        if (chunk >= dense->vectors.shape.rows) return; // a damaged row
        const int8_t *codes = dense->vectors.codes + chunk * dense->vectors.stride;
        double scale = (double)dense->vectors.scales[chunk];
        if (!(scale > 0)) continue;
        for (uint32_t k = 0; k < dense->vectors.shape.dims; k++)
            sums[k] -= (uint64_t)llrint((double)codes[k] * scale * dense_sum_step);
        --*count;
    }
}

// NULL when nothing has a vector.
static float *find_mean(Arena *arena, const DenseQuery *query)
{
    uint64_t *sums = ARENA_ARRAY(arena, uint64_t, query->dims); // of whole numbers below 0, too
    int64_t count = 0;
    for (size_t i = 0; i < query->corpus->part_count; i++) {
        const CorpusPart *part = &query->corpus->parts[i];
        const DensePart *dense = &query->parts[i];
        if (!has_rows(dense, query->dims)) continue;
        for (uint32_t k = 0; k < query->dims; k++) sums[k] += (uint64_t)dense->sums[k];
        count += dense->with_row;
        for (uint32_t file = 0; part->dead && file < part->lexicon->head->files; file++)
            if (part->dead[file]) subtract_file(part, dense, file, sums, &count);
    }
    if (count <= 0) return NULL;
    float *mean = ARENA_ARRAY(arena, float, query->dims);
    for (uint32_t k = 0; k < query->dims; k++)
        mean[k] = (float)((double)(int64_t)sums[k] / dense_sum_step / (double)count);
    return mean;
}

// --- the scan ---

// The chunks of a part that may be hits, a bit each; adds those without a vector to *without.
static uint64_t *choose_chunks(Arena *arena, const DenseQuery *query, size_t number,
                               uint64_t *without)
{
    const CorpusPart *part = &query->corpus->parts[number];
    const DensePart *dense = &query->parts[number];
    uint32_t chunks = part->lexicon->head->chunks;
    bool has = has_rows(dense, query->dims);
    uint64_t *bits = ARENA_ARRAY(arena, uint64_t, chunks / 64 + 1);
    for (uint32_t file = 0; file < part->lexicon->head->files; file++) {
        if (corpus_is_dead(part, file)) continue;
        const LexFile *row = lex_file(part->lexicon, file);
        if (row->first_chunk > chunks || row->chunk_count > chunks - row->first_chunk) continue;
        if (!has) *without += row->chunk_count;
        bool allowed = !query->allowed_files || query->allowed_files[part->first_file + file];
        for (uint32_t i = row->first_chunk; has && i < row->first_chunk + row->chunk_count; i++) {
            float scale = dense->vectors.scales[i];
            *without += scale < 0;
            if (allowed && scale > 0) bits[i / 64] |= (uint64_t)1 << i % 64;
        }
    }
    return bits;
}

typedef struct Near {
    uint32_t chunk; // of the corpus
    float score;
    Str path;
} Near;

static int by_score(const void *a, const void *b)
{
    const Near *left = a, *right = b;
    if (left->score != right->score) return left->score > right->score ? -1 : 1;
    int way = str_cmp(left->path, right->path);
    return way ? way : left->chunk < right->chunk ? -1 : left->chunk > right->chunk;
}

typedef struct Found {
    Near *items;
    size_t len;
} Found;

static Fail scan_part(Ctx *cx, Pool *pool, const DenseQuery *query, size_t number,
                      const float *centred, Found *found, DenseHits *out)
{
    const CorpusPart *part = &query->corpus->parts[number];
    uint64_t *bits = choose_chunks(cx->arena, query, number, &out->without);
    if (!centred || !has_rows(&query->parts[number], query->dims)) return NULL;
    VectorQuery probe = {.vector = centred, .k = SCANNED, .filter = bits};
    VectorHits hits;
    TRY(vectors_search(cx, pool, &query->parts[number].vectors, &probe, &hits));
    out->cut = out->cut || hits.cut;
    Near *items = ARENA_ARRAY(cx->arena, Near, found->len + hits.len);
    if (found->len) memcpy(items, found->items, found->len * sizeof *items);
    for (size_t i = 0; i < hits.len; i++) {
        uint32_t chunk = part->first_chunk + hits.items[i].row;
        Str path = corpus_path(query->corpus, corpus_file_of(query->corpus, chunk));
        items[found->len++] = (Near){chunk, hits.items[i].score, path};
    }
    if (found->len) qsort(items, found->len, sizeof *items, by_score);
    found->items = items;
    found->len = MIN(found->len, (size_t)SCANNED);
    return NULL;
}

static double row_times(const Vectors *vectors, uint32_t row, const float *with)
{
    const int8_t *codes = vectors->codes + row * vectors->stride;
    double sum = 0;
    for (uint32_t i = 0; i < vectors->shape.dims; i++) sum += (double)codes[i] * (double)with[i];
    return sum * (double)vectors->scales[row];
}

static double row_square(const Vectors *vectors, uint32_t row)
{
    const int8_t *codes = vectors->codes + row * vectors->stride;
    int64_t sum = 0;
    for (uint32_t i = 0; i < vectors->shape.dims; i++) sum += codes[i] * codes[i];
    double scale = (double)vectors->scales[row];
    return (double)sum * scale * scale;
}

static const float *centre(Arena *arena, const DenseQuery *query, const float *mean)
{
    float *centred = ARENA_ARRAY(arena, float, query->dims);
    for (uint32_t i = 0; i < query->dims; i++) centred[i] = query->vector[i] - mean[i];
    return embed_normalise(centred, query->dims) ? centred : query->vector;
}

static void take_off_mean(const DenseQuery *query, const float *centred, const float *mean,
                          Found *found)
{
    double query_mean = (double)vectors_dot(centred, mean, query->dims);
    double mean_square = (double)vectors_dot(mean, mean, query->dims);
    for (size_t i = 0; i < found->len; i++) {
        Near *near = &found->items[i];
        const CorpusPart *part = corpus_part_of_chunk(query->corpus, near->chunk);
        const Vectors *vectors = &query->parts[part - query->corpus->parts].vectors;
        uint32_t row = near->chunk - part->first_chunk;
        double square = row_square(vectors, row) - 2 * row_times(vectors, row, mean) + mean_square;
        double dot = row_times(vectors, row, centred) - query_mean;
        near->score = square > 1e-9 ? (float)(dot / sqrt(square)) : 0;
    }
    if (found->len) qsort(found->items, found->len, sizeof *found->items, by_score);
}

Fail dense_search(Ctx *cx, Pool *pool, const DenseQuery *query, DenseHits *out)
{
    Found found = {0};
    *out = (DenseHits){0};
    const float *mean = find_mean(cx->arena, query), *centred = NULL;
    if (mean) centred = centre(cx->arena, query, mean);
    for (size_t i = 0; i < query->corpus->part_count; i++)
        TRY(scan_part(cx, pool, query, i, centred, &found, out));
    if (found.len) take_off_mean(query, centred, mean, &found);
    out->len = MIN(found.len, (size_t)DENSE_MOST_HITS);
    DenseHit *items = ARENA_ARRAY(cx->arena, DenseHit, out->len);
    for (size_t i = 0; i < out->len; i++)
        items[i] = (DenseHit){found.items[i].chunk, found.items[i].score};
    out->items = items;
    return NULL;
}
