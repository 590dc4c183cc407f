// retrieve/scan_test.c - both implementations against a loop that cannot be wrong.
#include "retrieve/scan.h"

#include "base/os.h"
#include "support/check.h"

enum { TEXT_LEN = 700, ROUNDS = 3000 };

static uint32_t random_state = 12345;
static uint32_t random_below(uint32_t limit)
{
    random_state = random_state * 1664525u + 1013904223u;
    return (random_state >> 8) % limit;
}

static unsigned char lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

static size_t slow_find(const NeedleSet *set, const char *text, size_t len, size_t from,
                        uint32_t *which)
{
    for (size_t at = from; at < len; at++)
        for (uint32_t n = 0; n < set->count; n++) {
            const Needle *needle = &set->needles[n];
            uint32_t i = 0;
            while (i < needle->len && at + i < len &&
                   (set->fold ? lower((unsigned char)text[at + i]) : (unsigned char)text[at + i]) ==
                       needle->bytes[i])
                i++;
            if (i == needle->len) {
                *which = n;
                return at;
            }
        }
    return len;
}

static void make_text(char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) text[i] = "abAB_ \nx"[random_below(8)];
    memset(text + len, 'a', SCAN_PADDING); // matches past the end must not be reported
}

static void make_needles(NeedleSet *set, bool fold)
{
    *set = (NeedleSet){.count = 1 + random_below(random_below(3) ? 1 : NEEDLE_MOST), .fold = fold};
    for (uint32_t n = 0; n < set->count; n++) {
        set->needles[n].len = 1 + random_below(5);
        for (uint32_t i = 0; i < set->needles[n].len; i++)
            set->needles[n].bytes[i] = (unsigned char)"abAB_x"[random_below(6)];
    }
    needle_set_prepare(set);
}

static void compare_find(const ScanImpl *impl)
{
    static char text[TEXT_LEN + SCAN_PADDING];
    for (int round = 0; round < ROUNDS; round++) {
        NeedleSet set;
        size_t len = random_below(TEXT_LEN);
        make_text(text, len);
        make_needles(&set, round % 2);
        uint32_t which = 0, expected_which = 0;
        for (size_t from = 0; from < len; from++) {
            size_t expected = slow_find(&set, text, len, from, &expected_which);
            size_t found = impl->find(&set, text, len, from, &which);
            if (found != expected || (found < len && which != expected_which))
                fail_msg("%s: round %d from %zu: %zu (%u) instead of %zu (%u)", impl->name, round,
                         from, found, which, expected, expected_which);
            if (found == len) break;
            from = found;
        }
    }
}

static void find_agrees(void **state)
{
    (void)state;
    compare_find(&scan_plain);
    if (os_cpu_has_avx2()) compare_find(&scan_avx2);
}

static void counts_and_odd_bytes_agree(void **state)
{
    (void)state;
    if (!os_cpu_has_avx2()) skip();
    static char text[TEXT_LEN + SCAN_PADDING];
    for (int round = 0; round < ROUNDS; round++) {
        size_t len = random_below(TEXT_LEN);
        make_text(text, len);
        if (len && round % 3) text[random_below((uint32_t)len)] = round % 2 ? '\0' : '\x80';
        assert_int_equal(scan_avx2.first_odd(text, len), scan_plain.first_odd(text, len));
        assert_int_equal(scan_avx2.count_byte(text, len, '\n'),
                         scan_plain.count_byte(text, len, '\n'));
    }
}

// Pieces of every kind of sequence, valid and not, in random order.
static void utf8_agrees(void **state)
{
    (void)state;
    if (!os_cpu_has_avx2()) skip();
    static const char *const pieces[] = {
        "a", "plain text", "\xC3\xBC", "\xE2\x82\xAC", "\xF0\x9F\x98\x80", "\xEF\xBF\xBF",
        "\xF4\x8F\xBF\xBF", "\xED\x9F\xBF", "\xE0\xA0\x80", "\xC2\x80",
        // and the wrong ones
        "\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xFF", "\xC3", "\xE2\x82", "\xF0\x9F\x98",
        "\xC3\xC3", "\xE2\x28\xA1"};
    enum { VALID = 10 };
    int valid = 0;
    for (int round = 0; round < 20 * ROUNDS; round++) {
        char text[256 + SCAN_PADDING] = {0};
        size_t len = 0, most = random_below(200);
        while (len < most) {
            bool wrong = round % 2 && !random_below(20);
            uint32_t all = (uint32_t)ARRAY_LEN(pieces);
            const char *piece =
                pieces[wrong ? VALID + random_below(all - VALID) : random_below(VALID)];
            memcpy(text + len, piece, strlen(piece));
            len += strlen(piece);
        }
        bool expected = utf8_valid(text, len);
        valid += expected;
        if (scan_avx2.valid_utf8(text, len) != expected) fail_msg("round %d", round);
    }
    assert_true(valid > ROUNDS && valid < 20 * ROUNDS);
}

static void text_classes(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        size_t len;
        TextClass class;
    } cases[] = {
        {"", 0, TEXT_ASCII},      {"plain\t\r\n\x7F", 9, TEXT_ASCII}, {"gr\xC3\xBCn", 5, TEXT_UTF8},
        {"a\0b", 3, TEXT_BINARY}, {"gr\xC3\xBC\0n", 6, TEXT_BINARY},  {"caf\xE9", 4, TEXT_NOT_UTF8},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        char padded[128] = {0};
        memcpy(padded, cases[i].text, cases[i].len);
        TextClass class = scan_text_class(scan_select(), padded, cases[i].len);
        if (class != cases[i].class) fail_msg("case %zu", i);
    }
}

int retrieve_scan_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(find_agrees),
        cmocka_unit_test(counts_and_odd_bytes_agree),
        cmocka_unit_test(utf8_agrees),
        cmocka_unit_test(text_classes),
    };
    return RUN_TESTS(tests);
}
