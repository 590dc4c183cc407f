// resolve/c_test.c - what calls of C and C++ mean, in small trees: scopes, headers, linkage,
// macros, members; namespaces, classes, and members that are defined outside of them.
#include <stdlib.h>
#include <sys/stat.h>

#include "resolve/edges.h"
#include "support/check.h"
#include "support/folder.h"

typedef struct Source {
    const char *path, *text;
} Source;

typedef struct Case {
    const char *name;
    Source files[6];
    const char *wanted; // "path:line name certainty target,...\n" of each call
} Case;

static void put_call(Buf *out, Resolver *r, WorldFile *file, uint32_t expr)
{
    const NameExpr *use = &file->names.exprs[expr];
    uint32_t line, col;
    Resolved to;
    if (!(use->role & ROLE_CALLED) || (use->op != EXPR_NAME && use->op != EXPR_MEMBER)) return;
    resolve_use(r, file, expr, &to);
    world_place(file, use->span.start, &line, &col);
    buf_addf(out, STR_FMT ":%u " STR_FMT " %s", STR_ARG(file->path), line,
             STR_ARG(names_text(use, file->text)), certainty_name(to.certainty));
    for (uint32_t i = 0; i < to.count; i++) {
        const WorldFile *other = world_file(resolver_world(r), to.targets[i].file);
        const Def *def = &other->facts.defs[to.targets[i].def];
        world_place(other, def->name_span.start, &line, &col);
        buf_addf(out, " " STR_FMT ":%u", STR_ARG(other->path), line);
    }
    buf_byte(out, '\n');
}

static Str calls_of(Ctx *cx, const char *tree, const char *cache)
{
    Workspace workspace;
    RefreshView view;
    Corpus corpus;
    assert_null(workspace_open(cx, str_from(tree), false, &workspace));
    Pool *pool = pool_new((PoolSpec){.cpu_workers = 1});
    RefreshSpec spec = {.workspace = &workspace,
                        .pool = pool,
                        .cache_dir = str_from(cache),
                        .max_file_bytes = 1 << 20};
    assert_null(refresh_view(cx, &spec, REFRESH_FRESH, &view));
    refresh_corpus(cx, &view, &corpus);
    World *world = world_new(cx, &workspace, &view, &corpus, NULL);
    Resolver *r = resolver_new(world, cx);
    Buf out = buf_on(cx->arena);
    for (uint32_t i = 0; i < world_file_count(world); i++) {
        WorldFile *file = world_is_live(world, i) ? world_file(world, i) : NULL;
        for (uint32_t k = 0; file && k < file->names.expr_count; k++) put_call(&out, r, file, k);
    }
    world_free(world);
    refresh_close(&view);
    workspace_close(&workspace);
    pool_free(pool);
    return buf_str(&out);
}

static int compare_lines(const void *left, const void *right)
{
    return str_cmp(*(const Str *)left, *(const Str *)right);
}

// Files have no order of their own here.
static Str sorted_lines(Arena *arena, Str text)
{
    VEC(Str) lines = {0};
    while (text.len) {
        size_t end = MIN(str_find(text, '\n'), text.len - 1);
        VEC_PUSH(arena, &lines, str_sub(text, 0, end + 1));
        text = str_sub(text, end + 1, text.len);
    }
    Buf out = buf_on(arena);
    if (lines.len) qsort(lines.items, lines.len, sizeof *lines.items, compare_lines);
    for (size_t i = 0; i < lines.len; i++) buf_add(&out, lines.items[i]);
    return buf_str(&out);
}

