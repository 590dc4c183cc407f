// index/stamp.c
#include "index/stamp.h"

enum {
    BATCH = 64,
    RACY_S = 2, // the coarsest time stamps in use (FAT)
    MOST_RACY_BYTES = 64 << 20,
};

typedef struct Entry {
    OsStat info;
    Digest content; // of a racy file
    bool gone, racy, unread;
} Entry;

typedef struct Stamping {
    const Ctx *cx;
    const Workspace *workspace;
    const Universe *universe;
    Entry *entries;
    int64_t looked_ns; // on the wall clock
} Stamping;

bool stamp_is_racy(const OsStat *info, int64_t looked_ns)
{
    return MAX(info->mtime_ns, info->ctime_ns) >= looked_ns - RACY_S * NS_PER_S;
}

static void read_entry(void *arg, size_t index, int slot)
{
    (void)slot;
    Stamping *all = arg;
    Entry *entry = &all->entries[index];
    const char *path = all->universe->files[index].path.ptr;
    Arena arena = {0};
    Ctx cx = ctx_child(all->cx, &arena);
    entry->gone = os_stat(&cx, all->workspace->dir, path, OS_NOFOLLOW, &entry->info) != NULL;
    entry->racy = !entry->gone && stamp_is_racy(&entry->info, all->looked_ns);
    Str text;
    if (entry->racy && entry->info.type == OS_REGULAR) {
        entry->unread =
            os_read_file(&cx, all->workspace->dir, path, MOST_RACY_BYTES, &text) != NULL;
        if (!entry->unread) entry->content = digest_of(text);
    }
    arena_fini(&arena);
}

static void add_info(Digester *digester, const OsStat *info)
{
    digester_add_int(digester, (int64_t)info->size_bytes);
    digester_add_int(digester, info->mtime_ns);
    digester_add_int(digester, info->ctime_ns);
    digester_add_int(digester, (int64_t)info->inode);
    digester_add_int(digester, (int64_t)info->mode << 4 | (int64_t)info->type);
}

static void add_entry(Digester *digester, Str path, const Entry *entry)
{
    digester_add(digester, path);
    if (entry->gone) {
        digester_add_int(digester, -1);
        return;
    }
    add_info(digester, &entry->info);
    if (entry->racy) digester_add_digest(digester, &entry->content);
    if (entry->unread) digester_add_int(digester, os_monotonic_ns()); // equal to nothing
}

static Digest digest_all(const Stamping *all)
{
    const Universe *universe = all->universe;
    Digester digester;
    digester_init(&digester);
    digester_add(&digester, all->workspace->root);
    digester_add(&digester, all->workspace->top);
    digester_add(&digester, universe->source);
    digester_add_int(&digester, (int64_t)universe->count);
    for (size_t i = 0; i < universe->count; i++)
        add_entry(&digester, universe->files[i].path, &all->entries[i]);
    digester_add_int(&digester, (int64_t)universe->skipped_count);
    for (size_t i = 0; i < universe->skipped_count; i++) {
        digester_add(&digester, universe->skipped[i].path);
        digester_add_int(&digester, universe->skipped[i].reason);
    }
    return digester_end(&digester);
}

Fail stamp_files(Ctx *cx, const Workspace *workspace, const Selection *selection, Pool *pool,
                 Digest *out)
{
    Universe universe;
    int64_t start_ns = os_wall_ns();
    TRY(universe_list(cx, workspace, selection, pool, &universe));
    Stamping all = {.cx = cx,
                    .workspace = workspace,
                    .universe = &universe,
                    .entries = ARENA_ARRAY(cx->arena, Entry, universe.count),
                    .looked_ns = start_ns};
    pool_each(pool, cx, universe.count, BATCH, read_entry, &all);
    TRY(ctx_check(cx));
    if (universe.stopped) return FAIL(cx->arena, CANCELLED, "the list of files is not complete");
    *out = digest_all(&all);
    return NULL;
}

static Fail stamp_file(Ctx *cx, const char *path, const OsStat *info, Digest *out)
{
    Str text;
    TRY(os_read_file(cx, OS_CWD, path, MOST_RACY_BYTES, &text));
    Digester digester;
    digester_init(&digester);
    digester_add(&digester, str_from(path));
    add_info(&digester, info); // so that a content which comes back is another state
    digester_add(&digester, text);
    *out = digester_end(&digester);
    return NULL;
}

Fail stamp_path(Ctx *cx, const Workspace *workspace, Str path, const Selection *flags, Pool *pool,
                Digest *out)
{
    OsStat info;
    const char *name = str_cstr(cx->arena, path);
    Fail fail = os_stat(cx, OS_CWD, name, OS_FOLLOW, &info);
    if (fail && fail->kind == PROBLEM_NOT_FOUND) {
        *out = (Digest){0};
        return NULL;
    }
    if (fail) return fail;
    if (info.type == OS_REGULAR) return stamp_file(cx, name, &info, out);
    if (info.type != OS_DIR)
        return FAIL(cx->arena, BAD_REQUEST, STR_FMT " is no file or folder", STR_ARG(path));
    Selection below = *flags;
    below.in = &path;
    below.in_count = 1;
    return stamp_files(cx, workspace, &below, pool, out);
}
