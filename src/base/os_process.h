// base/os_process.h - other processes: run one to its end, fork a copy of this one, talk with a
// child.
//
// Threads: any thread; a child of os_spawn dies with the thread that started it.
//          os_start_detached waits until the program runs, not for its end.
// Blocks:  os_run, os_run_forked and os_child_end wait for the child; os_send and os_receive for
// the
//          other side, no longer than cx allows.
// Memory and Fails: as in base/os.h.
#ifndef CQ_BASE_OS_PROCESS_H
#define CQ_BASE_OS_PROCESS_H

#include "base/os.h"

typedef struct OsRun {
    const char *const *argv; // NULL-terminated; argv[0] is looked up in PATH
    const char *dir;         // working folder; NULL keeps ours
    size_t max_bytes;        // of standard output
} OsRun;
// Runs a program to its end (or cx's deadline), stdin empty, stderr dropped.
// Fails: UNAVAILABLE (not installed), CANCELLED (killed), TOO_LARGE, IO.
MUST_CHECK Fail os_run(Ctx *cx, const OsRun *run, Str *stdout_text, int *exit_code);

typedef struct OsFork {
    void (*fn)(void *arg, OsFile out); // must not take our locks
    void *arg;
    int64_t timeout_ns;
    size_t max_bytes; // of what it writes
} OsFork;
typedef struct OsForked {
    Str output;
    bool in_time;  // else it was killed
    int exit_code; // -1: a signal ended it
    int signal;
} OsForked;
// Runs code that may crash or hang in a forked copy of the process, and gives what it wrote to
// `out`. The copy's standard streams are /dev/null. A crash or the end of timeout_ns is no failure.
// Fails: IO, CANCELLED, TOO_LARGE.
MUST_CHECK Fail os_run_forked(Ctx *cx, const OsFork *fork, OsForked *out);

// A child process to talk with: the other end of `socket` is its standard input.
typedef struct OsChild {
    int pid; // 0: none
    OsFile socket;
} OsChild;
typedef struct OsExit { // how a child ended
    int signal, code;   // signal 0: it left with `code`
    bool killed;        // by os_child_end
} OsExit;
// Starts argv[0] (a path; NULL-terminated) in a process group of its own, with default signal
// handling, no other descriptor of ours, its output dropped. It dies with the *thread* that called
// this. Undo with os_child_end. Fails: UNAVAILABLE.
MUST_CHECK Fail os_spawn(Ctx *cx, const char *const *argv, OsChild *out);
// Waits until the child has ended, kills it after patience_ms; closes the socket. Exactly once.
OsExit os_child_end(OsChild *child, int64_t patience_ms);
void os_hang_up(const OsChild *child);    // the child reads the end of its input
bool os_child_gone(const OsChild *child); // its end of the socket is closed
const char *os_signal_name(int signal);   // "SIGSEGV"; "?" for a number that is none
// Starts argv[0] (a path) as a process that nobody waits for: in a session of its own, less urgent
// than we, its standard streams /dev/null, with no other descriptor of ours; in our working folder,
// so that settings mean the same. It is nobody's child: it leaves no zombie. Fails: UNAVAILABLE.
MUST_CHECK Fail os_start_detached(Ctx *cx, const char *const *argv);
bool os_is_running(int pid);    // some process has this number
void os_end_after(int seconds); // this process is killed then, whatever it waits for; 0: no more
// On a socket; 0 or an errno value: ETIMEDOUT and ECANCELED when cx asks to stop, EPIPE when the
// other side is gone. os_receive fills all of buf.
int os_send(const Ctx *cx, OsFile socket, Str data);
int os_receive(const Ctx *cx, OsFile socket, void *buf, size_t len);
// For a child: no core dumps, dies with its parent; at most so much address space (0: no limit).
// Sanitizers reserve far more than they use, so builds with one have no limit of memory.
void os_confine(uint64_t memory_bytes);
void os_allow_cpu(int seconds); // of processor time from now on, then SIGXCPU; 0: no limit

#endif
