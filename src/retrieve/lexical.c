// retrieve/lexical.c - the best chunks of each part, one part after the other.
//
// Once LEXICAL_MOST_HITS are known, only what can be as good as the worst of them matters
// (MaxScore: H. Turtle and J. Flood, "Query evaluation: strategies and optimizations", 1995). A
// part's terms are split: what the `slight` ones add to any chunk is not enough together, so a
// chunk that counts has one of the others. Those are read whole, into a sum a chunk; where the sum
// and all that the slight ones could add is enough, the chunk's score is made exactly, term by term
// in the order of the query, as it is for the first part. So which parts come first changes nothing
// but the time.
#include "retrieve/lexical.h"

#include <math.h>
#include <stdlib.h>

static const double k1 = 3.0, comment_k1 = 1.2, comment_b = .6;

double lexical_idf(const Corpus *corpus, uint32_t chunks)
{
    double n = corpus_all_chunks(corpus), df = chunks;
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
    return corpus_chunks_with(corpus, text, chunks);
}

static void look_up(Arena *arena, const Corpus *corpus, const QueryTerm *of, LexicalTerm *out)
{
    uint32_t *numbers = ARENA_ARRAY(arena, uint32_t, corpus->part_count);
    uint32_t *chunks = ARENA_ARRAY(arena, uint32_t, corpus->part_count);
    *out = (LexicalTerm){.of = of, .numbers = numbers, .part_chunks = chunks};
    for (size_t i = 0; i < corpus->part_count; i++) {
        numbers[i] = lexicon_term(corpus->parts[i].lexicon, of->text);
        if (numbers[i] != LEX_NONE) chunks[i] = live_chunks(&corpus->parts[i], numbers[i]);
        out->chunks += chunks[i];
    }
    out->chunks = corpus_chunks_with(corpus, of->text, out->chunks);
    out->idf = lexical_idf(corpus, out->chunks);
}

static double term_score(const Corpus *corpus, const LexLengths *lengths, const LexPosting *posting,
                         const LexicalTerm *term)
{
    double tf = lex_weigh(lengths, posting, corpus->average);
    return term->of->weight * term->idf * tf / (k1 + tf);
}

