// index/store_write.c - one writer at a time: stage, verify, publish, clean up.
//
// DESIGN. The lock (flock on the file `lock`) makes all of this one process's, and one thread's. It
// ends with the process. What is on the disk at any instant:
//   - files named *.tmp, and segments or manifests that `current` does not lead to: of no meaning;
//     a killed writer's are removed by the next store_begin, which holds the lock;
//   - `current`, which names a manifest by number and digest, whose files were all synced, read
//   back
//     and verified before `current` was renamed to its place.
// Generation numbers rise, so a name is not used twice while anybody could know it.
#include <assert.h>

#include "base/log.h"
#include "base/os_disk.h"
#include "base/vec.h"
#include "index/store_.h"

typedef struct Writer {
    StoreWriter shown; // first
    Arena arena;
    const Store *store;
    OsFile dir, lock;
    uint64_t generation; // of the next snapshot
    StoreCurrent current;
    SnapshotNewPart parts[SNAPSHOT_MOST_PARTS];
    size_t part_count;
    bool published;
} Writer;

// ---- cleaning up

static bool has_name(const Str *names, size_t count, Str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_eq(names[i], name)) return true;
    return false;
}

typedef struct Names {
    Str *items;
    size_t len, cap;
} Names;

// The segments of one manifest. What is damaged has none, and is of no use to anybody.
static Fail add_names(Ctx *cx, const Writer *writer, uint64_t generation, Names *names)
{
    Snapshot *snapshot;
    StoreCurrent which = {.generation = generation};
    Fail fail = store_open_manifest(cx, writer->store, writer->dir, &which, &snapshot);
    if (fail && fail->kind == PROBLEM_DAMAGED) return NULL;
    if (fail) return fail;
    for (size_t i = 0; i < snapshot->part_count; i++) {
        const SnapshotNewPart *row = snapshot->parts[i].row;
        VEC_PUSH(cx->arena, names, str_copy(cx->arena, str_from(row->file.name)));
        for (size_t k = 0; k < ATTACHMENTS; k++)
            VEC_PUSH(cx->arena, names, str_copy(cx->arena, str_from(row->attached[k].name)));
    }
    snapshot_close(snapshot);
    return NULL;
}

static bool is_leftover(Str name, const Names *used)
{
    if (str_ends(name, STR(".tmp"))) return true;
    uint64_t generation;
    return store_is_segment(name, &generation) && !has_name(used->items, used->len, name);
}

// Removes what no manifest leads to. Only our kinds of names: nothing else is ours.
static Fail sweep(Ctx *cx, const Writer *writer)
{
    uint64_t *generations;
    OsEntry *entries;
    size_t count, entry_count;
    Names used = {0};
    TRY(store_generations(cx, writer->dir, &generations, &count));
    for (size_t i = 0; i < count; i++) TRY(add_names(cx, writer, generations[i], &used));
    TRY(store_list(cx, writer->dir, &entries, &entry_count));
    for (size_t i = 0; i < entry_count; i++)
        if (is_leftover(str_from(entries[i].name), &used))
            TRY(os_remove(cx, writer->dir, entries[i].name));
    return NULL;
}

// ---- beginning and ending

static Fail make_folder(Ctx *cx, const Store *store, OsFile *dir)
{
    Fail fail = store_open_folder(cx, store, dir);
    if (!fail || fail->kind != PROBLEM_NOT_FOUND) return fail;
    TRY(os_make_dirs(cx, store->folder.ptr, 0700));
    return store_open_folder(cx, store, dir);
}

// Under the lock, like all that is written: another writer's sweep would remove the file's first
// name.
static Fail write_readme(Ctx *cx, OsFile dir)
{
    OsStat info;
    if (!os_try_stat(dir, "README", OS_NOFOLLOW, &info)) return NULL;
    return os_replace_file(cx, dir, "README",
                           STR("The index of one workspace, kept by cq. "
                               "It can be removed at any time: it is made anew.\n"));
}

