// index/git_log.c
#include "index/git_log.h"

#include "base/map.h"
#include "base/vec.h"
#include "index/git_command.h"
#include "index/git_head.h"

typedef VEC(GitCommit) Commits;
typedef VEC(BlameRange) Ranges;
typedef VEC(HistoryEntry) Entries;
typedef VEC(HistoryChange) Changes;

static bool to_u32(Str s, uint32_t *out)
{
    int64_t number;
    if (!str_to_int(s, &number) || number < 0 || number > UINT32_MAX) return false;
    *out = (uint32_t)number;
    return true;
}

// --- blame --porcelain: "id was now [count]", facts of commits not seen before, tab and the line

typedef struct BlameReader {
    Arena *arena;
    Map seen; // commits by id
    Commits commits;
    Ranges ranges;
    VEC(Str) was_paths; // of each commit, the one that was named last
} BlameReader;

static bool read_head(BlameReader *reader, Str line, uint32_t *was, uint32_t *now, uint32_t *commit)
{
    Str id, word;
    if (!str_next(&line, ' ', &id) || !git_is_commit_id(id)) return false;
    if (!str_next(&line, ' ', &word) || !to_u32(word, was)) return false;
    if (!str_next(&line, ' ', &word) || !to_u32(word, now) || !*now) return false;
    uint64_t *number = map_at(reader->arena, &reader->seen, id, reader->commits.len);
    *commit = (uint32_t)*number;
    if (*number < reader->commits.len) return true;
    VEC_PUSH(reader->arena, &reader->commits, (GitCommit){.id = id});
    VEC_PUSH(reader->arena, &reader->was_paths, STR_NONE);
    return true;
}

static void read_fact(BlameReader *reader, Str line, uint32_t number)
{
    GitCommit *commit = &reader->commits.items[number];
    Str value = line, key = STR_NONE;
    if (!str_next(&value, ' ', &key)) return;
    if (str_eq(key, STR("author"))) commit->author = value;
    else if (str_eq(key, STR("author-mail")) && value.len > 2)
        commit->email = str_sub(value, 1, value.len - 1);
    else if (str_eq(key, STR("author-time"))) (void)str_to_int(value, &commit->time_s);
    else if (str_eq(key, STR("summary"))) commit->subject = value;
    else if (str_eq(key, STR("filename"))) reader->was_paths.items[number] = value;
}

static void add_line(BlameReader *reader, uint32_t was, uint32_t now, uint32_t commit, Str text)
{
    BlameRange *last = reader->ranges.len ? &reader->ranges.items[reader->ranges.len - 1] : NULL;
    if (last && last->commit == commit && last->last_line + 1 == now &&
        last->was_line + (now - last->first_line) == was) {
        last->last_line = now;
        return;
    }
    BlameRange range = {now, now, was, reader->was_paths.items[commit], commit, text};
    VEC_PUSH(reader->arena, &reader->ranges, range);
}

bool blame_parse(Arena *arena, Str text, Blame *out)
{
    BlameReader reader = {.arena = arena};
    uint32_t was = 0, now = 0, commit = 0;
    bool inside = false; // of a group
    for (Str line; str_next(&text, '\n', &line);) {
        bool content = inside && str_starts(line, STR("\t"));
        if (!line.len && !text.ptr) break; // behind the last line end
        if (content) add_line(&reader, was, now, commit, str_sub(line, 1, line.len));
        else if (inside) read_fact(&reader, line, commit);
        else if (!read_head(&reader, line, &was, &now, &commit)) return false;
        inside = !content;
    }
    *out =
        (Blame){reader.commits.items, reader.ranges.items, reader.commits.len, reader.ranges.len};
    return !inside;
}

// --- log: records that begin with RS; fields between US; then, by NUL, lines of --numstat

static const char log_format[] = "--format=%x1e%H%x1f%at%x1f%an%x1f%ae%x1f%s";

static bool read_change(Arena *arena, Str *rest, Changes *changes)
{
    Str line, added, deleted;
    if (!str_next(rest, '\0', &line)) return false;
    while (str_starts(line, STR("\n"))) line = str_sub(line, 1, line.len);
    if (!str_next(&line, '\t', &added) || !str_next(&line, '\t', &deleted)) return line.len == 0;
    HistoryChange change = {.path = line, .binary = str_eq(added, STR("-"))};
    uint32_t number = 0;
    if (to_u32(added, &number)) change.added = number;
    if (to_u32(deleted, &number)) change.deleted = number;
    if (!line.len &&
        !(str_next(rest, '\0', &change.was_path) && str_next(rest, '\0', &change.path)))
        return false;
    VEC_PUSH(arena, changes, change);
    return true;
}

