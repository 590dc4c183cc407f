// tools/universe_dump.c - cq-universe: prints the universe of a folder, for tests and benchmarks.
//
//   cq-universe [options] [FOLDER]      one path a line, to standard output
//   -z NUL after each path   -t before each path "H " (tracked) or "? " (untracked)   -S the
//   skipped files too ("symlink path")   --here root is FOLDER itself   --hidden --no-ignore
//   --in P, --glob G, --lang L (repeatable)   --threads N   --repeat N prints times instead
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "index/universe.h"

enum { MOST = 64 };

typedef struct Options {
    const char *folder;
    Selection selection;
    Str in[MOST], globs[MOST];
    LangId langs[MOST];
    bool nul, tags, skipped, here;
    int threads, repeat;
} Options;

static NORETURN void usage(const char *what)
{
    fprintf(stderr, "cq-universe: %s; the first lines of tools/universe_dump.c tell how\n", what);
    exit(2);
}

static void add(Str *list, size_t *count, const char *value)
{
    if (*count == MOST) usage("too many options");
    list[(*count)++] = str_from(value);
}

static int number_of(const char *value)
{
    int64_t number = 0;
    if (!str_to_int(str_from(value), &number) || number < 0 || number > 1000000)
        usage("not a number");
    return (int)number;
}

static bool take_flag(Options *options, const char *arg)
{
    if (!strcmp(arg, "-z")) return options->nul = true;
    if (!strcmp(arg, "-t")) return options->tags = true;
    if (!strcmp(arg, "-S")) return options->skipped = true;
    if (!strcmp(arg, "--here")) return options->here = true;
    if (!strcmp(arg, "--hidden")) return options->selection.hidden = true;
    if (!strcmp(arg, "--no-ignore")) return options->selection.no_ignore = true;
    return false;
}

static bool take_value(Options *options, const char *arg, const char *value)
{
    Selection *selection = &options->selection;
    if (!strcmp(arg, "--in")) add(options->in, &selection->in_count, value);
    else if (!strcmp(arg, "--glob")) add(options->globs, &selection->glob_count, value);
    else if (!strcmp(arg, "--threads")) options->threads = number_of(value);
    else if (!strcmp(arg, "--repeat")) options->repeat = number_of(value);
    else if (!strcmp(arg, "--lang")) {
        if (selection->lang_count == MOST) usage("too many options");
        if (!lang_by_name(str_from(value), &options->langs[selection->lang_count++]))
            usage("unknown language");
    } else return false;
    return true;
}

static void parse(int argc, char **argv, Options *options)
{
    *options = (Options){.folder = "", .threads = os_cpu_count(), .repeat = 0};
    for (int i = 1; i < argc; i++) {
        if (take_flag(options, argv[i])) continue;
        if (i + 1 < argc && take_value(options, argv[i], argv[i + 1])) i++;
        else if (argv[i][0] == '-') usage("unknown option");
        else options->folder = argv[i];
    }
    options->selection.in = options->in;
    options->selection.globs = options->globs;
    options->selection.langs = options->langs;
}

static void print(const Options *options, const Universe *universe)
{
    char end = options->nul ? '\0' : '\n';
    for (size_t i = 0; i < universe->count; i++) {
        const UniverseFile *file = &universe->files[i];
        if (options->tags) fputs(file->tracked ? "H " : "? ", stdout);
        fwrite(file->path.ptr, 1, file->path.len, stdout);
        putchar(end);
    }
    for (size_t i = 0; options->skipped && i < universe->skipped_count; i++)
        printf("%s " STR_FMT "%c", skip_name(universe->skipped[i].reason),
               STR_ARG(universe->skipped[i].path), end);
    fprintf(stderr, "%zu files, %zu skipped, from " STR_FMT "%s" STR_FMT "%s\n", universe->count,
            universe->skipped_count, STR_ARG(universe->source),
            universe->fallback_reason.len ? ": " : "", STR_ARG(universe->fallback_reason),
            universe->stopped ? " (stopped)" : "");
}

static Fail list_once(Ctx *cx, const Options *options, Pool *pool, bool quiet)
{
    Workspace workspace;
    Universe universe;
    TRY(workspace_open(cx, str_from(options->folder), !options->here, &workspace));
    Fail fail = universe_list(cx, &workspace, &options->selection, pool, &universe);
    if (!fail && !quiet) print(options, &universe);
    workspace_close(&workspace);
    return fail;
}

static int by_value(const void *left, const void *right)
{
    int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
    return (a > b) - (a < b);
}

static Fail time_it(Ctx *cx, const Options *options, Pool *pool)
{
    int64_t *times = ARENA_ARRAY(cx->arena, int64_t, (size_t)options->repeat);
    for (int i = 0; i < options->repeat; i++) {
        Arena arena = {0};
        Ctx inner = ctx_child(cx, &arena);
        int64_t start = clock_now_ns();
        Fail fail = list_once(&inner, options, pool, true);
        times[i] = clock_now_ns() - start;
        fail = problem_copy(cx->arena, fail);
        arena_fini(&arena);
        if (fail) return fail;
    }
    qsort(times, (size_t)options->repeat, sizeof *times, by_value);
    printf("median %.3f ms, least %.3f ms, peak %.1f MB\n",
           (double)times[options->repeat / 2] / 1e6, (double)times[0] / 1e6,
           (double)os_peak_rss_bytes() / 1e6);
    return NULL;
}

int main(int argc, char **argv)
{
    Options options;
    Arena arena = {0};
    Log log;
    parse(argc, argv, &options);
    log_init(&log, OS_STDERR, LOG_WARN, true);
    Ctx cx = {.arena = &arena, .log = &log};
    Pool *pool = pool_new((PoolSpec){.cpu_workers = MAX(options.threads, 1) - 1});
    Fail fail =
        options.repeat > 0 ? time_it(&cx, &options, pool) : list_once(&cx, &options, pool, false);
    int code = fail ? problem_spec(fail->kind)->exit_code : 0;
    if (fail) fprintf(stderr, STR_FMT "\n", STR_ARG(problem_to_json(&arena, fail)));
    pool_free(pool);
    log_fini(&log);
    arena_fini(&arena);
    return code;
}
