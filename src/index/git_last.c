// index/git_last.c - the file: rows by path, commits, texts; all checked when it is opened.
#include "index/git_last.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/vec.h"
#include "index/git_command.h"
#include "index/segment.h"

#define LAST_NAME "git.commits"
#define MOST_TIME_S INT64_C(253402300799) // the end of the year 9999

enum {
    LAST_VERSION = 1,
    LAST_HEAD = 1, // section ids
    LAST_ROWS,
    LAST_COMMITS,
    LAST_TEXT,
    STEP = 1000,      // commits of the past at once, at first; then twice as many
    MOST_PAST = 4000, // ... in one update: a build is not to wait for more
    MOST_NEW = 20000, // commits since the last update; for more, it begins anew
    ID_BYTES = 64,
    BRANCH_BYTES = 256,
};

typedef struct LastHead {
    uint32_t version, complete;
    uint64_t read, newer, changed, untracked;
    char tip[ID_BYTES];  // all `newer` commits from walk to tip are known; padded with NUL
    char walk[ID_BYTES]; // of the past of this one, `read` commits are known
    char branch[BRANCH_BYTES];
} LastHead;

typedef struct LastRow {
    uint32_t path_from, path_len;
    uint32_t commit;
} LastRow;

typedef struct LastCommit {
    char id[ID_BYTES];
    int64_t time_s;
    uint32_t author_from, author_len;
} LastCommit;
_Static_assert(sizeof(LastHead) == 424 && sizeof(LastRow) == 12 && sizeof(LastCommit) == 80,
               "they lie in files");

struct GitLast {
    Segment *segment;
    const LastHead *head;
    const LastRow *rows;
    const LastCommit *commits;
    size_t row_count, commit_count;
    Str text;
};

static Str padded(const char *text, size_t most)
{
    return (Str){text, str_find((Str){text, most}, '\0')};
}

// --- reading

static bool lies_in(const GitLast *last, uint32_t from, uint32_t len)
{
    return (uint64_t)from + len <= last->text.len;
}

static Str path_of(const GitLast *last, size_t row)
{
    return (Str){last->text.ptr + last->rows[row].path_from, last->rows[row].path_len};
}

static bool is_sound(const GitLast *last)
{
    if (!last->head || last->head->version != LAST_VERSION) return false;
    for (size_t i = 0; i < last->commit_count; i++) {
        const LastCommit *commit = &last->commits[i];
        if (!lies_in(last, commit->author_from, commit->author_len)) return false;
    }
    for (size_t i = 0; i < last->row_count; i++) {
        const LastRow *row = &last->rows[i];
        if (row->commit >= last->commit_count || !lies_in(last, row->path_from, row->path_len))
            return false;
        if (i && str_cmp(path_of(last, i - 1), path_of(last, i)) >= 0) return false;
    }
    return true;
}

static bool take_sections(GitLast *last)
{
    Str head = segment_section(last->segment, LAST_HEAD);
    Str rows = segment_section(last->segment, LAST_ROWS);
    Str commits = segment_section(last->segment, LAST_COMMITS);
    if (head.len != sizeof(LastHead)) return false;
    last->head = (const LastHead *)(const void *)head.ptr;
    last->rows = (const LastRow *)(const void *)rows.ptr;
    last->row_count = rows.len / sizeof(LastRow);
    last->commits = (const LastCommit *)(const void *)commits.ptr;
    last->commit_count = commits.len / sizeof(LastCommit);
    last->text = segment_section(last->segment, LAST_TEXT);
    return is_sound(last);
}

static Fail open_folder(Ctx *cx, Str folder, OsFile *out)
{
    return os_open(cx, OS_CWD, str_cstr(cx->arena, folder), OS_NOFOLLOW, out);
}

Fail git_last_open(Ctx *cx, Str folder, GitLast **out)
{
    OsFile dir = OS_FILE_NONE;
    GitLast *last = mem_alloc(sizeof *last);
    *out = NULL;
    Fail fail = open_folder(cx, folder, &dir);
    if (!fail) fail = segment_open(cx, dir, LAST_NAME, &last->segment);
    os_close(&dir);
    if (!fail && take_sections(last)) {
        *out = last;
        return NULL;
    }
    git_last_close(last);
    return ctx_check(cx);
}

