// runtime/policy.c - the settings of policy_table.c: their names, values, sources and rules.
#include "runtime/policy_spec.h"

#include <math.h>
#include <stdlib.h>

#include "base/nearest.h"
#include "base/vec.h"

enum { LONGEST_SHOWN = 80 }; // bytes of a wrong value that a message repeats

typedef struct Origin {
    PolicySetting setting;
    PolicySource source;
} Origin;

struct PolicyOrigins {
    VEC(Origin) list;                  // short: nobody sets more than a few
    const PolicyNamespace *namespaces; // with their defaults
};

// --- places and names ---

static size_t items_of(const Policy *policy, const PolicySpec *spec)
{
    if (spec->each == POLICY_NAMESPACE) return policy->namespace_count;
    return spec->each == POLICY_PROFILE ? policy->profile_count : 1;
}

static const char *item_name(const Policy *policy, PolicySetting setting)
{
    switch (setting.spec->each) {
    case POLICY_NAMESPACE: return policy->namespaces[setting.item].name;
    case POLICY_PROFILE: return policy->profiles[setting.item].command;
    case POLICY_ONE: break;
    }
    return "";
}

static const void *place_in(const Policy *policy, PolicySetting setting)
{
    const void *base = policy;
    if (setting.spec->each == POLICY_NAMESPACE) base = &policy->namespaces[setting.item];
    if (setting.spec->each == POLICY_PROFILE) base = &policy->profiles[setting.item];
    return (const char *)base + setting.spec->offset;
}

static void *place_of(Policy *policy, PolicySetting setting)
{
    return (void *)(uintptr_t)place_in(policy, setting); // the policy is not frozen yet
}

bool policy_next(const Policy *policy, PolicySetting *at)
{
    if (!at->spec) *at = (PolicySetting){.spec = policy_specs};
    else at->item++;
    while (at->spec->key && at->item >= items_of(policy, at->spec))
        *at = (PolicySetting){.spec = at->spec + 1};
    return at->spec->key != NULL;
}

static char to_key(char c)
{
    return c;
}

static char to_variable(char c)
{
    if (c >= 'a' && c <= 'z') return (char)(c - 'a' + 'A');
    return c == '-' || c == '.' ? '_' : c;
}

// Does `text` read like `pattern` with `name` for its *?
static bool reads_like(Str text, const char *pattern, const char *name, char (*as)(char))
{
    Str whole = str_from(pattern);
    size_t star = str_find(whole, '*');
    if (star == whole.len) return str_eq(text, whole);
    Str before = str_sub(whole, 0, star), after = str_sub(whole, star + 1, whole.len);
    Str middle = str_from(name);
    if (text.len != before.len + middle.len + after.len) return false;
    if (!str_starts(text, before) || !str_ends(text, after)) return false;
    for (size_t i = 0; i < middle.len; i++)
        if (text.ptr[star + i] != as(middle.ptr[i])) return false;
    return true;
}

static Str fill_in(Arena *arena, const char *pattern, const char *name, char (*as)(char))
{
    Buf buf = buf_on(arena);
    for (const char *p = pattern; *p; p++) {
        if (*p != '*') buf_byte(&buf, *p);
        for (const char *n = name; *p == '*' && *n; n++) buf_byte(&buf, as(*n));
    }
    return buf_str(&buf);
}

Str policy_key(Arena *arena, const Policy *policy, PolicySetting setting)
{
    return fill_in(arena, setting.spec->key, item_name(policy, setting), to_key);
}

Str policy_env(Arena *arena, const Policy *policy, PolicySetting setting, size_t index)
{
    const PolicySpec *spec = setting.spec;
    if (index >= ARRAY_LEN(spec->env) || !spec->env[index]) return STR_NONE;
    return fill_in(arena, spec->env[index], item_name(policy, setting), to_variable);
}

bool policy_find(const Policy *policy, Str key, PolicySetting *out)
{
    PolicySetting at = {0};
    while (policy_next(policy, &at)) {
        if (!reads_like(key, at.spec->key, item_name(policy, at), to_key)) continue;
        *out = at;
        return true;
    }
    return false;
}

// --- values and texts ---

typedef struct Value {
    int64_t whole;
    double real;
    bool truth;
    Str text;
} Value;

static bool in_range(const PolicySpec *spec, double value)
{
    return value >= spec->least && value <= spec->most;
}

