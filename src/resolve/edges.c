// resolve/edges.c
#include "resolve/edges.h"

#include <stdlib.h>

#include "resolve/edge_site.h"
#include "resolve/edge_store.h"
#include "resolve/value.h"

enum { MOST_NAMES = 64 };

static const char *const kind_names[] = {
    [EDGE_CALL] = "call", [EDGE_REFERENCE] = "reference", [EDGE_TYPE] = "type",
    [EDGE_BASE] = "base", [EDGE_IMPORT] = "import",
};

const char *edge_kind_name(EdgeKind kind)
{
    return kind_names[kind];
}

typedef struct Search { // of the uses of one definition
    Resolver *r;
    DefRef target;
    LangId lang;
    Str names[MOST_NAMES]; // its own, then those that it is imported or held as
    size_t name_count, asked;
    VEC(Edge) found;
    Map seen; // "file expr" of edges that were found
} Search;

uint32_t edge_enclosing(const WorldFile *file, uint32_t offset)
{
    int32_t def = facts_enclosing(&file->facts, offset);
    return def < 0 ? WORLD_NONE : (uint32_t)def;
}

const Call *edge_call(const WorldFile *file, uint32_t expr)
{
    uint32_t start = file->names.exprs[expr].span.start, low = 0, high = file->call_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (file->calls[middle].name_span.start < start) low = middle + 1;
        else high = middle;
    }
    bool there = low < file->call_count && file->calls[low].name_span.start == start;
    return there ? &file->calls[low] : NULL;
}

EdgeKind edge_kind_of(const NameExpr *expr)
{
    if (expr->role & ROLE_BASE) return EDGE_BASE;
    if (expr->role & (ROLE_CALLED | ROLE_DECORATOR)) return EDGE_CALL;
    return expr->role & ROLE_TYPE ? EDGE_TYPE : EDGE_REFERENCE;
}

const NameExpr *edge_expr(const WorldFile *file, const Edge *edge)
{
    return edge->expr < file->names.expr_count ? &file->names.exprs[edge->expr] : NULL;
}

static bool is_target(const Search *s, DefRef def)
{
    return def.file == s->target.file && def.def == s->target.def;
}

static bool has_target(const Search *s, const Resolved *to)
{
    for (uint32_t i = 0; i < to->count; i++)
        if (is_target(s, to->targets[i])) return true;
    return false;
}

static void add_name(Search *s, Str name)
{
    for (size_t i = 0; i < s->name_count; i++)
        if (str_eq(s->names[i], name)) return;
    if (s->name_count < MOST_NAMES) s->names[s->name_count++] = name;
}

static bool is_new(Search *s, uint32_t file, uint32_t expr, EdgeKind kind)
{
    uint32_t parts[] = {file, expr, kind == EDGE_IMPORT};
    Str key = str_copy(s->r->arena, (Str){(const char *)parts, sizeof parts});
    if (map_get(&s->seen, key, NULL)) return false;
    map_put(s->r->arena, &s->seen, key, 1);
    return true;
}

static void add_edge(Search *s, const WorldFile *file, uint32_t expr, EdgeKind kind,
                     const Resolved *to)
{
    if (!is_new(s, file->number, expr, kind)) return;
    Span span = kind == EDGE_IMPORT ? file->names.imports[expr].span : file->names.exprs[expr].span;
    Edge edge = {.file = file->number,
                 .expr = expr,
                 .start = span.start,
                 .kind = kind,
                 .certainty = to->certainty,
                 .reason = to->reason,
                 .others = to->count ? to->count - 1 : 0};
    VEC_PUSH(s->r->arena, &s->found, edge);
}

// `asked`: only a use of that name; empty: of any.
static void look_at_use(Search *s, WorldFile *file, uint32_t expr, Str asked)
{
    const NameExpr *use = &file->names.exprs[expr];
    if (use->op != EXPR_NAME && use->op != EXPR_MEMBER) return;
    Str name = names_text(use, file->text);
    if (asked.len && !str_eq(name, asked)) return;
    Resolved to;
    resolve_use(s->r, file, expr, &to);
    bool own_name = str_eq(name, s->names[0]);
    if (has_target(s, &to)) add_edge(s, file, expr, edge_kind_of(use), &to);
    else if (to.certainty == CERTAINTY_NAME_ONLY && own_name &&
             resolve_family(file->lang) == resolve_family(s->lang))
        add_edge(s, file, expr, edge_kind_of(use), &to);
}

