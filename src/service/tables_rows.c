// service/tables_rows.c - the rows of changed files.
//
// DESIGN. A batch of files is parsed on all workers, each file into the arena of its slot; then
// the caller, alone, embeds the batch's chunks, appends its rows and empties the arenas. So memory
// is bounded by the batch, and DuckDB sees one thread of ours.
#include "base/clock.h"
#include "base/vec.h"
#include "index/doc.h"
#include "service/tables_.h"

enum { BATCH_FILES = 256, HEAD_BYTES = 64 << 10 };

typedef struct FileRows { // of one file; empty but for `file` when it is skipped
    TableFile *file;
    Str text;
    LineStarts lines;
    Doc doc;
    Facts facts;
} FileRows;

typedef struct Slot {
    Arena arena;
    DocMaker *maker;
} Slot;

typedef struct Work {
    Refresh *refresh;
    Slot *slots;
    FileRows rows[BATCH_FILES];
    size_t count;
    DuckDb *db;
    DuckWriter *writers[TABLE_META];
} Work;

// --- one file, on a worker ---

static void parse_one(void *arg, size_t index, int slot_number)
{
    Work *work = arg;
    Slot *slot = &work->slots[slot_number];
    FileRows *rows = &work->rows[index];
    Ctx cx = ctx_child(work->refresh->cx, &slot->arena);
    tables_look(&cx, work->refresh, rows->file, &rows->text);
    if (rows->file->skipped) return;
    if (!slot->maker) slot->maker = doc_maker_new(work->refresh->env->grammars);
    if (str_starts(rows->text, STR("\xEF\xBB\xBF")))
        rows->text = str_sub(rows->text, 3, rows->text.len);
    LangId lang = lang_detect(rows->file->path, str_sub(rows->text, 0, HEAD_BYTES));
    if (doc_make_facts(&cx, slot->maker, lang, path_form(rows->file->path, lang), rows->text,
                       &rows->doc, &rows->facts))
        return; // cancelled: the caller sees it too
    rows->lines = lines_find(&slot->arena, rows->text);
}

// --- its rows ---

static Str or_null(Str text)
{
    return text.len ? text : STR_NONE;
}

static void put_file(DuckWriter *to, const FileRows *rows)
{
    const TableFile *file = rows->file;
    const Doc *doc = &rows->doc;
    bool known = !file->skipped && doc->lang != LANG_NONE;
    duck_put_text(to, file->path);
    duck_put_text(to, known ? str_from(lang_name(doc->lang)) : STR_NONE);
    duck_put_text(to, file->skipped ? STR_NONE : str_from(path_form_name(doc->form)));
    if (file->skipped) duck_put_null(to), duck_put_null(to);
    else duck_put_int(to, (int64_t)rows->text.len), duck_put_int(to, doc->line_count);
    duck_put_int(to, (path_flags(file->path) & PATH_TEST) != 0);
    duck_put_int(to, doc->partial);
    duck_put_text(to, file->skipped ? STR_NONE : file->state);
    duck_put_text(to, file->skipped ? file->state : STR_NONE);
    duck_end_row(to);
}

static void put_chunks(DuckWriter *to, const FileRows *rows)
{
    const Doc *doc = &rows->doc;
    for (uint32_t i = 0, words = 0; i < doc->chunk_count; i++) {
        const DocChunk *chunk = &doc->chunks[i];
        duck_put_text(to, rows->file->path);
        duck_put_int(to, i);
        duck_put_int(to, chunk->first_line);
        duck_put_int(to, chunk->last_line);
        duck_put_int(to, chunk->token_end - words);
        duck_end_row(to);
        words = chunk->token_end;
    }
}

static Str enclosing(const Facts *facts, int32_t def)
{
    return def >= 0 ? or_null(facts->defs[def].qualified) : STR_NONE;
}

static void put_heading(DuckWriter *to, const FileRows *rows, const DocDef *def)
{
    duck_put_text(to, rows->file->path);
    duck_put_int(to, def->line);
    duck_put_text(to, def->name);
    duck_put_text(to, STR("heading"));
    duck_put_text(to, def->name);
    duck_put_null(to);
    duck_put_int(to, def->start_line);
    duck_put_int(to, def->end_line);
    duck_put_int(to, false);
    duck_put_null(to);
    duck_end_row(to);
}

