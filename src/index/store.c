// index/store.c - reading. See store_write.c for the rest.
#include <assert.h>

#include "base/digest.h"
#include "base/vec.h"
#include "index/store_.h"

static const char current_name[] = "current";
const char *const store_endings[] = {
    [ATTACH_VECTORS] = ".vec", [ATTACH_ANN] = ".ann", [ATTACH_EDGES] = ".edg"};

Fail store_open(Ctx *cx, const StoreSpec *spec, Store **out)
{
    enum { NAME_BYTES = 40, KEY_DIGITS = 16 };
    if (!str_starts(spec->cache_dir, STR("/")))
        return FAIL(cx->arena, BAD_REQUEST, "there is no folder for the index; set CQ_CACHE_DIR");
    Store *store = mem_alloc(sizeof *store);
    Arena *arena = &store->arena;
    store->spec = *spec;
    store->spec.root = str_copy(arena, spec->root);
    store->spec.cache_dir = str_copy(arena, spec->cache_dir);
    Digest digest = digest_of(spec->root);
    Str key = str_sub(digest_hex(arena, &digest), 0, KEY_DIGITS);
    size_t slash = str_find_last(spec->root, '/');
    Str name = str_sub(spec->root, slash == spec->root.len ? 0 : slash + 1, spec->root.len);
    if (name.len > NAME_BYTES || !utf8_valid(name.ptr, name.len)) name = STR("");
    store->folder = str_format(arena, STR_FMT "/index/" STR_FMT "-" STR_FMT,
                               STR_ARG(spec->cache_dir), STR_ARG(name), STR_ARG(key));
    *out = store;
    return NULL;
}

void store_close(Store *store)
{
    if (!store) return;
    arena_fini(&store->arena);
    mem_free(store);
}

Str store_folder(const Store *store)
{
    return store->folder;
}

// ---- names

void store_manifest_name(uint64_t generation, char out[STORE_NAME])
{
    Arena arena = {0};
    Str name = str_format(&arena, "%08llu.manifest", (unsigned long long)generation);
    assert(name.len < STORE_NAME);
    memcpy(out, name.ptr, name.len + 1);
    arena_fini(&arena);
}

// Decimal digits up to `end`, of at least 8.
static bool read_number(Str *text, char end, uint64_t *out)
{
    enum { LEAST = 8, MOST = 18 };
    size_t len = str_find(*text, end);
    *out = 0;
    if (len == text->len || len < LEAST || len > MOST) return false;
    for (size_t i = 0; i < len; i++) {
        if (text->ptr[i] < '0' || text->ptr[i] > '9') return false;
        *out = *out * 10 + (uint64_t)(text->ptr[i] - '0');
    }
    *text = str_sub(*text, len + 1, text->len);
    return true;
}

bool store_is_manifest(Str name, uint64_t *generation)
{
    return read_number(&name, '.', generation) && *generation && str_eq(name, STR("manifest"));
}

bool store_is_segment(Str name, uint64_t *generation)
{
    if (!read_number(&name, '-', generation)) return false;
    for (size_t i = 0; i < ATTACHMENTS; i++)
        if (str_ends(name, str_from(store_endings[i]))) return true;
    return str_ends(name, STR(".seg"));
}

// ---- `current`

static Fail damaged(Ctx *cx, const char *what, const char *reason)
{
    Fail fail =
        FAIL(cx->arena, DAMAGED, "the index cannot be used (%s); it must be made anew", what);
    return problem_with_str(cx->arena, fail, "reason", str_from(reason));
}

Str store_current_text(Arena *arena, const StoreCurrent *current)
{
    return str_format(arena, "%08llu %016llx%016llx\n", (unsigned long long)current->generation,
                      (unsigned long long)current->digest.high,
                      (unsigned long long)current->digest.low);
}

static bool read_hex(Str text, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < text.len; i++) {
        static const char digits[] = "0123456789abcdef";
        const char *at = text.ptr[i] ? strchr(digits, text.ptr[i]) : NULL;
        if (!at) return false;
        *out = *out << 4 | (uint64_t)(at - digits);
    }
    return true;
}

static bool parse_current(Str text, StoreCurrent *out)
{
    return read_number(&text, ' ', &out->generation) && out->generation && text.len == 33 &&
           text.ptr[32] == '\n' && read_hex(str_sub(text, 0, 16), &out->digest.high) &&
           read_hex(str_sub(text, 16, 32), &out->digest.low);
}

