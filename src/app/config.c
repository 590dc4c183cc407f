// app/config.c - the sources of the policy, from the weakest to the strongest.
#include "app/config.h"

#include <errno.h>

#include "op/op.h"

enum { MOST_BYTES = 1 << 20 };

static const PolicyNamespace namespaces[] = {
#define NAMESPACE(name, ttl_s) {#name, ttl_s, true, false},
#include "app/namespaces.def"
#undef NAMESPACE
};

// Never in the user's tree. A relative XDG_CACHE_HOME does not count (says its specification).
static Str cache_dir(Arena *arena)
{
    Str base = os_env("XDG_CACHE_HOME"), home = os_env("HOME");
    if (str_starts(base, STR("/"))) return str_join(arena, base, STR("/"), STR("cq"));
    if (str_starts(home, STR("/"))) return str_join(arena, home, STR("/"), STR(".cache/cq"));
    return STR("");
}

Policy *config_defaults(Arena *arena)
{
    PolicyHost host = {.cores = os_cpu_count(),
                       .cache_dir = cache_dir(arena),
                       .namespaces = namespaces,
                       .namespace_count = ARRAY_LEN(namespaces),
                       .commands = op_names()};
    return policy_new(arena, &host);
}

// --- which file ---

static Fail wants_file(Arena *arena, bool *out)
{
    Str text = os_env("CQ_USE_CONFIG");
    PolicySource source = {SOURCE_ENV, STR("CQ_USE_CONFIG"), 0, 0};
    *out = true;
    if (!text.ptr || policy_read_bool(text, out)) return NULL;
    return policy_problem(
        arena, &source, STR("CQ_USE_CONFIG"), text, STR("true or false"),
        str_format(arena, "it must be true or false, not \"" STR_FMT "\"", STR_ARG(text)));
}

Fail config_choose(Arena *arena, const ConfigOptions *options, ConfigFile *out)
{
    bool use;
    Str named = os_env("CQ_CONFIG");
    *out = (ConfigFile){0};
    if (options->file.len && options->no_file)
        return FAIL(arena, BAD_REQUEST, "--config and --no-config contradict each other");
    if (options->no_file) return NULL;
    if (options->file.len) {
        *out = (ConfigFile){CONFIG_NAMED, str_copy(arena, options->file), STR("option --config")};
        return NULL;
    }
    TRY(wants_file(arena, &use));
    if (!use) return NULL;
    if (named.ptr && !named.len)
        return FAIL(arena, BAD_REQUEST,
                    "environment CQ_CONFIG: it is empty; name a file, or unset it");
    *out = named.len
               ? (ConfigFile){CONFIG_NAMED, str_copy(arena, named), STR("environment CQ_CONFIG")}
               : (ConfigFile){CONFIG_WORKSPACE, STR(CONFIG_NAME), STR_NONE};
    return NULL;
}

// --- reading it ---

// The failure, with who named the file.
static Fail blame(Arena *arena, const ConfigFile *file, Fail fail)
{
    Str from = file->from;
    if (!from.len) return problem_with_str(arena, fail, "source", file->name);
    Problem *copy = ARENA_NEW(arena, Problem);
    *copy = *fail;
    copy->detail = str_format(arena, STR_FMT ": " STR_FMT, STR_ARG(from), STR_ARG(fail->detail));
    return problem_with_str(arena, copy, "source", from);
}

static Fail read_open(Ctx *cx, OsFile opened, const ConfigFile *file, Str *text)
{
    OsStat info;
    TRY(os_fstat(cx, opened, &info));
    if (info.type != OS_REGULAR)
        return FAIL(cx->arena, BAD_REQUEST, STR_FMT " is no regular file", STR_ARG(file->name));
    size_t got = 0, room = (size_t)MIN(info.size_bytes, MOST_BYTES) + 1;
    char *bytes = arena_alloc_raw(cx->arena, room);
    TRY(os_read(cx, opened, bytes, room, false, &got));
    *text = (Str){bytes, got};
    if (got < room) return NULL;
    return FAIL(cx->arena, TOO_LARGE, STR_FMT " is larger than %d bytes, or grows",
                STR_ARG(file->name), MOST_BYTES);
}

static Fail read_file(Ctx *cx, ConfigFile *file, OsFile root, Policy *policy)
{
    OsFile opened = OS_FILE_NONE;
    Str text = STR_NONE;
    bool named = file->kind == CONFIG_NAMED;
    int error = os_try_open(named ? OS_CWD : root, file->name.ptr, OS_FOLLOW, &opened);
    if (error == ENOENT && !named) {
        *file = (ConfigFile){0};
        return NULL;
    }
    Fail fail =
        error ? os_problem(cx, error, "open", file->name.ptr) : read_open(cx, opened, file, &text);
    os_close(&opened);
    return fail ? blame(cx->arena, file, fail) : config_read(cx->arena, file, text, policy);
}

// --- options ---

static Fail set_option(Arena *arena, Policy *policy, const char *key, Str text)
{
    PolicySetting setting = {0};
    if (!policy_find(policy, str_from(key), &setting))
        return FAIL(arena, INTERNAL, "no setting %s", key);
    PolicySource source = {SOURCE_OPTION, str_from(setting.spec->option), 0, 0};
    return policy_set(arena, policy, setting, text, &source);
}

static Fail set_options(Arena *arena, Policy *policy, const ConfigOptions *options)
{
    int64_t workers = options->cpu_workers;
    if (workers == CONFIG_DEFAULT_WORKERS) workers = policy_default_cpu_workers(os_cpu_count());
    if (workers >= 0)
        TRY(set_option(arena, policy, "parallelism.cpu_workers",
                       str_format(arena, "%lld", (long long)workers)));
    if (options->timeout_s >= 0)
        TRY(set_option(arena, policy, "engine.request_timeout_s",
                       str_format(arena, "%.15g", options->timeout_s)));
    return NULL;
}

static Fail set_override(Arena *arena, Policy *policy, Str text)
{
    PolicySource source = {SOURCE_OPTION, STR("override"), 0, 0};
    PolicySetting setting = {0};
    size_t equals = str_find(text, '=');
    Str key = str_sub(text, 0, equals), value = str_sub(text, equals + 1, text.len);
    if (!policy_find(policy, key, &setting))
        return policy_problem(arena, &source, key, value, STR_NONE, STR("no such setting"));
    return policy_set(arena, policy, setting, value, &source);
}

Fail config_load(Ctx *cx, const ConfigOptions *options, ConfigFile *file, OsFile root,
                 const Policy **out)
{
    Policy *policy = config_defaults(cx->arena);
    if (file->kind != CONFIG_NONE) TRY(read_file(cx, file, root, policy));
    TRY(policy_set_env(cx->arena, policy, os_env_all()));
    TRY(set_options(cx->arena, policy, options));
    for (const char *const *at = options->overrides; at && *at; at++)
        TRY(set_override(cx->arena, policy, str_from(*at)));
    TRY(policy_check(cx->arena, policy));
    *out = policy;
    return NULL;
}
