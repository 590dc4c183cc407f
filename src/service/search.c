// service/search.c - the flow of a search.
#include "service/search.h"

#include "runtime/worker.h"
#include "service/search_.h"

static void sum_up(Search *search, SearchAnswer *out)
{
    out->files = search->files.items;
    out->file_count = search->files.len;
    out->hits = search->hits;
    out->hit_count = search->hit_count;
    for (size_t i = 0; i < search->hit_count; i++) out->by_category[search->hits[i]->category]++;
    for (size_t i = 0; i < search->files.len; i++)
        out->partial_files += search->files.items[i].partial;
}

static Fail scan_once(Search *search, const PatternSpec *spec, SearchAnswer *out)
{
    TRY(pattern_compile(search->cx, spec, &search->pattern));
    out->mode = pattern_mode(search->pattern);
    out->word = pattern_word(search->pattern);
    out->ignore_case = pattern_ignores_case(search->pattern);
    search_mark(search);
    search_scan(search, out);
    return NULL;
}

// A name that stands nowhere as a whole word may still be part of longer ones.
static Fail scan_by_shape(Search *search, SearchAnswer *out)
{
    const PatternSpec *spec = &search->query->pattern;
    TRY(scan_once(search, spec, out));
    bool miss = !search->files.len && !out->timed_out && !out->interrupted;
    if (!miss || spec->mode != PATTERN_AUTO || spec->word || out->mode != PATTERN_IDENTIFIER)
        return NULL;
    PatternSpec literal = *spec;
    literal.mode = PATTERN_LITERAL;
    SearchAnswer again = {.universe_source = out->universe_source, .root = out->root};
    TRY(scan_once(search, &literal, &again));
    if (!search->files.len) { // a miss either way: say what was asked
        again.mode = out->mode;
        again.word = out->word;
    } else {
        again.fallback = STR("no whole word matches; showing names that contain it");
    }
    *out = again;
    return NULL;
}

// The first definition's own lines, at most 12.
static void take_snippet(Search *search, SearchAnswer *out)
{
    enum { MOST_LINES = 12 };
    if (!search->hit_count || search->hits[0]->category != CATEGORY_DEFINITION) return;
    const SearchHit *hit = search->hits[0];
    const SearchDef *def = hit_def(hit);
    Str text;
    if (!search_file_text(search->cx, search, &search->files.items[hit->file], &text)) return;
    size_t start = hit->start - hit->col, end = start;
    uint32_t last = def ? MIN(def->end_line, hit->line + MOST_LINES - 1) : hit->line;
    for (uint32_t line = hit->line; line <= last && end < text.len; line++) {
        end += str_find(str_sub(text, end, text.len), '\n');
        if (line < last) end++;
    }
    out->snippet = str_copy(search->cx->arena, str_sub(text, start, MIN(end, text.len)));
    out->snippet_line = hit->line;
}

static Fail run_in_workspace(Search *search, SearchAnswer *out)
{
    const SearchQuery *query = search->query;
    Selection selection = query->selection;
    TRY(env_places(search->cx, search->env, &selection));
    TRY(search_list_files(search, &selection));
    out->universe_source = search->universe.source;
    out->root = search->workspace.root;
    TRY(scan_by_shape(search, out));
    if (!query->counts_only) {
        search_guess(search);
        search_classify(search);
        search_rank(search);
        take_snippet(search, out);
        if (!search->hit_count && !out->interrupted) search_nearest(search, out);
    }
    sum_up(search, out);
    return NULL;
}

Fail search_run(Ctx *cx, const Env *env, const SearchQuery *query, SearchAnswer *out)
{
    Search search = {.cx = cx,
                     .env = env,
                     .query = query,
                     .scan = scan_select(),
                     .slots = pool_slots(env->pool)};
    PatternSpec spec = query->pattern;
    TRY(pattern_compile(cx, &spec, &search.pattern)); // a wrong pattern needs no workspace
    bool parses = !query->counts_only && query->classify != CLASSIFY_NONE;
    if (query->isolate && parses) TRY(worker_pool_ready(cx, env->workers));
    TRY(env_workspace(cx, env, !env->root.len, &search.workspace));
    *out = (SearchAnswer){0};
    Fail fail = run_in_workspace(&search, out);
    search_index_close(&search);
    workspace_close(&search.workspace);
    return fail;
}
