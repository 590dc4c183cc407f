// support/check.h - what every unit test includes: cmocka and its required headers.
#ifndef CQ_SUPPORT_CHECK_H
#define CQ_SUPPORT_CHECK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/str.h"

#define CHECK_STR(actual, expected)                                                                \
    do {                                                                                           \
        Str actual_ = (actual), expected_ = (expected);                                            \
        if (!str_eq(actual_, expected_))                                                           \
            fail_msg("got \"%.*s\", expected \"%.*s\"", STR_ARG(actual_), STR_ARG(expected_));     \
    } while (0)

// Rounds of a random test: CQ_LONG=1 asks for many; the race detector, which makes each one twenty
// times as slow and looks at the order of things and not at answers, gets a quarter.
static inline int check_rounds(int usual, int many)
{
    if (getenv("CQ_LONG")) return many;
#ifdef __SANITIZE_THREAD__
    return (usual + 3) / 4;
#else
    return usual;
#endif
}

// Runs the tests of one file and fails when they leave memory behind.
#define RUN_TESTS(tests) cmocka_run_group_tests((tests), NULL, NULL)

#endif
