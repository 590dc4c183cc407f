// lang/shape_words.c - byte strings that a text with a match must contain, so that most files need
// not be parsed.
//
// The text of named leaves counts, and keywords where the strictness does not pass over unnamed
// nodes. A keyword's text is its node type, which is what is matched; "#if" may be "# if", so it
// must be all letters. What one branch of `any` needs is needed when all branches need it.
#include "lang/shape_.h"

enum { SHORTEST = 3 };

typedef VEC(Str) Words;

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static bool has_word(const Words *words, Str word)
{
    for (size_t i = 0; i < words->len; i++)
        if (str_eq(words->items[i], word)) return true;
    return false;
}

static void add_word(Arena *arena, Words *words, Str word)
{
    if (word.len >= SHORTEST && !has_word(words, word)) VEC_PUSH(arena, words, word);
}

static void add_text(Arena *arena, Words *words, Str text)
{
    for (size_t at = 0, start; at < text.len; at++) {
        for (start = at; at < text.len && is_word_byte(text.ptr[at]);) at++;
        add_word(arena, words, str_sub(text, start, at));
    }
}

typedef struct Grammatical {
    Arena *arena;
    const LangSpec *spec;
    const TSLanguage *language;
} Grammatical;

static bool is_keyword(const Grammatical *g, const Goal *goal)
{
    const char *name = ts_language_symbol_name(g->language, goal->symbol);
    if (g->spec->any_case || !name || !str_eq(goal->text, str_from(name))) return false;
    for (; *name; name++)
        if (*name < 'a' || *name > 'z') return false;
    return true;
}

static void add_pattern(const Grammatical *g, Words *words, const GoalTree *pattern)
{
    ShapeStrictness strictness = pattern->strictness;
    bool needs_unnamed = strictness == SHAPE_SMART || strictness == SHAPE_CST;
    bool passed_over = false; // unnamed goals behind $$$ are
    if (strictness == SHAPE_SIGNATURE) return;
    for (uint32_t i = 0; i < pattern->count; i++) {
        const Goal *goal = &pattern->goals[i];
        bool unnamed = goal->kind == GOAL_LEAF && !goal->named;
        passed_over = goal->kind == GOAL_MANY || (passed_over && unnamed);
        if (goal->kind != GOAL_LEAF) continue;
        if (goal->named || (needs_unnamed && !passed_over && is_keyword(g, goal)))
            add_text(g->arena, words, goal->text);
    }
}

static void add_test(const Grammatical *g, Words *words, const Test *test);

static void add_any(const Grammatical *g, Words *words, const Test *test)
{
    Words first = {0};
    if (test->part_count) add_test(g, &first, test->parts[0]);
    for (size_t i = 1; i < test->part_count; i++) {
        Words other = {0}, both = {0};
        add_test(g, &other, test->parts[i]);
        for (size_t w = 0; w < first.len; w++)
            if (has_word(&other, first.items[w])) add_word(g->arena, &both, first.items[w]);
        first = both;
    }
    for (size_t w = 0; w < first.len; w++) add_word(g->arena, words, first.items[w]);
}

static void add_test(const Grammatical *g, Words *words, const Test *test)
{
    switch (test->kind) {
    case TEST_PATTERN: add_pattern(g, words, &test->pattern); break;
    case TEST_ANY: add_any(g, words, test); break;
    case TEST_KIND:
    case TEST_REGEX:
    case TEST_NOT: break;
    default: // every part matches a node of the same text
        for (size_t i = 0; i < test->part_count; i++) add_test(g, words, test->parts[i]);
    }
}

ShapeWords words_of(Arena *arena, const Shape *shape)
{
    Words words = {0};
    Grammatical g = {arena, lang_spec(shape->lang), shape->language};
    add_test(&g, &words, shape->rule);
    return (ShapeWords){words.items, words.len};
}

ShapeWords shape_words(const Shape *shape)
{
    return shape->words;
}

bool shape_may_match(const Shape *shape, Str text)
{
    for (size_t i = 0; i < shape->words.count; i++)
        if (!str_contains(text, shape->words.items[i])) return false;
    return true;
}
