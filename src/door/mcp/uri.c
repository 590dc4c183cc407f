// door/mcp/uri.c
#include "door/mcp/uri.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

Str mcp_uri_path(Arena *arena, Str uri)
{
    if (!str_starts(uri, STR("file://"))) return STR_NONE;
    Str rest = str_sub(uri, 7, uri.len);
    if (str_starts(rest, STR("localhost/"))) rest = str_sub(rest, 9, rest.len);
    Buf path = buf_on(arena);
    for (size_t i = 0; i < rest.len; i++) {
        int high = i + 2 < rest.len && rest.ptr[i] == '%' ? hex_digit(rest.ptr[i + 1]) : -1;
        int low = high >= 0 ? hex_digit(rest.ptr[i + 2]) : -1;
        if (low >= 0) i += 2;
        buf_byte(&path, low >= 0 ? (char)(high << 4 | low) : rest.ptr[i]);
    }
    Str whole = buf_str(&path);
    bool fits = str_starts(whole, STR("/")) && str_find(whole, '\0') == whole.len;
    return fits ? whole : STR_NONE;
}
