// index/follow.c
//
// DESIGN. One mutex guards what is known; it is held while events are drained, which never waits,
// and never during a look. Who finds that all files must be looked at becomes the one who looks
// (`looking`): until he is done the watch is his alone, and requests that come meanwhile look for
// themselves, as if nothing were followed. Events of his look stay in the system's queue and are
// drained by the next request, so that nothing between two looks is missed. What is kept of a look
// (Seen) is frozen and counted; requests let go of it with their arena, wherever that ends.
// Stops: the pool is drained, then follow_free.
#include "index/follow.h"

#include "base/clock.h"
#include "base/vec.h"
#include "index/stamp.h"
#include "index/watch.h"

enum {
    LOOK_S = 30,       // from one look at everything to the next
    RETRY_S = 60,      // after the system refused to tell
    MOST_NAMES = 2048, // named since the last look: then everything is looked at
};

typedef struct Input { // a file outside the watched folders
    Str path;
    bool there;
    OsStat info;
} Input;

typedef struct Inputs {
    Arena arena;
    Input *items;
    size_t count;
} Inputs;

typedef struct Seen { // frozen
    Counter users;
    Arena arena;
    FilesSeen files;
    Digest base;
    Inputs inputs;
} Seen;

typedef struct Named {
    Arena arena;
    Str *items; // sorted, each once
    size_t len, cap;
} Named;

struct Follow {
    FollowSpec spec; // frozen
    Mutex mutex;
    // guarded by mutex
    bool asked; // before: a process of one request needs no watch
    bool looking;
    bool open;           // the workspace and its watch
    Arena arena;         // of workspace and why_not
    Workspace workspace; // for the watch, and for looks behind
    OsStat root;         // its folder
    Str why_not;
    int64_t retry_ns; // not before; 0: nothing was refused
    int64_t looked_ns;
    bool behind; // a look behind was started
    Seen *seen;  // NULL: nothing is known
    Named names; // since then
    FollowState counts;
    WatchCounts before; // of watches that were closed
    // of the one who looks, while there is one; else guarded by mutex
    Watch *watch;
    Inputs inputs; // as they were after the last look at everything
};

static int64_t now_of(const Follow *follow)
{
    return follow->spec.now_ns ? follow->spec.now_ns(follow->spec.clock) : clock_now_ns();
}

Follow *follow_new(const FollowSpec *spec)
{
    Follow *follow = mem_alloc(sizeof *follow);
    follow->spec = *spec;
    mutex_init(&follow->mutex, RANK_SERVICE);
    return follow;
}

static void seen_release(void *arg)
{
    Seen *seen = arg;
    if (!seen || counter_sub(&seen->users, 1) != 1) return;
    arena_fini(&seen->inputs.arena);
    arena_fini(&seen->arena);
    mem_free(seen);
}

static void forget(Follow *follow)
{
    seen_release(follow->seen);
    follow->seen = NULL;
    follow->names.items = NULL;
    follow->names.len = follow->names.cap = 0;
    arena_reset(&follow->names.arena);
}

static void count_events(Follow *follow)
{
    WatchCounts now = watch_counts(follow->watch);
    follow->counts.folders = watch_folder_count(follow->watch);
    follow->counts.events = follow->before.events + now.events;
    follow->counts.overflows = follow->before.lost + now.lost;
}

static void leave_workspace(Follow *follow)
{
    forget(follow);
    if (follow->watch) count_events(follow);
    follow->before = (WatchCounts){follow->counts.events, follow->counts.overflows};
    follow->counts.folders = 0;
    watch_close(follow->watch);
    follow->watch = NULL;
    if (follow->open) workspace_close(&follow->workspace);
    follow->open = false;
    follow->why_not = STR_NONE;
    arena_reset(&follow->arena);
}

void follow_free(Follow *follow)
{
    if (!follow) return;
    leave_workspace(follow);
    arena_fini(&follow->arena);
    arena_fini(&follow->names.arena);
    arena_fini(&follow->inputs.arena);
    mutex_fini(&follow->mutex);
    mem_free(follow);
}

