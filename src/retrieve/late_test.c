// Late interaction against a naive computation, with a table and with rows a token.
#include "retrieve/late.h"

#include <math.h>

#include "retrieve/model.h"
#include "support/check.h"

enum { DIMS = 16 };

static const struct {
    const char *text;
    int8_t row[DIMS];
    uint16_t document, query;
} tokens[] = {
    {"retri", {100, 20}, 40000, 60000},  {"backoff", {90, 40}, 50000, 60000},
    {"file", {0, 0, 100}, 20000, 20000}, {"read", {0, 0, 90, 30}, 65535, 20000},
    {"wait", {60, -80, 10}, 500, 1000},  {"the", {0, 0, 0, 0, 127}, 10, 10},
};

static const char *const texts[] = {"backoff wait", "read the file", "nothing known here",
                                    "file backoff read"};

static double cosine(size_t a, size_t b)
{
    double product = 0, left = 0, right = 0;
    for (size_t i = 0; i < DIMS; i++) {
        product += tokens[a].row[i] * tokens[b].row[i];
        left += tokens[a].row[i] * tokens[a].row[i];
        right += tokens[b].row[i] * tokens[b].row[i];
    }
    return product / sqrt(left * right);
}

static double naive(const size_t *question, size_t count, const char *text)
{
    double sum = 0, weights = 0;
    for (size_t q = 0; q < count; q++) {
        double best = 0;
        for (size_t t = 0; t < ARRAY_LEN(tokens); t++)
            if (str_contains(str_from(text), str_from(tokens[t].text)))
                best = MAX(best, cosine(question[q], t));
        sum += tokens[question[q]].query * best;
        weights += tokens[question[q]].query;
    }
    return sum / weights;
}

static Model *make_model(Ctx *cx)
{
    Model *model;
    ModelEntry *entries = ARENA_ARRAY(cx->arena, ModelEntry, ARRAY_LEN(tokens));
    for (size_t i = 0; i < ARRAY_LEN(tokens); i++)
        entries[i] = (ModelEntry){str_from(tokens[i].text), tokens[i].row, tokens[i].document,
                                  tokens[i].query};
    ModelImage image = {.dims = DIMS, .entries = entries, .count = ARRAY_LEN(tokens)};
    assert_null(model_from_bytes(cx, model_bytes(cx, &image), &model));
    return model;
}

static void table_agrees_with_the_naive_one(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Model *model = make_model(&cx);
    LexiconBuilder *builder = lexicon_builder_new();
    DocMaker *maker = doc_maker_new(NULL);
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        Doc doc;
        assert_null(doc_make(&cx, maker, LANG_NONE, FORM_PROSE, str_from(texts[i]), &doc));
        lexicon_add(builder, str_format(&arena, "f%zu.txt", i), &doc);
    }
    doc_maker_free(maker);
    Lexicon lexicon;
    Corpus corpus;
    lexicon_view(lexicon_finish(builder), &lexicon);
    corpus_init(&arena, &lexicon, NULL, 1, &corpus);
    static const size_t retry_file[] = {0, 2}, the[] = {5};
    Late *late = late_begin(&arena, model, &corpus, STR("the retries of a file retry"));
    for (uint32_t i = 0; i < ARRAY_LEN(texts); i++)
        assert_float_equal(late_score(late, i), naive(retry_file, 2, texts[i]), 1e-6);
    late = late_begin(&arena, model, &corpus, STR("the")); // nothing else: stop words count
    assert_float_equal(late_score(late, 1), naive(the, 1, texts[1]), 1e-6);
    assert_null(late_begin(&arena, model, &corpus, STR("unknown")));
    lexicon_builder_free(builder);
    model_close(model);
    arena_fini(&arena);
}

static void rows_a_token(void **state)
{
    (void)state;
    static const float rows[] = {1, 0, 0, 1, .6F, .8F, -1, 0};
    static const uint32_t two[] = {0, 2, 4};
    EmbedRows both = {.rows = rows, .dims = 2, .count = 2, .starts = two};
    assert_float_equal(late_rows(&both, 0, &both, 0), 1, 1e-6);
    assert_float_equal(late_rows(&both, 0, &both, 1), (.6 + .8) / 2, 1e-6);
    assert_float_equal(late_rows(&both, 1, &both, 0), (.8 + 0) / 2, 1e-6);
    EmbedRows other = {.rows = rows, .dims = 4, .count = 1};
    assert_float_equal(late_rows(&both, 0, &other, 0), 0, 1e-6);
    EmbedRows single = {.rows = rows, .dims = 2, .count = 4};
    assert_float_equal(late_rows(&single, 2, &single, 0), .6, 1e-6);
}

int retrieve_late_test(void);
int retrieve_late_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_agrees_with_the_naive_one),
        cmocka_unit_test(rows_a_token),
    };
    return RUN_TESTS(tests);
}
