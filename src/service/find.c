// service/find.c - the flow of a find.
#include "service/find.h"

#include "base/log.h"
#include "base/vec.h"
#include "index/select.h"
#include "service/find_.h"
#include "service/find_cold.h"
#include "service/find_publish.h"

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

static bool takes_all(const FindQuery *query)
{
    return !query->in_count && !query->lang_count && query->only == FIND_ALL;
}

static Fail choose_places(Find *find)
{
    Selection in = {.in = find->query->in, .in_count = find->query->in_count};
    if (takes_all(find->query)) return NULL;
    TRY(env_places(find->cx, find->env, &in));
    return select_targets(find->cx, &find->workspace, &in, &find->targets, &find->target_count);
}

bool find_wants(const Find *find, Str path, LangId lang, PathForm form)
{
    const FindQuery *query = find->query;
    bool docs = form == FORM_MARKDOWN || form == FORM_PROSE, listed = !query->lang_count;
    if (takes_all(query)) return true;
    if (query->only == FIND_CODE && form != FORM_CODE) return false;
    if (query->only == FIND_DOCS && !docs) return false;
    for (size_t i = 0; i < query->lang_count; i++) listed = listed || lang == query->langs[i];
    return listed && lies_in(path, find->targets, find->target_count);
}

// By file of the corpus; NULL when all are wanted.
static const bool *choose_files(const Find *find)
{
    const Corpus *corpus = &find->index.corpus;
    if (takes_all(find->query)) return NULL;
    bool *allowed = ARENA_ARRAY(find->cx->arena, bool, corpus->files);
    for (uint32_t i = 0; i < corpus->files; i++) {
        const LexFile *file = corpus_file(corpus, i);
        allowed[i] =
            find_wants(find, corpus_path(corpus, i), (LangId)file->lang, (PathForm)file->form);
    }
    return allowed;
}

// --- the answer ---

// Not what says little anyway: the class of an error, words around files that are there.
static void list_unknown(Find *find, FindAnswer *out)
{
    VEC(Str) unknown = {0};
    QueryKind kind = find->analysed.kind;
    bool names_file = kind == QUERY_PATH || kind == QUERY_TRACE;
    for (size_t i = 0; i < find->ranking.lexical.term_count; i++) {
        const LexicalTerm *term = &find->ranking.lexical.terms[i];
        bool says = term->of->weight >= 1 && !(names_file && find->ranking.named_count);
        if (says && term->of->plain && !term->chunks)
            VEC_PUSH(find->cx->arena, &unknown, term->of->text);
    }
    out->unknown = unknown.items;
    out->unknown_count = unknown.len;
}

static void take_siblings(Find *find, const RankedFile *from, FindFile *out)
{
    Arena *arena = find->cx->arena;
    size_t listed = MIN(from->sibling_count, (uint32_t)RANK_MOST_SIBLINGS);
    Str *siblings = ARENA_ARRAY(arena, Str, listed);
    for (size_t i = 0; i < listed; i++)
        siblings[i] = str_copy(arena, corpus_path(&find->index.corpus, from->siblings[i]));
    out->siblings = siblings;
    out->sibling_count = listed;
    out->more_siblings = from->sibling_count - listed;
}

