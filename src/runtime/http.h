// runtime/http.h - a small HTTP client, over a libcurl that is loaded when the first request is
// made.
//
//   http_new (loads nothing) --> http_send, as often and from as many threads as wanted -->
//   http_free
//
// http and https only, certificates are verified, redirects are not followed (they are replies
// like any other), nothing is decompressed. The proxies of the environment (http_proxy,
// https_proxy, no_proxy) are used, ~/.netrc is not.
//
// Threads: any; each request takes a handle of its own, kept with its connections for later ones.
// Memory:  replies live in cx->arena. Blocks: http_send, until cx or the request's time-out ends it
//          (a cancel is seen within 50 ms).
#ifndef CQ_RUNTIME_HTTP_H
#define CQ_RUNTIME_HTTP_H

#include "base/ctx.h"

typedef struct HttpClient HttpClient;

HttpClient *http_new(void);
// The same with other names to load libcurl by, NULL-terminated (for tests).
HttpClient *http_new_with(const char *const *libraries);
void http_free(HttpClient *client); // no request may be in progress; NULL is fine

typedef enum HttpMethod { HTTP_GET, HTTP_POST } HttpMethod;

typedef struct HttpRequest {
    HttpMethod method;
    Str url;
    const Str *headers; // "Name: value"
    size_t header_count;
    Str body;           // HTTP_POST only
    int64_t timeout_ns; // of this request; 0: 30 s. cx's deadline holds as well
    size_t max_bytes;   // of the reply's body; 0: 8 MiB
} HttpRequest;

typedef struct HttpReply {
    int status; // whatever the server said: 404 is a reply, not a failure
    Str body;
    Str content_type;
    int64_t retry_after_s; // 0 when it did not say
} HttpReply;

// Fails: BAD_REQUEST (not an http or https URL; a line end in a header), CANCELLED (cx), TOO_LARGE
// (the reply), UNAVAILABLE (no libcurl; no connection; no reply in timeout_ns, then with ext
// "timeout_ms"), with ext "url".
MUST_CHECK Fail http_send(Ctx *cx, HttpClient *client, const HttpRequest *request, HttpReply *out);

Str http_url_shown(Arena *arena, Str url); // without user name and password

#endif
