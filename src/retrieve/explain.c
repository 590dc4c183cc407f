// retrieve/explain.c
#include "retrieve/explain.h"

#include <math.h>
#include <stdlib.h>

#include "base/vec.h"

static int by_part(const void *a, const void *b)
{
    double left = fabs(((const ExplainPart *)a)->part),
           right = fabs(((const ExplainPart *)b)->part);
    return left > right ? -1 : left < right;
}

static void explain_parts(Arena *arena, const Ranking *ranking, const RankedFile *file,
                          Explanation *out)
{
    ExplainPart *parts = ARENA_ARRAY(arena, ExplainPart, FEATURES);
    for (int f = 0; f < FEATURES; f++) {
        double weight = ranking->weights[f], value = file->features[f];
        if (value != 0 && weight != 0)
            parts[out->part_count++] = (ExplainPart){(Feature)f, value, weight, weight * value};
    }
    qsort(parts, out->part_count, sizeof *parts, by_part);
    out->parts = parts;
}

static double score_in(const Corpus *corpus, const LexicalTerm *term, uint32_t chunk)
{
    const CorpusPart *part = corpus_part_of_chunk(corpus, chunk);
    uint32_t number = term->numbers[part - corpus->parts];
    if (number == LEX_NONE) return 0;
    LexCursor cursor = lexicon_postings(part->lexicon, number);
    uint32_t local = chunk - part->first_chunk;
    if (!lex_seek(&cursor, local) || cursor.posting.chunk != local) return 0;
    return lexical_term_score(corpus, part, &cursor.posting, term);
}

static void explain_terms(Arena *arena, const Corpus *corpus, const Ranking *ranking,
                          const RankedFile *file, Explanation *out)
{
    const Lexical *lexical = &ranking->lexical;
    ExplainTerm *terms = ARENA_ARRAY(arena, ExplainTerm, lexical->term_count);
    for (size_t t = 0; t < lexical->term_count; t++) {
        const LexicalTerm *term = &lexical->terms[t];
        if (term->of->optional && !term->chunks) continue;
        ExplainTerm to = {.text = term->of->text, .idf = term->idf, .chunks = term->chunks};
        uint32_t taken = 0;
        for (size_t i = 0; i < lexical->hit_count && taken < RANK_BODY_CHUNKS; i++) {
            uint32_t chunk = lexical->hits[i].chunk;
            if (corpus_file_of(corpus, chunk) != file->file) continue;
            to.part += score_in(corpus, term, chunk) * pow(rank_body_decay, taken++);
        }
        if (ranking->body_most > 0) to.part *= ranking->weights[FEATURE_BODY] / ranking->body_most;
        terms[out->term_count++] = to;
    }
    out->terms = terms;
}

Explanation explain_file(Arena *arena, const Corpus *corpus, const Ranking *ranking,
                         const RankedFile *file)
{
    Explanation out = {0};
    explain_parts(arena, ranking, file, &out);
    memcpy(out.fused, file->fused, sizeof out.fused);
    explain_terms(arena, corpus, ranking, file, &out);
    return out;
}
