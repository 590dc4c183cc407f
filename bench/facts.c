// bench/facts.c - facts of every C file of a tree against a bare parse of the same files.
#include "base/vec.h"
#include "bench.h"
#include "index/universe.h"
#include "lang/facts.h"

typedef struct FactsState {
    Arena arena;
    Pool *pool;
    Str *texts;
    LangId *langs;
    size_t count;
    Parser **parsers; // one a slot
    Ctx cx;
    bool bare;
} FactsState;

enum { LARGEST = 4 << 20 };

static Fail read_texts(FactsState *state, const Workspace *workspace, const Universe *universe,
                       bool smoke, uint64_t *bytes)
{
    state->texts = ARENA_ARRAY(&state->arena, Str, universe->count);
    state->langs = ARENA_ARRAY(&state->arena, LangId, universe->count);
    for (size_t i = 0; i < universe->count && !(smoke && state->count == 3); i++) {
        LangId lang = lang_detect(universe->files[i].path, STR_NONE);
        Str text = {0};
        if (lang == LANG_NONE) continue;
        if (os_read_file(&state->cx, workspace->dir, universe->files[i].path.ptr, LARGEST, &text))
            continue;
        state->langs[state->count] = lang;
        state->texts[state->count++] = text;
        *bytes += text.len;
    }
    return NULL;
}

static Fail setup(const BenchEnv *env, void **out, uint64_t *bytes)
{
    FactsState *state = mem_alloc(sizeof *state);
    *out = state;
    *bytes = 0;
    state->cx = ctx_child(env->cx, &state->arena);
    state->pool = pool_new((PoolSpec){.cpu_workers = os_cpu_count() - 1});
    state->parsers = ARENA_ARRAY(&state->arena, Parser *, (size_t)pool_slots(state->pool));
    for (int i = 0; i < pool_slots(state->pool); i++) state->parsers[i] = parser_new(NULL);
    Workspace workspace;
    Universe universe = {0};
    Selection all = {0};
    TRY(workspace_open(&state->cx, str_from(env->dir), false, &workspace));
    Fail fail = universe_list(&state->cx, &workspace, &all, state->pool, &universe);
    if (!fail) fail = read_texts(state, &workspace, &universe, env->smoke, bytes);
    workspace_close(&workspace);
    return fail;
}

static void teardown(void *object)
{
    FactsState *state = object;
    for (int i = 0; i < pool_slots(state->pool); i++) parser_free(state->parsers[i]);
    pool_free(state->pool);
    arena_fini(&state->arena);
    mem_free(state);
}

static void one_file(void *object, size_t index, int slot)
{
    FactsState *state = object;
    Arena arena = {0};
    Ctx cx = ctx_child(&state->cx, &arena);
    Facts facts;
    Fail fail = state->bare ? facts_parse_only(&cx, state->parsers[slot], state->langs[index],
                                               state->texts[index])
                            : facts_extract(&cx, state->parsers[slot], state->langs[index],
                                            state->texts[index], &facts);
    (void)fail; // cannot be cancelled, and every language is known
    arena_fini(&arena);
}

static Fail run_all(FactsState *state, bool bare)
{
    state->bare = bare;
    pool_each(state->pool, &state->cx, state->count, 1, one_file, state);
    return NULL;
}

static Fail extract(const BenchEnv *env, void *state)
{
    (void)env;
    return run_all(state, false);
}

static Fail parse(const BenchEnv *env, void *state)
{
    (void)env;
    return run_all(state, true);
}

const BenchCase bench_facts[] = {
    {"facts", "fact extraction of every file of a known language under --dir, on all cores",
     "tree-sitter parse alone", setup, extract, parse, teardown, 5},
    {0},
};
