// service/index_faiss.c - faiss.add: an index of candidates over the vectors of each part, where
// there are so many that it pays (or ann.family asks for one).
#include "base/vec.h"
#include "retrieve/ann_set.h"
#include "runtime/cells.h"
#include "runtime/policy.h"
#include "service/index_plan_.h"

enum { LEAST_ROWS = 10000 }; // of a part; fewer are scanned sooner than looked up

typedef struct Rows { // of one part of the next snapshot
    uint32_t part;
    VectorShape shape;
} Rows;

typedef VEC(Rows) RowsVec;

// Reads no more than the head of the vectors.
static Fail list_rows(Ctx *cx, const IndexWork *work, uint32_t part, RowsVec *out)
{
    Segment *segment;
    DenseHead head;
    TRY(stage_attached(cx, work->stage, part, ATTACH_VECTORS, &segment));
    Str bytes = segment ? segment_section(segment, DENSE_SECTION_HEAD) : STR_NONE;
    if (bytes.len == sizeof head) {
        memcpy(&head, bytes.ptr, sizeof head);
        VEC_PUSH(cx->arena, out,
                 (Rows){part, {.dims = head.dims, .rows = head.of[DENSE_CHUNKS].rows}});
    }
    segment_close(segment);
    return NULL;
}

static Fail list_all(Ctx *cx, const IndexWork *work, RowsVec *out)
{
    size_t count;
    const StagePart *kept = stage_kept(work->stage, &count);
    for (size_t i = 0; i < count; i++) TRY(list_rows(cx, work, kept[i].part, out));
    const StageRange *ranges = stage_ranges(work->stage, &count);
    for (size_t i = 0; i < count; i++)
        if (ranges[i].part != FILE_NONE) TRY(list_rows(cx, work, ranges[i].part, out));
    return NULL;
}

// Whether what is attached is what would be made.
static Fail is_made(Ctx *cx, const IndexWork *work, const Rows *rows, const AnnSpec *spec,
                    bool *made)
{
    Segment *segment;
    AnnHead head;
    *made = false;
    TRY(stage_attached(cx, work->stage, rows->part, ATTACH_ANN, &segment));
    if (!segment) return NULL;
    SnapshotPart part = {.attached = {[ATTACH_ANN] = segment}};
    *made = ann_head(&part, &head) && head.asked == spec->family &&
            head.asked_recall == (double)spec->recall;
    segment_close(segment);
    return NULL;
}

static Fail build(Ctx *cx, const Faiss *faiss, const Vectors *vectors, const AnnSpec *spec,
                  AnnReport *report, Str *bytes)
{
    Ann *ann;
    TRY(ann_build(cx, faiss, vectors, spec, &ann));
    *report = ann_report(ann);
    Fail fail = ann_save(cx, ann, vectors, bytes);
    ann_free(ann);
    return fail;
}

static Fail make(Ctx *cx, const IndexWork *work, const Faiss *faiss, const Rows *rows,
                 const AnnSpec *spec, AnnHead *head)
{
    Segment *segment;
    Vectors vectors;
    AnnReport report;
    Str bytes;
    TRY(stage_attached(cx, work->stage, rows->part, ATTACH_VECTORS, &segment));
    Fail fail = vectors_open(cx->arena, segment_section(segment, DENSE_SECTION_ROWS), &vectors);
    if (!fail) fail = build(cx, faiss, &vectors, spec, &report, &bytes);
    segment_close(segment);
    TRY(fail);
    *head = (AnnHead){.asked = spec->family,
                      .family = report.family,
                      .rows = report.rows,
                      .queries = report.queries,
                      .asked_recall = (double)spec->recall,
                      .recall = report.recall};
    SegmentSection sections[ANN_SECTIONS] = {{ANN_SECTION_HEAD, {(const char *)head, sizeof *head}},
                                             {ANN_SECTION_INDEX, bytes}};
    return stage_attach(cx, work->stage, rows->part, ATTACH_ANN, sections, ANN_SECTIONS);
}

typedef struct Made {
    uint64_t rows, parts, kept;
    double least_recall;
} Made;

static Fail make_all(Ctx *cx, const IndexWork *work, const RowsVec *all, const AnnSpec *spec,
                     Made *out)
{
    Cell *cell;
    Lease lease;
    Fail fail = NULL;
    TRY(cells_find(cx->arena, work->spec->env->cells, STR("faiss"), &cell));
    TRY(cell_lease(cx, cell, &lease));
    out->least_recall = 1;
    for (size_t i = 0; !fail && i < all->len; i++) {
        Arena arena = {0};
        Ctx own = ctx_child(cx, &arena);
        AnnHead head = {0};
        bool made;
        if (all->items[i].shape.rows < LEAST_ROWS) continue;
        fail = is_made(&own, work, &all->items[i], spec, &made);
        if (!fail && !made) fail = make(&own, work, lease.value, &all->items[i], spec, &head);
        if (!fail && !made) out->least_recall = MIN(out->least_recall, head.recall);
        out->rows += head.rows;
        out->parts += !fail && !made;
        out->kept += !fail && made;
        fail = problem_copy(cx->arena, fail);
        arena_fini(&arena);
    }
    lease_release(&lease);
    return fail;
}

static Fail drop_all(Ctx *cx, const IndexWork *work)
{
    size_t count;
    const StagePart *kept = stage_kept(work->stage, &count);
    for (size_t i = 0; i < count; i++)
        if (kept[i].was->attached[ATTACH_ANN])
            TRY(stage_attach(cx, work->stage, kept[i].part, ATTACH_ANN, NULL, 0));
    return NULL;
}

static Fail add(Ctx *cx, const IndexWork *work, const RowsVec *all, Str *says, Str *why)
{
    const AnnPolicy *policy = &work->spec->env->policy->ann;
    VectorShape shape = {0};
    Made made = {0};
    AnnSpec spec = {.family = (AnnFamily)policy->family,
                    .recall = (float)policy->recall,
                    .threads = pool_slots(work->spec->refresh->pool)};
    for (size_t i = 0; i < all->len; i++) {
        shape.dims = all->items[i].shape.dims;
        shape.rows += all->items[i].shape.rows;
    }
    if (spec.family == ANN_AUTO && shape.dims) spec.family = ann_choose(shape);
    if (spec.family == ANN_AUTO || spec.family == ANN_EXACT) {
        *why = str_format(cx->arena, "%u vectors: the exact scan is fast enough", shape.rows);
        return drop_all(cx, work);
    }
    TRY(make_all(cx, work, all, &spec, &made));
    if (!made.parts && !made.kept) {
        *why = str_format(cx->arena, "no part has %d vectors: the exact scan is fast enough",
                          (int)LEAST_ROWS);
        return drop_all(cx, work);
    }
    *says = str_format(cx->arena, "%s over %llu vectors in %llu parts, recall@10 %.3f; %llu kept",
                       ann_family_name(spec.family), (unsigned long long)made.rows,
                       (unsigned long long)made.parts, made.least_recall,
                       (unsigned long long)made.kept);
    return NULL;
}

Fail index_add_faiss(Ctx *cx, const IndexWork *work, Str *says, Str *why)
{
    RowsVec all = {0};
    if (!work->vectors.wanted) {
        *why = STR("there are no vectors");
        return NULL;
    }
    TRY(list_all(cx, work, &all));
    return add(cx, work, &all, says, why);
}
