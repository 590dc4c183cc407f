// service/census.c - the flow of a census.
#include <stdlib.h>

#include "resolve/kin.h"
#include "service/census_.h"

enum { MOST_BASES = 8 };

// --- sites ---

// A call that says by itself which class is meant: super().run(), Base.run(self).
static bool names_its_class(Census *census, const Edge *edge)
{
    WorldFile *file = world_file(census->code->world, edge->file);
    const NameExpr *use = edge_expr(file, edge);
    if (!use || use->op != EXPR_MEMBER || !use->base) return false;
    const NameExpr *base = &file->names.exprs[use->base - 1];
    Resolved to;
    if (base->op == EXPR_SUPER) return true;
    if (base->op != EXPR_NAME && base->op != EXPR_MEMBER) return false;
    resolve_use(census->code->resolver, file, use->base - 1, &to);
    for (uint32_t i = 0; i < to.count; i++) {
        const WorldFile *other = world_file(census->code->world, to.targets[i].file);
        DefKind kind = other->facts.defs[to.targets[i].def].kind;
        bool method = kind == DEF_FUNCTION || kind == DEF_METHOD || kind == DEF_MACRO;
        if (!method && resolve_is_callable(kind)) return true;
    }
    return false;
}

static bool is_known_site(const Edges *edges, const Edge *edge)
{
    for (size_t i = 0; i < edges->count; i++)
        if (edges->items[i].file == edge->file && edges->items[i].expr == edge->expr) return true;
    return false;
}

// Calls of what the target overrides: the object may be one that has the target.
static void add_through_bases(Census *census, const CensusTable *table, const Edges *own,
                              SiteVec *sites)
{
    Code *code = census->code;
    for (size_t i = 0; i < MIN(table->overridden_count, (size_t)MOST_BASES); i++) {
        Edges edges;
        edges_of(code->resolver, table->overridden[i].ref, &edges);
        for (size_t k = 0; k < edges.count; k++) {
            Edge edge = edges.items[k];
            if (edge.kind != EDGE_CALL || edge.certainty > CERTAINTY_LIKELY) continue;
            if (is_known_site(own, &edge) || names_its_class(census, &edge)) continue;
            edge.certainty = CERTAINTY_LIKELY;
            edge.reason = REASON_IMPLEMENTS;
            CallSite site;
            census_site(code, &edge, &site);
            site.through_base = true;
            VEC_PUSH(code->cx->arena, sites, site);
        }
    }
}

static bool is_shown_use(const CensusTable *table, EdgeKind kind)
{
    return kind == EDGE_CALL || table->subject.ref.def == WORLD_NONE;
}

static void add_sites(Census *census, CensusTable *table, const Edges *edges, SiteVec *sites)
{
    for (size_t i = 0; i < edges->count; i++) {
        table->uses[edges->items[i].kind]++;
        if (!is_shown_use(table, edges->items[i].kind)) continue;
        CallSite site;
        census_site(census->code, &edges->items[i], &site);
        VEC_PUSH(census->code->cx->arena, sites, site);
    }
}

// --- what they tell ---

static size_t count_distinct(const SiteVec *sites, bool files, bool exact_only)
{
    Arena scratch = {0};
    Map seen = {0};
    size_t count = 0;
    for (size_t i = 0; i < sites->len; i++) {
        const CallSite *site = &sites->items[i];
        if (exact_only && site->certainty != CERTAINTY_EXACT) continue;
        uint32_t parts[] = {site->in.file, files ? 0 : site->in.def};
        Str key = str_copy(&scratch, (Str){(const char *)parts, sizeof parts});
        if (map_get(&seen, key, NULL)) continue;
        map_put(&scratch, &seen, key, ++count);
    }
    arena_fini(&scratch);
    return count;
}

static void count_shapes(Census *census, CensusTable *table, const SiteVec *sites)
{
    Arena *arena = census->code->cx->arena;
    VEC(Str) shapes = {0}, keywords = {0};
    for (size_t i = 0; i < sites->len; i++) {
        const CallSite *site = &sites->items[i];
        bool counts = site->has_shape && !site->through_base && site->certainty <= CERTAINTY_LIKELY;
        if (!counts) continue;
        VEC_PUSH(arena, &shapes, census_shape(arena, site));
        table->star_calls += site->star || site->star_star;
        for (uint32_t k = 0; k < site->keyword_count; k++)
            VEC_PUSH(arena, &keywords, site->keywords[k]);
    }
    table->shapes = census_count(arena, shapes.items, shapes.len);
    table->keywords = census_count(arena, keywords.items, keywords.len);
}

