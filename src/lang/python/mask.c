// lang/python/mask.c - a bracket that is never closed swallows the rest of a Python file, because
// line ends mean nothing inside brackets. In a file that is being edited this is the usual error.
//
// Some keywords cannot stand inside brackets. A line that begins with one while a bracket is open
// shows that the bracket was forgotten. It is closed in the blanks before that line, or hidden when
// there are none, and the error stays where it is. The quote of a string that does not end on its
// line is hidden. Correct files are never changed.
#include "lang/python/python.h"

enum { OPEN_MAX = 256 };

typedef struct Open { // a bracket, or the quote of an f-string whose code is being read
    uint32_t at;
    char kind;   // ( [ {, or the quote character
    bool triple; // of a quote
    bool spec;   // of "{": behind its ":", where text stands
} Open;

typedef struct Scan {
    Arena *arena;
    Str text;
    char *copy; // NULL until something is hidden
    uint32_t at;
    uint32_t comment_end; // of the last comment
    int depth;
    Open open[OPEN_MAX];
} Scan;

static char peek(const Scan *scan, uint32_t ahead)
{
    return scan->at + ahead < scan->text.len ? scan->text.ptr[scan->at + ahead] : 0;
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static void put(Scan *scan, uint32_t at, char c)
{
    if (!scan->copy) {
        scan->copy = arena_alloc_raw(scan->arena, scan->text.len);
        memcpy(scan->copy, scan->text.ptr, scan->text.len);
    }
    scan->copy[at] = c;
}

static void hide(Scan *scan, uint32_t at)
{
    put(scan, at, ' ');
}

// Beyond OPEN_MAX levels nothing is hidden any more.
static void push(Scan *scan, Open open)
{
    if (scan->depth < OPEN_MAX) scan->open[scan->depth] = open;
    scan->depth++;
}

static Open *top(Scan *scan)
{
    return scan->depth && scan->depth <= OPEN_MAX ? &scan->open[scan->depth - 1] : NULL;
}

static bool is_quote(char c)
{
    return c == '"' || c == '\'';
}

// The text of a string up to its end, or up to the "{" of code in it. `quote` is on the stack when
// the string is an f-string.
static void scan_text(Scan *scan, const Open *quote, bool formatted)
{
    while (scan->at < scan->text.len) {
        char c = peek(scan, 0);
        if (c == '\\') {
            scan->at += peek(scan, 1) == '\r' && peek(scan, 2) == '\n' ? 3 : 2;
            continue;
        }
        bool ends =
            c == quote->kind && (!quote->triple || (peek(scan, 1) == c && peek(scan, 2) == c));
        if (ends) {
            scan->at += quote->triple ? 3 : 1;
            if (formatted) scan->depth--;
            return;
        }
        if (c == '\n' && !quote->triple) { // never closed: the quote is hidden
            hide(scan, quote->at);
            if (formatted) scan->depth--;
            return;
        }
        if (formatted && c == '{') {
            if (peek(scan, 1) != '{') {
                push(scan, (Open){.at = scan->at++, .kind = '{'});
                return;
            }
            scan->at++;
        }
        scan->at++;
    }
}

// Whether the letters before the quote at scan->at make an f-string or t-string.
static bool is_formatted(const Scan *scan)
{
    for (uint32_t i = scan->at; i && i + 3 > scan->at; i--) {
        char c = scan->text.ptr[i - 1];
        if (!is_name_byte(c)) return false;
        if (strchr("fFtT", c))
            return i < 2 || !is_name_byte(scan->text.ptr[i - 2]) ||
                   strchr("rRfFtT", scan->text.ptr[i - 2]);
    }
    return false;
}

static void scan_string(Scan *scan)
{
    char c = peek(scan, 0);
    Open quote = {.at = scan->at, .kind = c, .triple = peek(scan, 1) == c && peek(scan, 2) == c};
    bool formatted = is_formatted(scan);
    scan->at += quote.triple ? 3 : 1;
    if (formatted) push(scan, quote);
    scan_text(scan, &quote, formatted);
}

// Behind the ":" in f"{x:...}" stands text again, up to "}" or another "{".
static void scan_spec(Scan *scan)
{
    while (scan->at < scan->text.len) {
        char c = peek(scan, 0);
        if (c == '}' || c == '\n') break;
        scan->at++;
        if (c != '{') continue;
        push(scan, (Open){.at = scan->at - 1, .kind = '{'});
        return;
    }
    Open *open = top(scan);
    if (open) open->spec = false;
}

static bool in_format(const Scan *scan) // directly in the braces of an f-string
{
    int outer = scan->depth - 2;
    return outer >= 0 && outer < OPEN_MAX - 1 && scan->open[outer + 1].kind == '{' &&
           (is_quote(scan->open[outer].kind) || scan->open[outer].spec);
}

static void close_bracket(Scan *scan)
{
    scan->at++;
    Open *open = top(scan);
    if (scan->depth > OPEN_MAX) {
        scan->depth--;
        return;
    }
    if (!open || is_quote(open->kind)) return;
    scan->depth--;
    open = top(scan);
    if (open && is_quote(open->kind)) {
        Open quote = *open;
        scan_text(scan, &quote, true);
    } else if (open && open->spec) {
        scan_spec(scan);
    }
}

static bool begins_statement(Str line)
{
    static const char *const words[] = {
        "def",   "class", "return", "import",   "while", "with",   "try",      "except", "finally",
        "raise", "pass",  "break",  "continue", "del",   "global", "nonlocal", "assert", "elif"};
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        Str word = str_from(words[i]);
        if (str_starts(line, word) && (line.len == word.len || !is_name_byte(line.ptr[word.len])))
            return line.len == word.len || line.ptr[word.len] != '=';
    }
    return str_starts(line, STR("async def ")) || str_starts(line, STR("@"));
}

