// runtime/policy.h - the execution policy: every setting of a process, and where each came from.
//
// The values, for those who obey them. How they are named, read and checked: policy_spec.h.
//
// Threads: frozen before anybody else sees it. Memory: the arena given to policy_new.
#ifndef CQ_RUNTIME_POLICY_H
#define CQ_RUNTIME_POLICY_H

#include "base/problem.h"

typedef struct ParallelismPolicy {
    int64_t cpu_workers, cpu_workers_min; // ceiling and floor; threads besides the caller's
    int64_t io_workers, io_workers_min;
    int64_t lsp_request_workers, query_partition_workers, calls_file_workers, run_step_workers;
    bool enable_process_pool;
} ParallelismPolicy;

typedef struct LspPolicy {
    int64_t timeout_ms, startup_timeout_ms;
    int64_t max_targets_search, max_targets_calls, max_targets_entity;
} LspPolicy;

typedef enum Eviction { EVICT_LEAST_USED, EVICT_LEAST_STORED, EVICT_NONE } Eviction;

typedef struct CachePolicy {
    bool enabled, evict_run_tag_on_exit, statistics_enabled;
    Str directory; // absolute; empty: there is no place, so nothing is cached on disk
    int64_t ttl_seconds, shards, size_limit_bytes, cull_limit;
    double timeout_seconds;
    int64_t eviction_policy; // an Eviction
} CachePolicy;

typedef enum IndexBackground {
    BACKGROUND_PROCESS,
    BACKGROUND_THREAD,
    BACKGROUND_OFF
} IndexBackground;

typedef struct IndexPolicy {
    bool enabled;
    int64_t background; // an IndexBackground
    Str directory;      // absolute; empty: there is no place
} IndexPolicy;

typedef struct EnginePolicy {
    int64_t max_concurrency, max_cells, memory_cache_bytes, event_queue_length;
    double default_timeout_s; // of a plan cell that names none; 0 is no limit
    double request_timeout_s; // of a whole request; 0 is no limit
} EnginePolicy;

typedef struct WorkerPolicy { // limits of a worker process
    int64_t memory_mb, cpu_seconds, restart_backoff_ms, restart_backoff_max_ms;
} WorkerPolicy;

typedef struct RuntimePolicy {
    bool allow_seed, allow_swap;
} RuntimePolicy;

typedef struct ServerPolicy {
    Str preload; // names, separated by commas: str_next gives them one by one
    bool preload_required;
} ServerPolicy;

typedef struct TracePolicy { // empty: off
    Str file, otlp_endpoint;
} TracePolicy;

typedef enum EmbedBackendChoice {
    EMBED_NONE,
    EMBED_HASH,
    EMBED_STATIC,
    EMBED_HTTP,
} EmbedBackendChoice;

typedef struct EmbedPolicy { // vectors for texts
    int64_t backend;         // an EmbedBackendChoice
    Str url, model, query_prefix, document_prefix;
    Str table; // of token vectors; empty: the one that comes with cq
    int64_t dimensions, max_tokens, batch_tokens, batch_texts;
    int64_t concurrency, retries, backoff_ms, timeout_ms;
} EmbedPolicy;

typedef enum ChannelChoice { CHANNEL_AUTO, CHANNEL_ON, CHANNEL_OFF } ChannelChoice;

typedef struct FindPolicy {
    int64_t fusion;              // 0: scores, 1: ranks
    int64_t dense, late, sparse; // ChannelChoice
    double rrf_k, weight_lexical, weight_dense, weight_late;
    int64_t deadline_ms; // of the channels
} FindPolicy;

typedef struct AnnPolicy {
    int64_t family; // AnnFamily
    double recall;
} AnnPolicy;

typedef struct SqlPolicy {
    int64_t memory_limit_bytes;
} SqlPolicy;

typedef struct PolicyNamespace { // of the cache
    const char *name;
    int64_t ttl_seconds;
    bool enabled, ephemeral; // ephemeral: its entries go when the process ends
} PolicyNamespace;

typedef struct PolicyProfile { // of a command; -1: as in `parallelism` and `engine`
    const char *command;
    int64_t cpu_workers, cpu_workers_min, io_workers, io_workers_min, max_concurrency;
} PolicyProfile;

typedef struct PolicyOrigins PolicyOrigins;

typedef struct Policy {
    ParallelismPolicy parallelism;
    LspPolicy lsp;
    CachePolicy cache;
    IndexPolicy index;
    EnginePolicy engine;
    WorkerPolicy workers;
    RuntimePolicy runtime;
    ServerPolicy server;
    TracePolicy trace;
    EmbedPolicy embed;
    FindPolicy find;
    AnnPolicy ann;
    SqlPolicy sql;
    PolicyNamespace *namespaces;
    size_t namespace_count;
    PolicyProfile *profiles;
    size_t profile_count;
    PolicyOrigins *origins; // of what is not a default
} Policy;

// How many threads a command gets: its profile, and the general settings for what that leaves open.
PolicyProfile policy_profile(const Policy *policy, Str command);
const PolicyNamespace *policy_namespace(const Policy *policy, Str name); // NULL when unknown

#endif
