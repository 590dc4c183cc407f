// op/capability.h - what can be asked here, what cannot, and why: /capz, `cq status`.
//
// Rows change when the machine or the settings do (a library installed, an index published), and
// then so does the stamp: a client that has seen the stamp knows the rows.
//
// Threads: any. Memory: cx->arena. Blocks: for a few stats; it loads no library and builds no cell
// but the embedder.
#ifndef CQ_OP_CAPABILITY_H
#define CQ_OP_CAPABILITY_H

#include "base/ctx.h"
#include "op/field.h"
#include "service/result.h"

typedef struct Capability {
    Str name;
    Str kind;   // operation, channel, source, library or service
    Str state;  // yes, partly, no, off (by a setting) or unknown (until it is used)
    Str reason; // why it is not yes; empty when it is
    Str limit;  // what it does not do though it is there; or empty
} Capability;

typedef struct Capabilities {
    Str version; // of cq
    Str stamp;   // of the rows
    RecordList rows;
} Capabilities;

extern const Field capability_fields[]; // of Capabilities

// Fails: CANCELLED.
MUST_CHECK Fail capabilities_look(Ctx *cx, const Env *env, Capabilities *out);
const Capability *capability_named(const Capabilities *capabilities, Str name); // NULL: none

#endif
