// app/config_test.c - files of settings: what is read, and the exact words for what is not.
#include "app/config.h"

#include "base/json.h"
#include "support/check.h"

typedef struct FileCase {
    const char *text;
    const char *key, *value, *source; // set, or
    const char *wants;                // the detail
} FileCase;

static const FileCase file_cases[] = {
    {"", "cache.shards", "8", "default", NULL},
    {"# only a comment\n", "cache.shards", "8", "default", NULL},
    {"---\n...\n", "cache.shards", "8", "default", NULL},
    {"~", "cache.shards", "8", "default", NULL},
    {"cache:\n", "cache.shards", "8", "default", NULL},
    {"cache: {shards: 3}", "cache.shards", "3", "f:1:17", NULL},
    {"\xEF\xBB\xBF"
     "cache:\n  shards: 3\n",
     "cache.shards", "3", "f:2:11", NULL},
    {"%YAML 1.1\n---\ncache:\r\n  shards: 3\r\n", "cache.shards", "3", "f:4:11", NULL},
    {"'cache':\n  \"shards\": 3 # three\n", "cache.shards", "3", "f:2:13", NULL},
    {"cache:\n  size_limit_bytes: 64M\n", "cache.size_limit_bytes", "64M", "f:2:21", NULL},
    {"cache:\n  enabled: no\n", "cache.enabled", "false", "f:2:12", NULL},
    {"cache:\n  eviction_policy: \"none\"\n", "cache.eviction_policy", "none", "f:2:20", NULL},
    {"cache:\n  namespaces:\n    cell:\n      ttl_seconds: 5\n",
     "cache.namespaces.cell.ttl_seconds", "5", "f:4:20", NULL},
    {"profiles:\n  search:\n    cpu_workers: 5\n", "profiles.search.cpu_workers", "5", "f:3:18",
     NULL},
    {"server:\n  preload: [a, \"b\"]\n", "server.preload", "a,b", "f:2:12", NULL},
    {"server:\n  preload:\n  - a\n  - b\n", "server.preload", "a,b", "f:3:3", NULL},
    {"server:\n  preload: []\n", "server.preload", "", "f:2:12", NULL},
    {"server:\n  preload: a,b\n", "server.preload", "a,b", "f:2:12", NULL},

    {"cahce:\n  shards: 3\n", NULL, NULL, NULL,
     "f:1:1: unknown key \"cahce\"; did you mean cache?"},
    {"cache:\n  shard: 3\n", NULL, NULL, NULL,
     "f:2:3: unknown key \"shard\" in cache; did you mean shards?"},
    {"cache:\n  zzz: 3\n", NULL, NULL, NULL, "f:2:3: unknown key \"zzz\" in cache"},
    {"'': 1\n", NULL, NULL, NULL, "f:1:1: unknown key \"\""},
    {"cache.shards: 3\n", NULL, NULL, NULL,
     "f:1:1: unknown key \"cache.shards\"; a dot stands for a new, indented line here"},
    {"profiles:\n  serach:\n    cpu_workers: 5\n", NULL, NULL, NULL,
     "f:2:3: unknown key \"serach\" in profiles; did you mean search?"},
    {"cache:\n  shards: 3\n  shards: 3\n", NULL, NULL, NULL,
     "f:3:3: cache.shards stands twice; first in line 2"},
    {"cache:\n  shards: 3\nlsp:\ncache:\n", NULL, NULL, NULL,
     "f:4:1: cache stands twice; first in line 1"},
    {"cache:\n  shards: 0\n", NULL, NULL, NULL,
     "f:2:11: cache.shards must be a whole number from 1 to 256, not \"0\""},
    {"cache:\n  shards: 0x8\n", NULL, NULL, NULL,
     "f:2:11: cache.shards must be a whole number from 1 to 256, not \"0x8\""},
    {"cache:\n  shards: \"8\"\n", NULL, NULL, NULL,
     "f:2:11: cache.shards must be a whole number from 1 to 256, not text in quotes"},
    {"cache:\n  shards:\n", NULL, NULL, NULL,
     "f:2:10: cache.shards must be a whole number from 1 to 256, not empty"},
    {"cache:\n  shards: null\n", NULL, NULL, NULL,
     "f:2:11: cache.shards must be a whole number from 1 to 256, not empty"},
    {"cache:\n  shards: [8]\n", NULL, NULL, NULL,
     "f:2:11: cache.shards must be a whole number from 1 to 256, not a list"},
    {"cache:\n  shards: {a: 8}\n", NULL, NULL, NULL,
     "f:2:11: cache.shards must be a whole number from 1 to 256, not a section with keys"},
    {"cache:\n  enabled: maybe\n", NULL, NULL, NULL,
     "f:2:12: cache.enabled must be true or false, not \"maybe\""},
    {"cache:\n  eviction_policy: lru\n", NULL, NULL, NULL,
     "f:2:20: cache.eviction_policy must be least-recently-used, least-recently-stored or none, "
     "not \"lru\""},
    {"cache: 3\n", NULL, NULL, NULL, "f:1:8: cache must be a section with keys"},
    {"cache: [a]\n", NULL, NULL, NULL, "f:1:8: cache must be a section with keys"},
    {"server:\n  preload: [[a]]\n", NULL, NULL, NULL,
     "f:2:13: server.preload must be names separated by commas, or nothing, not a list of lists "
     "or keys"},
    {"server:\n  preload: [\"a,b\"]\n", NULL, NULL, NULL,
     "f:2:13: server.preload must be names separated by commas, or nothing, not a name with a "
     "comma, or none"},
    {"server:\n  preload: [a b]\n", NULL, NULL, NULL,
     "f:2:12: server.preload must be names separated by commas, or nothing, not \"a b\""},
    {"- a\n", NULL, NULL, NULL, "f:1:1: the file must consist of sections with keys"},
    {"text\n", NULL, NULL, NULL, "f:1:1: the file must consist of sections with keys"},
    {"? [a]\n: b\n", NULL, NULL, NULL, "f:1:3: a key must be a plain name"},
    {"cache: &x\n  shards: 3\n", NULL, NULL, NULL,
     "f:1:8: anchors, aliases and tags are not allowed here"},
    {"cache: *x\n", NULL, NULL, NULL, "f:1:8: anchors, aliases and tags are not allowed here"},
    {"cache:\n  shards: !!int 3\n", NULL, NULL, NULL,
     "f:2:11: anchors, aliases and tags are not allowed here"},
    {"cache:\n  <<: {shards: 3}\n", NULL, NULL, NULL, "f:2:3: unknown key \"<<\" in cache"},
    {"cache:\n---\nlsp:\n", NULL, NULL, NULL,
     "f:2:1: a second document begins; only one is allowed"},
    {"cache:\n\tshards: 3\n", NULL, NULL, NULL,
     "f:2:1: not valid YAML: a tab indents it; use spaces"},
    {"cache: {shards: 3\n", NULL, NULL, NULL,
     "f:2:1: not valid YAML: did not find expected ',' or '}'"},
    {"cache:\n  shards: \"8\n", NULL, NULL, NULL,
     "f:3:1: not valid YAML: found unexpected end of stream"},
    {"a\x01: 1\n", NULL, NULL, NULL, "f: not valid YAML: control characters are not allowed"},
    {"cache:\n  shards: 3\xFF\n", NULL, NULL, NULL, "f: the file is not UTF-8 text"},
};

