// index/walk.c - where the walk begins, and what is read off the tree of folders at its end.
#include "index/walk.h"

#include <stdlib.h>

#include "base/vec.h"
#include "index/folder.h"

typedef struct Start { // what one target became
    Folder *folder;    // NULL when nothing in it can be wanted
    Item file;         // for a target that is a file; `what` is NULL when it is not wanted
} Start;

// --- beginning ---

static Repo *load_outer(Walk *walk)
{
    const Workspace *workspace = walk->workspace;
    Slot *slot = walk->slots[0];
    Ctx cx = ctx_child(walk->cx, &slot->keep);
    RepoSpec spec = {
        .top = workspace->top,
        .git_dir = {workspace->git_dir, workspace->common_dir},
        .index_file = workspace->index_file,
        .no_ignore = walk->selection->no_ignore,
        .by_command = walk->by_command,
    };
    Repo *repo = ARENA_NEW(&slot->keep, Repo);
    repo_load(&cx, &spec, repo);
    slot_note_repo(slot, walk, repo);
    return repo;
}

static Folder *outer_folder(Walk *walk, const Repo *repo)
{
    Folder *folder = ARENA_NEW(&walk->slots[0]->keep, Folder);
    *folder = (Folder){
        .walk = walk,
        .repo = repo,
        .path = STR(""),
        .to = repo->index.count,
        .rules = repo->rules,
        .top = true,
        .taken = !walk->filter->any_plain,
    };
    return folder;
}

// Goes down from the outermost top to the folder `path`, reading the rules of those passed.
// NULL when nothing in it can be wanted.
static Folder *go_down(Walk *walk, const Repo *repo, Str path)
{
    Slot *slot = walk->slots[0];
    Folder *folder = outer_folder(walk, repo);
    for (Str name; folder && path.len && str_next(&path, '/', &name);) {
        if (!folder->top && folder->from == folder->to) {
            folder->module = false; // named by the user: never nothing
            folder_enter_repo(slot, folder);
        }
        folder_read_rules(slot, folder);
        folder = folder_below(slot, folder, name);
        if (!folder) return NULL;
        git_index_below(&folder->repo->index, folder->path, &folder->from, &folder->to);
    }
    return folder;
}

static void start_folder(Walk *walk, const Repo *repo, const Target *target, Str path, Start *start)
{
    Folder *folder = start->folder = go_down(walk, repo, path);
    if (!folder) return;
    if (target->named) folder->ignored = IGNORED_NO;
    const GitEntry *entry = git_index_find(&folder->repo->index, folder->path);
    folder->module = !target->named && entry && entry->kind == GIT_MODULE;
    group_submit(&walk->group, 0, folder_visit, folder);
}

static void start_file(Walk *walk, const Repo *repo, const Target *target, Str path, Start *start)
{
    Slot *slot = walk->slots[0];
    size_t slash = str_find_last(path, '/');
    Str name = slash < path.len ? str_sub(path, slash + 1, path.len) : path;
    Folder *folder = go_down(walk, repo, str_sub(path, 0, slash < path.len ? slash : 0));
    if (!folder) return;
    if (!folder->top && folder->from == folder->to) folder_enter_repo(slot, folder);
    if (!folder_wants(folder, target->path, name)) return;
    Str shown = str_copy(&slot->keep, target->path);
    if (target->type != OS_REGULAR) {
        slot_skip(slot, shown, target->type == OS_SYMLINK ? SKIP_SYMLINK : SKIP_SPECIAL);
        return;
    }
    const GitEntry *entry = git_index_find(&folder->repo->index, path);
    ItemKind kind = entry && entry->tracked ? ITEM_TRACKED : ITEM_UNTRACKED;
    start->file = (Item){shown.ptr, (uint32_t)shown.len, (uint8_t)kind};
    slot->file_count++;
}

