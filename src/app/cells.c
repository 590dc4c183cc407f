// app/cells.c
#include "app/cells.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/nearest.h"
#include "base/vec.h"
#include "index/duckdb.h"
#include "lang/grammars.h"
#include "retrieve/ann_set.h"
#include "retrieve/embed_kept.h"
#include "retrieve/faiss.h"
#include "runtime/cache.h"
#include "service/find_index.h"

// --- the disk cache

static CacheNamespace *namespaces_of(Arena *arena, const Policy *policy)
{
    CacheNamespace *spaces = ARENA_ARRAY(arena, CacheNamespace, policy->namespace_count);
    for (size_t i = 0; i < policy->namespace_count; i++) {
        const PolicyNamespace *from = &policy->namespaces[i];
        spaces[i] = (CacheNamespace){
            .name = str_from(from->name), .ttl_s = from->ttl_seconds, .off = !from->enabled};
    }
    return spaces;
}

static CacheEviction eviction_of(const CachePolicy *policy)
{
    switch ((Eviction)policy->eviction_policy) {
    case EVICT_LEAST_STORED: return CACHE_LEAST_RECENTLY_STORED;
    case EVICT_NONE: return CACHE_EVICT_NONE;
    default: return CACHE_LRU;
    }
}

static Fail build_cache(Ctx *cx, CellBuild *cell, void **out)
{
    (void)cx;
    const Policy *policy = ((const CellOwner *)cell->owner)->policy;
    const CachePolicy *from = &policy->cache;
    CacheSpec spec =
        cache_spec_default(str_format(cell->arena, STR_FMT "/results", STR_ARG(from->directory)));
    spec.enabled = from->enabled && from->directory.len > 0;
    spec.shards = (int)from->shards;
    spec.timeout_s = from->timeout_seconds;
    spec.ttl_s = from->ttl_seconds;
    spec.size_limit_bytes = (uint64_t)from->size_limit_bytes;
    spec.cull_limit = (int)from->cull_limit;
    spec.eviction = eviction_of(from);
    spec.statistics = from->statistics_enabled;
    spec.namespaces = namespaces_of(cell->arena, policy);
    spec.namespace_count = policy->namespace_count;
    *out = cache_open(&spec);
    return NULL;
}

static void drop_ephemeral(Ctx *cx, const Policy *policy, Cache *cache)
{
    for (size_t i = 0; i < policy->namespace_count; i++)
        if (policy->namespaces[i].ephemeral)
            cache_evict(cx, cache, STR_NONE, str_from(policy->namespaces[i].name));
}

static Fail close_cache(Ctx *cx, void *owner, void *value)
{
    drop_ephemeral(cx, ((const CellOwner *)owner)->policy, value);
    cache_close(value);
    return NULL;
}

// A cache that fails makes misses, so only what comes back tells that it works.
static Fail verify_cache(Ctx *cx, void *owner, const void *value)
{
    (void)owner;
    Cache *cache = (Cache *)(uintptr_t)value; // locks itself
    if (!cache_spec(cache)->enabled) return NULL;
    Str text = str_format(cx->arena, "%lld", (long long)clock_now_ns()), got;
    Digest digest = digest_of(text);
    Str key = cache_key(cx->arena, STR("check"), STR("1"), &digest);
    bool kept = cache_put(cx, cache, key, text, &(CachePut){.ttl_s = 60}) &&
                cache_get(cx, cache, key, &got) && str_eq(got, text);
    cache_delete(cx, cache, key);
    if (kept) return NULL;
    TRY(ctx_check(cx));
    CacheStats stats;
    cache_stats(cx, cache, &stats);
    return FAIL(cx->arena, IO, "the disk cache in " STR_FMT " keeps nothing: " STR_FMT,
                STR_ARG(cache_spec(cache)->dir),
                STR_ARG(stats.trouble.len ? stats.trouble : STR("no reason is known")));
}

static const CellSpec cache_cell = {.name = "cache",
                                    .description = "disk cache of results",
                                    .build = build_cache,
                                    .dispose = close_cache,
                                    .verify = verify_cache,
                                    .drain_ms = 2000};

static bool store_get(Ctx *cx, void *self, Str key, Str *value)
{
    Lease lease;
    if (cell_lease(cx, self, &lease)) return false;
    bool found = cache_get(cx, (Cache *)(uintptr_t)lease.value, key, value); // locks itself
    lease_release(&lease);
    return found;
}

static void store_put(Ctx *cx, void *self, Str key, Str value, const RunSpec *run)
{
    Lease lease;
    if (cell_lease(cx, self, &lease)) return;
    Str tags[] = {run->tag, cache_tag_run(cx->arena, run->tag, run->run_id)};
    cache_put(cx, (Cache *)(uintptr_t)lease.value, key, value,
              &(CachePut){.tags = tags, .tag_count = run->tag.len ? ARRAY_LEN(tags) : 0});
    lease_release(&lease);
}

PlanStore app_cache_store(Cell *cache)
{
    return (PlanStore){.self = cache, .get = store_get, .put = store_put};
}

// --- the index

static Fail build_index(Ctx *cx, CellBuild *cell, void **out)
{
    const CellOwner *owner = cell->owner;
    Workspace workspace;
    TRY(env_workspace(cx, owner->env, !owner->env->root.len, &workspace));
    OpenedSpec spec = {.root = workspace.root, .max_file_bytes = FIND_INDEXED_FILE_BYTES};
    if (owner->policy->index.enabled) spec.cache_dir = owner->policy->index.directory;
    Fail fail = opened_new(cx, &spec, (Opened **)out);
    workspace_close(&workspace);
    return fail;
}

