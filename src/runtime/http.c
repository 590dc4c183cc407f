// runtime/http.c
//
// DESIGN. libcurl is opened by name, once a client, under `mutex`; its functions are then frozen
// in `curl`. A Handle is one easy handle in one multi handle: the multi interface lets us wait in
// short steps and look at the caller's cancel flag. A thread takes a handle from `idle` or makes
// one, and gives it back with its connections open, so no two threads share one.
// libcurl stays loaded and initialised: a resolver thread that it left behind may still run.
#include "runtime/http.h"

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#include "base/clock.h"
#include "base/os.h"
#include "base/vec.h"
#include "base/version.h"

enum { MOST_IDLE = 8, DEFAULT_MAX_BYTES = 8 << 20, DEFAULT_TIMEOUT_S = 30, STEP_MS = 50 };

#define CURL_FUNCTIONS(X)                                                                          \
    X(curl_global_init)                                                                            \
    X(curl_easy_init)                                                                              \
    X(curl_easy_setopt)                                                                            \
    X(curl_easy_getinfo)                                                                           \
    X(curl_easy_reset)                                                                             \
    X(curl_easy_cleanup)                                                                           \
    X(curl_easy_strerror)                                                                          \
    X(curl_multi_init)                                                                             \
    X(curl_multi_cleanup)                                                                          \
    X(curl_multi_add_handle)                                                                       \
    X(curl_multi_remove_handle)                                                                    \
    X(curl_multi_perform)                                                                          \
    X(curl_multi_poll)                                                                             \
    X(curl_multi_info_read)                                                                        \
    X(curl_slist_append)                                                                           \
    X(curl_slist_free_all)

typedef struct Curl { // the functions; `easy_init` of them is p_curl_easy_init
#define MEMBER(name) __typeof__(&name) p_##name;
    CURL_FUNCTIONS(MEMBER)
#undef MEMBER
} Curl;

typedef struct Handle {
    CURL *easy;
    CURLM *multi;
} Handle;

struct HttpClient {
    const char *const *libraries; // frozen
    Mutex mutex;
    // guarded by mutex
    bool tried, loaded;
    Str why_not;
    Arena arena;
    Handle idle[MOST_IDLE];
    size_t idle_count;
    // frozen once `loaded`
    Curl curl;
};

static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.so", NULL};

HttpClient *http_new(void)
{
    return http_new_with(names);
}

HttpClient *http_new_with(const char *const *libraries)
{
    HttpClient *client = mem_alloc(sizeof *client);
    client->libraries = libraries;
    mutex_init(&client->mutex, RANK_HTTP);
    return client;
}

static void handle_free(const Curl *curl, Handle handle)
{
    if (handle.easy) curl->p_curl_easy_cleanup(handle.easy);
    if (handle.multi) curl->p_curl_multi_cleanup(handle.multi);
}

void http_free(HttpClient *client)
{
    if (!client) return;
    for (size_t i = 0; i < client->idle_count; i++) handle_free(&client->curl, client->idle[i]);
    mutex_fini(&client->mutex);
    arena_fini(&client->arena);
    mem_free(client);
}

// False when the library lacks a function.
static bool find_functions(void *library, Curl *curl)
{
    bool all = true;
#define FIND(name)                                                                                 \
    *(void **)&curl->p_##name = os_symbol(library, #name);                                         \
    all = all && curl->p_##name;
    CURL_FUNCTIONS(FIND)
#undef FIND
    return all;
}

static bool load_locked(HttpClient *client)
{
    if (client->tried) return client->loaded;
    Ctx own = {.arena = &client->arena};
    client->tried = true;
    for (const char *const *name = client->libraries; *name && !client->loaded; name++) {
        void *library = os_library(&own, *name, &client->why_not);
        if (!library) continue;
        client->loaded = find_functions(library, &client->curl);
        if (!client->loaded) client->why_not = str_format(own.arena, "%s is too old", *name);
    }
    if (client->loaded && client->curl.p_curl_global_init(CURL_GLOBAL_ALL) != CURLE_OK) {
        client->loaded = false;
        client->why_not = STR("curl_global_init failed");
    }
    return client->loaded;
}

// Fails: UNAVAILABLE.
static Fail take_handle(Ctx *cx, HttpClient *client, Handle *out)
{
    mutex_lock(&client->mutex);
    bool loaded = load_locked(client);
    *out = (Handle){0};
    if (client->idle_count) *out = client->idle[--client->idle_count];
    mutex_unlock(&client->mutex);
    if (!loaded) {
        Fail fail =
            FAIL(cx->arena, UNAVAILABLE, "cannot load libcurl: " STR_FMT, STR_ARG(client->why_not));
        return problem_with_str(cx->arena, fail, "hint",
                                STR("install libcurl (Debian: libcurl4), which requests need"));
    }
    const Curl *curl = &client->curl;
    if (out->easy) return NULL;
    out->easy = curl->p_curl_easy_init();
    out->multi = curl->p_curl_multi_init();
    if (out->easy && out->multi) return NULL;
    handle_free(curl, *out);
    return FAIL(cx->arena, UNAVAILABLE, "libcurl gives no handle");
}

