// runtime/policy_table.c - all settings, in the order in which they are shown.
#include "runtime/policy_spec.h"

#define ROW(kind, member, ...)                                                                     \
    .type = POLICY_##kind, .offset = offsetof(Policy, member), __VA_ARGS__
#define NAMESPACE_ROW(kind, member, ...)                                                           \
    .type = POLICY_##kind, .each = POLICY_NAMESPACE, .offset = offsetof(PolicyNamespace, member),  \
    __VA_ARGS__
#define PROFILE_ROW(kind, member, ...)                                                             \
    .type = POLICY_##kind, .each = POLICY_PROFILE, .offset = offsetof(PolicyProfile, member),      \
    __VA_ARGS__
#define RANGE(from, to) .least = (from), .most = (to)
#define DEFAULT(text) .fallback = (text)
#define RT "CQ_RUNTIME_"
#define DISK "CQ_CACHE_"

static const char *const channel_choices[] = {"auto", "on", "off", NULL};
static const char *const fusions[] = {"scores", "ranks", NULL};
static const char *const ann_families[] = {"auto",   "exact", "flat", "ivf_flat",
                                           "ivf_pq", "hnsw",  NULL};
static const char *const embed_backends[] = {"none", "hash", "static", "http", NULL};

#define MIB 1048576.0
#define YEARS_S 315360000.0 // ten years
#define DAY_MS 86400000.0

static const char *const backgrounds[] = {"process", "thread", "off", NULL};
static const char *const evictions[] = {"least-recently-used", "least-recently-stored", "none",
                                        NULL};

