// train/main.c - cq-train: token vectors from git repositories (docs/model.md).
//
//   repositories --pairs--> pairs --fit--> checkpoint --export--> table for embed.backend: static
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "train/commands.h"

static const char usage[] =
    "cq-train pairs --out FILE --list FILE --root DIR [--exclude NAME]... [--exclude-file FILE]\n"
    "               [--exclude-content GITDIR]... [--threads N] [--seed N]\n"
    "               [--docs N] [--names N] [--commits N] [--files N]\n"
    "               [--least-plain N] [--least-joined N] [--least-repos N]\n"
    "               [--most-terms N]\n"
    "cq-train fit --pairs FILE --out FILE [--dims 128] [--epochs 2] [--rate 0.0012] [--batch 512]\n"
    "             [--group 128] [--near N] [--warm-up 200] [--held-out 10] [--most-pairs N]\n"
    "             [--threads N] [--seed N] [--init svd|random] [--stop-after STEPS]\n"
    "cq-train export --pairs FILE --checkpoint FILE --out FILE [--tokens N]\n"
    "cq-train inspect --model FILE [TOKEN]... | --pairs FILE [--count N]\n"
    "cq-train judge --model FILE --queries FILE --repos FILE --checkouts DIR [--threads N]\n";

static bool take_at(TrainArgs *args, int at, int how_many)
{
    args->count -= how_many;
    memmove(args->items + at, args->items + at + how_many,
            (size_t)(args->count - at) * sizeof *args->items);
    return true;
}

Str args_take(TrainArgs *args, const char *name)
{
    for (int i = 0; i + 1 < args->count; i++) {
        if (strcmp(args->items[i], name) != 0) continue;
        Str value = str_from(args->items[i + 1]);
        take_at(args, i, 2);
        return value;
    }
    return STR_NONE;
}

bool args_flag(TrainArgs *args, const char *name)
{
    for (int i = 0; i < args->count; i++)
        if (strcmp(args->items[i], name) == 0) return take_at(args, i, 1);
    return false;
}

int64_t args_int(TrainArgs *args, const char *name, int64_t otherwise)
{
    Str text = args_take(args, name);
    int64_t value = otherwise;
    if (text.ptr && (!str_to_int(text, &value) || value < 0)) return -1;
    return value;
}

double args_real(TrainArgs *args, const char *name, double otherwise)
{
    Str text = args_take(args, name);
    return text.ptr ? strtod(text.ptr, NULL) : otherwise;
}

Fail args_end(Ctx *cx, const TrainArgs *args)
{
    if (!args->count) return NULL;
    return FAIL(cx->arena, BAD_REQUEST, "%s is not understood here", args->items[0]);
}

static bool on_line; // something is there that the next line must overwrite

void say(const char *format, ...)
{
    va_list args;
    if (on_line) fputs("\r\033[K", stderr);
    on_line = false;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}

void say_progress(const char *format, ...)
{
    va_list args;
    if (!os_is_terminal(OS_STDERR)) return;
    fputs("\r\033[K", stderr);
    on_line = true;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fflush(stderr);
}

static Fail run(Ctx *cx, const char *command, TrainArgs *args)
{
    if (strcmp(command, "pairs") == 0) return do_pairs(cx, args);
    if (strcmp(command, "fit") == 0) return do_fit(cx, args);
    if (strcmp(command, "export") == 0) return do_export(cx, args);
    if (strcmp(command, "inspect") == 0) return do_inspect(cx, args);
    if (strcmp(command, "judge") == 0) return do_judge(cx, args);
    return FAIL(cx->arena, BAD_REQUEST, "there is no command %s", command);
}

int main(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "--help") == 0) {
        fputs(usage, argc < 2 ? stderr : stdout);
        return argc < 2 ? 2 : 0;
    }
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    TrainArgs args = {argc - 2, argv + 2};
    Fail fail = run(&cx, argv[1], &args);
    int code = fail ? problem_spec(fail->kind)->exit_code : 0;
    if (fail) say("cq-train: " STR_FMT, STR_ARG(fail->detail));
    arena_fini(&arena);
    return code;
}
