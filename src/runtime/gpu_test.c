// runtime/gpu_test.c - reports of drivers that are absent, well, odd, crashing and hanging; the
// fake ones are compiled from a few lines of C.
#include "runtime/gpu.h"

#include "base/os_process.h"
#include "support/check.h"

#include <stdlib.h>
#include <unistd.h>

static const char good_driver[] =
    "#include <stddef.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <unistd.h>\n"
    "int cuInit(unsigned f) { INIT; return f; }\n"
    "int cuDriverGetVersion(int *v) { *v = 12040; return 0; }\n"
    "int cuDeviceGetCount(int *n) { *n = COUNT; return 0; }\n"
    "int cuDeviceGet(int *d, int i) { *d = i + 40; return i == 2 ? 101 : 0; }\n"
    "int cuDeviceGetName(char *s, int n, int d) { snprintf(s, n, \"Fake %d \\\"x\\\"\", d); return "
    "0; }\n"
    "int cuDeviceTotalMem_v2(size_t *b, int d) { *b = d == 41 ? 0 : 80ul << 30; return d == 41 ? "
    "999 : 0; }\n"
    "int cuDeviceGetAttribute(int *v, int a, int d) { (void)d; *v = a == 75 ? 9 : a == 76 ? 0 : "
    "132; return 0; }\n"
    "int cuGetErrorName(int e, const char **s) { *s = e == 100 ? \"CUDA_ERROR_NO_DEVICE\" : "
    "\"CUDA_ERROR_X\"; return e == 999; }\n"
    "int nvmlInit_v2(void) { return 0; }\nint nvmlShutdown(void) { return 0; }\n"
    "int nvmlSystemGetDriverVersion(char *s, unsigned n) { snprintf(s, n, \"550.54\"); return 0; "
    "}\n";

typedef struct Folder {
    char path[64];
} Folder;

static int make_folder(void **state)
{
    Folder *folder = calloc(1, sizeof *folder);
    snprintf(folder->path, sizeof folder->path, "/tmp/cq-gpu.XXXXXX");
    *state = folder;
    return mkdtemp(folder->path) ? 0 : -1;
}

static int remove_folder(void **state)
{
    Folder *folder = *state;
    char command[128];
    snprintf(command, sizeof command, "rm -rf '%s'", folder->path);
    int code = system(command);
    free(folder);
    return code;
}

// A library of those lines, with INIT and COUNT defined; NULL when there is no compiler.
static const char *build(Ctx *cx, const Folder *folder, const char *name, const char *init,
                         int count)
{
    Str source = str_format(cx->arena, "%s/%s.c", folder->path, name);
    Str library = str_format(cx->arena, "%s/%s.so", folder->path, name);
    Str define = str_format(cx->arena, "-DINIT=%s", init);
    Str number = str_format(cx->arena, "-DCOUNT=%d", count);
    Str text = STR_NONE;
    int code = 1;
    assert_null(os_replace_file(cx, OS_CWD, source.ptr, str_from(good_driver)));
    const char *argv[] = {"gcc", "-shared",   "-fPIC",    define.ptr, number.ptr,
                          "-o",  library.ptr, source.ptr, NULL};
    OsRun run = {.argv = argv, .max_bytes = 1 << 20};
    return os_run(cx, &run, &text, &code) || code ? NULL : library.ptr;
}

static Str json_of(Ctx *cx, const GpuReport *report)
{
    Buf out = buf_on(cx->arena);
    JsonWriter w = {.out = &out};
    gpu_write_json(&w, report);
    return buf_str(&out);
}

