// base/plugin.c
#include "base/plugin.h"

#include "base/os.h"

// The places where it may be, best first; ends with an empty one.
static void places(Ctx *cx, const char *variable, const char *beside, const char *name, Str out[3])
{
    Str folder = os_env(variable), program = STR_NONE;
    out[0] = out[1] = out[2] = STR_NONE;
    if (folder.len) {
        out[0] = str_format(cx->arena, STR_FMT "/%s", STR_ARG(folder), name);
        return;
    }
    if (os_real_path(cx, "/proc/self/exe", &program)) return;
    folder = str_sub(program, 0, str_find_last(program, '/'));
    out[0] = str_format(cx->arena, STR_FMT "/../%s/%s", STR_ARG(folder), beside, name);
    out[1] = str_format(cx->arena, STR_FMT "/%s", STR_ARG(folder), name);
}

void *plugin_open(Ctx *cx, Arena *arena, const char *file_name, Str *path, Str *why)
{
    Str where[3];
    void *library = NULL;
    OsStat stat;
    *why = STR("the program's folder is not known");
    places(cx, "CQ_PLUGIN_DIR", "lib/cq", file_name, where);
    for (size_t i = 0; !library && where[i].len; i++) {
        const char *at = str_cstr(arena, where[i]);
        Fail fail = os_stat(cx, OS_CWD, at, OS_FOLLOW, &stat);
        if (fail) *why = fail->detail;
        else library = os_library(cx, at, why);
        if (!fail && !library) return NULL; // there, and broken: look no further
        *path = str_from(at);
    }
    return library;
}

static Str find_in(Ctx *cx, const char *variable, const char *beside, const char *file_name)
{
    Str where[3];
    OsStat stat;
    places(cx, variable, beside, file_name, where);
    for (size_t i = 0; where[i].len; i++)
        if (os_try_stat(OS_CWD, str_cstr(cx->arena, where[i]), OS_FOLLOW, &stat) == 0)
            return where[i];
    return STR_NONE;
}

Str plugin_find(Ctx *cx, const char *file_name)
{
    return find_in(cx, "CQ_PLUGIN_DIR", "lib/cq", file_name);
}

Str plugin_find_data(Ctx *cx, const char *file_name)
{
    return find_in(cx, "CQ_DATA_DIR", "share/cq", file_name);
}
