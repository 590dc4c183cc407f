// base/str.h - strings as pointer and length, and a builder.
//
// Threads: values; a Buf belongs to one thread.
// Memory:  a Str borrows its bytes; it need not end in NUL. Functions that take an Arena return a
//          copy that lives there, always followed by a NUL byte that `len` does not count.
#ifndef CQ_BASE_STR_H
#define CQ_BASE_STR_H

#include <stdarg.h>
#include <string.h>

#include "base/arena.h"

typedef struct Str {
    const char *ptr;
    size_t len;
} Str;

#define STR(literal) ((Str){"" literal, sizeof(literal) - 1})
#define STR_NONE ((Str){NULL, 0})
#define STR_FMT "%.*s"
#define STR_ARG(s) ((int)(s).len), ((s).ptr ? (s).ptr : "")

Str str_from(const char *cstr); // borrows; NULL gives STR_NONE
Str str_copy(Arena *arena, Str s);
Str str_format(Arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);
Str str_format_args(Arena *arena, const char *fmt, va_list args)
    PRINTF_LIKE(2, 0);                                   // for wrappers of str_format
const char *str_cstr(Arena *arena, Str s);               // a NUL-terminated copy
Str str_join(Arena *arena, Str a, Str separator, Str b); // separator only between non-empty ones

bool str_eq(Str a, Str b);
bool str_eq_nocase(Str a, Str b); // ASCII only
int str_cmp(Str a, Str b);        // bytewise; a prefix sorts first
bool str_starts(Str s, Str prefix);
bool str_ends(Str s, Str suffix);
bool str_contains(Str s, Str part);
size_t str_find(Str s, char c);             // s.len when absent
size_t str_find_last(Str s, char c);        // s.len when absent
Str str_sub(Str s, size_t from, size_t to); // clamped to s
Str str_trim(Str s);                        // ASCII white space, both ends

// Splits at the first `sep`: *head before it, *rest after it; false when s is used up.
bool str_next(Str *rest, char sep, Str *head);

bool str_to_int(Str s, int64_t *out); // whole decimal number with optional sign, no overflow
// A size such as 4096, 64K, 1M, 2G (powers of 1024).
bool str_to_size(Str s, uint64_t *out);

// Optimal string alignment distance (edits and swaps of neighbours), ASCII case ignored;
// `limit + 1` when it is larger than `limit`. Strings over 64 bytes count as different.
size_t str_distance(Str a, Str b, size_t limit);

bool utf8_valid(const char *ptr, size_t len);
size_t utf8_count(Str s);             // code points; invalid bytes count one each
size_t utf8_cut(Str s, size_t bytes); // the largest length <= bytes that ends on a boundary

// A growing string. Set `arena` and leave the rest zero.
typedef struct Buf {
    Arena *arena;
    char *ptr;
    size_t len, cap;
} Buf;

void buf_add(Buf *buf, Str s);
void buf_byte(Buf *buf, char c);
// For terminals: control characters, which one would obey, as spaces; tabs stay.
void buf_add_shown(Buf *buf, Str s);
void buf_repeat(Buf *buf, char c, size_t count);
void buf_int(Buf *buf, int64_t value);
void buf_addf(Buf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_add_size(Buf *buf, uint64_t bytes); // for people: "512 bytes", "1.5 KiB", "20 MiB"
char *buf_room(Buf *buf, size_t bytes);      // room behind len; the caller then raises len
Str buf_str(Buf *buf);                       // what was added so far, NUL-terminated; borrows
static inline Buf buf_on(Arena *arena)
{
    return (Buf){.arena = arena};
}

#endif
