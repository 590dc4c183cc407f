// train/judge.c
#include "train/judge.h"

#include <math.h>

#include "base/map.h"
#include "base/vec.h"
#include "index/doc.h"
#include "index/terms.h"
#include "index/universe.h"
#include "retrieve/vectors.h"

enum { // weights of fields, in halves (docs/model.md)
    WEIGHT_TEXT = 2,
    WEIGHT_DEF = 2,
    WEIGHT_STEM = 4,
    WEIGHT_FOLDER = 2,
    WEIGHT_ENCLOSING = 1,
    LARGEST_FILE = 1 << 20,
};

typedef enum Counted { COUNT_CODE, COUNT_COMMENT, COUNT_DEF, COUNT_KINDS } Counted;

typedef struct Row { // a token of the open chunk
    uint32_t counts[COUNT_KINDS];
    bool enclosing, stem, folder;
} Row;

typedef struct OneFile {
    Arena arena;
    float *vectors;
    uint32_t count;
} OneFile;

typedef struct Reading {
    const Model *model;
    const Workspace *workspace;
    const Str *paths;
    OneFile *files;
    DocMaker **makers; // by slot
    Row **rooms;       // by slot: a Row a token
} Reading;

typedef VEC(uint32_t) Tokens;

typedef struct Chunking { // one file
    Arena *arena;
    const Model *model;
    const Doc *doc;
    Row *rows;
    Tokens touched;
    Tokens *of_word; // tokens of each of the Doc's words, from when it is first met
    bool *known;
    Tokens stem, folder;
} Chunking;

static void add_tokens(Chunking *chunking, Str word, Tokens *out)
{
    WordTerms terms;
    terms_of_word(word, &terms);
    for (size_t i = 0; i < terms.count; i++) {
        uint32_t token = model_token(chunking->model, terms.items[i]);
        if (token != MODEL_NONE) VEC_PUSH(chunking->arena, out, token);
    }
}

static Tokens tokens_of(Chunking *chunking, Str text)
{
    Tokens out = {0};
    Str word;
    for (size_t at = 0; terms_next_word(text, &at, &word);) add_tokens(chunking, word, &out);
    return out;
}

static Row *row_at(Chunking *chunking, uint32_t token)
{
    Row *row = &chunking->rows[token];
    bool fresh = !row->enclosing && !row->stem && !row->folder;
    for (int i = 0; i < COUNT_KINDS; i++) fresh = fresh && !row->counts[i];
    if (fresh) VEC_PUSH(chunking->arena, &chunking->touched, token);
    return row;
}

static void add_words(Chunking *chunking, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to; i++) {
        uint32_t word = chunking->doc->tokens[i] >> 1;
        Tokens *tokens = &chunking->of_word[word];
        if (!chunking->known[word]) add_tokens(chunking, chunking->doc->words[word], tokens);
        chunking->known[word] = true;
        Counted kind = chunking->doc->tokens[i] & 1 ? COUNT_COMMENT : COUNT_CODE;
        for (size_t k = 0; k < tokens->len; k++) row_at(chunking, tokens->items[k])->counts[kind]++;
    }
}

static void add_defs(Chunking *chunking, const DocChunk *chunk)
{
    for (uint32_t i = 0; i < chunking->doc->def_count; i++) {
        const DocDef *def = &chunking->doc->defs[i];
        bool inside = def->line >= chunk->first_line && def->line <= chunk->last_line;
        bool around = def->line < chunk->first_line && def->end_line >= chunk->first_line;
        if (!inside && !around) continue;
        Tokens tokens = tokens_of(chunking, def->name);
        for (size_t k = 0; k < tokens.len; k++) {
            Row *row = row_at(chunking, tokens.items[k]);
            if (inside) row->counts[COUNT_DEF]++;
            else row->enclosing = true;
        }
    }
}

