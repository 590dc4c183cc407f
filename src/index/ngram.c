// index/ngram.c
#include "index/ngram.h"

#include <stdlib.h>

#include "base/vec.h"

enum {
    KEYS = 1 << 24, // trigrams there can be
    MOST_LISTS = 8, // of a literal that are intersected: the shortest ones
    MOST_KEYS = 62, // of a literal that are looked up: enough for any needle
};

typedef struct Head {
    uint32_t version, files;
    uint64_t keys;
} Head;

static inline uint32_t fold(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? c + 32u : c;
}

// --- one file

struct NgramTaker {
    uint64_t seen[KEYS / 64];
    uint32_t *keys;
    size_t count, cap;
};

NgramTaker *ngram_taker_new(void)
{
    return mem_alloc(sizeof(NgramTaker));
}

void ngram_taker_free(NgramTaker *taker)
{
    if (!taker) return;
    mem_free(taker->keys);
    mem_free(taker);
}

static int by_key(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return (x > y) - (x < y);
}

static void take_key(NgramTaker *taker, uint32_t key)
{
    uint64_t bit = UINT64_C(1) << key % 64;
    if (taker->seen[key / 64] & bit) return;
    taker->seen[key / 64] |= bit;
    if (taker->count == taker->cap) {
        taker->cap = MAX(2 * taker->cap, (size_t)4096);
        taker->keys = mem_resize(taker->keys, taker->cap * sizeof *taker->keys);
    }
    taker->keys[taker->count++] = key;
}

static void take_keys(NgramTaker *taker, Str text)
{
    uint32_t key = 0, inside = 0; // bytes of the line so far
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        key = (key << 8 | fold(c)) & (KEYS - 1);
        inside = c == '\n' ? 0 : inside + 1;
        if (inside >= NGRAM_SIZE) take_key(taker, key);
    }
}

// Letters that Unicode folds to ASCII ones.
static const struct {
    Str bytes;
    char ascii;
} foldable[] = {{{"\xE2\x84\xAA", 3}, 'k'}, {{"\xC5\xBF", 2}, 's'}};

static bool is_at(Str text, size_t at, Str part)
{
    return part.len <= text.len - at && memcmp(text.ptr + at, part.ptr, part.len) == 0;
}

static void take_folded(NgramTaker *taker, Str text)
{
    char *copy = mem_alloc(text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len;) {
        size_t step = 1;
        copy[len] = text.ptr[i];
        for (size_t k = 0; k < ARRAY_LEN(foldable); k++) {
            if (!is_at(text, i, foldable[k].bytes)) continue;
            copy[len] = foldable[k].ascii;
            step = foldable[k].bytes.len;
        }
        len++;
        i += step;
    }
    take_keys(taker, (Str){copy, len});
    mem_free(copy);
}

NgramSet ngram_take(NgramTaker *taker, Str text)
{
    taker->count = 0;
    take_keys(taker, text);
    for (size_t k = 0; k < ARRAY_LEN(foldable); k++) {
        Str odd = foldable[k].bytes;
        if (!text.len || !memmem(text.ptr, text.len, odd.ptr, odd.len)) continue;
        take_folded(taker, text);
        break;
    }
    for (size_t i = 0; i < taker->count; i++) taker->seen[taker->keys[i] / 64] = 0;
    if (taker->count) qsort(taker->keys, taker->count, sizeof *taker->keys, by_key);
    return (NgramSet){taker->keys, taker->count};
}

// --- many files

typedef struct List {
    uint32_t key, next; // next: 1 + the last file; 0: none yet
    uint32_t len, cap;
    uint8_t *bytes;
} List;

struct NgramBuilder {
    uint32_t *slots; // 1 + a list's number; 0: free
    size_t slot_count;
    List *lists;
    size_t count, cap;
};

NgramBuilder *ngram_builder_new(void)
{
    return mem_alloc(sizeof(NgramBuilder));
}

void ngram_builder_free(NgramBuilder *builder)
{
    if (!builder) return;
    for (size_t i = 0; i < builder->count; i++) mem_free(builder->lists[i].bytes);
    mem_free(builder->lists);
    mem_free(builder->slots);
    mem_free(builder);
}

static uint32_t *slot_of(const NgramBuilder *builder, uint32_t key)
{
    size_t mask = builder->slot_count - 1, at = key * UINT64_C(0x9E3779B97F4A7C15) >> 32 & mask;
    while (builder->slots[at] && builder->lists[builder->slots[at] - 1].key != key)
        at = (at + 1) & mask;
    return &builder->slots[at];
}

