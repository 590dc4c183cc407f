// runtime/policy_test.c - every row of the table, and the rules between settings.
#include "runtime/policy_spec.h"

#include <stdlib.h>

#include "base/json.h"

#include "support/check.h"

static const PolicyNamespace namespaces[] = {{"first", 120, true, false},
                                             {"second_one", 900, true, false}};
static const char *const commands[] = {"search", "sig-impact", NULL};

static Policy *new_policy(Arena *arena)
{
    return policy_new(arena, &(PolicyHost){.cores = 5,
                                           .cache_dir = STR("/home/x/.cache/cq"),
                                           .namespaces = namespaces,
                                           .namespace_count = ARRAY_LEN(namespaces),
                                           .commands = commands});
}

static PolicySetting find(const Policy *policy, const char *key)
{
    PolicySetting at = {0};
    if (!policy_find(policy, str_from(key), &at)) fail_msg("no setting %s", key);
    return at;
}

static Fail set(Arena *arena, Policy *policy, const char *key, const char *text,
                PolicySourceKind kind)
{
    PolicySource source = {kind, STR("here"), kind == SOURCE_FILE ? 7 : 0, 3};
    return policy_set(arena, policy, find(policy, key), str_from(text), &source);
}

static void check_text(const Policy *policy, const char *key, const char *text)
{
    Arena arena = {0};
    CHECK_STR(policy_text(&arena, policy, find(policy, key)), str_from(text));
    arena_fini(&arena);
}

// --- each row ---

static void good(Arena *arena, Policy *policy, PolicySetting at, Str text)
{
    PolicySource source = {SOURCE_FILE, STR("file"), 1, 1};
    Fail fail = policy_set(arena, policy, at, text, &source);
    if (fail) fail_msg("%s: %s", at.spec->key, fail->detail.ptr);
    assert_int_equal(policy_source(policy, at).kind, SOURCE_FILE);
}

static void bad(Arena *arena, Policy *policy, PolicySetting at, Str text)
{
    PolicySource source = {SOURCE_FILE, STR("file"), 7, 3};
    Str before = str_copy(arena, policy_text(arena, policy, at));
    Fail fail = policy_set(arena, policy, at, text, &source);
    if (!fail) fail_msg("%s takes \"%.*s\"", at.spec->key, STR_ARG(text));
    Str key = policy_key(arena, policy, at), allowed = policy_allowed(arena, at.spec);
    CHECK_STR(fail->detail, str_format(arena, "file:7:3: %s must be %s, not \"%.*s\"", key.ptr,
                                       allowed.ptr, STR_ARG(text)));
    CHECK_STR(json_get(fail->ext, STR("source"))->string, STR("file:7:3"));
    CHECK_STR(json_get(fail->ext, STR("key"))->string, key);
    CHECK_STR(json_get(fail->ext, STR("allowed"))->string, allowed);
    CHECK_STR(json_get(fail->ext, STR("value"))->string, text);
    CHECK_STR(policy_text(arena, policy, at), before);
}

static void check_number(Arena *arena, Policy *policy, PolicySetting at)
{
    static const char *const garbage[] = {
        "",    "x",  "-1",  "+1",  " 1",  "1 ",  "0x10",
        "010", "1e", "nan", "inf", "--1", "1,5", "99999999999999999999"};
    const PolicySpec *spec = at.spec;
    const char *format = spec->type == POLICY_REAL ? "%.15g" : "%.0f";
    double step = spec->type == POLICY_REAL ? 0.0005 : 1;
    for (size_t i = 0; i < ARRAY_LEN(garbage); i++) bad(arena, policy, at, str_from(garbage[i]));
    good(arena, policy, at, str_format(arena, format, spec->least));
    good(arena, policy, at, str_format(arena, format, spec->most));
    bad(arena, policy, at, str_format(arena, format, spec->most + 1));
    if (spec->least > 0) bad(arena, policy, at, str_format(arena, format, spec->least - step));
    if (spec->type != POLICY_REAL) bad(arena, policy, at, STR("1.5"));
    if (spec->type == POLICY_SIZE) good(arena, policy, at, STR("64M"));
}

