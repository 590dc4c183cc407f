// app/fresh_vectors_test.c - as fresh_test.c, with vectors: whatever happened to files, models and
// what lies beside segments, an answer is that of a clean build or says what it lacks, and the next
// build mends it. CQ_LONG=1 does all of it far more often.
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "retrieve/model.h"
#include "support/check.h"
#include "support/fresh_world.h"

enum { DIMS = 16 };

// --- settings ---

typedef struct Setup {
    const char *backend, *table, *dense, *late, *fusion; // table: a file of the world's folder
} Setup;

static const Setup setups[] = {
    {"hash", NULL, "on", "off", "scores"},  {"static", "one", "on", "on", "scores"},
    {"static", "two", "on", "on", "ranks"}, {"hash", NULL, "on", "off", "ranks"},
    {"hash", NULL, "off", "off", "scores"}, {"static", "one", "off", "on", "scores"},
};

static const char *const tokens[] = {"retri", "cach",   "evict", "hash",  "tabl",   "socket",
                                     "pars",  "buffer", "index", "queue", "worker", "merg",
                                     "page",  "lock",   "lease", "thread"};

// A table of numbers that follow from its name.
static void write_table(Fresh *world, const char *name)
{
    Ctx cx = {.arena = &world->arena};
    ModelEntry *entries = ARENA_ARRAY(cx.arena, ModelEntry, ARRAY_LEN(tokens));
    Fresh numbers = {.random = (uint64_t)name[0] * 7919};
    for (size_t i = 0; i < ARRAY_LEN(tokens); i++) {
        int8_t *row = ARENA_ARRAY(cx.arena, int8_t, DIMS);
        for (size_t k = 0; k < DIMS; k++) row[k] = (int8_t)((int)fresh_draw(&numbers, 255) - 127);
        uint16_t document = (uint16_t)fresh_draw(&numbers, 65536);
        uint16_t query = (uint16_t)fresh_draw(&numbers, 65536);
        entries[i] = (ModelEntry){str_from(tokens[i]), row, document, query};
    }
    ModelImage image = {.dims = DIMS, .entries = entries, .count = ARRAY_LEN(tokens)};
    folder_write(&world->home, name, model_bytes(&cx, &image));
}

static void set_up(Fresh *world, const Setup *setup)
{
    Str table = STR("");
    if (setup->table) table = str_format(&world->arena, "%s/%s", world->home.path, setup->table);
    setenv("CQ_RUNTIME_EMBED_BACKEND", setup->backend, 1);
    setenv("CQ_RUNTIME_EMBED_TABLE", str_cstr(&world->arena, table), 1);
    setenv("CQ_RUNTIME_FIND_DENSE", setup->dense, 1);
    setenv("CQ_RUNTIME_FIND_LATE", setup->late, 1);
    setenv("CQ_RUNTIME_FIND_FUSION", setup->fusion, 1);
    setenv("CQ_RUNTIME_FIND_DEADLINE_MS", "60000", 1); // nothing is cut on a slow machine
}

static void start(Fresh *world, uint64_t seed)
{
    fresh_start(world, seed);
    write_table(world, "one");
    write_table(world, "two");
    set_up(world, &setups[0]);
}

static void end(Fresh *world)
{
    static const char *const names[] = {"EMBED_BACKEND", "EMBED_TABLE", "FIND_DENSE",
                                        "FIND_LATE",     "FIND_FUSION", "FIND_DEADLINE_MS"};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        unsetenv(str_format(&world->arena, "CQ_RUNTIME_%s", names[i]).ptr);
    fresh_end(world);
}

// What is like a place; an error, when there is nothing there, is an answer too.
static Str ask_like(Fresh *world, CqEngine *engine, size_t file)
{
    const char *path = fresh_path(world, file) + world->repo.len + 1;
    Str question = str_format(&world->arena, "{\"like\":\"%s:9\",\"limit\":30}", path);
    CqReply *reply = cq_run(engine, "find", question.ptr);
    bool ok = cq_reply_ok(reply);
    Str error = str_copy(&world->arena, str_from(cq_reply_json(reply)));
    cq_reply_free(reply);
    if (ok) return fresh_ask(&world->arena, engine, question.ptr);
    const char *id = strstr(error.ptr, "\"instance\"");
    return id ? str_sub(error, 0, (size_t)(id - error.ptr)) : error;
}

static void compare(Fresh *world, CqEngine *indexed, CqEngine *clean)
{
    size_t file = fresh_draw(world, 24);
    fresh_compare(world, indexed, clean);
    fresh_same(ask_like(world, indexed, file), ask_like(world, clean, file));
}

