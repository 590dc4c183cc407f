// index/glob.c
#include "index/glob.h"

#include <ctype.h>

#include "base/vec.h"

// What a pattern is compared with, from cheap to dear.
typedef enum GlobKind {
    NAME_IS,   // "core"       the last part equals the text
    NAME_ENDS, // "*.o"        ... ends with the text (kept without its star)
    NAME_WILD, // "core.[0-9]" ... matches it
    PATH_IS,   // "/a/b"       the whole path equals it
    PATH_WILD, // "a/*/b"      ... matches it
} GlobKind;

struct Glob {
    const char *text; // without "!", a leading and a trailing "/"
    uint32_t len;
    uint32_t literal; // bytes at the start that stand for themselves
    uint8_t kind;     // GlobKind
    bool negated, dirs_only;
    bool fold;
    char head, tail; // what a path must begin and end with; NUL when not known
};

typedef struct Span { // a part of a pattern or a text still to be looked at
    const char *at, *end;
} Span;

static bool is_special(char c)
{
    return c == '*' || c == '?' || c == '[' || c == '\\';
}

static bool class_has(Str name, unsigned char c, bool fold, bool *known)
{
    static const struct {
        const char *name;
        int (*has)(int);
    } classes[] = {
        {"alnum", isalnum}, {"alpha", isalpha}, {"blank", isblank}, {"cntrl", iscntrl},
        {"digit", isdigit}, {"graph", isgraph}, {"lower", islower}, {"print", isprint},
        {"punct", ispunct}, {"space", isspace}, {"upper", isupper}, {"xdigit", isxdigit},
    };
    for (size_t i = 0; i < ARRAY_LEN(classes); i++) {
        if (!str_eq(str_from(classes[i].name), name)) continue;
        *known = true;
        if (c >= 0x80) return false;
        return classes[i].has(c) != 0 || (fold && str_eq(name, STR("upper")) && islower(c));
    }
    *known = false;
    return false;
}

// One item of a set: a byte, a range or a class. Gives what follows it, or NULL when malformed.
// `prev` is the byte a range may begin with, 0 when there is none.
static const char *set_item(const char *p, const char *end, unsigned char c, bool fold,
                            unsigned char *prev, bool *hit)
{
    unsigned char ch = (unsigned char)*p;
    if (ch == '-' && *prev && p + 1 < end && p[1] != ']') {
        if (*++p == '\\' && ++p == end) return NULL;
        if (c >= *prev && c <= (unsigned char)*p) *hit = true;
        *prev = 0;
        return p + 1;
    }
    if (ch == '[' && p + 1 < end && p[1] == ':') {
        const char *name = p + 2, *close = memchr(name, ']', (size_t)(end - name));
        if (!close) return NULL;
        if (close > name && close[-1] == ':') {
            bool known = false;
            if (class_has((Str){name, (size_t)(close - name) - 1}, c, fold, &known)) *hit = true;
            *prev = 0;
            return known ? close + 1 : NULL;
        }
    } else if (ch == '\\') {
        if (++p == end) return NULL;
        ch = (unsigned char)*p;
    }
    if (c == ch) *hit = true;
    *prev = ch;
    return p + 1;
}

// `p` is behind "[". Gives what follows the set, or NULL when it is malformed.
static const char *match_set(const char *p, const char *end, unsigned char c, bool fold, bool *hit)
{
    bool found = false, first = true;
    bool negated = p < end && (*p == '!' || *p == '^');
    if (negated) p++;
    for (unsigned char prev = 0; p && p < end && (first || *p != ']'); first = false)
        p = set_item(p, end, c, fold, &prev, &found);
    if (!p || p == end) return NULL;
    *hit = found != negated && c != '/';
    return p + 1;
}

// Matches one byte of the text with one item of the pattern that is no star.
// Gives the pattern behind that item, or NULL.
static const char *match_byte(Span pattern, char c, bool fold)
{
    const char *p = pattern.at;
    bool hit = false;
    switch (*p) {
    case '?': return c != '/' ? p + 1 : NULL;
    case '[':
        p = match_set(p + 1, pattern.end, (unsigned char)c, fold, &hit);
        return hit ? p : NULL;
    case '\\':
        if (++p == pattern.end) return NULL;
        break;
    default: break;
    }
    return *p == c ? p + 1 : NULL;
}

// The length of a "**" (or more stars) that is a whole part of the path, else 0.
static size_t double_star(const char *start, Span pattern)
{
    const char *p = pattern.at;
    if (p != start && p[-1] != '/') return 0;
    while (p < pattern.end && *p == '*') p++;
    size_t stars = (size_t)(p - pattern.at);
    bool whole =
        p == pattern.end || *p == '/' || (*p == '\\' && p + 1 < pattern.end && p[1] == '/');
    return stars >= 2 && whole ? stars : 0;
}

