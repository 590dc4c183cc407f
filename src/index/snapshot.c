// index/snapshot.c
#include "index/snapshot.h"

enum { MANIFEST_VERSION = 3 };

enum { // section ids
    MANIFEST_HEAD = 1,
    MANIFEST_PARTS,
    MANIFEST_LIVE,
    MANIFEST_ROOT,
    MANIFEST_NOTE,
    MANIFEST_INDEGREE, // u32 an ordinal, part by part; empty: not known
};

typedef struct PartRow {
    SnapshotNewPart part;
    uint32_t live_count;
    uint64_t live_from; // in 64-bit words
} PartRow;
_Static_assert(sizeof(SnapshotFile) == 56 && sizeof(PartRow) == 248, "they lie in files");
_Static_assert(sizeof(SnapshotHead) == 80, "it lies in files");

static Fail damaged(Ctx *cx, const char *reason)
{
    Fail fail =
        FAIL(cx->arena, DAMAGED, "the index cannot be used (%s); it must be made anew", reason);
    return problem_with_str(cx->arena, fail, "reason", str_from(reason));
}

static uint64_t words_of(uint32_t ordinals)
{
    return ((uint64_t)ordinals + 63) / 64;
}

// ---- building

static PartRow *build_rows(Ctx *cx, const SnapshotDraft *draft, uint64_t *words)
{
    PartRow *rows = ARENA_ARRAY(cx->arena, PartRow, draft->part_count);
    for (size_t i = 0; i < draft->part_count; i++) {
        rows[i] = (PartRow){.part = draft->parts[i], .live_from = *words};
        *words += words_of(draft->parts[i].ordinals);
    }
    return rows;
}

static uint64_t count_ordinals(const SnapshotDraft *draft)
{
    uint64_t ordinals = 0;
    for (size_t i = 0; i < draft->part_count; i++) ordinals += draft->parts[i].ordinals;
    return ordinals;
}

// Sets the file's bit. False when it names nothing, or what another file named.
static bool mark_live(const SnapshotDraft *draft, PartRow *rows, uint64_t *live,
                      const FileRow *file)
{
    if (file->segment >= draft->part_count) return false;
    PartRow *row = &rows[file->segment];
    if (file->ordinal >= row->part.ordinals) return false;
    uint64_t *word = &live[row->live_from + file->ordinal / 64];
    uint64_t bit = (uint64_t)1 << file->ordinal % 64;
    if (*word & bit) return false;
    *word |= bit;
    row->live_count++;
    return true;
}

static Fail count_files(Ctx *cx, const SnapshotDraft *draft, PartRow *rows, uint64_t *live,
                        SnapshotHead *head)
{
    head->file_count = draft->file_count;
    for (size_t i = 0; i < draft->file_count; i++) {
        const FileEntry *file = &draft->files[i];
        if (i && str_cmp(draft->files[i - 1].path, file->path) >= 0)
            return FAIL(cx->arena, INTERNAL, "the new table of files is not sorted");
        head->text_bytes += file->row.size_bytes;
        head->skipped_count += file->row.skip != 0;
        if (file->row.segment == FILE_NONE) continue;
        if (!mark_live(draft, rows, live, &file->row))
            return FAIL(cx->arena, INTERNAL, STR_FMT " names content that is not its own",
                        STR_ARG(file->path));
        head->live_count++;
    }
    for (size_t i = 0; i < draft->part_count; i++) {
        const SnapshotNewPart *part = &draft->parts[i];
        head->segment_bytes += part->file.info.bytes;
        for (size_t k = 0; k < ATTACHMENTS; k++)
            head->segment_bytes += part->attached[k].info.bytes;
    }
    return NULL;
}

// That of the root's folder.
static uint64_t root_device(const SnapshotDraft *draft)
{
    for (size_t i = 0; i < draft->listing_count; i++)
        if (!draft->listings[i].path.len) return draft->listings[i].info.device;
    return 0;
}

