// retrieve/dense_terms.c - rows of chunks from a table of token vectors, without their texts: the
// postings of the part say which terms a chunk has, how often, and where.
//
//   row(c) = sum over terms of  [sum over fields V_f (1 + ln tf_f)] * document weight * E(term)
//
// V: 1 for what stands in the chunk, 2 for the file's name, 1 for its folders, 1/2 for the
// definitions around (shared recipe of the ranker, docs/model.md). All sums are of whole numbers,
// so a chunk's row is the same whatever part it is in.
#include "base/vec.h"
#include "retrieve/dense_.h"

static const uint32_t field_weights[LEX_FIELDS] = {
    [LEX_CODE] = 2, [LEX_COMMENT] = 2, [LEX_DEF] = 2,
    [LEX_STEM] = 4, [LEX_FOLDER] = 2,  [LEX_ENCLOSING] = 1}; // halves

typedef struct Entries { // of all chunks: those of chunk c are items[starts[c], starts[c + 1])
    ModelTerm *items;
    uint32_t *starts;
} Entries;

typedef struct Known { // a term that is in the table
    uint32_t term, token;
    uint16_t weight;
} Known;

typedef VEC(Known) KnownVec;

static KnownVec find_known(Arena *arena, const Model *model, const Lexicon *lexicon)
{
    Arena text = {0};
    KnownVec known = {0};
    for (uint32_t term = 0; term < lexicon->head->terms; term++) {
        uint32_t token = model_token(model, lexicon_term_text(&text, lexicon, term));
        arena_reset(&text);
        if (token == MODEL_NONE) continue;
        VEC_PUSH(arena, &known, (Known){term, token, model_document(model, token)});
    }
    arena_fini(&text);
    return known;
}

static uint64_t weigh(const LexPosting *posting)
{
    uint64_t sum = 0;
    for (int f = 0; f < LEX_FIELDS; f++)
        if (posting->mask >> f & 1) sum += (uint64_t)field_weights[f] * model_times(posting->tf[f]);
    return sum;
}

// Counts first, then fills: one list a chunk, without a list for each.
static void gather(Arena *arena, const Lexicon *lexicon, const KnownVec *known, Entries *out)
{
    uint32_t chunks = lexicon->head->chunks;
    uint32_t *starts = ARENA_ARRAY(arena, uint32_t, (size_t)chunks + 2);
    for (size_t i = 0; i < known->len; i++) {
        LexCursor cursor = lexicon_postings(lexicon, known->items[i].term);
        while (lex_next(&cursor))
            if (cursor.posting.chunk < chunks) starts[cursor.posting.chunk + 2]++;
    }
    for (uint32_t i = 0; i < chunks; i++) starts[i + 2] += starts[i + 1];
    out->items = ARENA_ARRAY(arena, ModelTerm, starts[chunks + 1]);
    for (size_t i = 0; i < known->len; i++) {
        const Known *at = &known->items[i];
        LexCursor cursor = lexicon_postings(lexicon, at->term);
        while (lex_next(&cursor)) {
            if (cursor.posting.chunk >= chunks) continue;
            uint64_t weight = weigh(&cursor.posting) * at->weight;
            out->items[starts[cursor.posting.chunk + 1]++] = (ModelTerm){at->token, weight};
        }
    }
    out->starts = starts;
}

Fail dense_make_terms(Ctx *cx, const Model *model, const Lexicon *lexicon, const bool *dead,
                      DenseRows *rows)
{
    Arena scratch = {0};
    Entries entries;
    Fail fail = NULL;
    int32_t sums[MODEL_MOST_DIMS];
    float row[MODEL_MOST_DIMS];
    KnownVec known = find_known(&scratch, model, lexicon);
    gather(&scratch, lexicon, &known, &entries);
    dense_rows_begin(rows, model_dims(model));
    for (uint32_t i = 0; !fail && i < lexicon->head->files; i++) {
        const LexFile *file = lex_file(lexicon, i);
        for (uint32_t k = 0; k < file->chunk_count && !(dead && dead[i]); k++) {
            uint32_t chunk = file->first_chunk + k;
            if (chunk >= lexicon->head->chunks) break; // a damaged row
            const ModelTerm *from = entries.items + entries.starts[chunk];
            bool says =
                model_sum(model, from, entries.starts[chunk + 1] - entries.starts[chunk], sums);
            model_normalise(sums, model_dims(model), row);
            dense_rows_put(rows, chunk, says ? row : NULL);
        }
        fail = ctx_check(cx);
    }
    arena_fini(&scratch);
    return fail ? fail : model_intact(cx, model);
}
