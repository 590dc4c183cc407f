// fuzz/manifest.c - manifests of snapshots whose checksums are right and whose content is anything.
#include <stdlib.h>

#include "index/snapshot.h"

static uint64_t sum;

static void touch(Str bytes)
{
    for (size_t i = 0; i < bytes.len; i++) sum += (unsigned char)bytes.ptr[i];
}

static void use_files(const FileTable *files)
{
    Digest digest;
    for (size_t row = 0; row < files->count; row++) {
        Str path = filetable_path(files, row);
        touch(path);
        if (path.ptr[path.len] != 0 && path.len) sum++; // it can be read, too
        if (filetable_digest(files, row, &digest)) sum += digest.bytes[0];
        sum += filetable_find(files, path);
    }
}

static void use_name(const SnapshotFile *file)
{
    if (!memchr(file->name, 0, sizeof file->name) || strchr(file->name, '/')) abort();
}

static void use(Ctx *cx, const Snapshot *snapshot)
{
    FileTable files;
    touch(snapshot->root);
    touch(snapshot->note);
    for (size_t i = 0; i < snapshot->part_count; i++) {
        const SnapshotNewPart *row = snapshot->parts[i].row;
        use_name(&row->file);
        for (size_t k = 0; k < ATTACHMENTS; k++) use_name(&row->attached[k]);
        for (uint32_t k = 0; k < snapshot->parts[i].ordinals; k++)
            sum += snapshot_is_live(&snapshot->parts[i], k);
    }
    if (!snapshot_files(cx, snapshot, &files)) use_files(&files);
}

// Sections from the input: id, length in two bytes, content.
static size_t cut(Str in, SegmentSection out[16])
{
    size_t count = 0;
    bool taken[256] = {0};
    while (in.len >= 3 && count < 16) {
        uint8_t id = (uint8_t)in.ptr[0];
        size_t len = (size_t)(uint8_t)in.ptr[1] | (size_t)(uint8_t)in.ptr[2] << 8;
        Str content = str_sub(in, 3, 3 + len);
        in = str_sub(in, 3 + content.len, in.len);
        if (taken[id]) continue;
        taken[id] = true;
        out[count++] = (SegmentSection){id, content};
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    SegmentSection sections[16];
    Snapshot *snapshot;
    size_t count = cut((Str){(const char *)data, size}, sections);
    if (!snapshot_parse(&cx, segment_in_memory(sections, count), &snapshot)) {
        use(&cx, snapshot);
        snapshot_close(snapshot);
    }
    arena_fini(&arena);
    return 0;
}
