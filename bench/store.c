// bench/store.c - the index on disk: looking for changes against the bare system calls, opening
// against reading, publishing against writing one file.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"
#include "index/freshness.h"
#include "index/store.h"

typedef struct State {
    Arena arena;
    Ctx cx;
    char dir[64];
    Pool *pool;
    Workspace workspace;
    Selection selection;
    Freshness first; // with its universe
    FileEntry *entries;
    size_t count;
    FileTable table;
    Segment *segment;
    Store *store;
    SegmentSection content;
} State;

static void teardown(void *arg)
{
    State *state = arg;
    char command[128];
    store_close(state->store);
    segment_close(state->segment);
    workspace_close(&state->workspace);
    pool_free(state->pool);
    snprintf(command, sizeof command, "rm -rf '%s'", state->dir);
    if (system(command)) {}
    arena_fini(&state->arena);
    free(state);
}

// A table of the tree's files as of an hour from now, so that none is racy.
static Fail make_table(State *state)
{
    Ctx *cx = &state->cx;
    SegmentSection sections[FILETABLE_SECTIONS];
    FreshnessSpec spec = {
        .workspace = &state->workspace, .selection = &state->selection, .pool = state->pool};
    TRY(freshness_check(cx, &spec, &state->first));
    TRY(freshness_apply(cx, &(FileTable){0}, &state->first, &state->entries, &state->count));
    TRY(filetable_build(cx, state->entries, state->count, sections));
    state->segment = segment_in_memory(sections, FILETABLE_SECTIONS);
    return filetable_open(cx, state->segment, &state->table);
}

static Fail setup(const BenchEnv *env, void **out, uint64_t *bytes)
{
    State *state = calloc(1, sizeof *state);
    state->cx = ctx_child(env->cx, &state->arena);
    *out = state;
    snprintf(state->dir, sizeof state->dir, "/tmp/cq-bench.XXXXXX");
    if (!mkdtemp(state->dir)) return FAIL(env->cx->arena, IO, "no folder for the benchmark");
    state->pool = pool_new((PoolSpec){.cpu_workers = os_cpu_count() - 1});
    TRY(workspace_open(&state->cx, str_from(env->dir), true, &state->workspace));
    TRY(make_table(state));
    StoreSpec spec = {str_from(state->dir), state->workspace.root, 1};
    TRY(store_open(&state->cx, &spec, &state->store));
    state->content = (SegmentSection){1, {arena_alloc(&state->arena, 1 << 20), 1 << 20}};
    *bytes = state->count;
    return NULL;
}

static Fail look(const BenchEnv *env, void *arg)
{
    State *state = arg;
    Freshness fresh;
    (void)env;
    FreshnessSpec spec = {.workspace = &state->workspace,
                          .selection = &state->selection,
                          .pool = state->pool,
                          .table = &state->table,
                          .looked_ns = INT64_MAX};
    Arena arena = {0};
    Ctx cx = ctx_child(&state->cx, &arena);
    Fail fail = problem_copy(state->cx.arena, freshness_check(&cx, &spec, &fresh));
    if (!fail && fresh.change_count) fail = FAIL(state->cx.arena, INTERNAL, "the tree changed");
    arena_fini(&arena);
    return fail;
}

static Fail list(const BenchEnv *env, void *arg)
{
    State *state = arg;
    Universe universe;
    (void)env;
    Arena arena = {0};
    Ctx cx = ctx_child(&state->cx, &arena);
    Fail fail = universe_list(&cx, &state->workspace, &state->selection, state->pool, &universe);
    fail = problem_copy(state->cx.arena, fail);
    arena_fini(&arena);
    return fail;
}

static void stat_one(void *arg, size_t index, int slot)
{
    State *state = arg;
    struct stat st;
    (void)slot;
    const char *path = state->first.universe.files[index].path.ptr;
    if (fstatat(state->workspace.dir.fd, path, &st, AT_SYMLINK_NOFOLLOW)) {}
}

static Fail stat_all(const BenchEnv *env, void *arg)
{
    State *state = arg;
    pool_each(state->pool, env->cx, state->first.universe.count, 128, stat_one, state);
    return NULL;
}

