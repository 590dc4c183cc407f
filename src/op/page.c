// op/page.c
#include "op/page.h"

Page page_begin(Buf *out, const TextStyle *style, int64_t lines)
{
    size_t bytes = style->budget_bytes;
    Page page = {.out = out,
                 .color = style->color,
                 .lines_left = bytes ? INT64_MAX : lines,
                 .bytes_most = SIZE_MAX,
                 .line_start = out->len};
    if (bytes) page.bytes_most = out->len + MAX(bytes, (size_t)PAGE_TAIL_BYTES) - PAGE_TAIL_BYTES;
    return page;
}

bool page_has_room(const Page *page, int64_t lines)
{
    return !page->full && page->lines_left > PAGE_RESERVED + lines;
}

// The first line stays, whatever its length.
void page_end_line(Page *page)
{
    buf_byte(page->out, '\n');
    page->full = page->full || (page->line_start && page->out->len > page->bytes_most);
    if (page->full && page->line_start) page->out->len = page->line_start;
    else page->lines_left--;
    page->line_start = page->out->len;
}

void page_tail(Page *page)
{
    page->full = false;
    page->bytes_most = SIZE_MAX;
    page->lines_left = MAX(page->lines_left, (int64_t)PAGE_RESERVED);
}

void page_add(Page *page, Str text)
{
    buf_add_shown(page->out, text);
}

void page_addf(Page *page, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    buf_add_shown(page->out, str_format_args(page->out->arena, fmt, args));
    va_end(args);
}

void page_color(Page *page, const char *code, Str text)
{
    if (page->color) buf_addf(page->out, "\x1b[%sm", code);
    buf_add_shown(page->out, text);
    if (page->color) buf_add(page->out, STR("\x1b[0m"));
}

void page_source(Page *page, Str line, size_t most)
{
    line = str_trim(line);
    size_t cut = utf8_cut(line, MIN(line.len, most));
    buf_add_shown(page->out, str_sub(line, 0, cut));
    if (cut < line.len) buf_add(page->out, STR("..."));
}
