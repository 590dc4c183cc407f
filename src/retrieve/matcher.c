// retrieve/matcher.c - running a compiled pattern over the text of one file.
//
// Four ways, fastest first: a literal is found by the SIMD scan alone; a regular expression with
// required literals runs on the lines that hold one; one without, on the whole text at once when
// its rewritten form cannot cross a line end; and any other, line by line.
#include "retrieve/pattern_.h"

struct Matcher { // owner thread
    const Pattern *pattern;
    pcre2_match_data *data;
    pcre2_match_context *context;
    pcre2_jit_stack *stack;
};

// One scan of one text.
typedef struct Run {
    Matcher *matcher;
    const char *text;
    size_t len;
    bool ascii, stopped, costly;
    MatchFn fn;
    void *arg;
} Run;

static void free_matcher(void *object)
{
    Matcher *matcher = object;
    pcre2_match_data_free(matcher->data);
    pcre2_match_context_free(matcher->context);
    pcre2_jit_stack_free(matcher->stack);
}

Matcher *matcher_new(Arena *arena, const Pattern *pattern)
{
    Matcher *matcher = ARENA_NEW(arena, Matcher);
    matcher->pattern = pattern;
    if (!pattern->ascii_code && !pattern->utf_code && !pattern->word_char) return matcher;
    matcher->data = pcre2_match_data_create(1, NULL);
    matcher->context = pcre2_match_context_create(NULL);
    matcher->stack = pcre2_jit_stack_create((size_t)32 << 10, (size_t)1 << 20, NULL);
    pcre2_set_match_limit(matcher->context, MATCH_LIMIT);
    pcre2_jit_stack_assign(matcher->context, NULL, matcher->stack);
    arena_defer(arena, free_matcher, matcher);
    return matcher;
}

static void emit(Run *run, size_t start, size_t end)
{
    if (!run->fn(run->arg, (Match){start, end})) run->stopped = true;
}

// The first match at or after `from` in text[base .. base+len); offsets are into `text`.
static bool find(Run *run, const pcre2_code *code, size_t base, size_t len, size_t from,
                 Match *match)
{
    Matcher *matcher = run->matcher;
    int rc = pcre2_match(code, (PCRE2_SPTR)run->text + base, len, from - base, PCRE2_NO_UTF_CHECK,
                         matcher->data, matcher->context);
    if (rc == PCRE2_ERROR_NOMATCH) return false;
    if (rc < 0) { // match limit, heap limit, JIT stack
        run->costly = true;
        return false;
    }
    const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(matcher->data);
    *match = (Match){base + MIN(ends[0], ends[1]), base + ends[1]}; // \K can swap them
    return true;
}

static size_t line_start(const char *text, size_t at)
{
    const char *newline = at ? memrchr(text, '\n', at) : NULL;
    return newline ? (size_t)(newline - text) + 1 : 0;
}

static size_t line_end(const char *text, size_t len, size_t at)
{
    const char *newline = at < len ? memchr(text + at, '\n', len - at) : NULL;
    return newline ? (size_t)(newline - text) : len;
}

static size_t next_char(const Run *run, size_t at)
{
    at++;
    while (at < run->len && ((unsigned char)run->text[at] & 0xC0) == 0x80) at++;
    return at;
}

// All matches in the line [start, end); an empty one only when there is no other.
static void match_line(Run *run, const pcre2_code *code, size_t start, size_t end)
{
    size_t stop = end > start && run->text[end - 1] == '\r' ? end - 1 : end;
    bool any = false, any_empty = false;
    Match match, empty = {0};
    for (size_t from = start; from <= stop && !run->stopped;) {
        if (!find(run, code, start, stop - start, from, &match)) break;
        if (match.end > match.start) {
            emit(run, match.start, match.end);
            any = true;
            from = match.end;
        } else {
            if (!any_empty) empty = match;
            any_empty = true;
            from = next_char(run, match.end);
        }
    }
    if (!any && any_empty && !run->stopped) emit(run, empty.start, empty.end);
}

static void scan_lines(Run *run, const pcre2_code *code)
{
    for (size_t at = 0; at < run->len && !run->stopped && !run->costly;) {
        size_t end = line_end(run->text, run->len, at);
        match_line(run, code, at, end);
        at = end + 1;
    }
}

