// service/eval.c
#include "service/eval.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "service/find_channels.h"
#include "service/find_cold.h"

enum { MOST_FILE_BYTES = 1 << 20, MOST_INPUT_BYTES = 64 << 20 };

// --- reading ---

static Str text_member(const Json *object, Str key)
{
    const Json *value = json_get(object, key);
    return value && value->kind == JK_STR ? value->string : STR("");
}

static int64_t int_member(const Json *object, Str key)
{
    const Json *value = json_get(object, key);
    return value && value->kind == JK_INT ? value->integer : 0;
}

static Fail read_file(Ctx *cx, Str path, Str *out)
{
    return os_read_file(cx, OS_CWD, str_cstr(cx->arena, path), MOST_INPUT_BYTES, out);
}

static Fail read_queries(Ctx *cx, Str path, EvalAnswer *out)
{
    VEC(EvalQuery) queries = {0};
    Str text, line;
    TRY(read_file(cx, path, &text));
    while (str_next(&text, '\n', &line)) {
        const Json *row;
        if (!str_trim(line).len) continue;
        TRY(json_parse(cx->arena, line, &row));
        const Json *targets = json_get(row, STR("targets"));
        if (!targets || targets->kind != JK_ARRAY || !targets->len)
            return FAIL(cx->arena, BAD_REQUEST, "a line of " STR_FMT " has no targets",
                        STR_ARG(path));
        EvalQuery query = {.repo = text_member(row, STR("repo")),
                           .category = text_member(row, STR("category")),
                           .language = text_member(row, STR("language")),
                           .text = text_member(row, STR("query")),
                           .id = int_member(row, STR("query_id")),
                           .targets = targets,
                           .target_count = (uint32_t)MIN(targets->len, (size_t)32)};
        VEC_PUSH(cx->arena, &queries, query);
    }
    out->queries = queries.items;
    out->query_count = queries.len;
    return NULL;
}

static int by_name(const void *a, const void *b)
{
    return str_cmp(((const EvalRepo *)a)->name, ((const EvalRepo *)b)->name);
}

static Fail read_repos(Ctx *cx, Str path, EvalAnswer *out)
{
    const Json *rows;
    Str text;
    TRY(read_file(cx, path, &text));
    TRY(json_parse(cx->arena, text, &rows));
    if (rows->kind != JK_ARRAY)
        return FAIL(cx->arena, BAD_REQUEST, STR_FMT " is no array of repositories", STR_ARG(path));
    out->repo_count = rows->len;
    out->repos = ARENA_ARRAY(cx->arena, EvalRepo, rows->len);
    for (size_t i = 0; i < rows->len; i++)
        out->repos[i] = (EvalRepo){.name = text_member(rows->items[i], STR("name")),
                                   .root = text_member(rows->items[i], STR("root")),
                                   .language = text_member(rows->items[i], STR("language"))};
    if (rows->len) qsort(out->repos, rows->len, sizeof *out->repos, by_name);
    for (size_t i = 0; i < rows->len; i++) out->repos[i].test_half = i % 2 == 1;
    return NULL;
}

// --- the metric ---

static bool ends_as_path(Str whole, Str end)
{
    return str_ends(whole, end) &&
           (whole.len == end.len || whole.ptr[whole.len - end.len - 1] == '/');
}

static bool matches(const Json *target, Str path, uint32_t first_line, uint32_t last_line)
{
    Str wanted = text_member(target, STR("path"));
    if (!ends_as_path(path, wanted) && !ends_as_path(wanted, path)) return false;
    int64_t start = int_member(target, STR("start")), end = int_member(target, STR("end"));
    return !start || !end || (last_line >= start && first_line <= end);
}

static void judge(EvalQuery *query)
{
    bool hit[EVAL_DEPTH] = {false};
    double gain = 0, ideal = 0;
    for (uint32_t i = 0; i < query->target_count; i++) {
        size_t rank = 0;
        while (rank < query->result_count &&
               !matches(query->targets->items[i], query->results[rank].path,
                        query->results[rank].first_line, query->results[rank].last_line))
            rank++;
        if (rank >= query->result_count) continue;
        query->found_1 += rank < 1;
        query->found_5 += rank < 5;
        query->found++;
        hit[rank] = true;
    }
    for (uint32_t i = 0; i < EVAL_DEPTH; i++) {
        double discount = 1 / log2(i + 2.0);
        if (hit[i]) gain += discount;
        if (hit[i] && query->reciprocal_rank == 0) query->reciprocal_rank = 1 / (i + 1.0);
        if (i < query->target_count) ideal += discount;
    }
    query->ndcg = gain / ideal;
}

