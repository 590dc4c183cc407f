// lang/around.c
//
// Languages of braces here, Python in around_python.c. One pass over the bytes knows just enough of
// each language to step over comments, strings and preprocessor lines, and matches the braces in
// between.
#include "lang/around.h"

#include <ctype.h>
#include <stdio.h>

#include "lang/around_.h"

enum { SMALLEST_CUT = 40 }; // bytes: cutting less costs more than parsing it

// A block, or the file itself, while it is being read. An item is one declaration or statement.
typedef struct Level {
    uint32_t open; // offset of its brace
    bool keep;     // a place or a directive lies inside
    size_t cuts;   // how many cuts there were when it opened
    int parens;    // open ( and [: a ';' inside them ends nothing
    uint32_t item_start;
    bool item_keep;
    size_t item_cuts;
} Level;

typedef struct Walk {
    Arena *arena;
    LangId lang;
    Str text;
    uint32_t at;
    const uint32_t *offsets;
    size_t count, next;     // offsets[next] is the first one not passed yet
    VEC(Level) levels;      // outermost first; never empty
    VEC(size_t) conditions; // levels.len at each open #if
    SpanVec cuts;
} Walk;

static bool is_brace_language(LangId lang)
{
    return lang == LANG_c || lang == LANG_cpp || lang == LANG_java || lang == LANG_go ||
           lang == LANG_rust || lang == LANG_javascript || lang == LANG_typescript;
}

static bool is_script(LangId lang)
{
    return lang == LANG_javascript || lang == LANG_typescript;
}

static char byte_at(const Walk *walk, uint32_t at)
{
    return at < walk->text.len ? walk->text.ptr[at] : '\0';
}

static Level *level(Walk *walk)
{
    return &walk->levels.items[walk->levels.len - 1];
}

// Everything up to `to` is behind us; were any of the places in it?
static void pass(Walk *walk, uint32_t to)
{
    bool any = false;
    while (walk->next < walk->count && walk->offsets[walk->next] < to) {
        walk->next++;
        any = true;
    }
    if (any) level(walk)->keep = level(walk)->item_keep = true;
}

static void to_line_end(Walk *walk)
{
    const char *end = memchr(walk->text.ptr + walk->at, '\n', walk->text.len - walk->at);
    walk->at = end ? (uint32_t)(end - walk->text.ptr) : (uint32_t)walk->text.len;
}

static void skip_block_comment(Walk *walk)
{
    int depth = 0; // Rust's nest
    while (walk->at < walk->text.len) {
        if (byte_at(walk, walk->at) == '*' && byte_at(walk, walk->at + 1) == '/') {
            walk->at += 2;
            if (--depth <= 0) return;
        } else if (byte_at(walk, walk->at) == '/' && byte_at(walk, walk->at + 1) == '*') {
            walk->at += 2;
            if (!depth || walk->lang == LANG_rust) depth++;
        } else {
            walk->at++;
        }
    }
}

// From the opening quote to behind the closing one, or to the line's end.
static void skip_quoted(Walk *walk, char quote)
{
    for (walk->at++; walk->at < walk->text.len; walk->at++) {
        char c = walk->text.ptr[walk->at];
        if (c == '\\') walk->at++;
        else if (c == quote) break;
        else if (c == '\n' && walk->lang != LANG_rust) return;
    }
    if (walk->at < walk->text.len) walk->at++;
}

static void skip_until(Walk *walk, Str end)
{
    const char *found =
        walk->at < walk->text.len
            ? memmem(walk->text.ptr + walk->at, walk->text.len - walk->at, end.ptr, end.len)
            : NULL;
    walk->at =
        found ? (uint32_t)(found - walk->text.ptr) + (uint32_t)end.len : (uint32_t)walk->text.len;
}

// R"tag( ... )tag" in C++, r#" ... "# in Rust. False when this is an ordinary string.
static bool skip_raw_string(Walk *walk)
{
    char before = walk->at ? walk->text.ptr[walk->at - 1] : '\0';
    char closing[32];
    if (walk->lang == LANG_cpp && before == 'R') {
        Str tag = str_sub(walk->text, walk->at + 1, walk->at + 18);
        tag.len = str_find(tag, '(');
        int len = snprintf(closing, sizeof closing, ")%.*s\"", STR_ARG(tag));
        skip_until(walk, (Str){closing, (size_t)len});
        return true;
    }
    if (walk->lang == LANG_rust && (before == 'r' || before == '#')) {
        uint32_t from = walk->at;
        while (from && walk->text.ptr[from - 1] == '#') from--;
        if (!from || walk->text.ptr[from - 1] != 'r') return false;
        size_t hashes = MIN(walk->at - from, sizeof closing - 2);
        closing[0] = '"';
        memset(closing + 1, '#', hashes);
        walk->at++;
        skip_until(walk, (Str){closing, hashes + 1});
        return true;
    }
    return false;
}

