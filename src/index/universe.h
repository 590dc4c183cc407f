// index/universe.h - the files of a workspace: one answer for every command.
//
//   inside git:  tracked files + untracked files that git does not ignore (hidden ones included);
//                submodules and nested repositories too, each by its own index and rules
//   outside git: a walk that honours .gitignore and .ignore and skips hidden names unless asked;
//                repositories found on the way count as "inside git"
//
// Paths are relative to the workspace root, POSIX, without "./". They are bytes, not text: UTF-8
// is not promised. Symlinks are never followed (their target is in the universe itself, or outside
// the workspace); FIFOs, sockets and devices are left out; both are counted.
//
// Threads: universe_list runs on the pool; its result is frozen.
// Memory:  cx->arena. Blocks: on the disk; stops when cx says so.
#ifndef CQ_INDEX_UNIVERSE_H
#define CQ_INDEX_UNIVERSE_H

#include "base/os.h"
#include "index/foldertable.h"
#include "index/glob.h"
#include "lang/lang.h"
#include "runtime/pool.h"

typedef enum SkipReason {
#define SKIP(id, name) SKIP_##id,
#include "index/skips.def"
#undef SKIP
    SKIP_REASONS
} SkipReason;

const char *skip_name(SkipReason reason); // "binary"

typedef struct SkippedFile {
    Str path;
    SkipReason reason;
} SkippedFile;

// A workspace: found once, then frozen.
typedef struct Workspace {
    Str root;        // absolute, real path; what paths are relative to
    OsFile dir;      // root, opened; closed by workspace_close
    bool git;        // inside a git working tree
    Str top;         // of that working tree, absolute; the root itself outside git
    Str git_dir;     // absolute path of this worktree's git folder; empty outside git
    Str common_dir;  // ... of the shared one (config, info/exclude); differs in linked worktrees
    Str index_file;  // absolute; empty for git_dir/index (GIT_INDEX_FILE says otherwise)
    Str prefix;      // root relative to the working tree's top: "" or "sub/dir/"
    Str git_problem; // why a .git that is there is not used, or empty; universe_list repeats it
} Workspace;

// `path` is a folder or a file in it; the root is the top of its git working tree when
// `to_top`, else that folder itself. "" means the working folder. Discovery follows git's rules
// and environment (GIT_DIR, GIT_WORK_TREE, GIT_CEILING_DIRECTORIES, ...), but not its refusal of
// folders that other users own.
// Fails: NOT_FOUND, IO.
MUST_CHECK Fail workspace_open(Ctx *cx, Str path, bool to_top, Workspace *out);
void workspace_close(Workspace *workspace);
// A real path below the root as a path relative to it ("." for the root itself; borrowed); false
// when it is outside.
bool workspace_below(const Workspace *workspace, Str real, Str *out);

// Which files to leave out. All zero takes the whole universe.
typedef struct Selection {
    bool hidden;    // outside git: also names that begin with '.'
    bool no_ignore; // also what ignore files exclude (never .git itself)
    const Str *in;  // --in: folders or files, relative to the root or absolute; empty list = all.
                    // What is named is taken though it is ignored or hidden; below a folder
                    // so named the rules hold again. Symlinks in the name are resolved.
    size_t in_count;
    const Str *globs; // --glob: gitignore dialect; any plain glob makes it a list of what to take.
                      // A plain glob that matches a folder takes all below it; a negated one
                      // leaves out all below it, whatever the others say.
    size_t glob_count;
    const LangId *langs; // --lang, decided by the path alone; kept too is what only the text can
                         // decide, by the caller: .h for C++, and files without an extension
                         // whose name says nothing
    size_t lang_count;
} Selection;

typedef struct UniverseFile {
    Str path;     // relative to the root; NUL-terminated
    bool tracked; // by git
} UniverseFile;

typedef struct Universe {
    const UniverseFile *files; // sorted by path, bytewise
    size_t count;
    const SkippedFile *skipped; // found, but no regular file or not readable as a folder; sorted
    size_t skipped_count;
    const Str *folders;  // that were looked through, the root ("") included: where a new file would
    size_t folder_count; // join the universe; in no order
    const Str *inputs;   // files besides ignore files in these folders that decided what is listed,
    size_t input_count;  // absolute: rules, configuration and indexes of git; some are not there
    Str source;          // "git-index" (read by us), "git-command" (fallback) or "walk"
    Str fallback_reason; // why our own reading was not enough (somewhere), else empty
    const FolderListing *listings; // universe_list_known: of folders
    size_t listing_count;
    bool stopped; // cancelled or past the deadline: the list is not complete
} Universe;

// Fails: BAD_REQUEST (bad glob, --in outside the workspace), NOT_FOUND (an --in that does not
// exist; ext "nearest" when a name beside it is near), IO (the root cannot be read). Single
// unreadable folders are counted, not failures.
MUST_CHECK Fail universe_list(Ctx *cx, const Workspace *workspace, const Selection *selection,
                              Pool *pool, Universe *out);
// The same; folders that are as `known` says are not listed again. With `keep` out->listings is set
// for the next table (index/foldertable.h); they borrow from `known`.
MUST_CHECK Fail universe_list_known(Ctx *cx, const Workspace *workspace, const Selection *selection,
                                    Pool *pool, const FolderTable *known, bool keep, Universe *out);

#endif
