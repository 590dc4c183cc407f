// lang/template.c
#include "lang/template.h"

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_one_of(const char *set, char c)
{
    return c && strchr(set, c);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool template_is_path(Str path)
{
    static const char *const ends[] = {".html",   ".htm", ".xhtml", ".jinja",
                                       ".jinja2", ".j2",  ".tmpl",  ".djhtml",
                                       ".django", ".njk", ".twig",  ".liquid"};
    for (size_t i = 0; i < ARRAY_LEN(ends); i++)
        if (str_ends(path, str_from(ends[i]))) return true;
    return false;
}

// Where `mark` stands from `at` on, or the end.
static size_t find_mark(Str text, size_t at, const char *mark)
{
    Str wanted = str_from(mark);
    for (; at + wanted.len <= text.len; at++) {
        const char *next = memchr(text.ptr + at, wanted.ptr[0], text.len - wanted.len + 1 - at);
        if (!next) break;
        at = (size_t)(next - text.ptr);
        if (!memcmp(next, wanted.ptr, wanted.len)) return at;
    }
    return text.len;
}

// The byte behind a string; of one that does not end on its expression's side: `end`.
static size_t skip_string(Str text, size_t at, size_t end)
{
    char quote = text.ptr[at++];
    while (at < end && text.ptr[at] != quote) at += text.ptr[at] == '\\' && at + 1 < end ? 2 : 1;
    return MIN(at + 1, end);
}

static Str word_at(Str text, size_t at, size_t end)
{
    size_t to = at;
    while (to < end && is_word(text.ptr[to])) to++;
    return str_sub(text, at, to);
}

static size_t skip_blanks(Str text, size_t at, size_t end)
{
    while (at < end && is_blank(text.ptr[at])) at++;
    return at;
}

// Behind {% raw %}: where its end begins.
static size_t skip_raw(Str text, size_t tag, size_t end)
{
    size_t at = skip_blanks(text, tag + (text.ptr[tag] == '-' || text.ptr[tag] == '+'), end);
    Str name = word_at(text, at, end);
    bool raw = str_eq(name, STR("raw")), comment = str_eq(name, STR("comment"));
    if (!raw && !comment && !str_eq(name, STR("verbatim"))) return tag;
    const char *mark = raw ? "endraw" : comment ? "endcomment" : "endverbatim";
    return find_mark(text, end, mark);
}

// The next expression: {{ or {%; false: there is none.
static bool enter(TemplateScan *s)
{
    Str text = s->text;
    for (;;) {
        size_t at = find_mark(text, s->at, "{");
        if (at + 2 > text.len) return false;
        char kind = text.ptr[at + 1];
        s->at = at + 2;
        if (kind == '#') s->at = MIN(find_mark(text, s->at, "#}") + 2, text.len);
        if (kind != '{' && kind != '%') {
            if (kind != '#') s->at = at + 1;
            continue;
        }
        s->end = find_mark(text, s->at, kind == '{' ? "}}" : "%}");
        if (s->end == text.len) return false; // it never ends: no expression
        s->tag = kind == '%';
        s->handed = false;
        s->before = 0;
        size_t behind = s->tag ? skip_raw(text, s->at, s->end) : s->at;
        if (behind == s->at) return true;
        s->at = behind;
        s->end = 0;
    }
}

// The arguments of a call: at is behind its parenthesis; the byte behind the closing one.
static size_t read_arguments(Str text, size_t at, size_t end, TemplateUse *out)
{
    int depth = 0;
    size_t start = at = skip_blanks(text, at, end);
    bool keyword = false, any = false;
    for (;;) {
        char c = at < end ? text.ptr[at] : ')';
        if (c == '"' || c == '\'') {
            at = skip_string(text, at, end), any = true;
            continue;
        }
        if (!depth && is_one_of(",)]}", c)) {
            Str part = str_sub(text, start, at);
            bool two = str_starts(part, STR("**")), one = !two && str_starts(part, STR("*"));
            out->star_star |= two, out->star |= one;
            out->positional += any && !keyword && !one && !two;
            if (c != ',') return MIN(at + 1, end);
            start = at = skip_blanks(text, at + 1, end);
            keyword = any = false;
            continue;
        }
        bool equal = c == '=' && !depth && at > start && !is_one_of("=!<>", text.ptr[at - 1]);
        keyword |= equal && at + 1 < end && text.ptr[at + 1] != '=';
        if (is_one_of("([{", c)) depth++;
        if (is_one_of(")]}", c)) depth--;
        any |= !is_blank(c);
        at++;
    }
}

uint32_t template_keywords(Str text, const TemplateUse *call, Str *out, uint32_t cap)
{
    uint32_t count = 0;
    int depth = 0;
    for (size_t at = call->span.end; at < call->full.end;) {
        char c = text.ptr[at];
        if (c == '"' || c == '\'') {
            at = skip_string(text, at, call->full.end);
            continue;
        }
        if (is_one_of("([{", c)) depth++;
        if (is_one_of(")]}", c)) depth--;
        Str word = depth == 1 ? word_at(text, at, call->full.end) : STR_NONE;
        size_t behind = skip_blanks(text, at + word.len, call->full.end);
        bool equal = word.len && behind + 1 < call->full.end && text.ptr[behind] == '=' &&
                     text.ptr[behind + 1] != '=';
        if (equal && count++ < cap) out[count - 1] = word;
        at += MAX(word.len, (size_t)1);
    }
    return count;
}

static void take_name(TemplateScan *s, Str name, TemplateUse *out)
{
    size_t start = s->at, behind;
    s->at += name.len;
    behind = skip_blanks(s->text, s->at, s->end);
    *out = (TemplateUse){.span = {(uint32_t)start, (uint32_t)s->at}};
    out->full = out->span;
    out->member = s->before == '.';
    bool called = behind < s->end && s->text.ptr[behind] == '(';
    if (called) {
        size_t to = read_arguments(s->text, behind + 1, s->end, out);
        out->full.end = (uint32_t)to;
        out->kind = s->before == '|' ? TEMPLATE_FILTER : TEMPLATE_CALL;
    } else {
        out->kind = s->tag ? TEMPLATE_TAG : TEMPLATE_FILTER;
    }
    if (called || s->tag) s->callee = name, s->handed = true;
    s->tag = false;
}

// The name that ends a string: "blog.create" names create.
static bool take_string(TemplateScan *s, size_t end, TemplateUse *out)
{
    size_t from = end - 1;
    while (from > s->at + 1 && is_word(s->text.ptr[from - 1])) from--;
    char before = s->text.ptr[from - 1];
    bool whole = from == s->at + 1 || before == '.' || before == ':';
    if (!whole || from + 1 >= end || s->text.ptr[end - 1] != s->text.ptr[s->at]) return false;
    *out = (TemplateUse){
        .kind = TEMPLATE_STRING, .span = {(uint32_t)from, (uint32_t)end - 1}, .callee = s->callee};
    out->full = out->span;
    return true;
}

static bool is_keyword(Str word)
{
    static const char *const words[] = {"if", "else", "elif", "for",  "in",   "not", "and", "or",
                                        "is", "with", "as",   "True", "None", "by",  NULL};
    for (size_t i = 0; words[i]; i++)
        if (str_eq(word, str_from(words[i]))) return true;
    return false;
}

bool template_next(TemplateScan *s, TemplateUse *out)
{
    for (;;) {
        if (!s->end && !enter(s)) return false;
        s->at = skip_blanks(s->text, s->at, s->end);
        if (s->at >= s->end) {
            s->at = s->end + 2;
            s->end = 0;
            continue;
        }
        char c = s->text.ptr[s->at];
        if (c == '"' || c == '\'') {
            size_t end = skip_string(s->text, s->at, s->end);
            bool named = s->handed && end > s->at + 1 && take_string(s, end, out);
            s->at = end, s->handed = false, s->before = c;
            if (named) return true;
            continue;
        }
        if (!is_word(c)) {
            if (!(s->tag && (c == '-' || c == '+'))) s->before = c; // {%- tag
            s->at++;
            continue;
        }
        Str word = word_at(s->text, s->at, s->end);
        bool tested = str_eq(word, STR("is")), name = !(c >= '0' && c <= '9');
        size_t behind = skip_blanks(s->text, s->at + word.len, s->end);
        bool called = behind < s->end && s->text.ptr[behind] == '(';
        bool use = name && (s->tag || s->before == '|' || called) && !is_keyword(word);
        if (use) {
            take_name(s, word, out);
            s->before = 'a';
            return true;
        }
        s->at += word.len;
        s->tag = false;
        s->before = tested ? '|' : 'a';
    }
}

static bool is_word_of(const char *const *words, Str word)
{
    for (size_t i = 0; words[i]; i++)
        if (str_eq(word, str_from(words[i]))) return true;
    return false;
}

// The next string of a tag that names files: not those behind `with`, `import` and the like.
static bool next_file(TemplateScan *s, TemplatePart *out)
{
    static const char *const enders[] = {"with", "import", "only",    "without",
                                         "as",   "ignore", "context", NULL};
    while (s->at < s->end) {
        char c = s->text.ptr[s->at];
        if (c == '"' || c == '\'') {
            size_t start = s->at, end = skip_string(s->text, start, s->end);
            s->at = end;
            if (end < start + 3 || s->text.ptr[end - 1] != c) continue;
            *out = (TemplatePart){s->callee, {(uint32_t)start + 1, (uint32_t)end - 1}, true};
            return true;
        }
        Str word = word_at(s->text, s->at, s->end);
        if (is_word_of(enders, word)) return false;
        s->at += MAX(word.len, (size_t)1);
    }
    return false;
}

bool template_next_part(TemplateScan *s, TemplatePart *out)
{
    static const char *const of_files[] = {"extends", "include", "import", "from", "embed",
                                           "use",     "render",  "layout", NULL};
    static const char *const of_names[] = {"block", "macro", NULL};
    for (;;) {
        if (s->end && s->handed && next_file(s, out)) return true;
        if (s->end) s->at = s->end + 2, s->end = 0;
        if (!enter(s)) return false;
        s->handed = false;
        if (!s->tag) continue;
        s->at += is_one_of("-+", s->text.ptr[s->at]);
        s->at = skip_blanks(s->text, s->at, s->end);
        Str tag = word_at(s->text, s->at, s->end);
        s->at += tag.len;
        s->callee = tag;
        s->handed = is_word_of(of_files, tag);
        if (!is_word_of(of_names, tag)) continue;
        size_t start = skip_blanks(s->text, s->at, s->end);
        Str name = word_at(s->text, start, s->end);
        if (!name.len) continue;
        *out = (TemplatePart){tag, {(uint32_t)start, (uint32_t)(start + name.len)}, false};
        return true;
    }
}
