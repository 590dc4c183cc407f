// door/mcp/complete.c - completion/complete: operations by name, files by the beginning of their
// path.
#include "base/vec.h"
#include "door/mcp/session_.h"
#include "door/mcp/uri.h"
#include "op/op.h"

enum { MOST_VALUES = 100 };

typedef VEC(Str) StrVec;

static void write_values(JsonWriter *w, const StrVec *values, size_t total)
{
    json_begin_object(w);
    json_key(w, "completion");
    json_begin_object(w);
    json_key(w, "values");
    json_begin_array(w);
    for (size_t i = 0; i < values->len; i++) json_write_str(w, values->items[i]);
    json_end(w);
    json_member_int(w, "total", (int64_t)total);
    json_member_bool(w, "hasMore", total > values->len);
    json_end(w);
    json_end(w);
}

static void offer(Arena *arena, StrVec *values, size_t *total, Str value, Str typed)
{
    if (!str_starts(value, typed)) return;
    if ((*total)++ < MOST_VALUES) VEC_PUSH(arena, values, value);
}

static void complete_op(Request *request, Str typed)
{
    StrVec values = {0};
    size_t total = 0;
    for (const char *const *name = op_names(); *name; name++)
        offer(&request->arena, &values, &total, str_from(*name), typed);
    write_values(&request->w, &values, total);
}

static void list_folder(Ctx *cx, Str folder, Str typed, StrVec *values, size_t *total)
{
    OsFile dir = OS_FILE_NONE;
    OsEntry *entries = NULL;
    size_t count = 0;
    Str path = folder.len ? folder : STR("/");
    if (os_open(cx, OS_CWD, str_cstr(cx->arena, path), OS_FOLLOW, &dir)) return;
    if (os_list(cx, dir, &entries, &count)) count = 0;
    os_close(&dir);
    for (size_t i = 0; i < count; i++) {
        const char *end = entries[i].type == OS_DIR ? "/" : "";
        Str value = str_format(cx->arena, STR_FMT "/%s%s", STR_ARG(folder), entries[i].name, end);
        offer(cx->arena, values, total, str_sub(value, 1, value.len), typed);
    }
}

// What is in the folder that was typed so far, when it is one of the workspace. The template is
// file:///{+path}: what is typed has no slash in front.
static void complete_path(Request *request, Str typed)
{
    StrVec values = {0};
    size_t total = 0;
    Arena *arena = &request->arena;
    StrList roots = request_roots(request);
    Str path = str_format(arena, "/" STR_FMT, STR_ARG(typed)), real;
    Str folder = str_sub(path, 0, str_find_last(path, '/'));
    for (size_t i = 0; i < roots.count; i++) {
        Str root = roots.items[i];
        offer(arena, &values, &total, str_sub(root, MIN(root.len, (size_t)1), root.len), typed);
        if (str_starts(path, root) && !os_real_path(&request->cx, str_cstr(arena, folder), &real) &&
            str_starts(real, root) && (real.len == root.len || real.ptr[root.len] == '/'))
            list_folder(&request->cx, folder, typed, &values, &total);
    }
    write_values(&request->w, &values, total);
}

void mcp_complete(Request *request)
{
    const Json *ref = request_param(request, "ref"), *arg = request_param(request, "argument");
    const Json *name = json_get(arg, STR("name")), *value = json_get(arg, STR("value"));
    const Json *type = json_get(ref, STR("type")), *uri = json_get(ref, STR("uri"));
    bool sound = name && name->kind == JK_STR && value && value->kind == JK_STR && type &&
                 type->kind == JK_STR;
    if (!sound) {
        request_fail(request, RPC_INVALID_PARAMS,
                     "completion needs ref.type, argument.name and argument.value");
        return;
    }
    StrVec none = {0};
    bool resource = str_eq(type->string, STR("ref/resource")) && uri && uri->kind == JK_STR;
    if (resource && str_starts(uri->string, STR("cq://op/"))) complete_op(request, value->string);
    else if (resource && str_starts(uri->string, STR("file:")))
        complete_path(request, value->string);
    else write_values(&request->w, &none, 0);
}
