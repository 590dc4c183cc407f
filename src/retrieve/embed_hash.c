// retrieve/embed_hash.c - vectors without a model: a text is the sum of its features, and a feature
// is a few places of +1 and -1 that its hash picks (a sparse random projection).
//
// Features: words of identifiers (split at humps, digits and punctuation; lower case), their runs
// of three characters with the ends marked (so "retry" and "retries" share some), and identifiers
// of several words as a whole. A feature that is there n times weighs sqrt(n).
// Sums are integers and square roots are exact by IEEE 754, so every machine gives the same bits.
#include <math.h>

#include "base/hash.h"
#include "base/map.h"
#include "retrieve/embed.h"

enum {
    PLACES = 4, // of a feature
    WORD = 16,
    TRIGRAM = 5,
    IDENTIFIER = 8,    // weights
    LONGEST_WORD = 64, // bytes; the rest of it is not looked at
    FINE = 256,        // steps of a weight
};

typedef struct Features {
    Arena *arena;
    Map counts; // the weight's letter and the text of a feature -> how often
} Features;

static bool is_word_byte(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c >= 0x80;
}

static bool is_upper(unsigned char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_digit(unsigned char c)
{
    return c >= '0' && c <= '9';
}

// Where the word that begins at text[from] ends: before the next hump or digit.
static size_t word_end(Str text, size_t from)
{
    size_t at = from + 1;
    const unsigned char *bytes = (const unsigned char *)text.ptr;
    for (; at < text.len && is_word_byte(bytes[at]); at++) {
        if (is_digit(bytes[at]) != is_digit(bytes[at - 1])) break;
        if (!is_upper(bytes[at])) continue;
        bool lower_follows = at + 1 < text.len && bytes[at + 1] >= 'a' && bytes[at + 1] <= 'z';
        if (!is_upper(bytes[at - 1]) || lower_follows) break;
    }
    return at;
}

static void count(Features *features, char kind, const char *bytes, size_t len)
{
    char key[LONGEST_WORD + 3] = {kind};
    memcpy(key + 1, bytes, len);
    Str found = {key, len + 1};
    if (!map_get(&features->counts, found, NULL)) found = str_copy(features->arena, found);
    ++*map_at(features->arena, &features->counts, found, 0);
}

static size_t lower_copy(char *to, Str from)
{
    size_t len = MIN(from.len, LONGEST_WORD);
    for (size_t i = 0; i < len; i++)
        to[i] = (char)(is_upper((unsigned char)from.ptr[i]) ? from.ptr[i] + 32 : from.ptr[i]);
    return len;
}

static void count_word(Features *features, Str text)
{
    char word[LONGEST_WORD + 2] = "^";
    size_t len = lower_copy(word + 1, text);
    if (len < 2) return;
    count(features, 'w', word + 1, len);
    word[len + 1] = '$';
    for (size_t i = 0; i + 3 <= len + 2; i++) count(features, 't', word + i, 3);
}

static void count_features(Features *features, Str text)
{
    for (size_t at = 0; at < text.len;) {
        size_t from = at, words = 0;
        while (at < text.len &&
               (is_word_byte((unsigned char)text.ptr[at]) || text.ptr[at] == '_')) {
            size_t end = text.ptr[at] == '_' ? at + 1 : word_end(text, at);
            if (text.ptr[at] != '_') {
                count_word(features, str_sub(text, at, end));
                words++;
            }
            at = end;
        }
        char whole[LONGEST_WORD];
        if (words > 1) count(features, 'i', whole, lower_copy(whole, str_sub(text, from, at)));
        if (at == from) at++;
    }
}

static void add_feature(int64_t *sums, Str feature, uint64_t times)
{
    uint64_t hash = hash_str(feature);
    int64_t weight = feature.ptr[0] == 'w' ? WORD : feature.ptr[0] == 't' ? TRIGRAM : IDENTIFIER;
    int64_t amount = weight * (int64_t)(sqrt((double)times) * FINE);
    for (int i = 0; i < PLACES; i++, hash >>= 16)
        sums[hash % EMBED_HASH_DIMS] += hash >> 15 & 1 ? amount : -amount;
}

static void embed_one(Arena *scratch, Str text, float *row)
{
    Features features = {.arena = scratch};
    int64_t sums[EMBED_HASH_DIMS] = {0};
    count_features(&features, text);
    for (size_t i = 0; i < features.counts.cap; i++) {
        const MapSlot *slot = &features.counts.slots[i];
        if (slot->hash) add_feature(sums, slot->key, slot->value);
    }
    for (size_t i = 0; i < EMBED_HASH_DIMS; i++) row[i] = (float)sums[i];
    (void)embed_normalise(row, EMBED_HASH_DIMS); // all are finite
}

static void hash_model(void *self, EmbedModel *out)
{
    (void)self;
    *out = (EmbedModel){.backend = STR("hash"),
                        .model = STR("cq-hash-1"),
                        .dtype = STR("float32"),
                        .dims = EMBED_HASH_DIMS,
                        .is_local = true};
}

static Fail hash_embed(Ctx *cx, void *self, Pool *pool, EmbedKind kind, const Str *texts,
                       EmbedRows *out)
{
    (void)self, (void)pool, (void)kind;
    Arena scratch = {0};
    float *rows = ARENA_ARRAY(cx->arena, float, out->count *EMBED_HASH_DIMS);
    bool *missing = ARENA_ARRAY(cx->arena, bool, out->count);
    StopReason stop = STOP_NONE;
    for (size_t i = 0; i < out->count; i++) {
        if (stop == STOP_NONE) stop = ctx_stopped(cx);
        missing[i] = stop != STOP_NONE;
        if (missing[i]) out->missing_count++;
        else embed_one(&scratch, texts[i], rows + i * EMBED_HASH_DIMS);
        arena_reset(&scratch);
    }
    arena_fini(&scratch);
    if (stop == STOP_CANCEL) return ctx_check(cx);
    if (stop) out->limit = STR("hash: the time limit was over before all texts had vectors");
    out->missing = stop ? missing : NULL;
    out->rows = rows;
    out->dims = EMBED_HASH_DIMS;
    return NULL;
}

const EmbedBackend embed_hash = {"hash", hash_model, hash_embed, NULL};
