// service/outline.c
//
// DESIGN. Files are parsed on the pool, each by one task. A slot has a parser, an arena for a
// file's text and facts, emptied after each file, and an arena for what goes into the answer,
// which the request adopts when all tasks have ended. Each task writes only to its own Job.
#include "service/outline.h"

#include "base/map.h"
#include "lang/parse.h"
#include "service/outline_.h"
#include "service/stable_id.h"

enum { LONGEST_TEXT = 400, HEAD_BYTES = 64 << 10, BINARY_PROBE = 8 << 10 };

typedef struct Job { // written by one task
    const Place *place;
    bool done;  // false: the work was stopped before
    bool other; // of a folder, and nothing to outline
    Fail fail;
    OutlineFile file;
    Finding *findings;
} Job;

typedef struct Slot {
    Parser *parser;
    Arena scratch, kept;
} Slot;

typedef struct Work {
    Ctx *cx;
    const Grammars *grammars;
    WorkerPool *workers; // NULL: parse here
    const OutlineQuery *query;
    Job *jobs;
    Slot *slots;
} Work;

typedef struct Lines { // where each line of a text begins
    uint32_t *starts;
    uint32_t count;
} Lines;

static Lines find_lines(Arena *arena, Str text)
{
    VEC(uint32_t) starts = {0};
    for (size_t at = 0; at < text.len;) {
        VEC_PUSH(arena, &starts, (uint32_t)at);
        const char *end = memchr(text.ptr + at, '\n', text.len - at);
        at = end ? (size_t)(end - text.ptr) + 1 : text.len;
    }
    if (!starts.len) VEC_PUSH(arena, &starts, 0);
    return (Lines){starts.items, (uint32_t)starts.len};
}

// The line, from 1, that holds `offset`.
static uint32_t line_of(const Lines *lines, uint32_t offset)
{
    uint32_t low = 0, high = lines->count;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (lines->starts[middle] <= offset) low = middle;
        else high = middle;
    }
    return low + 1;
}

static Str line_text(const Lines *lines, Str text, uint32_t line)
{
    size_t end = line < lines->count ? lines->starts[line] : text.len;
    Str whole = str_sub(text, lines->starts[line - 1], end);
    while (whole.len && (whole.ptr[whole.len - 1] == '\n' || whole.ptr[whole.len - 1] == '\r'))
        whole.len--;
    whole.len = utf8_cut(whole, LONGEST_TEXT);
    return whole;
}

// `seen` counts the definitions of each qualified name.
static Str id_of(Arena *arena, Arena *scratch, Map *seen, Str path, Str qualified)
{
    uint64_t *count = map_at(scratch, seen, qualified, 0);
    return stable_id(arena, path, qualified, str_from(category_name(CATEGORY_DEFINITION)),
                     (uint32_t)(*count)++);
}

static Finding make_finding(Arena *arena, const Facts *facts, const Def *def, Str text,
                            const Lines *lines)
{
    uint32_t end = def->full.end; // the line end of the last line is not part of it
    while (end > def->full.start + 1 && strchr("\r\n", text.ptr[end - 1])) end--;
    Finding finding = {
        .line = line_of(lines, def->full.start),
        .end_line = line_of(lines, MAX(end, def->full.start + 1) - 1),
        .category = str_from(category_name(CATEGORY_DEFINITION)),
        .text = str_copy(arena, line_text(lines, text, line_of(lines, def->name_span.start))),
        .kind = str_from(def->declaration ? "declaration" : def_kind_name(def->kind)),
        .name = str_copy(arena, def->name),
        .qualified = str_copy(arena, def->qualified),
        .signature = str_copy(arena, def->signature),
    };
    finding.col = def->full.start - lines->starts[finding.line - 1];
    finding.end_col = end - lines->starts[finding.end_line - 1];
    if (def->parent >= 0) finding.enclosing = str_copy(arena, facts->defs[def->parent].qualified);
    return finding;
}

