// index/duckdb_rows.c - answers out of DuckDB's vectors, rows into them.
#include "index/duckdb.h"

#include <assert.h>

// --- types, as DuckDB numbers them ---

enum {
    TYPE_BOOLEAN = 1,
    TYPE_TINYINT,
    TYPE_SMALLINT,
    TYPE_INTEGER,
    TYPE_BIGINT,
    TYPE_UTINYINT,
    TYPE_USMALLINT,
    TYPE_UINTEGER,
    TYPE_UBIGINT,
    TYPE_FLOAT,
    TYPE_DOUBLE,
    TYPE_HUGEINT = 16,
    TYPE_VARCHAR = 17,
    TYPE_UHUGEINT = 32,
};

static const char *type_name(int type)
{
    static const char *const names[] = {
        "INVALID",   "BOOLEAN",     "TINYINT",     "SMALLINT",     "INTEGER",      "BIGINT",
        "UTINYINT",  "USMALLINT",   "UINTEGER",    "UBIGINT",      "FLOAT",        "DOUBLE",
        "TIMESTAMP", "DATE",        "TIME",        "INTERVAL",     "HUGEINT",      "VARCHAR",
        "BLOB",      "DECIMAL",     "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "ENUM",
        "LIST",      "STRUCT",      "MAP",         "UUID",         "UNION",        "BIT",
        "TIMETZ",    "TIMESTAMPTZ", "UHUGEINT",    "ARRAY"};
    return type >= 0 && (size_t)type < ARRAY_LEN(names) ? names[type] : "OTHER";
}

static DuckKind kind_of(int type)
{
    if (type == TYPE_BOOLEAN) return DUCK_BOOL;
    if (type == TYPE_FLOAT || type == TYPE_DOUBLE) return DUCK_REAL;
    if (type == TYPE_VARCHAR) return DUCK_TEXT;
    if (type > TYPE_BOOLEAN && type < TYPE_FLOAT) return DUCK_INT;
    return type == TYPE_HUGEINT || type == TYPE_UHUGEINT ? DUCK_INT : DUCK_OTHER;
}

typedef struct DuckString { // short ones lie in it, from `start` on
    uint32_t len;
    char start[4];
    const char *ptr;
} DuckString;

static Str string_at(const DuckString *string)
{
    enum { INLINED = 12 };
    return (Str){string->len <= INLINED ? string->start : string->ptr, string->len};
}

// --- statements ---

static Fail ask(Ctx *cx, DuckDb *db, Str sql, DuckResult *result)
{
    *result = (DuckResult){0};
    if (!db->lib->query(db->connection, str_cstr(cx->arena, sql), result)) return NULL;
    Fail fail = duck_problem(cx, str_from(db->lib->result_error(result)));
    db->lib->destroy_result(result);
    return fail;
}

Fail duck_run(Ctx *cx, DuckDb *db, Str sql)
{
    DuckResult result;
    TRY(ask(cx, db, sql, &result));
    db->lib->destroy_result(&result);
    return NULL;
}

static void take_heads(Arena *arena, const DuckLib *lib, DuckHandle statement, DuckHead **out,
                       size_t *count)
{
    *count = lib->prepared_statement_column_count(statement);
    *out = ARENA_ARRAY(arena, DuckHead, *count);
    for (size_t i = 0; i < *count; i++) {
        int type = lib->prepared_statement_column_type(statement, i);
        const char *name = lib->prepared_statement_column_name(statement, i);
        (*out)[i] = (DuckHead){str_copy(arena, str_from(name)), type_name(type), kind_of(type)};
        lib->free((void *)(uintptr_t)name);
    }
}

