// base/nearest_test.c
#include "base/nearest.h"

#include "support/check.h"

typedef struct Case {
    const char *word, *wants;
} Case;

static const char *const names[] = {"search", "outline", "classify", "in", "help", "ignore-case"};

static const Case cases[] = {
    {"serach", "search"},
    {"Search", "search"},
    {"outlnie", "outline"},
    {"classfy", "classify"},
    {"class", "classify"},
    {"ignore", "ignore-case"},
    {"helpme", "help"},
    {"ni", "in"},
    {"", ""},
    {"x", ""},
    {"zzzzzz", ""},
    {"se", ""},
    {"find-references", ""},
};

static void test_nearest(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Nearest nearest = nearest_to(str_from(cases[i].word));
        for (size_t j = 0; j < ARRAY_LEN(names); j++) nearest_offer(&nearest, str_from(names[j]));
        CHECK_STR(nearest.name, str_from(cases[i].wants));
    }
}

static void test_phrase(void **state)
{
    (void)state;
    Arena arena = {0};
    Nearest nearest = nearest_to(STR("serach"));
    CHECK_STR(str_from(nearest_phrase(&arena, &nearest, "--")), STR(""));
    nearest_offer(&nearest, STR("search"));
    CHECK_STR(str_from(nearest_phrase(&arena, &nearest, "--")), STR("; did you mean --search?"));
    arena_fini(&arena);
}

int base_nearest_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_phrase),
    };
    return RUN_TESTS(tests);
}
