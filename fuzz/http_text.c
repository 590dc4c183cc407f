// fuzz/http_text.c - targets, queries, lists of choices, hosts and addresses to listen on.
#include <stdlib.h>

#include "base/json.h"
#include "door/http/message.h"
#include "door/http/text.h"

static void check_query(Arena *arena, Str input)
{
    Str rest = input, name, value, text;
    while (text_query_next(&rest, &name, &value)) {
        if (name.len + value.len > input.len) abort();
        if (!text_decode(arena, value, true, &text)) continue;
        if (text.len > value.len || !utf8_valid(text.ptr, text.len) ||
            memchr(text.ptr, 0, text.len))
            abort();
    }
}

static void check_lists(Str input)
{
    int gzip = text_quality(input, STR("gzip")),
        sse = text_quality(input, STR("text/event-stream"));
    if (gzip < -1 || gzip > 1000 || sse < -1 || sse > 1000) abort();
    text_has_tag(input, STR("W/\"x\""));
    message_has_token(input, STR("close"));
}

// What can be listened on is shown in a form that reads back the same.
static void check_address(Arena *arena, Str input)
{
    HttpAddress first, again;
    Str host, port;
    if (text_split_host(input, &host, &port) && (!host.len || port.len > 5)) abort();
    if (text_read_address(arena, input, &first)) return;
    Str shown = text_show_address(arena, &first);
    if (!first.path.len) shown = str_sub(shown, STR("http://").len, shown.len);
    if (text_read_address(arena, shown, &again)) abort();
    if (!str_eq(first.path, again.path) || !str_eq(first.host, again.host)) abort();
    if (first.port != again.port || first.remote != again.remote) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena arena = {0};
    Str input = {(const char *)data, size};
    check_query(&arena, input);
    check_lists(input);
    check_address(&arena, input);
    arena_fini(&arena);
    return 0;
}
