// op/page.h - an answer for people, line by line, until the page is full.
//
//   Page page = page_begin(out, style, 100);
//   page_addf(&page, ...); page_end_line(&page);     // a line that does not fit is taken back
//
// Threads: a Page belongs to one thread. Memory: the arena of the buffer.
#ifndef CQ_OP_PAGE_H
#define CQ_OP_PAGE_H

#include "op/op.h"

enum { PAGE_LINES = 100, PAGE_RESERVED = 3, PAGE_TAIL_BYTES = 160 };

typedef struct Page {
    Buf *out;
    bool color;
    int64_t lines_left;
    size_t bytes_most; // SIZE_MAX: no budget
    size_t line_start;
    bool full; // a line did not fit, and no other follows
} Page;

// `lines` at most, or, with --budget, as many as that holds. The last PAGE_RESERVED lines
// and PAGE_TAIL_BYTES are kept for what page_tail begins.
Page page_begin(Buf *out, const TextStyle *style, int64_t lines);
bool page_has_room(const Page *page, int64_t lines); // besides those that are reserved
void page_end_line(Page *page);
// What was left out is told whatever the page holds.
void page_tail(Page *page);

void page_add(Page *page, Str text); // control characters as spaces
void page_addf(Page *page, const char *fmt, ...) PRINTF_LIKE(2, 3);
void page_color(Page *page, const char *code, Str text);
// A line of source, without indentation, cut at `most` bytes.
void page_source(Page *page, Str line, size_t most);

static inline const char *plural_of(uint64_t count)
{
    return count == 1 ? "" : "s";
}

#endif
