// service/neighborhood.c
#include "service/neighborhood.h"

#include <stdlib.h>

#include "index/path_class.h"
#include "resolve/kin.h"
#include "service/census_.h"

static const char *const names[] = {
#define SLICE(id, name, says) name,
#include "service/near_slices.def"
#undef SLICE
};
static const char *const meanings[] = {
#define SLICE(id, name, says) says,
#include "service/near_slices.def"
#undef SLICE
};

const char *near_slice_name(NearSlice slice)
{
    return names[slice];
}

const char *near_slice_says(NearSlice slice)
{
    return meanings[slice];
}

typedef VEC(NearNode) NodeVec;

typedef struct Near {
    Code *code;
    const NearQuery *query;
    CodeFilter filter;
    NearAnswer *out;
    WorldFile *file; // of the subject; NULL: it has no names
    DefRef ref;
    NodeVec nodes[NEAR_SLICES];
} Near;

static bool is_wanted(const Near *near, NearSlice slice)
{
    return !near->query->slices || near->query->slices >> slice & 1;
}

static void push(Near *near, NearSlice slice, NearNode node)
{
    uint32_t wanted = near->query->certainties;
    if (wanted && node.has_certainty && !(wanted >> node.certainty & 1)) return;
    VEC_PUSH(near->code->cx->arena, &near->nodes[slice], node);
}

static NearNode def_node(Near *near, DefRef ref)
{
    Subject subject;
    target_subject(near->code, ref, &subject);
    bool file = ref.def == WORLD_NONE;
    const char *kind = subject.declaration ? "declaration" : def_kind_name(subject.kind);
    return (NearNode){.path = subject.path,
                      .name = subject.qualified,
                      .kind = str_from(file ? "file" : kind),
                      .text = subject.signature,
                      .place = subject.name_place,
                      .role = subject.role,
                      .ordinal = subject.ordinal,
                      .is_def = true};
}

static void add_def(Near *near, NearSlice slice, DefRef ref)
{
    push(near, slice, def_node(near, ref));
}

// --- scopes of its own file ---

static void add_scopes(Near *near)
{
    const Facts *facts = &near->file->facts;
    int32_t def = near->ref.def == WORLD_NONE ? -1 : (int32_t)near->ref.def;
    int32_t parent = def < 0 ? -1 : facts->defs[def].parent;
    if (parent >= 0) add_def(near, NEAR_ENCLOSING, (DefRef){near->ref.file, (uint32_t)parent});
    if (def >= 0) add_def(near, NEAR_ENCLOSING, (DefRef){near->ref.file, WORLD_NONE});
    for (int32_t up = parent; up >= 0; up = facts->defs[up].parent)
        add_def(near, NEAR_PARENTS, (DefRef){near->ref.file, (uint32_t)up});
    for (uint32_t i = 0; i < facts->def_count; i++) {
        DefRef ref = {near->ref.file, i};
        if (facts->defs[i].parent == def) add_def(near, NEAR_CHILDREN, ref);
        bool beside = def >= 0 && facts->defs[i].parent == parent && (int32_t)i != def;
        if (beside) add_def(near, NEAR_SIBLINGS, ref);
    }
}

static void add_files_beside(Near *near)
{
    size_t count;
    Str folder = path_folder(world_path(near->code->world, near->ref.file));
    const uint32_t *files = world_folder(near->code->world, folder, &count);
    for (size_t i = 0; i < count; i++)
        if (files[i] != near->ref.file)
            add_def(near, NEAR_SIBLINGS, (DefRef){files[i], WORLD_NONE});
}

// --- uses ---

static void set_certainty(NearNode *node, Certainty certainty, Reason reason)
{
    node->has_certainty = true;
    node->certainty = certainty;
    node->reason = reason;
}

static NearNode use_node(Near *near, const CallSite *site)
{
    NearNode node = {.path = site->path,
                     .name = site->name,
                     .kind = site->kind == EDGE_IMPORT ? STR("import") : STR("use"),
                     .text = site->text,
                     .enclosing = site->enclosing,
                     .place = site->place,
                     .role = site->role,
                     .sites = 1,
                     .ordinal = site->ordinal,
                     .edge = site->kind};
    (void)near;
    set_certainty(&node, site->certainty, site->reason);
    return node;
}

