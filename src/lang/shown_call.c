// lang/shown_call.c
#include "lang/shown_call.h"

#include "lang/wire.h"

enum { FARTHEST = 2048 }; // bytes that are looked at

typedef struct Reading {
    Str text; // as far as one may look
    LangId lang;
    uint32_t at;
    ShownCall *out;
} Reading;

static char char_at(const Reading *r, uint32_t at)
{
    return at < r->text.len ? r->text.ptr[at] : 0;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\\';
}

static void skip_line(Reading *r)
{
    while (r->at < r->text.len && r->text.ptr[r->at] != '\n') r->at++;
}

// Behind a string, or behind the quote of a lifetime. False when its end is not seen: so every byte
// is looked at once.
static bool skip_string(Reading *r)
{
    char quote = r->text.ptr[r->at], next = char_at(r, r->at + 1);
    bool triple = next == quote && char_at(r, r->at + 2) == quote;
    if (r->lang == LANG_rust && quote == '\'' && next != '\\' && char_at(r, r->at + 2) != quote) {
        r->at++;
        return true;
    }
    for (uint32_t at = r->at + (triple ? 3 : 1); at < r->text.len; at++) {
        char c = r->text.ptr[at];
        if (c == '\\') at++;
        else if (c == '\n' && !triple && quote != '`') return false;
        else if (c == quote &&
                 (!triple || (char_at(r, at + 1) == quote && char_at(r, at + 2) == quote))) {
            r->at = at + (triple ? 3 : 1);
            return true;
        }
    }
    return false;
}

static bool skip_comment(Reading *r)
{
    bool hash = r->lang == LANG_python || r->lang == LANG_ruby || r->lang == LANG_bash;
    char c = char_at(r, r->at), next = char_at(r, r->at + 1);
    if (hash ? c == '#' : c == '/' && next == '/') {
        skip_line(r);
        return true;
    }
    if (hash || c != '/' || next != '*') return false;
    for (r->at += 2; r->at < r->text.len; r->at++)
        if (char_at(r, r->at) == '*' && char_at(r, r->at + 1) == '/') break;
    r->at += 2;
    return true;
}

// A keyword argument's name: name= in Python, name: in Ruby.
static bool take_keyword(Reading *r)
{
    uint32_t end = wire_name_end(r->text, r->at), at = end;
    if (end == r->at) return false;
    while (r->lang == LANG_python && char_at(r, at) == ' ') at++;
    bool is = r->lang == LANG_python
                  ? char_at(r, at) == '=' && char_at(r, at + 1) != '='
                  : r->lang == LANG_ruby && char_at(r, at) == ':' && char_at(r, at + 1) != ':';
    if (!is || r->out->keyword_count == SHOWN_KEYWORDS) return false;
    r->out->keywords[r->out->keyword_count++] = (Span){r->at, end};
    r->at = at + 1;
    return true;
}

static void begin_argument(Reading *r)
{
    bool stars = r->lang == LANG_python || r->lang == LANG_ruby;
    char c = char_at(r, r->at), next = char_at(r, r->at + 1);
    if (stars && c == '*' && next == '*') r->out->star_star = true;
    else if (stars ? c == '*' : c == '.' && next == '.' && char_at(r, r->at + 2) == '.')
        r->out->star = true;
    else if (!take_keyword(r)) r->out->args++;
}

// Behind what decides nothing inside of an argument: all but blanks and #/,"'`()[]{}.
static void skip_plain(Reading *r)
{
    static const uint64_t stops[4] = {0x0000938D00002600, 0x2800000138000000, 0, 0};
    for (; r->at < r->text.len; r->at++) {
        unsigned char c = (unsigned char)r->text.ptr[r->at];
        if (stops[c >> 6] >> (c & 63) & 1) break;
    }
}

// Inside the brackets; false when their end is not seen.
static bool read_arguments(Reading *r)
{
    uint32_t depth = 1;
    bool begun = false; // an argument
    while (r->at < r->text.len) {
        if (begun) skip_plain(r);
        char c = char_at(r, r->at);
        if (is_blank(c)) {
            r->at++;
            continue;
        }
        if ((c == '/' || c == '#') && skip_comment(r)) continue;
        bool close = c == ')' || c == ']' || c == '}', comma = c == ',' && depth == 1;
        if (!begun && !close && !comma) begin_argument(r);
        if (depth == 1) begun = !comma;
        c = char_at(r, r->at);
        if (c == '"' || c == '\'' || c == '`') {
            if (!skip_string(r)) return false;
            continue;
        }
        close = c == ')' || c == ']' || c == '}';
        depth += c == '(' || c == '[' || c == '{';
        depth -= close;
        r->at++;
        if (!depth) return true;
    }
    return false;
}

bool shown_call(Str text, LangId lang, uint32_t at, ShownCall *out)
{
    Reading r = {
        .text = str_sub(text, 0, (size_t)at + FARTHEST), .lang = lang, .at = at, .out = out};
    *out = (ShownCall){0};
    if (char_at(&r, r.at) == '!') {
        out->macro = true;
        r.at++;
    }
    while (char_at(&r, r.at) == ' ') r.at++;
    char open = char_at(&r, r.at++);
    if (open != '(' && !(out->macro && (open == '[' || open == '{'))) return false;
    if (!read_arguments(&r)) return false;
    out->end = r.at;
    return true;
}