// Where to try again after a mismatch: with one more byte in the last star, or else one more part
// of the path in the last double star. Earlier stars never need another try: whatever the parts
// between two stars match, the first place they match leaves the most for the rest.
typedef struct Retry {
    const char *star, *star_text;   // pattern behind the star, first byte not in it
    const char *parts, *parts_text; // pattern behind the double star, first part not in it
} Retry;

static bool next_part(Retry *retry, const char *text_end)
{
    size_t left = (size_t)(text_end - retry->parts_text);
    const char *slash = memchr(retry->parts_text, '/', left);
    if (slash) retry->parts_text = slash + 1;
    return slash != NULL;
}

static bool try_again(Retry *retry, Span *pattern, Span *text)
{
    if (retry->star && retry->star_text < text->end && *retry->star_text != '/') {
        pattern->at = retry->star;
        text->at = ++retry->star_text;
        return true;
    }
    retry->star = NULL;
    if (!retry->parts || !next_part(retry, text->end)) return false;
    pattern->at = retry->parts;
    text->at = retry->parts_text;
    return true;
}

static bool match_wild(const char *start, Span pattern, Span text, bool fold)
{
    Retry retry = {0};
    for (;;) {
        bool ended = pattern.at == pattern.end;
        if (ended && text.at == text.end) return true;
        if (!ended && *pattern.at == '*') {
            size_t stars = double_star(start, pattern);
            const char *after = pattern.at + (stars ? stars : 1);
            if (stars && after == pattern.end) return true;
            if (!stars) {
                retry.star = pattern.at = after;
                retry.star_text = text.at;
                continue;
            }
            bool plain = *after == '/'; // "**\/" must take one part at least, as in git
            retry = (Retry){.parts = after + (plain ? 1 : 2), .parts_text = text.at};
            if (!plain && !next_part(&retry, text.end)) return false;
            pattern.at = retry.parts;
            text.at = retry.parts_text;
            continue;
        }
        const char *next = NULL;
        if (!ended && text.at < text.end) next = match_byte(pattern, *text.at, fold);
        if (next) {
            pattern.at = next;
            text.at++;
        } else if (!try_again(&retry, &pattern, &text)) return false;
    }
}

static bool matches(const Glob *glob, Str path, Str name)
{
    Str against = glob->kind >= PATH_IS ? path : name;
    switch ((GlobKind)glob->kind) {
    case NAME_ENDS:
        if (against.len < glob->len) return false;
        return memcmp(against.ptr + against.len - glob->len, glob->text, glob->len) == 0;
    case NAME_IS:
    case PATH_IS:
        return against.len == glob->len && memcmp(against.ptr, glob->text, glob->len) == 0;
    case NAME_WILD:
    case PATH_WILD: break;
    }
    if (against.len < glob->literal) return false;
    if (memcmp(against.ptr, glob->text, glob->literal) != 0) return false;
    Span pattern = {glob->text + glob->literal, glob->text + glob->len};
    Span text = {against.ptr + glob->literal, against.ptr + against.len};
    return match_wild(glob->text, pattern, text, glob->fold);
}

static GlobVerdict verdict_of(const GlobSet *set, Str path, Str name, bool is_dir)
{
    for (size_t i = set->len; i-- > 0;) {
        const Glob *glob = &set->items[i];
        if (glob->tail && glob->tail != path.ptr[path.len - 1]) continue;
        const char *start = glob->kind >= PATH_IS ? path.ptr : name.ptr;
        if (glob->head && glob->head != *start) continue;
        if (glob->dirs_only && !is_dir) continue;
        if (matches(glob, path, name)) return glob->negated ? GLOB_NEGATED : GLOB_MATCH;
    }
    return GLOB_NONE;
}

static void lower(char *to, Str from)
{
    for (size_t i = 0; i < from.len; i++)
        to[i] = (char)(from.ptr[i] >= 'A' && from.ptr[i] <= 'Z' ? from.ptr[i] | 0x20 : from.ptr[i]);
}

enum { MAX_PATH_BYTES = 4096 }; // no path that can be opened is longer

GlobVerdict glob_match(const GlobSet *set, Str path, Str name, bool is_dir)
{
    if (!set->len || !path.len || !name.len) return GLOB_NONE;
    if (!set->fold || path.len > MAX_PATH_BYTES) return verdict_of(set, path, name, is_dir);
    char buf[MAX_PATH_BYTES];
    lower(buf, path);
    Str low = {buf, path.len};
    return verdict_of(set, low, str_sub(low, path.len - name.len, path.len), is_dir);
}

bool glob_has_plain(const GlobSet *set)
{
    for (size_t i = 0; i < set->len; i++)
        if (!set->items[i].negated) return true;
    return false;
}

