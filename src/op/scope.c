// op/scope.c - "scope": what a session looks at, when its requests do not say.
#include "base/vec.h"
#include "op/scoped.h"

typedef struct ScopeArgs {
    Str action, name;
    StrList lang, in, glob;
    int64_t ttl;
} ScopeArgs;

static const char *const actions[] = {"get", "set", "clear", NULL};

static const Field args[] = {
    FIELD(ScopeArgs, action, STR, "what to do", .flags = FIELD_POSITIONAL, .choices = actions,
          .fallback = "get", .value_name = "ACTION"),
    FIELD(ScopeArgs, name, STR, "of the session; default: that of the request",
          .flags = FIELD_POSITIONAL, .value_name = "SESSION"),
    FIELD(ScopeArgs, lang, STRS, "set: only files of this language; may be repeated",
          .letter = 'l'),
    FIELD(ScopeArgs, in, STRS, "set: only this file or folder; may be repeated"),
    FIELD(ScopeArgs, glob, STRS, "set: only files that this glob takes; may be repeated",
          .letter = 'g'),
    FIELD(ScopeArgs, ttl, INT, "set: seconds until it is forgotten; 0: scope.ttl_seconds",
          .fallback = "0", .least = 0, .most = 315360000, .value_name = "SECONDS"),
    {0},
};

typedef struct ScopeSummary {
    Str action, session, limit;
    bool found;
    StrList lang, in, glob;
    int64_t left_s;
} ScopeSummary;

static const Field result[] = {
    FIELD(ScopeSummary, action, STR, "what was done"),
    FIELD(ScopeSummary, session, STR, "the session's name"),
    FIELD(ScopeSummary, found, BOOL, "it has a scope now"),
    FIELD(ScopeSummary, lang, STRS, "only files of these languages"),
    FIELD(ScopeSummary, in, STRS, "only these files and folders"),
    FIELD(ScopeSummary, glob, STRS, "only files that these globs take"),
    FIELD(ScopeSummary, left_s, INT, "seconds until it is forgotten"),
    FIELD(ScopeSummary, limit, STR, "what the shared store did not do; empty: nothing"),
    {0},
};

const void *scope_name_session(Arena *arena, const OpSpec *op, const void *arguments, Str session)
{
    const ScopeArgs *from = arguments;
    if (op != &op_scope || from->name.len) return arguments;
    ScopeArgs *named = ARENA_NEW(arena, ScopeArgs);
    *named = *from;
    named->name = session;
    return named;
}

static Fail act(Ctx *cx, const Env *env, const ScopeArgs *from, Str session, ScopeAnswer *out)
{
    Scope scope = {.lang = {from->lang.items, from->lang.count},
                   .in = {from->in.items, from->in.count},
                   .glob = {from->glob.items, from->glob.count}};
    bool any = scope.lang.count || scope.in.count || scope.glob.count;
    bool sets = str_eq(from->action, STR("set"));
    if (!sets && (any || from->ttl))
        return FAIL(cx->arena, BAD_REQUEST, "--lang, --in, --glob and --ttl are for set");
    if (sets && !any)
        return FAIL(cx->arena, BAD_REQUEST, "set takes --lang, --in or --glob; clear ends a scope");
    if (sets) return scope_set(cx, env->scopes, session, &scope, from->ttl, out);
    if (str_eq(from->action, STR("clear"))) return scope_clear(cx, env->scopes, session, out);
    return scope_get(cx, env->scopes, session, out);
}

static Fail run(Ctx *cx, const Env *env, const void *arguments, Result *out)
{
    const ScopeArgs *from = arguments;
    Str session = from->name;
    ScopeAnswer answer;
    if (!session.len)
        return FAIL(cx->arena, BAD_REQUEST,
                    "the request has no session: name one behind the action, or with --session");
    TRY(act(cx, env, from, session, &answer));
    ScopeSummary *summary = ARENA_NEW(cx->arena, ScopeSummary);
    const Scope *scope = &answer.scope;
    *summary = (ScopeSummary){.action = from->action,
                              .session = session,
                              .found = answer.found,
                              .lang = {scope->lang.items, scope->lang.count},
                              .in = {scope->in.items, scope->in.count},
                              .glob = {scope->glob.items, scope->glob.count},
                              .left_s = answer.left_s,
                              .limit = answer.limit};
    bool found = answer.found || str_eq(from->action, STR("clear"));
    *out = (Result){.summary = summary, .found = found, .root = out->root};
    return NULL;
}

static void text(Buf *out, const void *arguments, const Result *of, const TextStyle *style)
{
    (void)arguments, (void)style;
    const ScopeSummary *summary = of->summary;
    Scope scope = {.lang = {summary->lang.items, summary->lang.count},
                   .in = {summary->in.items, summary->in.count},
                   .glob = {summary->glob.items, summary->glob.count}};
    buf_addf(out, STR_FMT ": ", STR_ARG(summary->session));
    if (summary->found)
        buf_addf(out, STR_FMT "; for %lld s\n", STR_ARG(scope_text(out->arena, &scope)),
                 (long long)summary->left_s);
    else buf_add(out, STR("no scope\n"));
    if (summary->limit.len) buf_addf(out, "limit: " STR_FMT "\n", STR_ARG(summary->limit));
}

static const OpExample examples[] = {
    {"cq scope set agent-7 --lang go --in server --ttl 600",
     "what agent-7 looks at, for 10 minutes"},
    {"cq scope get agent-7", "what that is now"},
    {"cq find \"retry policy\" --session agent-7", "a question that looks there"},
    {0},
};

const OpSpec op_scope = {
    .name = "scope",
    .summary = "What a session looks at: languages, folders, globs, for a time",
    .details =
        "A request that carries a session (--session, CQ_SESSION; over HTTP a header) looks only "
        "at what the session's scope takes. --lang, --in and --glob of a request each go before "
        "the scope's; the answer's run.scope says what was applied, and what an operation cannot.\n"
        "A scope lives in the process that it was set in; with redis.url all processes of a "
        "workspace know it, so that single commands can use it. While Redis is away, scopes stay "
        "as a process last knew them, and answers say so.\n"
        "Exit status: 0; of get 1 when the session has no scope.",
    .examples = examples,
    .args = args,
    .args_size = sizeof(ScopeArgs),
    .result = result,
    .result_size = sizeof(ScopeSummary),
    .run = run,
    .text = text,
};
