// fuzz/config.c - a file of settings, and (after a line "env") variables, one a line. What is taken
// is in range and reads back the same; what is not has a message that names its source.
#include <stdlib.h>

#include "app/config.h"
#include "base/json.h"
#include "base/vec.h"

static void check_fail(Fail fail)
{
    if (!fail->detail.len || fail->detail.len > 4096) abort();
    if (!json_get(fail->ext, STR("source"))) abort();
}

static void check_policy(Arena *arena, const Policy *policy)
{
    Policy *again = config_defaults(arena);
    for (PolicySetting at = {0}; policy_next(policy, &at);) {
        PolicySource source = policy_source(policy, at);
        if (source.kind == SOURCE_DEFAULT) continue;
        Str text = policy_text(arena, policy, at);
        if (policy_set(arena, again, at, text, &source)) abort();
        if (!str_eq(text, policy_text(arena, again, at))) abort();
    }
}

static const char *const *variables_of(Arena *arena, Str text)
{
    VEC(const char *) list = {0};
    for (Str line; str_next(&text, '\n', &line);)
        VEC_PUSH(arena, &list, str_cstr(arena, str_sub(line, 0, str_find(line, '\0'))));
    VEC_PUSH(arena, &list, NULL);
    return list.items;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char mark[] = "\nenv\n";
    Arena arena = {0};
    Str text = {(const char *)data, size};
    const char *split = memmem(text.ptr ? text.ptr : "", text.len, mark, sizeof mark - 1);
    size_t end = split ? (size_t)(split - text.ptr) : text.len;
    ConfigFile file = {size % 2 ? CONFIG_WORKSPACE : CONFIG_NAMED, STR("f"), STR_NONE};
    Policy *policy = config_defaults(&arena);
    Fail fail = config_read(&arena, &file, str_sub(text, 0, end), policy);
    if (!fail && split) {
        Str rest = str_sub(text, end + sizeof mark - 1, text.len);
        fail = policy_set_env(&arena, policy, variables_of(&arena, rest));
    }
    if (!fail) fail = policy_check(&arena, policy);
    if (fail) check_fail(fail);
    else check_policy(&arena, policy);
    arena_fini(&arena);
    return 0;
}
