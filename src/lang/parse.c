// lang/parse.c
#include "lang/parse.h"

#include "base/os.h"
#include "lang/wire.h"

enum { WIRE_AROUND = 1, WIRE_DEFS_ONLY = 2 };

static const char task_kind[] = "parse";

static Fail parse_here(Ctx *cx, Parser **parser, const ParseJob *job, Facts *out)
{
    if (!*parser) *parser = parser_new(job->grammars);
    if (!job->around) return facts_extract(cx, *parser, job->lang, job->text, out);
    return facts_extract_around(cx, *parser, job->lang, job->text, job->offsets, job->offset_count,
                                out);
}

// lang, flags, path, offsets (how much each is behind the one before), text
static Str encode_job(Arena *arena, const ParseJob *job)
{
    Buf out = buf_on(arena);
    uint32_t before = 0;
    wire_put(&out, job->lang);
    wire_put(&out, (job->around ? WIRE_AROUND : 0u) | (job->defs_only ? WIRE_DEFS_ONLY : 0u));
    wire_put_str(&out, job->path);
    wire_put(&out, job->offset_count);
    for (size_t i = 0; i < job->offset_count; i++) {
        wire_put(&out, job->offsets[i] - before);
        before = job->offsets[i];
    }
    wire_put_str(&out, job->text);
    return buf_str(&out);
}

static bool decode_job(Arena *arena, Str bytes, ParseJob *out)
{
    Wire in = {bytes.ptr, bytes.ptr + bytes.len, false};
    uint32_t before = 0;
    ParseJob job = {.lang = (LangId)wire_get(&in, LANG_COUNT - 1)};
    uint64_t flags = wire_get(&in, WIRE_AROUND | WIRE_DEFS_ONLY);
    job.around = flags & WIRE_AROUND;
    job.defs_only = flags & WIRE_DEFS_ONLY;
    job.path = wire_get_str(&in);
    job.offset_count = (size_t)wire_get(&in, (uint64_t)(in.end - in.at));
    uint32_t *offsets = ARENA_ARRAY(arena, uint32_t, job.offset_count);
    for (size_t i = 0; i < job.offset_count; i++)
        offsets[i] = before += (uint32_t)wire_get(&in, UINT32_MAX - before);
    job.offsets = offsets;
    job.text = wire_get_str(&in);
    *out = job;
    return !in.bad && in.at == in.end && before <= job.text.len;
}

Fail parse_file(Ctx *cx, WorkerPool *workers, Parser **parser, const ParseJob *job, Facts *out)
{
    if (!workers) return parse_here(cx, parser, job, out);
    Str what = str_format(cx->arena, "parsing " STR_FMT, STR_ARG(job->path)), reply;
    WorkerTask task = {str_from(task_kind), what, encode_job(cx->arena, job)};
    TRY(worker_pool_run(cx, workers, &task, &reply));
    if (facts_decode(cx->arena, reply, job->text, out)) return NULL;
    return FAIL(cx->arena, UNAVAILABLE,
                STR_FMT ": the worker process answered with facts that do not fit the file",
                STR_ARG(what));
}

// --- in a worker ---

NORETURN static void hang(void)
{
    Mutex mutex;
    Cond never;
    mutex_init(&mutex, RANK_LANG);
    cond_init(&never);
    mutex_lock(&mutex);
    for (;;) cond_wait(&never, &mutex);
}

static void misbehave_when_asked(Str path)
{
    static const struct {
        const char *name;
        int signal;
    } deaths[] = {{"segv", 11}, {"abort", 6}, {"kill", 9}};
    Str rest = os_env("CQ_TEST_CRASH_ON"), rule, how;
    while (str_next(&rest, ';', &rule)) {
        if (!str_next(&rule, ':', &how) || !rule.len || !str_contains(path, rule)) continue;
        if (str_eq(how, STR("hang"))) hang();
        for (size_t i = 0; i < ARRAY_LEN(deaths); i++)
            if (str_eq(how, str_from(deaths[i].name))) os_die_of_signal(deaths[i].signal);
    }
}

static Fail work(Ctx *cx, void *state, Str request, Buf *reply)
{
    ParseJob job;
    Facts facts;
    if (!decode_job(cx->arena, request, &job))
        return FAIL(cx->arena, INTERNAL, "a worker cannot read its task");
    misbehave_when_asked(job.path);
    TRY(parse_here(cx, state, &job, &facts));
    facts_encode(reply, &facts, job.text, job.defs_only);
    return NULL;
}

WorkHandler parse_work_handler(Parser **parser)
{
    return (WorkHandler){task_kind, work, parser};
}
