// op/eval.c - "eval": how well find ranks, on judged queries.
#include <math.h>

#include "base/vec.h"
#include "op/op.h"
#include "service/eval_sum.h"

typedef struct EvalArgs {
    Str queries, repos, checkouts, against;
    StrList only;
    int64_t repeats;
    bool results, candidates, cold;
} EvalArgs;

static const Field args[] = {
    FIELD(EvalArgs, queries, PATH, "judged queries, one JSON object a line",
          .flags = FIELD_REQUIRED | FIELD_LOCAL, .value_name = "FILE"),
    FIELD(EvalArgs, repos, PATH, "the repositories: a JSON array",
          .flags = FIELD_REQUIRED | FIELD_LOCAL, .value_name = "FILE"),
    FIELD(EvalArgs, checkouts, PATH, "the folder that holds one folder a repository",
          .flags = FIELD_REQUIRED | FIELD_LOCAL, .value_name = "DIR"),
    FIELD(EvalArgs, only, STRS, "only this repository; may be repeated", .value_name = "NAME"),
    FIELD(EvalArgs, repeats, INT, "run each query so often; the fastest run counts", .least = 1,
          .most = 1000, .fallback = "1"),
    FIELD(EvalArgs, cold, BOOL, "as find answers without an index: the most promising files"),
    FIELD(EvalArgs, against, PATH, "what --results printed in another run: show what changed",
          .value_name = "FILE", .flags = FIELD_LOCAL),
    FIELD(EvalArgs, results, BOOL, "print the results of each query, one JSON object a line"),
    FIELD(EvalArgs, candidates, BOOL,
          "print what each query's candidates are scored by, one JSON object a line"),
    {0},
};

static const Field figure_fields[] = {
    FIELD(EvalFigures, name, STR, "of the group"),
    FIELD(EvalFigures, queries, SIZE, "in it"),
    FIELD(EvalFigures, repos, SIZE, "repositories that the means are over"),
    FIELD(EvalFigures, ndcg, REAL, "NDCG@10"),
    FIELD(EvalFigures, reciprocal_rank, REAL, "mean reciprocal rank of the first target"),
    FIELD(EvalFigures, recall_1, REAL, "share of targets that come first"),
    FIELD(EvalFigures, recall_5, REAL, "share of targets among the first five"),
    FIELD(EvalFigures, recall_10, REAL, "share of targets among the first ten"),
    {0},
};

typedef struct RepoRow {
    Str name, half;
    uint64_t files, bytes, covered_bytes, chunks, index_bytes;
    double build_ms, pack_ms;
} RepoRow;

static const Field repo_fields[] = {
    FIELD(RepoRow, name, STR, "of the repository"),
    FIELD(RepoRow, half, STR, "dev or test"),
    FIELD(RepoRow, files, SIZE, "indexed"),
    FIELD(RepoRow, bytes, SIZE, "of them"),
    FIELD(RepoRow, covered_bytes, SIZE, "of these that lie in a chunk: all"),
    FIELD(RepoRow, chunks, SIZE, "of them"),
    FIELD(RepoRow, index_bytes, SIZE, "of the index"),
    FIELD(RepoRow, build_ms, REAL, "to index it"),
    FIELD(RepoRow, pack_ms, REAL, "of which to put the parsed files together"),
    {0},
};

static const Field change_fields[] = {
    FIELD(EvalChange, repo, STR, "of the query"),
    FIELD(EvalChange, id, INT, "of the query"),
    FIELD(EvalChange, query, STR, "as asked"),
    FIELD(EvalChange, before, REAL, "its NDCG@10 then"),
    FIELD(EvalChange, now, REAL, "and now"),
    {0},
};

typedef struct EvalSummary {
    RecordList groups, categories, languages, repos, indexes, changes;
    StrList missing;
    uint64_t bytes, chunks, index_bytes;
    double chunk_bytes, coverage, index_bytes_per_chunk;
    double p50_ms, p95_ms, most_ms;
} EvalSummary;

static const Field result[] = {
    FIELD(EvalSummary, groups, RECORDS, "all, and the two halves of the repositories",
          .sub = figure_fields, .sub_size = sizeof(EvalFigures)),
    FIELD(EvalSummary, categories, RECORDS, "by kind of query", .sub = figure_fields,
          .sub_size = sizeof(EvalFigures)),
    FIELD(EvalSummary, languages, RECORDS, "by language", .sub = figure_fields,
          .sub_size = sizeof(EvalFigures)),
    FIELD(EvalSummary, repos, RECORDS, "by repository", .sub = figure_fields,
          .sub_size = sizeof(EvalFigures)),
    FIELD(EvalSummary, indexes, RECORDS, "what was indexed", .sub = repo_fields,
          .sub_size = sizeof(RepoRow)),
    FIELD(EvalSummary, changes, RECORDS, "since the run of --against, the largest first",
          .flags = FIELD_OPTIONAL_OUT, .sub = change_fields, .sub_size = sizeof(EvalChange)),
    FIELD(EvalSummary, missing, STRS, "repositories that are not checked out"),
    FIELD(EvalSummary, bytes, SIZE, "of text, in all repositories"),
    FIELD(EvalSummary, chunks, SIZE, "of it"),
    FIELD(EvalSummary, chunk_bytes, REAL, "bytes of text in a chunk"),
    FIELD(EvalSummary, coverage, REAL, "share of the text that lies in a chunk: 1"),
    FIELD(EvalSummary, index_bytes, SIZE, "in memory; without facts and trigrams"),
    FIELD(EvalSummary, index_bytes_per_chunk, REAL, "the same for each chunk"),
    FIELD(EvalSummary, p50_ms, REAL, "median time of a query"),
    FIELD(EvalSummary, p95_ms, REAL, "95 of 100 queries take less"),
    FIELD(EvalSummary, most_ms, REAL, "the slowest query"),
    {0},
};

