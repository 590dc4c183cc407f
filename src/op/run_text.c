// op/run_text.c - a run's answer for people: one line a cell, then what each found.
#include "op/run.h"

typedef struct Page {
    Buf *out;
    const Result *of;
    const RunSummary *summary;
    const RunAnswer *answer;
    size_t limit; // findings of a cell
    bool color;
} Page;

static void colored(Page *page, const char *code, Str text)
{
    if (page->color) buf_addf(page->out, "\x1b[%sm", code);
    buf_add(page->out, text);
    if (page->color) buf_add(page->out, STR("\x1b[0m"));
}

static const char *color_of(Str state)
{
    if (str_eq(state, STR("success"))) return "32";
    return str_eq(state, STR("failed")) ? "31" : "33";
}

static void write_names(Page *page, const char *title, StrList names)
{
    buf_addf(page->out, "%s: ", title);
    for (size_t i = 0; i < names.count; i++)
        buf_addf(page->out, "%s" STR_FMT, i ? " -> " : "", STR_ARG(names.items[i]));
    buf_byte(page->out, '\n');
}

static void write_head(Page *page)
{
    const RunSummary *summary = page->summary;
    if (summary->dry_run) {
        buf_addf(page->out, "%zu cell%s, %zu one after the other, %zu at once at most\n",
                 (size_t)summary->total, summary->total == 1 ? "" : "s", (size_t)summary->waves,
                 (size_t)summary->widest);
        write_names(page, "order", summary->order);
        write_names(page, "critical path", summary->critical_path);
        return;
    }
    buf_addf(page->out, "run " STR_FMT ": ", STR_ARG(summary->run_id));
    colored(page, color_of(summary->state), summary->state);
    buf_addf(page->out, ", %zu cell%s", (size_t)summary->total, summary->total == 1 ? "" : "s");
    for (size_t i = 0; i < summary->states.count; i++)
        buf_addf(page->out, ", %llu " STR_FMT, (unsigned long long)summary->states.items[i].count,
                 STR_ARG(summary->states.items[i].name));
    buf_addf(page->out, ", %.1f ms\n", summary->duration_ms);
}

static Str detail_of(Arena *arena, const RunCellRow *row)
{
    const Json *detail = json_get(row->problem, STR("detail"));
    if (detail) return detail->string;
    if (row->reason.len) return row->reason;
    if (!row->summary) return STR("");
    return str_format(arena, "%llu finding%s", (unsigned long long)row->findings,
                      row->findings == 1 ? "" : "s");
}

static void pad(Page *page, Str text, size_t width)
{
    buf_add(page->out, text);
    buf_repeat(page->out, ' ', width > text.len ? width - text.len : 0);
}

static void write_cell(Page *page, const RunCellRow *row, size_t id_width, size_t op_width)
{
    Buf *out = page->out;
    pad(page, row->id, id_width + 2);
    pad(page, row->op, op_width + 2);
    if (page->summary->dry_run) {
        buf_addf(out, "wave %u, " STR_FMT "%s\n", row->wave, STR_ARG(row->cached),
                 row->critical ? ", critical" : "");
        return;
    }
    colored(page, color_of(row->state), row->state);
    buf_repeat(out, ' ', row->state.len < 8 ? 8 - row->state.len : 0);
    if (!row->duration_ms) buf_repeat(out, ' ', 15);
    else if (str_eq(row->cached, STR("run"))) buf_addf(out, " %9.1f ms  ", row->duration_ms);
    else buf_addf(out, " from " STR_FMT "  ", STR_ARG(row->cached));
    buf_add(out, detail_of(out->arena, row));
    buf_byte(out, '\n');
}

static void write_cells(Page *page)
{
    const RunCellRow *rows = page->summary->cells.items;
    size_t id_width = 0, op_width = 0;
    for (size_t i = 0; i < page->summary->cells.count; i++) {
        id_width = MAX(id_width, rows[i].id.len);
        op_width = MAX(op_width, rows[i].op.len);
    }
    for (size_t i = 0; i < page->summary->cells.count; i++)
        write_cell(page, &rows[i], id_width, op_width);
}

static void write_finding(Page *page, const Finding *finding)
{
    Buf *out = page->out;
    buf_add(out, STR("  "));
    colored(page, "35", finding->path);
    buf_addf(out, ":%u:%u  ", finding->line, finding->col);
    buf_add(out, str_trim(finding->signature.len ? finding->signature : finding->text));
    buf_byte(out, '\n');
}

static void write_findings(Page *page, size_t cell)
{
    const Result *of = page->answer->results[cell];
    if (!of || !of->finding_count) return;
    size_t shown = MIN(of->finding_count, page->limit);
    buf_byte(page->out, '\n');
    colored(page, "1", plan_id(page->answer->plan, cell));
    buf_byte(page->out, '\n');
    for (size_t i = 0; i < shown; i++) {
        Finding finding = result_finding(of, i);
        write_finding(page, &finding);
    }
    if (shown < of->finding_count)
        buf_addf(page->out, "  ... %zu more; --limit 0 shows all\n", of->finding_count - shown);
}

void run_text(Buf *out, const void *arguments, const Result *of, const TextStyle *style)
{
    const RunArgs *args = arguments;
    Page page = {.out = out,
                 .of = of,
                 .summary = of->summary,
                 .answer = of->data,
                 .limit = args->limit ? (size_t)args->limit : SIZE_MAX,
                 .color = style->color};
    write_head(&page);
    write_cells(&page);
    for (size_t i = 0; i < page.answer->cells; i++) write_findings(&page, i);
}