static void skip_double_quoted(Walk *walk)
{
    if (skip_raw_string(walk)) return;
    if (walk->lang == LANG_java && byte_at(walk, walk->at + 1) == '"' &&
        byte_at(walk, walk->at + 2) == '"') {
        walk->at += 3;
        skip_until(walk, STR("\"\"\""));
        return;
    }
    skip_quoted(walk, '"');
}

static void skip_single_quoted(Walk *walk)
{
    char before = walk->at ? walk->text.ptr[walk->at - 1] : '\0';
    bool separator = walk->lang == LANG_cpp && isxdigit((unsigned char)before) &&
                     isxdigit((unsigned char)byte_at(walk, walk->at + 1)) &&
                     byte_at(walk, walk->at + 2) != '\'';
    bool lifetime = walk->lang == LANG_rust && byte_at(walk, walk->at + 1) != '\\' &&
                    (unsigned char)byte_at(walk, walk->at + 1) < 0x80 &&
                    byte_at(walk, walk->at + 2) != '\'';
    if (separator || lifetime) walk->at++;
    else skip_quoted(walk, '\'');
}

// Braces that open under one condition and close under another pair up wrongly: trust none of them.
static void tie_braces(Walk *walk)
{
    for (size_t i = 0; i < walk->levels.len; i++) walk->levels.items[i].keep = true;
}

static void note_condition(Walk *walk, Str name)
{
    bool opens = str_eq(name, STR("if")), ends = str_eq(name, STR("en"));
    if (!opens && !ends && !str_eq(name, STR("el"))) return;
    level(walk)->item_keep = true; // an #if must not stay without its #endif
    if (opens) {
        VEC_PUSH(walk->arena, &walk->conditions, walk->levels.len);
        return;
    }
    size_t depth = walk->conditions.len;
    if (!depth || walk->conditions.items[depth - 1] != walk->levels.len) tie_braces(walk);
    if (ends && depth) walk->conditions.len--;
}

// `...${code}...` with templates inside the code.
static void skip_template(Walk *walk)
{
    int depth = 0; // of braces in ${ }
    for (walk->at++; walk->at < walk->text.len; walk->at++) {
        char c = walk->text.ptr[walk->at];
        if (c == '\\') walk->at++;
        else if (!depth && c == '`') break;
        else if (depth && c == '`') {
            skip_template(walk);
            walk->at--;
        } else if (c == '{' && (depth || walk->text.ptr[walk->at - 1] == '$')) depth++;
        else if (c == '}' && depth) depth--;
    }
    if (walk->at < walk->text.len) walk->at++;
}

// A '/' begins a regular expression where no value can stand before it.
static bool begins_regex(const Walk *walk)
{
    uint32_t at = walk->at;
    while (at && (walk->text.ptr[at - 1] == ' ' || walk->text.ptr[at - 1] == '\t')) at--;
    if (!at) return true;
    char before = walk->text.ptr[at - 1];
    if (strchr("(,=:[!&|?{};+-*%<>~^\n", before)) return true;
    uint32_t start = at;
    while (start && isalpha((unsigned char)walk->text.ptr[start - 1])) start--;
    Str word = str_sub(walk->text, start, at);
    return str_eq(word, STR("return")) || str_eq(word, STR("typeof")) || str_eq(word, STR("case"));
}

static void skip_regex(Walk *walk)
{
    bool in_class = false;
    for (walk->at++; walk->at < walk->text.len; walk->at++) {
        char c = walk->text.ptr[walk->at];
        if (c == '\n') return;
        if (c == '\\') walk->at++;
        else if (c == '[') in_class = true;
        else if (c == ']') in_class = false;
        else if (c == '/' && !in_class) break;
    }
    if (walk->at < walk->text.len) walk->at++;
}

