// index/folder.c - DESIGN is in the header.
#include "index/folder.h"

#include <errno.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/vec.h"

Str folder_shown(const Walk *walk, Str path)
{
    return str_sub(path, walk->strip, path.len);
}

bool folder_wants(const Folder *folder, Str path, Str name)
{
    const Filter *filter = folder->walk->filter;
    if (!filter->globs.len && !filter->lang_count) return true;
    return filter_file(filter, folder->taken, path, name);
}

void slot_skip(Slot *slot, Str path, SkipReason reason)
{
    SkippedFile file = {path, reason};
    VEC_PUSH(&slot->scratch, &slot->skipped, file);
}

// The smallest one wins, so that the answer does not depend on who came first.
static void set_trouble(Slot *slot, Str why)
{
    if (!slot->trouble.len || str_cmp(why, slot->trouble) < 0) slot->trouble = why;
}

static void set_doubt(Slot *slot, Str why)
{
    if (why.len && (!slot->doubt.len || str_cmp(why, slot->doubt) < 0)) slot->doubt = why;
}

void slot_note_repo(Slot *slot, const Walk *walk, const Repo *repo)
{
    set_doubt(slot, repo->doubt);
    for (size_t i = 0; i < repo->inputs.len; i++)
        VEC_PUSH(&slot->keep, &slot->inputs, repo->inputs.items[i]);
    if (walk->by_command && repo->git && !repo->by_command) slot->refused = true;
}

// `up`/`name` as one path, NUL-terminated.
static Str join(Arena *arena, Str up, Str name)
{
    size_t start = up.len ? up.len + 1 : 0;
    char *path = arena_alloc_raw(arena, start + name.len + 1);
    if (up.len) {
        memcpy(path, up.ptr, up.len);
        path[up.len] = '/';
    }
    memcpy(path + start, name.ptr, name.len);
    path[start + name.len] = '\0';
    return (Str){path, start + name.len};
}

static Str absolute(Arena *arena, const Folder *folder)
{
    return join(arena, folder->walk->workspace->top, folder->path);
}

// --- ignore rules ---

// Are untracked files in the folder ignored because it is, or one above it?
static bool is_ignored(const Folder *folder)
{
    if (folder->ignored != IGNORED_ASK) return folder->ignored == IGNORED_YES;
    if (!folder->up) return false;
    if (is_ignored(folder->up)) return true;
    Str name = str_sub(folder->path, folder->up->path.len ? folder->up->path.len + 1 : 0,
                       folder->path.len);
    return ignore_has(folder->up->rules, folder->path, name, true);
}

// Adds the folder's own ignore files, opened relative to `dir` under the two names.
static void add_rules(Slot *slot, Folder *folder, OsFile dir, const char *git_name,
                      const char *plain_name)
{
    Ctx cx = ctx_child(folder->walk->cx, &slot->keep);
    Str git_text = STR_NONE, plain_text = STR_NONE;
    size_t base = folder->path.len ? folder->path.len + 1 : 0;
    int error = git_name ? ignore_read(&cx, dir, git_name, OS_NOFOLLOW, &git_text) : 0;
    if (!error && plain_name) error = ignore_read(&cx, dir, plain_name, OS_NOFOLLOW, &plain_text);
    if (error) {
        Str path = join(&slot->keep, folder->path, STR(".gitignore"));
        log_event(&cx, LOG_INFO, "ignore.unreadable", LOG_STR("path", path),
                  LOG_INT("errno", error));
        folder->rules = ignore_add_unknown(&slot->keep, folder->rules, path);
    }
    folder->rules =
        ignore_add(&slot->keep, folder->rules, base, folder->repo->fold, git_text, plain_text);
}

