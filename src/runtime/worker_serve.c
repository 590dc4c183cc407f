// runtime/worker_serve.c - a worker's side: limits first, then one task after the other.
#include <errno.h>

#include "base/vec.h"
#include "runtime/channel.h"
#include "runtime/worker.h"

typedef struct Serve {
    const WorkHandler *handlers;
    size_t count;
    int cpu_seconds;
} Serve;

// "MEMORY_BYTES CPU_SECONDS"
static bool take_limits(Serve *serve, Str text)
{
    Str rest = text, memory = STR_NONE, seconds = STR_NONE;
    int64_t bytes, cpu;
    if (!str_next(&rest, ' ', &memory) || !str_next(&rest, ' ', &seconds)) return false;
    if (!str_to_int(memory, &bytes) || !str_to_int(seconds, &cpu)) return false;
    serve->cpu_seconds = (int)cpu;
    os_confine((uint64_t)bytes);
    return true;
}

static const WorkHandler *find_handler(const Serve *serve, Str kind)
{
    for (size_t i = 0; i < serve->count; i++)
        if (str_eq(kind, str_from(serve->handlers[i].kind))) return &serve->handlers[i];
    return NULL;
}

static Frame run_task(Serve *serve, Ctx *cx, const Frame *task)
{
    Buf reply = buf_on(cx->arena);
    const WorkHandler *handler = find_handler(serve, task->name);
    os_allow_cpu(serve->cpu_seconds);
    Fail fail = handler ? handler->run(cx, handler->state, task->payload, &reply)
                        : FAIL(cx->arena, INTERNAL, "workers know no task \"" STR_FMT "\"",
                               STR_ARG(task->name));
    if (!fail) return (Frame){FRAME_REPLY, task->id, STR_NONE, buf_str(&reply)};
    return (Frame){FRAME_PROBLEM, task->id, str_from(problem_spec(fail->kind)->name), fail->detail};
}

static int answer(Serve *serve, Ctx *cx)
{
    Frame in, out = {0};
    const char *why;
    int error = channel_receive(cx, OS_STDIN, FRAME_LARGEST_PAYLOAD, &in, &why);
    if (error) return error;
    if (in.type == FRAME_HELLO && take_limits(serve, in.payload))
        out = (Frame){.type = FRAME_READY, .id = in.id};
    else if (in.type == FRAME_TASK) out = run_task(serve, cx, &in);
    else return EPROTO;
    return channel_send(cx, OS_STDIN, &out);
}

int worker_serve(const WorkHandler *handlers, size_t count)
{
    Serve serve = {.handlers = handlers, .count = count};
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    int error;
    while (!(error = answer(&serve, &cx))) arena_reset(&arena);
    arena_fini(&arena);
    return error == EPIPE ? 0 : 1;
}
