// door/http/static.c - files that are part of the program. To add one: a row in the table, and a
// row in the table of routes.
#include "base/digest.h"
#include "door/http/routes.h"
#include "door/http/text.h"

typedef struct StaticFile {
    const char *path, *type;
    const char *content;
} StaticFile;

static const char page[] =
    "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>cq</title>\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<style>:root{color-scheme:light dark;font-family:system-ui}</style>\n"
    "<h1>cq</h1>\n<ul>\n<li><a href=\"/readyz\">/readyz</a>: the runtime cells\n"
    "<li><a href=\"/capz\">/capz</a>: operations and capabilities\n"
    "<li><a href=\"/metrics\">/metrics</a>\n<li><a href=\"/openapi.json\">/openapi.json</a>\n"
    "</ul>\n";

static const StaticFile files[] = {
    {"/", "text/html; charset=utf-8", page},
};

static const char policy[] = "default-src 'none'; style-src 'self' 'unsafe-inline'; script-src "
                             "'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; "
                             "form-action 'none'; frame-ancestors 'none'";

void route_static(HttpCall *call)
{
    const StaticFile *file = files;
    for (size_t i = 0; i < ARRAY_LEN(files); i++)
        if (str_eq(str_from(files[i].path), call_path(call))) file = &files[i];
    Str content = str_from(file->content);
    Digest digest = digest_of(content);
    Str tag = str_format(call_arena(call), "\"" STR_FMT "\"",
                         STR_ARG(str_sub(digest_hex(call_arena(call), &digest), 0, 32)));
    call_add_header(call, "ETag", tag);
    call_add_header(call, "Cache-Control", STR("no-cache"));
    call_add_header(call, "Content-Security-Policy", str_from(policy));
    if (text_has_tag(call_header(call, STR("if-none-match")), tag))
        call_reply(call, 304, STR_NONE, STR_NONE);
    else call_reply(call, 200, str_from(file->type), content);
}
