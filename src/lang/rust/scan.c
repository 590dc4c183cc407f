// lang/rust/scan.c - what the text of macro arguments and macro_rules bodies uses. There is no
// syntax in there, only tokens: chains of names, members and calls are read from left to right.
#include "lang/rust/rust.h"

enum { GROUP_MAX_DEPTH = 64 };

typedef struct Scan {
    Naming *n;
    uint32_t at, end;
    int depth;
} Scan;

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static char peek(const Scan *s, uint32_t ahead)
{
    return s->at + ahead < s->end ? s->n->text.ptr[s->at + ahead] : 0;
}

static void skip_string(Scan *s)
{
    for (s->at++; s->at < s->end && peek(s, 0) != '"'; s->at++)
        if (peek(s, 0) == '\\') s->at++;
    s->at++;
}

// r"..", r#".."#
static bool skip_raw_string(Scan *s)
{
    uint32_t hashes = 0, quote = peek(s, 0) == 'b' ? 2 : 1;
    if (peek(s, quote - 1) != 'r') return false;
    while (peek(s, quote) == '#') quote++, hashes++;
    if (peek(s, quote) != '"') return false;
    for (s->at += quote + 1; s->at < s->end; s->at++) {
        uint32_t closing = 0;
        if (peek(s, 0) != '"') continue;
        while (closing < hashes && peek(s, closing + 1) == '#') closing++;
        if (closing < hashes) continue;
        s->at += closing + 1;
        break;
    }
    return true;
}

// 'a' is a character, 'a a lifetime.
static void skip_quote(Scan *s)
{
    if (peek(s, 1) == '\\') {
        for (s->at += 3; s->at < s->end && peek(s, 0) != '\''; s->at++) continue;
        s->at++;
        return;
    }
    uint32_t length = 2;
    while (((unsigned char)peek(s, length) & 0xc0) == 0x80) length++;
    if (peek(s, length) == '\'') {
        s->at += length + 1;
        return;
    }
    for (s->at++; is_name_byte(peek(s, 0));) s->at++;
}

static bool skip_blank(Scan *s)
{
    char c = peek(s, 0);
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
        s->at++;
        return true;
    }
    if (c == '/' && peek(s, 1) == '/') {
        while (s->at < s->end && peek(s, 0) != '\n') s->at++;
        return true;
    }
    if (c == '/' && peek(s, 1) == '*') {
        for (s->at += 2; s->at < s->end && !(peek(s, 0) == '*' && peek(s, 1) == '/');) s->at++;
        s->at += 2;
        return true;
    }
    return false;
}

static void skip_blanks(Scan *s)
{
    while (s->at < s->end && skip_blank(s)) continue;
}

// #[...], #![...]
static void skip_attribute(Scan *s)
{
    uint32_t depth = 0;
    s->at++;
    if (peek(s, 0) == '!') s->at++;
    if (peek(s, 0) != '[') return;
    while (s->at < s->end) {
        char c = peek(s, 0);
        if (c == '"') {
            skip_string(s);
            continue;
        }
        s->at++;
        if (c == '[') depth++;
        if (c == ']' && !--depth) break;
    }
}

static uint32_t scan_chain(Scan *s);

// What stands up to the bracket that closes the one at s->at; behind it afterwards.
static uint32_t scan_group(Scan *s)
{
    uint32_t first = 0;
    char open = peek(s, 0), close = open == '(' ? ')' : open == '[' ? ']' : open == '{' ? '}' : 0;
    if (close) s->at++;
    if (++s->depth > GROUP_MAX_DEPTH) s->at = s->end;
    bool fresh = true;
    while (s->at < s->end) {
        uint32_t before = s->at;
        if (skip_blank(s)) continue;
        char c = peek(s, 0);
        if (c == ')' || c == ']' || c == '}') {
            s->at++;
            if (c == close) break;
            continue;
        }
        uint32_t value = 0;
        if (c == '"') skip_string(s);
        else if (c == '\'') skip_quote(s);
        else if ((c == 'r' || c == 'b') && skip_raw_string(s)) fresh = false;
        else if (c == '(' || c == '[' || c == '{') scan_group(s);
        else if (c == '#') skip_attribute(s);
        else if (c == '$') s->at++;
        else value = scan_chain(s);
        if (fresh && value) first = value;
        if (value) naming_role(s->n, value, ROLE_ARGUMENT);
        if (c != '&' && c != '*') fresh = false;
        if (s->at == before) s->at++;
    }
    s->depth--;
    return first;
}

static bool is_keyword(Str word)
{
    static const char *const words[] = {
        "as",     "async",  "await",  "break", "const", "continue", "dyn",   "else",
        "enum",   "extern", "false",  "fn",    "for",   "if",       "impl",  "in",
        "let",    "loop",   "match",  "mod",   "move",  "mut",      "pub",   "ref",
        "return", "static", "struct", "trait", "true",  "type",     "union", "unsafe",
        "use",    "where",  "while",  "_",     NULL};
    for (size_t i = 0; words[i]; i++)
        if (str_eq(word, str_from(words[i]))) return true;
    return false;
}