// The same, or it says that chunks have no vector.
static size_t compare_or_limited(Fresh *world, CqEngine *indexed, CqEngine *clean)
{
    size_t limited = 0;
    for (size_t i = 0; i < FRESH_QUESTIONS; i++) {
        Str got = fresh_ask(&world->arena, indexed, fresh_questions[i]);
        if (strstr(got.ptr, "chunks have no vector yet")) limited++;
        else fresh_same(got, fresh_ask(&world->arena, clean, fresh_questions[i]));
    }
    return limited;
}

// --- edits ---

static void random_edits(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(setups); i++) {
        Fresh world;
        int steps = check_rounds(4, 200);
        start(&world, 88172645463325252U + i);
        set_up(&world, &setups[i]);
        CqEngine *clean = fresh_open(&world, false), *indexed = fresh_open(&world, true);
        for (int step = 0; step < steps; step++) {
            for (size_t k = fresh_draw(&world, 5); k; k--) fresh_edit(&world);
            if (fresh_draw(&world, 3) == 0 || !step) assert_true(fresh_index(indexed, "{}"));
            if (fresh_draw(&world, 12) == 0) fresh_index(indexed, "{\"action\":\"rollback\"}");
            if (fresh_draw(&world, 6) == 0) { // as a new process
                cq_close(indexed);
                indexed = fresh_open(&world, true);
            }
            compare(&world, indexed, clean);
            arena_reset(&world.arena);
        }
        assert_true(fresh_index(indexed, "{\"action\":\"verify\"}"));
        cq_close(indexed);
        cq_close(clean);
        end(&world);
    }
}

// --- another model ---

static void models_change(void **state)
{
    (void)state;
    Fresh world;
    int steps = getenv("CQ_LONG") ? 600 : 12;
    size_t limited = 0;
    start(&world, 2463534242U);
    for (int step = 0; step < steps; step++) {
        set_up(&world, &setups[fresh_draw(&world, ARRAY_LEN(setups))]);
        CqEngine *clean = fresh_open(&world, false), *indexed = fresh_open(&world, true);
        if (fresh_draw(&world, 2)) fresh_edit(&world);
        limited += compare_or_limited(&world, indexed, clean);
        if (fresh_draw(&world, 2)) {
            assert_true(fresh_index(indexed, fresh_draw(&world, 8) ? "{}" : "{\"full\":true}"));
            compare(&world, indexed, clean);
        }
        cq_close(indexed);
        cq_close(clean);
        arena_reset(&world.arena);
    }
    assert_true(limited > 0);
    end(&world);
}

// --- damage beside segments ---

// One file of this kind of the published index; false when there is none.
static bool choose_file(Fresh *world, const char *ending, char *path, size_t size)
{
    glob_t found;
    Str pattern = str_format(&world->arena, "%s/cache/index/*/*%s", world->home.path, ending);
    bool any = glob(pattern.ptr, 0, NULL, &found) == 0;
    if (any) snprintf(path, size, "%s", found.gl_pathv[fresh_draw(world, found.gl_pathc)]);
    globfree(&found);
    return any;
}

static void flip(const char *path, off_t at, unsigned bit)
{
    int fd = open(path, O_RDWR);
    unsigned char byte = 0;
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= (unsigned char)(1U << bit);
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}

static void damage(Fresh *world)
{
    static const char *const kinds[] = {".vec", ".vec", ".vec", ".seg", ".manifest", "git.commits"};
    char path[256], other[256];
    struct stat st;
    if (!choose_file(world, kinds[fresh_draw(world, ARRAY_LEN(kinds))], path, sizeof path)) return;
    if (stat(path, &st) || !st.st_size) return;
    switch (fresh_draw(world, 6)) {
    case 0: unlink(path); break;
    case 1:
        assert_int_equal(truncate(path, (off_t)fresh_draw(world, (uint64_t)st.st_size)), 0);
        break;
    case 2: // of another part, or of the segment itself
        if (!choose_file(world, fresh_draw(world, 2) ? ".vec" : ".seg", other, sizeof other)) break;
        fresh_shell(world, str_format(&world->arena, "cp %s %s", other, path).ptr);
        break;
    case 3: flip(path, (off_t)fresh_draw(world, MIN((uint64_t)st.st_size, 200U)), 1); break;
    default:
        flip(path, (off_t)fresh_draw(world, (uint64_t)st.st_size), (unsigned)fresh_draw(world, 8));
    }
}

static void damaged_files(void **state)
{
    (void)state;
    Fresh world;
    int rounds = check_rounds(12, 1500);
    start(&world, 1234567890123U);
    for (int i = 0; i < rounds; i++) {
        set_up(&world, &setups[fresh_draw(&world, 4)]);
        CqEngine *clean = fresh_open(&world, false), *indexed = fresh_open(&world, true);
        fresh_edit(&world);
        assert_true(fresh_index(indexed, "{}"));
        cq_close(indexed);
        damage(&world);
        indexed = fresh_open(&world, true);
        if (fresh_draw(&world, 2)) fresh_edit(&world);
        compare(&world, indexed, clean);
        if (fresh_draw(&world, 2)) {
            cq_close(indexed);
            indexed = fresh_open(&world, true);
        }
        assert_true(fresh_index(indexed, "{}"));
        compare(&world, indexed, clean);
        cq_close(indexed);
        cq_close(clean);
        arena_reset(&world.arena);
    }
    end(&world);
}

