// service/entity_edges.c - who calls the definitions found, what they call, and used_by=.
//
// What a name means comes from src/resolve; every edge says how sure it is. Sums are per
// certainty, never mixed. Further levels (depth=N) and used_by= follow exact and likely edges only.
#include "base/map.h"
#include "resolve/edge_site.h"
#include "service/entity_.h"

typedef struct Graph {
    Entity *entity;
    Ctx *cx;
    Corpus corpus;
    World *world;
    Resolver *resolver;
    FindingVec *findings;
    bool incomplete;
} Graph;

static void graph_open(Graph *graph, Entity *entity)
{
    *graph = (Graph){.entity = entity, .cx = entity->cx};
    refresh_corpus(entity->cx, &entity->view, &graph->corpus);
    graph->world = world_new(entity->cx, &entity->workspace, &entity->view, &graph->corpus,
                             entity->env->grammars);
    graph->resolver = resolver_new(graph->world, entity->cx);
}

static void graph_close(Graph *graph)
{
    if (world_lost(graph->world))
        VEC_PUSH(graph->cx->arena, &graph->entity->limits,
                 str_format(graph->cx->arena, "%zu files could not be read for who calls what",
                            world_lost(graph->world)));
    if (graph->incomplete)
        VEC_PUSH(graph->cx->arena, &graph->entity->limits,
                 STR("not all calls were looked at for lack of time"));
    world_free(graph->world);
}

static Str key_of(Arena *arena, DefRef def)
{
    return str_format(arena, "%u:%u", def.file, def.def);
}

static bool is_sure(Certainty certainty)
{
    return certainty == CERTAINTY_EXACT || certainty == CERTAINTY_LIKELY;
}

static Str qualified_of(Graph *graph, DefRef def)
{
    const WorldFile *file = world_brief(graph->world, def.file);
    return file ? world_qualified(graph->world, file, def.def) : STR_NONE;
}

static Str name_of(Graph *graph, DefRef def)
{
    const WorldFile *file = world_brief(graph->world, def.file);
    return file ? file->facts.defs[def.def].name : STR_NONE;
}

// --- one call as a finding ---

static Str line_at(const WorldFile *file, uint32_t offset)
{
    enum { LONGEST = 400 };
    size_t start = offset, end = offset;
    while (start && file->text.ptr[start - 1] != '\n') start--;
    while (end < file->text.len && file->text.ptr[end] != '\n') end++;
    if (end > start && file->text.ptr[end - 1] == '\r') end--;
    Str line = str_sub(file->text, start, end);
    line.len = utf8_cut(line, LONGEST);
    return line;
}

static void set_str(Arena *arena, Json *object, const char *key, Str value)
{
    if (value.len) json_set(arena, object, str_from(key), json_new_str(arena, value));
}

static Json *edge_details(Graph *graph, const Edge *edge, int64_t depth)
{
    Arena *arena = graph->cx->arena;
    Json *details = json_new_object(arena);
    set_str(arena, details, "certainty", str_from(certainty_name(edge->certainty)));
    set_str(arena, details, "reason", str_from(reason_text(edge->reason)));
    json_set(arena, details, STR("depth"), json_new_int(arena, depth));
    if (edge->others)
        json_set(arena, details, STR("other_targets"), json_new_int(arena, edge->others));
    return details;
}

static Finding edge_finding(Graph *graph, const Edge *edge, Json *details)
{
    EdgeSite use;
    edge_site(graph->resolver, edge, &use);
    const WorldFile *file = use.file;
    Span span = use.span;
    const Call *call = use.called ? &use.call : NULL;
    Arena *arena = graph->cx->arena;
    if (call) {
        json_set(arena, details, STR("arguments"), json_new_int(arena, call->arg_count));
        json_set(arena, details, STR("keywords"),
                 entity_names_json(arena, call->keywords, call->keyword_count, sizeof(Str)));
    }
    Finding finding = {.path = file->path,
                       .category = str_from(category_name(CATEGORY_CALL)),
                       .kind = STR("call"),
                       .name = use.name,
                       .text = line_at(file, span.start),
                       .details = details};
    if (use.in != WORLD_NONE) finding.enclosing = world_qualified(graph->world, file, use.in);
    world_place(file, span.start, &finding.line, &finding.col);
    finding.end_line = finding.line;
    finding.end_col = finding.col + (span.end - span.start);
    return finding;
}

// --- callers and callees ---

