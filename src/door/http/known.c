// door/http/known.c
#include "door/http/known.h"

#include "index/opened.h"
#include "op/plan_ops.h"
#include "op/scoped.h"
#include "runtime/cells.h"
#include "runtime/policy.h"

enum { SLOTS = 4096 };

typedef struct Slot {
    bool used;
    Digest state, tag;
} Slot;

struct Known {
    Mutex mutex;
    Slot slots[SLOTS]; // guarded by mutex
};

Known *known_new(void)
{
    Known *known = mem_alloc(sizeof *known);
    mutex_init(&known->mutex, RANK_SERVICE);
    return known;
}

void known_free(Known *known)
{
    if (!known) return;
    mutex_fini(&known->mutex);
    mem_free(known);
}

static Slot *slot_of(Known *known, const Digest *state)
{
    uint32_t bits = 0;
    memcpy(&bits, state, sizeof bits);
    return &known->slots[bits % SLOTS];
}

Digest known_answer(Arena *arena, const OpSpec *op, const Result *result)
{
    Buf body = buf_on(arena);
    JsonWriter w = {.out = &body};
    json_begin_object(&w);
    answer_write_body(&w, op, result, NULL);
    json_end(&w);
    return digest_of(buf_str(&body));
}

bool known_tag(Known *known, const Digest *state, Digest *tag)
{
    mutex_lock(&known->mutex);
    const Slot *slot = slot_of(known, state);
    bool found = slot->used && !memcmp(&slot->state, state, sizeof *state);
    if (found) *tag = slot->tag;
    mutex_unlock(&known->mutex);
    return found;
}

void known_put(Known *known, const Digest *state, const Digest *tag)
{
    mutex_lock(&known->mutex);
    *slot_of(known, state) = (Slot){.used = true, .state = *state, .tag = *tag};
    mutex_unlock(&known->mutex);
}

// The published index. The next request that uses it opens a newer one.
static bool add_index(Ctx *cx, const Env *env, Digester *digester)
{
    Lease lease;
    if (cell_lease(cx, env->opened, &lease)) return false;
    const Opened *opened = lease.value;
    bool current = opened_is_current(cx, opened);
    digester_add_int(digester, (int64_t)lease_generation(&lease));
    lease_release(&lease);
    return current;
}

// Whether a server is asked for vectors, which may be late without its cell telling.
static bool may_vary(const Env *env, const OpSpec *op)
{
    return env->policy->embed.backend == EMBED_HTTP && str_eq(str_from(op->name), STR("find"));
}

// What cells can do decides what answers have.
static void add_cells(Arena *arena, const Env *env, Digester *digester)
{
    CellSnapshot *cells = NULL;
    size_t count = 0;
    cells_snapshot(arena, env->cells, &cells, &count);
    for (size_t i = 0; i < count; i++) {
        digester_add_int(digester, (int64_t)cells[i].generation);
        digester_add_int(digester, cells[i].state);
    }
}

bool known_state(Ctx *cx, const Live *live, const OpSpec *op, const void *args, Digest *out)
{
    const Env *env = context_env(live_context(live));
    Digester digester;
    Digest reads;
    Str scope;
    if (!op->cell || may_vary(env, op)) return false;
    digester_init(&digester);
    digester_add(&digester, live_name(live));
    digester_add_int(&digester, (int64_t)live->held.generation);
    if (!add_index(cx, env, &digester)) return false;
    add_cells(cx->arena, env, &digester);
    if (scope_of_plans(cx, env, &scope)) return false;
    digester_add(&digester, cx->session);
    digester_add(&digester, scope);
    if (plan_ops_state(cx, env, op, args, &reads)) return false;
    digester_add_digest(&digester, &reads);
    *out = digester_end(&digester);
    return true;
}

void known_keep(Ctx *cx, Known *known, const Live *live, const OpSpec *op, const void *args,
                const Digest *state, const Digest *tag)
{
    Digest now;
    if (known_state(cx, live, op, args, &now) && !memcmp(&now, state, sizeof now))
        known_put(known, state, tag);
}
