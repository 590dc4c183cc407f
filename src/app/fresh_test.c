// app/fresh_test.c - whatever happened to files and index, an answer is that of a clean build.
//
// A small repository is edited at random. One engine answers through the published index, another
// one without any: their answers must be the same bytes. CQ_LONG=1 edits and kills far more often.
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/check.h"
#include "support/fresh_world.h"

// --- edits ---

static void random_edits(void **state)
{
    (void)state;
    Fresh world;
    int steps = check_rounds(40, 600);
    fresh_start(&world, 88172645463325252U);
    CqEngine *clean = fresh_open(&world, false), *indexed = fresh_open(&world, true);
    assert_false(fresh_index(clean, "{}")); // it has none
    for (int step = 0; step < steps; step++) {
        for (size_t k = fresh_draw(&world, 5); k; k--) fresh_edit(&world);
        if (fresh_draw(&world, 3) == 0) assert_true(fresh_index(indexed, "{}"));
        if (fresh_draw(&world, 12) == 0) fresh_index(indexed, "{\"action\":\"rollback\"}");
        if (fresh_draw(&world, 6) == 0) { // as a new process
            cq_close(indexed);
            indexed = fresh_open(&world, true);
        }
        fresh_compare(&world, indexed, clean);
        arena_reset(&world.arena);
    }
    assert_true(fresh_index(indexed, "{\"action\":\"verify\"}"));
    cq_close(indexed);
    cq_close(clean);
    fresh_end(&world);
}

// --- damage ---

// Changes, cuts or removes one file of the index.
static void damage(Fresh *world)
{
    Str folder = str_format(&world->arena, "%s/cache/index", world->home.path);
    Str command = str_format(&world->arena, "ls -d " STR_FMT "/*/* | sed -n %dp", STR_ARG(folder),
                             (int)fresh_draw(world, 5) + 1);
    char path[256] = "";
    FILE *list = popen(command.ptr, "r");
    if (fgets(path, sizeof path, list)) path[strcspn(path, "\n")] = 0;
    pclose(list);
    struct stat st;
    if (stat(path, &st) || !st.st_size) return;
    uint64_t how = fresh_draw(world, 8);
    off_t at = (off_t)fresh_draw(world, (uint64_t)st.st_size);
    if (how == 0) unlink(path);
    else if (how == 1) assert_int_equal(truncate(path, at), 0);
    else {
        int fd = open(path, O_RDWR);
        unsigned char byte = 0;
        if (how == 2) at = 12; // the version of a segment
        assert_true(pread(fd, &byte, 1, at) >= 0);
        byte ^= (unsigned char)(1U << fresh_draw(world, 8));
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        close(fd);
    }
}

static void damaged_files(void **state)
{
    (void)state;
    Fresh world;
    int rounds = check_rounds(30, 1000);
    fresh_start(&world, 1234567890123U);
    CqEngine *clean = fresh_open(&world, false);
    for (int i = 0; i < rounds; i++) {
        CqEngine *indexed = fresh_open(&world, true);
        fresh_edit(&world);
        fresh_index(indexed, "{}");
        cq_close(indexed);
        damage(&world);
        indexed = fresh_open(&world, true);
        fresh_compare(&world, indexed, clean);
        cq_close(indexed);
        arena_reset(&world.arena);
    }
    cq_close(clean);
    fresh_end(&world);
}

// --- no room, no folder ---

static void no_room(void **state)
{
    (void)state;
    Fresh world;
    struct rlimit old;
    fresh_start(&world, 777);
    CqEngine *clean = fresh_open(&world, false);
    getrlimit(RLIMIT_FSIZE, &old);
    signal(SIGXFSZ, SIG_IGN);
    for (rlim_t most = 0; most < 120000; most += 9001) {
        CqEngine *indexed = fresh_open(&world, true);
        fresh_edit(&world);
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){most, old.rlim_max});
        fresh_index(indexed, "{}");
        fresh_compare(&world, indexed, clean);
        cq_close(indexed);
        setrlimit(RLIMIT_FSIZE, &old);
        arena_reset(&world.arena);
    }
    signal(SIGXFSZ, SIG_DFL);
    cq_close(clean);
    fresh_end(&world);
}

// A file where the folder should be: nothing can be kept, and a build says so.
static void no_folder(void **state)
{
    (void)state;
    Fresh world;
    fresh_start(&world, 99);
    Str cache = str_format(&world.arena, "%s/cache", world.home.path);
    mkdir(cache.ptr, 0755);
    fresh_write(str_join(&world.arena, cache, STR("/"), STR("index")).ptr, STR("in the way"));
    CqEngine *clean = fresh_open(&world, false), *indexed = fresh_open(&world, true);
    assert_false(fresh_index(indexed, "{}"));
    fresh_compare(&world, indexed, clean);
    cq_close(indexed);
    cq_close(clean);
    fresh_end(&world);
}

// --- kills ---

static void build_on(const Fresh *world, uint64_t seed)
{
    Fresh own = *world;
    own.arena = (Arena){0};
    own.random = seed;
    for (;;) {
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
    int kills = check_rounds(25, 1000);
    fresh_start(&world, 4242);
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
        CqEngine *clean = fresh_open(&world, false), *indexed = fresh_open(&world, true);
        fresh_compare(&world, indexed, clean);
        cq_close(indexed);
        cq_close(clean);
        arena_reset(&world.arena);
    }
    fresh_end(&world);
}

// --- at once ---

static void at_once(void **state)
{
    (void)state;
    Fresh world;
    Flag stop = {0};
    FreshAsker askers[FRESH_ASKERS];
    fresh_start(&world, 31337);
    CqEngine *clean = fresh_open(&world, false), *indexed = fresh_open(&world, true);
    for (int i = 0; i < FRESH_ASKERS; i++) fresh_ask_on(&askers[i], indexed, &stop);
    for (int i = 0; i < 30; i++) {
        fresh_edit(&world);
        assert_true(fresh_index(indexed, i % 5 ? "{}" : "{\"full\":true}"));
    }
    fresh_stop(askers, &stop);
    fresh_compare(&world, indexed, clean);
    cq_close(indexed);
    cq_close(clean);
    fresh_end(&world);
}

int app_fresh_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_edits), cmocka_unit_test(damaged_files), cmocka_unit_test(no_room),
        cmocka_unit_test(no_folder),    cmocka_unit_test(killed_builds), cmocka_unit_test(at_once),
    };
    return RUN_TESTS(tests);
}