typedef struct Walk { // breadth first over one direction
    Graph *graph;
    Map seen;
    VEC(DefRef) queue;
    size_t at, level_end;
    uint64_t sums[CERTAINTIES];
} Walk;

static void walk_to(Walk *walk, DefRef def)
{
    Arena *arena = walk->graph->cx->arena;
    uint64_t *seen = map_at(arena, &walk->seen, key_of(arena, def), 0);
    if (!(*seen)++) VEC_PUSH(arena, &walk->queue, def);
}

static void add_callers(Walk *walk, DefRef def, int64_t depth)
{
    Graph *graph = walk->graph;
    Edges edges;
    edges_of(graph->resolver, def, &edges);
    graph->incomplete = graph->incomplete || !edges.complete;
    for (size_t i = 0; i < edges.count; i++) {
        const Edge *edge = &edges.items[i];
        const WorldFile *file = world_brief(graph->world, edge->file);
        if (edge->kind != EDGE_CALL || !file) continue;
        Json *details = edge_details(graph, edge, depth);
        Finding finding = edge_finding(graph, edge, details);
        set_str(graph->cx->arena, details, "target", qualified_of(graph, def));
        finding.qualified = qualified_of(graph, def);
        VEC_PUSH(graph->cx->arena, graph->findings, finding);
        walk->sums[edge->certainty]++;
        uint32_t around = edge_enclosing(file, edge->start);
        if (around != WORLD_NONE && is_sure(edge->certainty))
            walk_to(walk, resolve_canonical(graph->resolver, (DefRef){edge->file, around}));
    }
}

static Json *targets_json(Graph *graph, const Resolved *to)
{
    Arena *arena = graph->cx->arena;
    Json *list = json_new_array(arena);
    for (uint32_t i = 0; i < to->count; i++) {
        const WorldFile *file = world_file(graph->world, to->targets[i].file);
        uint32_t line, col;
        if (!file) continue;
        Json *target = json_new_object(arena);
        world_place(file, file->facts.defs[to->targets[i].def].name_span.start, &line, &col);
        set_str(arena, target, "path", file->path);
        json_set(arena, target, STR("line"), json_new_int(arena, line));
        set_str(arena, target, "qualified", qualified_of(graph, to->targets[i]));
        json_push(arena, list, target);
    }
    return list;
}

static void add_callees(Walk *walk, DefRef def, int64_t depth)
{
    Graph *graph = walk->graph;
    size_t count;
    const EdgeOut *edges = edges_from(graph->resolver, def, false, &count);
    for (size_t i = 0; i < count; i++) {
        const EdgeOut *out = &edges[i];
        if (out->edge.kind != EDGE_CALL || !world_file(graph->world, out->edge.file)) continue;
        Json *details = edge_details(graph, &out->edge, depth);
        json_set(graph->cx->arena, details, STR("targets"), targets_json(graph, &out->to));
        set_str(graph->cx->arena, details, "external", out->to.external);
        Finding finding = edge_finding(graph, &out->edge, details);
        finding.qualified = out->to.external;
        if (out->to.count) finding.qualified = qualified_of(graph, out->to.targets[0]);
        VEC_PUSH(graph->cx->arena, graph->findings, finding);
        walk->sums[out->edge.certainty]++;
        for (uint32_t j = 0; j < out->to.count && is_sure(out->edge.certainty); j++)
            walk_to(walk, resolve_canonical(graph->resolver, out->to.targets[j]));
    }
}

static void add_sums(Buf *out, const uint64_t *sums)
{
    bool any = false;
    for (int i = 0; i < CERTAINTIES; i++) {
        if (!sums[i]) continue;
        buf_addf(out, "%s%s %llu", any ? ", " : "", certainty_name((Certainty)i),
                 (unsigned long long)sums[i]);
        any = true;
    }
    if (!any) buf_add(out, STR("none"));
}

static void expand_def(Graph *graph, DefRef def, ExpandKind kind, EntityGroup *group)
{
    Walk walk = {.graph = graph};
    int64_t depth = graph->entity->query->expand_depth[kind];
    Buf title = buf_on(graph->cx->arena);
    group->from = graph->findings->len;
    walk_to(&walk, def);
    for (int64_t level = 1; level <= depth && walk.at < walk.queue.len; level++) {
        walk.level_end = walk.queue.len;
        for (; walk.at < walk.level_end && !ctx_stopped(graph->cx); walk.at++) {
            if (kind == EXPAND_CALLERS) add_callers(&walk, walk.queue.items[walk.at], level);
            else add_callees(&walk, walk.queue.items[walk.at], level);
        }
    }
    group->to = graph->findings->len;
    buf_addf(&title, "%s " STR_FMT ": ", kind == EXPAND_CALLERS ? "Callers of" : "Callees of",
             STR_ARG(qualified_of(graph, def)));
    add_sums(&title, walk.sums);
    group->title = buf_str(&title);
}