Fail duck_describe(Ctx *cx, DuckDb *db, Str sql, DuckHead **out, size_t *count)
{
    const DuckLib *lib = db->lib;
    DuckHandle statement = NULL;
    Fail fail = NULL;
    if (lib->prepare(db->connection, str_cstr(cx->arena, sql), &statement))
        fail = duck_problem(cx, str_from(lib->prepare_error(statement)));
    else take_heads(cx->arena, lib, statement, out, count);
    lib->destroy_prepare(&statement);
    return fail;
}

Fail duck_ask(Ctx *cx, DuckDb *db, Str sql, DuckAnswer *out)
{
    const DuckLib *lib = db->lib;
    *out = (DuckAnswer){0};
    DuckAnswer answer = {.db = db, .open = true};
    TRY(ask(cx, db, sql, &answer.result));
    answer.columns = lib->column_count(&answer.result);
    answer.rows = lib->row_count(&answer.result);
    DuckKind *kinds = ARENA_ARRAY(cx->arena, DuckKind, answer.columns);
    for (size_t i = 0; i < answer.columns; i++)
        kinds[i] = kind_of(lib->column_type(&answer.result, i));
    answer.kinds = kinds;
    *out = answer;
    return NULL;
}

void duck_done(DuckAnswer *answer)
{
    if (answer->open) answer->db->lib->destroy_result(&answer->result);
    answer->open = false;
}

// --- cells ---

typedef struct Column {
    int type;
    const void *data;
    const uint64_t *valid; // NULL: all are
} Column;

typedef struct Wide { // HUGEINT and its unsigned kin
    uint64_t low, high;
} Wide;

// What is beyond int64_t, in decimal.
static Str wide_text(Arena *arena, Wide wide, bool negative)
{
    char digits[48];
    size_t at = sizeof digits;
    __extension__ unsigned __int128 rest = (unsigned __int128)wide.high << 64 | wide.low;
    if (negative) rest = -rest;
    do digits[--at] = (char)('0' + (int)(rest % 10));
    while (rest /= 10);
    if (negative) digits[--at] = '-';
    return str_copy(arena, (Str){digits + at, sizeof digits - at});
}

static void take_wide(Arena *arena, Wide wide, bool is_signed, DuckCell *out)
{
    bool negative = is_signed && wide.high >> 63;
    uint64_t rest = negative ? UINT64_MAX : 0; // the upper half of what fits
    if (wide.high == rest && wide.low >> 63 == negative) out->integer = (int64_t)wide.low;
    else out->text = wide_text(arena, wide, negative);
}

static DuckCell cell_at(Arena *arena, const Column *column, size_t row)
{
    DuckCell cell = {0};
    const void *data = column->data;
    if (column->valid && !(column->valid[row / 64] >> row % 64 & 1)) {
        cell.is_null = true;
        return cell;
    }
    switch (column->type) {
    case TYPE_BOOLEAN: cell.integer = ((const uint8_t *)data)[row] != 0; break;
    case TYPE_TINYINT: cell.integer = ((const int8_t *)data)[row]; break;
    case TYPE_SMALLINT: cell.integer = ((const int16_t *)data)[row]; break;
    case TYPE_INTEGER: cell.integer = ((const int32_t *)data)[row]; break;
    case TYPE_BIGINT: cell.integer = ((const int64_t *)data)[row]; break;
    case TYPE_UTINYINT: cell.integer = ((const uint8_t *)data)[row]; break;
    case TYPE_USMALLINT: cell.integer = ((const uint16_t *)data)[row]; break;
    case TYPE_UINTEGER: cell.integer = ((const uint32_t *)data)[row]; break;
    case TYPE_UBIGINT:
        take_wide(arena, (Wide){((const uint64_t *)data)[row], 0}, false, &cell);
        break;
    case TYPE_HUGEINT: take_wide(arena, ((const Wide *)data)[row], true, &cell); break;
    case TYPE_UHUGEINT: take_wide(arena, ((const Wide *)data)[row], false, &cell); break;
    case TYPE_FLOAT: cell.real = (double)((const float *)data)[row]; break;
    case TYPE_DOUBLE: cell.real = ((const double *)data)[row]; break;
    case TYPE_VARCHAR: cell.text = string_at(&((const DuckString *)data)[row]); break;
    default: cell.is_null = true;
    }
    return cell;
}

