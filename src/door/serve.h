// door/serve.h - `cq serve`: from arguments to a running server, and its end.
#ifndef CQ_DOOR_SERVE_H
#define CQ_DOOR_SERVE_H

#include "door/cli.h"

typedef struct ServeArgs {
    StrList roots, listen, allow_host, allow_origin;
    Str token_file;
    int64_t work_threads, queue, per_client, connections, streams, mcp_sessions;
    uint64_t body_bytes, answer_bytes, held_bytes;
    double head_timeout, body_timeout, idle_timeout, write_timeout, drain, mcp_idle, mcp_resume;
} ServeArgs;

extern const Field serve_fields[];
extern const OpExample serve_examples[];
extern const char serve_details[];
Fail serve_run(Cli *cli, const void *args);

#endif
