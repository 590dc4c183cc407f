// runtime/http_test.c - the client against a server of a few lines, in a thread of this process.
#include "runtime/http.h"

#include "base/clock.h"
#include "base/json.h"
#include "support/check.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

typedef struct Server {
    int listener, port;
    Thread thread;
    Flag stop;
    Counter connections, requests;
    Counter asked_slow; // requests for /slow that arrived
} Server;

// Reads one request: head and Content-Length bytes. 0 when the client has left.
static size_t read_request(Server *server, int fd, char *buf, size_t cap)
{
    size_t len = 0;
    while (len < cap - 1) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        while (poll(&wait, 1, 20) == 0)
            if (flag_get(&server->stop)) return 0;
        ssize_t n = read(fd, buf + len, cap - 1 - len);
        if (n <= 0) return 0;
        len += (size_t)n;
        buf[len] = 0;
        const char *end = strstr(buf, "\r\n\r\n"), *length = strstr(buf, "Content-Length: ");
        size_t body = length ? strtoul(length + 16, NULL, 10) : 0;
        if (end && len >= (size_t)(end + 4 - buf) + body) return len;
    }
    return 0;
}

static bool put(int fd, const char *text)
{
    return send(fd, text, strlen(text), MSG_NOSIGNAL) >= 0;
}

