// runtime/policy_spec.h - the settings of the policy as data: names, ranges, sources, rules.
//
//   policy_new (defaults) --policy_set, policy_set_env--> policy_check --> frozen
//
// policy_table.c is the single source of truth: key, type, range, default, environment variables
// and help of each setting. The readers (environment here, the file in app/config.c), `cq config`
// and docs/configuration.md walk it and know no setting by name.
//
// Threads: one until policy_check, then frozen. Memory: the arena given to policy_new.
#ifndef CQ_RUNTIME_POLICY_SPEC_H
#define CQ_RUNTIME_POLICY_SPEC_H

#include "runtime/policy.h"

typedef enum PolicyType {
    POLICY_INT,    // int64_t
    POLICY_SIZE,   // int64_t of bytes; 64K, 1M, 2G are understood
    POLICY_REAL,   // double
    POLICY_BOOL,   // bool: 1 true yes on, 0 false no off
    POLICY_CHOICE, // int64_t, an index into `choices`
    POLICY_FOLDER, // Str: an absolute path
    POLICY_PATH,   // Str, may be empty
    POLICY_URL,    // Str: http:// or https://; may be empty
    POLICY_TEXT,   // Str without control characters, may be empty
    POLICY_NAMES,  // Str of names, separated by commas; may be empty
} PolicyType;

// What a row stands for: one setting, or one for each name, which takes the place of * in key and
// variables.
typedef enum PolicyEach { POLICY_ONE, POLICY_NAMESPACE, POLICY_PROFILE } PolicyEach;

typedef struct PolicySpec {
    const char *key; // as in the file: "cache.namespaces.*.ttl_seconds"
    PolicyType type;
    PolicyEach each;
    size_t offset;        // in Policy, PolicyNamespace or PolicyProfile
    const char *fallback; // the default as a user would write it; NULL: policy_new computes it
    const char *computed; // ... how, for readers
    double least, most;   // of numbers
    const char *const *choices;
    const char *env[4]; // variables, the first of them preferred
    const char *option; // "--threads", or NULL
    bool is_protected;  // not for the file of a workspace, which may be a stranger's
    const char *help;
} PolicySpec;

extern const PolicySpec policy_specs[]; // ends with {0}

typedef struct PolicySetting {
    const PolicySpec *spec;
    size_t item; // of the namespaces or profiles
} PolicySetting;

typedef enum PolicySourceKind {
    SOURCE_DEFAULT,
    SOURCE_FILE,
    SOURCE_ENV,
    SOURCE_OPTION
} PolicySourceKind;

typedef struct PolicySource {
    PolicySourceKind kind;
    Str name;           // of the file, the variable or the option
    uint32_t line, col; // in the file, from 1; 0 when it is not about a place in it
} PolicySource;

typedef struct PolicyHost { // what defaults depend on
    int cores;
    Str cache_dir;                     // absolute or empty
    const PolicyNamespace *namespaces; // with their defaults; must outlive the policy
    size_t namespace_count;
    const char *const *commands; // NULL-terminated, or NULL
} PolicyHost;

Policy *policy_new(Arena *arena, const PolicyHost *host);
int64_t policy_default_cpu_workers(int cores);

// Fails: BAD_REQUEST with ext source, key, value, allowed. Another variable that said something
// else of the same setting is such a failure too.
MUST_CHECK Fail policy_set(Arena *arena, Policy *policy, PolicySetting setting, Str text,
                           const PolicySource *source);
// Takes every CQ_RUNTIME_*, CQ_ALLOW_RUNTIME_* and CQ_CACHE_* of `env` ("NAME=value", ends with
// NULL). Fails: as policy_set; for a variable that stands for nothing, with the nearest name.
MUST_CHECK Fail policy_set_env(Arena *arena, Policy *policy, const char *const *env);
// What settings must keep between them. Fails: BAD_REQUEST.
MUST_CHECK Fail policy_check(Arena *arena, Policy *policy);

// All settings: start with {0}; false at the end.
bool policy_next(const Policy *policy, PolicySetting *at);
bool policy_read_bool(Str text, bool *out); // as in settings: 1 true yes on 0 false no off
bool policy_find(const Policy *policy, Str key, PolicySetting *out);
Str policy_key(Arena *arena, const Policy *policy, PolicySetting setting);
Str policy_env(Arena *arena, const Policy *policy, PolicySetting setting, size_t index);
Str policy_text(Arena *arena, const Policy *policy, PolicySetting setting); // its value
// ... its default as a user would write it, or how that is found.
Str policy_default(Arena *arena, const Policy *policy, PolicySetting setting);
// False for a profile's setting that follows the general one.
bool policy_is_own(const Policy *policy, PolicySetting setting);
PolicySource policy_source(const Policy *policy, PolicySetting setting);
Str policy_source_text(Arena *arena, const PolicySource *source); // ".cq.yaml:7:3"
Str policy_allowed(Arena *arena, const PolicySpec *spec);         // "a whole number from 1 to 9"
// BAD_REQUEST "SOURCE: SAYS", with ext source, key, value and allowed (empty ones left out).
Fail policy_problem(Arena *arena, const PolicySource *source, Str key, Str value, Str allowed,
                    Str says);

#endif
