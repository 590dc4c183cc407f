// base/os_system.c - what the machine is and does: libraries, clocks, usage, signals.
#include <dlfcn.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/os_.h"

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

void os_use_large_pages(void *from, size_t bytes)
{
    madvise(from, bytes, MADV_HUGEPAGE); // refused where there are none, which is as well
}

void *os_library(Ctx *cx, const char *name, Str *why)
{
    int error = OS_FAULT("dlopen");
    void *library = error ? NULL : dlopen(name, RTLD_NOW | RTLD_LOCAL);
    const char *reason = error ? strerror(error) : library ? NULL : dlerror();
    *why = str_copy(cx->arena, str_from(reason));
    return library;
}

void *os_symbol(void *library, const char *name)
{
    return library ? dlsym(library, name) : NULL;
}

Fail os_random(Ctx *cx, void *bytes, size_t count)
{
    for (size_t got = 0; got < count;) {
        int error = OS_FAULT("getrandom");
        ssize_t n = error ? -1 : getrandom((char *)bytes + got, count - got, 0);
        if (n < 0 && !error && errno == EINTR) continue;
        if (n < 0) return OS_FAIL(cx, error ? error : errno, "get", "random bytes");
        got += (size_t)n;
    }
    return NULL;
}

static uint64_t count_open_files(Ctx *cx)
{
    OsFile dir = OS_FILE_NONE;
    Buf list = buf_on(cx->arena);
    OsEntry entry;
    uint64_t count = 0;
    size_t at = 0;
    if (os_try_open(OS_CWD, "/proc/self/fd", OS_FOLLOW, &dir)) return 0;
    if (!os_try_list(dir, &list))
        while (os_list_next(dir, &list, &at, &entry)) count++;
    os_close(&dir);
    return count ? count - 1 : 0; // without the one that lists them
}

static Str proc_text(const char *path, char *buf, size_t cap)
{
    OsFile file = OS_FILE_NONE;
    size_t got = 0;
    if (os_try_open(OS_CWD, path, OS_FOLLOW, &file)) return STR_NONE;
    int error = os_try_read(file, buf, cap, true, &got);
    os_close(&file);
    return error ? STR_NONE : (Str){buf, got};
}

// Field `index` (from 0) of a line of words; 0 when it is not there.
static int64_t number_at(Str line, int index)
{
    Str word = {0};
    int64_t number = 0;
    for (int i = 0; i <= index; i++)
        if (!str_next(&line, ' ', &word)) return 0;
    return str_to_int(str_trim(word), &number) ? number : 0;
}

// The clock ticks since boot at which we started are field 22 of stat (proc(5)), the 20th behind
// the name, which stands in brackets and may hold anything.
static int64_t start_wall_ns(void)
{
    char buf[4096];
    Str stat = proc_text("/proc/self/stat", buf, sizeof buf);
    size_t name_end = str_find_last(stat, ')');
    int64_t ticks = number_at(str_sub(stat, name_end + 2, stat.len), 19);
    long per_s = sysconf(_SC_CLK_TCK);
    if (ticks <= 0 || per_s <= 0) return 0;
    int64_t age_ns = read_clock(CLOCK_BOOTTIME) - ticks * (NS_PER_S / per_s);
    return os_wall_ns() - age_ns;
}

OsUsage os_usage(Ctx *cx)
{
    char buf[256];
    Str pages = proc_text("/proc/self/statm", buf, sizeof buf);
    return (OsUsage){
        .resident_bytes = (uint64_t)(number_at(pages, 1) * sysconf(_SC_PAGESIZE)),
        .open_files = count_open_files(cx),
        .cpu_ns = read_clock(CLOCK_PROCESS_CPUTIME_ID),
        .start_wall_ns = start_wall_ns(),
    };
}

int os_cpu_count(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    return MAX(CPU_COUNT(&set), 1);
}

int64_t os_monotonic_ns(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t os_wall_ns(void)
{
    return read_clock(CLOCK_REALTIME);
}

uint64_t os_peak_rss_bytes(void)
{
    struct rusage usage = {0};
    getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_maxrss * 1024;
}

bool os_cpu_has_avx2(void)
{
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") != 0;
#else
    return false;
#endif
}

bool os_cpu_has_avx512_vnni(void)
{
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vnni");
#else
    return false;
#endif
}

static Flag *stop_flag; // written once at start, read by the handler

static void on_stop_signal(int number)
{
    if (flag_get(stop_flag)) _exit(128 + number);
    flag_set(stop_flag, number);
}

void os_stop_signals(Flag *flag)
{
    stop_flag = flag;
    struct sigaction action = {.sa_handler = on_stop_signal, .sa_flags = SA_RESTART};
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) sigaction(numbers[i], &action, NULL);
}

void os_ignore_broken_pipe(void)
{
    struct sigaction action = {.sa_handler = SIG_IGN};
    sigaction(SIGPIPE, &action, NULL);
}

static void only_broken_pipe(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGPIPE);
}

void os_pipe_guard(OsPipeGuard *guard)
{
    sigset_t pipe_only, pending, before;
    only_broken_pipe(&pipe_only);
    sigpending(&pending);
    guard->was_pending = sigismember(&pending, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &pipe_only, &before);
    guard->was_blocked = sigismember(&before, SIGPIPE);
}

void os_pipe_unguard(const OsPipeGuard *guard)
{
    sigset_t pipe_only;
    only_broken_pipe(&pipe_only);
    // A write by this thread raised it in this thread: it is taken before it can be handled.
    if (!guard->was_pending)
        while (sigtimedwait(&pipe_only, NULL, &(struct timespec){0}) < 0 && errno == EINTR)
            continue;
    if (!guard->was_blocked) pthread_sigmask(SIG_UNBLOCK, &pipe_only, NULL);
}

void os_die_of_signal(int number)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigaction(number, &action, NULL);
    raise(number);
    _exit(128 + number);
}

int os_pid(void)
{
    return getpid();
}
