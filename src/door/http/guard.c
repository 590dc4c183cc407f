// door/http/guard.c - which route a request is for, and whether it may be asked from where it
// comes.
#include <sodium.h>

#include "door/http/server_.h"
#include "door/http/text.h"
#include "door/stamp.h"

// ---- routes

// The parts of `path` that stand for the braces of `pattern`; false when it is another path.
static bool match(HttpCall *call, Str pattern, Str path)
{
    Str want, got;
    size_t parts = 0;
    while (str_next(&pattern, '/', &want)) {
        if (!str_next(&path, '/', &got)) return false;
        bool brace = want.len && want.ptr[0] == '{';
        if (!brace && !str_eq(want, got)) return false;
        if (brace && (!got.len || !text_decode(&call->arena, got, false, &call->parts[parts++])))
            return false;
    }
    return !str_next(&path, '/', &got);
}

static int verb_of(Str method)
{
    if (str_eq(method, STR("GET")) || str_eq(method, STR("HEAD"))) return HTTP_GET_;
    if (str_eq(method, STR("POST"))) return HTTP_POST_;
    return str_eq(method, STR("DELETE")) ? HTTP_DELETE_ : 0;
}

static void add_allow(HttpCall *call, int verbs)
{
    Buf buf = buf_on(&call->arena);
    if (verbs & HTTP_GET_) buf_add(&buf, STR("GET, HEAD, "));
    if (verbs & HTTP_POST_) buf_add(&buf, STR("POST, "));
    if (verbs & HTTP_DELETE_) buf_add(&buf, STR("DELETE, "));
    buf_add(&buf, STR("OPTIONS"));
    call_add_header(call, "Allow", buf_str(&buf));
}

static bool find_route(HttpServer *server, HttpCall *call)
{
    int verbs = 0, verb = verb_of(call->message.method);
    Str path = call->message.path;
    for (const HttpRoute *route = server->spec.routes; route->path; route++) {
        if (!match(call, str_from(route->path), path)) continue;
        verbs |= route->verbs;
        if (!(route->verbs & verb)) continue;
        call->route = route;
        return true;
    }
    if (str_eq(call->message.method, STR("OPTIONS")) && (verbs || str_eq(path, STR("*")))) {
        add_allow(call, verbs ? verbs : HTTP_GET_ | HTTP_POST_ | HTTP_DELETE_);
        call_reply(call, 204, STR_NONE, STR_NONE);
    } else if (verbs) {
        add_allow(call, verbs);
        call_refuse(call, 405, STR_FMT " is not offered there", STR_ARG(call->message.method));
    } else
        call_refuse(call, 404, "nothing is served at " STR_FMT "; see /openapi.json",
                    STR_ARG(path));
    return false;
}

// ---- who asks

static bool is_listed(const StrList *list, Str item)
{
    for (size_t i = 0; i < list->count; i++)
        if (str_eq_nocase(list->items[i], item)) return true;
    return false;
}

// A page of a name that its owner had resolve to this machine sends that name: only addresses,
// localhost and names that the operator gave are answered.
static bool host_fits(const HttpServer *server, Str authority)
{
    Str host = {0}, port = {0};
    if (!text_split_host(authority, &host, &port)) return false;
    return text_is_address(host) || str_eq_nocase(host, STR("localhost")) ||
           is_listed(&server->spec.hosts, host);
}

static bool origin_fits(const HttpServer *server, const HttpCall *call)
{
    const Str scheme = STR("http://");
    Str origin = message_header(&call->message, STR("origin"));
    Str site = message_header(&call->message, STR("sec-fetch-site"));
    if (message_header_count(&call->message, STR("origin")) > 1) return false;
    if (origin.len && is_listed(&server->spec.origins, origin)) return true;
    if (str_eq(site, STR("cross-site")) || str_eq(site, STR("same-site"))) return false;
    if (!origin.ptr) return true;
    return str_starts(origin, scheme) &&
           str_eq_nocase(str_sub(origin, scheme.len, origin.len), call->message.host);
}

// In a time that tells nothing of the token but its length.
static bool token_fits(Str token, Str given)
{
    return token.len && given.len == token.len && !sodium_memcmp(given.ptr, token.ptr, token.len);
}

static Str bearer_of(const HttpCall *call)
{
    const Str scheme = STR("Bearer ");
    Str header = message_header(&call->message, STR("authorization"));
    if (header.len <= scheme.len || !str_eq_nocase(str_sub(header, 0, scheme.len), scheme))
        return STR_NONE;
    return str_trim(str_sub(header, scheme.len, header.len));
}

static bool token_allows(const HttpServer *server, HttpCall *call)
{
    HttpAccess access = call->route->access;
    bool needs =
        access == HTTP_ADMIN || (access == HTTP_USER && call->conn->listener->address.remote);
    Str given = bearer_of(call);
    call->trusted = call->conn->trusted || token_fits(server->spec.token, given);
    if (access == HTTP_OWNER && !call->conn->trusted) {
        call_refuse(call, 403, "this is for the socket of this user alone");
        return false;
    }
    if (call->trusted) return true;
    if (given.ptr) {
        call_add_header(call, "WWW-Authenticate", STR("Bearer error=\"invalid_token\""));
        call_refuse(call, 401, "the token is not that of this server");
        return false;
    }
    if (!needs) return true;
    if (!server->spec.token.len) {
        call_refuse(call, 403,
                    "this needs a token, which the server was not given: start it with "
                    "--token-file, or ask through its unix socket");
        return false;
    }
    call_add_header(call, "WWW-Authenticate", STR("Bearer"));
    call_refuse(call, 401, "send the header \"Authorization: Bearer TOKEN\"");
    return false;
}

static bool body_fits(HttpCall *call)
{
    Str type = message_header(&call->message, STR("content-type"));
    bool has_body = call->message.chunked || call->message.length;
    if (call->route->any_body || !has_body) return true;
    Str media = str_trim(str_sub(type, 0, str_find(type, ';')));
    if (str_eq_nocase(media, STR("application/json"))) return true;
    call_refuse(call, 415, "the body must be application/json, not \"" STR_FMT "\"",
                STR_ARG(media));
    return false;
}

// A client that is cq and would answer by itself otherwise says what it must have in common with
// us.
static bool stamp_fits(const HttpServer *server, HttpCall *call)
{
    Str given = message_header(&call->message, STR("x-cq-stamp"));
    const char *why = given.ptr ? stamp_differs(server->spec.stamp, given) : NULL;
    if (!why) return true;
    call_refuse(call, 409, "%s", why);
    return false;
}

bool guard_call(HttpServer *server, HttpCall *call)
{
    bool local = call->conn->listener->address.path.len; // no browser gets there
    if (!local && call->message.minor && !host_fits(server, call->message.host)) {
        call_refuse(call, 421,
                    "the Host header names \"" STR_FMT "\", for which this server does not "
                    "answer; see --allow-host",
                    STR_ARG(call->message.host));
        return false;
    }
    if (!find_route(server, call)) return false;
    if (!local && call->route->access != HTTP_OPEN && !origin_fits(server, call)) {
        call_refuse(call, 403, "a page of another site may not ask here; see --allow-origin");
        return false;
    }
    return token_allows(server, call) && stamp_fits(server, call) && body_fits(call);
}