static Fail publish(const BenchEnv *env, void *arg)
{
    State *state = arg;
    StoreWriter *writer;
    Snapshot *snapshot;
    uint32_t number;
    (void)env;
    Arena arena = {0};
    Ctx cx = ctx_child(&state->cx, &arena);
    StorePublish spec = {.files = state->entries, .file_count = state->count, .keep = 1};
    Fail fail = store_begin(&cx, state->store, NS_PER_S, &writer);
    if (!fail) {
        fail = store_add(&cx, writer, &state->content, 1, 1, &number);
        if (!fail) fail = store_publish(&cx, writer, &spec, &snapshot);
        if (!fail) snapshot_close(snapshot);
        store_end(&cx, writer);
    }
    fail = problem_copy(state->cx.arena, fail);
    arena_fini(&arena);
    return fail;
}

// The same bytes in one file, brought to the disk.
static Fail write_one(const BenchEnv *env, void *arg)
{
    State *state = arg;
    char path[96];
    (void)env;
    SegmentInfo info = segment_info(state->segment);
    snprintf(path, sizeof path, "%s/one", state->dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (write(fd, state->content.bytes.ptr, 1 << 20) < 0) {}
    for (uint64_t left = info.bytes; left;) {
        size_t len = (size_t)MIN(left, (uint64_t)1 << 20);
        if (write(fd, state->content.bytes.ptr, len) < 0) break;
        left -= len;
    }
    fsync(fd);
    close(fd);
    return NULL;
}

static Fail setup_read(const BenchEnv *env, void **out, uint64_t *bytes)
{
    TRY(setup(env, out, bytes));
    return publish(env, *out);
}

static Fail read_it(const BenchEnv *env, void *arg)
{
    State *state = arg;
    Snapshot *snapshot;
    FileTable table;
    (void)env;
    Arena arena = {0};
    Ctx cx = ctx_child(&state->cx, &arena);
    Fail fail = store_read(&cx, state->store, &snapshot);
    if (!fail) fail = snapshot_files(&cx, snapshot, &table);
    if (!fail) segment_section(snapshot->parts[0].segment, 1);
    if (!fail) snapshot_close(snapshot);
    fail = problem_copy(state->cx.arena, fail);
    arena_fini(&arena);
    return fail;
}

static Fail open_it(const BenchEnv *env, void *arg)
{
    State *state = arg;
    Snapshot *snapshot;
    (void)env;
    Arena arena = {0};
    Ctx cx = ctx_child(&state->cx, &arena);
    Fail fail = problem_copy(state->cx.arena, store_read(&cx, state->store, &snapshot));
    if (!fail) snapshot_close(snapshot);
    arena_fini(&arena);
    return fail;
}

static Fail read_plain(const BenchEnv *env, void *arg)
{
    State *state = arg;
    (void)env;
    Arena arena = {0};
    Ctx cx = ctx_child(&state->cx, &arena);
    OsFile dir = OS_FILE_NONE;
    Str text;
    Fail fail = os_open(&cx, OS_CWD, store_folder(state->store).ptr, OS_FOLLOW, &dir);
    OsEntry *entries;
    size_t count = 0;
    if (!fail) fail = os_list(&cx, dir, &entries, &count);
    for (size_t i = 0; !fail && i < count; i++)
        fail = os_read_file(&cx, dir, entries[i].name, SIZE_MAX / 2, &text);
    os_close(&dir);
    fail = problem_copy(state->cx.arena, fail);
    arena_fini(&arena);
    return fail;
}

const BenchCase bench_store[] = {
    {"fresh_files", "no change: list the files, one lstat each, compare with the table",
     "lstat of the same files on the same threads", setup, look, stat_all, teardown, 15},
    {"fresh_listing", "... listing the files alone", "lstat of them", setup, list, stat_all,
     teardown, 15},
    {"snapshot_open", "current snapshot, files mapped, heads checked", "reading its files whole",
     setup_read, open_it, read_plain, teardown, 25},
    {"snapshot_read", "... and its table of files and 1 MiB of content checked",
     "reading its files whole", setup_read, read_it, read_plain, teardown, 25},
    {"snapshot_publish", "1 MiB of content and the table of files, with every sync",
     "the same bytes in one file, synced once", setup, publish, write_one, teardown, 15},
    {0},
};