static void check_bool(Arena *arena, Policy *policy, PolicySetting at)
{
    static const char *const yes[] = {"1", "true", "yes", "on", "TRUE", "On"};
    static const char *const no[] = {"0", "false", "no", "off", "False"};
    static const char *const garbage[] = {"", "2", "y", "truee", "nein", " true"};
    for (size_t i = 0; i < ARRAY_LEN(yes); i++) {
        good(arena, policy, at, str_from(yes[i]));
        CHECK_STR(policy_text(arena, policy, at), STR("true"));
    }
    for (size_t i = 0; i < ARRAY_LEN(no); i++) {
        good(arena, policy, at, str_from(no[i]));
        CHECK_STR(policy_text(arena, policy, at), STR("false"));
    }
    for (size_t i = 0; i < ARRAY_LEN(garbage); i++) bad(arena, policy, at, str_from(garbage[i]));
}

static void check_words(Arena *arena, Policy *policy, PolicySetting at)
{
    static const struct {
        PolicyType type;
        const char *good[4], *bad[7];
    } words[] = {
        {POLICY_FOLDER, {"/", "/tmp/x y"}, {"", "tmp", "./x", "~/x"}},
        {POLICY_PATH, {"", "x", "/tmp/a b"}, {NULL}},
        {POLICY_URL,
         {"", "http://localhost:4318/v1/traces", "https://x"},
         {"localhost", "ftp://x", "http://", "http:///x", "http://a b", "HTTP"}},
        {POLICY_TEXT, {"", "a: ", "\303\251 = x, y"}, {"a\n", "\t", "\177", "\303"}},
        {POLICY_NAMES, {"", "a", "a,b-c.d:e_9"}, {",", "a,", ",a", "a,,b", "a b", "\303\251"}},
    };
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        if (words[i].type != at.spec->type) continue;
        for (size_t j = 0; words[i].good[j]; j++) {
            good(arena, policy, at, str_from(words[i].good[j]));
            CHECK_STR(policy_text(arena, policy, at), str_from(words[i].good[j]));
        }
        for (size_t j = 0; words[i].bad[j]; j++) bad(arena, policy, at, str_from(words[i].bad[j]));
    }
    if (at.spec->type == POLICY_PATH) bad(arena, policy, at, (Str){"a\0b", 3});
}

static void test_each(void **state)
{
    (void)state;
    Arena arena = {0};
    Policy *policy = new_policy(&arena);
    size_t count = 0;
    for (PolicySetting at = {0}; policy_next(policy, &at); count++) {
        switch (at.spec->type) {
        case POLICY_INT:
        case POLICY_SIZE:
        case POLICY_REAL: check_number(&arena, policy, at); break;
        case POLICY_BOOL: check_bool(&arena, policy, at); break;
        case POLICY_CHOICE:
            for (size_t i = 0; at.spec->choices[i]; i++)
                good(&arena, policy, at, str_from(at.spec->choices[i]));
            bad(&arena, policy, at, STR(""));
            bad(&arena, policy, at, STR("least"));
            break;
        default: check_words(&arena, policy, at); break;
        }
    }
    assert_true(count > 45);
    arena_fini(&arena);
}

// What each row must have; a default is a value that the row itself takes.
static void test_rows(void **state)
{
    (void)state;
    Arena arena = {0};
    Policy *policy = new_policy(&arena);
    for (const PolicySpec *spec = policy_specs; spec->key; spec++) {
        if (!spec->help || !*spec->help) fail_msg("%s has no help", spec->key);
        if (spec->help[strlen(spec->help) - 1] == '.') fail_msg("%s: ends in .", spec->key);
        if (!spec->env[0]) fail_msg("%s has no variable", spec->key);
        if (!spec->fallback == !spec->computed) fail_msg("%s: default", spec->key);
        bool star = strchr(spec->key, '*') != NULL;
        if (star != (spec->each != POLICY_ONE)) fail_msg("%s: each", spec->key);
        if (spec->each == POLICY_PROFILE) find(policy, spec->computed);
        if (!spec->fallback) continue;
        PolicySource source = {SOURCE_FILE, STR("f"), 0, 0};
        assert_null(policy_set(&arena, policy, (PolicySetting){spec, 0}, str_from(spec->fallback),
                               &source));
    }
    arena_fini(&arena);
}

