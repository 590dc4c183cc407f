// retrieve/skim_test.c - what a pass over the bytes finds, against the words one by one.
#include "retrieve/skim.h"

#include "index/terms.h"
#include "support/check.h"

static Str padded(Arena *arena, const char *text)
{
    size_t len = strlen(text);
    char *room = arena_alloc(arena, len + SCAN_PADDING);
    memcpy(room, text, len);
    return (Str){room, len};
}

static uint32_t count_of(const Skim *skim, const SkimFile *file, const char *term)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < file->hit_count; i++)
        if (str_eq(skim->query->terms[file->hits[i].term].text, str_from(term)))
            count += file->hits[i].count;
    return count;
}

static SkimFile skim_one(Arena *arena, const Skim *skim, const char *path, const char *text)
{
    SkimFile file = {0};
    SkimHitVec hits = {0};
    skim_path(skim, str_from(path), lang_detect(str_from(path), STR("")), &file);
    skim_text(skim, arena, padded(arena, text), &hits, &file);
    file.hits = hits.items;
    return file;
}

// Stems change endings; parts of words count, pieces inside of them do not.
static void test_words(void **state)
{
    (void)state;
    static const struct {
        const char *question, *text, *term;
        uint32_t count;
    } cases[] = {
        {"memory", "Memories of memory; memorize, in_memory", "memori", 3},
        {"filing", "file files profile FileName", "file", 3},
        {"possible", "possibility possible impossible", "possibl", 2},
        {"cat", "concatenate cat CAT catCat", "cat", 4},
        {"HTTP server", "HTTPServer httpServer http_server shttp", "http", 3},
        {"HTTPServer", "HTTPServer httpServer http_server httpserver", "=httpserver", 2},
        {"hash map", "HashMap hash_map hashmap mash", "=hash_map", 1},
        {"hash map", "HashMap hash_map hashmap mash", "hashmap", 1},
        {"utf8", "utf8 UTF8 utf 8 utf16", "utf", 4},
        {"gr\xC3\xB6\xC3\x9F"
         "e",
         "gr\xC3\xB6\xC3\x9F"
         "e vergr\xC3\xB6\xC3\x9F"
         "ern",
         "gr\xC3\xB6\xC3\x9F"
         "e",
         1},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        Skim skim;
        Query query = query_analyse(&arena, str_from(cases[i].question));
        skim_init(&query, &skim);
        SkimFile file = skim_one(&arena, &skim, "x.c", cases[i].text);
        print_message("%s: %s\n", cases[i].question, cases[i].term);
        assert_int_equal(count_of(&skim, &file, cases[i].term), cases[i].count);
        arena_fini(&arena);
    }
}

// As if every word had been looked at.
static void test_against_all_words(void **state)
{
    (void)state;
    static const char *const words[] = {"retry",  "Retries",  "delay_ms", "RetryDelay",
                                        "the",    "policy",   "x1",       "retrying",
                                        "POLICY", "depolicy", "(",        "\n"};
    Arena arena = {0};
    Skim skim;
    Query query = query_analyse(&arena, STR("retry delay policy RetryDelay 1"));
    uint32_t seed = 7, counts[QUERY_MOST_TERMS] = {0};
    Buf text = buf_on(&arena);
    for (int i = 0; i < 4000; i++) {
        seed = seed * 1664525u + 1013904223u;
        buf_addf(&text, "%s%s", words[(seed >> 8) % ARRAY_LEN(words)], seed >> 30 ? " " : "");
    }
    Str all = buf_str(&text), word;
    WordTerms terms;
    skim_init(&query, &skim);
    SkimFile file = skim_one(&arena, &skim, "x.c", str_cstr(&arena, all));
    for (size_t at = 0; terms_next_word(all, &at, &word);) {
        terms_of_word(word, &terms);
        for (size_t i = 0; i < terms.count; i++)
            for (size_t t = 0; t < query.term_count; t++)
                counts[t] += str_eq(query.terms[t].text, terms.items[i]);
    }
    for (size_t t = 0; t < query.term_count; t++)
        assert_int_equal(count_of(&skim, &file, str_cstr(&arena, query.terms[t].text)), counts[t]);
    for (uint32_t i = 1; i < file.hit_count; i++)
        assert_true(file.hits[i - 1].window <= file.hits[i].window);
    arena_fini(&arena);
}

static void test_definitions(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool defined;
    } cases[] = {
        {"struct Ring {\n", true},
        {"  int Ring(int n)\n{", true},
        {"Ring(int n)\n{", true},
        {"    def Ring(self):\n", true},
        {"typedef struct {} Ring;", true},
        {"x = Ring(3);", false},
        {"  return Ring(3);", false},
        {"new Ring(3)", false},
        {"a.Ring(3)", false},
        {"Ringing(3)", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        Skim skim;
        Query query = query_analyse(&arena, STR("Ring"));
        skim_init(&query, &skim);
        print_message("%s\n", cases[i].text);
        assert_int_equal(skim_one(&arena, &skim, "x.c", cases[i].text).defined >= 1,
                         cases[i].defined);
        arena_fini(&arena);
    }
}

// A question of more words than can be looked for takes its longest.
static void test_many_words(void **state)
{
    (void)state;
    Arena arena = {0};
    Buf text = buf_on(&arena);
    for (int i = 0; i < 40; i++)
        buf_addf(&text, "word%c%c%s ", 'a' + i / 26, 'a' + i % 26, i < 10 ? "long" : "");
    Skim skim;
    Query query = query_analyse(&arena, buf_str(&text));
    skim_init(&query, &skim);
    assert_int_equal(skim.needles.count, NEEDLE_MOST);
    SkimFile file = skim_one(&arena, &skim, "x.c", str_cstr(&arena, buf_str(&text)));
    assert_int_equal(count_of(&skim, &file, "wordaalong"), 1);
    arena_fini(&arena);
}

static void test_scores(void **state)
{
    (void)state;
    Arena arena = {0};
    Skim skim;
    SkimCount count;
    Query query = query_analyse(&arena, STR("retry delay"));
    skim_init(&query, &skim);
    SkimFile files[] = {
        skim_one(&arena, &skim, "src/other.c", "int nothing;"),
        skim_one(&arena, &skim, "src/retry.c", "int delay; /* retry delay */"),
        skim_one(&arena, &skim, "test/use_test.c", "int delay; /* retry delay */"),
        skim_one(&arena, &skim, "src/delay.c", "int n;"),
        skim_one(&arena, &skim, "src/empty.c", ""),
    };
    skim_score(&skim, files, ARRAY_LEN(files), &count);
    assert_true(files[0].score == 0);
    assert_true(files[1].score > files[2].score && files[2].score > 0);
    assert_true(files[3].score > 0);
    assert_true(files[4].score == 0);
    assert_int_equal(count.windows, 4);
    for (size_t t = 0; t < query.term_count; t++) {
        if (str_eq(query.terms[t].text, STR("retri"))) assert_int_equal(count.with[t], 2);
        if (str_eq(query.terms[t].text, STR("delai"))) assert_int_equal(count.with[t], 3);
    }
    arena_fini(&arena);
}

int retrieve_skim_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_words),       cmocka_unit_test(test_against_all_words),
        cmocka_unit_test(test_definitions), cmocka_unit_test(test_many_words),
        cmocka_unit_test(test_scores),
    };
    return RUN_TESTS(tests);
}
