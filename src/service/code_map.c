// service/code_map.c
#include "service/code_map.h"

#include <math.h>
#include <stdlib.h>

#include "base/vec.h"
#include "service/census.h"

enum { ROUNDS = 30, MOST_RESOLVED_FILES = 4000, PLACE_BYTES = 8, MOST_DEFINERS = 8 };
static const double DAMPING = 0.85, TEST_SHARE = 0.25, MINOR_SHARE = 0.25;

typedef struct Use { // of a definition by another file
    uint32_t file;
    double weight;
} Use;

typedef struct Node { // a definition
    DefRef ref;
    Use *uses;
    uint32_t use_count;
    bool listed;  // may be in the answer
    double share; // of its uses: what its kind is worth to a reader
    double score;
} Node;

typedef struct Link { // a file uses another
    uint32_t from, to;
    double weight;
} Link;

typedef struct Mapping {
    Code *code;
    const MapQuery *query;
    CodeFilter filter;
    MapAnswer *out;
    VEC(Node) nodes;
    VEC(Link) links;
    Role *roles; // by file
    double *rank, *given;
    bool stored;
    Arena scratch;
} Mapping;

// --- who uses what ---

static bool is_outstanding(const Facts *facts, uint32_t def)
{
    int32_t parent = facts->defs[def].parent;
    DefKind kind = facts->defs[def].kind;
    bool inside = false; // of a function
    for (; parent >= 0; parent = facts->defs[parent].parent)
        inside |=
            facts->defs[parent].kind == DEF_FUNCTION || facts->defs[parent].kind == DEF_METHOD;
    if (kind == DEF_CONSTANT) return facts->defs[def].parent < 0;
    return !inside && resolve_is_callable(kind);
}

static void add_use(Mapping *r, Node *node, uint32_t file, double weight, Map *seen)
{
    Str key = str_copy(&r->scratch, (Str){(const char *)&file, sizeof file});
    uint64_t *at = map_at(&r->scratch, seen, key, node->use_count);
    if (*at < node->use_count) node->uses[*at].weight += weight;
    else node->uses[node->use_count++] = (Use){file, weight};
}

static double weight_of(Certainty certainty)
{
    return certainty == CERTAINTY_EXACT ? 1 : certainty == CERTAINTY_LIKELY ? 0.5 : 0;
}

static void add_edge_users(Mapping *r, Node *node)
{
    size_t count;
    Map seen = {0};
    Edges edges = {0};
    const EdgeUser *users = NULL;
    if (r->stored) users = edges_users(r->code->resolver, node->ref, &count);
    else edges_of(r->code->resolver, node->ref, &edges);
    if (!r->stored) count = edges.count;
    node->uses = ARENA_ARRAY(r->code->cx->arena, Use, count);
    for (size_t i = 0; i < count; i++) {
        uint32_t file = users ? users[i].file : edges.items[i].file;
        double weight = weight_of(users ? users[i].certainty : edges.items[i].certainty);
        if (weight > 0 && file != node->ref.file) add_use(r, node, file, weight, &seen);
    }
}

static void add_name_users(Mapping *r, Node *node, Str name)
{
    size_t defs, count;
    Map seen = {0};
    world_defs(r->code->world, name, &defs);
    if (!defs || defs > MOST_DEFINERS) return;
    const uint32_t *users = world_users(r->code->world, name, &count);
    node->uses = ARENA_ARRAY(r->code->cx->arena, Use, count);
    for (size_t i = 0; i < count; i++)
        if (users[i] != node->ref.file) add_use(r, node, users[i], 1.0 / (double)defs, &seen);
}

// Constants, macros and aliases are used all over, and say little of how a program is built.
static double share_of(DefKind kind)
{
    bool minor = kind == DEF_CONSTANT || kind == DEF_MACRO || kind == DEF_TYPE;
    return minor ? MINOR_SHARE : 1;
}

