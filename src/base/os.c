// base/os.c - the system calls. os_fake.c compiles this file again with faults switched on.
#include "base/os.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/vec.h"

#ifndef OS_FAULT // os_fake.c: the errno to fail this call with, or 0
#define OS_FAULT(call) 0
#endif

extern char **environ;

static Fail problem_of(Ctx *cx, int error, const char *what, const char *path, const char *where)
{
    bool absent = error == ENOENT || error == ENOTDIR;
    const char *hint = error == EACCES ? "; check its permissions" : "";
    Fail fail = problem_new(cx->arena, absent ? PROBLEM_NOT_FOUND : PROBLEM_IO, where,
                            "cannot %s %s: %s%s", what, path, strerror(error), hint);
    const char *name = strerrorname_np(error);
    fail = problem_with_str(cx->arena, fail, "errno", str_from(name ? name : "?"));
    return problem_with_str(cx->arena, fail, "path", str_copy(cx->arena, str_from(path)));
}
#define OS_FAIL(cx, error, what, path) problem_of((cx), (error), (what), (path), CQ_WHERE)

int os_try_open(OsFile dir, const char *path, OsOpen how, OsFile *out)
{
    int fault = OS_FAULT("open");
    if (fault) return fault;
    int flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY;
    if (how == OS_NOFOLLOW) flags |= O_NOFOLLOW;
    int fd;
    do fd = openat(dir.fd, path, flags);
    while (fd < 0 && errno == EINTR);
    if (fd < 0) return errno;
    *out = (OsFile){fd};
    return 0;
}

Fail os_open(Ctx *cx, OsFile dir, const char *path, OsOpen how, OsFile *out)
{
    int error = os_try_open(dir, path, how, out);
    return error ? OS_FAIL(cx, error, "open", path) : NULL;
}

void os_close(OsFile *file)
{
    if (!file || file->fd < 0) return;
    close(file->fd);
    *file = OS_FILE_NONE;
}

int os_try_read(OsFile file, void *buf, size_t cap, bool regular, size_t *got)
{
    size_t len = 0;
    while (len < cap) {
        int fault = OS_FAULT("read");
        if (fault) return fault;
        ssize_t n = read(file.fd, (char *)buf + len, cap - len);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno == EAGAIN && !regular) { // a pipe opened without waiting
            struct pollfd wait = {.fd = file.fd, .events = POLLIN};
            if (poll(&wait, 1, -1) < 0 && errno != EINTR) return errno;
            continue;
        }
        if (n < 0) return errno;
        if (n == 0) break;
        len += (size_t)n;
        if (regular) break;
    }
    *got = len;
    return 0;
}

Fail os_read(Ctx *cx, OsFile file, void *buf, size_t cap, bool regular, size_t *got)
{
    int error = os_try_read(file, buf, cap, regular, got);
    return error ? OS_FAIL(cx, error, "read", "the file") : NULL;
}

// Waits for a pipe or a terminal, no longer than cx allows. Fails: CANCELLED.
static Fail wait_readable(Ctx *cx, OsFile file)
{
    struct pollfd wait = {.fd = file.fd, .events = POLLIN};
    int patience_ms = cx->deadline_ns || cx->cancel ? 50 : -1;
    do TRY(ctx_check(cx));
    while (poll(&wait, 1, patience_ms) <= 0); // a signal ends the wait: look again
    return NULL;
}

// The next bytes; *got < room at the end of the file only.
static Fail read_some(Ctx *cx, OsFile file, char *buf, size_t room, bool regular, const char *path,
                      size_t *got)
{
    *got = 0;
    for (;;) {
        size_t more = 0;
        if (!regular) TRY(wait_readable(cx, file));
        int error = os_try_read(file, buf + *got, room - *got, true, &more);
        if (error && (error != EAGAIN || regular)) return OS_FAIL(cx, error, "read", path);
        *got += more;
        if ((!error && !more) || *got == room) return NULL;
    }
}