static void test_defaults(void **state)
{
    (void)state;
    Arena arena = {0};
    const Policy *policy = new_policy(&arena);
    assert_int_equal(policy->parallelism.cpu_workers, 4);
    assert_int_equal(policy->parallelism.io_workers, 8);
    assert_int_equal(policy->parallelism.lsp_request_workers, 4);
    assert_int_equal(policy->parallelism.query_partition_workers, 2);
    assert_int_equal(policy->parallelism.calls_file_workers, 4);
    assert_int_equal(policy->parallelism.run_step_workers, 4);
    assert_false(policy->parallelism.enable_process_pool);
    assert_int_equal(policy->lsp.timeout_ms, 2000);
    assert_int_equal(policy->lsp.startup_timeout_ms, 2000);
    assert_int_equal(policy->lsp.max_targets_search, 1);
    assert_int_equal(policy->lsp.max_targets_calls, 1);
    assert_int_equal(policy->lsp.max_targets_entity, 3);
    assert_true(policy->cache.enabled);
    assert_int_equal(policy->cache.ttl_seconds, 900);
    assert_int_equal(policy->cache.shards, 8);
    assert_true(policy->cache.timeout_seconds == 0.05);
    assert_int_equal(policy->cache.size_limit_bytes, 2LL << 30);
    assert_int_equal(policy->cache.cull_limit, 16);
    assert_int_equal(policy->cache.eviction_policy, EVICT_LEAST_USED);
    CHECK_STR(policy->cache.directory, STR("/home/x/.cache/cq"));
    assert_int_equal(policy->engine.max_concurrency, 8);
    assert_true(policy->engine.default_timeout_s == 300);
    assert_false(policy->runtime.allow_seed || policy->runtime.allow_swap);
    assert_int_equal(policy_namespace(policy, STR("second_one"))->ttl_seconds, 900);
    assert_null(policy_namespace(policy, STR("third")));
    for (PolicySetting at = {0}; policy_next(policy, &at);)
        assert_int_equal(policy_source(policy, at).kind, SOURCE_DEFAULT);
    assert_int_equal(policy_default_cpu_workers(1), 1);
    assert_int_equal(policy_default_cpu_workers(2), 1);
    assert_int_equal(policy_default_cpu_workers(64), 15);
    arena_fini(&arena);
}

// --- variables ---

typedef struct EnvCase {
    const char *env[4];
    const char *key, *text; // what it sets, or
    const char *wants;      // the detail
} EnvCase;

