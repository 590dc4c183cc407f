// door/render.c
#include "door/render.h"

static bool drain(void *arg, Buf *buf)
{
    (void)buf; // it is the Out's own
    return out_piece(arg);
}

static void render_json(Out *out, const OpSpec *op, const RunInfo *info, const Result *result,
                        const RenderStyle *style)
{
    JsonWriter w = {.out = &out->buf, .indent = style->indent_json ? 2 : 0};
    AnswerDrain pieces = {drain, out};
    answer_write(&w, op, info, result, &pieces);
    buf_byte(&out->buf, '\n');
}

static void colored(Buf *out, const char *code, Str text, bool color)
{
    if (color) buf_addf(out, "\x1b[%sm", code);
    buf_add(out, text);
    if (color) buf_add(out, STR("\x1b[0m"));
}

static void render_lines(Out *out, const Result *result, bool color)
{
    Buf *buf = &out->buf;
    for (size_t i = 0; i < result->finding_count && out_piece(out); i++) {
        Finding finding = result_finding(result, i);
        colored(buf, "35", finding.path, color);
        buf_byte(buf, ':');
        buf_int(buf, finding.line);
        buf_byte(buf, ':');
        buf_int(buf, finding.col);
        buf_byte(buf, ':');
        buf_add(buf, finding.text);
        buf_byte(buf, '\n');
    }
}

// Cuts what is over the budget at the end of a line. The first line stays, which has the totals.
static void cut_to_budget(Buf *buf, size_t from, size_t budget)
{
    enum { TAIL_BYTES = 80 };
    if (!budget || buf->len - from <= budget) return;
    Str text = {buf->ptr + from, buf->len - from}, line;
    size_t first = MIN(str_find(text, '\n') + 1, text.len), keep = first, lines = 0;
    size_t room = MAX(budget, (size_t)TAIL_BYTES) - TAIL_BYTES;
    for (size_t at = first; at < text.len && at <= room; at++)
        if (text.ptr[at] == '\n') keep = at + 1;
    for (Str rest = str_sub(text, keep, text.len); str_next(&rest, '\n', &line);)
        lines += line.len > 0;
    buf->len = from + keep;
    if (lines)
        buf_addf(buf, "... %zu more line%s: raise --budget, or --format json\n", lines,
                 lines == 1 ? "" : "s");
}

static void render_text(Out *out, const OpSpec *op, const void *args, const Result *result,
                        const TextStyle *style)
{
    size_t from = out->buf.len;
    op->text(&out->buf, args, result, style);
    if (!op->keeps_budget) cut_to_budget(&out->buf, from, style->budget_bytes);
}

void render_answer(Out *out, const OpSpec *op, const void *args, const RunInfo *info,
                   const Result *result, const RenderStyle *style)
{
    if (op->plain && op->plain(&out->buf, args, result)) return;
    bool dot = str_eq(style->format, STR("dot"));
    if (dot || str_eq(style->format, STR("mermaid")))
        op->draw(&out->buf, args, result, dot ? GRAPH_DOT : GRAPH_MERMAID);
    else if (str_eq(style->format, STR("json"))) render_json(out, op, info, result, style);
    else if (str_eq(style->format, STR("lines"))) render_lines(out, result, style->text.color);
    else render_text(out, op, args, result, &style->text);
}
