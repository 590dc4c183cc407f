// door/http/routes.c - the table of routes. To add one: a row here, a handler anywhere in door/.
#include "door/http/routes.h"

static void healthz(HttpCall *call)
{
    call_reply(call, 200, STR("text/plain; charset=utf-8"), STR("ok\n"));
}

const HttpRoute http_routes[] = {
    {.path = "/healthz",
     .verbs = HTTP_GET_,
     .access = HTTP_OPEN,
     .place = HTTP_LOOP,
     .handle = healthz,
     .summary = "The process answers"},
    {.path = "/v1/op/{name}",
     .verbs = HTTP_GET_ | HTTP_POST_,
     .access = HTTP_USER,
     .place = HTTP_WORK,
     .handle = route_op},
    {0},
};
