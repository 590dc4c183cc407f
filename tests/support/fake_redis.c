// support/fake_redis.c
#include "support/fake_redis.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/sync.h"
#include "support/check.h"

enum { MOST_CLIENTS = 64, MOST_PAIRS = 64, MOST_REQUEST = 65536, MOST_WORDS = 8, COMMANDS = 6 };

static const char *const commands[COMMANDS] = {"GET", "SET", "DEL", "PING", "AUTH", "SELECT"};

typedef struct Pair {
    char *key, *value;
    size_t key_len, value_len;
} Pair;

typedef struct Client {
    int fd;
    size_t len;
    char data[MOST_REQUEST];
} Client;

struct FakeRedis {
    Thread thread;
    Flag stop, fault, hold;
    Counter held, connections, looks, requests[COMMANDS];
    int port;
    int listener; // the thread's
    Client *clients[MOST_CLIENTS];
    size_t client_count;
    Mutex mutex;
    Pair pairs[MOST_PAIRS]; // guarded by mutex
    size_t pair_count;
};

static Pair *find(FakeRedis *fake, Str key)
{
    for (size_t i = 0; i < fake->pair_count; i++)
        if (str_eq((Str){fake->pairs[i].key, fake->pairs[i].key_len}, key)) return &fake->pairs[i];
    return NULL;
}

static char *copy(Str text)
{
    char *bytes = malloc(text.len + 1);
    memcpy(bytes, text.ptr, text.len);
    return bytes;
}

static void put(FakeRedis *fake, Str key, Str value)
{
    Pair *pair = find(fake, key);
    if (!pair) {
        assert_true(fake->pair_count < MOST_PAIRS);
        pair = &fake->pairs[fake->pair_count++];
        *pair = (Pair){.key = copy(key), .key_len = key.len};
    }
    free(pair->value);
    pair->value = copy(value);
    pair->value_len = value.len;
}

static bool drop(FakeRedis *fake, Str key)
{
    Pair *pair = find(fake, key);
    if (!pair) return false;
    free(pair->key);
    free(pair->value);
    *pair = fake->pairs[--fake->pair_count];
    return true;
}

static void send_all(int fd, Str text)
{
    while (text.len) {
        ssize_t sent = send(fd, text.ptr, text.len, MSG_NOSIGNAL);
        if (sent <= 0) return;
        text = str_sub(text, (size_t)sent, text.len);
    }
}

static void serve(FakeRedis *fake, int fd, const Str *words, size_t count)
{
    Arena arena = {0};
    Str out = STR("+OK\r\n");
    mutex_lock(&fake->mutex);
    if (str_eq(words[0], STR("GET"))) {
        const Pair *pair = find(fake, words[1]);
        Buf buf = buf_on(&arena);
        if (pair) {
            buf_addf(&buf, "$%zu\r\n", pair->value_len);
            buf_add(&buf, (Str){pair->value, pair->value_len});
            buf_add(&buf, STR("\r\n"));
        } else {
            buf_add(&buf, STR("$-1\r\n"));
        }
        out = buf_str(&buf);
    } else if (str_eq(words[0], STR("SET")) && count >= 3) {
        put(fake, words[1], words[2]);
    } else if (str_eq(words[0], STR("DEL"))) {
        out = drop(fake, words[1]) ? STR(":1\r\n") : STR(":0\r\n");
    } else if (str_eq(words[0], STR("PING"))) {
        out = STR("+PONG\r\n");
    }
    mutex_unlock(&fake->mutex);
    send_all(fd, out);
    arena_fini(&arena);
}

// False when the connection is to be closed.
static bool answer(FakeRedis *fake, int fd, const Str *words, size_t count)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (str_eq(words[0], str_from(commands[i]))) counter_add(&fake->requests[i], 1);
    if (flag_get(&fake->hold) && str_eq(words[0], STR("GET"))) {
        counter_add(&fake->held, 1);
        while (flag_get(&fake->hold) && !flag_get(&fake->stop)) poll(NULL, 0, 1);
        counter_sub(&fake->held, 1);
    }
    switch ((FakeFault)flag_get(&fake->fault)) {
    case FAKE_WELL: serve(fake, fd, words, count); return true;
    case FAKE_SILENT: return true;
    case FAKE_ERROR: send_all(fd, STR("-ERR broken\r\n")); return true;
    case FAKE_GARBAGE: send_all(fd, STR("HTTP/1.1 400 Bad Request\r\n\r\n")); return false;
    case FAKE_HALF: send_all(fd, STR("$1000\r\nhalf")); return false;
    case FAKE_WRONG: send_all(fd, STR("*1\r\n:7\r\n")); return true;
    default: return false;
    }
}

// One request of *text, "*2\r\n$3\r\nGET\r\n$1\r\nk\r\n"; false when it is not whole.
static bool next_request(Str *text, Str *words, size_t *count)
{
    Str rest = *text, line;
    int64_t total, len;
    if (!str_contains(rest, STR("\r\n")) || rest.ptr[0] != '*') return false;
    (void)str_next(&rest, '\n', &line);
    if (!str_to_int(str_trim(str_sub(line, 1, line.len)), &total) || total > MOST_WORDS)
        return false;
    for (*count = 0; *count < (size_t)total; (*count)++) {
        if (!str_contains(rest, STR("\r\n"))) return false;
        (void)str_next(&rest, '\n', &line);
        if (!str_to_int(str_trim(str_sub(line, 1, line.len)), &len)) return false;
        if (rest.len < (size_t)len + 2) return false;
        words[*count] = str_sub(rest, 0, (size_t)len);
        rest = str_sub(rest, (size_t)len + 2, rest.len);
    }
    *text = rest;
    return *count > 0;
}