// --- the workspace

static bool same_workspace(const Workspace *a, const Workspace *b)
{
    return a->git == b->git && str_eq(a->root, b->root) && str_eq(a->top, b->top) &&
           str_eq(a->git_dir, b->git_dir) && str_eq(a->common_dir, b->common_dir) &&
           str_eq(a->index_file, b->index_file) && str_eq(a->git_problem, b->git_problem);
}

static Fail enter_workspace(Ctx *cx, Follow *follow, const Workspace *workspace)
{
    Arena *arena = &follow->arena;
    Workspace own = *workspace;
    TRY(os_fstat(cx, workspace->dir, &follow->root));
    TRY(os_open(cx, OS_CWD, workspace->root.ptr, OS_FOLLOW, &own.dir));
    own.root = str_copy(arena, workspace->root);
    own.top = str_copy(arena, workspace->top);
    own.git_dir = str_copy(arena, workspace->git_dir);
    own.common_dir = str_copy(arena, workspace->common_dir);
    own.index_file = str_copy(arena, workspace->index_file);
    own.prefix = str_copy(arena, workspace->prefix);
    own.git_problem = str_copy(arena, workspace->git_problem);
    follow->workspace = own;
    follow->open = true;
    return watch_new(cx, &follow->workspace, &follow->watch);
}

// Nothing is followed for a while.
static void give_up(Follow *follow, Str why)
{
    leave_workspace(follow);
    follow->why_not = str_copy(&follow->arena, why);
    follow->retry_ns = now_of(follow) + RETRY_S * NS_PER_S;
}

static bool same_folder(Ctx *cx, const Follow *follow, const Workspace *workspace)
{
    OsStat now;
    return !os_fstat(cx, workspace->dir, &now) && now.inode == follow->root.inode &&
           now.device == follow->root.device;
}

// Requests for another folder than the first one's are no business of ours. The first one's may
// have become, or ceased to be, a git working tree, and another folder may have taken its name.
static bool is_ours(Ctx *cx, Follow *follow, const Workspace *workspace)
{
    if (follow->retry_ns && now_of(follow) < follow->retry_ns) return false;
    if (follow->open && same_workspace(&follow->workspace, workspace) &&
        same_folder(cx, follow, workspace))
        return true;
    if (follow->open && !str_eq(follow->workspace.root, workspace->root)) return false;
    leave_workspace(follow);
    follow->retry_ns = 0;
    Fail fail = enter_workspace(cx, follow, workspace);
    if (fail) give_up(follow, fail->detail);
    return !fail;
}

// --- what the system tells

static void add_name(Follow *follow, Str path)
{
    Named *names = &follow->names;
    size_t from = 0, to = names->len;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (str_cmp(names->items[middle], path) < 0) from = middle + 1;
        else to = middle;
    }
    if (from < names->len && str_eq(names->items[from], path)) return;
    VEC_PUSH(&names->arena, names, STR_NONE);
    memmove(names->items + from + 1, names->items + from,
            (names->len - 1 - from) * sizeof *names->items);
    names->items[from] = str_copy(&names->arena, path);
}

// False when all files must be looked at.
static bool drain(Ctx *cx, Follow *follow)
{
    WatchChange change;
    Fail fail = watch_next(cx, follow->watch, 0, &change);
    if (fail) {
        give_up(follow, fail->detail);
        return false;
    }
    count_events(follow);
    for (size_t i = 0; i < change.count && !change.everything; i++)
        add_name(follow, change.paths[i]);
    return !change.everything && follow->names.len <= MOST_NAMES;
}

static bool same_input(const Input *a, const Input *b)
{
    const OsStat *x = &a->info, *y = &b->info;
    if (a->there != b->there) return false;
    return !a->there || (x->size_bytes == y->size_bytes && x->mtime_ns == y->mtime_ns &&
                         x->ctime_ns == y->ctime_ns && x->inode == y->inode && x->mode == y->mode);
}

