// support/fresh_world.c
#include "support/fresh_world.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/check.h"

enum { NAMES = 48 };

uint64_t fresh_draw(Fresh *world, uint64_t below)
{
    world->random ^= world->random << 13;
    world->random ^= world->random >> 7;
    world->random ^= world->random << 17;
    return (world->random >> 11) % below;
}

static const char *const words[] = {
    "retry",  "cache", "evict", "hash",   "table", "socket", "parse", "token", "buffer", "index",
    "worker", "queue", "merge", "commit", "token", "stream", "lease", "page",  "lock",   "thread"};

const char *const fresh_questions[FRESH_QUESTIONS] = {
    "{\"question\":\"how is the cache evicted\"}",
    "{\"question\":\"retry_socket\",\"explain\":true}",
    "{\"question\":\"hash table of tokens\",\"limit\":50,\"per_file\":5}",
    "{\"question\":\"parse\",\"only\":\"code\",\"explain\":true,\"limit\":100}",
    "{\"question\":\"merge queue worker\",\"in\":[\"d1\"]}",
    "{\"question\":\"lock_page lease\",\"lang\":[\"c\"],\"limit\":30}",
    "{\"question\":\"d2/f7.py\"}",
    "{\"question\":\"words that stand nowhere zyx\"}",
};

const char *fresh_path(Fresh *world, size_t i)
{
    static const char *const ends[] = {".c", ".py", ".md", ".txt"};
    return str_format(&world->arena, STR_FMT "/d%zu/f%zu%s", STR_ARG(world->repo), i % 4, i,
                      ends[i / 4 % 4])
        .ptr;
}

static const char *word(Fresh *world)
{
    return words[fresh_draw(world, ARRAY_LEN(words))];
}

static Str text_of(Fresh *world, size_t i)
{
    Buf buf = buf_on(&world->arena);
    size_t parts = fresh_draw(world, 12);
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

void fresh_write(const char *path, Str text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text.ptr, text.len), text.len);
    close(fd);
}

void fresh_shell(Fresh *world, const char *command)
{
    Str line = str_format(&world->arena, "cd " STR_FMT " && (%s) >/dev/null 2>&1",
                          STR_ARG(world->repo), command);
    if (system(line.ptr)) {} // a switch that git refuses is fine
}

// The same size, the same time stamps but for ctime.
static void edit_unseen(Fresh *world, size_t i)
{
    struct stat st;
    const char *path = fresh_path(world, i);
    if (stat(path, &st) || !st.st_size) return;
    int fd = open(path, O_RDWR);
    char byte = 'q';
    off_t at = (off_t)fresh_draw(world, (uint64_t)st.st_size);
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
    struct timespec times[2] = {st.st_atim, st.st_mtim};
    utimensat(AT_FDCWD, path, times, 0);
}

// As if nothing had changed in the folders for long: then their names are taken as they were seen.
static void age_folders(Fresh *world)
{
    struct timespec times[2] = {{.tv_sec = 1000000000}, {.tv_sec = 1000000000}};
    times[1].tv_nsec = (long)fresh_draw(world, 1000000000);
    for (int i = -1; i < 4; i++) {
        Str path = i < 0 ? world->repo
                         : str_format(&world->arena, STR_FMT "/d%d", STR_ARG(world->repo), i);
        utimensat(AT_FDCWD, str_cstr(&world->arena, path), times, 0);
    }
}

void fresh_edit(Fresh *world)
{
    size_t i = fresh_draw(world, NAMES);
    const char *path = fresh_path(world, i);
    switch (fresh_draw(world, 16)) {
    case 0:
    case 1:
    case 2:
    case 3: fresh_write(path, text_of(world, i)); break;
    case 4:
    case 5: edit_unseen(world, i); break;
    case 6: unlink(path); break;
    case 7: rename(path, fresh_path(world, fresh_draw(world, NAMES))); break;
    case 8: chmod(path, fresh_draw(world, 2) ? 0755 : 0644); break;
    case 9: fresh_write(path, (Str){"bin\0ary", 7}); break;
    case 10: fresh_shell(world, "git add -A && git commit -qm step"); break;
    case 11:
    case 12: age_folders(world); break;
    case 13:
        fresh_shell(world, fresh_draw(world, 2)
                               ? "rm -rf d3/below && cp -r d2 d3/below && touch -d 2001-09-09 d3 "
                                 "d3/below"
                               : "rm -rf d3/below && cp d1/f1.c d3/below && touch -d 2001-09-09 "
                                 "d3");
        break;
    case 14:
        fresh_shell(world,
                    fresh_draw(world, 2) ? "echo '*.md' >d1/.gitignore" : "rm d1/.gitignore");
        break;
    default:
        fresh_shell(world, fresh_draw(world, 2)
                               ? "git add -A; git commit -qm x; git switch -q main"
                               : "git add -A; git commit -qm y; git switch -q side");
    }
}

