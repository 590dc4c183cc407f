// index/store_.h - what store.c (reading) and store_write.c share.
#ifndef CQ_INDEX_STORE__H
#define CQ_INDEX_STORE__H

#include "index/store.h"

struct Store { // frozen
    Arena arena;
    StoreSpec spec;
    Str folder;
};

extern const char *const store_endings[]; // of attachments' names
enum { STORE_NAME = 32 };                 // bytes of a file's name with its NUL

typedef struct StoreCurrent { // what the file `current` says
    uint64_t generation;      // 0: there is none
    Hash128 digest;           // of the manifest
} StoreCurrent;

void store_manifest_name(uint64_t generation, char out[STORE_NAME]);
bool store_is_manifest(Str name, uint64_t *generation); // "00000012.manifest"
// "00000012-3.seg", and its attachments: "00000012-3.vec"
bool store_is_segment(Str name, uint64_t *generation);

// Fails: NOT_FOUND when there is no folder; IO.
Fail store_open_folder(Ctx *cx, const Store *store, OsFile *out);
// Fails: DAMAGED, IO.
Fail store_read_current(Ctx *cx, OsFile dir, StoreCurrent *out);
Str store_current_text(Arena *arena, const StoreCurrent *current);
// Opens a manifest and checks whose it is, not its segments. A digest of zeros fits any.
// Fails: NOT_FOUND, DAMAGED, IO.
Fail store_open_manifest(Ctx *cx, const Store *store, OsFile dir, const StoreCurrent *which,
                         Snapshot **out);
Fail store_open_snapshot(Ctx *cx, const Store *store, OsFile dir, const StoreCurrent *which,
                         Snapshot **out);
Fail store_read_in(Ctx *cx, const Store *store, OsFile dir, Snapshot **out);
Fail store_list(Ctx *cx, OsFile dir, OsEntry **entries, size_t *count);
// Every manifest in the folder, oldest first.
Fail store_generations(Ctx *cx, OsFile dir, uint64_t **out, size_t *count);

#endif