static void scan_candidate_lines(Run *run, const pcre2_code *code)
{
    const Pattern *pattern = run->matcher->pattern;
    uint32_t which = 0;
    for (size_t at = 0; at < run->len && !run->stopped && !run->costly;) {
        at = pattern->scan->find(&pattern->needles, run->text, run->len, at, &which);
        if (at >= run->len) return;
        size_t start = line_start(run->text, at), end = line_end(run->text, run->len, at);
        match_line(run, code, start, end);
        at = end + 1;
    }
}

// Once a match is empty its line needs the rule of match_line; others need no line at all.
static void scan_buffer(Run *run, const pcre2_code *buffer_code, const pcre2_code *line_code)
{
    Match match;
    for (size_t at = 0; at < run->len && !run->stopped;) {
        if (!find(run, buffer_code, 0, run->len, at, &match)) return;
        if (match.start >= run->len && run->text[run->len - 1] == '\n') return;
        if (match.end > match.start) {
            emit(run, match.start, match.end);
            at = match.end;
            continue;
        }
        size_t start = line_start(run->text, match.start);
        size_t end = line_end(run->text, run->len, match.start);
        match_line(run, line_code, MAX(start, at), end);
        if (run->costly) return;
        at = end + 1;
    }
}

static bool is_word_byte(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Is the character that ends before (or begins at) `at` a word character?
static bool word_char_at(Run *run, size_t at)
{
    unsigned char c = (unsigned char)run->text[at];
    if (c < 0x80) return is_word_byte(c);
    while (at && ((unsigned char)run->text[at] & 0xC0) == 0x80) at--;
    Match match;
    size_t end = next_char(run, at);
    return find(run, run->matcher->pattern->word_char, at, end - at, at, &match);
}

static bool literal_here(const Run *run, size_t at)
{
    const Pattern *pattern = run->matcher->pattern;
    Str literal = pattern->literal;
    if (literal.len > run->len - at) return false;
    for (size_t i = pattern->needles.needles[0].len; i < literal.len; i++) {
        char c = run->text[at + i];
        if (pattern->fold && c >= 'A' && c <= 'Z') c = (char)(c + 32);
        if (c != literal.ptr[i]) return false;
    }
    return true;
}

static void scan_literal(Run *run)
{
    const Pattern *pattern = run->matcher->pattern;
    size_t size = pattern->literal.len;
    uint32_t which = 0;
    for (size_t at = 0; !run->stopped;) {
        at = pattern->scan->find(&pattern->needles, run->text, run->len, at, &which);
        if (at >= run->len) return;
        bool edges = !pattern->word || ((at == 0 || !word_char_at(run, at - 1)) &&
                                        (at + size >= run->len || !word_char_at(run, at + size)));
        if (edges && literal_here(run, at)) {
            emit(run, at, at + size);
            at += size;
        } else {
            at++;
        }
    }
}

// Does the text hold a non-ASCII letter that folds to one of the pattern's?
static bool has_hazard(const Pattern *pattern, const char *text, size_t len)
{
    uint32_t which = 0;
    return pattern->fold_hazard &&
           pattern->scan->find(&pattern->hazards, text, len, 0, &which) < len;
}

ScanEnd matcher_scan(Matcher *matcher, const char *text, size_t len, bool ascii, MatchFn fn,
                     void *arg)
{
    const Pattern *pattern = matcher->pattern;
    Run run = {.matcher = matcher, .text = text, .len = len, .ascii = ascii, .fn = fn, .arg = arg};
    bool beyond_ascii = !ascii && has_hazard(pattern, text, len);
    bool literal = pattern->literal.len > 0;
    const pcre2_code *line_code =
        ascii && pattern->ascii_code ? pattern->ascii_code : pattern->utf_code;
    const pcre2_code *buffer_code =
        ascii && pattern->ascii_buffer_code ? pattern->ascii_buffer_code : pattern->utf_buffer_code;
    if (literal && !beyond_ascii) scan_literal(&run);
    else if (pattern->needles.count && !beyond_ascii) scan_candidate_lines(&run, line_code);
    else if (buffer_code && !memchr(text, '\r', len)) // a CR before LF is no part of the line
        scan_buffer(&run, buffer_code, line_code);
    else scan_lines(&run, line_code);
    return run.costly ? SCAN_TOO_COSTLY : SCAN_DONE;
}
