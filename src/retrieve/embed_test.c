// retrieve/embed_test.c - the port, hashed vectors, and the reader of answers. The `http` backend
// is tested against a server: tests/embed.sh.
#include "retrieve/embed.h"

#include <math.h>
#include <string.h>

#include "retrieve/embed_answer.h"
#include "retrieve/vectors.h"
#include "support/check.h"

static const float *hashed(Arena *arena, const char *text)
{
    Ctx cx = {.arena = arena};
    Embedder *embedder = embed_new(&embed_hash, NULL);
    Str texts[] = {str_from(text)};
    EmbedRows rows;
    assert_null(embed_texts(&cx, embedder, NULL, EMBED_QUERY, texts, 1, &rows));
    assert_int_equal(rows.limit.len + rows.missing_count, 0);
    assert_int_equal(rows.dims, EMBED_HASH_DIMS);
    embed_free(embedder);
    return rows.rows;
}

static float similarity(const char *a, const char *b)
{
    Arena arena = {0};
    float out = vectors_dot(hashed(&arena, a), hashed(&arena, b), EMBED_HASH_DIMS);
    arena_fini(&arena);
    return out;
}

static void hash_orders(void **state)
{
    (void)state;
    static const struct {
        const char *text, *nearer, *farther;
    } cases[] = {
        {"retry policy", "class RetryPolicy:", "int main(void)"},
        {"retry", "retries", "return"},
        {"parse http request", "static int parseHTTPRequest(int fd)", "free the memory pool"},
        {"read_file", "readFile", "write_disk"},
        {"HTTPServer2Go", "http server 2 go", "gopher holes"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        float near = similarity(cases[i].text, cases[i].nearer);
        float far = similarity(cases[i].text, cases[i].farther);
        if (!(near > far + 0.05F)) fail_msg("%s: %f, %f", cases[i].text, (double)near, (double)far);
        assert_true(fabsf(similarity(cases[i].text, cases[i].text) - 1) < 1e-5F);
    }
    assert_true(similarity("", "") == 0);
    assert_true(similarity(" ;{}\n_ a ", "x") == 0); // no word of two characters
    assert_true(similarity("a b", "b a") == 0);
    assert_true(fabsf(similarity("read the file", "file, the read") - 1) < 1e-5F);
}

// The numbers are the same on every machine and in every version that calls itself cq-hash-1.
static void hash_is_stable(void **state)
{
    (void)state;
    Arena arena = {0};
    static const char text[] =
        "static Fail parseHTTPRequest2(Ctx *cx, int na\303\257ve) { retry; retry; }";
    const float *row = hashed(&arena, text);
    unsigned char bytes[EMBED_HASH_DIMS * 4];
    for (size_t i = 0; i < EMBED_HASH_DIMS; i++) {
        uint32_t word;
        memcpy(&word, &row[i], sizeof word);
        for (size_t b = 0; b < 4; b++) bytes[4 * i + b] = (unsigned char)(word >> 8 * b);
    }
    Digest digest = digest_of((Str){(const char *)bytes, sizeof bytes});
    CHECK_STR(digest_hex(&arena, &digest),
              STR("aef1322cf7fb3d0cf9a5c9297fcdb2adf5af32c6f4fd4da993068f0231aa8740"));
    char longest[5000]; // long words and large counts
    memset(longest, 'w', sizeof longest);
    longest[sizeof longest - 1] = 0;
    assert_true(isfinite(hashed(&arena, longest)[0]));
    arena_fini(&arena);
}

static void hash_limits(void **state)
{
    (void)state;
    Arena arena = {0};
    Flag cancel = {0};
    Ctx cx = {.arena = &arena, .deadline_ns = 1, .cancel = &cancel};
    Embedder *embedder = embed_new(&embed_hash, NULL);
    Str texts[3] = {STR("a"), STR("b"), STR("c")};
    EmbedRows rows;
    assert_null(embed_texts(&cx, embedder, NULL, EMBED_QUERY, texts, 3, &rows));
    assert_int_equal(rows.missing_count, 3);
    assert_true(rows.missing[0] && rows.missing[2] && rows.limit.len > 0);
    flag_set(&cancel, 1);
    assert_int_equal(embed_texts(&cx, embedder, NULL, EMBED_QUERY, texts, 3, &rows)->kind,
                     PROBLEM_CANCELLED);
    embed_free(embedder);
    arena_fini(&arena);
}

static void opens(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    EmbedPolicy policy = {.backend = EMBED_NONE};
    Str text = STR("text");
    EmbedRows rows;
    Embedder *embedder = embed_open(&policy, NULL);
    CHECK_STR(embed_model(embedder).backend, STR("none"));
    assert_null(embed_texts(&cx, embedder, NULL, EMBED_DOCUMENT, &text, 1, &rows));
    assert_true(rows.missing_count == 1 && rows.missing[0] && rows.limit.len > 0);
    embed_free(embedder);
    Digest prints[5];
    for (size_t i = 0; i < ARRAY_LEN(prints); i++) {
        policy = (EmbedPolicy){.backend = i ? EMBED_HTTP : EMBED_HASH,
                               .url = STR("http://u:p@host/v1"),
                               .dimensions = i > 3 ? 64 : 0,
                               .model = i > 1 ? STR("m") : STR("n"),
                               .query_prefix = i > 2 ? STR("q") : STR_NONE};
        embedder = embed_open(&policy, NULL);
        prints[i] = embed_fingerprint(embedder);
        embed_free(embedder);
        for (size_t k = 0; k < i; k++) assert_false(digest_eq(&prints[i], &prints[k]));
    }
    embed_free(NULL);
    arena_fini(&arena);
}

static void normalises(void **state)
{
    (void)state;
    float row[3] = {3, 0, -4}, zero[3] = {0}, huge[3] = {3e38F, 3e38F, 0}, bad[3] = {1, NAN, 0};
    float tiny[3] = {1e-44F, 0, 0};
    assert_true(embed_normalise(row, 3) && row[0] == 0.6F && row[2] == -0.8F);
    assert_true(embed_normalise(zero, 3) && zero[0] == 0);
    assert_true(embed_normalise(huge, 3) && fabsf(huge[0] - 0.70710678F) < 1e-6F);
    assert_true(embed_normalise(tiny, 3) && tiny[0] == 1);
    assert_false(embed_normalise(bad, 3));
    assert_true(bad[0] == 1);
}

// --- answers

static void answers(void **state)
{
    (void)state;
    static const struct {
        const char *body;
        uint32_t dims;    // wanted
        const char *says; // NULL: rows {1, 0} and {0, 1}
    } cases[] = {
        {"{\"data\":[{\"embedding\":[2,0]},{\"embedding\":[0,0.5]}]}", 0, NULL},
        {"{\"data\":[{\"index\":1,\"embedding\":[0,1]},{\"index\":0,\"embedding\":[1,0]}]}", 2,
         NULL},
        {"{\"data\":[{\"embedding\":\"AACAPwAAAAA=\"},{\"embedding\":\"AAAAAAAAgD8=\"}]}", 0, NULL},
        {"{\"data\":[{\"embedding\":\"AACAPwAAAAA\"},{\"embedding\":[0,7]}]}", 0, NULL},
        {"{\"data\":[{\"embedding\":\"AACAPwAAAA!=\"},{\"embedding\":[0,7]}]}", 0,
         "item 0 has no vec"},
        {"{\"data\":[{\"embedding\":\"AACAPwAAAA==\"},{\"embedding\":[0,7]}]}", 0,
         "item 0 has no vec"},
        {"{\"data\":[{\"embedding\":\"\"},{\"embedding\":[0,7]}]}", 0, "0 dimensions"},
        {"{\"data\":[{\"embedding\":[]},{\"embedding\":[]}]}", 0, "0 dimensions"},
        {"{\"data\":[{\"embedding\":[1,null]},{\"embedding\":[0,7]}]}", 0, "item 0 has no vector"},
        {"{\"data\":[{\"embedding\":[1e300,1]},{\"embedding\":[0,7]}]}", 0, "not finite"},
        {"{\"data\":[{\"embedding\":\"AADAfwAAAAA=\"},{\"embedding\":[0,7]}]}", 0, "not finite"},
        {"{\"data\":[{\"embedding\":[1,0]},{\"embedding\":[1]}]}", 0, "1 dimensions, not 2"},
        {"{\"data\":[{\"embedding\":[1,0]},{\"embedding\":[0,1]}]}", 3, "2 dimensions, not 3"},
        {"{\"data\":[{\"embedding\":[1,0]}]}", 0, "1 vectors for 2 texts"},
        {"{\"data\":[{\"index\":2,\"embedding\":[1,0]},{\"embedding\":[0,1]}]}", 0,
         "outside 0 to 1"},
        {"{\"data\":[{\"index\":-1,\"embedding\":[1,0]},{\"embedding\":[0,1]}]}", 0, "outside"},
        {"{\"data\":[{\"index\":\"0\",\"embedding\":[1,0]},{\"embedding\":[0,1]}]}", 0, "outside"},
        {"{\"data\":[{\"index\":1,\"embedding\":[1,0]},{\"embedding\":[0,1]}]}", 0, "two items"},
        {"{\"data\":[1,2]}", 0, "item 0 has no vector"},
        {"{\"data\":{}}", 0, "no \"data\" array"},
        {"[]", 0, "no \"data\" array"},
        {"null", 0, "no \"data\" array"},
        {"", 0, "not JSON"},
        {"{\"data\":[{\"embedding\":[NaN,0]},{\"embedding\":[0,1]}]}", 0, "not JSON"},
    };
    static const float want[] = {1, 0, 0, 1};
    Arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        uint32_t dims = cases[i].dims;
        const float *rows = NULL;
        Fail fail = embed_answer_read(&arena, str_from(cases[i].body), 2, &dims, &rows);
        if (!fail != !cases[i].says) fail_msg("%s: %.*s", cases[i].body, STR_ARG(fail->detail));
        if (!fail) {
            assert_int_equal(dims, 2);
            assert_memory_equal(rows, want, sizeof want);
        } else if (!str_contains(fail->detail, str_from(cases[i].says)))
            fail_msg("%s: %.*s", cases[i].body, STR_ARG(fail->detail));
    }
    arena_fini(&arena);
}

static void errors(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"{\"error\":{\"message\":\"no\\nsuch model\",\"type\":\"x\"}}", "no such model"},
        {"{\"error\":\"plain\"}", "plain"},
        {"{\"object\":\"error\",\"message\":\" vLLM says \"}", "vLLM says"},
        {"{\"detail\":\"Not Found\"}", "Not Found"},
        {"{\"detail\":[1]}", "{\"detail\":[1]}"},
        {"<html>\r\n502</html>", "<html>  502</html>"},
        {"", ""},
    };
    Arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        CHECK_STR(embed_answer_error(&arena, str_from(cases[i][0])), str_from(cases[i][1]));
    char body[1000];
    memset(body, 'x', sizeof body);
    assert_int_equal(embed_answer_error(&arena, (Str){body, sizeof body}).len, 200);
    arena_fini(&arena);
}

int retrieve_embed_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hash_orders), cmocka_unit_test(hash_is_stable),
        cmocka_unit_test(hash_limits), cmocka_unit_test(opens),
        cmocka_unit_test(normalises),  cmocka_unit_test(answers),
        cmocka_unit_test(errors),
    };
    return RUN_TESTS(tests);
}
