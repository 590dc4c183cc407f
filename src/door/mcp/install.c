// door/mcp/install.c
#include "door/mcp/install.h"

#include "base/json.h"
#include "base/os_disk.h"
#include "index/universe.h"

enum { MOST_BYTES = 8 << 20, DEEPEST = 60, MOST_BACKUPS = 1000 };

typedef enum Shape {
    SHAPE_PLAIN, // {"command": C, "args": [...]}
    SHAPE_STDIO, // and "type": "stdio"
    SHAPE_LOCAL, // {"type": "local", "command": [C, ...], "enabled": true}
    SHAPE_TOML,  // [TABLE.cq] command = C, args = [...]
} Shape;

typedef struct Client {
    const char *name, *title, *file, *member;
    Shape shape;
    bool needs_root;
} Client;

static const Client clients[] = {
#define CLIENT(id, name, title, file, member, shape, needs_root)                                   \
    {name, title, file, member, shape, needs_root},
#include "door/mcp/clients.def"
#undef CLIENT
};

const char *const mcp_client_names[] = {
#define CLIENT(id, name, title, file, member, shape, needs_root) name,
#include "door/mcp/clients.def"
#undef CLIENT
    NULL,
};

enum { CLIENTS = sizeof clients / sizeof *clients };

static const Client *client_named(Str name)
{
    for (size_t i = 0; i < CLIENTS; i++)
        if (str_eq(name, str_from(clients[i].name))) return &clients[i];
    return NULL;
}

// --- the entry ---

static Json *arguments_of(Arena *arena, const InstallSpec *spec)
{
    Json *list = json_new_array(arena);
    if (spec->root.len) {
        json_push(arena, list, json_new_str(arena, STR("--root")));
        json_push(arena, list, json_new_str(arena, spec->root));
    }
    json_push(arena, list, json_new_str(arena, STR("mcp")));
    return list;
}

static const Json *entry_of(Arena *arena, const Client *client, const InstallSpec *spec)
{
    Json *entry = json_new_object(arena), *args = arguments_of(arena, spec);
    const Json *command = json_new_str(arena, spec->command);
    if (client->shape == SHAPE_LOCAL) {
        Json *line = json_new_array(arena);
        json_push(arena, line, command);
        for (size_t i = 0; i < args->len; i++) json_push(arena, line, args->items[i]);
        json_set(arena, entry, STR("type"), json_new_str(arena, STR("local")));
        json_set(arena, entry, STR("command"), line);
        json_set(arena, entry, STR("enabled"), json_new_bool(arena, true));
        return entry;
    }
    if (client->shape == SHAPE_STDIO)
        json_set(arena, entry, STR("type"), json_new_str(arena, STR("stdio")));
    json_set(arena, entry, STR("command"), command);
    json_set(arena, entry, STR("args"), args);
    return entry;
}

// --- JSON ---

static Str text_of(Arena *arena, const Json *value)
{
    Buf buf = buf_on(arena);
    JsonWriter w = {.out = &buf, .indent = 2};
    json_write(&w, value);
    buf_byte(&buf, '\n');
    return buf_str(&buf);
}

static bool too_deep(const Json *value, size_t levels)
{
    if (!levels) return true;
    for (size_t i = 0; i < value->len; i++) {
        bool array = value->kind == JK_ARRAY;
        if (too_deep(array ? value->items[i] : value->members[i].value, levels - 1)) return true;
    }
    return false;
}

// `object` with `key` as its last member, or in place of what it was.
static Json *with_member(Arena *arena, const Json *object, Str key, const Json *value)
{
    Json *out = json_new_object(arena);
    bool put = false;
    for (size_t i = 0; object && i < object->len; i++) {
        const JsonMember *member = &object->members[i];
        bool this = str_eq(member->key, key);
        json_set(arena, out, member->key, this ? value : member->value);
        put |= this;
    }
    if (!put) json_set(arena, out, key, value);
    return out;
}

static Fail merge_json(Arena *arena, const Client *client, const InstallSpec *spec, Str old,
                       Str *text, bool *same)
{
    const Json *document = NULL;
    Str member = str_from(client->member);
    if (str_trim(old).len) TRY(json_parse(arena, old, &document));
    const Json *servers = json_get(document, member);
    if (document && (document->kind != JK_OBJECT || too_deep(document, DEEPEST)))
        return FAIL(arena, BAD_REQUEST, "it is no JSON object, or nested too deep");
    if (servers && servers->kind != JK_OBJECT)
        return FAIL(arena, BAD_REQUEST, "\"%s\" is no JSON object", client->member);
    *same = json_get(servers, STR("cq")) != NULL;
    servers = with_member(arena, servers, STR("cq"), entry_of(arena, client, spec));
    *text = text_of(arena, with_member(arena, document, member, servers));
    return NULL;
}

