// door/http/sites.c
//
// DESIGN. Each site has a holder, which leases its context and replaces it. A reload of several
// sites first has every holder open its next context, which may fail, and then each of them put it
// in place, which may not; requests see either the old or the new, and wait for neither. Who ends
// the last lease of an old context has the pool free it, because that waits for its threads.
#include "door/http/sites.h"

#include <assert.h>

#include "base/clock.h"

struct Site {
    // frozen
    Str name, root;
    Sites *sites;
    Holder *holder;
    Counter generation; // of the newest context
};

struct Sites {
    // frozen
    Arena arena;
    Pool *pool;
    Site *items;
    size_t count;
    Mutex reloading; // one reload at a time
    Counter reloads, failed;
};

static void sweep(void *holder, int slot)
{
    (void)slot;
    holder_sweep(holder);
}

static void retired(void *arg)
{
    const Site *site = arg;
    pool_detach_io(site->sites->pool, sweep, site->holder);
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
                                 .root = root.len ? str_copy(&sites->arena, real) : STR_NONE,
                                 .sites = sites};
    return NULL;
}

static Fail build(Ctx *cx, const ContextSpec *spec, const StrList *roots, Sites *sites)
{
    sites->count = MAX(roots->count, 1);
    sites->items = ARENA_ARRAY(&sites->arena, Site, sites->count);
    for (size_t i = 0; i < sites->count; i++)
        TRY(name_site(cx, sites, i, roots->count ? roots->items[i] : spec->root));
    for (size_t i = 0; i < sites->count; i++) {
        Site *site = &sites->items[i];
        HolderSpec holder = {.context = *spec, .retired = retired, .arg = site};
        if (site->root.len) holder.context.root = site->root;
        TRY(holder_new(cx, &holder, &site->holder));
    }
    return NULL;
}

Fail sites_new(Ctx *cx, const ContextSpec *spec, const StrList *roots, Pool *pool, Sites **out)
{
    Sites *sites = mem_alloc(sizeof *sites);
    sites->pool = pool;
    mutex_init(&sites->reloading, RANK_APP - 1);
    Fail fail = build(cx, spec, roots, sites);
    if (fail) sites_free(sites);
    else *out = sites;
    return fail;
}

void sites_free(Sites *sites)
{
    if (!sites) return;
    pool_drain(sites->pool); // contexts may be being swept
    for (size_t i = 0; sites->items && i < sites->count; i++) {
        bool freed = holder_free(sites->items[i].holder);
        assert(freed);
    }
    mutex_fini(&sites->reloading);
    arena_fini(&sites->arena);
    mem_free(sites);
}

static Fail prepare_all(Ctx *cx, Sites *sites)
{
    Fail fail = NULL;
    for (size_t i = 0; !fail && i < sites->count; i++)
        fail = holder_prepare(cx, sites->items[i].holder);
    for (size_t i = 0; fail && i < sites->count; i++) holder_forget(sites->items[i].holder);
    return fail;
}

static Fail replace_all(Ctx *cx, Sites *sites, Reloaded *total)
{
    for (size_t i = 0; i < sites->count; i++) {
        Reloaded one;
        TRY(holder_reload(cx, sites->items[i].holder, 0, &one));
        total->open_ns += one.open_ns;
        Counter *generation = &sites->items[i].generation; // of which this is the only writer
        counter_add(generation, one.generation - counter_get(generation));
    }
    return NULL;
}

static void drain_all(Sites *sites, int64_t drain_ns, Reloaded *total)
{
    int64_t start_ns = clock_now_ns();
    for (size_t i = 0; i < sites->count; i++) {
        int64_t left_ns = MAX(start_ns + drain_ns - clock_now_ns(), 0);
        total->leased += holder_drain(sites->items[i].holder, left_ns);
    }
    total->drained = !total->leased;
    total->drain_ns = clock_now_ns() - start_ns;
}

Fail sites_reload(Ctx *cx, Sites *sites, int64_t drain_ns, Reloaded *out)
{
    Reloaded total = {0};
    mutex_lock(&sites->reloading);
    int64_t start_ns = clock_now_ns();
    Fail fail = prepare_all(cx, sites);
    total.open_ns = clock_now_ns() - start_ns;
    if (!fail) fail = replace_all(cx, sites, &total);
    if (!fail) total.generation = counter_add(&sites->reloads, 1) + 2;
    mutex_unlock(&sites->reloading);
    if (fail) counter_add(&sites->failed, 1);
    else drain_all(sites, drain_ns, &total);
    if (!fail && out) *out = total;
    return fail;
}

uint64_t sites_generation(Sites *sites)
{
    return counter_get(&sites->reloads) + 1;
}

uint64_t sites_failed(Sites *sites)
{
    return counter_get(&sites->failed);
}

size_t sites_leased(Sites *sites)
{
    size_t leased = 0;
    for (size_t i = 0; i < sites->count; i++) leased += holder_leased(sites->items[i].holder);
    return leased;
}

size_t sites_count(const Sites *sites)
{
    return sites->count;
}

Str sites_name(const Sites *sites, size_t index)
{
    return sites->items[index].name;
}

bool sites_lease(Sites *sites, Str name, Live *out)
{
    for (size_t i = 0; i < sites->count; i++) {
        const Site *site = &sites->items[i];
        if (name.len && !str_eq(site->name, name)) continue;
        out->site = site;
        return holder_acquire(site->holder, &out->held);
    }
    return false;
}

void live_copy(const Live *live, Live *out)
{
    out->site = live->site;
    holder_copy(&live->held, &out->held);
}

void live_release(Live *live)
{
    holder_release(&live->held);
    live->site = NULL;
}

const Context *live_context(const Live *live)
{
    return live->held.context;
}

bool live_is_old(const Live *live)
{
    return counter_get(&live->site->generation) > live->held.generation;
}

Str live_name(const Live *live)
{
    return live->site->name;
}
