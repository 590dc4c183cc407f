// index/git_head.c - HEAD, the branch it names, and where that branch is: a file of its own, or a
// line of packed-refs. What is kept otherwise (reftable), git itself is asked for.
#include "index/git_head.h"

#include "index/git_command.h"

enum { MOST_REF_BYTES = 4096, MOST_PACKED_BYTES = 256 << 20 };

bool git_is_commit_id(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!memchr("0123456789abcdef", s.ptr[i], 16)) return false;
    return s.len == 40 || s.len == 64;
}

static Fail read_in(Ctx *cx, Str folder, Str name, size_t most, Str *out)
{
    const char *path = str_join(cx->arena, folder, STR("/"), name).ptr;
    return os_read_file(cx, OS_CWD, path, most, out);
}

// STR_NONE when no line names it.
static Str find_packed(Str text, Str name)
{
    for (Str line; str_next(&text, '\n', &line);) {
        Str id, rest = line;
        if (!str_next(&rest, ' ', &id) || !git_is_commit_id(id)) continue;
        if (str_eq(rest, name)) return id;
    }
    return STR_NONE;
}

// False when it is in neither place: not yet made, or kept in another way.
static bool find_branch(Ctx *cx, const Workspace *workspace, Str name, Str *commit)
{
    Str text;
    if (!read_in(cx, workspace->common_dir, name, MOST_REF_BYTES, &text)) {
        *commit = str_trim(text);
        return git_is_commit_id(*commit);
    }
    if (read_in(cx, workspace->common_dir, STR("packed-refs"), MOST_PACKED_BYTES, &text))
        return false;
    *commit = find_packed(text, name);
    return commit->len > 0;
}

static Fail ask_git(Ctx *cx, const Workspace *workspace, GitHead *out)
{
    static const char *const commit[] = {"rev-parse", "--verify", "-q", "HEAD", NULL};
    static const char *const branch[] = {"symbolic-ref", "-q", "--short", "HEAD", NULL};
    const char *dir = str_cstr(cx->arena, workspace->root);
    Str id, name;
    int no_commit, no_branch;
    TRY(git_command_run(cx, dir, commit, &id, &no_commit));
    TRY(git_command_run(cx, dir, branch, &name, &no_branch));
    if (no_commit && no_branch)
        return FAIL(cx->arena, UNAVAILABLE, "git does not say which commit " STR_FMT " is at",
                    STR_ARG(workspace->root));
    *out = (GitHead){no_commit ? STR("") : str_trim(id), no_branch ? STR("") : str_trim(name)};
    return NULL;
}

Fail git_head(Ctx *cx, const Workspace *workspace, GitHead *out)
{
    Str text, heads = STR("ref: refs/heads/");
    *out = (GitHead){STR(""), STR("")};
    if (!workspace->git)
        return FAIL(cx->arena, UNAVAILABLE, STR_FMT " is not in a git repository",
                    STR_ARG(workspace->root));
    TRY(read_in(cx, workspace->git_dir, STR("HEAD"), MOST_REF_BYTES, &text));
    text = str_trim(text);
    if (git_is_commit_id(text)) {
        out->commit = text;
        return NULL;
    }
    if (!str_starts(text, heads)) return ask_git(cx, workspace, out);
    out->branch = str_sub(text, heads.len, text.len);
    Str ref = str_sub(text, STR("ref: ").len, text.len);
    return find_branch(cx, workspace, ref, &out->commit) ? NULL : ask_git(cx, workspace, out);
}

bool git_dirty_parse(Str text, GitDirty *out)
{
    *out = (GitDirty){0};
    for (Str entry; text.len && str_next(&text, '\0', &entry);) {
        if (entry.len < 4 || entry.ptr[2] != ' ') return false;
        if (str_starts(entry, STR("??"))) out->untracked++;
        else out->changed++;
    }
    return true;
}

typedef struct StatusArgs {
    const char *items[40];
    size_t len;
} StatusArgs;

// To compare files git would run the filters that the repository's configuration names. They are
// switched off: files that they change then count as changed when their times differ.
static Fail switch_filters_off(Ctx *cx, const char *dir, StatusArgs *args)
{
    enum { MOST = 30 };
    static const char *const question[] = {
        "config", "-z", "--name-only", "--get-regexp", "^filter\\..*\\.(clean|process|required)$",
        NULL};
    Str text, name;
    int none;
    TRY(git_command_run(cx, dir, question, &text, &none));
    while (text.len && str_next(&text, '\0', &name)) {
        bool flag = str_ends(name, STR(".required"));
        if (!name.len) continue;
        if (str_find(name, '=') < name.len || args->len + 2 > MOST)
            return FAIL(cx->arena, UNAVAILABLE, "git has filters that cannot be switched off");
        args->items[args->len++] = "-c";
        args->items[args->len++] =
            str_format(cx->arena, STR_FMT "=%s", STR_ARG(name), flag ? "false" : "").ptr;
    }
    return NULL;
}

Fail git_dirty(Ctx *cx, const Workspace *workspace, GitDirty *out)
{
    static const char *const status[] = {"status",
                                         "--porcelain",
                                         "-z",
                                         "--no-renames",
                                         "--untracked-files=all",
                                         "--ignore-submodules=dirty",
                                         "--",
                                         "."};
    const char *dir = str_cstr(cx->arena, workspace->root);
    StatusArgs args = {0};
    Str text;
    int exit_code;
    *out = (GitDirty){0};
    TRY(switch_filters_off(cx, dir, &args));
    for (size_t i = 0; i < ARRAY_LEN(status); i++) args.items[args.len++] = status[i];
    TRY(git_command_run(cx, dir, args.items, &text, &exit_code));
    if (exit_code)
        return FAIL(cx->arena, UNAVAILABLE, "git status ended with exit code %d", exit_code);
    if (git_dirty_parse(text, out)) return NULL;
    return FAIL(cx->arena, IO, "git status printed something that is not understood");
}