static const EnvCase env_cases[] = {
    {{"CQ_RUNTIME_CPU_WORKERS=3"}, "parallelism.cpu_workers", "3", NULL},
    {{"PATH=/bin", "CQ_LOG=x", "CQ_ROOT=y"}, "parallelism.cpu_workers", "4", NULL},
    {{"CQ_RUNTIME_LSP_REQUEST_WORKERS=9"}, "parallelism.lsp_request_workers", "9", NULL},
    {{"CQ_RUNTIME_SEMANTIC_REQUEST_WORKERS=9"}, "parallelism.lsp_request_workers", "9", NULL},
    {{"CQ_RUNTIME_LSP_TARGETS_ENTITY=9"}, "lsp.max_targets_entity", "9", NULL},
    {{"CQ_RUNTIME_ENABLE_PROCESS_POOL=off"}, "parallelism.enable_process_pool", "false", NULL},
    {{"CQ_RUNTIME_MAX_CONCURRENCY=3"}, "engine.max_concurrency", "3", NULL},
    {{"CQ_RUNTIME_DEFAULT_TIMEOUT_S=1.5"}, "engine.default_timeout_s", "1.5", NULL},
    {{"CQ_RUNTIME_CACHE_ENABLED=0"}, "cache.enabled", "false", NULL},
    {{"CQ_CACHE_ENABLED=0"}, "cache.enabled", "false", NULL},
    {{"CQ_CACHE_DIR=/x"}, "cache.directory", "/x", NULL},
    {{"CQ_CACHE_TTL_SECONDS=5"}, "cache.ttl_seconds", "5", NULL},
    {{"CQ_RUNTIME_CACHE_STATS_ENABLED=no"}, "cache.statistics_enabled", "false", NULL},
    {{"CQ_ALLOW_RUNTIME_SEED=1"}, "runtime.allow_seed", "true", NULL},
    {{"CQ_ALLOW_RUNTIME_SWAP=1"}, "runtime.allow_swap", "true", NULL},
    {{"CQ_EMBED_MODEL=/x", "CQ_EMBED_API_KEY=k"}, "embed.table", "/x", NULL},
    {{"CQ_RUNTIME_CACHE_NAMESPACE_SECOND_ONE_TTL_SECONDS=7"},
     "cache.namespaces.second_one.ttl_seconds",
     "7",
     NULL},
    {{"CQ_CACHE_TTL_FIRST_SECONDS=7"}, "cache.namespaces.first.ttl_seconds", "7", NULL},
    {{"CQ_RUNTIME_CACHE_ENABLE_FIRST=0"}, "cache.namespaces.first.enabled", "false", NULL},
    {{"CQ_RUNTIME_CACHE_EPHEMERAL_FIRST=1"}, "cache.namespaces.first.ephemeral", "true", NULL},
    {{"CQ_RUNTIME_PROFILE_SIG_IMPACT_CPU_WORKERS=2"}, "profiles.sig-impact.cpu_workers", "2", NULL},
    {{"CQ_CACHE_ENABLED=1", "CQ_RUNTIME_CACHE_ENABLED=yes"}, "cache.enabled", "true", NULL},
    {{"CQ_CACHE_SHARDS=2", "CQ_CACHE_SHARDS=3"}, "cache.shards", "2", NULL}, // as getenv
    {{"CQ_CACHE_SHARDS=2", "CQ_RUNTIME_CACHE_SHARDS=3"},
     NULL,
     NULL,
     "environment CQ_RUNTIME_CACHE_SHARDS: cache.shards is 3 here, but 2 in CQ_CACHE_SHARDS, "
     "another name for it; set one of them"},
    {{"CQ_RUNTIME_CPU_WORKERS=-1"},
     NULL,
     NULL,
     "environment CQ_RUNTIME_CPU_WORKERS: parallelism.cpu_workers must be a whole number from 0 "
     "to 1023, not \"-1\""},
    {{"CQ_RUNTIME_CPU_WORKERS"}, // no equals sign: not what getenv would find, but not valid either
     NULL,
     NULL,
     "environment CQ_RUNTIME_CPU_WORKERS: parallelism.cpu_workers must be a whole number from 0 "
     "to 1023, not \"\""},
    {{"CQ_RUNTIME_CPU_WORKER=1"},
     NULL,
     NULL,
     "environment CQ_RUNTIME_CPU_WORKER: no setting has this variable; did you mean "
     "CQ_RUNTIME_CPU_WORKERS?"},
    {{"CQ_CACHE_TTL_THIRD_SECONDS=1"},
     NULL,
     NULL,
     "environment CQ_CACHE_TTL_THIRD_SECONDS: no setting has this variable; did you mean "
     "CQ_CACHE_TTL_FIRST_SECONDS?"},
    {{"CQ_RUNTIME_=1"},
     NULL,
     NULL,
     "environment CQ_RUNTIME_: no setting has this variable; did you "
     "mean CQ_RUNTIME_CPU_WORKERS?"},
};

static void test_env(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(env_cases); i++) {
        const EnvCase *c = &env_cases[i];
        Arena arena = {0};
        Policy *policy = new_policy(&arena);
        const char *env[5] = {0};
        for (size_t j = 0; j < ARRAY_LEN(c->env); j++) env[j] = c->env[j];
        Fail fail = policy_set_env(&arena, policy, env);
        if (!c->wants) {
            if (fail) fail_msg("%s: %s", c->env[0], fail->detail.ptr);
            check_text(policy, c->key, c->text);
        } else {
            if (!fail) fail_msg("%s is taken", c->env[0]);
            CHECK_STR(fail->detail, str_from(c->wants));
            assert_int_equal(fail->kind, PROBLEM_BAD_REQUEST);
            assert_non_null(json_get(fail->ext, STR("source")));
            assert_non_null(json_get(fail->ext, STR("key")));
        }
        arena_fini(&arena);
    }
}

