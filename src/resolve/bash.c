// resolve/bash.c - Bash: functions of the script and of those that it sources. A command that is no
// function of the workspace is a program.
#include "resolve/langs.h"

static Str base_name(Str path)
{
    size_t at = str_find_last(path, '/');
    return at < path.len ? str_sub(path, at + 1, path.len) : path;
}

static Str joined(Resolver *r, Str folder, Str name)
{
    if (!folder.len) return name;
    return str_format(r->arena, STR_FMT "/" STR_FMT, STR_ARG(folder), STR_ARG(name));
}

// The file that is meant: as written from the script's folder or the root; behind a variable, the
// nearest or only one of that name.
static void import_script(Resolver *r, WorldFile *file, const NameImport *import, Values *out)
{
    Str path = import->module;
    while (str_starts(path, STR("./"))) path = str_sub(path, 2, path.len);
    bool written = str_find(path, '$') == path.len && !str_starts(path, STR("/"));
    uint32_t found = WORLD_NONE;
    if (written) {
        found = world_find(r->world, joined(r, file->folder, path));
        if (found == WORLD_NONE) found = world_find(r->world, path);
    }
    if (found == WORLD_NONE) {
        size_t count;
        Str name = base_name(path);
        found = world_find(r->world, joined(r, file->folder, name));
        const uint32_t *files = world_named(r->world, name, &count);
        if (found == WORLD_NONE && count == 1) found = files[0];
        if (found != WORLD_NONE) values_weaken(out, CERTAINTY_LIKELY, REASON_LAYOUT);
    }
    if (found != WORLD_NONE && found != file->number)
        values_add(r, out, (Value){.kind = VALUE_FILE, .file = found});
}

static void unbound(Resolver *r, WorldFile *file, uint32_t expr, Str name, Values *out)
{
    (void)file, (void)expr;
    size_t count;
    const DefRef *defs = world_defs(r->world, name, &count);
    *out = values_none(REASON_UNBOUND);
    for (size_t i = 0; i < count; i++)
        if (world_lang(r->world, defs[i].file) == LANG_bash) return;
    values_add(r, out, (Value){.kind = VALUE_EXTERNAL, .name = name});
}

const ResolveLang resolve_bash = {.import = import_script, .unbound = unbound};
