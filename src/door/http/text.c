// door/http/text.c
#include "door/http/text.h"

#include "door/http/message.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9') return c - '0';
    char lower = (char)(c | 32);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool text_decode(Arena *arena, Str encoded, bool plus, Str *out)
{
    char *to = arena_alloc(arena, encoded.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < encoded.len; i++) {
        char c = encoded.ptr[i];
        if (c == '+' && plus) c = ' ';
        if (c == '%') {
            int high = i + 2 < encoded.len ? hex_digit(encoded.ptr[i + 1]) : -1;
            int low = i + 2 < encoded.len ? hex_digit(encoded.ptr[i + 2]) : -1;
            if (high < 0 || low < 0) return false;
            c = (char)(high * 16 + low);
            i += 2;
        }
        if (!c) return false;
        to[len++] = c;
    }
    *out = (Str){to, len};
    return utf8_valid(to, len);
}

bool text_query_next(Str *rest, Str *name, Str *value)
{
    Str piece;
    while (str_next(rest, '&', &piece)) {
        if (!piece.len) continue;
        size_t equals = str_find(piece, '=');
        *name = str_sub(piece, 0, equals);
        *value = str_sub(piece, equals + 1, piece.len);
        return true;
    }
    return false;
}

// "q=0.25" as 250; 1000 when there is none.
static int read_quality(Str parameters)
{
    Str piece;
    while (str_next(&parameters, ';', &piece)) {
        piece = str_trim(piece);
        if (piece.len < 3 || (piece.ptr[0] | 32) != 'q' || piece.ptr[1] != '=') continue;
        Str digits = str_sub(piece, 2, piece.len);
        int quality = digits.ptr[0] == '1' ? 1000 : 0, unit = 100;
        if (digits.ptr[0] != '0' && digits.ptr[0] != '1') return 0;
        if (digits.len > 1 && digits.ptr[1] != '.') return 0;
        for (size_t i = 2; i < digits.len && i < 5; i++, unit /= 10) {
            if (digits.ptr[i] < '0' || digits.ptr[i] > '9') return 0;
            quality += (digits.ptr[i] - '0') * unit;
        }
        return MIN(quality, 1000);
    }
    return 1000;
}

// How exactly a pattern names it: 0 not at all, 1 by "*" or "*/*", 2 by "a/*", 3 itself.
static int match_rank(Str pattern, Str name)
{
    size_t slash = str_find(name, '/');
    if (str_eq_nocase(pattern, name)) return 3;
    if (slash == name.len) return str_eq(pattern, STR("*"));
    if (str_eq(pattern, STR("*/*"))) return 1;
    if (!str_ends(pattern, STR("/*")) || pattern.len != slash + 2) return 0;
    return str_eq_nocase(str_sub(pattern, 0, slash), str_sub(name, 0, slash)) ? 2 : 0;
}

int text_quality(Str list, Str name)
{
    Str item;
    int best_rank = 0, best = -1;
    while (str_next(&list, ',', &item)) {
        size_t semicolon = str_find(item, ';');
        int rank = match_rank(str_trim(str_sub(item, 0, semicolon)), name);
        if (rank <= best_rank) continue;
        best_rank = rank;
        best = read_quality(str_sub(item, semicolon + 1, item.len));
    }
    return best;
}

static Str strong_part(Str tag)
{
    return str_starts(tag, STR("W/")) ? str_sub(tag, 2, tag.len) : tag;
}

bool text_has_tag(Str list, Str tag)
{
    Str item;
    if (str_eq(str_trim(list), STR("*"))) return true;
    while (str_next(&list, ',', &item))
        if (str_eq(strong_part(str_trim(item)), strong_part(tag))) return true;
    return false;
}

bool text_split_host(Str authority, Str *host, Str *port)
{
    size_t colon = str_find(authority, ':');
    if (authority.len && authority.ptr[0] == '[') {
        size_t end = str_find(authority, ']');
        if (end == authority.len) return false;
        *host = str_sub(authority, 1, end);
        colon = end + 1;
        if (colon < authority.len && authority.ptr[colon] != ':') return false;
        if (!text_is_address(*host)) return false;
    } else *host = str_sub(authority, 0, colon);
    *port = str_sub(authority, colon + 1, authority.len);
    if (colon + 1 == authority.len || port->len > 5) return false; // "host:"
    for (size_t i = 0; i < port->len; i++)
        if (port->ptr[i] < '0' || port->ptr[i] > '9') return false;
    for (size_t i = 0; i < host->len; i++) {
        char c = host->ptr[i];
        bool fits = hex_digit(c) >= 0 || ((c | 32) >= 'a' && (c | 32) <= 'z');
        if (!fits && c != '.' && c != '-' && c != '_' && c != ':') return false;
    }
    return host->len > 0 && host->len <= 253;
}

static bool is_v4(Str host)
{
    Str part;
    int parts = 0;
    while (str_next(&host, '.', &part)) {
        int64_t value = 0;
        bool digits = part.len >= 1 && part.len <= 3 && part.ptr[0] >= '0' && part.ptr[0] <= '9';
        if (!digits || !str_to_int(part, &value) || value > 255) return false;
        parts++;
    }
    return parts == 4;
}

// Good enough to tell an address from a name: names have no colon.
static bool is_v6(Str host)
{
    size_t colons = 0;
    for (size_t i = 0; i < host.len; i++) {
        colons += host.ptr[i] == ':';
        if (host.ptr[i] != ':' && host.ptr[i] != '.' && hex_digit(host.ptr[i]) < 0) return false;
    }
    return colons >= 2 && host.len <= 45;
}

bool text_is_address(Str host)
{
    return is_v4(host) || is_v6(host);
}

bool text_is_loopback(Str host)
{
    if (str_eq_nocase(host, STR("localhost")) || str_eq(host, STR("::1"))) return true;
    return is_v4(host) && str_starts(host, STR("127."));
}

Fail text_read_address(Arena *arena, Str text, HttpAddress *out)
{
    const Str socket = STR("unix:");
    enum { MOST_PATH = 107 }; // sun_path
    int64_t number = 0;
    Str host = {0}, port = {0};
    *out = (HttpAddress){0};
    if (str_starts(text, socket)) {
        out->path = str_copy(arena, str_sub(text, socket.len, text.len));
        if (out->path.len && out->path.len <= MOST_PATH &&
            str_find(out->path, '\0') == out->path.len)
            return NULL;
        return FAIL(arena, BAD_REQUEST, "a socket's path has 1 to %d bytes, not %zu", MOST_PATH,
                    out->path.len);
    }
    bool read = text_split_host(text, &host, &port) && port.len && str_to_int(port, &number);
    if (str_eq_nocase(host, STR("localhost"))) host = STR("127.0.0.1");
    if (!read || number > 65535 || !text_is_address(host))
        return FAIL(arena, BAD_REQUEST,
                    "cannot listen on \"" STR_FMT "\": give 127.0.0.1:PORT or unix:PATH (port 0 "
                    "is any free one)",
                    STR_ARG(text));
    out->host = str_copy(arena, host);
    out->port = (int)number;
    out->remote = !text_is_loopback(host);
    return NULL;
}

Str text_show_address(Arena *arena, const HttpAddress *address)
{
    if (address->path.len) return str_format(arena, "unix:" STR_FMT, STR_ARG(address->path));
    bool v6 = is_v6(address->host);
    return str_format(arena, "http://%s" STR_FMT "%s:%d", v6 ? "[" : "", STR_ARG(address->host),
                      v6 ? "]" : "", address->port);
}
