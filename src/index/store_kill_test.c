// index/store_kill_test.c - writers killed at any moment, readers that look on: `current` always
// leads to one whole snapshot. CQ_LONG=1 kills more than a thousand times.
#include "index/store.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/check.h"
#include "support/folder.h"

enum { CONTENT = 1, MOST_FILES = 40, MOST_BYTES = 60000, READERS = 3 };

static Store *open_store(const Folder *folder)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Store *store;
    StoreSpec spec = {str_from(folder->path), STR("/proj"), 1};
    assert_null(store_open(&cx, &spec, &store));
    arena_fini(&arena);
    return store;
}

static uint64_t mix(uint64_t x)
{
    x = (x ^ x >> 31) * 0x9e3779b97f4a7c15u;
    return x ^ x >> 29;
}

// All of snapshot `number` follows from its number.
static Str content_of(Arena *arena, uint64_t number)
{
    size_t len = (size_t)(mix(number) % MOST_BYTES);
    char *bytes = arena_alloc(arena, len);
    for (size_t i = 0; i < len; i++) bytes[i] = (char)mix(number * 131 + i / 8);
    return (Str){bytes, len};
}

static size_t files_of(Arena *arena, uint64_t number, FileEntry *files)
{
    size_t count = 1 + (size_t)(mix(number + 7) % MOST_FILES);
    for (size_t i = 0; i < count; i++)
        files[i] =
            (FileEntry){.path = str_format(arena, "file-%03zu-%llu", i, (unsigned long long)number),
                        .row = {.ordinal = (uint32_t)i, .size_bytes = number}};
    return count;
}

static Fail publish_next(Ctx *cx, const Store *store, StoreWriter *writer)
{
    FileEntry files[MOST_FILES];
    Snapshot *out;
    uint32_t part;
    uint64_t number = 1;
    (void)store;
    if (writer->base) memcpy(&number, writer->base->note.ptr, sizeof number), number++;
    size_t count = files_of(cx->arena, number, files);
    TRY(store_add(cx, writer, &(SegmentSection){CONTENT, content_of(cx->arena, number)}, 1,
                  (uint32_t)count, &part));
    StorePublish publish = {.files = files,
                            .file_count = count,
                            .note = {(const char *)&number, sizeof number},
                            .keep = 1 + number % 3};
    TRY(store_publish(cx, writer, &publish, &out));
    snapshot_close(out);
    return NULL;
}

static Fail write_once(Ctx *cx, const Store *store)
{
    StoreWriter *writer;
    TRY(store_begin(cx, store, NS_PER_S, &writer));
    if (!writer) return NULL;
    Fail fail = writer->base_trouble ? writer->base_trouble : publish_next(cx, store, writer);
    fail = problem_copy(cx->arena, fail);
    store_end(cx, writer);
    return fail;
}

static void write_on(const Store *store, int times)
{
    for (; times; times--) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        Fail fail = write_once(&cx, store);
        if (fail) {
            fprintf(stderr, STR_FMT "\n", STR_ARG(fail->detail));
            abort();
        }
        arena_fini(&arena);
    }
}

// Aborts when the current snapshot is not one whole snapshot. Its number; 0 when there is none.
static uint64_t read_once(const Store *store)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    FileEntry files[MOST_FILES];
    FileTable table;
    Snapshot *snapshot;
    uint64_t number = 0;
    Fail fail = store_read(&cx, store, &snapshot);
    if (!fail && snapshot) {
        memcpy(&number, snapshot->note.ptr, sizeof number);
        size_t count = files_of(&arena, number, files);
        Str got = segment_section(snapshot->parts[0].segment, CONTENT);
        fail = snapshot_files(&cx, snapshot, &table);
        if (!fail) fail = snapshot_verify(&cx, snapshot);
        bool right = !fail && table.count == count && snapshot->parts[0].live_count == count &&
                     str_eq(got, content_of(&arena, number)) &&
                     str_eq(filetable_path(&table, count - 1), files[count - 1].path);
        if (!fail && !right) abort();
        snapshot_close(snapshot);
    }
    if (fail) {
        fprintf(stderr, STR_FMT "\n", STR_ARG(fail->detail));
        abort();
    }
    arena_fini(&arena);
    return number;
}

static pid_t start_writer(const Store *store)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid) return pid;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    write_on(store, -1);
    _exit(0);
}

static int end_of(pid_t pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
    return status;
}

// Snapshots and their segments, the lock, `current`, README: after a writer began, nothing else.
static void expect_no_leftovers(const Store *store)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    StoreWriter *writer;
    StoreVersion *versions;
    size_t count;
    uint64_t bytes, known = 0;
    assert_null(store_begin(&cx, store, NS_PER_S, &writer));
    assert_non_null(writer);
    assert_null(writer->base_trouble);
    assert_null(store_versions(&cx, store, &versions, &count));
    for (size_t i = 0; i < count; i++) {
        assert_null(versions[i].trouble);
        known += versions[i].manifest_bytes + versions[i].head.segment_bytes;
    }
    assert_null(store_bytes(&cx, store, &bytes));
    assert_true(bytes >= known && bytes - known < 200);
    store_end(&cx, writer);
    arena_fini(&arena);
}

