// bench/main.c - cq-bench: runs the cases of the tables, ours and the peer in turn, and reports the
// median, the fastest and the 90th percentile of each, and the ratio pair by pair.
//
//   cq-bench --list
//   cq-bench [NAME ...] [--json] [--runs N] [--dir DIR] [--pattern TEXT] [--smoke]
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/os.h"
#include "bench.h"

enum { MOST_RUNS = 10000, MOST_NAMES = 32 };

typedef struct Options {
    BenchEnv env;
    const char *names[MOST_NAMES];
    size_t name_count;
    int runs; // 0: each case's own
    bool json, list;
} Options;

typedef struct Timing {
    double values[MOST_RUNS];
    int count;
} Timing;

static Timing ours, peers, ratios; // too large for the stack; one case runs at a time

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double quantile(Timing *timing, double q)
{
    if (!timing->count) return 0;
    qsort(timing->values, (size_t)timing->count, sizeof(double), by_value);
    return timing->values[(int)(q * (timing->count - 1) + 0.5)];
}

static Fail timed(Fail (*run)(const BenchEnv *, void *), const BenchEnv *env, void *state,
                  Timing *timing)
{
    int64_t start = clock_now_ns();
    TRY(run(env, state));
    timing->values[timing->count++] = (double)(clock_now_ns() - start);
    return NULL;
}

static Fail measure(const BenchCase *bench, const BenchEnv *env, void *state, int runs)
{
    ours.count = peers.count = ratios.count = 0;
    if (!env->smoke) TRY(bench->run(env, state)); // warm-up
    if (!env->smoke && bench->run_peer) TRY(bench->run_peer(env, state));
    for (int i = 0; i < runs; i++) {
        TRY(timed(bench->run, env, state, &ours));
        if (!bench->run_peer) continue;
        TRY(timed(bench->run_peer, env, state, &peers));
        ratios.values[ratios.count++] = ours.values[i] / peers.values[i];
    }
    return NULL;
}

static void report_json(const BenchCase *bench, uint64_t bytes)
{
    Arena arena = {0};
    Buf buf = buf_on(&arena);
    JsonWriter w = {.out = &buf};
    json_begin_object(&w);
    json_member_str(&w, "name", str_from(bench->name));
    json_member_int(&w, "n", ours.count);
    json_member_int(&w, "median_ns", (int64_t)quantile(&ours, 0.5));
    json_member_int(&w, "min_ns", (int64_t)quantile(&ours, 0));
    json_member_int(&w, "p90_ns", (int64_t)quantile(&ours, 0.9));
    json_member_int(&w, "bytes", (int64_t)bytes);
    json_key(&w, "peer");
    if (bench->peer) json_write_str(&w, str_from(bench->peer));
    else json_write_null(&w);
    if (peers.count) {
        json_member_int(&w, "peer_median_ns", (int64_t)quantile(&peers, 0.5));
        json_member_int(&w, "peer_min_ns", (int64_t)quantile(&peers, 0));
        json_key(&w, "ratio");
        json_write_real(&w, quantile(&ratios, 0.5));
        json_key(&w, "ratio_p10");
        json_write_real(&w, quantile(&ratios, 0.1));
        json_key(&w, "ratio_p90");
        json_write_real(&w, quantile(&ratios, 0.9));
    }
    json_end(&w);
    puts(buf_str(&buf).ptr);
    arena_fini(&arena);
}

static void report_text(const BenchCase *bench, uint64_t bytes)
{
    double median = quantile(&ours, 0.5);
    printf("%-18s %10.3f ms (min %.3f, p90 %.3f, n %d)", bench->name, median / 1e6,
           quantile(&ours, 0) / 1e6, quantile(&ours, 0.9) / 1e6, ours.count);
    if (bytes && median > 0) printf("  %.0f MB/s", (double)bytes / median * 1e3);
    if (peers.count)
        printf("  | %s %.3f ms, ratio %.2f (p10 %.2f, p90 %.2f)", bench->peer,
               quantile(&peers, 0.5) / 1e6, quantile(&ratios, 0.5), quantile(&ratios, 0.1),
               quantile(&ratios, 0.9));
    putchar('\n');
}