static Fail read_rest(Ctx *cx, OsFile file, size_t guess, bool regular, size_t max_bytes,
                      const char *path, Str *out)
{
    Buf buf = buf_on(cx->arena);
    size_t step = MAX(guess + 1, (size_t)4096);
    for (;;) {
        size_t room = MIN(step, max_bytes + 1 - buf.len), got = 0;
        TRY(read_some(cx, file, buf_room(&buf, room), room, regular, path, &got));
        buf.len += got;
        if (buf.len > max_bytes)
            return problem_with_str(
                cx->arena,
                FAIL(cx->arena, TOO_LARGE, "%s is larger than %zu bytes", path, max_bytes), "path",
                str_copy(cx->arena, str_from(path)));
        if (got < room) break;
        step = MAX(buf.len, (size_t)65536);
    }
    *out = buf_str(&buf);
    return NULL;
}

Fail os_read_all(Ctx *cx, OsFile file, size_t max_bytes, Str *out)
{
    return read_rest(cx, file, 65536, false, max_bytes, "the input", out);
}

Fail os_read_file(Ctx *cx, OsFile dir, const char *path, size_t max_bytes, Str *out)
{
    OsFile file = OS_FILE_NONE;
    OsStat info = {0};
    TRY(os_open(cx, dir, path, OS_FOLLOW, &file));
    Fail fail = os_fstat(cx, file, &info);
    if (!fail && info.type == OS_DIR) fail = OS_FAIL(cx, EISDIR, "read", path);
    size_t guess = (size_t)MIN(info.size_bytes, max_bytes);
    bool regular = info.type == OS_REGULAR;
    if (!fail) fail = read_rest(cx, file, guess, regular, max_bytes, path, out);
    os_close(&file);
    return fail;
}

static OsType type_of_mode(mode_t mode)
{
    if (S_ISREG(mode)) return OS_REGULAR;
    if (S_ISDIR(mode)) return OS_DIR;
    return S_ISLNK(mode) ? OS_SYMLINK : OS_SPECIAL;
}

static OsStat stat_of(const struct stat *st)
{
    return (OsStat){
        .type = type_of_mode(st->st_mode),
        .size_bytes = (uint64_t)st->st_size,
        .mtime_ns = (int64_t)st->st_mtim.tv_sec * NS_PER_S + st->st_mtim.tv_nsec,
        .inode = st->st_ino,
        .device = st->st_dev,
        .mode = st->st_mode & 07777u,
    };
}

Fail os_stat(Ctx *cx, OsFile dir, const char *path, OsOpen how, OsStat *out)
{
    struct stat st;
    int error = OS_FAULT("stat");
    int flags = how == OS_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0;
    if (!error && fstatat(dir.fd, path, &st, flags) != 0) error = errno;
    if (error) return OS_FAIL(cx, error, "find", path);
    *out = stat_of(&st);
    return NULL;
}

Fail os_fstat(Ctx *cx, OsFile file, OsStat *out)
{
    struct stat st;
    int error = OS_FAULT("fstat");
    if (!error && fstat(file.fd, &st) != 0) error = errno;
    if (error) return OS_FAIL(cx, error, "examine", "an open file");
    *out = stat_of(&st);
    return NULL;
}

static OsType type_of_entry(OsFile dir, const struct dirent64 *entry)
{
    switch (entry->d_type) {
    case DT_REG: return OS_REGULAR;
    case DT_DIR: return OS_DIR;
    case DT_LNK: return OS_SYMLINK;
    case DT_UNKNOWN: break; // some file systems do not say
    default: return OS_SPECIAL;
    }
    struct stat st;
    if (fstatat(dir.fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0) return OS_SPECIAL;
    return type_of_mode(st.st_mode);
}

Fail os_list(Ctx *cx, OsFile dir, OsEntry **entries, size_t *count)
{
    VEC(OsEntry) found = {0};
    _Alignas(struct dirent64) char buf[32768];
    for (;;) {
        int error = OS_FAULT("getdents");
        long n = error ? -1 : syscall(SYS_getdents64, dir.fd, buf, sizeof buf);
        if (n < 0) return OS_FAIL(cx, error ? error : errno, "list", "a folder");
        if (n == 0) break;
        for (long at = 0; at < n;) {
            const struct dirent64 *entry = (const void *)(buf + at);
            at += entry->d_reclen;
            Str name = str_from(entry->d_name);
            if (str_eq(name, STR(".")) || str_eq(name, STR(".."))) continue;
            OsEntry item = {str_cstr(cx->arena, name), type_of_entry(dir, entry)};
            VEC_PUSH(cx->arena, &found, item);
        }
    }
    *entries = found.items;
    *count = found.len;
    return NULL;
}

int os_try_list(OsFile dir, Buf *buf)
{
    enum { STEP = 32768 };
    buf->len = 0;
    for (;;) {
        int error = OS_FAULT("getdents");
        char *room = buf_room(buf, STEP);
        long n = error ? -1 : syscall(SYS_getdents64, dir.fd, room, STEP);
        if (n < 0) return error ? error : errno;
        if (n == 0) return 0;
        buf->len += (size_t)n;
    }
}

bool os_list_next(OsFile dir, const Buf *buf, size_t *at, OsEntry *out)
{
    while (*at < buf->len) {
        const struct dirent64 *entry = (const void *)(buf->ptr + *at);
        *at += entry->d_reclen;
        const char *name = entry->d_name;
        if (name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]))) continue;
        *out = (OsEntry){name, type_of_entry(dir, entry)};
        return true;
    }
    return false;
}

