// fuzz/http_request.c - requests as bytes: whatever comes, a request that is taken can be told from
// its neighbours in one way only, however the bytes are cut.
#include <stdlib.h>

#include "door/http/message.h"

enum { MOST_BODY = 4096, MOST_REQUESTS = 8 };

typedef struct Taken {
    int status; // of the fault
    size_t bytes;
    Str body;
    Str method, target;
} Taken;

// One request, its body fed `step` bytes at a time. bytes is 0 while it is not complete.
static Taken take(Arena *arena, Str input, size_t step)
{
    Taken taken = {0};
    size_t from = 0, end = 0;
    for (size_t seen = MIN(step, input.len); !end && seen < input.len + step; seen += step)
        end = message_head_end(str_sub(input, 0, MIN(seen, input.len)), &from);
    if (!end) return taken;
    Message *message = ARENA_NEW(arena, Message);
    Body *body = ARENA_NEW(arena, Body);
    MessageFault found = message_read_head(str_copy(arena, str_sub(input, 0, end)), message);
    if (!found.status) found = body_begin(body, message, arena, MOST_BODY);
    size_t at = end;
    while (!found.status && body->state != BODY_DONE && at < input.len) {
        size_t used = 0;
        found = body_feed(body, str_sub(input, at, at + step), &used);
        at += used;
        if (!found.status && !used) abort();
    }
    taken.status = found.status;
    taken.method = message->method;
    taken.target = message->target;
    if (found.status || body->state != BODY_DONE) return taken;
    taken.bytes = at;
    taken.body = (Str){body->data.ptr, body->data.len};
    return taken;
}

static void check_message(Str head)
{
    Message message;
    MessageFault found = message_read_head(head, &message);
    if (found.status) {
        if (found.status < 400 || found.status > 599 || !found.why) abort();
        return;
    }
    if (message.chunked && (message.has_length || !message.minor)) abort();
    if (message.minor && message_header_count(&message, STR("host")) != 1) abort();
    for (size_t i = 0; i < message.header_count; i++)
        if (!message_is_token(message.headers[i].name)) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Str rest = {(const char *)data, size};
    check_message(rest);
    for (int i = 0; i < MOST_REQUESTS && rest.len; i++) {
        Arena arena = {0};
        Taken whole = take(&arena, rest, rest.len), cut = take(&arena, rest, 1);
        if (whole.status != cut.status || whole.bytes != cut.bytes) abort();
        if (!str_eq(whole.body, cut.body) || whole.body.len > MOST_BODY) abort();
        if (!str_eq(whole.method, cut.method) || !str_eq(whole.target, cut.target)) abort();
        size_t bytes = whole.status ? 0 : whole.bytes;
        arena_fini(&arena);
        if (!bytes) break;
        rest = str_sub(rest, bytes, rest.len);
    }
    return 0;
}
