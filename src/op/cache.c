// op/cache.c - "cache": what is kept on disk between runs; shown, checked, removed.
#include "runtime/cache.h"

#include "op/op.h"
#include "runtime/cell.h"

typedef struct CacheArgs {
    Str action, tag, space, cache_dir;
    bool repair;
} CacheArgs;

static const char *const actions[] = {"stats", "clear", "evict", "verify", NULL};

static const Field args[] = {
    FIELD(CacheArgs, action, STR, "what to do", .flags = FIELD_REQUIRED | FIELD_POSITIONAL,
          .choices = actions, .value_name = "ACTION"),
    FIELD(CacheArgs, tag, STR, "evict: what carries this tag, such as a workspace's path",
          .letter = 't', .value_name = "TAG"),
    {.name = "namespace",
     .type = FIELD_STR,
     .offset = OFFSET(CacheArgs, space),
     .help = "evict: what is in this namespace",
     .letter = 'n',
     .value_name = "NAME"},
    FIELD(CacheArgs, repair, BOOL, "verify: remove what is damaged"),
    FIELD(CacheArgs, cache_dir, PATH, "the folder of the cache; default: as configured",
          .value_name = "DIR", .flags = FIELD_LOCAL),
    {0},
};

static const Field space_fields[] = {
    FIELD(CacheSpace, name, STR, "of the namespace"),
    FIELD(CacheSpace, entries, SIZE, "in it"),
    FIELD(CacheSpace, bytes, SIZE, "of their keys and values"),
    {0},
};

typedef struct CacheSummary {
    Str action, folder, trouble;
    bool enabled, damaged, repaired;
    int64_t shards;
    uint64_t entries, bytes, disk_bytes, limit_bytes;
    RecordList spaces;
    CountList counts;
    uint64_t removed_entries, removed_bytes;
    uint64_t checked_entries, bad_entries, bad_shards, bad_tags, bad_sums;
} CacheSummary;

static const Field result[] = {
    FIELD(CacheSummary, action, STR, "what was done"),
    FIELD(CacheSummary, folder, PATH, "where the cache is; empty when there is none"),
    FIELD(CacheSummary, enabled, BOOL, "false: the cache is switched off or has no folder"),
    FIELD(CacheSummary, shards, INT, "files that exist"),
    FIELD(CacheSummary, entries, SIZE, "in the cache afterwards"),
    FIELD(CacheSummary, bytes, SIZE, "of their keys and values"),
    FIELD(CacheSummary, disk_bytes, SIZE, "that they take on disk, with indexes"),
    FIELD(CacheSummary, limit_bytes, SIZE, "that all may take on disk"),
    FIELD(CacheSummary, spaces, RECORDS, "the namespaces, by name", .sub = space_fields,
          .sub_size = sizeof(CacheSpace)),
    FIELD(CacheSummary, counts, COUNTS, "what all processes did with it since it was made"),
    FIELD(CacheSummary, removed_entries, SIZE, "clear, evict: that went"),
    FIELD(CacheSummary, removed_bytes, SIZE, "clear, evict: of their keys and values"),
    FIELD(CacheSummary, damaged, BOOL, "verify: something was found, and is still there"),
    FIELD(CacheSummary, repaired, BOOL, "verify: something was found and removed"),
    FIELD(CacheSummary, checked_entries, SIZE, "verify: that were read"),
    FIELD(CacheSummary, bad_entries, SIZE, "verify: that do not fit their check sum"),
    FIELD(CacheSummary, bad_shards, SIZE, "verify: files that are damaged or cannot be read"),
    FIELD(CacheSummary, bad_tags, SIZE, "verify: tags without an entry"),
    FIELD(CacheSummary, bad_sums, SIZE, "verify: namespaces whose sums are wrong"),
    FIELD(CacheSummary, trouble, STR, "the first thing that went wrong; empty when all is well"),
    {0},
};

static Fail check_args(Arena *arena, const CacheArgs *from)
{
    bool evict = str_eq(from->action, STR("evict")), verify = str_eq(from->action, STR("verify"));
    if (evict && !from->tag.len && !from->space.len)
        return FAIL(arena, BAD_REQUEST, "evict what? give --tag or --namespace, or use clear");
    if (!evict && (from->tag.len || from->space.len))
        return FAIL(arena, BAD_REQUEST, "--tag and --namespace go with evict only");
    if (!verify && from->repair) return FAIL(arena, BAD_REQUEST, "--repair goes with verify only");
    return NULL;
}

