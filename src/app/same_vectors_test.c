// app/same_vectors_test.c - the vectors of an index are the same bytes for every number of threads
// and every set of instructions, and those that were written down here once.
#include <glob.h>
#include <stdlib.h>

#include "base/digest.h"
#include "retrieve/model.h"
#include "retrieve/vectors.h"
#include "support/check.h"
#include "support/fresh_world.h"

enum { DIMS = 128 };

// Changes with the words of terms.h, the chunks of chunk.h, the fields of dense_terms.c: only then.
static const char written_down[] =
    "aa3afa3ed4dd1ff5a9733b98ee410a9f6f11a83eef36ce0e047837a804859fc5";

static const char *const tokens[] = {"retri", "cach",   "evict", "hash", "tabl",  "socket", "pars",
                                     "token", "buffer", "index", "d1",   "=merg", "queue",  "the"};

static void write_table(Fresh *world)
{
    Ctx cx = {.arena = &world->arena};
    ModelEntry *entries = ARENA_ARRAY(cx.arena, ModelEntry, ARRAY_LEN(tokens));
    Fresh numbers = {.random = 7919};
    for (size_t i = 0; i < ARRAY_LEN(tokens); i++) {
        int8_t *row = ARENA_ARRAY(cx.arena, int8_t, DIMS);
        for (size_t k = 0; k < DIMS; k++) row[k] = (int8_t)((int)fresh_draw(&numbers, 255) - 127);
        uint16_t document = (uint16_t)fresh_draw(&numbers, 65536);
        entries[i] = (ModelEntry){str_from(tokens[i]), row, document, document};
    }
    ModelImage image = {.dims = DIMS, .entries = entries, .count = ARRAY_LEN(tokens)};
    folder_write(&world->home, "table", model_bytes(&cx, &image));
    setenv("CQ_RUNTIME_EMBED_BACKEND", "static", 1);
    setenv("CQ_RUNTIME_EMBED_TABLE", str_format(cx.arena, "%s/table", world->home.path).ptr, 1);
}

// Of all vectors that a new index of the world has.
static Digest index_anew(Fresh *world, int workers)
{
    glob_t found;
    Digester digester;
    Ctx cx = {.arena = &world->arena};
    Str cache = str_format(cx.arena, "%s/cache", world->home.path);
    fresh_shell(world, str_format(cx.arena, "rm -rf " STR_FMT, STR_ARG(cache)).ptr);
    CqEngine *engine = cq_open(world->repo.ptr, &(CqOptions){.workers = workers});
    assert_true(fresh_index(engine, "{}"));
    cq_close(engine);
    Str pattern = str_format(cx.arena, STR_FMT "/index/*/*.vec", STR_ARG(cache));
    assert_int_equal(glob(pattern.ptr, 0, NULL, &found), 0);
    digester_init(&digester);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        Str bytes;
        assert_null(os_read_file(&cx, OS_CWD, found.gl_pathv[i], 1 << 30, &bytes));
        assert_true(bytes.len > 24 * DIMS);
        digester_add(&digester, bytes);
    }
    globfree(&found);
    return digester_end(&digester);
}

static void threads_and_instructions(void **state)
{
    (void)state;
    static const int workers[] = {-1, 1, 3};
    Fresh world;
    VectorImpls impls = vectors_impls();
    fresh_start(&world, 20261121);
    write_table(&world);
    for (size_t i = 0; i < ARRAY_LEN(impls.items) && impls.items[i]; i++) {
        bool plain = impls.items[i] == &vectors_plain;
        setenv("CQ_SIMD", plain ? "off" : impls.items[i]->name, 1);
        for (size_t k = 0; k < ARRAY_LEN(workers); k++) {
            Digest digest = index_anew(&world, workers[k]);
            CHECK_STR(digest_hex(&world.arena, &digest), str_from(written_down));
        }
    }
    unsetenv("CQ_SIMD");
    unsetenv("CQ_RUNTIME_EMBED_BACKEND");
    unsetenv("CQ_RUNTIME_EMBED_TABLE");
    fresh_end(&world);
}

int app_same_vectors_test(void);
int app_same_vectors_test(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(threads_and_instructions)};
    return RUN_TESTS(tests);
}
