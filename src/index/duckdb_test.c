// index/duckdb_test.c - rows in and out, errors, limits, and a database that lets nothing through.
#include "index/duckdb.h"

#include "base/json.h"
#include "base/os_disk.h"
#include "support/check.h"
#include "support/folder.h"

typedef struct World {
    Arena arena;
    Ctx cx;
    DuckLib *lib;
    DuckDb db;
} World;

// Skips the test where there is no DuckDB.
static void setup(World *world, const char *path)
{
    *world = (World){0};
    world->cx.arena = &world->arena;
    Fail fail = duck_load(&world->cx, &world->arena, &world->lib);
    if (fail) {
        print_message("skipped: " STR_FMT "\n", STR_ARG(fail->detail));
        arena_fini(&world->arena);
        skip();
    }
    DuckOpen how = {.path = path, .memory_bytes = 64 << 20, .threads = 1};
    assert_null(duck_open(&world->cx, world->lib, &how, &world->db));
}

static void teardown(World *world)
{
    duck_close(&world->db);
    arena_fini(&world->arena);
}

static void run(World *world, const char *sql)
{
    assert_null(duck_run(&world->cx, &world->db, str_from(sql)));
}

static bool take_one(void *arg, const DuckCell *row)
{
    *(DuckCell *)arg = row[0];
    return false;
}

static DuckCell first_cell(World *world, const char *sql)
{
    DuckAnswer answer;
    DuckCell cell = {0};
    assert_null(duck_ask(&world->cx, &world->db, str_from(sql), &answer));
    duck_each(&answer, take_one, &cell);
    if (answer.kinds[0] != DUCK_TEXT) cell.text = STR_NONE; // it lasted for the call only
    duck_done(&answer);
    return cell;
}

static void writes_and_reads(void **state)
{
    (void)state;
    enum { ROWS = 5000 }; // more than one vector
    static const DuckColumn columns[] = {
        {DUCK_INT, 0}, {DUCK_TEXT, 0}, {DUCK_BOOL, 0}, {DUCK_REAL, 3}};
    World world;
    DuckWriter *writer;
    setup(&world, NULL);
    run(&world, "CREATE TABLE t (i INTEGER, s VARCHAR, b BOOLEAN, f FLOAT[3])");
    assert_null(duck_writer_new(&world.cx, &world.db, "t", columns, 4, &writer));
    for (int i = 0; i < ROWS; i++) {
        float floats[] = {(float)i, 0.5f, -1};
        duck_put_int(writer, i);
        if (i % 3) duck_put_text(writer, str_format(&world.arena, "a text of some length %d", i));
        else duck_put_text(writer, STR_NONE);
        duck_put_int(writer, i % 2);
        duck_put_floats(writer, floats);
        duck_end_row(writer);
    }
    assert_null(duck_writer_end(&world.cx, writer));
    assert_int_equal(first_cell(&world, "SELECT sum(i) FROM t").integer, ROWS * (ROWS - 1) / 2);
    assert_int_equal(first_cell(&world, "SELECT count(*) FROM t WHERE s IS NULL").integer, 1667);
    assert_int_equal(first_cell(&world, "SELECT count(*) FROM t WHERE b").integer, ROWS / 2);
    assert_int_equal(first_cell(&world, "SELECT count(*) FROM t WHERE s = 'a text of some length '"
                                        " || i")
                         .integer,
                     ROWS - 1667);
    assert_true(first_cell(&world, "SELECT sum(f[1] + f[2] + f[3]) FROM t").real ==
                ROWS * (ROWS - 1) / 2 - ROWS * 0.5);
    teardown(&world);
}

static void cleans_bytes_that_are_no_text(void **state)
{
    (void)state;
    static const DuckColumn column = {DUCK_TEXT, 0};
    World world;
    DuckWriter *writer;
    setup(&world, NULL);
    run(&world, "CREATE TABLE t (s VARCHAR)");
    assert_null(duck_writer_new(&world.cx, &world.db, "t", &column, 1, &writer));
    duck_put_text(writer, STR("a\xFF\xC3\xA9\xC3"));
    duck_end_row(writer);
    assert_null(duck_writer_end(&world.cx, writer));
    assert_int_equal(
        first_cell(&world, "SELECT count(*) FROM t WHERE s = 'a\uFFFDé\uFFFD'").integer, 1);
    teardown(&world);
}