static void take_facts(Work *work, Slot *slot, Job *job, Str text, const Facts *facts)
{
    Lines lines = find_lines(&slot->scratch, text);
    uint32_t *depths = ARENA_ARRAY(&slot->scratch, uint32_t, facts->def_count);
    VEC(Finding) findings = {0};
    Map seen = {0};
    for (uint32_t i = 0; i < facts->def_count; i++) {
        const Def *def = &facts->defs[i];
        Str id = id_of(&slot->kept, &slot->scratch, &seen, job->place->shown, def->qualified);
        depths[i] = def->parent >= 0 ? depths[def->parent] + 1 : 0;
        if (work->query->depth && depths[i] >= work->query->depth) continue;
        Finding finding = make_finding(&slot->kept, facts, def, text, &lines);
        finding.path = job->place->shown;
        finding.depth = depths[i];
        finding.stable_id = id;
        VEC_PUSH(&slot->kept, &findings, finding);
    }
    job->findings = findings.items;
    job->file = (OutlineFile){
        .path = job->place->shown,
        .lang = facts->lang,
        .lines = text.len ? lines.count : 0,
        .definitions = facts->def_count,
        .shown = (uint32_t)findings.len,
        .syntax_errors = facts->error_count,
        .partial = facts->partial,
    };
}

static Fail read_text(Ctx *cx, const Place *place, Str *text)
{
    Fail fail = place->dir.fd == OS_FILE_NONE.fd
                    ? os_read_all(cx, OS_STDIN, FACTS_LARGEST_FILE, text)
                    : os_read_file(cx, place->dir, str_cstr(cx->arena, place->shown),
                                   FACTS_LARGEST_FILE, text);
    if (fail && fail->kind == PROBLEM_TOO_LARGE)
        return FAIL(cx->arena, TOO_LARGE, STR_FMT " is larger than %d MiB, the most that is parsed",
                    STR_ARG(place->shown), FACTS_LARGEST_FILE >> 20);
    return fail;
}

static Fail unknown_language(Arena *arena, Str path)
{
    Str extension = str_sub(path, str_find_last(path, '.') + 1, path.len);
    Str near = lang_nearest_name(extension);
    if (extension.len > 1 && near.len)
        return FAIL(arena, BAD_REQUEST,
                    "cannot tell the language of " STR_FMT "; if it is " STR_FMT
                    ", add --lang " STR_FMT,
                    STR_ARG(path), STR_ARG(near), STR_ARG(near));
    Buf known = buf_on(arena);
    for (LangId lang = LANG_NONE + 1; lang < LANG_COUNT; lang++)
        buf_addf(&known, "%s%s", known.len ? ", " : "", lang_name(lang));
    return FAIL(arena, BAD_REQUEST,
                "cannot tell the language of " STR_FMT "; name it with --lang (%s)", STR_ARG(path),
                buf_str(&known).ptr);
}

// LANG_NONE with *fail set when there is nothing to parse.
static LangId choose_language(Arena *arena, const OutlineQuery *query, Str path, Str text,
                              Fail *fail)
{
    Str probe = str_sub(text, 0, BINARY_PROBE);
    if (str_find(probe, '\0') < probe.len) {
        *fail = FAIL(arena, BAD_REQUEST, STR_FMT " is a binary file", STR_ARG(path));
        return LANG_NONE;
    }
    if (query->lang != LANG_NONE) return query->lang;
    LangId lang = lang_detect(path, str_sub(text, 0, HEAD_BYTES));
    if (lang == LANG_NONE) *fail = unknown_language(arena, path);
    return lang;
}

static Fail outline_file(Work *work, Ctx *cx, Slot *slot, Job *job)
{
    Str text, path = job->place->shown;
    Facts facts;
    Fail fail = NULL;
    TRY(read_text(cx, job->place, &text));
    LangId lang = choose_language(cx->arena, work->query, path, text, &fail);
    if (fail) {
        job->other = !job->place->named;
        return fail;
    }
    ParseJob parse = {
        .lang = lang, .grammars = work->grammars, .path = path, .text = text, .defs_only = true};
    TRY(parse_file(cx, work->workers, &slot->parser, &parse, &facts));
    take_facts(work, slot, job, text, &facts);
    return NULL;
}