static Fail read_case(Arena *arena, ConfigKind kind, Str text, Policy **policy)
{
    ConfigFile file = {kind, STR("f"), STR_NONE};
    *policy = config_defaults(arena);
    return config_read(arena, &file, text, *policy);
}

static void test_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(file_cases); i++) {
        const FileCase *c = &file_cases[i];
        Arena arena = {0};
        Policy *policy;
        PolicySetting at = {0};
        Fail fail = read_case(&arena, CONFIG_WORKSPACE, str_from(c->text), &policy);
        if (c->wants) {
            if (!fail) fail_msg("%s: is taken", c->text);
            CHECK_STR(fail->detail, str_from(c->wants));
            assert_int_equal(fail->kind, PROBLEM_BAD_REQUEST);
            Str source = json_get(fail->ext, STR("source"))->string;
            assert_true(str_starts(fail->detail, source));
            arena_fini(&arena);
            continue;
        }
        if (fail) fail_msg("%s: %s", c->text, fail->detail.ptr);
        assert_true(policy_find(policy, str_from(c->key), &at));
        PolicySource source = policy_source(policy, at);
        CHECK_STR(policy_text(&arena, policy, at), str_from(c->value));
        CHECK_STR(policy_source_text(&arena, &source), str_from(c->source));
        arena_fini(&arena);
    }
}

