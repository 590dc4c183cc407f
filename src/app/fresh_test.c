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

#include "base/os.h"
#include "cq/cq.h"
#include "support/check.h"
#include "support/folder.h"

enum { NAMES = 48, MOST_TEXT = 4000, THREADS = 3 };

typedef struct World {
    Arena arena; // of one step
    Folder home; // cache and repository
    Str repo;
    uint64_t random;
} World;

static uint64_t draw(World *world, uint64_t below)
{
    world->random ^= world->random << 13;
    world->random ^= world->random >> 7;
    world->random ^= world->random << 17;
    return (world->random >> 11) % below;
}

static const char *const words[] = {
    "retry",  "cache", "evict", "hash",   "table", "socket", "parse", "token", "buffer", "index",
    "worker", "queue", "merge", "commit", "token", "stream", "lease", "page",  "lock",   "thread"};

static const char *const questions[] = {
    "{\"question\":\"how is the cache evicted\"}",
    "{\"question\":\"retry_socket\",\"explain\":true}",
    "{\"question\":\"hash table of tokens\",\"limit\":50,\"per_file\":5}",
    "{\"question\":\"parse\",\"only\":\"code\",\"explain\":true,\"limit\":100}",
    "{\"question\":\"merge queue worker\",\"in\":[\"d1\"]}",
    "{\"question\":\"lock_page lease\",\"lang\":[\"c\"],\"limit\":30}",
    "{\"question\":\"d2/f7.py\"}",
    "{\"question\":\"words that stand nowhere zyx\"}",
};

static const char *path_of(World *world, size_t i)
{
    static const char *const ends[] = {".c", ".py", ".md", ".txt"};
    return str_format(&world->arena, STR_FMT "/d%zu/f%zu%s", STR_ARG(world->repo), i % 4, i,
                      ends[i / 4 % 4])
        .ptr;
}

static const char *word(World *world)
{
    return words[draw(world, ARRAY_LEN(words))];
}

static Str make_text(World *world, size_t i)
{
    Buf buf = buf_on(&world->arena);
    size_t parts = draw(world, 12);
    for (size_t k = 0; k < parts; k++) {
        const char *a = word(world), *b = word(world), *c = word(world);
        if (i / 4 % 4 == 0)
            buf_addf(&buf, "/* %s the %s */\nint %s_%s(int %s)\n{\n    return %s(%s);\n}\n\n", a, b,
                     a, b, c, word(world), c);
        else if (i / 4 % 4 == 1)
            buf_addf(&buf, "def %s_%s(%s):\n    # %s\n    return %s.%s\n\n", a, b, c, word(world),
                     c, a);
        else buf_addf(&buf, "# %s %s\n\nThe %s is %s.\n\n", a, b, c, word(world));
    }
    return buf_str(&buf);
}

static void write_file(const char *path, Str text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text.ptr, text.len), text.len);
    close(fd);
}

static void shell(World *world, const char *command)
{
    Str line = str_format(&world->arena, "cd " STR_FMT " && (%s) >/dev/null 2>&1",
                          STR_ARG(world->repo), command);
    if (system(line.ptr)) {} // a switch that git refuses is fine
}

// The same size, the same time stamps but for ctime.
static void edit_unseen(World *world, size_t i)
{
    struct stat st;
    const char *path = path_of(world, i);
    if (stat(path, &st) || !st.st_size) return;
    int fd = open(path, O_RDWR);
    char byte = 'q';
    off_t at = (off_t)draw(world, (uint64_t)st.st_size);
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
    struct timespec times[2] = {st.st_atim, st.st_mtim};
    utimensat(AT_FDCWD, path, times, 0);
}

