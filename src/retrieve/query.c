// retrieve/query.c
#include "retrieve/query_.h"

#include "base/vec.h"
#include "index/path_class.h"
#include "index/terms.h"

typedef struct Analysis {
    Arena *arena;
    Query *out;
    VEC(QueryTerm) terms;
    VEC(QueryName) names;
} Analysis;

const char *query_kind_name(QueryKind kind)
{
    static const char *const names[] = {"words", "symbol", "path", "error", "trace"};
    return names[kind];
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

// --- terms ---

static void add_term(Analysis *a, Str text, float weight, bool plain, bool optional)
{
    if (a->terms.len >= QUERY_MOST_TERMS || !text.len) return;
    for (size_t i = 0; i < a->terms.len; i++)
        if (str_eq(a->terms.items[i].text, text)) return;
    QueryTerm term = {str_copy(a->arena, text), weight, plain, optional};
    VEC_PUSH(a->arena, &a->terms, term);
}

static void add_words(Analysis *a, Str text, bool keep_stop_words)
{
    Str word;
    WordTerms terms;
    for (size_t at = 0; terms_next_word(text, &at, &word);) {
        terms_of_word(word, &terms);
        for (size_t i = 0; i < terms.count; i++) {
            bool joined = terms.joined && i + 1 == terms.count;
            if (!joined && !keep_stop_words && terms_is_stop_word(terms.items[i])) continue;
            add_term(a, terms.items[i], 1, !joined, false);
        }
    }
}

static Str lower(Arena *arena, Str s)
{
    Str copy = str_copy(arena, s);
    char *at = (char *)(uintptr_t)copy.ptr;
    for (size_t i = 0; i < copy.len; i++)
        if (at[i] >= 'A' && at[i] <= 'Z') at[i] = (char)(at[i] + ('a' - 'A'));
    return copy;
}

// Two adjacent words may be one in code: "hash map" is =hashmap, =hash_map or hashmap there.
static void add_joins(Analysis *a, Str text)
{
    Str word, before = STR_NONE;
    for (size_t at = 0; terms_next_word(text, &at, &word);) {
        Str now = lower(a->arena, word);
        if (terms_is_stop_word(now)) now = STR_NONE;
        if (before.len && now.len && before.len + now.len < TERM_LONGEST) {
            Str plain = str_join(a->arena, before, STR(""), now);
            add_term(a, str_join(a->arena, STR("="), STR(""), plain), .5F, false, true);
            add_term(a,
                     str_format(a->arena, "=" STR_FMT "_" STR_FMT, STR_ARG(before), STR_ARG(now)),
                     .5F, false, true);
            char *room = (char *)(uintptr_t)str_copy(a->arena, plain).ptr;
            add_term(a, (Str){room, terms_stem(room, plain.len)}, .5F, false, true);
        }
        before = now;
    }
}

// --- names ---

static bool begins_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '$' ||
           (unsigned char)c >= 0x80;
}

