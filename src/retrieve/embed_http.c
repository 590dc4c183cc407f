// retrieve/embed_http.c
//
// DESIGN. A call makes a Job: the batches, and where their rows go. The caller takes batches from
// it until none is left; up to `concurrency - 1` I/O tasks do the same beside it. A batch is taken
// under the job's mutex, so each is sent by one thread, which alone writes its rows.
// Alive: the Job counts references, one for the caller and one for each task. The caller waits for
// tasks that hold a batch, not for those that have not begun (in a pool whose threads all wait,
// they never would); those find the job closed and touch nothing of the request.
// Limit: `server.busy` counts requests of all calls; who finds it at `concurrency` waits.
// Spared: a server that gave no answer, tries included, is not asked again for a while; calls until
// then have its failure. Else each batch of a large index would wait for it anew.
// Stop: after a failure that is final, or when cx asks to stop, no further batch is taken.
#include "retrieve/embed_http.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/json.h"
#include "base/os.h"
#include "base/vec.h"
#include "retrieve/embed_answer.h"

enum {
    BYTES_A_TOKEN = 3, // an estimate for source code, on the safe side
    MOST_RETRY_AFTER_S = 60,
    LOOK_MS = 20,         // how often a wait for `busy` looks at the cancel flag
    BYTES_A_NUMBER = 32,  // of an answer, at most
    DIMS_EXPECTED = 8192, // while they are not known
    SPARED_S = 5,
    MOST_WHY = 512,
};

typedef struct Server {
    // frozen
    EmbedPolicy policy;
    HttpClient *http;
    Arena arena;
    Str url, authorization, variant;
    Mutex mutex;
    Cond freed; // busy fell
    // guarded by mutex
    uint32_t dims; // 0: not known yet; set once
    int64_t busy;
    int64_t spared_until_ns;
    char spared_why[MOST_WHY];
    size_t spared_why_len;
} Server;

typedef struct BatchSpan { // texts [first, end) of those that are sent
    size_t first, end;
} BatchSpan;

typedef struct Job {
    // frozen; of the request, so not to be touched once closed
    const Ctx *cx;
    Server *server;
    const Str *texts;     // as sent, without the empty ones
    const size_t *places; // which text of the request each is
    const BatchSpan *batches;
    size_t batch_count, text_count; // of the request, the empty ones too
    bool *missing;                  // each batch its own entries

    Mutex mutex;
    Cond left; // a worker left
    // guarded by mutex
    float *rows; // each batch its own, once there
    size_t next, working, references;
    bool closed;
    bool stopped; // no further batch
    bool cancelled;
    Str limit; // in `arena`, as are copies of what workers say
    Arena arena;
    size_t requests, retries;
} Job;

// --- one request

static Str body_of(Arena *arena, const Server *server, const Str *texts, size_t count)
{
    Buf buf = buf_on(arena);
    JsonWriter w = {.out = &buf};
    json_begin_object(&w);
    json_member_str(&w, "model", server->policy.model);
    json_member_str(&w, "encoding_format", STR("base64"));
    if (server->policy.dimensions) json_member_int(&w, "dimensions", server->policy.dimensions);
    json_key(&w, "input");
    json_begin_array(&w);
    for (size_t i = 0; i < count; i++) json_write_str(&w, texts[i]);
    json_end(&w);
    json_end(&w);
    return buf_str(&buf);
}

static bool is_passing(int status)
{
    return status == 408 || status == 429 || status >= 500;
}

static Fail refusal(Arena *arena, const Server *server, const HttpReply *reply)
{
    Str says = embed_answer_error(arena, reply->body);
    bool key = reply->status == 401 || reply->status == 403;
    return FAIL(arena, UNAVAILABLE, "status %d%s" STR_FMT "%s", reply->status, says.len ? ": " : "",
                STR_ARG(says),
                !key                        ? ""
                : server->authorization.len ? " (the key is the one in CQ_EMBED_API_KEY)"
                                            : " (CQ_EMBED_API_KEY is not set)");
}