static void answer(Server *server, int fd, const char *request)
{
    char reply[8192];
    const char *body = strstr(request, "\r\n\r\n") + 4;
    if (strstr(request, " /echo ")) {
        int line = (int)strcspn(request, "\r");
        snprintf(reply, sizeof reply,
                 "HTTP/1.1 200 OK\r\nContent-Type: text/x; y=1\r\nContent-Length: %zu\r\n\r\n"
                 "%s|%.*s",
                 strlen(body) + 1 + (size_t)line, body, line, request);
        put(fd, reply);
    } else if (strstr(request, " /busy ")) {
        put(fd, "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n");
    } else if (strstr(request, " /moved ")) {
        put(fd, "HTTP/1.1 302 Found\r\nLocation: /echo\r\nContent-Length: 0\r\n\r\n");
    } else if (strstr(request, " /endless ")) {
        put(fd, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        while (!flag_get(&server->stop) && put(fd, "8\r\nabcdefgh\r\n")) {}
    } else if (strstr(request, " /slow ")) {
        counter_add(&server->asked_slow, 1);
        while (!flag_get(&server->stop)) usleep(1000);
    } else if (strstr(request, " /noise ")) {
        put(fd, "what?\r\n\r\n");
        shutdown(fd, SHUT_RDWR);
    }
}

typedef struct Connection {
    Server *server;
    int fd;
    Thread thread;
} Connection;

static void connection_main(void *arg)
{
    Connection *connection = arg;
    char request[65536];
    while (read_request(connection->server, connection->fd, request, sizeof request)) {
        counter_add(&connection->server->requests, 1);
        answer(connection->server, connection->fd, request);
    }
    close(connection->fd);
}

static void server_main(void *arg)
{
    Server *server = arg;
    Connection connections[32];
    size_t count = 0;
    while (!flag_get(&server->stop)) {
        struct pollfd wait = {.fd = server->listener, .events = POLLIN};
        if (poll(&wait, 1, 20) <= 0 || count == ARRAY_LEN(connections)) continue;
        Connection *connection = &connections[count++];
        *connection = (Connection){.server = server, .fd = accept(server->listener, NULL, NULL)};
        counter_add(&server->connections, 1);
        assert_true(thread_start(&connection->thread, connection_main, connection, "connection"));
    }
    for (size_t i = 0; i < count; i++) thread_join(&connections[i].thread);
}

static int start_server(void **state)
{
    Server *server = calloc(1, sizeof *server);
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    setenv("no_proxy", "127.0.0.1", 1);
    server->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (bind(server->listener, (struct sockaddr *)&at, sizeof at)) return -1;
    if (listen(server->listener, 8)) return -1;
    getsockname(server->listener, (struct sockaddr *)&at, &len);
    server->port = ntohs(at.sin_port);
    *state = server;
    return thread_start(&server->thread, server_main, server, "server") ? 0 : -1;
}

static int stop_server(void **state)
{
    Server *server = *state;
    flag_set(&server->stop, 1);
    thread_join(&server->thread);
    close(server->listener);
    free(server);
    return 0;
}

static Str url_of(Arena *arena, const Server *server, const char *path)
{
    return str_format(arena, "http://127.0.0.1:%d%s", server->port, path);
}

static Fail get(Ctx *cx, HttpClient *client, Server *server, const char *path, HttpReply *out)
{
    HttpRequest request = {.url = url_of(cx->arena, server, path)};
    return http_send(cx, client, &request, out);
}

static void require(Fail fail)
{
    if (fail && fail->kind == PROBLEM_UNAVAILABLE && str_starts(fail->detail, STR("cannot load")))
        skip();
    if (fail) fail_msg(STR_FMT, STR_ARG(fail->detail));
}

static void replies(void **state)
{
    Server *server = *state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    HttpClient *client = http_new();
    HttpReply reply;
    require(get(&cx, client, server, "/echo", &reply));
    assert_int_equal(reply.status, 200);
    CHECK_STR(reply.body, STR("|GET /echo HTTP/1.1"));
    CHECK_STR(reply.content_type, STR("text/x; y=1"));
    Str header = STR("X-Test: 1"), bad = STR("X: 1\r\nY: 2");
    HttpRequest post = {.method = HTTP_POST,
                        .url = url_of(&arena, server, "/echo"),
                        .headers = &header,
                        .header_count = 1,
                        .body = STR("{\"a\":1}")};
    require(http_send(&cx, client, &post, &reply));
    CHECK_STR(reply.body, STR("{\"a\":1}|POST /echo HTTP/1.1"));
    post.body = STR_NONE;
    require(http_send(&cx, client, &post, &reply));
    CHECK_STR(reply.body, STR("|POST /echo HTTP/1.1"));
    require(get(&cx, client, server, "/busy", &reply));
    assert_int_equal(reply.status, 503);
    assert_int_equal(reply.retry_after_s, 7);
    require(get(&cx, client, server, "/moved", &reply)); // not followed
    assert_int_equal(reply.status, 302);
    assert_int_equal(counter_get(&server->connections), 1); // one for all of these
    post.headers = &bad;
    assert_int_equal(http_send(&cx, client, &post, &reply)->kind, PROBLEM_BAD_REQUEST);
    http_free(client);
    arena_fini(&arena);
}

static void failures(void **state)
{
    Server *server = *state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    HttpClient *client = http_new();
    HttpReply reply = {.status = -1};
    Fail fail = get(&cx, client, server, "/endless", &reply); // over 8 MiB
    if (fail->kind == PROBLEM_UNAVAILABLE) require(fail);
    assert_int_equal(fail->kind, PROBLEM_TOO_LARGE);
    HttpRequest request = {.url = url_of(&arena, server, "/echo"), .max_bytes = 5};
    assert_int_equal(http_send(&cx, client, &request, &reply)->kind, PROBLEM_TOO_LARGE);
    assert_int_equal(get(&cx, client, server, "/noise", &reply)->kind, PROBLEM_UNAVAILABLE);
    request = (HttpRequest){.url = url_of(&arena, server, "/slow"), .timeout_ns = 50 * NS_PER_MS};
    fail = http_send(&cx, client, &request, &reply);
    assert_int_equal(fail->kind, PROBLEM_UNAVAILABLE);
    assert_true(str_ends(fail->detail, STR("/slow within 50 ms")));
    request = (HttpRequest){.url = STR("http://user:secret@127.0.0.1:1/x")};
    fail = http_send(&cx, client, &request, &reply);
    assert_int_equal(fail->kind, PROBLEM_UNAVAILABLE);
    CHECK_STR(json_get(fail->ext, STR("url"))->string, STR("http://127.0.0.1:1/x"));
    static const char *const bad[] = {"file:///etc/passwd", "ftp://x", "", "http//x",
                                      "HTTP://a\nb"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        request = (HttpRequest){.url = str_from(bad[i])};
        assert_int_equal(http_send(&cx, client, &request, &reply)->kind, PROBLEM_BAD_REQUEST);
    }
    assert_int_equal(reply.status, -1); // set on success only
    http_free(client);
    arena_fini(&arena);
}

typedef struct Canceller {
    Server *server;
    Flag cancel;
} Canceller;

static void cancel_when_asked(void *arg)
{
    Canceller *canceller = arg;
    while (!counter_get(&canceller->server->asked_slow)) usleep(1000);
    flag_set(&canceller->cancel, 1);
}

static void cancel_and_deadline(void **state)
{
    Server *server = *state;
    Arena arena = {0};
    Canceller canceller = {.server = server};
    Ctx cx = {.arena = &arena, .cancel = &canceller.cancel};
    Thread thread;
    HttpClient *client = http_new();
    HttpReply reply;
    require(get(&cx, client, server, "/echo", &reply));
    assert_true(thread_start(&thread, cancel_when_asked, &canceller, "cancel"));
    assert_int_equal(get(&cx, client, server, "/slow", &reply)->kind, PROBLEM_CANCELLED);
    thread_join(&thread);
    cx = (Ctx){.arena = &arena, .deadline_ns = clock_now_ns() + 30 * NS_PER_MS};
    assert_int_equal(get(&cx, client, server, "/slow", &reply)->kind, PROBLEM_CANCELLED);
    cx.deadline_ns = 0;
    require(get(&cx, client, server, "/echo", &reply)); // the handle works on
    http_free(client);
    arena_fini(&arena);
}

enum { SENDERS = 8, SENDS = 20 };

typedef struct Sender {
    Server *server;
    HttpClient *client;
    Thread thread;
    int well;
} Sender;

static void sender_main(void *arg)
{
    Sender *sender = arg;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    for (int i = 0; i < SENDS; i++) {
        HttpReply reply = {0};
        Fail fail = get(&cx, sender->client, sender->server, "/echo", &reply);
        sender->well += !fail && reply.status == 200;
    }
    arena_fini(&arena);
}

static void many_threads(void **state)
{
    Sender senders[SENDERS];
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    HttpClient *client = http_new();
    HttpReply reply;
    require(get(&cx, client, *state, "/echo", &reply));
    for (int i = 0; i < SENDERS; i++) {
        senders[i] = (Sender){.server = *state, .client = client};
        assert_true(thread_start(&senders[i].thread, sender_main, &senders[i], "sender"));
    }
    for (int i = 0; i < SENDERS; i++) {
        thread_join(&senders[i].thread);
        assert_int_equal(senders[i].well, SENDS);
    }
    http_free(client);
    arena_fini(&arena);
}

static void no_library(void **state)
{
    (void)state;
    static const char *const absent[] = {"libcq-no-such-curl.so", NULL}, *const other[] = {
                                                                             "libc.so.6", NULL};
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    HttpRequest request = {.url = STR("http://127.0.0.1:1/")};
    HttpReply reply;
    HttpClient *client = http_new_with(absent);
    Fail fail = http_send(&cx, client, &request, &reply);
    assert_int_equal(fail->kind, PROBLEM_UNAVAILABLE);
    assert_true(str_contains(fail->detail, STR("libcq-no-such-curl.so")));
    assert_true(str_starts(json_get(fail->ext, STR("hint"))->string, STR("install libcurl")));
    http_free(client);
    client = http_new_with(other);
    CHECK_STR(http_send(&cx, client, &request, &reply)->detail,
              STR("cannot load libcurl: libc.so.6 is too old"));
    http_free(client);
    http_free(NULL);
    arena_fini(&arena);
}

static void shown_urls(void **state)
{
    (void)state;
    static const char *const cases[][2] = {{"http://a/b?c@d", "http://a/b?c@d"},
                                           {"https://u:p@a:1/b@c", "https://a:1/b@c"},
                                           {"http://u:p@x@a", "http://a"},
                                           {"nonsense", "nonsense"}};
    Arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        CHECK_STR(http_url_shown(&arena, str_from(cases[i][0])), str_from(cases[i][1]));
    arena_fini(&arena);
}

#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, start_server, stop_server)

int runtime_http_test(void)
{
    const struct CMUnitTest tests[] = {
        WITH_SERVER(replies),      WITH_SERVER(failures),        WITH_SERVER(cancel_and_deadline),
        WITH_SERVER(many_threads), cmocka_unit_test(no_library), cmocka_unit_test(shown_urls),
    };
    return RUN_TESTS(tests);
}