// Can `glob` match a path that begins with `path` and a slash?
static bool reaches_below(const Glob *glob, Str path)
{
    if (glob->kind < PATH_IS || glob->fold) return true;
    size_t common = MIN((size_t)glob->literal, path.len);
    if (memcmp(glob->text, path.ptr, common) != 0) return false;
    if (glob->literal > path.len) return glob->text[path.len] == '/';
    return glob->kind == PATH_WILD;
}

bool glob_may_match_below(const GlobSet *set, Str path)
{
    for (size_t i = 0; i < set->len; i++)
        if (!set->items[i].negated && reaches_below(&set->items[i], path)) return true;
    return false;
}

// Where the pattern is malformed and why, or NULL.
static const char *find_fault(Str text, size_t *offset)
{
    const char *p = text.ptr, *end = text.ptr + text.len;
    while (p < end) {
        bool hit;
        *offset = (size_t)(p - text.ptr);
        if (*p == '[') {
            p = match_set(p + 1, end, 'x', false, &hit);
            if (!p) return "'[' is not closed, or names an unknown class";
            continue;
        }
        if (*p == '\\' && ++p == end) return "a '\\' at the end escapes nothing";
        p++;
    }
    return NULL;
}

static size_t literal_length(Str text)
{
    size_t len = 0;
    while (len < text.len && !is_special(text.ptr[len])) len++;
    return len;
}

// Fills everything but the flags.
static void classify(Glob *glob, Str text, bool anchored)
{
    size_t literal = literal_length(text);
    bool suffix = !anchored && literal == 0 && text.len > 1 && text.ptr[0] == '*' &&
                  literal_length(str_sub(text, 1, text.len)) == text.len - 1;
    glob->kind = (uint8_t)(literal == text.len ? NAME_IS : suffix ? NAME_ENDS : NAME_WILD);
    if (anchored) glob->kind = (uint8_t)(literal == text.len ? PATH_IS : PATH_WILD);
    if (suffix) text = str_sub(text, 1, text.len);
    glob->text = text.ptr;
    glob->len = (uint32_t)text.len;
    glob->literal = (uint32_t)literal;
    if (literal) glob->head = text.ptr[0];
    char last = text.ptr[text.len - 1];
    bool escaped = text.len > 1 && text.ptr[text.len - 2] == '\\';
    if (!is_special(last) && last != ']' && !escaped) glob->tail = last;
}

// NULL when the pattern is good, else what is wrong with it, at *offset of `pattern`.
static const char *add(Arena *arena, GlobSet *set, Str pattern, size_t *offset)
{
    Glob glob = {.fold = set->fold};
    Str text = pattern;
    if (text.len && text.ptr[0] == '!') {
        glob.negated = true;
        text = str_sub(text, 1, text.len);
    }
    if (text.len && text.ptr[text.len - 1] == '/') {
        glob.dirs_only = true;
        text.len--;
    }
    bool anchored = str_find(text, '/') < text.len;
    if (text.len && text.ptr[0] == '/') text = str_sub(text, 1, text.len);
    *offset = pattern.len;
    if (!text.len) return "it is empty";
    if (text.len > UINT32_MAX) return "it is too long";
    const char *fault = find_fault(text, offset);
    *offset += (size_t)(text.ptr - pattern.ptr);
    if (fault) return fault;
    if (set->fold) {
        char *low = arena_alloc_raw(arena, text.len);
        lower(low, text);
        text.ptr = low;
    }
    classify(&glob, text, anchored);
    VEC_PUSH(arena, set, glob);
    return NULL;
}

Fail glob_add(Arena *arena, GlobSet *set, Str pattern)
{
    size_t offset = 0;
    const char *fault = add(arena, set, pattern, &offset);
    if (!fault) return NULL;
    Fail fail = FAIL(arena, BAD_REQUEST, "the glob \"" STR_FMT "\" is not valid: %s",
                     STR_ARG(pattern), fault);
    return problem_with_int(arena, fail, "offset", (int64_t)offset);
}

// Cuts spaces at the end that no backslash protects.
static Str trim_line(Str line)
{
    size_t keep = 0;
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] == '\\' && i + 1 == line.len) return line;
        if (line.ptr[i] == '\\') keep = ++i + 1;
        else if (line.ptr[i] != ' ') keep = i + 1;
    }
    return str_sub(line, 0, keep);
}

void glob_add_file(Arena *arena, GlobSet *set, Str text)
{
    if (str_starts(text, STR("\xEF\xBB\xBF"))) text = str_sub(text, 3, text.len);
    for (Str line; str_next(&text, '\n', &line);) {
        if (line.len && line.ptr[line.len - 1] == '\r') line.len--;
        if (!line.len || line.ptr[0] == '#') continue;
        line.len = str_find(line, '\0'); // git reads lines as C strings
        size_t offset;
        add(arena, set, trim_line(line), &offset);
    }
}
