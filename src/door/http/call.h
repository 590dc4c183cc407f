// door/http/call.h - one request, as the function that answers it sees it. To add a route: write an
// HttpHandler and put a row in the table of routes.c.
//
//   static void answer(HttpCall *call)
//   {
//       const Json *body = NULL;
//       Fail fail = call_json(call, &body);
//       if (fail) call_fail(call, fail);
//       else call_reply(call, 200, STR("application/json"), text_of(call, body));
//   }
//
// A handler answers once: call_reply, call_fail or call_refuse; or call_stream, then call_write as
// often as wanted. A stream ends when the handler returns.
//
// Threads: a handler has its call alone. HTTP_LOOP handlers run in the event loop and must neither
//          block nor stream; the others have a thread to themselves and may do both.
// Memory:  call_arena lives until the answer is sent; what is given to call_reply must lie there or
//          be constant.
// Blocks:  call_write, while the client does not read.
#ifndef CQ_DOOR_HTTP_CALL_H
#define CQ_DOOR_HTTP_CALL_H

#include "app/context.h"

typedef struct HttpCall HttpCall;
typedef void (*HttpHandler)(HttpCall *call);

typedef enum HttpVerb { HTTP_GET_ = 1, HTTP_POST_ = 2, HTTP_DELETE_ = 4 } HttpVerb; // HEAD is GET

typedef enum HttpAccess {
    HTTP_OPEN,  // anybody who reaches the address, whatever Origin says: probes, the page
    HTTP_USER,  // needs the token where others than this machine can connect
    HTTP_ADMIN, // needs the token, or a socket that only this user can open
    HTTP_OWNER, // needs such a socket; a token will not do
} HttpAccess;

typedef enum HttpPlace {
    HTTP_LOOP,   // in the event loop: answers from memory, at once
    HTTP_LOOK,   // on a thread for short work, which answers when the queue for work is full, too
    HTTP_WORK,   // on a thread for work; the queue for these is bounded
    HTTP_STREAM, // on a thread for waiting: streams, long polls; so many at once
    HTTP_TALK,   // likewise, so many besides; the handler itself sees to it that few of them work
    HTTP_PLACES,
} HttpPlace;

typedef struct HttpRoute {
    const char *path; // "/v1/op/{name}": a part in braces takes one segment, decoded
    int verbs;        // of HttpVerb
    HttpAccess access;
    HttpPlace place;
    HttpHandler handle;
    bool any_body; // else a body must be application/json
    // Of a stream to a process that passes it on to a person: it is written for as long as the
    // client takes to read, and a client that ends what it sends asks to stop (the cancel flag),
    // and still wants what comes. The connection ends with the answer.
    bool attended;
    // for /openapi.json
    const char *summary;    // NULL: not in it
    const char *gives;      // media type of the answer; NULL: it has no body
    const char *status;     // of a good answer; NULL: 200
    bool takes;             // a body in JSON
    const char *headers[3]; // that matter, besides those of all requests; ends with NULL
} HttpRoute;

Arena *call_arena(HttpCall *call);
// The request's limits and log. Its cancel flag is raised when the client goes away.
Ctx *call_cx(HttpCall *call);
// Of the workspace asked for (?workspace=NAME), leased until the handler has returned.
const Context *call_context(HttpCall *call);

Str call_path(const HttpCall *call);               // still encoded
Str call_part(const HttpCall *call, size_t index); // what the braces of the path took
Str call_method(const HttpCall *call);
Str call_header(const HttpCall *call, Str name); // STR_NONE when there is none
Str call_query(HttpCall *call, Str name);        // decoded; STR_NONE when there is none
Str call_raw_query(const HttpCall *call);
Str call_body(const HttpCall *call);
Str call_client(const HttpCall *call);    // who asks: an address, or "user N" for a socket's
bool call_trusted(const HttpCall *call);  // showed the token, or came through this user's socket
bool call_draining(const HttpCall *call); // the server is about to end
bool call_gone(HttpCall *call);           // the client has gone; any thread, while it is handled
// The workspace is not needed any more: the handler will wait for long. No call_context after it.
void call_let_go(HttpCall *call);
// The body as JSON; *out is NULL for an empty one. Fails: BAD_REQUEST, TOO_LARGE.
MUST_CHECK Fail call_json(HttpCall *call, const Json **out);

// Headers of the answer, before it is given.
void call_add_header(HttpCall *call, const char *name, Str value);
void call_reply(HttpCall *call, int status, Str type, Str content);
void call_fail(HttpCall *call, Fail fail); // application/problem+json, logged
// A problem of HTTP's own: 404, 405, 413 ...
void call_refuse(HttpCall *call, int status, const char *fmt, ...) PRINTF_LIKE(3, 4);

// Begins an answer of unknown length, with status 200.
void call_stream(HttpCall *call, Str type);
// Sends a piece. False when the client has gone, or the server ends.
bool call_write(HttpCall *call, Str piece);

#endif
