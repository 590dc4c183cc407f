// door/command.h - what may stand behind "cq": the operations and a few commands of the door.
//
// Help, man page, completions and the argument parser walk this list and know no command by name.
// Threads: constant data.
#ifndef CQ_DOOR_COMMAND_H
#define CQ_DOOR_COMMAND_H

#include "op/op.h"

typedef struct Cli Cli;

typedef struct Command {
    const char *name, *summary, *details;
    const OpExample *examples;
    const Field *args;
    size_t args_size;
    const OpSpec *op;                        // an operation, or
    Fail (*run)(Cli *cli, const void *args); // a command of the door
} Command;

size_t command_count(void);
Command command_at(size_t index); // operations first
bool command_find(Str name, Command *out);
Str command_nearest(Str name);

// Options that every command takes, before its name or after it.
typedef struct GlobalArgs {
    Str root, config, session, format, color, log_level, trace, trace_endpoint, metrics;
    double timeout;
    int64_t threads, budget;
    bool no_config, no_server, help, version;
} GlobalArgs;
extern const Field global_fields[];

typedef struct EnvVar {
    const char *name, *says;
} EnvVar;
extern const EnvVar env_vars[]; // ends with {0}

// door/builtin.c
extern const Command *const door_commands[]; // NULL-terminated
const char *const *command_names(void);      // NULL-terminated

#endif
