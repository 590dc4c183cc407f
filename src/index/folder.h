// index/folder.h - one folder of a walk: lists it, keeps what belongs to the universe, and queues
// the folders in it.
//
//   names on disk --in the index--> tracked file or folder
//                 --else--> ignored? left out : untracked file or folder
//
// A folder that is as Walk.known says is not opened: its names are taken from there.
//
// DESIGN. One task a folder, on the pool. A task writes its own Folder and its slot's scratch and
// nothing else; folders above are finished before those below are queued. Results stay in each
// Folder, sorted, so the whole list is read off the tree afterwards in order, without sorting it.
// Nothing is looked up that need not be: no stat per file, the ignore rules only for untracked
// names, a folder's own ignore file only when it has untracked names or folders.
//
// Threads: see DESIGN. Memory: what lasts is in the slot's `keep`. Blocks: on the disk.
#ifndef CQ_INDEX_FOLDER_H
#define CQ_INDEX_FOLDER_H

#include "index/children.h"
#include "index/foldertable.h"
#include "index/repo.h"
#include "index/select.h"

typedef enum ItemKind { ITEM_FOLDER, ITEM_TRACKED, ITEM_UNTRACKED } ItemKind;

typedef struct Item {
    const void *what; // Folder, or the path of a file, relative to the root
    uint32_t len;     // of that path
    uint8_t kind;     // ItemKind
} Item;

typedef struct Extra { // a name on disk that the index does not have, or has as a submodule
    Str name;
    OsType type;
    bool module;
} Extra;

// What one worker owns.
typedef struct Slot {
    Arena keep; // becomes the result's
    Arena scratch;
    Buf listing;
    Children children;
    struct {
        Extra *items;
        size_t len, cap;
    } extras;
    struct {
        Item *items;
        size_t len, cap;
    } items;
    struct {
        SkippedFile *items;
        size_t len, cap;
    } skipped;
    struct {
        FolderListing *items;
        size_t len, cap;
    } listings;
    GitInputs inputs; // Universe.inputs
    size_t file_count;
    Str trouble;  // why only git can list a tree, or empty
    Str doubt;    // of the repositories loaded here
    bool refused; // git was asked for a list and gave none
} Slot;

typedef struct Walk {
    // frozen
    const Ctx *cx;
    const Workspace *workspace;
    const Selection *selection;
    const Filter *filter;
    Group group;
    const FolderTable *known; // NULL: every folder is listed
    bool keep;                // listings
    size_t strip;             // bytes of a path above the workspace root
    bool by_command;
    // each used by its own worker
    Slot **slots;
} Walk;

typedef enum Ignored { IGNORED_NO, IGNORED_YES, IGNORED_ASK } Ignored;

typedef struct Folder {
    Walk *walk;
    const Repo *repo;
    const struct Folder *up;  // in the same repository; NULL at its top
    Str path;                 // below the outermost working tree's top; no slash at the end
    size_t from, to;          // the index's entries below it
    const IgnoreRules *rules; // of the folders above; once visited, with its own
    Ignored ignored;          // are untracked files in it ignored? ASK: nobody needed to know yet
    bool top;                 // of a repository, or of a walk outside git
    bool module;       // a submodule's folder: nothing in it counts unless it is a repository
    bool taken;        // by --glob
    int error;         // errno value when it could not be listed
    const Item *items; // once visited: sorted
    size_t item_count;
} Folder;

// The TaskFn: `arg` is a Folder.
void folder_visit(void *arg, int slot);

// The same steps, for the folders above the place where a walk begins:
// a folder `name` in `up`, NULL when no file below it can be wanted.
Folder *folder_below(Slot *slot, const Folder *up, Str name);
// Reads its ignore files by name.
void folder_read_rules(Slot *slot, Folder *folder);
// If it is the top of a repository of its own, makes it so. False when nothing in it counts.
bool folder_enter_repo(Slot *slot, Folder *folder);

Str folder_shown(const Walk *walk, Str path); // relative to the workspace root
// Does the file `name` in the folder pass --glob and --lang?
bool folder_wants(const Folder *folder, Str path, Str name);
void slot_skip(Slot *slot, Str path, SkipReason reason);
void slot_note_repo(Slot *slot, const Walk *walk, const Repo *repo);

#endif
