// base/str.c
#include "base/str.h"

#include <stdio.h>

Str str_from(const char *cstr)
{
    return cstr ? (Str){cstr, strlen(cstr)} : STR_NONE;
}

Str str_copy(Arena *arena, Str s)
{
    char *copy = arena_alloc_raw(arena, s.len + 1);
    if (s.len) memcpy(copy, s.ptr, s.len);
    copy[s.len] = '\0';
    return (Str){copy, s.len};
}

const char *str_cstr(Arena *arena, Str s)
{
    return str_copy(arena, s).ptr;
}

Str str_format_args(Arena *arena, const char *fmt, va_list args)
{
    va_list again;
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    size_t size = len > 0 ? (size_t)len : 0;
    char *ptr = arena_alloc_raw(arena, size + 1);
    vsnprintf(ptr, size + 1, fmt, again);
    va_end(again);
    return (Str){ptr, size};
}

Str str_format(Arena *arena, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    Str text = str_format_args(arena, fmt, args);
    va_end(args);
    return text;
}

Str str_join(Arena *arena, Str a, Str separator, Str b)
{
    if (!a.len) return b;
    if (!b.len) return a;
    Buf buf = buf_on(arena);
    buf_add(&buf, a);
    buf_add(&buf, separator);
    buf_add(&buf, b);
    return buf_str(&buf);
}

bool str_eq(Str a, Str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static unsigned char lower(char c)
{
    return (unsigned char)(c >= 'A' && c <= 'Z' ? c + 32 : c);
}

bool str_eq_nocase(Str a, Str b)
{
    if (a.len != b.len) return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != lower(b.ptr[i])) return false;
    return true;
}