// --- running ---

typedef struct Run {
    Ctx *cx;
    const EvalSpec *spec;
    const EvalRepo *repo;
    const FindIndex *index;
    Channels *channels;
    const RefreshSpec *cold; // NULL: as indexed
} Run;

static Str full_path(const Run *run, uint32_t file)
{
    Arena *arena = run->cx->arena; // outlives the index
    Str path = str_copy(arena, corpus_path(&run->index->corpus, file));
    return str_join(arena, run->repo->root, STR("/"), path);
}

// One result a file; when there are fewer files than results, their next best chunks follow.
static void keep_results(const Run *run, const Ranking *ranking, EvalQuery *query)
{
    EvalResult *results = ARENA_ARRAY(run->cx->arena, EvalResult, EVAL_DEPTH);
    for (uint32_t nth = 0; nth < RANK_MOST_CHUNKS; nth++) {
        for (size_t i = 0; i < ranking->count && query->result_count < EVAL_DEPTH; i++) {
            const RankedFile *file = &ranking->files[i];
            if (nth >= file->chunk_count) continue;
            const LexChunk *chunk = corpus_chunk(&run->index->corpus, file->chunks[nth]);
            results[query->result_count++] = (EvalResult){
                full_path(run, file->file), chunk->first_line, chunk->last_line, file->score};
        }
    }
    query->results = results;
}

// Candidates whose every chunk misses a target's lines do not match it, as results would not.
static void keep_candidates(const Run *run, const Ranking *ranking, EvalQuery *query)
{
    query->candidate_count = ranking->count;
    EvalCandidate *candidates = ARENA_ARRAY(run->cx->arena, EvalCandidate, ranking->count);
    for (size_t i = 0; i < ranking->count; i++) {
        const RankedFile *file = &ranking->files[i];
        const LexChunk *chunk = corpus_chunk(&run->index->corpus, file->chunks[0]);
        Str path = full_path(run, file->file);
        memcpy(candidates[i].features, file->features, sizeof file->features);
        for (uint32_t t = 0; t < query->target_count; t++)
            if (matches(query->targets->items[t], path, chunk->first_line, chunk->last_line))
                candidates[i].targets |= 1U << t;
    }
    query->candidates = candidates;
}

static void run_query(const Run *run, EvalQuery *query)
{
    size_t limit = run->spec->candidates ? SIZE_MAX : EVAL_DEPTH;
    query->elapsed_ns = INT64_MAX;
    for (size_t i = 0; i < MAX(run->spec->repeats, (size_t)1); i++) {
        Arena scratch = {0};
        Ranking ranking;
        Ctx cx = ctx_child(run->cx, &scratch);
        int64_t start_ns = clock_now_ns();
        if (!run->cold) channels_ask(&cx, run->channels, query->text);
        Query analysed = query_analyse(&scratch, query->text);
        RankSpec spec = {.query = &analysed,
                         .limit = limit,
                         .chunks = RANK_MOST_CHUNKS,
                         .weights = run->spec->weights};
        if (!run->cold) channels_expand(&cx, run->channels, &analysed);
        if (!run->cold) channels_join(run->channels, &spec);
        rank_files(&scratch, &run->index->corpus, &spec, &ranking);
        query->elapsed_ns = MIN(query->elapsed_ns, clock_now_ns() - start_ns);
        if (!i) keep_results(run, &ranking, query);
        if (!i && run->spec->candidates) keep_candidates(run, &ranking, query);
        arena_fini(&scratch);
    }
    query->ran = true;
    judge(query);
}

// Where there is no index: of files that are parsed already.
static Fail run_cold(const Run *run, EvalQuery *query)
{
    Arena arena = {0};
    Ctx cx = ctx_child(run->cx, &arena);
    Query analysed = query_analyse(&arena, query->text);
    ColdSpec spec = {
        .refresh = run->cold, .query = &analysed, .known = &run->index->view.delta, .always = true};
    FindIndex index;
    bool made = false;
    Fail fail = analysed.term_count ? cold_index(&cx, &spec, &index, &made) : NULL;
    Run on_cold = *run;
    on_cold.index = &index;
    if (made) run_query(&on_cold, query);
    fail = problem_copy(run->cx->arena, fail);
    arena_fini(&arena);
    return fail;
}