static const Case cases[] = {
    {"a definition behind a header, one in the file, one in no file",
     {{"a.h",
       "int far(int x);\nstatic inline int inl(void) { return 1; }\n#define MAC(x) far(x)\n"},
      {"a.c", "#include \"a.h\"\nint far(int x) { return x; }\n"},
      {"b.c", "#include \"a.h\"\n#include <string.h>\nstatic int near(void) { return 0; }\n"
              "int go(void) {\n far(1);\n near();\n inl();\n MAC(2);\n strlen(\"\");\n}\n"}},
     "a.h:3 far exact a.c:2\nb.c:5 far exact a.c:2\nb.c:6 near exact b.c:3\nb.c:7 inl exact a.h:2\n"
     "b.c:8 MAC exact a.h:3\nb.c:9 strlen external\n"},
    {"what is static elsewhere is not meant; what nothing declares is external",
     {{"a.c", "static int hidden(void) { return 0; }\nint open_one(void) { return hidden(); }\n"},
      {"b.c", "int go(void) { return hidden() + open_one(); }\n"}},
     "a.c:2 hidden exact a.c:1\nb.c:1 hidden external\nb.c:1 open_one external\n"},
    {"of two programs' definitions the one that sees the same header",
     {{"one/x.h", "void x(void);\n"},
      {"one/x.c", "#include \"x.h\"\nvoid x(void) {}\n"},
      {"two/x.c", "void x(void) {}\n"},
      {"one/main.c", "#include \"x.h\"\nint main(void) { x(); }\n"}},
     "one/main.c:2 x exact one/x.c:2\n"},
    {"alternatives of one #ifdef are one object",
     {{"a.c", "#ifdef A\nint f(void) { return 1; }\n#else\nint f(void) { return 2; }\n#endif\n"
              "int go(void) { return f(); }\n"}},
     "a.c:6 f exact a.c:2 a.c:4\n"},
    {"a call through a member is dynamic, of the member of that type",
     {{"a.h",
       "typedef struct client client;\nstruct client { void (*fn)(client *c); client *next; };\n"
       "struct other { int (*fn)(void); };\nclient *make(void);\n"},
      {"a.c", "#include \"a.h\"\nvoid go(client *c, void (*cb)(int)) {\n c->next->fn(c);\n"
              " make()->fn(c);\n cb(1);\n}\nclient *make(void) { return 0; }\n"},
      {"b.c", "#include \"a.h\"\nstatic void one(client *c) {}\nstatic int two(void) {}\n"
              "void set(client *c) { c->fn = one; }\nstatic struct other o = {.fn = two};\n"
              "client all[] = {{.fn = &one}};\n"}},
     "a.c:3 fn dynamic a.h:2 b.c:2\na.c:4 fn dynamic a.h:2 b.c:2\na.c:4 make exact a.c:7\n"
     "a.c:5 cb dynamic\n"},
    {"C++: namespaces and classes over files",
     {{"n.hpp",
       "namespace n {\nclass Base { public: void up(); };\nclass Node : public Base {\npublic:\n"
       " int id() const;\n static Node make(int x);\n Node *next;\n};\nvoid free_one(Node "
       "&n);\n}\n"},
      {"n.cc", "#include \"n.hpp\"\nnamespace n {\nvoid Base::up() {}\n"
               "int Node::id() const { up(); return next->id(); }\n"
               "void free_one(Node &n) { n.id(); }\n}\n"},
      {"m.cc", "#include \"n.hpp\"\nint main() {\n n::Node a = n::Node::make(1);\n a.up();\n"
               " auto p = new n::Node();\n p->id();\n n::free_one(a);\n}\n"}},
     "m.cc:3 make exact n.hpp:6\nm.cc:4 up exact n.cc:3\nm.cc:5 Node exact n.hpp:3\n"
     "m.cc:6 id exact n.cc:4\nm.cc:7 free_one exact n.cc:5\nn.cc:4 id exact n.cc:4\n"
     "n.cc:4 up exact n.cc:3\nn.cc:5 id exact n.cc:4\n"},
};

static void make_folders(const Folder *tree)
{
    static const char *const names[] = {"one", "two"};
    char path[128];
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        snprintf(path, sizeof path, "%s/%s", tree->path, names[i]);
        mkdir(path, 0755);
    }
}

static void calls_mean_what_is_written(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        Folder tree, cache;
        folder_make(&tree);
        folder_make(&cache);
        make_folders(&tree);
        for (const Source *file = cases[i].files; file->path; file++)
            folder_write(&tree, file->path, str_from(file->text));
        Str calls = sorted_lines(&arena, calls_of(&cx, tree.path, cache.path));
        if (!str_eq(calls, str_from(cases[i].wanted))) print_error("%s\n", cases[i].name);
        CHECK_STR(calls, str_from(cases[i].wanted));
        folder_remove(&tree);
        folder_remove(&cache);
        arena_fini(&arena);
    }
}

int resolve_c_test(void);
int resolve_c_test(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(calls_mean_what_is_written)};
    return RUN_TESTS(tests);
}