const PolicySpec policy_specs[] = {
    {"parallelism.cpu_workers",
     ROW(INT, parallelism.cpu_workers, RANGE(0, 1023),
         .computed = "one less than the cores; at least 1, at most 15"),
     .env = {RT "CPU_WORKERS"}, .option = "--threads",
     .help = "threads for computing, besides the caller's own; 0 computes in the caller alone. "
             "--threads counts the caller too"},
    {"parallelism.cpu_workers_min",
     ROW(INT, parallelism.cpu_workers_min, RANGE(0, 1023), DEFAULT("1")),
     .env = {RT "CPU_WORKERS_MIN"},
     .help = "how few of them an idle pool keeps; not more than cpu_workers"},
    {"parallelism.io_workers",
     ROW(INT, parallelism.io_workers, RANGE(0, 1024), .computed = "the cores, at least 8"),
     .env = {RT "IO_WORKERS"}, .help = "threads for work that waits for disks, pipes and sockets"},
    {"parallelism.io_workers_min",
     ROW(INT, parallelism.io_workers_min, RANGE(0, 1024), DEFAULT("1")),
     .env = {RT "IO_WORKERS_MIN"},
     .help = "how few of them an idle pool keeps; not more than io_workers"},
    {"parallelism.lsp_request_workers",
     ROW(INT, parallelism.lsp_request_workers, RANGE(1, 256), DEFAULT("4")),
     .env = {RT "LSP_REQUEST_WORKERS", RT "SEMANTIC_REQUEST_WORKERS"},
     .help = "requests to language servers that run at once; not used yet"},
    {"parallelism.query_partition_workers",
     ROW(INT, parallelism.query_partition_workers, RANGE(1, 256), DEFAULT("2")),
     .env = {RT "QUERY_PARTITION_WORKERS"},
     .help = "parts of one query that run at once; not used yet"},
    {"parallelism.calls_file_workers",
     ROW(INT, parallelism.calls_file_workers, RANGE(1, 256), DEFAULT("4")),
     .env = {RT "CALLS_FILE_WORKERS"},
     .help = "files of one calls request that run at once; not used yet"},
    {"parallelism.run_step_workers",
     ROW(INT, parallelism.run_step_workers, RANGE(1, 256), DEFAULT("4")),
     .env = {RT "RUN_STEP_WORKERS"},
     .help = "cells of a plan made of `cq run --step` that run at once"},
    {"parallelism.enable_process_pool",
     ROW(BOOL, parallelism.enable_process_pool, DEFAULT("false")),
     .env = {RT "ENABLE_PROCESS_POOL"},
     .help = "parse in worker processes, which a crash cannot take along, though nobody asks with "
             "--isolate; otherwise in threads"},

    {"lsp.timeout_ms", ROW(INT, lsp.timeout_ms, RANGE(1, DAY_MS), DEFAULT("2000")),
     .env = {RT "LSP_TIMEOUT_MS", RT "SEMANTIC_TIMEOUT_MS"},
     .help = "time limit of one request to a language server; not used yet"},
    {"lsp.startup_timeout_ms", ROW(INT, lsp.startup_timeout_ms, RANGE(1, DAY_MS), DEFAULT("2000")),
     .env = {RT "LSP_STARTUP_TIMEOUT_MS", RT "SEMANTIC_STARTUP_TIMEOUT_MS"},
     .help = "time limit of starting a language server; not used yet"},
    {"lsp.max_targets_search", ROW(INT, lsp.max_targets_search, RANGE(1, 1000), DEFAULT("1")),
     .env = {RT "LSP_TARGETS_SEARCH", RT "SEMANTIC_TARGETS_SEARCH"},
     .help = "places of a search that a language server is asked about; not used yet"},
    {"lsp.max_targets_calls", ROW(INT, lsp.max_targets_calls, RANGE(1, 1000), DEFAULT("1")),
     .env = {RT "LSP_TARGETS_CALLS", RT "SEMANTIC_TARGETS_CALLS"},
     .help = "places of a calls request that a language server is asked about; not used yet"},
    {"lsp.max_targets_entity", ROW(INT, lsp.max_targets_entity, RANGE(1, 1000), DEFAULT("3")),
     .env = {RT "LSP_TARGETS_ENTITY", RT "SEMANTIC_TARGETS_ENTITY"},
     .help = "places of an entity query that a language server is asked about; not used yet"},

    {"cache.enabled", ROW(BOOL, cache.enabled, DEFAULT("true")),
     .env = {RT "CACHE_ENABLED", DISK "ENABLED"}, .help = "keep results on disk"},
    {"cache.directory",
     ROW(FOLDER, cache.directory, .computed = "$XDG_CACHE_HOME/cq, else ~/.cache/cq"),
     .env = {DISK "DIR", RT "CACHE_DIR"}, .is_protected = true, .help = "where"},
    {"cache.ttl_seconds", ROW(INT, cache.ttl_seconds, RANGE(1, YEARS_S), DEFAULT("900")),
     .env = {RT "CACHE_TTL_SECONDS", DISK "TTL_SECONDS"},
     .help = "how long an entry lives whose namespace says nothing"},
    {"cache.shards", ROW(INT, cache.shards, RANGE(1, 256), DEFAULT("8")),
     .env = {RT "CACHE_SHARDS", DISK "SHARDS"}, .help = "database files"},
    {"cache.timeout_seconds", ROW(REAL, cache.timeout_seconds, RANGE(0.001, 60), DEFAULT("0.05")),
     .env = {RT "CACHE_TIMEOUT_SECONDS", DISK "TIMEOUT_SECONDS"},
     .help = "how long to wait for a locked database before it counts as a miss"},
    {"cache.size_limit_bytes",
     ROW(SIZE, cache.size_limit_bytes, RANGE(MIB / 16, MIB *MIB), DEFAULT("2G")),
     .env = {RT "CACHE_SIZE_LIMIT_BYTES", DISK "SIZE_LIMIT_BYTES"},
     .help = "above this size entries are culled"},
    {"cache.cull_limit", ROW(INT, cache.cull_limit, RANGE(0, 100000), DEFAULT("16")),
     .env = {RT "CACHE_CULL_LIMIT", DISK "CULL_LIMIT"},
     .help = "most entries culled in one go; 0 culls nothing"},
    {"cache.eviction_policy", ROW(CHOICE, cache.eviction_policy, DEFAULT("least-recently-used")),
     .choices = evictions, .env = {RT "CACHE_EVICTION_POLICY", DISK "EVICTION_POLICY"},
     .help = "which entries are culled first"},
    {"cache.statistics_enabled", ROW(BOOL, cache.statistics_enabled, DEFAULT("true")),
     .env = {RT "CACHE_STATISTICS_ENABLED", RT "CACHE_STATS_ENABLED", DISK "STATISTICS_ENABLED",
             DISK "STATS_ENABLED"},
     .help = "count hits, misses and evictions"},
    {"cache.evict_run_tag_on_exit", ROW(BOOL, cache.evict_run_tag_on_exit, DEFAULT("false")),
     .env = {RT "CACHE_EVICT_RUN_TAG_ON_EXIT", DISK "EVICT_RUN_TAG_ON_EXIT"},
     .help = "what `cq run` stored goes when the run ends"},
    {"cache.namespaces.*.ttl_seconds", NAMESPACE_ROW(INT, ttl_seconds, RANGE(1, YEARS_S)),
     .computed = "see below",
     .env = {RT "CACHE_NAMESPACE_*_TTL_SECONDS", RT "CACHE_TTL_*_SECONDS",
             DISK "NAMESPACE_*_TTL_SECONDS", DISK "TTL_*_SECONDS"},
     .help = "how long an entry of the namespace lives"},
    {"cache.namespaces.*.enabled", NAMESPACE_ROW(BOOL, enabled, .computed = "true"),
     .env = {RT "CACHE_NAMESPACE_*_ENABLED", RT "CACHE_ENABLE_*", DISK "NAMESPACE_*_ENABLED",
             DISK "ENABLE_*"},
     .help = "keep the namespace on disk"},
    {"cache.namespaces.*.ephemeral", NAMESPACE_ROW(BOOL, ephemeral, .computed = "false"),
     .env = {RT "CACHE_EPHEMERAL_*", DISK "EPHEMERAL_*"},
     .help = "its entries go when the process ends"},

    {"index.enabled", ROW(BOOL, index.enabled, DEFAULT("true")), .env = {"CQ_INDEX_ENABLED"},
     .help = "keep an index of each workspace on disk, and answer from it"},
    {"index.background", ROW(CHOICE, index.background, DEFAULT("process")), .choices = backgrounds,
     .env = {"CQ_INDEX_BACKGROUND"},
     .help = "who makes the index that `cq find` found missing or outdated: a process that goes on "
             "behind the answer, a thread, for which the command waits, or nobody"},
    {"index.directory", ROW(FOLDER, index.directory, .computed = "cache.directory"),
     .env = {"CQ_INDEX_DIR"}, .is_protected = true, .help = "where"},

    {"engine.max_concurrency", ROW(INT, engine.max_concurrency, RANGE(1, 1024), DEFAULT("8")),
     .env = {RT "MAX_CONCURRENCY"}, .help = "cells of a plan that run at once"},
    {"engine.default_timeout_s",
     ROW(REAL, engine.default_timeout_s, RANGE(0, YEARS_S), DEFAULT("300")),
     .env = {RT "DEFAULT_TIMEOUT_S"},
     .help = "time limit of a cell that names none; 0 for no limit"},
    {"engine.request_timeout_s",
     ROW(REAL, engine.request_timeout_s, RANGE(0, YEARS_S), DEFAULT("0")),
     .env = {RT "REQUEST_TIMEOUT_S"}, .option = "--timeout",
     .help = "time limit of a whole request, which then answers with what it has; 0 for no limit"},
    {"engine.max_cells", ROW(INT, engine.max_cells, RANGE(1, 10000000), DEFAULT("1000000")),
     .env = {RT "MAX_CELLS"}, .help = "a plan with more cells is rejected"},
    {"engine.memory_cache_bytes",
     ROW(SIZE, engine.memory_cache_bytes, RANGE(0, MIB *MIB), DEFAULT("256M")),
     .env = {RT "MEMORY_CACHE_BYTES"}, .help = "results kept in memory; 0 for none"},
    {"engine.event_queue_length",
     ROW(INT, engine.event_queue_length, RANGE(16, MIB), DEFAULT("4096")),
     .env = {RT "EVENT_QUEUE_LENGTH"},
     .help = "events that wait for a slow reader before some are dropped and counted"},

    {"workers.memory_mb", ROW(INT, workers.memory_mb, RANGE(16, MIB), DEFAULT("2048")),
     .env = {RT "WORKER_MEMORY_MB"}, .help = "memory limit of a worker process"},
    {"workers.cpu_seconds", ROW(INT, workers.cpu_seconds, RANGE(0, 86400), DEFAULT("60")),
     .env = {RT "WORKER_CPU_SECONDS"},
     .help = "processor time of one task in a worker process; 0 for no limit"},
    {"workers.restart_backoff_ms",
     ROW(INT, workers.restart_backoff_ms, RANGE(0, DAY_MS), DEFAULT("100")),
     .env = {RT "WORKER_RESTART_BACKOFF_MS"},
     .help = "wait before a crashed worker process is started again; doubles with each crash"},
    {"workers.restart_backoff_max_ms",
     ROW(INT, workers.restart_backoff_max_ms, RANGE(0, DAY_MS), DEFAULT("5000")),
     .env = {RT "WORKER_RESTART_BACKOFF_MAX_MS"},
     .help = "... up to this; not less than restart_backoff_ms"},

    {"runtime.allow_seed", ROW(BOOL, runtime.allow_seed, DEFAULT("false")),
     .env = {"CQ_ALLOW_RUNTIME_SEED"}, .is_protected = true,
     .help = "a runtime cell may be given its value from outside (tests)"},
    {"runtime.allow_swap", ROW(BOOL, runtime.allow_swap, DEFAULT("false")),
     .env = {"CQ_ALLOW_RUNTIME_SWAP"}, .is_protected = true,
     .help = "a ready runtime cell may be replaced (administration)"},

    {"server.preload", ROW(NAMES, server.preload, DEFAULT("")), .env = {"CQ_PRELOAD", RT "PRELOAD"},
     .help = "runtime cells to build at the start of a process that lives on, or all; the others "
             "are built when they are first needed"},
    {"server.preload_required", ROW(BOOL, server.preload_required, DEFAULT("false")),
     .env = {"CQ_PRELOAD_REQUIRED"},
     .help = "without one of them it does not start, nor is it ready; otherwise it says so and "
             "goes on"},

    {"trace.file", ROW(PATH, trace.file, DEFAULT("")), .env = {RT "TRACE_FILE"},
     .is_protected = true, .help = "write spans to this file, as lines of OTLP/JSON"},
    {"trace.otlp_endpoint", ROW(URL, trace.otlp_endpoint, DEFAULT("")),
     .env = {RT "TRACE_OTLP_ENDPOINT"}, .is_protected = true,
     .help = "send spans to this OTLP/HTTP collector"},

    {"embed.backend", ROW(CHOICE, embed.backend, DEFAULT("static")), .choices = embed_backends,
     .env = {RT "EMBED_BACKEND"},
     .help = "where vectors of texts come from: nowhere, hashed parts of their words, a trained "
             "table of token vectors (hashed parts where there is none), or the server at url"},
    {"embed.table", ROW(PATH, embed.table, DEFAULT("")),
     .env = {RT "EMBED_TABLE", "CQ_EMBED_MODEL"}, .is_protected = true,
     .help = "the table of the static backend; by default the one that comes with cq"},
    {"embed.url", ROW(URL, embed.url, DEFAULT("")), .env = {RT "EMBED_URL"}, .is_protected = true,
     .help = "an OpenAI-compatible server, with its /v1; it gets the key in the variable "
             "CQ_EMBED_API_KEY"},
    {"embed.model", ROW(TEXT, embed.model, DEFAULT("")), .env = {RT "EMBED_MODEL"},
     .help = "the model that the server is asked for"},
    {"embed.dimensions", ROW(INT, embed.dimensions, RANGE(0, 16384), DEFAULT("0")),
     .env = {RT "EMBED_DIMENSIONS"},
     .help = "asked of the server, and of vectors that are kept; 0 takes what the model gives"},
    {"embed.query_prefix", ROW(TEXT, embed.query_prefix, DEFAULT("")),
     .env = {RT "EMBED_QUERY_PREFIX"}, .help = "what the model wants before a query"},
    {"embed.document_prefix", ROW(TEXT, embed.document_prefix, DEFAULT("")),
     .env = {RT "EMBED_DOCUMENT_PREFIX"}, .help = "... before a text to be found"},
    {"embed.max_tokens", ROW(INT, embed.max_tokens, RANGE(16, MIB), DEFAULT("8192")),
     .env = {RT "EMBED_MAX_TOKENS"},
     .help = "longer texts are cut (and counted); a token is taken as three bytes"},
    {"embed.batch_tokens", ROW(INT, embed.batch_tokens, RANGE(16, MIB), DEFAULT("16384")),
     .env = {RT "EMBED_BATCH_TOKENS"}, .help = "most tokens in one request"},
    {"embed.batch_texts", ROW(INT, embed.batch_texts, RANGE(1, 2048), DEFAULT("64")),
     .env = {RT "EMBED_BATCH_TEXTS"}, .help = "most texts in one request"},
    {"embed.concurrency", ROW(INT, embed.concurrency, RANGE(1, 256), DEFAULT("4")),
     .env = {RT "EMBED_CONCURRENCY"}, .help = "requests to the server that run at once"},
    {"embed.retries", ROW(INT, embed.retries, RANGE(0, 20), DEFAULT("3")),
     .env = {RT "EMBED_RETRIES"},
     .help =
         "how often a request is sent again after status 408, 429 or 5xx, or no answer in time"},
    {"embed.backoff_ms", ROW(INT, embed.backoff_ms, RANGE(1, 60000), DEFAULT("250")),
     .env = {RT "EMBED_BACKOFF_MS"},
     .help = "wait before that; doubles each time, and is at least the server's Retry-After"},
    {"embed.timeout_ms", ROW(INT, embed.timeout_ms, RANGE(1, DAY_MS), DEFAULT("30000")),
     .env = {RT "EMBED_TIMEOUT_MS"}, .help = "time limit of one request to the server"},

    {"find.dense", ROW(CHOICE, find.dense, DEFAULT("auto")), .choices = channel_choices,
     .env = {RT "FIND_DENSE"},
     .help = "whether find looks at vectors of chunks; auto: when embed.backend is a model, which "
             "hash is not"},
    {"find.late", ROW(CHOICE, find.late, DEFAULT("auto")), .choices = channel_choices,
     .env = {RT "FIND_LATE"},
     .help = "whether find compares the question's words one by one with those of the best chunks; "
             "auto: no, as it was not found to help"},
    {"find.sparse", ROW(CHOICE, find.sparse, DEFAULT("auto")), .choices = channel_choices,
     .env = {RT "FIND_SPARSE"},
     .help = "whether find also looks for words that the table of token vectors has near those of "
             "the question; auto: no, as it was not found to help"},
    {"find.fusion", ROW(CHOICE, find.fusion, DEFAULT("scores")), .choices = fusions,
     .env = {RT "FIND_FUSION"},
     .help = "how channels become one ranking: a weighted sum of what they score, or of ranks "
             "(reciprocal rank fusion)"},
    {"find.rrf_k", ROW(REAL, find.rrf_k, RANGE(1, 10000), DEFAULT("60")), .env = {RT "FIND_RRF_K"},
     .help = "of ranks: a channel adds weight / (k + rank)"},
    {"find.weight_lexical", ROW(REAL, find.weight_lexical, RANGE(0, 1000), DEFAULT("1")),
     .env = {RT "FIND_WEIGHT_LEXICAL"}, .help = "of ranks: that of words, names and paths"},
    {"find.weight_dense", ROW(REAL, find.weight_dense, RANGE(0, 1000), DEFAULT("0.5")),
     .env = {RT "FIND_WEIGHT_DENSE"}, .help = "of ranks: that of vectors"},
    {"find.weight_late", ROW(REAL, find.weight_late, RANGE(0, 1000), DEFAULT("0.5")),
     .env = {RT "FIND_WEIGHT_LATE"}, .help = "of ranks: that of late interaction"},
    {"find.deadline_ms", ROW(INT, find.deadline_ms, RANGE(1, DAY_MS), DEFAULT("200")),
     .env = {RT "FIND_DEADLINE_MS"},
     .help = "a channel that is later than this is left out, and the answer says so"},

    {"ann.family", ROW(CHOICE, ann.family, DEFAULT("exact")), .choices = ann_families,
     .env = {RT "ANN_FAMILY"},
     .help =
         "index of candidates over the vectors, made by FAISS, for a process that stays (loading "
         "it takes longer than one question); auto: above 300,000 vectors, by their number"},
    {"ann.recall", ROW(REAL, ann.recall, RANGE(0.5, 1), DEFAULT("0.95")), .env = {RT "ANN_RECALL"},
     .help = "its effort is raised until it finds this share of the 10 nearest vectors"},

    {"sql.memory_limit_bytes",
     ROW(SIZE, sql.memory_limit_bytes, RANGE(16 * MIB, MIB *MIB), DEFAULT("512M")),
     .env = {RT "SQL_MEMORY_LIMIT_BYTES"},
     .help = "what DuckDB may take for its tables and a query of `cq sql`; beyond it the query "
             "fails"},

    {"profiles.*.cpu_workers", PROFILE_ROW(INT, cpu_workers, RANGE(0, 1023)),
     .computed = "parallelism.cpu_workers", .env = {RT "PROFILE_*_CPU_WORKERS"},
     .help = "for this command only; --threads goes before it"},
    {"profiles.*.cpu_workers_min", PROFILE_ROW(INT, cpu_workers_min, RANGE(0, 1023)),
     .computed = "parallelism.cpu_workers_min", .env = {RT "PROFILE_*_CPU_WORKERS_MIN"},
     .help = "for this command only"},
    {"profiles.*.io_workers", PROFILE_ROW(INT, io_workers, RANGE(0, 1024)),
     .computed = "parallelism.io_workers", .env = {RT "PROFILE_*_IO_WORKERS"},
     .help = "for this command only"},
    {"profiles.*.io_workers_min", PROFILE_ROW(INT, io_workers_min, RANGE(0, 1024)),
     .computed = "parallelism.io_workers_min", .env = {RT "PROFILE_*_IO_WORKERS_MIN"},
     .help = "for this command only"},
    {"profiles.*.max_concurrency", PROFILE_ROW(INT, max_concurrency, RANGE(1, 1024)),
     .computed = "engine.max_concurrency", .env = {RT "PROFILE_*_MAX_CONCURRENCY"},
     .help = "for this command only"},
    {0},
};
