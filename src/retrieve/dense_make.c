// retrieve/dense_make.c - a part's chunks into rows.
//
// Texts go to the embedder in batches, each with an arena of its own: a part is as large as it
// likes. The rows are the only thing that is kept.
#include <math.h>

#include "base/vec.h"
#include "retrieve/dense.h"

enum { BATCH_TEXTS = 256, BATCH_BYTES = 1 << 20 };
static const double sum_step = 1073741824; // 2^30

typedef struct Making {
    const DenseSpec *spec;
    const Lexicon *lexicon;
    Arena *arena; // of the rows
    DenseReport *report;
    Str rows; // NULL until the dimensions are known
    DenseHead *head;
    int64_t *sums;
    bool *missing; // by chunk
    // the batch
    Arena batch;
    VEC(Str) texts;
    VEC(uint32_t) chunks; // that they are of
    size_t bytes;
} Making;

static void begin_rows(Making *making, uint32_t dims)
{
    making->head->dims = dims;
    making->rows =
        vectors_new(making->arena, (VectorShape){.dims = dims, .rows = making->head->chunks});
    making->sums = ARENA_ARRAY(making->arena, int64_t, dims);
}

static void add_sums(Making *making, uint32_t chunk)
{
    Vectors vectors;
    if (vectors_open(making->arena, making->rows, &vectors)) return; // made by begin_rows
    const int8_t *codes = vectors.codes + chunk * vectors.stride;
    for (uint32_t i = 0; i < vectors.shape.dims; i++)
        making->sums[i] +=
            (int64_t)llrint((double)codes[i] * (double)vectors.scales[chunk] * sum_step);
    making->head->with_row += vectors.scales[chunk] > 0;
}

static void take_rows(Making *making, const EmbedRows *rows)
{
    if (!making->rows.ptr && rows->dims) begin_rows(making, rows->dims);
    bool fits = making->rows.ptr && rows->dims == making->head->dims && !rows->starts;
    for (size_t i = 0; i < rows->count; i++) {
        uint32_t chunk = making->chunks.items[i];
        bool there = fits && !(rows->missing && rows->missing[i]);
        if (there)
            there = !vectors_put(making->arena, making->rows, chunk,
                                 rows->rows + i * (size_t)rows->dims);
        if (there) add_sums(making, chunk);
        making->report->made += there;
        making->missing[chunk] = !there;
    }
    making->report->requests += rows->requests;
    making->report->retries += rows->retries;
    if (rows->limit.len && !making->report->limit.len)
        making->report->limit = str_copy(making->arena, rows->limit);
}

static Fail end_batch(Ctx *cx, Making *making)
{
    Ctx inner = ctx_child(cx, &making->batch);
    EmbedRows rows;
    Fail fail = NULL;
    if (making->texts.len) {
        fail = embed_texts(&inner, making->spec->embedder, making->spec->pool, EMBED_DOCUMENT,
                           making->texts.items, making->texts.len, &rows);
        if (!fail) take_rows(making, &rows);
        else fail = problem_copy(cx->arena, fail);
    }
    arena_reset(&making->batch);
    making->texts.len = making->texts.cap = 0;
    making->chunks.len = making->chunks.cap = 0;
    making->bytes = 0;
    return fail;
}

static void add_chunk(Making *making, Str path, Str text, const LineStarts *lines, uint32_t chunk)
{
    const LexChunk *row = lex_chunk(making->lexicon, chunk);
    uint32_t last = MIN(row->last_line, (uint32_t)lines->count);
    if (!row->first_line || row->first_line > last) return;
    Str part = str_sub(text, lines->starts[row->first_line - 1], lines->starts[last]);
    VEC_PUSH(&making->batch, &making->texts, str_join(&making->batch, path, STR("\n"), part));
    VEC_PUSH(&making->batch, &making->chunks, chunk);
    making->bytes += part.len;
}

static Fail add_file(Ctx *cx, Making *making, const LexFile *file, Str path)
{
    Ctx inner = ctx_child(cx, &making->batch);
    Str text;
    if (!making->spec->read(&inner, making->spec->read_arg, path, &text)) {
        for (uint32_t i = 0; i < file->chunk_count; i++)
            making->missing[file->first_chunk + i] = true;
        return NULL;
    }
    LineStarts lines = lines_find(&making->batch, text);
    for (uint32_t i = 0; i < file->chunk_count; i++)
        add_chunk(making, path, text, &lines, file->first_chunk + i);
    bool full = making->texts.len >= BATCH_TEXTS || making->bytes >= BATCH_BYTES;
    return full ? end_batch(cx, making) : NULL;
}

static Fail add_files(Ctx *cx, Making *making)
{
    const Lexicon *lexicon = making->lexicon;
    for (uint32_t i = 0; i < lexicon->head->files; i++) {
        if (making->spec->dead && making->spec->dead[i]) continue;
        TRY(ctx_check(cx));
        const LexFile *file = lex_file(lexicon, i);
        if (file->chunk_count) TRY(add_file(cx, making, file, lexicon_path(lexicon, i)));
    }
    return end_batch(cx, making);
}

// What could not be had is told from what has nothing to say by a scale below 0.
static void mark_missing(Making *making)
{
    Vectors vectors = {0};
    bool there = making->rows.ptr && !vectors_open(making->arena, making->rows, &vectors);
    for (uint32_t i = 0; i < making->head->chunks; i++) {
        making->head->missing += making->missing[i];
        if (there && making->missing[i]) *(float *)(uintptr_t)&vectors.scales[i] = -1; // ours
    }
}

Fail dense_make(Ctx *cx, const DenseSpec *spec, const Lexicon *lexicon,
                SegmentSection out[DENSE_SECTIONS], DenseReport *report)
{
    *report = (DenseReport){0};
    Making making = {.spec = spec,
                     .lexicon = lexicon,
                     .arena = cx->arena,
                     .report = report,
                     .head = ARENA_NEW(cx->arena, DenseHead)};
    making.missing = ARENA_ARRAY(cx->arena, bool, lexicon->head->chunks);
    making.head->version = DENSE_VERSION;
    making.head->chunks = lexicon->head->chunks;
    making.head->model = embed_fingerprint(spec->embedder);
    Fail fail = add_files(cx, &making);
    arena_fini(&making.batch);
    TRY(fail);
    mark_missing(&making);
    report->missing = making.head->missing;
    out[0] = (SegmentSection){DENSE_SECTION_HEAD, {(const char *)making.head, sizeof(DenseHead)}};
    out[1] = (SegmentSection){DENSE_SECTION_ROWS, making.rows.ptr ? making.rows : STR("")};
    out[2] = (SegmentSection){
        DENSE_SECTION_SUMS,
        {making.sums ? (const char *)making.sums : "", making.head->dims * sizeof(int64_t)}};
    return NULL;
}
