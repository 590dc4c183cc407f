// index/git_log_test.c - what git prints of blame and log, whole, cut and garbled.
#include "index/git_log.h"

#include "support/check.h"

#define ID_A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B "0000000000000000000000000000000000000000"

static const char blame_text[] =
    ID_A " 4 1 2\nauthor Ada L\nauthor-mail <ada@x.org>\nauthor-time 86400\nsummary Begin it\n"
         "boundary\nfilename old name.c\n\tint a;\n" ID_A " 5 2\n\t\n" ID_B
         " 3 3 1\nauthor Not Committed Yet\nfilename new.c\n\tauthor x\n" ID_A " 9 4 1\n\tlast\n";

static void blame_is_read(void **state)
{
    (void)state;
    Arena arena = {0};
    Blame blame;
    assert_true(blame_parse(&arena, str_from(blame_text), &blame));
    assert_int_equal(blame.commit_count, 2);
    assert_int_equal(blame.range_count, 3);
    assert_true(str_eq(blame.commits[0].email, STR("ada@x.org")));
    assert_true(str_eq(blame.commits[0].subject, STR("Begin it")));
    assert_int_equal(blame.commits[0].time_s, 86400);
    assert_int_equal(blame.ranges[0].last_line, 2);
    assert_int_equal(blame.ranges[0].was_line, 4);
    assert_true(str_eq(blame.ranges[0].was_path, STR("old name.c")));
    assert_true(str_eq(blame.ranges[1].text, STR("author x")));
    assert_int_equal(blame.ranges[2].commit, 0);
    assert_int_equal(blame.ranges[2].first_line, 4);
    arena_fini(&arena);
}

static const char log_text[] = "\x1e" ID_A "\x1f"
                               "10\x1f"
                               "Ada\x1f"
                               "a@x\x1f"
                               "Sub\x1fject\0"
                               "\n3\t4\tsrc/a.c\0-\t-\timage.png\0"
                               "1\t0\t\0old.c\0new.c\0"
                               "\x1e" ID_B "\x1f"
                               "-5\x1f"
                               "B\x1f\x1f"
                               "\0";

static void history_is_read(void **state)
{
    (void)state;
    Arena arena = {0};
    History history;
    assert_true(history_parse(&arena, (Str){log_text, sizeof log_text - 1}, &history));
    assert_int_equal(history.count, 2);
    const HistoryEntry *first = &history.entries[0];
    assert_true(str_eq(first->commit.subject, STR("Sub\x1fject")));
    assert_int_equal(first->change_count, 3);
    assert_int_equal(first->changes[0].added, 3);
    assert_int_equal(first->changes[0].deleted, 4);
    assert_true(first->changes[1].binary);
    assert_true(str_eq(first->changes[2].was_path, STR("old.c")));
    assert_true(str_eq(first->changes[2].path, STR("new.c")));
    assert_int_equal(history.entries[1].commit.time_s, -5);
    assert_true(history_parse(&arena, STR(""), &history));
    assert_int_equal(history.count, 0);
    arena_fini(&arena);
}

// Every cut and every changed byte gives an answer or a refusal.
static void garbled_text_is_survived(void **state)
{
    (void)state;
    Arena arena = {0};
    Blame blame;
    History history;
    size_t refused = 0;
    for (size_t i = 0; i < MAX(sizeof blame_text, sizeof log_text) - 1; i++) {
        char one[sizeof blame_text], two[sizeof log_text];
        memcpy(one, blame_text, sizeof one);
        memcpy(two, log_text, sizeof two);
        refused += !blame_parse(&arena, (Str){one, MIN(i, sizeof one - 1)}, &blame);
        refused += !history_parse(&arena, (Str){two, MIN(i, sizeof two - 1)}, &history);
        if (i < sizeof one - 1) one[i] = (char)(one[i] ^ 0x15);
        if (i < sizeof two - 1) two[i] = (char)(two[i] ^ 0x15);
        refused += !blame_parse(&arena, (Str){one, sizeof one - 1}, &blame);
        refused += !history_parse(&arena, (Str){two, sizeof two - 1}, &history);
    }
    assert_true(refused > 100);
    arena_fini(&arena);
}

int index_git_log_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blame_is_read),
        cmocka_unit_test(history_is_read),
        cmocka_unit_test(garbled_text_is_survived),
    };
    return RUN_TESTS(tests);
}
