// retrieve/dense.c - the chunks nearest to a question.
//
// With the mean m taken off, and q' = (q - m) / |q - m|, a chunk c scores  q'.(c - m) / |c - m|.
// The scan orders by q'.c, which differs from that only by the length |c - m|; so four times as
// many chunks are taken as are wanted, and ordered by the exact score.
#include "retrieve/dense_.h"

#include <math.h>
#include <stdlib.h>

#include "base/vec.h"

enum { SCANNED = 4 * DENSE_MOST_HITS };

// --- opening ---

typedef Str (*SectionFn)(const void *arg, uint32_t id);

// Rows are checked when they are looked at, the rest here.
static Str section_of_segment(const void *arg, uint32_t id)
{
    enum { VECTORS_HEAD = 64 };
    bool rows = id >= DENSE_SECTION_ROWS && (id - DENSE_SECTION_ROWS) % 2 == 0;
    if (!rows) return segment_section(arg, id);
    Str bytes = segment_unchecked(arg, id);
    size_t head = MIN(bytes.len, (size_t)VECTORS_HEAD);
    return bytes.ptr && segment_is_sound(arg, bytes.ptr, head) ? bytes : STR_NONE;
}

static Str section_made(const void *arg, uint32_t id)
{
    return ((const SegmentSection *)arg)[id - DENSE_SECTION_HEAD].bytes;
}

static bool open_table(SectionFn section, const void *arg, uint32_t kind, uint32_t dims,
                       DenseTable *out)
{
    Arena ignored = {0};
    Str rows = section(arg, DENSE_SECTION_ROWS + 2 * kind);
    Str sums = section(arg, DENSE_SECTION_SUMS + 2 * kind);
    Fail fail = vectors_open(&ignored, rows, &out->vectors);
    bool fits = !fail && out->vectors.shape.rows == out->counts.rows &&
                out->vectors.shape.dims == dims && sums.len == dims * sizeof(int64_t);
    arena_fini(&ignored);
    if (fits) out->sums = (const int64_t *)(const void *)sums.ptr;
    return fits;
}

static bool open_part(SectionFn section, const void *arg, const Digest *model, uint32_t chunks,
                      DensePart *out)
{
    DenseHead head;
    Str bytes = section(arg, DENSE_SECTION_HEAD);
    *out = (DensePart){0};
    if (bytes.len != sizeof head) return false;
    memcpy(&head, bytes.ptr, sizeof head);
    if (head.version != DENSE_VERSION || head.of[DENSE_CHUNKS].rows != chunks) return false;
    if (model && !digest_eq(&head.model, model)) return false;
    bool fits = true;
    for (uint32_t kind = 0; fits && kind < DENSE_KINDS; kind++) {
        out->tables[kind].counts = head.of[kind];
        if (head.dims) fits = open_table(section, arg, kind, head.dims, &out->tables[kind]);
    }
    if (!fits) *out = (DensePart){0};
    return fits;
}

bool dense_open(const Segment *segment, const Digest *model, uint32_t chunks, DensePart *out)
{
    if (!open_part(section_of_segment, segment, model, chunks, out)) return false;
    for (int kind = 0; kind < DENSE_KINDS; kind++) out->tables[kind].segment = segment;
    return true;
}

bool dense_open_sections(const SegmentSection *sections, DensePart *out)
{
    DenseHead head;
    memcpy(&head, sections[0].bytes.ptr, sizeof head);
    return open_part(section_made, sections, NULL, head.of[DENSE_CHUNKS].rows, out);
}

// Whether there is such a row, and it is what was written.
static bool has_row(const DenseTable *table, uint32_t row)
{
    const Vectors *vectors = &table->vectors;
    if (row >= vectors->shape.rows) return false; // a damaged file row led here
    if (!table->segment) return true;
    return segment_is_sound(table->segment, &vectors->scales[row], sizeof(float)) &&
           segment_is_sound(table->segment, vectors->codes + row * vectors->stride,
                            vectors->stride);
}

// --- the mean ---

static bool has_rows(const DenseTable *table, uint32_t dims)
{
    return table->sums && table->vectors.shape.dims == dims;
}

static void subtract_row(const DenseTable *table, uint32_t row, uint64_t *sums, int64_t *count)
{
    if (!has_row(table, row)) return;
    const int8_t *codes = table->vectors.codes + row * table->vectors.stride;
    double step = (double)table->vectors.scales[row] * dense_sum_step;
    if (!(step > 0)) return;
    for (uint32_t k = 0; k < table->vectors.shape.dims; k++)
        sums[k] -= (uint64_t)llrint((double)codes[k] * step);
    --*count;
}

