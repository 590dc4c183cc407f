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

// Most words fail at their last letter.
static inline bool ends_in(const Word *word, const char *suffix, size_t len)
{
    return word->len >= len && word->at[word->len - 1] == suffix[len - 1] &&
           memcmp(word->at + word->len - len, suffix, len) == 0;
}

static inline bool ends(const Word *word, const char *suffix)
{
    return ends_in(word, suffix, strlen(suffix));
}

typedef struct Rule {
    const char *suffix, *by;
    size_t suffix_len, by_len;
} Rule;
#define RULE(suffix, by)                                                                           \
    {                                                                                              \
        suffix, by, sizeof(suffix) - 1, sizeof(by) - 1                                             \
    }

// The first rule whose suffix fits decides, so longer ones stand before those they end with.
static void apply(Word *word, const Rule *rules, size_t least_m)
{
    for (; rules->suffix; rules++) {
        if (!ends_in(word, rules->suffix, rules->suffix_len)) continue;
        size_t stem = word->len - rules->suffix_len;
        if (measure(word, stem) < least_m) return;
        memcpy(word->at + stem, rules->by, rules->by_len);
        word->len = stem + rules->by_len;
        return;
    }
}

static void plurals(Word *word)
{
    static const Rule rules[] = {
        RULE("sses", "ss"), RULE("ies", "i"), RULE("ss", "ss"), RULE("s", ""), {0}};
    apply(word, rules, 0);
}

// What is left of "hoping" and "hopped" gets its end back.
static void mend(Word *word)
{
    static const Rule rules[] = {RULE("at", "ate"), RULE("bl", "ble"), RULE("iz", "ize"), {0}};
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
    static const Rule rules[] = {
        RULE("ational", "ate"), RULE("tional", "tion"), RULE("enci", "ence"),
        RULE("anci", "ance"),   RULE("izer", "ize"),    RULE("abli", "able"),
        RULE("alli", "al"),     RULE("entli", "ent"),   RULE("eli", "e"),
        RULE("ousli", "ous"),   RULE("ization", "ize"), RULE("ation", "ate"),
        RULE("ator", "ate"),    RULE("alism", "al"),    RULE("iveness", "ive"),
        RULE("fulness", "ful"), RULE("ousness", "ous"), RULE("aliti", "al"),
        RULE("iviti", "ive"),   RULE("biliti", "ble"),  {0}};
    static const Rule more[] = {
        RULE("icate", "ic"), RULE("ative", ""), RULE("alize", "al"), RULE("iciti", "ic"),
        RULE("ical", "ic"),  RULE("ful", ""),   RULE("ness", ""),    {0}};
    apply(word, rules, 1);
    apply(word, more, 1);
}

static void single_suffixes(Word *word)
{
    static const Rule rules[] = {RULE("al", ""),
                                 RULE("ance", ""),
                                 RULE("ence", ""),
                                 RULE("er", ""),
                                 RULE("ic", ""),
                                 RULE("able", ""),
                                 RULE("ible", ""),
                                 RULE("ant", ""),
                                 RULE("ement", ""),
                                 RULE("ment", ""),
                                 RULE("ent", ""),
                                 RULE("ou", ""),
                                 RULE("ism", ""),
                                 RULE("ate", ""),
                                 RULE("iti", ""),
                                 RULE("ous", ""),
                                 RULE("ive", ""),
                                 RULE("ize", ""),
                                 {0}};
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