static void take_files(Find *find, FindAnswer *out)
{
    Arena *arena = find->cx->arena;
    const Ranking *ranking = &find->ranking;
    const Corpus *corpus = &find->index.corpus;
    FindFile *files = ARENA_ARRAY(arena, FindFile, ranking->count);
    LineTerms *terms = ARENA_NEW(arena, LineTerms);
    line_terms_init(arena, &ranking->lexical, terms);
    for (size_t i = 0; i < ranking->count; i++) {
        const RankedFile *from = &ranking->files[i];
        const LexFile *row = corpus_file(corpus, from->file);
        files[i] = (FindFile){.path = str_copy(arena, corpus_path(corpus, from->file)),
                              .lang = (LangId)row->lang,
                              .form = (PathForm)row->form,
                              .score = from->score};
        find_places(find, terms, from, &files[i]);
        take_siblings(find, from, &files[i]);
        if (find->query->explain) files[i].explanation = explain_file(arena, corpus, ranking, from);
    }
    out->files = files;
    out->file_count = ranking->count;
    out->candidates = ranking->candidates;
    out->more = ranking->more;
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
    out->cold = find->index.cold;
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

// Its own file is like itself: only others count.
static Fail ask_for_like(Find *find, const bool **allowed)
{
    uint32_t like, files = find->index.corpus.files;
    TRY(find_like(find, find->query->like, &like));
    bool *others = ARENA_ARRAY(find->cx->arena, bool, files);
    for (uint32_t i = 0; i < files; i++) others[i] = (!*allowed || (*allowed)[i]) && i != like;
    *allowed = others;
    return NULL;
}

static Fail rank_with_channels(Find *find, FindAnswer *out)
{
    const FindQuery *query = find->query;
    const bool *allowed = choose_files(find);
    Channels *channels;
    if (query->like.len) TRY(ask_for_like(find, &allowed));
    ChannelsSpec spec = {.env = find->env,
                         .workspace = &find->workspace,
                         .index = &find->index,
                         .question = find->question,
                         .allowed_files = allowed,
                         .max_file_bytes = query->max_file_bytes};
    RankSpec rank = {.query = &find->analysed,
                     .allowed_files = allowed,
                     .limit = query->limit,
                     .chunks = query->per_file};
    TRY(channels_begin(find->cx, &spec, &channels));
    channels_expand(find->cx, channels, &find->analysed);
    channels_join(channels, &rank);
    rank_files(find->cx->arena, &find->index.corpus, &rank, &find->ranking);
    channels_end(channels, &out->channels);
    return NULL;
}

// What is published and what changed; else, of a large workspace, the most promising files.
static Fail make_index(Find *find, const RefreshSpec *spec, RefreshHow how)
{
    bool cold = false;
    refresh_close(&find->index.view);
    find->index = (FindIndex){0};
    bool asked = !find->query->like.len; // else the question is in the index
    if (asked && (how == REFRESH_MEMORY || !refresh_has_base(find->cx, spec)))
        TRY(find_cold(find, spec, &cold));
    if (cold) return NULL;
    TRY(refresh_view(find->cx, spec, how, &find->index.view));
    refresh_corpus(find->cx, &find->index.view, &find->index.corpus);
    return NULL;
}

static Fail answer(Find *find, const RefreshSpec *spec, RefreshHow how, FindAnswer *out)
{
    *out = (FindAnswer){0};
    TRY(make_index(find, spec, how));
    Fail fail = rank_with_channels(find, out);
    if (fail) {
        TRY(refresh_intact(find->cx, &find->index.view)); // else it may be wrong
        return fail;
    }
    take_files(find, out);
    list_unknown(find, out);
    sum_up(find, out);
    return refresh_intact(find->cx, &find->index.view);
}

static Fail run_in_workspace(Find *find, FindAnswer *out)
{
    RefreshSpec spec;
    const FindQuery *query = find->query;
    TRY(choose_places(find));
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
    bool damaged = out->index_trouble.len > 0;
    bool due = refresh_is_due(&find->index.view) || out->channels.vectors_due;
    if (!due || out->stale) return NULL;
    out->build = find_publish(find->cx, find->env, &find->index.view, &spec, damaged, &fail);
    if (fail && !damaged) out->index_trouble = fail->detail;
    return NULL;
}

Fail find_run(Ctx *cx, const Env *env, const FindQuery *query, FindAnswer *out)
{
    Find find = {.cx = cx, .env = env, .query = query};
    *out = (FindAnswer){0};
    find.question = query->text;
    find.analysed = query_analyse(cx->arena, query->text);
    if (query->text.len && query->like.len)
        return FAIL(cx->arena, BAD_REQUEST, "either a question or --like, not both");
    if (!query->text.len && !query->like.len)
        return FAIL(cx->arena, BAD_REQUEST,
                    "ask a question, or name a place with --like PATH:LINE");
    if (!find.analysed.term_count && !query->like.len)
        return FAIL(cx->arena, BAD_REQUEST, "the question has no word to look for");
    TRY(env_workspace(cx, env, !env->root.len, &find.workspace));
    Fail fail = run_in_workspace(&find, out);
    refresh_close(&find.index.view);
    workspace_close(&find.workspace);
    return fail;
}