Fail snapshot_build(Ctx *cx, const SnapshotDraft *draft, SegmentSection out[SNAPSHOT_SECTIONS])
{
    if (draft->part_count > SNAPSHOT_MOST_PARTS)
        return FAIL(cx->arena, INTERNAL, "%zu segments; they must be merged", draft->part_count);
    uint64_t words = 0;
    PartRow *rows = build_rows(cx, draft, &words);
    uint64_t *live = ARENA_ARRAY(cx->arena, uint64_t, (size_t)words);
    SnapshotHead *head = ARENA_NEW(cx->arena, SnapshotHead);
    *head = draft->head;
    head->manifest_version = MANIFEST_VERSION;
    TRY(count_files(cx, draft, rows, live, head));
    TRY(filetable_build(cx, draft->files, draft->file_count, out + 6));
    foldertable_build(cx->arena, draft->listings, draft->listing_count, draft->head.looked_ns,
                      root_device(draft), draft->list_key, out + 6 + FILETABLE_SECTIONS);
    out[0] = (SegmentSection){MANIFEST_HEAD, {(const char *)head, sizeof *head}};
    out[1] =
        (SegmentSection){MANIFEST_PARTS, {(const char *)rows, draft->part_count * sizeof *rows}};
    out[2] = (SegmentSection){MANIFEST_LIVE, {(const char *)live, (size_t)words * sizeof *live}};
    out[3] = (SegmentSection){MANIFEST_ROOT, draft->root};
    out[4] = (SegmentSection){MANIFEST_NOTE, draft->note};
    uint64_t ordinals = draft->indegree ? count_ordinals(draft) : 0;
    out[5] = (SegmentSection){MANIFEST_INDEGREE,
                              {(const char *)draft->indegree, (size_t)ordinals * sizeof(uint32_t)}};
    return NULL;
}

// ---- reading

// Names are made by index/store; anything else could lead out of the folder.
static bool is_plain_name(const SnapshotFile *file)
{
    size_t len = strnlen(file->name, sizeof file->name);
    if (!len || len == sizeof file->name || file->name[0] == '.') return false;
    for (size_t i = 0; i < len; i++) {
        char c = file->name[i];
        if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && c != '-' && c != '.')
            return false;
    }
    return true;
}

static bool are_plain_names(const SnapshotNewPart *part)
{
    for (size_t i = 0; i < ATTACHMENTS; i++)
        if (part->attached[i].name[0] && !is_plain_name(&part->attached[i])) return false;
    return is_plain_name(&part->file);
}

static bool read_parts(Snapshot *snapshot)
{
    Str rows = segment_section(snapshot->manifest, MANIFEST_PARTS);
    Str live = segment_section(snapshot->manifest, MANIFEST_LIVE);
    size_t count = rows.len / sizeof(PartRow);
    uint64_t words = live.len / sizeof(uint64_t), from = 0;
    if (!rows.ptr || !live.ptr || rows.len % sizeof(PartRow) || count > SNAPSHOT_MOST_PARTS)
        return false;
    snapshot->parts = mem_alloc((count + 1) * sizeof *snapshot->parts);
    for (size_t i = 0; i < count; i++) {
        const PartRow *row = (const PartRow *)(const void *)rows.ptr + i;
        if (!are_plain_names(&row->part) || row->live_from != from ||
            words_of(row->part.ordinals) > words - from)
            return false;
        snapshot->parts[i] = (SnapshotPart){.live = (const uint64_t *)(const void *)live.ptr + from,
                                            .ordinals = row->part.ordinals,
                                            .live_count = row->live_count,
                                            .row = &row->part};
        snapshot->part_count = i + 1;
        from += words_of(row->part.ordinals);
    }
    return from == words;
}

static bool find_indegree(Snapshot *snapshot)
{
    Str bytes = segment_unchecked(snapshot->manifest, MANIFEST_INDEGREE);
    const uint32_t *at = (const void *)bytes.ptr;
    uint64_t ordinals = 0;
    if (!bytes.len) return true;
    for (size_t i = 0; i < snapshot->part_count; i++) {
        snapshot->parts[i].indegree = at + ordinals;
        ordinals += snapshot->parts[i].ordinals;
    }
    return bytes.len == ordinals * sizeof *at;
}

