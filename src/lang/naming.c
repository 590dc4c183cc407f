// lang/naming.c - the walk that finds names; naming_draft.c records, naming_finish.c orders.
#include "lang/naming_.h"

enum { NODES_BETWEEN_CHECKS = 1 << 16, REPARSE_MAX_DEPTH = 8 };

static TSNode child_in(TSNode node, TSFieldId field)
{
    if (!field || ts_node_is_null(node)) return (TSNode){0};
    return ts_node_child_by_field_id(node, field);
}

// --- the value of a node, from those of its children

// Of the first kid in `field`; where the rule names no field, of the first kid with a value.
static uint32_t kid_value(const NameWalk *w, const NameFrame *frame, TSFieldId field)
{
    for (size_t i = frame->first_kid; i < w->kids.len; i++) {
        const NameKid *kid = &w->kids.items[i];
        if (field ? kid->field == field : kid->value != 0) return kid->value;
    }
    return 0;
}

static uint32_t make_member(NameWalk *w, const NameFrame *frame, uint32_t base)
{
    TSNode name = child_in(frame->node, frame->bound->name);
    if (ts_node_is_null(name)) return 0;
    uint32_t value = naming_expr(&w->n, EXPR_MEMBER, extract_span(name), base, 0);
    return value;
}

static void mark_arguments(NameWalk *w, const NameFrame *frame)
{
    for (size_t i = frame->first_kid; i < w->kids.len; i++)
        naming_role(&w->n, w->kids.items[i].value, ROLE_ARGUMENT);
}

static uint32_t make_value(NameWalk *w, const NameFrame *frame)
{
    Naming *n = &w->n;
    const NameBound *bound = frame->bound;
    Span span = extract_span(frame->node);
    uint32_t base = kid_value(w, frame, bound->base);
    switch (bound->rule->kind) {
    case NR_NAME: return span.end > span.start ? naming_expr(n, EXPR_NAME, span, 0, 0) : 0;
    case NR_MEMBER: return make_member(w, frame, base);
    case NR_CALL:
        naming_role(n, base, ROLE_CALLED);
        return base ? naming_expr(n, EXPR_CALL, span, base, 0) : 0;
    case NR_ARGS: mark_arguments(w, frame); return 0;
    case NR_ITEM: return base ? naming_expr(n, EXPR_ITEM, span, base, 0) : 0;
    case NR_AWAIT: return base ? naming_expr(n, EXPR_AWAIT, span, base, 0) : 0;
    case NR_PASS:
    case NR_TYPE: return base;
    case NR_TYPED: return base ? naming_expr(n, EXPR_TYPED, span, base, 0) : 0;
    case NR_EITHER: {
        uint32_t other = kid_value(w, frame, bound->name);
        if (!base || !other || base == other) return base ? base : other;
        return naming_expr(n, EXPR_EITHER, span, base, other);
    }
    case NR_LITERAL: return naming_expr(n, EXPR_LITERAL, span, 0, 0);
    case NR_SELF: return naming_expr(n, EXPR_SELF, span, 0, 0);
    case NR_OWNER: return naming_expr(n, EXPR_OWNER, span, 0, 0);
    case NR_SUPER: return naming_expr(n, EXPR_SUPER, span, 0, 0);
    case NR_ROOT: return naming_expr(n, EXPR_ROOT, span, 0, 0);
    default: return 0;
    }
}

// --- the walk

static void leave(NameWalk *w, uint32_t depth)
{
    while (w->frames.items[w->frames.len - 1].depth == depth) {
        NameFrame frame = w->frames.items[w->frames.len - 1];
        uint32_t value = make_value(w, &frame);
        if (frame.bound->rule->leave) value = frame.bound->rule->leave(&w->n, frame.node, value);
        w->frames.len--;
        w->n.scope = frame.outer;
        w->in_type = frame.in_type;
        w->kids.len = frame.first_kid;
        const NameFrame *top = &w->frames.items[w->frames.len - 1];
        if (top->depth + 1 != depth) continue;
        NameKid kid = {.node = frame.node, .field = top->field, .value = value};
        VEC_PUSH(&w->room, &w->kids, kid);
    }
}

// A definition is bound around the scope that it opens.
static void declare(NameWalk *w, TSNode node, const NameBound *bound)
{
    TSNode name = child_in(node, bound->name);
    uint32_t def = ts_node_is_null(name) ? 0 : naming_def(&w->n, ts_node_start_byte(name));
    if (def) naming_bind(&w->n, BIND_DEF, w->n.scope, extract_span(name))->target = def;
    naming_open(&w->n, bound->rule->scope, node, def);
}

