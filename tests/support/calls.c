// support/calls.c
#include "support/calls.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "resolve/edges.h"
#include "support/check.h"
#include "support/folder.h"

static void put_call(Buf *out, Resolver *r, WorldFile *file, uint32_t expr, bool reasons)
{
    const NameExpr *use = &file->names.exprs[expr];
    uint32_t line, col;
    Resolved to;
    if (!(use->role & ROLE_CALLED) || (use->op != EXPR_NAME && use->op != EXPR_MEMBER)) return;
    resolve_use(r, file, expr, &to);
    world_place(file, use->span.start, &line, &col);
    buf_addf(out, STR_FMT ":%u " STR_FMT " %s", STR_ARG(file->path), line,
             STR_ARG(names_text(use, file->text)), certainty_name(to.certainty));
    if (reasons) buf_addf(out, " (%s)", reason_text(to.reason));
    for (uint32_t i = 0; i < to.count; i++) {
        const WorldFile *other = world_file(resolver_world(r), to.targets[i].file);
        const Def *def = &other->facts.defs[to.targets[i].def];
        world_place(other, def->name_span.start, &line, &col);
        buf_addf(out, " " STR_FMT ":%u", STR_ARG(other->path), line);
    }
    buf_byte(out, '\n');
}

static Str calls_of(Ctx *cx, const char *tree, const char *cache, bool reasons)
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
        for (uint32_t k = 0; file && k < file->names.expr_count; k++)
            put_call(&out, r, file, k, reasons);
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

static void write_file(const Folder *tree, const CallsFile *file)
{
    char path[256];
    for (const char *slash = strchr(file->path, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(path, sizeof path, "%s/%.*s", tree->path, (int)(slash - file->path), file->path);
        mkdir(path, 0755);
    }
    folder_write(tree, file->path, str_from(file->text));
}

static void check(const CallsCase *cases, size_t count, bool reasons)
{
    for (size_t i = 0; i < count; i++) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        Folder tree, cache;
        folder_make(&tree);
        folder_make(&cache);
        for (const CallsFile *file = cases[i].files; file->path; file++) write_file(&tree, file);
        Str calls = calls_of(&cx, tree.path, cache.path, reasons);
        calls = sorted_lines(&arena, calls);
        if (!str_eq(calls, str_from(cases[i].wanted))) print_error("%s\n", cases[i].name);
        CHECK_STR(calls, str_from(cases[i].wanted));
        folder_remove(&tree);
        folder_remove(&cache);
        arena_fini(&arena);
    }
}

void calls_check(const CallsCase *cases, size_t count)
{
    check(cases, count, false);
}

void calls_check_reasons(const CallsCase *cases, size_t count)
{
    check(cases, count, true);
}