static void add_node(Mapping *r, const WorldFile *file, uint32_t def)
{
    Node node = {.ref = {file->number, def}, .share = share_of(file->facts.defs[def].kind)};
    DefRef whole = resolve_canonical(r->code->resolver, node.ref);
    if (whole.file != node.ref.file || whole.def != node.ref.def) return; // a declaration of it
    node.listed = (r->query->roles || r->roles[file->number] == ROLE_SOURCE) &&
                  code_filter_takes(&r->filter, file->path, file->lang);
    if (r->out->by_names) add_name_users(r, &node, file->facts.defs[def].name);
    else add_edge_users(r, &node);
    for (uint32_t i = 0; i < node.use_count; i++) {
        Use *use = &node.uses[i];
        use->weight = sqrt(use->weight);
        r->given[use->file] += use->weight; // of which a test passes on a part only
        if (r->roles[use->file] == ROLE_TEST) use->weight *= TEST_SHARE;
        VEC_PUSH(r->code->cx->arena, &r->links, (Link){use->file, file->number, use->weight});
    }
    VEC_PUSH(r->code->cx->arena, &r->nodes, node);
}

static void add_nodes(Mapping *r)
{
    World *world = r->code->world;
    for (uint32_t i = 0; i < world_file_count(world); i++) {
        if (!world_is_live(world, i)) continue;
        r->roles[i] = role_of_path(world_path(world, i));
        r->rank[i] = 1;
    }
    for (uint32_t i = 0; i < world_file_count(world); i++) {
        const WorldFile *file = world_file(world, i);
        if (ctx_stopped(r->code->cx) != STOP_NONE) return;
        for (uint32_t k = 0; file && k < file->facts.def_count; k++)
            if (is_outstanding(&file->facts, k)) add_node(r, file, k);
        arena_reset(&r->scratch);
    }
}

// --- ranks ---

static void spread(Mapping *r)
{
    uint32_t files = world_file_count(r->code->world);
    double *next = ARENA_ARRAY(&r->scratch, double, files);
    for (int round = 0; round < ROUNDS; round++) {
        double lost = 0; // of files that use nothing
        size_t live = 0;
        for (uint32_t i = 0; i < files; i++) {
            live += r->rank[i] > 0;
            if (r->given[i] <= 0) lost += r->rank[i];
        }
        double base = live ? 1 - DAMPING + DAMPING * lost / (double)live : 0;
        for (uint32_t i = 0; i < files; i++) next[i] = r->rank[i] > 0 ? base : 0;
        for (size_t i = 0; i < r->links.len; i++) {
            const Link *link = &r->links.items[i];
            next[link->to] += DAMPING * r->rank[link->from] * link->weight / r->given[link->from];
        }
        memcpy(r->rank, next, files * sizeof *next);
    }
}

static void score(Mapping *r)
{
    for (size_t i = 0; i < r->nodes.len; i++) {
        Node *node = &r->nodes.items[i];
        for (uint32_t k = 0; k < node->use_count; k++) {
            const Use *use = &node->uses[k];
            node->score += r->rank[use->file] * use->weight / r->given[use->file];
        }
        node->score =
            round(node->share * node->score * 1e6) / 1e6; // the order of sums must not decide
    }
}

// --- choosing ---

typedef struct Choice { // a definition that may be listed
    const Node *node;
    Str path;
    bool taken;
    Subject subject;
    size_t need; // bytes of all that was taken until then
} Choice;

static int by_score(const void *left, const void *right)
{
    const Choice *a = left, *b = right;
    if (a->node->score != b->node->score) return a->node->score > b->node->score ? -1 : 1;
    int order = str_cmp(a->path, b->path);
    return order ? order
                 : (a->node->ref.def > b->node->ref.def) - (a->node->ref.def < b->node->ref.def);
}

static int by_place(const void *left, const void *right)
{
    const Choice *a = left, *b = right;
    int order = str_cmp(a->path, b->path);
    return order ? order
                 : (a->node->ref.def > b->node->ref.def) - (a->node->ref.def < b->node->ref.def);
}

Str code_map_line(Arena *arena, const Subject *subject, size_t most)
{
    Str line = subject->signature;
    if (!line.len)
        line = str_format(arena, STR_FMT " " STR_FMT,
                          STR_ARG(str_from(def_kind_name(subject->kind))), STR_ARG(subject->name));
    return str_sub(line, 0, utf8_cut(line, MIN(line.len, most)));
}

typedef struct Chosen {
    Choice *items; // by place
    size_t count;
} Chosen;