void duck_each(DuckAnswer *answer, bool (*take)(void *arg, const DuckCell *row), void *arg)
{
    const DuckLib *lib = answer->db->lib;
    Arena arena = {0};
    Column *columns = ARENA_ARRAY(&arena, Column, answer->columns);
    DuckCell *row = ARENA_ARRAY(&arena, DuckCell, answer->columns);
    DuckHandle chunk;
    for (bool more = true; more && (chunk = lib->fetch_chunk(answer->result));) {
        size_t rows = lib->data_chunk_get_size(chunk);
        more = rows > 0;
        for (size_t i = 0; i < answer->columns; i++) {
            DuckHandle vector = lib->data_chunk_get_vector(chunk, i);
            columns[i] = (Column){lib->column_type(&answer->result, i),
                                  lib->vector_get_data(vector), lib->vector_get_validity(vector)};
        }
        for (size_t r = 0; more && r < rows; r++) {
            for (size_t i = 0; i < answer->columns; i++) row[i] = cell_at(&arena, &columns[i], r);
            more = take(arg, row);
        }
        lib->destroy_data_chunk(&chunk);
    }
    arena_fini(&arena);
}

// --- the writer ---

struct DuckWriter {
    DuckDb *db;
    DuckHandle appender, chunk;
    DuckColumn columns[DUCK_MOST_COLUMNS];
    DuckHandle vectors[DUCK_MOST_COLUMNS];
    size_t count, column;
    uint64_t row, rows_most;
    bool failed; // the appender knows why
    Arena scratch;
};

static DuckHandle type_of(const DuckLib *lib, const DuckColumn *column)
{
    static const int types[] = {
        [DUCK_BOOL] = TYPE_BOOLEAN, [DUCK_INT] = TYPE_INTEGER, [DUCK_TEXT] = TYPE_VARCHAR};
    if (column->kind != DUCK_REAL) return lib->create_logical_type(types[column->kind]);
    DuckHandle of = lib->create_logical_type(TYPE_FLOAT);
    DuckHandle type = lib->create_array_type(of, column->dims);
    lib->destroy_logical_type(&of);
    return type;
}

// Vectors may move when a chunk is emptied.
static void find_vectors(DuckWriter *writer)
{
    const DuckLib *lib = writer->db->lib;
    for (size_t i = 0; i < writer->count; i++) {
        writer->vectors[i] = lib->data_chunk_get_vector(writer->chunk, i);
        lib->vector_ensure_validity_writable(writer->vectors[i]);
    }
}

Fail duck_writer_new(Ctx *cx, DuckDb *db, const char *table, const DuckColumn *columns,
                     size_t count, DuckWriter **out)
{
    const DuckLib *lib = db->lib;
    DuckHandle types[DUCK_MOST_COLUMNS];
    assert(count <= DUCK_MOST_COLUMNS);
    DuckWriter *writer = mem_alloc(sizeof *writer);
    *writer = (DuckWriter){.db = db, .count = count, .rows_most = lib->vector_size()};
    memcpy(writer->columns, columns, count * sizeof *columns);
    if (lib->appender_create(db->connection, NULL, table, &writer->appender)) {
        writer->failed = true;
        Fail fail = duck_writer_end(cx, writer);
        return fail ? fail : FAIL(cx->arena, INTERNAL, "DuckDB cannot append to %s", table);
    }
    for (size_t i = 0; i < count; i++) types[i] = type_of(lib, &columns[i]);
    writer->chunk = lib->create_data_chunk(types, count);
    for (size_t i = 0; i < count; i++) lib->destroy_logical_type(&types[i]);
    find_vectors(writer);
    *out = writer;
    return NULL;
}

