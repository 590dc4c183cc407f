// train/source.c
#include "train/source.h"

#include "base/map.h"
#include "index/git_command.h"

enum { TAR_BLOCK = 512, MOST_ARGS = 8, MOST_MISSING = 12 };

static Fail run(Ctx *cx, const char *git_dir, const char *const *args, Str *out)
{
    const char *all[MOST_ARGS + MOST_MISSING] = {
        str_format(cx->arena, "--git-dir=%s", git_dir).ptr};
    for (size_t i = 0; args[i] && i + 2 < ARRAY_LEN(all); i++) all[i + 1] = args[i];
    int exit_code = 0;
    TRY(git_command_run(cx, NULL, all, out, &exit_code));
    if (!exit_code) return NULL;
    return FAIL(cx->arena, UNAVAILABLE, "git %s of %s ended with exit code %d", args[0], git_dir,
                exit_code);
}

Fail source_revision(Ctx *cx, const char *git_dir, Str name, Str *out)
{
    const char *commit = str_format(cx->arena, STR_FMT "^{commit}", STR_ARG(name)).ptr;
    const char *args[] = {"rev-parse", "--verify", "--quiet", commit, NULL};
    TRY(run(cx, git_dir, args, out));
    *out = str_trim(*out);
    return NULL;
}

// ---- tar

static uint64_t octal(Str field)
{
    uint64_t value = 0;
    for (size_t i = 0; i < field.len && field.ptr[i] >= '0' && field.ptr[i] <= '7'; i++)
        value = value * 8 + (uint64_t)(field.ptr[i] - '0');
    return value;
}

static Str field(Str head, size_t from, size_t len)
{
    Str all = str_sub(head, from, from + len);
    return str_sub(all, 0, str_find(all, '\0'));
}

// "LEN path=...\n" among the records of an extended header.
static Str pax_path(Str records)
{
    for (Str line; str_next(&records, '\n', &line);) {
        size_t blank = str_find(line, ' ');
        Str rest = str_sub(line, blank + 1, line.len);
        if (str_starts(rest, STR("path="))) return str_sub(rest, 5, rest.len);
    }
    return STR_NONE;
}

void source_read_tar(Arena *arena, Str tar, bool (*wanted)(const void *arg, Str path),
                     const void *arg, SourceFiles *out)
{
    enum { NAME = 0, NAME_LEN = 100, SIZE = 124, KIND = 156, PREFIX = 345, PREFIX_LEN = 155 };
    Str long_path = STR_NONE;
    for (size_t at = 0; at + TAR_BLOCK <= tar.len && tar.ptr[at];) {
        Str head = str_sub(tar, at, at + TAR_BLOCK);
        uint64_t size = octal(str_sub(head, SIZE, SIZE + 12));
        at += TAR_BLOCK;
        if (size > tar.len - at) return;
        Str body = str_sub(tar, at, at + (size_t)size);
        at += ((size_t)size + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
        if (head.ptr[KIND] == 'x') {
            long_path = pax_path(body);
            continue;
        }
        Str path =
            str_join(arena, field(head, PREFIX, PREFIX_LEN), STR("/"), field(head, NAME, NAME_LEN));
        if (long_path.len) path = long_path;
        long_path = STR_NONE;
        if (head.ptr[KIND] != '0' || (wanted && !wanted(arg, path))) continue;
        VEC_PUSH(arena, out, (SourceFile){path, body});
    }
}

// A copy of a repository may lack its largest files, and git then archives nothing: their paths, as
// pathspecs that leave them out, behind args[count].
static Fail exclude_missing(Ctx *cx, const char *git_dir, const char *revision, const char **args,
                            size_t count)
{
    Str listed, tree, line;
    const char *list[] = {"rev-list", "--objects", "--missing=print", "--no-walk", revision, NULL};
    const char *names[] = {"ls-tree", "-r", "-z", "--full-tree", revision, NULL};
    size_t first = count;
    TRY(run(cx, git_dir, list, &listed));
    TRY(run(cx, git_dir, names, &tree));
    Map missing = {0};
    while (str_next(&listed, '\n', &line))
        if (str_starts(line, STR("?"))) map_put(cx->arena, &missing, str_sub(line, 1, line.len), 1);
    while (str_next(&tree, '\0', &line)) { // "MODE blob OBJECT<tab>PATH"
        size_t tab = str_find(line, '\t'), blank = str_find_last(str_sub(line, 0, tab), ' ');
        if (!map_get(&missing, str_sub(line, blank + 1, tab), NULL)) continue;
        if (count - first == MOST_MISSING)
            return FAIL(cx->arena, UNAVAILABLE, "too many files of %s are missing", git_dir);
        Str path = str_sub(line, tab + 1, line.len);
        args[count++] = str_format(cx->arena, ":(top,literal,exclude)" STR_FMT, STR_ARG(path)).ptr;
    }
    return NULL;
}

Fail source_files(Ctx *cx, const char *git_dir, Str revision,
                  bool (*wanted)(const void *arg, Str path), const void *arg, SourceFiles *out)
{
    Str tar;
    const char *name = str_cstr(cx->arena, revision);
    const char *args[MOST_MISSING + 6] = {"archive", "--format=tar", name};
    Fail fail = run(cx, git_dir, args, &tar);
    if (fail) {
        args[3] = "--", args[4] = ".";
        TRY(exclude_missing(cx, git_dir, name, args, 5));
        TRY(run(cx, git_dir, args, &tar));
    }
    *out = (SourceFiles){0};
    source_read_tar(cx->arena, tar, wanted, arg, out);
    return NULL;
}

// ---- commits

Fail source_commits(Ctx *cx, const char *git_dir, Str revision, int most, SourceCommits *out)
{
    Str text, record;
    const char *count = str_format(cx->arena, "--max-count=%d", most).ptr;
    const char *args[] = {"log",
                          "--no-merges",
                          "--no-renames",
                          "--name-only",
                          "--format=%x01%s",
                          count,
                          str_cstr(cx->arena, revision),
                          NULL};
    TRY(run(cx, git_dir, args, &text));
    *out = (SourceCommits){0};
    while (str_next(&text, '\1', &record)) {
        SourceCommit commit = {0};
        str_next(&record, '\n', &commit.subject);
        while (record.len && record.ptr[0] == '\n') record = str_sub(record, 1, record.len);
        commit.paths = record;
        for (Str path; str_next(&record, '\n', &path);) commit.path_count += path.len > 0;
        if (commit.subject.len && commit.path_count) VEC_PUSH(cx->arena, out, commit);
    }
    return NULL;
}