static Choice *choice_of(const Chosen *chosen, Str path, uint32_t def)
{
    size_t low = 0, high = chosen->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const Choice *at = &chosen->items[middle];
        int order = str_cmp(at->path, path);
        if (order < 0 || (!order && at->node->ref.def < def)) low = middle + 1;
        else high = middle;
    }
    bool there = low < chosen->count && chosen->items[low].node->ref.def == def &&
                 str_eq(chosen->items[low].path, path);
    return there ? &chosen->items[low] : NULL;
}

typedef struct Taken {
    Map files;
    size_t bytes, count;
} Taken;

// With the definitions around it.
static void take(Mapping *r, const Chosen *chosen, Choice *choice, Taken *taken)
{
    enum { MOST_AROUND = 16 };
    Choice *with[MOST_AROUND];
    size_t count = 0;
    const WorldFile *file = world_file(r->code->world, choice->node->ref.file);
    int32_t def = (int32_t)choice->node->ref.def;
    if (!map_get(&taken->files, choice->path, NULL)) taken->bytes += choice->path.len + 1;
    map_put(r->code->cx->arena, &taken->files, choice->path, 1);
    for (; def >= 0 && count < MOST_AROUND; def = file->facts.defs[def].parent) {
        Choice *one = choice_of(chosen, choice->path, (uint32_t)def);
        if (!one || one->taken) continue;
        one->taken = true;
        target_subject(r->code, one->node->ref, &one->subject);
        Str line = code_map_line(&r->scratch, &one->subject, r->query->line_most);
        taken->bytes += line.len + PLACE_BYTES + 4;
        with[count++] = one;
    }
    for (size_t i = 0; i < count; i++) with[i]->need = taken->bytes;
    taken->count += count;
}

// Overloads, a getter and its setter, #ifdef and #else: of one name in one place the best is
// listed.
static bool is_first(Mapping *r, const Choice *choice, Map *names)
{
    const DefRef ref = choice->node->ref;
    const Def *def = &world_file(r->code->world, ref.file)->facts.defs[ref.def];
    Str key = str_format(&r->scratch, "%u:%d:" STR_FMT, ref.file, def->parent, STR_ARG(def->name));
    uint64_t *seen = map_at(&r->scratch, names, key, 0);
    return !(*seen)++;
}

static Chosen choose(Mapping *r)
{
    Arena *arena = r->code->cx->arena;
    VEC(Choice) all = {0};
    Taken taken = {0};
    for (size_t i = 0; i < r->nodes.len; i++) {
        const Node *node = &r->nodes.items[i];
        Str path = world_path(r->code->world, node->ref.file);
        if (node->listed) VEC_PUSH(arena, &all, (Choice){.node = node, .path = path});
    }
    Chosen chosen = {all.items, all.len};
    if (!all.len) return chosen;
    qsort(all.items, all.len, sizeof *all.items, by_place);
    Choice *order = ARENA_ARRAY(arena, Choice, all.len);
    memcpy(order, all.items, all.len * sizeof *order);
    qsort(order, all.len, sizeof *order, by_score);
    size_t limit = r->query->limit ? r->query->limit : all.len;
    Map names = {0};
    for (size_t i = 0; i < all.len && taken.count < limit; i++) {
        Choice *choice = choice_of(&chosen, order[i].path, order[i].node->ref.def);
        if (!choice->taken && is_first(r, choice, &names)) take(r, &chosen, choice, &taken);
    }
    return chosen;
}

// --- the answer ---

static int by_rank(const void *left, const void *right)
{
    const MapFile *a = left, *b = right;
    if (a->rank != b->rank) return a->rank > b->rank ? -1 : 1;
    return str_cmp(a->path, b->path);
}

static uint32_t depth_of(Mapping *r, const Chosen *chosen, const Choice *choice)
{
    uint32_t depth = 0;
    const WorldFile *file = world_file(r->code->world, choice->node->ref.file);
    int32_t def = file->facts.defs[choice->node->ref.def].parent;
    for (; def >= 0; def = file->facts.defs[def].parent) {
        const Choice *around = choice_of(chosen, choice->path, (uint32_t)def);
        depth += around && around->taken;
    }
    return depth;
}

