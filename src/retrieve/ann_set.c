// retrieve/ann_set.c
#include "retrieve/ann_set.h"

#include "base/log.h"
#include "retrieve/dense.h"

bool ann_head(const SnapshotPart *part, AnnHead *out)
{
    const Segment *attached = part->attached[ATTACH_ANN];
    Str bytes = attached ? segment_section(attached, ANN_SECTION_HEAD) : STR_NONE;
    if (bytes.len != sizeof *out) return false;
    memcpy(out, bytes.ptr, sizeof *out);
    return true;
}

// What cannot be loaded is searched exactly.
static Fail load_part(Ctx *cx, const SnapshotPart *part, const Faiss *faiss, Ann **out)
{
    Vectors vectors;
    const Segment *rows = part->attached[ATTACH_VECTORS], *index = part->attached[ATTACH_ANN];
    if (!rows || !index) return NULL;
    Fail fail = vectors_open(cx->arena, segment_section(rows, DENSE_SECTION_ROWS), &vectors);
    if (!fail) fail = ann_load(cx, faiss, &vectors, segment_section(index, ANN_SECTION_INDEX), out);
    if (fail && fail->kind == PROBLEM_CANCELLED) return fail;
    if (fail) log_event(cx, LOG_WARN, "ann.unusable", LOG_STR("why", fail->detail));
    return NULL;
}

Fail ann_set_new(Ctx *cx, const Opened *opened, const Faiss *faiss, AnnSet **out)
{
    AnnSet *set = mem_alloc(sizeof *set);
    size_t count = opened->snapshot ? opened->snapshot->part_count : 0;
    *set = (AnnSet){.opened = opened, .count = count};
    set->parts = mem_alloc((count + 1) * sizeof(Ann *));
    Fail fail = NULL;
    for (size_t i = 0; !fail && i < count; i++)
        fail = load_part(cx, &opened->snapshot->parts[i], faiss, &set->parts[i]);
    if (fail) ann_set_free(set);
    else *out = set;
    return fail;
}

void ann_set_free(AnnSet *set)
{
    if (!set) return;
    for (size_t i = 0; i < set->count; i++) ann_free(set->parts[i]);
    mem_free(set->parts);
    mem_free(set);
}
