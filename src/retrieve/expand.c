// retrieve/expand.c
#include "retrieve/expand.h"

#include <math.h>

enum { MOST_NEAR = 8 };

typedef struct Near { // the nearest so far, best first
    uint32_t tokens[MOST_NEAR];
    double cosines[MOST_NEAR];
    uint32_t count, most;
} Near;

static void offer(Near *near, uint32_t token, double cosine)
{
    uint32_t at = near->count;
    if (at == near->most && cosine <= near->cosines[at - 1]) return;
    if (at < near->most) near->count++;
    else at--;
    for (; at && near->cosines[at - 1] < cosine; at--) {
        near->tokens[at] = near->tokens[at - 1];
        near->cosines[at] = near->cosines[at - 1];
    }
    near->tokens[at] = token;
    near->cosines[at] = cosine;
}

static void find_near(const Model *model, uint32_t token, double least, Near *near)
{
    uint32_t dims = model_dims(model);
    const int8_t *row = model_row(model, token);
    double length = row ? sqrt((double)model_dot(row, row, dims)) : 0;
    for (uint32_t other = 0; length > 0 && other < model_tokens(model); other++) {
        const int8_t *with = model_row(model, other);
        if (!with || other == token) continue;
        int32_t product = model_dot(row, with, dims);
        if (product <= 0) continue;
        double cosine = product / (length * sqrt((double)model_dot(with, with, dims)));
        if (cosine >= least) offer(near, other, cosine);
    }
}

static bool has_term(const QueryTerm *terms, size_t count, Str text)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(terms[i].text, text)) return true;
    return false;
}

size_t expand_query(Arena *arena, const Model *model, const ExpandSpec *spec, Query *query)
{
    QueryTerm *terms = ARENA_ARRAY(arena, QueryTerm, QUERY_MOST_TERMS);
    size_t count = query->term_count, own = count;
    double least = spec->least > 0 ? spec->least : .6,
           weight = spec->weight > 0 ? spec->weight : .3;
    if (count) memcpy(terms, query->terms, count * sizeof *terms);
    for (size_t i = 0; i < own; i++) {
        uint32_t token = terms[i].plain ? model_token(model, terms[i].text) : MODEL_NONE;
        Near near = {.most = spec->most ? MIN(spec->most, (uint32_t)MOST_NEAR) : 3};
        if (token != MODEL_NONE) find_near(model, token, least, &near);
        for (uint32_t k = 0; k < near.count && count < QUERY_MOST_TERMS; k++) {
            Str text = model_text(model, near.tokens[k]);
            if (has_term(terms, count, text)) continue;
            terms[count++] = (QueryTerm){.text = str_copy(arena, text),
                                         .weight = (float)(weight * near.cosines[k]),
                                         .optional = true};
        }
    }
    query->terms = terms;
    query->term_count = count;
    return count - own;
}