static void begin(Walk *walk, const Repo *repo, const WalkSpec *spec, Start *starts)
{
    for (size_t i = 0; i < spec->target_count; i++) {
        const Target *target = &spec->targets[i];
        Str path = str_format(&walk->slots[0]->keep, STR_FMT STR_FMT,
                              STR_ARG(walk->workspace->prefix), STR_ARG(target->path));
        if (path.len && path.ptr[path.len - 1] == '/') path.len--;
        path = str_copy(&walk->slots[0]->keep, path);
        if (target->type == OS_DIR) start_folder(walk, repo, target, path, &starts[i]);
        else start_file(walk, repo, target, path, &starts[i]);
    }
}

// --- reading off the result ---

static void put_item(const Item *item, UniverseFile *files, size_t *count)
{
    files[(*count)++] = (UniverseFile){{item->what, item->len}, item->kind == ITEM_TRACKED};
}

typedef VEC(Str) Folders;

static void put_folder(Ctx *cx, const Folder *folder, UniverseFile *files, size_t *count,
                       Folders *folders)
{
    VEC_PUSH(cx->arena, folders, folder_shown(folder->walk, folder->path));
    for (size_t i = 0; i < folder->item_count; i++) {
        const Item *item = &folder->items[i];
        if (item->kind == ITEM_FOLDER) put_folder(cx, item->what, files, count, folders);
        else put_item(item, files, count);
    }
}

static int by_path(const void *left, const void *right)
{
    return str_cmp(((const UniverseFile *)left)->path, ((const UniverseFile *)right)->path);
}

static int by_skip(const void *left, const void *right)
{
    const SkippedFile *a = left, *b = right;
    int order = str_cmp(a->path, b->path);
    return order ? order : (int)a->reason - (int)b->reason;
}

// Several --in may overlap.
static size_t sort_files(UniverseFile *files, size_t count)
{
    size_t kept = 0;
    qsort(files, count, sizeof *files, by_path);
    for (size_t i = 0; i < count; i++)
        if (!kept || !str_eq(files[kept - 1].path, files[i].path)) files[kept++] = files[i];
    return kept;
}

static void gather_files(Ctx *cx, const Walk *walk, const Start *starts, size_t start_count,
                         Universe *out)
{
    size_t count = 0;
    for (int i = 0; i < pool_slots(walk->group.pool); i++) count += walk->slots[i]->file_count;
    UniverseFile *files = arena_alloc_raw(cx->arena, count * sizeof *files);
    Folders folders = {0};
    count = 0;
    for (size_t i = 0; i < start_count; i++) {
        if (starts[i].folder) put_folder(cx, starts[i].folder, files, &count, &folders);
        if (starts[i].file.what) put_item(&starts[i].file, files, &count);
    }
    out->files = files;
    out->folders = folders.items;
    out->folder_count = folders.len;
    out->count = start_count > 1 && count ? sort_files(files, count) : count;
}

static void gather_skipped(Ctx *cx, const Walk *walk, Universe *out)
{
    size_t count = 0, kept = 0;
    int slots = pool_slots(walk->group.pool);
    for (int i = 0; i < slots; i++) count += walk->slots[i]->skipped.len;
    SkippedFile *all = ARENA_ARRAY(cx->arena, SkippedFile, count);
    for (int i = 0; i < slots; i++)
        for (size_t j = 0; j < walk->slots[i]->skipped.len; j++)
            all[kept++] = walk->slots[i]->skipped.items[j];
    if (count > 1) qsort(all, count, sizeof *all, by_skip);
    kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!kept || by_skip(&all[kept - 1], &all[i]) != 0) all[kept++] = all[i];
    out->skipped = all;
    out->skipped_count = kept;
}

static void gather_listings(Ctx *cx, const Walk *walk, Universe *out)
{
    size_t count = 0;
    int slots = pool_slots(walk->group.pool);
    for (int i = 0; i < slots; i++) count += walk->slots[i]->listings.len;
    FolderListing *all = ARENA_ARRAY(cx->arena, FolderListing, count);
    out->listings = all;
    out->listing_count = count;
    for (int i = 0; i < slots; i++) {
        const Slot *slot = walk->slots[i];
        if (slot->listings.len) memcpy(all, slot->listings.items, slot->listings.len * sizeof *all);
        all += slot->listings.len;
    }
}

