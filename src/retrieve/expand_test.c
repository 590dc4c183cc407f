// Words that a table has near those of a question: which, in what order, with what weight.
#include "retrieve/expand.h"

#include "support/check.h"

enum { DIMS = 16 };

static const struct {
    const char *text;
    int8_t row[DIMS];
} tokens[] = {
    {"retri", {100, 20}}, {"backoff", {90, 40}},   {"again", {100, 0}},      {"file", {0, 0, 100}},
    {"wait", {60, 80}},   {"retry_all", {99, 21}}, {"opposit", {-100, -20}}, {"nothing", {0}},
};

static Model *make_model(Ctx *cx)
{
    Model *model;
    ModelEntry *entries = ARENA_ARRAY(cx->arena, ModelEntry, ARRAY_LEN(tokens));
    for (size_t i = 0; i < ARRAY_LEN(tokens); i++)
        entries[i] = (ModelEntry){str_from(tokens[i].text), tokens[i].row, 1, 1};
    ModelImage image = {.dims = DIMS, .entries = entries, .count = ARRAY_LEN(tokens)};
    assert_null(model_from_bytes(cx, model_bytes(cx, &image), &model));
    return model;
}

static void near_words_come_along(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Model *model = make_model(&cx);
    ExpandSpec spec = {.least = .9, .weight = .5, .most = 2};
    Query query = query_analyse(&arena, STR("retries of unknownword files"));
    size_t own = query.term_count;
    assert_int_equal(expand_query(&arena, model, &spec, &query), 2);
    assert_int_equal(query.term_count, own + 2);
    const QueryTerm *first = &query.terms[own], *second = &query.terms[own + 1];
    CHECK_STR(first->text, STR("retry_all")); // nearest first
    CHECK_STR(second->text, STR("again"));    // backoff is the third
    assert_float_equal(first->weight, .5, 1e-3);
    assert_float_equal(second->weight, .4903F, 1e-3);
    assert_true(first->optional && !first->plain);
    spec.most = 8;
    query = query_analyse(&arena, STR("retries backoff"));
    assert_int_equal(expand_query(&arena, model, &spec, &query),
                     2); // retry_all, again: each once
    query = query_analyse(&arena, STR("nothing"));
    assert_int_equal(expand_query(&arena, model, &spec, &query), 0);
    model_close(model);
    arena_fini(&arena);
}

int retrieve_expand_test(void);
int retrieve_expand_test(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(near_words_come_along)};
    return RUN_TESTS(tests);
}
