// lang/c/mask.c - attribute macros that the grammar would take for names, hidden from it.
//
//   API int f(void);          struct __packed s { ... };        struct { ... } __aligned(8) name;
//
// Only what stands in such a place at a line's start is looked at, so a word is hidden only where
// the rest of its line is a whole declaration without it. Of types that are handed to macros only
// their last word is left, a name, which can stand there:
//
//   va_arg(ap, const char *)        container_of(p, struct s, member)
#include "lang/c/c.h"

typedef struct Mask {
    Arena *arena;
    Str text;
    char *copy; // made when the first word is hidden
} Mask;

static void hide(Mask *m, uint32_t start, uint32_t end)
{
    if (!m->copy) {
        m->copy = arena_alloc_raw(m->arena, m->text.len);
        memcpy(m->copy, m->text.ptr, m->text.len);
    }
    memset(m->copy + start, ' ', end - start);
}

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static uint32_t skip_name(Str text, uint32_t at)
{
    while (at < text.len && is_name_byte(text.ptr[at])) at++;
    return at;
}

static uint32_t skip_blank(Str text, uint32_t at) // within the line
{
    while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t')) at++;
    return at;
}

static bool is_upper(Str name)
{
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] >= 'a' && name.ptr[i] <= 'z') return false;
    return name.len > 0;
}

static char byte_at(Str text, uint32_t at)
{
    return at < text.len ? text.ptr[at] : '\0';
}

// Whether text[at...] goes on like a declaration that needs no word before it: "int f(", "T *x",
// "void (*f)".
static bool is_declaration(Str text, uint32_t at)
{
    uint32_t end = skip_name(text, at);
    if (end == at || (text.ptr[at] >= '0' && text.ptr[at] <= '9')) return false;
    uint32_t next = end;
    while (next < text.len && strchr(" \t*", text.ptr[next])) next++;
    if (next == end || next >= text.len) return false;
    if (text.ptr[next] == '(') return c_is_keyword(str_sub(text, at, end));
    return is_name_byte(text.ptr[next]);
}

// API int f(void); the words in capitals that begin a line, several in a row.
static void hide_before_declaration(Mask *m, uint32_t at)
{
    while (at < m->text.len && m->text.ptr[at] >= 'A' && m->text.ptr[at] <= 'Z') {
        uint32_t end = skip_name(m->text, at), next = skip_blank(m->text, end);
        bool macro = next > end && is_upper(str_sub(m->text, at, end));
        if (!macro || !is_declaration(m->text, next)) break;
        hide(m, at, end);
        at = next;
    }
}

// struct __packed name {: of several names before the brace only the last is the struct's.
static void hide_in_tag(Mask *m, uint32_t at)
{
    uint32_t first = at, last = at;
    int names = 0;
    for (;; names++) {
        at = skip_blank(m->text, at);
        uint32_t end = skip_name(m->text, at);
        if (end == at) break;
        last = at;
        at = end;
    }
    if (names > 1 && byte_at(m->text, at) == '{') hide(m, first, last);
}

static bool is_layout(Str name) // a macro even when no name follows: } __packed;
{
    return str_contains(name, STR("packed")) || str_contains(name, STR("aligned")) ||
           str_contains(name, STR("layout"));
}

// } __packed name;  } __aligned(8) __packed;  `at` is behind the brace.
static void hide_behind_body(Mask *m, uint32_t at)
{
    for (;;) {
        uint32_t start = skip_blank(m->text, at), end = skip_name(m->text, start);
        Str name = str_sub(m->text, start, end);
        if (!str_starts(name, STR("__")) || str_starts(name, STR("__attribute"))) return;
        at = skip_blank(m->text, end);
        bool more = is_name_byte(byte_at(m->text, at));
        if (byte_at(m->text, at) == '(') {
            int depth = 0;
            do {
                char c = byte_at(m->text, at++);
                if (!c || c == '\n') return;
                depth += (c == '(') - (c == ')');
            } while (depth);
            end = at;
            more = true;
        }
        if (!more && !is_layout(name)) return;
        hide(m, start, end);
    }
}

static void look_at_line(Mask *m, uint32_t line)
{
    hide_before_declaration(m, line);
    uint32_t at = skip_blank(m->text, line);
    if (byte_at(m->text, at) == '}') hide_behind_body(m, at + 1);
    for (;;) { // typedef struct ..., static const struct ...
        uint32_t end = skip_name(m->text, at);
        Str word = str_sub(m->text, at, end);
        if (str_eq(word, STR("struct")) || str_eq(word, STR("union")) ||
            str_eq(word, STR("enum"))) {
            hide_in_tag(m, end);
            return;
        }
        bool before_tag = str_eq(word, STR("typedef")) || str_eq(word, STR("static")) ||
                          str_eq(word, STR("const"));
        if (!before_tag) return;
        at = skip_blank(m->text, end);
    }
}