void git_last_close(GitLast *last)
{
    if (!last) return;
    segment_close(last->segment);
    mem_free(last);
}

GitLastInfo git_last_info(const GitLast *last)
{
    const LastHead *head = last->head;
    return (GitLastInfo){.head = {padded(head->tip, ID_BYTES), padded(head->branch, BRANCH_BYTES)},
                         .dirty = {head->changed, head->untracked},
                         .files = last->row_count,
                         .read = head->read + head->newer,
                         .complete = head->complete};
}

Str git_last_at(const GitLast *last, size_t index, GitCommit *out)
{
    const LastCommit *commit = &last->commits[last->rows[index].commit];
    *out = (GitCommit){.id = padded(commit->id, ID_BYTES),
                       .author = {last->text.ptr + commit->author_from, commit->author_len},
                       .time_s = commit->time_s};
    return path_of(last, index);
}

bool git_last_of(const GitLast *last, Str path, GitCommit *out)
{
    size_t low = 0, high = last->row_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (str_cmp(path_of(last, middle), path) < 0) low = middle + 1;
        else high = middle;
    }
    if (low == last->row_count || !str_eq(path_of(last, low), path)) return false;
    git_last_at(last, low, out);
    return true;
}

// --- gathering

typedef struct Entry { // of one path
    Str path;
    size_t commit; // in Gather.commits
    bool is_new;   // of a commit since the last update
} Entry;

typedef struct Gather {
    Ctx *cx;
    const GitLastSpec *spec;
    GitHead head;
    Str walk;
    uint64_t read, newer; // commits of its past; since then
    bool complete;
    Map paths; // -> entries
    VEC(Entry) entries;
    VEC(GitCommit) commits;
} Gather;

static void take_path(Gather *g, Str path, bool is_new)
{
    uint64_t *at = map_at(g->cx->arena, &g->paths, path, g->entries.len);
    Entry entry = {path, g->commits.len - 1, is_new};
    if (*at == g->entries.len) VEC_PUSH(g->cx->arena, &g->entries, entry);
    else if (is_new && !g->entries.items[*at].is_new) g->entries.items[*at] = entry;
}

static bool take_head(Gather *g, Str token)
{
    GitCommit commit = {0};
    Str time, rest = str_sub(token, 1, token.len);
    if (!str_starts(token, STR("\x1e"))) return false;
    if (!str_next(&rest, '\x1f', &commit.id) || !git_is_commit_id(commit.id)) return false;
    if (!str_next(&rest, '\x1f', &time) || !str_to_int(time, &commit.time_s)) return false;
    commit.time_s = MAX(MIN(commit.time_s, MOST_TIME_S), (int64_t)0);
    commit.author = rest;
    VEC_PUSH(g->cx->arena, &g->commits, commit);
    return true;
}

// Commits, newest first: RS id US time US author NUL, a line end, paths that each end with NUL.
static size_t take_log(Gather *g, Str text, bool is_new)
{
    size_t count = 0;
    bool first = false;
    for (Str token; text.len && str_next(&text, '\0', &token);) {
        if (take_head(g, token)) {
            count++;
            first = true;
            continue;
        }
        if (first && str_starts(token, STR("\n"))) token = str_sub(token, 1, token.len);
        if (token.len && count) take_path(g, token, is_new);
        first = false;
    }
    return count;
}

