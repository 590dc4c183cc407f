// door/stamp.c
#include "door/stamp.h"

#include "base/digest.h"
#include "base/version.h"

// Variables that change answers, by how their names begin.
static const char *const counted[] = {
    "CQ_",
    "GIT_",
    "OTEL_",
    "XDG_CACHE_HOME=",
    "XDG_CONFIG_HOME=",
    "HOME=",
    "TMPDIR=",
    "LD_LIBRARY_PATH=",
    "LD_PRELOAD=",
    "http_proxy=",
    "https_proxy=",
    "HTTPS_PROXY=",
    "all_proxy=",
    "ALL_PROXY=",
    "no_proxy=",
    "NO_PROXY=",
};

// ... but not these, which the command itself tells, or which only people or `cq serve` mind.
static const char *const uncounted[] = {
    "CQ_SERVER=",    "CQ_SESSION=",    "CQ_LOG=",     "CQ_TOKEN=",  "GIT_ASKPASS=",
    "GIT_AUTHOR_",   "GIT_COMMITTER_", "GIT_EDITOR=", "GIT_PAGER=", "GIT_SEQUENCE_EDITOR=",
    "GIT_TERMINAL_", "GIT_PREFIX=",    "GIT_REFLOG_",
};

static bool begins_with_one(Str text, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_starts(text, str_from(list[i]))) return true;
    return false;
}

static bool counts(Str variable)
{
    return begins_with_one(variable, counted, ARRAY_LEN(counted)) &&
           !begins_with_one(variable, uncounted, ARRAY_LEN(uncounted));
}

// In an order of their own: that of the environment means nothing.
static void add_environment(Ctx *cx, Digester *digester)
{
    const char *const *all = os_env_all();
    size_t count = 0, used = 0;
    while (all[count]) count++;
    Str *kept = ARENA_ARRAY(cx->arena, Str, count);
    for (size_t i = 0; i < count; i++) {
        Str variable = str_from(all[i]);
        if (!counts(variable)) continue;
        size_t at = used++;
        for (; at && str_cmp(kept[at - 1], variable) > 0; at--) kept[at] = kept[at - 1];
        kept[at] = variable;
    }
    for (size_t i = 0; i < used; i++) digester_add(digester, kept[i]);
}

static void add_file(Digester *digester, const OsStat *stat)
{
    digester_add_int(digester, (int64_t)stat->device);
    digester_add_int(digester, (int64_t)stat->inode);
    digester_add_int(digester, (int64_t)stat->size_bytes);
    digester_add_int(digester, stat->mtime_ns);
}

// The git that would be started.
static void add_git(Ctx *cx, Digester *digester)
{
    Str rest = os_env("PATH"), folder;
    while (str_next(&rest, ':', &folder)) {
        OsStat stat;
        Str path = str_format(cx->arena, STR_FMT "/git", STR_ARG(folder));
        if (!str_starts(folder, STR("/"))) continue;
        if (os_try_stat(OS_CWD, path.ptr, OS_FOLLOW, &stat) || !(stat.mode & 0111)) continue;
        if (stat.type != OS_REGULAR) continue;
        add_file(digester, &stat);
        return;
    }
}

static Fail add_options(Ctx *cx, const ConfigOptions *options, Digester *digester)
{
    Str file = STR_NONE;
    if (options->file.len) TRY(os_real_path(cx, str_cstr(cx->arena, options->file), &file));
    digester_add(digester, file);
    digester_add_int(digester, options->no_file);
    digester_add_int(digester, options->cpu_workers);
    digester_add(digester, str_format(cx->arena, "%.17g", options->timeout_s));
    return NULL;
}

Fail stamp_make(Ctx *cx, const ConfigOptions *options, Str *out)
{
    Digester build, rest;
    OsStat program;
    TRY(os_stat(cx, OS_CWD, "/proc/self/exe", OS_FOLLOW, &program));
    digester_init(&build);
    digester_add(&build, STR(CQ_VERSION));
    add_file(&build, &program);
    digester_init(&rest);
    add_environment(cx, &rest);
    add_git(cx, &rest);
    TRY(add_options(cx, options, &rest));
    Digest of_build = digester_end(&build), of_rest = digester_end(&rest);
    *out = str_format(cx->arena, STR_FMT "-" STR_FMT, STR_ARG(digest_hex(cx->arena, &of_build)),
                      STR_ARG(digest_hex(cx->arena, &of_rest)));
    return NULL;
}

const char *stamp_differs(Str server, Str client)
{
    if (str_eq(server, client)) return NULL;
    Str build = str_sub(server, 0, str_find(server, '-'));
    bool same = str_eq(build, str_sub(client, 0, str_find(client, '-')));
    return same ? "the server has other settings or another environment"
                : "the server is another build (its version is " CQ_VERSION ")";
}