static void *next_column(DuckWriter *writer, DuckKind kind, DuckHandle *vector)
{
    assert(writer->column < writer->count);
    assert(writer->columns[writer->column].kind == kind ||
           (kind == DUCK_INT && writer->columns[writer->column].kind == DUCK_BOOL));
    *vector = writer->vectors[writer->column++];
    return writer->db->lib->vector_get_data(*vector);
}

void duck_put_null(DuckWriter *writer)
{
    assert(writer->column < writer->count);
    uint64_t *valid = writer->db->lib->vector_get_validity(writer->vectors[writer->column++]);
    valid[writer->row / 64] &= ~(UINT64_C(1) << writer->row % 64);
}

void duck_put_int(DuckWriter *writer, int64_t value)
{
    DuckHandle vector;
    DuckKind kind = writer->columns[writer->column].kind;
    void *data = next_column(writer, DUCK_INT, &vector);
    if (kind == DUCK_BOOL) ((uint8_t *)data)[writer->row] = value != 0;
    else ((int32_t *)data)[writer->row] = (int32_t)MIN(MAX(value, INT32_MIN), INT32_MAX);
}

static Str clean(Arena *arena, Str text)
{
    Buf out = buf_on(arena);
    for (size_t at = 0; at < text.len;) {
        size_t step = 1;
        while (step <= 4 && at + step <= text.len && !utf8_valid(text.ptr + at, step)) step++;
        bool good = step <= 4 && at + step <= text.len;
        buf_add(&out, good ? str_sub(text, at, at + step) : STR("\xEF\xBF\xBD"));
        at += good ? step : 1;
    }
    return buf_str(&out);
}

void duck_put_text(DuckWriter *writer, Str text)
{
    DuckHandle vector;
    if (!text.ptr) {
        duck_put_null(writer);
        return;
    }
    next_column(writer, DUCK_TEXT, &vector);
    if (!utf8_valid(text.ptr, text.len)) text = clean(&writer->scratch, text);
    writer->db->lib->vector_assign_string_element_len(vector, writer->row, text.ptr, text.len);
}

void duck_put_floats(DuckWriter *writer, const float *values)
{
    const DuckLib *lib = writer->db->lib;
    DuckHandle vector;
    uint32_t dims = writer->columns[writer->column].dims;
    next_column(writer, DUCK_REAL, &vector);
    float *data = lib->vector_get_data(lib->array_vector_get_child(vector));
    memcpy(data + writer->row * dims, values, dims * sizeof *values);
}

static void flush(DuckWriter *writer)
{
    const DuckLib *lib = writer->db->lib;
    if (!writer->row || writer->failed) return;
    lib->data_chunk_set_size(writer->chunk, writer->row);
    writer->failed = lib->append_data_chunk(writer->appender, writer->chunk) != 0;
    lib->data_chunk_reset(writer->chunk);
    find_vectors(writer);
    arena_reset(&writer->scratch);
    writer->row = 0;
}

void duck_end_row(DuckWriter *writer)
{
    assert(writer->column == writer->count);
    writer->column = 0;
    if (++writer->row < writer->rows_most) return;
    flush(writer);
    writer->row = 0; // rows after a failure go nowhere
}

Fail duck_writer_end(Ctx *cx, DuckWriter *writer)
{
    Fail fail = NULL;
    if (!writer) return NULL;
    const DuckLib *lib = writer->db->lib;
    if (writer->chunk) flush(writer);
    if (!writer->failed) writer->failed = lib->appender_flush(writer->appender) != 0;
    if (writer->failed && writer->appender)
        fail = duck_problem(cx, str_from(lib->appender_error(writer->appender)));
    if (writer->chunk) lib->destroy_data_chunk(&writer->chunk);
    if (writer->appender) lib->appender_destroy(&writer->appender); // nothing is left to flush
    arena_fini(&writer->scratch);
    mem_free(writer);
    return fail;
}