// Imports of it, and the other names that it gets: import f as g, g = f outside of functions.
static void look_at_bindings(Search *s, WorldFile *file, Str asked)
{
    for (uint32_t i = 0; i < file->names.binding_count; i++) {
        const NameBinding *binding = &file->names.bindings[i];
        bool import = binding->kind == BIND_IMPORT && binding->target;
        const NameImport *row = import ? &file->names.imports[binding->target - 1] : NULL;
        bool named = row && (str_eq(row->name, asked) || str_eq(binding->name, asked));
        bool held = binding->value && binding->kind != BIND_IMPORT &&
                    (binding->kind == BIND_DEF || binding->kind == BIND_FIELD ||
                     binding->kind == BIND_LOCAL || binding->kind == BIND_EXPORT);
        if (held) {
            const NameExpr *value = &file->names.exprs[binding->value - 1];
            held = (value->op == EXPR_NAME || value->op == EXPR_MEMBER) &&
                   str_eq(names_text(value, file->text), asked);
        }
        if (!named && !held) continue;
        Values values = evaluate_binding(s->r, file, i);
        Resolved to = {.certainty = values.certainty, .reason = values.reason};
        bool means = false;
        for (uint32_t k = 0; k < values.count; k++)
            means |= values.items[k].kind == VALUE_DEF &&
                     is_target(s, resolve_canonical(s->r, values.items[k].ref));
        for (uint32_t k = 0; k < values.named_count && named; k++)
            means |= is_target(s, resolve_canonical(s->r, values.named[k]));
        if (!means) continue;
        add_name(s, binding->name);
        if (row) add_edge(s, file, binding->target - 1, EDGE_IMPORT, &to);
    }
}

static void look_in_file(Search *s, uint32_t number, Str asked)
{
    WorldFile *file = world_file(s->r->world, number);
    if (!file) return;
    look_at_bindings(s, file, asked);
    for (uint32_t i = 0; i < file->names.expr_count; i++) look_at_use(s, file, i, asked);
}

typedef struct Place {
    Str path;
    uint32_t start;
    Edge edge;
} Place;

static int compare_places(const void *left, const void *right)
{
    const Place *a = left, *b = right;
    int order = str_cmp(a->path, b->path);
    if (order) return order;
    if (a->start != b->start) return a->start < b->start ? -1 : 1;
    return (a->edge.kind > b->edge.kind) - (a->edge.kind < b->edge.kind);
}

static void put_in_order(Search *s, Edges *out)
{
    Place *places = ARENA_ARRAY(s->r->arena, Place, s->found.len);
    Edge *edges = ARENA_ARRAY(s->r->arena, Edge, s->found.len);
    for (size_t i = 0; i < s->found.len; i++) {
        const Edge *edge = &s->found.items[i];
        places[i] = (Place){world_path(s->r->world, edge->file), edge->start, *edge};
    }
    if (s->found.len) qsort(places, s->found.len, sizeof *places, compare_places);
    for (size_t i = 0; i < s->found.len; i++) {
        edges[i] = places[i].edge;
        out->by_certainty[edges[i].certainty]++;
    }
    out->items = edges;
    out->count = s->found.len;
}

// --- what is stored ---

typedef struct EdgeParts {   // of a World
    const EdgeStore *stores; // by span; without a segment: they are not right for it
    const bool *covered;     // by file: whether its edges are stored
    bool any;
} EdgeParts;

static bool opens(const WorldSpan *span, Hash128 digest, EdgeStore *store)
{
    return edge_store_open(span->edges, store) && store->files == span->files &&
           store->world.low == digest.low && store->world.high == digest.high;
}

