// door/http/sites.c
//
// DESIGN. A Site has one current Live, which holds a context and counts who uses it; the site's own
// use is one of them. sites_reload opens all new contexts first, then swaps all pointers under the
// mutex, so that a request sees either the old or the new, and waits for neither. The last user of
// an old Live hands it to the pool, because closing a context waits for its threads.
#include "door/http/sites.h"

#include "base/vec.h"

struct Live {
    Context *context; // frozen
    Sites *sites;
    size_t site;
    size_t users; // guarded by the sites' mutex
};

typedef struct Site {
    Str name, root; // frozen
    Live *live;     // guarded by mutex
} Site;

struct Sites {
    Arena arena; // frozen
    ContextSpec spec;
    Pool *pool;
    Site *items;
    size_t count;
    Mutex mutex;
    // guarded by mutex
    uint64_t generation;
    Mutex reload_mutex; // one reload at a time; taken first
};

static Fail open_live(Ctx *cx, Sites *sites, size_t site, Live **out)
{
    ContextSpec spec = sites->spec;
    Context *context = NULL;
    if (sites->items[site].root.len) spec.root = sites->items[site].root;
    TRY(context_open(cx, &spec, &context));
    *out = mem_alloc(sizeof **out);
    **out = (Live){.context = context, .sites = sites, .site = site, .users = 1};
    return NULL;
}

static void free_live(void *arg, int slot)
{
    (void)slot;
    Live *live = arg;
    context_free(live->context);
    mem_free(live);
}

static Fail open_all(Ctx *cx, Sites *sites, Live **lives)
{
    for (size_t i = 0; i < sites->count; i++) TRY(open_live(cx, sites, i, &lives[i]));
    return NULL;
}

static Fail open_all_or_none(Ctx *cx, Sites *sites, Live **lives)
{
    Fail fail = open_all(cx, sites, lives);
    for (size_t i = 0; fail && i < sites->count; i++)
        if (lives[i]) free_live(lives[i], 0);
    return fail;
}

static Fail name_site(Ctx *cx, Sites *sites, size_t index, Str root)
{
    Str real = STR("default");
    if (root.len) TRY(os_real_path(cx, str_cstr(cx->arena, root), &real));
    size_t slash = str_find_last(real, '/');
    Str name = slash + 1 < real.len ? str_sub(real, slash + 1, real.len) : real;
    for (size_t i = 0; i < index; i++)
        if (str_eq(sites->items[i].name, name))
            return FAIL(cx->arena, BAD_REQUEST, "two workspaces are named \"" STR_FMT "\"",
                        STR_ARG(name));
    sites->items[index] = (Site){.name = str_copy(&sites->arena, name),
                                 .root = root.len ? str_copy(&sites->arena, real) : STR_NONE};
    return NULL;
}

static Fail build(Ctx *cx, const StrList *roots, Sites *sites)
{
    sites->count = MAX(roots->count, 1);
    sites->items = ARENA_ARRAY(&sites->arena, Site, sites->count);
    for (size_t i = 0; i < sites->count; i++)
        TRY(name_site(cx, sites, i, roots->count ? roots->items[i] : sites->spec.root));
    Live **lives = ARENA_ARRAY(cx->arena, Live *, sites->count);
    TRY(open_all_or_none(cx, sites, lives));
    for (size_t i = 0; i < sites->count; i++) sites->items[i].live = lives[i];
    return NULL;
}

Fail sites_new(Ctx *cx, const ContextSpec *spec, const StrList *roots, Pool *pool, Sites **out)
{
    Sites *sites = mem_alloc(sizeof *sites);
    sites->spec = *spec;
    sites->pool = pool;
    sites->generation = 1;
    mutex_init(&sites->mutex, RANK_APP);
    mutex_init(&sites->reload_mutex, RANK_APP - 1);
    Fail fail = build(cx, roots, sites);
    if (fail) sites_free(sites);
    else *out = sites;
    return fail;
}

void sites_free(Sites *sites)
{
    if (!sites) return;
    for (size_t i = 0; i < sites->count; i++)
        if (sites->items[i].live) free_live(sites->items[i].live, 0);
    mutex_fini(&sites->reload_mutex);
    mutex_fini(&sites->mutex);
    arena_fini(&sites->arena);
    mem_free(sites);
}

Fail sites_reload(Ctx *cx, Sites *sites)
{
    Live **lives = ARENA_ARRAY(cx->arena, Live *, sites->count);
    mutex_lock(&sites->reload_mutex);
    Fail fail = open_all_or_none(cx, sites, lives);
    if (!fail) {
        mutex_lock(&sites->mutex);
        for (size_t i = 0; i < sites->count; i++) {
            Live *old = sites->items[i].live;
            sites->items[i].live = lives[i];
            lives[i] = old;
        }
        sites->generation++;
        mutex_unlock(&sites->mutex);
        for (size_t i = 0; i < sites->count; i++) live_release(lives[i]);
    }
    mutex_unlock(&sites->reload_mutex);
    return fail;
}

uint64_t sites_generation(Sites *sites)
{
    mutex_lock(&sites->mutex);
    uint64_t generation = sites->generation;
    mutex_unlock(&sites->mutex);
    return generation;
}

size_t sites_count(const Sites *sites)
{
    return sites->count;
}

Str sites_name(const Sites *sites, size_t index)
{
    return sites->items[index].name;
}

Live *sites_lease(Sites *sites, Str name)
{
    Live *live = NULL;
    mutex_lock(&sites->mutex);
    for (size_t i = 0; !live && i < sites->count; i++)
        if (!name.len || str_eq(sites->items[i].name, name)) live = sites->items[i].live;
    if (live) live->users++;
    mutex_unlock(&sites->mutex);
    return live;
}

Live *live_retain(Live *live)
{
    mutex_lock(&live->sites->mutex);
    live->users++;
    mutex_unlock(&live->sites->mutex);
    return live;
}

void live_release(Live *live)
{
    if (!live) return;
    Sites *sites = live->sites;
    mutex_lock(&sites->mutex);
    bool last = !--live->users;
    mutex_unlock(&sites->mutex);
    if (last) pool_detach_io(sites->pool, free_live, live);
}

const Context *live_context(const Live *live)
{
    return live->context;
}

Str live_name(const Live *live)
{
    return live->sites->items[live->site].name;
}