// Calls fn for each definition that is shown.
typedef void OnShown(Graph *graph, DefRef def, size_t finding, void *arg);
static void each_shown(Graph *graph, const FileWork *work, size_t shown, OnShown *fn, void *arg)
{
    size_t number = 0;
    for (size_t i = 0; i < graph->entity->files.len && number < shown; i++) {
        uint32_t file = work[i].count ? world_find(graph->world, graph->entity->files.items[i].path)
                                      : WORLD_NONE;
        const WorldFile *known = file == WORLD_NONE ? NULL : world_file(graph->world, file);
        for (size_t j = 0; j < work[i].count && number < shown; j++, number++) {
            uint32_t def = work[i].defs[j];
            if (!known || def >= known->facts.def_count) continue;
            fn(graph, resolve_canonical(graph->resolver, (DefRef){file, def}), number, arg);
        }
    }
}

typedef VEC(EntityGroup) GroupVec;

static void expand_one(Graph *graph, DefRef def, size_t finding, void *arg)
{
    static const ExpandKind kinds[] = {EXPAND_CALLERS, EXPAND_CALLEES};
    GroupVec *groups = arg;
    (void)finding;
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        EntityGroup group = {.from = 0};
        if (!graph->entity->query->expand_depth[kinds[i]]) continue;
        expand_def(graph, def, kinds[i], &group);
        VEC_PUSH(graph->cx->arena, groups, group);
    }
}

static Json *sums_json(Arena *arena, const uint64_t *sums)
{
    Json *object = json_new_object(arena);
    for (int i = 0; i < CERTAINTIES; i++)
        if (sums[i])
            json_set(arena, object, str_from(certainty_name((Certainty)i)),
                     json_new_int(arena, (int64_t)sums[i]));
    return object;
}

static Json *copy_details(Arena *arena, const Json *from)
{
    Json *details = json_new_object(arena);
    for (size_t i = 0; from && i < from->len; i++)
        json_set(arena, details, from->members[i].key, from->members[i].value);
    return details;
}

// fields=callers,callees: how many, by certainty.
static void count_one(Graph *graph, DefRef def, size_t finding, void *arg)
{
    const EntityQuery *query = graph->entity->query;
    Finding *of = &graph->findings->items[finding];
    Arena *arena = graph->cx->arena;
    Json *details = copy_details(arena, of->details);
    (void)arg;
    if (query->fields & FIELD_IS_CALLERS) {
        Edges edges;
        uint64_t sums[CERTAINTIES] = {0};
        edges_of(graph->resolver, def, &edges);
        for (size_t i = 0; i < edges.count; i++)
            if (edges.items[i].kind == EDGE_CALL) sums[edges.items[i].certainty]++;
        json_set(arena, details, STR("callers"), sums_json(arena, sums));
    }
    if (query->fields & FIELD_IS_CALLEES) {
        uint64_t sums[CERTAINTIES] = {0};
        size_t count;
        const EdgeOut *edges = edges_from(graph->resolver, def, false, &count);
        for (size_t i = 0; i < count; i++)
            if (edges[i].edge.kind == EDGE_CALL) sums[edges[i].edge.certainty]++;
        json_set(arena, details, STR("callees"), sums_json(arena, sums));
    }
    of->details = details;
}

static void tell_languages(Entity *entity, const FileWork *work)
{
    size_t counts[LANG_COUNT] = {0};
    for (size_t i = 0; i < entity->files.len; i++)
        counts[entity->files.items[i].lang] += work[i].count;
    for (LangId lang = LANG_NONE + 1; lang < LANG_COUNT; lang++)
        if (counts[lang] && !lang_has_names(lang))
            VEC_PUSH(entity->cx->arena, &entity->limits,
                     str_format(entity->cx->arena,
                                "who calls what is not known for %s (%zu results)", lang_name(lang),
                                counts[lang]));
}