void folder_read_rules(Slot *slot, Folder *folder)
{
    if (folder->walk->selection->no_ignore || folder->repo->by_command) return;
    Str path = absolute(&slot->scratch, folder);
    Str git_name = join(&slot->keep, path, STR(".gitignore"));
    Str plain_name = join(&slot->keep, path, STR(".ignore"));
    VEC_PUSH(&slot->keep, &slot->inputs, git_name);
    if (!folder->repo->git) VEC_PUSH(&slot->keep, &slot->inputs, plain_name);
    add_rules(slot, folder, OS_CWD, git_name.ptr, folder->repo->git ? NULL : plain_name.ptr);
}

// --- repositories in repositories ---

bool folder_enter_repo(Slot *slot, Folder *folder)
{
    Walk *walk = folder->walk;
    Ctx cx = ctx_child(walk->cx, &slot->keep);
    RepoSpec spec = {
        .top = absolute(&slot->keep, folder),
        .no_ignore = walk->selection->no_ignore,
        .by_command = walk->by_command,
    };
    Str why = STR_NONE;
    GitDirState state = git_dir_at(&cx, spec.top, &spec.git_dir, &why);
    set_doubt(slot, why);
    if (state != GIT_DIR_FOUND && !folder->module) return true; // a folder like any other
    spec.prefix = str_format(&slot->keep, STR_FMT "/", STR_ARG(folder->path));
    Repo *repo = ARENA_NEW(&slot->keep, Repo);
    if (state == GIT_DIR_FOUND) {
        repo_load(&cx, &spec, repo);
        slot_note_repo(slot, walk, repo);
    } else { // a submodule that was copied without its git folder: all of it counts
        *repo = (Repo){.git = true, .base = spec.prefix.len};
    }
    folder->repo = repo;
    folder->up = NULL;
    folder->top = true;
    folder->ignored = IGNORED_NO;
    folder->rules = repo->rules;
    folder->from = 0;
    folder->to = repo->index.count;
    return true;
}

// --- one folder ---

typedef struct Visit {
    Folder *folder;
    Slot *slot;
    OsFile dir;                    // not opened when its names are known
    Str names;                     // then; else they are in slot->listing
    bool git_ignore, plain_ignore; // it has such a file
} Visit;

static void cannot_list(Visit *visit, int error)
{
    Folder *folder = visit->folder;
    Ctx cx = ctx_child(folder->walk->cx, &visit->slot->scratch);
    folder->error = error;
    if (error == ENOENT || error == ENOTDIR || error == ELOOP) return; // gone, or replaced
    Str path = folder_shown(folder->walk, folder->path);
    log_event(&cx, LOG_INFO, "folder.unreadable", LOG_STR("path", path), LOG_INT("errno", error));
    slot_skip(visit->slot, path, SKIP_UNREADABLE);
}

static void keep_listing(const Visit *visit, Str path, const OsStat *info, Str names)
{
    Slot *slot = visit->slot;
    if (!visit->folder->walk->keep) return;
    FolderListing listing = {path, *info, names};
    VEC_PUSH(&slot->keep, &slot->listings, listing);
}

// Takes the names that were there when the folder was as it still is.
static bool take_known(Visit *visit, Str path)
{
    const Walk *walk = visit->folder->walk;
    const FolderRow *row = walk->known ? foldertable_find(walk->known, path) : NULL;
    OsStat info;
    if (!row) return false;
    const char *name = path.len ? path.ptr : ".";
    if (os_try_stat(walk->workspace->dir, name, OS_NOFOLLOW, &info)) return false;
    if (!foldertable_names(walk->known, row, &info, &visit->names)) return false;
    keep_listing(visit, path, &info, visit->names);
    return true;
}

static int open_folder(Visit *visit)
{
    const Walk *walk = visit->folder->walk;
    Str path = folder_shown(walk, visit->folder->path);
    return os_try_open(walk->workspace->dir, path.len ? path.ptr : ".", OS_NOFOLLOW, &visit->dir);
}