static void take_file(Mapping *r, const Chosen *chosen, size_t from, size_t to, MapFile *file,
                      MapDef *defs, size_t *count)
{
    *file = (MapFile){.path = code_keep(r->code, chosen->items[from].path),
                      .first = (uint32_t)*count,
                      .definitions = (uint32_t)(to - from)};
    for (size_t i = from; i < to; i++) {
        const Choice *choice = &chosen->items[i];
        if (!choice->taken) continue;
        file->shown++;
        file->rank += choice->node->score;
        defs[(*count)++] = (MapDef){choice->subject, choice->node->score, choice->node->use_count,
                                    depth_of(r, chosen, choice), choice->need};
    }
}

static int by_weight(const void *left, const void *right)
{
    const MapLink *a = left, *b = right;
    if (a->weight != b->weight) return a->weight > b->weight ? -1 : 1;
    if (a->from != b->from) return a->from < b->from ? -1 : 1;
    return (a->to > b->to) - (a->to < b->to);
}

// Links between the files that are shown; `numbers` maps files of the World to them, plus one.
static void take_links(Mapping *r, const uint32_t *numbers)
{
    Map seen = {0};
    VEC(MapLink) links = {0};
    Arena *arena = r->code->cx->arena;
    for (size_t i = 0; i < r->links.len; i++) {
        const Link *link = &r->links.items[i];
        uint32_t parts[] = {numbers[link->from], numbers[link->to]};
        if (!parts[0] || !parts[1]) continue;
        Str key = str_copy(arena, (Str){(const char *)parts, sizeof parts});
        uint64_t *at = map_at(arena, &seen, key, links.len);
        if (*at == links.len) VEC_PUSH(arena, &links, (MapLink){parts[0] - 1, parts[1] - 1, 0});
        links.items[*at].weight += link->weight;
    }
    if (links.len) qsort(links.items, links.len, sizeof *links.items, by_weight);
    r->out->links = links.items;
    r->out->link_count = links.len;
}

static void take_answer(Mapping *r, const Chosen *chosen)
{
    Arena *arena = r->code->cx->arena;
    MapAnswer *out = r->out;
    VEC(MapFile) files = {0};
    MapDef *defs = ARENA_ARRAY(arena, MapDef, chosen->count);
    uint32_t *numbers = ARENA_ARRAY(arena, uint32_t, world_file_count(r->code->world));
    for (size_t from = 0, to; from < chosen->count; from = to) {
        MapFile file;
        for (to = from; to < chosen->count; to++)
            if (!str_eq(chosen->items[to].path, chosen->items[from].path)) break;
        take_file(r, chosen, from, to, &file, defs, &out->def_count);
        out->candidate_files++;
        if (file.shown) VEC_PUSH(arena, &files, file);
    }
    if (files.len) qsort(files.items, files.len, sizeof *files.items, by_rank);
    for (size_t i = 0; i < files.len; i++)
        numbers[defs[files.items[i].first].subject.ref.file] = (uint32_t)i + 1;
    out->files = files.items;
    out->file_count = files.len;
    out->defs = defs;
    out->candidates = chosen->count;
    take_links(r, numbers);
}

static Fail answer(Code *code, void *arg)
{
    Mapping *r = arg;
    uint32_t files = world_file_count(code->world);
    *r = (Mapping){.code = code, .query = r->query, .out = r->out};
    *r->out = (MapAnswer){0};
    TRY(code_filter(code, &r->query->filter, &r->filter));
    r->roles = ARENA_ARRAY(code->cx->arena, Role, files);
    r->rank = ARENA_ARRAY(code->cx->arena, double, files);
    r->given = ARENA_ARRAY(code->cx->arena, double, files);
    r->stored = edges_are_stored(code->resolver);
    r->out->by_names = !r->stored && code->corpus.live_files > MOST_RESOLVED_FILES;
    add_nodes(r);
    spread(r);
    score(r);
    Chosen chosen = choose(r);
    take_answer(r, &chosen);
    arena_fini(&r->scratch);
    return NULL;
}

Fail code_map_run(Ctx *cx, const Env *env, const MapQuery *query, MapAnswer *out)
{
    Mapping r = {.query = query, .out = out};
    CodeState state;
    TRY(code_ask(cx, env, &query->options, answer, &r, &state));
    out->state = state;
    code_notes(cx->arena, &state, &out->notes, &out->note_count);
    return NULL;
}
