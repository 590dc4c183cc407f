// base/os.c - files and folders.
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/os_.h"
#include "base/vec.h"

Fail os_problem_at(Ctx *cx, int error, const char *what, const char *path, const char *where)
{
    // What cannot be a name is the name of nothing.
    bool absent = error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG;
    const char *hint = error == EACCES ? "; check its permissions" : "";
    Fail fail = problem_new(cx->arena, absent ? PROBLEM_NOT_FOUND : PROBLEM_IO, where,
                            "cannot %s %s: %s%s", what, path, strerror(error), hint);
    const char *name = strerrorname_np(error);
    fail = problem_with_str(cx->arena, fail, "errno", str_from(name ? name : "?"));
    return problem_with_str(cx->arena, fail, "path", str_copy(cx->arena, str_from(path)));
}

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

// Where the path leads that was given in the folder of the request.
static const char *placed(Ctx *cx, OsFile dir, const char *path)
{
    if (!cx->folder.len || dir.fd != OS_CWD.fd || path[0] == '/' || !path[0]) return path;
    return str_format(cx->arena, STR_FMT "/%s", STR_ARG(cx->folder), path).ptr;
}

Fail os_open(Ctx *cx, OsFile dir, const char *path, OsOpen how, OsFile *out)
{
    int error = os_try_open(dir, placed(cx, dir, path), how, out);
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
        .links = (uint32_t)st->st_nlink,
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
    int error = os_try_stat(dir, placed(cx, dir, path), how, out);
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

bool os_folder_times_tell(OsFile dir)
{
    static const uint32_t known[] = {
        0xEF53,     // ext2 to ext4
        0x58465342, // XFS
        0x9123683E, // Btrfs
        0x01021994, // tmpfs
        0xF2F52010, // F2FS
        0x2FC12FC1, // ZFS
        0x794C7630, // overlayfs
    };
    struct statfs info;
    if (OS_FAULT("statfs") || fstatfs(dir.fd, &info) != 0) return false;
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if ((uint32_t)info.f_type == known[i]) return true;
    return false;
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
    char *real = error ? NULL : realpath(placed(cx, OS_CWD, path), NULL);
    if (!real) return OS_FAIL(cx, error ? error : errno, "find", path);
    *out = str_copy(cx->arena, str_from(real));
    free(real);
    return NULL;
}

Fail os_working_dir(Ctx *cx, Str *out)
{
    int error = OS_FAULT("getcwd");
    if (!error && cx->folder.len) {
        *out = cx->folder;
        return NULL;
    }
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

Fail os_replace_file(Ctx *cx, OsFile dir, const char *path, Str content)
{
    OsFile file = OS_FILE_NONE;
    struct stat st;
    bool there = fstatat(dir.fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
    if (there && !S_ISREG(st.st_mode)) { // /dev/stderr, a FIFO, a symlink: not to be replaced
        TRY(os_create(cx, dir, path, &file));
        return write_and_close(cx, file, content);
    }
    unsigned salt = 0;
    TRY(os_random(cx, &salt, sizeof salt));
    Str beside = str_format(cx->arena, "%s.%08x.tmp", path, salt);
    int error = create(dir, beside.ptr, O_EXCL, &file);
    if (error) return OS_FAIL(cx, error, "write", path);
    if (there) (void)fchmod(file.fd, st.st_mode & 0777); // before there is anything in it
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

const char *os_error_text(int error)
{
    return strerror(error);
}
