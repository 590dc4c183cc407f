// lang/c/mask_branch.c - directives in the middle of a declaration, statement or list, hidden from
// the grammar, which knows them only between whole ones.
//
//   A(int n) :          static              if (a            { 1,
//   #ifdef X            #ifdef X            #ifdef X         #ifdef X
//     x_(n),            const               && b               2,
//   #endif              #endif              #endif           #endif
//     y_(n) {           int z;              ) {              3 };
//
// Of alternatives all are left where each ends with a comma; else the first one. So it is, too,
// where each opens the same blocks and does not close them: #ifdef X if (a) { #else if (b) {
// #endif.
#include "lang/c/c.h"

enum { GROUP_MOST_LINES = 60, BEFORE_MOST_BYTES = 600, MOST_DIRECTIVES = 16 };

typedef struct Group {               // #if ... #endif
    Span lines[MOST_DIRECTIVES + 1]; // its own directives, #endif last, without line ends
    uint32_t count;
} Group;

static uint32_t line_end(Str text, uint32_t at)
{
    const char *end = at < text.len ? memchr(text.ptr + at, '\n', text.len - at) : NULL;
    return end ? (uint32_t)(end - text.ptr) : (uint32_t)text.len;
}

// The directive of the line at `at`: "if" of "# ifdef X"; empty when it is none.
static Str directive(Str text, uint32_t at, uint32_t end)
{
    Str line = str_trim(str_sub(text, at, end));
    if (!str_starts(line, STR("#"))) return STR_NONE;
    line = str_trim(str_sub(line, 1, line.len));
    size_t len = 0;
    while (len < line.len && line.ptr[len] >= 'a' && line.ptr[len] <= 'z') len++;
    return str_sub(line, 0, len);
}

// False when it is too long, or one of its directives goes on in the next line.
static bool read_group(Str text, uint32_t at, Group *out)
{
    int depth = 0;
    *out = (Group){0};
    for (int i = 0; i < GROUP_MOST_LINES && at < text.len; i++) {
        uint32_t end = line_end(text, at);
        Str word = directive(text, at, end);
        bool opens = str_starts(word, STR("if")), closes = str_eq(word, STR("endif"));
        bool own =
            word.len && (depth == 0 || (depth == 1 && !opens && (closes || word.ptr[0] == 'e')));
        if (opens) depth++;
        if (closes) depth--;
        if (own) {
            bool more = text.ptr[end - 1] == '\\';
            if (more || out->count == MOST_DIRECTIVES) return false;
            out->lines[out->count++] = (Span){at, end};
        }
        if (!depth) return closes;
        at = end + 1;
    }
    return false;
}

// Behind the last byte of code in front of `at`: blanks and comments skipped.
static uint32_t code_before(Str text, uint32_t at, uint32_t limit)
{
    for (;;) {
        while (at > limit && strchr(" \t\r\n\\", text.ptr[at - 1])) at--;
        if (at < limit + 2) return at;
        if (text.ptr[at - 1] == '/' && text.ptr[at - 2] == '*') {
            for (at -= 2; at > limit + 1; at--)
                if (text.ptr[at - 2] == '/' && text.ptr[at - 1] == '*') break;
            at = at > limit + 1 ? at - 2 : limit;
            continue;
        }
        uint32_t line = at, comment = 0;
        while (line > limit && text.ptr[line - 1] != '\n') line--;
        for (uint32_t i = line; i + 1 < at && !comment; i++)
            if (text.ptr[i] == '/' && text.ptr[i + 1] == '/') comment = i + 1;
        if (!comment) return at;
        at = comment - 1;
    }
}

static char last_of(Str text, Span span)
{
    uint32_t end = code_before(text, span.end, span.start);
    return end > span.start ? text.ptr[end - 1] : '\0';
}

static Span branch(const Group *g, uint32_t i)
{
    return (Span){g->lines[i].end, g->lines[i + 1].start};
}

static bool all_end_with_comma(Str text, const Group *g)
{
    for (uint32_t i = 0; i + 1 < g->count; i++)
        if (last_of(text, branch(g, i)) != ',') return false;
    return true;
}

