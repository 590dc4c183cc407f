# tools/style.awk - the rules of our C, run by tools/style.sh over all C files; exits 1 on a breach.
#
# guard     a header's include guard is its path:          src/base/arena.h -> CQ_BASE_ARENA_H
# unsafe    calls that overrun or cannot report errors:    nowhere
# heap      malloc and friends:                            src/base only; others have an Arena
# system    calls into the operating system:               src/base/os*.c, sync.c only
# stdout    printing:                                      src/door, src/main.c only; others log
# atomics   _Atomic, stdatomic.h, __atomic_*:              src/base/sync.*, os_fake.c, src/runtime only
# threads   thread-local variables:                        src/base/sync.[ch] only (lock ranks, the thread's number)
# length    100 columns, 800 lines, functions of 80 lines unless `// long: reason` stands before
#
# Tests (x_test.c) and what is not in src/ (train, bench, fuzz, tests, tools, examples) keep to guard,
# unsafe and length only. Comments and strings are not looked at.

function complain(what) { print FILENAME ":" FNR ": " what; bad = 1 }

# The line without comments, strings and characters; in_comment lasts over lines.
function code_of(line,    out, c, i, n, quote) {
    out = ""
    n = length(line)
    for (i = 1; i <= n; i++) {
        c = substr(line, i, 1)
        if (in_comment) {
            if (c == "*" && substr(line, i + 1, 1) == "/") { in_comment = 0; i++ }
        } else if (quote != "") {
            if (c == "\\") i++
            else if (c == quote) { quote = ""; out = out c }
        } else if (c == "/" && substr(line, i + 1, 1) == "/") {
            break
        } else if (c == "/" && substr(line, i + 1, 1) == "*") {
            in_comment = 1; i++
        } else {
            if (c == "\"" || c == "'") quote = c
            out = out c
        }
    }
    return out
}