static void sum_up(Census *census, CensusTable *table, const SiteVec *sites)
{
    SiteVec own = {0};
    for (size_t i = 0; i < sites->len; i++) {
        const CallSite *site = &sites->items[i];
        if (site->through_base) {
            table->through_base++;
            continue;
        }
        table->calls++;
        table->calls_by[site->certainty]++;
        table->test_calls += site->role == ROLE_TEST && site->certainty <= CERTAINTY_LIKELY;
        VEC_PUSH(census->code->cx->arena, &own, *site);
    }
    table->files = count_distinct(&own, true, false);
    table->functions = count_distinct(&own, false, false);
    table->exact_callers = count_distinct(&own, false, true);
    count_shapes(census, table, sites);
}

static bool is_wanted(const Census *census, const CallSite *site)
{
    uint32_t wanted = census->query->certainties;
    if (wanted && !(wanted >> site->certainty & 1)) return false;
    return code_filter_takes(&census->filter, site->path, site->lang);
}

static int compare_sites(const void *left, const void *right)
{
    const CallSite *a = left, *b = right;
    if (a->through_base != b->through_base) return a->through_base ? 1 : -1;
    if (a->certainty != b->certainty) return a->certainty < b->certainty ? -1 : 1;
    if (a->role != b->role) return a->role < b->role ? -1 : 1;
    int order = str_cmp(a->path, b->path);
    if (order) return order;
    if (a->place.line != b->place.line) return a->place.line < b->place.line ? -1 : 1;
    return (a->place.col > b->place.col) - (a->place.col < b->place.col);
}

static void take_sites(Census *census, CensusTable *table, SiteVec *sites)
{
    SiteVec kept = {0};
    for (size_t i = 0; i < sites->len; i++) {
        const CallSite *site = &sites->items[i];
        if (!is_wanted(census, site)) continue;
        if (site->through_base) table->kept_through_base++;
        else table->kept++, table->kept_by[site->certainty]++;
        VEC_PUSH(census->code->cx->arena, &kept, *site);
    }
    if (kept.len) qsort(kept.items, kept.len, sizeof *kept.items, compare_sites);
    size_t limit = census->query->limit;
    table->sites = kept.items;
    table->site_count = limit ? MIN(limit, kept.len) : kept.len;
    for (size_t i = 0; i < kept.len; i++) {
        kept.items[i].table = (uint32_t)census->out->table_count;
        kept.items[i].rank = (uint32_t)i;
    }
    census_callers(census, table, &kept);
}

// --- relatives ---

static const Subject *take_kin(Census *census, const Kin *kin, size_t *count)
{
    Subject *items = ARENA_ARRAY(census->code->cx->arena, Subject, kin->count);
    for (size_t i = 0; i < kin->count; i++) target_subject(census->code, kin->items[i], &items[i]);
    *count = kin->count;
    return items;
}

static bool is_constructor(Str type, Str name)
{
    static const char *const names[] = {"__init__",    "__new__", "constructor", "initialize",
                                        "__construct", "init",    "new"};
    if (str_eq(name, type)) return true; // Java, C++, C#
    for (size_t i = 0; i < ARRAY_LEN(names); i++)
        if (str_eq(name, str_from(names[i]))) return true;
    return false;
}

static void find_made(Census *census, CensusTable *table)
{
    DefRef owner;
    if (!kin_owner(census->code->resolver, table->subject.ref, &owner)) return;
    const WorldFile *file = world_file(census->code->world, owner.file);
    if (!is_constructor(file->facts.defs[owner.def].name, table->subject.name)) return;
    Subject *made = ARENA_NEW(census->code->cx->arena, Subject);
    target_subject(census->code, owner, made);
    table->made = made;
}

static void find_relatives(Census *census, CensusTable *table)
{
    Kin kin;
    DefRef ref = table->subject.ref;
    if (ref.def == WORLD_NONE) return;
    if (table->subject.kind != DEF_METHOD && table->subject.kind != DEF_FUNCTION) return;
    kin_overriding(census->code->resolver, ref, &kin);
    table->overriding = take_kin(census, &kin, &table->overriding_count);
    table->kin_cut = kin.cut;
    kin_overridden(census->code->resolver, ref, &kin);
    table->overridden = take_kin(census, &kin, &table->overridden_count);
    table->kin_cut |= kin.cut;
    find_made(census, table);
}

