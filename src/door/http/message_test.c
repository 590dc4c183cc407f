// door/http/message_test.c - what tests/http/protocol.py cannot see from outside.
#include "door/http/message.h"

#include "support/check.h"

static void a_head_is_taken_apart(void **state)
{
    (void)state;
    Message message;
    Str head = STR("POST /a%20b?c=d?e HTTP/1.1\r\nHost: h:1\r\nX-Y:  v w\t\r\nx-y: 2\r\n"
                   "Connection: Keep-Alive, close\r\nContent-Length: 007\r\n\r\n");
    assert_int_equal(message_read_head(head, &message).status, 0);
    assert_true(str_eq(message.method, STR("POST")));
    assert_true(str_eq(message.path, STR("/a%20b")));
    assert_true(str_eq(message.query, STR("c=d?e")));
    assert_true(str_eq(message.host, STR("h:1")));
    assert_true(str_eq(message_header(&message, STR("X-y")), STR("v w")));
    assert_int_equal(message_header_count(&message, STR("x-Y")), 2);
    assert_false(message_header(&message, STR("none")).ptr);
    assert_false(message.keep_alive);
    assert_int_equal(message.length, 7);
}

static void the_end_of_a_head_is_found(void **state)
{
    (void)state;
    Str text = STR("GET / HTTP/1.1\r\nHost: a\r\n\r\nGET");
    for (size_t cut = 0; cut <= text.len; cut++) {
        size_t from = 0, first = message_head_end(str_sub(text, 0, cut), &from);
        size_t end = message_head_end(text, &from);
        assert_int_equal(first, cut < text.len - 3 ? 0 : text.len - 3);
        assert_int_equal(end, text.len - 3); // going on where the first look left off
    }
}

static void tokens_of_a_list(void **state)
{
    (void)state;
    assert_true(message_has_token(STR("a, CLOSE ;x=1"), STR("close")));
    assert_false(message_has_token(STR("closed, a close"), STR("close")));
    assert_false(message_has_token(STR_NONE, STR("close")));
}

static void bodies_end_where_they_say(void **state)
{
    (void)state;
    Arena arena = {0};
    Body body;
    size_t used = 0;
    Message message = {.chunked = true};
    Str text = STR("3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\nT: v\r\n\r\nNEXT");
    assert_int_equal(body_begin(&body, &message, &arena, 13).status, 0);
    assert_int_equal(body_feed(&body, text, &used).status, 0);
    assert_int_equal(body.state, BODY_DONE);
    assert_int_equal(used, text.len - 4);
    assert_true(str_eq((Str){body.data.ptr, body.data.len}, STR("abc0123456789")));
    assert_int_equal(body_begin(&body, &message, &arena, 12).status, 0);
    assert_int_equal(body_feed(&body, text, &used).status, 413);
    message = (Message){.length = 3};
    assert_int_equal(body_begin(&body, &message, &arena, 2).status, 413);
    assert_int_equal(body_begin(&body, &message, &arena, 3).status, 0);
    assert_int_equal(body_feed(&body, STR("abcd"), &used).status, 0);
    assert_int_equal(used, 3);
    arena_fini(&arena);
}

int door_http_message_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_is_taken_apart),
        cmocka_unit_test(the_end_of_a_head_is_found),
        cmocka_unit_test(tokens_of_a_list),
        cmocka_unit_test(bodies_end_where_they_say),
    };
    return RUN_TESTS(tests);
}