static const EdgeParts *edge_parts(Resolver *r)
{
    World *world = r->world;
    if (r->edges) return r->edges;
    Hash128 digest = world_digest(world);
    EdgeStore *stores = ARENA_ARRAY(r->arena, EdgeStore, world_spans(world));
    bool *covered = ARENA_ARRAY(r->arena, bool, world_file_count(world));
    EdgeParts *parts = ARENA_NEW(r->arena, EdgeParts);
    for (size_t i = 0; i < world_spans(world); i++) {
        WorldSpan span = world_span(world, i);
        if (!opens(&span, digest, &stores[i])) stores[i].segment = NULL;
        if (!stores[i].segment) continue;
        parts->any = true;
        for (uint32_t k = 0; k < span.files; k++)
            covered[span.first + k] = world_is_live(world, span.first + k);
    }
    parts->stores = stores;
    parts->covered = covered;
    r->edges = parts;
    return parts;
}

typedef struct Stored { // which files' edges are stored, by file
    bool *covered;
    bool any;
} Stored;

static bool is_in(const WorldFile *file, const Edge *edge)
{
    return edge->expr <
           (edge->kind == EDGE_IMPORT ? file->names.import_count : file->names.expr_count);
}

// An edge whose file is another text by now is dropped with its file. Of an edge of which nothing
// is told, the file is taken apart.
static void take_list(Search *s, const WorldSpan *span, EdgeList list, Stored *stored)
{
    while (edge_list_next(&list)) {
        Edge edge = list.edge;
        edge.file += span->first;
        if (!stored->covered[edge.file]) continue;
        const WorldFile *file = edge.told.flags ? world_brief(s->r->world, edge.file)
                                                : world_file(s->r->world, edge.file);
        if (!file || !file->stored) stored->covered[edge.file] = false;
        else if (edge.told.flags ? told_fits(&edge, file->text) : is_in(file, &edge))
            VEC_PUSH(s->r->arena, &s->found, edge);
    }
}

static void take_stored(Search *s, Stored *stored)
{
    World *world = s->r->world;
    const EdgeParts *parts = edge_parts(s->r);
    uint64_t keys[] = {edge_key(s->r, s->target), edge_name_key(s->lang, s->names[0])};
    uint32_t files = world_file_count(world);
    stored->any = parts->any;
    stored->covered = ARENA_ARRAY(s->r->arena, bool, files);
    if (files) memcpy(stored->covered, parts->covered, files);
    for (size_t i = 0; i < world_spans(world); i++) {
        WorldSpan span = world_span(world, i);
        for (size_t k = 0; k < ARRAY_LEN(keys) && parts->stores[i].segment; k++)
            take_list(s, &span, edge_store_find(&parts->stores[i], keys[k]), stored);
    }
    // What was taken from a file before it was seen to be another one.
    size_t kept = 0;
    for (size_t i = 0; i < s->found.len; i++)
        if (stored->covered[s->found.items[i].file]) s->found.items[kept++] = s->found.items[i];
    s->found.len = kept;
}

bool edges_are_stored(Resolver *resolver)
{
    World *world = resolver->world;
    const EdgeParts *parts = edge_parts(resolver);
    for (size_t i = 0; i < world_spans(world); i++) {
        WorldSpan span = world_span(world, i);
        bool named = false;
        for (uint32_t k = 0; k < span.files && !named; k++)
            named = world_is_live(world, span.first + k) &&
                    lang_has_names(world_lang(world, span.first + k));
        if (named && !parts->stores[i].segment) return false;
    }
    return true;
}

const EdgeUser *edges_users(Resolver *resolver, DefRef def, size_t *count)
{
    World *world = resolver->world;
    const EdgeParts *parts = edge_parts(resolver);
    VEC(EdgeUser) users = {0};
    uint64_t key = edge_key(resolver, resolve_canonical(resolver, def));
    for (size_t i = 0; i < world_spans(world); i++) {
        uint32_t first = world_span(world, i).first;
        if (!parts->stores[i].segment) continue;
        EdgeList list = edge_store_find(&parts->stores[i], key);
        while (edge_list_next(&list)) {
            EdgeUser user = {list.edge.file + first, list.edge.kind, list.edge.certainty};
            if (world_is_live(world, user.file)) VEC_PUSH(resolver->arena, &users, user);
        }
    }
    *count = users.len;
    return users.items;
}

