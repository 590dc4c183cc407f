// index/git_command.c
#include "index/git_command.h"

#include <stdlib.h>

#include "base/os_process.h"
#include "base/vec.h"

enum { MOST_BYTES = 1 << 29, MOST_ARGS = 64 };

typedef struct Args {
    const char *items[MOST_ARGS];
    size_t len;
} Args;

static void add_args(Args *args, const char *const *more)
{
    for (; *more && args->len + 1 < MOST_ARGS; more++) args->items[args->len++] = *more;
}

static Args begin(bool nested)
{
    static const char *const start[] = {"env", "LC_ALL=C", "GIT_NO_LAZY_FETCH=1",
                                        "GIT_OPTIONAL_LOCKS=0", NULL};
    static const char *const forget[] = {"-u", "GIT_INDEX_FILE", "-u", "GIT_COMMON_DIR", NULL};
    static const char *const git[] = {
        "git", "-c", "core.fsmonitor=false", "-c", "protocol.allow=never", NULL};
    Args args = {0};
    add_args(&args, (const char *const[]){start[0], NULL});
    if (nested) add_args(&args, forget); // env takes its options first
    add_args(&args, start + 1);
    add_args(&args, git);
    return args;
}

static Fail run_git(Ctx *cx, const Args *args, const char *dir, Str *text, int *exit_code)
{
    OsRun run = {.argv = args->items, .dir = dir, .max_bytes = MOST_BYTES};
    TRY(os_run(cx, &run, text, exit_code));
    if (*exit_code == 127) return FAIL(cx->arena, UNAVAILABLE, "the git command is not installed");
    return NULL;
}

static Fail list_files(Ctx *cx, const GitList *list, const char *const *options, Str *text)
{
    Args args = begin(list->nested);
    const char *git_dir = str_format(cx->arena, "--git-dir=" STR_FMT, STR_ARG(list->git_dir)).ptr;
    const char *top = str_format(cx->arena, "--work-tree=" STR_FMT, STR_ARG(list->top)).ptr;
    int exit_code = 0;
    add_args(&args, (const char *const[]){git_dir, top, "ls-files", "-z", NULL});
    add_args(&args, options);
    TRY(run_git(cx, &args, str_cstr(cx->arena, list->top), text, &exit_code));
    if (exit_code == 0) return NULL;
    return FAIL(cx->arena, UNAVAILABLE, "git ls-files ended with exit code %d", exit_code);
}

typedef VEC(GitEntry) EntryVec;

static void push(Ctx *cx, EntryVec *entries, Str prefix, Str path, GitKind kind, bool tracked)
{
    if (path.len > UINT16_MAX || prefix.len > UINT16_MAX) return; // nobody can open it
    Str full = str_format(cx->arena, STR_FMT STR_FMT, STR_ARG(prefix), STR_ARG(path));
    GitEntry entry = {full.ptr, (uint32_t)full.len, (uint8_t)kind, false, tracked};
    VEC_PUSH(cx->arena, entries, entry);
}

// Lines of "mode hash stage<tab>path".
static void take_tracked(Ctx *cx, EntryVec *entries, Str prefix, Str text)
{
    for (Str line; str_next(&text, '\0', &line);) {
        size_t tab = str_find(line, '\t');
        if (tab + 1 >= line.len) continue;
        GitKind kind = GIT_FILE;
        if (str_starts(line, STR("120000"))) kind = GIT_SYMLINK;
        if (str_starts(line, STR("160000"))) kind = GIT_MODULE;
        push(cx, entries, prefix, str_sub(line, tab + 1, line.len), kind, true);
    }
}

static void take_untracked(Ctx *cx, EntryVec *entries, Str prefix, Str text)
{
    for (Str line; str_next(&text, '\0', &line);) {
        bool repository = str_ends(line, STR("/"));
        if (repository) line.len--;
        if (line.len) push(cx, entries, prefix, line, repository ? GIT_MODULE : GIT_FILE, false);
    }
}

static int by_path(const void *left, const void *right)
{
    const GitEntry *a = left, *b = right;
    int order = str_cmp((Str){a->path, a->len}, (Str){b->path, b->len});
    return order ? order : b->tracked - a->tracked;
}

Fail git_command_list(Ctx *cx, const GitList *list, GitIndex *out)
{
    Str tracked = STR_NONE, untracked = STR_NONE;
    const char *excludes = list->ignored ? NULL : "--exclude-standard";
    TRY(list_files(cx, list, (const char *const[]){"--stage", NULL}, &tracked));
    TRY(list_files(cx, list, (const char *const[]){"--others", excludes, NULL}, &untracked));
    EntryVec entries = {0};
    take_tracked(cx, &entries, list->prefix, tracked);
    take_untracked(cx, &entries, list->prefix, untracked);
    if (entries.len) qsort(entries.items, entries.len, sizeof *entries.items, by_path);
    size_t kept = 0;
    for (size_t i = 0; i < entries.len; i++) {
        GitEntry entry = entries.items[i];
        const GitEntry *last = kept ? &entries.items[kept - 1] : NULL;
        if (last && last->len == entry.len && !memcmp(last->path, entry.path, entry.len)) continue;
        entries.items[kept++] = entry;
    }
    *out = (GitIndex){entries.items, kept};
    return NULL;
}

bool git_command_config(Ctx *cx, Str git_dir, const char *type, const char *key, Str *value,
                        int *exit_code)
{
    Args args = begin(false);
    const char *dir = str_format(cx->arena, "--git-dir=" STR_FMT, STR_ARG(git_dir)).ptr;
    const char *kind = str_format(cx->arena, "--type=%s", type).ptr;
    add_args(&args, (const char *const[]){dir, "config", kind, "-z", "--get", key, NULL});
    Fail fail = run_git(cx, &args, NULL, value, exit_code);
    if (fail || *exit_code > 1) return false;
    *value = str_sub(*value, 0, str_find(*value, '\0'));
    return true;
}

Fail git_command_place(Ctx *cx, const char *dir, GitPlace *out)
{
    static const char *const question[] = {"rev-parse", "--path-format=absolute", "--show-toplevel",
                                           "--git-dir", "--git-common-dir",       NULL};
    Args args = begin(false);
    Str text = STR_NONE, lines[4] = {0};
    int exit_code = 0;
    size_t count = 0;
    add_args(&args, question);
    TRY(run_git(cx, &args, dir, &text, &exit_code));
    while (count < 4 && str_next(&text, '\n', &lines[count])) count++;
    if (exit_code || count != 4 || lines[3].len)
        return FAIL(cx->arena, UNAVAILABLE, "git finds no working tree in %s", dir);
    for (size_t i = 0; i < 3; i++) lines[i] = str_copy(cx->arena, lines[i]);
    *out = (GitPlace){lines[0], lines[1], lines[2]};
    return NULL;
}

Fail git_command_run(Ctx *cx, const char *dir, const char *const *args, Str *text, int *exit_code)
{
    static const char *const plain[] = {
        "-c", "core.quotePath=false", "-c", "log.showSignature=false", "--no-pager", NULL};
    Args all = begin(false);
    add_args(&all, plain);
    add_args(&all, args);
    return run_git(cx, &all, dir, text, exit_code);
}
