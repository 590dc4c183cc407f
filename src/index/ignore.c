// index/ignore.c
#include "index/ignore.h"

#include <errno.h>

#include "base/hash.h"

const IgnoreRules *ignore_add(Arena *arena, const IgnoreRules *up, size_t base, bool fold,
                              Str git_text, Str plain_text)
{
    IgnoreRules rules = {.up = up, .base = base, .git.fold = fold, .plain.fold = fold};
    glob_add_file(arena, &rules.git, git_text);
    glob_add_file(arena, &rules.plain, plain_text);
    if (!rules.git.len && !rules.plain.len) return up;
    rules.any_plain = rules.plain.len || (up && up->any_plain);
    if (up) rules.unknown = up->unknown;
    IgnoreRules *made = ARENA_NEW(arena, IgnoreRules);
    *made = rules;
    return made;
}

const IgnoreRules *ignore_add_unknown(Arena *arena, const IgnoreRules *up, Str path)
{
    IgnoreRules *made = ARENA_NEW(arena, IgnoreRules);
    *made = (IgnoreRules){.up = up, .any_plain = up && up->any_plain, .unknown = path};
    return made;
}

uint64_t ignore_sum(Str git_text, Str plain_text)
{
    uint64_t sums[] = {hash_str(git_text), hash_str(plain_text)};
    return hash_64(sums, sizeof sums);
}

bool ignore_has(const IgnoreRules *rules, Str path, Str name, bool is_dir)
{
    GlobVerdict verdict = GLOB_NONE;
    for (const IgnoreRules *at = rules; at && at->any_plain && !verdict; at = at->up)
        verdict = glob_match(&at->plain, str_sub(path, at->base, path.len), name, is_dir);
    for (const IgnoreRules *at = rules; at && !verdict; at = at->up)
        verdict = glob_match(&at->git, str_sub(path, at->base, path.len), name, is_dir);
    return verdict == GLOB_MATCH;
}

int ignore_read(Ctx *cx, OsFile dir, const char *path, OsOpen how, Str *text)
{
    enum { FIRST = 4096, MOST = 64 << 20 };
    OsFile file = OS_FILE_NONE;
    int error = os_try_open(dir, path, how, &file);
    if (error == ENOENT || error == ENOTDIR || error == ELOOP) return 0;
    if (error) return error;
    size_t cap = FIRST, len = 0, got = 0;
    char *buf = arena_alloc_raw(cx->arena, cap);
    for (;;) {
        error = os_try_read(file, buf + len, cap - len, true, &got);
        if (error) break;
        len += got;
        if (len < cap) break;
        if (cap >= MOST) error = EFBIG;
        if (error) break;
        buf = arena_grow(cx->arena, buf, cap, cap * 4);
        cap *= 4;
    }
    os_close(&file);
    if (error) return error == EISDIR ? 0 : error; // a folder of that name holds no rules
    arena_shrink(cx->arena, buf, cap, len);
    *text = (Str){buf, len};
    return 0;
}
