// retrieve/query_refs.c - the files, and lines of them, that a question names.
//
// A run of letters of paths with a '.' or '/' in it may be one; whether it is, the corpus tells.
// Its line stands behind it in one of the ways of compilers and stack traces:
//   src/dict.c:700   src/dict.c(700)   File "app.py", line 12   X.cs:line 12   app.py#L12
#include "retrieve/query_.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_path_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
           (unsigned char)c >= 0x80 || (c && strchr("_./\\-+@~$", c));
}

// The line that is told behind a path; 0 when none is.
static uint32_t line_behind(Str text)
{
    static const char *const leads[] = {"\", line ", "', line ", ":line ", ", line ",
                                        "#L",        "(",        ":"};
    for (size_t i = 0; i < ARRAY_LEN(leads); i++) {
        Str lead = str_from(leads[i]);
        if (!str_starts(text, lead)) continue;
        size_t at = lead.len;
        uint32_t line = 0;
        for (; at < text.len && is_digit(text.ptr[at]) && line < 100000000; at++)
            line = line * 10 + (uint32_t)(text.ptr[at] - '0');
        return line;
    }
    return 0;
}

// With '/' for '\'; "./" at the start and dots of the sentence at the end are no part of it.
static Str clean(Arena *arena, Str path)
{
    Str copy = str_copy(arena, path);
    char *at = (char *)(uintptr_t)copy.ptr;
    for (size_t i = 0; i < copy.len; i++)
        if (at[i] == '\\') at[i] = '/';
    while (str_ends(copy, STR(".")) || str_ends(copy, STR("/"))) copy.len--;
    while (str_starts(copy, STR("/")) || str_starts(copy, STR("./")))
        copy = str_sub(copy, 1, copy.len);
    return copy;
}

static bool may_be_path(Str path)
{
    return str_find(path, '/') < path.len ||
           (str_find_last(path, '.') < path.len && path.ptr[0] != '.');
}

static void add_ref(Arena *arena, Query *query, QueryRef *refs, Str path, uint32_t line)
{
    path = clean(arena, path);
    if (path.len < 3 || !may_be_path(path) || query->ref_count == QUERY_MOST_REFS) return;
    for (size_t i = 0; i < query->ref_count; i++)
        if (refs[i].line == line && str_eq(refs[i].path, path)) return;
    refs[query->ref_count++] = (QueryRef){path, line};
}

// The next run of letters of paths from *at on; empty at the end. *at is behind it afterwards.
static Str next_run(Str text, size_t *at)
{
    while (*at < text.len && !is_path_char(text.ptr[*at])) ++*at;
    size_t start = *at;
    while (*at < text.len && is_path_char(text.ptr[*at])) ++*at;
    return str_sub(text, start, *at);
}

void query_find_refs(Arena *arena, Query *query)
{
    Str text = query->text, run;
    QueryRef *refs = ARENA_ARRAY(arena, QueryRef, QUERY_MOST_REFS);
    for (size_t at = 0; (run = next_run(text, &at)).len > 0;)
        add_ref(arena, query, refs, run, line_behind(str_sub(text, at, text.len)));
    query->refs = refs;
}

void query_blank_paths(char *text, size_t len)
{
    Str whole = {text, len}, run;
    for (size_t at = 0; (run = next_run(whole, &at)).len > 0;)
        if (str_find(run, '/') < run.len || str_find(run, '\\') < run.len)
            memset(text + (run.ptr - text), ' ', run.len);
}
