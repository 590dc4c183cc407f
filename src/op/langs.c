// op/langs.c
#include "op/langs.h"

const char *const *lang_values(void)
{
    static const char *const names[] = {
#define LANG(id) #id,
#include "lang/langs.def"
#undef LANG
        NULL,
    };
    return names;
}

Fail lang_from_arg(Arena *arena, Str name, LangId *out)
{
    if (lang_by_name(name, out)) return NULL;
    Str near = lang_nearest_name(name);
    if (near.len)
        return FAIL(arena, BAD_REQUEST,
                    "unknown language \"" STR_FMT "\"; did you mean " STR_FMT "?", STR_ARG(name),
                    STR_ARG(near));
    Buf known = buf_on(arena);
    for (const char *const *at = lang_values(); *at; at++)
        buf_addf(&known, "%s%s", at == lang_values() ? "" : ", ", *at);
    return FAIL(arena, BAD_REQUEST, "unknown language \"" STR_FMT "\"; known are %s", STR_ARG(name),
                buf_str(&known).ptr);
}