// Who uses it, once each: `seen` maps definitions (and certainties) to nodes of the slice.
static void add_user(Near *near, NearSlice slice, Map *seen, const CallSite *site)
{
    Arena *arena = near->code->cx->arena;
    uint32_t parts[] = {site->in.file, site->in.def, site->certainty};
    Str key = str_copy(arena, (Str){(const char *)parts, sizeof parts});
    NodeVec *nodes = &near->nodes[slice];
    uint64_t *at = map_at(arena, seen, key, nodes->len);
    if (*at < nodes->len) {
        nodes->items[*at].sites++;
        return;
    }
    NearNode node = def_node(near, site->in);
    node.sites = 1;
    node.place = site->place; // where it does so
    node.text = site->text;
    node.edge = site->kind;
    node.is_def = false;
    node.enclosing = site->enclosing;
    node.ordinal = site->ordinal;
    set_certainty(&node, site->certainty, site->reason);
    size_t before = nodes->len;
    push(near, slice, node);
    if (nodes->len == before) *at = UINT64_MAX - 1; // left out, and so are all like it
}

static void sort_use(Near *near, const CallSite *site, Map *callers, Map *tests)
{
    bool file = near->ref.def == WORLD_NONE; // who imports it uses it
    if (site->role == ROLE_TEST && is_wanted(near, NEAR_TESTS) &&
        (file || site->kind != EDGE_IMPORT))
        add_user(near, NEAR_TESTS, tests, site);
    if (site->kind == EDGE_CALL && is_wanted(near, NEAR_CALLERS))
        add_user(near, NEAR_CALLERS, callers, site);
    if (site->kind == EDGE_IMPORT && is_wanted(near, NEAR_IMPORTERS))
        push(near, NEAR_IMPORTERS, use_node(near, site));
    bool reference = site->kind != EDGE_CALL && site->kind != EDGE_IMPORT;
    if (reference && is_wanted(near, NEAR_REFERENCES))
        push(near, NEAR_REFERENCES, use_node(near, site));
}

static void add_uses(Near *near)
{
    static const NearSlice slices[] = {NEAR_CALLERS, NEAR_REFERENCES, NEAR_IMPORTERS, NEAR_TESTS};
    Edges edges;
    Map callers = {0}, tests = {0};
    bool wanted = false;
    for (size_t i = 0; i < ARRAY_LEN(slices); i++) wanted |= is_wanted(near, slices[i]);
    if (!wanted) return;
    if (near->ref.def == WORLD_NONE) kin_importers(near->code->resolver, near->ref.file, &edges);
    else edges_of(near->code->resolver, near->ref, &edges);
    for (size_t i = 0; i < edges.count; i++) {
        const WorldFile *file = world_brief(near->code->world, edges.items[i].file);
        if (!code_filter_takes(&near->filter, file->path, file->lang)) continue;
        CallSite site;
        census_site(near->code, &edges.items[i], &site);
        sort_use(near, &site, &callers, &tests);
    }
    for (size_t i = 0; i < ARRAY_LEN(slices); i++)
        near->out->lists[slices[i]].cut = !edges.complete;
}

static void add_callee(Near *near, Map *seen, NearNode node)
{
    Arena *arena = near->code->cx->arena;
    NodeVec *nodes = &near->nodes[NEAR_CALLEES];
    Str key = str_format(arena, "%d " STR_FMT " %u " STR_FMT, (int)node.certainty,
                         STR_ARG(node.path), node.is_def ? node.place.line : 0, STR_ARG(node.name));
    uint64_t *at = map_at(arena, seen, key, nodes->len);
    if (*at < nodes->len) {
        nodes->items[*at].sites++;
        return;
    }
    node.sites = 1;
    size_t before = nodes->len;
    push(near, NEAR_CALLEES, node);
    if (nodes->len == before) *at = UINT64_MAX - 1;
}

static void add_callees(Near *near)
{
    size_t count;
    Map seen = {0};
    if (!is_wanted(near, NEAR_CALLEES)) return;
    const EdgeOut *edges = edges_from(near->code->resolver, near->ref, true, &count);
    for (size_t i = 0; i < count; i++) {
        const EdgeOut *edge = &edges[i];
        if (edge->edge.kind != EDGE_CALL) continue;
        for (uint32_t k = 0; k < edge->to.count; k++) {
            NearNode node = def_node(near, edge->to.targets[k]);
            set_certainty(&node, edge->to.certainty, edge->to.reason);
            add_callee(near, &seen, node);
        }
        if (edge->to.count) continue;
        CallSite site; // outside, or unknown: where it is called
        census_site(near->code, &edge->edge, &site);
        NearNode node = use_node(near, &site);
        if (edge->to.external.len) node.name = code_keep(near->code, edge->to.external);
        set_certainty(&node, edge->to.certainty, edge->to.reason);
        add_callee(near, &seen, node);
    }
}

// --- kin ---

