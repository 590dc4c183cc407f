// service/find.c - the flow of a find.
#include "service/find.h"

#include "base/log.h"
#include "base/vec.h"
#include "index/select.h"
#include "service/find_.h"

// --- filters ---

static bool lies_in(Str path, const Target *targets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        Str at = targets[i].path;
        if (!at.len || str_eq(path, at)) return true;
        if (str_starts(path, at) && path.ptr[at.len] == '/') return true;
    }
    return false;
}

static bool is_wanted(const FindQuery *query, const LexFile *file)
{
    bool docs = file->form == FORM_MARKDOWN || file->form == FORM_PROSE;
    if (query->only == FIND_CODE && file->form != FORM_CODE) return false;
    if (query->only == FIND_DOCS && !docs) return false;
    for (size_t i = 0; i < query->lang_count; i++)
        if (file->lang == query->langs[i]) return true;
    return !query->lang_count;
}

// By file of the corpus; NULL when all are wanted.
static Fail choose_files(Find *find, const bool **out)
{
    const FindQuery *query = find->query;
    const Corpus *corpus = &find->index.corpus;
    Selection in = {.in = query->in, .in_count = query->in_count};
    const Target *targets = NULL;
    size_t count = 0;
    *out = NULL;
    if (!query->in_count && !query->lang_count && query->only == FIND_ALL) return NULL;
    TRY(env_places(find->cx, find->env, &in));
    TRY(select_targets(find->cx, &find->workspace, &in, &targets, &count));
    bool *allowed = ARENA_ARRAY(find->cx->arena, bool, corpus->files);
    for (uint32_t i = 0; i < corpus->files; i++)
        allowed[i] = is_wanted(query, corpus_file(corpus, i)) &&
                     lies_in(corpus_path(corpus, i), targets, count);
    *out = allowed;
    return NULL;
}

// --- the answer ---

static void list_unknown(Find *find, FindAnswer *out)
{
    VEC(Str) unknown = {0};
    for (size_t i = 0; i < find->ranking.lexical.term_count; i++) {
        const LexicalTerm *term = &find->ranking.lexical.terms[i];
        if (term->of->plain && !term->chunks) VEC_PUSH(find->cx->arena, &unknown, term->of->text);
    }
    out->unknown = unknown.items;
    out->unknown_count = unknown.len;
}

static void take_files(Find *find, FindAnswer *out)
{
    Arena *arena = find->cx->arena;
    const Ranking *ranking = &find->ranking;
    const Corpus *corpus = &find->index.corpus;
    FindFile *files = ARENA_ARRAY(arena, FindFile, ranking->count);
    for (size_t i = 0; i < ranking->count; i++) {
        const RankedFile *from = &ranking->files[i];
        const LexFile *row = corpus_file(corpus, from->file);
        files[i] = (FindFile){.path = str_copy(arena, corpus_path(corpus, from->file)),
                              .lang = (LangId)row->lang,
                              .form = (PathForm)row->form,
                              .score = from->score};
        find_places(find, from, &files[i]);
        if (find->query->explain) files[i].explanation = explain_file(arena, corpus, ranking, from);
    }
    out->files = files;
    out->file_count = ranking->count;
    out->candidates = ranking->candidates;
    out->cut = ranking->count < ranking->candidates;
}

static void sum_up(const Find *find, FindAnswer *out)
{
    const RefreshView *view = &find->index.view;
    const Opened *opened = view->opened;
    out->root = find->workspace.root;
    out->universe_source = str_copy(find->cx->arena, view->universe_source);
    out->query = find->analysed;
    out->indexed_files = find->index.corpus.live_files;
    out->indexed_bytes = find->index.corpus.live_bytes;
    out->chunks = find->index.corpus.live_chunks;
    memcpy(out->skipped, view->skipped, sizeof out->skipped);
    out->stale = view->stale;
    out->generation = opened->snapshot ? opened->snapshot->head.generation : 0;
    out->changed_files =
        opened->snapshot ? view->delta.count + view->fresh.counts[FILE_DELETED] : 0;
    if (opened->trouble) out->index_trouble = str_copy(find->cx->arena, opened->trouble->detail);
    if (!view->stopped) return;
    out->interrupted = ctx_stopped(find->cx) == STOP_CANCEL;
    out->timed_out = !out->interrupted;
}

static Fail answer(Find *find, const RefreshSpec *spec, RefreshHow how, FindAnswer *out)
{
    const FindQuery *query = find->query;
    const bool *allowed;
    *out = (FindAnswer){0};
    refresh_close(&find->index.view);
    TRY(refresh_view(find->cx, spec, how, &find->index.view));
    refresh_corpus(find->cx, &find->index.view, &find->index.corpus);
    TRY(choose_files(find, &allowed));
    RankSpec rank = {.query = &find->analysed,
                     .allowed_files = allowed,
                     .limit = query->limit,
                     .chunks = query->per_file};
    rank_files(find->cx->arena, &find->index.corpus, &rank, &find->ranking);
    take_files(find, out);
    list_unknown(find, out);
    sum_up(find, out);
    return refresh_intact(find->cx, &find->index.view);
}

static Fail run_in_workspace(Find *find, FindAnswer *out)
{
    RefreshSpec spec;
    const FindQuery *query = find->query;
    find_index_spec(find->env, &find->workspace, query->max_file_bytes, query->index_dir, &spec);
    Fail fail = answer(find, &spec, query->stale_ok ? REFRESH_STALE : REFRESH_FRESH, out);
    if (fail && fail->kind == PROBLEM_DAMAGED) {
        TRY(answer(find, &spec, REFRESH_MEMORY, out));
        out->index_trouble = fail->detail;
    } else if (fail) {
        return fail;
    }
    if (out->index_trouble.len)
        log_event(find->cx, LOG_WARN, "index.unusable", LOG_STR("why", out->index_trouble));
    if (spec.cache_dir.len && refresh_is_due(&find->index.view))
        find_publish(find->cx, &spec, &find->index.view, out->index_trouble.len > 0);
    return NULL;
}

Fail find_run(Ctx *cx, const Env *env, const FindQuery *query, FindAnswer *out)
{
    Find find = {.cx = cx, .env = env, .query = query};
    *out = (FindAnswer){0};
    find.analysed = query_analyse(cx->arena, query->text);
    if (!find.analysed.term_count)
        return FAIL(cx->arena, BAD_REQUEST, "the question has no word to look for");
    TRY(env_workspace(cx, env, !env->root.len, &find.workspace));
    Fail fail = run_in_workspace(&find, out);
    refresh_close(&find.index.view);
    workspace_close(&find.workspace);
    return fail;
}