static void find_constructors(Census *census, CensusTable *table)
{
    const Subject *type = &table->subject;
    VEC(Subject) found = {0};
    bool is_type = type->ref.def != WORLD_NONE && resolve_is_callable(type->kind) &&
                   type->kind != DEF_FUNCTION && type->kind != DEF_METHOD &&
                   type->kind != DEF_MACRO;
    if (!is_type) return;
    const WorldFile *file = world_file(census->code->world, type->ref.file);
    for (uint32_t i = type->ref.def + 1; i < file->facts.def_count; i++) {
        const Def *def = &file->facts.defs[i];
        if (def->full.start >= file->facts.defs[type->ref.def].full.end) break;
        if (def->parent != (int32_t)type->ref.def || !is_constructor(type->name, def->name))
            continue;
        Subject subject;
        target_subject(census->code, (DefRef){type->ref.file, i}, &subject);
        VEC_PUSH(census->code->cx->arena, &found, subject);
    }
    table->constructors = found.items;
    table->constructor_count = found.len;
}

// --- tables ---

static void make_table(Census *census, const Subject *subject, CensusTable *table)
{
    Edges edges;
    SiteVec sites = {0};
    *table = (CensusTable){.subject = *subject};
    if (subject->ref.def == WORLD_NONE)
        kin_importers(census->code->resolver, subject->ref.file, &edges);
    else edges_of(census->code->resolver, subject->ref, &edges);
    table->complete = edges.complete;
    find_relatives(census, table);
    find_constructors(census, table);
    add_sites(census, table, &edges, &sites);
    add_through_bases(census, table, &edges, &sites);
    census_templates(census, table, &sites);
    sum_up(census, table, &sites);
    take_sites(census, table, &sites);
    census_built_names(census, table);
    census_hazards(census, &edges, table);
    if (census->query->callees) census_callees(census, table);
    census_risk(census, table);
}

void census_weigh(Code *code, const Subject *subject, CensusTable *out)
{
    const CensusQuery all = {.depth = 1};
    CensusAnswer answer = {0};
    Census census = {.code = code, .query = &all, .out = &answer};
    make_table(&census, subject, out);
}

static bool has_table(const Census *census, const CensusTable *tables, DefRef ref)
{
    for (size_t i = 0; i < census->out->table_count; i++)
        if (same_def(tables[i].subject.ref, ref)) return true;
    return false;
}

static void make_tables(Census *census)
{
    CensusAnswer *out = census->out;
    size_t subjects = MIN(out->subjects.count, census->query->tables), room = subjects;
    VEC(CensusTable) tables = {0};
    Arena *arena = census->code->cx->arena;
    for (size_t i = 0; i < room; i++) {
        CensusTable table;
        if (has_table(census, tables.items, out->subjects.items[i].ref)) continue;
        make_table(census, &out->subjects.items[i], &table);
        VEC_PUSH(arena, &tables, table);
        out->table_count++;
        for (size_t k = 0; k < table.constructor_count; k++) {
            CensusTable inner;
            make_table(census, &table.constructors[k], &inner);
            VEC_PUSH(arena, &tables, inner);
            out->table_count++;
        }
    }
    out->tables = tables.items;
}

static Fail answer(Code *code, void *arg)
{
    Census *census = arg;
    const CensusQuery *query = census->query;
    census->code = code;
    *census->out = (CensusAnswer){0};
    TRY(code_filter(code, &query->filter, &census->filter));
    TRY(target_find(code, query->target, TARGET_CALLABLE, &census->out->subjects));
    make_tables(census);
    return NULL;
}

// --- notes ---

void code_notes(Arena *arena, const CodeState *state, const Str **notes, size_t *count)
{
    VEC(Str) found = {0};
    if (state->unnamed_files)
        VEC_PUSH(arena, &found,
                 str_format(arena,
                            "%llu files are in languages without name rules: what they use "
                            "is not seen",
                            (unsigned long long)state->unnamed_files));
    if (state->lost_files)
        VEC_PUSH(arena, &found,
                 str_format(arena, "%llu files could not be read or parsed",
                            (unsigned long long)state->lost_files));
    if (state->stale)
        VEC_PUSH(arena, &found,
                 STR("nobody looked whether files changed since the index was made"));
    if (state->trouble.len)
        VEC_PUSH(arena, &found, str_format(arena, "index: " STR_FMT, STR_ARG(state->trouble)));
    if (state->timed_out || state->interrupted)
        VEC_PUSH(arena, &found, STR("stopped early: there may be more than is shown"));
    *notes = found.items;
    *count = found.len;
}

Fail census_run(Ctx *cx, const Env *env, const CensusQuery *query, CensusAnswer *out)
{
    Census census = {.query = query, .out = out};
    CodeState state;
    TRY(code_ask(cx, env, &query->options, answer, &census, &state));
    out->state = state;
    code_notes(cx->arena, &state, &out->notes, &out->note_count);
    return NULL;
}
