// runtime/frame.c
#include "runtime/frame.h"

#include <assert.h>

#include "base/hash.h"

static const char magic[4] = {'c', 'q', 'w', 1}; // the last byte is the version

enum { AT_TYPE = 4, AT_NAME = 6, AT_PAYLOAD = 8, AT_ID = 16, AT_CHECKSUM = 24 };

static void put(char *at, uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; i++) at[i] = (char)(value >> (8 * i) & 0xFF);
}

static uint64_t get(const char *at, int bytes)
{
    uint64_t value = 0;
    for (int i = 0; i < bytes; i++) value |= (uint64_t)(unsigned char)at[i] << (8 * i);
    return value;
}

static uint64_t checksum(const char *head, Str name, Str payload)
{
    uint64_t parts[] = {hash_64(head, AT_CHECKSUM), hash_str(name), hash_str(payload)};
    return hash_64(parts, sizeof parts);
}

void frame_encode_head(Buf *out, const Frame *frame)
{
    assert(frame->name.len <= FRAME_LONGEST_NAME);
    char *head = buf_room(out, FRAME_HEAD_BYTES);
    memcpy(head, magic, sizeof magic);
    put(head + AT_TYPE, frame->type, 2);
    put(head + AT_NAME, frame->name.len, 2);
    put(head + AT_PAYLOAD, frame->payload.len, 8);
    put(head + AT_ID, frame->id, 8);
    put(head + AT_CHECKSUM, checksum(head, frame->name, frame->payload), 8);
    out->len += FRAME_HEAD_BYTES;
    buf_add(out, frame->name);
}

bool frame_body_bytes(Str head, size_t most, size_t *bytes, const char **why)
{
    assert(head.len >= FRAME_HEAD_BYTES);
    uint64_t type = get(head.ptr + AT_TYPE, 2), name = get(head.ptr + AT_NAME, 2);
    uint64_t payload = get(head.ptr + AT_PAYLOAD, 8);
    *why = NULL;
    if (memcmp(head.ptr, magic, sizeof magic) != 0) *why = "bytes that are no message";
    else if (type < FRAME_HELLO || type >= FRAME_TYPES) *why = "a message of unknown type";
    else if (name > FRAME_LONGEST_NAME) *why = "a message with too long a name";
    else if (payload > MIN(most, (size_t)FRAME_LARGEST_PAYLOAD))
        *why = "a message over the size limit";
    if (*why) return false;
    *bytes = (size_t)(name + payload);
    return true;
}

bool frame_decode(Str whole, size_t most, Frame *out, const char **why)
{
    size_t body;
    *why = "a cut message";
    if (whole.len < FRAME_HEAD_BYTES) return false;
    if (!frame_body_bytes(whole, most, &body, why)) return false;
    *why = "a cut message";
    if (whole.len != FRAME_HEAD_BYTES + body) return false;
    size_t name = (size_t)get(whole.ptr + AT_NAME, 2);
    Frame frame = {.type = (FrameType)get(whole.ptr + AT_TYPE, 2),
                   .id = get(whole.ptr + AT_ID, 8),
                   .name = str_sub(whole, FRAME_HEAD_BYTES, FRAME_HEAD_BYTES + name),
                   .payload = str_sub(whole, FRAME_HEAD_BYTES + name, whole.len)};
    *why = "a damaged message";
    if (get(whole.ptr + AT_CHECKSUM, 8) != checksum(whole.ptr, frame.name, frame.payload))
        return false;
    *why = NULL;
    *out = frame;
    return true;
}