static void spare(const Ctx *cx, Server *server, Fail why)
{
    if (ctx_stopped(cx) != STOP_NONE) return; // it was us who did not wait
    mutex_lock(&server->mutex);
    server->spared_until_ns = clock_now_ns() + SPARED_S * NS_PER_S;
    server->spared_why_len = utf8_cut(why->detail, MOST_WHY);
    memcpy(server->spared_why, why->detail.ptr, server->spared_why_len);
    mutex_unlock(&server->mutex);
}

// Why the server is not to be asked now; empty: it is.
static Str why_spared(Arena *arena, Server *server)
{
    Str why = STR("");
    mutex_lock(&server->mutex);
    if (clock_now_ns() < server->spared_until_ns)
        why = str_format(arena, "%.*s (not asked again for %d s)", (int)server->spared_why_len,
                         server->spared_why, (int)SPARED_S);
    mutex_unlock(&server->mutex);
    return why;
}

// Sends once. *again says whether another try makes sense, *wait_s when the server wants it.
static Fail send_once(Ctx *cx, Server *server, Str body, size_t max_bytes, HttpReply *reply,
                      bool *again, int64_t *wait_s)
{
    Str headers[] = {STR("Content-Type: application/json"), server->authorization};
    HttpRequest request = {.method = HTTP_POST,
                           .url = server->url,
                           .headers = headers,
                           .header_count = server->authorization.len ? 2 : 1,
                           .body = body,
                           .timeout_ns = server->policy.timeout_ms * NS_PER_MS,
                           .max_bytes = max_bytes};
    *again = false;
    *wait_s = 0;
    Fail fail = http_send(cx, server->http, &request, reply);
    if (fail) {
        *again = json_get(fail->ext, STR("timeout_ms")) != NULL;
        if (!*again && fail->kind == PROBLEM_UNAVAILABLE) spare(cx, server, fail);
        return fail;
    }
    if (reply->status == 200) return NULL;
    *again = is_passing(reply->status);
    *wait_s = reply->retry_after_s;
    return refusal(cx->arena, server, reply);
}

// Doubles with each try; the second half of it is left to chance, so that clients part.
static int64_t backoff_ns(const Server *server, int64_t try)
{
    int64_t most_ns = (server->policy.backoff_ms * NS_PER_MS) << MIN(try, 10);
    int64_t now_ns = clock_now_ns();
    uint64_t chance = hash_64(&now_ns, sizeof now_ns);
    return most_ns / 2 + (int64_t)(chance % (uint64_t)(most_ns / 2 + 1));
}

// Waits before another try. Fails: `why`, when the wait asked for is too long.
static Fail wait_for(Ctx *cx, const Server *server, int64_t try, int64_t wait_s, Fail why)
{
    int64_t wait_ns = backoff_ns(server, try);
    if (wait_s > MOST_RETRY_AFTER_S)
        return FAIL(cx->arena, UNAVAILABLE, STR_FMT "; it asks to wait %lld s, cq does %d",
                    STR_ARG(why->detail), (long long)wait_s, MOST_RETRY_AFTER_S);
    if (wait_s) wait_ns = wait_s * NS_PER_S + wait_ns / 4;
    if (cx->deadline_ns && clock_now_ns() + wait_ns >= cx->deadline_ns)
        return FAIL(cx->arena, UNAVAILABLE, STR_FMT "; the time limit leaves no other try",
                    STR_ARG(why->detail));
    return ctx_sleep(cx, wait_ns);
}

static Fail begin_request(const Ctx *cx, Server *server)
{
    Fail fail = NULL;
    mutex_lock(&server->mutex);
    while (server->busy >= server->policy.concurrency && !(fail = ctx_check(cx)))
        cond_wait_until(&server->freed, &server->mutex, clock_now_ns() + LOOK_MS * NS_PER_MS);
    if (!fail) server->busy++;
    mutex_unlock(&server->mutex);
    return fail;
}

static void end_request(Server *server)
{
    mutex_lock(&server->mutex);
    server->busy--;
    cond_signal(&server->freed);
    mutex_unlock(&server->mutex);
}