// A preprocessor line with its continuations.
static void skip_directive(Walk *walk)
{
    uint32_t word = walk->at + 1;
    while (byte_at(walk, word) == ' ' || byte_at(walk, word) == '\t') word++;
    note_condition(walk, str_sub(walk->text, word, word + 2));
    while (walk->at < walk->text.len && walk->text.ptr[walk->at] != '\n') {
        if (walk->text.ptr[walk->at] == '\\') {
            walk->at += byte_at(walk, walk->at + 1) == '\r' ? 3 : 2;
        } else if (walk->text.ptr[walk->at] == '/' && byte_at(walk, walk->at + 1) == '*') {
            skip_block_comment(walk);
        } else {
            walk->at++;
        }
    }
    walk->at = MIN(walk->at, (uint32_t)walk->text.len);
}

static bool starts_line(const Walk *walk)
{
    uint32_t at = walk->at;
    while (at && (walk->text.ptr[at - 1] == ' ' || walk->text.ptr[at - 1] == '\t')) at--;
    return at == 0 || walk->text.ptr[at - 1] == '\n';
}

static Str word_at(const Walk *walk, uint32_t at)
{
    uint32_t end = at;
    while (isalnum((unsigned char)byte_at(walk, end)) || byte_at(walk, end) == '_') end++;
    return str_sub(walk->text, at, end);
}

static bool is_one_of(Str word, const Str *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(word, words[i])) return true;
    return false;
}

// In C a block may be the middle of a declaration: struct { ... } name;
static bool may_go_on_behind_brace(const Walk *walk, const Level *in)
{
    static const Str words[] = {{"struct", 6},  {"union", 5},    {"enum", 4},
                                {"typedef", 7}, {"static", 6},   {"const", 5},
                                {"extern", 6},  {"volatile", 8}, {"class", 5}};
    if (walk->lang != LANG_c && walk->lang != LANG_cpp) return false;
    uint32_t at = in->item_start;
    while (isspace((unsigned char)byte_at(walk, at))) at++;
    return memchr("suetcv", byte_at(walk, at), 6) && // their first letters
           is_one_of(word_at(walk, at), words, ARRAY_LEN(words));
}

// Does something new begin at `at`, behind a ';' or '}'? In the file itself only at the margin of
// a new line; in a block, anything but the continuation of the statement before.
static bool begins_item(Walk *walk, uint32_t *at, bool behind_brace)
{
    static const Str continuing[] = {
        {"else", 4}, {"while", 5}, {"catch", 5}, {"finally", 7}, {"as", 2}};
    const Level *in = level(walk);
    bool new_line = false;
    for (; isspace((unsigned char)byte_at(walk, *at)); ++*at)
        new_line = new_line || byte_at(walk, *at) == '\n';
    char next = byte_at(walk, *at);
    if (walk->levels.len == 1)
        return new_line && byte_at(walk, *at - 1) == '\n' &&
               (isalpha((unsigned char)next) || (next && strchr("_#/@[", next)));
    if (behind_brace && may_go_on_behind_brace(walk, in)) return false;
    if (!isalpha((unsigned char)next) && (!next || !strchr("_#@}", next))) return false;
    return !memchr("ewcfa", next, 5) || // their first letters
           !is_one_of(word_at(walk, *at), continuing, ARRAY_LEN(continuing));
}

static void cut(Walk *walk, uint32_t start, uint32_t end, size_t cuts_before)
{
    if (end - start < SMALLEST_CUT) return;
    walk->cuts.len = cuts_before; // the cuts inside it go with it
    Span span = {start, end};
    VEC_PUSH(walk->arena, &walk->cuts, span);
}

static void maybe_end_item(Walk *walk, bool behind_brace)
{
    uint32_t at = walk->at;
    if (level(walk)->parens > 0 || !begins_item(walk, &at, behind_brace)) return;
    pass(walk, at);
    Level *in = level(walk);
    bool joined = walk->cuts.len && !in->item_keep &&
                  walk->cuts.items[walk->cuts.len - 1].end == in->item_start &&
                  in->item_cuts == walk->cuts.len;
    if (joined) walk->cuts.items[walk->cuts.len - 1].end = at;
    else if (!in->item_keep) cut(walk, in->item_start, at, in->item_cuts);
    walk->at = in->item_start = at;
    in->item_keep = false;
    in->item_cuts = walk->cuts.len;
}

// import { a } from "x", const { a } = f(): the names in the braces are what it is about.
static bool names_what_follows(const Walk *walk)
{
    if (!is_script(walk->lang)) return false;
    uint32_t at = walk->at;
    while (isspace((unsigned char)byte_at(walk, at))) at++;
    return byte_at(walk, at) == '=' || str_eq(word_at(walk, at), STR("from"));
}

