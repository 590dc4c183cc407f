// door/mcp/roots.c
#include "door/mcp/roots.h"

#include "base/os.h"
#include "door/mcp/uri.h"

Str mcp_root_names(Arena *arena, const StrList *roots)
{
    Buf names = buf_on(arena);
    for (size_t i = 0; i < roots->count; i++)
        buf_addf(&names, "%s" STR_FMT, i ? ", " : "", STR_ARG(roots->items[i]));
    return buf_str(&names);
}

// The workspace of the host that holds this folder; the folder itself where the client's roots are
// the workspaces; else empty.
static Str workspace_of(Arena *arena, const McpHost *host, Str folder)
{
    Ctx cx = {.arena = arena};
    Str real;
    if (!host->roots.count) return folder;
    if (os_real_path(&cx, str_cstr(arena, folder), &real)) return STR_NONE;
    for (size_t i = 0; i < host->roots.count; i++) {
        Str root = host->roots.items[i];
        bool inside = str_starts(real, root) && (real.len == root.len || real.ptr[root.len] == '/');
        if (inside) return root;
    }
    return STR_NONE;
}

static bool has(const StrList *list, Str item)
{
    for (size_t i = 0; i < list->count; i++)
        if (str_eq(list->items[i], item)) return true;
    return false;
}

StrList mcp_choose_roots(Arena *arena, const McpHost *host, const Json *list, StrList *given)
{
    size_t count = list && list->kind == JK_ARRAY ? MIN(list->len, (size_t)MCP_MOST_ROOTS) : 0;
    Str *folders = ARENA_ARRAY(arena, Str, count), *roots = ARENA_ARRAY(arena, Str, count);
    StrList chosen = {roots, 0};
    *given = (StrList){folders, 0};
    for (size_t i = 0; i < count; i++) {
        const Json *uri = json_get(list->items[i], STR("uri"));
        Str folder = uri && uri->kind == JK_STR ? mcp_uri_path(arena, uri->string) : STR_NONE;
        if (!folder.len) continue;
        folders[given->count++] = folder;
        Str root = workspace_of(arena, host, folder);
        if (root.len && !has(&chosen, root)) roots[chosen.count++] = root;
    }
    return chosen;
}
