// resolve/edge_site_test.c - what is told of a use gives what the names of its file give; damaged
// bytes give nothing that lies outside of the text.
#include "resolve/edge_site.h"

#include "support/check.h"
#include "support/fresh_world.h"

static const char text[] = "import os.path as p\n"
                           "from m import run\n"
                           "@run\n"
                           "class Base(run):\n"
                           "    def go(self, x, *rest, **named):\n"
                           "        run(x, 1); run(key=2, other=[x, 3], *rest)\n"
                           "        self.a().b[0].go(lambda: (1, 2),  # a, b\n"
                           "            k = run, **named)(x)\n"
                           "        value = self.go\n"
                           "        value = self.go  # go\n"
                           "        return run(run(run)), p.join('a(', \"b)\", x for x in rest)\n"
                           "\n"
                           "run(run)\n";

typedef struct Place {
    Arena arena;
    Ctx cx;
    Folder tree;
    Workspace workspace;
    Pool *pool;
    RefreshView view;
    Corpus corpus;
    World *world;
    Resolver *resolver;
    WorldFile *file;
} Place;

static int setup(void **state)
{
    Place *place = mem_alloc(sizeof *place);
    place->cx = (Ctx){.arena = &place->arena};
    folder_make(&place->tree);
    folder_write(&place->tree, "a.py", str_from(text));
    assert_null(workspace_open(&place->cx, str_from(place->tree.path), false, &place->workspace));
    place->pool = pool_new((PoolSpec){0});
    RefreshSpec spec = {
        .workspace = &place->workspace, .pool = place->pool, .max_file_bytes = 1 << 20};
    assert_null(refresh_view(&place->cx, &spec, REFRESH_MEMORY, &place->view));
    refresh_corpus(&place->cx, &place->view, &place->corpus);
    place->world = world_new(&place->cx, &place->workspace, &place->view, &place->corpus, NULL);
    place->resolver = resolver_new(place->world, &place->cx);
    place->file = world_file(place->world, world_find(place->world, STR("a.py")));
    assert_non_null(place->file);
    *state = place;
    return 0;
}

static int teardown(void **state)
{
    Place *place = *state;
    world_free(place->world);
    refresh_close(&place->view);
    workspace_close(&place->workspace);
    pool_free(place->pool);
    folder_remove(&place->tree);
    arena_fini(&place->arena);
    mem_free(place);
    return 0;
}

static void check_same(const EdgeSite *a, const EdgeSite *b)
{
    assert_ptr_equal(a->file, b->file);
    assert_int_equal(a->span.start, b->span.start);
    assert_int_equal(a->span.end, b->span.end);
    CHECK_STR(a->name, b->name.ptr ? b->name : STR(""));
    assert_int_equal(a->receiver, b->receiver);
    assert_int_equal(a->in, b->in);
    assert_int_equal(a->ordinal, b->ordinal);
    assert_int_equal(a->role, b->role);
    assert_int_equal(a->called, b->called);
    if (!a->called) return;
    assert_int_equal(a->call.full.end, b->call.full.end);
    assert_int_equal(a->call.arg_count, b->call.arg_count);
    assert_int_equal(a->call.star, b->call.star);
    assert_int_equal(a->call.star_star, b->call.star_star);
    assert_int_equal(a->call.macro, b->call.macro);
    assert_int_equal(a->call.keyword_count, b->call.keyword_count);
    for (uint32_t i = 0; i < a->call.keyword_count; i++)
        CHECK_STR(a->call.keywords[i], b->call.keywords[i]);
}

typedef struct Told { // of one use
    Edge edge;        // without what is told
    uint8_t flags, role;
    Buf bytes;
} Told;

static Told tell(Place *place, TellSites *sites, uint32_t expr, EdgeKind kind)
{
    const Names *names = &place->file->names;
    bool import = kind == EDGE_IMPORT;
    Told told = {
        .edge = {.file = place->file->number,
                 .expr = expr,
                 .start = import ? names->imports[expr].span.start : names->exprs[expr].span.start,
                 .kind = kind},
        .role = import ? 0 : names->exprs[expr].role & EDGE_ROLES,
        .bytes = buf_on(&place->arena)};
    told.flags = tell_site(sites, expr, kind, &told.bytes);
    return told;
}

static Edge read_told(const Told *told, Str bytes, bool whole)
{
    Edge edge = told->edge;
    const uint8_t *at = (const uint8_t *)bytes.ptr, *end = at + bytes.len;
    told_site(told->flags, &at, end, &edge.told);
    edge.told.role = told->role;
    if (whole) assert_ptr_equal(at, end);
    return edge;
}

static void check_told(Place *place, TellSites *sites, uint32_t expr, EdgeKind kind)
{
    EdgeSite named, from_told;
    Told told = tell(place, sites, expr, kind);
    Edge edge = read_told(&told, buf_str(&told.bytes), true);
    assert_true(told.flags & EDGE_TELLS);
    assert_true(told_fits(&edge, place->file->text));
    edge_site(place->resolver, &told.edge, &named);
    edge_site(place->resolver, &edge, &from_told);
    check_same(&from_told, &named);
}

static bool is_use(const NameExpr *expr)
{
    return expr->op == EXPR_NAME || expr->op == EXPR_MEMBER;
}

static void both_ways(void **state)
{
    Place *place = *state;
    const Names *names = &place->file->names;
    TellSites sites = tell_sites(&place->arena, place->file);
    size_t calls = 0;
    for (uint32_t i = 0; i < names->expr_count; i++) {
        if (!is_use(&names->exprs[i])) continue;
        EdgeKind kind = edge_kind_of(&names->exprs[i]);
        calls += kind == EDGE_CALL;
        check_told(place, &sites, i, kind);
    }
    for (uint32_t i = 0; i < names->import_count; i++) check_told(place, &sites, i, EDGE_IMPORT);
    assert_true(calls > 6);
}

static void check_inside(const Place *place, const EdgeSite *site)
{
    size_t len = place->file->text.len;
    assert_true(site->receiver <= site->span.start && site->span.start <= site->span.end);
    assert_true(site->span.end <= len);
    if (!site->called) return;
    assert_true(site->call.full.end <= len);
    for (uint32_t i = 0; i < site->call.keyword_count; i++) {
        Str word = site->call.keywords[i];
        assert_true(word.ptr >= place->file->text.ptr);
        assert_true(word.ptr + word.len <= place->file->text.ptr + len);
    }
}

static void damage(void **state)
{
    Place *place = *state;
    const Names *names = &place->file->names;
    TellSites sites = tell_sites(&place->arena, place->file);
    uint64_t random = 88172645463325252U;
    for (uint32_t round = 0; round < 20000; round++) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        uint32_t expr = (uint32_t)(random >> 33) % names->expr_count;
        if (!is_use(&names->exprs[expr])) continue;
        Told told = tell(place, &sites, expr, edge_kind_of(&names->exprs[expr]));
        told.flags = (uint8_t)(EDGE_TELLS | (random >> 8 & 63));
        told.edge.start += random >> 20 & 255;
        char bytes[12];
        for (size_t i = 0; i < sizeof bytes; i++) bytes[i] = (char)(random >> (5 * i));
        Edge edge = read_told(&told, (Str){bytes, random % (sizeof bytes + 1)}, false);
        EdgeSite site;
        if (!told_fits(&edge, place->file->text)) continue;
        edge_site(place->resolver, &edge, &site);
        check_inside(place, &site);
    }
}

int resolve_edge_site_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(both_ways, setup, teardown),
        cmocka_unit_test_setup_teardown(damage, setup, teardown),
    };
    return RUN_TESTS(tests);
}