static Fail newest_generation(Ctx *cx, const Writer *writer, uint64_t *out)
{
    uint64_t *generations;
    size_t count;
    TRY(store_generations(cx, writer->dir, &generations, &count));
    *out = MAX(writer->current.generation, count ? generations[count - 1] : 0);
    return NULL;
}

static Fail begin(Ctx *cx, Writer *writer)
{
    Fail fail = store_read_current(cx, writer->dir, &writer->current);
    if (!fail) fail = store_read_in(cx, writer->store, writer->dir, &writer->shown.base);
    if (fail && fail->kind != PROBLEM_DAMAGED) return fail;
    if (fail) {
        writer->shown.base_trouble = problem_copy(&writer->arena, fail);
        log_event(cx, LOG_WARN, "index.damaged", LOG_STR("why", fail->detail));
    }
    TRY(newest_generation(cx, writer, &writer->generation));
    writer->generation++;
    TRY(sweep(cx, writer));
    return write_readme(cx, writer->dir);
}

Fail store_probe(Ctx *cx, const Store *store, int64_t patience_ns, bool *busy, int *holder)
{
    OsFile dir = OS_FILE_NONE, lock = OS_FILE_NONE;
    bool locked = false;
    *busy = false;
    *holder = 0;
    Fail fail = make_folder(cx, store, &dir);
    if (!fail) fail = os_open_lock(cx, dir, "lock", &lock);
    if (!fail) fail = os_lock(cx, lock, patience_ns, &locked);
    if (!fail && !locked) {
        *busy = true;
        *holder = os_lock_holder(lock);
    }
    os_close(&lock);
    os_close(&dir);
    return fail;
}

Fail store_begin(Ctx *cx, const Store *store, int64_t patience_ns, StoreWriter **out)
{
    bool locked = false;
    Writer *writer = mem_alloc(sizeof *writer);
    writer->store = store;
    writer->dir = writer->lock = OS_FILE_NONE;
    *out = NULL;
    Fail fail = make_folder(cx, store, &writer->dir);
    if (!fail) fail = os_open_lock(cx, writer->dir, "lock", &writer->lock);
    if (!fail) fail = os_lock(cx, writer->lock, patience_ns, &locked);
    if (!fail && locked) os_lock_sign(writer->lock);
    if (!fail && locked) fail = begin(cx, writer);
    if (fail || !locked) {
        writer->published = true; // nothing to undo
        store_end(cx, &writer->shown);
        return fail;
    }
    *out = &writer->shown;
    return NULL;
}

static Writer *writer_of(StoreWriter *shown)
{
    return (Writer *)shown;
}

// Whether this writer wrote the file: its generation is in the name.
static bool is_new(const Writer *writer, const SnapshotFile *file)
{
    uint64_t generation;
    return store_is_segment(str_from(file->name), &generation) && generation == writer->generation;
}

static void unstage_file(Ctx *cx, const Writer *writer, const SnapshotFile *file)
{
    if (!is_new(writer, file)) return;
    Fail ignored = os_remove(cx, writer->dir, file->name); // or the next writer removes it
    (void)ignored;
}

static void unstage(Ctx *cx, const Writer *writer)
{
    char name[STORE_NAME];
    store_manifest_name(writer->generation, name);
    Fail ignored = os_remove(cx, writer->dir, name);
    (void)ignored;
    for (size_t i = 0; i < writer->part_count; i++) {
        unstage_file(cx, writer, &writer->parts[i].file);
        for (size_t k = 0; k < ATTACHMENTS; k++)
            unstage_file(cx, writer, &writer->parts[i].attached[k]);
    }
}

void store_end(Ctx *cx, StoreWriter *shown)
{
    if (!shown) return;
    Writer *writer = writer_of(shown);
    if (!writer->published) unstage(cx, writer);
    snapshot_close(shown->base);
    os_close(&writer->lock);
    os_close(&writer->dir);
    arena_fini(&writer->arena);
    mem_free(writer);
}

// ---- staging

void store_keep(StoreWriter *shown, size_t part, uint32_t *number)
{
    Writer *writer = writer_of(shown);
    const SnapshotPart *old = &shown->base->parts[part];
    assert(part < shown->base->part_count && writer->part_count < SNAPSHOT_MOST_PARTS);
    SnapshotNewPart *kept = &writer->parts[writer->part_count];
    *kept = *old->row;
    *number = (uint32_t)writer->part_count++;
}

