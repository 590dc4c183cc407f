// door/http/text.h - the small languages in a request: targets, queries, lists of choices, hosts.
//
// Threads: values. Memory: arena where one is given; else what is returned borrows.
#ifndef CQ_DOOR_HTTP_TEXT_H
#define CQ_DOOR_HTTP_TEXT_H

#include "base/problem.h"

// %XX decoded, and '+' as a space when `plus`. False for a bad escape, a NUL byte, or bytes that
// are no UTF-8.
bool text_decode(Arena *arena, Str encoded, bool plus, Str *out);
// The next name=value of a query, still encoded; false at the end. Empty pieces are passed over.
bool text_query_next(Str *rest, Str *name, Str *value);

// How much a list such as "gzip;q=0.5, *" wants `name`: 0 (not at all) to 1000; -1: not mentioned.
// For media types "a/*" and "*/*" count, the exact one first. What cannot be read is 0.
int text_quality(Str list, Str name);

// Whether an If-None-Match list has this tag (compared weakly), or is "*".
bool text_has_tag(Str list, Str tag);

// host[:port] or [v6][:port]; false when it is neither. `host` comes without brackets.
bool text_split_host(Str authority, Str *host, Str *port);
bool text_is_address(Str host); // an IP address, of either kind
bool text_is_loopback(Str host);

typedef struct HttpAddress {
    Str path;    // of a socket in the file system; empty: host and port
    Str host;    // a numeric address
    int port;    // 0: any
    bool remote; // others than this machine's programs can reach it
} HttpAddress;

// "127.0.0.1:8080", "[::1]:0", "localhost:80", "unix:/run/x.sock". Fails: BAD_REQUEST.
MUST_CHECK Fail text_read_address(Arena *arena, Str text, HttpAddress *out);
Str text_show_address(Arena *arena, const HttpAddress *address); // as a URL, or unix:PATH

#endif
