// retrieve/dense_terms.c - rows from a table of token vectors, without the texts: the postings of
// the part say which terms a chunk has, how often, and where.
//
//   row = sum over terms of  [sum over fields V_f (1 + ln tf_f)] * document weight * E(term)
//
// V of a chunk: 1 for what stands in it, 2 for the file's name, 1 for its folders, 1/2 for the
// definitions around; of an outline: 1 for names that the file defines, 3 for its own, 1.5 for its
// folders. Source: the ranker's recipe, docs/model.md. All sums are of whole numbers, so a row is
// the same whatever part it is in.
#include "base/vec.h"
#include "retrieve/dense_.h"

static const uint32_t field_weights[DENSE_KINDS][LEX_FIELDS] = {
    [DENSE_CHUNKS] = {[LEX_CODE] = 2,
                      [LEX_COMMENT] = 2,
                      [LEX_DEF] = 2,
                      [LEX_STEM] = 4,
                      [LEX_FOLDER] = 2,
                      [LEX_ENCLOSING] = 1},
    [DENSE_FILES] = {[LEX_DEF] = 2, [LEX_STEM] = 6, [LEX_FOLDER] = 3}, // all in halves
};

typedef struct Entries { // those of row r are items[starts[r], starts[r + 1])
    ModelTerm *items;
    uint32_t *starts;
    uint32_t rows;
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

static uint64_t weigh(DenseKind kind, const uint32_t *tf)
{
    uint64_t sum = 0;
    for (int f = 0; f < LEX_FIELDS; f++)
        if (tf[f]) sum += (uint64_t)field_weights[kind][f] * model_times(tf[f]);
    return sum;
}

static bool weighs(DenseKind kind, const uint32_t *tf) // weigh() > 0
{
    uint32_t any = 0;
    for (int f = 0; f < LEX_FIELDS; f++) any |= field_weights[kind][f] ? tf[f] : 0;
    return any != 0;
}

typedef struct Row { // a term's counts in one row
    uint32_t index;
    uint32_t tf[LEX_FIELDS];
} Row;

typedef struct Walk { // over one term's rows, ascending
    const Lexicon *lexicon;
    DenseKind kind;
    LexCursor cursor;
    bool more; // the cursor stands on a posting that is not given yet
} Walk;

static Walk walk_begin(const Lexicon *lexicon, DenseKind kind, uint32_t term)
{
    Walk walk = {lexicon, kind, lexicon_postings(lexicon, term), false};
    walk.more = lex_next(&walk.cursor);
    return walk;
}

static uint32_t row_of(const Walk *walk)
{
    uint32_t chunk = walk->cursor.posting.chunk;
    return walk->kind == DENSE_CHUNKS ? chunk : lex_chunk(walk->lexicon, chunk)->file;
}

// A file's row has the definitions of all its chunks, and its name and folders once.
static bool walk_next(Walk *walk, Row *out)
{
    if (!walk->more) return false;
    const LexPosting *posting = &walk->cursor.posting;
    *out = (Row){.index = row_of(walk)};
    for (int f = 0; f < LEX_FIELDS; f++)
        out->tf[f] = posting->mask >> f & 1 ? posting->tf[f] : 0; // not said of others
    for (;;) {
        walk->more = lex_next(&walk->cursor);
        if (!walk->more || row_of(walk) != out->index) return true;
        if (posting->mask >> LEX_DEF & 1) out->tf[LEX_DEF] += posting->tf[LEX_DEF];
    }
}

// Counts first, then fills: one list for all rows, not one each.
static void gather(Arena *arena, const Lexicon *lexicon, DenseKind kind, const KnownVec *known,
                   Entries *out)
{
    uint32_t *starts = ARENA_ARRAY(arena, uint32_t, (size_t)out->rows + 2);
    Row row;
    for (size_t i = 0; i < known->len; i++) {
        Walk walk = walk_begin(lexicon, kind, known->items[i].term);
        while (walk_next(&walk, &row))
            if (row.index < out->rows && weighs(kind, row.tf)) starts[row.index + 2]++;
    }
    for (uint32_t i = 0; i < out->rows; i++) starts[i + 2] += starts[i + 1];
    out->items = ARENA_ARRAY(arena, ModelTerm, starts[out->rows + 1]);
    for (size_t i = 0; i < known->len; i++) {
        const Known *at = &known->items[i];
        Walk walk = walk_begin(lexicon, kind, at->term);
        while (walk_next(&walk, &row)) {
            uint64_t weight = weigh(kind, row.tf);
            if (row.index < out->rows && weight)
                out->items[starts[row.index + 1]++] = (ModelTerm){at->token, weight * at->weight};
        }
    }
    out->starts = starts;
}

// Whether a row is of a file that is there no more.
static bool is_dead(const DenseMaking *making, DenseKind kind, uint32_t row)
{
    if (!making->spec->dead) return false;
    uint32_t file = kind == DENSE_FILES ? row : lex_chunk(making->lexicon, row)->file;
    return file < making->lexicon->head->files && making->spec->dead[file];
}

static Fail make_rows(Ctx *cx, const Model *model, DenseMaking *making, DenseKind kind,
                      const KnownVec *known)
{
    Arena scratch = {0};
    Fail fail = NULL;
    int32_t sums[MODEL_MOST_DIMS];
    float row[MODEL_MOST_DIMS];
    Entries entries = {.rows = making->tables[kind].counts.rows};
    gather(&scratch, making->lexicon, kind, known, &entries);
    for (uint32_t i = 0; !fail && i < entries.rows; i++) {
        if (i % 1024 == 0) fail = ctx_check(cx);
        uint32_t count = entries.starts[i + 1] - entries.starts[i];
        if (fail || is_dead(making, kind, i)) continue;
        if (!model_sum(model, entries.items + entries.starts[i], count, sums)) continue;
        model_normalise(sums, model_dims(model), row);
        dense_put(making, kind, i, row);
    }
    arena_fini(&scratch);
    return fail;
}

Fail dense_make_terms(Ctx *cx, const Model *model, DenseMaking *making)
{
    Arena scratch = {0};
    Fail fail = NULL;
    KnownVec known = find_known(&scratch, model, making->lexicon);
    dense_begin(making, model_dims(model));
    for (int kind = 0; !fail && kind < DENSE_KINDS; kind++)
        fail = make_rows(cx, model, making, (DenseKind)kind, &known);
    arena_fini(&scratch);
    return fail ? fail : model_intact(cx, model);
}
