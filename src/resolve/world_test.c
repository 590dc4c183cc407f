// resolve/world_test.c - a World over base, edits in memory and deleted files is that of a clean
// start; damage is told; names and paths are found.
#include "resolve/world.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "lang/names_face.h"
#include "support/check.h"
#include "support/fresh_world.h"

typedef struct Place {
    Arena arena; // of the whole test
    Ctx cx;
    Folder tree, cache;
    Workspace workspace;
    Pool *pool;
    RefreshSpec spec;
} Place;

typedef struct Look { // a World and what it stands on
    Arena arena;
    Ctx cx;
    RefreshView view;
    Corpus corpus;
    World *world;
} Look;

static const char util[] = "import os\n"
                           "class Base:\n"
                           "    def run(self, x: int):\n"
                           "        local = x\n"
                           "        self.left = local\n"
                           "        return os.path.join(x)\n"
                           "def helper():\n"
                           "    return Base()\n";
static const char user[] = "from pkg.util import Base as B, helper\n"
                           "def go():\n"
                           "    return helper().run(B())\n";

static void open_place(Place *place, const char *tree, const char *cache)
{
    place->cx = (Ctx){.arena = &place->arena};
    assert_null(workspace_open(&place->cx, str_from(tree), false, &place->workspace));
    place->pool = pool_new((PoolSpec){.cpu_workers = 1});
    place->spec = (RefreshSpec){.workspace = &place->workspace,
                                .pool = place->pool,
                                .cache_dir = str_from(cache),
                                .max_file_bytes = 1 << 20};
}

static void close_place(Place *place)
{
    workspace_close(&place->workspace);
    pool_free(place->pool);
    arena_fini(&place->arena);
}

static void make_folder(Place *place, const char *name)
{
    mkdir(str_format(&place->arena, "%s/%s", place->tree.path, name).ptr, 0755);
}

static int setup(void **state)
{
    Place *place = mem_alloc(sizeof *place);
    folder_make(&place->tree);
    folder_make(&place->cache);
    make_folder(place, "pkg");
    make_folder(place, "pkg/deep");
    folder_write(&place->tree, "pkg/util.py", str_from(util));
    folder_write(&place->tree, "pkg/user.py", str_from(user));
    folder_write(&place->tree, "pkg/deep/user.py", STR("helper = 1\n"));
    folder_write(&place->tree, "pkg.md", STR("# helper\n\nBase is a class.\n"));
    folder_write(&place->tree, "go.mod", STR("module a/b\n"));
    open_place(place, place->tree.path, place->cache.path);
    *state = place;
    return 0;
}

static int teardown(void **state)
{
    Place *place = *state;
    close_place(place);
    folder_remove(&place->tree);
    folder_remove(&place->cache);
    mem_free(place);
    return 0;
}

static void look(Place *place, RefreshHow how, Look *out)
{
    *out = (Look){0};
    out->cx = (Ctx){.arena = &out->arena};
    assert_null(refresh_view(&out->cx, &place->spec, how, &out->view));
    refresh_corpus(&out->cx, &out->view, &out->corpus);
    out->world = world_new(&out->cx, &place->workspace, &out->view, &out->corpus, NULL);
}

static void look_away(Look *look)
{
    world_free(look->world);
    refresh_close(&look->view);
    arena_fini(&look->arena);
}

static void publish(Place *place, bool full)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    RefreshReport report;
    RefreshOptions options = {.full = full};
    assert_null(refresh_index(&cx, &place->spec, &options, &report));
    arena_fini(&arena);
}

// --- a World as text, the same whatever its files' numbers are ---

static void show_file(Buf *out, World *world, uint32_t number)
{
    WorldFile *file = world_file(world, number);
    Str path = world_path(world, number);
    buf_addf(out, STR_FMT " %s", STR_ARG(path), lang_name(world_lang(world, number)));
    if (file) {
        Hash128 face = names_face(&file->facts, &file->names, file->text);
        buf_addf(out, " %u defs %u scopes %u exprs %u bindings %u calls %llx",
                 file->facts.def_count, file->names.scope_count, file->names.expr_count,
                 file->names.binding_count, file->call_count, (unsigned long long)face.low);
        for (uint32_t i = 0; i < file->facts.def_count; i++)
            buf_addf(out, " " STR_FMT, STR_ARG(world_qualified(world, file, i)));
    }
    buf_byte(out, '\n');
}

