// retrieve/dense_texts.c - rows from texts. They go to the embedder in batches, each with an arena
// of its own: a part is as large as it likes. The rows are the only thing that is kept.
#include "base/vec.h"
#include "retrieve/dense_.h"

enum { BATCH_TEXTS = 256, BATCH_BYTES = 1 << 20, MOST_NAMES = 200 };

typedef struct Target { // what a text is of
    DenseKind kind;
    uint32_t index;
} Target;

typedef struct Batch {
    DenseMaking *making;
    Arena arena;
    VEC(Str) texts;
    VEC(Target) targets;
    size_t bytes;
} Batch;

static void take_rows(Batch *batch, const EmbedRows *rows)
{
    DenseMaking *making = batch->making;
    if (!making->dims && rows->dims) dense_begin(making, rows->dims);
    making->mixed |= rows->dims && rows->dims != making->dims;
    bool fits = making->dims && rows->dims == making->dims && !rows->starts;
    for (size_t i = 0; i < rows->count; i++) {
        const Target *of = &batch->targets.items[i];
        bool there = fits && !(rows->missing && rows->missing[i]) &&
                     dense_put(making, of->kind, of->index, rows->rows + i * (size_t)rows->dims);
        making->tables[of->kind].missing[of->index] = !there;
    }
    DenseReport *report = making->report;
    report->known += rows->known;
    if (rows->limit.len && !report->limit.len) report->limit = str_copy(making->arena, rows->limit);
}

static void show_progress(Ctx *cx, const Batch *batch)
{
    const Target *last = &batch->targets.items[batch->targets.len - 1];
    Arena scratch = {0};
    if (!cx->progress) return;
    Str line = str_format(&scratch, "vectors of %u of %u files", last->index + 1,
                          batch->making->lexicon->head->files);
    cx->progress->show(cx->progress->arg, line);
    arena_fini(&scratch);
}

static Fail end_batch(Ctx *cx, Batch *batch)
{
    Ctx inner = ctx_child(cx, &batch->arena);
    const DenseSpec *spec = batch->making->spec;
    EmbedRows rows;
    Fail fail = NULL;
    if (batch->texts.len) {
        fail = embed_texts(&inner, spec->embedder, spec->pool, EMBED_DOCUMENT, batch->texts.items,
                           batch->texts.len, &rows);
        if (!fail) take_rows(batch, &rows);
        else fail = problem_copy(cx->arena, fail);
    }
    arena_reset(&batch->arena);
    batch->texts.len = batch->texts.cap = 0;
    batch->targets.len = batch->targets.cap = 0;
    batch->bytes = 0;
    return fail;
}

static void add_text(Batch *batch, DenseKind kind, uint32_t index, Str text)
{
    VEC_PUSH(&batch->arena, &batch->texts, text);
    VEC_PUSH(&batch->arena, &batch->targets, (Target){kind, index});
    batch->bytes += text.len;
}

static void add_chunk(Batch *batch, Str path, Str text, const LineStarts *lines, uint32_t chunk)
{
    const LexChunk *row = lex_chunk(batch->making->lexicon, chunk);
    Str part = lines_between(text, lines, row->first_line, row->last_line);
    if (part.ptr)
        add_text(batch, DENSE_CHUNKS, chunk, str_join(&batch->arena, path, STR("\n"), part));
}

static void add_outline(Batch *batch, uint32_t file, Str path)
{
    const Lexicon *lexicon = batch->making->lexicon;
    const LexFile *row = lex_file(lexicon, file);
    Buf text = buf_on(&batch->arena);
    buf_add(&text, path);
    for (uint32_t i = 0; i < row->def_count && i < MOST_NAMES; i++) {
        LexDef def = lex_def(lexicon, row->first_def + i);
        buf_byte(&text, '\n');
        buf_add(&text, lexicon_name_text(&batch->arena, lexicon, def.name));
    }
    add_text(batch, DENSE_FILES, file, buf_str(&text));
}

static Fail add_file(Ctx *cx, Batch *batch, uint32_t file)
{
    Ctx inner = ctx_child(cx, &batch->arena);
    DenseMaking *making = batch->making;
    const LexFile *row = lex_file(making->lexicon, file);
    Str text, path = lexicon_path(making->lexicon, file);
    if (!row->chunk_count) return NULL;
    if (!making->spec->read(&inner, making->spec->read_arg, file, path, &text)) {
        making->tables[DENSE_FILES].missing[file] = true;
        for (uint32_t i = 0; i < row->chunk_count; i++)
            making->tables[DENSE_CHUNKS].missing[row->first_chunk + i] = true;
        return NULL;
    }
    LineStarts lines = lines_find(&batch->arena, text);
    for (uint32_t i = 0; i < row->chunk_count; i++)
        add_chunk(batch, path, text, &lines, row->first_chunk + i);
    add_outline(batch, file, path);
    if (batch->texts.len < BATCH_TEXTS && batch->bytes < BATCH_BYTES) return NULL;
    show_progress(cx, batch);
    return end_batch(cx, batch);
}

static Fail add_files(Ctx *cx, DenseMaking *making)
{
    Batch batch = {.making = making};
    Fail fail = NULL;
    for (uint32_t i = 0; !fail && i < making->lexicon->head->files; i++) {
        if (making->spec->dead && making->spec->dead[i]) continue;
        fail = ctx_check(cx);
        if (!fail) fail = add_file(cx, &batch, i);
    }
    if (!fail) fail = end_batch(cx, &batch);
    arena_fini(&batch.arena);
    return fail;
}

// Rows of several dimensions: some were kept from a model that had the same name. By now the
// embedder knows which ones hold.
Fail dense_make_texts(Ctx *cx, DenseMaking *making)
{
    TRY(add_files(cx, making));
    if (!making->mixed) return NULL;
    dense_begin_anew(making);
    TRY(add_files(cx, making));
    if (making->mixed && !making->report->limit.len)
        making->report->limit = STR("the model gives vectors of several dimensions");
    return NULL;
}