static Fail send_until(Ctx *cx, Server *server, Str body, size_t max_bytes, HttpReply *reply,
                       size_t *tries)
{
    for (int64_t try = 0;; try++) {
        bool again;
        int64_t wait_s;
        TRY(begin_request(cx, server));
        Fail fail = send_once(cx, server, body, max_bytes, reply, &again, &wait_s);
        end_request(server);
        ++*tries;
        if (!fail || !again) return fail;
        if (try < server->policy.retries) fail = wait_for(cx, server, try, wait_s, fail);
        else
            fail = FAIL(cx->arena, UNAVAILABLE, STR_FMT " (tried %lld times)",
                        STR_ARG(fail->detail), (long long)try + 1);
        if (!fail) continue;
        spare(cx, server, fail);
        return fail;
    }
}

// --- batches

static uint32_t dims_of(Server *server)
{
    mutex_lock(&server->mutex);
    uint32_t dims = server->dims;
    mutex_unlock(&server->mutex);
    return dims;
}

// The first answer's dimensions hold from then on. Fails: UNAVAILABLE, when they differ.
static Fail settle_dims(Arena *errors, Server *server, uint32_t dims)
{
    mutex_lock(&server->mutex);
    if (!server->dims) server->dims = dims;
    uint32_t settled = server->dims;
    mutex_unlock(&server->mutex);
    if (settled == dims) return NULL;
    return FAIL(errors, UNAVAILABLE, "the embedding server gave %u dimensions, then %u", settled,
                dims);
}

static Fail send_batch(Ctx *cx, Job *job, BatchSpan batch, const float **rows, uint32_t *dims,
                       size_t *tries)
{
    Server *server = job->server;
    size_t count = batch.end - batch.first;
    HttpReply reply = {0};
    *dims = dims_of(server);
    size_t max_bytes = (64 << 10) + count * BYTES_A_NUMBER * (*dims ? *dims : DIMS_EXPECTED);
    Str body = body_of(cx->arena, server, job->texts + batch.first, count);
    TRY(send_until(cx, server, body, max_bytes, &reply, tries));
    TRY(embed_answer_read(cx->arena, reply.body, count, dims, rows));
    return settle_dims(cx->arena, server, *dims);
}

// All rows of the request, zero; those of a batch are written without the lock.
static float *rows_of(Job *job, uint32_t dims)
{
    mutex_lock(&job->mutex);
    if (!job->rows) job->rows = ARENA_ARRAY(&job->arena, float, job->text_count *dims);
    float *rows = job->rows;
    mutex_unlock(&job->mutex);
    return rows;
}

static void give_up(Job *job, const Ctx *cx, Fail fail)
{
    mutex_lock(&job->mutex);
    if (!job->limit.len) job->limit = str_copy(&job->arena, fail->detail);
    job->cancelled |= ctx_stopped(cx) == STOP_CANCEL;
    job->stopped = true;
    mutex_unlock(&job->mutex);
}

static void run_batch(Job *job, Arena *scratch, BatchSpan batch)
{
    Ctx cx = ctx_child(job->cx, scratch);
    const float *from = NULL;
    uint32_t dims = 0;
    size_t tries = 0;
    Fail fail = send_batch(&cx, job, batch, &from, &dims, &tries);
    if (fail) give_up(job, &cx, fail);
    else {
        float *rows = rows_of(job, dims);
        for (size_t i = batch.first; i < batch.end; i++, from += dims) {
            memcpy(rows + job->places[i] * dims, from, dims * sizeof *rows);
            job->missing[job->places[i]] = false;
        }
    }
    mutex_lock(&job->mutex);
    job->requests += tries;
    job->retries += tries ? tries - 1 : 0;
    mutex_unlock(&job->mutex);
}

