// base/os_process.c - other processes, and talking to them.
#include "base/os_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/os_.h"

static int spawn(const OsRun *run, int out_fd, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    int error = OS_FAULT("spawn");
    if (error) return error;
    if ((error = posix_spawn_file_actions_init(&actions)) != 0) return error;
    posix_spawnattr_init(&attr);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out_fd, 1);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    if (run->dir) posix_spawn_file_actions_addchdir_np(&actions, run->dir);
    char *const *argv = (char *const *)(uintptr_t)run->argv; // posix_spawn does not write to it
    error = posix_spawnp(pid, argv[0], &actions, &attr, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
    return error;
}

static Fail read_child(Ctx *cx, const OsRun *run, int fd, Str *out)
{
    Buf buf = buf_on(cx->arena);
    for (;;) {
        TRY(ctx_check(cx));
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (poll(&wait, 1, cx->deadline_ns || cx->cancel || cx->cancel_too ? 50 : -1) <= 0)
            continue;
        int error = OS_FAULT("read");
        ssize_t n = error ? -1 : read(fd, buf_room(&buf, 65536), 65536);
        if (n < 0 && !error && errno == EINTR) continue;
        if (n < 0) return OS_FAIL(cx, error ? error : errno, "read from", run->argv[0]);
        if (n == 0) break;
        buf.len += (size_t)n;
        if (buf.len > run->max_bytes)
            return FAIL(cx->arena, TOO_LARGE, "%s printed more than %zu bytes", run->argv[0],
                        run->max_bytes);
    }
    *out = buf_str(&buf);
    return NULL;
}

Fail os_run(Ctx *cx, const OsRun *run, Str *stdout_text, int *exit_code)
{
    int ends[2];
    int error = OS_FAULT("pipe");
    if (!error && pipe2(ends, O_CLOEXEC) != 0) error = errno;
    if (error) return OS_FAIL(cx, error, "make a pipe for", run->argv[0]);
    pid_t pid = 0;
    error = spawn(run, ends[1], &pid);
    close(ends[1]);
    if (error) {
        close(ends[0]);
        return FAIL(cx->arena, UNAVAILABLE, "cannot start %s: %s", run->argv[0], strerror(error));
    }
    Fail fail = read_child(cx, run, ends[0], stdout_text);
    close(ends[0]);
    if (fail) kill(-pid, SIGKILL);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
    *exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return fail;
}

static int spawn_child(const char *const *argv, int socket, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    sigset_t all, none;
    int error = OS_FAULT("spawn");
    if (error) return error;
    if ((error = posix_spawn_file_actions_init(&actions)) != 0) return error;
    posix_spawnattr_init(&attr);
    posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
                                        POSIX_SPAWN_SETSIGMASK);
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attr, &all);
    posix_spawnattr_setsigmask(&attr, &none);
    posix_spawn_file_actions_adddup2(&actions, socket, 0);
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_addclosefrom_np(&actions, 3);
    char *const *args = (char *const *)(uintptr_t)argv; // posix_spawn does not write to it
    error = posix_spawn(pid, argv[0], &actions, &attr, args, environ);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attr);
    return error;
}

Fail os_spawn(Ctx *cx, const char *const *argv, OsChild *out)
{
    int ends[2];
    int error = OS_FAULT("socketpair");
    if (!error && socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) error = errno;
    if (error) return OS_FAIL(cx, error, "make a socket for", argv[0]);
    pid_t pid = 0;
    error = spawn_child(argv, ends[1], &pid);
    close(ends[1]);
    if (error) {
        close(ends[0]);
        return FAIL(cx->arena, UNAVAILABLE, "cannot start %s: %s", argv[0], strerror(error));
    }
    *out = (OsChild){pid, {ends[0]}};
    return NULL;
}

static void default_signals(void)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigset_t none;
    for (int number = 1; number < NSIG; number++) sigaction(number, &action, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

// In the process that stays; `report` closes when the program runs.
static NORETURN void be_detached(const char *const *argv, int report)
{
    enum { LESS_URGENT = 10, REPORT = 3 };
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd < REPORT && null >= 0; fd++) dup2(null, fd);
    if (report != REPORT) dup2(report, REPORT);
    fcntl(REPORT, F_SETFD, FD_CLOEXEC);
    close_range(REPORT + 1, ~0U, 0);
    default_signals();
    if (nice(LESS_URGENT) < 0) errno = 0; // as urgent as we, then
    execv(argv[0], (char *const *)(uintptr_t)argv);
    int error = errno;
    if (write(REPORT, &error, sizeof error) < 0) _exit(1);
    _exit(1);
}

