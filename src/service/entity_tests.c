// service/entity_tests.c - what is a test: by the conventions in entity_tests.def.
#include "service/entity_.h"
#include "service/search.h"

typedef struct TestRule {
    LangId lang;
    uint32_t kinds;
    const char *prefix, *decorator, *path_end;
} TestRule;

static const TestRule rules[] = {
#define TEST_RULE(lang, kinds, prefix, decorator, path_end)                                        \
    {LANG_##lang, kinds, prefix, decorator, path_end},
#include "service/entity_tests.def"
#undef TEST_RULE
};

static bool rule_takes(FileFacts *file, const TestRule *rule, uint32_t index)
{
    const Def *def = &file->facts.defs[index];
    if (!(rule->kinds >> def->kind & 1) || !str_starts(def->name, str_from(rule->prefix)))
        return false;
    if (!str_ends(file->file->path, str_from(rule->path_end))) return false;
    if (!rule->decorator[0]) return true;
    Decorators decorators = entity_decorators(file, index);
    for (uint32_t i = 0; i < decorators.count; i++)
        if (entity_name_fits(decorators.items[i].name, str_from(rule->decorator))) return true;
    return false;
}

// test "name" { ... }: a function in name only.
static bool is_test_block(const FileFacts *file, uint32_t def)
{
    Str head = str_sub(file->text, file->facts.defs[def].full.start, file->text.len);
    if (file->facts.lang != LANG_zig || !str_starts(head, STR("test"))) return false;
    return head.len > 4 && strchr(" \t\"", head.ptr[4]);
}

bool entity_is_test(FileFacts *file, uint32_t def)
{
    if (is_test_block(file, def)) return true;
    for (size_t i = 0; i < ARRAY_LEN(rules); i++)
        if (rules[i].lang == file->facts.lang && rule_takes(file, &rules[i], def)) return true;
    return false;
}

bool entity_calls_are_tests(LangId lang, Str path)
{
    Str stem = path_stem(path);
    switch (lang) {
    case LANG_javascript:
    case LANG_typescript:
    case LANG_tsx: return role_of_path(path) == ROLE_TEST;
    case LANG_elixir: return str_ends(path, STR("_test.exs"));
    case LANG_lua:
    case LANG_ruby: return str_ends(stem, STR("_spec"));
    case LANG_scala:
        return str_ends(stem, STR("Suite")) || str_ends(stem, STR("Spec")) ||
               str_ends(stem, STR("Test"));
    default: return false;
    }
}

bool entity_call_is_test(const Call *call)
{
    static const char *const names[] = {"it", "test", "describe", "context", "property"};
    Str head = str_sub(call->callee, 0, str_find(call->callee, '.')); // it.only(...)
    if (str_starts(call->callee, STR("RSpec."))) head = call->name;
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq(head, str_from(names[i]))) return true;
    return false;
}

bool entity_lang_has_tests(LangId lang)
{
    for (size_t i = 0; i < ARRAY_LEN(rules); i++)
        if (rules[i].lang == lang) return true;
    static const LangId others[] = {LANG_javascript, LANG_typescript, LANG_tsx,  LANG_elixir,
                                    LANG_lua,        LANG_scala,      LANG_ruby, LANG_zig};
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        if (others[i] == lang) return true;
    return false;
}
