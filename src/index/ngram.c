// index/ngram.c
#include "index/ngram.h"

#include <stdlib.h>

#include "base/vec.h"
#include "index/varint.h"

enum {
    KEYS = 1 << 24, // trigrams there can be
    MOST_LISTS = 8, // of a literal that are intersected: the shortest ones
    MOST_KEYS = 62, // of a literal that are looked up: enough for any needle
};

typedef struct Head {
    uint32_t version, files, keys, pairs;
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

// True when some of the text is not ASCII.
static bool take_keys(NgramTaker *taker, Str text)
{
    uint32_t key = 0, inside = 0; // bytes of the line so far
    unsigned char any = 0;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        any |= c;
        key = (key << 8 | fold(c)) & (KEYS - 1);
        inside = c == '\n' ? 0 : inside + 1;
        if (inside >= NGRAM_SIZE) take_key(taker, key);
    }
    return any >= 0x80;
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
    bool wide = take_keys(taker, text);
    for (size_t k = 0; wide && k < ARRAY_LEN(foldable); k++) {
        Str odd = foldable[k].bytes;
        if (!memmem(text.ptr, text.len, odd.ptr, odd.len)) continue;
        take_folded(taker, text);
        break;
    }
    for (size_t i = 0; i < taker->count; i++) taker->seen[taker->keys[i] / 64] = 0;
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

void ngram_add(NgramBuilder *builder, uint32_t file, NgramSet set)
{
    for (size_t i = 0; i < set.count; i++) {
        List *list = list_of(builder, set.keys[i]);
        if (list->cap - list->len < VARINT_LONGEST) {
            list->cap = MAX(list->cap + list->cap / 2, 16u);
            list->bytes = mem_resize(list->bytes, list->cap);
        }
        list->len += (uint32_t)varint_put(list->bytes + list->len, file - list->next);
        list->next = file + 1;
    }
}

// --- packing

static int by_key(const void *a, const void *b)
{
    uint32_t x = ((const List *)a)->key, y = ((const List *)b)->key;
    return (x > y) - (x < y);
}

static size_t bits_len(uint32_t files)
{
    return ((size_t)files + 7) / 8;
}

// A list as a bit a file.
static void put_bits(Buf *out, Str list, uint32_t files)
{
    const uint8_t *at = (const uint8_t *)list.ptr, *end = at + list.len;
    uint8_t *bits = (uint8_t *)buf_room(out, bits_len(files));
    memset(bits, 0, bits_len(files));
    out->len += bits_len(files);
    for (uint32_t file = 0; at < end; file++) {
        file += varint_get(&at, end);
        bits[file / 8] |= (uint8_t)(1U << file % 8);
    }
}

typedef struct Packing {
    Arena *arena, scratch;
    uint32_t files;
    VEC(NgramPair) pairs;
    Buf lasts;
    ListsBuilder lists;
} Packing;

static void pack_list(Packing *packing, const List *list)
{
    uint32_t pair = list->key >> 8;
    size_t known = packing->pairs.len;
    if (!known || packing->pairs.items[known - 1].bytes != pair)
        VEC_PUSH(&packing->scratch, &packing->pairs,
                 (NgramPair){pair, (uint32_t)packing->lasts.len});
    buf_byte(&packing->lasts, (char)(unsigned char)list->key);
    Str bytes = {(const char *)list->bytes, list->len};
    if (bytes.len < bits_len(packing->files)) buf_add(&packing->lists.group, bytes);
    else put_bits(&packing->lists.group, bytes, packing->files);
    lists_end(&packing->lists);
}

static void put(Arena *arena, SegmentSection *out, uint32_t id, const void *at, size_t bytes)
{
    *out = (SegmentSection){id, str_copy(arena, (Str){at, bytes})};
}

static void put_all(Packing *packing, SegmentSection out[NGRAM_SECTIONS])
{
    Arena *arena = packing->arena;
    uint32_t keys = packing->lists.count;
    Head head = {NGRAM_VERSION, packing->files, keys, (uint32_t)packing->pairs.len};
    VEC_PUSH(&packing->scratch, &packing->pairs, (NgramPair){KEYS >> 8, keys});
    lists_finish(&packing->lists);
    put(arena, &out[0], NGRAM_HEAD, &head, sizeof head);
    put(arena, &out[1], NGRAM_PAIRS, packing->pairs.items,
        packing->pairs.len * sizeof *packing->pairs.items);
    put(arena, &out[2], NGRAM_LASTS, packing->lasts.ptr, packing->lasts.len);
    put(arena, &out[3], NGRAM_LISTS, packing->lists.bytes.ptr, packing->lists.bytes.len);
    put(arena, &out[4], NGRAM_STARTS, packing->lists.starts,
        lists_starts(keys) * sizeof *packing->lists.starts);
}

void ngram_finish(Arena *arena, NgramBuilder *builder, uint32_t files,
                  SegmentSection out[NGRAM_SECTIONS])
{
    Packing packing = {.arena = arena, .files = files};
    size_t bytes = 0;
    packing.lasts = buf_on(&packing.scratch);
    if (builder->count) qsort(builder->lists, builder->count, sizeof(List), by_key);
    mem_free(builder->slots); // they named places
    builder->slots = NULL;
    builder->slot_count = 0;
    for (size_t i = 0; i < builder->count; i++)
        bytes += MIN((size_t)builder->lists[i].len, bits_len(files));
    packing.lists = lists_builder(&packing.scratch, (uint32_t)builder->count, bytes);
    for (size_t i = 0; i < builder->count; i++) pack_list(&packing, &builder->lists[i]);
    put_all(&packing, out);
    arena_fini(&packing.scratch);
}

// --- reading

static bool fits_together(const Head *head, Str bytes, Str pairs, Str lasts, Str starts)
{
    return bytes.len == sizeof *head && head->version == NGRAM_VERSION && head->keys < KEYS &&
           pairs.len == (head->pairs + (uint64_t)1) * sizeof(NgramPair) &&
           lasts.len == head->keys && starts.len == lists_starts(head->keys) * sizeof(uint32_t);
}

Fail ngram_open(Ctx *cx, const Segment *segment, Ngrams *out)
{
    *out = (Ngrams){0};
    if (!segment_section_bytes(segment, NGRAM_HEAD)) return segment_intact(cx, segment);
    Str bytes = segment_section(segment, NGRAM_HEAD);
    Str pairs = segment_section(segment, NGRAM_PAIRS);
    Str lasts = segment_section(segment, NGRAM_LASTS);
    Str starts = segment_unchecked(segment, NGRAM_STARTS);
    TRY(segment_intact(cx, segment));
    const Head *head = (const void *)bytes.ptr;
    if (!fits_together(head, bytes, pairs, lasts, starts))
        return FAIL(cx->arena, DAMAGED, "the index of trigrams does not fit together");
    *out = (Ngrams){.segment = segment,
                    .pairs = (const void *)pairs.ptr,
                    .pair_count = head->pairs,
                    .files = head->files,
                    .lasts = lasts,
                    .lists = {.segment = segment,
                              .starts = (const void *)starts.ptr,
                              .count = head->keys,
                              .bytes = segment_unchecked(segment, NGRAM_LISTS)}};
    return NULL;
}

static bool find_key(const Ngrams *ngrams, uint32_t key, uint32_t *number)
{
    uint32_t low = 0, high = ngrams->pair_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ngrams->pairs[middle].bytes < key >> 8) low = middle + 1;
        else high = middle;
    }
    const NgramPair *pair = &ngrams->pairs[low]; // there is one more
    if (low == ngrams->pair_count || pair->bytes != key >> 8) return false;
    Str lasts = str_sub(ngrams->lasts, pair->first, pair[1].first);
    size_t at = str_find(lasts, (char)(unsigned char)key);
    *number = pair->first + (uint32_t)at;
    return at < lasts.len;
}

