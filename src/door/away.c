// door/away.c
#include "door/away.h"

#include "base/vec.h"

static void add_word(Buf *out, Str word)
{
    buf_add(out, word);
    buf_byte(out, '\0');
}

static void add_number(Buf *out, int64_t number)
{
    buf_int(out, number);
    buf_byte(out, '\0');
}

void away_write(Buf *out, const AwayAsk *ask)
{
    const Terminal *terminal = &ask->terminal;
    add_word(out, ask->stamp);
    add_word(out, ask->root);
    add_word(out, ask->folder);
    add_number(out, terminal->out_is_terminal);
    add_number(out, terminal->err_is_terminal);
    add_number(out, terminal->out_width);
    add_number(out, terminal->err_width);
    add_number(out, terminal->is_dumb);
    add_number(out, terminal->no_color);
    add_number(out, ask->log_level);
    for (size_t i = 0; i < ask->argv.count; i++) add_word(out, ask->argv.items[i]);
}

static bool take_word(Str *body, Str *word)
{
    size_t end = str_find(*body, '\0');
    if (end == body->len) return false;
    *word = str_sub(*body, 0, end);
    *body = str_sub(*body, end + 1, body->len);
    return true;
}

static bool take_number(Str *body, int most, int *number)
{
    Str word;
    int64_t value;
    if (!take_word(body, &word) || !str_to_int(word, &value) || value < 0 || value > most)
        return false;
    *number = (int)value;
    return true;
}

bool away_read(Arena *arena, Str body, AwayAsk *out)
{
    Str word;
    VEC(Str) words = {0};
    int out_is_terminal, err_is_terminal, is_dumb, no_color, level;
    Terminal *terminal = &out->terminal;
    *out = (AwayAsk){0};
    if (!take_word(&body, &out->stamp) || !take_word(&body, &out->root) ||
        !take_word(&body, &out->folder) || !take_number(&body, 1, &out_is_terminal) ||
        !take_number(&body, 1, &err_is_terminal) ||
        !take_number(&body, UINT16_MAX, &terminal->out_width) ||
        !take_number(&body, UINT16_MAX, &terminal->err_width) || !take_number(&body, 1, &is_dumb) ||
        !take_number(&body, 1, &no_color) || !take_number(&body, LOG_ERROR, &level))
        return false;
    while (take_word(&body, &word)) VEC_PUSH(arena, &words, word);
    terminal->out_is_terminal = out_is_terminal;
    terminal->err_is_terminal = err_is_terminal;
    terminal->is_dumb = is_dumb;
    terminal->no_color = no_color;
    out->log_level = (LogLevel)level;
    out->argv = (StrList){words.items, words.len};
    return !body.len && words.len && str_starts(out->root, STR("/")) &&
           str_starts(out->folder, STR("/"));
}

static void add_frame(Buf *out, AwayKind kind, Str bytes)
{
    buf_byte(out, (char)kind);
    for (int shift = 0; shift < 32; shift += 8) buf_byte(out, (char)(bytes.len >> shift & 0xFF));
    buf_add(out, bytes);
}

void away_add(Buf *out, AwayKind kind, Str bytes)
{
    while (bytes.len) {
        add_frame(out, kind, str_sub(bytes, 0, AWAY_MOST_FRAME));
        bytes = str_sub(bytes, AWAY_MOST_FRAME, bytes.len);
    }
}

static bool is_right(char kind, size_t len)
{
    if (kind == AWAY_STATUS) return len == 1;
    return (kind == AWAY_OUT || kind == AWAY_ERR) && len > 0 && len <= AWAY_MOST_FRAME;
}

AwayTaken away_take_frame(Str *in, AwayKind *kind, Str *bytes)
{
    size_t len = 0;
    if (in->len < AWAY_HEAD_BYTES) return AWAY_PART;
    for (int i = 0; i < 4; i++) len |= (size_t)(unsigned char)in->ptr[i + 1] << 8 * i;
    if (!is_right(in->ptr[0], len)) return AWAY_WRONG;
    if (in->len - AWAY_HEAD_BYTES < len) return AWAY_PART;
    *kind = (AwayKind)in->ptr[0];
    *bytes = str_sub(*in, AWAY_HEAD_BYTES, AWAY_HEAD_BYTES + len);
    *in = str_sub(*in, AWAY_HEAD_BYTES + len, in->len);
    return AWAY_TAKEN;
}
