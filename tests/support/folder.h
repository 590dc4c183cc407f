// support/folder.h - a temporary folder for a test, and what lies in it.
#ifndef CQ_SUPPORT_FOLDER_H
#define CQ_SUPPORT_FOLDER_H

#include "base/str.h"

typedef struct Folder {
    char path[64];
} Folder;

void folder_make(Folder *folder);            // empty
void folder_remove(Folder *folder);          // with all in it
uint64_t folder_bytes(const Folder *folder); // sizes of its files
// A file of it: all its bytes, in the arena.
Str folder_read(Arena *arena, const Folder *folder, const char *name);
void folder_write(const Folder *folder, const char *name, Str bytes);
void folder_delete(const Folder *folder, const char *name); // no error when it is not there

#endif
