// bench/process.c - whole processes, as a user starts them: cq in turn with ripgrep and git grep.
#include "base/os_process.h"
#include "bench.h"

enum { OUTPUT_MOST = 1 << 30 };

static Fail nothing(const BenchEnv *env, void **state, uint64_t *bytes)
{
    (void)env;
    *state = NULL;
    *bytes = 0;
    return NULL;
}

static Fail spawn(const BenchEnv *env, const char *const *argv)
{
    Arena arena = {0};
    Ctx cx = ctx_child(env->cx, &arena);
    OsRun run = {.argv = argv, .dir = env->dir, .max_bytes = OUTPUT_MOST};
    Str output = {0};
    int code = 0;
    Fail fail = problem_copy(env->cx->arena, os_run(&cx, &run, &output, &code));
    arena_fini(&arena);
    if (!fail && code > 1)
        return FAIL(env->cx->arena, INTERNAL, "%s ended with status %d", argv[0], code);
    return fail;
}

#define SPAWN(env, ...) spawn((env), (const char *const[]){__VA_ARGS__, NULL})

static Fail cq_version(const BenchEnv *env, void *state)
{
    (void)state;
    return SPAWN(env, env->cq, "--version");
}

static Fail rg_version(const BenchEnv *env, void *state)
{
    (void)state;
    return SPAWN(env, "rg", "--version");
}

// How the pattern of a case is made from --pattern, and how each program is asked for it.
#define SEARCH_CASE(id, cq_flag, rg_flags, git_flag, text)                                         \
    static Fail cq_##id(const BenchEnv *env, void *state)                                          \
    {                                                                                              \
        (void)state;                                                                               \
        const char *pattern = str_format(env->cx->arena, text, env->pattern).ptr;                  \
        return SPAWN(env, env->cq, "search", cq_flag, "-s", "--classify", "none", "--format",      \
                     "lines", "--max-filesize", "0", "--", pattern);                               \
    }                                                                                              \
    static Fail rg_##id(const BenchEnv *env, void *state)                                          \
    {                                                                                              \
        (void)state;                                                                               \
        const char *pattern = str_format(env->cx->arena, text, env->pattern).ptr;                  \
        return SPAWN(env, "rg", "-n", rg_flags, "--", pattern);                                    \
    }                                                                                              \
    static Fail git_##id(const BenchEnv *env, void *state)                                         \
    {                                                                                              \
        (void)state;                                                                               \
        const char *pattern = str_format(env->cx->arena, text, env->pattern).ptr;                  \
        return SPAWN(env, "git", "grep", "-n", git_flag, "-e", pattern);                           \
    }

SEARCH_CASE(literal, "--literal", "-F", "-F", "%s")
SEARCH_CASE(word, "--word", "-w", "-w", "%s")
SEARCH_CASE(regex, "--regex", "--no-unicode", "-P", "[a-z]+_%s\\w*\\(")

static Fail cq_default(const BenchEnv *env, void *state)
{
    (void)state;
    return SPAWN(env, env->cq, "search", "--", env->pattern);
}

static Fail rg_default(const BenchEnv *env, void *state)
{
    (void)state;
    return SPAWN(env, "rg", "-n", "-w", "--", env->pattern);
}

#define CASE(case_name, says, other, ours, theirs)                                                 \
    {                                                                                              \
        .name = case_name, .what = says, .peer = other, .setup = nothing, .run = ours,             \
        .run_peer = theirs, .runs = 20                                                             \
    }

const BenchCase bench_process[] = {
    CASE("startup", "cq --version, whole process", "rg --version", cq_version, rg_version),
    CASE("literal-rg", "literal search, one line a hit", "rg -n -F", cq_literal, rg_literal),
    CASE("literal-git", "the same", "git grep -n -F", cq_literal, git_literal),
    CASE("word-rg", "whole-word search, one line a hit", "rg -n -w", cq_word, rg_word),
    CASE("word-git", "the same", "git grep -n -w", cq_word, git_word),
    CASE("regex-rg", "regular expression, one line a hit", "rg -n", cq_regex, rg_regex),
    CASE("regex-git", "the same", "git grep -n -P", cq_regex, git_regex),
    CASE("default-rg", "the default answer: classified and ranked", "rg -n -w", cq_default,
         rg_default),
    {0},
};