Fail store_add(Ctx *cx, StoreWriter *shown, const SegmentSection *sections, size_t count,
               uint32_t ordinals, uint32_t *number)
{
    Writer *writer = writer_of(shown);
    if (writer->part_count == SNAPSHOT_MOST_PARTS)
        return FAIL(cx->arena, TOO_LARGE, "more than %d segments; they must be merged",
                    (int)SNAPSHOT_MOST_PARTS);
    SnapshotNewPart *part = &writer->parts[writer->part_count];
    Str name = str_format(cx->arena, "%08llu-%zu.seg", (unsigned long long)writer->generation,
                          writer->part_count);
    *part = (SnapshotNewPart){.ordinals = ordinals};
    memcpy(part->file.name, name.ptr, name.len + 1);
    TRY(segment_write(cx, writer->dir, part->file.name, sections, count, &part->file.info));
    *number = (uint32_t)writer->part_count++;
    return NULL;
}

Fail store_attach(Ctx *cx, StoreWriter *shown, uint32_t number, Attachment kind,
                  const SegmentSection *sections, size_t count)
{
    Writer *writer = writer_of(shown);
    assert(number < writer->part_count);
    SnapshotFile *file = &writer->parts[number].attached[kind];
    unstage_file(cx, writer, file);
    *file = (SnapshotFile){0};
    if (!count) return NULL;
    SnapshotFile made = {0};
    Str name = str_format(cx->arena, "%08llu-%u%s", (unsigned long long)writer->generation,
                          (unsigned)number, store_endings[kind]);
    memcpy(made.name, name.ptr, name.len + 1);
    TRY(segment_write(cx, writer->dir, made.name, sections, count, &made.info));
    *file = made;
    return NULL;
}

size_t store_parts(const StoreWriter *shown)
{
    return ((const Writer *)shown)->part_count;
}

Fail store_staged(Ctx *cx, const StoreWriter *shown, uint32_t number, Segment **out)
{
    const Writer *writer = (const Writer *)shown;
    assert(number < writer->part_count);
    return segment_open(cx, writer->dir, writer->parts[number].file.name, out);
}

Fail store_attached(Ctx *cx, const StoreWriter *shown, uint32_t number, Attachment kind,
                    Segment **out)
{
    const Writer *writer = (const Writer *)shown;
    assert(number < writer->part_count);
    const SnapshotFile *file = &writer->parts[number].attached[kind];
    *out = NULL;
    return file->name[0] ? segment_open(cx, writer->dir, file->name, out) : NULL;
}

// ---- publishing

static Fail write_manifest(Ctx *cx, const Writer *writer, const StorePublish *publish,
                           SegmentInfo *info)
{
    SegmentSection sections[SNAPSHOT_SECTIONS];
    char name[STORE_NAME];
    const Snapshot *base = writer->shown.base;
    SnapshotDraft draft = {
        .head = {.schema = writer->store->spec.schema,
                 .generation = writer->generation,
                 .parent = base ? base->head.generation : 0,
                 .created_ns = os_wall_ns(),
                 .looked_ns = publish->looked_ns},
        .root = writer->store->spec.root,
        .note = publish->note,
        .parts = writer->parts,
        .part_count = writer->part_count,
        .files = publish->files,
        .file_count = publish->file_count,
        .indegree = publish->indegree,
        .listings = publish->listings,
        .listing_count = publish->listing_count,
        .list_key = publish->list_key,
    };
    TRY(snapshot_build(cx, &draft, sections));
    store_manifest_name(writer->generation, name);
    return segment_write(cx, writer->dir, name, sections, SNAPSHOT_SECTIONS, info);
}