static const char *read_manifest(Snapshot *snapshot)
{
    Str head = segment_section(snapshot->manifest, MANIFEST_HEAD);
    if (head.len != sizeof snapshot->head) return "layout";
    memcpy(&snapshot->head, head.ptr, sizeof snapshot->head);
    if (snapshot->head.manifest_version != MANIFEST_VERSION) return "version";
    snapshot->root = segment_section(snapshot->manifest, MANIFEST_ROOT);
    snapshot->note = segment_section(snapshot->manifest, MANIFEST_NOTE);
    bool whole =
        snapshot->root.ptr && snapshot->note.ptr && read_parts(snapshot) && find_indegree(snapshot);
    return whole ? NULL : "layout";
}

Fail snapshot_parse(Ctx *cx, Segment *manifest, Snapshot **out)
{
    Snapshot *snapshot = mem_alloc(sizeof *snapshot);
    snapshot->manifest = manifest;
    const char *reason = read_manifest(snapshot);
    Fail fail = segment_intact(cx, manifest);
    if (!fail && reason) fail = damaged(cx, reason);
    if (fail) snapshot_close(snapshot);
    else *out = snapshot;
    return fail;
}

static Fail open_file(Ctx *cx, OsFile dir, const SnapshotFile *file, Segment **out)
{
    if (!file->name[0]) return NULL;
    TRY(segment_open(cx, dir, file->name, out));
    SegmentInfo info = segment_info(*out);
    bool same = info.bytes == file->info.bytes && info.digest.low == file->info.digest.low &&
                info.digest.high == file->info.digest.high;
    return same ? NULL : damaged(cx, "a segment of another snapshot");
}

Fail snapshot_open_parts(Ctx *cx, OsFile dir, Snapshot *snapshot)
{
    for (size_t i = 0; i < snapshot->part_count; i++) {
        SnapshotPart *part = &snapshot->parts[i];
        TRY(open_file(cx, dir, &part->row->file, &part->segment));
        for (size_t k = 0; k < ATTACHMENTS; k++)
            TRY(open_file(cx, dir, &part->row->attached[k], &part->attached[k]));
    }
    return NULL;
}

void snapshot_close(Snapshot *snapshot)
{
    if (!snapshot) return;
    for (size_t i = 0; i < snapshot->part_count; i++) {
        segment_close(snapshot->parts[i].segment);
        for (size_t k = 0; k < ATTACHMENTS; k++) segment_close(snapshot->parts[i].attached[k]);
    }
    segment_close(snapshot->manifest);
    mem_free(snapshot->parts);
    mem_free(snapshot);
}

Fail snapshot_files(Ctx *cx, const Snapshot *snapshot, FileTable *out)
{
    FileTable table;
    TRY(filetable_open(cx, snapshot->manifest, &table));
    if (table.count != snapshot->head.file_count) return damaged(cx, "layout");
    *out = table;
    return NULL;
}

typedef Fail (*CheckFn)(Ctx *cx, const Segment *segment);

static Fail check_all(Ctx *cx, const Snapshot *snapshot, CheckFn check)
{
    TRY(check(cx, snapshot->manifest));
    for (size_t i = 0; i < snapshot->part_count; i++) {
        const SnapshotPart *part = &snapshot->parts[i];
        TRY(check(cx, part->segment));
        for (size_t k = 0; k < ATTACHMENTS; k++)
            if (part->attached[k]) TRY(check(cx, part->attached[k]));
    }
    return NULL;
}

Fail snapshot_intact(Ctx *cx, const Snapshot *snapshot)
{
    return check_all(cx, snapshot, segment_intact);
}

Fail snapshot_verify(Ctx *cx, const Snapshot *snapshot)
{
    return check_all(cx, snapshot, segment_verify);
}
