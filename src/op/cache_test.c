// op/cache_test.c - `cq cache` on a cache that holds something.
#include "op/op.h"
#include "runtime/cell.h"
#include "support/cached.h"
#include "support/check.h"

typedef struct Rig {
    Folder folder;
    Arena arena;
    Ctx cx;
    Cache *cache;
    CellHost *host;
    Cell *cell; // of the cache, which the rig closes itself
} Rig;

static const CellSpec cache_cell = {.name = "cache"};

static void rig_make(Rig *rig)
{
    *rig = (Rig){0};
    folder_make(&rig->folder);
    rig->cx = (Ctx){.arena = &rig->arena};
    CacheSpec spec = cached_spec(&rig->folder, 2, NULL);
    rig->cache = cache_open(&spec);
    rig->host = cell_host_new(&(CellHostSpec){.allow_seed = true});
    rig->cell = cell_new(rig->host, &cache_cell, NULL);
    cached_fill(rig->cache, 0, 10, 100);
    Str tag = STR("/w:run:1");
    CachePut how = {.tags = &tag, .tag_count = 1};
    assert_true(cache_put(&rig->cx, rig->cache, STR("cq:plan:1:ab"), STR("value"), &how));
}

static void rig_end(Rig *rig)
{
    assert_true(cell_free(rig->cell));
    cell_host_free(rig->host);
    cache_close(rig->cache);
    folder_remove(&rig->folder);
    arena_fini(&rig->arena);
}

// What it prints for people; the problem is left in *fail.
static Str ask(Rig *rig, const char *json, Fail *fail)
{
    const Json *document = NULL;
    void *args = arena_alloc(&rig->arena, op_cache.args_size);
    Env env = {.cache = rig->cell};
    Result result = {0};
    TextStyle style = {0};
    Buf buf = buf_on(&rig->arena);
    cell_invalidate(&rig->cx, rig->cell);
    assert_null(cell_seed(&rig->cx, rig->cell, rig->cache));
    assert_null(json_parse(&rig->arena, str_from(json), &document));
    assert_null(record_from_json(&rig->arena, op_cache.args, document, args));
    *fail = op_cache.run(&rig->cx, &env, args, &result);
    if (*fail) return STR("");
    *fail = result.problem;
    op_cache.text(&buf, args, &result, &style);
    return buf_str(&buf);
}

static void must_say(Rig *rig, const char *json, const char *part)
{
    Fail fail = NULL;
    Str said = ask(rig, json, &fail);
    if (fail) fail_msg("%s: " STR_FMT, json, STR_ARG(fail->detail));
    if (!str_contains(said, str_from(part))) fail_msg("%s: " STR_FMT, json, STR_ARG(said));
}

static void must_fail(Rig *rig, const char *json, ProblemKind kind)
{
    Fail fail = NULL;
    ask(rig, json, &fail);
    if (!fail || fail->kind != kind) fail_msg("%s did not fail as it should", json);
}

static void it_shows_and_removes(void **state)
{
    (void)state;
    Rig rig;
    rig_make(&rig);
    must_say(&rig, "{\"action\":\"stats\"}", "holds 11 entries, ");
    must_say(&rig, "{\"action\":\"stats\"}", "  plan: 1 entry, 17 bytes\n  test: 10 entries, ");
    must_say(&rig, "{\"action\":\"stats\"}", "since it was made: sets 11\n");
    must_say(&rig, "{\"action\":\"verify\"}", "sound: 11 entries checked in 2 files");
    must_say(&rig, "{\"action\":\"evict\",\"tag\":\"/w:run:1\",\"namespace\":\"test\"}",
             "removed 0 entries, 0 bytes; 11 entries left");
    must_say(&rig, "{\"action\":\"evict\",\"tag\":\"/w:run:1\"}",
             "removed 1 entry, 17 bytes; 10 entries left");
    must_say(&rig, "{\"action\":\"evict\",\"tag\":\"odd\"}", "removed 5 entries, ");
    must_say(&rig, "{\"action\":\"evict\",\"namespace\":\"test\"}", "; 0 entries left");
    cached_fill(rig.cache, 0, 3, 10);
    must_say(&rig, "{\"action\":\"clear\"}", "removed 3 entries, ");
    must_say(&rig, "{\"action\":\"stats\"}", "holds 0 entries, 0 bytes");
    rig_end(&rig);
}

static void arguments_must_fit_the_action(void **state)
{
    (void)state;
    Rig rig;
    rig_make(&rig);
    must_fail(&rig, "{\"action\":\"evict\"}", PROBLEM_BAD_REQUEST);
    must_fail(&rig, "{\"action\":\"clear\",\"tag\":\"t\"}", PROBLEM_BAD_REQUEST);
    must_fail(&rig, "{\"action\":\"stats\",\"namespace\":\"t\"}", PROBLEM_BAD_REQUEST);
    must_fail(&rig, "{\"action\":\"evict\",\"tag\":\"t\",\"repair\":true}", PROBLEM_BAD_REQUEST);
    must_say(&rig, "{\"action\":\"stats\"}", "holds 11 entries, ");
    rig_end(&rig);
}

static void damage_is_a_problem_until_repaired(void **state)
{
    (void)state;
    Rig rig;
    rig_make(&rig);
    CacheSpec spec = *cache_spec(rig.cache);
    Str dir = str_copy(&rig.arena, spec.dir);
    spec.dir = dir;
    cache_close(rig.cache);
    folder_write(&rig.folder, "shard-01.db", STR("nothing that could be a database, in 40 b."));
    rig.cache = cache_open(&spec);
    must_fail(&rig, "{\"action\":\"verify\"}", PROBLEM_IO);
    rig.cache = (cache_close(rig.cache), cache_open(&spec)); // it was left alone for a second
    must_say(&rig, "{\"action\":\"verify\",\"repair\":true}", "; bad: entries 0, files 1");
    must_say(&rig, "{\"action\":\"verify\"}", "sound: ");
    rig_end(&rig);
}

static void another_folder_may_be_named(void **state)
{
    (void)state;
    Rig rig;
    rig_make(&rig);
    Str json =
        str_format(&rig.arena, "{\"action\":\"stats\",\"cache_dir\":\"%s\"}", rig.folder.path);
    Str says = str_format(&rig.arena, "%s/results\nholds 0 entries", rig.folder.path);
    must_say(&rig, json.ptr, says.ptr);
    rig_end(&rig);
}

static void a_cache_that_is_off_says_so(void **state)
{
    (void)state;
    Rig rig;
    rig_make(&rig);
    cache_close(rig.cache);
    CacheSpec spec = cache_spec_default(STR(""));
    rig.cache = cache_open(&spec);
    must_say(&rig, "{\"action\":\"stats\"}", "The cache is off.");
    must_say(&rig, "{\"action\":\"clear\"}", "The cache is off.");
    rig_end(&rig);
}

int op_cache_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_shows_and_removes),
        cmocka_unit_test(arguments_must_fit_the_action),
        cmocka_unit_test(damage_is_a_problem_until_repaired),
        cmocka_unit_test(another_folder_may_be_named),
        cmocka_unit_test(a_cache_that_is_off_says_so),
    };
    return RUN_TESTS(tests);
}