// --- TOML: a table is added at the end, and what stands before it is not looked at closely ---

static void add_toml_string(Buf *out, Str value)
{
    JsonWriter w = {.out = out}; // a basic string has the same escapes
    json_write_str(&w, value);
}

static Str toml_table(Arena *arena, const Client *client, const InstallSpec *spec)
{
    Buf out = buf_on(arena);
    const Json *args = arguments_of(arena, spec);
    buf_addf(&out, "[%s.cq]\ncommand = ", client->member);
    add_toml_string(&out, spec->command);
    buf_add(&out, STR("\nargs = ["));
    for (size_t i = 0; i < args->len; i++) {
        if (i) buf_add(&out, STR(", "));
        add_toml_string(&out, args->items[i]->string);
    }
    buf_add(&out, STR("]\n"));
    return buf_str(&out);
}

static bool has_toml_table(Arena *arena, const Client *client, Str old)
{
    Str rest = old, line;
    Str plain = str_format(arena, "[%s.cq]", client->member);
    Str quoted = str_format(arena, "[%s.\"cq\"]", client->member);
    while (str_next(&rest, '\n', &line)) {
        Str text = str_trim(line);
        if (str_starts(text, plain) || str_starts(text, quoted)) return true;
    }
    return false;
}

static Fail merge_toml(Arena *arena, const Client *client, const InstallSpec *spec, Str old,
                       Str *text, bool *same)
{
    Buf out = buf_on(arena);
    Str inline_table = str_format(arena, "\n%s =", client->member);
    if (str_contains(str_format(arena, "\n" STR_FMT, STR_ARG(old)), inline_table))
        return FAIL(arena, BAD_REQUEST, "%s is written as one value", client->member);
    *same = has_toml_table(arena, client, old);
    buf_add(&out, old);
    if (old.len && !str_ends(old, STR("\n"))) buf_byte(&out, '\n');
    if (old.len) buf_byte(&out, '\n');
    buf_add(&out, toml_table(arena, client, spec));
    *text = buf_str(&out);
    return NULL;
}

static Fail merge(Arena *arena, const Client *client, const InstallSpec *spec, Str old, Str *text,
                  bool *same)
{
    if (client->shape == SHAPE_TOML) return merge_toml(arena, client, spec, old, text, same);
    return merge_json(arena, client, spec, old, text, same);
}

Fail mcp_install_merge(Arena *arena, const InstallSpec *spec, Str old, Str *text, bool *same)
{
    return merge(arena, client_named(spec->client), spec, old, text, same);
}

// What to add by hand, on a line.
static Str snippet_of(Arena *arena, const Client *client, const InstallSpec *spec)
{
    if (client->shape == SHAPE_TOML) return toml_table(arena, client, spec);
    Buf buf = buf_on(arena);
    JsonWriter w = {.out = &buf};
    Json *servers = with_member(arena, NULL, STR("cq"), entry_of(arena, client, spec));
    json_write(&w, with_member(arena, NULL, str_from(client->member), servers));
    return buf_str(&buf);
}

// --- files ---

static Fail file_of(Ctx *cx, const Client *client, Str workspace, Str *out)
{
    Str home = os_env("HOME"), config = os_env("XDG_CONFIG_HOME");
    Str file = str_from(client->file), rest = str_sub(file, 1, file.len);
    if (!config.len && home.len) config = str_format(cx->arena, STR_FMT "/.config", STR_ARG(home));
    Str base = file.ptr[0] == '.' ? workspace : file.ptr[0] == '@' ? config : home;
    if (!base.len)
        return FAIL(cx->arena, BAD_REQUEST, "HOME is not set: where is %s to be found?",
                    client->file);
    *out = str_format(cx->arena, STR_FMT STR_FMT, STR_ARG(base), STR_ARG(rest));
    return NULL;
}