static void grow_slots(NgramBuilder *builder)
{
    mem_free(builder->slots);
    builder->slot_count = MAX(2 * builder->slot_count, (size_t)8192);
    builder->slots = mem_alloc(builder->slot_count * sizeof *builder->slots);
    for (size_t i = 0; i < builder->count; i++)
        *slot_of(builder, builder->lists[i].key) = (uint32_t)i + 1;
}

static List *list_of(NgramBuilder *builder, uint32_t key)
{
    if (2 * builder->count >= builder->slot_count) grow_slots(builder);
    uint32_t *slot = slot_of(builder, key);
    if (*slot) return &builder->lists[*slot - 1];
    if (builder->count == builder->cap) {
        builder->cap = MAX(2 * builder->cap, (size_t)4096);
        builder->lists = mem_resize(builder->lists, builder->cap * sizeof *builder->lists);
    }
    List *list = &builder->lists[builder->count++];
    *list = (List){.key = key};
    *slot = (uint32_t)builder->count;
    return list;
}

enum { LONGEST_NUMBER = 5 }; // a u32 as LEB128

static size_t put_number(uint8_t *to, uint32_t number)
{
    size_t len = 0;
    for (; number >= 0x80; number >>= 7) to[len++] = (uint8_t)(number | 0x80);
    to[len++] = (uint8_t)number;
    return len;
}

// False when the bytes end in the middle of it, or it is too large.
static bool take_number(const uint8_t **at, const uint8_t *end, uint32_t *out)
{
    uint64_t number = 0;
    for (int shift = 0; *at < end && shift < 35; shift += 7) {
        uint8_t byte = *(*at)++;
        number |= (uint64_t)(byte & 0x7F) << shift;
        if (byte >= 0x80) continue;
        *out = (uint32_t)number;
        return number <= UINT32_MAX;
    }
    return false;
}

void ngram_add(NgramBuilder *builder, uint32_t file, NgramSet set)
{
    for (size_t i = 0; i < set.count; i++) {
        List *list = list_of(builder, set.keys[i]);
        if (list->cap - list->len < LONGEST_NUMBER) {
            list->cap = MAX(list->cap + list->cap / 2, 16u);
            list->bytes = mem_resize(list->bytes, list->cap);
        }
        list->len += (uint32_t)put_number(list->bytes + list->len, file - list->next);
        list->next = file + 1;
    }
}

// --- packing

static int by_list_key(const void *a, const void *b)
{
    return by_key(&((const List *)a)->key, &((const List *)b)->key);
}

// Adds a list behind those of the same key from the builders before, which end before `next`.
static void join(Buf *lists, const List *list, uint32_t next)
{
    const uint8_t *at = list->bytes, *end = list->bytes + list->len;
    uint8_t first[LONGEST_NUMBER];
    uint32_t file = 0;
    take_number(&at, end, &file);
    buf_add(lists, (Str){(char *)first, put_number(first, file - next)});
    buf_add(lists, (Str){(const char *)at, (size_t)(end - at)});
}

void ngram_finish(Arena *arena, NgramBuilder *const *builders, size_t count, uint32_t files,
                  SegmentSection out[NGRAM_SECTIONS])
{
    VEC(uint32_t) keys = {0};
    VEC(uint64_t) starts = {0};
    Buf lists = buf_on(arena);
    size_t *at = ARENA_ARRAY(arena, size_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        NgramBuilder *builder = builders[i];
        if (builder->count) qsort(builder->lists, builder->count, sizeof(List), by_list_key);
        mem_free(builder->slots); // they named places
        builder->slots = NULL;
        builder->slot_count = 0;
    }
    for (;;) {
        uint32_t key = KEYS, next = 0;
        for (size_t i = 0; i < count; i++)
            if (at[i] < builders[i]->count) key = MIN(key, builders[i]->lists[at[i]].key);
        if (key == KEYS) break;
        VEC_PUSH(arena, &keys, key);
        VEC_PUSH(arena, &starts, lists.len);
        for (size_t i = 0; i < count; i++) {
            const List *list = &builders[i]->lists[at[i]];
            if (at[i] == builders[i]->count || list->key != key) continue;
            join(&lists, list, next);
            next = list->next;
            at[i]++;
        }
    }
    VEC_PUSH(arena, &starts, lists.len);
    Head *head = ARENA_NEW(arena, Head);
    *head = (Head){NGRAM_VERSION, files, keys.len};
    out[0] = (SegmentSection){NGRAM_HEAD, {(char *)head, sizeof *head}};
    out[1] = (SegmentSection){NGRAM_KEYS, {(char *)keys.items, keys.len * sizeof(uint32_t)}};
    out[2] = (SegmentSection){NGRAM_STARTS, {(char *)starts.items, starts.len * sizeof(uint64_t)}};
    out[3] = (SegmentSection){NGRAM_LISTS, buf_str(&lists)};
}

