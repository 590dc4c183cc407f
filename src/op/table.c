// op/table.c
#include "op/table.h"

static void write_cell(Buf *out, Str text, size_t width)
{
    size_t start = out->len;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '|') buf_byte(out, '\\');
        buf_byte(out, c < ' ' || c == 0x7F ? ' ' : (char)c);
    }
    size_t used = utf8_count((Str){out->ptr + start, out->len - start});
    if (used < width) buf_repeat(out, ' ', width - used);
}

static void write_row(Buf *out, const Str *cells, const size_t *widths, size_t columns)
{
    for (size_t c = 0; c < columns; c++) {
        buf_add(out, STR("| "));
        write_cell(out, cells[c], widths[c]);
        buf_byte(out, ' ');
    }
    buf_add(out, STR("|\n"));
}

void table_write(Buf *out, const Str *heads, size_t columns, const Str *cells, size_t rows)
{
    size_t *widths = ARENA_ARRAY(out->arena, size_t, columns);
    for (size_t c = 0; c < columns; c++) {
        widths[c] = heads[c].len;
        for (size_t r = 0; r < rows && c < columns - 1; r++)
            widths[c] = MAX(widths[c], utf8_count(cells[r * columns + c]));
    }
    write_row(out, heads, widths, columns);
    for (size_t c = 0; c < columns; c++) {
        buf_byte(out, '|');
        buf_repeat(out, '-', widths[c] + 2);
    }
    buf_add(out, STR("|\n"));
    for (size_t r = 0; r < rows; r++) write_row(out, cells + r * columns, widths, columns);
}