static int list_folder(Visit *visit)
{
    Slot *slot = visit->slot;
    Str path = folder_shown(visit->folder->walk, visit->folder->path);
    OsStat info;
    if (take_known(visit, path)) return 0;
    int error = open_folder(visit);
    bool keep = !error && visit->folder->walk->keep &&
                !os_try_stat(visit->dir, ".", OS_NOFOLLOW, &info); // before its names
    if (!error) error = os_try_list(visit->dir, &slot->listing);
    if (!error && keep)
        keep_listing(visit, path, &info, listing_pack(&slot->keep, visit->dir, &slot->listing));
    return error;
}

static bool next_entry(const Visit *visit, size_t *at, OsEntry *out)
{
    if (visit->names.ptr) return listing_next(visit->names, at, out);
    return os_list_next(visit->dir, &visit->slot->listing, at, out);
}

static bool lists(const Visit *visit, Str name)
{
    OsEntry entry;
    for (size_t at = 0; next_entry(visit, &at, &entry);)
        if (str_eq(str_from(entry.name), name)) return true;
    return false;
}

// A folder that the index knows nothing in may be a repository of its own.
// False when nothing in it counts.
static bool settle_repo(Visit *visit)
{
    Folder *folder = visit->folder;
    if (folder->top || folder->from < folder->to) return true;
    if (!lists(visit, STR(".git"))) return !folder->module;
    return folder_enter_repo(visit->slot, folder);
}

static bool is_git_name(const Folder *folder, Str name)
{
    return folder->repo->fold ? str_eq_nocase(name, STR(".git")) : str_eq(name, STR(".git"));
}

static void meet(Visit *visit, Str name, OsType type)
{
    const Folder *folder = visit->folder;
    Slot *slot = visit->slot;
    Extra extra = {name, type, false};
    Child *child = children_find(&slot->children, name, type == OS_DIR);
    if (child) {
        child->seen = true;
        child->type = type;
        return;
    }
    if (type == OS_DIR) {
        child = children_find(&slot->children, name, false);
        extra.module = child && folder->repo->index.entries[child->from].kind == GIT_MODULE;
    }
    if (!extra.module && folder->repo->by_command) return;
    if (!folder->repo->git && !folder->walk->selection->hidden && name.ptr[0] == '.') return;
    VEC_PUSH(&slot->scratch, &slot->extras, extra);
}

// Sorts the names on disk into children seen and extras.
static void meet_names(Visit *visit)
{
    Slot *slot = visit->slot;
    OsEntry entry;
    slot->extras.len = 0;
    for (size_t at = 0; next_entry(visit, &at, &entry);) {
        Str name = str_from(entry.name);
        if (name.ptr[0] == '.') {
            if (is_git_name(visit->folder, name)) continue;
            visit->git_ignore |= entry.type == OS_REGULAR && str_eq(name, STR(".gitignore"));
            visit->plain_ignore |= entry.type == OS_REGULAR && str_eq(name, STR(".ignore"));
        }
        meet(visit, name, entry.type);
    }
}

static bool has_folders(const Slot *slot)
{
    for (size_t i = 0; i < slot->children.len; i++)
        if (slot->children.items[i].seen && slot->children.items[i].is_dir) return true;
    return false;
}

static void own_rules(Visit *visit)
{
    Folder *folder = visit->folder;
    Slot *slot = visit->slot;
    if (folder->walk->selection->no_ignore || folder->repo->by_command) return;
    if (!slot->extras.len && !has_folders(slot)) return;
    bool plain = visit->plain_ignore && !folder->repo->git;
    if ((visit->git_ignore || plain) && visit->names.ptr && open_folder(visit)) {
        Str path = join(&slot->keep, folder->path, STR(".gitignore"));
        folder->rules = ignore_add_unknown(&slot->keep, folder->rules, path);
    } else if (visit->git_ignore || plain)
        add_rules(slot, folder, visit->dir, visit->git_ignore ? ".gitignore" : NULL,
                  plain ? ".ignore" : NULL);
    if (visit->git_ignore) return;
    // Outside a sparse checkout git takes the rules from the index.
    const Child *child = children_find(&slot->children, STR(".gitignore"), false);
    if (child && !child->seen && folder->repo->index.entries[child->from].skipped)
        folder->rules = ignore_add_unknown(&slot->keep, folder->rules,
                                           join(&slot->keep, folder->path, STR(".gitignore")));
}

