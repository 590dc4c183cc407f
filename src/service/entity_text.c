// service/entity_text.c - what the text of a definition says that facts do not: decorators, and
// what it raises. Comments and strings are passed over: the facts know where they are.
#include "service/entity_.h"

typedef struct Scan { // over [at, end) of the text, without comments and strings
    const Facts *facts;
    Str text;
    uint32_t at, end;
    uint32_t span; // the next one that may begin at `at` or behind it
} Scan;

static Scan scan_begin(const FileFacts *file, Span over)
{
    Scan scan = {&file->facts, file->text, over.start, over.end, 0};
    uint32_t low = 0, high = scan.facts->span_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (scan.facts->spans[middle].span.start < over.start) low = middle + 1;
        else high = middle;
    }
    scan.span = low;
    return scan;
}

static bool is_opaque(SpanKind kind)
{
    return kind == SPAN_COMMENT || kind == SPAN_DOCSTRING || kind == SPAN_STRING;
}

// Goes to the next byte of code; false at the end.
static bool scan_code(Scan *scan)
{
    while (scan->span < scan->facts->span_count &&
           scan->facts->spans[scan->span].span.start <= scan->at) {
        const TextSpan *span = &scan->facts->spans[scan->span++];
        if (is_opaque(span->kind) && span->span.end > scan->at) scan->at = span->span.end;
    }
    return scan->at < scan->end;
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

// "a.b.c", "std::x": what can be read as a dotted name from `at`.
static Str dotted_name(Str text, uint32_t at, uint32_t end)
{
    uint32_t to = at;
    while (to < end && (is_word(text.ptr[to]) || text.ptr[to] == '.' || text.ptr[to] == ':' ||
                        text.ptr[to] == '\\'))
        to++;
    while (to > at && (text.ptr[to - 1] == ':' || text.ptr[to - 1] == '.')) to--;
    return str_sub(text, at, to);
}

static uint32_t skip_blanks(Str text, uint32_t at, uint32_t end)
{
    while (at < end && strchr(" \t\r\n\\", text.ptr[at])) at++;
    return at;
}

typedef enum Mark { MARK_NONE, MARK_AT, MARK_HASH, MARK_BRACKET } Mark;

static Mark mark_of(LangId lang)
{
    switch (lang) {
    case LANG_python:
    case LANG_javascript:
    case LANG_typescript:
    case LANG_tsx:
    case LANG_java:
    case LANG_kotlin:
    case LANG_scala:
    case LANG_swift: return MARK_AT;
    case LANG_rust:
    case LANG_php: return MARK_HASH;
    case LANG_csharp:
    case LANG_cpp: return MARK_BRACKET;
    default: return MARK_NONE;
    }
}

// How many bytes introduce a decorator at `at`; 0: none begins there.
static uint32_t mark_at(const Scan *scan, Mark mark)
{
    Str rest = str_sub(scan->text, scan->at, scan->end);
    if (mark == MARK_AT) return rest.ptr[0] == '@' && !str_starts(rest, STR("@interface")) ? 1 : 0;
    if (mark == MARK_HASH) {
        if (str_starts(rest, STR("#["))) return 2;
        return str_starts(rest, STR("#![")) ? 3 : 0;
    }
    if (scan->facts->lang == LANG_cpp) return str_starts(rest, STR("[[")) ? 2 : 0;
    return rest.ptr[0] == '[' ? 1 : 0;
}

// Behind the bracket that closes what is open `depth` deep at `at`.
static void skip_brackets(Scan *scan, int depth)
{
    for (; depth > 0 && scan_code(scan); scan->at++) {
        char c = scan->text.ptr[scan->at];
        if (strchr("([{", c)) depth++;
        if (strchr(")]}", c)) depth--;
    }
}

Decorators entity_decorators(const FileFacts *file, uint32_t index)
{
    const Def *def = &file->facts.defs[index];
    Mark mark = mark_of(file->facts.lang);
    VEC(Decorator) found = {0};
    Scan scan = scan_begin(file, (Span){def->full.start, def->name_span.start});
    if (mark == MARK_NONE) return (Decorators){0};
    while (scan_code(&scan)) {
        uint32_t lead = mark_at(&scan, mark), start = scan.at;
        char c = scan.text.ptr[scan.at];
        if (!lead) {
            scan.at++;
            if (strchr("([{", c)) skip_brackets(&scan, 1);
            continue;
        }
        uint32_t from = skip_blanks(scan.text, scan.at + lead, scan.end);
        Str name = dotted_name(scan.text, from, scan.end);
        scan.at = MAX(from + (uint32_t)name.len, scan.at + lead);
        if (mark != MARK_AT) skip_brackets(&scan, mark == MARK_BRACKET && lead == 2 ? 2 : 1);
        else if (scan.at < scan.end && scan.text.ptr[scan.at] == '(')
            scan.at++, skip_brackets(&scan, 1);
        if (name.len)
            VEC_PUSH(file->cx->arena, &found, (Decorator){name, {start, MIN(scan.at, scan.end)}});
    }
    return (Decorators){found.items, (uint32_t)found.len};
}

// --- what is raised ---

static const char *raise_word(LangId lang)
{
    switch (lang) {
    case LANG_python:
    case LANG_ruby: return "raise";
    case LANG_javascript:
    case LANG_typescript:
    case LANG_tsx:
    case LANG_java:
    case LANG_cpp:
    case LANG_csharp:
    case LANG_php:
    case LANG_kotlin:
    case LANG_scala:
    case LANG_swift: return "throw";
    default: return NULL;
    }
}

bool entity_lang_raises(LangId lang)
{
    return raise_word(lang) != NULL;
}

// What stands behind the word: the name of the class, or of the variable, that is raised.
static Str raised_name(const Scan *scan, uint32_t at)
{
    uint32_t line = at;
    while (line < scan->end && (scan->text.ptr[line] == ' ' || scan->text.ptr[line] == '\t'))
        line++;
    Str name = dotted_name(scan->text, line, scan->end);
    if (!str_eq(name, STR("new"))) return name;
    line = skip_blanks(scan->text, line + 3, scan->end);
    return dotted_name(scan->text, line, scan->end);
}

Raises entity_raises(const FileFacts *file, uint32_t index)
{
    const Def *def = &file->facts.defs[index];
    const char *keyword = raise_word(file->facts.lang);
    VEC(Raise) found = {0};
    if (!keyword) return (Raises){0};
    Str word = str_from(keyword);
    Scan scan = scan_begin(file, def->full);
    while (scan_code(&scan)) {
        if (!is_word(scan.text.ptr[scan.at])) {
            scan.at++;
            continue;
        }
        uint32_t start = scan.at;
        while (scan.at < scan.end && is_word(scan.text.ptr[scan.at])) scan.at++;
        bool member = start && scan.text.ptr[start - 1] == '.';
        if (member || !str_eq(str_sub(scan.text, start, scan.at), word)) continue;
        if (entity_body_at(&file->facts, start) != (int32_t)index) continue;
        Str name = raised_name(&scan, scan.at);
        uint32_t end =
            name.len ? (uint32_t)(name.ptr - scan.text.ptr + (ptrdiff_t)name.len) : scan.at;
        VEC_PUSH(file->cx->arena, &found, (Raise){name, {start, end}});
    }
    return (Raises){found.items, (uint32_t)found.len};
}
