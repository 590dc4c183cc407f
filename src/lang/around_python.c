// lang/around_python.c - around_spans for Python: statements and suites by indentation.
//
// The text is split into logical lines (brackets, strings and backslashes join physical ones). A
// statement is a logical line with the deeper ones behind it and its else, except ... clauses. A
// statement without a place is cut, but the ends of every suite that stays are kept.
#include "lang/around_.h"

#include <ctype.h>

typedef struct Line { // a logical line that is neither blank nor a comment
    uint32_t start, indent;
    bool place;
    bool clause;    // else, elif, except, finally: goes on with the statement before
    bool decorator; // belongs to the statement behind
} Line;

typedef VEC(Line) LineVec;

typedef struct Lines {
    Arena *arena;
    Str text;
    uint32_t at;
    LineVec all;
    SpanVec *cuts;
} Lines;

static char byte_at(const Lines *lines, uint32_t at)
{
    return at < lines->text.len ? lines->text.ptr[at] : '\0';
}

static void skip_string(Lines *lines)
{
    char quote = byte_at(lines, lines->at);
    bool triple = byte_at(lines, lines->at + 1) == quote && byte_at(lines, lines->at + 2) == quote;
    lines->at += triple ? 3 : 1;
    while (lines->at < lines->text.len) {
        char c = byte_at(lines, lines->at);
        if (c == '\\') {
            lines->at += 2;
        } else if (c == quote && !triple) {
            break;
        } else if (c == quote && byte_at(lines, lines->at + 1) == quote &&
                   byte_at(lines, lines->at + 2) == quote) {
            lines->at += 2;
            break;
        } else if (c == '\n' && !triple) {
            return; // not closed: the line ends it
        } else {
            lines->at++;
        }
    }
    lines->at++;
}

// From the first byte of a logical line to behind its line end.
static void skip_logical_line(Lines *lines)
{
    int brackets = 0;
    while (lines->at < lines->text.len) {
        char c = byte_at(lines, lines->at);
        if (c == '"' || c == '\'') {
            skip_string(lines);
            continue;
        }
        if (c == '#')
            while (lines->at + 1 < lines->text.len && byte_at(lines, lines->at + 1) != '\n')
                lines->at++;
        else if (c == '\\') lines->at++;
        else if (c == '(' || c == '[' || c == '{') brackets++;
        else if (c == ')' || c == ']' || c == '}') brackets -= brackets > 0;
        lines->at++;
        if (c == '\n' && !brackets) return;
    }
}

static uint32_t skip_indent(Lines *lines)
{
    uint32_t indent = 0;
    for (;; lines->at++) {
        char c = byte_at(lines, lines->at);
        if (c == ' ') indent++;
        else if (c == '\t') indent += 8 - indent % 8;
        else if (c == '\r' || c == '\f') indent = c == '\f' ? 0 : indent;
        else return indent;
    }
}

static bool is_clause(Str rest)
{
    static const Str words[] = {{"else", 4}, {"elif", 4}, {"except", 6}, {"finally", 7}};
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_starts(rest, words[i]) && rest.len > words[i].len &&
            !isalnum((unsigned char)rest.ptr[words[i].len]) && rest.ptr[words[i].len] != '_')
            return true;
    return false;
}

static void split(Lines *lines)
{
    while (lines->at < lines->text.len) {
        uint32_t start = lines->at, indent = skip_indent(lines);
        char c = byte_at(lines, lines->at);
        if (c == '\n' || c == '#' || !c) { // no statement of its own
            while (lines->at < lines->text.len && byte_at(lines, lines->at) != '\n') lines->at++;
            lines->at++;
            continue;
        }
        Str rest = str_sub(lines->text, lines->at, lines->text.len);
        Line line = {start, indent, false, is_clause(rest), c == '@'};
        VEC_PUSH(lines->arena, &lines->all, line);
        skip_logical_line(lines);
    }
}

static void mark_places(Lines *lines, const uint32_t *offsets, size_t count)
{
    size_t line = 0;
    for (size_t i = 0; i < count; i++) {
        while (line + 1 < lines->all.len && lines->all.items[line + 1].start <= offsets[i]) line++;
        if (lines->all.len) lines->all.items[line].place = true;
    }
}

static uint32_t start_of(const Lines *lines, size_t line)
{
    return line < lines->all.len ? lines->all.items[line].start : (uint32_t)lines->text.len;
}

// The line behind the statement that begins at `first`.
static size_t statement_end(const Lines *lines, size_t first, size_t to)
{
    const Line *all = lines->all.items;
    uint32_t indent = all[first].indent;
    size_t end = first;
    while (end < to && all[end].decorator && all[end].indent == indent) end++;
    if (end < to) end++;
    while (end < to && (all[end].indent > indent || (all[end].indent == indent && all[end].clause)))
        end++;
    return end;
}

static bool any_place(const Lines *lines, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++)
        if (lines->all.items[i].place) return true;
    return false;
}

static void cut(Lines *lines, size_t from, size_t to)
{
    Span span = {start_of(lines, from), start_of(lines, to)};
    SpanVec *cuts = lines->cuts;
    if (cuts->len && cuts->items[cuts->len - 1].end == span.start)
        cuts->items[cuts->len - 1].end = span.end;
    else VEC_PUSH(lines->arena, cuts, span);
}

static void cut_suites(Lines *lines, size_t from, size_t to);

// The statements of one suite, lines [from, to). Its first and last stay when `keep_ends`: the
// signature of a definition ends before the one, the definition with the other.
static void cut_statements(Lines *lines, size_t from, size_t to, bool keep_ends)
{
    for (size_t i = from; i < to;) {
        size_t end = statement_end(lines, i, to);
        bool stays = any_place(lines, i, end) || (keep_ends && (i == from || end == to));
        if (stays) cut_suites(lines, i, end);
        else cut(lines, i, end);
        i = end;
    }
}

// The suites of a statement that stays: the runs of deeper lines in it.
static void cut_suites(Lines *lines, size_t from, size_t to)
{
    const Line *all = lines->all.items;
    for (size_t i = from; i < to;) {
        size_t end = i;
        while (end < to && all[end].indent > all[from].indent) end++;
        if (end > i) cut_statements(lines, i, end, true);
        i = MAX(end, i + 1);
    }
}

void around_python(Arena *arena, Str text, const uint32_t *offsets, size_t count, SpanVec *cuts)
{
    Lines lines = {.arena = arena, .text = text, .cuts = cuts};
    split(&lines);
    mark_places(&lines, offsets, count);
    cut_statements(&lines, 0, lines.all.len, false);
}
