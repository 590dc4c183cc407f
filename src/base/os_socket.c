// base/os_socket.c
#include "base/os_socket.h"

#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/os_.h"

enum { BACKLOG = 1024, MOST_UNSENT = 128 << 10 };

static int start_listening(int fd, const struct sockaddr *address, socklen_t len)
{
    int on = 1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on)) return errno;
    if (bind(fd, address, len) || listen(fd, BACKLOG)) return errno;
    return 0;
}

static int taken_port(int fd)
{
    struct sockaddr_storage bound = {0};
    socklen_t len = sizeof bound;
    if (getsockname(fd, (struct sockaddr *)&bound, &len)) return 0;
    if (bound.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&bound)->sin6_port);
    return ntohs(((struct sockaddr_in *)&bound)->sin_port);
}

Fail os_listen(Ctx *cx, Str host, int port, OsFile *out, int *taken)
{
    char number[16];
    struct addrinfo want = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                            .ai_socktype = SOCK_STREAM},
                    *found = NULL;
    snprintf(number, sizeof number, "%d", port);
    if (getaddrinfo(str_cstr(cx->arena, host), number, &want, &found))
        return FAIL(cx->arena, BAD_REQUEST, "\"" STR_FMT "\" is no address", STR_ARG(host));
    int error = OS_FAULT("socket"), fd = -1;
    if (!error) fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (!error && fd < 0) error = errno;
    if (!error) error = start_listening(fd, found->ai_addr, found->ai_addrlen);
    freeaddrinfo(found);
    if (!error) {
        *out = (OsFile){fd};
        *taken = taken_port(fd);
        return NULL;
    }
    if (fd >= 0) close(fd);
    Str shown = str_format(cx->arena, STR_FMT ":%d", STR_ARG(host), port);
    return os_problem(cx, error, "listen on", shown.ptr);
}

static bool path_address(Str path, struct sockaddr_un *out)
{
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (path.len >= sizeof out->sun_path) return false;
    memcpy(out->sun_path, path.ptr, path.len);
    return true;
}

Fail os_listen_path(Ctx *cx, Str path, OsFile *out)
{
    struct sockaddr_un address;
    if (!path_address(path, &address))
        return FAIL(cx->arena, TOO_LARGE, "a socket's path has 107 bytes at most");
    int error = OS_FAULT("socket"), fd = -1;
    if (!error) fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (!error && fd < 0) error = errno;
    if (!error && unlink(address.sun_path) && errno != ENOENT) error = errno;
    // The mode is given to the socket before it has a name: bind() makes the file with it.
    if (!error && fchmod(fd, 0600)) error = errno;
    if (!error) error = start_listening(fd, (struct sockaddr *)&address, sizeof address);
    if (!error && chmod(address.sun_path, 0600)) error = errno;
    if (!error) {
        *out = (OsFile){fd};
        return NULL;
    }
    if (fd >= 0) close(fd);
    return os_problem(cx, error, "listen on", str_cstr(cx->arena, path));
}

// 0, or an errno value.
static int connect_path(Str path, int *out)
{
    struct sockaddr_un address;
    int error = OS_FAULT("connect");
    if (error) return error;
    if (!path_address(path, &address)) return ENAMETOOLONG;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return errno;
    if (!connect(fd, (struct sockaddr *)&address, sizeof address)) {
        *out = fd;
        return 0;
    }
    error = errno;
    close(fd);
    return error;
}

bool os_socket_answers(Str path)
{
    int fd = -1, error = connect_path(path, &fd);
    if (!error) close(fd);
    return !error || error == EAGAIN;
}

Fail os_connect_path(Ctx *cx, Str path, OsFile *out)
{
    int fd = -1, error = connect_path(path, &fd);
    if (error) return os_problem(cx, error, "connect to", str_cstr(cx->arena, path));
    *out = (OsFile){fd};
    return NULL;
}

uint32_t os_user(void)
{
    return geteuid();
}

bool os_peer_user(int descriptor, uint32_t *user)
{
    struct ucred peer;
    socklen_t len = sizeof peer;
    if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer, &len)) return false;
    *user = peer.uid;
    return true;
}

// A socket in the file system has neither, and needs neither.
void os_send_promptly(int descriptor)
{
    int on = 1, most = MOST_UNSENT;
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    (void)setsockopt(descriptor, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &most, sizeof most);
}

int os_take_sent(int descriptor, void *buf, size_t room)
{
    return (int)recv(descriptor, buf, MIN(room, (size_t)INT_MAX), 0);
}

void os_end_sending(int descriptor)
{
    shutdown(descriptor, SHUT_WR);
}

Fail os_bell_open(Ctx *cx, OsFile *out)
{
    int error = OS_FAULT("eventfd"), fd = error ? -1 : eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (fd < 0) return os_problem(cx, error ? error : errno, "make", "an event descriptor");
    *out = (OsFile){fd};
    return NULL;
}

void os_bell_ring(OsFile bell)
{
    uint64_t one = 1;
    ssize_t ignored = write(bell.fd, &one, sizeof one); // full: it rings already
    (void)ignored;
}

void os_bell_hush(OsFile bell)
{
    uint64_t count;
    ssize_t ignored = read(bell.fd, &count, sizeof count);
    (void)ignored;
}

uint64_t os_allow_files(uint64_t wanted)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit)) return 0;
    if (limit.rlim_cur >= wanted) return limit.rlim_cur;
    struct rlimit more = {MIN(wanted, limit.rlim_max), limit.rlim_max};
    return setrlimit(RLIMIT_NOFILE, &more) ? limit.rlim_cur : more.rlim_cur;
}

static struct {
    OsFile bell;
    Flag *stop, *reload;
} serving; // set before the handlers are

static void on_serve_signal(int number)
{
    int saved = errno;
    flag_set(number == SIGHUP ? serving.reload : serving.stop, number);
    os_bell_ring(serving.bell);
    errno = saved;
}

void os_serve_signals(OsFile bell, Flag *stop, Flag *reload)
{
    static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = on_serve_signal, .sa_flags = SA_RESTART};
    serving.bell = bell;
    serving.stop = stop;
    serving.reload = reload;
    for (size_t i = 0; i < ARRAY_LEN(numbers); i++) sigaction(numbers[i], &action, NULL);
}