// Between us and the process that stays, so that it is nobody's child.
static NORETURN void start_and_leave(const char *const *argv, int report)
{
    setsid();
    pid_t pid = fork();
    if (pid == 0) be_detached(argv, report);
    int error = errno;
    if (pid < 0 && write(report, &error, sizeof error) < 0) _exit(1);
    _exit(0);
}

Fail os_start_detached(Ctx *cx, const char *const *argv)
{
    int ends[2], error = OS_FAULT("pipe"), told = 0;
    if (!error && pipe2(ends, O_CLOEXEC) != 0) error = errno;
    if (error) return OS_FAIL(cx, error, "make a pipe for", argv[0]);
    error = OS_FAULT("fork");
    pid_t pid = error ? -1 : fork();
    if (pid < 0 && !error) error = errno;
    if (pid == 0) start_and_leave(argv, ends[1]);
    close(ends[1]);
    while (!error && read(ends[0], &told, sizeof told) < 0 && errno == EINTR) {}
    close(ends[0]);
    while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR) {}
    if (!error) error = told;
    return error ? FAIL(cx->arena, UNAVAILABLE, "cannot start %s: %s", argv[0], strerror(error))
                 : NULL;
}

bool os_is_running(int pid)
{
    return pid > 0 && (kill(pid, 0) == 0 || errno == EPERM);
}

void os_end_after(int seconds)
{
    alarm((unsigned)seconds);
}

void os_hang_up(const OsChild *child)
{
    if (child->pid) shutdown(child->socket.fd, SHUT_RDWR);
}

bool os_child_gone(const OsChild *child)
{
    char byte;
    ssize_t n = recv(child->socket.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR);
}

// False when it still runs after that time, or when the system cannot tell.
static bool ends_within(pid_t pid, int64_t patience_ms)
{
    int fd = (int)syscall(SYS_pidfd_open, pid, 0);
    if (fd < 0) return false;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    bool ended = poll(&wait, 1, (int)patience_ms) == 1;
    close(fd);
    return ended;
}

OsExit os_child_end(OsChild *child, int64_t patience_ms)
{
    OsExit how = {0};
    int status = 0;
    if (!child->pid) return how;
    if (!patience_ms || !ends_within(child->pid, patience_ms)) {
        how.killed = true;
        kill(child->pid, SIGKILL);
    }
    pid_t ended;
    do ended = waitpid(child->pid, &status, 0);
    while (ended < 0 && errno == EINTR);
    os_close(&child->socket);
    *child = (OsChild){0, OS_FILE_NONE};
    if (ended < 0) return how; // somebody else of this process waited for it
    if (WIFSIGNALED(status)) how.signal = WTERMSIG(status);
    else how.code = WEXITSTATUS(status);
    how.killed = how.killed && how.signal == SIGKILL;
    return how;
}

const char *os_signal_name(int number)
{
    static const struct {
        int number;
        const char *name;
    } names[] = {{SIGABRT, "SIGABRT"}, {SIGSEGV, "SIGSEGV"}, {SIGBUS, "SIGBUS"},
                 {SIGFPE, "SIGFPE"},   {SIGILL, "SIGILL"},   {SIGKILL, "SIGKILL"},
                 {SIGTERM, "SIGTERM"}, {SIGXCPU, "SIGXCPU"}, {SIGHUP, "SIGHUP"},
                 {SIGINT, "SIGINT"},   {SIGSYS, "SIGSYS"},   {SIGTRAP, "SIGTRAP"}};
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (names[i].number == number) return names[i].name;
    return "?";
}

// Waits until the socket is ready, no longer than cx allows.
static int wait_socket(const Ctx *cx, OsFile socket, short events)
{
    struct pollfd wait = {.fd = socket.fd, .events = events};
    for (;;) {
        StopReason stopped = ctx_stopped(cx);
        if (stopped != STOP_NONE) return stopped == STOP_CANCEL ? ECANCELED : ETIMEDOUT;
        int patience_ms = cx->cancel ? 20 : -1;
        if (cx->deadline_ns) {
            int64_t left_ms = (cx->deadline_ns - os_monotonic_ns()) / NS_PER_MS + 1;
            patience_ms = (int)MIN(MAX(left_ms, 1), cx->cancel ? 20 : 1000);
        }
        int ready = poll(&wait, 1, patience_ms);
        if (ready > 0) return 0;
        if (ready < 0 && errno != EINTR) return errno;
    }
}

static int socket_error(int error)
{
    return error == ECONNRESET ? EPIPE : error;
}

