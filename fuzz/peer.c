// fuzz/peer.c - what a command line, an agent's process and the server that answers them say to
// each other: the request for a command, frames, heads of answers, events of streams. Bytes mean
// the same however they are cut on their way.
#include <stdlib.h>

#include "door/away.h"
#include "door/peer_text.h"

enum { MOST_FRAMES = 4096 };

static void must(bool truth)
{
    if (!truth) abort();
}

static Str ask_text(Arena *arena, const AwayAsk *ask)
{
    Buf buf = buf_on(arena);
    away_write(&buf, ask);
    return buf_str(&buf);
}

static void check_ask(Arena *arena, Str bytes)
{
    AwayAsk ask, again;
    if (!away_read(arena, bytes, &ask)) return;
    must(ask.argv.count > 0);
    Str text = ask_text(arena, &ask);
    must(away_read(arena, text, &again));
    must(str_eq(text, ask_text(arena, &again)));
}

// The frames of `bytes`, which come in steps; each as its kind and its text.
static AwayTaken frames_of(Arena *arena, Str bytes, size_t step, Buf *out)
{
    Buf in = buf_on(arena);
    AwayTaken taken = AWAY_PART;
    for (size_t at = 0; at < bytes.len && taken != AWAY_WRONG; at += step) {
        Str piece = {0};
        AwayKind kind;
        buf_add(&in, str_sub(bytes, at, MIN(at + step, bytes.len)));
        Str rest = {in.ptr, in.len};
        while ((taken = away_take_frame(&rest, &kind, &piece)) == AWAY_TAKEN) {
            must(piece.len > 0 && (kind != AWAY_STATUS || piece.len == 1));
            buf_byte(out, (char)kind);
            buf_add(out, piece);
        }
        if (rest.len) memmove(in.ptr, rest.ptr, rest.len);
        in.len = rest.len;
    }
    return taken;
}

static void check_frames(Arena *arena, Str bytes, size_t step)
{
    Buf whole = buf_on(arena), cut = buf_on(arena), made = buf_on(arena), back = buf_on(arena);
    AwayTaken taken = frames_of(arena, bytes, bytes.len + 1, &whole);
    must(frames_of(arena, bytes, step, &cut) == taken);
    must(str_eq(buf_str(&whole), buf_str(&cut)));
    away_add(&made, AWAY_OUT, bytes);
    Str text = buf_str(&made), piece;
    AwayKind kind;
    while (away_take_frame(&text, &kind, &piece) == AWAY_TAKEN) buf_add(&back, piece);
    must(!text.len && str_eq(buf_str(&back), bytes));
}

static void check_head(Arena *arena, Str bytes, size_t step)
{
    Buf whole = buf_on(arena), cut = buf_on(arena);
    PeerHead head = {0}, again = {0};
    PeerTaken taken, then = PEER_PART;
    size_t looked = 0, at = 0;
    buf_add(&whole, bytes);
    taken = peer_take_head(arena, &whole, &looked, &head);
    for (looked = 0; at < bytes.len && then == PEER_PART; at += step) {
        buf_add(&cut, str_sub(bytes, at, MIN(at + step, bytes.len)));
        then = peer_take_head(arena, &cut, &looked, &again);
    }
    if (taken != PEER_TAKEN) return; // a long one may be refused before it is whole
    must(head.status >= 100 && head.status <= 599 && head.lines.len + whole.len == bytes.len);
    must(then == PEER_TAKEN ? str_eq(head.lines, again.lines) : then == PEER_WRONG);
    Str length = peer_header(&head, STR("CONTENT-length"));
    must(length.len < head.lines.len);
}

static void events_of(Arena *arena, Str bytes, size_t step, Buf *out)
{
    size_t used = 0;
    for (size_t at = step; used < bytes.len; at += step) {
        Str rest = str_sub(bytes, used, MIN(at, bytes.len)), data;
        while (peer_take_event(arena, &rest, &data)) {
            buf_add(out, data);
            buf_byte(out, '\n');
        }
        used = MIN(at, bytes.len) - rest.len;
        if (at >= bytes.len) break;
    }
}

static void check_events(Arena *arena, Str bytes, size_t step)
{
    Buf whole = buf_on(arena), cut = buf_on(arena);
    events_of(arena, bytes, bytes.len + 1, &whole);
    events_of(arena, bytes, step, &cut);
    must(str_eq(buf_str(&whole), buf_str(&cut)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size) return 0;
    Arena arena = {0};
    Str bytes = {(const char *)data + 1, size - 1};
    size_t step = (size_t)data[0] + 1;
    if (size / step < MOST_FRAMES) {
        check_ask(&arena, bytes);
        check_frames(&arena, bytes, step);
        check_head(&arena, bytes, step);
        check_events(&arena, bytes, step);
        must(peer_why(&arena, bytes).len < SIZE_MAX);
    }
    arena_fini(&arena);
    return 0;
}
