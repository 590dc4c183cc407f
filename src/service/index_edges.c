// service/index_edges.c - names.resolve: the edges between the definitions of the next snapshot.
//
// What a name means can depend on any file, so edges are right for one state of what all files show
// each other (world_digest). While that stays the same, only new parts are resolved.
#include "base/vec.h"
#include "resolve/edge_store.h"
#include "service/index_plan_.h"

typedef struct NextPart { // of the next snapshot
    uint32_t part;
    Segment *segment;
    Segment *edges; // that it has now, or NULL
} NextPart;

typedef struct Next {
    const IndexWork *work;
    VEC(NextPart) parts;
    Lexicon *lexicons;
    const bool **dead;
    RefreshPart *rows;
    RefreshView view;
    Corpus corpus;
} Next;

static Fail add_part(Ctx *cx, Next *next, uint32_t part)
{
    NextPart row = {.part = part};
    TRY(stage_open(cx, next->work->stage, part, &row.segment));
    VEC_PUSH(cx->arena, &next->parts, row);
    return stage_attached(cx, next->work->stage, part, ATTACH_EDGES,
                          &next->parts.items[next->parts.len - 1].edges);
}

static Fail add_parts(Ctx *cx, Next *next)
{
    size_t count;
    const StagePart *kept = stage_kept(next->work->stage, &count);
    for (size_t i = 0; i < count; i++) TRY(add_part(cx, next, kept[i].part));
    const StageRange *ranges = stage_ranges(next->work->stage, &count);
    for (size_t i = 0; i < count; i++)
        if (ranges[i].part != FILE_NONE) TRY(add_part(cx, next, ranges[i].part));
    return NULL;
}

static Fail read_parts(Ctx *cx, Next *next)
{
    size_t count = next->parts.len;
    next->lexicons = ARENA_ARRAY(cx->arena, Lexicon, count);
    next->dead = ARENA_ARRAY(cx->arena, const bool *, count);
    next->rows = ARENA_ARRAY(cx->arena, RefreshPart, count);
    for (size_t i = 0; i < count; i++) {
        const NextPart *part = &next->parts.items[i];
        TRY(opened_lexicon(cx, part->segment, &next->lexicons[i]));
        uint32_t files = next->lexicons[i].head->files;
        const StageContent *of = stage_contents(cx, next->work->stage, part->part, files);
        bool *dead = ARENA_ARRAY(cx->arena, bool, files);
        for (uint32_t k = 0; k < files; k++) dead[k] = !of[k].live;
        next->dead[i] = dead;
        next->rows[i] = (RefreshPart){
            .lexicon = &next->lexicons[i], .segment = part->segment, .ordinals = files};
    }
    next->view.parts = next->rows;
    next->view.part_count = count;
    corpus_init(cx->arena, next->lexicons, next->dead, count, &next->corpus);
    return NULL;
}

static bool is_right(const NextPart *part, Hash128 world)
{
    EdgeStore store;
    return edge_store_open(part->edges, &store) && store.world.low == world.low &&
           store.world.high == world.high;
}

static Fail resolve_parts(Ctx *cx, Next *next, World *world, size_t *made)
{
    Hash128 digest = world_digest(world);
    Resolver *resolver = resolver_new(world, cx);
    for (size_t i = 0; i < next->parts.len; i++) {
        const CorpusPart *part = &next->corpus.parts[i];
        SegmentSection sections[EDGES_SECTIONS];
        if (is_right(&next->parts.items[i], digest)) continue;
        TRY(edge_store_make(cx, resolver, part->first_file, part->lexicon->head->files, sections));
        TRY(segment_intact(cx, next->parts.items[i].segment));
        TRY(stage_attach(cx, next->work->stage, next->parts.items[i].part, ATTACH_EDGES, sections,
                         EDGES_SECTIONS));
        ++*made;
    }
    return NULL;
}

static void close_parts(Next *next)
{
    for (size_t i = 0; i < next->parts.len; i++) {
        segment_close(next->parts.items[i].segment);
        segment_close(next->parts.items[i].edges);
    }
}

static Fail resolve_all(Ctx *cx, Next *next, Str *says, Str *why)
{
    size_t made = 0;
    TRY(add_parts(cx, next));
    if (!next->parts.len) {
        *why = STR("no file has content");
        return NULL;
    }
    TRY(read_parts(cx, next));
    if (next->corpus.live_bytes > EDGES_MOST_TEXT) {
        *why = str_format(cx->arena, "%llu MB of text; over %llu MB they are found when asked for",
                          (unsigned long long)(next->corpus.live_bytes >> 20),
                          (unsigned long long)(EDGES_MOST_TEXT >> 20));
        return NULL;
    }
    const RefreshSpec *refresh = next->work->spec->refresh;
    World *world = world_new(cx, refresh->workspace, &next->view, &next->corpus, refresh->grammars);
    Fail fail = resolve_parts(cx, next, world, &made);
    world_free(world);
    if (fail) return fail;
    if (!made) *why = STR("names mean what they did");
    *says = str_format(cx->arena, "of %zu parts", made);
    return NULL;
}

Fail index_resolve(Ctx *cx, const IndexWork *work, Str *says, Str *why)
{
    Arena arena = {0}; // texts and names of all files
    Ctx own = ctx_child(cx, &arena);
    Next next = {.work = work};
    Fail fail = problem_copy(cx->arena, resolve_all(&own, &next, says, why));
    close_parts(&next);
    *says = str_copy(cx->arena, *says);
    *why = str_copy(cx->arena, *why);
    arena_fini(&arena);
    return fail;
}
