// door/http/static.c - the page at /: one document that is part of the program.
#include "door/http/page.h"
#include "door/http/routes.h"
#include "door/http/text.h"

void route_static(HttpCall *call)
{
    Str tag = str_from(page_tag);
    call_add_header(call, "ETag", tag);
    call_add_header(call, "Cache-Control", STR("no-cache"));
    call_add_header(call, "Content-Security-Policy", str_from(page_policy));
    call_add_header(call, "Referrer-Policy", STR("no-referrer"));
    call_add_header(call, "Cross-Origin-Opener-Policy", STR("same-origin"));
    if (text_has_tag(call_header(call, STR("if-none-match")), tag))
        call_reply(call, 304, STR_NONE, STR_NONE);
    else
        call_reply(call, 200, STR("text/html; charset=utf-8"),
                   (Str){(const char *)page_html, page_html_len});
}