static bool visit(NameWalk *w, const FlatNode *flat, uint32_t depth)
{
    TSNode node = flat->node;
    if (!flat->named) return false;
    if (w->skip_to && ts_node_end_byte(node) <= w->skip_to) return false;
    const NameBound *bound = grammar_name_rule(w->grammar, flat->symbol);
    NameFrame *top = &w->frames.items[w->frames.len - 1];
    if (top->depth + 1 == depth) {
        top->field = flat->field;
        // The name of what stands around it, which is no use of a name.
        if (top->field && top->field == top->bound->name && top->bound->rule->kind != NR_EITHER &&
            !ts_node_named_child_count(node))
            return false;
    }
    const NameRule *rule = bound->rule;
    if (!rule->node) return true;
    if (rule->kind == NR_SKIP) return false;
    NameFrame frame = {.node = node,
                       .depth = depth,
                       .bound = bound,
                       .first_kid = (uint32_t)w->kids.len,
                       .outer = w->n.scope,
                       .in_type = w->in_type};
    VEC_PUSH(&w->room, &w->frames, frame);
    if (rule->kind == NR_TYPE) w->in_type = true;
    if (rule->kind == NR_DECL) declare(w, node, bound);
    if (rule->kind == NR_SCOPE) naming_open(&w->n, rule->scope, node, 0);
    bool inside = !rule->enter || rule->enter(&w->n, node);
    if (!inside) leave(w, depth);
    return inside;
}

static Fail walk(NameWalk *w)
{
    Parser *p = w->n.x->parser;
    const FlatNode *nodes = p->flat.nodes;
    uint32_t depth = 0, visited = 0;
    for (uint32_t at = 0, count = p->flat.count; at < count;) {
        if (++visited % NODES_BETWEEN_CHECKS == 0) TRY(ctx_check(w->n.cx));
        p->at = at;
        bool inside = visit(w, &nodes[at], depth);
        if (inside && nodes[at].end > at + 1) {
            depth++;
            at++;
            continue;
        }
        if (inside) leave(w, depth);
        uint32_t next = nodes[at].end;
        for (; depth && nodes[nodes[at].parent].end == next; at = p->at) {
            p->at = nodes[at].parent;
            leave(w, --depth);
        }
        at = next;
    }
    return NULL;
}

static void push_outermost(NameWalk *w)
{
    static const NameRule none = {0};
    static const NameBound nothing = {.rule = &none};
    NameFrame frame = {.depth = WALK_NOWHERE - 1,
                       .bound = &nothing,
                       .outer = w->n.scope,
                       .first_kid = (uint32_t)w->kids.len,
                       .in_type = w->in_type};
    VEC_PUSH(&w->room, &w->frames, frame);
}

bool naming_reparse(Naming *n, TSNode node)
{
    NameWalk *w = naming_state(n);
    Parser *p = n->x->parser;
    if (p->inner_depth >= REPARSE_MAX_DEPTH) return false;
    TSTree *tree = parser_parse_inside(n->x, node);
    if (!tree) return false;
    TSNode root = ts_tree_root_node(tree);
    bool clean = !ts_node_has_error(root);
    if (clean) {
        FlatTree flat = p->flat;
        uint32_t at = p->at, scope = n->scope;
        size_t frames = w->frames.len, kids = w->kids.len;
        p->flat = (FlatTree){0};
        flat_make(&p->flat, tree);
        p->inner_depth++;
        push_outermost(w);
        Fail fail = walk(w);
        (void)fail; // stopped: the walk around this one will see it, too
        p->inner_depth--;
        w->frames.len = frames, w->kids.len = kids;
        n->scope = scope;
        flat_fini(&p->flat);
        p->flat = flat;
        p->at = at;
    }
    ts_tree_delete(tree);
    return clean;
}

// --- all of it

static int compare_named(const void *left, const void *right)
{
    const NamedAt *a = left, *b = right;
    if (a->start != b->start) return a->start < b->start ? -1 : 1;
    return a->def < b->def ? -1 : a->def > b->def;
}

static void find_named(NameWalk *w)
{
    const Facts *facts = w->n.facts;
    NamedAt *named = ARENA_ARRAY(&w->room, NamedAt, facts->def_count);
    for (uint32_t i = 0; i < facts->def_count; i++)
        named[i] = (NamedAt){facts->defs[i].name_span.start, i + 1};
    qsort(named, facts->def_count, sizeof *named, compare_named);
    w->named = named;
}

Fail naming_walk(Extract *x, const Facts *facts, Names *out)
{
    NameWalk w = {.n = {.cx = x->cx, .text = x->text, .x = x, .facts = facts},
                  .grammar = x->parser->grammar};
    w.n.walk = &w;
    find_named(&w);
    NameScope file = {.span = {0, (uint32_t)x->text.len}, .kind = SCOPE_FILE};
    VEC_PUSH(&w.room, &w.scopes, file);
    push_outermost(&w);
    Fail fail = x->parser->grammar->spec->names ? walk(&w) : NULL;
    if (!fail) naming_finish(&w, out);
    arena_fini(&w.room);
    return fail;
}
