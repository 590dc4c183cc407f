// base/os.c - the system calls. os_fake.c compiles this file again with faults switched on.
#include "base/os.h"

#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
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

Fail os_problem(Ctx *cx, int error, const char *what, const char *path)
{
    return OS_FAIL(cx, error, what, path);
}

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
    int patience_ms = cx->deadline_ns || cx->cancel || cx->cancel_too ? 50 : -1;
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
        .ctime_ns = (int64_t)st->st_ctim.tv_sec * NS_PER_S + st->st_ctim.tv_nsec,
        .inode = st->st_ino,
        .device = st->st_dev,
        .mode = st->st_mode & 07777u,
    };
}

int os_try_stat(OsFile dir, const char *path, OsOpen how, OsStat *out)
{
    struct stat st;
    int error = OS_FAULT("stat");
    int flags = how == OS_NOFOLLOW ? AT_SYMLINK_NOFOLLOW : 0;
    if (!error && fstatat(dir.fd, path, &st, flags) != 0) error = errno;
    if (!error) *out = stat_of(&st);
    return error;
}

Fail os_stat(Ctx *cx, OsFile dir, const char *path, OsOpen how, OsStat *out)
{
    int error = os_try_stat(dir, path, how, out);
    return error ? OS_FAIL(cx, error, "find", path) : NULL;
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

const char *const *os_env_all(void)
{
    return (const char *const *)environ;
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

static int create(OsFile dir, const char *path, int flags, OsFile *out)
{
    int error = OS_FAULT("create"), fd;
    if (error) return error;
    do fd = openat(dir.fd, path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | flags, 0666);
    while (fd < 0 && errno == EINTR);
    if (fd < 0) return errno;
    *out = (OsFile){fd};
    return 0;
}

Fail os_create(Ctx *cx, OsFile dir, const char *path, OsFile *out)
{
    int error = create(dir, path, O_TRUNC, out);
    return error ? OS_FAIL(cx, error, "write", path) : NULL;
}

static Fail write_and_close(Ctx *cx, OsFile file, Str content)
{
    Fail fail = os_write(cx, file, content);
    os_close(&file);
    return fail;
}

// Something that must not be replaced: /dev/stderr, a FIFO, a symlink.
static bool is_special(OsFile dir, const char *path)
{
    struct stat st;
    return fstatat(dir.fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && !S_ISREG(st.st_mode);
}

Fail os_replace_file(Ctx *cx, OsFile dir, const char *path, Str content)
{
    OsFile file = OS_FILE_NONE;
    if (is_special(dir, path)) {
        TRY(os_create(cx, dir, path, &file));
        return write_and_close(cx, file, content);
    }
    unsigned salt = 0;
    TRY(os_random(cx, &salt, sizeof salt));
    Str beside = str_format(cx->arena, "%s.%08x.tmp", path, salt);
    int error = create(dir, beside.ptr, O_EXCL, &file);
    if (error) return OS_FAIL(cx, error, "write", path);
    Fail fail = write_and_close(cx, file, content);
    if (!fail) {
        error = OS_FAULT("rename");
        if (!error && renameat(dir.fd, beside.ptr, dir.fd, path) != 0) error = errno;
        if (error) fail = OS_FAIL(cx, error, "replace", path);
    }
    if (fail) unlinkat(dir.fd, beside.ptr, 0);
    return fail;
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

const char *os_error_text(int error)
{
    return strerror(error);
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

int os_pid(void)
{
    return getpid();
}

static int64_t read_clock(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
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