static Fail ask_log(Gather *g, Str of, Str without, uint64_t skip, size_t most, Str *text)
{
    Ctx *cx = g->cx;
    int exit_code;
    const char *most_arg = str_format(cx->arena, "--max-count=%zu", most).ptr;
    const char *skip_arg = str_format(cx->arena, "--skip=%llu", (unsigned long long)skip).ptr;
    const char *until = str_cstr(cx->arena, of), *since = until; // named again: no effect
    if (without.len) since = str_format(cx->arena, "^" STR_FMT, STR_ARG(without)).ptr;
    const char *args[] = {"log",         "-z",
                          "-c",          "--no-renames",
                          "--name-only", "--no-ext-diff",
                          "--relative",  "--format=%x1e%H%x1f%at%x1f%an",
                          most_arg,      skip_arg,
                          until,         since,
                          "--",          NULL};
    TRY(git_command_run(cx, str_cstr(cx->arena, g->spec->workspace->root), args, text, &exit_code));
    if (!exit_code) return NULL;
    return FAIL(cx->arena, UNAVAILABLE, "git log ended with exit code %d", exit_code);
}

static bool is_ancestor(Gather *g, Str older, Str newer)
{
    Ctx *cx = g->cx;
    Str text;
    int exit_code = 1;
    const char *args[] = {"merge-base", "--is-ancestor", str_cstr(cx->arena, older),
                          str_cstr(cx->arena, newer), NULL};
    const char *dir = str_cstr(cx->arena, g->spec->workspace->root);
    return !git_command_run(cx, dir, args, &text, &exit_code) && exit_code == 0;
}

static void begin_anew(Gather *g)
{
    g->walk = g->head.commit;
    g->read = g->newer = 0;
    g->complete = false;
    g->paths = (Map){0};
    g->entries.len = g->commits.len = 0;
}

static void take_before(Gather *g, const GitLast *last)
{
    Arena *arena = g->cx->arena;
    map_reserve(arena, &g->paths, last->row_count);
    for (size_t i = 0; i < last->commit_count; i++) {
        const LastCommit *from = &last->commits[i];
        GitCommit commit = {.id = padded(from->id, ID_BYTES),
                            .author = {last->text.ptr + from->author_from, from->author_len},
                            .time_s = from->time_s};
        VEC_PUSH(arena, &g->commits, commit);
    }
    for (size_t i = 0; i < last->row_count; i++) {
        Entry entry = {path_of(last, i), last->rows[i].commit, false};
        map_put(arena, &g->paths, entry.path, i);
        VEC_PUSH(arena, &g->entries, entry);
    }
    g->walk = padded(last->head->walk, ID_BYTES);
    g->read = last->head->read;
    g->newer = last->head->newer;
    g->complete = last->head->complete;
}

static Fail read_new(Gather *g, const GitLast *last)
{
    Str text, tip = padded(last->head->tip, ID_BYTES);
    if (str_eq(tip, g->head.commit)) {
        take_before(g, last);
        return NULL;
    }
    if (!is_ancestor(g, tip, g->head.commit)) return NULL;
    take_before(g, last);
    TRY(ask_log(g, g->head.commit, tip, 0, MOST_NEW + 1, &text));
    size_t count = take_log(g, text, true);
    g->newer += count;
    if (count > MOST_NEW) begin_anew(g);
    return NULL;
}

static Fail read_past(Gather *g)
{
    size_t step = g->spec->step ? g->spec->step : STEP, left = MOST_PAST;
    bool go_on = true;
    while (!g->complete && go_on && left) {
        Str text;
        step = MIN(step, left);
        TRY(ask_log(g, g->walk, STR_NONE, g->read, step, &text));
        size_t got = take_log(g, text, false);
        g->read += got;
        g->complete = got < step;
        left -= step;
        step *= 2;
        go_on = g->spec->more && g->spec->more(g->spec->arg);
    }
    return NULL;
}

// --- writing

typedef struct Draft {
    LastRow *rows;
    VEC(LastCommit) commits;
    Buf text;
} Draft;

static uint32_t put_text(Draft *draft, Str text)
{
    uint32_t from = (uint32_t)draft->text.len;
    buf_add(&draft->text, text);
    return from;
}

static void put_commit(Arena *arena, Draft *draft, const GitCommit *from)
{
    LastCommit to = {.time_s = from->time_s, .author_len = (uint32_t)from->author.len};
    memcpy(to.id, from->id.ptr, MIN(from->id.len, sizeof to.id));
    to.author_from = put_text(draft, from->author);
    VEC_PUSH(arena, &draft->commits, to);
}