Fail store_read_current(Ctx *cx, OsFile dir, StoreCurrent *out)
{
    Str text;
    *out = (StoreCurrent){0};
    Fail fail = os_read_file(cx, dir, current_name, 4096, &text);
    if (fail && fail->kind == PROBLEM_NOT_FOUND) return NULL;
    if (fail && fail->kind == PROBLEM_TOO_LARGE) return damaged(cx, "`current`", "layout");
    if (fail) return fail;
    return parse_current(text, out) ? NULL : damaged(cx, "`current`", "layout");
}

// ---- snapshots

static const char *mismatch(const Store *store, const StoreCurrent *which, const Snapshot *snapshot)
{
    SegmentInfo info = segment_info(snapshot->manifest);
    bool any = !which->digest.low && !which->digest.high;
    bool same = info.digest.low == which->digest.low && info.digest.high == which->digest.high;
    if (!any && !same) return "another manifest";
    if (snapshot->head.generation != which->generation) return "another manifest";
    if (snapshot->head.schema != store->spec.schema) return "version";
    return str_eq(snapshot->root, store->spec.root) ? NULL : "another workspace";
}

Fail store_open_manifest(Ctx *cx, const Store *store, OsFile dir, const StoreCurrent *which,
                         Snapshot **out)
{
    char name[STORE_NAME];
    Segment *manifest;
    Snapshot *snapshot;
    store_manifest_name(which->generation, name);
    TRY(segment_open(cx, dir, name, &manifest));
    TRY(snapshot_parse(cx, manifest, &snapshot));
    const char *reason = mismatch(store, which, snapshot);
    if (reason) {
        snapshot_close(snapshot);
        return damaged(cx, reason, reason);
    }
    *out = snapshot;
    return NULL;
}

Fail store_open_snapshot(Ctx *cx, const Store *store, OsFile dir, const StoreCurrent *which,
                         Snapshot **out)
{
    Snapshot *snapshot;
    TRY(store_open_manifest(cx, store, dir, which, &snapshot));
    Fail fail = snapshot_open_parts(cx, dir, snapshot);
    if (fail) snapshot_close(snapshot);
    else *out = snapshot;
    return fail;
}

// While a writer publishes and prunes, names can go between two steps of ours. Then `current` is
// another than before, and we begin again; if it is the same, something is wrong with the files.
Fail store_read_in(Ctx *cx, const Store *store, OsFile dir, Snapshot **out)
{
    enum { MOST_TRIES = 100 }; // so many publications during one opening are none
    Fail fail = NULL;
    StoreCurrent before = {0}, now;
    *out = NULL;
    for (int i = 0; i < MOST_TRIES; i++) {
        TRY(ctx_check(cx));
        TRY(store_read_current(cx, dir, &now));
        bool same = now.generation == before.generation && now.digest.low == before.digest.low &&
                    now.digest.high == before.digest.high;
        if (i && same) break;
        if (!now.generation) return NULL;
        fail = store_open_snapshot(cx, store, dir, &now, out);
        if (!fail) return NULL;
        if (fail->kind != PROBLEM_NOT_FOUND && fail->kind != PROBLEM_DAMAGED) return fail;
        before = now;
    }
    *out = NULL;
    return fail->kind == PROBLEM_NOT_FOUND ? damaged(cx, "a file is missing", "missing") : fail;
}

Fail store_open_folder(Ctx *cx, const Store *store, OsFile *out)
{
    return os_open(cx, OS_CWD, store->folder.ptr, OS_FOLLOW, out);
}

Fail store_read(Ctx *cx, const Store *store, Snapshot **out)
{
    OsFile dir = OS_FILE_NONE;
    Fail fail = store_open_folder(cx, store, &dir);
    *out = NULL;
    if (fail) return fail->kind == PROBLEM_NOT_FOUND ? NULL : fail;
    fail = store_read_in(cx, store, dir, out);
    os_close(&dir);
    return fail;
}