static void add_kin(Near *near, NearSlice slice, const Kin *kin)
{
    for (size_t i = 0; i < kin->count; i++) {
        const WorldFile *file = world_brief(near->code->world, kin->items[i].file);
        if (code_filter_takes(&near->filter, file->path, file->lang))
            add_def(near, slice, kin->items[i]);
    }
    near->out->lists[slice].cut |= kin->cut;
}

static void add_type_kin(Near *near, DefKind kind)
{
    Kin kin = {0};
    size_t count;
    bool outside;
    Resolver *resolver = near->code->resolver;
    if (is_wanted(near, NEAR_SUBTYPES)) {
        kin_subtypes(resolver, near->ref, true, &kin);
        add_kin(near, NEAR_SUBTYPES, &kin);
    }
    bool abstract = kind == DEF_INTERFACE || kind == DEF_TRAIT;
    if (abstract && is_wanted(near, NEAR_IMPLEMENTATIONS)) {
        kin_subtypes(resolver, near->ref, false, &kin);
        add_kin(near, NEAR_IMPLEMENTATIONS, &kin);
    }
    if (!is_wanted(near, NEAR_SUPERTYPES)) return;
    const DefRef *bases = resolve_bases(resolver, near->ref, &count, &outside);
    kin = (Kin){bases, count, false};
    add_kin(near, NEAR_SUPERTYPES, &kin);
}

static void add_relatives(Near *near)
{
    Kin kin;
    if (near->ref.def == WORLD_NONE) return;
    DefKind kind = near->file->facts.defs[near->ref.def].kind;
    bool method = kind == DEF_METHOD || kind == DEF_FUNCTION;
    if (!method && kind != DEF_MACRO && resolve_is_callable(kind)) add_type_kin(near, kind);
    if (method && is_wanted(near, NEAR_IMPLEMENTATIONS)) {
        kin_overriding(near->code->resolver, near->ref, &kin);
        add_kin(near, NEAR_IMPLEMENTATIONS, &kin);
    }
    if (method && is_wanted(near, NEAR_SUPERTYPES)) {
        kin_overridden(near->code->resolver, near->ref, &kin);
        add_kin(near, NEAR_SUPERTYPES, &kin);
    }
}

// --- imports ---

// Whether something in the subject means what stands in the file.
static bool uses_file(const Near *near, uint32_t file)
{
    size_t count;
    const EdgeOut *edges = edges_from(near->code->resolver, near->ref, true, &count);
    for (size_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < edges[i].to.count; k++)
            if (edges[i].to.targets[k].file == file) return true;
    return false;
}

// Whether a name that the import binds stands in the subject; of all names of a file: one of them.
static bool uses_import(const Near *near, const ImportTo *to)
{
    const Names *all = &near->file->names;
    uint32_t import = to->import;
    if (near->ref.def == WORLD_NONE) return true;
    Span full = near->file->facts.defs[near->ref.def].full;
    for (uint32_t i = 0; i < all->binding_count; i++) {
        const NameBinding *binding = &all->bindings[i];
        if (binding->target != import + 1) continue;
        if (binding->kind == BIND_STAR && to->file != WORLD_NONE) return uses_file(near, to->file);
        if (binding->kind != BIND_IMPORT) continue;
        for (uint32_t k = 0; k < all->expr_count; k++) {
            const NameExpr *use = &all->exprs[k];
            bool inside = use->span.start >= full.start && use->span.start < full.end;
            if (inside && use->op == EXPR_NAME &&
                str_eq(names_text(use, near->file->text), binding->name))
                return true;
        }
    }
    return false;
}

static void add_imports(Near *near)
{
    size_t count;
    if (!is_wanted(near, NEAR_IMPORTS)) return;
    const ImportTo *imports = kin_imports(near->code->resolver, near->file, &count);
    for (size_t i = 0; i < count; i++) {
        if (!uses_import(near, &imports[i])) continue;
        Edge edge = {.file = near->ref.file,
                     .expr = imports[i].import,
                     .kind = EDGE_IMPORT,
                     .certainty = imports[i].certainty,
                     .reason = imports[i].reason};
        CallSite site;
        census_site(near->code, &edge, &site);
        NearNode node = use_node(near, &site);
        if (imports[i].file != WORLD_NONE)
            node.enclosing = code_keep(near->code, world_path(near->code->world, imports[i].file));
        push(near, NEAR_IMPORTS, node);
    }
}

// --- files without names ---

