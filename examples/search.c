// examples/search.c - where does a pattern stand? The library in thirty lines.
//
//   cc search.c $(pkg-config --cflags --libs cq) -o search && ./search DIR [ARGUMENTS]
//
// ARGUMENTS is a JSON object; `cq schema search --args` describes it.
#include <stdio.h>

#include <cq/cq.h>

int main(int argc, char **argv)
{
    const char *root = argc > 1 ? argv[1] : ".";
    const char *arguments = argc > 2 ? argv[2] : "{\"pattern\": \"cq_open\"}";

    CqEngine *engine = cq_open(root, NULL);
    CqReply *reply = cq_run(engine, "search", arguments);
    int status = cq_reply_status(reply);

    if (argc > 2 || !cq_reply_ok(reply)) puts(cq_reply_json(reply));
    else printf("cq %s: %s\n", cq_version(), status == 0 ? "found" : "nothing found");

    cq_reply_free(reply);
    cq_close(engine);
    return status;
}