static int by_text(const void *a, const void *b)
{
    return str_cmp(*(const Str *)a, *(const Str *)b);
}

static Str show_users(Arena *arena, World *world, Str name)
{
    size_t count;
    const uint32_t *users = world_users(world, name, &count);
    Str *paths = ARENA_ARRAY(arena, Str, count);
    Buf out = buf_on(arena);
    for (size_t i = 0; i < count; i++) paths[i] = world_path(world, users[i]);
    if (count) qsort(paths, count, sizeof *paths, by_text);
    for (size_t i = 0; i < count; i++) buf_addf(&out, " " STR_FMT, STR_ARG(paths[i]));
    return buf_str(&out);
}

static Str show_defs(Arena *arena, World *world, Str name)
{
    size_t count;
    const DefRef *defs = world_defs(world, name, &count);
    Buf out = buf_on(arena);
    for (size_t i = 0; i < count; i++)
        buf_addf(&out, " " STR_FMT ":%u", STR_ARG(world_path(world, defs[i].file)), defs[i].def);
    return buf_str(&out);
}

// Every definition that is found by name has that name, and all that are not local are found.
static void check_defs(Look *look, Str name)
{
    size_t count, seen = 0;
    const DefRef *defs = world_defs(look->world, name, &count);
    for (size_t i = 0; i < count; i++) {
        WorldFile *file = world_file(look->world, defs[i].file);
        if (!file) continue;
        assert_true(defs[i].def < file->facts.def_count);
        CHECK_STR(file->facts.defs[defs[i].def].name, name);
        assert_true(doc_lists(&file->facts, defs[i].def));
        seen++;
    }
    for (uint32_t i = 0; i < world_file_count(look->world); i++) {
        WorldFile *file = world_file(look->world, i);
        for (uint32_t k = 0; file && k < file->facts.def_count; k++)
            seen -= doc_lists(&file->facts, k) && str_eq(file->facts.defs[k].name, name);
    }
    assert_int_equal(seen, 0);
}

static Str show(Look *look, const char *const *names, size_t name_count)
{
    World *world = look->world;
    Arena *arena = &look->arena;
    uint32_t files = world_file_count(world), living = 0;
    Str *paths = ARENA_ARRAY(arena, Str, files);
    Buf out = buf_on(arena);
    for (uint32_t i = 0; i < files; i++)
        if (world_is_live(world, i)) paths[living++] = world_path(world, i);
    if (living) qsort(paths, living, sizeof *paths, by_text);
    for (uint32_t i = 0; i < living; i++) show_file(&out, world, world_find(world, paths[i]));
    for (size_t i = 0; i < name_count; i++) {
        Str name = str_from(names[i]);
        Str defs = show_defs(arena, world, name), users = show_users(arena, world, name);
        buf_addf(&out, "%s:" STR_FMT " <-" STR_FMT "\n", names[i], STR_ARG(defs), STR_ARG(users));
        check_defs(look, name);
    }
    Hash128 digest = world_digest(world);
    buf_addf(&out, "%llx %llx lost %zu\n", (unsigned long long)digest.low,
             (unsigned long long)digest.high, world_lost(world));
    return buf_str(&out);
}

// --- tests ---

static void check_named(const Look *look, const uint32_t *files, size_t count, const char *expected)
{
    Arena arena = {0};
    Buf out = buf_on(&arena);
    for (size_t i = 0; i < count; i++)
        buf_addf(&out, STR_FMT " ", STR_ARG(world_path(look->world, files[i])));
    CHECK_STR(buf_str(&out), str_from(expected));
    arena_fini(&arena);
}

