// retrieve/faiss.c
#include "retrieve/faiss.h"

#include "base/os.h"
#include "base/plugin.h"

#define FILE_NAME "cq-faiss.so"

enum { TEST_DIMS = 8, TEST_ROWS = 400, TEST_LISTS = 4 };

static Fail absent(Ctx *cx, Str why)
{
    Fail fail = FAIL(cx->arena, UNAVAILABLE, "no FAISS plug-in: " STR_FMT, STR_ARG(why));
    return problem_with_str(cx->arena, fail, "hint",
                            STR("build cq where libfaiss-dev and libopenblas-dev are installed, or "
                                "set CQ_PLUGIN_DIR to the folder of " FILE_NAME));
}

static Fail load(Ctx *cx, Arena *arena, Faiss *faiss)
{
    Str why;
    void *library = plugin_open(cx, arena, FILE_NAME, &faiss->path, &why);
    if (!library) return absent(cx, why);
    CqFaissApiFn get = NULL;
    *(void **)&get = os_symbol(library, "cq_faiss_api");
    if (!get) return absent(cx, STR("the file lacks cq_faiss_api"));
    faiss->api = get();
    if (faiss->api->abi != CQ_FAISS_ABI)
        return absent(cx, str_format(cx->arena, "it is of version %u, cq needs %d; build both anew",
                                     faiss->api->abi, CQ_FAISS_ABI));
    faiss->version = str_from(faiss->api->version);
    return NULL;
}

// Row i is far from all others, so it must find itself.
static void test_rows(float *rows)
{
    for (size_t i = 0; i < TEST_ROWS; i++)
        for (size_t k = 0; k < TEST_DIMS; k++)
            rows[i * TEST_DIMS + k] = i % TEST_DIMS == k ? 10 + (float)i : (float)(i * k % 7) / 7;
}

static bool works(const CqFaissApi *api, const CqFaissSpec *spec, const float *rows, Str *no_gpu,
                  char *error)
{
    CqFaissIndex *index = NULL;
    int64_t found[1] = {-1};
    size_t count = 0, last = TEST_ROWS - 1; // the longest: its own nearest
    bool ok = !api->create(spec, &index, error) && !api->train(index, rows, TEST_ROWS, error) &&
              !api->add(index, rows, TEST_ROWS, error);
    if (ok) api->set_effort(index, 32);
    ok = ok && !api->search(index, rows + last * TEST_DIMS, 1, NULL, 0, found, &count, error);
    if (ok && (count != 1 || found[0] != (int64_t)last)) {
        static const char lost[CQ_FAISS_ERROR_BYTES] = "a row does not find itself";
        memcpy(error, lost, sizeof lost);
        ok = false;
    }
    if (ok && spec->family == CQ_FAISS_FLAT && api->to_gpu(index, error)) *no_gpu = str_from(error);
    api->free(index);
    return ok;
}

static Fail self_test(Ctx *cx, Arena *arena, Faiss *faiss)
{
    static const char *const names[] = {"", "flat", "ivf_flat", "ivf_pq", "hnsw"};
    CqFaissSpec spec = {.dims = TEST_DIMS,
                        .lists = TEST_LISTS,
                        .parts = TEST_DIMS,
                        .links = 8,
                        .build_effort = 40,
                        .threads = 1};
    float *rows = ARENA_ARRAY(cx->arena, float, TEST_ROWS *TEST_DIMS);
    char error[CQ_FAISS_ERROR_BYTES] = "";
    test_rows(rows);
    for (int family = CQ_FAISS_FLAT; family <= CQ_FAISS_HNSW; family++) {
        Str no_gpu = STR_NONE;
        spec.family = (CqFaissFamily)family;
        if (!works(faiss->api, &spec, rows, &no_gpu, error))
            return absent(cx, str_format(cx->arena, "%s: %s", names[family], error));
        if (no_gpu.len) faiss->no_gpu = str_copy(arena, no_gpu);
    }
    return NULL;
}

Fail faiss_open(Ctx *cx, Arena *arena, Faiss **out)
{
    Faiss *faiss = ARENA_NEW(arena, Faiss);
    TRY(load(cx, arena, faiss));
    TRY(self_test(cx, arena, faiss));
    *out = faiss;
    return NULL;
}