static void take_stats(Ctx *cx, Cache *cache, CacheSummary *summary)
{
    CacheStats stats;
    Count *counts = ARENA_ARRAY(cx->arena, Count, CACHE_COUNTERS);
    cache_stats(cx, cache, &stats);
    for (int i = 0; i < CACHE_COUNTERS; i++)
        counts[i] = (Count){str_from(cache_counter_name((CacheCounter)i)), stats.totals[i]};
    summary->folder = str_copy(cx->arena, cache_spec(cache)->dir);
    summary->enabled = cache_spec(cache)->enabled;
    summary->limit_bytes = cache_spec(cache)->size_limit_bytes;
    summary->shards = stats.shards;
    summary->entries = stats.entries;
    summary->bytes = stats.bytes;
    summary->disk_bytes = stats.disk_bytes;
    summary->spaces = (RecordList){stats.spaces, stats.space_count};
    summary->counts = (CountList){counts, CACHE_COUNTERS};
    if (!summary->trouble.len) summary->trouble = stats.trouble;
}

static Fail remove_entries(Ctx *cx, Cache *cache, const CacheArgs *from, CacheSummary *summary)
{
    bool all = str_eq(from->action, STR("clear"));
    CacheRemoved gone =
        all ? cache_clear(cx, cache) : cache_evict(cx, cache, from->tag, from->space);
    summary->removed_entries = gone.entries;
    summary->removed_bytes = gone.bytes;
    take_stats(cx, cache, summary);
    TRY(ctx_check(cx));
    if (gone.complete) return NULL;
    return FAIL(cx->arena, IO,
                "not all could be removed: " STR_FMT "; when no cq runs, the folder " STR_FMT
                " may be removed",
                STR_ARG(summary->trouble), STR_ARG(summary->folder));
}

static Fail verify(Ctx *cx, Cache *cache, bool repair, CacheSummary *summary)
{
    CacheVerdict verdict;
    cache_verify(cx, cache, repair, &verdict);
    summary->trouble = verdict.trouble;
    summary->checked_entries = verdict.entries;
    summary->bad_entries = verdict.bad_entries;
    summary->bad_shards = (uint64_t)verdict.bad_shards;
    summary->bad_tags = verdict.bad_tags;
    summary->bad_sums = verdict.bad_spaces;
    summary->repaired = verdict.repaired;
    summary->damaged = verdict.trouble.len && !verdict.repaired;
    // Counting would empty a damaged shard, which only --repair may.
    if (!summary->damaged) take_stats(cx, cache, summary);
    else summary->folder = str_copy(cx->arena, cache_spec(cache)->dir);
    summary->enabled = cache_spec(cache)->enabled;
    summary->limit_bytes = cache_spec(cache)->size_limit_bytes;
    summary->shards = verdict.shards;
    if (!summary->damaged) return NULL;
    const char *hint = repair ? "" : "; --repair removes what is damaged";
    return FAIL(cx->arena, IO, "the cache is damaged: " STR_FMT "%s", STR_ARG(verdict.trouble),
                hint);
}

static Fail act(Ctx *cx, Cache *cache, const CacheArgs *from, CacheSummary *summary)
{
    if (str_eq(from->action, STR("verify"))) return verify(cx, cache, from->repair, summary);
    if (!str_eq(from->action, STR("stats"))) return remove_entries(cx, cache, from, summary);
    take_stats(cx, cache, summary);
    return NULL;
}

static Fail act_elsewhere(Ctx *cx, const Cache *like, const CacheArgs *from, CacheSummary *summary)
{
    CacheSpec spec = *cache_spec(like);
    spec.dir = str_format(cx->arena, STR_FMT "/results", STR_ARG(from->cache_dir));
    spec.enabled = true;
    Cache *cache = cache_open(&spec);
    Fail fail = act(cx, cache, from, summary);
    cache_close(cache);
    return fail;
}

static Fail run(Ctx *cx, const Env *env, const void *arguments, Result *out)
{
    const CacheArgs *from = arguments;
    CacheSummary *summary = ARENA_NEW(cx->arena, CacheSummary);
    Lease lease;
    TRY(check_args(cx->arena, from));
    TRY(cell_lease(cx, env->cache, &lease));
    Cache *cache = (Cache *)(uintptr_t)lease.value; // locks itself
    summary->action = from->action;
    Fail problem = from->cache_dir.len ? act_elsewhere(cx, cache, from, summary)
                                       : act(cx, cache, from, summary);
    lease_release(&lease);
    *out = (Result){.summary = summary, .found = true, .problem = problem, .root = out->root};
    return NULL;
}

static const char *entries_of(uint64_t count)
{
    return count == 1 ? "entry" : "entries";
}

