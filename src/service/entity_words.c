// service/entity_words.c - the text of an entity query cut into keys and values.
#include "base/nearest.h"
#include "base/vec.h"
#include "service/entity_query.h"

static const EntityKeySpec keys[ENTITY_KEYS] = {
#define E true, false
#define P false, true
#define EP true, true
#define ENTITY_KEY(member, key, alias, kind, scope, value, help)                                   \
    {key, alias, #member, value, help, scope},
#include "service/entity_keys.def"
#undef ENTITY_KEY
#undef E
#undef P
#undef EP
};

const EntityKeySpec *entity_key_spec(EntityKey key)
{
    return &keys[key];
}

typedef struct Reader {
    Arena *arena;
    Str text;
    size_t at;
    EntityWords *out;
    VEC(MetaVarWord) metavars;
} Reader;

static Fail bad_at(const Reader *r, size_t at, const char *fmt, ...) PRINTF_LIKE(3, 4);
static Fail bad_at(const Reader *r, size_t at, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    Str what = str_format_args(r->arena, fmt, args);
    va_end(args);
    Fail fail = FAIL(r->arena, BAD_REQUEST, "column %zu: " STR_FMT, at + 1, STR_ARG(what));
    return problem_with_int(r->arena, fail, "offset", (int64_t)at);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_key_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.';
}

static char byte_at(const Reader *r, size_t at)
{
    return at < r->text.len ? r->text.ptr[at] : '\0';
}

// The key or metavariable that begins at `at`; empty when none does, or no '=' stands behind it.
static Str key_at(const Reader *r, size_t at)
{
    size_t end = at;
    while (byte_at(r, end) == '$') end++;
    bool metavar = end > at;
    while (is_key_byte(byte_at(r, end))) end++;
    if (end == at) return STR_NONE;
    size_t operator= end;
    if (metavar && byte_at(r, operator) == '!') operator++;
    return byte_at(r, operator) == '=' ? str_sub(r->text, at, end) : STR_NONE;
}

static bool has_pair(const Reader *r)
{
    bool starts = true;
    for (size_t at = 0; at < r->text.len; at++) {
        if (starts && key_at(r, at).len) return true;
        starts = is_blank(r->text.ptr[at]);
    }
    return false;
}

static Str word_at(const Reader *r, size_t at)
{
    size_t end = at;
    while (end < r->text.len && !is_blank(r->text.ptr[end]) && end - at < 40) end++;
    return str_sub(r->text, at, utf8_cut(r->text, end));
}

// Behind the opening quote. A backslash is dropped in front of a quote or itself only: regexes are
// full of others.
static Fail read_quoted(Reader *r, Str prefix, Str *out)
{
    size_t opened = r->at;
    char quote = r->text.ptr[r->at++];
    Buf buf = buf_on(r->arena);
    buf_add(&buf, prefix);
    for (; r->at < r->text.len && r->text.ptr[r->at] != quote; r->at++) {
        char c = r->text.ptr[r->at], next = byte_at(r, r->at + 1);
        bool escapes = c == '\\' && (next == '\'' || next == '"' || next == '\\');
        if (escapes) c = r->text.ptr[++r->at];
        buf_byte(&buf, c);
    }
    if (r->at == r->text.len) return bad_at(r, opened, "the quote %c is never closed", quote);
    r->at++;
    if (r->at < r->text.len && !is_blank(r->text.ptr[r->at]))
        return bad_at(r, r->at, "\"" STR_FMT "\" follows a closing quote without a blank",
                      STR_ARG(word_at(r, r->at)));
    *out = buf_str(&buf);
    return NULL;
}

// A value, `prefix` included, which the caller has seen: "~".
static Fail read_value(Reader *r, Str key, Str prefix, Str *out)
{
    size_t start = r->at;
    char first = byte_at(r, r->at);
    if (first == '\'' || first == '"') {
        TRY(read_quoted(r, prefix, out));
    } else {
        while (r->at < r->text.len && !is_blank(r->text.ptr[r->at])) r->at++;
        *out = str_sub(r->text, start - prefix.len, r->at);
    }
    if (out->len > prefix.len) return NULL;
    return bad_at(r, start, "the value of " STR_FMT " is empty", STR_ARG(key));
}

// $X=~regex, $X!=~regex, and the older $X=!~regex.
static Fail read_metavar(Reader *r, Str key)
{
    MetaVarWord word = {.at = r->at};
    size_t dollars = 0;
    while (dollars < key.len && key.ptr[dollars] == '$') dollars++;
    word.name = key;
    if (dollars == key.len) return bad_at(r, r->at, "a metavariable needs a name: $X=~regex");
    r->at += key.len;
    if (byte_at(r, r->at) == '!') word.negated = true, r->at++;
    r->at++; // '='
    if (!word.negated && byte_at(r, r->at) == '!') word.negated = true, r->at++;
    if (byte_at(r, r->at) != '~')
        return bad_at(r, r->at, STR_FMT " takes a regular expression: " STR_FMT "=~'re'",
                      STR_ARG(key), STR_ARG(key));
    r->at++;
    TRY(read_value(r, key, STR_NONE, &word.regex));
    VEC_PUSH(r->arena, &r->metavars, word);
    return NULL;
}

static bool find_key(Str text, EntityKey *out)
{
    for (int i = 0; i < ENTITY_KEYS; i++) {
        bool found = str_eq(text, str_from(keys[i].key)) ||
                     (keys[i].alias[0] && str_eq(text, str_from(keys[i].alias)));
        if (found) *out = (EntityKey)i;
        if (found) return true;
    }
    return false;
}

static Fail unknown_key(const Reader *r, Str key)
{
    Nearest nearest = nearest_to(key);
    for (int i = 0; i < ENTITY_KEYS; i++) nearest_offer(&nearest, str_from(keys[i].key));
    return bad_at(r, r->at, "unknown key \"" STR_FMT "\"%s", STR_ARG(key),
                  nearest.name.len ? nearest_phrase(r->arena, &nearest, "")
                                   : "; `cq help q` lists them");
}

static Fail read_pair(Reader *r, Str text)
{
    EntityKey key;
    size_t at = r->at;
    if (!find_key(text, &key)) return unknown_key(r, text);
    EntityWord *word = &r->out->of[key];
    if (word->text.ptr)
        return bad_at(r, at, STR_FMT " is given twice, first in column %zu", STR_ARG(text),
                      word->at + 1);
    r->at += text.len + 1;
    bool tilde = byte_at(r, r->at) == '~';
    if (tilde) r->at++;
    TRY(read_value(r, text, tilde ? STR("~") : STR_NONE, &word->text));
    word->at = at;
    return NULL;
}

Fail entity_words_read(Arena *arena, Str text, EntityWords *out)
{
    Reader r = {.arena = arena, .text = text, .out = out};
    *out = (EntityWords){0};
    if (!has_pair(&r)) {
        out->plain = str_trim(text);
        return NULL;
    }
    for (;;) {
        while (r.at < text.len && is_blank(text.ptr[r.at])) r.at++;
        if (r.at == text.len) break;
        Str key = key_at(&r, r.at);
        if (!key.len)
            return bad_at(&r, r.at,
                          "\"" STR_FMT "\" is no key=value pair; put quotes around a "
                          "value with blanks",
                          STR_ARG(word_at(&r, r.at)));
        if (key.ptr[0] == '$') TRY(read_metavar(&r, key));
        else TRY(read_pair(&r, key));
    }
    out->metavars = r.metavars.items;
    out->metavar_count = r.metavars.len;
    return NULL;
}

Fail entity_words_flag(Arena *arena, EntityWords *words, EntityKey key, Str text)
{
    EntityWord *word = &words->of[key];
    if (word->text.ptr)
        return FAIL(arena, BAD_REQUEST, "--%s is given twice: in the text it is column %zu",
                    keys[key].flag, word->at + 1);
    *word = (EntityWord){.text = text.ptr ? text : STR(""), .is_flag = true};
    return NULL;
}

Fail entity_query_bad(Arena *arena, const EntityWords *words, EntityKey key, const char *fmt, ...)
{
    const EntityWord *word = &words->of[key];
    va_list args;
    va_start(args, fmt);
    Str what = str_format_args(arena, fmt, args), flag = str_copy(arena, str_from(keys[key].flag));
    va_end(args);
    if (word->is_flag) {
        for (char *c = (char *)flag.ptr; *c; c++) *c = *c == '_' ? '-' : *c;
        return FAIL(arena, BAD_REQUEST, "--" STR_FMT " " STR_FMT ": " STR_FMT, STR_ARG(flag),
                    STR_ARG(word->text), STR_ARG(what));
    }
    Fail fail = FAIL(arena, BAD_REQUEST, "column %zu: %s=" STR_FMT ": " STR_FMT, word->at + 1,
                     keys[key].key, STR_ARG(word->text), STR_ARG(what));
    return problem_with_int(arena, fail, "offset", (int64_t)word->at);
}