// Takes batches until none is left, at most `most`.
static void work(Job *job, size_t most)
{
    Arena scratch = {0};
    for (; most; most--) {
        mutex_lock(&job->mutex);
        bool take = !job->stopped && job->next < job->batch_count;
        BatchSpan batch = take ? job->batches[job->next++] : (BatchSpan){0};
        mutex_unlock(&job->mutex);
        if (!take) break;
        run_batch(job, &scratch, batch);
        arena_reset(&scratch);
    }
    arena_fini(&scratch);
}

static void job_release(Job *job)
{
    mutex_lock(&job->mutex);
    bool last = --job->references == 0;
    mutex_unlock(&job->mutex);
    if (!last) return;
    cond_fini(&job->left);
    mutex_fini(&job->mutex);
    arena_fini(&job->arena);
    mem_free(job);
}

static void worker_main(void *arg, int slot)
{
    Job *job = arg;
    (void)slot;
    mutex_lock(&job->mutex);
    bool open = !job->closed;
    job->working += open;
    mutex_unlock(&job->mutex);
    if (open) {
        work(job, SIZE_MAX);
        mutex_lock(&job->mutex);
        job->working--;
        cond_signal(&job->left);
        mutex_unlock(&job->mutex);
    }
    job_release(job);
}

static void run_job(Job *job, Pool *pool)
{
    size_t others = pool ? (size_t)job->server->policy.concurrency - 1 : 0;
    if (!dims_of(job->server)) work(job, 1);
    if (job->next < job->batch_count) others = MIN(others, job->batch_count - job->next - 1);
    else others = 0;
    for (size_t i = 0; i < others; i++) {
        mutex_lock(&job->mutex);
        job->references++;
        mutex_unlock(&job->mutex);
        pool_detach_io(pool, worker_main, job);
    }
    work(job, SIZE_MAX);
    mutex_lock(&job->mutex);
    job->closed = true;
    while (job->working) cond_wait(&job->left, &job->mutex);
    mutex_unlock(&job->mutex);
}

// --- a call

typedef struct SendPlan { // what is sent
    VEC(Str) texts;
    VEC(size_t) places;
    VEC(BatchSpan) batches;
    size_t tokens, cut;
} SendPlan;

static size_t tokens_of(Str text)
{
    return text.len / BYTES_A_TOKEN + 1;
}

// The text as the model gets it: with its prefix, and not too long.
static Str text_to_send(Arena *arena, const EmbedPolicy *policy, EmbedKind kind, Str text,
                        size_t *cut)
{
    Str prefix = kind == EMBED_QUERY ? policy->query_prefix : policy->document_prefix;
    size_t most = (size_t)policy->max_tokens * BYTES_A_TOKEN;
    most = most > prefix.len ? most - prefix.len : 0;
    if (text.len > most) {
        text = str_sub(text, 0, utf8_cut(text, most));
        ++*cut;
    }
    if (!prefix.len) return text;
    return str_format(arena, STR_FMT STR_FMT, STR_ARG(prefix), STR_ARG(text));
}

static void plan_sends(Arena *arena, const EmbedPolicy *policy, EmbedKind kind, const Str *texts,
                       size_t count, SendPlan *out)
{
    size_t batch_tokens = 0;
    for (size_t i = 0; i < count; i++) {
        if (!texts[i].len) continue;
        Str text = text_to_send(arena, policy, kind, texts[i], &out->cut);
        size_t tokens = tokens_of(text), at = out->texts.len;
        BatchSpan *last = out->batches.len ? &out->batches.items[out->batches.len - 1] : NULL;
        if (!last || at - last->first == (size_t)policy->batch_texts ||
            batch_tokens + tokens > (size_t)policy->batch_tokens) {
            VEC_PUSH(arena, &out->batches, (BatchSpan){at, at});
            last = &out->batches.items[out->batches.len - 1];
            batch_tokens = 0;
        }
        last->end = at + 1;
        batch_tokens += tokens;
        out->tokens += tokens;
        VEC_PUSH(arena, &out->texts, text);
        VEC_PUSH(arena, &out->places, i);
    }
}