static bool is_extra_ignored(const Folder *folder, const Extra *extra)
{
    char buf[4096 + 256]; // a longer path nobody can open
    Str up = folder->path;
    if (!folder->rules) return false;
    if (up.len + extra->name.len + 2 > sizeof buf) return true;
    Str path = {buf, up.len};
    if (up.len) {
        memcpy(buf, up.ptr, up.len);
        buf[path.len++] = '/';
    }
    memcpy(buf + path.len, extra->name.ptr, extra->name.len);
    path.len += extra->name.len;
    return ignore_has(folder->rules, path, extra->name, extra->type == OS_DIR);
}

// Leaves only the extras that belong to the universe.
static void drop_ignored(Visit *visit)
{
    Folder *folder = visit->folder;
    Slot *slot = visit->slot;
    if (!slot->extras.len || folder->walk->selection->no_ignore || folder->repo->by_command) return;
    folder->ignored = is_ignored(folder) ? IGNORED_YES : IGNORED_NO;
    if (folder->rules && folder->rules->unknown.len)
        set_trouble(slot, str_format(&slot->keep, "no rules from " STR_FMT,
                                     STR_ARG(folder->rules->unknown)));
    size_t kept = 0;
    for (size_t i = 0; i < slot->extras.len; i++) {
        Extra extra = slot->extras.items[i];
        bool drop = folder->ignored == IGNORED_YES || is_extra_ignored(folder, &extra);
        if (extra.module || !drop) slot->extras.items[kept++] = extra;
    }
    slot->extras.len = kept;
}

// As if folders ended in a slash: the order that whole paths have.
static int order_names(Str a, bool a_dir, Str b, bool b_dir)
{
    size_t common = MIN(a.len, b.len);
    int order = memcmp(a.ptr, b.ptr, common);
    if (order) return order;
    int next_a = a.len > common ? (unsigned char)a.ptr[common] : a_dir ? '/' : 0;
    int next_b = b.len > common ? (unsigned char)b.ptr[common] : b_dir ? '/' : 0;
    return next_a - next_b;
}

static int by_name(const void *left, const void *right)
{
    const Extra *a = left, *b = right;
    return order_names(a->name, a->type == OS_DIR, b->name, b->type == OS_DIR);
}

Folder *folder_below(Slot *slot, const Folder *up, Str name)
{
    const Walk *walk = up->walk;
    Str path = join(&slot->keep, up->path, name), shown = folder_shown(walk, path);
    bool taken = up->taken;
    if (shown.len && !filter_folder(walk->filter, shown, name, &taken)) return NULL;
    Folder *folder = ARENA_NEW(&slot->keep, Folder);
    *folder = (Folder){
        .walk = up->walk,
        .repo = up->repo,
        .up = up,
        .path = path,
        .rules = up->rules,
        .ignored = IGNORED_ASK,
        .taken = taken,
    };
    return folder;
}

static void add_item(Slot *slot, const void *what, size_t len, ItemKind kind)
{
    Item item = {what, (uint32_t)len, (uint8_t)kind};
    if (kind != ITEM_FOLDER) slot->file_count++;
    VEC_PUSH(&slot->scratch, &slot->items, item);
}

static void add_by_type(Visit *visit, Str path, Str name, OsType type, bool tracked)
{
    Str shown = folder_shown(visit->folder->walk, path);
    if (!folder_wants(visit->folder, shown, name)) return;
    if (type == OS_SYMLINK) slot_skip(visit->slot, shown, SKIP_SYMLINK);
    else if (type == OS_SPECIAL) slot_skip(visit->slot, shown, SKIP_SPECIAL);
    else add_item(visit->slot, shown.ptr, shown.len, tracked ? ITEM_TRACKED : ITEM_UNTRACKED);
}

