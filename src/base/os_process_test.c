// base/os_process_test.c - a process that nobody waits for.
#include "base/os_process.h"

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "support/check.h"

enum { PATIENCE_S = 30 };

// Waits until the file has a line; what it says.
static Str wait_for(Ctx *cx, const char *path)
{
    int64_t until_ns = clock_now_ns() + PATIENCE_S * NS_PER_S;
    Str text = STR_NONE;
    while (clock_now_ns() < until_ns) {
        if (!os_read_file(cx, OS_CWD, path, 4096, &text) && str_ends(text, STR("\n"))) break;
        usleep(5000);
    }
    return str_trim(text);
}

static void test_detached(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    char folder[] = "/tmp/cq-detached.XXXXXX";
    assert_non_null(mkdtemp(folder));
    const char *path = str_format(&arena, "%s/out", folder).ptr;
    // Says its number and whether anything of ours is open, then stays until the file is gone.
    const char *script = "open=closed; if [ -t 0 ] || [ -e /proc/$$/fd/3 ]; then open=open; fi;"
                         "echo $$ $open >\"$0.new\"; mv \"$0.new\" \"$0\";"
                         "while [ -e \"$0\" ]; do sleep 0.01; done";
    const char *const argv[] = {"/bin/sh", "-c", script, path, NULL};
    assert_null(os_start_detached(&cx, argv));
    Str text = wait_for(&cx, path);
    assert_true(str_ends(text, STR(" closed")));
    pid_t pid = (pid_t)strtol(text.ptr, NULL, 10); // text ends in a byte that is no digit
    assert_true(pid > 0);
    // Asked of the kernel: what /proc says of sessions differs between sandboxes.
    assert_int_not_equal(getsid(pid), -1);
    assert_int_not_equal(getsid(pid), getsid(0));
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); // it is nobody's child
    unlink(path);
    const char *const missing[] = {"/nowhere/program", NULL};
    Fail fail = os_start_detached(&cx, missing);
    assert_non_null(fail);
    assert_int_equal(fail->kind, PROBLEM_UNAVAILABLE);
    rmdir(folder);
    arena_fini(&arena);
}

int base_os_process_test(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_detached)};
    return RUN_TESTS(tests);
}