// No two settings share a variable, and each variable sets its own.
static void test_every_variable(void **state)
{
    (void)state;
    Arena arena = {0};
    const Policy *names = new_policy(&arena);
    for (PolicySetting at = {0}; policy_next(names, &at);)
        for (size_t i = 0; i < ARRAY_LEN(at.spec->env) && at.spec->env[i]; i++) {
            Arena scratch = {0};
            Policy *policy = new_policy(&scratch);
            Str variable = policy_env(&arena, names, at, i);
            Str value = policy_text(&scratch, policy, at);
            if (!value.len && at.spec->type == POLICY_FOLDER) value = STR("/as/another/says");
            const char *env[] = {
                str_format(&arena, STR_FMT "=" STR_FMT, STR_ARG(variable), STR_ARG(value)).ptr,
                NULL};
            Fail fail = policy_set_env(&scratch, policy, env);
            if (fail) fail_msg("%s: %s", env[0], fail->detail.ptr);
            PolicySource source = policy_source(policy, at);
            if (source.kind != SOURCE_ENV) fail_msg("%s sets something else", env[0]);
            CHECK_STR(source.name, variable);
            CHECK_STR(policy_source_text(&arena, &source),
                      str_format(&arena, "environment %s", variable.ptr));
            arena_fini(&scratch);
        }
    arena_fini(&arena);
}

// --- sources ---

static void test_order(void **state)
{
    (void)state;
    Arena arena = {0};
    Policy *policy = new_policy(&arena);
    const char *key = "engine.request_timeout_s";
    static const struct {
        PolicySourceKind kind;
        const char *text, *source;
    } steps[] = {{SOURCE_FILE, "1", "here:7:3"},
                 {SOURCE_ENV, "2.5", "environment here"},
                 {SOURCE_OPTION, "3", "option here"}};
    PolicySource source = policy_source(policy, find(policy, key));
    CHECK_STR(policy_source_text(&arena, &source), STR("default"));
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
        assert_null(set(&arena, policy, key, steps[i].text, steps[i].kind));
        check_text(policy, key, steps[i].text);
        source = policy_source(policy, find(policy, key));
        CHECK_STR(policy_source_text(&arena, &source), str_from(steps[i].source));
    }
    arena_fini(&arena);
}

// A long value is cut in what is said of it.
static void test_long_value(void **state)
{
    (void)state;
    Arena arena = {0};
    Policy *policy = new_policy(&arena);
    Buf text = buf_on(&arena);
    buf_repeat(&text, 'x', 100000);
    Fail fail = set(&arena, policy, "cache.shards", buf_str(&text).ptr, SOURCE_ENV);
    assert_true(fail->detail.len < 200);
    assert_int_equal(json_get(fail->ext, STR("value"))->string.len, 83);
    arena_fini(&arena);
}

// --- rules between settings ---

typedef struct RuleCase {
    struct {
        PolicySourceKind kind;
        const char *key, *text;
    } set[3];
    const char *key,
        *text; // afterwards; of the profile "search" when the key is "cpu" or "cpu_min"
    const char *wants;
} RuleCase;

