// service/code.c
#include "service/code.h"

#include "base/log.h"
#include "index/path_class.h"

enum { LONGEST_TEXT = 400 };

// --- asking ---

static void describe(const Code *code, CodeState *state)
{
    const RefreshView *view = &code->view;
    const Snapshot *snapshot = view->opened->snapshot;
    state->root = code->workspace.root;
    state->universe_source = code_keep(code, view->universe_source);
    state->files = code->corpus.live_files;
    state->lost_files = world_lost(code->world);
    memcpy(state->skipped, view->skipped, sizeof state->skipped);
    state->stale = view->stale;
    state->generation = snapshot ? snapshot->head.generation : 0;
    state->changed_files = snapshot ? view->delta.count + view->fresh.counts[FILE_DELETED] : 0;
    if (view->opened->trouble) state->trouble = code_keep(code, view->opened->trouble->detail);
    for (uint32_t i = 0; i < code->corpus.files; i++) {
        LangId lang = world_lang(code->world, i);
        if (lang != LANG_NONE && !lang_has_names(lang) && world_is_live(code->world, i))
            state->unnamed_files++;
    }
    StopReason stopped = ctx_stopped(code->cx);
    state->interrupted = stopped == STOP_CANCEL;
    state->timed_out = stopped == STOP_DEADLINE;
}

static Fail ask_view(Code *code, Fail (*answer)(Code *, void *), void *arg, CodeState *state)
{
    Ctx *cx = code->cx;
    *state = (CodeState){0};
    refresh_corpus(cx, &code->view, &code->corpus);
    code->world = world_new(cx, &code->workspace, &code->view, &code->corpus, code->env->grammars);
    code->resolver = resolver_new(code->world, cx);
    Fail fail = answer(code, arg);
    describe(code, state);
    world_free(code->world);
    return fail;
}

static Fail ask_once(Code *code, const RefreshSpec *spec, RefreshHow how,
                     Fail (*answer)(Code *, void *), void *arg, CodeState *state)
{
    Ctx *cx = code->cx;
    bool held;
    TRY(refresh_guess(cx, spec, how, &code->view));
    Fail fail = ask_view(code, answer, arg, state);
    TRY(refresh_settle(cx, spec, &code->view, &held));
    if (!held) fail = ask_view(code, answer, arg, state);
    Fail damaged = refresh_intact(cx, &code->view); // then the failure may be wrong, too
    return damaged ? damaged : fail;
}

static Fail ask_in_workspace(Code *code, const CodeOptions *options, Fail (*answer)(Code *, void *),
                             void *arg, CodeState *state)
{
    RefreshSpec spec;
    Ctx *cx = code->cx;
    find_index_spec(code->env, &code->workspace, FIND_INDEXED_FILE_BYTES, options->index_dir,
                    &spec);
    RefreshHow how = options->stale_ok ? REFRESH_STALE : REFRESH_FRESH;
    Fail fail = ask_once(code, &spec, how, answer, arg, state), why = NULL;
    bool damaged = fail && fail->kind == PROBLEM_DAMAGED;
    if (damaged) {
        Str trouble = fail->detail;
        log_event(cx, LOG_WARN, "index.unusable", LOG_STR("why", trouble));
        refresh_close(&code->view);
        code->view = (RefreshView){0};
        fail = ask_once(code, &spec, REFRESH_MEMORY, answer, arg, state);
        state->trouble = trouble;
    }
    bool due = !fail && !state->stale && refresh_is_due(&code->view);
    if (due) state->build = find_publish(cx, code->env, &code->view, &spec, damaged, &why);
    if (why && !damaged) state->trouble = why->detail;
    return fail;
}

Fail code_ask(Ctx *cx, const Env *env, const CodeOptions *options,
              Fail (*answer)(Code *code, void *arg), void *arg, CodeState *state)
{
    Code code = {.cx = cx, .env = env};
    cx->arena->large = true; // names and edges of many files
    TRY(env_workspace(cx, env, !env->root.len, &code.workspace));
    Fail fail = ask_in_workspace(&code, options, answer, arg, state);
    refresh_close(&code.view);
    workspace_close(&code.workspace);
    return fail;
}

// --- places ---