// As if nothing had changed in the folders for long: then their names are taken as they were seen.
static void age_folders(World *world)
{
    struct timespec times[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    times[1].tv_nsec = (long)draw(world, 1000000000);
    for (int i = -1; i < 4; i++) {
        Str path = i < 0 ? world->repo
                         : str_format(&world->arena, STR_FMT "/d%d", STR_ARG(world->repo), i);
        utimensat(AT_FDCWD, str_cstr(&world->arena, path), times, 0);
    }
}

static void edit(World *world)
{
    size_t i = draw(world, NAMES);
    const char *path = path_of(world, i);
    switch (draw(world, 16)) {
    case 0:
    case 1:
    case 2:
    case 3: write_file(path, make_text(world, i)); break;
    case 4:
    case 5: edit_unseen(world, i); break;
    case 6: unlink(path); break;
    case 7: rename(path, path_of(world, draw(world, NAMES))); break;
    case 8: chmod(path, draw(world, 2) ? 0755 : 0644); break;
    case 9: write_file(path, (Str){"bin\0ary", 7}); break;
    case 10: shell(world, "git add -A && git commit -qm step"); break;
    case 11:
    case 12: age_folders(world); break;
    case 13:
        shell(world, draw(world, 2) ? "rm -rf d3/below && cp -r d2 d3/below && touch -d 2001-09-09 "
                                      "d3 d3/below"
                                    : "rm -rf d3/below && cp d1/f1.c d3/below && touch -d "
                                      "2001-09-09 d3");
        break;
    case 14:
        shell(world, draw(world, 2) ? "echo '*.md' >d1/.gitignore" : "rm d1/.gitignore");
        break;
    default:
        shell(world, draw(world, 2) ? "git add -A; git commit -qm x; git switch -q main"
                                    : "git add -A; git commit -qm y; git switch -q side");
    }
}

static void world_start(World *world, uint64_t seed)
{
    *world = (World){.random = seed};
    folder_make(&world->home);
    static char repo[128];
    snprintf(repo, sizeof repo, "%s/repo", world->home.path);
    world->repo = str_from(repo);
    setenv("CQ_CACHE_DIR", str_format(&world->arena, "%s/cache", world->home.path).ptr, 1);
    setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
    setenv("CQ_LOG", "error", 1);
    mkdir(repo, 0755);
    for (int i = 0; i < 4; i++) mkdir(str_format(&world->arena, "%s/d%d", repo, i).ptr, 0755);
    for (size_t i = 0; i < NAMES / 2; i++) write_file(path_of(world, i), make_text(world, i));
    shell(world, "git init -q -b main . && git config user.email a@b && git config user.name a && "
                 "git add -A && git commit -qm first && git branch side");
}

static void world_end(World *world)
{
    arena_fini(&world->arena);
    folder_remove(&world->home);
    unsetenv("CQ_CACHE_DIR");
}

static CqEngine *open_engine(const World *world, bool indexed)
{
    setenv("CQ_INDEX_ENABLED", indexed ? "true" : "false", 1);
    CqEngine *engine = cq_open(world->repo.ptr, &(CqOptions){.workers = 1});
    unsetenv("CQ_INDEX_ENABLED");
    return engine;
}

// All of the answer but "run", which has the time in it, and "summary.index": what it is from.
static Str ask(Arena *arena, CqEngine *engine, const char *question)
{
    CqReply *reply = cq_run(engine, "find", question);
    Str json = str_from(cq_reply_json(reply));
    if (!cq_reply_ok(reply)) fail_msg("%s: %s", question, cq_reply_json(reply));
    const char *from = strstr(json.ptr, "\"summary\":");
    assert_non_null(from);
    const char *index = strstr(from, "\"index\":{"), *rest = index ? strchr(index, '}') : NULL;
    assert_non_null(rest);
    Str out = str_format(arena, "%.*s%s", (int)(index - from), from, rest);
    cq_reply_free(reply);
    return out;
}

static void compare(World *world, CqEngine *indexed, CqEngine *clean)
{
    for (size_t i = 0; i < ARRAY_LEN(questions); i++)
        CHECK_STR(ask(&world->arena, indexed, questions[i]),
                  ask(&world->arena, clean, questions[i]));
}

static bool do_index(CqEngine *engine, const char *arguments)
{
    CqReply *reply = cq_run(engine, "index", arguments);
    bool ok = cq_reply_ok(reply);
    cq_reply_free(reply);
    return ok;
}

// --- edits ---

static void random_edits(void **state)
{
    (void)state;
    World world;
    int steps = getenv("CQ_LONG") ? 600 : 40;
    world_start(&world, 88172645463325252U);
    CqEngine *clean = open_engine(&world, false), *indexed = open_engine(&world, true);
    assert_false(do_index(clean, "{}")); // it has none
    for (int step = 0; step < steps; step++) {
        for (size_t k = draw(&world, 5); k; k--) edit(&world);
        if (draw(&world, 3) == 0) assert_true(do_index(indexed, "{}"));
        if (draw(&world, 12) == 0) do_index(indexed, "{\"action\":\"rollback\"}");
        if (draw(&world, 6) == 0) { // as a new process
            cq_close(indexed);
            indexed = open_engine(&world, true);
        }
        compare(&world, indexed, clean);
        arena_reset(&world.arena);
    }
    assert_true(do_index(indexed, "{\"action\":\"verify\"}"));
    cq_close(indexed);
    cq_close(clean);
    world_end(&world);
}

// --- damage ---

// Changes, cuts or removes one file of the index.
static void damage(World *world)
{
    Str folder = str_format(&world->arena, "%s/cache/index", world->home.path);
    Str command = str_format(&world->arena, "ls -d " STR_FMT "/*/* | sed -n %dp", STR_ARG(folder),
                             (int)draw(world, 5) + 1);
    char path[256] = "";
    FILE *list = popen(command.ptr, "r");
    if (fgets(path, sizeof path, list)) path[strcspn(path, "\n")] = 0;
    pclose(list);
    struct stat st;
    if (stat(path, &st) || !st.st_size) return;
    uint64_t how = draw(world, 8);
    off_t at = (off_t)draw(world, (uint64_t)st.st_size);
    if (how == 0) unlink(path);
    else if (how == 1) assert_int_equal(truncate(path, at), 0);
    else {
        int fd = open(path, O_RDWR);
        unsigned char byte = 0;
        if (how == 2) at = 12; // the version of a segment
        assert_true(pread(fd, &byte, 1, at) >= 0);
        byte ^= (unsigned char)(1U << draw(world, 8));
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        close(fd);
    }
}

static void damaged_files(void **state)
{
    (void)state;
    World world;
    int rounds = getenv("CQ_LONG") ? 1000 : 30;
    world_start(&world, 1234567890123U);
    CqEngine *clean = open_engine(&world, false);
    for (int i = 0; i < rounds; i++) {
        CqEngine *indexed = open_engine(&world, true);
        edit(&world);
        do_index(indexed, "{}");
        cq_close(indexed);
        damage(&world);
        indexed = open_engine(&world, true);
        compare(&world, indexed, clean);
        cq_close(indexed);
        arena_reset(&world.arena);
    }
    cq_close(clean);
    world_end(&world);
}

// --- no room, no folder ---

static void no_room(void **state)
{
    (void)state;
    World world;
    struct rlimit old;
    world_start(&world, 777);
    CqEngine *clean = open_engine(&world, false);
    getrlimit(RLIMIT_FSIZE, &old);
    signal(SIGXFSZ, SIG_IGN);
    for (rlim_t most = 0; most < 120000; most += 9001) {
        CqEngine *indexed = open_engine(&world, true);
        edit(&world);
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){most, old.rlim_max});
        do_index(indexed, "{}");
        compare(&world, indexed, clean);
        cq_close(indexed);
        setrlimit(RLIMIT_FSIZE, &old);
        arena_reset(&world.arena);
    }
    signal(SIGXFSZ, SIG_DFL);
    cq_close(clean);
    world_end(&world);
}

