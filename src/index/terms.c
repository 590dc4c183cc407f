// index/terms.c
#include "index/terms.h"

typedef enum Class { OTHER, LOWER, UPPER, DIGIT, MARK } Class;

#define ROW4(c) c, c, c, c
#define ROW16(c) ROW4(c), ROW4(c), ROW4(c), ROW4(c)
static const uint8_t classes[256] = {
    ['0'] = DIGIT, ['1'] = DIGIT, ['2'] = DIGIT, ['3'] = DIGIT, ['4'] = DIGIT,
    ['5'] = DIGIT, ['6'] = DIGIT, ['7'] = DIGIT, ['8'] = DIGIT, ['9'] = DIGIT,
    ['_'] = MARK,  ['$'] = MARK,  ['a'] = LOWER, ['b'] = LOWER, ['c'] = LOWER,
    ['d'] = LOWER, ['e'] = LOWER, ['f'] = LOWER, ['g'] = LOWER, ['h'] = LOWER,
    ['i'] = LOWER, ['j'] = LOWER, ['k'] = LOWER, ['l'] = LOWER, ['m'] = LOWER,
    ['n'] = LOWER, ['o'] = LOWER, ['p'] = LOWER, ['q'] = LOWER, ['r'] = LOWER,
    ['s'] = LOWER, ['t'] = LOWER, ['u'] = LOWER, ['v'] = LOWER, ['w'] = LOWER,
    ['x'] = LOWER, ['y'] = LOWER, ['z'] = LOWER, ['A'] = UPPER, ['B'] = UPPER,
    ['C'] = UPPER, ['D'] = UPPER, ['E'] = UPPER, ['F'] = UPPER, ['G'] = UPPER,
    ['H'] = UPPER, ['I'] = UPPER, ['J'] = UPPER, ['K'] = UPPER, ['L'] = UPPER,
    ['M'] = UPPER, ['N'] = UPPER, ['O'] = UPPER, ['P'] = UPPER, ['Q'] = UPPER,
    ['R'] = UPPER, ['S'] = UPPER, ['T'] = UPPER, ['U'] = UPPER, ['V'] = UPPER,
    ['W'] = UPPER, ['X'] = UPPER, ['Y'] = UPPER, ['Z'] = UPPER, [0x80] = ROW16(LOWER),
    ROW16(LOWER),  ROW16(LOWER),  ROW16(LOWER), // all of UTF-8's
    ROW16(LOWER),  ROW16(LOWER),  ROW16(LOWER),  ROW16(LOWER),
};

static Class class_of(char c)
{
    return (Class)classes[(unsigned char)c];
}

// Where the word that begins at `at` ends.
static size_t word_end(Str text, size_t at)
{
    if (class_of(text.ptr[at]) == DIGIT) {
        while (at < text.len && class_of(text.ptr[at]) == DIGIT) at++;
        return at;
    }
    while (at < text.len && class_of(text.ptr[at]) != OTHER) at++;
    return at;
}

bool terms_next_word(Str text, size_t *at, Str *word)
{
    size_t start = *at;
    while (start < text.len && class_of(text.ptr[start]) == OTHER) start++;
    *at = start;
    if (start >= text.len) return false;
    *at = word_end(text, start);
    *word = str_sub(text, start, *at);
    return true;
}

Str terms_word_at(Str text, size_t at)
{
    size_t start = at;
    Str word;
    while (start > 0 && class_of(text.ptr[start - 1]) != OTHER) start--;
    while (terms_next_word(text, &start, &word)) // digits before a word are one of their own
        if (start > at) return word.ptr <= text.ptr + at ? word : STR_NONE;
    return STR_NONE;
}

bool terms_begins_part(Str text, size_t at)
{
    Class now = class_of(text.ptr[at]);
    Class before = at ? class_of(text.ptr[at - 1]) : OTHER;
    if (before != now) return before != UPPER || now != LOWER;
    return now == UPPER && at + 1 < text.len && class_of(text.ptr[at + 1]) == LOWER;
}

void terms_each_word(Str text, WordFn fn, void *arg)
{
    size_t at = 0;
    for (;;) {
        while (at < text.len && class_of(text.ptr[at]) == OTHER) at++;
        if (at >= text.len) return;
        size_t start = at;
        at = word_end(text, at);
        fn(arg, (uint32_t)start, (uint32_t)(at - start));
    }
}