static void check_all(Look *look)
{
    size_t count;
    World *world = look->world;
    uint32_t util_file = world_find(world, STR("pkg/util.py"));
    assert_true(world_is_live(world, util_file));
    assert_int_equal(world_find(world, STR("pkg/util")), WORLD_NONE);
    assert_true(world_has_folder(world, STR("pkg")) && world_has_folder(world, STR("")));
    assert_false(world_has_folder(world, STR("pk")) || world_has_folder(world, STR("pkg/util.py")));
    for (int i = 0; i < 2; i++) { // the second time from what was kept
        const uint32_t *files = world_folder(world, STR("pkg"), &count);
        check_named(look, files, count, "pkg/user.py pkg/util.py ");
        files = world_folder(world, STR(""), &count);
        check_named(look, files, count, "go.mod pkg.md ");
        files = world_named(world, STR("user.py"), &count);
        check_named(look, files, count, "pkg/deep/user.py pkg/user.py ");
        files = world_users(world, STR("helper"), &count);
        assert_int_equal(count, 3);
    }
    world_named(world, STR("py"), &count);
    assert_int_equal(count, 0);
    world_folder(world, STR("nowhere"), &count);
    assert_int_equal(count, 0);
    CHECK_STR(show_defs(&look->arena, world, STR("helper")),
              STR(" pkg/deep/user.py:0 pkg/util.py:2"));
    CHECK_STR(show_users(&look->arena, world, STR("join")), STR(" pkg/util.py"));
    CHECK_STR(show_users(&look->arena, world, STR("pkg.util")), STR(" pkg/user.py"));
    CHECK_STR(world_text(world, world_find(world, STR("go.mod"))), STR("module a/b\n"));
    assert_null(world_file(world, world_find(world, STR("go.mod"))));
    WorldFile *file = world_file(world, util_file);
    assert_ptr_equal(file, world_file(world, util_file));
    CHECK_STR(file->folder, STR("pkg"));
}

static void check_file(Look *look)
{
    uint32_t end, line, col;
    uint32_t number = world_find(look->world, STR("pkg/util.py"));
    const WorldFile *brief = world_brief(look->world, number);
    uint32_t first = world_first_def(brief, STR("run"));
    assert_int_equal(world_first_def(brief, STR("no")), WORLD_NONE);
    CHECK_STR(world_qualified(look->world, brief, first), STR("Base.run"));
    WorldFile *file = world_file(look->world, number);
    assert_ptr_equal(file, brief);
    assert_true(file->named);
    uint32_t scope = file->scope_of_def[first];
    assert_int_equal(file->names.scopes[scope].kind, SCOPE_FUNCTION);
    uint32_t at = world_bound(file, scope, STR("x"), &end);
    assert_int_equal(end - at, 1);
    const NameBinding *bind = &file->names.bindings[file->bound[at]];
    assert_int_equal(bind->kind, BIND_PARAM);
    CHECK_STR(world_expr_text(file, bind->type), STR("int"));
    world_place(file, bind->span.start, &line, &col);
    assert_int_equal(line, 3);
    assert_int_equal(col, 18);
    at = world_bound(file, scope, STR("y"), &end);
    assert_int_equal(at, end);
    assert_int_equal(file->call_count, 2);
}

static void files_and_names_are_found(void **state)
{
    Place *place = *state;
    Look memory, stored;
    look(place, REFRESH_MEMORY, &memory);
    check_all(&memory);
    check_file(&memory);
    assert_int_equal(world_parsed(memory.world), 0);
    publish(place, false);
    look(place, REFRESH_FRESH, &stored);
    check_all(&stored);
    check_file(&stored);
    assert_int_equal(world_parsed(stored.world), 0);
    Hash128 a = world_digest(memory.world), b = world_digest(stored.world);
    assert_memory_equal(&a, &b, sizeof a);
    assert_null(refresh_intact(&stored.cx, &stored.view));
    look_away(&memory);
    look_away(&stored);
}

