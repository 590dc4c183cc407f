// support/folder.c
#include "support/folder.h"

#include <ftw.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/check.h"

void folder_make(Folder *folder)
{
    const char *top = getenv("TMPDIR");
    snprintf(folder->path, sizeof folder->path, "%s/cq-test.XXXXXX",
             top && strlen(top) < 40 ? top : "/tmp");
    assert_non_null(mkdtemp(folder->path));
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)info, (void)type, (void)at;
    return remove(path);
}

void folder_remove(Folder *folder)
{
    nftw(folder->path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static uint64_t found_bytes; // nftw takes no argument; tests run one by one

static int add_one(const char *path, const struct stat *info, int type, struct FTW *at)
{
    (void)path, (void)at;
    if (type == FTW_F) found_bytes += (uint64_t)info->st_size;
    return 0;
}

uint64_t folder_bytes(const Folder *folder)
{
    found_bytes = 0;
    nftw(folder->path, add_one, 8, FTW_PHYS);
    return found_bytes;
}

static FILE *open_in(const Folder *folder, const char *name, const char *mode)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    return fopen(path, mode);
}

Str folder_read(Arena *arena, const Folder *folder, const char *name)
{
    FILE *file = open_in(folder, name, "rb");
    if (!file) return STR_NONE;
    Buf buf = buf_on(arena);
    for (size_t got = 1; got; buf.len += got) got = fread(buf_room(&buf, 65536), 1, 65536, file);
    fclose(file);
    return buf_str(&buf);
}

void folder_write(const Folder *folder, const char *name, Str bytes)
{
    FILE *file = open_in(folder, name, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, file), bytes.len);
    assert_int_equal(fclose(file), 0);
}

void folder_delete(const Folder *folder, const char *name)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    remove(path);
}
