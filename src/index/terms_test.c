#include "index/terms.h"

#include "support/check.h"

static Str terms_text(Arena *arena, Str word)
{
    WordTerms terms;
    Buf out = buf_on(arena);
    terms_of_word(word, &terms);
    for (size_t i = 0; i < terms.count; i++) {
        if (i) buf_byte(&out, ' ');
        buf_add(&out, terms.items[i]);
    }
    return buf_str(&out);
}

static void splits_words(void **state)
{
    (void)state;
    static const struct {
        const char *word, *terms;
    } cases[] = {
        {"retry", "retri"},
        {"x", "x"},
        {"getHTTPServer", "get http server =gethttpserver"},
        {"HTTPServer", "http server =httpserver"},
        {"parseURLs", "pars url =parseurls"},
        {"GPUs", "gpu"},
        {"IDsOf", "id of =idsof"},
        {"snake_case_name", "snake case name =snake_case_name"},
        {"__init__", "init"},
        {"_private", "privat"},
        {"$scope", "scope"},
        {"MAX_SIZE", "max size =max_size"},
        {"utf8", "utf =utf8"},
        {"sha256Sum", "sha 256 sum =sha256sum"},
        {"v2", "v =v2"},
        {"1024", "1024"},
        {"7", ""},
        {"___", ""},
        {"", ""},
        {"gr\xC3\xB6\xC3\x9F"
         "e",
         "gr\xC3\xB6\xC3\x9F"
         "e"},
        {"aB", "a b =ab"},
    };
    Arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        CHECK_STR(terms_text(&arena, str_from(cases[i].word)), str_from(cases[i].terms));
    arena_fini(&arena);
}

static void long_words_are_cut(void **state)
{
    (void)state;
    WordTerms terms;
    char word[4000];
    memset(word, 'a', sizeof word);
    terms_of_word((Str){word, sizeof word}, &terms);
    assert_int_equal(terms.count, 1);
    assert_int_equal(terms.items[0].len, TERM_LONGEST);
    for (size_t i = 0; i < sizeof word; i++) word[i] = i % 2 ? 'B' : 'a'; // aBaBaB: many parts
    terms_of_word((Str){word, sizeof word}, &terms);
    assert_int_equal(terms.count, TERMS_OF_WORD + 1);
    assert_true(terms.joined);
    for (size_t i = 0; i + 1 < sizeof word; i += 2) memcpy(word + i, "\xC3\xB6", 2);
    terms_of_word((Str){word, sizeof word}, &terms);
    assert_true(utf8_valid(terms.items[0].ptr, terms.items[0].len));
}

static void finds_words(void **state)
{
    (void)state;
    Str text = STR("if (a_b->c2 == 10x) { $y = \"\xC3\xA9t\xC3\xA9\"; }"), word;
    static const char *const expected[] = {"if", "a_b", "c2", "10", "x", "$y", "\xC3\xA9t\xC3\xA9"};
    size_t at = 0, count = 0;
    for (; terms_next_word(text, &at, &word); count++) CHECK_STR(word, str_from(expected[count]));
    assert_int_equal(count, ARRAY_LEN(expected));
}

static const char *const stem_pairs[][2] = {
    // from the paper, and a few of our own
    {"caresses", "caress"},
    {"ponies", "poni"},
    {"ties", "ti"},
    {"caress", "caress"},
    {"cats", "cat"},
    {"feed", "feed"},
    {"agreed", "agre"},
    {"plastered", "plaster"},
    {"bled", "bled"},
    {"motoring", "motor"},
    {"sing", "sing"},
    {"conflated", "conflat"},
    {"troubled", "troubl"},
    {"sized", "size"},
    {"hopping", "hop"},
    {"tanned", "tan"},
    {"falling", "fall"},
    {"hissing", "hiss"},
    {"fizzed", "fizz"},
    {"failing", "fail"},
    {"filing", "file"},
    {"happy", "happi"},
    {"sky", "sky"},
    {"relational", "relat"},
    {"conditional", "condit"},
    {"rational", "ration"},
    {"valenci", "valenc"},
    {"hesitanci", "hesit"},
    {"digitizer", "digit"},
    {"conformabli", "conform"},
    {"radicalli", "radic"},
    {"differentli", "differ"},
    {"vileli", "vile"},
    {"analogousli", "analog"},
    {"vietnamization", "vietnam"},
    {"predication", "predic"},
    {"operator", "oper"},
    {"feudalism", "feudal"},
    {"decisiveness", "decis"},
    {"hopefulness", "hope"},
    {"callousness", "callous"},
    {"formaliti", "formal"},
    {"sensitiviti", "sensit"},
    {"sensibiliti", "sensibl"},
    {"triplicate", "triplic"},
    {"formative", "form"},
    {"formalize", "formal"},
    {"electriciti", "electr"},
    {"electrical", "electr"},
    {"hopeful", "hope"},
    {"goodness", "good"},
    {"revival", "reviv"},
    {"allowance", "allow"},
    {"inference", "infer"},
    {"airliner", "airlin"},
    {"gyroscopic", "gyroscop"},
    {"adjustable", "adjust"},
    {"defensible", "defens"},
    {"irritant", "irrit"},
    {"replacement", "replac"},
    {"adjustment", "adjust"},
    {"dependent", "depend"},
    {"adoption", "adopt"},
    {"homologou", "homolog"},
    {"communism", "commun"},
    {"activate", "activ"},
    {"angulariti", "angular"},
    {"homologous", "homolog"},
    {"effective", "effect"},
    {"bowdlerize", "bowdler"},
    {"probate", "probat"},
    {"rate", "rate"},
    {"cease", "ceas"},
    {"controll", "control"},
    {"roll", "roll"},
    {"generalizations", "gener"},
    {"oscillators", "oscil"},
    {"scheduled", "schedul"},
    {"retries", "retri"},
    {"parsing", "pars"},
    {"syzygy", "syzygi"},
    {"utf8", "utf8"},
};

// long: a table of words
static void stems(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(stem_pairs); i++) {
        char word[32];
        size_t len = strlen(stem_pairs[i][0]);
        memcpy(word, stem_pairs[i][0], len);
        CHECK_STR(((Str){word, terms_stem(word, len)}), str_from(stem_pairs[i][1]));
    }
}

static void knows_stop_words(void **state)
{
    (void)state;
    static const char *const stops[] = {"the", "how",   "becaus", "because", "thi",
                                        "doe", "befor", "ar",     "wa"};
    static const char *const others[] = {"index", "th", "thread", "b", "", "withdraw"};
    for (size_t i = 0; i < ARRAY_LEN(stops); i++)
        assert_true(terms_is_stop_word(str_from(stops[i])));
    for (size_t i = 0; i < ARRAY_LEN(others); i++)
        assert_false(terms_is_stop_word(str_from(others[i])));
}

int index_terms_test(void);
int index_terms_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(splits_words),     cmocka_unit_test(long_words_are_cut),
        cmocka_unit_test(finds_words),      cmocka_unit_test(stems),
        cmocka_unit_test(knows_stop_words),
    };
    return RUN_TESTS(tests);
}