static void gather_inputs(Ctx *cx, const Walk *walk, Universe *out)
{
    GitInputs all = {0};
    for (int i = 0; i < pool_slots(walk->group.pool); i++) {
        const GitInputs *from = &walk->slots[i]->inputs;
        for (size_t k = 0; k < from->len; k++) VEC_PUSH(cx->arena, &all, from->items[k]);
    }
    out->inputs = all.items;
    out->input_count = all.len;
}

static void gather_notes(const Walk *walk, const Repo *repo, Universe *out, WalkEnd *end)
{
    *end = (WalkEnd){0};
    for (int i = 0; i < pool_slots(walk->group.pool); i++) {
        const Slot *slot = walk->slots[i];
        Str trouble = slot->trouble, doubt = slot->doubt;
        if (trouble.len && (!end->trouble.len || str_cmp(trouble, end->trouble) < 0))
            end->trouble = trouble;
        if (doubt.len && (!out->fallback_reason.len || str_cmp(doubt, out->fallback_reason) < 0))
            out->fallback_reason = doubt;
        end->refused |= slot->refused;
    }
    bool lost = repo->git && !repo->by_command && repo->doubt.len && !repo->index.count;
    out->source = !repo->git || lost ? STR("walk")
                  : repo->by_command ? STR("git-command")
                                     : STR("git-index");
}

static void make_slots(Ctx *cx, Walk *walk, int count)
{
    walk->slots = ARENA_ARRAY(cx->arena, Slot *, (size_t)count);
    for (int i = 0; i < count; i++) {
        Slot *slot = walk->slots[i] = ARENA_NEW(cx->arena, Slot);
        slot->listing = buf_on(&slot->scratch);
        slot->children.arena = &slot->scratch;
    }
}

static void end_slots(Ctx *cx, const Walk *walk, int count)
{
    for (int i = 0; i < count; i++) {
        arena_adopt(cx->arena, &walk->slots[i]->keep);
        arena_fini(&walk->slots[i]->scratch);
    }
}

static Fail check_root(Ctx *cx, const WalkSpec *spec, const Start *starts)
{
    for (size_t i = 0; i < spec->target_count; i++) {
        const Folder *folder = starts[i].folder;
        if (spec->targets[i].path.len || !folder || !folder->error) continue;
        OsEntry *entries;
        size_t count;
        TRY(os_list(cx, spec->workspace->dir, &entries, &count)); // for its exact words
        return FAIL(cx->arena, IO, "the workspace folder " STR_FMT " could not be listed",
                    STR_ARG(spec->workspace->root));
    }
    return NULL;
}

Fail walk_run(Ctx *cx, const WalkSpec *spec, Pool *pool, Universe *out, WalkEnd *end)
{
    int slots = pool_slots(pool);
    Walk walk = {
        .cx = cx,
        .workspace = spec->workspace,
        .selection = spec->selection,
        .filter = spec->filter,
        .strip = spec->workspace->prefix.len,
        .known = spec->known,
        .keep = spec->keep,
        .by_command = spec->by_command,
    };
    Universe found = {0};
    Start *starts = ARENA_ARRAY(cx->arena, Start, spec->target_count);
    make_slots(cx, &walk, slots);
    group_init(&walk.group, pool, cx);
    const Repo *repo = load_outer(&walk);
    begin(&walk, repo, spec, starts);
    group_wait(&walk.group);
    found.stopped = counter_get(&walk.group.dropped) > 0 || ctx_stopped(cx) != STOP_NONE;
    gather_files(cx, &walk, starts, spec->target_count, &found);
    gather_skipped(cx, &walk, &found);
    gather_listings(cx, &walk, &found);
    gather_inputs(cx, &walk, &found);
    gather_notes(&walk, repo, &found, end);
    end_slots(cx, &walk, slots);
    TRY(check_root(cx, spec, starts));
    *out = found;
    return NULL;
}
