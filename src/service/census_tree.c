// service/census_tree.c - who calls the callers, and what the target calls.
#include <stdlib.h>

#include "service/census_.h"

enum { MOST_CALLERS = 500 };

static Str ref_key(Arena *arena, DefRef ref)
{
    uint32_t parts[] = {ref.file, ref.def};
    return str_copy(arena, (Str){(const char *)parts, sizeof parts});
}

// --- callers ---

typedef struct Caller { // who calls one definition
    DefRef ref;
    uint64_t sites;
    Certainty certainty;
} Caller;
typedef VEC(Caller) CallerVec;

typedef struct Tree {
    Census *census;
    CensusTable *table;
    VEC(CallerNode) nodes;
    Map seen; // definitions in the tree -> node + 1; the target: 0
} Tree;

static void add_caller(Arena *arena, CallerVec *callers, DefRef ref, Certainty certainty)
{
    for (size_t i = 0; i < callers->len; i++) {
        Caller *caller = &callers->items[i];
        if (!same_def(caller->ref, ref)) continue;
        caller->sites++;
        caller->certainty = MIN(caller->certainty, certainty);
        return;
    }
    VEC_PUSH(arena, callers, (Caller){ref, 1, certainty});
}

// What is only the same name leads nowhere that can be followed.
static bool is_followed(Certainty certainty)
{
    return certainty == CERTAINTY_EXACT || certainty == CERTAINTY_LIKELY;
}

static CallerVec callers_of(Tree *tree, DefRef ref)
{
    Edges edges;
    CallerVec callers = {0};
    Code *code = tree->census->code;
    edges_of(code->resolver, ref, &edges);
    tree->table->callers_cut |= !edges.complete;
    for (size_t i = 0; i < edges.count; i++) {
        const Edge *edge = &edges.items[i];
        if (edge->kind != EDGE_CALL || !is_followed(edge->certainty)) continue;
        const WorldFile *file = world_brief(code->world, edge->file);
        if (!code_filter_takes(&tree->census->filter, file->path, file->lang)) continue;
        DefRef in = enclosing_ref(file, edge->start);
        add_caller(code->cx->arena, &callers, in, edge->certainty);
    }
    return callers;
}

static bool is_ancestor(const Tree *tree, uint32_t node, DefRef ref)
{
    for (; node; node = tree->nodes.items[node - 1].parent)
        if (same_def(tree->nodes.items[node - 1].subject.ref, ref)) return true;
    return same_def(tree->table->subject.ref, ref);
}

static void grow(Tree *tree, const CallerVec *callers, uint32_t parent, uint32_t depth)
{
    Code *code = tree->census->code;
    for (size_t i = 0; i < callers->len; i++) {
        const Caller *caller = &callers->items[i];
        CallerNode node = {.depth = depth,
                           .parent = parent,
                           .sites = caller->sites,
                           .certainty = caller->certainty};
        if (tree->nodes.len == MOST_CALLERS) tree->table->callers_cut = true;
        if (tree->nodes.len == MOST_CALLERS) return;
        target_subject(code, caller->ref, &node.subject);
        Str key = ref_key(code->cx->arena, caller->ref);
        node.cycle = is_ancestor(tree, parent, caller->ref);
        node.seen = !node.cycle && map_get(&tree->seen, key, NULL);
        VEC_PUSH(code->cx->arena, &tree->nodes, node);
        map_put(code->cx->arena, &tree->seen, key, tree->nodes.len);
        bool ends = node.cycle || node.seen || depth == tree->census->query->depth ||
                    caller->ref.def == WORLD_NONE;
        if (ends) continue;
        CallerVec next = callers_of(tree, caller->ref);
        grow(tree, &next, (uint32_t)tree->nodes.len, depth + 1);
    }
}

void census_callers(Census *census, CensusTable *table, const SiteVec *sites)
{
    Tree tree = {.census = census, .table = table};
    CallerVec callers = {0};
    if (census->query->depth < 2) return;
    for (size_t i = 0; i < sites->len; i++) {
        const CallSite *site = &sites->items[i];
        if (site->kind != EDGE_CALL || site->through_base || !is_followed(site->certainty))
            continue;
        add_caller(census->code->cx->arena, &callers, site->in, site->certainty);
    }
    grow(&tree, &callers, 0, 1);
    table->callers = tree.nodes.items;
    table->caller_count = tree.nodes.len;
}

// --- callees ---

static int compare_callees(const void *left, const void *right)
{
    const Callee *a = left, *b = right;
    if (a->certainty != b->certainty) return a->certainty < b->certainty ? -1 : 1;
    if (a->line != b->line) return a->line < b->line ? -1 : 1;
    int order = str_cmp(a->name, b->name);
    return order ? order : str_cmp(a->subject.path, b->subject.path);
}

typedef VEC(Callee) CalleeVec;

static void add_callee(Code *code, Map *seen, CalleeVec *callees, Callee callee)
{
    Arena *arena = code->cx->arena;
    Str key = str_format(arena, "%d %u %u " STR_FMT, (int)callee.certainty, callee.subject.ref.file,
                         callee.subject.ref.def, STR_ARG(callee.name));
    uint64_t *at = map_at(arena, seen, key, callees->len);
    if (*at == callees->len) VEC_PUSH(arena, callees, callee);
    else callees->items[*at].sites++;
}

void census_callees(Census *census, CensusTable *table)
{
    Code *code = census->code;
    Map seen = {0};
    CalleeVec callees = {0};
    size_t count;
    const WorldFile *file = world_file(code->world, table->subject.ref.file);
    const EdgeOut *edges = edges_from(code->resolver, table->subject.ref, true, &count);
    for (size_t i = 0; i < count; i++) {
        const EdgeOut *edge = &edges[i];
        if (edge->edge.kind != EDGE_CALL) continue;
        const NameExpr *use = &file->names.exprs[edge->edge.expr];
        Callee callee = {.certainty = edge->to.certainty,
                         .reason = edge->to.reason,
                         .sites = 1,
                         .line = code_place(file, use->span).line};
        Str name = edge->to.external.len ? edge->to.external : names_text(use, file->text);
        callee.name = code_keep(code, name);
        callee.subject.ref = (DefRef){WORLD_NONE, WORLD_NONE};
        for (uint32_t k = 0; k < edge->to.count; k++) {
            target_subject(code, edge->to.targets[k], &callee.subject);
            callee.name = callee.subject.qualified;
            add_callee(code, &seen, &callees, callee);
        }
        if (!edge->to.count) add_callee(code, &seen, &callees, callee);
    }
    if (callees.len) qsort(callees.items, callees.len, sizeof *callees.items, compare_callees);
    table->callees = callees.items;
    table->callee_count = callees.len;
}