static void write_entries(Buf *out, uint64_t entries, uint64_t bytes)
{
    buf_addf(out, "%llu %s, ", (unsigned long long)entries, entries_of(entries));
    buf_add_size(out, bytes);
}

static void write_stats(Buf *out, const CacheSummary *summary)
{
    buf_add(out, STR("holds "));
    write_entries(out, summary->entries, summary->bytes);
    buf_add(out, STR("; on disk "));
    buf_add_size(out, summary->disk_bytes);
    buf_add(out, STR(" of "));
    buf_add_size(out, summary->limit_bytes);
    buf_addf(out, " in %lld file%s\n", (long long)summary->shards, summary->shards == 1 ? "" : "s");
    const CacheSpace *spaces = summary->spaces.items;
    for (size_t i = 0; i < summary->spaces.count; i++) {
        buf_addf(out, "  " STR_FMT ": ", STR_ARG(spaces[i].name));
        write_entries(out, spaces[i].entries, spaces[i].bytes);
        buf_byte(out, '\n');
    }
    bool any = false;
    for (size_t i = 0; i < summary->counts.count; i++) {
        const Count *count = &summary->counts.items[i];
        if (!count->count) continue;
        buf_addf(out, "%s" STR_FMT " %llu",
                 any ? ", " : "since it was made: ", STR_ARG(count->name),
                 (unsigned long long)count->count);
        any = true;
    }
    if (any) buf_byte(out, '\n');
    if (summary->trouble.len) buf_addf(out, "trouble: " STR_FMT "\n", STR_ARG(summary->trouble));
}

static void write_verdict(Buf *out, const CacheSummary *summary)
{
    buf_addf(out, "%s: %llu %s checked in %lld file%s",
             summary->repaired  ? "repaired"
             : summary->damaged ? "damaged"
                                : "sound",
             (unsigned long long)summary->checked_entries, entries_of(summary->checked_entries),
             (long long)summary->shards, summary->shards == 1 ? "" : "s");
    if (summary->bad_entries + summary->bad_shards + summary->bad_tags + summary->bad_sums)
        buf_addf(out, "; bad: entries %llu, files %llu, tags %llu, sums %llu",
                 (unsigned long long)summary->bad_entries, (unsigned long long)summary->bad_shards,
                 (unsigned long long)summary->bad_tags, (unsigned long long)summary->bad_sums);
    buf_byte(out, '\n');
}

static void text(Buf *out, const void *arguments, const Result *of, const TextStyle *style)
{
    (void)style;
    const CacheArgs *from = arguments;
    const CacheSummary *summary = of->summary;
    if (!summary->enabled) {
        buf_add(out, STR("The cache is off.\n"));
        return;
    }
    buf_addf(out, STR_FMT "\n", STR_ARG(summary->folder));
    if (str_eq(from->action, STR("stats"))) write_stats(out, summary);
    else if (str_eq(from->action, STR("verify"))) write_verdict(out, summary);
    else {
        buf_add(out, STR("removed "));
        write_entries(out, summary->removed_entries, summary->removed_bytes);
        buf_addf(out, "; %llu %s left\n", (unsigned long long)summary->entries,
                 entries_of(summary->entries));
    }
}

static const OpExample examples[] = {
    {"cq cache stats", "what is in it, and how often it helped"},
    {"cq cache evict --tag \"$PWD\"", "forget what was computed of this workspace"},
    {"cq cache verify --repair", "read all of it and remove what is damaged"},
    {"cq cache clear", "forget everything and give the disk space back"},
    {0},
};

const OpSpec op_cache = {
    .name = "cache",
    .summary = "Show, check or remove what is kept on disk between runs",
    .details =
        "ACTION is stats, clear, evict or verify. evict removes what carries a tag (a workspace's "
        "path, PATH:LANGUAGE, PATH:LANGUAGE:file:DIGEST or PATH:run:ID), what is in a namespace, "
        "or, given both, what is both. verify reads every entry and compares it with its check "
        "sum; with --repair, what is damaged is removed.\n"
        "The cache is in the folder results of cache.directory (cq config show), which is, unless "
        "set, "
        "$CQ_CACHE_DIR, else $XDG_CACHE_HOME/cq, else ~/.cache/cq. It is safe to remove at any "
        "time that no cq runs.\n"
        "Exit status: 0 when it was done and, for verify, all is well or repaired; 2 and above on "
        "a problem.",
    .examples = examples,
    .args = args,
    .args_size = sizeof(CacheArgs),
    .result = result,
    .result_size = sizeof(CacheSummary),
    .run = run,
    .text = text,
};