static uint64_t weight_of(const Model *model, uint32_t token, const Row *row)
{
    uint64_t sum = (uint64_t)WEIGHT_TEXT * (model_times(row->counts[COUNT_CODE]) +
                                            (uint64_t)model_times(row->counts[COUNT_COMMENT])) +
                   (uint64_t)WEIGHT_DEF * model_times(row->counts[COUNT_DEF]) +
                   (uint64_t)(row->enclosing * WEIGHT_ENCLOSING + row->stem * WEIGHT_STEM +
                              row->folder * WEIGHT_FOLDER) *
                       MODEL_ONCE;
    return sum * model_document(model, token);
}

static void embed_chunk(Chunking *chunking, float *out)
{
    int32_t sums[MODEL_MOST_DIMS];
    ModelTerm *terms = ARENA_ARRAY(chunking->arena, ModelTerm, chunking->touched.len);
    for (size_t i = 0; i < chunking->touched.len; i++) {
        uint32_t token = chunking->touched.items[i];
        terms[i] = (ModelTerm){token, weight_of(chunking->model, token, &chunking->rows[token])};
        chunking->rows[token] = (Row){0};
    }
    model_sum(chunking->model, terms, chunking->touched.len, sums);
    model_normalise(sums, model_dims(chunking->model), out);
    chunking->touched.len = 0;
}

static void embed_doc(Chunking *chunking, Str path, OneFile *out)
{
    const Doc *doc = chunking->doc;
    uint32_t from = 0, dims = model_dims(chunking->model);
    chunking->of_word = ARENA_ARRAY(chunking->arena, Tokens, doc->word_count);
    chunking->known = ARENA_ARRAY(chunking->arena, bool, doc->word_count);
    chunking->stem = tokens_of(chunking, path_stem(path));
    chunking->folder = tokens_of(chunking, path_folder(path));
    out->vectors = ARENA_ARRAY(&out->arena, float, (size_t)doc->chunk_count *dims);
    out->count = doc->chunk_count;
    for (uint32_t c = 0; c < doc->chunk_count; c++) {
        add_words(chunking, from, doc->chunks[c].token_end);
        add_defs(chunking, &doc->chunks[c]);
        for (size_t i = 0; i < chunking->stem.len; i++)
            row_at(chunking, chunking->stem.items[i])->stem = true;
        for (size_t i = 0; i < chunking->folder.len; i++)
            row_at(chunking, chunking->folder.items[i])->folder = true;
        embed_chunk(chunking, out->vectors + (size_t)c * dims);
        from = doc->chunks[c].token_end;
    }
}

static void read_one(void *arg, size_t index, int slot)
{
    Reading *reading = arg;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Str text, path = reading->paths[index];
    Doc doc;
    if (!os_read_file(&cx, reading->workspace->dir, path.ptr, LARGEST_FILE, &text)) {
        LangId lang = lang_detect(path, str_sub(text, 0, 65536));
        Chunking chunking = {
            .arena = &arena, .model = reading->model, .doc = &doc, .rows = reading->rooms[slot]};
        bool code = path_form(path, lang) == FORM_CODE;
        if (code && !doc_make(&cx, reading->makers[slot], lang, FORM_CODE, text, &doc))
            embed_doc(&chunking, path, &reading->files[index]);
    }
    arena_fini(&arena);
}

// Puts all chunks into one matrix, takes the mean away, and makes the rows of length 1 again.
static void centre(Arena *arena, const Reading *reading, size_t count, JudgedRepo *out)
{
    uint32_t dims = model_dims(reading->model);
    *out = (JudgedRepo){.files = ARENA_ARRAY(arena, JudgedFile, count), .dims = dims};
    for (size_t i = 0; i < count; i++) {
        uint32_t chunks = reading->files[i].count;
        if (!chunks) continue;
        out->files[out->file_count++] = (JudgedFile){reading->paths[i], out->chunk_count, chunks};
        out->chunk_count += chunks;
    }
    out->vectors = ARENA_ARRAY(arena, float, (size_t)out->chunk_count *dims);
    out->mean = ARENA_ARRAY(arena, float, dims);
    float *at = out->vectors;
    for (size_t i = 0; i < count; i++) {
        size_t cells = (size_t)reading->files[i].count * dims;
        if (cells) memcpy(at, reading->files[i].vectors, cells * sizeof *at);
        at += cells;
    }
    for (uint32_t c = 0; c < out->chunk_count; c++)
        for (uint32_t k = 0; k < dims; k++)
            out->mean[k] += out->vectors[(size_t)c * dims + k] / (float)out->chunk_count;
    for (uint32_t c = 0; c < out->chunk_count; c++) {
        float *row = out->vectors + (size_t)c * dims;
        for (uint32_t k = 0; k < dims; k++) row[k] -= out->mean[k];
        (void)embed_normalise(row, dims); // all are finite
    }
}

