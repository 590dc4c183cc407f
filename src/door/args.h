// door/args.h - a command line becomes a command and its typed arguments. Pure: no I/O.
//
//   cq [GLOBAL OPTIONS] COMMAND [OPTIONS] [WORDS] [-- WORDS]
//
// Options: --name value, --name=value, -x value, -xvalue, flags together (-iw). A list option may
// be repeated, any other value given twice is an error. "--" ends the options.
#ifndef CQ_DOOR_ARGS_H
#define CQ_DOOR_ARGS_H

#include "door/command.h"

typedef struct ParsedArgs {
    bool has_command;
    Command command;
    void *args; // command.args_size bytes, checked unless help or version is asked for
    GlobalArgs global;
    const bool *global_given; // for each of global_fields
} ParsedArgs;

// argv[0] is the program's name. *out holds what was understood so far also on failure.
// Fails: BAD_REQUEST, with ext "hint": what to do.
MUST_CHECK Fail args_parse(Arena *arena, StrList argv, ParsedArgs *out);
// Was the global option with this field name given?
bool args_given(const ParsedArgs *parsed, const char *name);
// Whether the command line asks for JSON, for problems of the rest of it.
bool args_want_json(StrList argv);

#endif