static void put_definitions(DuckWriter *to, const FileRows *rows)
{
    const Facts *facts = &rows->facts;
    for (uint32_t i = 0; i < rows->doc.def_count; i++)
        if (rows->doc.defs[i].kind == DOC_HEADING) put_heading(to, rows, &rows->doc.defs[i]);
    for (uint32_t i = 0; i < facts->def_count; i++) {
        const Def *def = &facts->defs[i];
        duck_put_text(to, rows->file->path);
        duck_put_int(to, def->line);
        duck_put_text(to, def->name);
        duck_put_text(to, str_from(def_kind_name(def->kind)));
        duck_put_text(to, def->qualified);
        duck_put_text(to, enclosing(facts, def->parent));
        duck_put_int(to, def->start_line);
        duck_put_int(to, def->end_line);
        duck_put_int(to, def->declaration);
        duck_put_text(to, or_null(def->signature));
        duck_end_row(to);
    }
}

typedef struct Ref {
    uint32_t line;
    Str name, receiver, module;
    Category category;
    int32_t enclosing;
} Ref;

static void put_ref(DuckWriter *to, const FileRows *rows, const Ref *ref)
{
    duck_put_text(to, rows->file->path);
    duck_put_int(to, ref->line);
    duck_put_text(to, ref->name);
    duck_put_text(to, str_from(category_name(ref->category)));
    duck_put_text(to, or_null(ref->receiver));
    duck_put_text(to, or_null(ref->module));
    duck_put_text(to, enclosing(&rows->facts, ref->enclosing));
    duck_end_row(to);
}

static void put_refs(DuckWriter *to, const FileRows *rows)
{
    const Facts *facts = &rows->facts;
    for (uint32_t i = 0; i < facts->call_count; i++) {
        const Call *call = &facts->calls[i];
        put_ref(to, rows,
                &(Ref){lines_at(&rows->lines, call->name_span.start), call->name, call->receiver,
                       STR_NONE, CATEGORY_CALL, call->enclosing});
    }
    for (uint32_t i = 0; i < facts->import_count; i++) {
        const Import *import = &facts->imports[i];
        put_ref(to, rows,
                &(Ref){import->line, import->name.len ? import->name : import->module, STR_NONE,
                       import->module, CATEGORY_IMPORT,
                       facts_enclosing(facts, import->full.start)});
    }
}

// --- vectors ---

static Str chunk_text(const FileRows *rows, uint32_t chunk)
{
    const DocChunk *at = &rows->doc.chunks[chunk];
    return str_sub(rows->text, rows->lines.starts[at->first_line - 1],
                   rows->lines.starts[at->last_line]);
}

static void leave_out_vectors(Refresh *refresh, Str why)
{
    if (refresh->vectors_skipped) return;
    refresh->vectors_skipped = true;
    refresh->out->limits[1] =
        str_format(refresh->cx->arena, "vectors are missing: " STR_FMT, STR_ARG(why));
}

// The table is made when the dimensions are known: by the backend, or by its first answer.
static Fail open_vectors(Work *work, uint32_t dims)
{
    Refresh *refresh = work->refresh;
    Ctx *cx = refresh->cx;
    if (!refresh->dims) TRY(duck_run(cx, work->db, table_create(cx->arena, TABLE_VECTORS, dims)));
    refresh->dims = dims;
    return table_writer(cx, work->db, TABLE_VECTORS, dims, &work->writers[TABLE_VECTORS]);
}

static void put_vectors(DuckWriter *to, const Work *work, const EmbedRows *got)
{
    size_t at = 0;
    for (size_t i = 0; i < work->count; i++) {
        for (uint32_t c = 0; c < work->rows[i].doc.chunk_count; c++, at++) {
            if (got->missing && got->missing[at]) continue;
            duck_put_text(to, work->rows[i].file->path);
            duck_put_int(to, c);
            duck_put_floats(to, got->rows + at * got->dims);
            duck_end_row(to);
        }
    }
}