static int by_length(const void *a, const void *b)
{
    size_t x = ((const Str *)a)->len, y = ((const Str *)b)->len;
    return (x > y) - (x < y);
}

typedef enum Lookup { LOOKUP_SOME, LOOKUP_NONE, LOOKUP_UNKNOWN } Lookup;

// The lists of a literal's trigrams, shortest first.
static Lookup find_lists(const Ngrams *ngrams, Str literal, Str *lists, size_t *count)
{
    uint32_t key = 0, inside = 0;
    *count = 0;
    for (size_t i = 0; i < literal.len && *count < MOST_KEYS; i++) {
        uint32_t number;
        key = (key << 8 | fold((unsigned char)literal.ptr[i])) & (KEYS - 1);
        if (++inside < NGRAM_SIZE) continue;
        if (!find_key(ngrams, key, &number)) return LOOKUP_NONE;
        Str list = lists_get(&ngrams->lists, number);
        if (!list.len) return LOOKUP_UNKNOWN; // damaged: no list is empty
        lists[(*count)++] = list;
    }
    qsort(lists, *count, sizeof *lists, by_length);
    return *count ? LOOKUP_SOME : LOOKUP_UNKNOWN;
}

static bool mark_bits(const Ngrams *ngrams, Str list, const uint64_t *among, uint64_t *marked)
{
    for (uint32_t file = 0; file < ngrams->files; file += 64) {
        uint64_t word = 0;
        memcpy(&word, list.ptr + file / 8, MIN(list.len - file / 8, sizeof word));
        marked[file / 64] |= among ? word & among[file / 64] : word;
    }
    uint32_t over = ngrams->files % 64;
    uint64_t beyond = over ? UINT64_MAX << over : 0;
    return !ngrams->files || !(marked[(ngrams->files - 1) / 64] & beyond);
}

// Marks the files of a list, those only that are marked in `among` unless that is NULL.
static bool mark(const Ngrams *ngrams, Str list, const uint64_t *among, uint64_t *marked)
{
    const uint8_t *at = (const uint8_t *)list.ptr, *end = at + list.len;
    if (list.len == bits_len(ngrams->files)) return mark_bits(ngrams, list, among, marked);
    for (uint64_t file = 0; at < end; file++) {
        file += varint_get(&at, end);
        if (file >= ngrams->files) return false;
        uint64_t bit = UINT64_C(1) << file % 64;
        if (!among || among[file / 64] & bit) marked[file / 64] |= bit;
    }
    return true;
}

bool ngram_may_hold(const Ngrams *ngrams, Str literal, uint64_t *marked)
{
    Str lists[MOST_KEYS];
    size_t count, words = ((size_t)ngrams->files + 63) / 64;
    if (!ngrams->segment || literal.len < NGRAM_SIZE) return false;
    Lookup found = find_lists(ngrams, literal, lists, &count);
    if (found != LOOKUP_SOME) return found == LOOKUP_NONE;
    uint64_t *now = mem_alloc((2 * words + 1) * sizeof *now), *before = now + words;
    bool sound = mark(ngrams, lists[0], NULL, now);
    for (size_t i = 1; sound && i < MIN(count, (size_t)MOST_LISTS); i++) {
        if (lists[i].ptr == lists[i - 1].ptr) continue;
        memcpy(before, now, words * sizeof *now);
        memset(now, 0, words * sizeof *now);
        sound = mark(ngrams, lists[i], before, now);
    }
    for (size_t i = 0; sound && i < words; i++) marked[i] |= now[i];
    mem_free(now);
    return sound;
}