// No sign, and no leading zero: YAML of old reads 010 as eight.
static bool is_plain_number(Str text)
{
    if (!text.len || text.ptr[0] < '0' || text.ptr[0] > '9') return false;
    return text.len == 1 || text.ptr[0] != '0' || text.ptr[1] < '0' || text.ptr[1] > '9';
}

static bool read_real(Arena *arena, Str text, double *out)
{
    if (!is_plain_number(text) || text.len > 32) return false;
    for (size_t i = 0; i < text.len; i++)
        if (!text.ptr[i] || !strchr("0123456789+-.eE", text.ptr[i])) return false;
    char *end = NULL;
    *out = strtod(str_cstr(arena, text), &end);
    return !*end && isfinite(*out);
}

bool policy_read_bool(Str text, bool *out)
{
    static const char *const words[2][4] = {{"0", "false", "no", "off"},
                                            {"1", "true", "yes", "on"}};
    for (size_t truth = 0; truth < 2; truth++)
        for (size_t i = 0; i < ARRAY_LEN(words[0]); i++)
            if (str_eq_nocase(text, str_from(words[truth][i]))) {
                *out = truth;
                return true;
            }
    return false;
}

static bool is_url(Str text)
{
    size_t scheme = str_starts(text, STR("http://"))    ? 7
                    : str_starts(text, STR("https://")) ? 8
                                                        : 0;
    if (!scheme || text.len == scheme || text.ptr[scheme] == '/') return false;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] <= ' ' || text.ptr[i] == 0x7F) return false;
    return true;
}

static bool is_text(Str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < ' ' || text.ptr[i] == 0x7F) return false;
    return utf8_valid(text.ptr, text.len);
}

static bool are_names(Str text)
{
    if (!text.len) return true;
    if (str_ends(text, STR(","))) return false;
    for (Str name; str_next(&text, ',', &name);) {
        if (!name.len) return false;
        for (size_t i = 0; i < name.len; i++) {
            char c = name.ptr[i];
            bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
            if (!word && (!c || !strchr("_.:-", c))) return false;
        }
    }
    return true;
}

static bool read_choice(const PolicySpec *spec, Str text, int64_t *out)
{
    for (*out = 0; spec->choices[*out]; ++*out)
        if (str_eq(text, str_from(spec->choices[*out]))) return true;
    return false;
}

static bool read_value(Arena *arena, const PolicySpec *spec, Str text, Value *out)
{
    uint64_t size = 0;
    bool has_nul = text.len && memchr(text.ptr, '\0', text.len);
    out->text = text;
    switch (spec->type) {
    case POLICY_INT:
        return is_plain_number(text) && str_to_int(text, &out->whole) &&
               in_range(spec, (double)out->whole);
    case POLICY_SIZE:
        if (!is_plain_number(text) || !str_to_size(text, &size)) return false;
        out->whole = (int64_t)size;
        return in_range(spec, (double)size);
    case POLICY_REAL: return read_real(arena, text, &out->real) && in_range(spec, out->real);
    case POLICY_BOOL: return policy_read_bool(text, &out->truth);
    case POLICY_CHOICE: return read_choice(spec, text, &out->whole);
    case POLICY_FOLDER: return !has_nul && str_starts(text, STR("/"));
    case POLICY_PATH: return !has_nul;
    case POLICY_URL: return !text.len || is_url(text);
    case POLICY_TEXT: return is_text(text);
    case POLICY_NAMES: return are_names(text);
    }
    return false;
}

static void store(Arena *arena, const PolicySpec *spec, const Value *value, void *at)
{
    switch (spec->type) {
    case POLICY_INT:
    case POLICY_SIZE:
    case POLICY_CHOICE: *(int64_t *)at = value->whole; break;
    case POLICY_REAL: *(double *)at = value->real; break;
    case POLICY_BOOL: *(bool *)at = value->truth; break;
    case POLICY_FOLDER:
    case POLICY_PATH:
    case POLICY_URL:
    case POLICY_TEXT:
    case POLICY_NAMES: *(Str *)at = str_copy(arena, value->text); break;
    }
}

