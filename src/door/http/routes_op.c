// door/http/routes_op.c - /v1/op/{name}: one operation, its arguments in JSON or in the query.
#include "app/ask.h"
#include "base/digest.h"
#include "base/json.h"
#include "door/http/known.h"
#include "door/http/routes.h"
#include "door/http/text.h"

// ---- which operations

// Those that only look. The others change the cache or the index.
bool route_op_is_harmless(const OpSpec *op)
{
    static const char *const others[] = {"metrics", "status",  "doctor",
                                         "blame",   "history", "langs"};
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (str_eq(str_from(op->name), str_from(others[i]))) return true;
    return op->cell;
}

typedef struct AdminAction {
    const char *op, *action; // the value of its argument "action"
} AdminAction;

static const AdminAction admin_actions[] = {
    {"cache", "clear"},    {"cache", "evict"}, {"cache", "verify"},
    {"index", "rollback"}, {"index", "prune"}, {"index", "watch"},
};

static Str action_of(const OpSpec *op, const void *args)
{
    const Field *field = op->args;
    while (field->name && !str_eq(str_from(field->name), STR("action"))) field++;
    if (!field->name || field->type != FIELD_STR) return STR_NONE;
    return *(const Str *)(const void *)((const char *)args + field->offset);
}

bool route_op_is_admin(const OpSpec *op, const void *args)
{
    Str action = action_of(op, args);
    for (size_t i = 0; i < ARRAY_LEN(admin_actions); i++)
        if (str_eq(str_from(admin_actions[i].op), str_from(op->name)) &&
            str_eq(str_from(admin_actions[i].action), action))
            return true;
    return false;
}

// ---- arguments

static const Field *field_named(const OpSpec *op, Str name)
{
    for (const Field *field = op->args; field->name; field++)
        if (str_eq(str_from(field->name), name)) return field;
    return NULL;
}

static Fail refuse_local(Arena *arena, const OpSpec *op, Str name)
{
    Json *given = json_new_object(arena);
    json_set(arena, given, name, json_new_null(arena));
    return fields_refuse_local(arena, op->args, given);
}

// The query's arguments, one by one, as the command line would take them.
static Fail read_query(HttpCall *call, const OpSpec *op, void *args)
{
    Arena *arena = call_arena(call);
    Str rest = call_raw_query(call), raw_name, raw_value, name, value;
    record_set_defaults(arena, op->args, args);
    while (text_query_next(&rest, &raw_name, &raw_value)) {
        if (!text_decode(arena, raw_name, true, &name) ||
            !text_decode(arena, raw_value, true, &value))
            return FAIL(arena, BAD_REQUEST, "the query is not encoded UTF-8");
        if (str_eq(name, STR("workspace"))) continue;
        const Field *field = field_named(op, name);
        if (!field)
            return FAIL(arena, BAD_REQUEST, "%s takes no argument \"" STR_FMT "\"", op->name,
                        STR_ARG(name));
        if (field->flags & FIELD_LOCAL) TRY(refuse_local(arena, op, name));
        if (field->type == FIELD_BOOL && str_eq(value, STR("false"))) continue;
        TRY(field_set_text(arena, field, value, args));
    }
    return record_check(arena, op->args, args);
}

static Fail read_args(HttpCall *call, const OpSpec *op, const void **out)
{
    void *args = arena_alloc(call_arena(call), op->args_size);
    *out = args;
    if (!str_eq(call_method(call), STR("POST"))) return read_query(call, op, args);
    const Json *body = NULL;
    TRY(call_json(call, &body));
    TRY(fields_refuse_local(call_arena(call), op->args, body));
    return record_from_json(call_arena(call), op->args, body, args);
}

// ---- answers

static Known *known_of(HttpCall *call)
{
    return ((const ServeApp *)call_app(call))->known;
}

typedef struct Drain {
    size_t most;
    bool full;
} Drain;

static bool drain(void *arg, Buf *buf)
{
    Drain *limit = arg;
    limit->full = buf->len > limit->most;
    return !limit->full;
}

