// op/runtime.c - "runtime": the runtime cells of this process, looked at, built and probed; the
// GPU.
#include "base/json.h"
#include "base/vec.h"
#include "op/cell_row.h"
#include "op/op.h"
#include "op/table.h"
#include "runtime/cells.h"
#include "runtime/gpu.h"

typedef struct RuntimeArgs {
    Str action;
    StrList names;
} RuntimeArgs;

static const char *const actions[] = {"status", "prewarm", "check", "gpu", NULL};

static const Field args[] = {
    FIELD(RuntimeArgs, action, STR, "what to do", .flags = FIELD_REQUIRED | FIELD_POSITIONAL,
          .choices = actions, .value_name = "ACTION"),
    FIELD(RuntimeArgs, names, STRS, "runtime cells; status and prewarm take all when none is named",
          .flags = FIELD_POSITIONAL, .value_name = "NAME"),
    {0},
};

typedef struct WarmedRow {
    Str name;
    bool ready, was_ready;
    double took_ms;
    const Json *problem;
} WarmedRow;

static const Field warmed_fields[] = {
    FIELD(WarmedRow, name, STR, "of the cell"),
    FIELD(WarmedRow, ready, BOOL, "it can be used now"),
    FIELD(WarmedRow, was_ready, BOOL, "it could be used before"),
    FIELD(WarmedRow, took_ms, REAL, "milliseconds"),
    FIELD(WarmedRow, problem, JSON, "why it is not ready (RFC 9457)", .flags = FIELD_OPTIONAL_OUT),
    {0},
};

static const Field device_fields[] = {
    FIELD(GpuDevice, index, U32, "of the device, as the driver counts"),
    FIELD(GpuDevice, name, STR, "of the device; empty when the driver did not say"),
    FIELD(GpuDevice, memory_bytes, SIZE, "of the device; 0 when the driver did not say"),
    FIELD(GpuDevice, compute, STR, "capability, such as 9.0"),
    FIELD(GpuDevice, multiprocessors, U32, "of the device"),
    {0},
};

typedef struct GpuRow {
    bool available;
    Str reason, cuda_version, driver_version;
    RecordList devices;
    StrList limits;
} GpuRow;

static const Field gpu_fields[] = {
    FIELD(GpuRow, available, BOOL, "there is a device and the driver answers"),
    FIELD(GpuRow, reason, STR, "why not; empty when available"),
    FIELD(GpuRow, cuda_version, STR, "newest that the driver can run; empty when unknown"),
    FIELD(GpuRow, driver_version, STR, "of the driver; empty when unknown"),
    FIELD(GpuRow, devices, RECORDS, "that CUDA can use", .sub = device_fields,
          .sub_size = sizeof(GpuDevice)),
    FIELD(GpuRow, limits, STRS, "what could not be found out, and why"),
    {0},
};

typedef struct RuntimeSummary {
    Str action;
    RecordList cells, warmed;
    GpuRow gpu;
} RuntimeSummary;

static const Field result[] = {
    FIELD(RuntimeSummary, action, STR, "what was done"),
    FIELD(RuntimeSummary, cells, RECORDS, "status: one row a cell", .sub = cell_row_fields,
          .sub_size = sizeof(CellRow), .flags = FIELD_OPTIONAL_OUT),
    FIELD(RuntimeSummary, warmed, RECORDS, "prewarm, check: one row a cell", .sub = warmed_fields,
          .sub_size = sizeof(WarmedRow), .flags = FIELD_OPTIONAL_OUT),
    FIELD(RuntimeSummary, gpu, RECORD, "gpu: what the driver says", .sub = gpu_fields,
          .flags = FIELD_OPTIONAL_OUT),
    {0},
};

// --- status

static Fail status(Ctx *cx, const CellSet *set, const StrList *names, RecordList *out)
{
    size_t count = names->count ? names->count : cells_count(set);
    CellRow *rows = ARENA_ARRAY(cx->arena, CellRow, count);
    for (size_t i = 0; i < count; i++) {
        Cell *cell = NULL;
        if (names->count) TRY(cells_find(cx->arena, set, names->items[i], &cell));
        else cell = cells_at(set, i);
        rows[i] = cell_row(cx->arena, cell);
    }
    *out = (RecordList){rows, count};
    return NULL;
}

// --- prewarm, check

static WarmedRow warmed_row(Arena *arena, const CellWarmed *from)
{
    return (WarmedRow){.name = str_from(from->name),
                       .ready = !from->fail,
                       .was_ready = from->was_ready,
                       .took_ms = cell_ms(from->took_ns),
                       .problem = cell_problem_json(arena, from->fail)};
}

// Goes on after a failure; each is told.
static Fail prewarm(Ctx *cx, CellSet *set, const StrList *names, RecordList *out, Result *to)
{
    CellWarmed *warmed = NULL;
    size_t count = 0;
    VEC(Fail) problems = {0};
    TRY(cells_prewarm(cx, set, names->items, names->count, &warmed, &count));
    WarmedRow *rows = ARENA_ARRAY(cx->arena, WarmedRow, count);
    for (size_t i = 0; i < count; i++) {
        rows[i] = warmed_row(cx->arena, &warmed[i]);
        bool optional =
            !names->count && warmed[i].fail &&
            warmed[i].fail->kind == PROBLEM_UNAVAILABLE; // told, but nobody asked for it
        if (warmed[i].fail && !optional) VEC_PUSH(cx->arena, &problems, warmed[i].fail);
    }
    *out = (RecordList){rows, count};
    if (!problems.len) return NULL;
    to->problem = problems.items[0];
    to->more_problems = problems.items + 1;
    to->more_count = problems.len - 1;
    return NULL;
}