static bool is_wanted(const EvalSpec *spec, Str name)
{
    for (size_t i = 0; i < spec->only_count; i++)
        if (str_eq(spec->only[i], name)) return true;
    return !spec->only_count;
}

// Chunks are whole lines: those of a file that lie in exactly one stand for their share of it.
static uint64_t covered_bytes(const Corpus *corpus)
{
    uint64_t covered = 0;
    for (uint32_t i = 0; i < corpus->files; i++) {
        const CorpusPart *part = corpus_part_of_file(corpus, i);
        const LexFile *file = corpus_file(corpus, i);
        uint64_t lines = 0;
        uint32_t behind = 0;
        if (corpus_is_dead(part, i - part->first_file)) continue;
        for (uint32_t k = 0; k < file->chunk_count; k++) {
            const LexChunk *chunk = lex_chunk(part->lexicon, file->first_chunk + k);
            if (chunk->first_line != behind + 1) lines = 0; // a gap, or twice
            lines += chunk->last_line - chunk->first_line + 1;
            behind = chunk->last_line;
        }
        covered += lines == file->lines ? file->bytes : file->bytes * lines / MAX(file->lines, 1u);
    }
    return covered;
}

// `cx` has the repository's memory, run->cx that of the answer.
static Fail run_queries(Ctx *cx, const Env *env, const Workspace *workspace, Run *run,
                        EvalRepo *repo, EvalAnswer *out)
{
    const FindIndex *index = run->index;
    ChannelsSpec channels = {.env = env,
                             .workspace = workspace,
                             .index = index,
                             .question = STR(""),
                             .max_file_bytes = MOST_FILE_BYTES};
    TRY(channels_begin(cx, &channels, &run->channels));
    repo->present = true;
    repo->files = index->view.delta.taken;
    repo->bytes = index->view.delta.bytes;
    repo->chunks = index->corpus.chunks;
    repo->covered_bytes = covered_bytes(&index->corpus);
    repo->index_bytes = index->index_bytes;
    repo->build_ns = index->build_ns;
    repo->pack_ns = index->view.pack_ns;
    Fail fail = NULL;
    for (size_t i = 0; i < out->query_count && !fail; i++) {
        if (!str_eq(out->queries[i].repo, repo->name)) continue;
        if (run->cold) fail = run_cold(run, &out->queries[i]);
        else run_query(run, &out->queries[i]);
    }
    channels_end(run->channels, NULL);
    return fail;
}

static Fail run_repo(Ctx *cx, const Env *env, const EvalSpec *spec, EvalRepo *repo, EvalAnswer *out)
{
    Arena arena = {0};
    Ctx inner = ctx_child(cx, &arena);
    Workspace workspace;
    OsStat info;
    FindIndex index;
    Str folder = str_join(cx->arena, spec->checkouts, STR("/"),
                          str_join(cx->arena, repo->name, STR("/"), repo->root));
    repo->unwanted = !is_wanted(spec, repo->name);
    if (repo->unwanted) return NULL;
    if (os_stat(cx, OS_CWD, str_cstr(cx->arena, folder), OS_FOLLOW, &info)) return NULL;
    TRY(workspace_open(cx, folder, false, &workspace));
    Fail fail = find_index_build(&inner, env, &workspace, MOST_FILE_BYTES, &index);
    if (!fail) {
        RefreshSpec refresh;
        find_index_spec(env, &workspace, MOST_FILE_BYTES, STR_NONE, &refresh);
        Run run = {cx, spec, repo, &index, NULL, spec->cold ? &refresh : NULL};
        fail = run_queries(&inner, env, &workspace, &run, repo, out);
        refresh_close(&index.view);
    }
    workspace_close(&workspace);
    fail = problem_copy(cx->arena, fail);
    arena_fini(&arena);
    return fail;
}

Fail eval_run(Ctx *cx, const Env *env, const EvalSpec *spec, EvalAnswer *out)
{
    *out = (EvalAnswer){0};
    TRY(read_queries(cx, spec->queries, out));
    TRY(read_repos(cx, spec->repos, out));
    for (size_t i = 0; i < out->repo_count; i++) {
        TRY(ctx_check(cx));
        TRY(run_repo(cx, env, spec, &out->repos[i], out));
    }
    return NULL;
}