bool store_is_current(Ctx *cx, const Store *store, const Snapshot *snapshot)
{
    OsFile dir = OS_FILE_NONE;
    StoreCurrent now = {0};
    if (!store_open_folder(cx, store, &dir) && store_read_current(cx, dir, &now))
        now = (StoreCurrent){0};
    os_close(&dir);
    if (!snapshot || !now.generation) return !snapshot && !now.generation;
    SegmentInfo info = segment_info(snapshot->manifest);
    return now.generation == snapshot->head.generation && now.digest.low == info.digest.low &&
           now.digest.high == info.digest.high;
}

Fail store_read_version(Ctx *cx, const Store *store, uint64_t generation, Snapshot **out)
{
    OsFile dir = OS_FILE_NONE;
    TRY(store_open_folder(cx, store, &dir));
    Fail fail = store_open_snapshot(cx, store, dir, &(StoreCurrent){.generation = generation}, out);
    os_close(&dir);
    return fail;
}

// ---- what there is

Fail store_list(Ctx *cx, OsFile dir, OsEntry **entries, size_t *count)
{
    OsFile again = OS_FILE_NONE; // a descriptor lists its folder once
    TRY(os_open(cx, dir, ".", OS_FOLLOW, &again));
    Fail fail = os_list(cx, again, entries, count);
    os_close(&again);
    return fail;
}

Fail store_generations(Ctx *cx, OsFile dir, uint64_t **out, size_t *count)
{
    OsEntry *entries;
    size_t entry_count;
    VEC(uint64_t) found = {0};
    TRY(store_list(cx, dir, &entries, &entry_count));
    for (size_t i = 0; i < entry_count; i++) {
        uint64_t generation;
        if (!store_is_manifest(str_from(entries[i].name), &generation)) continue;
        VEC_PUSH(cx->arena, &found, generation);
        size_t at = found.len - 1; // there are few
        for (; at && found.items[at - 1] > generation; at--) found.items[at] = found.items[at - 1];
        found.items[at] = generation;
    }
    *out = found.items;
    *count = found.len;
    return NULL;
}

static Fail look_at_version(Ctx *cx, const Store *store, OsFile dir, StoreVersion *version)
{
    Snapshot *snapshot;
    StoreCurrent which = {.generation = version->generation};
    version->trouble = store_open_snapshot(cx, store, dir, &which, &snapshot);
    if (version->trouble)
        return version->trouble->kind == PROBLEM_CANCELLED ? version->trouble : NULL;
    version->head = snapshot->head;
    version->manifest_bytes = segment_info(snapshot->manifest).bytes;
    snapshot_close(snapshot);
    return NULL;
}

static Fail list_versions(Ctx *cx, const Store *store, OsFile dir, StoreVersion **out,
                          size_t *count)
{
    StoreCurrent current = {0};
    uint64_t *generations;
    TRY(store_generations(cx, dir, &generations, count));
    Fail fail = store_read_current(cx, dir, &current);
    if (fail && fail->kind != PROBLEM_DAMAGED) return fail; // damaged: none is current
    if (fail) current = (StoreCurrent){0};
    *out = ARENA_ARRAY(cx->arena, StoreVersion, *count);
    for (size_t i = 0; i < *count; i++) {
        (*out)[i].generation = generations[i];
        (*out)[i].is_current = generations[i] == current.generation;
        TRY(look_at_version(cx, store, dir, &(*out)[i]));
    }
    return NULL;
}

Fail store_versions(Ctx *cx, const Store *store, StoreVersion **out, size_t *count)
{
    OsFile dir = OS_FILE_NONE;
    *out = NULL;
    *count = 0;
    Fail fail = store_open_folder(cx, store, &dir);
    if (fail) return fail->kind == PROBLEM_NOT_FOUND ? NULL : fail;
    fail = list_versions(cx, store, dir, out, count);
    os_close(&dir);
    return fail;
}

Fail store_bytes(Ctx *cx, const Store *store, uint64_t *out)
{
    OsFile dir = OS_FILE_NONE;
    OsEntry *entries;
    size_t count = 0;
    *out = 0;
    Fail fail = store_open_folder(cx, store, &dir);
    if (fail) return fail->kind == PROBLEM_NOT_FOUND ? NULL : fail;
    fail = store_list(cx, dir, &entries, &count);
    for (size_t i = 0; !fail && i < count; i++) {
        OsStat info; // what vanishes meanwhile counts nothing
        if (os_try_stat(dir, entries[i].name, OS_NOFOLLOW, &info) == 0) *out += info.size_bytes;
    }
    os_close(&dir);
    return fail;
}