static Fail close_index(Ctx *cx, void *owner, void *value)
{
    (void)cx, (void)owner;
    opened_free(value);
    return NULL;
}

static const CellSpec index_cell = {.name = "index",
                                    .description = "published index of the workspace",
                                    .build = build_index,
                                    .dispose = close_index};

// --- vectors for texts

static Fail build_embedder(Ctx *cx, CellBuild *cell, void **out)
{
    (void)cx;
    const CellOwner *owner = cell->owner;
    Embedder *embedder = embed_open(&owner->policy->embed, owner->http);
    bool local = embed_model(embedder).is_local || owner->policy->embed.backend == EMBED_NONE;
    *out = local ? embedder : embed_kept_new(embedder, owner->env->cache);
    return NULL;
}

static Fail close_embedder(Ctx *cx, void *owner, void *value)
{
    (void)cx, (void)owner;
    embed_free(value);
    return NULL;
}

// A word and its vector.
static Fail verify_embedder(Ctx *cx, void *owner, const void *value)
{
    (void)owner;
    EmbedRows rows;
    Str word = STR("check");
    Embedder *embedder = (Embedder *)(uintptr_t)value; // for any number of threads
    if (str_eq(embed_model(embedder).backend, STR("none"))) return NULL;
    TRY(embed_texts(cx, embedder, NULL, EMBED_QUERY, &word, 1, &rows));
    if (!rows.missing_count) return NULL;
    return FAIL(cx->arena, UNAVAILABLE, STR_FMT, STR_ARG(rows.limit));
}

static const CellSpec embedder_cell = {.name = "embedder",
                                       .description = "vectors for texts, as embed.backend says",
                                       .build = build_embedder,
                                       .dispose = close_embedder,
                                       .verify = verify_embedder};

// --- FAISS

static Fail build_faiss(Ctx *cx, CellBuild *cell, void **out)
{
    return faiss_open(cx, cell->arena, (Faiss **)out);
}

static const CellSpec faiss_cell = {.name = "faiss",
                                    .description = "FAISS plug-in, for very many vectors",
                                    .build = build_faiss,
                                    .cooldown_ms = 60000};

// --- what FAISS made of the published vectors

static Fail build_ann(Ctx *cx, CellBuild *cell, void **out)
{
    return ann_set_new(cx, cell->needs[0], cell->needs[1], (AnnSet **)out);
}

static Fail close_ann(Ctx *cx, void *owner, void *value)
{
    (void)cx, (void)owner;
    ann_set_free(value);
    return NULL;
}

static const char *const ann_needs[] = {"index", "faiss", NULL};

static const CellSpec ann_cell = {.name = "ann",
                                  .description = "indexes of candidates over published vectors",
                                  .needs = ann_needs,
                                  .build = build_ann,
                                  .dispose = close_ann};

// --- DuckDB

static Fail build_duckdb(Ctx *cx, CellBuild *cell, void **out)
{
    return duck_load(cx, cell->arena, (DuckLib **)out);
}

// A database in memory, a question, an answer.
static Fail verify_duckdb(Ctx *cx, void *owner, const void *value)
{
    (void)owner;
    DuckDb db;
    DuckOpen how = {.memory_bytes = 64 << 20, .threads = 1};
    TRY(duck_open(cx, value, &how, &db));
    Fail fail = duck_run(cx, &db, STR("SELECT sum(i) FROM range(10) r(i)"));
    duck_close(&db);
    return fail;
}

static const CellSpec duckdb_cell = {.name = "duckdb",
                                     .description = "DuckDB's library, for cq sql",
                                     .build = build_duckdb,
                                     .verify = verify_duckdb,
                                     .cooldown_ms = 60000};

// --- all of them

static Fail replace(Arena *errors, const CellSpec *with, const CellSpec **specs, size_t count)
{
    Nearest nearest = nearest_to(str_from(with->name));
    for (size_t i = 0; i < count; i++) {
        nearest_offer(&nearest, str_from(specs[i]->name));
        if (strcmp(specs[i]->name, with->name) != 0) continue;
        specs[i] = with;
        return NULL;
    }
    return FAIL(errors, BAD_REQUEST, "there is no runtime cell \"%s\" to replace%s", with->name,
                nearest_phrase(errors, &nearest, ""));
}

Fail app_cells_new(Arena *errors, const CellHostSpec *host, const CellSpec *const *instead,
                   CellSet **out)
{
    Fail fail = NULL;
    Arena scratch = {0};
    VEC(const CellSpec *) specs = {0};
    VEC_PUSH(&scratch, &specs, &cache_cell);
    VEC_PUSH(&scratch, &specs, &index_cell);
    VEC_PUSH(&scratch, &specs, &embedder_cell);
    VEC_PUSH(&scratch, &specs, &duckdb_cell);
    VEC_PUSH(&scratch, &specs, &faiss_cell);
    VEC_PUSH(&scratch, &specs, &ann_cell);
    for (const CellSpec *const *at = grammar_cells; *at; at++) VEC_PUSH(&scratch, &specs, *at);
    for (; instead && *instead && !fail; instead++)
        fail = replace(errors, *instead, specs.items, specs.len);
    if (!fail) fail = cells_new(errors, host, specs.items, specs.len, out);
    arena_fini(&scratch);
    return fail;
}