static bool is_upper(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_lower(char c)
{
    return c >= 'a' && c <= 'z';
}

static size_t name_end(Str text, size_t at)
{
    while (at < text.len &&
           (begins_name(text.ptr[at]) || (text.ptr[at] >= '0' && text.ptr[at] <= '9')))
        at++;
    return at;
}

// The length of a separator of qualified names at `at`, when a name follows it; else 0.
static size_t separator(Str text, size_t at)
{
    static const char *const separators[] = {"::", "->", ".", "\\", "#"};
    for (size_t i = 0; i < ARRAY_LEN(separators); i++) {
        Str s = str_from(separators[i]);
        if (!str_starts(str_sub(text, at, text.len), s)) continue;
        return at + s.len < text.len && begins_name(text.ptr[at + s.len]) ? s.len : 0;
    }
    return 0;
}

static bool looks_like_identifier(Str name)
{
    for (size_t i = 0; i + 1 < name.len; i++) {
        char c = name.ptr[i], next = name.ptr[i + 1];
        if (c == '_' || c == '$' || (is_lower(c) && is_upper(next))) return true;
        if (i + 2 < name.len && is_upper(c) && is_upper(next) && is_lower(name.ptr[i + 2]))
            return true;
    }
    return false;
}

static void add_name(Analysis *a, QueryName name)
{
    if (a->names.len >= QUERY_MOST_NAMES) return;
    for (size_t i = 0; i < a->names.len; i++) {
        const QueryName *known = &a->names.items[i];
        if (str_eq(known->name, name.name) && str_eq(known->parent, name.parent)) return;
    }
    VEC_PUSH(a->arena, &a->names, name);
}

// A chain of names at text[at]: the last one is asked for. Returns where the chain ends.
static size_t take_chain(Analysis *a, Str text, size_t at)
{
    size_t start = at, end = name_end(text, at), step;
    Str parent = STR_NONE, name = str_sub(text, at, end);
    while ((step = separator(text, end)) > 0) {
        parent = name;
        at = end + step;
        end = name_end(text, at);
        name = str_sub(text, at, end);
    }
    if (end < text.len && (text.ptr[end] == '!' || text.ptr[end] == '?')) {
        bool last = end + 1 == text.len || is_space(text.ptr[end + 1]);
        if (a->out->one_word || (last && text.ptr[end] == '!')) end++;
        name.len = (size_t)(text.ptr + end - name.ptr);
    }
    bool strong = a->out->one_word || parent.len || looks_like_identifier(name);
    bool capital = name.len > 1 && is_upper(name.ptr[0]) && start > 0;
    if (strong || capital) add_name(a, (QueryName){name, parent, strong ? 1 : .5F});
    return end;
}

static void take_names(Analysis *a, Str text)
{
    for (size_t at = 0; at < text.len;) {
        if (begins_name(text.ptr[at])) {
            at = take_chain(a, text, at);
        } else if (text.ptr[at] >= '0' && text.ptr[at] <= '9') {
            at = name_end(text, at);
        } else {
            at++;
        }
    }
}

// --- what kind of question ---

static size_t count_lines(Str text)
{
    size_t lines = 1;
    for (size_t i = 0; i < text.len; i++) lines += text.ptr[i] == '\n';
    return lines;
}

static bool is_trace(Str text)
{
    static const char *const marks[] = {"Traceback (most recent call last)",
                                        "\n    at ",
                                        "\n   at ",
                                        "\n\tat ",
                                        "\n\tfrom ",
                                        "goroutine ",
                                        "stack backtrace",
                                        "\n#1 "};
    for (size_t i = 0; i < ARRAY_LEN(marks); i++)
        if (str_contains(text, str_from(marks[i]))) return true;
    return count_lines(text) > 2 && str_contains(text, STR("#0 "));
}

static bool is_error(Str text)
{
    static const char *const marks[] = {"Error:",      "error:",   "Exception:", "panic:",
                                        "fatal:",      "FATAL:",   "ERROR:",     "Exception ",
                                        "panicked at", "warning:", "Warning:"};
    static const char *const starts[] = {"ERR ",       "fatal ",      "failed to ",
                                         "could not ", "cannot ",     "can't ",
                                         "unable to ", "unexpected ", "invalid "};
    for (size_t i = 0; i < ARRAY_LEN(marks); i++)
        if (str_contains(text, str_from(marks[i]))) return true;
    for (size_t i = 0; i < ARRAY_LEN(starts); i++) {
        Str start = str_from(starts[i]);
        if (str_eq_nocase(str_sub(text, 0, start.len), start)) return true;
    }
    return str_contains(text, STR("%s")) || str_contains(text, STR("%d"));
}

// Of one word: "src/net/retry.py", "retry.py:120"; "App.run" is none.
static bool is_path(const Query *query)
{
    if (query->ref_count != 1) return false;
    Str path = query->refs[0].path;
    size_t dot = str_find_last(path, '.');
    bool extension = dot > 0 && dot + 1 < path.len && path.len - dot <= 5;
    if (str_find(path, '/') < path.len) return extension || query->refs[0].line;
    return extension && path_form(path, lang_detect(path, STR(""))) != FORM_DATA;
}

static QueryKind kind_of(const Query *query)
{
    if (is_trace(query->text)) return QUERY_TRACE;
    if (is_error(query->text)) return QUERY_ERROR;
    if (!query->one_word) return QUERY_WORDS;
    return is_path(query) ? QUERY_PATH : QUERY_SYMBOL;
}

// --- words that say little ---

// The class of an error, "ValueError" of "ValueError: bad thing", and what of the text goes before.
static void blank_error_class(char *text, size_t len)
{
    static const char *const ends[] = {"Error", "Exception", "Warning", "error",
                                       "ERROR", "fatal",     "FATAL",   "panic"};
    Str whole = {text, len};
    for (size_t colon = str_find(whole, ':'); colon < len; colon++) {
        if (text[colon] != ':') continue;
        for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
            if (!str_ends(str_sub(whole, 0, colon), str_from(ends[i]))) continue;
            size_t start = colon;
            while (start && !is_space(text[start - 1])) start--;
            memset(text + start, ' ', colon - start);
            return;
        }
    }
}

