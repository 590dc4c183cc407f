// train/do_export.c - cq-train export: from a checkpoint to the table that cq opens.
//
// A row becomes integers of 8 bits, its largest one 127; its scale goes into the token's two
// weights, which become integers of 16 bits, the largest one 65535.
#include <math.h>

#include "base/digest.h"
#include "base/json.h"
#include "retrieve/model.h"
#include "train/commands.h"
#include "train/table.h"

typedef struct Export {
    PairFile file;
    Table table;
    uint32_t tokens;
    float *scales;
} Export;

static float quantise(const float *row, uint32_t dims, int8_t *out)
{
    float largest = 0;
    for (uint32_t k = 0; k < dims; k++) largest = MAX(largest, fabsf(row[k]));
    for (uint32_t k = 0; k < dims; k++)
        out[k] = largest > 0 ? (int8_t)lrintf(row[k] / largest * 127) : 0;
    return largest / 127;
}

static float largest_of(const Export *export, const float *weights)
{
    float largest = 0;
    for (uint32_t t = 0; t < export->tokens; t++)
        largest = MAX(largest, weights[t] * export->scales[t]);
    return largest > 0 ? largest : 1;
}

static Str describe(Ctx *cx, const Export *export)
{
    const TableHead *head = &export->table.head;
    const Json *about = NULL;
    Buf buf = buf_on(cx->arena);
    JsonWriter w = {.out = &buf};
    json_begin_object(&w);
    json_member_str(&w, "made_by", STR("cq-train"));
    json_member_int(&w, "dims", head->dims);
    json_member_int(&w, "tokens", export->tokens);
    json_member_int(&w, "pairs", export->file.pair_count);
    json_member_int(&w, "seed", head->seed);
    json_member_int(&w, "batch", head->batch);
    json_member_int(&w, "group", head->group);
    json_member_int(&w, "near", head->near);
    json_member_int(&w, "epochs", head->epochs);
    json_member_int(&w, "step", (int64_t)head->step);
    json_key(&w, "rate");
    json_write_real(&w, head->rate);
    json_key(&w, "held_out_mrr");
    json_write_real(&w, (double)head->last);
    json_key(&w, "data");
    if (json_parse(cx->arena, export->file.about, &about)) json_write_null(&w);
    else json_write(&w, about);
    json_end(&w);
    return buf_str(&buf);
}

static Fail write_model(Ctx *cx, Export *export, const char *path)
{
    uint32_t dims = export->table.head.dims, count = export->tokens;
    int8_t *rows = ARENA_ARRAY(cx->arena, int8_t, (size_t)count * dims);
    ModelEntry *entries = ARENA_ARRAY(cx->arena, ModelEntry, count);
    export->scales = ARENA_ARRAY(cx->arena, float, count);
    for (uint32_t t = 0; t < count; t++)
        export->scales[t] =
            quantise(export->table.rows.value + (size_t)t * dims, dims, rows + (size_t)t * dims);
    float document = 65535 / largest_of(export, export->table.document.value);
    float query = 65535 / largest_of(export, export->table.query.value);
    for (uint32_t t = 0; t < count; t++) {
        float scale = export->scales[t];
        entries[t] = (ModelEntry){
            .text = pairfile_term(&export->file, t),
            .row = rows + (size_t)t * dims,
            .document = (uint16_t)lrintf(export->table.document.value[t] * scale * document),
            .query = (uint16_t)lrintf(export->table.query.value[t] * scale * query)};
    }
    ModelImage image = {dims, entries, count, describe(cx, export)};
    return model_write(cx, OS_CWD, path, &image);
}

Fail do_export(Ctx *cx, TrainArgs *args)
{
    Export export = {0};
    Str pairs = args_take(args, "--pairs"), checkpoint = args_take(args, "--checkpoint");
    Str out = args_take(args, "--out");
    int64_t tokens = args_int(args, "--tokens", INT32_MAX);
    TRY(args_end(cx, args));
    if (!pairs.ptr || !checkpoint.ptr || !out.ptr)
        return FAIL(cx->arena, BAD_REQUEST, "--pairs, --checkpoint and --out are needed");
    TRY(pairfile_open(cx, pairs.ptr, &export.file));
    Fail fail = table_read(cx, checkpoint.ptr, &export.table);
    bool same = !fail && export.table.head.terms == export.file.term_count &&
                export.table.head.pairs_id == pairfile_id(&export.file).low;
    if (!fail && !same)
        fail = FAIL(cx->arena, BAD_REQUEST, "the checkpoint was not fitted to these pairs");
    export.tokens = (uint32_t)MIN(tokens, (int64_t) export.file.term_count);
    if (!fail) fail = write_model(cx, &export, out.ptr);
    if (!fail) say("%u tokens of %u dims", export.tokens, export.table.head.dims);
    table_fini(&export.table);
    pairfile_close(&export.file);
    return fail;
}