static void killed_writers(void **state)
{
    (void)state;
    int kills = getenv("CQ_LONG") ? 1500 : 60;
    uint64_t random = 5, last = 0, moved = 0;
    Folder folder;
    folder_make(&folder);
    Store *store = open_store(&folder);
    for (int i = 0; i < kills; i++) {
        pid_t writer = start_writer(store);
        random = mix(random + (uint64_t)i);
        usleep((useconds_t)(random % 20000));
        kill(writer, SIGKILL);
        int status = end_of(writer);
        assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
        uint64_t now = read_once(store);
        assert_true(now >= last);
        moved += now > last;
        last = now;
        if (i % 5 == 4) expect_no_leftovers(store);
    }
    print_message("%d kills, %llu snapshots\n", kills, (unsigned long long)last);
    assert_true(moved > 0);
    store_close(store);
    folder_remove(&folder);
}

typedef struct Reader {
    const Store *store;
    Flag *stop;
    Thread thread;
    uint64_t reads, changes;
} Reader;

static void read_on(void *arg)
{
    Reader *reader = arg;
    uint64_t last = 0;
    while (!flag_get(reader->stop)) {
        uint64_t now = read_once(reader->store);
        if (now < last) abort();
        reader->changes += now > last;
        reader->reads++;
        last = now;
    }
}

static void readers_beside_a_writer(void **state)
{
    (void)state;
    Folder folder;
    folder_make(&folder);
    Store *store = open_store(&folder);
    Flag stop = {0};
    Reader readers[READERS] = {0};
    for (int i = 0; i < READERS; i++) {
        readers[i] = (Reader){.store = store, .stop = &stop};
        assert_true(thread_start(&readers[i].thread, read_on, &readers[i], "reader"));
    }
    write_on(store, 40);
    flag_set(&stop, 1);
    uint64_t reads = 0;
    for (int i = 0; i < READERS; i++) {
        thread_join(&readers[i].thread);
        reads += readers[i].reads;
    }
    assert_true(reads > 0);
    assert_int_equal(read_once(store), 40);
    store_close(store);
    folder_remove(&folder);
}

// One snapshot, many threads: they share what was checked.
static void use_shared(void *arg)
{
    const Snapshot *snapshot = arg;
    Str whole = segment_section(snapshot->parts[0].segment, CONTENT);
    for (size_t from = 0; from + 10 < whole.len; from += 500)
        if (!segment_part(snapshot->parts[0].segment, CONTENT, from, 10).ptr) abort();
}

static void readers_share_a_snapshot(void **state)
{
    (void)state;
    Folder folder;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Snapshot *snapshot;
    Thread threads[READERS];
    folder_make(&folder);
    Store *store = open_store(&folder);
    write_on(store, 3);
    assert_null(store_read(&cx, store, &snapshot));
    for (int i = 0; i < READERS; i++)
        assert_true(thread_start(&threads[i], use_shared, snapshot, "reader"));
    for (int i = 0; i < READERS; i++) thread_join(&threads[i]);
    assert_null(snapshot_intact(&cx, snapshot));
    snapshot_close(snapshot);
    store_close(store);
    arena_fini(&arena);
    folder_remove(&folder);
}

static void several_writing_processes(void **state)
{
    (void)state;
    Folder folder;
    pid_t writers[READERS];
    folder_make(&folder);
    Store *store = open_store(&folder);
    for (int i = 0; i < READERS; i++) {
        writers[i] = fork();
        if (!writers[i]) {
            write_on(store, 10);
            _exit(0);
        }
    }
    for (int i = 0; i < 50; i++) read_once(store);
    for (int i = 0; i < READERS; i++) assert_int_equal(end_of(writers[i]), 0);
    assert_true(read_once(store) > 0);
    store_close(store);
    folder_remove(&folder);
}

// As on a full disk: writing stops at some byte. The old snapshot stays, nothing is left behind.
static void no_room(void **state)
{
    (void)state;
    Folder folder;
    struct rlimit old;
    folder_make(&folder);
    Store *store = open_store(&folder);
    write_on(store, 5);
    uint64_t failed = 0, before, after;
    getrlimit(RLIMIT_FSIZE, &old);
    signal(SIGXFSZ, SIG_IGN);
    for (rlim_t most = 0; most < 8000; most += 501) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        assert_null(store_bytes(&cx, store, &before));
        uint64_t number = read_once(store);
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){most, old.rlim_max});
        Fail fail = write_once(&cx, store);
        setrlimit(RLIMIT_FSIZE, &old);
        if (fail) {
            failed++;
            assert_int_equal(fail->kind, PROBLEM_IO);
            assert_int_equal(read_once(store), number);
            assert_null(store_bytes(&cx, store, &after));
            assert_true(after <= before + 64); // current.tmp, at most
        }
        arena_fini(&arena);
    }
    signal(SIGXFSZ, SIG_DFL);
    assert_true(failed > 0);
    expect_no_leftovers(store);
    store_close(store);
    folder_remove(&folder);
}

int index_store_kill_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(killed_writers),
        cmocka_unit_test(readers_beside_a_writer),
        cmocka_unit_test(readers_share_a_snapshot),
        cmocka_unit_test(several_writing_processes),
        cmocka_unit_test(no_room),
    };
    return RUN_TESTS(tests);
}
