// index/ignore.h - the ignore rules in force in a folder: its own, then those of the folders above.
//
//   sub/.gitignore -> .gitignore -> info/exclude -> core.excludesFile -> NULL
//
// The first link of the chain that says anything about a path decides. Outside git, .ignore files
// come before all .gitignore files, as in ripgrep.
//
// Threads: frozen once made; folders below share it. Memory: in the arena given.
#ifndef CQ_INDEX_IGNORE_H
#define CQ_INDEX_IGNORE_H

#include "base/os.h"
#include "index/glob.h"

typedef struct IgnoreRules {
    const struct IgnoreRules *up; // asked when this one says nothing
    size_t base;                  // paths are relative to their byte `base`
    GlobSet git;                  // .gitignore, or one of git's two files for a whole tree
    GlobSet plain;                // .ignore
    bool any_plain;               // here or further up
    Str unknown; // here or further up: the path of a file whose rules could not be had, or empty
} IgnoreRules;

// Adds a link in front of `up` for the two texts (either may be empty). Gives `up` itself when
// they hold no pattern.
const IgnoreRules *ignore_add(Arena *arena, const IgnoreRules *up, size_t base, bool fold,
                              Str git_text, Str plain_text);

// Adds a link that says nothing, for the ignore file `path` that cannot be read.
const IgnoreRules *ignore_add_unknown(Arena *arena, const IgnoreRules *up, Str path);

// Stands for two such texts.
uint64_t ignore_sum(Str git_text, Str plain_text);

// Is the file or folder `path` (its last part `name`) ignored? Asks about the path itself only.
bool ignore_has(const IgnoreRules *rules, Str path, Str name, bool is_dir);

// Reads an ignore file into cx->arena; *text stays empty when there is none. Gives 0, or the errno
// value when a file is there that cannot be read (EFBIG: over 64 MiB).
int ignore_read(Ctx *cx, OsFile dir, const char *path, OsOpen how, Str *text);

#endif