static void no_driver(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    GpuReport report;
    GpuSpec spec = {.cuda = "libcq-no-such-driver.so.1"};
    assert_null(gpu_probe(&cx, &spec, &report));
    assert_false(report.available);
    assert_true(str_starts(report.reason, STR("no CUDA driver: libcq-no-such-driver.so.1: ")));
    spec.cuda = "libc.so.6";
    assert_null(gpu_probe(&cx, &spec, &report));
    CHECK_STR(report.reason, STR("libc.so.6 lacks cuInit"));
    CHECK_STR(
        json_of(&cx, &report),
        STR("{\"available\":false,\"reason\":\"libc.so.6 lacks cuInit\",\"cuda_version\":\"\","
            "\"driver_version\":\"\",\"devices\":[],\"limits\":[]}"));
    Buf out = buf_on(&arena);
    gpu_write_text(&out, &report);
    CHECK_STR(buf_str(&out), STR("no GPU: libc.so.6 lacks cuInit\n"));
    arena_fini(&arena);
}

static void devices(void **state)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    GpuReport report;
    const char *library = build(&cx, *state, "good", "(void)0", 3);
    if (!library) skip();
    GpuSpec spec = {.cuda = library, .nvml = library};
    assert_null(gpu_probe(&cx, &spec, &report));
    Buf out = buf_on(&arena);
    gpu_write_text(&out, &report);
    CHECK_STR(buf_str(&out), STR("3 GPUs, CUDA 12.4, driver 550.54\n"
                                 "  0  Fake 40 \"x\", 81920 MiB, compute 9.0, 132 multiprocessors\n"
                                 "  1  Fake 41 \"x\", 0 MiB, compute 9.0, 132 multiprocessors\n"
                                 "  2  unknown, 0 MiB, compute unknown, 0 multiprocessors\n"
                                 "  note: cuDeviceTotalMem: error 999\n"
                                 "  note: cuDeviceGet: error 101, CUDA_ERROR_X\n"));
    spec.nvml = "libcq-no-such-nvml.so";
    assert_null(gpu_probe(&cx, &spec, &report));
    assert_true(report.available);
    assert_int_equal(report.limit_count, 3);
    assert_true(str_starts(report.limits[2], STR("driver version unknown: libcq-no-such-nvml")));
    arena_fini(&arena);
}

static void bad_drivers(void **state)
{
    static const struct {
        const char *name, *init;
        int count;
        const char *reason;
        int64_t timeout_ns;
    } cases[] = {
        {"nodev", "return 100", 0, "cuInit: error 100, CUDA_ERROR_NO_DEVICE", 0},
        {"none", "(void)0", 0, "the CUDA driver sees no device", 0},
        {"abort", "abort()", 1, "the CUDA driver crashed with signal 6", 0},
        {"fault", "*(volatile int *)8 = f", 1, "the CUDA driver crashed with signal 11", 0},
        {"exit", "_exit(3)", 1, "the CUDA driver ended the probe with status 3", 0},
        {"noise", "puts(\"noise\")", 0, "the CUDA driver sees no device", 0},
        {"hang", "for (;;) pause()", 1, "the CUDA driver did not answer within 300 ms",
         300 * NS_PER_MS},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        GpuReport report;
        const char *library = build(&cx, *state, cases[i].name, cases[i].init, cases[i].count);
        if (!library) skip();
        GpuSpec spec = {.cuda = library, .nvml = library, .timeout_ns = cases[i].timeout_ns};
        assert_null(gpu_probe(&cx, &spec, &report));
        assert_false(report.available);
        CHECK_STR(report.reason, str_from(cases[i].reason));
        arena_fini(&arena);
    }
}

static void cancelled(void **state)
{
    Arena arena = {0};
    Flag stop = {0};
    Ctx cx = {.arena = &arena, .cancel = &stop};
    GpuReport report;
    const char *library = build(&cx, *state, "hang", "for (;;) pause()", 1);
    if (!library) skip();
    flag_set(&stop, 1);
    GpuSpec spec = {.cuda = library};
    Fail fail = gpu_probe(&cx, &spec, &report);
    assert_non_null(fail);
    assert_int_equal(fail->kind, PROBLEM_CANCELLED);
    arena_fini(&arena);
}

int runtime_gpu_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_driver),
        cmocka_unit_test(devices),
        cmocka_unit_test(bad_drivers),
        cmocka_unit_test(cancelled),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
