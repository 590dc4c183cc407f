// base/problem.c
#include "base/problem.h"

#include "base/json.h"

static const ProblemSpec specs[] = {
#define PROBLEM(kind, slug, title, status, exit) {#kind, slug, title, status, exit},
#include "base/problem.def"
#undef PROBLEM
};

const ProblemSpec *problem_spec(ProblemKind kind)
{
    return &specs[kind];
}

Fail problem_new(Arena *arena, ProblemKind kind, const char *where, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    Str detail = str_format_args(arena, fmt, args);
    va_end(args);
    Problem *problem = ARENA_NEW(arena, Problem);
    *problem = (Problem){.kind = kind, .detail = detail, .where = where};
    return problem;
}

static Fail with(Arena *arena, Fail fail, const char *key, const Json *value)
{
    Problem *copy = ARENA_NEW(arena, Problem);
    *copy = *fail;
    Json *ext = json_new_object(arena);
    for (size_t i = 0; fail->ext && i < fail->ext->len; i++)
        json_set(arena, ext, fail->ext->members[i].key, fail->ext->members[i].value);
    json_set(arena, ext, str_from(key), value);
    copy->ext = ext;
    return copy;
}

Fail problem_with_str(Arena *arena, Fail fail, const char *key, Str value)
{
    return with(arena, fail, key, json_new_str(arena, value));
}

Fail problem_with_int(Arena *arena, Fail fail, const char *key, int64_t value)
{
    return with(arena, fail, key, json_new_int(arena, value));
}

Fail problem_with_cause(Arena *arena, Fail fail, Fail cause)
{
    Problem *copy = ARENA_NEW(arena, Problem);
    *copy = *fail;
    copy->cause = cause;
    return copy;
}

Fail problem_copy(Arena *arena, Fail fail)
{
    if (!fail) return NULL;
    Problem *copy = ARENA_NEW(arena, Problem);
    *copy = *fail;
    copy->detail = str_copy(arena, fail->detail);
    copy->instance = str_copy(arena, fail->instance);
    copy->ext = json_clone(arena, fail->ext);
    copy->cause = problem_copy(arena, fail->cause);
    return copy;
}

Str problem_to_json(Arena *arena, Fail fail)
{
    const ProblemSpec *spec = problem_spec(fail->kind);
    Buf buf = buf_on(arena);
    JsonWriter w = {.out = &buf};
    json_begin_object(&w);
    json_key(&w, "type");
    json_write_str(&w, str_format(arena, "urn:cq:problem:%s", spec->slug));
    json_member_str(&w, "title", str_from(spec->title));
    json_member_int(&w, "status", spec->status);
    json_member_str(&w, "detail", fail->detail);
    if (fail->instance.len) json_member_str(&w, "instance", fail->instance);
    for (size_t i = 0; fail->ext && i < fail->ext->len; i++) {
        json_key_str(&w, fail->ext->members[i].key);
        json_write(&w, fail->ext->members[i].value);
    }
    json_end(&w);
    return buf_str(&buf);
}