static bool read_from(FakeRedis *fake, Client *client)
{
    ssize_t got = read(client->fd, client->data + client->len, MOST_REQUEST - client->len);
    Str words[MOST_WORDS];
    size_t count;
    if (got <= 0) return false;
    client->len += (size_t)got;
    Str rest = {client->data, client->len};
    while (next_request(&rest, words, &count))
        if (!answer(fake, client->fd, words, count)) return false;
    memmove(client->data, rest.ptr, rest.len);
    client->len = rest.len;
    return true;
}

static void close_client(FakeRedis *fake, size_t at)
{
    close(fake->clients[at]->fd);
    free(fake->clients[at]);
    fake->clients[at] = fake->clients[--fake->client_count];
}

static int listen_at(int *port)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)*port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof at;
    int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(fd, (struct sockaddr *)&at, sizeof at) || listen(fd, 16)) {
        close(fd);
        return -1;
    }
    getsockname(fd, (struct sockaddr *)&at, &len);
    *port = ntohs(at.sin_port);
    return fd;
}

static void accept_one(FakeRedis *fake)
{
    int fd = accept(fake->listener, NULL, NULL);
    if (fd < 0) return;
    if (fake->client_count == MOST_CLIENTS) {
        close(fd);
        return;
    }
    Client *client = calloc(1, sizeof *client);
    client->fd = fd;
    fake->clients[fake->client_count++] = client;
    counter_add(&fake->connections, 1);
}

static void come_and_go(FakeRedis *fake)
{
    bool gone = flag_get(&fake->fault) == FAKE_GONE;
    if (gone && fake->listener >= 0) {
        close(fake->listener);
        fake->listener = -1;
    }
    while (gone && fake->client_count) close_client(fake, 0);
    if (!gone && fake->listener < 0) fake->listener = listen_at(&fake->port);
}

static void fake_main(void *arg)
{
    FakeRedis *fake = arg;
    while (!flag_get(&fake->stop)) {
        struct pollfd polls[MOST_CLIENTS + 1];
        come_and_go(fake);
        counter_add(&fake->looks, 1);
        size_t count = fake->client_count;
        for (size_t i = 0; i < count; i++)
            polls[i] = (struct pollfd){.fd = fake->clients[i]->fd, .events = POLLIN};
        polls[count] = (struct pollfd){.fd = fake->listener, .events = POLLIN};
        if (poll(polls, count + 1, 2) <= 0) continue;
        for (size_t i = count; i-- > 0;)
            if (polls[i].revents && !read_from(fake, fake->clients[i])) close_client(fake, i);
        if (polls[count].revents & POLLIN) accept_one(fake);
    }
    while (fake->client_count) close_client(fake, 0);
}

FakeRedis *fake_redis_start(void)
{
    FakeRedis *fake = calloc(1, sizeof *fake);
    mutex_init(&fake->mutex, RANK_LOG);
    fake->listener = listen_at(&fake->port);
    assert_true(fake->listener >= 0);
    assert_true(thread_start(&fake->thread, fake_main, fake, "fake-redis"));
    return fake;
}

void fake_redis_stop(FakeRedis *fake)
{
    flag_set(&fake->stop, 1);
    thread_join(&fake->thread);
    if (fake->listener >= 0) close(fake->listener);
    for (size_t i = 0; i < fake->pair_count; i++) {
        free(fake->pairs[i].key);
        free(fake->pairs[i].value);
    }
    mutex_fini(&fake->mutex);
    free(fake);
}

Str fake_redis_url(Arena *arena, const FakeRedis *fake)
{
    return str_format(arena, "redis://127.0.0.1:%d", fake->port);
}

void fake_redis_fault(FakeRedis *fake, FakeFault fault)
{
    flag_set(&fake->fault, (int)fault);
    uint64_t looks = counter_get(&fake->looks);
    while (counter_get(&fake->looks) < looks + 2) poll(NULL, 0, 1); // it was seen
}

void fake_redis_hold(FakeRedis *fake, bool hold)
{
    flag_set(&fake->hold, hold);
}

uint64_t fake_redis_held(FakeRedis *fake)
{
    return counter_get(&fake->held);
}

uint64_t fake_redis_requests(FakeRedis *fake, const char *command)
{
    for (size_t i = 0; i < COMMANDS; i++)
        if (!strcmp(command, commands[i])) return counter_get(&fake->requests[i]);
    return 0;
}

uint64_t fake_redis_connections(FakeRedis *fake)
{
    return counter_get(&fake->connections);
}

static Pair *find_end(FakeRedis *fake, const char *key_end)
{
    for (size_t i = 0; i < fake->pair_count; i++)
        if (str_ends((Str){fake->pairs[i].key, fake->pairs[i].key_len}, str_from(key_end)))
            return &fake->pairs[i];
    return NULL;
}

bool fake_redis_peek(Arena *arena, FakeRedis *fake, const char *key_end, Str *value)
{
    mutex_lock(&fake->mutex);
    const Pair *pair = find_end(fake, key_end);
    if (pair) *value = str_copy(arena, (Str){pair->value, pair->value_len});
    mutex_unlock(&fake->mutex);
    return pair != NULL;
}

void fake_redis_poke(FakeRedis *fake, const char *key_end, Str value)
{
    mutex_lock(&fake->mutex);
    Pair *pair = find_end(fake, key_end);
    assert_non_null(pair);
    free(pair->value);
    pair->value = copy(value);
    pair->value_len = value.len;
    mutex_unlock(&fake->mutex);
}
