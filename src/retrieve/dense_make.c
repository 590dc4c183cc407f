// retrieve/dense_make.c - a part's chunks and outlines into rows.
#include <assert.h>
#include <math.h>

#include "retrieve/dense_.h"

void dense_begin(DenseMaking *making, uint32_t dims)
{
    making->dims = dims;
    for (int kind = 0; kind < DENSE_KINDS; kind++) {
        DenseRows *rows = &making->tables[kind];
        VectorShape shape = {.dims = dims, .rows = rows->counts.rows};
        rows->section = vectors_new(making->arena, shape);
        Fail fail = vectors_open(making->arena, rows->section, &rows->vectors);
        assert(!fail); // it was just made
        (void)fail;
        rows->sums = ARENA_ARRAY(making->arena, int64_t, dims);
    }
}

bool dense_put(DenseMaking *making, DenseKind kind, uint32_t index, const float *row)
{
    DenseRows *rows = &making->tables[kind];
    if (vectors_put(making->arena, rows->section, index, row)) return false;
    const int8_t *codes = rows->vectors.codes + index * rows->vectors.stride;
    double step = (double)rows->vectors.scales[index] * dense_sum_step;
    for (uint32_t i = 0; i < making->dims; i++)
        rows->sums[i] += (int64_t)llrint((double)codes[i] * step);
    rows->counts.with_row += rows->vectors.scales[index] > 0;
    return true;
}

// What could not be had is told from what has nothing to say by a scale below 0.
static void mark_missing(DenseRows *rows)
{
    for (uint32_t i = 0; i < rows->counts.rows; i++) {
        rows->counts.missing += rows->missing[i];
        if (rows->section.ptr && rows->missing[i])
            *(float *)(uintptr_t)&rows->vectors.scales[i] = -1; // ours to write
    }
}

static void begin_anew(DenseMaking *making)
{
    making->dims = 0;
    making->mixed = false;
    for (int kind = 0; kind < DENSE_KINDS; kind++) {
        DenseRows *rows = &making->tables[kind];
        memset(rows->missing, 0, rows->counts.rows * sizeof *rows->missing);
        rows->counts.with_row = 0;
        rows->section = STR_NONE;
        rows->sums = NULL;
    }
}

// Rows of several dimensions: some were kept from a model that had the same name. By now the
// embedder knows which ones hold.
static Fail make_from_texts(Ctx *cx, DenseMaking *making)
{
    TRY(dense_make_texts(cx, making));
    if (!making->mixed) return NULL;
    begin_anew(making);
    TRY(dense_make_texts(cx, making));
    if (making->mixed && !making->report->limit.len)
        making->report->limit = STR("the model gives vectors of several dimensions");
    return NULL;
}

// A table that turns out to be damaged gives nothing at all.
static Fail make_from_table(Ctx *cx, const Model *table, DenseMaking *making)
{
    Fail fail = dense_make_terms(cx, table, making);
    if (!fail || fail->kind == PROBLEM_CANCELLED) return fail;
    begin_anew(making);
    for (int kind = 0; kind < DENSE_KINDS; kind++)
        for (uint32_t i = 0; i < making->tables[kind].counts.rows; i++)
            making->tables[kind].missing[i] = true;
    making->report->limit = fail->detail;
    return NULL;
}

static void put_sections(DenseMaking *making, SegmentSection out[DENSE_SECTIONS])
{
    DenseHead *head = ARENA_NEW(making->arena, DenseHead);
    *head = (DenseHead){.version = DENSE_VERSION,
                        .dims = making->dims,
                        .model = embed_fingerprint(making->spec->embedder)};
    out[0] = (SegmentSection){DENSE_SECTION_HEAD, {(const char *)head, sizeof *head}};
    for (uint32_t kind = 0; kind < DENSE_KINDS; kind++) {
        const DenseRows *rows = &making->tables[kind];
        Str sums = {rows->sums ? (const char *)rows->sums : "", making->dims * sizeof(int64_t)};
        head->of[kind] = rows->counts;
        out[1 + 2 * kind] = (SegmentSection){DENSE_SECTION_ROWS + 2 * kind,
                                             rows->section.ptr ? rows->section : STR("")};
        out[2 + 2 * kind] = (SegmentSection){DENSE_SECTION_SUMS + 2 * kind, sums};
    }
}

Fail dense_make(Ctx *cx, const DenseSpec *spec, const Lexicon *lexicon,
                SegmentSection out[DENSE_SECTIONS], DenseReport *report)
{
    *report = (DenseReport){0};
    DenseMaking making = {.arena = cx->arena, .spec = spec, .lexicon = lexicon, .report = report};
    const Model *table = embed_table(spec->embedder);
    for (int kind = 0; kind < DENSE_KINDS; kind++) {
        DenseRows *rows = &making.tables[kind];
        rows->counts.rows = kind == DENSE_CHUNKS ? lexicon->head->chunks : lexicon->head->files;
        rows->missing = ARENA_ARRAY(cx->arena, bool, rows->counts.rows);
    }
    if (table) TRY(make_from_table(cx, table, &making));
    else TRY(make_from_texts(cx, &making));
    for (int kind = 0; kind < DENSE_KINDS; kind++) mark_missing(&making.tables[kind]);
    report->made = making.tables[DENSE_CHUNKS].counts.with_row;
    report->missing = making.tables[DENSE_CHUNKS].counts.missing;
    put_sections(&making, out);
    return NULL;
}