static Input look_at_input(Str path)
{
    Input input = {.path = path};
    input.there = !os_try_stat(OS_CWD, path.ptr, OS_FOLLOW, &input.info);
    return input;
}

static bool inputs_changed(const Inputs *inputs)
{
    for (size_t i = 0; i < inputs->count; i++) {
        Input now = look_at_input(inputs->items[i].path);
        if (!same_input(&now, &inputs->items[i])) return true;
    }
    return false;
}

// --- what is kept

// Those of the workspace's own git folder are watched.
static bool is_watched(const Workspace *workspace, Str path)
{
    Str folder = str_sub(path, 0, MIN(str_find_last(path, '/'), path.len));
    return workspace->git &&
           (str_eq(folder, workspace->git_dir) || str_eq(folder, workspace->common_dir));
}

static void take_inputs(const Workspace *workspace, const Universe *universe, Inputs *out)
{
    *out = (Inputs){0};
    out->items = ARENA_ARRAY(&out->arena, Input, universe->input_count);
    for (size_t i = 0; i < universe->input_count; i++)
        if (!is_watched(workspace, universe->inputs[i]))
            out->items[out->count++] = look_at_input(str_copy(&out->arena, universe->inputs[i]));
}

// Whether inputs that were looked at before a look at everything, and after it, were the same all
// the time: a change so late that it may leave the times as they are is doubted.
static bool stayed(const Inputs *before, const Inputs *after, int64_t looked_ns)
{
    if (before->count != after->count) return false;
    for (size_t i = 0; i < after->count; i++) {
        const Input *old = &before->items[i], *new = &after->items[i];
        if (!str_eq(old->path, new->path) || !same_input(old, new)) return false;
        if (new->there && stamp_is_racy(&new->info, looked_ns)) return false;
    }
    return true;
}

// What later requests need; NULL when this look is not good enough for them. By the one who looks.
static Seen *keep(Follow *follow, const Workspace *workspace, const FollowBase *base,
                  const Freshness *fresh)
{
    Inputs inputs;
    take_inputs(workspace, &fresh->universe, &inputs);
    bool good = stayed(&follow->inputs, &inputs, fresh->looked_ns) && !fresh->lost_count &&
                watch_is_whole(follow->watch);
    arena_fini(&follow->inputs.arena);
    follow->inputs = inputs;
    if (!good) return NULL;
    Seen *seen = mem_alloc(sizeof *seen);
    counter_add(&seen->users, 1);
    seen->base = base->id;
    freshness_keep(&seen->arena, base->table, fresh, &seen->files);
    take_inputs(workspace, &fresh->universe, &seen->inputs);
    return seen;
}

// --- looks

static FreshnessSpec spec_of(const Follow *follow, const Workspace *workspace,
                             const FollowBase *base)
{
    static const Selection all = {0};
    return (FreshnessSpec){.workspace = workspace,
                           .selection = &all,
                           .pool = follow->spec.pool,
                           .table = base->table,
                           .looked_ns = base->looked_ns,
                           .folders = base->folders,
                           .max_bytes = base->max_bytes};
}

// Why requests must look for themselves though the system tells something; or empty.
static Str trouble_of(Ctx *cx, const Watch *watch, const Universe *universe)
{
    Str untold = watch_untold(watch);
    if (untold.len)
        return str_format(cx->arena,
                          STR_FMT " is on a file system that does not tell of every change",
                          STR_ARG(untold));
    if (universe->fallback_reason.len)
        return str_join(cx->arena, STR("git itself lists the files"), STR(": "),
                        universe->fallback_reason);
    return STR_NONE;
}