static void subtract_dead(const CorpusPart *part, const DenseTable *table, DenseKind kind,
                          uint64_t *sums, int64_t *count)
{
    for (uint32_t file = 0; part->dead && file < part->lexicon->head->files; file++) {
        const LexFile *row = lex_file(part->lexicon, file);
        if (!part->dead[file]) continue;
        if (kind == DENSE_FILES) subtract_row(table, file, sums, count);
        for (uint32_t i = 0; kind == DENSE_CHUNKS && i < row->chunk_count; i++)
            subtract_row(table, row->first_chunk + i, sums, count);
    }
}

// NULL when nothing has a vector.
static float *find_mean(Arena *arena, const DenseQuery *query, DenseKind kind)
{
    uint64_t *sums = ARENA_ARRAY(arena, uint64_t, query->dims); // of whole numbers below 0, too
    int64_t count = 0;
    for (size_t i = 0; i < query->corpus->part_count; i++) {
        const DenseTable *table = &query->parts[i].tables[kind];
        if (!has_rows(table, query->dims)) continue;
        for (uint32_t k = 0; k < query->dims; k++) sums[k] += (uint64_t)table->sums[k];
        count += table->counts.with_row;
        subtract_dead(&query->corpus->parts[i], table, kind, sums, &count);
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
    const DenseTable *dense = &query->parts[number].tables[DENSE_CHUNKS];
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

typedef VEC(Near) NearVec;

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

static Fail scan_rows(Ctx *cx, Pool *pool, const DensePart *part, const VectorQuery *probe,
                      VectorHits *hits, DenseHits *out)
{
    AnnHits found;
    const Vectors *vectors = &part->tables[DENSE_CHUNKS].vectors;
    if (!part->ann) return vectors_search(cx, pool, vectors, probe, hits);
    Fail fail = ann_search(cx, pool, part->ann, vectors, probe, &found);
    if (fail && fail->kind == PROBLEM_UNAVAILABLE) // FAISS failed: we can do without
        return vectors_search(cx, pool, vectors, probe, hits);
    TRY(fail);
    *hits = found.hits;
    out->by_index = out->by_index || !found.exact.len;
    return NULL;
}

static Fail scan_part(Ctx *cx, Pool *pool, const DenseQuery *query, size_t number,
                      const float *centred, Found *found, DenseHits *out)
{
    const CorpusPart *part = &query->corpus->parts[number];
    uint64_t *bits = choose_chunks(cx->arena, query, number, &out->without);
    const DenseTable *table = &query->parts[number].tables[DENSE_CHUNKS];
    if (!centred || !has_rows(table, query->dims)) return NULL;
    if (table->segment && !segment_section(table->segment, DENSE_SECTION_ROWS).ptr)
        return NULL; // damaged
    VectorQuery probe = {.vector = centred, .k = SCANNED, .filter = bits};
    VectorHits hits;
    TRY(scan_rows(cx, pool, &query->parts[number], &probe, &hits, out));
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

enum { LANES = 16 };

typedef struct RowSums { // of a row's codes: with the question, with the mean, with themselves
    double query, mean, square;
} RowSums;

// Summed in a fixed order: the same bits on every machine.
static RowSums sum_row(const int8_t *codes, const float *query, const float *mean, uint32_t dims)
{
    float with_query[LANES] = {0}, with_mean[LANES] = {0};
    RowSums sums = {0};
    int32_t square = 0;
    uint32_t i = 0;
    for (; i + LANES <= dims; i += LANES)
        for (uint32_t lane = 0; lane < LANES; lane++) {
            float code = codes[i + lane];
            with_query[lane] += code * query[i + lane];
            with_mean[lane] += code * mean[i + lane];
        }
    for (uint32_t lane = 0; i + lane < dims; lane++) {
        with_query[lane] += (float)codes[i + lane] * query[i + lane];
        with_mean[lane] += (float)codes[i + lane] * mean[i + lane];
    }
    for (uint32_t k = 0; k < dims; k++) square += codes[k] * codes[k];
    for (uint32_t lane = 0; lane < LANES; lane++) {
        sums.query += (double)with_query[lane];
        sums.mean += (double)with_mean[lane];
    }
    sums.square = square;
    return sums;
}

static const float *centre(Arena *arena, const DenseQuery *query, const float *mean)
{
    float *centred = ARENA_ARRAY(arena, float, query->dims);
    for (uint32_t i = 0; i < query->dims; i++) centred[i] = query->vector[i] - mean[i];
    return embed_normalise(centred, query->dims) ? centred : query->vector;
}

typedef struct Centre {
    const float *mean, *query; // the question, the mean taken off
    double query_mean, mean_square;
} Centre;

static bool find_centre(Arena *arena, const DenseQuery *query, DenseKind kind, Centre *out)
{
    *out = (Centre){.mean = find_mean(arena, query, kind)};
    if (!out->mean) return false;
    out->query = centre(arena, query, out->mean);
    out->query_mean = (double)vectors_dot(out->query, out->mean, query->dims);
    out->mean_square = (double)vectors_dot(out->mean, out->mean, query->dims);
    return true;
}

// The cosine of the question and a row, the mean taken off both.
static float centred_cosine(const Centre *centre, const Vectors *vectors, uint32_t row)
{
    const int8_t *codes = vectors->codes + row * vectors->stride;
    double scale = (double)vectors->scales[row];
    RowSums sums = sum_row(codes, centre->query, centre->mean, vectors->shape.dims);
    double square = sums.square * scale * scale - 2 * sums.mean * scale + centre->mean_square;
    double dot = sums.query * scale - centre->query_mean;
    return square > 1e-9 ? (float)(dot / sqrt(square)) : 0;
}

static float score_chunk(const DenseQuery *query, const Centre *centre, uint32_t chunk)
{
    const CorpusPart *part = corpus_part_of_chunk(query->corpus, chunk);
    const DensePart *dense = &query->parts[part - query->corpus->parts];
    return centred_cosine(centre, &dense->tables[DENSE_CHUNKS].vectors, chunk - part->first_chunk);
}

static Fail scan_all(Ctx *cx, Pool *pool, const DenseQuery *query, const Centre *centre,
                     Found *found, DenseHits *out)
{
    for (size_t i = 0; i < query->corpus->part_count; i++)
        TRY(scan_part(cx, pool, query, i, centre ? centre->query : NULL, found, out));
    for (size_t i = 0; i < found->len; i++)
        found->items[i].score = score_chunk(query, centre, found->items[i].chunk);
    return NULL;
}

static void score_file(Ctx *cx, const DenseQuery *query, const Centre *centre, uint32_t file,
                       NearVec *found, DenseHits *out)
{
    const CorpusPart *part = corpus_part_of_file(query->corpus, file);
    const DenseTable *table = &query->parts[part - query->corpus->parts].tables[DENSE_CHUNKS];
    const LexFile *row = corpus_file(query->corpus, file);
    Str path = corpus_path(query->corpus, file);
    bool has = centre && has_rows(table, query->dims);
    for (uint32_t i = 0; i < row->chunk_count; i++) {
        uint32_t local = row->first_chunk + i, chunk = part->first_chunk + local;
        float scale = has && has_row(table, local) ? table->vectors.scales[local] : -1;
        out->without += scale < 0;
        if (!(scale > 0)) continue;
        VEC_PUSH(cx->arena, found, (Near){chunk, score_chunk(query, centre, chunk), path});
    }
}

static Fail score_some(Ctx *cx, const DenseQuery *query, const Centre *centre, Found *found,
                       DenseHits *out)
{
    NearVec near = {0};
    for (size_t i = 0; i < query->only_count; i++) {
        if (i % 64 == 0) TRY(ctx_check(cx));
        score_file(cx, query, centre, query->only_files[i], &near, out);
    }
    *found = (Found){near.items, near.len};
    return NULL;
}

Fail dense_search(Ctx *cx, Pool *pool, const DenseQuery *query, DenseHits *out)
{
    Found found = {0};
    Centre centre;
    *out = (DenseHits){0};
    bool any = find_centre(cx->arena, query, DENSE_CHUNKS, &centre);
    if (query->only_files) TRY(score_some(cx, query, any ? &centre : NULL, &found, out));
    else TRY(scan_all(cx, pool, query, any ? &centre : NULL, &found, out));
    if (found.len) qsort(found.items, found.len, sizeof *found.items, by_score);
    out->len = MIN(found.len, (size_t)DENSE_MOST_HITS);
    DenseHit *items = ARENA_ARRAY(cx->arena, DenseHit, out->len);
    for (size_t i = 0; i < out->len; i++)
        items[i] = (DenseHit){found.items[i].chunk, found.items[i].score};
    out->items = items;
    return NULL;
}

void dense_outlines(Arena *arena, const DenseQuery *query, const uint32_t *files, size_t count,
                    float *scores)
{
    Centre centre;
    bool any = find_centre(arena, query, DENSE_FILES, &centre);
    for (size_t i = 0; i < count; i++) {
        const CorpusPart *part = corpus_part_of_file(query->corpus, files[i]);
        const DenseTable *table = &query->parts[part - query->corpus->parts].tables[DENSE_FILES];
        uint32_t row = files[i] - part->first_file;
        bool there = any && has_rows(table, query->dims) && has_row(table, row) &&
                     table->vectors.scales[row] > 0;
        scores[i] = there ? centred_cosine(&centre, &table->vectors, row) : 0;
    }
}