static int by_path(const void *left, const void *right)
{
    return str_cmp(((const Entry *)left)->path, ((const Entry *)right)->path);
}

// Only the commits that are the last of some file.
static void fill(Gather *g, Draft *draft)
{
    Arena *arena = g->cx->arena;
    uint32_t *numbers = ARENA_ARRAY(arena, uint32_t, g->commits.len); // 1 + the new number
    if (g->entries.len) qsort(g->entries.items, g->entries.len, sizeof *g->entries.items, by_path);
    draft->rows = ARENA_ARRAY(arena, LastRow, g->entries.len);
    draft->text = buf_on(arena);
    for (size_t i = 0; i < g->entries.len; i++) {
        const Entry *entry = &g->entries.items[i];
        if (!numbers[entry->commit]) {
            put_commit(arena, draft, &g->commits.items[entry->commit]);
            numbers[entry->commit] = (uint32_t)draft->commits.len;
        }
        draft->rows[i] =
            (LastRow){.path_len = (uint32_t)entry->path.len, .commit = numbers[entry->commit] - 1};
        draft->rows[i].path_from = put_text(draft, entry->path);
    }
}

static Fail write_file(Gather *g, const GitDirty *dirty)
{
    Ctx *cx = g->cx;
    Draft draft = {0};
    SegmentInfo info;
    OsFile dir;
    LastHead head = {.version = LAST_VERSION,
                     .complete = g->complete,
                     .read = g->read,
                     .newer = g->newer,
                     .changed = dirty->changed,
                     .untracked = dirty->untracked};
    memcpy(head.tip, g->head.commit.ptr, MIN(g->head.commit.len, sizeof head.tip));
    memcpy(head.walk, g->walk.ptr, MIN(g->walk.len, sizeof head.walk));
    memcpy(head.branch, g->head.branch.ptr, MIN(g->head.branch.len, sizeof head.branch));
    fill(g, &draft);
    if (draft.text.len > UINT32_MAX)
        return FAIL(cx->arena, TOO_LARGE, "over 4 GiB of paths in the history");
    const SegmentSection sections[] = {
        {LAST_HEAD, {(const char *)&head, sizeof head}},
        {LAST_ROWS, {(const char *)draft.rows, g->entries.len * sizeof *draft.rows}},
        {LAST_COMMITS,
         {(const char *)draft.commits.items, draft.commits.len * sizeof *draft.commits.items}},
        {LAST_TEXT, buf_str(&draft.text)},
    };
    TRY(open_folder(cx, g->spec->index_folder, &dir));
    Fail fail = segment_write(cx, dir, LAST_NAME, sections, ARRAY_LEN(sections), &info);
    os_close(&dir);
    return fail;
}

static Fail update(Gather *g, const GitLast *before, GitLastInfo *out)
{
    GitDirty dirty;
    TRY(git_head(g->cx, g->spec->workspace, &g->head));
    if (!g->head.commit.len) return FAIL(g->cx->arena, UNAVAILABLE, "nothing is committed yet");
    TRY(git_dirty(g->cx, g->spec->workspace, &dirty));
    begin_anew(g);
    if (before) TRY(read_new(g, before));
    TRY(read_past(g));
    TRY(write_file(g, &dirty));
    *out = (GitLastInfo){g->head, dirty, g->entries.len, g->read + g->newer, g->complete};
    return NULL;
}

Fail git_last_update(Ctx *cx, const GitLastSpec *spec, const GitLast *before, GitLastInfo *out)
{
    Arena arena = {0}; // what git prints is large
    Ctx own = ctx_child(cx, &arena);
    Gather g = {.cx = &own, .spec = spec};
    GitLastInfo info;
    Fail fail = problem_copy(cx->arena, update(&g, before, &info));
    if (!fail) {
        info.head.commit = str_copy(cx->arena, info.head.commit);
        info.head.branch = str_copy(cx->arena, info.head.branch);
        *out = info;
    }
    arena_fini(&arena);
    return fail;
}