// A place that a damaged index does not know is looked for without it.
static void like_in_damage(void **state)
{
    (void)state;
    Fresh world;
    char path[256];
    struct stat st;
    start(&world, 99);
    CqEngine *clean = fresh_open(&world, false), *indexed = fresh_open(&world, true);
    assert_true(fresh_index(indexed, "{}"));
    cq_close(indexed);
    setenv("CQ_INDEX_BACKGROUND", "off", 1);
    assert_true(choose_file(&world, ".seg", path, sizeof path) && !stat(path, &st));
    off_t step = st.st_size / check_rounds(25, 500);
    for (off_t at = 0; at < st.st_size; at += step) {
        flip(path, at, 3);
        indexed = fresh_open(&world, true);
        fresh_same(ask_like(&world, indexed, 1), ask_like(&world, clean, 1));
        cq_close(indexed);
        flip(path, at, 3);
        arena_reset(&world.arena);
    }
    unsetenv("CQ_INDEX_BACKGROUND");
    cq_close(clean);
    end(&world);
}

// --- kills ---

static void build_on(const Fresh *world, uint64_t seed)
{
    Fresh own = *world;
    own.arena = (Arena){0};
    own.random = seed;
    for (;;) {
        set_up(&own, &setups[fresh_draw(&own, ARRAY_LEN(setups))]);
        CqEngine *engine = fresh_open(&own, true);
        for (int i = 0; i < 3; i++) {
            fresh_edit(&own);
            fresh_index(engine, fresh_draw(&own, 4) ? "{}" : "{\"full\":true}");
        }
        cq_close(engine);
        arena_reset(&own.arena);
    }
}

static void killed_builds(void **state)
{
    (void)state;
    Fresh world;
    const char *count = getenv("CQ_KILLS");
    int kills = count ? (int)strtol(count, NULL, 10) : check_rounds(8, 1000);
    start(&world, 4242);
    for (int i = 0; i < kills; i++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (!pid) {
            setpgid(0, 0); // git dies with it
            build_on(&world, (uint64_t)i + 1);
        }
        setpgid(pid, pid);
        usleep((useconds_t)fresh_draw(&world, 60000));
        kill(-pid, SIGKILL);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        fresh_shell(&world, "rm -f .git/index.lock .git/HEAD.lock .git/refs/heads/*.lock");
        set_up(&world, &setups[fresh_draw(&world, ARRAY_LEN(setups))]);
        CqEngine *clean = fresh_open(&world, false), *indexed = fresh_open(&world, true);
        compare_or_limited(&world, indexed, clean);
        if (i % 4 == 0) {
            assert_true(fresh_index(indexed, "{}"));
            compare(&world, indexed, clean);
            assert_true(fresh_index(indexed, "{\"action\":\"verify\"}"));
        }
        cq_close(indexed);
        cq_close(clean);
        arena_reset(&world.arena);
    }
    end(&world);
}

// --- at once ---

// Several ask while one builds, and while another one changes the model under the same index.
static void at_once(void **state)
{
    (void)state;
    Fresh world;
    Flag stop = {0};
    FreshAsker askers[FRESH_ASKERS];
    start(&world, 31337);
    set_up(&world, &setups[1]);
    CqEngine *clean = fresh_open(&world, false), *indexed = fresh_open(&world, true);
    set_up(&world, &setups[0]);
    CqEngine *other = fresh_open(&world, true);
    for (int i = 0; i < FRESH_ASKERS; i++) fresh_ask_on(&askers[i], i ? indexed : other, &stop);
    for (int i = 0; i < 10; i++) {
        fresh_edit(&world);
        fresh_index(i % 4 ? indexed : other, i % 5 ? "{}" : "{\"full\":true}");
    }
    fresh_stop(askers, &stop);
    cq_close(other);
    assert_true(fresh_index(indexed, "{\"wait\":60}"));
    compare(&world, indexed, clean);
    cq_close(indexed);
    cq_close(clean);
    end(&world);
}

int app_fresh_vectors_test(void);
int app_fresh_vectors_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_edits),  cmocka_unit_test(models_change),
        cmocka_unit_test(damaged_files), cmocka_unit_test(like_in_damage),
        cmocka_unit_test(killed_builds), cmocka_unit_test(at_once),
    };
    return RUN_TESTS(tests);
}