static void says_what_is_wrong_and_where(void **state)
{
    (void)state;
    static const struct {
        const char *sql, *detail, *error;
        int64_t position;
    } cases[] = {
        {"SELECT 1 FORM t", "syntax error at or near \"t\"", "Parser", 14},
        {"SELECT 1, nothing", NULL, "Binder", 10},
        {"FROM nowhere", NULL, "Catalog", 5},
        {"SELECT 'a'::INTEGER", NULL, "Conversion", 10},
    };
    World world;
    DuckAnswer answer;
    setup(&world, NULL);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Fail fail = duck_ask(&world.cx, &world.db, str_from(cases[i].sql), &answer);
        assert_non_null(fail);
        assert_int_equal(fail->kind, PROBLEM_BAD_REQUEST);
        CHECK_STR(json_get(fail->ext, STR("error"))->string, str_from(cases[i].error));
        assert_int_equal(json_get(fail->ext, STR("position"))->integer, cases[i].position);
        if (cases[i].detail) CHECK_STR(fail->detail, str_from(cases[i].detail));
    }
    teardown(&world);
}

static void fails_over_its_memory(void **state)
{
    (void)state;
    World world;
    DuckAnswer answer;
    setup(&world, NULL);
    Fail fail =
        duck_ask(&world.cx, &world.db,
                 STR("SELECT list(i || 'some more text') FROM range(20000000) r(i)"), &answer);
    assert_non_null(fail);
    assert_int_equal(fail->kind, PROBLEM_TOO_LARGE);
    teardown(&world);
}

// Even without a look at the statements.
static void lets_nothing_through(void **state)
{
    (void)state;
    static const char *const statements[] = {
        "COPY t TO '%s/out.csv'",
        "COPY (SELECT 1) TO '%s/out.parquet' (FORMAT parquet)",
        "SELECT * FROM read_csv('%s/in.csv')",
        "SELECT * FROM read_text('%s/in.csv')",
        "FROM '%s/in.csv'",
        "FROM glob('%s/*')",
        "ATTACH '%s/other.db'",
        "EXPORT DATABASE '%s/out'",
        "INSERT INTO t VALUES (2)",
        "UPDATE t SET i = 2",
        "CREATE TABLE u (i INTEGER)",
        "DROP TABLE t",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET allowed_paths = ['%s']",
        "SET lock_configuration = false",
    };
    World world;
    Folder folder;
    OsStat stat;
    folder_make(&folder);
    folder_write(&folder, "in.csv", STR("a,b\n1,2\n"));
    Arena arena = {0};
    const char *path = str_format(&arena, "%s/db", folder.path).ptr;
    setup(&world, path);
    run(&world, "CREATE TABLE t AS SELECT 1 AS i");
    duck_close(&world.db);
    DuckOpen how = {.path = path, .read_only = true, .memory_bytes = 64 << 20, .threads = 1};
    assert_null(duck_open(&world.cx, world.lib, &how, &world.db));
    const char *allowed = str_format(&arena, "%s/allowed.csv", folder.path).ptr;
    assert_null(duck_lock(&world.cx, &world.db, allowed));
    for (size_t i = 0; i < ARRAY_LEN(statements); i++) {
        Buf sql = buf_on(&arena);
        Str rest = str_from(statements[i]), before = rest;
        const char *hole = strstr(statements[i], "%s");
        if (hole) before = str_sub(rest, 0, (size_t)(hole - rest.ptr));
        buf_add(&sql, before);
        if (hole) buf_addf(&sql, "%s%s", folder.path, hole + 2);
        if (!duck_run(&world.cx, &world.db, buf_str(&sql)))
            fail_msg("went through: " STR_FMT, STR_ARG(buf_str(&sql)));
    }
    assert_int_equal(first_cell(&world, "SELECT i FROM t").integer, 1);
    run(&world, str_format(&arena, "COPY t TO '%s'", allowed).ptr);
    assert_null(os_stat(&world.cx, OS_CWD, allowed, OS_FOLLOW, &stat));
    teardown(&world);
    arena_fini(&arena);
    folder_remove(&folder);
}

static void refuses_what_is_no_database(void **state)
{
    (void)state;
    World world;
    Folder folder;
    DuckDb db;
    setup(&world, NULL);
    folder_make(&folder);
    folder_write(&folder, "db", STR("something else altogether"));
    DuckOpen how = {.read_only = true, .memory_bytes = 64 << 20, .threads = 1};
    how.path = str_format(&world.arena, "%s/db", folder.path).ptr;
    assert_int_equal(duck_open(&world.cx, world.lib, &how, &db)->kind, PROBLEM_DAMAGED);
    how.path = str_format(&world.arena, "%s/none", folder.path).ptr;
    assert_int_equal(duck_open(&world.cx, world.lib, &how, &db)->kind, PROBLEM_NOT_FOUND);
    teardown(&world);
    folder_remove(&folder);
}

int index_duckdb_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writes_and_reads),
        cmocka_unit_test(cleans_bytes_that_are_no_text),
        cmocka_unit_test(says_what_is_wrong_and_where),
        cmocka_unit_test(fails_over_its_memory),
        cmocka_unit_test(lets_nothing_through),
        cmocka_unit_test(refuses_what_is_no_database),
    };
    return RUN_TESTS(tests);
}