// 65536 is 64K, as users may write it.
static Str size_text(Arena *arena, int64_t bytes)
{
    static const char units[] = "KMG";
    size_t unit = 0;
    while (bytes && bytes % 1024 == 0 && unit < 3) {
        bytes /= 1024;
        unit++;
    }
    return str_format(arena, "%lld%.*s", (long long)bytes, unit > 0, unit ? units + unit - 1 : "");
}

static Str value_text(Arena *arena, const PolicySpec *spec, const void *at)
{
    switch (spec->type) {
    case POLICY_INT: return str_format(arena, "%lld", (long long)*(const int64_t *)at);
    case POLICY_SIZE: return size_text(arena, *(const int64_t *)at);
    case POLICY_REAL: return str_format(arena, "%.15g", *(const double *)at);
    case POLICY_BOOL: return *(const bool *)at ? STR("true") : STR("false");
    case POLICY_CHOICE: return str_from(spec->choices[*(const int64_t *)at]);
    case POLICY_FOLDER:
    case POLICY_PATH:
    case POLICY_URL:
    case POLICY_TEXT:
    case POLICY_NAMES: break;
    }
    return *(const Str *)at;
}

Str policy_default(Arena *arena, const Policy *policy, PolicySetting setting)
{
    const PolicySpec *spec = setting.spec;
    if (spec->each != POLICY_NAMESPACE)
        return str_from(spec->fallback ? spec->fallback : spec->computed);
    const void *at = (const char *)&policy->origins->namespaces[setting.item] + spec->offset;
    return value_text(arena, spec, at);
}

// What a profile leaves open is the general setting.
static bool general_of(const Policy *policy, const PolicySpec *spec, PolicySetting *out)
{
    return spec->each == POLICY_PROFILE && policy_find(policy, str_from(spec->computed), out);
}

bool policy_is_own(const Policy *policy, PolicySetting setting)
{
    if (setting.spec->each != POLICY_PROFILE) return true;
    return *(const int64_t *)place_in(policy, setting) >= 0;
}

Str policy_text(Arena *arena, const Policy *policy, PolicySetting setting)
{
    if (!policy_is_own(policy, setting)) (void)general_of(policy, setting.spec, &setting);
    return value_text(arena, setting.spec, place_in(policy, setting));
}

static Str choice_list(Arena *arena, const char *const *choices)
{
    Buf buf = buf_on(arena);
    for (size_t i = 0; choices[i]; i++)
        buf_addf(&buf, "%s%s", !i ? "" : choices[i + 1] ? ", " : " or ", choices[i]);
    return buf_str(&buf);
}

Str policy_allowed(Arena *arena, const PolicySpec *spec)
{
    switch (spec->type) {
    case POLICY_INT:
        return str_format(arena, "a whole number from %.0f to %.0f", spec->least, spec->most);
    case POLICY_SIZE:
        return str_format(arena, "a size in bytes from %s to %s, such as 64M",
                          size_text(arena, (int64_t)spec->least).ptr,
                          size_text(arena, (int64_t)spec->most).ptr);
    case POLICY_REAL:
        return str_format(arena, "a number from %.15g to %.15g", spec->least, spec->most);
    case POLICY_BOOL: return STR("true or false");
    case POLICY_CHOICE: return choice_list(arena, spec->choices);
    case POLICY_FOLDER: return STR("an absolute path");
    case POLICY_PATH: return STR("a path, or nothing");
    case POLICY_URL: return STR("an http:// or https:// address, or nothing");
    case POLICY_TEXT: return STR("text in one line, or nothing");
    case POLICY_NAMES: return STR("names separated by commas, or nothing");
    }
    return STR_NONE;
}

// --- sources and problems ---

static Origin *origin_of(const Policy *policy, PolicySetting setting)
{
    PolicyOrigins *origins = policy->origins;
    for (size_t i = 0; i < origins->list.len; i++) {
        Origin *origin = &origins->list.items[i];
        if (origin->setting.spec == setting.spec && origin->setting.item == setting.item)
            return origin;
    }
    return NULL;
}

PolicySource policy_source(const Policy *policy, PolicySetting setting)
{
    const Origin *origin = origin_of(policy, setting);
    return origin ? origin->source : (PolicySource){0};
}