void edges_derived(Resolver *resolver, DefRef type, Derived *out)
{
    World *world = resolver->world;
    const EdgeParts *parts = edge_parts(resolver);
    VEC(DefRef) found = {0};
    VEC(bool) noted = {0};
    uint64_t key = parts->any ? edge_derived_key(resolver, type) : 0;
    for (size_t i = 0; i < world_spans(world); i++) {
        uint32_t first = world_span(world, i).first;
        if (!parts->stores[i].segment) continue;
        EdgeList list = edge_store_find(&parts->stores[i], key);
        while (edge_list_next(&list)) {
            VEC_PUSH(resolver->arena, &found, ((DefRef){list.edge.file + first, list.edge.expr}));
            VEC_PUSH(resolver->arena, &noted, list.edge.others != 0);
        }
    }
    *out = (Derived){found.items, noted.items, parts->any ? parts->covered : NULL, found.len};
}

// --- what is not ---

// All uses in a file, whatever their name: it is one of a few.
static void look_at_all(Search *s, uint32_t number)
{
    WorldFile *file = world_file(s->r->world, number);
    for (uint32_t i = 0; file && i < file->names.expr_count; i++) look_at_use(s, file, i, STR_NONE);
    for (uint32_t i = 0; file && i < file->names.binding_count; i++) {
        const NameBinding *binding = &file->names.bindings[i];
        if (binding->kind != BIND_IMPORT || !binding->target) continue;
        Resolved to;
        resolve_import(s->r, file, i, &to);
        if (has_target(s, &to)) add_edge(s, file, binding->target - 1, EDGE_IMPORT, &to);
    }
}

static void look_by_name(Search *s, Edges *out)
{
    for (; s->asked < s->name_count && out->complete; s->asked++) {
        size_t count;
        const uint32_t *users = world_users(s->r->world, s->names[s->asked], &count);
        for (size_t i = 0; i < count && out->complete; i++) {
            look_in_file(s, users[i], s->names[s->asked]);
            if (ctx_stopped(s->r->cx) != STOP_NONE) out->complete = false;
        }
    }
}

void edges_of(Resolver *resolver, DefRef def, Edges *out)
{
    *out = (Edges){.complete = true};
    Search s = {.r = resolver, .target = resolve_canonical(resolver, def)};
    Stored stored = {0};
    const WorldFile *file = world_brief(resolver->world, s.target.file);
    if (!file) return;
    s.lang = file->lang;
    add_name(&s, file->facts.defs[s.target.def].name);
    take_stored(&s, &stored);
    if (!stored.any) look_by_name(&s, out);
    uint32_t files = stored.any ? world_file_count(resolver->world) : 0;
    for (uint32_t i = 0; i < files && out->complete; i++) {
        if (stored.covered[i] || !world_is_live(resolver->world, i)) continue;
        look_at_all(&s, i);
        if (ctx_stopped(resolver->cx) != STOP_NONE) out->complete = false;
    }
    put_in_order(&s, out);
}

const EdgeOut *edges_from(Resolver *resolver, DefRef def, bool inner, size_t *count)
{
    *count = 0;
    WorldFile *file = world_file(resolver->world, def.file);
    if (!file) return NULL;
    bool whole = def.def == WORLD_NONE;
    Span full = whole ? (Span){0, UINT32_MAX} : file->facts.defs[def.def].full;
    VEC(EdgeOut) found = {0};
    for (uint32_t i = 0; i < file->names.expr_count; i++) {
        const NameExpr *use = &file->names.exprs[i];
        if (use->op != EXPR_NAME && use->op != EXPR_MEMBER) continue;
        if (use->span.start < full.start || use->span.start >= full.end) continue;
        if (!inner && edge_enclosing(file, use->span.start) != def.def) continue;
        EdgeOut out = {
            .edge = {
                .file = def.file, .expr = i, .start = use->span.start, .kind = edge_kind_of(use)}};
        resolve_use(resolver, file, i, &out.to);
        out.edge.certainty = out.to.certainty;
        out.edge.reason = out.to.reason;
        out.edge.others = out.to.count ? out.to.count - 1 : 0;
        VEC_PUSH(resolver->arena, &found, out);
    }
    *count = found.len;
    return found.items;
}