// At the start of a line. "@" can be an operator that begins a line, so only a decorator directly
// above a definition counts.
static bool is_statement(const Scan *scan)
{
    Str rest = str_sub(scan->text, scan->at, scan->text.len), line;
    while (rest.len && (rest.ptr[0] == ' ' || rest.ptr[0] == '\t')) rest.ptr++, rest.len--;
    while (str_next(&rest, '\n', &line)) {
        line = str_trim(line);
        if (!begins_statement(line)) return false;
        if (line.ptr[0] != '@') return true;
        while (rest.len && (rest.ptr[0] == ' ' || rest.ptr[0] == '\t')) rest.ptr++, rest.len--;
    }
    return false;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

// Whether the line that holds `at` begins with "def" or "class": its bracket is a parameter list.
static bool is_header(Str text, uint32_t at)
{
    while (at && text.ptr[at - 1] != '\n') at--;
    Str line = str_sub(text, at, text.len);
    while (line.len && (line.ptr[0] == ' ' || line.ptr[0] == '\t')) line.ptr++, line.len--;
    return str_starts(line, STR("def ")) || str_starts(line, STR("async def ")) ||
           str_starts(line, STR("class "));
}

// The line end right before scan->at stays. What is left between `content` and it can hold the
// missing brackets; a comment at the end of the content leaves no room.
static bool close_open(Scan *scan, uint32_t content)
{
    uint32_t room = scan->at - 1 - content;
    if (room < (uint32_t)scan->depth || scan->comment_end >= content) return false;
    for (int i = scan->depth - 1; i >= 0; i--) {
        char kind = scan->open[i].kind;
        if (is_quote(kind)) return false;
        put(scan, content++, kind == '(' ? ')' : kind == '[' ? ']' : '}');
    }
    return true;
}

// A statement begins at scan->at although brackets are open.
static void mend(Scan *scan)
{
    if (scan->depth > OPEN_MAX) return;
    uint32_t first = scan->open[0].at, last = scan->at - 1, content = last;
    while (content > first && is_blank(scan->text.ptr[content - 1])) content--;
    if (is_header(scan->text, first) && first + 2 < last) {
        for (uint32_t i = first + 1; i < last; i++) hide(scan, i);
        put(scan, first + 1, ')');
        put(scan, first + 2, ':');
    } else if (!close_open(scan, content)) {
        for (int i = 0; i < scan->depth; i++) hide(scan, scan->open[i].at);
    }
    scan->depth = 0;
}

static void scan_token(Scan *scan)
{
    char c = peek(scan, 0);
    if (c == '#') {
        while (scan->at < scan->text.len && peek(scan, 0) != '\n') scan->at++;
        scan->comment_end = scan->at;
    } else if (is_quote(c)) {
        scan_string(scan);
    } else if (c == '(' || c == '[' || c == '{') {
        push(scan, (Open){.at = scan->at++, .kind = c});
    } else if (c == ')' || c == ']' || c == '}') {
        close_bracket(scan);
    } else if (c == ':' && in_format(scan)) {
        scan->at++;
        Open *open = top(scan);
        if (open) open->spec = true;
        scan_spec(scan);
    } else if (c == '\n') {
        scan->at++;
        if (scan->depth && is_statement(scan)) mend(scan);
    } else if (c == '\\') {
        scan->at += 2;
    } else {
        scan->at++;
    }
}

// The bytes that scan_token does something about.
static const bool is_special[256] = {
    ['#'] = true, ['"'] = true, ['\''] = true, ['('] = true, [')'] = true,  ['['] = true,
    [']'] = true, ['{'] = true, ['}'] = true,  [':'] = true, ['\n'] = true, ['\\'] = true,
};

Str python_mask(Arena *arena, Str text)
{
    Scan scan = {.arena = arena, .text = text};
    while (scan.at < text.len) {
        if (is_special[(unsigned char)text.ptr[scan.at]]) scan_token(&scan);
        else scan.at++;
    }
    return scan.copy ? (Str){scan.copy, text.len} : text;
}