Str policy_source_text(Arena *arena, const PolicySource *source)
{
    switch (source->kind) {
    case SOURCE_DEFAULT: break;
    case SOURCE_FILE:
        if (!source->line) return source->name;
        return str_format(arena, STR_FMT ":%u:%u", STR_ARG(source->name), source->line,
                          source->col);
    case SOURCE_ENV: return str_format(arena, "environment " STR_FMT, STR_ARG(source->name));
    case SOURCE_OPTION: return str_format(arena, "option " STR_FMT, STR_ARG(source->name));
    }
    return STR("default");
}

Fail policy_problem(Arena *arena, const PolicySource *source, Str key, Str value, Str allowed,
                    Str says)
{
    Str from = policy_source_text(arena, source);
    Fail fail = FAIL(arena, BAD_REQUEST, STR_FMT ": " STR_FMT, STR_ARG(from), STR_ARG(says));
    fail = problem_with_str(arena, fail, "source", str_copy(arena, from));
    if (key.len) fail = problem_with_str(arena, fail, "key", str_copy(arena, key));
    if (value.ptr) fail = problem_with_str(arena, fail, "value", str_copy(arena, value));
    if (allowed.len) fail = problem_with_str(arena, fail, "allowed", str_copy(arena, allowed));
    return fail;
}

static Str shown(Arena *arena, Str value)
{
    if (value.len <= LONGEST_SHOWN) return str_copy(arena, value);
    Str head = str_sub(value, 0, utf8_cut(value, LONGEST_SHOWN));
    return str_format(arena, STR_FMT "...", STR_ARG(head));
}

static Fail wrong_value(Arena *arena, const Policy *policy, PolicySetting setting, Str text,
                        const PolicySource *source)
{
    Str key = policy_key(arena, policy, setting), allowed = policy_allowed(arena, setting.spec);
    Str value = shown(arena, text);
    return policy_problem(arena, source, key, value, allowed,
                          str_format(arena, STR_FMT " must be " STR_FMT ", not \"" STR_FMT "\"",
                                     STR_ARG(key), STR_ARG(allowed), STR_ARG(value)));
}

// Two variables for one setting must agree: which of them was meant nobody can tell.
static Fail contradiction(Arena *arena, const Policy *policy, PolicySetting setting, Str before,
                          const PolicySource *first, const PolicySource *second)
{
    Str key = policy_key(arena, policy, setting), after = policy_text(arena, policy, setting);
    Str says = str_format(arena,
                          STR_FMT " is " STR_FMT " here, but " STR_FMT " in " STR_FMT
                                  ", another name for it; set one of them",
                          STR_ARG(key), STR_ARG(after), STR_ARG(before), STR_ARG(first->name));
    return policy_problem(arena, second, key, after, policy_allowed(arena, setting.spec), says);
}

Fail policy_set(Arena *arena, Policy *policy, PolicySetting setting, Str text,
                const PolicySource *source)
{
    Value value = {0};
    if (!read_value(arena, setting.spec, text, &value))
        return wrong_value(arena, policy, setting, text, source);
    Origin *origin = origin_of(policy, setting);
    Str before = policy_text(arena, policy, setting);
    store(arena, setting.spec, &value, place_of(policy, setting));
    bool again = origin && origin->source.kind == SOURCE_ENV && source->kind == SOURCE_ENV;
    if (again && !str_eq(before, policy_text(arena, policy, setting)))
        return contradiction(arena, policy, setting, before, &origin->source, source);
    if (!origin) {
        VEC_PUSH(arena, &policy->origins->list, (Origin){.setting = setting});
        origin = &policy->origins->list.items[policy->origins->list.len - 1];
    }
    if (again) return NULL; // the same value: the first name stays its source
    origin->source = *source;
    origin->source.name = str_copy(arena, source->name);
    return NULL;
}

// --- the environment ---

static const char *const prefixes[] = {"CQ_RUNTIME_",       "CQ_CACHE_",      "CQ_INDEX_",
                                       "CQ_ALLOW_RUNTIME_", "CQ_EMBED_MODEL", "CQ_PRELOAD",
                                       "CQ_SERVER_"};

static bool is_ours(Str variable)
{
    for (size_t i = 0; i < ARRAY_LEN(prefixes); i++)
        if (str_starts(variable, str_from(prefixes[i]))) return true;
    return false;
}

