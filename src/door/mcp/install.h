// door/mcp/install.h - the entry for cq in the configuration of a client.
//
// Nothing that is there is lost: an entry named cq stays as it is, other members keep their place
// and value, the file as it was stays beside it as FILE.cq-backup, and is replaced in one step.
// Threads: any. Memory: cx->arena. Blocks: on the disk.
#ifndef CQ_DOOR_MCP_INSTALL_H
#define CQ_DOOR_MCP_INSTALL_H

#include "base/os.h"

typedef struct InstallSpec {
    Str client;  // of mcp_client_names; empty: all, which only shows
    Str command; // that starts cq
    Str root;    // --root for the server; empty: the client's folder
    bool write;  // else only shows
} InstallSpec;

extern const char *const mcp_client_names[]; // NULL-terminated
// Says on `out` what it does, or would do. Fails: BAD_REQUEST (the file is not what it should be,
// and what to add by hand), IO.
MUST_CHECK Fail mcp_install(Ctx *cx, const InstallSpec *spec, Buf *out);
// The file's new text; an empty `old` is a file that is not there. *same: cq is in it already.
// Fails: BAD_REQUEST (not understood).
MUST_CHECK Fail mcp_install_merge(Arena *arena, const InstallSpec *spec, Str old, Str *text,
                                  bool *same);

#endif
