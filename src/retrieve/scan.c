// retrieve/scan.c - the plain versions and the choice between them and AVX2.
#include "retrieve/scan.h"

#include "base/os.h"

// How often a byte stands in source code, 0 rare .. 255 common: a rank of the bytes of the C,
// Python, JavaScript and Rust sources of public projects, coarsened.
static unsigned char commonness(unsigned char c)
{
    static const char by_rank[] = " etarnsiodlcpu_mfhg\n\t(),.b;v=y\"wk-x*/>:0'1q{}SETCRI<A[]&2D"
                                  "LNOPj+#!MFz@34\\BU$6GH85W|97VY?KXQJZ~%^`";
    const char *at = memchr(by_rank, c, sizeof by_rank - 1);
    return at ? (unsigned char)(255 - (at - by_rank)) : 100;
}

static unsigned char lower(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c;
}

static unsigned char upper(unsigned char c)
{
    return c >= 'a' && c <= 'z' ? (unsigned char)(c - 32) : c;
}

static unsigned char cost(const NeedleSet *set, unsigned char c)
{
    return set->fold ? MAX(commonness(c), commonness(upper(c))) : commonness(c);
}

static void pick_rare_bytes(NeedleSet *set)
{
    const Needle *needle = &set->needles[0];
    uint32_t best = 0, second = needle->len > 1 ? 1 : 0;
    for (uint32_t i = 0; i < needle->len; i++)
        if (cost(set, needle->bytes[i]) < cost(set, needle->bytes[best])) best = i;
    if (second == best && needle->len > 1) second = best ? 0 : 1;
    for (uint32_t i = 0; i < needle->len; i++)
        if (i != best && cost(set, needle->bytes[i]) < cost(set, needle->bytes[second])) second = i;
    set->rare_a = MIN(best, second);
    set->rare_b = MAX(best, second);
    unsigned char a = needle->bytes[set->rare_a], b = needle->bytes[set->rare_b];
    set->rare_a_byte[0] = a;
    set->rare_a_byte[1] = set->fold ? upper(a) : a;
    set->rare_b_byte[0] = b;
    set->rare_b_byte[1] = set->fold ? upper(b) : b;
}

static void add_print(NeedleSet *set, uint32_t print, unsigned char c, unsigned char bucket)
{
    set->low[print][c & 15] |= bucket;
    set->high[print][c >> 4] |= bucket;
}

void needle_set_prepare(NeedleSet *set)
{
    set->shortest = NEEDLE_LONGEST;
    for (uint32_t i = 0; i < set->count; i++) {
        Needle *needle = &set->needles[i];
        set->shortest = MIN(set->shortest, needle->len);
        for (uint32_t j = 0; set->fold && j < needle->len; j++)
            needle->bytes[j] = lower(needle->bytes[j]);
    }
    if (set->count == 1) pick_rare_bytes(set);
    set->prints = MIN(set->shortest, 3u);
    memset(set->low, 0, sizeof set->low);
    memset(set->high, 0, sizeof set->high);
    for (uint32_t i = 0; i < set->count; i++)
        for (uint32_t p = 0; p < set->prints; p++) {
            unsigned char c = set->needles[i].bytes[p], bucket = (unsigned char)(1u << (i & 7));
            add_print(set, p, c, bucket);
            if (set->fold) add_print(set, p, upper(c), bucket);
        }
}

static bool any_needle_at(const NeedleSet *set, const char *text, size_t len, size_t at,
                          uint32_t *which)
{
    for (uint32_t i = 0; i < set->count; i++)
        if (needle_at(set, i, text, len, at)) {
            *which = i;
            return true;
        }
    return false;
}

static size_t plain_find(const NeedleSet *set, const char *text, size_t len, size_t from,
                         uint32_t *which)
{
    if (set->count == 1 && !set->fold) {
        const Needle *needle = &set->needles[0];
        const char *at =
            from < len ? memmem(text + from, len - from, needle->bytes, needle->len) : NULL;
        *which = 0;
        return at ? (size_t)(at - text) : len;
    }
    for (size_t i = from; i + set->shortest <= len; i++) {
        unsigned char c = (unsigned char)text[i];
        if (!(set->low[0][c & 15] & set->high[0][c >> 4])) continue;
        if (any_needle_at(set, text, len, i, which)) return i;
    }
    return len;
}

static size_t plain_first_odd(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((signed char)text[i] <= 0) return i;
    return len;
}

static size_t plain_count_byte(const char *text, size_t len, char byte)
{
    size_t count = 0;
    for (size_t i = 0; i < len; i++) count += text[i] == byte;
    return count;
}

const ScanImpl scan_plain = {"plain", plain_find, plain_first_odd, plain_count_byte, utf8_valid};

const ScanImpl *scan_select(void)
{
#if defined(__x86_64__)
    if (os_cpu_has_avx2() && !str_eq(os_env("CQ_SIMD"), STR("off"))) return &scan_avx2;
#endif
    return &scan_plain;
}

TextClass scan_text_class(const ScanImpl *scan, const char *text, size_t len)
{
    size_t odd = scan->first_odd(text, len);
    if (odd == len) return TEXT_ASCII;
    if (memchr(text + odd, 0, len - odd)) return TEXT_BINARY;
    return scan->valid_utf8(text + odd, len - odd) ? TEXT_UTF8 : TEXT_NOT_UTF8;
}