// By the one who looks.
static Fail look_at_everything(Ctx *cx, Follow *follow, const Workspace *workspace,
                               const FollowBase *base, Freshness *out)
{
    FreshnessSpec spec = spec_of(follow, workspace, base);
    Seen *seen = NULL;
    Str trouble = STR_NONE;
    Fail fail = freshness_check(cx, &spec, out), refused = NULL;
    if (!fail) refused = watch_follow(cx, follow->watch, &out->universe);
    if (refused) trouble = refused->detail;
    else if (!fail) trouble = trouble_of(cx, follow->watch, &out->universe);
    if (!fail && !trouble.len) seen = keep(follow, workspace, base, out);
    mutex_lock(&follow->mutex);
    forget(follow);
    follow->looking = follow->behind = false;
    follow->seen = seen;
    follow->looked_ns = now_of(follow);
    follow->counts.whole++;
    count_events(follow);
    if (trouble.len) give_up(follow, trouble);
    mutex_unlock(&follow->mutex);
    return fail;
}

typedef enum Step { ALONE, WHOLE, NAMED } Step; // ALONE: without anything that is kept

static Step begin(Ctx *cx, Follow *follow, const Workspace *workspace, const FollowBase *base,
                  Seen **seen, Named *names)
{
    bool first = !follow->asked;
    follow->asked = true;
    if (first || follow->looking || !is_ours(cx, follow, workspace)) return ALONE;
    bool told = drain(cx, follow);
    if (!follow->watch) return ALONE;
    if (!told || !follow->seen || !digest_eq(&follow->seen->base, &base->id)) {
        follow->looking = true;
        return WHOLE;
    }
    *seen = follow->seen;
    counter_add(&follow->seen->users, 1);
    names->items = ARENA_ARRAY(cx->arena, Str, follow->names.len);
    names->len = follow->names.len;
    for (size_t i = 0; i < names->len; i++)
        names->items[i] = str_copy(cx->arena, follow->names.items[i]);
    return NAMED;
}

static Fail look_at_names(Ctx *cx, Follow *follow, const Workspace *workspace,
                          const FollowBase *base, Seen *seen, const Named *names, bool *enough,
                          Freshness *out)
{
    FreshnessSpec spec = spec_of(follow, workspace, base);
    arena_defer(cx->arena, seen_release, seen);
    if (inputs_changed(&seen->inputs)) return NULL;
    TRY(freshness_check_again(cx, &spec, &seen->files, names->items, names->len, enough, out));
    mutex_lock(&follow->mutex);
    if (*enough && !names->len && !seen->files.doubtful_count) follow->counts.none++;
    else if (*enough) follow->counts.named++;
    mutex_unlock(&follow->mutex);
    return NULL;
}

static Fail look_alone(Ctx *cx, Follow *follow, const Workspace *workspace, const FollowBase *base,
                       Freshness *out)
{
    FreshnessSpec spec = spec_of(follow, workspace, base);
    mutex_lock(&follow->mutex);
    follow->counts.whole++;
    mutex_unlock(&follow->mutex);
    return freshness_check(cx, &spec, out);
}

Fail follow_check(Ctx *cx, Follow *follow, const Workspace *workspace, const FollowBase *base,
                  Freshness *out)
{
    Seen *seen = NULL;
    Named names = {0};
    mutex_lock(&follow->mutex);
    Step step = begin(cx, follow, workspace, base, &seen, &names);
    mutex_unlock(&follow->mutex);
    if (step == NAMED) {
        bool enough = false;
        TRY(look_at_names(cx, follow, workspace, base, seen, &names, &enough, out));
        if (enough) return NULL;
        mutex_lock(&follow->mutex); // the list of files is another one now
        if (!follow->looking && is_ours(cx, follow, workspace)) {
            follow->looking = true;
            step = WHOLE;
        }
        mutex_unlock(&follow->mutex);
    }
    if (step == WHOLE) return look_at_everything(cx, follow, workspace, base, out);
    return look_alone(cx, follow, workspace, base, out);
}

// --- a published index

static FollowBase base_of(const Opened *opened)
{
    const SnapshotHead *head = &opened->snapshot->head;
    Digester digester;
    digester_init(&digester);
    digester_add(&digester, opened->spec.cache_dir);
    digester_add_int(&digester, (int64_t)head->generation);
    digester_add_int(&digester, head->created_ns);
    digester_add_int(&digester, head->looked_ns);
    digester_add_int(&digester, (int64_t)opened->spec.max_file_bytes);
    return (FollowBase){.table = &opened->table,
                        .folders = &opened->folders,
                        .looked_ns = head->looked_ns,
                        .max_bytes = opened->spec.max_file_bytes,
                        .id = digester_end(&digester)};
}

