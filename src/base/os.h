// base/os.h - everything cq asks of the operating system. The only door to it besides
// os_process.h and sync.c.
//
// Tests link os_fake.c instead: the same functions, where the Nth call fails on demand.
//
// Threads: any thread. Blocks: files may block on slow disks.
// Memory:  results live in cx->arena. An OsFile is a descriptor: close it with os_close.
// Fails:   NOT_FOUND (no such file, or a path part is no folder), IO (anything else), both with
//          ext "errno" (symbol) and "path".
#ifndef CQ_BASE_OS_H
#define CQ_BASE_OS_H

#include "base/ctx.h"

typedef struct OsFile {
    int fd;
} OsFile;
#define OS_FILE_NONE ((OsFile){-1})
// AT_FDCWD: relative paths start at the working folder; for what reads (os_open, os_read_file,
// os_stat, os_real_path, os_working_dir) that of the request, cx->folder, when it has one.
#define OS_CWD ((OsFile){-100})
#define OS_STDIN ((OsFile){0})
#define OS_STDOUT ((OsFile){1})
#define OS_STDERR ((OsFile){2})

typedef enum OsType { OS_REGULAR, OS_DIR, OS_SYMLINK, OS_SPECIAL } OsType; // fifo, socket, device

typedef struct OsStat {
    OsType type;
    uint64_t size_bytes;
    int64_t mtime_ns, ctime_ns;
    uint64_t inode, device;
    uint32_t mode;  // permission bits
    uint32_t links; // names that the file has
} OsStat;

typedef struct OsEntry {
    const char *name; // NUL-terminated, never "." or ".."
    OsType type;
} OsEntry;

typedef enum OsOpen {
    OS_FOLLOW = 0,   // a symlink as the last part is followed
    OS_NOFOLLOW = 1, // ... is an error
} OsOpen;

// Opens for reading; never blocks on a FIFO. Also opens folders.
MUST_CHECK Fail os_open(Ctx *cx, OsFile dir, const char *path, OsOpen how, OsFile *out);
void os_close(OsFile *file); // accepts OS_FILE_NONE; sets it to OS_FILE_NONE

// Reads until `cap` bytes or the end of file. *got < cap means the end.
// One short read of a regular file is taken as its end when `regular` (saves a system call).
MUST_CHECK Fail os_read(Ctx *cx, OsFile file, void *buf, size_t cap, bool regular, size_t *got);
// The same without a Problem, for loops over many files: 0 or an errno value.
int os_try_open(OsFile dir, const char *path, OsOpen how, OsFile *out);
int os_try_read(OsFile file, void *buf, size_t cap, bool regular, size_t *got);
// The Problem for what they returned: "cannot WHAT PATH: ...".
Fail os_problem(Ctx *cx, int error, const char *what, const char *path);

// A whole regular file, or a pipe such as standard input; at most max_bytes (TOO_LARGE above).
// Waiting for a pipe ends when cx asks to stop (CANCELLED).
MUST_CHECK Fail os_read_file(Ctx *cx, OsFile dir, const char *path, size_t max_bytes, Str *out);
MUST_CHECK Fail os_read_all(Ctx *cx, OsFile file, size_t max_bytes, Str *out);

MUST_CHECK Fail os_stat(Ctx *cx, OsFile dir, const char *path, OsOpen how, OsStat *out);
int os_try_stat(OsFile dir, const char *path, OsOpen how, OsStat *out); // 0 or an errno value
MUST_CHECK Fail os_fstat(Ctx *cx, OsFile file, OsStat *out);

// All entries of an opened folder, unordered.
MUST_CHECK Fail os_list(Ctx *cx, OsFile dir, OsEntry **entries, size_t *count);
// The same without a Problem and without copies, for walks over many folders: 0 or an errno value.
// The raw listing replaces what `buf` held; os_list_next, from *at = 0 on, gives its entries one
// by one (names lie in `buf`) and false at the end.
int os_try_list(OsFile dir, Buf *buf);
bool os_list_next(OsFile dir, const Buf *buf, size_t *at, OsEntry *out);

// Whether a folder's times tell on the file system it lies on: each name that comes, goes or
// becomes something else sets them. False where that is not known.
bool os_folder_times_tell(OsFile dir);

// The absolute path without symlinks and dots.
MUST_CHECK Fail os_real_path(Ctx *cx, const char *path, Str *out);
MUST_CHECK Fail os_working_dir(Ctx *cx, Str *out);
Str os_env(const char *name);        // STR_NONE when unset; borrowed from the environment
const char *const *os_env_all(void); // "NAME=value", NULL-terminated; borrowed likewise

// Makes the folder and those above it that are missing, all with `mode`. Not an error if it is
// there.
MUST_CHECK Fail os_make_dirs(Ctx *cx, const char *path, uint32_t mode);

// Writes all of it. Fails: IO; a closed pipe is errno EPIPE.
MUST_CHECK Fail os_write(Ctx *cx, OsFile file, Str data);
// Makes the file anew (or empties it), for os_write.
MUST_CHECK Fail os_create(Ctx *cx, OsFile dir, const char *path, OsFile *out);
// The file's new content, all or nothing: written beside it and renamed. What is no regular
// file (a symlink, a FIFO, a device) is written to. Not synced to the disk: a power cut may lose
// it, a crash of cq cannot. Its permissions stay as they are.
MUST_CHECK Fail os_replace_file(Ctx *cx, OsFile dir, const char *path, Str content);
bool os_is_terminal(OsFile file);
int os_terminal_width(OsFile file); // columns; 0 when unknown

// A shared library that is found when it is needed, and stays loaded. NULL when there is none;
// *why is then the loader's reason, in cx->arena.
void *os_library(Ctx *cx, const char *name, Str *why);
void *os_symbol(void *library, const char *name); // NULL when it has none; a NULL library too

MUST_CHECK Fail os_random(Ctx *cx, void *bytes, size_t count);

typedef struct OsUsage { // of this process; 0 for what the system does not tell
    uint64_t resident_bytes, open_files;
    int64_t cpu_ns, start_wall_ns;
} OsUsage;
OsUsage os_usage(Ctx *cx);
const char *os_error_text(int error); // what an errno value means

int os_pid(void);

int os_cpu_count(void); // usable by this process, at least 1
int64_t os_monotonic_ns(void);
int64_t os_wall_ns(void);
uint64_t os_peak_rss_bytes(void);
bool os_cpu_has_avx2(void);
bool os_cpu_has_avx512_vnni(void); // and AVX-512 F, BW

// Sets *flag to the signal's number on SIGINT, SIGTERM and SIGHUP; a second one ends the process.
void os_stop_signals(Flag *flag);
void os_ignore_broken_pipe(void);
// Around calls of a library that writes to sockets: a broken one is then an error of the write, not
// the end of the process, whose handling of the signal stays as it is.
typedef struct OsPipeGuard {
    bool was_blocked, was_pending;
} OsPipeGuard;
void os_pipe_guard(OsPipeGuard *guard);
void os_pipe_unguard(const OsPipeGuard *guard); // in the same thread
// Ends the process as the signal would have (so that shells see it); never returns.
NORETURN void os_die_of_signal(int signal);

#endif
