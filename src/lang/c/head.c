// lang/c/head.c - function heads as text. Attribute macros and #if branches can hide a function
// from the grammar; the brace that opens its body then still stands behind "name(...)".
#include "lang/c/c.h"

enum { HEAD_MAX_LINES = 6, PARAMS_MAX_BYTES = 4096, HEAD_MAX_PARTS = 4 };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

// Steps back over white space and block comments before `at`.
static uint32_t skip_back(Str text, uint32_t at)
{
    for (;;) {
        while (at && is_blank(text.ptr[at - 1])) at--;
        if (at < 4 || text.ptr[at - 1] != '/' || text.ptr[at - 2] != '*') return at;
        for (at -= 3; at && !(text.ptr[at] == '*' && text.ptr[at - 1] == '/'); at--) {}
        at = at ? at - 1 : 0;
    }
}

static Span name_ending_at(Str text, uint32_t end)
{
    uint32_t start = end;
    while (start && is_name_byte(text.ptr[start - 1])) start--;
    if (start < end && text.ptr[start] >= '0' && text.ptr[start] <= '9') start = end;
    return (Span){start, end};
}

Span c_name_before(Str text, uint32_t params)
{
    return name_ending_at(text, skip_back(text, params));
}

// The "(" that matches the ")" before `end`; `end` when there is none near.
static uint32_t open_paren(Str text, uint32_t end)
{
    uint32_t floor = end > PARAMS_MAX_BYTES ? end - PARAMS_MAX_BYTES : 0;
    int depth = 0;
    for (uint32_t at = end; at > floor; at--) {
        char c = text.ptr[at - 1];
        if (c == ')') depth++;
        if (c == '(' && --depth == 0) return at - 1;
        if (c == '{' || c == '}') break;
    }
    return end;
}

static bool is_upper(Str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] >= 'a' && name.ptr[i] <= 'z') return false;
    return name.len > 0;
}

static bool is_attribute(Str name)
{
    return is_upper(name) || str_starts(name, STR("__"));
}

static Str text_of(Str text, Span span)
{
    return str_sub(text, span.start, span.end);
}

static uint32_t line_start(Str text, uint32_t at)
{
    while (at && text.ptr[at - 1] != '\n') at--;
    return at;
}

// Whether the line [start, end) can be the first part of a head that goes on below it.
static bool is_head_line(Str text, uint32_t start, uint32_t end)
{
    Str line = str_trim(str_sub(text, start, end));
    if (!line.len || is_blank(text.ptr[start])) return false;
    return !strchr("#}/*{", line.ptr[0]) && !strchr(";{}/:)\\", line.ptr[line.len - 1]);
}

// NAME(first, ...) { in capitals defines what its first argument names.
static Span macro_argument(Str text, Span name, uint32_t params)
{
    if (!is_upper(text_of(text, name))) return name;
    uint32_t at = params + 1;
    while (at < text.len && is_blank(text.ptr[at])) at++;
    Span first = {at, at};
    while (first.end < text.len && is_name_byte(text.ptr[first.end])) first.end++;
    at = first.end;
    while (at < text.len && is_blank(text.ptr[at])) at++;
    bool whole = at < text.len && (text.ptr[at] == ',' || text.ptr[at] == ')');
    return whole && first.start < first.end ? first : name;
}

bool c_head_before(Str text, uint32_t brace, CHead *out)
{
    uint32_t end = brace, params = brace;
    Span name = {0};
    for (int i = 0; i < HEAD_MAX_PARTS; i++) { // f(int a) __releases(b) NOTHROW {
        end = skip_back(text, end);
        if (end && text.ptr[end - 1] == ')') {
            params = open_paren(text, end);
            if (params == end) return false;
            name = c_name_before(text, params);
        } else {
            name = name_ending_at(text, end);
            if (!is_attribute(text_of(text, name))) return false;
            end = name.start;
            continue;
        }
        uint32_t before = skip_back(text, name.start);
        bool more = before && text.ptr[before - 1] == ')';
        if (!more || !is_attribute(text_of(text, name))) break;
        end = before;
    }
    if (name.start == name.end || params == brace || c_is_keyword(text_of(text, name)))
        return false;
    uint32_t start = line_start(text, name.start);
    for (int i = 0; start && i < HEAD_MAX_LINES; i++) {
        uint32_t above = line_start(text, start - 1);
        if (!is_head_line(text, above, start)) break;
        start = above;
    }
    if (is_blank(text.ptr[start]) || text.ptr[start] == '#') return false;
    if (start == name.start) name = macro_argument(text, name, params);
    *out = (CHead){name, start};
    return true;
}

uint32_t c_body_end(Str text, uint32_t brace, uint32_t limit)
{
    // An #else or #endif right behind the brace: another branch has the body.
    uint32_t line = brace;
    for (bool first = true; line < limit; first = false) {
        while (line < limit && text.ptr[line] != '\n') line++;
        if (++line >= limit) break;
        Str rest = str_sub(text, line, limit);
        bool other = str_starts(rest, STR("#el")) || str_starts(rest, STR("#endif"));
        if (first && other) return brace + 1;
        if (rest.ptr[0] == '}') return line + 1;
    }
    return limit;
}
