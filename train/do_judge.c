// train/do_judge.c - cq-train judge: NDCG@10 of a table's vectors alone over judged queries, in the
// files that `cq eval` takes. A target is a file; its lines are not looked at.
#include <math.h>
#include <stdio.h>

#include "base/json.h"
#include "train/commands.h"
#include "train/judge.h"

enum { MOST_BYTES = 64 << 20, MOST_CATEGORIES = 16 };

typedef struct Mean {
    Str name;
    double sum;
    uint32_t count;
} Mean;

typedef struct Judging {
    Pool *pool;
    Embedder *embedder;
    Str checkouts, queries;
    Mean all, categories[MOST_CATEGORIES];
} Judging;

static Str member(const Json *object, const char *name)
{
    const Json *value = json_get(object, str_from(name));
    return value && value->kind == JK_STR ? value->string : STR_NONE;
}

static void add(Mean *mean, double value)
{
    mean->sum += value;
    mean->count++;
}

static Mean *category(Judging *judging, Str name)
{
    size_t i = 0;
    while (i + 1 < MOST_CATEGORIES && judging->categories[i].count &&
           !str_eq(judging->categories[i].name, name))
        i++;
    judging->categories[i].name = name;
    return &judging->categories[i];
}

static bool matches(Str path, Str target)
{
    if (!str_ends(path, target) && !str_ends(target, path)) return false;
    Str longer = path.len > target.len ? path : target;
    size_t rest = longer.len - MIN(path.len, target.len);
    return !rest || longer.ptr[rest - 1] == '/';
}

static double ndcg(Arena *arena, const JudgedRepo *repo, Str root, const uint32_t *files,
                   uint32_t count, const Json *targets)
{
    bool gains[JUDGE_DEPTH] = {0};
    double sum = 0, ideal = 0;
    for (size_t t = 0; t < targets->len; t++) {
        Str target = member(targets->items[t], "path");
        for (uint32_t i = 0; i < count; i++) {
            Str path = str_join(arena, root, STR("/"), repo->files[files[i]].path);
            if (!matches(path, target)) continue;
            gains[i] = true;
            break;
        }
    }
    for (uint32_t i = 0; i < JUDGE_DEPTH; i++) {
        sum += gains[i] / log2(i + 2);
        if (i < targets->len) ideal += 1 / log2(i + 2);
    }
    return ideal > 0 ? sum / ideal : 0;
}

static Fail judge_query(Ctx *cx, Judging *judging, const JudgedRepo *repo, const Json *row,
                        Str root, Mean *mean)
{
    EmbedRows vectors;
    uint32_t files[JUDGE_DEPTH];
    Str text = member(row, "query");
    const Json *targets = json_get(row, STR("targets"));
    if (!targets || targets->kind != JK_ARRAY) return NULL;
    TRY(embed_texts(cx, judging->embedder, NULL, EMBED_QUERY, &text, 1, &vectors));
    uint32_t count = judge_rank(cx->arena, repo, vectors.rows, files);
    double value = ndcg(cx->arena, repo, root, files, count, targets);
    add(mean, value);
    add(category(judging, member(row, "category")), value);
    return NULL;
}

static Fail judge_repo(Ctx *cx, Judging *judging, const Json *about)
{
    JudgedRepo repo;
    Mean mean = {.name = member(about, "name")};
    Str root = member(about, "root"), rest = judging->queries, line;
    Str folder = str_join(cx->arena, str_join(cx->arena, judging->checkouts, STR("/"), mean.name),
                          STR("/"), root);
    TRY(judge_read(cx, judging->pool, embed_table(judging->embedder), folder, &repo));
    while (str_next(&rest, '\n', &line)) {
        const Json *row;
        if (!str_trim(line).len) continue;
        TRY(json_parse(cx->arena, line, &row));
        if (str_eq(member(row, "repo"), mean.name))
            TRY(judge_query(cx, judging, &repo, row, root, &mean));
    }
    if (!mean.count) return NULL;
    say_progress("%.*s %.4f", STR_ARG(mean.name), mean.sum / mean.count);
    add(&judging->all, mean.sum / mean.count);
    return NULL;
}

static Fail judge_all(Ctx *cx, Judging *judging, const Json *repos)
{
    for (size_t i = 0; i < repos->len; i++) {
        Arena arena = {0};
        Ctx inner = ctx_child(cx, &arena);
        Fail fail = problem_copy(cx->arena, judge_repo(&inner, judging, repos->items[i]));
        if (fail && fail->kind != PROBLEM_NOT_FOUND) return fail;
        for (size_t k = 0; k < MOST_CATEGORIES; k++) // names are the queries' own
            judging->categories[k].name = str_copy(cx->arena, judging->categories[k].name);
        arena_fini(&arena);
    }
    const Mean *all = &judging->all;
    say_progress("%s", "");
    printf("%.4f over %u repositories", all->count ? all->sum / all->count : 0, all->count);
    for (size_t k = 0; k < MOST_CATEGORIES && judging->categories[k].count; k++)
        printf("  %.*s %.4f", STR_ARG(judging->categories[k].name),
               judging->categories[k].sum / judging->categories[k].count);
    putchar('\n');
    return NULL;
}

Fail do_judge(Ctx *cx, TrainArgs *args)
{
    Judging judging = {0};
    Model *model = NULL;
    Str text;
    const Json *repos = NULL;
    Str path = args_take(args, "--model"), list = args_take(args, "--repos");
    Str queries = args_take(args, "--queries");
    judging.checkouts = args_take(args, "--checkouts");
    int threads = (int)args_int(args, "--threads", os_cpu_count());
    TRY(args_end(cx, args));
    if (!path.ptr || !list.ptr || !queries.ptr || !judging.checkouts.ptr)
        return FAIL(cx->arena, BAD_REQUEST,
                    "--model, --queries, --repos and --checkouts are needed");
    TRY(os_read_file(cx, OS_CWD, queries.ptr, MOST_BYTES, &judging.queries));
    TRY(os_read_file(cx, OS_CWD, list.ptr, MOST_BYTES, &text));
    TRY(json_parse(cx->arena, text, &repos));
    if (repos->kind != JK_ARRAY) return FAIL(cx->arena, BAD_REQUEST, "--repos is no array");
    TRY(model_open(cx, OS_CWD, path.ptr, &model));
    judging.embedder = embed_static_new(model);
    judging.pool = pool_new((PoolSpec){.cpu_workers = MAX(threads, 1) - 1});
    Fail fail = judge_all(cx, &judging, repos);
    pool_free(judging.pool);
    embed_free(judging.embedder);
    return fail;
}