static void blank_digits(char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (text[i] >= '0' && text[i] <= '9') text[i] = ' ';
}

// Words that stand only in the class of an error, or in paths and line numbers of a trace, count
// less than what it says: many places raise a RuntimeError.
static void weaken_terms(Analysis *a, QueryKind kind)
{
    enum { WEAK_IN_TEN = 3 };
    Query strong = {0};
    Analysis of = {.arena = a->arena, .out = &strong};
    if (kind != QUERY_ERROR && kind != QUERY_TRACE) return;
    Str text = str_copy(a->arena, a->out->text);
    char *room = (char *)(uintptr_t)text.ptr;
    if (kind == QUERY_TRACE) query_blank_paths(room, text.len);
    if (kind == QUERY_TRACE) blank_digits(room, text.len);
    blank_error_class(room, text.len);
    add_words(&of, text, false);
    for (size_t i = 0; of.terms.len && i < a->terms.len; i++) {
        bool found = false;
        for (size_t k = 0; !found && k < of.terms.len; k++)
            found = str_eq(a->terms.items[i].text, of.terms.items[k].text);
        if (!found) a->terms.items[i].weight *= WEAK_IN_TEN / 10.F;
    }
}

static bool has_term(const Analysis *a, const char *const *words)
{
    for (; *words; words++)
        for (size_t i = 0; i < a->terms.len; i++)
            if (a->terms.items[i].plain && str_eq(a->terms.items[i].text, str_from(*words)))
                return true;
    return false;
}

// Terms are stems: "fixtures" is "fixtur", "examples" is "exampl".
static void find_wishes(Analysis *a)
{
    static const char *const tests[] = {"test", "spec", "fixtur", "mock", "unittest", NULL};
    static const char *const examples[] = {"exampl", "benchmark", "demo",       "sampl",
                                           "tutori", "bench",     "playground", NULL};
    static const char *const compat[] = {"compat", "legaci", "deprec", NULL};
    static const char *const docs[] = {"readm", "document", "doc", "changelog", "guid", NULL};
    if (has_term(a, tests)) a->out->wanted_paths |= PATH_TEST;
    if (has_term(a, examples)) a->out->wanted_paths |= PATH_EXAMPLE;
    if (has_term(a, compat)) a->out->wanted_paths |= PATH_COMPAT;
    a->out->wants_docs = has_term(a, docs);
    if (a->out->wants_docs) a->out->wanted_paths |= PATH_EXAMPLE; // folders such as docs/
}

Query query_analyse(Arena *arena, Str text)
{
    Query out = {.one_word = true};
    Analysis a = {.arena = arena, .out = &out};
    text = str_trim(text);
    if (text.len > QUERY_LONGEST) text.len = utf8_cut(text, QUERY_LONGEST);
    out.text = text;
    for (size_t i = 0; i < text.len; i++) out.one_word = out.one_word && !is_space(text.ptr[i]);
    query_find_refs(arena, &out);
    out.kind = kind_of(&out);
    out.inner_last = str_contains(text, STR("Traceback (most recent call last)"));
    add_words(&a, text, false);
    if (!a.terms.len) add_words(&a, text, true);
    weaken_terms(&a, out.kind);
    find_wishes(&a);
    add_joins(&a, text);
    take_names(&a, text);
    out.terms = a.terms.items;
    out.term_count = a.terms.len;
    out.names = a.names.items;
    out.name_count = a.names.len;
    return out;
}
