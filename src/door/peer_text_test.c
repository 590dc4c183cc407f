// door/peer_text_test.c
#include "door/peer_text.h"

#include "support/check.h"

typedef struct HeadCase {
    const char *text;
    PeerTaken taken;
    int status;
    size_t left; // bytes behind it
} HeadCase;

static const HeadCase heads[] = {
    {"HTTP/1.1 200 OK\r\nA: b\r\n\r\nbody", PEER_TAKEN, 200, 4},
    {"HTTP/1.1 409 Conflict\r\n\r\n", PEER_TAKEN, 409, 0},
    {"HTTP/1.1 204\r\n\r\n", PEER_TAKEN, 204, 0},
    {"", PEER_PART, 0, 0},
    {"HTTP/1.1 200 OK\r\nA: b\r\n", PEER_PART, 0, 0},
    {"SSH-2.0-x\r\n\r\n", PEER_WRONG, 0, 0},
    {"HTTP/1.0 200 OK\r\n\r\n", PEER_WRONG, 0, 0},
    {"HTTP/1.1 20 OK\r\n\r\n", PEER_WRONG, 0, 0},
    {"HTTP/1.1 2000 OK\r\n\r\n", PEER_WRONG, 0, 0},
    {"HTTP/1.1 -12 OK\r\n\r\n", PEER_WRONG, 0, 0},
    {"HTTP/1.1 999 OK\r\n\r\n", PEER_WRONG, 0, 0},
    {"HTTP/1.1 \r\n\r\n", PEER_WRONG, 0, 0},
};

static void heads_are_read(void **state)
{
    (void)state;
    Arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
        const HeadCase *at = &heads[i];
        Buf in = buf_on(&arena);
        PeerHead head = {0};
        size_t looked = 0;
        buf_add(&in, str_from(at->text));
        assert_int_equal(peer_take_head(&arena, &in, &looked, &head), at->taken);
        if (at->taken != PEER_TAKEN) continue;
        assert_int_equal(head.status, at->status);
        assert_int_equal(in.len, at->left);
    }
    arena_fini(&arena);
}

static void endless_head(void **state)
{
    (void)state;
    Arena arena = {0};
    Buf in = buf_on(&arena);
    PeerHead head;
    size_t looked = 0, rounds = 0;
    PeerTaken taken;
    do {
        buf_add(&in, STR("X-More: of the same\r\n"));
        taken = peer_take_head(&arena, &in, &looked, &head);
    } while (taken == PEER_PART && ++rounds < 10000);
    assert_int_equal(taken, PEER_WRONG);
    arena_fini(&arena);
}

static void headers(void **state)
{
    (void)state;
    Arena arena = {0};
    Buf in = buf_on(&arena);
    PeerHead head;
    size_t looked = 0;
    buf_add(&in, STR("HTTP/1.1 200 OK\r\nContent-Length:  12 \r\nno colon\r\nEmpty:\r\n\r\n"));
    assert_int_equal(peer_take_head(&arena, &in, &looked, &head), PEER_TAKEN);
    CHECK_STR(peer_header(&head, STR("content-length")), STR("12"));
    assert_int_equal(peer_header(&head, STR("no colon")).len, 0);
    assert_int_equal(peer_header(&head, STR("empty")).len, 0);
    assert_int_equal(peer_header(&head, STR("missing")).len, 0);
    assert_int_equal(peer_header(&head, STR("")).len, 0);
    arena_fini(&arena);
}

static void events(void **state)
{
    (void)state;
    Arena arena = {0};
    Str rest = STR("id: 1-0\ndata: \n\nid: 1-1\ndata: {\"a\":1}\n\n: keep-alive\n\n"
                   "data: one,\r\ndata:two\r\n\r\ndata: cut\n");
    static const char *const wants[] = {"", "{\"a\":1}", "", "one,two"};
    Str data;
    for (size_t i = 0; i < ARRAY_LEN(wants); i++) {
        assert_true(peer_take_event(&arena, &rest, &data));
        CHECK_STR(data, str_from(wants[i]));
    }
    assert_false(peer_take_event(&arena, &rest, &data));
    CHECK_STR(rest, STR("data: cut\n")); // it is not whole
    arena_fini(&arena);
}

static void why(void **state)
{
    (void)state;
    Arena arena = {0};
    CHECK_STR(peer_why(&arena, STR("{\"detail\":\"too many\"}")), STR("too many"));
    CHECK_STR(peer_why(&arena, STR("{\"detail\":7}")), STR("the server refused"));
    CHECK_STR(peer_why(&arena, STR("[]")), STR("the server refused"));
    CHECK_STR(peer_why(&arena, STR("<html>")), STR("the server refused"));
    arena_fini(&arena);
}

int door_peer_text_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heads_are_read), cmocka_unit_test(endless_head), cmocka_unit_test(headers),
        cmocka_unit_test(events),         cmocka_unit_test(why),
    };
    return RUN_TESTS(tests);
}
