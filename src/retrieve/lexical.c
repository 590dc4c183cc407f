// retrieve/lexical.c - term at a time into one score a chunk.
#include "retrieve/lexical.h"

#include <math.h>

static const double k1 = 3.0, comment_k1 = 1.2, comment_b = .6;

double lexical_idf(const Corpus *corpus, uint32_t chunks)
{
    double n = corpus->live_chunks, df = chunks;
    return log(1 + (n - df + .5) / (df + .5));
}

// Of one part.
static uint32_t live_chunks(const CorpusPart *part, uint32_t term)
{
    const Lexicon *lexicon = part->lexicon;
    if (!part->dead) return lexicon_chunks(lexicon, term);
    uint32_t live = 0;
    LexCursor cursor = lexicon_postings(lexicon, term);
    while (lex_next(&cursor)) live += !part->dead[lex_chunk(lexicon, cursor.posting.chunk)->file];
    return live;
}

uint32_t lexical_chunks(const Corpus *corpus, Str text)
{
    uint32_t chunks = 0;
    for (size_t i = 0; i < corpus->part_count; i++) {
        uint32_t term = lexicon_term(corpus->parts[i].lexicon, text);
        if (term != LEX_NONE) chunks += live_chunks(&corpus->parts[i], term);
    }
    return chunks;
}

static void look_up(Arena *arena, const Corpus *corpus, const QueryTerm *of, LexicalTerm *out)
{
    uint32_t *numbers = ARENA_ARRAY(arena, uint32_t, corpus->part_count);
    *out = (LexicalTerm){.of = of, .numbers = numbers};
    for (size_t i = 0; i < corpus->part_count; i++) {
        numbers[i] = lexicon_term(corpus->parts[i].lexicon, of->text);
        if (numbers[i] != LEX_NONE) out->chunks += live_chunks(&corpus->parts[i], numbers[i]);
    }
    out->idf = lexical_idf(corpus, out->chunks);
}

double lexical_term_score(const Corpus *corpus, const CorpusPart *part, const LexPosting *posting,
                          const LexicalTerm *term)
{
    double tf = lex_weigh(part->lexicon, posting, corpus->average);
    return term->of->weight * term->idf * tf / (k1 + tf);
}

typedef struct Scoring {
    const Corpus *corpus;
    const bool *allowed; // by file, or NULL
    float *scores, *comments;
} Scoring;

static void score_part(const Scoring *scoring, const CorpusPart *part, const LexicalTerm *term)
{
    const Lexicon *lexicon = part->lexicon;
    double average = scoring->corpus->average[LEX_COMMENT], weight = term->of->weight * term->idf;
    uint32_t known_as = term->numbers[part - scoring->corpus->parts];
    if (known_as == LEX_NONE) return;
    LexCursor cursor = lexicon_postings(lexicon, known_as);
    while (lex_next(&cursor)) {
        const LexPosting *posting = &cursor.posting;
        const LexChunk *chunk = lex_chunk(lexicon, posting->chunk);
        if (corpus_is_dead(part, chunk->file)) continue;
        if (scoring->allowed && !scoring->allowed[part->first_file + chunk->file]) continue;
        uint32_t number = part->first_chunk + posting->chunk;
        scoring->scores[number] += (float)lexical_term_score(scoring->corpus, part, posting, term);
        if (!(posting->mask >> LEX_COMMENT & 1)) continue;
        double length = chunk->lengths[LEX_COMMENT];
        double tf = posting->tf[LEX_COMMENT] / (1 - comment_b + comment_b * length / average);
        scoring->comments[number] += (float)(weight * tf / (comment_k1 + tf));
    }
}

// Whether a is to stand before b.
static bool is_better(const Corpus *corpus, LexicalHit a, LexicalHit b)
{
    if (a.score != b.score) return a.score > b.score;
    uint32_t file_a = corpus_file_of(corpus, a.chunk), file_b = corpus_file_of(corpus, b.chunk);
    int way = str_cmp(corpus_path(corpus, file_a), corpus_path(corpus, file_b));
    if (way) return way < 0;
    return a.chunk < b.chunk; // of one file: in its order
}

// A heap with the worst hit on top.
static void sink(const Corpus *corpus, LexicalHit *heap, size_t count, size_t at)
{
    for (;;) {
        size_t worst = at, left = 2 * at + 1, right = left + 1;
        if (left < count && is_better(corpus, heap[worst], heap[left])) worst = left;
        if (right < count && is_better(corpus, heap[worst], heap[right])) worst = right;
        if (worst == at) return;
        LexicalHit other = heap[at];
        heap[at] = heap[worst];
        heap[worst] = other;
        at = worst;
    }
}

static void take_best(Arena *arena, const float *scores, Lexical *out)
{
    const Corpus *corpus = out->corpus;
    LexicalHit *heap = ARENA_ARRAY(arena, LexicalHit, LEXICAL_MOST_HITS);
    size_t count = 0;
    for (uint32_t i = 0; i < corpus->chunks; i++) {
        if (scores[i] <= 0) continue;
        LexicalHit hit = {i, scores[i]};
        if (count < LEXICAL_MOST_HITS) {
            heap[count++] = hit;
            if (count < LEXICAL_MOST_HITS) continue;
            for (size_t j = count / 2; j-- > 0;) sink(corpus, heap, count, j);
        } else if (hit.score >= heap[0].score && is_better(corpus, hit, heap[0])) {
            heap[0] = hit;
            sink(corpus, heap, count, 0);
        }
    }
    if (count < LEXICAL_MOST_HITS)
        for (size_t j = count / 2; j-- > 0;) sink(corpus, heap, count, j);
    for (size_t end = count; end > 1; end--) { // the worst goes last
        LexicalHit worst = heap[0];
        heap[0] = heap[end - 1];
        heap[end - 1] = worst;
        sink(corpus, heap, end - 1, 0);
    }
    out->hits = heap;
    out->hit_count = count;
}

void lexical_search(Arena *arena, const Corpus *corpus, const Query *query, const bool *allowed,
                    Lexical *out)
{
    *out = (Lexical){.corpus = corpus,
                     .terms = ARENA_ARRAY(arena, LexicalTerm, query->term_count),
                     .term_count = query->term_count,
                     .missing = log(1 + (double)corpus->live_chunks),
                     .comments = ARENA_ARRAY(arena, float, corpus->chunks)};
    Scoring scoring = {corpus, allowed, ARENA_ARRAY(arena, float, corpus->chunks), out->comments};
    for (size_t i = 0; i < query->term_count; i++) {
        LexicalTerm *term = &out->terms[i];
        look_up(arena, corpus, &query->terms[i], term);
        double weight = term->of->weight * term->idf;
        if (term->chunks) out->most += weight;
        else if (!term->of->optional) out->most += out->missing;
        for (size_t part = 0; term->chunks && part < corpus->part_count; part++)
            score_part(&scoring, &corpus->parts[part], term);
    }
    take_best(arena, scoring.scores, out);
}
