// retrieve/pattern.c - deciding what a pattern is and compiling it.
#include "retrieve/pattern.h"

#include <ctype.h>

#include "retrieve/pattern_.h"

enum { LONGEST_PATTERN = 64 << 10 };

const char *pattern_mode_name(PatternMode mode)
{
    static const char *const names[] = {"auto", "identifier", "literal", "regex"};
    return names[mode];
}

static bool is_name(Str s)
{
    if (!s.len || isdigit((unsigned char)s.ptr[0])) return false;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (!isalnum(c) && c != '_' && c < 0x80) return false;
    }
    return true;
}

static bool is_dotted_name(Str text)
{
    Str rest = text, part;
    while (str_next(&rest, '.', &part))
        if (!is_name(part)) return false;
    return text.len > 0;
}

PatternMode pattern_shape(Str text)
{
    if (is_dotted_name(text)) return PATTERN_IDENTIFIER;
    for (size_t i = 0; i < text.len; i++)
        if (memchr("*+?[]{}()|^$\\", text.ptr[i], 13)) return PATTERN_REGEX;
    return PATTERN_LITERAL;
}

PatternMode pattern_mode(const Pattern *pattern)
{
    return pattern->mode;
}

bool pattern_word(const Pattern *pattern)
{
    return pattern->word;
}

bool pattern_ignores_case(const Pattern *pattern)
{
    return pattern->fold;
}

const NeedleSet *pattern_needles(const Pattern *pattern)
{
    return pattern->needles.count ? &pattern->needles : NULL;
}

static Fail check_text(Arena *arena, Str text)
{
    if (!text.len) return FAIL(arena, BAD_PATTERN, "the pattern is empty; say what to look for");
    if (text.len > LONGEST_PATTERN)
        return FAIL(arena, TOO_LARGE, "the pattern has %zu bytes; at most %d are accepted",
                    text.len, LONGEST_PATTERN);
    if (!utf8_valid(text.ptr, text.len))
        return FAIL(arena, BAD_PATTERN, "the pattern is not valid UTF-8");
    if (memchr(text.ptr, '\n', text.len) || memchr(text.ptr, '\0', text.len))
        return FAIL(arena, BAD_PATTERN,
                    "the pattern holds a line end or a NUL byte; matches stay within one line");
    return NULL;
}

static void free_code(void *code)
{
    pcre2_code_free(code);
}

static pcre2_code *compile(Arena *arena, Str regex, uint32_t flags, int *error, size_t *offset)
{
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    pcre2_set_newline(context, PCRE2_NEWLINE_ANYCRLF);
    flags |= PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C;
    pcre2_code *code =
        pcre2_compile((PCRE2_SPTR)regex.ptr, regex.len, flags, error, offset, context);
    pcre2_compile_context_free(context);
    if (!code) return NULL;
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE); // refused: the interpreter does it
    arena_defer(arena, free_code, code);
    return code;
}

static Fail syntax_problem(Arena *arena, Str regex, int error, size_t offset)
{
    PCRE2_UCHAR reason[256];
    pcre2_get_error_message(error, reason, sizeof reason);
    size_t from = utf8_cut(regex, offset > 20 ? offset - 20 : 0);
    Str before = str_sub(regex, from, offset);
    Fail fail = FAIL(arena, BAD_PATTERN,
                     "the regular expression is wrong at offset %zu, behind \"%s%.*s\": %s; use "
                     "--literal to search for the text itself",
                     offset, from ? "..." : "", STR_ARG(before), (const char *)reason);
    fail = problem_with_int(arena, fail, "offset", (int64_t)offset);
    return problem_with_str(arena, fail, "reason", str_copy(arena, str_from((char *)reason)));
}

// (?<!\w)(?:REGEX)(?!\w), or the regex as it is.
static Str with_word_edges(Arena *arena, Str regex, bool word)
{
    if (!word) return regex;
    return str_format(arena, "(?<!\\w)(?:" STR_FMT ")(?!\\w)", STR_ARG(regex));
}

static Fail compile_regex(Ctx *cx, const PatternSpec *spec, Pattern *pattern)
{
    Arena *arena = cx->arena;
    int error = 0;
    size_t offset = 0;
    uint32_t utf = PCRE2_UTF | PCRE2_UCP | PCRE2_NO_UTF_CHECK;
    if (!compile(arena, spec->text, PCRE2_UTF | PCRE2_UCP, &error, &offset))
        return syntax_problem(arena, spec->text, error, offset);

    RegexText text;
    regex_text_analyse(arena, spec->text, false, &text);
    if (text.wants_line_end)
        return FAIL(arena, BAD_PATTERN,
                    "the pattern asks for a line end (\\n); matches stay "
                    "within one line, use $ for its end");
    pattern->fold =
        spec->case_mode == CASE_IGNORE || (spec->case_mode == CASE_SMART && !text.has_upper);
    if (pattern->fold) regex_text_analyse(arena, spec->text, true, &text);
    uint32_t caseless = pattern->fold ? PCRE2_CASELESS : 0;
    Str whole = with_word_edges(arena, spec->text, spec->word);
    pattern->utf_code = compile(arena, whole, utf | caseless, &error, &offset);
    pattern->ascii_code = compile(arena, whole, caseless, &error, &offset);
    pattern->needles = text.literals;
    if (!text.literals.count && text.one_line) {
        Str rewritten = with_word_edges(arena, text.rewritten, spec->word);
        pattern->utf_buffer_code = compile(arena, rewritten, utf | caseless, &error, &offset);
        pattern->ascii_buffer_code = compile(arena, rewritten, caseless, &error, &offset);
    }
    return NULL;
}

