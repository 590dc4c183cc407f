// app/config.h - where the execution policy comes from: defaults < file < environment < options.
//
//   config_choose (which file, if any) --> config_load (reads and checks all) --> frozen Policy
//
// The file is .cq.yaml in the workspace root, or the one that --config or CQ_CONFIG names. It is
// read through libyaml's events by our own walk over the table of settings, not by a library of
// schemas: the table stays the one description of a setting, and each message can name line,
// column, the nearest key and the allowed range, which such a library cannot.
//
// Threads: any. Memory: cx->arena. Blocks: for reading one small file.
#ifndef CQ_APP_CONFIG_H
#define CQ_APP_CONFIG_H

#include "base/os.h"
#include "runtime/policy_spec.h"

#define CONFIG_NAME ".cq.yaml" // in the workspace root

typedef struct ConfigOptions { // of the command line
    Str file;                  // --config; empty: not given
    bool no_file;              // --no-config
    int64_t cpu_workers;       // --threads, less the caller; or one of the two below
    double timeout_s;          // --timeout; negative: not given
    // KEY=VALUE, ends with NULL; before all else. For tests; NULL: none.
    const char *const *overrides;
} ConfigOptions;

enum { CONFIG_WORKERS_UNSET = -1, CONFIG_DEFAULT_WORKERS = -2 }; // as elsewhere; as without all

typedef enum ConfigKind { CONFIG_NONE, CONFIG_WORKSPACE, CONFIG_NAMED } ConfigKind;

typedef struct ConfigFile {
    ConfigKind kind;
    Str name; // as messages show it
    Str from; // who named it: "option --config", "environment CQ_CONFIG"; or empty
} ConfigFile;

// Which file counts. An option goes before the environment, where CQ_USE_CONFIG=0 goes before
// CQ_CONFIG. Fails: BAD_REQUEST (--config with --no-config; a bad CQ_USE_CONFIG).
MUST_CHECK Fail config_choose(Arena *arena, const ConfigOptions *options, ConfigFile *out);

// `root` is the opened workspace root, for CONFIG_WORKSPACE; when that file is absent, file->kind
// becomes CONFIG_NONE.
// Fails: BAD_REQUEST with ext source, key, value, allowed; NOT_FOUND and IO for the file;
// TOO_LARGE above 1 MiB.
MUST_CHECK Fail config_load(Ctx *cx, const ConfigOptions *options, ConfigFile *file, OsFile root,
                            const Policy **out);

// The defaults on this machine, for every operation of ops.def and every namespace of the cache.
Policy *config_defaults(Arena *arena);
// Takes the settings of a YAML text (config_yaml.c). What a stranger could do harm with, a file of
// CONFIG_WORKSPACE may not set. Fails: BAD_REQUEST.
MUST_CHECK Fail config_read(Arena *arena, const ConfigFile *file, Str text, Policy *policy);

#endif