# The name of the first call in `code` that is in the list; not x.name(...) or x->name(...).
function called(code, list,    rest, name) {
    rest = code
    while (match(rest, /[A-Za-z_][A-Za-z_0-9]*[ \t]*\(/)) {
        name = substr(rest, RSTART, RLENGTH)
        sub(/[ \t]*\($/, "", name)
        if ((name in list) && substr(rest, 1, RSTART - 1) !~ /(\.|->)[ \t]*$/) return name
        rest = substr(rest, RSTART + RLENGTH)
    }
    return ""
}

function words(text, list,    n, i, w) {
    n = split(text, w, " ")
    for (i = 1; i <= n; i++) list[w[i]] = 1
}

function finish_file() {
    if (lines > 800) { print file ":801: " lines " lines, more than 800"; bad = 1 }
    if (file ~ /\.h$/ && guard_state < 2) { print file ":1: no include guard " guard; bad = 1 }
}

BEGIN {
    words("strcpy strcat sprintf vsprintf gets strtok atoi atol atoll atof strncpy strncat alloca tmpnam mktemp", unsafe)
    words("malloc calloc realloc reallocarray free strdup strndup asprintf vasprintf getline getdelim " \
          "posix_memalign aligned_alloc", heap)
    words("open openat openat2 creat close read pread write pwrite readv preadv writev lseek stat fstat lstat " \
          "fstatat statx access faccessat opendir fdopendir readdir closedir scandir nftw fts_open glob " \
          "mmap munmap madvise mprotect ftruncate truncate fsync fdatasync flock fcntl ioctl dup dup2 dup3 pipe pipe2 " \
          "poll ppoll epoll_create1 epoll_ctl epoll_wait inotify_init1 eventfd timerfd_create socket socketpair " \
          "fork vfork clone execv execve execvp execl execlp posix_spawn posix_spawnp waitpid wait4 waitid kill " \
          "system popen unlink unlinkat rename renameat symlink readlink readlinkat realpath mkdir mkdirat rmdir " \
          "mkstemp mkostemp mkdtemp tmpfile chmod fchmod chdir fchdir getcwd fopen fdopen freopen fread fgets fgetc getc " \
          "isatty sysconf getrusage setrlimit getrlimit nanosleep usleep sleep clock_gettime gettimeofday " \
          "sigaction signal sigprocmask raise syscall getpid getuid uname gethostname getrandom dlopen dlsym " \
          "sched_yield sched_getaffinity prctl", os_calls)
    words("printf puts putchar vprintf perror putchar_unlocked", print_calls)
}

FNR == 1 {
    if (file != "") finish_file()
    file = FILENAME
    sub(/^\.\//, "", file)
    in_comment = 0
    start = 0
    reason = 0
    guard_state = 0
    guard = file
    sub(/^(src|include\/cq|tests)\//, "", guard)
    gsub(/[\/.-]/, "_", guard)
    guard = "CQ_" toupper(guard)

    product = file ~ /^src\// && file !~ /_test\.c$/
    may_heap = !product || file ~ /^src\/base\//
    may_system = !product || file ~ /^src\/base\/(os(_[a-z]+)?|sync)\.[ch]$/
    may_print = !product || file ~ /^src\/(door\/|main\.c$)/
    may_atomic = !product || file ~ /^src\/(base\/(sync\.[ch]|os_fake\.c)$|runtime\/)/
    may_thread = !product || file ~ /^src\/base\/sync\.[ch]$/
}

{
    lines = FNR
    width = $0
    gsub(/[\200-\277]/, "", width) # bytes that continue a UTF-8 character
    if (length(width) > 100) complain(length(width) " columns, more than 100")
    if ($0 ~ /\r$/) complain("CR at the end of the line")
    if ($0 ~ /[ \t]$/) complain("white space at the end of the line")

    code = code_of($0)

    if (guard_state == 0 && code ~ /^#[ \t]*(ifndef|if|define|pragma)/) {
        guard_state = (code ~ ("^#ifndef " guard "[ \t]*$")) ? 1 : -1
    } else if (guard_state == 1) {
        guard_state = (code ~ ("^#define " guard "[ \t]*$")) ? 2 : -1
    }

    name = called(code, unsafe)
    if (name != "") complain(name "() is not used here: use str_*, buf_*, str_format or snprintf")
    if (!may_heap && (name = called(code, heap)) != "")
        complain(name "() outside src/base: take an Arena *")
    if (!may_system) {
        if ((name = called(code, os_calls)) != "") complain(name "() outside base/os.c: use os_*")
        if (code ~ /(^|[^A-Za-z_0-9])pthread_/) complain("pthread_* outside base/sync.c: use mutex_*, cond_*, thread_*")
    }
    if (!may_print) {
        if ((name = called(code, print_calls)) != "") complain(name "() outside door/ and main.c: return a value, or log_*")
        if (code ~ /(^|[^A-Za-z_0-9])(stdout|STDOUT_FILENO)([^A-Za-z_0-9]|$)/) complain("stdout outside door/ and main.c")
    }
    if (!may_atomic && code ~ /(^|[^A-Za-z_0-9])(_Atomic|__atomic_|__sync_|atomic_[a-z])|<stdatomic\.h>/)
        complain("atomics outside base/sync and runtime/: use Flag, Counter, Once")
    if (!may_thread && code ~ /(^|[^A-Za-z_0-9])(_Thread_local|__thread|thread_local)([^A-Za-z_0-9]|$)/)
        complain("thread-local variable: state is owned by a request, a cell or the context")

    # Functions: clang-format puts their braces, and no others, into the first column.
    if (start == 0) {
        if ($0 ~ /^[ \t]*\/\/ long: ./) reason = 1
        else if ($0 ~ /^[ \t]*$/) reason = 0
    }
    if ($0 ~ /^\{/) start = FNR
    else if (start && $0 ~ /^\}/) {
        if (FNR - start - 1 > 80 && !reason) {
            print FILENAME ":" start ": a function of " FNR - start - 1 " lines, more than 80 (say why in a line `// long: reason` before it)"
            bad = 1
        }
        start = 0
        reason = 0
    }
}

END {
    if (file != "") finish_file()
    exit bad
}