static bool find_by_env(const Policy *policy, Str variable, PolicySetting *out)
{
    for (PolicySetting at = {0}; policy_next(policy, &at);)
        for (size_t i = 0; i < ARRAY_LEN(at.spec->env) && at.spec->env[i]; i++)
            if (reads_like(variable, at.spec->env[i], item_name(policy, at), to_variable)) {
                *out = at;
                return true;
            }
    return false;
}

static Fail unknown_variable(Arena *arena, const Policy *policy, Str variable, Str value)
{
    PolicySource source = {SOURCE_ENV, variable, 0, 0};
    Nearest nearest = nearest_to(variable);
    for (PolicySetting at = {0}; policy_next(policy, &at);)
        for (size_t i = 0; i < ARRAY_LEN(at.spec->env) && at.spec->env[i]; i++)
            nearest_offer(&nearest, policy_env(arena, policy, at, i));
    Str says =
        str_format(arena, "no setting has this variable%s", nearest_phrase(arena, &nearest, ""));
    return policy_problem(arena, &source, variable, shown(arena, value), STR_NONE, says);
}

Fail policy_set_env(Arena *arena, Policy *policy, const char *const *env)
{
    for (; env && *env; env++) {
        if (strncmp(*env, "CQ_", 3) != 0) continue;
        Str whole = str_from(*env), name = str_sub(whole, 0, str_find(whole, '='));
        Str value = str_sub(whole, name.len + 1, whole.len);
        PolicySource source = {SOURCE_ENV, name, 0, 0};
        PolicySetting setting;
        if (!is_ours(name)) continue;
        if (!find_by_env(policy, name, &setting))
            return unknown_variable(arena, policy, name, value);
        const Origin *origin = origin_of(policy, setting);
        bool seen = origin && origin->source.kind == SOURCE_ENV;
        if (seen && str_eq(origin->source.name, name)) continue; // twice: getenv takes the first
        TRY(policy_set(arena, policy, setting, value, &source));
    }
    return NULL;
}

// --- defaults, and what settings must keep between them ---

int64_t policy_default_cpu_workers(int cores)
{
    return MIN(MAX(cores - 1, 1), 15); // with the caller, 16
}

Policy *policy_new(Arena *arena, const PolicyHost *host)
{
    Policy *policy = ARENA_NEW(arena, Policy);
    policy->origins = ARENA_NEW(arena, PolicyOrigins);
    policy->origins->namespaces = host->namespaces;
    policy->namespace_count = host->namespace_count;
    policy->namespaces = ARENA_ARRAY(arena, PolicyNamespace, host->namespace_count);
    for (size_t i = 0; i < host->namespace_count; i++) policy->namespaces[i] = host->namespaces[i];
    while (host->commands && host->commands[policy->profile_count]) policy->profile_count++;
    policy->profiles = ARENA_ARRAY(arena, PolicyProfile, policy->profile_count);
    for (size_t i = 0; i < policy->profile_count; i++)
        policy->profiles[i] = (PolicyProfile){host->commands[i], -1, -1, -1, -1, -1};
    for (PolicySetting at = {0}; policy_next(policy, &at);) {
        Value value = {0};
        if (!at.spec->fallback) continue;
        (void)read_value(arena, at.spec, str_from(at.spec->fallback), &value); // a test holds it
        store(arena, at.spec, &value, place_of(policy, at));
    }
    policy->parallelism.cpu_workers = policy_default_cpu_workers(host->cores);
    policy->parallelism.io_workers = MIN(MAX(host->cores, 8), 1024);
    policy->cache.directory = str_copy(arena, host->cache_dir);
    policy->index.directory = policy->cache.directory;
    return policy;
}

// --threads goes before a profile.
static bool threads_by_option(const Policy *policy)
{
    PolicySetting threads;
    return policy_find(policy, STR("parallelism.cpu_workers"), &threads) &&
           policy_source(policy, threads).kind == SOURCE_OPTION;
}