Fail os_real_path(Ctx *cx, const char *path, Str *out)
{
    int error = OS_FAULT("realpath");
    char *real = error ? NULL : realpath(path, NULL);
    if (!real) return OS_FAIL(cx, error ? error : errno, "find", path);
    *out = str_copy(cx->arena, str_from(real));
    free(real);
    return NULL;
}

Fail os_working_dir(Ctx *cx, Str *out)
{
    int error = OS_FAULT("getcwd");
    char *cwd = error ? NULL : getcwd(NULL, 0);
    if (!cwd) return OS_FAIL(cx, error ? error : errno, "find", "the working folder");
    *out = str_copy(cx->arena, str_from(cwd));
    free(cwd);
    return NULL;
}

static int make_dir(const char *path, uint32_t mode)
{
    struct stat st;
    int error = OS_FAULT("mkdir");
    if (error) return error;
    if (mkdir(path, (mode_t)mode) == 0) return 0;
    error = errno;
    // Some systems say EROFS or EACCES before EEXIST.
    if (stat(path, &st) != 0) return error;
    return S_ISDIR(st.st_mode) ? 0 : ENOTDIR;
}

Fail os_make_dirs(Ctx *cx, const char *path, uint32_t mode)
{
    int error = make_dir(path, mode);
    if (!error) return NULL;
    if (error != ENOENT) return OS_FAIL(cx, error, "make", path);
    char *part = (char *)(uintptr_t)str_cstr(cx->arena, str_from(path)); // our own copy
    for (char *at = part + 1; *at; at++) {
        if (*at != '/') continue;
        *at = 0;
        error = make_dir(part, mode);
        if (error) return OS_FAIL(cx, error, "make", part);
        *at = '/';
    }
    error = make_dir(path, mode);
    return error ? OS_FAIL(cx, error, "make", path) : NULL;
}

Str os_env(const char *name)
{
    return str_from(getenv(name));
}

Fail os_write(Ctx *cx, OsFile file, Str data)
{
    while (data.len) {
        int error = OS_FAULT("write");
        ssize_t n = error ? -1 : write(file.fd, data.ptr, data.len);
        if (n < 0 && !error && errno == EINTR) continue;
        if (n < 0 && !error && errno == EAGAIN) {
            struct pollfd wait = {.fd = file.fd, .events = POLLOUT};
            poll(&wait, 1, -1);
            continue;
        }
        if (n < 0) return OS_FAIL(cx, error ? error : errno, "write", "the output");
        data.ptr += n;
        data.len -= (size_t)n;
    }
    return NULL;
}

bool os_is_terminal(OsFile file)
{
    return isatty(file.fd) == 1;
}

int os_terminal_width(OsFile file)
{
    struct winsize size = {0};
    return ioctl(file.fd, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

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
        if (poll(&wait, 1, cx->deadline_ns || cx->cancel ? 50 : -1) <= 0) continue;
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

int os_cpu_count(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    return MAX(CPU_COUNT(&set), 1);
}

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
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

void os_die_of_signal(int number)
{
    struct sigaction action = {.sa_handler = SIG_DFL};
    sigaction(number, &action, NULL);
    raise(number);
    _exit(128 + number);
}