static int run_case(const BenchCase *bench, const Options *options)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    BenchEnv env = options->env;
    env.cx = &cx;
    void *state = NULL;
    uint64_t bytes = 0;
    int runs = options->runs ? options->runs : bench->runs;
    if (env.smoke) runs = 1;
    Fail fail = bench->setup(&env, &state, &bytes);
    if (!fail) fail = measure(bench, &env, state, runs);
    if (bench->teardown && state) bench->teardown(state);
    if (fail) {
        fprintf(stderr, "cq-bench: %s: " STR_FMT "\n", bench->name, STR_ARG(fail->detail));
        bool absent = fail->kind == PROBLEM_UNAVAILABLE; // a peer that is not installed
        arena_fini(&arena);
        return absent ? 0 : 1;
    }
    if (options->json) report_json(bench, bytes);
    else report_text(bench, bytes);
    arena_fini(&arena);
    return 0;
}

static bool wanted(const Options *options, const BenchCase *bench)
{
    if (!options->name_count) return true;
    for (size_t i = 0; i < options->name_count; i++)
        if (strcmp(options->names[i], bench->name) == 0) return true;
    return false;
}

static const BenchCase *const tables[] = {bench_micro, bench_cell,    bench_metric, bench_cache,
                                          bench_facts, bench_process, bench_engine, bench_vectors,
                                          bench_store, bench_embed};

static int run_all(const Options *options)
{
    int worst = 0;
    size_t found = 0;
    for (size_t i = 0; i < ARRAY_LEN(tables); i++)
        for (const BenchCase *bench = tables[i]; bench->name; bench++) {
            if (!wanted(options, bench)) continue;
            found++;
            if (options->list) printf("%-18s %s\n", bench->name, bench->what);
            else worst |= run_case(bench, options);
        }
    if (found) return worst;
    fprintf(stderr, "cq-bench: no such case; --list names them\n");
    return 2;
}

static bool parse(int argc, char **argv, Options *options)
{
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        const char *value = i + 1 < argc ? argv[i + 1] : NULL;
        if (strcmp(word, "--json") == 0) options->json = true;
        else if (strcmp(word, "--list") == 0) options->list = true;
        else if (strcmp(word, "--smoke") == 0) options->env.smoke = true;
        else if (strcmp(word, "--runs") == 0 && value)
            options->runs = (int)strtol(argv[++i], NULL, 10);
        else if (strcmp(word, "--dir") == 0 && value) options->env.dir = argv[++i];
        else if (strcmp(word, "--pattern") == 0 && value) options->env.pattern = argv[++i];
        else if (word[0] == '-' || options->name_count == MOST_NAMES) return false;
        else options->names[options->name_count++] = word;
    }
    return options->runs >= 0 && options->runs <= MOST_RUNS;
}

// The cq binary in the folder of this one.
static const char *cq_beside(Arena *arena, const char *self)
{
    Str path = str_from(self);
    size_t slash = str_find_last(path, '/');
    if (slash == path.len) return "cq";
    return str_format(arena, STR_FMT "/cq", STR_ARG(str_sub(path, 0, slash))).ptr;
}

int main(int argc, char **argv)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Options options = {.env = {.dir = ".", .pattern = "static"}};
    Str self = {0};
    Fail fail = os_real_path(&cx, "/proc/self/exe", &self);
    options.env.cq = cq_beside(&arena, fail ? argv[0] : self.ptr);
    int code = 2;
    if (parse(argc, argv, &options)) code = run_all(&options);
    else
        fprintf(stderr, "usage: cq-bench [NAME ...] [--list] [--json] [--runs N] [--dir DIR] "
                        "[--pattern TEXT] [--smoke]\n");
    arena_fini(&arena);
    return code;
}
