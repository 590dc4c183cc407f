// base/os_socket.h - sockets that listen, who is at the other end, and a bell between threads.
//
// Threads: any. Memory: descriptors: close them with os_close. Fails: as os.h.
#ifndef CQ_BASE_OS_SOCKET_H
#define CQ_BASE_OS_SOCKET_H

#include "base/os.h"

// Listens on a numeric address; port 0 takes a free one. *port is the one taken. Never blocks
// afterwards. Fails: IO (ext "errno": EADDRINUSE ...), BAD_REQUEST (no such address).
MUST_CHECK Fail os_listen(Ctx *cx, Str host, int port, OsFile *out, int *taken);
// Listens on a socket in the file system that only this user can open; replaces one that is there.
// Fails: IO; TOO_LARGE (107 bytes of path at most).
MUST_CHECK Fail os_listen_path(Ctx *cx, Str path, OsFile *out);
// Whether something accepts connections on the socket at this path.
bool os_socket_answers(Str path);

// Connects to the socket at this path. Nothing waits: reading and writing neither (os_stream.h).
// Fails: NOT_FOUND, IO (nobody listens; too many wait).
MUST_CHECK Fail os_connect_path(Ctx *cx, Str path, OsFile *out);

uint32_t os_user(void);
// The user at the other end of a socket in the file system. False when that cannot be told.
bool os_peer_user(int descriptor, uint32_t *user);

// Small pieces are sent without waiting for the other end to acknowledge the one before, and the
// system holds little that is not sent, so that who writes sees a slow reader go on.
void os_send_promptly(int descriptor);
// Takes what has come to a socket that never blocks. Returns how many bytes, 0 at its end, and -1
// with errno.
int os_take_sent(int descriptor, void *buf, size_t room);
// Tells the other end that nothing more will be sent.
void os_end_sending(int descriptor);

// A descriptor that becomes readable when somebody rings; os_bell_hush makes it quiet again.
MUST_CHECK Fail os_bell_open(Ctx *cx, OsFile *out);
void os_bell_ring(OsFile bell); // from any thread, and in a signal handler
void os_bell_hush(OsFile bell);

// Raises the soft limit of open files to `wanted`, or as near as the hard one lets. Returns it.
uint64_t os_allow_files(uint64_t wanted);

// Rings `bell` and sets the flag to the signal's number: SIGINT and SIGTERM set *stop (a second one
// does not end the process), SIGHUP sets *reload.
void os_serve_signals(OsFile bell, Flag *stop, Flag *reload);

#endif
