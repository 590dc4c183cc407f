// retrieve/fuse.c
#include "retrieve/fuse.h"

#include <math.h>
#include <stdlib.h>

typedef struct Entry { // what a channel adds to a document
    uint32_t doc, channel;
    size_t rank; // from 0
    double part;
} Entry;

static int by_doc(const void *a, const void *b)
{
    const Entry *x = a, *y = b;
    if (x->doc != y->doc) return x->doc < y->doc ? -1 : 1;
    if (x->channel != y->channel) return x->channel < y->channel ? -1 : 1;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

static int by_score(const void *a, const void *b)
{
    const FuseHit *x = a, *y = b;
    if (x->score != y->score) return x->score > y->score ? -1 : 1;
    return (x->doc > y->doc) - (x->doc < y->doc);
}

static double usable(double score)
{
    return isfinite(score) && score > 0 ? score : 0;
}

static double highest(const FuseChannel *channel)
{
    double most = 0;
    for (size_t i = 0; i < channel->len; i++) {
        double score = usable(channel->items[i].score);
        most = score > most ? score : most;
    }
    return most;
}

static Entry *entries_of(Arena *arena, const FuseChannel *channels, size_t count,
                         const FuseSpec *spec, size_t *len)
{
    double k = spec->k > 0 ? spec->k : 60;
    *len = 0;
    for (size_t c = 0; c < count; c++) *len += channels[c].len;
    Entry *entries = ARENA_ARRAY(arena, Entry, *len), *to = entries;
    for (size_t c = 0; c < count; c++) {
        const FuseChannel *channel = &channels[c];
        double most = highest(channel);
        for (size_t i = 0; i < channel->len; i++) {
            double share = spec->method == FUSE_RRF ? 1 / (k + (double)i + 1)
                           : most > 0               ? usable(channel->items[i].score) / most
                                                    : 0;
            *to++ = (Entry){.doc = channel->items[i].doc,
                            .channel = (uint32_t)c,
                            .rank = i,
                            .part = channel->weight * share};
        }
    }
    return entries;
}

Fused fuse(Arena *arena, const FuseChannel *channels, size_t count, const FuseSpec *spec)
{
    size_t len = 0, hits = 0;
    Entry *entries = entries_of(arena, channels, count, spec, &len);
    qsort(entries, len, sizeof *entries, by_doc);
    FuseHit *items = ARENA_ARRAY(arena, FuseHit, len);
    for (size_t i = 0; i < len; hits++) {
        uint32_t doc = entries[i].doc;
        double *parts = ARENA_ARRAY(arena, double, count);
        items[hits] = (FuseHit){.doc = doc, .parts = parts};
        for (; i < len && entries[i].doc == doc; i++) {
            bool first =
                i == 0 || entries[i - 1].doc != doc || entries[i - 1].channel != entries[i].channel;
            if (first) parts[entries[i].channel] = entries[i].part;
        }
        for (size_t c = 0; c < count; c++) items[hits].score += parts[c];
    }
    qsort(items, hits, sizeof *items, by_score);
    return (Fused){.items = items, .len = spec->limit ? MIN(hits, spec->limit) : hits};
}
