// retrieve/model_test.c - the table of token vectors: what is written is read, what is damaged is
// never given, sums are exact.
#include "retrieve/model.h"

#include <math.h>
#include <string.h>

#include "retrieve/embed.h"
#include "retrieve/model_.h"
#include "retrieve/vectors.h"
#include "support/check.h"
#include "support/folder.h"

enum { DIMS = 16 };

static const struct {
    const char *text;
    int8_t row[DIMS];
    uint16_t document, query;
} tokens[] = {
    {"retri", {100, 20}, 40000, 65535},   {"backoff", {90, 40}, 50000, 60000},
    {"file", {0, 0, 100}, 20000, 20000},  {"read", {0, 0, 90, 30}, 65535, 20000},
    {"=read_fil", {0, 0, 99, 9}, 500, 1}, {"the", {0, 0, 0, 0, 127}, 10, 10},
};

static Str table(Ctx *cx)
{
    ModelEntry *entries = ARENA_ARRAY(cx->arena, ModelEntry, ARRAY_LEN(tokens));
    for (size_t i = 0; i < ARRAY_LEN(tokens); i++)
        entries[i] = (ModelEntry){str_from(tokens[i].text), tokens[i].row, tokens[i].document,
                                  tokens[i].query};
    return model_bytes(cx, &(ModelImage){.dims = DIMS,
                                         .entries = entries,
                                         .count = ARRAY_LEN(tokens),
                                         .provenance = STR("{\"seed\":7}")});
}

static void written_is_read(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Model *model;
    assert_null(model_from_bytes(&cx, table(&cx), &model));
    assert_int_equal(model_dims(model), DIMS);
    assert_int_equal(model_tokens(model), ARRAY_LEN(tokens));
    CHECK_STR(model_provenance(model), STR("{\"seed\":7}"));
    for (uint32_t i = 0; i < ARRAY_LEN(tokens); i++) {
        assert_int_equal(model_token(model, str_from(tokens[i].text)), i);
        CHECK_STR(model_text(model, i), str_from(tokens[i].text));
        assert_memory_equal(model_row(model, i), tokens[i].row, DIMS);
        assert_int_equal(model_document(model, i), tokens[i].document);
        assert_int_equal(model_query(model, i), tokens[i].query);
    }
    assert_int_equal(model_token(model, STR("=read")), MODEL_NONE);
    assert_int_equal(model_token(model, STR("")), MODEL_NONE);
    assert_null(model_verify(&cx, model));
    model_close(model);
    arena_fini(&arena);
}

static void files_open(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Folder folder;
    folder_make(&folder);
    Model *model = NULL;
    int8_t row[DIMS] = {1};
    ModelEntry entry = {STR("x"), row, 1, 1};
    OsFile dir = OS_FILE_NONE;
    assert_null(os_open(&cx, OS_CWD, folder.path, OS_FOLLOW, &dir));
    assert_null(model_write(&cx, dir, "t", &(ModelImage){DIMS, &entry, 1, STR("{}")}));
    assert_null(model_open(&cx, dir, "t", &model));
    assert_int_equal(model_token(model, STR("x")), 0);
    model_close(model);
    Fail fail = model_open(&cx, dir, "none", &model);
    assert_int_equal(fail->kind, PROBLEM_NOT_FOUND);
    os_close(&dir);
    folder_remove(&folder);
    arena_fini(&arena);
}

// Each byte changed, one at a time: it does not open, or nothing wrong is given and it is noticed.
static void damage_is_found(void **state)
{
    (void)state;
    Arena arena = {0}, scratch = {0};
    Ctx cx = {.arena = &arena}, inner = {.arena = &scratch};
    Str good = table(&cx);
    char *bytes = (char *)(uintptr_t)str_copy(&arena, good).ptr;
    for (size_t at = 0; at < good.len; at += at < 512 ? 1 : 7, arena_reset(&scratch)) {
        Model *model;
        bytes[at] ^= 0x21;
        Fail fail = model_from_bytes(&inner, (Str){bytes, good.len}, &model);
        bytes[at] ^= 0x21;
        if (fail) {
            assert_int_equal(fail->kind, PROBLEM_DAMAGED);
            continue;
        }
        for (uint32_t i = 0; i < model_tokens(model); i++) {
            uint32_t token = model_token(model, str_from(tokens[i].text));
            const int8_t *row = model_row(model, i);
            assert_true(token == i || token == MODEL_NONE);
            assert_true(!row || memcmp(row, tokens[i].row, DIMS) == 0);
        }
        fail = model_intact(&inner, model);
        if (!fail) fail = model_verify(&inner, model);
        assert_int_equal(fail->kind, PROBLEM_DAMAGED);
        model_close(model);
    }
    for (size_t len = 0; len < good.len; len += 13) {
        Model *model;
        assert_non_null(model_from_bytes(&inner, str_sub(good, 0, len), &model));
    }
    arena_fini(&scratch);
    arena_fini(&arena);
}