PolicyProfile policy_profile(const Policy *policy, Str command)
{
    const ParallelismPolicy *general = &policy->parallelism;
    PolicyProfile all = {NULL,
                         general->cpu_workers,
                         general->cpu_workers_min,
                         general->io_workers,
                         general->io_workers_min,
                         policy->engine.max_concurrency};
    const PolicyProfile *own = NULL;
    for (size_t i = 0; i < policy->profile_count; i++)
        if (str_eq(str_from(policy->profiles[i].command), command)) own = &policy->profiles[i];
    if (!own) return all;
    all.command = own->command;
    if (own->cpu_workers >= 0 && !threads_by_option(policy)) all.cpu_workers = own->cpu_workers;
    if (own->cpu_workers_min >= 0) all.cpu_workers_min = own->cpu_workers_min;
    if (own->io_workers >= 0) all.io_workers = own->io_workers;
    if (own->io_workers_min >= 0) all.io_workers_min = own->io_workers_min;
    if (own->max_concurrency >= 0) all.max_concurrency = own->max_concurrency;
    all.cpu_workers_min = MIN(all.cpu_workers_min, all.cpu_workers);
    all.io_workers_min = MIN(all.io_workers_min, all.io_workers);
    return all;
}

// A floor sinks with its ceiling when it was set by less than the ceiling was (a default by
// anything, the file by the environment); else the two contradict each other.
static Fail check_floor(Arena *arena, Policy *policy, int64_t *low, int64_t high,
                        const char *low_key, const char *high_key)
{
    PolicySetting floor_at, ceiling_at;
    if (*low <= high || !policy_find(policy, str_from(low_key), &floor_at) ||
        !policy_find(policy, str_from(high_key), &ceiling_at))
        return NULL;
    PolicySource source = policy_source(policy, floor_at);
    if (source.kind == SOURCE_DEFAULT || source.kind < policy_source(policy, ceiling_at).kind) {
        *low = high;
        return NULL;
    }
    Str says = str_format(arena, "%s is %lld, more than %s, which is %lld", low_key,
                          (long long)*low, high_key, (long long)high);
    return policy_problem(arena, &source, str_from(low_key), policy_text(arena, policy, floor_at),
                          str_format(arena, "at most %lld", (long long)high), says);
}

// The same for a floor of a profile; its ceiling may be the general one.
static Fail check_profile_floor(Arena *arena, Policy *policy, PolicyProfile *own, int64_t *low,
                                bool own_ceiling, const char *word)
{
    PolicyProfile all = policy_profile(policy, str_from(own->command));
    bool cpu = low == &own->cpu_workers_min;
    Str low_key = str_format(arena, "profiles.%s.%s_min", own->command, word);
    Str high_key = own_ceiling ? str_format(arena, "profiles.%s.%s", own->command, word)
                               : str_format(arena, "parallelism.%s", word);
    return check_floor(arena, policy, low, cpu ? all.cpu_workers : all.io_workers, low_key.ptr,
                       high_key.ptr);
}

static void follow_cache(Policy *policy)
{
    PolicySetting at;
    if (policy_find(policy, STR("index.directory"), &at) &&
        policy_source(policy, at).kind == SOURCE_DEFAULT)
        policy->index.directory = policy->cache.directory;
}

Fail policy_check(Arena *arena, Policy *policy)
{
    ParallelismPolicy *general = &policy->parallelism;
    WorkerPolicy *workers = &policy->workers;
    follow_cache(policy);
    TRY(check_floor(arena, policy, &general->cpu_workers_min, general->cpu_workers,
                    "parallelism.cpu_workers_min", "parallelism.cpu_workers"));
    TRY(check_floor(arena, policy, &general->io_workers_min, general->io_workers,
                    "parallelism.io_workers_min", "parallelism.io_workers"));
    TRY(check_floor(arena, policy, &workers->restart_backoff_ms, workers->restart_backoff_max_ms,
                    "workers.restart_backoff_ms", "workers.restart_backoff_max_ms"));
    for (size_t i = 0; i < policy->profile_count; i++) {
        PolicyProfile *own = &policy->profiles[i];
        bool own_cpu = own->cpu_workers >= 0 && !threads_by_option(policy);
        if (own->cpu_workers_min > 0)
            TRY(check_profile_floor(arena, policy, own, &own->cpu_workers_min, own_cpu,
                                    "cpu_workers"));
        if (own->io_workers_min > 0)
            TRY(check_profile_floor(arena, policy, own, &own->io_workers_min, own->io_workers >= 0,
                                    "io_workers"));
    }
    return NULL;
}

const PolicyNamespace *policy_namespace(const Policy *policy, Str name)
{
    for (size_t i = 0; i < policy->namespace_count; i++)
        if (str_eq(str_from(policy->namespaces[i].name), name)) return &policy->namespaces[i];
    return NULL;
}