// A file that is not there has no text. A link is followed: what it names is replaced.
static Fail read_old(Ctx *cx, Str *file, Str *old, bool *there)
{
    OsStat info;
    *old = STR_NONE;
    *there = !os_stat(cx, OS_CWD, file->ptr, OS_FOLLOW, &info);
    if (!*there) return NULL;
    TRY(os_real_path(cx, file->ptr, file));
    return os_read_file(cx, OS_CWD, file->ptr, MOST_BYTES, old);
}

static Fail keep_old(Ctx *cx, Str file, Str *backup)
{
    for (int i = 0; i < MOST_BACKUPS; i++) {
        *backup = str_format(cx->arena, STR_FMT ".cq-backup", STR_ARG(file));
        if (i) *backup = str_format(cx->arena, STR_FMT ".%d", STR_ARG(*backup), i);
        Fail fail = os_link(cx, OS_CWD, file.ptr, backup->ptr);
        const Json *error = fail ? json_get(fail->ext, STR("errno")) : NULL;
        if (!fail || !error || !str_eq(error->string, STR("EEXIST"))) return fail;
    }
    return FAIL(cx->arena, TOO_LARGE, "there are %d backups beside " STR_FMT "; remove some",
                MOST_BACKUPS, STR_ARG(file));
}

static Fail write_new(Ctx *cx, Str file, bool there, Str text, Buf *out)
{
    Str backup = STR_NONE;
    Str folder = str_copy(cx->arena, str_sub(file, 0, str_find_last(file, '/')));
    TRY(os_make_dirs(cx, folder.ptr, 0777));
    if (there) TRY(keep_old(cx, file, &backup));
    TRY(os_replace_file(cx, OS_CWD, file.ptr, text));
    buf_addf(out, "written: " STR_FMT "\n", STR_ARG(file));
    if (there) buf_addf(out, "as it was: " STR_FMT "\n", STR_ARG(backup));
    return NULL;
}

static Fail install(Ctx *cx, const Client *client, const InstallSpec *spec, Str workspace, Buf *out)
{
    InstallSpec own = *spec;
    Str file, old, text;
    bool there = false, same = false;
    if (client->needs_root && !own.root.len) own.root = workspace;
    TRY(file_of(cx, client, workspace, &file));
    TRY(read_old(cx, &file, &old, &there));
    Fail fail = merge(cx->arena, client, &own, old, &text, &same);
    if (fail)
        return FAIL(cx->arena, BAD_REQUEST,
                    STR_FMT ": " STR_FMT "; it is left alone. Add by hand: " STR_FMT, STR_ARG(file),
                    STR_ARG(fail->detail), STR_ARG(snippet_of(cx->arena, client, &own)));
    if (same) {
        buf_addf(out, STR_FMT " has an entry cq already; it is left alone\n", STR_ARG(file));
        return NULL;
    }
    if (spec->write) return write_new(cx, file, there, text, out);
    buf_addf(out, "# %s: " STR_FMT " would be%s; --write does it\n", client->title, STR_ARG(file),
             there ? " (its old text is kept beside it)" : " a new file");
    buf_add(out, text);
    return NULL;
}

static Fail list_all(Ctx *cx, Str workspace, Buf *out)
{
    size_t widest = 0;
    for (size_t i = 0; i < CLIENTS; i++) widest = MAX(widest, strlen(clients[i].name));
    for (size_t i = 0; i < CLIENTS; i++) {
        const Client *client = &clients[i];
        Str file, old, text;
        bool there = false, same = false;
        InstallSpec none = {.client = str_from(client->name)};
        TRY(file_of(cx, client, workspace, &file));
        Fail fail = read_old(cx, &file, &old, &there);
        if (!fail) fail = merge(cx->arena, client, &none, old, &text, &same);
        const char *state = !there ? "no file yet" : same ? "has cq" : "without cq";
        buf_addf(out, "%-*s  %-12s" STR_FMT "\n", (int)widest, client->name,
                 fail ? "not readable" : state, STR_ARG(file));
    }
    buf_add(out, STR("cq mcp install CLIENT shows what would be written; --write writes it\n"));
    return NULL;
}

Fail mcp_install(Ctx *cx, const InstallSpec *spec, Buf *out)
{
    Workspace workspace;
    TRY(workspace_open(cx, spec->root, !spec->root.len, &workspace));
    Str root = workspace.root;
    workspace_close(&workspace);
    if (!spec->client.len) return list_all(cx, root, out);
    InstallSpec own = *spec;
    if (own.root.len) own.root = root;
    return install(cx, client_named(spec->client), &own, root, out);
}