static void add_child(Visit *visit, const Child *child)
{
    const GitEntry *entry = &visit->folder->repo->index.entries[child->from];
    Str name = {child->name, child->len};
    if (!child->seen) return;
    if (child->type != OS_DIR) {
        Str path = {entry->path, entry->len};
        add_by_type(visit, path, name, child->type, entry->tracked);
        return;
    }
    Folder *folder = folder_below(visit->slot, visit->folder, name);
    if (!folder) return;
    folder->from = child->from;
    folder->to = child->to;
    add_item(visit->slot, folder, 0, ITEM_FOLDER);
}

static void add_extra(Visit *visit, const Extra *extra)
{
    Slot *slot = visit->slot;
    if (extra->type == OS_DIR) {
        Folder *folder = folder_below(slot, visit->folder, extra->name);
        if (!folder) return;
        folder->ignored = IGNORED_NO;
        folder->module = extra->module;
        add_item(slot, folder, 0, ITEM_FOLDER);
        return;
    }
    Str path = join(&slot->keep, visit->folder->path, extra->name);
    add_by_type(visit, path, extra->name, extra->type, false);
}

// Merges the children seen and the extras, both sorted.
static void make_items(Visit *visit)
{
    Slot *slot = visit->slot;
    Folder *folder = visit->folder;
    size_t extra = 0;
    if (slot->extras.len > 1)
        qsort(slot->extras.items, slot->extras.len, sizeof *slot->extras.items, by_name);
    slot->items.len = 0;
    for (size_t i = 0; i < slot->children.len; i++) {
        const Child *child = &slot->children.items[i];
        Str name = {child->name, child->len};
        for (; extra < slot->extras.len; extra++) {
            const Extra *next = &slot->extras.items[extra];
            if (order_names(next->name, next->type == OS_DIR, name, child->is_dir) > 0) break;
            add_extra(visit, next);
        }
        add_child(visit, child);
    }
    for (; extra < slot->extras.len; extra++) add_extra(visit, &slot->extras.items[extra]);
    Item *items = arena_alloc_raw(&slot->keep, slot->items.len * sizeof *items);
    if (slot->items.len) memcpy(items, slot->items.items, slot->items.len * sizeof *items);
    folder->items = items;
    folder->item_count = slot->items.len;
}

static void visit_listed(Visit *visit)
{
    Folder *folder = visit->folder;
    if (!settle_repo(visit)) return;
    const GitIndex *index = &folder->repo->index;
    size_t skip = folder->path.len ? folder->path.len + 1 : 0;
    if (folder->from < folder->to && index->entries[folder->from].kind == GIT_SPARSE_DIR &&
        index->entries[folder->from].len == skip)
        set_trouble(visit->slot, str_format(&visit->slot->keep,
                                            STR_FMT " is outside the sparse "
                                                    "checkout",
                                            STR_ARG(folder->path)));
    children_fill(&visit->slot->children, index, folder->from, folder->to, skip,
                  folder->repo->fold);
    meet_names(visit);
    own_rules(visit);
    drop_ignored(visit);
    make_items(visit);
}

void folder_visit(void *arg, int number)
{
    Folder *folder = arg;
    Walk *walk = folder->walk;
    Visit visit = {.folder = folder, .slot = walk->slots[number], .dir = OS_FILE_NONE};
    int error = list_folder(&visit);
    if (error) cannot_list(&visit, error);
    else visit_listed(&visit);
    os_close(&visit.dir);
    for (size_t i = 0; i < folder->item_count; i++)
        if (folder->items[i].kind == ITEM_FOLDER)
            group_submit(&walk->group, number, folder_visit,
                         (void *)(uintptr_t)folder->items[i].what);
}