void fresh_start(Fresh *world, uint64_t seed)
{
    *world = (Fresh){.random = seed};
    folder_make(&world->home);
    static char repo[128];
    snprintf(repo, sizeof repo, "%s/repo", world->home.path);
    world->repo = str_from(repo);
    setenv("CQ_CACHE_DIR", str_format(&world->arena, "%s/cache", world->home.path).ptr, 1);
    setenv("GIT_CONFIG_GLOBAL", "/dev/null", 1);
    setenv("CQ_LOG", "error", 1);
    setenv("CQ_RUNTIME_FIND_DEADLINE_MS", "60000", 1); // however slow the machine is
    mkdir(repo, 0755);
    for (int i = 0; i < 4; i++) mkdir(str_format(&world->arena, "%s/d%d", repo, i).ptr, 0755);
    for (size_t i = 0; i < NAMES / 2; i++) fresh_write(fresh_path(world, i), text_of(world, i));
    fresh_shell(world,
                "git init -q -b main . && git config user.email a@b && git config user.name a && "
                "git add -A && git commit -qm first && git branch side");
}

void fresh_end(Fresh *world)
{
    arena_fini(&world->arena);
    folder_remove(&world->home);
    unsetenv("CQ_CACHE_DIR");
}

CqEngine *fresh_open(const Fresh *world, bool indexed)
{
    setenv("CQ_INDEX_ENABLED", indexed ? "true" : "false", 1);
    CqEngine *engine = cq_open(world->repo.ptr, &(CqOptions){.workers = 1});
    unsetenv("CQ_INDEX_ENABLED");
    return engine;
}

Str fresh_ask(Arena *arena, CqEngine *engine, const char *question)
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

void fresh_same(Str got, Str expected)
{
    size_t at = 0, before;
    if (str_eq(got, expected)) return;
    while (at < got.len && at < expected.len && got.ptr[at] == expected.ptr[at]) at++;
    before = at > 150 ? at - 150 : 0;
    Str left = str_sub(got, before, at + 250), right = str_sub(expected, before, at + 250);
    fail_msg("at %zu: got " STR_FMT "\nexpected " STR_FMT, at, STR_ARG(left), STR_ARG(right));
}

void fresh_compare(Fresh *world, CqEngine *indexed, CqEngine *clean)
{
    for (size_t i = 0; i < FRESH_QUESTIONS; i++)
        fresh_same(fresh_ask(&world->arena, indexed, fresh_questions[i]),
                   fresh_ask(&world->arena, clean, fresh_questions[i]));
}

bool fresh_index(CqEngine *engine, const char *arguments)
{
    CqReply *reply = cq_run(engine, "index", arguments);
    bool ok = cq_reply_ok(reply);
    cq_reply_free(reply);
    return ok;
}

static void ask_on(void *arg)
{
    FreshAsker *asker = arg;
    while (!flag_get(asker->stop)) {
        Arena arena = {0};
        fresh_ask(&arena, asker->engine, fresh_questions[asker->answers++ % FRESH_QUESTIONS]);
        arena_fini(&arena);
    }
}

void fresh_ask_on(FreshAsker *asker, CqEngine *engine, Flag *stop)
{
    *asker = (FreshAsker){.engine = engine, .stop = stop};
    assert_true(thread_start(&asker->thread, ask_on, asker, "asker"));
}

void fresh_stop(FreshAsker askers[FRESH_ASKERS], Flag *stop)
{
    flag_set(stop, 1);
    for (int i = 0; i < FRESH_ASKERS; i++) {
        thread_join(&askers[i].thread);
        assert_true(askers[i].answers > 0);
    }
}