static Fail embed_batch(Work *work)
{
    Refresh *refresh = work->refresh;
    Arena scratch = {0};
    Ctx cx = ctx_child(refresh->cx, &scratch);
    VEC(Str) texts = {0};
    EmbedRows got;
    for (size_t i = 0; i < work->count; i++)
        for (uint32_t c = 0; c < work->rows[i].doc.chunk_count; c++)
            VEC_PUSH(&scratch, &texts, chunk_text(&work->rows[i], c));
    Fail fail = NULL;
    if (texts.len)
        fail = embed_texts(&cx, refresh->embedder, refresh->env->pool, EMBED_DOCUMENT, texts.items,
                           texts.len, &got);
    if (!fail && texts.len) {
        if (got.limit.len) leave_out_vectors(refresh, got.limit);
        if (got.starts) leave_out_vectors(refresh, STR("the model gives several a text"));
        if (refresh->dims && got.dims && refresh->dims != got.dims)
            leave_out_vectors(refresh, STR("they have other dimensions than those before"));
        bool fits = got.dims && !got.starts && (!refresh->dims || refresh->dims == got.dims);
        if (fits && !work->writers[TABLE_VECTORS]) fail = open_vectors(work, got.dims);
        if (fits && !fail) put_vectors(work->writers[TABLE_VECTORS], work, &got);
    }
    fail = problem_copy(refresh->cx->arena, fail);
    arena_fini(&scratch);
    return fail;
}

// --- batches ---

static Fail write_batch(Work *work)
{
    for (size_t i = 0; i < work->count; i++) {
        const FileRows *rows = &work->rows[i];
        put_file(work->writers[TABLE_FILES], rows);
        put_chunks(work->writers[TABLE_CHUNKS], rows);
        put_definitions(work->writers[TABLE_DEFINITIONS], rows);
        put_refs(work->writers[TABLE_REFS], rows);
    }
    return work->refresh->embedder ? embed_batch(work) : NULL;
}

static Fail run_batch(Work *work)
{
    Refresh *refresh = work->refresh;
    Pool *pool = refresh->env->pool;
    pool_each(pool, refresh->cx, work->count, 1, parse_one, work);
    Fail fail = ctx_check(refresh->cx);
    if (!fail) fail = write_batch(work);
    for (int i = 0; i < pool_slots(pool); i++) arena_reset(&work->slots[i].arena);
    memset(work->rows, 0, sizeof work->rows);
    work->count = 0;
    return fail;
}

static void tell(const Refresh *refresh, size_t done, size_t all)
{
    const Progress *progress = refresh->cx->progress;
    if (!progress) return;
    progress->show(progress->arg,
                   str_format(refresh->cx->arena, "tables: %zu of %zu files", done, all));
}

static Fail run_batches(Work *work)
{
    Refresh *refresh = work->refresh;
    for (size_t i = 0; i < refresh->count; i++) {
        if (!refresh->files[i].changed) continue;
        work->rows[work->count++].file = &refresh->files[i];
        if (work->count < BATCH_FILES) continue;
        TRY(run_batch(work));
        tell(refresh, i + 1, refresh->count);
    }
    return work->count ? run_batch(work) : NULL;
}

Fail tables_write_rows(Refresh *refresh, DuckDb *db)
{
    Ctx *cx = refresh->cx;
    int slots = pool_slots(refresh->env->pool);
    Work *work = ARENA_NEW(cx->arena, Work);
    Fail fail = NULL;
    *work = (Work){.refresh = refresh, .db = db};
    work->slots = ARENA_ARRAY(cx->arena, Slot, (size_t)slots);
    for (TableId t = 0; t < TABLE_VECTORS && !fail; t++)
        fail = table_writer(cx, db, t, 0, &work->writers[t]);
    if (!fail) fail = run_batches(work);
    for (TableId t = 0; t < TABLE_META; t++) {
        Fail ended = duck_writer_end(cx, work->writers[t]);
        if (!fail) fail = ended;
    }
    for (int i = 0; i < slots; i++) {
        doc_maker_free(work->slots[i].maker);
        arena_fini(&work->slots[i].arena);
    }
    return fail;
}

Fail tables_write_commits(Refresh *refresh, DuckDb *db)
{
    Ctx *cx = refresh->cx;
    DuckWriter *to;
    TRY(duck_run(cx, db, STR("DELETE FROM last_commits")));
    TRY(table_writer(cx, db, TABLE_LAST_COMMITS, 0, &to));
    for (size_t i = 0; refresh->commits && i < refresh->count; i++) {
        GitCommit commit;
        if (!git_last_of(refresh->commits, refresh->files[i].path, &commit)) continue;
        duck_put_text(to, refresh->files[i].path);
        duck_put_text(to, commit.id);
        duck_put_text(to, clock_rfc3339(cx->arena, commit.time_s * 1000));
        duck_put_text(to, commit.author);
        duck_end_row(to);
    }
    return duck_writer_end(cx, to);
}
