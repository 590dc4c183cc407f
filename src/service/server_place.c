// service/server_place.c
#include "service/server_place.h"

#include "base/digest.h"
#include "base/os_disk.h"
#include "base/os_socket.h"

Str server_folder(Arena *arena)
{
    Str base = os_env("XDG_RUNTIME_DIR");
    return base.len ? str_format(arena, STR_FMT "/cq", STR_ARG(base))
                    : str_format(arena, "/tmp/cq-%u", (unsigned)os_user());
}

Str server_name(Arena *arena, const Str *roots, size_t count)
{
    Str *sorted = ARENA_ARRAY(arena, Str, count);
    for (size_t i = 0; i < count; i++) {
        size_t at = i;
        for (; at && str_cmp(sorted[at - 1], roots[i]) > 0; at--) sorted[at] = sorted[at - 1];
        sorted[at] = roots[i];
    }
    Digester digester;
    digester_init(&digester);
    for (size_t i = 0; i < count; i++) digester_add(&digester, sorted[i]);
    Digest digest = digester_end(&digester);
    return str_sub(digest_hex(arena, &digest), 0, 16);
}

static Str place_of(Arena *arena, Str root, const char *end)
{
    Str folder = server_folder(arena), name = server_name(arena, &root, 1);
    return str_format(arena, STR_FMT "/" STR_FMT "%s", STR_ARG(folder), STR_ARG(name), end);
}

Str server_socket(Arena *arena, Str root)
{
    return place_of(arena, root, ".sock");
}

Str server_lock(Arena *arena, Str root)
{
    return place_of(arena, root, ".lock");
}

static bool is_there(Str path)
{
    OsStat stat;
    return !os_try_stat(OS_CWD, path.ptr, OS_NOFOLLOW, &stat);
}

// Who holds the lock; looking never makes the file.
static void look_at_lock(Ctx *cx, ServerPlace *out)
{
    OsFile lock = OS_FILE_NONE;
    bool got = false;
    if (!is_there(out->lock) || os_open_lock(cx, OS_CWD, out->lock.ptr, &lock)) return;
    out->running = !os_lock(cx, lock, 0, &got) && !got;
    if (out->running) out->pid = os_lock_holder(lock);
    os_close(&lock);
}

Fail server_find(Ctx *cx, Str root, ServerPlace *out)
{
    *out = (ServerPlace){.folder = server_folder(cx->arena),
                         .socket = server_socket(cx->arena, root),
                         .lock = server_lock(cx->arena, root)};
    look_at_lock(cx, out);
    out->answers = is_there(out->socket) && os_socket_answers(out->socket);
    out->stale = is_there(out->socket) && !out->answers;
    return ctx_check(cx);
}
