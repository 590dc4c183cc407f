// service/eval_sum.c
#include "service/eval_sum.h"

#include <math.h>
#include <stdlib.h>

#include "base/os.h"
#include "base/vec.h"

typedef struct QueryGroup { // which queries count; an empty Str takes all
    Str repo, category, language;
    int half; // 0: both, 1: dev, 2: test
} QueryGroup;

static bool takes(const QueryGroup *group, const EvalQuery *query)
{
    return query->ran && (!group->repo.len || str_eq(group->repo, query->repo)) &&
           (!group->category.len || str_eq(group->category, query->category)) &&
           (!group->language.len || str_eq(group->language, query->language));
}

static void add_query(EvalFigures *sum, const EvalQuery *query)
{
    double targets = query->target_count;
    sum->queries++;
    sum->ndcg += query->ndcg;
    sum->reciprocal_rank += query->reciprocal_rank;
    sum->recall_1 += query->found_1 / targets;
    sum->recall_5 += query->found_5 / targets;
    sum->recall_10 += query->found / targets;
}

static void add_scaled(EvalFigures *to, const EvalFigures *from, double factor)
{
    to->ndcg += from->ndcg * factor;
    to->reciprocal_rank += from->reciprocal_rank * factor;
    to->recall_1 += from->recall_1 * factor;
    to->recall_5 += from->recall_5 * factor;
    to->recall_10 += from->recall_10 * factor;
}

static EvalFigures sum_group(const EvalAnswer *answer, Str name, QueryGroup group)
{
    EvalFigures sum = {.name = name};
    for (size_t r = 0; r < answer->repo_count; r++) {
        const EvalRepo *repo = &answer->repos[r];
        EvalFigures of = {0};
        if (!repo->present || (group.half && repo->test_half != (group.half == 2))) continue;
        if (group.repo.len && !str_eq(group.repo, repo->name)) continue;
        for (size_t i = 0; i < answer->query_count; i++)
            if (str_eq(answer->queries[i].repo, repo->name) && takes(&group, &answer->queries[i]))
                add_query(&of, &answer->queries[i]);
        if (!of.queries) continue;
        sum.queries += of.queries;
        sum.repos++;
        add_scaled(&sum, &of, 1 / (double)of.queries);
    }
    EvalFigures mean = {.name = name, .queries = sum.queries, .repos = sum.repos};
    if (sum.repos) add_scaled(&mean, &sum, 1 / (double)sum.repos);
    return mean;
}

typedef VEC(EvalFigures) FiguresVec;

static void add_once(Arena *arena, FiguresVec *all, const EvalAnswer *answer, Str name,
                     QueryGroup group)
{
    for (size_t i = 0; i < all->len; i++)
        if (str_eq(all->items[i].name, name)) return;
    EvalFigures figures = sum_group(answer, name, group);
    if (figures.queries) VEC_PUSH(arena, all, figures);
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(((const EvalFigures *)a)->name, ((const EvalFigures *)b)->name);
}

static const EvalFigures *sorted(FiguresVec *all, size_t *count)
{
    if (all->len) qsort(all->items, all->len, sizeof *all->items, by_name);
    *count = all->len;
    return all->items;
}

static int by_number(const void *a, const void *b)
{
    double left = *(const double *)a, right = *(const double *)b;
    return left < right ? -1 : left > right;
}

static void sum_latency(Arena *arena, const EvalAnswer *answer, EvalSums *out)
{
    double *ms = ARENA_ARRAY(arena, double, answer->query_count);
    size_t count = 0;
    for (size_t i = 0; i < answer->query_count; i++)
        if (answer->queries[i].ran)
            ms[count++] = (double)answer->queries[i].elapsed_ns / (double)NS_PER_MS;
    if (!count) return;
    qsort(ms, count, sizeof *ms, by_number);
    out->p50_ms = ms[count / 2];
    out->p95_ms = ms[count * 95 / 100];
    out->most_ms = ms[count - 1];
}

EvalSums eval_sum(Arena *arena, const EvalAnswer *answer)
{
    EvalSums out = {.all = sum_group(answer, STR("all"), (QueryGroup){0}),
                    .dev = sum_group(answer, STR("dev"), (QueryGroup){.half = 1}),
                    .test = sum_group(answer, STR("test"), (QueryGroup){.half = 2})};
    FiguresVec categories = {0}, languages = {0}, repos = {0};
    for (size_t i = 0; i < answer->query_count; i++) {
        const EvalQuery *query = &answer->queries[i];
        add_once(arena, &categories, answer, query->category,
                 (QueryGroup){.category = query->category});
        add_once(arena, &languages, answer, query->language,
                 (QueryGroup){.language = query->language});
        add_once(arena, &repos, answer, query->repo, (QueryGroup){.repo = query->repo});
    }
    out.categories = sorted(&categories, &out.category_count);
    out.languages = sorted(&languages, &out.language_count);
    out.repos = sorted(&repos, &out.repo_count);
    sum_latency(arena, answer, &out);
    return out;
}

static const EvalQuery *find_query(const EvalAnswer *answer, Str repo, int64_t id)
{
    for (size_t i = 0; i < answer->query_count; i++)
        if (answer->queries[i].ran && answer->queries[i].id == id &&
            str_eq(answer->queries[i].repo, repo))
            return &answer->queries[i];
    return NULL;
}

static int by_change(const void *a, const void *b)
{
    const EvalChange *left = a, *right = b;
    double one = fabs(left->now - left->before), other = fabs(right->now - right->before);
    if (one != other) return one > other ? -1 : 1;
    int way = str_cmp(left->repo, right->repo);
    return way ? way : left->id < right->id ? -1 : left->id > right->id;
}

Fail eval_compare(Ctx *cx, Str file, const EvalAnswer *answer, const EvalChange **out,
                  size_t *count)
{
    enum { MOST_BYTES = 64 << 20 };
    VEC(EvalChange) changes = {0};
    Str text, line;
    TRY(os_read_file(cx, OS_CWD, str_cstr(cx->arena, file), MOST_BYTES, &text));
    while (str_next(&text, '\n', &line)) {
        const Json *row;
        if (!str_trim(line).len) continue;
        TRY(json_parse(cx->arena, line, &row));
        const Json *repo = json_get(row, STR("repo")), *id = json_get(row, STR("query_id"));
        const Json *ndcg = json_get(row, STR("ndcg"));
        if (!repo || !id || !ndcg || ndcg->kind != JK_REAL)
            return FAIL(cx->arena, BAD_REQUEST, STR_FMT " is not what --results prints",
                        STR_ARG(file));
        const EvalQuery *query = find_query(answer, repo->string, id->integer);
        if (!query || fabs(query->ndcg - ndcg->real) < 1e-9) continue;
        EvalChange change = {query->repo, query->text, query->id, ndcg->real, query->ndcg};
        VEC_PUSH(cx->arena, &changes, change);
    }
    if (changes.len) qsort(changes.items, changes.len, sizeof *changes.items, by_change);
    *out = changes.items;
    *count = changes.len;
    return NULL;
}