// --- reading

Fail ngram_open(Ctx *cx, const Segment *segment, Ngrams *out)
{
    *out = (Ngrams){0};
    if (!segment_section_bytes(segment, NGRAM_HEAD)) return segment_intact(cx, segment);
    Str bytes = segment_section(segment, NGRAM_HEAD), keys = segment_section(segment, NGRAM_KEYS);
    Str starts = segment_section(segment, NGRAM_STARTS);
    TRY(segment_intact(cx, segment));
    const Head *head = (const void *)bytes.ptr;
    bool fits = bytes.len == sizeof *head && head->version == NGRAM_VERSION && head->keys < KEYS &&
                keys.len == head->keys * sizeof(uint32_t) &&
                starts.len == (head->keys + 1) * sizeof(uint64_t);
    if (!fits) return FAIL(cx->arena, DAMAGED, "the index of trigrams does not fit together");
    *out = (Ngrams){segment, (const void *)keys.ptr, (const void *)starts.ptr, (uint32_t)head->keys,
                    head->files};
    return NULL;
}

static bool find_key(const Ngrams *ngrams, uint32_t key, uint32_t *index)
{
    uint32_t low = 0, high = ngrams->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ngrams->keys[middle] < key) low = middle + 1;
        else high = middle;
    }
    *index = low;
    return low < ngrams->count && ngrams->keys[low] == key;
}

typedef struct Range { // of NGRAM_LISTS
    uint64_t start, len;
} Range;

static int by_length(const void *a, const void *b)
{
    uint64_t x = ((const Range *)a)->len, y = ((const Range *)b)->len;
    return (x > y) - (x < y);
}

typedef enum Lookup { LOOKUP_SOME, LOOKUP_NONE, LOOKUP_UNKNOWN } Lookup;

// The lists of a literal's trigrams, shortest first.
static Lookup find_lists(const Ngrams *ngrams, Str literal, Range *ranges, size_t *count)
{
    uint32_t key = 0, inside = 0;
    *count = 0;
    for (size_t i = 0; i < literal.len && *count < MOST_KEYS; i++) {
        uint32_t index;
        key = (key << 8 | fold((unsigned char)literal.ptr[i])) & (KEYS - 1);
        if (++inside < NGRAM_SIZE) continue;
        if (!find_key(ngrams, key, &index)) return LOOKUP_NONE;
        uint64_t start = ngrams->starts[index], end = ngrams->starts[index + 1];
        if (end < start) return LOOKUP_UNKNOWN;
        ranges[(*count)++] = (Range){start, end - start};
    }
    qsort(ranges, *count, sizeof *ranges, by_length);
    return *count ? LOOKUP_SOME : LOOKUP_UNKNOWN;
}

// Marks the files of a list, those only that are marked in `among` unless that is NULL.
static bool mark(const Ngrams *ngrams, Range range, const uint64_t *among, uint64_t *marked)
{
    Str bytes = segment_part(ngrams->segment, NGRAM_LISTS, range.start, range.len);
    const uint8_t *at = (const uint8_t *)bytes.ptr, *end = at + bytes.len;
    uint64_t next = 0;
    if (bytes.len != range.len) return false;
    while (at < end) {
        uint32_t gap;
        if (!take_number(&at, end, &gap) || next + gap >= ngrams->files) return false;
        uint64_t file = next + gap, bit = UINT64_C(1) << file % 64;
        if (!among || among[file / 64] & bit) marked[file / 64] |= bit;
        next = file + 1;
    }
    return true;
}

bool ngram_may_hold(const Ngrams *ngrams, Str literal, uint64_t *marked)
{
    Range ranges[MOST_KEYS];
    size_t count, words = ((size_t)ngrams->files + 63) / 64;
    if (!ngrams->segment || literal.len < NGRAM_SIZE) return false;
    Lookup found = find_lists(ngrams, literal, ranges, &count);
    if (found != LOOKUP_SOME) return found == LOOKUP_NONE;
    uint64_t *now = mem_alloc((2 * words + 1) * sizeof *now), *before = now + words;
    bool sound = mark(ngrams, ranges[0], NULL, now);
    for (size_t i = 1; sound && i < MIN(count, (size_t)MOST_LISTS); i++) {
        if (i > 1 && ranges[i].len == ranges[i - 1].len && ranges[i].start == ranges[i - 1].start)
            continue;
        memcpy(before, now, words * sizeof *now);
        memset(now, 0, words * sizeof *now);
        sound = mark(ngrams, ranges[i], before, now);
    }
    for (size_t i = 0; sound && i < words; i++) marked[i] |= now[i];
    mem_free(now);
    return sound;
}