int os_send(const Ctx *cx, OsFile socket, Str data)
{
    while (data.len) {
        int error = OS_FAULT("send");
        if (error) return error;
        ssize_t n = send(socket.fd, data.ptr, data.len, MSG_DONTWAIT | MSG_NOSIGNAL);
        if (n < 0 && errno == EAGAIN) error = wait_socket(cx, socket, POLLOUT);
        else if (n < 0 && errno != EINTR) error = socket_error(errno);
        if (error) return error;
        if (n < 0) continue;
        data.ptr += n;
        data.len -= (size_t)n;
    }
    return 0;
}

int os_receive(const Ctx *cx, OsFile socket, void *buf, size_t len)
{
    char *at = buf;
    while (len) {
        int error = OS_FAULT("receive");
        if (error) return error;
        ssize_t n = recv(socket.fd, at, len, MSG_DONTWAIT);
        if (n == 0) return EPIPE;
        if (n < 0 && errno == EAGAIN) error = wait_socket(cx, socket, POLLIN);
        else if (n < 0 && errno != EINTR) error = socket_error(errno);
        if (error) return error;
        if (n < 0) continue;
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { LIMITS_MEMORY = 0 };
#elif defined(__has_feature)
enum { LIMITS_MEMORY = !__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer) };
#else
enum { LIMITS_MEMORY = 1 };
#endif

void os_confine(uint64_t memory_bytes)
{
    struct rlimit none = {0, 0}, memory = {memory_bytes, memory_bytes};
    setrlimit(RLIMIT_CORE, &none);
    if (memory_bytes && LIMITS_MEMORY) setrlimit(RLIMIT_AS, &memory);
    prctl(PR_SET_PDEATHSIG, SIGKILL); // a parent that is gone already has closed the socket
}

void os_allow_cpu(int seconds)
{
    struct rusage usage = {0};
    struct rlimit limit;
    if (!seconds || getrlimit(RLIMIT_CPU, &limit) != 0) return;
    getrusage(RUSAGE_SELF, &usage);
    rlim_t used = (rlim_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) + 1;
    limit.rlim_cur = MIN(used + (rlim_t)seconds, limit.rlim_max);
    setrlimit(RLIMIT_CPU, &limit);
}

// What the forked copy does; never returns.
static NORETURN void be_forked(const OsFork *spec, int out_fd)
{
    struct rlimit no_core = {0};
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    setrlimit(RLIMIT_CORE, &no_core);
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (int fd = 0; fd < 3 && null >= 0; fd++) dup2(null, fd);
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGSEGV,
                                  SIGBUS, SIGABRT, SIGFPE, SIGILL};
    struct sigaction action = {.sa_handler = SIG_DFL}; // a sanitizer's handlers go too
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) sigaction(numbers[i], &action, NULL);
    spec->fn(spec->arg, (OsFile){out_fd});
    _exit(0);
}

// Collects until the copy has closed its end. Fails: IO, CANCELLED, TOO_LARGE.
static Fail read_forked(Ctx *cx, const OsFork *spec, int fd, OsForked *out)
{
    int64_t deadline_ns = os_monotonic_ns() + spec->timeout_ns;
    Buf buf = buf_on(cx->arena);
    ssize_t n = 1;
    while (n) {
        TRY(ctx_check(cx));
        int64_t left_ms = (deadline_ns - os_monotonic_ns()) / NS_PER_MS;
        out->in_time = left_ms > 0;
        if (!out->in_time) break;
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (poll(&wait, 1, (int)MIN(left_ms, 50)) <= 0) continue;
        int error = OS_FAULT("read");
        n = error ? -1 : read(fd, buf_room(&buf, 65536), 65536);
        if (n < 0 && (error || errno != EINTR))
            return OS_FAIL(cx, error ? error : errno, "read from", "a forked process");
        if (n > 0) buf.len += (size_t)n;
        if (buf.len > spec->max_bytes)
            return FAIL(cx->arena, TOO_LARGE, "a forked process wrote more than %zu bytes",
                        spec->max_bytes);
    }
    out->output = buf_str(&buf);
    return NULL;
}

Fail os_run_forked(Ctx *cx, const OsFork *spec, OsForked *out)
{
    int ends[2], error = OS_FAULT("pipe");
    *out = (OsForked){0};
    if (!error && pipe2(ends, O_CLOEXEC) != 0) error = errno;
    if (error) return OS_FAIL(cx, error, "make a pipe for", "a forked process");
    error = OS_FAULT("fork");
    pid_t pid = error ? -1 : fork();
    if (pid < 0 && !error) error = errno;
    if (pid == 0) be_forked(spec, ends[1]);
    close(ends[1]);
    Fail fail = error ? OS_FAIL(cx, error, "start", "a forked process")
                      : read_forked(cx, spec, ends[0], out);
    close(ends[0]);
    if (error) return fail;
    if (fail || !out->in_time) kill(pid, SIGKILL);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
    out->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    out->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return fail;
}
