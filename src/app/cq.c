// app/cq.c - the public library (cq/cq.h): a thin face over app/context.
//
// DESIGN. Each cq_run has its own arena, gone when it returns; its reply keeps only the text. Each
// has its own cancel flag too, taken from a fixed set under `mutex`. cq_cancel raises every flag of
// the set: it takes no lock and so may be called in a signal handler; a run that begins later
// lowers the flag it is given. More runs at once than flags wait for one.
#include "cq/cq.h"

#include "app/ask.h"
#include "base/version.h"

enum { MOST_RUNS = 128 };

struct CqEngine {
    Arena arena;
    Context *context; // frozen; NULL when it could not be opened, which is `problem`
    Fail problem;
    Flag cancel[MOST_RUNS];
    Mutex mutex;
    Cond free_flag;
    // guarded by mutex
    bool taken[MOST_RUNS];
};

struct CqReply {
    Arena arena;
    Str json;
    int status;
    bool problem;
};

static CqReply *reply_new(void)
{
    return mem_alloc(sizeof(CqReply));
}

static CqReply *reply_problem(CqReply *reply, Fail fail)
{
    reply->json = problem_to_json(&reply->arena, fail);
    reply->status = problem_spec(fail->kind)->exit_code;
    reply->problem = true;
    return reply;
}

CqEngine *cq_open(const char *root, const CqOptions *options)
{
    if (!root) return NULL;
    int workers = options ? options->workers : 0;
    ContextSpec spec = {.root = str_from(*root ? root : "."),
                        .follows = true,
                        .config = {.cpu_workers = workers < 0   ? 0
                                                  : workers > 0 ? workers
                                                                : CONFIG_WORKERS_UNSET,
                                   .timeout_s = -1}};
    CqEngine *engine = mem_alloc(sizeof *engine);
    Ctx cx = {.arena = &engine->arena};
    engine->problem = context_open(&cx, &spec, &engine->context);
    mutex_init(&engine->mutex, RANK_APP);
    cond_init(&engine->free_flag);
    return engine;
}

void cq_close(CqEngine *engine)
{
    if (!engine) return;
    context_free(engine->context);
    arena_fini(&engine->arena);
    cond_fini(&engine->free_flag);
    mutex_fini(&engine->mutex);
    mem_free(engine);
}

static size_t find_free_locked(const CqEngine *engine)
{
    size_t at = 0;
    while (at < MOST_RUNS && engine->taken[at]) at++;
    return at;
}

static Flag *take_flag(CqEngine *engine)
{
    mutex_lock(&engine->mutex);
    size_t at;
    while ((at = find_free_locked(engine)) == MOST_RUNS)
        cond_wait(&engine->free_flag, &engine->mutex);
    engine->taken[at] = true;
    flag_set(&engine->cancel[at], 0);
    mutex_unlock(&engine->mutex);
    return &engine->cancel[at];
}

static void give_flag(CqEngine *engine, const Flag *flag)
{
    mutex_lock(&engine->mutex);
    engine->taken[flag - engine->cancel] = false;
    cond_signal(&engine->free_flag);
    mutex_unlock(&engine->mutex);
}

static Fail run(Ctx *cx, const CqEngine *engine, const char *name, const char *arguments,
                CqReply *reply)
{
    Asked asked;
    const Json *document = NULL;
    if (arguments && *arguments) TRY(json_parse(cx->arena, str_from(arguments), &document));
    TRY(ask(cx, engine->context, str_from(name), document, &asked));
    Buf buf = buf_on(&reply->arena); // the rest goes when the request ends
    ask_write(&buf, &asked);
    reply->json = buf_str(&buf);
    reply->status = answer_status(&asked.result);
    return NULL;
}

CqReply *cq_run(CqEngine *engine, const char *operation, const char *arguments_json)
{
    CqReply *reply = reply_new();
    if (!engine)
        return reply_problem(reply, FAIL(&reply->arena, BAD_REQUEST, "the engine is NULL"));
    if (engine->problem) return reply_problem(reply, problem_copy(&reply->arena, engine->problem));
    Flag *cancel = take_flag(engine);
    Arena arena = {0};
    Ctx cx = context_request(engine->context, &arena, cancel);
    Fail fail = run(&cx, engine, operation, arguments_json, reply);
    if (fail) reply_problem(reply, fail);
    give_flag(engine, cancel);
    arena_fini(&arena);
    return reply;
}

void cq_cancel(CqEngine *engine)
{
    for (size_t i = 0; engine && i < MOST_RUNS; i++) flag_set(&engine->cancel[i], 1);
}

int cq_reply_ok(const CqReply *reply)
{
    return !reply->problem;
}

int cq_reply_status(const CqReply *reply)
{
    return reply->status;
}

const char *cq_reply_json(const CqReply *reply)
{
    return reply->json.ptr;
}

void cq_reply_free(CqReply *reply)
{
    if (!reply) return;
    arena_fini(&reply->arena);
    mem_free(reply);
}

const char *cq_version(void)
{
    return CQ_VERSION;
}

const char *const *cq_operations(void)
{
    return op_names();
}

CqReply *cq_schema(const char *operation)
{
    CqReply *reply = reply_new();
    const OpSpec *op = NULL;
    Ctx cx = {.arena = &reply->arena};
    Fail fail = ask_find(&cx, str_from(operation), &op);
    if (fail) return reply_problem(reply, fail);
    Buf buf = buf_on(&reply->arena);
    JsonWriter w = {.out = &buf};
    op_result_schema(&w, op);
    reply->json = buf_str(&buf);
    return reply;
}