// Where the code before `at` stands: in parentheses, or behind the ":" of a constructor.
static bool in_middle(Str text, uint32_t at)
{
    uint32_t limit = at > BEFORE_MOST_BYTES ? at - BEFORE_MOST_BYTES : 0;
    int depth = 0;
    for (; at > limit; at--) {
        char c = text.ptr[at - 1];
        if (strchr(";{}#'", c)) return false;
        if (c == '"') {
            for (at--; at > limit && text.ptr[at - 1] != '"' && text.ptr[at - 1] != '\n';) at--;
            continue;
        }
        if (c == '(' && depth-- == 0) return true;
        depth += c == ')';
        bool single = c == ':' && at > 1 && text.ptr[at - 2] != ':' && text.ptr[at] != ':';
        if (!single || depth) continue;
        uint32_t before = code_before(text, at - 1, limit);
        if (before > limit && text.ptr[before - 1] == ')') return true;
    }
    return false;
}

static bool goes_on(Str text, Span span) // with a word that something must follow
{
    static const char *const words[] = {"else",    "static",  "inline",   "const",    "constexpr",
                                        "extern",  "virtual", "explicit", "unsigned", "signed",
                                        "typedef", "struct",  "friend",   "volatile"};
    uint32_t end = code_before(text, span.end, span.start), start = end;
    while (start > span.start && text.ptr[start - 1] >= 'a' && text.ptr[start - 1] <= 'z') start--;
    Str word = str_sub(text, start, end);
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq(word, str_from(words[i]))) return true;
    return false;
}

// How many blocks are opened and not closed; less than 0: closed and not opened.
static int opened(Str text, Span span)
{
    int depth = 0;
    for (uint32_t i = span.start; i < span.end; i++) {
        char c = text.ptr[i], next = i + 1 < span.end ? text.ptr[i + 1] : '\0';
        if (c == '/' && next == '/') i = line_end(text, i);
        if (c == '/' && next == '*')
            for (i += 2; i + 1 < span.end && !(text.ptr[i] == '*' && text.ptr[i + 1] == '/');) i++;
        if (c == '"' || c == '\'')
            for (i++; i < span.end && text.ptr[i] != c && text.ptr[i] != '\n'; i++)
                i += text.ptr[i] == '\\';
        depth += (c == '{') - (c == '}');
    }
    return depth;
}

// In a function: what is not indented may be several definitions.
static bool splits_blocks(Str text, const Group *g)
{
    Span first = branch(g, 0);
    uint32_t at = first.start + 1;
    int depth = opened(text, first);
    if (!depth || at >= first.end || !strchr(" \t", text.ptr[at])) return false;
    for (uint32_t i = 1; i + 1 < g->count; i++)
        if (opened(text, branch(g, i)) != depth) return false;
    return true;
}

static bool is_fragment(Str text, const Group *g, bool *keep_all)
{
    uint32_t at = code_before(text, g->lines[0].start, 0), line = at;
    *keep_all = all_end_with_comma(text, g);
    while (line && text.ptr[line - 1] != '\n') line--;
    if (at && !directive(text, line, at).len) {
        char before = text.ptr[at - 1];
        if ((before == ',' || before == '{') && *keep_all) return true;
        if (strchr("(=&|+?", before)) return true;
        if (!strchr(";}", before) && in_middle(text, at)) return true;
    }
    return goes_on(text, branch(g, 0)) || splits_blocks(text, g);
}

static void hide(char *copy, Span span)
{
    for (uint32_t i = span.start; i < span.end; i++)
        if (copy[i] != '\n' && copy[i] != '\r') copy[i] = ' ';
}

Str c_mask_branches(Arena *arena, Str text)
{
    char *copy = NULL;
    for (uint32_t at = 0, end; at < text.len; at = end + 1) {
        const char *hash = memchr(text.ptr + at, '#', text.len - at);
        if (!hash) break;
        at = (uint32_t)(hash - text.ptr);
        end = at;
        while (at && strchr(" \t", text.ptr[at - 1])) at--;
        bool begins = !at || text.ptr[at - 1] == '\n', keep_all;
        Group group;
        if (!begins || !str_starts(directive(text, at, line_end(text, at)), STR("if"))) continue;
        if (!read_group(text, at, &group) || !is_fragment(text, &group, &keep_all)) continue;
        if (!copy) {
            copy = arena_alloc_raw(arena, text.len);
            memcpy(copy, text.ptr, text.len);
        }
        for (uint32_t i = 0; i < group.count; i++) {
            hide(copy, group.lines[i]);
            if (i && i + 1 < group.count && !keep_all) hide(copy, branch(&group, i));
        }
    }
    return copy ? (Str){copy, text.len} : text;
}