// A file that changed after it was looked at is taken as it is now; one that is gone is lost, and
// as good as empty.
static void what_changed_meanwhile_is_parsed(void **state)
{
    Place *place = *state;
    Look now;
    publish(place, false);
    look(place, REFRESH_STALE, &now);
    folder_write(&place->tree, "pkg/util.py", STR("def other(): pass\n"));
    folder_delete(&place->tree, "pkg/user.py");
    WorldFile *file = world_file(now.world, world_find(now.world, STR("pkg/util.py")));
    CHECK_STR(file->facts.defs[0].name, STR("other"));
    for (int i = 0; i < 2; i++) {
        WorldFile *gone = world_file(now.world, world_find(now.world, STR("pkg/user.py")));
        assert_int_equal(gone->text.len, 0); // the index speaks of its definitions all the same
        for (uint32_t k = 0; k < gone->facts.def_count; k++)
            assert_int_equal(gone->facts.defs[k].name.len, 0);
        assert_int_equal(world_lost(now.world), 1);
        assert_int_equal(world_parsed(now.world), 2);
    }
    look_away(&now);
}

static Hash128 digest_now(Place *place)
{
    Look now;
    look(place, REFRESH_FRESH, &now);
    Hash128 digest = world_digest(now.world);
    look_away(&now);
    return digest;
}

static bool same(Hash128 a, Hash128 b)
{
    return a.low == b.low && a.high == b.high;
}

static void the_digest_follows_what_others_see(void **state)
{
    Place *place = *state;
    publish(place, false);
    Hash128 first = digest_now(place);
    folder_write(&place->tree, "pkg.md", STR("# other\n"));
    assert_true(same(first, digest_now(place))); // nobody asks a document
    folder_write(&place->tree, "go.mod", STR("module b\n"));
    assert_false(same(first, digest_now(place)));
    folder_write(&place->tree, "go.mod", STR("module a/b\n"));
    folder_write(&place->tree, "pkg/deep/user.py", STR("helper = 1  # words\n\n"));
    assert_true(same(first, digest_now(place)));
    folder_write(&place->tree, "pkg/deep/user.py", STR("helper = other\n"));
    assert_false(same(first, digest_now(place)));
    publish(place, false);
    assert_false(same(first, digest_now(place)));
    folder_delete(&place->tree, "pkg/deep/user.py");
    folder_write(&place->tree, "user.py", STR("helper = 1\n"));
    assert_false(same(first, digest_now(place))); // at another place
    folder_delete(&place->tree, "user.py");
    folder_write(&place->tree, "pkg/deep/user.py", STR("helper = 1\n"));
    publish(place, false);
    assert_true(same(first, digest_now(place)));
}

static void edits_at_random(void **state)
{
    (void)state;
    static const char *const names[] = {"retry_cache", "hash",       "table_socket", "parse",
                                        "lock_page",   "merge_hash", "token_token",  "queue"};
    Fresh fresh;
    Folder cache, other;
    Place place = {0};
    int steps = getenv("CQ_LONG") ? 600 : 40;
    fresh_start(&fresh, 887766554433U);
    folder_make(&cache);
    folder_make(&other);
    open_place(&place, str_cstr(&place.arena, fresh.repo), cache.path);
    for (int step = 0; step < steps; step++) {
        Look indexed, clean;
        for (size_t k = fresh_draw(&fresh, 5); k; k--) fresh_edit(&fresh);
        if (fresh_draw(&fresh, 3) == 0) publish(&place, fresh_draw(&fresh, 5) == 0);
        look(&place, REFRESH_FRESH, &indexed);
        look(&place, REFRESH_MEMORY, &clean);
        CHECK_STR(show(&indexed, names, ARRAY_LEN(names)), show(&clean, names, ARRAY_LEN(names)));
        assert_int_equal(world_parsed(indexed.world), 0);
        assert_null(refresh_intact(&indexed.cx, &indexed.view));
        look_away(&indexed);
        look_away(&clean);
        arena_reset(&fresh.arena);
    }
    close_place(&place);
    folder_remove(&cache);
    folder_remove(&other);
    fresh_end(&fresh);
}

int resolve_world_test(void);
int resolve_world_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(files_and_names_are_found, setup, teardown),
        cmocka_unit_test_setup_teardown(what_changed_meanwhile_is_parsed, setup, teardown),
        cmocka_unit_test_setup_teardown(the_digest_follows_what_others_see, setup, teardown),
        cmocka_unit_test(edits_at_random),
    };
    return RUN_TESTS(tests);
}