static bool has_upper(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (isupper((unsigned char)s.ptr[i])) return true;
    return false;
}

static bool is_ascii(Str s)
{
    for (size_t i = 0; i < s.len; i++)
        if ((unsigned char)s.ptr[i] >= 0x80) return false;
    return true;
}

// A literal as a regular expression.
static Str quoted(Arena *arena, Str text)
{
    Buf buf = buf_on(arena);
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c < 0x80 && !isalnum(c) && c != '_' && c != ' ') buf_byte(&buf, '\\');
        buf_byte(&buf, (char)c);
    }
    return buf_str(&buf);
}

static void compile_literal(Ctx *cx, const PatternSpec *spec, Pattern *pattern)
{
    char *copy = (char *)(uintptr_t)str_cstr(cx->arena, spec->text);
    for (size_t i = 0; pattern->fold && i < spec->text.len; i++)
        copy[i] = (char)tolower((unsigned char)copy[i]);
    pattern->literal = (Str){copy, spec->text.len};
    Needle *needle = &pattern->needles.needles[0];
    needle->len = (uint32_t)MIN(spec->text.len, (size_t)NEEDLE_LONGEST);
    memcpy(needle->bytes, copy, needle->len);
    pattern->needles.count = 1;
    pattern->needles.fold = pattern->fold;
    needle_set_prepare(&pattern->needles);
    int error = 0;
    size_t offset = 0;
    uint32_t utf = PCRE2_UTF | PCRE2_UCP | PCRE2_NO_UTF_CHECK;
    if (pattern->word) pattern->word_char = compile(cx->arena, STR("\\w"), utf, &error, &offset);
    if (pattern->fold_hazard) {
        Str regex = with_word_edges(cx->arena, quoted(cx->arena, spec->text), pattern->word);
        pattern->utf_code = compile(cx->arena, regex, utf | PCRE2_CASELESS, &error, &offset);
        pattern->utf_buffer_code = pattern->utf_code;
    }
}

// Letters that Unicode folds to a non-ASCII one: k (U+212A) and s (U+017F).
static bool has_fold_hazard(const NeedleSet *set)
{
    for (uint32_t i = 0; i < set->count; i++)
        for (uint32_t j = 0; j < set->needles[i].len; j++)
            if (set->needles[i].bytes[j] == 'k' || set->needles[i].bytes[j] == 's') return true;
    return false;
}

static void add_hazards(NeedleSet *set)
{
    set->count = 2;
    set->needles[0] = (Needle){.bytes = "\xE2\x84\xAA", .len = 3};
    set->needles[1] = (Needle){.bytes = "\xC5\xBF", .len = 2};
    needle_set_prepare(set);
}

Fail pattern_compile(Ctx *cx, const PatternSpec *spec, const Pattern **out)
{
    TRY(check_text(cx->arena, spec->text));
    Pattern *pattern = ARENA_NEW(cx->arena, Pattern);
    pattern->mode = spec->mode == PATTERN_AUTO ? pattern_shape(spec->text) : spec->mode;
    pattern->word = spec->word || pattern->mode == PATTERN_IDENTIFIER;
    pattern->scan = scan_select();
    PatternSpec own = *spec;
    own.word = pattern->word;
    bool folded =
        spec->case_mode == CASE_IGNORE || (spec->case_mode == CASE_SMART && !has_upper(spec->text));
    bool regex = pattern->mode == PATTERN_REGEX;
    if (!regex && folded && !is_ascii(spec->text)) { // folding beyond ASCII is PCRE2's business
        own.text = quoted(cx->arena, spec->text);
        own.case_mode = CASE_IGNORE;
        regex = true;
    }
    if (regex) {
        TRY(compile_regex(cx, &own, pattern));
        pattern->fold_hazard = pattern->fold && has_fold_hazard(&pattern->needles);
    } else {
        pattern->fold = folded;
        for (size_t i = 0; folded && i < spec->text.len; i++)
            if (strchr("kKsS", spec->text.ptr[i])) pattern->fold_hazard = true;
        compile_literal(cx, &own, pattern);
    }
    if (pattern->fold_hazard) add_hazards(&pattern->hazards);
    *out = pattern;
    return NULL;
}