static void find_end(Str text, Span span, CodePlace *place)
{
    place->end_line = place->line;
    place->end_col = place->col + (span.end - span.start);
    if (!memchr(text.ptr + span.start, '\n', span.end - span.start)) return;
    for (uint32_t at = span.start; at < span.end; at++) {
        place->end_line += text.ptr[at] == '\n';
        if (text.ptr[at] == '\n') place->end_col = span.end - at - 1;
    }
}

CodePlace code_place(const WorldFile *file, Span span)
{
    CodePlace place;
    world_place(file, span.start, &place.line, &place.col);
    find_end(file->text, span, &place);
    return place;
}

CodePlace code_place_in(Str text, Span span)
{
    CodePlace place = {.line = 1};
    uint32_t start = 0;
    for (uint32_t i = 0; i < span.start; i++)
        if (text.ptr[i] == '\n') place.line++, start = i + 1;
    place.col = span.start - start;
    find_end(text, span, &place);
    return place;
}

Str code_line_in(Str text, uint32_t offset)
{
    size_t start = MIN(offset, text.len), end = start;
    while (start && text.ptr[start - 1] != '\n') start--;
    while (end < text.len && text.ptr[end] != '\n') end++;
    if (end > start && text.ptr[end - 1] == '\r') end--;
    Str line = str_sub(text, start, end);
    line.len = utf8_cut(line, LONGEST_TEXT);
    return line;
}

Str code_line(const WorldFile *file, uint32_t offset)
{
    return code_line_in(file->text, offset);
}

Str code_folded(Arena *arena, const WorldFile *file, uint32_t start, uint32_t end, size_t most)
{
    Buf out = buf_on(arena);
    Str text = str_trim(str_sub(file->text, start, end));
    bool blank = false;
    for (size_t i = 0; i < text.len && out.len <= most; i++) {
        char c = text.ptr[i];
        bool is_blank = c == ' ' || c == '\t' || c == '\n' || c == '\r';
        if (is_blank && !blank) buf_byte(&out, ' ');
        if (!is_blank) buf_byte(&out, c);
        blank = is_blank;
    }
    Str folded = buf_str(&out);
    folded.len = utf8_cut(folded, most);
    return folded;
}

// --- filters ---

static Fail add_globs(Arena *arena, const Str *globs, size_t count, GlobSet *out)
{
    for (size_t i = 0; i < count; i++) TRY(glob_add(arena, out, globs[i]));
    return NULL;
}

Fail code_filter(const Code *code, const CodeFilterSpec *spec, CodeFilter *out)
{
    Ctx *cx = code->cx;
    Selection in = {.in = spec->in, .in_count = spec->in_count};
    *out = (CodeFilter){.langs = spec->langs, .lang_count = spec->lang_count};
    TRY(add_globs(cx->arena, spec->include, spec->include_count, &out->include));
    TRY(add_globs(cx->arena, spec->exclude, spec->exclude_count, &out->exclude));
    if (!in.in_count) return NULL;
    TRY(env_places(cx, code->env, &in));
    return select_targets(cx, &code->workspace, &in, &out->targets, &out->target_count);
}

// A glob that takes a folder takes all that is below it.
static bool globs_take(const GlobSet *globs, Str path)
{
    for (size_t at = 0; at < path.len; at++) {
        if (path.ptr[at] != '/') continue;
        Str folder = str_sub(path, 0, at);
        Str name = str_sub(folder, str_find_last(folder, '/') + 1, at);
        if (str_find_last(folder, '/') == folder.len) name = folder;
        if (glob_match(globs, folder, name, true) == GLOB_MATCH) return true;
    }
    return glob_match(globs, path, path_file_name(path), false) == GLOB_MATCH;
}

static bool lies_in(Str path, const Target *targets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        Str at = targets[i].path;
        if (!at.len || str_eq(path, at)) return true;
        if (str_starts(path, at) && path.ptr[at.len] == '/') return true;
    }
    return !count;
}

bool code_filter_takes(const CodeFilter *filter, Str path, LangId lang)
{
    bool listed = !filter->lang_count;
    for (size_t i = 0; i < filter->lang_count; i++) listed |= filter->langs[i] == lang;
    if (!listed || !lies_in(path, filter->targets, filter->target_count)) return false;
    if (filter->include.len && !globs_take(&filter->include, path)) return false;
    return !filter->exclude.len || !globs_take(&filter->exclude, path);
}