static void give_handle(HttpClient *client, Handle handle)
{
    client->curl.p_curl_easy_reset(handle.easy);
    mutex_lock(&client->mutex);
    bool kept = client->idle_count < MOST_IDLE;
    if (kept) client->idle[client->idle_count++] = handle;
    mutex_unlock(&client->mutex);
    if (!kept) handle_free(&client->curl, handle);
}

typedef struct Transfer {
    Ctx *cx;
    const HttpRequest *request;
    HttpReply *reply;
    Buf body;
    size_t max_bytes;
    bool too_large;
    char error[CURL_ERROR_SIZE];
} Transfer;

static size_t on_body(char *data, size_t size, size_t count, void *arg)
{
    Transfer *transfer = arg;
    size_t bytes = size * count;
    transfer->too_large = bytes > transfer->max_bytes - transfer->body.len;
    if (transfer->too_large) return 0; // ends the transfer
    buf_add(&transfer->body, (Str){data, bytes});
    return bytes;
}

static size_t on_header(char *data, size_t size, size_t count, void *arg)
{
    Transfer *transfer = arg;
    Str line = {data, size * count};
    size_t colon = str_find(line, ':');
    Str name = str_sub(line, 0, colon), value = str_trim(str_sub(line, colon + 1, line.len));
    int64_t seconds = 0;
    if (str_eq_nocase(name, STR("content-type")))
        transfer->reply->content_type = str_copy(transfer->cx->arena, value);
    if (str_eq_nocase(name, STR("retry-after")) && str_to_int(value, &seconds))
        transfer->reply->retry_after_s = MAX(seconds, 0);
    return line.len;
}

Str http_url_shown(Arena *arena, Str url)
{
    size_t at = 0;
    while (at < url.len && !str_starts(str_sub(url, at, url.len), STR("://"))) at++;
    if (at == url.len) return str_copy(arena, url);
    Str scheme = str_sub(url, 0, at + 3), rest = str_sub(url, at + 3, url.len);
    Str host = str_sub(rest, 0, str_find(rest, '/'));
    size_t secret = str_find_last(host, '@');
    if (secret < host.len) rest = str_sub(rest, secret + 1, rest.len);
    return str_join(arena, scheme, STR_NONE, rest);
}

static bool has_line_end(Str s)
{
    return str_find(s, '\r') < s.len || str_find(s, '\n') < s.len || str_find(s, '\0') < s.len;
}

// Fails: BAD_REQUEST.
static Fail check_request(Arena *arena, const HttpRequest *request)
{
    Str url = request->url;
    bool known = str_starts(url, STR("http://")) || str_starts(url, STR("https://"));
    if (!known || has_line_end(url))
        return FAIL(arena, BAD_REQUEST,
                    "\"" STR_FMT "\" is no http:// or https:// URL, which is all cq can reach",
                    STR_ARG(http_url_shown(arena, url)));
    for (size_t i = 0; i < request->header_count; i++)
        if (has_line_end(request->headers[i]))
            return FAIL(arena, BAD_REQUEST, "a header must not hold the end of a line");
    return NULL;
}

static struct curl_slist *header_list(const Curl *curl, Arena *arena, const HttpRequest *request)
{
    // without the wait for "100 Continue" that libcurl puts before larger bodies
    struct curl_slist *list = curl->p_curl_slist_append(NULL, "Expect:");
    for (size_t i = 0; i < request->header_count; i++)
        list = curl->p_curl_slist_append(list, str_cstr(arena, request->headers[i]));
    return list;
}

static void set_options(const Curl *curl, CURL *easy, Transfer *transfer,
                        const struct curl_slist *headers)
{
    const HttpRequest *request = transfer->request;
    Arena *arena = transfer->cx->arena;
#define SET(option, value) curl->p_curl_easy_setopt(easy, (option), (value))
    SET(CURLOPT_URL, str_cstr(arena, request->url));
    if (SET(CURLOPT_PROTOCOLS_STR, "http,https") != CURLE_OK) { // before 7.85
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
        SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#pragma GCC diagnostic pop
    }
    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_QUICK_EXIT, 1L); // do not wait for a resolver that hangs
    SET(CURLOPT_USERAGENT, "cq/" CQ_VERSION);
    SET(CURLOPT_HTTPHEADER, headers);
    SET(CURLOPT_ERRORBUFFER, transfer->error);
    SET(CURLOPT_WRITEFUNCTION, on_body);
    SET(CURLOPT_WRITEDATA, transfer);
    SET(CURLOPT_HEADERFUNCTION, on_header);
    SET(CURLOPT_HEADERDATA, transfer);
    if (request->method == HTTP_POST) {
        SET(CURLOPT_POST, 1L);
        SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body.len);
        SET(CURLOPT_POSTFIELDS, request->body.len ? request->body.ptr : "");
    }