// What the index knows of its definitions: the innermost one around the line, the others.
static void add_indexed_defs(Near *near)
{
    const CorpusPart *part = corpus_part_of_file(&near->code->corpus, near->ref.file);
    const LexFile *row = corpus_file(&near->code->corpus, near->ref.file);
    Arena *arena = near->code->cx->arena;
    LexDefs defs = lexicon_defs(part->lexicon, row->first_def, row->def_count);
    uint32_t line = near->out->subjects.line;
    Str path = near->out->subject.path;
    while (lex_next_def(&defs)) {
        const LexDef *def = &defs.def;
        NearNode node = {
            .path = path,
            .name = lexicon_name_text(arena, part->lexicon, def->name),
            .kind = str_from(row->lang == LANG_NONE ? "heading" : def_kind_name(def->kind)),
            .text = STR(""),
            .place = {def->line, 0, def->end_line, 0},
            .role = near->out->subject.role,
            .is_def = true};
        bool around = line && def->start_line <= line && line <= def->end_line;
        if (around) push(near, NEAR_PARENTS, node);
        else if (def->parent < 0) push(near, NEAR_CHILDREN, node);
    }
    NodeVec *around = &near->nodes[NEAR_PARENTS]; // outermost first: turn it
    for (size_t i = 0; i < around->len / 2; i++) {
        NearNode node = around->items[i];
        around->items[i] = around->items[around->len - 1 - i];
        around->items[around->len - 1 - i] = node;
    }
    if (around->len) push(near, NEAR_ENCLOSING, around->items[0]);
}

// --- pages ---

static int compare_nodes(const void *left, const void *right)
{
    const NearNode *a = left, *b = right;
    if (a->certainty != b->certainty) return a->certainty < b->certainty ? -1 : 1;
    if (a->role != b->role) return a->role < b->role ? -1 : 1;
    int order = str_cmp(a->path, b->path);
    if (order) return order;
    if (a->place.line != b->place.line) return a->place.line < b->place.line ? -1 : 1;
    if (a->place.col != b->place.col) return a->place.col < b->place.col ? -1 : 1;
    return str_cmp(a->name, b->name);
}

static bool is_in_own_order(NearSlice slice)
{
    return slice == NEAR_ENCLOSING || slice == NEAR_PARENTS || slice == NEAR_SUPERTYPES;
}

static void take_pages(Near *near)
{
    for (int i = 0; i < NEAR_SLICES; i++) {
        NearList *list = &near->out->lists[i];
        NodeVec *nodes = &near->nodes[i];
        list->wanted = is_wanted(near, (NearSlice)i);
        if (!list->wanted) continue;
        if (nodes->len && !is_in_own_order((NearSlice)i))
            qsort(nodes->items, nodes->len, sizeof *nodes->items, compare_nodes);
        size_t from = MIN(near->query->offset, nodes->len);
        list->total = nodes->len;
        list->nodes = nodes->items + from;
        list->count = MIN(near->query->top_k, nodes->len - from);
        for (size_t k = 0; k < nodes->len; k++)
            if (nodes->items[k].has_certainty) list->by_certainty[nodes->items[k].certainty]++;
    }
}

// As `calls` weighs it, whatever is filtered; who asks for slices only does not wait for it.
static void weigh_risk(Near *near)
{
    CensusTable table;
    if (near->out->unnamed || near->query->slices) return;
    census_weigh(near->code, &near->out->subject, &table);
    near->out->weighed = true;
    near->out->risk = table.risk;
    near->out->reasons = table.reasons;
    near->out->reason_count = table.reason_count;
}

static Fail answer(Code *code, void *arg)
{
    Near *near = arg;
    NearAnswer *out = near->out;
    *near = (Near){.code = code, .query = near->query, .out = out};
    *out = (NearAnswer){0};
    TRY(code_filter(code, &near->query->filter, &near->filter));
    TRY(target_find(code, near->query->target, TARGET_ANY, &out->subjects));
    if (!out->subjects.count) return NULL;
    out->subject = out->subjects.items[0];
    near->ref = out->subject.ref;
    near->file = world_file(code->world, near->ref.file);
    out->unnamed = !near->file;
    if (near->ref.def == WORLD_NONE) add_files_beside(near);
    if (near->file) {
        add_scopes(near);
        add_uses(near);
        add_callees(near);
        add_relatives(near);
        add_imports(near);
    } else {
        add_indexed_defs(near);
    }
    take_pages(near);
    weigh_risk(near);
    return NULL;
}

Fail near_run(Ctx *cx, const Env *env, const NearQuery *query, NearAnswer *out)
{
    Near near = {.query = query, .out = out};
    CodeState state;
    TRY(code_ask(cx, env, &query->options, answer, &near, &state));
    out->state = state;
    code_notes(cx->arena, &state, &out->notes, &out->note_count);
    return NULL;
}