static const RuleCase rule_cases[] = {
    {{{SOURCE_ENV, "parallelism.cpu_workers", "0"}}, "parallelism.cpu_workers_min", "0", NULL},
    {{{SOURCE_FILE, "parallelism.cpu_workers_min", "3"}}, "cpu_min", "3", NULL},
    {{{SOURCE_FILE, "parallelism.cpu_workers_min", "3"},
      {SOURCE_OPTION, "parallelism.cpu_workers", "1"}},
     "parallelism.cpu_workers_min",
     "1",
     NULL},
    {{{SOURCE_FILE, "parallelism.cpu_workers_min", "3"},
      {SOURCE_FILE, "parallelism.cpu_workers", "2"}},
     NULL,
     NULL,
     "here:7:3: parallelism.cpu_workers_min is 3, more than parallelism.cpu_workers, which is 2"},
    {{{SOURCE_ENV, "parallelism.io_workers_min", "9"}},
     NULL,
     NULL,
     "environment here: parallelism.io_workers_min is 9, more than parallelism.io_workers, which "
     "is 8"},
    {{{SOURCE_ENV, "workers.restart_backoff_ms", "6000"}},
     NULL,
     NULL,
     "environment here: workers.restart_backoff_ms is 6000, more than "
     "workers.restart_backoff_max_ms, which is 5000"},
    {{{SOURCE_FILE, "profiles.search.cpu_workers", "2"}}, "cpu", "2", NULL},
    {{{SOURCE_FILE, "profiles.sig-impact.cpu_workers", "2"}}, "cpu", "4", NULL},
    {{{SOURCE_FILE, "profiles.search.cpu_workers", "2"},
      {SOURCE_ENV, "parallelism.cpu_workers", "7"}},
     "cpu",
     "2",
     NULL},
    {{{SOURCE_FILE, "profiles.search.cpu_workers", "2"},
      {SOURCE_OPTION, "parallelism.cpu_workers", "7"}},
     "cpu",
     "7",
     NULL},
    {{{SOURCE_FILE, "profiles.search.cpu_workers", "0"}}, "cpu_min", "0", NULL},
    {{{SOURCE_FILE, "profiles.search.cpu_workers", "2"},
      {SOURCE_FILE, "profiles.search.cpu_workers_min", "2"}},
     "cpu_min",
     "2",
     NULL},
    {{{SOURCE_FILE, "profiles.search.cpu_workers", "2"},
      {SOURCE_FILE, "profiles.search.cpu_workers_min", "3"}},
     NULL,
     NULL,
     "here:7:3: profiles.search.cpu_workers_min is 3, more than profiles.search.cpu_workers, "
     "which is 2"},
    {{{SOURCE_FILE, "profiles.search.io_workers_min", "9"}},
     NULL,
     NULL,
     "here:7:3: profiles.search.io_workers_min is 9, more than parallelism.io_workers, which is 8"},
    {{{SOURCE_FILE, "profiles.search.cpu_workers_min", "3"},
      {SOURCE_OPTION, "parallelism.cpu_workers", "1"}},
     "cpu_min",
     "1",
     NULL},
};

static void test_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(rule_cases); i++) {
        const RuleCase *c = &rule_cases[i];
        Arena arena = {0};
        Policy *policy = new_policy(&arena);
        for (size_t j = 0; j < ARRAY_LEN(c->set) && c->set[j].key; j++)
            assert_null(set(&arena, policy, c->set[j].key, c->set[j].text, c->set[j].kind));
        Fail fail = policy_check(&arena, policy);
        if (c->wants) {
            if (!fail) fail_msg("case %zu passes", i);
            CHECK_STR(fail->detail, str_from(c->wants));
            arena_fini(&arena);
            continue;
        }
        if (fail) fail_msg("case %zu: %s", i, fail->detail.ptr);
        PolicyProfile profile = policy_profile(policy, STR("search"));
        int64_t wants = strtoll(c->text, NULL, 10);
        if (strcmp(c->key, "cpu") == 0) assert_int_equal(profile.cpu_workers, wants);
        else if (strcmp(c->key, "cpu_min") == 0) assert_int_equal(profile.cpu_workers_min, wants);
        else check_text(policy, c->key, c->text);
        arena_fini(&arena);
    }
}

// A profile shows the general setting until it has its own.
static void test_profile_texts(void **state)
{
    (void)state;
    Arena arena = {0};
    Policy *policy = new_policy(&arena);
    PolicySetting at = find(policy, "profiles.search.max_concurrency");
    assert_false(policy_is_own(policy, at));
    check_text(policy, "profiles.search.max_concurrency", "8");
    assert_null(set(&arena, policy, "engine.max_concurrency", "3", SOURCE_FILE));
    check_text(policy, "profiles.search.max_concurrency", "3");
    assert_null(set(&arena, policy, "profiles.search.max_concurrency", "5", SOURCE_FILE));
    assert_true(policy_is_own(policy, at));
    assert_int_equal(policy_profile(policy, STR("search")).max_concurrency, 5);
    assert_int_equal(policy_profile(policy, STR("nothing")).max_concurrency, 3);
    arena_fini(&arena);
}

int runtime_policy_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each),           cmocka_unit_test(test_rows),
        cmocka_unit_test(test_defaults),       cmocka_unit_test(test_env),
        cmocka_unit_test(test_every_variable), cmocka_unit_test(test_order),
        cmocka_unit_test(test_long_value),     cmocka_unit_test(test_rules),
        cmocka_unit_test(test_profile_texts),
    };
    return RUN_TESTS(tests);
}