static void read_all(Ctx *cx, Pool *pool, Reading *reading, size_t count, JudgedRepo *out)
{
    int slots = pool_slots(pool);
    reading->files = ARENA_ARRAY(cx->arena, OneFile, count);
    reading->makers = ARENA_ARRAY(cx->arena, DocMaker *, (size_t)slots);
    reading->rooms = ARENA_ARRAY(cx->arena, Row *, (size_t)slots);
    for (int i = 0; i < slots; i++) {
        reading->makers[i] = doc_maker_new(NULL);
        reading->rooms[i] = ARENA_ARRAY(cx->arena, Row, model_tokens(reading->model));
    }
    pool_each(pool, cx, count, 4, read_one, reading);
    centre(cx->arena, reading, count, out);
    for (int i = 0; i < slots; i++) doc_maker_free(reading->makers[i]);
    for (size_t i = 0; i < count; i++) arena_fini(&reading->files[i].arena);
}

Fail judge_read(Ctx *cx, Pool *pool, const Model *model, Str folder, JudgedRepo *out)
{
    Workspace workspace;
    Universe universe;
    TRY(workspace_open(cx, folder, false, &workspace));
    Fail fail = universe_list(cx, &workspace, &(Selection){0}, pool, &universe);
    if (!fail) {
        Str *paths = ARENA_ARRAY(cx->arena, Str, universe.count);
        for (size_t i = 0; i < universe.count; i++) paths[i] = universe.files[i].path;
        Reading reading = {.model = model, .workspace = &workspace, .paths = paths};
        read_all(cx, pool, &reading, universe.count, out);
    }
    workspace_close(&workspace);
    return fail;
}

// ---- ranking

static double file_score(const JudgedRepo *repo, const JudgedFile *file, const float *query)
{
    double best[4] = {0}, sum = 0;
    for (uint32_t c = 0; c < file->chunk_count; c++) {
        const float *row = repo->vectors + (size_t)(file->first_chunk + c) * repo->dims;
        double score = (double)vectors_dot(query, row, repo->dims);
        for (size_t i = 0; i < ARRAY_LEN(best); i++) {
            if (best[i] >= score) continue;
            double kept = best[i];
            best[i] = score;
            score = kept;
        }
    }
    for (size_t i = 0; i < ARRAY_LEN(best); i++) sum += best[i] / (double)(1 << i);
    return sum;
}

uint32_t judge_rank(Arena *arena, const JudgedRepo *repo, const float *query,
                    uint32_t out[JUDGE_DEPTH])
{
    float *centred = ARENA_ARRAY(arena, float, repo->dims);
    double scores[JUDGE_DEPTH];
    uint32_t count = 0;
    for (uint32_t k = 0; k < repo->dims; k++) centred[k] = query[k] - repo->mean[k];
    (void)embed_normalise(centred, repo->dims);
    for (uint32_t f = 0; f < repo->file_count; f++) {
        double score = file_score(repo, &repo->files[f], centred);
        if (count == JUDGE_DEPTH && score <= scores[count - 1]) continue;
        uint32_t at = count < JUDGE_DEPTH ? count++ : count - 1;
        for (; at && scores[at - 1] < score; at--) {
            scores[at] = scores[at - 1];
            out[at] = out[at - 1];
        }
        scores[at] = score;
        out[at] = f;
    }
    return count;
}