static void run_job(void *arg, size_t index, int slot_number)
{
    Work *work = arg;
    Slot *slot = &work->slots[slot_number];
    Job *job = &work->jobs[index];
    job->fail = job->place->fail;
    if (!job->fail) {
        Ctx cx = ctx_child(work->cx, &slot->scratch);
        job->fail = problem_copy(&slot->kept, outline_file(work, &cx, slot, job));
        arena_reset(&slot->scratch);
    }
    job->done = !(job->fail && job->fail->kind == PROBLEM_CANCELLED);
}

static void end_slots(Arena *arena, Slot *slots, int count)
{
    for (int i = 0; i < count; i++) {
        parser_free(slots[i].parser);
        arena_fini(&slots[i].scratch);
        arena_adopt(arena, &slots[i].kept);
    }
}

static void gather(Arena *arena, const Job *jobs, size_t count, OutlineAnswer *out)
{
    VEC(OutlineFile) files = {0};
    VEC(OutlineMiss) failed = {0};
    VEC(Finding) findings = {0};
    for (size_t i = 0; i < count; i++) {
        const Job *job = &jobs[i];
        if (job->other) out->other_files++;
        else if (job->done && job->fail)
            VEC_PUSH(arena, &failed, (OutlineMiss){job->place->shown, job->fail});
        if (!job->done || job->fail) continue;
        OutlineFile file = job->file;
        file.first = (uint32_t)findings.len;
        for (uint32_t j = 0; j < file.shown; j++) VEC_PUSH(arena, &findings, job->findings[j]);
        VEC_PUSH(arena, &files, file);
    }
    out->files = files.items;
    out->file_count = files.len;
    out->failed = failed.items;
    out->failed_count = failed.len;
    out->findings = findings.items;
    out->finding_count = findings.len;
}

static void run_jobs(const OutlineQuery *query, const Places *places, OutlineAnswer *out)
{
    Ctx *cx = places->cx;
    Pool *pool = places->env->pool;
    const PlaceVec *files = &places->items;
    Work work = {.cx = cx,
                 .grammars = places->env->grammars,
                 .workers = query->isolate ? places->env->workers : NULL,
                 .query = query,
                 .jobs = ARENA_ARRAY(cx->arena, Job, files->len),
                 .slots = ARENA_ARRAY(cx->arena, Slot, (size_t)pool_slots(pool))};
    for (size_t i = 0; i < files->len; i++) work.jobs[i].place = &files->items[i];
    pool_each(pool, cx, files->len, 1, run_job, &work);
    end_slots(cx->arena, work.slots, pool_slots(pool));
    bool all_done = !places->stopped;
    for (size_t i = 0; i < files->len; i++) all_done = all_done && work.jobs[i].done;
    StopReason stopped = all_done ? STOP_NONE : ctx_stopped(cx);
    out->interrupted = stopped == STOP_CANCEL;
    out->timed_out = stopped == STOP_DEADLINE;
    gather(cx->arena, work.jobs, files->len, out);
}

static Fail check_standard_input(Ctx *cx, const OutlineQuery *query)
{
    size_t times = 0;
    for (size_t i = 0; i < query->path_count; i++) times += str_eq(query->paths[i], STR("-"));
    if (times && query->lang == LANG_NONE)
        return FAIL(cx->arena, BAD_REQUEST,
                    "standard input has no name that tells its language; add --lang");
    if (times > 1) return FAIL(cx->arena, BAD_REQUEST, "\"-\" is given twice");
    return NULL;
}

Fail outline_run(Ctx *cx, const Env *env, const OutlineQuery *query, OutlineAnswer *out)
{
    *out = (OutlineAnswer){0};
    Places places = {.cx = cx, .env = env};
    TRY(check_standard_input(cx, query));
    if (query->isolate) TRY(worker_pool_ready(cx, env->workers));
    TRY(env_workspace(cx, env, true, &places.workspace));
    out->root = places.workspace.root;
    for (size_t i = 0; i < query->path_count; i++) places_add(&places, query->paths[i]);
    run_jobs(query, &places, out);
    out->other_files += places.other;
    workspace_close(&places.workspace);
    bool only = query->path_count == 1 && out->failed_count == 1 && !out->file_count;
    return only ? out->failed[0].fail : NULL;
}