static void open_brace(Walk *walk)
{
    pass(walk, ++walk->at);
    Level block = {.open = walk->at - 1,
                   .cuts = walk->cuts.len,
                   .item_start = walk->at,
                   .item_cuts = walk->cuts.len};
    VEC_PUSH(walk->arena, &walk->levels, block);
}

static void close_brace(Walk *walk)
{
    pass(walk, ++walk->at);
    if (walk->levels.len == 1) return;
    Level block = walk->levels.items[--walk->levels.len];
    if (block.keep) level(walk)->keep = level(walk)->item_keep = true;
    else if (!names_what_follows(walk)) cut(walk, block.open + 1, walk->at - 1, block.cuts);
    maybe_end_item(walk, true);
}

// Go's line ends are semicolons behind a name, a literal, or a closing bracket.
static bool line_ends_statement(const Walk *walk)
{
    uint32_t at = walk->at;
    while (at && (walk->text.ptr[at - 1] == ' ' || walk->text.ptr[at - 1] == '\t' ||
                  walk->text.ptr[at - 1] == '\r'))
        at--;
    char last = at ? walk->text.ptr[at - 1] : '\n';
    return isalnum((unsigned char)last) || strchr("_)]}\"'`", last);
}

static void step(Walk *walk)
{
    char c = walk->text.ptr[walk->at];
    bool directives = walk->lang == LANG_c || walk->lang == LANG_cpp;
    switch (c) {
    case '{': open_brace(walk); return;
    case '}': close_brace(walk); return;
    case '"': skip_double_quoted(walk); return;
    case '\'': skip_single_quoted(walk); return;
    case '`':
        if (walk->lang == LANG_go) {
            walk->at++;
            skip_until(walk, STR("`"));
            return;
        }
        if (!is_script(walk->lang)) break;
        skip_template(walk);
        return;
    case '/':
        if (byte_at(walk, walk->at + 1) == '/') to_line_end(walk);
        else if (byte_at(walk, walk->at + 1) == '*') skip_block_comment(walk);
        else if (is_script(walk->lang) && begins_regex(walk)) skip_regex(walk);
        else break;
        return;
    case '#':
        if (!directives || !starts_line(walk)) break;
        skip_directive(walk);
        maybe_end_item(walk, false);
        return;
    case '(':
    case '[': level(walk)->parens++; break;
    case ')':
    case ']': level(walk)->parens--; break;
    case ';':
        if (walk->lang == LANG_go) break; // for a; b; c {
        walk->at++;
        maybe_end_item(walk, false);
        return;
    case '\n':
        if (walk->lang != LANG_go || !line_ends_statement(walk)) break;
        maybe_end_item(walk, false);
        if (byte_at(walk, walk->at) == '\n') walk->at++;
        return;
    default: break;
    }
    walk->at++;
}

// The bytes that step() looks at; all others are passed over.
static const bool is_special[256] = {
    ['{'] = true, ['}'] = true, ['"'] = true, ['\''] = true, ['`'] = true,
    ['/'] = true, ['#'] = true, [';'] = true, ['('] = true,  [')'] = true,
    ['['] = true, [']'] = true, ['\n'] = true};

static Spans complement(Arena *arena, const SpanVec *cuts, uint32_t len)
{
    SpanVec kept = {0};
    uint32_t from = 0;
    for (size_t i = 0; i < cuts->len; i++) {
        Span span = {from, cuts->items[i].start};
        if (span.end > span.start) VEC_PUSH(arena, &kept, span);
        from = cuts->items[i].end;
    }
    Span last = {from, len};
    if (last.end > last.start || !kept.len) VEC_PUSH(arena, &kept, last);
    return (Spans){kept.items, kept.len};
}

Spans around_spans(Arena *arena, LangId lang, Str text, const uint32_t *offsets, size_t count)
{
    Walk walk = {.arena = arena, .lang = lang, .text = text, .offsets = offsets, .count = count};
    if (lang == LANG_python) around_python(arena, text, offsets, count, &walk.cuts);
    Level file = {0};
    VEC_PUSH(arena, &walk.levels, file);
    while (is_brace_language(lang) && walk.at < text.len) {
        while (walk.at < text.len && !is_special[(unsigned char)text.ptr[walk.at]]) walk.at++;
        if (walk.at < text.len) step(&walk);
        if (walk.at > text.len) walk.at = (uint32_t)text.len;
    }
    pass(&walk, UINT32_MAX);
    // the last item, and bodies that never close, stay; cuts inside them hold no place either
    return complement(arena, &walk.cuts, (uint32_t)text.len);
}
