// tools/embed_dump.c - cq-embed [--query] [--calls N] [--deadline MS] [--in-pool]: the vectors of
// the JSON array of texts on standard input, from the backend that CQ_RUNTIME_EMBED_* name, as
// JSON. For tests and people.
//
// --calls N asks N times at once, from as many threads, and prints the last answer and whether all
// were the same; --in-pool asks from a pool's only I/O thread. Exit: 0, or the code of the problem.
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/os.h"
#include "retrieve/embed.h"
#include "runtime/policy_spec.h"

enum { MOST_CALLS = 64 };

typedef struct Call {
    Embedder *embedder;
    Pool *pool;
    EmbedKind kind;
    const Str *texts;
    size_t count;
    int64_t deadline_ns;
    Arena arena;
    Thread thread;
    EmbedRows rows;
    Fail fail;
} Call;

static void call_main(void *arg)
{
    Call *call = arg;
    Ctx cx = {.arena = &call->arena, .deadline_ns = call->deadline_ns};
    call->fail = embed_texts(&cx, call->embedder, call->pool, call->kind, call->texts, call->count,
                             &call->rows);
}

static void call_in_pool(void *arg, int slot)
{
    (void)slot;
    call_main(arg);
}

static bool same_rows(const EmbedRows *a, const EmbedRows *b)
{
    size_t bytes = sizeof(float) * a->count * a->dims;
    return a->dims == b->dims && (!bytes || memcmp(a->rows, b->rows, bytes) == 0);
}

static void write_model(JsonWriter *w, const Embedder *embedder)
{
    EmbedModel model = embed_model(embedder);
    json_member_str(w, "backend", model.backend);
    json_member_str(w, "model", model.model);
    json_member_str(w, "dtype", model.dtype);
    json_member_int(w, "dims", model.dims);
}

static void write_rows(JsonWriter *w, const EmbedRows *rows)
{
    json_member_str(w, "limit", rows->limit);
    json_member_int(w, "cut", (int64_t)rows->cut);
    json_member_int(w, "tokens", (int64_t)rows->tokens);
    json_member_int(w, "requests", (int64_t)rows->requests);
    json_member_int(w, "retries", (int64_t)rows->retries);
    json_member_int(w, "missing", (int64_t)rows->missing_count);
    json_key(w, "rows");
    json_begin_array(w);
    for (size_t i = 0; i < rows->count; i++) {
        if (rows->missing && rows->missing[i]) {
            json_write_null(w);
            continue;
        }
        json_begin_array(w);
        for (size_t k = 0; k < rows->dims; k++)
            json_write_real(w, (double)rows->rows[i * rows->dims + k]);
        json_end(w);
    }
    json_end(w);
}

static void run_calls(Call *calls, int count, bool in_pool)
{
    if (in_pool) {
        pool_detach_io(calls[0].pool, call_in_pool, &calls[0]);
        pool_drain(calls[0].pool);
        return;
    }
    for (int i = 0; i < count; i++)
        if (!thread_start(&calls[i].thread, call_main, &calls[i], "call")) abort();
    for (int i = 0; i < count; i++) thread_join(&calls[i].thread);
}

static Fail report(Ctx *cx, Call *calls, int count)
{
    Buf buf = buf_on(cx->arena);
    JsonWriter w = {.out = &buf};
    bool same = true;
    for (int i = 0; i < count; i++) {
        if (calls[i].fail) return calls[i].fail;
        same &= same_rows(&calls[i].rows, &calls[0].rows);
    }
    json_begin_object(&w);
    write_model(&w, calls[0].embedder);
    write_rows(&w, &calls[count - 1].rows);
    json_member_bool(&w, "same", same);
    json_end(&w);
    puts(buf_str(&buf).ptr);
    return NULL;
}

// Fails: BAD_REQUEST (not an array of strings).
static Fail read_texts(Ctx *cx, Call *call)
{
    Str input;
    const Json *array = NULL;
    TRY(os_read_all(cx, OS_STDIN, 64 << 20, &input));
    TRY(json_parse(cx->arena, input, &array));
    if (array->kind != JK_ARRAY) return FAIL(cx->arena, BAD_REQUEST, "an array is wanted");
    Str *texts = ARENA_ARRAY(cx->arena, Str, array->len);
    for (size_t i = 0; i < array->len; i++) texts[i] = array->items[i]->string;
    call->texts = texts;
    call->count = array->len;
    return NULL;
}

static Fail run(Ctx *cx, int argc, char **argv)
{
    static Call calls[MOST_CALLS];
    Call first = {0};
    int count = 1;
    bool in_pool = false;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--query") == 0) first.kind = EMBED_QUERY;
        else if (strcmp(argv[i], "--in-pool") == 0) in_pool = true;
        else if (strcmp(argv[i], "--calls") == 0 && i + 1 < argc)
            count = (int)strtol(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--deadline") == 0 && i + 1 < argc)
            first.deadline_ns = clock_now_ns() + strtol(argv[++i], NULL, 10) * NS_PER_MS;
        else return FAIL(cx->arena, BAD_REQUEST, "no option %s", argv[i]);
    }
    count = MIN(count, MOST_CALLS);
    Policy *policy = policy_new(cx->arena, &(PolicyHost){.cores = 2});
    HttpClient *http = http_new();
    TRY(policy_set_env(cx->arena, policy, os_env_all()));
    TRY(read_texts(cx, &first));
    first.embedder = embed_open(&policy->embed, http);
    first.pool = pool_new((PoolSpec){.io_workers = in_pool ? 1 : 8});
    for (int i = 0; i < count; i++) calls[i] = first;
    run_calls(calls, count, in_pool);
    Fail fail = report(cx, calls, count);
    pool_free(first.pool); // tasks that came too late have a call's job, not its texts
    for (int i = 0; i < count; i++) arena_fini(&calls[i].arena);
    embed_free(first.embedder);
    http_free(http);
    return fail && fail->kind == PROBLEM_CANCELLED ? NULL : fail;
}

int main(int argc, char **argv)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Fail fail = run(&cx, argc, argv);
    int code = fail ? problem_spec(fail->kind)->exit_code : 0;
    if (fail) fprintf(stderr, "%s\n", problem_to_json(&arena, fail).ptr);
    arena_fini(&arena);
    return code;
}
