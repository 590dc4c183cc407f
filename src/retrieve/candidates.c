// retrieve/candidates.c
#include "retrieve/candidates.h"

bool candidates_can_tell(const Pattern *pattern)
{
    const NeedleSet *set = pattern_needles(pattern);
    for (uint32_t i = 0; set && i < set->count; i++)
        if (set->needles[i].len < NGRAM_SIZE) return false;
    return set != NULL;
}

bool candidates_mark(const Pattern *pattern, const Ngrams *ngrams, uint64_t *marked)
{
    const NeedleSet *set = pattern_needles(pattern);
    for (uint32_t i = 0; set && i < set->count; i++) {
        Str literal = {(const char *)set->needles[i].bytes, set->needles[i].len};
        if (!ngram_may_hold(ngrams, literal, marked)) return false;
    }
    return set != NULL;
}