int str_cmp(Str a, Str b)
{
    size_t shared = MIN(a.len, b.len);
    int order = shared ? memcmp(a.ptr, b.ptr, shared) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

bool str_starts(Str s, Str prefix)
{
    return s.len >= prefix.len && str_eq((Str){s.ptr, prefix.len}, prefix);
}

bool str_ends(Str s, Str suffix)
{
    return s.len >= suffix.len && str_eq(str_sub(s, s.len - suffix.len, s.len), suffix);
}

bool str_contains(Str s, Str part)
{
    return part.len == 0 || (s.len && memmem(s.ptr, s.len, part.ptr, part.len) != NULL);
}

size_t str_find(Str s, char c)
{
    const char *at = s.len ? memchr(s.ptr, c, s.len) : NULL;
    return at ? (size_t)(at - s.ptr) : s.len;
}

size_t str_find_last(Str s, char c)
{
    const char *at = s.len ? memrchr(s.ptr, c, s.len) : NULL;
    return at ? (size_t)(at - s.ptr) : s.len;
}

Str str_sub(Str s, size_t from, size_t to)
{
    to = MIN(to, s.len);
    if (from >= to) return (Str){s.ptr ? s.ptr + MIN(from, s.len) : NULL, 0};
    return (Str){s.ptr + from, to - from};
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

Str str_trim(Str s)
{
    while (s.len && is_space(s.ptr[s.len - 1])) s.len--;
    while (s.len && is_space(s.ptr[0])) s.ptr++, s.len--;
    return s;
}

bool str_next(Str *rest, char sep, Str *head)
{
    if (!rest->ptr) return false;
    size_t at = str_find(*rest, sep);
    *head = str_sub(*rest, 0, at);
    *rest = at < rest->len ? (Str){rest->ptr + at + 1, rest->len - at - 1} : STR_NONE;
    return true;
}

bool str_to_int(Str s, int64_t *out)
{
    size_t i = s.len && (s.ptr[0] == '-' || s.ptr[0] == '+') ? 1 : 0;
    bool negative = i && s.ptr[0] == '-';
    if (i == s.len) return false;
    int64_t value = 0;
    for (; i < s.len; i++) {
        if (s.ptr[i] < '0' || s.ptr[i] > '9') return false;
        int digit = s.ptr[i] - '0';
        if (__builtin_mul_overflow(value, 10, &value)) return false;
        if (__builtin_add_overflow(value, negative ? -digit : digit, &value)) return false;
    }
    *out = value;
    return true;
}

bool str_to_size(Str s, uint64_t *out)
{
    if (!s.len) return false;
    int shift = 0;
    switch (s.ptr[s.len - 1]) {
    case 'k':
    case 'K': shift = 10; break;
    case 'm':
    case 'M': shift = 20; break;
    case 'g':
    case 'G': shift = 30; break;
    default: break;
    }
    int64_t value = 0;
    if (!str_to_int(str_sub(s, 0, s.len - (shift ? 1 : 0)), &value) || value < 0) return false;
    if ((uint64_t)value > (UINT64_MAX >> 1 >> shift)) return false;
    *out = (uint64_t)value << shift;
    return true;
}

size_t str_distance(Str a, Str b, size_t limit)
{
    enum { LONGEST = 64 };
    size_t gap = a.len > b.len ? a.len - b.len : b.len - a.len;
    if (gap > limit || a.len > LONGEST || b.len > LONGEST) return limit + 1;
    size_t rows[3][LONGEST + 1];
    for (size_t j = 0; j <= b.len; j++) rows[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t *row = rows[i % 3], *above = rows[(i - 1) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            bool same = lower(a.ptr[i - 1]) == lower(b.ptr[j - 1]);
            size_t best = above[j - 1] + (same ? 0 : 1);
            best = MIN(best, above[j] + 1);
            best = MIN(best, row[j - 1] + 1);
            if (i > 1 && j > 1 && lower(a.ptr[i - 1]) == lower(b.ptr[j - 2]) &&
                lower(a.ptr[i - 2]) == lower(b.ptr[j - 1]))
                best = MIN(best, two_above[j - 2] + 1);
            row[j] = best;
        }
    }
    return MIN(rows[a.len % 3][b.len], limit + 1);
}

// Length of the sequence at ptr, 0 when it is not valid UTF-8 (RFC 3629, table 3-7 of Unicode).
static size_t sequence_length(const unsigned char *p, size_t len)
{
    if (p[0] < 0x80) return 1;
    size_t need = p[0] >= 0xF0 ? 4 : p[0] >= 0xE0 ? 3 : 2;
    if (p[0] < 0xC2 || p[0] > 0xF4 || len < need) return 0;
    unsigned char low = 0x80, high = 0xBF;
    if (p[0] == 0xE0) low = 0xA0;
    if (p[0] == 0xED) high = 0x9F;
    if (p[0] == 0xF0) low = 0x90;
    if (p[0] == 0xF4) high = 0x8F;
    if (p[1] < low || p[1] > high) return 0;
    for (size_t i = 2; i < need; i++)
        if ((p[i] & 0xC0) != 0x80) return 0;
    return need;
}

// One sequence, the common lead bytes first; 0 when it is not valid.
static inline size_t common_sequence(const unsigned char *p, size_t left)
{
    unsigned char c = p[0];
    if (c < 0x80) return 1;
    if (c >= 0xC2 && c <= 0xDF && left >= 2 && (p[1] & 0xC0) == 0x80) return 2;
    if (c > 0xE0 && c < 0xF0 && c != 0xED && left >= 3 && (p[1] & 0xC0) == 0x80 &&
        (p[2] & 0xC0) == 0x80)
        return 3;
    return sequence_length(p, left);
}

bool utf8_valid(const char *ptr, size_t len)
{
    const unsigned char *p = (const unsigned char *)ptr, *end = p + len;
    while (p < end) {
        uint64_t word = 0;
        const unsigned char *next_check = p + 1;
        if (end - p >= 8) {
            memcpy(&word, p, 8);
            if (!(word & 0x8080808080808080ULL)) {
                p += 8;
                continue;
            }
            next_check = p + 8; // text of another script: look again behind these eight
        }
        while (p < next_check) {
            size_t step = common_sequence(p, (size_t)(end - p));
            if (!step) return false;
            p += step;
        }
    }
    return true;
}

size_t utf8_count(Str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.len; count++) {
        size_t step = sequence_length((const unsigned char *)s.ptr + i, s.len - i);
        i += step ? step : 1;
    }
    return count;
}

size_t utf8_cut(Str s, size_t bytes)
{
    if (bytes >= s.len) return s.len;
    while (bytes && ((unsigned char)s.ptr[bytes] & 0xC0) == 0x80) bytes--;
    return bytes;
}

char *buf_room(Buf *buf, size_t bytes)
{
    size_t need = buf->len + bytes + 1;
    if (need > buf->cap) {
        size_t cap = MAX(buf->cap * 2, (size_t)64);
        cap = MAX(cap, need);
        buf->ptr = arena_grow(buf->arena, buf->ptr, buf->cap, cap);
        buf->cap = cap;
    }
    return buf->ptr + buf->len;
}

void buf_add(Buf *buf, Str s)
{
    if (!s.len) return;
    memcpy(buf_room(buf, s.len), s.ptr, s.len);
    buf->len += s.len;
}

void buf_byte(Buf *buf, char c)
{
    *buf_room(buf, 1) = c;
    buf->len++;
}

void buf_add_shown(Buf *buf, Str s)
{
    size_t start = buf->len;
    buf_add(buf, s);
    for (char *at = buf->ptr + start; at < buf->ptr + buf->len; at++)
        if (((unsigned char)*at < ' ' && *at != '\t') || *at == 0x7F) *at = ' ';
}

void buf_repeat(Buf *buf, char c, size_t count)
{
    if (!count) return;
    memset(buf_room(buf, count), c, count);
    buf->len += count;
}

void buf_int(Buf *buf, int64_t value)
{
    char digits[24];
    size_t at = sizeof digits;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do digits[--at] = (char)('0' + left % 10);
    while (left /= 10);
    if (value < 0) digits[--at] = '-';
    buf_add(buf, (Str){digits + at, sizeof digits - at});
}

void buf_addf(Buf *buf, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    if (len > 0) {
        vsnprintf(buf_room(buf, (size_t)len), (size_t)len + 1, fmt, again);
        buf->len += (size_t)len;
    }
    va_end(again);
}

Str buf_str(Buf *buf)
{
    *buf_room(buf, 0) = '\0';
    return (Str){buf->ptr, buf->len};
}

void buf_add_size(Buf *buf, uint64_t bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    double size = (double)bytes;
    for (; size >= 1024 && unit + 1 < ARRAY_LEN(units); unit++) size /= 1024;
    buf_addf(buf, unit && size < 10 ? "%.1f %s" : "%.0f %s", size, units[unit]);
}