// A weak tag, as equal answers differ in "run".
static Str tag_text(Arena *arena, const Digest *tag)
{
    return str_format(arena, "W/\"" STR_FMT "\"", STR_ARG(str_sub(digest_hex(arena, tag), 0, 32)));
}

static bool client_has(HttpCall *call, const Digest *tag)
{
    Str text = tag_text(call_arena(call), tag);
    return text_has_tag(call_header(call, STR("if-none-match")), text);
}

static void reply_with_tag(HttpCall *call, const Digest *tag, Str content)
{
    bool same = client_has(call, tag);
    call_add_header(call, "ETag", tag_text(call_arena(call), tag));
    call_add_header(call, "Cache-Control", STR("private, no-cache"));
    if (same) call_reply(call, 304, STR_NONE, STR_NONE);
    else call_reply(call, 200, STR("application/json"), content);
}

typedef struct Asking { // of a GET with If-None-Match
    bool has_state;
    Digest state;
} Asking;

// True when the client's answer is known to hold still, which it was told.
static bool holds_still(HttpCall *call, const OpSpec *op, const void *args, Asking *out)
{
    Digest tag;
    *out = (Asking){0};
    if (!str_eq(call_method(call), STR("GET")) || !call_header(call, STR("if-none-match")).len)
        return false;
    out->has_state = known_state(call_cx(call), call_live(call), op, args, &out->state);
    if (!out->has_state || !known_tag(known_of(call), &out->state, &tag)) return false;
    if (!client_has(call, &tag)) return false;
    reply_with_tag(call, &tag, STR_NONE);
    return true;
}

static void answer(HttpCall *call, const OpSpec *op, const void *args, const RunInfo *info,
                   const Result *result, const Asking *asking)
{
    Arena *arena = call_arena(call);
    Buf buf = buf_on(arena);
    JsonWriter w = {.out = &buf};
    Drain limit = {.most = (size_t)server_spec(call_server(call))->limits.answer_bytes};
    answer_write(&w, op, info, result, &(AnswerDrain){drain, &limit});
    if (limit.full || buf.len > limit.most) {
        call_fail(call, FAIL(arena, TOO_LARGE,
                             "the answer is larger than %zu bytes; ask for less (limit, paths)",
                             limit.most));
        return;
    }
    if (!str_eq(call_method(call), STR("GET")) || result->problem || result->interrupted) {
        call_add_header(call, "Cache-Control", STR("no-store"));
        call_reply(call, 200, STR("application/json"), buf_str(&buf));
        return;
    }
    Digest tag = known_answer(arena, op, result);
    if (asking->has_state && !result->stale)
        known_keep(call_cx(call), known_of(call), call_live(call), op, args, &asking->state, &tag);
    reply_with_tag(call, &tag, buf_str(&buf));
}

static bool may_run(HttpCall *call, const OpSpec *op)
{
    if (route_op_is_harmless(op)) return true;
    if (str_eq(call_method(call), STR("POST"))) return true;
    call_add_header(call, "Allow", STR("POST, OPTIONS"));
    call_refuse(call, 405, "%s may change something: ask with POST", op->name);
    return false;
}

void route_op(HttpCall *call)
{
    const OpSpec *op = op_named(call_part(call, 0));
    const void *args = NULL;
    RunInfo info = {0};
    Result result = {0};
    Asking asking;
    if (!op) {
        call_refuse(call, 404, "no operation \"" STR_FMT "\"; /capz lists them",
                    STR_ARG(call_part(call, 0)));
        return;
    }
    if (!may_run(call, op)) return;
    Fail fail = read_args(call, op, &args);
    bool admin = !fail && route_op_is_admin(op, args);
    if (admin && !call_trusted(call)) {
        call_refuse(call, 403, "this takes something from others: it needs the token");
        route_audit(call, op->name, action_of(op, args));
        return;
    }
    if (!fail && holds_still(call, op, args, &asking)) return;
    if (!fail) fail = context_run(call_cx(call), call_context(call), op, args, &info, &result);
    if (fail) call_fail(call, fail);
    else answer(call, op, args, &info, &result, &asking);
    if (admin) route_audit(call, op->name, action_of(op, args));
}