double lexical_term_score(const Corpus *corpus, const CorpusPart *part, const LexPosting *posting,
                          const LexicalTerm *term)
{
    return term_score(corpus, lex_lengths(part->lexicon, posting->chunk), posting, term);
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

// --- one part ---

typedef struct PartTerm {
    const LexicalTerm *term;
    LexCursor list; // at its beginning; then where the last exact score was made
    double most;    // no posting adds more
    bool slight;
} PartTerm;

typedef struct Search {
    Lexical *out;
    const bool *allowed;       // by file, or NULL
    float *sums;               // by chunk of a part; zeros between parts
    const LexLengths *lengths; // of the part's chunks
    PartTerm *terms;           // those that the part has, in the query's order
    size_t term_count;
    double slight; // what the slight ones can add together
} Search;

// For sums of rounded numbers against bounds.
static const double slack = 1 + 1e-4;

// What a chunk has to reach.
static double threshold(const Search *search)
{
    const Lexical *out = search->out;
    return out->hit_count < LEXICAL_MOST_HITS ? 0 : out->hits[0].score;
}

static void offer(Search *search, LexicalHit hit)
{
    Lexical *out = search->out;
    if (out->hit_count < LEXICAL_MOST_HITS) {
        out->hits[out->hit_count++] = hit;
        if (out->hit_count < LEXICAL_MOST_HITS) return;
        for (size_t j = out->hit_count / 2; j-- > 0;)
            sink(out->corpus, out->hits, out->hit_count, j);
    } else if (hit.score >= out->hits[0].score && is_better(out->corpus, hit, out->hits[0])) {
        out->hits[0] = hit;
        sink(out->corpus, out->hits, out->hit_count, 0);
    }
}

// Other averages than those of the part's bounds make a posting weigh at most so much more.
static double growth(const Corpus *corpus, const Lexicon *lexicon)
{
    double most = 1;
    for (size_t i = 0; i < LEX_FIELDS; i++)
        most = MAX(most, (double)corpus->average[i] / lexicon->head->reference[i]);
    return most;
}

static void open_lists(Search *search, const CorpusPart *part)
{
    const Corpus *corpus = search->out->corpus;
    double grown = growth(corpus, part->lexicon);
    search->term_count = 0;
    for (size_t i = 0; i < search->out->term_count; i++) {
        const LexicalTerm *term = &search->out->terms[i];
        uint32_t number = term->numbers[part - corpus->parts];
        if (number == LEX_NONE || !term->chunks) continue;
        PartTerm *at = &search->terms[search->term_count++];
        *at = (PartTerm){.term = term, .list = lexicon_postings(part->lexicon, number)};
        double bound = (double)lex_bound(&at->list) * grown;
        double share = isinf(bound) ? 1 : bound / (k1 + bound);
        at->most = term->of->weight * term->idf * share;
    }
}

// Marks the terms of the part that add least as slight, as long as they are together.
static void choose_slight(Search *search)
{
    search->slight = 0;
    for (;;) {
        PartTerm *least = NULL;
        for (size_t i = 0; i < search->term_count; i++) {
            PartTerm *at = &search->terms[i];
            if (!at->slight && (!least || at->most < least->most)) least = at;
        }
        if (!least || (search->slight + least->most) * slack >= threshold(search)) return;
        least->slight = true;
        search->slight += least->most;
    }
}

static void add_up(const Search *search)
{
    for (size_t i = 0; i < search->term_count; i++) {
        const PartTerm *term = &search->terms[i];
        LexCursor cursor = term->list;
        const LexPosting *posting = &cursor.posting;
        while (!term->slight && lex_next(&cursor))
            search->sums[posting->chunk] += (float)term_score(
                search->out->corpus, &search->lengths[posting->chunk], posting, term->term);
    }
}

// The chunks of a part ascend from one call to the next.
static float score_exactly(Search *search, uint32_t chunk)
{
    float score = 0;
    for (size_t i = 0; i < search->term_count; i++) {
        PartTerm *term = &search->terms[i];
        if (lex_seek(&term->list, chunk) && term->list.posting.chunk == chunk)
            score += (float)term_score(search->out->corpus, &search->lengths[chunk],
                                       &term->list.posting, term->term);
    }
    return score;
}

static bool is_wanted(const Search *search, const CorpusPart *part, uint32_t chunk)
{
    if (!part->dead && !search->allowed) return true;
    uint32_t file = lex_chunk(part->lexicon, chunk)->file;
    if (corpus_is_dead(part, file)) return false;
    return !search->allowed || search->allowed[part->first_file + file];
}

static void search_part(Search *search, const CorpusPart *part)
{
    uint32_t chunks = part->lexicon->head->chunks;
    search->lengths = lex_all_lengths(part->lexicon);
    if (!search->lengths) return; // damaged, and known to be
    open_lists(search, part);
    choose_slight(search);
    add_up(search);
    for (uint32_t chunk = 0; chunk < chunks; chunk++) {
        float sum = search->sums[chunk];
        if (sum <= 0) continue;
        search->sums[chunk] = 0;
        if ((sum + search->slight) * slack < threshold(search)) continue;
        if (!is_wanted(search, part, chunk)) continue;
        if (search->slight > 0) sum = score_exactly(search, chunk);
        offer(search, (LexicalHit){part->first_chunk + chunk, sum});
    }
}

// --- all parts ---

typedef struct PartOrder {
    const CorpusPart *part;
    double worth;
} PartOrder;

static int by_worth(const void *a, const void *b)
{
    const PartOrder *left = a, *right = b;
    if (left->worth != right->worth) return left->worth > right->worth ? -1 : 1;
    return left->part < right->part ? -1 : 1;
}

// Those first in which rare terms stand most.
static PartOrder *order_parts(Arena *arena, const Lexical *lexical)
{
    const Corpus *corpus = lexical->corpus;
    PartOrder *order = ARENA_ARRAY(arena, PartOrder, corpus->part_count);
    for (size_t i = 0; i < corpus->part_count; i++) {
        order[i].part = &corpus->parts[i];
        for (size_t k = 0; k < lexical->term_count; k++) {
            const LexicalTerm *term = &lexical->terms[k];
            if (term->chunks)
                order[i].worth += term->of->weight * term->idf * term->part_chunks[i] /
                                  ((double)term->chunks + 1);
        }
    }
    qsort(order, corpus->part_count, sizeof *order, by_worth);
    return order;
}

static void sort_hits(Lexical *out)
{
    size_t count = out->hit_count;
    if (count < LEXICAL_MOST_HITS)
        for (size_t j = count / 2; j-- > 0;) sink(out->corpus, out->hits, count, j);
    for (size_t end = count; end > 1; end--) { // the worst goes last
        LexicalHit worst = out->hits[0];
        out->hits[0] = out->hits[end - 1];
        out->hits[end - 1] = worst;
        sink(out->corpus, out->hits, end - 1, 0);
    }
}

static void look_up_all(Arena *arena, const Query *query, Lexical *out)
{
    for (size_t i = 0; i < query->term_count; i++) {
        LexicalTerm *term = &out->terms[i];
        look_up(arena, out->corpus, &query->terms[i], term);
        if (term->chunks) out->most += term->of->weight * term->idf;
        else if (!term->of->optional) out->most += out->missing;
    }
}

void lexical_search(Arena *arena, const Corpus *corpus, const Query *query, const bool *allowed,
                    Lexical *out)
{
    uint32_t most_chunks = 0;
    *out = (Lexical){.corpus = corpus,
                     .terms = ARENA_ARRAY(arena, LexicalTerm, query->term_count),
                     .term_count = query->term_count,
                     .missing = log(1 + (double)corpus_all_chunks(corpus)),
                     .hits = ARENA_ARRAY(arena, LexicalHit, LEXICAL_MOST_HITS)};
    look_up_all(arena, query, out);
    const PartOrder *order = order_parts(arena, out);
    for (size_t i = 0; i < corpus->part_count; i++)
        most_chunks = MAX(most_chunks, corpus->parts[i].lexicon->head->chunks);
    Search search = {.out = out,
                     .allowed = allowed,
                     .sums = ARENA_ARRAY(arena, float, most_chunks),
                     .terms = ARENA_ARRAY(arena, PartTerm, query->term_count)};
    for (size_t i = 0; i < corpus->part_count; i++) search_part(&search, order[i].part);
    sort_hits(out);
}

// --- comments ---

// Adds what a term's postings say of the comments of a file's chunks.
static void add_comments(const Lexical *lexical, const LexicalTerm *term, LexCursor *cursor,
                         const LexFile *file, float *sums)
{
    double average = lexical->corpus->average[LEX_COMMENT], weight = term->of->weight * term->idf;
    uint32_t end = file->first_chunk + file->chunk_count;
    const LexPosting *posting = &cursor->posting;
    bool more = lex_seek(cursor, file->first_chunk);
    for (; more && posting->chunk < end; more = lex_next(cursor)) {
        if (!(posting->mask >> LEX_COMMENT & 1)) continue;
        double length = lex_lengths(cursor->lexicon, posting->chunk)->of[LEX_COMMENT];
        double tf = posting->tf[LEX_COMMENT] / (1 - comment_b + comment_b * length / average);
        sums[posting->chunk - file->first_chunk] += (float)(weight * tf / (comment_k1 + tf));
    }
}

static void open_part(const Lexical *lexical, const CorpusPart *part, LexCursor *cursors)
{
    for (size_t i = 0; i < lexical->term_count; i++) {
        uint32_t number = lexical->terms[i].numbers[part - lexical->corpus->parts];
        cursors[i] = (LexCursor){0};
        if (number != LEX_NONE) cursors[i] = lexicon_postings(part->lexicon, number);
    }
}

void lexical_comments(Arena *arena, const Lexical *lexical, const uint32_t *files, size_t count,
                      float *out)
{
    LexCursor *cursors = ARENA_ARRAY(arena, LexCursor, lexical->term_count);
    const CorpusPart *open = NULL;
    Arena scratch = {0};
    for (size_t i = 0; i < count; i++) {
        const CorpusPart *part = corpus_part_of_file(lexical->corpus, files[i]);
        const LexFile *file = corpus_file(lexical->corpus, files[i]);
        if (part != open) open_part(lexical, part, cursors);
        open = part;
        out[i] = 0;
        float *sums = ARENA_ARRAY(&scratch, float, file->chunk_count);
        for (size_t k = 0; k < lexical->term_count; k++)
            if (cursors[k].first < cursors[k].end)
                add_comments(lexical, &lexical->terms[k], &cursors[k], file, sums);
        for (uint32_t k = 0; k < file->chunk_count; k++) out[i] = MAX(out[i], sums[k]);
        arena_reset(&scratch);
    }
    arena_fini(&scratch);
}