static double ms_of(int64_t ns)
{
    return (double)ns / (double)NS_PER_MS;
}

static void list_repos(Arena *arena, const EvalAnswer *answer, EvalSummary *out)
{
    VEC(RepoRow) rows = {0};
    VEC(Str) missing = {0};
    for (size_t i = 0; i < answer->repo_count; i++) {
        const EvalRepo *repo = &answer->repos[i];
        RepoRow row = {repo->name,          repo->test_half ? STR("test") : STR("dev"),
                       repo->files,         repo->bytes,
                       repo->covered_bytes, repo->chunks,
                       repo->index_bytes,   ms_of(repo->build_ns),
                       ms_of(repo->pack_ns)};
        if (repo->present) VEC_PUSH(arena, &rows, row);
        else if (!repo->unwanted) VEC_PUSH(arena, &missing, repo->name);
    }
    uint64_t covered = 0;
    for (size_t i = 0; i < rows.len; i++) {
        out->bytes += rows.items[i].bytes;
        out->chunks += rows.items[i].chunks;
        out->index_bytes += rows.items[i].index_bytes;
        covered += rows.items[i].covered_bytes;
    }
    if (out->bytes) out->coverage = (double)covered / (double)out->bytes;
    if (out->chunks) out->chunk_bytes = (double)out->bytes / (double)out->chunks;
    if (out->chunks) out->index_bytes_per_chunk = (double)out->index_bytes / (double)out->chunks;
    out->indexes = (RecordList){rows.items, rows.len};
    out->missing = (StrList){missing.items, missing.len};
}

static Fail run(Ctx *cx, const Env *env, const void *arguments, Result *out)
{
    const EvalArgs *from = arguments;
    EvalSpec spec = {.queries = from->queries,
                     .repos = from->repos,
                     .checkouts = from->checkouts,
                     .only = from->only.items,
                     .only_count = from->only.count,
                     .repeats = (size_t)from->repeats,
                     .cold = from->cold,
                     .candidates = from->candidates};
    EvalAnswer *answer = ARENA_NEW(cx->arena, EvalAnswer);
    TRY(eval_run(cx, env, &spec, answer));
    EvalSums sums = eval_sum(cx->arena, answer);
    EvalFigures *groups = ARENA_ARRAY(cx->arena, EvalFigures, 3);
    groups[0] = sums.all;
    groups[1] = sums.dev;
    groups[2] = sums.test;
    EvalSummary *summary = ARENA_NEW(cx->arena, EvalSummary);
    *summary = (EvalSummary){.groups = {groups, 3},
                             .categories = {sums.categories, sums.category_count},
                             .languages = {sums.languages, sums.language_count},
                             .repos = {sums.repos, sums.repo_count},
                             .p50_ms = sums.p50_ms,
                             .p95_ms = sums.p95_ms,
                             .most_ms = sums.most_ms};
    list_repos(cx->arena, answer, summary);
    const EvalChange *changes;
    size_t count;
    if (from->against.len) {
        TRY(eval_compare(cx, from->against, answer, &changes, &count));
        summary->changes = (RecordList){changes, count};
    }
    *out = (Result){.summary = summary,
                    .make_finding = result_array_finding,
                    .data = answer,
                    .found = sums.all.queries > 0};
    return NULL;
}

// --- text ---

static void write_figures(Buf *out, const char *title, RecordList list)
{
    const EvalFigures *figures = list.items;
    buf_addf(out, "%-14s %7s %6s  %7s %7s %7s %7s %7s\n", title, "queries", "repos", "NDCG@10",
             "MRR", "R@1", "R@5", "R@10");
    for (size_t i = 0; i < list.count; i++)
        buf_addf(out, "  %-12.*s %7llu %6llu  %7.4f %7.4f %7.4f %7.4f %7.4f\n",
                 STR_ARG(figures[i].name), (unsigned long long)figures[i].queries,
                 (unsigned long long)figures[i].repos, figures[i].ndcg, figures[i].reciprocal_rank,
                 figures[i].recall_1, figures[i].recall_5, figures[i].recall_10);
}