// Every setting is read from its place in a file, if the file is one to be trusted.
static void test_every_setting(void **state)
{
    (void)state;
    Arena arena = {0};
    const Policy *names = config_defaults(&arena);
    for (PolicySetting at = {0}; policy_next(names, &at);) {
        Arena scratch = {0};
        Policy *policy;
        Buf text = buf_on(&scratch);
        Str rest = policy_key(&arena, names, at), part;
        for (size_t depth = 0; str_next(&rest, '.', &part); depth++) {
            buf_repeat(&text, ' ', depth * 2);
            buf_addf(&text, STR_FMT ":%s", STR_ARG(part), rest.len ? "\n" : "");
        }
        Str value = policy_text(&arena, names, at);
        if (!value.len && at.spec->type == POLICY_FOLDER) continue; // as another one says
        buf_addf(&text, " " STR_FMT "\n", STR_ARG(value.len ? value : STR("''")));
        Fail fail = read_case(&scratch, CONFIG_NAMED, buf_str(&text), &policy);
        if (fail) fail_msg("%s%s", buf_str(&text).ptr, fail->detail.ptr);
        assert_int_equal(policy_source(policy, at).kind, SOURCE_FILE);
        CHECK_STR(policy_text(&scratch, policy, at), value);
        fail = read_case(&scratch, CONFIG_WORKSPACE, buf_str(&text), &policy);
        assert_int_equal(fail != NULL, at.spec->is_protected);
        arena_fini(&scratch);
    }
    arena_fini(&arena);
}

// Where libyaml could be made to work or to nest without end.
static void test_bombs(void **state)
{
    (void)state;
    static const char *const units[] = {"[",   "{",  "- ", "? ",    "a:\n ",
                                        "&a ", "\"", "!",  "{a: [", "#"};
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        Arena arena = {0};
        Policy *policy;
        Buf text = buf_on(&arena);
        while (text.len < 1 << 20) buf_add(&text, str_from(units[i]));
        Fail fail = read_case(&arena, CONFIG_WORKSPACE, buf_str(&text), &policy);
        assert_int_equal(fail == NULL, units[i][0] == '#');
        if (fail) assert_true(fail->detail.len < 200);
        text.len = 0;
        buf_add(&text, STR("cache:\n  shards: "));
        while (text.len < 1 << 20) buf_add(&text, str_from(units[i]));
        fail = read_case(&arena, CONFIG_WORKSPACE, buf_str(&text), &policy);
        assert_non_null(fail);
        arena_fini(&arena);
    }
}

static void test_choose(void **state)
{
    (void)state;
    static const struct {
        ConfigOptions options;
        const char *wants;
        ConfigKind kind;
    } cases[] = {
        {{.no_file = false}, NULL, CONFIG_WORKSPACE},
        {{.file = {"x.yaml", 6}}, NULL, CONFIG_NAMED},
        {{.no_file = true}, NULL, CONFIG_NONE},
        {{.file = {"x", 1}, .no_file = true},
         "--config and --no-config contradict each other",
         CONFIG_NONE},
    };
    if (os_env("CQ_CONFIG").ptr || os_env("CQ_USE_CONFIG").ptr)
        skip(); // tests/cli/config has these
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        ConfigFile file;
        Fail fail = config_choose(&arena, &cases[i].options, &file);
        if (cases[i].wants) CHECK_STR(fail->detail, str_from(cases[i].wants));
        else assert_null(fail);
        assert_int_equal(file.kind, cases[i].kind);
        arena_fini(&arena);
    }
}

int app_config_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files),
        cmocka_unit_test(test_every_setting),
        cmocka_unit_test(test_bombs),
        cmocka_unit_test(test_choose),
    };
    return RUN_TESTS(tests);
}
