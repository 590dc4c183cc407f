// service/find_index.c
#include "service/find_index.h"

#include "base/clock.h"
#include "base/vec.h"

static void free_builder(void *builder)
{
    lexicon_builder_free(builder);
}

// One lexicon, or several for very much text; returns how many.
static size_t pack(Ctx *cx, FindIndex *out)
{
    VEC(Lexicon) lexicons = {0};
    for (size_t next = 0; !lexicons.len || next < out->harvest.count;) {
        LexiconBuilder *builder = lexicon_builder_new();
        arena_defer(cx->arena, free_builder, builder);
        next = harvest_pack(&out->harvest, next, builder);
        const SegmentSection *sections = lexicon_finish(builder);
        for (size_t i = 0; i < LEX_SECTIONS; i++) out->index_bytes += sections[i].bytes.len;
        Lexicon lexicon;
        lexicon_view(sections, &lexicon);
        VEC_PUSH(cx->arena, &lexicons, lexicon);
    }
    out->lexicons = lexicons.items;
    return lexicons.len;
}

Fail find_index_build(Ctx *cx, const Env *env, const Workspace *workspace, uint64_t max_file_bytes,
                      FindIndex *out)
{
    Universe universe;
    Selection all = {0};
    int64_t start_ns = clock_now_ns();
    *out = (FindIndex){0};
    TRY(universe_list(cx, workspace, &all, env->pool, &universe));
    out->universe_source = universe.source;
    HarvestSpec spec = {.workspace = workspace,
                        .universe = &universe,
                        .pool = env->pool,
                        .grammars = env->grammars,
                        .max_file_bytes = max_file_bytes};
    harvest(cx, &spec, &out->harvest);
    int64_t harvested_ns = clock_now_ns();
    size_t count = pack(cx, out);
    corpus_init(cx->arena, out->lexicons, NULL, count, &out->corpus);
    out->pack_ns = clock_now_ns() - harvested_ns;
    out->build_ns = clock_now_ns() - start_ns;
    return NULL;
}