static void write_changes(Buf *out, const EvalSummary *summary)
{
    const EvalChange *changes = summary->changes.items;
    buf_addf(out, "%zu queries changed\n", summary->changes.count);
    for (size_t i = 0; i < summary->changes.count; i++)
        buf_addf(out, "  %+.3f %.3f -> %.3f  " STR_FMT " %lld  " STR_FMT "\n",
                 changes[i].now - changes[i].before, changes[i].before, changes[i].now,
                 STR_ARG(changes[i].repo), (long long)changes[i].id, STR_ARG(changes[i].query));
}

static void text(Buf *out, const void *arguments, const Result *of, const TextStyle *style)
{
    const EvalArgs *from = arguments;
    (void)style;
    const EvalSummary *summary = of->summary;
    const RepoRow *rows = summary->indexes.items;
    double build_ms = 0, pack_ms = 0;
    for (size_t i = 0; i < summary->indexes.count; i++) {
        build_ms += rows[i].build_ms;
        pack_ms += rows[i].pack_ms;
    }
    write_figures(out, "group", summary->groups);
    write_figures(out, "category", summary->categories);
    write_figures(out, "language", summary->languages);
    write_figures(out, "repository", summary->repos);
    buf_addf(out, "latency of a query: p50 %.3f ms, p95 %.3f ms, most %.3f ms\n", summary->p50_ms,
             summary->p95_ms, summary->most_ms);
    if (summary->chunks)
        buf_addf(out,
                 "chunks: %llu of %.0f bytes, %.2f %% of %.1f MB of text\n"
                 "index: %.0f bytes a chunk, %.2f x the text; built in %.2f s, of which %.2f s "
                 "packing\n",
                 (unsigned long long)summary->chunks, summary->chunk_bytes,
                 floor(summary->coverage * 1e4) / 1e2, (double)summary->bytes / 1e6,
                 summary->index_bytes_per_chunk,
                 (double)summary->index_bytes / (double)MAX(summary->bytes, (uint64_t)1),
                 build_ms / 1e3, pack_ms / 1e3);
    for (size_t i = 0; i < summary->missing.count; i++)
        buf_addf(out, "not checked out: " STR_FMT "\n", STR_ARG(summary->missing.items[i]));
    if (from->against.len) write_changes(out, summary);
}

// --- JSON lines ---

static void write_results(JsonWriter *w, const EvalQuery *query)
{
    json_key(w, "results");
    json_begin_array(w);
    for (size_t i = 0; i < query->result_count; i++) {
        const EvalResult *row = &query->results[i];
        json_begin_object(w);
        json_member_str(w, "file", row->path);
        json_member_int(w, "start", row->first_line);
        json_member_int(w, "end", row->last_line);
        json_key(w, "score");
        json_write_real(w, row->score);
        json_end(w);
    }
    json_end(w);
}

static void write_candidates(JsonWriter *w, const EvalQuery *query)
{
    json_key(w, "candidates");
    json_begin_array(w);
    for (size_t i = 0; i < query->candidate_count; i++) {
        json_begin_array(w);
        json_write_int(w, query->candidates[i].targets);
        for (size_t f = 0; f < FEATURES; f++) json_write_real(w, query->candidates[i].features[f]);
        json_end(w);
    }
    json_end(w);
}

static bool plain(Buf *out, const void *arguments, const Result *of)
{
    const EvalArgs *from = arguments;
    const EvalAnswer *answer = of->data;
    if (!from->results && !from->candidates) return false;
    for (size_t i = 0; i < answer->query_count; i++) {
        const EvalQuery *query = &answer->queries[i];
        JsonWriter w = {.out = out};
        if (!query->ran) continue;
        json_begin_object(&w);
        json_member_str(&w, "repo", query->repo);
        json_member_int(&w, "query_id", query->id);
        json_member_str(&w, "query", query->text);
        json_member_str(&w, "category", query->category);
        json_member_int(&w, "targets", query->target_count);
        json_key(&w, "ndcg");
        json_write_real(&w, query->ndcg);
        if (from->results) write_results(&w, query);
        if (from->candidates) write_candidates(&w, query);
        json_end(&w);
        buf_byte(out, '\n');
    }
    return true;
}

static const OpExample examples[] = {
    {"cq eval --queries queries.jsonl --repos repos.json --checkouts ../checkouts",
     "NDCG, recall and latency, by category, language and repository"},
    {0},
};

const OpSpec op_eval = {
    .name = "eval",
    .summary = "How well find ranks, measured on judged queries",
    .details =
        "A line of --queries has repo, query_id, query, category, language and targets (path, and "
        "start and end when only these lines answer it). --repos has name, root and language of "
        "each repository; its files lie in CHECKOUTS/name/root. Figures are means over "
        "repositories of each one's mean.\n"
        "Exit status: 0 when queries were run, 1 when none were, 2 and above on a problem.",
    .examples = examples,
    .args = args,
    .args_size = sizeof(EvalArgs),
    .result = result,
    .result_size = sizeof(EvalSummary),
    .run = run,
    .text = text,
    .plain = plain,
};