// --- types as arguments

static uint32_t name_start(Str text, uint32_t end)
{
    while (end && is_name_byte(text.ptr[end - 1])) end--;
    return end;
}

static uint32_t skip_back(Str text, uint32_t at, const char *bytes)
{
    while (at && strchr(bytes, text.ptr[at - 1])) at--;
    return at;
}

// Where the parenthesis around text[at] is; 0 when no near one is known.
static uint32_t paren_around(Str text, uint32_t at)
{
    enum { MOST_BYTES = 500 };
    int depth = 0;
    for (uint32_t limit = at > MOST_BYTES ? at - MOST_BYTES : 0; at > limit; at--) {
        char c = text.ptr[at - 1];
        if (strchr(";{}\"'", c)) return 0;
        if (c == '(' && depth-- == 0) return at - 1;
        depth += c == ')';
    }
    return 0;
}

// Whether the parenthesis at `open` is that of a call; not of a prototype, which has a type before
// it and stands at the start of a line, of a cast or sizeof.
static bool opens_call(Str text, uint32_t open)
{
    uint32_t end = skip_back(text, open, " \t"), start = name_start(text, end);
    if (start == end || c_is_keyword(str_sub(text, start, end))) return false;
    uint32_t line = start;
    while (line && text.ptr[line - 1] != '\n') line--;
    if (!strchr(" \t", text.ptr[line])) return false;
    uint32_t at = skip_back(text, start, " \t\r\n\\");
    bool star = at && text.ptr[at - 1] == '*';
    if (star) at = skip_back(text, at, "* \t\r\n\\");
    if (!at) return false;
    char before = text.ptr[at - 1];
    if (!is_name_byte(before))
        return strchr("=(,;{}!&|:?[+-/<>~%", before) || (before == ')' && !star);
    Str word = str_sub(text, name_start(text, at), at);
    return str_eq(word, STR("return")) || str_eq(word, STR("else")) || str_eq(word, STR("do"));
}

// `end` is behind a type: at a comma or parenthesis.
static void hide_type(Mask *m, uint32_t end)
{
    Str text = m->text;
    uint32_t last_end = skip_back(text, end, "* \t\r\n"), last = name_start(text, last_end);
    uint32_t first = last, at;
    if (last == last_end) return;
    while ((at = skip_back(text, first, " \t\r\n")) && is_name_byte(text.ptr[at - 1]))
        first = name_start(text, at);
    if (!at) return;
    uint32_t open = text.ptr[at - 1] == '('   ? at - 1
                    : text.ptr[at - 1] == ',' ? paren_around(text, at - 1)
                                              : 0;
    if (!open || !opens_call(text, open)) return;
    hide(m, first, last);
    hide(m, last_end, end);
}

static bool ends_argument(Str text, uint32_t at)
{
    char c = byte_at(text, skip_blank(text, at));
    return c == ',' || c == ')';
}

// T *)   T *,
static void hide_pointers(Mask *m)
{
    Str text = m->text;
    for (uint32_t at = 0; at < text.len; at++) {
        const char *star = memchr(text.ptr + at, '*', text.len - at);
        if (!star) return;
        at = (uint32_t)(star - text.ptr);
        if (ends_argument(text, at + 1)) hide_type(m, skip_blank(text, at + 1));
    }
}

// struct s)   struct s,
static void hide_tags(Mask *m, Str keyword)
{
    Str text = m->text;
    for (size_t at = 0; at < text.len; at += keyword.len) {
        const char *found = memmem(text.ptr + at, text.len - at, keyword.ptr, keyword.len);
        if (!found) return;
        at = (size_t)(found - text.ptr);
        if (at && is_name_byte(text.ptr[at - 1])) continue;
        uint32_t name = (uint32_t)(at + keyword.len), end = skip_name(text, name);
        if (end > name && ends_argument(text, end)) hide_type(m, skip_blank(text, end));
    }
}

Str c_mask(Arena *arena, Str text)
{
    Mask mask = {.arena = arena, .text = text};
    for (uint32_t line = 0; line < text.len;) {
        look_at_line(&mask, line);
        const char *newline = memchr(text.ptr + line, '\n', text.len - line);
        if (!newline) break;
        line = (uint32_t)(newline - text.ptr) + 1;
    }
    hide_pointers(&mask);
    hide_tags(&mask, STR("struct "));
    hide_tags(&mask, STR("union "));
    hide_tags(&mask, STR("enum "));
    return mask.copy ? (Str){mask.copy, text.len} : text;
}
