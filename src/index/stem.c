// index/stem.c - the stemmer of M. F. Porter, "An algorithm for suffix stripping", 1980.
//
// Terms of the paper: a word is [C](VC)^m[V]; m is its measure. A rule replaces a suffix when a
// condition holds for the stem before it. In each step the longest suffix that fits decides.
#include "index/terms.h"

typedef struct Word {
    char *at;
    size_t len;
} Word;

static bool is_consonant(const Word *word, size_t i)
{
    switch (word->at[i]) {
    case 'a':
    case 'e':
    case 'i':
    case 'o':
    case 'u': return false;
    case 'y': return i == 0 || !is_consonant(word, i - 1);
    default: return true;
    }
}

// m of the first `len` letters.
static size_t measure(const Word *word, size_t len)
{
    size_t m = 0, i = 0;
    while (i < len && is_consonant(word, i)) i++;
    while (i < len) {
        while (i < len && !is_consonant(word, i)) i++;
        if (i == len) break;
        m++;
        while (i < len && is_consonant(word, i)) i++;
    }
    return m;
}

static bool has_vowel(const Word *word, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!is_consonant(word, i)) return true;
    return false;
}

static bool ends_double(const Word *word)
{
    size_t len = word->len;
    return len >= 2 && word->at[len - 1] == word->at[len - 2] && is_consonant(word, len - 1);
}

// consonant, vowel, consonant at the end, the last one not w, x or y.
static bool ends_cvc(const Word *word, size_t len)
{
    if (len < 3) return false;
    char last = word->at[len - 1];
    return is_consonant(word, len - 1) && !is_consonant(word, len - 2) &&
           is_consonant(word, len - 3) && last != 'w' && last != 'x' && last != 'y';
}

static bool ends(const Word *word, const char *suffix)
{
    size_t len = strlen(suffix);
    return word->len >= len && memcmp(word->at + word->len - len, suffix, len) == 0;
}

static void replace(Word *word, const char *suffix, const char *by)
{
    size_t stem = word->len - strlen(suffix), len = strlen(by);
    memcpy(word->at + stem, by, len);
    word->len = stem + len;
}

typedef struct Rule {
    const char *suffix, *by;
} Rule;

// The first rule whose suffix fits decides, so longer ones stand before those they end with.
static void apply(Word *word, const Rule *rules, size_t least_m)
{
    for (; rules->suffix; rules++) {
        if (!ends(word, rules->suffix)) continue;
        if (measure(word, word->len - strlen(rules->suffix)) >= least_m)
            replace(word, rules->suffix, rules->by);
        return;
    }
}

static void plurals(Word *word)
{
    static const Rule rules[] = {
        {"sses", "ss"}, {"ies", "i"}, {"ss", "ss"}, {"s", ""}, {NULL, NULL}};
    apply(word, rules, 0);
}

// What is left of "hoping" and "hopped" gets its end back.
static void mend(Word *word)
{
    static const Rule rules[] = {{"at", "ate"}, {"bl", "ble"}, {"iz", "ize"}, {NULL, NULL}};
    size_t before = word->len;
    apply(word, rules, 0);
    if (word->len != before) return;
    char last = word->at[word->len - 1];
    if (ends_double(word) && last != 'l' && last != 's' && last != 'z') word->len--;
    else if (measure(word, word->len) == 1 && ends_cvc(word, word->len))
        word->at[word->len++] = 'e';
}

static void past_and_gerund(Word *word)
{
    if (ends(word, "eed")) {
        if (measure(word, word->len - 3) > 0) word->len--;
        return;
    }
    size_t cut = ends(word, "ed") ? 2 : ends(word, "ing") ? 3 : 0;
    if (!cut || !has_vowel(word, word->len - cut)) return;
    word->len -= cut;
    mend(word);
}

static void final_y(Word *word)
{
    if (ends(word, "y") && has_vowel(word, word->len - 1)) word->at[word->len - 1] = 'i';
}

static void double_suffixes(Word *word)
{
    static const Rule rules[] = {{"ational", "ate"}, {"tional", "tion"}, {"enci", "ence"},
                                 {"anci", "ance"},   {"izer", "ize"},    {"abli", "able"},
                                 {"alli", "al"},     {"entli", "ent"},   {"eli", "e"},
                                 {"ousli", "ous"},   {"ization", "ize"}, {"ation", "ate"},
                                 {"ator", "ate"},    {"alism", "al"},    {"iveness", "ive"},
                                 {"fulness", "ful"}, {"ousness", "ous"}, {"aliti", "al"},
                                 {"iviti", "ive"},   {"biliti", "ble"},  {NULL, NULL}};
    static const Rule more[] = {{"icate", "ic"}, {"ative", ""}, {"alize", "al"}, {"iciti", "ic"},
                                {"ical", "ic"},  {"ful", ""},   {"ness", ""},    {NULL, NULL}};
    apply(word, rules, 1);
    apply(word, more, 1);
}

static void single_suffixes(Word *word)
{
    static const Rule rules[] = {{"al", ""},    {"ance", ""}, {"ence", ""}, {"er", ""},
                                 {"ic", ""},    {"able", ""}, {"ible", ""}, {"ant", ""},
                                 {"ement", ""}, {"ment", ""}, {"ent", ""},  {"ou", ""},
                                 {"ism", ""},   {"ate", ""},  {"iti", ""},  {"ous", ""},
                                 {"ive", ""},   {"ize", ""},  {NULL, NULL}};
    if (ends(word, "ion")) {
        size_t stem = word->len - 3;
        bool fits = stem && (word->at[stem - 1] == 's' || word->at[stem - 1] == 't');
        if (fits && measure(word, stem) > 1) word->len = stem;
        return;
    }
    apply(word, rules, 2);
}

static void final_e(Word *word)
{
    if (ends(word, "e")) {
        size_t m = measure(word, word->len - 1);
        if (m > 1 || (m == 1 && !ends_cvc(word, word->len - 1))) word->len--;
    }
    if (ends(word, "ll") && measure(word, word->len) > 1) word->len--;
}

size_t terms_stem(char *text, size_t len)
{
    Word word = {text, len};
    if (len <= 2) return len;
    for (size_t i = 0; i < len; i++)
        if (text[i] < 'a' || text[i] > 'z') return len;
    plurals(&word);
    past_and_gerund(&word);
    final_y(&word);
    double_suffixes(&word);
    single_suffixes(&word);
    final_e(&word);
    return word.len;
}