static Fail check(Ctx *cx, CellSet *set, const StrList *names, RecordList *out)
{
    if (names->count != 1)
        return FAIL(cx->arena, BAD_REQUEST, "check takes the name of one cell, not %zu",
                    names->count);
    CellWarmed warmed;
    TRY(cells_check(cx, set, names->items[0], &warmed));
    WarmedRow *row = ARENA_NEW(cx->arena, WarmedRow);
    *row = warmed_row(cx->arena, &warmed);
    *out = (RecordList){row, 1};
    return NULL;
}

// --- gpu

static Fail probe_gpu(Ctx *cx, const StrList *names, GpuRow *row, Result *out)
{
    if (names->count) return FAIL(cx->arena, BAD_REQUEST, "gpu takes no names");
    GpuReport *report = ARENA_NEW(cx->arena, GpuReport);
    TRY(gpu_probe(cx, &(GpuSpec){0}, report));
    *row = (GpuRow){report->available,
                    report->reason,
                    report->cuda_version,
                    report->driver_version,
                    {report->devices, report->device_count},
                    {report->limits, report->limit_count}};
    out->data = report;
    return NULL;
}

static Fail run(Ctx *cx, const Env *env, const void *arguments, Result *out)
{
    const RuntimeArgs *from = arguments;
    RuntimeSummary *summary = ARENA_NEW(cx->arena, RuntimeSummary);
    *out = (Result){.summary = summary, .found = true, .root = out->root};
    summary->action = from->action;
    if (str_eq(from->action, STR("status")))
        return status(cx, env->cells, &from->names, &summary->cells);
    if (str_eq(from->action, STR("prewarm")))
        return prewarm(cx, env->cells, &from->names, &summary->warmed, out);
    if (str_eq(from->action, STR("check")))
        return check(cx, env->cells, &from->names, &summary->warmed);
    return probe_gpu(cx, &from->names, &summary->gpu, out);
}

// --- for people

static Str ms_text(Arena *arena, double ms)
{
    return ms > 0 ? str_format(arena, "%.3f ms", ms) : STR_NONE;
}

static void write_status(Buf *out, const RecordList *list)
{
    const Str heads[] = {STR("cell"),   STR("state"),          STR("generation"),
                         STR("leases"), STR("waiters"),        STR("last init"),
                         STR("limits"), STR("cool-down left"), STR("last error")};
    enum { COLUMNS = ARRAY_LEN(heads) };
    const CellRow *rows = list->items;
    Str *cells = ARENA_ARRAY(out->arena, Str, list->count * COLUMNS);
    for (size_t i = 0; i < list->count; i++) {
        const Json *detail = json_get(rows[i].last_error, STR("detail"));
        Str *to = cells + i * COLUMNS;
        *to++ = rows[i].name;
        *to++ = rows[i].state;
        *to++ = str_format(out->arena, "%llu", (unsigned long long)rows[i].generation);
        *to++ = str_format(out->arena, "%lld", (long long)rows[i].leases);
        *to++ = str_format(out->arena, "%lld", (long long)rows[i].waiters);
        *to++ = ms_text(out->arena, rows[i].last_init_ms);
        *to++ = cell_limits_text(out->arena, &rows[i].limits);
        *to++ = ms_text(out->arena, rows[i].cooldown_left_ms);
        *to++ = detail ? detail->string : STR_NONE;
    }
    table_write(out, heads, COLUMNS, cells, list->count);
}

static void write_warmed(Buf *out, const RecordList *list)
{
    const WarmedRow *rows = list->items;
    for (size_t i = 0; i < list->count; i++) {
        buf_addf(out, STR_FMT ": ", STR_ARG(rows[i].name));
        const Json *why = json_get(rows[i].problem, STR("detail"));
        if (!rows[i].ready)
            buf_addf(out, "not ready: " STR_FMT, STR_ARG(why ? why->string : STR("")));
        else if (rows[i].was_ready) buf_add(out, STR("was ready"));
        else buf_addf(out, "ready after %.3f ms", rows[i].took_ms);
        buf_byte(out, '\n');
    }
}

static void text(Buf *out, const void *arguments, const Result *of, const TextStyle *style)
{
    (void)arguments;
    (void)style;
    const RuntimeSummary *summary = of->summary;
    if (of->data) gpu_write_text(out, of->data);
    else if (str_eq(summary->action, STR("status"))) write_status(out, &summary->cells);
    else write_warmed(out, &summary->warmed);
}

static const OpExample examples[] = {
    {"cq runtime status", "the runtime cells: state, leases, limits, last error"},
    {"cq runtime prewarm grammar.c grammar.python", "build these now"},
    {"cq runtime check cache", "does the disk cache work?"},
    {"cq runtime gpu", "is there a GPU that CUDA can use?"},
    {0},
};

const OpSpec op_runtime = {
    .name = "runtime",
    .summary = "Runtime cells: show, build or probe them; find the GPU",
    .details =
        "A runtime cell holds one value that is costly to make and shared by all: the disk cache, "
        "the rules of a language. It is built when it is first needed. ACTION is status, prewarm, "
        "check or gpu. status shows the cells of this process; prewarm builds those named, or all, "
        "and goes on after a failure; check builds one and tries whether it works; gpu asks the "
        "CUDA driver for its devices, and reports what it says.\n"
        "A command is a process of its own whose cells begin empty, so status shows mostly what "
        "there is; in a process that lives on it shows what happened.\n"
        "Exit status: 0; of prewarm and check that of the (worst) failure, 3 for an unknown name. "
        "A plug-in that is not there is a failure only when it was named.",
    .examples = examples,
    .args = args,
    .args_size = sizeof(RuntimeArgs),
    .result = result,
    .result_size = sizeof(RuntimeSummary),
    .run = run,
    .text = text,
};
