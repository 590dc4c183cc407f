// index/repo.c
#include "index/repo.h"

#include <errno.h>

#include "base/log.h"
#include "base/vec.h"
#include "index/git_command.h"

static void add_doubt(Ctx *cx, Repo *repo, Str why)
{
    repo->doubt = str_join(cx->arena, repo->doubt, STR("; "), why);
}

static void load_list(Ctx *cx, const RepoSpec *spec, Repo *repo)
{
    GitList list = {
        .git_dir = spec->git_dir.own,
        .top = spec->top,
        .prefix = spec->prefix,
        .ignored = spec->no_ignore,
        .nested = spec->prefix.len > 0,
    };
    Fail fail = git_command_list(cx, &list, &repo->index);
    repo->by_command = !fail;
    if (fail) add_doubt(cx, repo, fail->detail);
    Str outcome = fail ? STR("failed") : STR("ok");
    log_event(cx, LOG_INFO, "git.fallback", LOG_STR("top", spec->top),
              LOG_STR("reason", repo->doubt), LOG_STR("git", outcome));
}

// Like git, takes a file that it may not read for none. False when the file is there but broken.
static bool read_rules(Ctx *cx, const char *path, Str *text)
{
    int error = ignore_read(cx, OS_CWD, path, OS_FOLLOW, text);
    if (!error) return true;
    log_event(cx, LOG_INFO, "ignore.unreadable", LOG_STR("path", str_from(path)),
              LOG_INT("errno", error));
    return error == EACCES;
}

// info/exclude and core.excludesFile. False when one of them cannot be read.
static bool load_rules(Ctx *cx, const RepoSpec *spec, const GitConfig *config, Repo *repo)
{
    Str excludes = STR_NONE, info = STR_NONE;
    Str info_path = str_format(cx->arena, STR_FMT "/info/exclude", STR_ARG(spec->git_dir.common));
    const char *excludes_path = config->excludes_file.len ? config->excludes_file.ptr : NULL;
    VEC_PUSH(cx->arena, &repo->inputs, info_path);
    if (excludes_path) VEC_PUSH(cx->arena, &repo->inputs, config->excludes_file);
    if (!read_rules(cx, info_path.ptr, &info)) return false;
    if (excludes_path && !read_rules(cx, excludes_path, &excludes)) return false;
    repo->rules = ignore_add(cx->arena, NULL, repo->base, repo->fold, excludes, STR_NONE);
    repo->rules = ignore_add(cx->arena, repo->rules, repo->base, repo->fold, info, STR_NONE);
    return true;
}

static void read_config(Ctx *cx, const RepoSpec *spec, const GitFormat *format, Repo *repo)
{
    GitConfig config;
    git_config_read(cx, spec->git_dir.own, spec->git_dir.common, format->worktree_config, spec->top,
                    &config);
    repo->inputs = config.files;
    repo->fold = config.ignore_case;
    if (config.doubt.len) add_doubt(cx, repo, config.doubt);
    if (!spec->no_ignore && !load_rules(cx, spec, &config, repo))
        add_doubt(cx, repo, STR("info/exclude or core.excludesFile cannot be read"));
}

static void read_index(Ctx *cx, const RepoSpec *spec, const GitFormat *format, Repo *repo)
{
    Str path = spec->index_file;
    if (!path.len) path = str_format(cx->arena, STR_FMT "/index", STR_ARG(spec->git_dir.own));
    VEC_PUSH(cx->arena, &repo->inputs, path);
    GitIndexSpec kind = {.hash_bytes = format->hash_bytes, .prefix = spec->prefix};
    Fail fail = git_index_read(cx, path.ptr, kind, &repo->index);
    if (fail && fail->kind != PROBLEM_NOT_FOUND) add_doubt(cx, repo, fail->detail);
}

void repo_load(Ctx *cx, const RepoSpec *spec, Repo *out)
{
    *out = (Repo){.git = spec->git_dir.own.len > 0, .base = spec->prefix.len};
    if (!out->git) return;
    GitFormat format;
    git_format_read(cx, spec->git_dir.own, spec->git_dir.common, &format);
    if (format.doubt.len) add_doubt(cx, out, format.doubt);
    read_config(cx, spec, &format, out);
    if (!spec->by_command) read_index(cx, spec, &format, out);
    if (spec->by_command || out->doubt.len) load_list(cx, spec, out);
}