static bool read_record(Arena *arena, Str record, HistoryEntry *out)
{
    Str head, time, rest = record;
    Changes changes = {0};
    GitCommit *commit = &out->commit;
    if (!str_next(&rest, '\0', &head)) return false;
    if (!str_next(&head, '\x1f', &commit->id) || !git_is_commit_id(commit->id)) return false;
    if (!str_next(&head, '\x1f', &time) || !str_to_int(time, &commit->time_s)) return false;
    if (!str_next(&head, '\x1f', &commit->author)) return false;
    if (!str_next(&head, '\x1f', &commit->email)) return false;
    commit->subject = head;
    while (rest.len)
        if (!read_change(arena, &rest, &changes)) return false;
    out->changes = changes.items;
    out->change_count = changes.len;
    return true;
}

bool history_parse(Arena *arena, Str text, History *out)
{
    Entries entries = {0};
    Str before;
    if (text.len && (!str_next(&text, '\x1e', &before) || before.len)) return false;
    while (text.len) {
        Str record = STR_NONE;
        HistoryEntry entry = {0};
        str_next(&text, '\x1e', &record);
        if (!read_record(arena, record, &entry)) return false;
        VEC_PUSH(arena, &entries, entry);
    }
    *out = (History){.entries = entries.items, .count = entries.len};
    return true;
}

// --- asking git

static Fail ask(Ctx *cx, const Workspace *workspace, const char *const *args, Str path, Str *text)
{
    int exit_code = 0;
    if (!workspace->git)
        return FAIL(cx->arena, UNAVAILABLE, STR_FMT " is not in a git repository",
                    STR_ARG(workspace->root));
    TRY(git_command_run(cx, str_cstr(cx->arena, workspace->root), args, text, &exit_code));
    if (exit_code == 0) return NULL;
    return FAIL(cx->arena, NOT_FOUND,
                "git %s finds nothing of " STR_FMT ": it is not committed, or had fewer lines",
                args[0], STR_ARG(path));
}

static Fail no_sense(Ctx *cx, const char *command)
{
    return FAIL(cx->arena, IO, "git %s printed something that is not understood", command);
}

// "./" keeps a path from being read as an option or as magic.
static const char *path_argument(Arena *arena, Str path)
{
    return str_format(arena, "./" STR_FMT, STR_ARG(path)).ptr;
}

Fail git_blame(Ctx *cx, const Workspace *workspace, Str path, uint32_t first_line,
               uint32_t last_line, Blame *out)
{
    const char *lines = last_line ? str_format(cx->arena, "-L%u,%u", first_line, last_line).ptr
                                  : str_format(cx->arena, "-L%u,", first_line).ptr;
    const char *args[] = {
        "blame", "--no-textconv", "--porcelain", lines, "--", path_argument(cx->arena, path), NULL};
    Str text = STR_NONE;
    TRY(ask(cx, workspace, args, path, &text));
    return blame_parse(cx->arena, text, out) ? NULL : no_sense(cx, "blame");
}

// Nothing that the repository's configuration names is run.
#define SAFE "-z", "-M", "--no-ext-diff", "--no-textconv"

Fail git_history(Ctx *cx, const Workspace *workspace, const HistoryQuery *query, History *out)
{
    Arena *arena = cx->arena;
    const char *most = str_format(arena, "--max-count=%u", query->most + 1).ptr;
    const char *path = path_argument(arena, query->path);
    const char *lines =
        str_format(arena, "-L%u,%u:%s", query->first_line, query->last_line, path).ptr;
    const char *of_lines[] = {"log", SAFE, "-s", log_format, most, lines, NULL};
    const char *of_file[] = {"log", SAFE, "--follow", "--numstat", log_format,
                             most,  "--", path,       NULL};
    const char *of_folder[] = {"log", SAFE, "--numstat", log_format, most, "--", path, NULL};
    Str text = STR_NONE;
    bool some_lines = query->first_line > 0;
    TRY(ask(cx, workspace,
            some_lines    ? of_lines
            : query->file ? of_file
                          : of_folder,
            query->path, &text));
    if (!history_parse(arena, text, out)) return no_sense(cx, "log");
    out->more = out->count > query->most;
    if (out->more) out->count = query->most;
    return NULL;
}
