// retrieve/late.c
#include "retrieve/late.h"

#include <math.h>

#include "base/map.h"
#include "index/terms.h"
#include "retrieve/model.h"
#include "retrieve/vectors.h"

enum { MOST_QUERY = 64, MOST_TOKENS = 4096 };

typedef struct QueryToken {
    uint32_t token;
    double weight, length;
    const int8_t *row;
} QueryToken;

struct Late {
    Arena *arena;
    const Model *model;
    const Corpus *corpus;
    QueryToken query[MOST_QUERY];
    size_t count;
    double weights; // their sum
    Map known;      // (part, term) -> one more than where its cosines begin, or 0: no token
    float *cosines; // `count` for each
    size_t cosine_count, cosine_cap;
    uint32_t *terms; // of a chunk
};

static void add_token(Late *late, uint32_t token)
{
    for (size_t i = 0; i < late->count; i++)
        if (late->query[i].token == token) return;
    const int8_t *row = model_row(late->model, token);
    if (late->count == MOST_QUERY || !row) return;
    double length = sqrt((double)model_dot(row, row, model_dims(late->model)));
    double weight = model_query(late->model, token);
    if (length > 0 && weight > 0)
        late->query[late->count++] = (QueryToken){token, weight, length, row};
}

static void add_words(Late *late, Str question, bool stop_words)
{
    Str word;
    WordTerms terms;
    for (size_t at = 0; terms_next_word(question, &at, &word);) {
        terms_of_word(word, &terms);
        for (size_t i = 0; i < terms.count; i++) {
            uint32_t token = model_token(late->model, terms.items[i]);
            if (token != MODEL_NONE && (stop_words || !terms_is_stop_word(terms.items[i])))
                add_token(late, token);
        }
    }
}

Late *late_begin(Arena *arena, const Model *model, const Corpus *corpus, Str question)
{
    Late *late = ARENA_NEW(arena, Late);
    *late = (Late){.arena = arena, .model = model, .corpus = corpus};
    add_words(late, question, false);
    if (!late->count) add_words(late, question, true);
    for (size_t i = 0; i < late->count; i++) late->weights += late->query[i].weight;
    late->terms = ARENA_ARRAY(arena, uint32_t, MOST_TOKENS);
    return late->count ? late : NULL;
}

static size_t add_cosines(Late *late, uint32_t token)
{
    uint32_t dims = model_dims(late->model);
    const int8_t *row = model_row(late->model, token);
    double length = row ? sqrt((double)model_dot(row, row, dims)) : 0;
    if (!(length > 0)) return 0;
    if (late->cosine_count + late->count > late->cosine_cap) {
        size_t cap = 2 * late->cosine_cap + 256 * late->count;
        float *more = ARENA_ARRAY(late->arena, float, cap);
        if (late->cosine_count) memcpy(more, late->cosines, late->cosine_count * sizeof *more);
        late->cosines = more;
        late->cosine_cap = cap;
    }
    size_t from = late->cosine_count;
    for (size_t i = 0; i < late->count; i++) {
        const QueryToken *at = &late->query[i];
        double product = (double)model_dot(at->row, row, dims);
        late->cosines[late->cosine_count++] = (float)(product / (at->length * length));
    }
    return from + 1;
}

// Of a term of a part: one more than where its cosines begin; 0 when the table does not have it.
static size_t cosines_of(Late *late, const CorpusPart *part, uint32_t term)
{
    struct {
        uint32_t part, term;
    } key = {part->first_file, term};
    uint64_t known;
    Str bytes = {(const char *)&key, sizeof key};
    if (map_get(&late->known, bytes, &known)) return (size_t)known;
    uint32_t token = model_token(late->model, lexicon_term_text(late->arena, part->lexicon, term));
    size_t from = token == MODEL_NONE ? 0 : add_cosines(late, token);
    map_put(late->arena, &late->known, str_copy(late->arena, bytes), from);
    return from;
}

float late_score(Late *late, uint32_t chunk)
{
    const CorpusPart *part = corpus_part_of_chunk(late->corpus, chunk);
    float best[MOST_QUERY] = {0};
    double sum = 0;
    uint32_t count =
        lexicon_tokens(part->lexicon, chunk - part->first_chunk, late->terms, MOST_TOKENS);
    for (uint32_t i = 0; i < count; i++) {
        size_t from = cosines_of(late, part, late->terms[i]);
        for (size_t t = 0; from && t < late->count; t++)
            best[t] = MAX(best[t], late->cosines[from - 1 + t]);
    }
    for (size_t t = 0; t < late->count; t++) sum += late->query[t].weight * (double)best[t];
    return (float)(sum / late->weights);
}

static uint32_t rows_begin(const EmbedRows *rows, size_t text)
{
    return rows->starts ? rows->starts[text] : (uint32_t)text;
}

float late_rows(const EmbedRows *queries, size_t query, const EmbedRows *texts, size_t text)
{
    uint32_t from = rows_begin(queries, query), end = rows_begin(queries, query + 1);
    double sum = 0;
    if (queries->dims != texts->dims || from == end) return 0;
    for (uint32_t q = from; q < end; q++) {
        float best = 0;
        for (uint32_t t = rows_begin(texts, text); t < rows_begin(texts, text + 1); t++)
            best = MAX(best, vectors_dot(queries->rows + (size_t)q * queries->dims,
                                         texts->rows + (size_t)t * texts->dims, texts->dims));
        sum += (double)best;
    }
    return (float)(sum / (end - from));
}