void entity_add_edges(Entity *entity, const FileWork *work, size_t shown, FindingVec *findings,
                      EntityAnswer *out)
{
    const EntityQuery *query = entity->query;
    bool counts = query->fields & (FIELD_IS_CALLERS | FIELD_IS_CALLEES);
    bool expands = query->expand_depth[EXPAND_CALLERS] || query->expand_depth[EXPAND_CALLEES];
    Graph graph;
    if (!counts && !expands) return;
    GroupVec groups = {0};
    graph_open(&graph, entity);
    graph.findings = findings;
    if (counts) each_shown(&graph, work, shown, count_one, NULL);
    if (expands) each_shown(&graph, work, shown, expand_one, &groups);
    graph_close(&graph);
    tell_languages(entity, work);
    for (size_t i = 0; i < out->group_count; i++)
        VEC_PUSH(entity->cx->arena, &groups, out->groups[i]);
    out->groups = groups.items;
    out->group_count = groups.len;
}

// --- used_by ---

typedef struct Used {
    Map sure; // key_of
    uint64_t unsure;
} Used;

static void take_uses(Graph *graph, DefRef user, Used *used)
{
    size_t count;
    const EdgeOut *edges = edges_from(graph->resolver, user, true, &count);
    for (size_t i = 0; i < count; i++) {
        const Resolved *to = &edges[i].to;
        if (to->certainty == CERTAINTY_NAME_ONLY || to->certainty == CERTAINTY_DYNAMIC)
            used->unsure++;
        for (uint32_t j = 0; j < to->count && is_sure(to->certainty); j++) {
            DefRef target = resolve_canonical(graph->resolver, to->targets[j]);
            map_put(graph->cx->arena, &used->sure, key_of(graph->cx->arena, target), 1);
        }
    }
}

static void take_users(Graph *graph, const Join *join, Used *used)
{
    uint32_t kinds = entity_kind_mask(join->kind);
    size_t count = 0;
    if (join->name.len && !name_is_glob(join->name)) {
        const DefRef *defs = world_defs(graph->world, join->name, &count);
        for (size_t i = 0; i < count; i++) {
            const WorldFile *file = world_file(graph->world, defs[i].file);
            if (file && kinds >> file->facts.defs[defs[i].def].kind & 1)
                take_uses(graph, defs[i], used);
        }
        return;
    }
    for (uint32_t i = 0; i < world_file_count(graph->world) && !ctx_stopped(graph->cx); i++) {
        const WorldFile *file = world_is_live(graph->world, i) ? world_file(graph->world, i) : NULL;
        for (uint32_t def = 0; file && def < file->facts.def_count; def++)
            if (kinds >> file->facts.defs[def].kind & 1 &&
                (!join->name.len || name_takes(join->name, file->facts.defs[def].name)))
                take_uses(graph, (DefRef){i, def}, used);
    }
}

static bool keep_used(Graph *graph, const Used *used, uint32_t file, uint32_t def)
{
    if (file == WORLD_NONE || def == UINT32_MAX || !world_file(graph->world, file)) return false;
    DefRef own = resolve_canonical(graph->resolver, (DefRef){file, def});
    return name_of(graph, own).ptr && map_get(&used->sure, key_of(graph->cx->arena, own), NULL);
}

void entity_keep_used(Entity *entity, FileWork *work)
{
    Graph graph;
    Used used = {0};
    if (!entity->query->used_by.asked) return;
    graph_open(&graph, entity);
    take_users(&graph, &entity->query->used_by, &used);
    for (size_t i = 0; i < entity->files.len; i++) {
        FileWork *file = &work[i];
        size_t kept = 0, expansions = 0;
        uint32_t number =
            file->count ? world_find(graph.world, entity->files.items[i].path) : WORLD_NONE;
        size_t next = 0;
        for (size_t j = 0; j < file->count; j++) {
            bool keep = keep_used(&graph, &used, number, file->defs[j]);
            for (; next < file->expansion_count && file->expansions[next].owner == j; next++) {
                if (!keep) continue;
                file->expansions[expansions] = file->expansions[next];
                file->expansions[expansions++].owner = kept;
            }
            if (!keep) continue;
            file->findings[kept] = file->findings[j];
            file->defs[kept++] = file->defs[j];
        }
        file->count = file->total = kept;
        file->expansion_count = expansions;
    }
    graph_close(&graph);
    if (used.unsure)
        VEC_PUSH(entity->cx->arena, &entity->limits,
                 str_format(entity->cx->arena,
                            "used_by counts exact and likely uses; of %llu more only the name is "
                            "known, or they are dynamic",
                            (unsigned long long)used.unsure));
    tell_languages(entity, work);
}
