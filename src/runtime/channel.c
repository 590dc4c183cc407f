// runtime/channel.c
#include "runtime/channel.h"

#include <errno.h>

int channel_send(const Ctx *cx, OsFile socket, const Frame *frame)
{
    Buf head = buf_on(cx->arena);
    frame_encode_head(&head, frame);
    int error = os_send(cx, socket, buf_str(&head));
    return error ? error : os_send(cx, socket, frame->payload);
}

int channel_receive(const Ctx *cx, OsFile socket, size_t most, Frame *out, const char **why)
{
    char head[FRAME_HEAD_BYTES];
    size_t body;
    *why = NULL;
    int error = os_receive(cx, socket, head, sizeof head);
    if (error) return error;
    if (!frame_body_bytes((Str){head, sizeof head}, most, &body, why)) return EPROTO;
    char *whole = arena_alloc_raw(cx->arena, sizeof head + body);
    memcpy(whole, head, sizeof head);
    error = os_receive(cx, socket, whole + sizeof head, body);
    if (error) return error;
    return frame_decode((Str){whole, sizeof head + body}, most, out, why) ? 0 : EPROTO;
}
