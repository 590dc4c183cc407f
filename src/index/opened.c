// index/opened.c
#include "index/opened.h"

#include "base/version.h"
#include "index/namestore.h"
#include "index/ngram.h"

// Changes with whatever could give a file another content in the index.
static uint32_t schema(void)
{
    uint32_t versions[] = {DOC_VERSION,   LEXICON_VERSION,   NGRAM_VERSION,     BRIEF_VERSION,
                           NAMES_VERSION, NAMESTORE_VERSION, INDEX_NOTE_VERSION};
    return (uint32_t)(hash_64(versions, sizeof versions) ^ hash_64(CQ_VERSION, sizeof CQ_VERSION));
}

Fail opened_store(Ctx *cx, const OpenedSpec *spec, Store **out)
{
    StoreSpec store = {.cache_dir = spec->cache_dir, .root = spec->root, .schema = schema()};
    return store_open(cx, &store, out);
}

static Fail damaged(Ctx *cx, const char *what, const char *reason)
{
    Fail fail = FAIL(cx->arena, DAMAGED, "%s; the index must be made anew", what);
    return problem_with_str(cx->arena, fail, "reason", str_from(reason));
}

Fail opened_note(Ctx *cx, const Snapshot *snapshot, uint64_t max_file_bytes, IndexNote *out)
{
    if (snapshot->note.len != sizeof *out)
        return damaged(cx, "its note has another size", "layout");
    memcpy(out, snapshot->note.ptr, sizeof *out);
    if (out->version != INDEX_NOTE_VERSION || out->source[sizeof out->source - 1])
        return damaged(cx, "its note is of another version", "version");
    if (out->max_file_bytes != max_file_bytes)
        return damaged(cx, "it was made with another limit for files", "version");
    return NULL;
}

Fail opened_lexicon(Ctx *cx, const Segment *segment, Lexicon *out)
{
    if (lexicon_open_segment(segment, out)) return NULL;
    TRY(segment_intact(cx, segment));
    return damaged(cx, "a segment has no whole lexicon", "layout");
}

static Fail open_parts(Ctx *cx, Opened *opened)
{
    const Snapshot *snapshot = opened->snapshot;
    Lexicon *lexicons = ARENA_ARRAY(&opened->arena, Lexicon, snapshot->part_count);
    for (size_t i = 0; i < snapshot->part_count; i++) {
        const SnapshotPart *part = &snapshot->parts[i];
        TRY(opened_lexicon(cx, part->segment, &lexicons[i]));
        if (lexicons[i].head->files != part->ordinals)
            return damaged(cx, "a segment has another number of files", "layout");
    }
    opened->lexicons = lexicons;
    return NULL;
}

static Fail open_snapshot(Ctx *cx, const OpenedSpec *spec, Opened *opened)
{
    TRY(store_read(cx, opened->store, &opened->snapshot));
    if (!opened->snapshot) return NULL;
    TRY(opened_note(cx, opened->snapshot, spec->max_file_bytes, &opened->note));
    TRY(snapshot_files(cx, opened->snapshot, &opened->table));
    foldertable_open(opened->snapshot->manifest, &opened->folders);
    return open_parts(cx, opened);
}

Fail opened_new(Ctx *cx, const OpenedSpec *spec, Opened **out)
{
    Opened *opened = mem_alloc(sizeof *opened);
    Fail fail = NULL;
    opened->spec = (OpenedSpec){.cache_dir = str_copy(&opened->arena, spec->cache_dir),
                                .root = str_copy(&opened->arena, spec->root),
                                .max_file_bytes = spec->max_file_bytes};
    if (spec->cache_dir.len) {
        fail = opened_store(cx, spec, &opened->store);
        if (!fail) fail = open_snapshot(cx, spec, opened);
    }
    if (fail) {
        snapshot_close(opened->snapshot);
        opened->snapshot = NULL;
        opened->table = (FileTable){0};
        opened->folders = (FolderTable){0};
        opened->trouble = problem_copy(&opened->arena, fail);
    }
    *out = opened;
    return NULL;
}

void opened_free(Opened *opened)
{
    if (!opened) return;
    snapshot_close(opened->snapshot);
    store_close(opened->store);
    arena_fini(&opened->arena);
    mem_free(opened);
}

bool opened_is_for(const Opened *opened, const OpenedSpec *spec)
{
    return str_eq(opened->spec.cache_dir, spec->cache_dir) &&
           str_eq(opened->spec.root, spec->root) &&
           opened->spec.max_file_bytes == spec->max_file_bytes;
}

bool opened_is_current(Ctx *cx, const Opened *opened)
{
    return !opened->store || store_is_current(cx, opened->store, opened->snapshot);
}

bool opened_lease(Ctx *cx, Cell *cell, const OpenedSpec *spec, Lease *out)
{
    for (int i = 0; cell && i < 2; i++) {
        if (cell_lease(cx, cell, out)) return false;
        const Opened *opened = out->value;
        if (opened_is_for(opened, spec) && opened_is_current(cx, opened)) return true;
        lease_release(out);
        if (i == 0) cell_invalidate(cx, cell);
    }
    return false;
}
