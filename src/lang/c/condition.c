// lang/c/condition.c - one pass over the lines in front of the place.
#include "lang/c/condition.h"

#include "base/vec.h"

typedef struct Branch {
    Str test;   // as an expression
    bool other; // behind #else
    bool guard;
} Branch;

typedef VEC(Branch) Branches;

static size_t line_end(Str text, size_t at) // of a line that may go on behind a backslash
{
    for (;;) {
        size_t end = at + str_find(str_sub(text, at, text.len), '\n');
        size_t last = end > at && text.ptr[end - 1] == '\r' ? end - 1 : end;
        if (end >= text.len || last == at || text.ptr[last - 1] != '\\') return end;
        at = end + 1;
    }
}

static Str without_comment(Str line)
{
    for (size_t i = 0; i + 1 < line.len; i++)
        if (line.ptr[i] == '/' && (line.ptr[i + 1] == '/' || line.ptr[i + 1] == '*'))
            return str_trim(str_sub(line, 0, i));
    return str_trim(line);
}

static Str first_word(Str text)
{
    size_t end = 0;
    while (end < text.len && ((text.ptr[end] | 32) >= 'a' && (text.ptr[end] | 32) <= 'z')) end++;
    return str_sub(text, 0, end);
}

// #ifndef NAME, and the next line defines it.
static bool is_guard(Str text, size_t next, Str name)
{
    Str line = str_trim(str_sub(text, next, line_end(text, next)));
    if (!str_starts(line, STR("#"))) return false;
    line = str_trim(str_sub(line, 1, line.len));
    if (!str_starts(line, STR("define"))) return false;
    Str rest = without_comment(str_sub(line, sizeof "define" - 1, line.len));
    return str_eq(rest, name);
}

static void open_branch(Arena *arena, Branches *open, Str word, Str test, Str text, size_t next)
{
    Branch branch = {.test = test};
    bool not_defined = str_eq(word, STR("ifndef"));
    if (not_defined || str_eq(word, STR("ifdef")))
        branch.test =
            str_format(arena, "%sdefined(" STR_FMT ")", not_defined ? "!" : "", STR_ARG(test));
    branch.guard = not_defined && !open->len && is_guard(text, next, test);
    VEC_PUSH(arena, open, branch);
}

static void read_directive(Arena *arena, Branches *open, Str line, Str text, size_t next)
{
    Str word = first_word(line), test = without_comment(str_sub(line, word.len, line.len));
    Branch *last = open->len ? &open->items[open->len - 1] : NULL;
    if (str_eq(word, STR("if")) || str_eq(word, STR("ifdef")) || str_eq(word, STR("ifndef"))) {
        open_branch(arena, open, word, test, text, next);
    } else if (last && str_eq(word, STR("elif"))) {
        *last = (Branch){.test = test};
    } else if (last && str_eq(word, STR("else"))) {
        last->other = !last->other;
    } else if (last && str_eq(word, STR("endif"))) {
        open->len--;
    }
}

static Str shown(Arena *arena, const Branch *branch)
{
    Str test = branch->test;
    if (!branch->other) return test;
    if (str_starts(test, STR("!defined(")) && str_find(test, ')') + 1 == test.len)
        return str_sub(test, 1, test.len);
    if (str_starts(test, STR("defined(")) && str_find(test, ')') + 1 == test.len)
        return str_format(arena, "!" STR_FMT, STR_ARG(test));
    return str_format(arena, "!(" STR_FMT ")", STR_ARG(test));
}

Str c_condition(Arena *arena, Str text, uint32_t offset)
{
    Branches open = {0};
    for (size_t at = 0, end; at < offset && at < text.len; at = end + 1) {
        end = line_end(text, at);
        Str line = str_trim(str_sub(text, at, end));
        if (end >= offset || !line.len || line.ptr[0] != '#') continue;
        read_directive(arena, &open, str_trim(str_sub(line, 1, line.len)), text, end + 1);
    }
    Str all = STR_NONE;
    for (size_t i = 0; i < open.len; i++) {
        if (open.items[i].guard && !open.items[i].other) continue;
        Str one = shown(arena, &open.items[i]);
        all = all.len ? str_format(arena, STR_FMT " && " STR_FMT, STR_ARG(all), STR_ARG(one)) : one;
    }
    return all;
}