#undef SET
}

static Fail transfer_problem(const Curl *curl, Transfer *transfer, CURLcode code)
{
    Arena *arena = transfer->cx->arena;
    if (transfer->too_large)
        return FAIL(arena, TOO_LARGE, "the reply is larger than %zu bytes", transfer->max_bytes);
    const char *why = transfer->error[0] ? transfer->error : curl->p_curl_easy_strerror(code);
    Str url = http_url_shown(arena, transfer->request->url);
    return FAIL(arena, UNAVAILABLE, "no answer from " STR_FMT ": %s", STR_ARG(url), why);
}

static Fail timed_out(Transfer *transfer, int64_t timeout_ms)
{
    Arena *arena = transfer->cx->arena;
    Fail fail = FAIL(arena, UNAVAILABLE, "no answer from " STR_FMT " within %lld ms",
                     STR_ARG(http_url_shown(arena, transfer->request->url)), (long long)timeout_ms);
    return problem_with_int(arena, fail, "timeout_ms", timeout_ms);
}

// Moves the transfer along until it ends, cx asks to stop, or the time is over.
static Fail drive(const Curl *curl, const Handle *handle, Transfer *transfer)
{
    Ctx *cx = transfer->cx;
    int64_t timeout_ns = transfer->request->timeout_ns;
    if (timeout_ns <= 0) timeout_ns = DEFAULT_TIMEOUT_S * NS_PER_S;
    int64_t end_ns = clock_now_ns() + timeout_ns;
    for (;;) {
        int running = 0, left = 0;
        TRY(ctx_check(cx));
        CURLMcode code = curl->p_curl_multi_perform(handle->multi, &running);
        if (code != CURLM_OK) return FAIL(cx->arena, UNAVAILABLE, "libcurl: error %d", (int)code);
        const CURLMsg *message = curl->p_curl_multi_info_read(handle->multi, &left);
        if (message && message->msg == CURLMSG_DONE) {
            CURLcode result = message->data.result;
            return result == CURLE_OK ? NULL : transfer_problem(curl, transfer, result);
        }
        int64_t now_ns = clock_now_ns(), until_ns = end_ns;
        if (now_ns >= end_ns) return timed_out(transfer, timeout_ns / NS_PER_MS);
        if (cx->deadline_ns) until_ns = MIN(until_ns, cx->deadline_ns);
        int64_t wait_ms = (until_ns - now_ns) / NS_PER_MS + 1;
        curl->p_curl_multi_poll(handle->multi, NULL, 0, (int)MIN(wait_ms, STEP_MS), NULL);
    }
}

static Fail send_with(const Curl *curl, const Handle *handle, Transfer *transfer)
{
    Ctx *cx = transfer->cx;
    struct curl_slist *headers = header_list(curl, cx->arena, transfer->request);
    set_options(curl, handle->easy, transfer, headers);
    curl->p_curl_multi_add_handle(handle->multi, handle->easy);
    Fail fail = drive(curl, handle, transfer);
    long status = 0;
    curl->p_curl_easy_getinfo(handle->easy, CURLINFO_RESPONSE_CODE, &status);
    curl->p_curl_multi_remove_handle(handle->multi, handle->easy);
    curl->p_curl_slist_free_all(headers);
    transfer->reply->status = (int)status;
    transfer->reply->body = buf_str(&transfer->body);
    return fail;
}

Fail http_send(Ctx *cx, HttpClient *client, const HttpRequest *request, HttpReply *out)
{
    HttpReply reply = {0};
    Handle handle;
    TRY(check_request(cx->arena, request));
    TRY(ctx_check(cx));
    TRY(take_handle(cx, client, &handle));
    Transfer transfer = {.cx = cx, .request = request, .reply = &reply};
    transfer.body = buf_on(cx->arena);
    transfer.max_bytes = request->max_bytes ? request->max_bytes : DEFAULT_MAX_BYTES;
    Fail fail = send_with(&client->curl, &handle, &transfer);
    give_handle(client, handle);
    if (fail)
        return problem_with_str(cx->arena, fail, "url", http_url_shown(cx->arena, request->url));
    *out = reply;
    return NULL;
}
