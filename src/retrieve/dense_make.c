// retrieve/dense_make.c - a part's chunks into rows.
//
// Texts go to the embedder in batches, each with an arena of its own: a part is as large as it
// likes. The rows are the only thing that is kept.
#include <assert.h>
#include <math.h>

#include "base/vec.h"
#include "retrieve/dense_.h"

enum { BATCH_TEXTS = 256, BATCH_BYTES = 1 << 20 };

typedef struct Making {
    const DenseSpec *spec;
    const Lexicon *lexicon;
    DenseRows rows;
    DenseReport *report;
    bool mixed; // rows of several dimensions came
    // the batch
    Arena batch;
    VEC(Str) texts;
    VEC(uint32_t) chunks; // that they are of
    size_t bytes;
} Making;

void dense_rows_begin(DenseRows *rows, uint32_t dims)
{
    rows->head->dims = dims;
    rows->section =
        vectors_new(rows->arena, (VectorShape){.dims = dims, .rows = rows->head->chunks});
    Fail fail = vectors_open(rows->arena, rows->section, &rows->vectors);
    assert(!fail); // it was just made
    (void)fail;
    rows->sums = ARENA_ARRAY(rows->arena, int64_t, dims);
}

bool dense_rows_put(DenseRows *rows, uint32_t chunk, const float *row)
{
    if (!row) return true;
    if (vectors_put(rows->arena, rows->section, chunk, row)) return false;
    const int8_t *codes = rows->vectors.codes + chunk * rows->vectors.stride;
    double step = (double)rows->vectors.scales[chunk] * dense_sum_step;
    for (uint32_t i = 0; i < rows->head->dims; i++)
        rows->sums[i] += (int64_t)llrint((double)codes[i] * step);
    rows->head->with_row += rows->vectors.scales[chunk] > 0;
    return true;
}

static void take_rows(Making *making, const EmbedRows *rows)
{
    DenseRows *to = &making->rows;
    if (!to->section.ptr && rows->dims) dense_rows_begin(to, rows->dims);
    making->mixed |= rows->dims && rows->dims != to->head->dims;
    bool fits = to->section.ptr && rows->dims == to->head->dims && !rows->starts;
    for (size_t i = 0; i < rows->count; i++) {
        uint32_t chunk = making->chunks.items[i];
        bool there = fits && !(rows->missing && rows->missing[i]) &&
                     dense_rows_put(to, chunk, rows->rows + i * (size_t)rows->dims);
        making->report->made += there;
        to->missing[chunk] = !there;
    }
    making->report->known += rows->known;
    making->report->requests += rows->requests;
    making->report->retries += rows->retries;
    if (rows->limit.len && !making->report->limit.len)
        making->report->limit = str_copy(making->rows.arena, rows->limit);
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
    Str part = lines_between(text, lines, row->first_line, row->last_line);
    if (!part.ptr) return;
    VEC_PUSH(&making->batch, &making->texts, str_join(&making->batch, path, STR("\n"), part));
    VEC_PUSH(&making->batch, &making->chunks, chunk);
    making->bytes += part.len;
}

static Fail add_file(Ctx *cx, Making *making, uint32_t number, const LexFile *file)
{
    Ctx inner = ctx_child(cx, &making->batch);
    Str path = lexicon_path(making->lexicon, number), text;
    if (!making->spec->read(&inner, making->spec->read_arg, number, path, &text)) {
        for (uint32_t i = 0; i < file->chunk_count; i++)
            making->rows.missing[file->first_chunk + i] = true;
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
        if (file->chunk_count) TRY(add_file(cx, making, i, file));
    }
    return end_batch(cx, making);
}

// What could not be had is told from what has nothing to say by a scale below 0.
static void mark_missing(DenseRows *rows)
{
    for (uint32_t i = 0; i < rows->head->chunks; i++) {
        rows->head->missing += rows->missing[i];
        if (rows->section.ptr && rows->missing[i])
            *(float *)(uintptr_t)&rows->vectors.scales[i] = -1; // ours to write
    }
}

static void begin_anew(Making *making)
{
    DenseRows *rows = &making->rows;
    rows->head->dims = rows->head->with_row = 0;
    rows->section = STR_NONE;
    rows->sums = NULL;
    memset(rows->missing, 0, rows->head->chunks * sizeof *rows->missing);
    making->report->made = 0;
    making->mixed = false;
}

// Rows of several dimensions: some were kept from a model that had the same name. By now the
// embedder knows which ones hold.
static Fail make_from_texts(Ctx *cx, Making *making)
{
    Fail fail = add_files(cx, making);
    if (!fail && making->mixed) {
        begin_anew(making);
        fail = add_files(cx, making);
    }
    arena_fini(&making->batch);
    if (making->mixed && !making->report->limit.len)
        making->report->limit = STR("the model gives vectors of several dimensions");
    return fail;
}

// A table that turns out to be damaged gives nothing at all.
static Fail make_from_terms(Ctx *cx, const Model *table, Making *making)
{
    DenseRows *rows = &making->rows;
    Fail fail = dense_make_terms(cx, table, making->lexicon, making->spec->dead, rows);
    making->report->made = rows->head->with_row;
    if (!fail || fail->kind == PROBLEM_CANCELLED) return fail;
    begin_anew(making);
    for (uint32_t i = 0; i < rows->head->chunks; i++) rows->missing[i] = true;
    making->report->limit = fail->detail;
    return NULL;
}

Fail dense_make(Ctx *cx, const DenseSpec *spec, const Lexicon *lexicon,
                SegmentSection out[DENSE_SECTIONS], DenseReport *report)
{
    *report = (DenseReport){0};
    Making making = {.spec = spec, .lexicon = lexicon, .report = report};
    DenseRows *rows = &making.rows;
    const Model *table = embed_table(spec->embedder);
    rows->arena = cx->arena;
    rows->missing = ARENA_ARRAY(cx->arena, bool, lexicon->head->chunks);
    rows->head = ARENA_NEW(cx->arena, DenseHead);
    *rows->head = (DenseHead){.version = DENSE_VERSION,
                              .chunks = lexicon->head->chunks,
                              .model = embed_fingerprint(spec->embedder)};
    if (table) TRY(make_from_terms(cx, table, &making));
    else TRY(make_from_texts(cx, &making));
    mark_missing(rows);
    report->missing = rows->head->missing;
    out[0] = (SegmentSection){DENSE_SECTION_HEAD, {(const char *)rows->head, sizeof(DenseHead)}};
    out[1] = (SegmentSection){DENSE_SECTION_ROWS, rows->section.ptr ? rows->section : STR("")};
    out[2] = (SegmentSection){
        DENSE_SECTION_SUMS,
        {rows->sums ? (const char *)rows->sums : "", rows->head->dims * sizeof(int64_t)}};
    return NULL;
}