static void times_is_a_logarithm(void **state)
{
    (void)state;
    assert_int_equal(model_times(0), 0);
    assert_int_equal(model_times(1), MODEL_ONCE);
    for (uint32_t n = 2; n < 5000; n++) {
        double wanted = MODEL_ONCE * (1 + log(n));
        assert_true(model_times(n) >= model_times(n - 1));
        assert_true(fabs(model_times(n) - wanted) < 0.07 * wanted);
    }
    assert_true(model_times(UINT32_MAX) > model_times(1 << 30));
}

static void sums_never_overflow(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Model *model;
    int32_t sums[DIMS];
    float row[DIMS];
    assert_null(model_from_bytes(&cx, table(&cx), &model));
    ModelTerm few[] = {{0, 3}, {2, 1}};
    assert_true(model_sum(model, few, 2, sums));
    assert_int_equal(sums[0], 300);
    assert_int_equal(sums[2], 100);
    ModelTerm large[] = {{5, UINT64_MAX / 2}, {5, UINT64_MAX / 2}, {0, UINT64_MAX}, {1, 1}};
    assert_true(model_sum(model, large, 4, sums));
    assert_true(sums[4] > 0 && sums[0] > 0);
    model_normalise(sums, DIMS, row);
    assert_true(fabsf(vectors_dot(row, row, DIMS) - 1) < 1e-5F);
    assert_false(model_sum(model, few, 0, sums));
    model_normalise(sums, DIMS, row);
    assert_true(row[0] == 0); // NOLINT: exact
    model_close(model);
    arena_fini(&arena);
}

static void rows_are_added_alike(void **state)
{
    (void)state;
    enum { MOST = 272 };
    static const int16_t weights[] = {0, 1, 2, 255, 256, 4711, INT16_MAX};
    int8_t row[MOST];
    int32_t plain[MOST] = {0}, wide[MOST] = {0};
    for (int i = 0; i < MOST; i++) row[i] = (int8_t)(i * 37 - 128);
    row[0] = INT8_MIN;
    for (size_t w = 0; w < ARRAY_LEN(weights); w++) {
        for (uint32_t dims = MODEL_STEP; dims <= MOST; dims += MODEL_STEP) {
            model_add_row(plain, row, weights[w], dims);
#if defined(__x86_64__)
            if (os_cpu_has_avx2()) model_add_row_avx2(wide, row, weights[w], dims);
            else
#endif
                model_add_row(wide, row, weights[w], dims);
            assert_memory_equal(plain, wide, sizeof plain);
        }
    }
    assert_true(plain[0] < 0);
}

static void texts_have_vectors(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Model *model;
    assert_null(model_from_bytes(&cx, table(&cx), &model));
    Embedder *embedder = embed_static_new(model);
    assert_ptr_equal(embed_table(embedder), model);
    Str texts[] = {STR("the retries"),
                   STR("while (backoff) retry(the);"),
                   STR("fd = readFile(the_file)"),
                   STR("the"),
                   STR("unknown"),
                   STR("")};
    EmbedRows query, document;
    assert_null(embed_texts(&cx, embedder, NULL, EMBED_QUERY, texts, 6, &query));
    assert_null(embed_texts(&cx, embedder, NULL, EMBED_DOCUMENT, texts, 6, &document));
    assert_int_equal(query.dims, DIMS);
    assert_true(query.rows[4] == 0);               // a stop word among others
    assert_true(query.rows[3 * DIMS + 4] > 0.99F); // alone
    float near = vectors_dot(query.rows, document.rows + DIMS, DIMS);
    float far = vectors_dot(query.rows, document.rows + 2 * (size_t)DIMS, DIMS);
    assert_true(near > far + 0.5F);
    for (size_t i = 4 * DIMS; i < 6 * DIMS; i++) assert_true(document.rows[i] == 0);
    assert_int_equal(embed_model(embedder).variant.len, 32);
    embed_free(embedder);
    arena_fini(&arena);
}

static void unusable_tables_are_limits(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    EmbedPolicy policy = {.backend = EMBED_STATIC, .table = STR("no/such/table")};
    Embedder *embedder = embed_open(&policy, NULL);
    Str text = STR("x");
    EmbedRows rows;
    assert_null(embed_texts(&cx, embedder, NULL, EMBED_QUERY, &text, 1, &rows));
    assert_int_equal(rows.missing_count, 1);
    assert_true(rows.limit.len > 0);
    assert_null(embed_table(embedder));
    embed_free(embedder);
    arena_fini(&arena);
}

int retrieve_model_test(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(written_is_read),     cmocka_unit_test(files_open),
        cmocka_unit_test(damage_is_found),     cmocka_unit_test(times_is_a_logarithm),
        cmocka_unit_test(sums_never_overflow), cmocka_unit_test(rows_are_added_alike),
        cmocka_unit_test(texts_have_vectors),  cmocka_unit_test(unusable_tables_are_limits),
    };
    return RUN_TESTS(tests);
}
