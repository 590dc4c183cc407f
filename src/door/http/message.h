// door/http/message.h - one HTTP/1.1 request read from bytes (RFC 9112), strictly.
//
//   bytes --message_head_end--> a whole head --message_read_head--> Message
//                                                  `--body_begin, body_feed ...--> its body
//
// What two readers could understand in two ways is refused: bare LF, folded lines, space before a
// colon, both lengths, a length given twice, codings but "chunked", bad chunk sizes.
//
// Threads: values. Memory: strings borrow the bytes of the head; the body lives in the arena.
#ifndef CQ_DOOR_HTTP_MESSAGE_H
#define CQ_DOOR_HTTP_MESSAGE_H

#include "base/str.h"

enum {
    MESSAGE_MOST_HEAD = 16 << 10, // bytes of request line and headers
    MESSAGE_MOST_TARGET = 8 << 10,
    MESSAGE_MOST_HEADERS = 64,
};

typedef struct MessageHeader {
    Str name, value; // the value without white space around it
} MessageHeader;

typedef struct MessageFault { // what to answer; status 0 is none
    int status;
    const char *why;
} MessageFault;

typedef struct Message {
    Str method, target;
    Str path, query; // parts of target, still percent-encoded
    Str host;        // of the Host header, or of an absolute target, which must be the same
    int minor;       // HTTP/1.minor: 0 or 1
    bool keep_alive, chunked, has_length, wants_continue;
    uint64_t length; // Content-Length
    MessageHeader headers[MESSAGE_MOST_HEADERS];
    size_t header_count;
} Message;

// Where the first head in `bytes` ends (behind its empty line), 0 while it does not. `*from` is
// where the last call left off, 0 at first. Ends at a bare "\n\n" too, which is refused later.
size_t message_head_end(Str bytes, size_t *from);

MessageFault message_read_head(Str head, Message *out);

// The first header of that name (any case); STR_NONE when there is none.
Str message_header(const Message *message, Str name);
size_t message_header_count(const Message *message, Str name);
// Whether a list of tokens ("gzip, br") has this one, in any case. Parameters are not looked at.
bool message_has_token(Str list, Str token);
bool message_is_token(Str s); // RFC 9110, 5.6.2; not empty

typedef enum BodyState {
    BODY_DATA,  // of a known length
    BODY_SIZE,  // the line of a chunk's size
    BODY_CHUNK, // its bytes
    BODY_CRLF,  // behind them
    BODY_TRAILER,
    BODY_DONE,
} BodyState;

typedef struct Body {
    BodyState state;
    uint64_t left; // of the whole, or of the chunk
    size_t most;   // bytes that are taken
    size_t trailer_bytes;
    char line[256];
    size_t line_len;
    Buf data;
} Body;

// Fails with 413 at once when a length is announced that is too large.
MessageFault body_begin(Body *body, const Message *message, Arena *arena, size_t most);
// Takes what belongs to the body from `bytes`; *used is less than all of it only when it is done.
MessageFault body_feed(Body *body, Str bytes, size_t *used);

#endif