// A file where the folder should be: nothing can be kept, and a build says so.
static void no_folder(void **state)
{
    (void)state;
    World world;
    world_start(&world, 99);
    Str cache = str_format(&world.arena, "%s/cache", world.home.path);
    mkdir(cache.ptr, 0755);
    write_file(str_join(&world.arena, cache, STR("/"), STR("index")).ptr, STR("in the way"));
    CqEngine *clean = open_engine(&world, false), *indexed = open_engine(&world, true);
    assert_false(do_index(indexed, "{}"));
    compare(&world, indexed, clean);
    cq_close(indexed);
    cq_close(clean);
    world_end(&world);
}

// --- kills ---

static void build_on(const World *world, uint64_t seed)
{
    World own = *world;
    own.arena = (Arena){0};
    own.random = seed;
    for (;;) {
        CqEngine *engine = open_engine(&own, true);
        for (int i = 0; i < 3; i++) {
            edit(&own);
            do_index(engine, draw(&own, 4) ? "{}" : "{\"full\":true}");
        }
        cq_close(engine);
        arena_reset(&own.arena);
    }
}

static void killed_builds(void **state)
{
    (void)state;
    World world;
    int kills = getenv("CQ_LONG") ? 1000 : 25;
    world_start(&world, 4242);
    for (int i = 0; i < kills; i++) {
        pid_t pid = fork();
        assert_true(pid >= 0);
        if (!pid) {
            setpgid(0, 0); // git dies with it
            build_on(&world, (uint64_t)i + 1);
        }
        setpgid(pid, pid);
        usleep((useconds_t)draw(&world, 60000));
        kill(-pid, SIGKILL);
        assert_int_equal(waitpid(pid, NULL, 0), pid);
        shell(&world, "rm -f .git/index.lock .git/HEAD.lock .git/refs/heads/*.lock");
        CqEngine *clean = open_engine(&world, false), *indexed = open_engine(&world, true);
        compare(&world, indexed, clean);
        cq_close(indexed);
        cq_close(clean);
        arena_reset(&world.arena);
    }
    world_end(&world);
}