typedef struct Behind {
    Follow *follow;
    Lease opened;
} Behind;

// The names told meanwhile are not lost: they stay in the queue, or the look saw them.
static void look_behind(void *arg, int slot)
{
    (void)slot;
    Behind *behind = arg;
    Follow *follow = behind->follow;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Freshness fresh;
    FollowBase base = base_of(behind->opened.value);
    mutex_lock(&follow->mutex);
    bool go = !follow->looking && follow->seen && digest_eq(&follow->seen->base, &base.id);
    if (go) drain(&cx, follow);
    go = go && follow->watch; // it may have been given up
    follow->looking = follow->looking || go;
    if (go) follow->counts.behind++;
    else follow->behind = false;
    mutex_unlock(&follow->mutex);
    Fail ignored = go ? look_at_everything(&cx, follow, &follow->workspace, &base, &fresh) : NULL;
    (void)ignored; // nothing is kept, then, and the next request looks
    arena_fini(&arena);
    lease_release(&behind->opened);
    mem_free(behind);
}

static void look_behind_if_due(Follow *follow, const Lease *opened)
{
    mutex_lock(&follow->mutex);
    bool due = follow->seen && !follow->behind && !follow->looking &&
               now_of(follow) - follow->looked_ns > LOOK_S * NS_PER_S;
    if (due) follow->behind = true;
    mutex_unlock(&follow->mutex);
    if (!due) return;
    Behind *behind = mem_alloc(sizeof *behind);
    behind->follow = follow;
    lease_copy(opened, &behind->opened);
    pool_detach_io(follow->spec.pool, look_behind, behind);
}

Fail follow_files(Ctx *cx, Follow *follow, const Workspace *workspace, const Lease *opened,
                  Freshness *out)
{
    FollowBase base = base_of(opened->value);
    TRY(follow_check(cx, follow, workspace, &base, out));
    look_behind_if_due(follow, opened);
    return NULL;
}

// Nobody reads these to know whether they changed: the index has nothing of them.
static bool has_racy_large_files(const Opened *opened)
{
    for (size_t i = 0; i < opened->table.count; i++) {
        const FileRow *row = &opened->table.rows[i];
        OsStat info = {.mtime_ns = row->mtime_ns, .ctime_ns = row->ctime_ns};
        if (row->skip == 1 + SKIP_TOO_LARGE &&
            stamp_is_racy(&info, opened->snapshot->head.looked_ns))
            return true;
    }
    return false;
}

bool follow_stamp(Ctx *cx, Follow *follow, const Workspace *workspace, const Lease *opened,
                  Digest *out)
{
    Freshness fresh;
    FollowBase base = base_of(opened->value);
    Fail fail = follow_files(cx, follow, workspace, opened, &fresh);
    if (fail || fresh.change_count || fresh.universe.stopped) return false;
    if (has_racy_large_files(opened->value)) return false;
    const Universe *universe = &fresh.universe;
    Digester digester;
    digester_init(&digester);
    digester_add_digest(&digester, &base.id);
    digester_add(&digester, workspace->root);
    digester_add(&digester, workspace->top);
    digester_add(&digester, universe->source);
    digester_add_int(&digester, (int64_t)universe->count);
    for (size_t i = 0; i < universe->skipped_count; i++) {
        digester_add(&digester, universe->skipped[i].path);
        digester_add_int(&digester, universe->skipped[i].reason);
    }
    *out = digester_end(&digester);
    return true;
}

FollowState follow_state(Arena *arena, Follow *follow)
{
    if (!follow) return (FollowState){0};
    mutex_lock(&follow->mutex);
    FollowState state = follow->counts;
    state.following = follow->seen != NULL;
    state.why_not = str_copy(arena, follow->why_not);
    mutex_unlock(&follow->mutex);
    return state;
}
