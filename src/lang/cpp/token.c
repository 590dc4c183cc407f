// lang/cpp/token.c - the tokens of C++.
#include "lang/cpp/token.h"

enum { GROUP_MAX_BYTES = 2000, NAME_MAX_PARTS = 12 };

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static uint32_t skip_line(Str text, uint32_t at) // continued lines, too
{
    while (at < text.len && text.ptr[at] != '\n') {
        if (text.ptr[at] == '\\' && at + 1 < text.len) at++;
        if (text.ptr[at] == '\\' || text.ptr[at] != '\r') at++;
        else at += at + 1 < text.len && text.ptr[at + 1] == '\n' ? 2 : 1;
    }
    return MIN(at, (uint32_t)text.len);
}

static uint32_t skip_block(Str text, uint32_t at)
{
    for (at += 2; at + 1 < text.len; at++)
        if (text.ptr[at] == '*' && text.ptr[at + 1] == '/') return at + 2;
    return (uint32_t)text.len;
}

static uint32_t skip_quoted(Str text, uint32_t at)
{
    char quote = text.ptr[at++];
    while (at < text.len && text.ptr[at] != quote && text.ptr[at] != '\n')
        at += text.ptr[at] == '\\' ? 2 : 1;
    return (uint32_t)MIN((size_t)at + 1, text.len);
}

static uint32_t skip_raw(Str text, uint32_t quote) // R"end( ... )end"
{
    enum { DELIMITER_MAX_BYTES = 16 };
    uint32_t open = quote + 1;
    while (open < text.len && open - quote <= DELIMITER_MAX_BYTES && text.ptr[open] != '(') open++;
    Str end = str_sub(text, quote + 1, open);
    for (uint32_t at = open; at < text.len; at++) {
        if (text.ptr[at] != ')') continue;
        uint32_t close = at + 1 + (uint32_t)end.len;
        if (close < text.len && text.ptr[close] == '"' && str_eq(str_sub(text, at + 1, close), end))
            return close + 1;
    }
    return skip_quoted(text, quote);
}

bool token_starts_line(Str text, uint32_t at)
{
    while (at && (text.ptr[at - 1] == ' ' || text.ptr[at - 1] == '\t')) at--;
    return !at || text.ptr[at - 1] == '\n';
}

static uint32_t skip_blank(Str text, uint32_t at) // white space and comments
{
    while (at < text.len) {
        char c = text.ptr[at], next = at + 1 < text.len ? text.ptr[at + 1] : 0;
        if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') at++;
        else if (c == '/' && next == '/') at = skip_line(text, at);
        else if (c == '/' && next == '*') at = skip_block(text, at);
        else break;
    }
    return at;
}

Token token_next(Str text, uint32_t at)
{
    at = skip_blank(text, at);
    Token token = {at, at, END};
    if (at >= text.len) return token;
    char c = text.ptr[at];
    token.kind = c;
    token.end = at + 1;
    if (c >= '0' && c <= '9') {
        token.kind = NUMBER;
        while (token.end < text.len &&
               (is_name_byte(text.ptr[token.end]) || strchr(".'", text.ptr[token.end])))
            token.end++; // also 1.5e3 and 1'000
    } else if (is_name_byte(c)) {
        token.kind = NAME;
        while (token.end < text.len && is_name_byte(text.ptr[token.end])) token.end++;
        bool raw = text.ptr[token.end - 1] == 'R' && token.end - at <= 3;
        if (raw && token.end < text.len && text.ptr[token.end] == '"') {
            token.kind = STRING;
            token.end = skip_raw(text, token.end);
        }
    } else if (c == '"' || c == '\'') {
        token.kind = STRING;
        token.end = skip_quoted(text, at);
    } else if (c == '#' && token_starts_line(text, at)) {
        token.end = skip_line(text, at);
    } else if (c == ':' && token.end < text.len && text.ptr[token.end] == ':') {
        token.kind = SCOPE;
        token.end++;
    } else if (c == '#' || c == END) {
        token.kind = '?';
    }
    return token;
}

bool token_is(Str text, Token token, const char *word)
{
    return token.kind == NAME && str_eq(str_sub(text, token.start, token.end), str_from(word));
}

bool token_in(Str text, Token token, const char *const *words)
{
    for (; *words; words++)
        if (token_is(text, token, *words)) return true;
    return false;
}

// Behind the group that `open` begins, or the end of `open` when it is too long.
uint32_t token_skip_group(Str text, Token open, char closer)
{
    int depth = 1;
    for (uint32_t at = open.end; depth && at - open.end < GROUP_MAX_BYTES;) {
        Token token = token_next(text, at);
        if (token.kind == END || token.kind == ';' || token.kind == '{') break;
        depth += token.kind == open.kind;
        depth -= token.kind == closer;
        at = token.end;
        if (!depth) return at;
    }
    return open.end;
}

// Behind the rest of a name: ::b<int>.
Token token_behind_name(Str text, Token name)
{
    Token token = token_next(text, name.end);
    for (int i = 0; i < NAME_MAX_PARTS; i++) {
        if (token.kind == SCOPE) {
            token = token_next(text, token_next(text, token.end).end);
        } else if (token.kind == '<') {
            uint32_t end = token_skip_group(text, token, '>');
            if (end == token.end) break;
            token = token_next(text, end);
        } else {
            break;
        }
    }
    return token;
}