// --- at once ---

typedef struct Asker {
    CqEngine *engine;
    Thread thread;
    Flag *stop;
    size_t answers;
} Asker;

static void ask_on(void *arg)
{
    Asker *asker = arg;
    while (!flag_get(asker->stop)) {
        Arena arena = {0};
        ask(&arena, asker->engine, questions[asker->answers++ % ARRAY_LEN(questions)]);
        arena_fini(&arena);
    }
}

static void at_once(void **state)
{
    (void)state;
    World world;
    Flag stop = {0};
    Asker askers[THREADS] = {0};
    world_start(&world, 31337);
    CqEngine *clean = open_engine(&world, false), *indexed = open_engine(&world, true);
    for (int i = 0; i < THREADS; i++) {
        askers[i] = (Asker){.engine = indexed, .stop = &stop};
        assert_true(thread_start(&askers[i].thread, ask_on, &askers[i], "asker"));
    }
    for (int i = 0; i < 30; i++) {
        edit(&world);
        assert_true(do_index(indexed, i % 5 ? "{}" : "{\"full\":true}"));
    }
    flag_set(&stop, 1);
    for (int i = 0; i < THREADS; i++) {
        thread_join(&askers[i].thread);
        assert_true(askers[i].answers > 0);
    }
    compare(&world, indexed, clean);
    cq_close(indexed);
    cq_close(clean);
    world_end(&world);
}

int app_fresh_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_edits), cmocka_unit_test(damaged_files), cmocka_unit_test(no_room),
        cmocka_unit_test(no_folder),    cmocka_unit_test(killed_builds), cmocka_unit_test(at_once),
    };
    return RUN_TESTS(tests);
}