static Job *job_new(const Ctx *cx, Server *server, const SendPlan *plan, const EmbedRows *out)
{
    Job *job = mem_alloc(sizeof *job);
    *job = (Job){.cx = cx,
                 .server = server,
                 .texts = plan->texts.items,
                 .places = plan->places.items,
                 .batches = plan->batches.items,
                 .batch_count = plan->batches.len,
                 .text_count = out->count,
                 .references = 1};
    job->missing = ARENA_ARRAY(cx->arena, bool, out->count);
    for (size_t i = 0; i < plan->places.len; i++) job->missing[plan->places.items[i]] = true;
    mutex_init(&job->mutex, RANK_EMBED);
    cond_init(&job->left);
    return job;
}

// What came, and why the rest did not.
static void answer(Ctx *cx, Job *job, EmbedRows *out)
{
    out->dims = dims_of(job->server);
    if (!job->rows && out->dims) (void)rows_of(job, out->dims); // all empty, or all failed
    for (size_t i = 0; i < out->count; i++) {
        job->missing[i] |= !out->dims; // how long would its row of zeros be?
        out->missing_count += job->missing[i];
    }
    out->rows = job->rows;
    out->missing = out->missing_count ? job->missing : NULL;
    out->requests = job->requests;
    out->retries = job->retries;
    if (!out->missing_count) return;
    Str why = job->limit.len ? job->limit : STR("it has not told its dimensions yet");
    out->limit = str_format(cx->arena, "no vectors from " STR_FMT " for %zu of %zu texts: " STR_FMT,
                            STR_ARG(http_url_shown(cx->arena, job->server->url)),
                            out->missing_count, out->count, STR_ARG(why));
}

static Fail http_embed(Ctx *cx, void *self, Pool *pool, EmbedKind kind, const Str *texts,
                       EmbedRows *out)
{
    Server *server = self;
    SendPlan plan = {0};
    plan_sends(cx->arena, &server->policy, kind, texts, out->count, &plan);
    out->tokens = plan.tokens;
    out->cut = plan.cut;
    Job *job = job_new(cx, server, &plan, out);
    job->limit =
        server->policy.url.len ? why_spared(cx->arena, server) : STR("embed.url is not set");
    if (!job->limit.len) run_job(job, pool);
    answer(cx, job, out);
    Fail fail = job->cancelled ? ctx_check(cx) : NULL;
    arena_adopt(cx->arena, &job->arena);
    job_release(job);
    return fail;
}

static void http_model(void *self, EmbedModel *out)
{
    Server *server = self;
    *out = (EmbedModel){.backend = STR("http"),
                        .model = server->policy.model,
                        .variant = server->variant,
                        .dtype = STR("float32"),
                        .dims = dims_of(server),
                        .max_tokens = (uint32_t)server->policy.max_tokens};
}

void *embed_http_new(const EmbedPolicy *policy, HttpClient *http)
{
    Server *server = mem_alloc(sizeof *server);
    Str url = policy->url, key = os_env("CQ_EMBED_API_KEY");
    while (str_ends(url, STR("/"))) url.len--;
    bool whole = !url.len || str_ends(url, STR("/embeddings"));
    server->policy = *policy;
    server->http = http;
    server->dims = (uint32_t)policy->dimensions;
    server->url =
        str_format(&server->arena, STR_FMT "%s", STR_ARG(url), whole ? "" : "/embeddings");
    if (key.len)
        server->authorization =
            str_format(&server->arena, "Authorization: Bearer " STR_FMT, STR_ARG(str_trim(key)));
    server->variant =
        str_format(&server->arena, "%lld|" STR_FMT "|" STR_FMT, (long long)policy->dimensions,
                   STR_ARG(policy->query_prefix), STR_ARG(policy->document_prefix));
    mutex_init(&server->mutex, RANK_EMBED);
    cond_init(&server->freed);
    return server;
}

static void http_backend_free(void *self)
{
    Server *server = self;
    cond_fini(&server->freed);
    mutex_fini(&server->mutex);
    arena_fini(&server->arena);
    mem_free(server);
}

const EmbedBackend embed_http = {"http", http_model, http_embed, http_backend_free};