// Reads back what this writer wrote. What it kept was verified by the one that wrote it, and is
// checked again wherever it is read.
static Fail verify_new(Ctx *cx, const Writer *writer, const Snapshot *snapshot)
{
    TRY(segment_verify(cx, snapshot->manifest));
    for (size_t i = 0; i < snapshot->part_count; i++) {
        const SnapshotPart *part = &snapshot->parts[i];
        if (is_new(writer, &part->row->file)) TRY(segment_verify(cx, part->segment));
        for (size_t k = 0; k < ATTACHMENTS; k++)
            if (is_new(writer, &part->row->attached[k])) TRY(segment_verify(cx, part->attached[k]));
    }
    return NULL;
}

// Writes `current` beside its place, brings all to the disk, and renames it.
static Fail switch_to(Ctx *cx, Writer *writer, const StoreCurrent *next)
{
    static const char beside[] = "current.tmp";
    OsFile file = OS_FILE_NONE;
    TRY(os_create(cx, writer->dir, beside, &file));
    Fail fail = os_write(cx, file, store_current_text(cx->arena, next));
    if (!fail) fail = os_sync(cx, file);
    os_close(&file);
    if (!fail) fail = os_sync(cx, writer->dir); // the names that `current` will lead to
    if (!fail) fail = os_rename(cx, writer->dir, beside, "current");
    if (fail) return fail;
    writer->published = true; // from here on the files are in use, whatever else fails
    writer->current = *next;
    return os_sync(cx, writer->dir);
}

Fail store_publish(Ctx *cx, StoreWriter *shown, const StorePublish *publish, Snapshot **out)
{
    Writer *writer = writer_of(shown);
    assert(!writer->published && publish->keep);
    SegmentInfo info;
    Snapshot *snapshot;
    TRY(write_manifest(cx, writer, publish, &info));
    StoreCurrent next = {writer->generation, info.digest};
    TRY(store_open_snapshot(cx, writer->store, writer->dir, &next, &snapshot));
    Fail fail = verify_new(cx, writer, snapshot);
    if (!fail) fail = switch_to(cx, writer, &next);
    if (fail) {
        snapshot_close(snapshot);
        return fail;
    }
    size_t removed;
    fail = store_prune(cx, shown, publish->keep, &removed);
    if (fail) log_event(cx, LOG_WARN, "index.prune", LOG_STR("why", fail->detail));
    *out = snapshot;
    return NULL;
}

// ---- older snapshots

static Fail older_than(Ctx *cx, const Writer *writer, uint64_t *generation)
{
    uint64_t *generations;
    size_t count;
    TRY(store_generations(cx, writer->dir, &generations, &count));
    for (size_t i = count; i-- > 0;) {
        if (generations[i] >= writer->current.generation) continue;
        *generation = generations[i];
        return NULL;
    }
    return FAIL(cx->arena, NOT_FOUND, "there is no older snapshot than the current one");
}

Fail store_rollback(Ctx *cx, StoreWriter *shown, uint64_t generation)
{
    Writer *writer = writer_of(shown);
    Snapshot *snapshot;
    if (!generation) TRY(older_than(cx, writer, &generation));
    StoreCurrent next = {.generation = generation};
    Fail missing = store_open_snapshot(cx, writer->store, writer->dir, &next, &snapshot);
    if (missing && missing->kind == PROBLEM_NOT_FOUND)
        return FAIL(cx->arena, NOT_FOUND, "there is no version %llu",
                    (unsigned long long)generation);
    TRY(missing);
    next.digest = segment_info(snapshot->manifest).digest;
    Fail fail = snapshot_verify(cx, snapshot);
    snapshot_close(snapshot);
    return fail ? fail : switch_to(cx, writer, &next);
}

Fail store_prune(Ctx *cx, StoreWriter *shown, size_t keep, size_t *removed)
{
    Writer *writer = writer_of(shown);
    uint64_t *generations;
    size_t count, kept = 1; // the current one, whatever its number
    char name[STORE_NAME];
    *removed = 0;
    TRY(store_generations(cx, writer->dir, &generations, &count));
    for (size_t i = count; i-- > 0;) {
        if (generations[i] == writer->current.generation || kept++ < keep) continue;
        store_manifest_name(generations[i], name);
        TRY(os_remove(cx, writer->dir, name));
        ++*removed;
    }
    return sweep(cx, writer);
}
