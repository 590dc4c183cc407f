// retrieve/scan.h - fast passes over the bytes of a file: is it text, where could a literal be,
// how many lines. AVX2 when the processor has it (CQ_SIMD=off forces the plain version).
//
// Threads: pure functions over constant tables.
#ifndef CQ_RETRIEVE_SCAN_H
#define CQ_RETRIEVE_SCAN_H

#include "base/str.h"

// Every buffer given to these functions must be readable for this many bytes past its end.
enum { SCAN_PADDING = 64 };

typedef enum TextClass { TEXT_ASCII, TEXT_UTF8, TEXT_BINARY, TEXT_NOT_UTF8 } TextClass;

// A set of literals to look for at once. Candidates are verified byte by byte.
enum { NEEDLE_MOST = 16, NEEDLE_LONGEST = 64 };

typedef struct Needle {
    unsigned char bytes[NEEDLE_LONGEST]; // lower case when `fold`
    uint32_t len;
} Needle;

typedef struct NeedleSet {
    Needle needles[NEEDLE_MOST];
    uint32_t count;
    uint32_t shortest;
    bool fold; // ASCII letters match either case
    uint32_t rare_a,
        rare_b; // one needle: offsets of its two rarest bytes, rare_a < rare_b or equal
    unsigned char rare_a_byte[2], rare_b_byte[2]; // both cases when `fold`, else twice the same
    // several needles: for each of the first three bytes, which buckets a nibble allows
    _Alignas(16) unsigned char low[3][16], high[3][16];
    uint32_t prints; // how many of the three are used
} NeedleSet;

// Prepares `set->needles[0 .. count)`, all with len >= 1.
void needle_set_prepare(NeedleSet *set);

// One implementation. All give the same answers; scan_test.c compares them.
typedef struct ScanImpl {
    const char *name;
    // The first place at or after `from` where a needle begins; `len` when there is none.
    // *which receives the needle's index (the lowest that matches there).
    size_t (*find)(const NeedleSet *set, const char *text, size_t len, size_t from,
                   uint32_t *which);
    size_t (*first_odd)(const char *text, size_t len); // first byte that is 0 or above 0x7F
    size_t (*count_byte)(const char *text, size_t len, char byte);
    bool (*valid_utf8)(const char *text, size_t len);
} ScanImpl;
extern const ScanImpl scan_plain, scan_avx2;
const ScanImpl *scan_select(void);

// A NUL byte makes it binary; else every byte below 0x80, valid UTF-8, or neither.
TextClass scan_text_class(const ScanImpl *scan, const char *text, size_t len);

// Does a needle of the set begin at text[at]?
static inline bool needle_at(const NeedleSet *set, uint32_t which, const char *text, size_t len,
                             size_t at)
{
    const Needle *needle = &set->needles[which];
    if (needle->len > len - at) return false;
    if (!set->fold) return memcmp(text + at, needle->bytes, needle->len) == 0;
    for (uint32_t i = 0; i < needle->len; i++) {
        unsigned char c = (unsigned char)text[at + i];
        if (c >= 'A' && c <= 'Z') c = (unsigned char)(c + 32);
        if (c != needle->bytes[i]) return false;
    }
    return true;
}

#endif