// The end of the part of a word that begins at `at`, which is no mark.
static size_t part_end(Str word, size_t at)
{
    Class class = class_of(word.ptr[at]);
    size_t end = at + 1;
    while (end < word.len && class_of(word.ptr[end]) == class) end++;
    if (class != UPPER || end >= word.len || class_of(word.ptr[end]) != LOWER) return end;
    bool plural =
        word.ptr[end] == 's' && (end + 1 == word.len || class_of(word.ptr[end + 1]) != LOWER);
    if (end - at > 1 && plural) return end + 1; // "URLs"
    if (end - at > 1) return end - 1; // "HTTPServer": the last capital begins the next part
    while (end < word.len && class_of(word.ptr[end]) == LOWER) end++;
    return end;
}

static size_t put_lower(char *to, Str from)
{
    for (size_t i = 0; i < from.len; i++) {
        char c = from.ptr[i];
        to[i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    }
    return from.len;
}

static bool is_dropped(Str part)
{
    return part.len == 1 && class_of(part.ptr[0]) == DIGIT;
}

void terms_of_word(Str word, WordTerms *out)
{
    size_t used = 0, parts = 0;
    out->count = 0;
    out->joined = false;
    word.len = word.len > TERM_LONGEST ? utf8_cut(word, TERM_LONGEST) : word.len;
    while (word.len && class_of(word.ptr[0]) == MARK) word = str_sub(word, 1, word.len);
    while (word.len && class_of(word.ptr[word.len - 1]) == MARK) word.len--;
    for (size_t at = 0; at < word.len && out->count < TERMS_OF_WORD;) {
        if (class_of(word.ptr[at]) == MARK) {
            at++;
            continue;
        }
        size_t end = part_end(word, at);
        Str part = str_sub(word, at, end);
        at = end;
        parts++;
        if (is_dropped(part)) continue;
        char *room = out->room + used;
        size_t len = terms_stem(room, put_lower(room, part));
        out->items[out->count++] = (Str){room, len};
        used += part.len;
    }
    if (parts < 2) return;
    char *room = out->room + used;
    room[0] = '=';
    out->items[out->count++] = (Str){room, 1 + put_lower(room + 1, word)};
    out->joined = true;
}

static const char *const stop_words[] = {
    "a",       "about", "above",   "after",  "again",  "all",    "also",    "am",     "an",
    "and",     "any",   "are",     "as",     "at",     "be",     "because", "been",   "before",
    "being",   "below", "between", "both",   "but",    "by",     "can",     "could",  "did",
    "do",      "does",  "doing",   "during", "each",   "either", "etc",     "for",    "from",
    "further", "had",   "has",     "have",   "having", "he",     "her",     "here",   "his",
    "how",     "i",     "if",      "in",     "into",   "is",     "it",      "its",    "itself",
    "me",      "might", "more",    "most",   "must",   "my",     "no",      "nor",    "of",
    "off",     "on",    "once",    "only",   "onto",   "or",     "other",   "our",    "out",
    "over",    "own",   "same",    "shall",  "she",    "should", "so",      "some",   "such",
    "than",    "that",  "the",     "their",  "them",   "then",   "there",   "these",  "they",
    "this",    "those", "through", "to",     "too",    "under",  "until",   "up",     "upon",
    "very",    "via",   "was",     "we",     "were",   "what",   "when",    "where",  "which",
    "while",   "who",   "whom",    "whose",  "why",    "will",   "with",    "within", "without",
    "would",   "you",   "your"};

// The list is short: a stop word is stemmed here only when its first letters fit.
bool terms_is_stop_word(Str word)
{
    char stem[16];
    for (size_t i = 0; i < ARRAY_LEN(stop_words); i++) {
        Str stop = str_from(stop_words[i]);
        if (str_eq(word, stop)) return true;
        if (word.len < 2 || stop.len < word.len || memcmp(word.ptr, stop.ptr, 2) != 0) continue;
        memcpy(stem, stop.ptr, stop.len);
        if (str_eq(word, (Str){stem, terms_stem(stem, stop.len)})) return true;
    }
    return false;
}