static Span scan_name(Scan *s)
{
    uint32_t start = s->at;
    if (peek(s, 0) == 'r' && peek(s, 1) == '#') s->at += 2;
    while (is_name_byte(peek(s, 0))) s->at++;
    return (Span){start, s->at};
}

// What follows fn, struct ... is a name of its own.
static bool introduces(Str word)
{
    static const char *const words[] = {"fn",   "struct", "enum",  "union",  "trait", "mod",
                                        "type", "let",    "const", "static", NULL};
    for (size_t i = 0; words[i]; i++)
        if (str_eq(word, str_from(words[i]))) return true;
    return false;
}

static void skip_angles(Scan *s)
{
    uint32_t depth = 0, start = s->at;
    for (; s->at < s->end; s->at++) {
        char c = peek(s, 0);
        if (c == '<') depth++;
        if (c == '>' && s->n->text.ptr[s->at - 1] != '-' && !--depth) {
            s->at++;
            return;
        }
        if (c == ';' || c == '{' || c == '"') break;
    }
    s->at = start;
}

// One more link: ::b, .b, (...), [...], ?, !(...). 0: the chain ends here.
static uint32_t scan_link(Scan *s, uint32_t value)
{
    Naming *n = s->n;
    uint32_t start = s->at;
    skip_blanks(s);
    char c = peek(s, 0);
    Span whole = {naming_get(n, value)->span.start, s->at};
    if (c == '(') {
        scan_group(s);
        whole.end = s->at;
        naming_role(n, value, ROLE_CALLED | ROLE_MACRO);
        return naming_expr(n, EXPR_CALL, whole, value, 0);
    }
    if (c == '?') {
        s->at++;
        whole.end = s->at;
        return naming_expr(n, EXPR_ITEM, whole, value, 0);
    }
    if (c == '[' && start == s->at) {
        scan_group(s);
        whole.end = s->at;
        return naming_expr(n, EXPR_ITEM, whole, value, 0);
    }
    bool path = c == ':' && peek(s, 1) == ':', member = c == '.' && peek(s, 1) != '.';
    if (path || member) {
        s->at += path ? 2 : 1;
        skip_blanks(s);
        if (path && peek(s, 0) == '<') {
            skip_angles(s);
            return value;
        }
        Span name = scan_name(s);
        if (name.end == name.start) { // a::{b, c}, a.$b
            s->at = start;
            return 0;
        }
        if (str_eq(extract_text(n->x, name), STR("await")))
            return naming_expr(n, EXPR_AWAIT, whole, value, 0);
        return naming_expr(n, EXPR_MEMBER, name, value, 0);
    }
    s->at = start;
    return 0;
}

static uint32_t scan_root(Scan *s, Span name)
{
    Naming *n = s->n;
    Str word = extract_text(n->x, name);
    bool path = peek(s, 0) == ':' && peek(s, 1) == ':';
    if (str_eq(word, STR("self")) && !path) return naming_expr(n, EXPR_SELF, name, 0, 0);
    if (str_eq(word, STR("Self"))) return naming_expr(n, EXPR_OWNER, name, 0, 0);
    if (str_eq(word, STR("crate"))) return naming_expr(n, EXPR_ROOT, name, 0, 0);
    return naming_expr(n, EXPR_NAME, name, 0, 0);
}

// A name and what hangs on it; moves on by at least one byte when there is something.
static uint32_t scan_chain(Scan *s)
{
    Naming *n = s->n;
    char before = s->at ? n->text.ptr[s->at - 1] : 0, first = peek(s, 0);
    bool member = before == '.' && s->at > 1 && n->text.ptr[s->at - 2] != '.';
    if (!is_name_byte(first)) return 0;
    Span name = scan_name(s);
    Str word = extract_text(n->x, name);
    if (first >= '0' && first <= '9') return 0;
    if (is_keyword(word)) {
        if (!introduces(word)) return 0;
        skip_blanks(s);
        if (is_name_byte(peek(s, 0))) scan_name(s);
        return 0;
    }
    if (before == '$' && !str_eq(word, STR("crate"))) return 0; // $x is not known
    uint32_t value = member ? naming_expr(n, EXPR_MEMBER, name, 0, 0) : scan_root(s, name), link;
    if (peek(s, 0) == '!' && peek(s, 1) != '=') { // name!(...)
        s->at++;
        skip_blanks(s);
        naming_role(n, value, ROLE_CALLED | ROLE_MACRO);
        if (peek(s, 0) == '(' || peek(s, 0) == '[' || peek(s, 0) == '{') scan_group(s);
        return 0;
    }
    while (s->at < s->end && (link = scan_link(s, value))) {
        value = link;
        char next = peek(s, 1);
        bool is_macro = naming_get(n, value)->op == EXPR_MEMBER && peek(s, 0) == '!' &&
                        (next == '(' || next == '[' || next == '{' || next == ' ');
        if (!is_macro) continue;
        s->at++;
        naming_role(n, value, ROLE_CALLED | ROLE_MACRO);
        return 0;
    }
    return value;
}

void rust_scan_tokens(Naming *n, Span span)
{
    Scan s = {.n = n, .at = span.start, .end = span.end};
    scan_group(&s);
}
