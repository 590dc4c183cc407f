// tools/edges_dump.c - cq-edges [--all] ROOT: every call site of a workspace and what it means, for
// comparisons with language servers (tools/call_edges.py). --all: every use of a name.
//
//   path  line  col  name  certainty  reason  target_path:line,...
//
// Tabs between; lines from 1, columns bytes from 0. All files are read and parsed; no index.
#include <stdio.h>

#include "base/log.h"
#include "base/os.h"
#include "resolve/edges.h"

typedef struct Dump {
    Ctx *cx;
    World *world;
    Resolver *resolver;
    bool all;
} Dump;

static void put_targets(Dump *d, const WorldFile *from, Str name, const Resolved *to, Buf *out)
{
    const DefRef *targets = to->targets;
    size_t count = to->count;
    bool any = to->certainty == CERTAINTY_NAME_ONLY; // of that name
    if (any) targets = world_defs(d->world, name, &count);
    for (size_t i = 0; i < count; i++) {
        const WorldFile *file = world_file(d->world, targets[i].file);
        uint32_t line, col;
        if (any && (!file || resolve_family(file->lang) != resolve_family(from->lang))) continue;
        world_place(file, file->facts.defs[targets[i].def].name_span.start, &line, &col);
        buf_addf(out, "%s" STR_FMT ":%u", i ? "," : "", STR_ARG(file->path), line);
    }
}

static Fail dump_file(Dump *d, uint32_t number)
{
    WorldFile *file = world_is_live(d->world, number) ? world_file(d->world, number) : NULL;
    Buf out = buf_on(d->cx->arena);
    for (uint32_t i = 0; file && i < file->names.expr_count; i++) {
        const NameExpr *use = &file->names.exprs[i];
        if (use->op != EXPR_NAME && use->op != EXPR_MEMBER) continue;
        if (!d->all && !(use->role & ROLE_CALLED)) continue;
        Resolved to;
        uint32_t line, col;
        resolve_use(d->resolver, file, i, &to);
        world_place(file, use->span.start, &line, &col);
        buf_addf(&out, STR_FMT "\t%u\t%u\t" STR_FMT "\t%s\t%s\t", STR_ARG(file->path), line, col,
                 STR_ARG(names_text(use, file->text)), certainty_name(to.certainty),
                 reason_text(to.reason));
        put_targets(d, file, names_text(use, file->text), &to, &out);
        buf_byte(&out, '\n');
    }
    return os_write(d->cx, OS_STDOUT, buf_str(&out));
}

static Fail dump(Ctx *cx, const char *root, bool all)
{
    Pool *pool = NULL;
    Workspace workspace;
    RefreshView view = {0};
    Corpus corpus;
    TRY(workspace_open(cx, str_from(root), false, &workspace));
    pool = pool_new((PoolSpec){.cpu_workers = 1});
    RefreshSpec spec = {.workspace = &workspace, .pool = pool, .max_file_bytes = 1 << 20};
    Fail fail = refresh_view(cx, &spec, REFRESH_MEMORY, &view);
    if (!fail) {
        refresh_corpus(cx, &view, &corpus);
        Dump d = {.cx = cx, .all = all};
        d.world = world_new(cx, &workspace, &view, &corpus, NULL);
        d.resolver = resolver_new(d.world, cx);
        for (uint32_t i = 0; i < world_file_count(d.world) && !fail; i++) fail = dump_file(&d, i);
        fprintf(stderr, "%u files, %zu lost\n", world_file_count(d.world), world_lost(d.world));
        world_free(d.world);
    }
    refresh_close(&view);
    pool_free(pool);
    return fail;
}

int main(int argc, char **argv)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    bool all = argc > 1 && !strcmp(argv[1], "--all");
    if (argc != 2 + all) {
        fprintf(stderr, "usage: cq-edges [--all] ROOT\n");
        return 2;
    }
    Fail fail = dump(&cx, argv[1 + all], all);
    if (fail) fprintf(stderr, STR_FMT "\n", STR_ARG(problem_to_json(&arena, fail)));
    int code = fail ? problem_spec(fail->kind)->exit_code : 0;
    arena_fini(&arena);
    return code;
}
