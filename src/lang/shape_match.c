// lang/shape_match.c - one pattern against one node.
//
// Children are matched from left to right, and nothing that was decided is taken back: $$$ ends at
// the first node that the goal behind it matches. The recursion is as deep as the pattern.
#include "lang/shape_.h"

typedef enum Outcome { FAILS, MATCHES, SKIP_GOAL, SKIP_NODE, SKIP_BOTH } Outcome;

typedef struct Match {
    Find *find;
    const GoalTree *pattern;
    const ShapeTree *tree;
} Match;

typedef struct Children { // of a goal and a node; a child is gone when it reaches its end
    uint32_t goal, goal_end;
    uint32_t node, node_end;
} Children;

static Outcome match_one(Match *m, uint32_t goal, uint32_t node, Env *env);

static const Goal *goal_at(const Match *m, uint32_t goal)
{
    return &m->pattern->goals[goal];
}

static void next_goal(const Match *m, Children *c)
{
    c->goal = goal_at(m, c->goal)->next;
}

static void next_node(const Match *m, Children *c)
{
    c->node = m->tree->nodes[c->node].next;
}

// --- what a metavariable holds ---

// The same text, or the same shape down to the leaves: white space and comments may differ.
static bool same_code(Match *m, uint32_t a, uint32_t b)
{
    const Node *nodes = m->tree->nodes;
    uint32_t end = nodes[a].next;
    if (a == b) return true;
    while (a < end) {
        const Node *x = &nodes[a], *y = &nodes[b];
        if (!find_step(m->find, 1)) return false;
        if (!x->named_count || !y->named_count) {
            if (!str_eq(node_text(m->tree, a), node_text(m->tree, b))) return false;
            a = x->next, b = y->next;
        } else {
            if (x->symbol != y->symbol || x->child_count != y->child_count) return false;
            a++, b++;
        }
    }
    return true;
}

static uint32_t next_named(const Match *m, uint32_t *node, uint32_t *left)
{
    while (*left) {
        uint32_t at = *node;
        *node = m->tree->nodes[at].next;
        (*left)--;
        if (node_is(&m->tree->nodes[at], NODE_NAMED)) return at;
    }
    return SHAPE_NONE;
}

static bool same_run(Match *m, Run a, Run b)
{
    for (;;) {
        uint32_t x = next_named(m, &a.first, &a.count), y = next_named(m, &b.first, &b.count);
        if (x == SHAPE_NONE || y == SHAPE_NONE) return x == y;
        if (!same_code(m, x, y)) return false;
    }
}

static bool bind(Match *m, Env *env, uint32_t name, Run run)
{
    if (name == SHAPE_NONE) return true;
    Run *held = &env->at[name];
    bool many = m->find->shape->names.items[name].many;
    if (held->first != SHAPE_NONE &&
        !(many ? same_run(m, *held, run) : same_code(m, held->first, run.first)))
        return false;
    *held = run;
    return true;
}

// --- strictness ---

static bool skips_comments(const Match *m)
{
    return m->pattern->strictness != SHAPE_CST && m->pattern->strictness != SHAPE_AST;
}

static bool same_kind(const Goal *goal, const Node *node)
{
    return goal->symbol == node->symbol || goal->symbol == GRAMMAR_ERROR;
}

static Outcome match_leaf(const Match *m, const Goal *goal, uint32_t at)
{
    const Node *node = &m->tree->nodes[at];
    ShapeStrictness strictness = m->pattern->strictness;
    bool kind = same_kind(goal, node);
    bool text =
        (kind || strictness == SHAPE_TEMPLATE) && str_eq(goal->text, node_text(m->tree, at));
    if (kind && (!goal->named || text)) return MATCHES;
    if (skips_comments(m) && node_is(node, NODE_EXTRA)) return SKIP_NODE;
    bool skip_node = !node_is(node, NODE_NAMED), skip_goal = !goal->named;
    switch (strictness) {
    case SHAPE_CST: return FAILS;
    case SHAPE_TEMPLATE:
        if (text) return MATCHES;
        return skip_node ? SKIP_NODE : FAILS;
    case SHAPE_SIGNATURE:
        if (kind) return MATCHES;
        break;
    case SHAPE_AST:
    case SHAPE_RELAXED: break;
    default: return skip_node ? SKIP_NODE : FAILS;
    }
    if (skip_goal) return skip_node ? SKIP_BOTH : SKIP_GOAL;
    return skip_node ? SKIP_NODE : FAILS;
}

static bool may_trail(const Match *m, const Node *node)
{
    switch (m->pattern->strictness) {
    case SHAPE_CST: return false;
    case SHAPE_AST: return !node_is(node, NODE_NAMED);
    case SHAPE_RELAXED:
    case SHAPE_SIGNATURE: return !node_is(node, NODE_NAMED) || node_is(node, NODE_EXTRA);
    case SHAPE_TEMPLATE: return node_is(node, NODE_EXTRA);
    default: return true;
    }
}

// Whether the pattern may end before `goal`, which no node is left for.
static bool may_lack(const Match *m, const Goal *goal)
{
    if (m->pattern->strictness == SHAPE_CST) return false;
    if (goal->kind == GOAL_MANY) return true;
    if (m->pattern->strictness == SHAPE_SMART || m->pattern->strictness == SHAPE_TEMPLATE)
        return false;
    return goal->kind != GOAL_NODE && !goal->named;
}

// --- children ---

typedef enum Next { STOP_FAILS, STOP_MATCHES, GO_AGAIN, GO_ON, GO_MATCHED } Next;

static Run run_from(const Match *m, uint32_t first, uint32_t end)
{
    Run run = {first, 0};
    for (uint32_t at = first; at < end; at = m->tree->nodes[at].next) run.count++;
    return run;
}

// `skipped` unnamed goals behind $$$ are taken from the end of what it holds.
static bool bind_many(Match *m, Env *env, uint32_t name, Run run, uint32_t skipped)
{
    if (name == SHAPE_NONE) return true;
    run.count -= MIN(run.count, skipped);
    return bind(m, env, name, run);
}

static bool holds_name(const Match *m, uint32_t goal, uint32_t name)
{
    if (name == SHAPE_NONE) return false;
    for (uint32_t i = goal; i < goal_at(m, goal)->next; i++) {
        const Goal *g = goal_at(m, i);
        if ((g->kind == GOAL_ONE || g->kind == GOAL_MANY) && g->name == name) return true;
    }
    return false;
}

// Looks for the node that ends the $$$, and matches it: GO_MATCHED.
static Next find_end(Match *m, Children *c, Env *env, uint32_t name, uint32_t first,
                     uint32_t skipped)
{
    for (;;) {
        Env tried;
        env_copy(m->find, &tried, env);
        if (match_one(m, c->goal, c->node, &tried) == MATCHES) {
            Run run = run_from(m, first, c->node);
            // What the goal binds is kept, unless it binds the name of this $$$, which comes first.
            bool again = holds_name(m, c->goal, name);
            if (!again) env_copy(m->find, env, &tried);
            if (!bind_many(m, env, name, run, skipped)) return STOP_FAILS;
            return again ? GO_ON : GO_MATCHED;
        }
        next_node(m, c);
        if (c->node >= c->node_end || m->find->stopped) return STOP_FAILS;
    }
}

static Next match_many(Match *m, Children *c, Env *env)
{
    if (c->goal >= c->goal_end) return STOP_MATCHES;
    if (goal_at(m, c->goal)->kind != GOAL_MANY) return GO_ON;
    uint32_t name = goal_at(m, c->goal)->name, first = c->node, skipped = 0;
    for (next_goal(m, c); c->goal < c->goal_end; next_goal(m, c), skipped++) {
        const Goal *goal = goal_at(m, c->goal);
        if (goal->kind != GOAL_LEAF || goal->named) break;
    }
    if (c->goal >= c->goal_end) {
        Run rest = run_from(m, first, c->node_end);
        return bind_many(m, env, name, rest, skipped) ? STOP_MATCHES : STOP_FAILS;
    }
    if (goal_at(m, c->goal)->kind != GOAL_MANY) return find_end(m, c, env, name, first, skipped);
    next_node(m, c); // $$$ $$$: the first one holds one node
    if (c->node >= c->node_end) return STOP_FAILS;
    return bind_many(m, env, name, (Run){first, 1}, skipped) ? GO_AGAIN : STOP_FAILS;
}

// Matches the next goal, passing over what the strictness lets be passed over.
static Next match_next(Match *m, Children *c, Env *env)
{
    for (;;) {
        if (c->node >= c->node_end) {
            for (; c->goal < c->goal_end; next_goal(m, c))
                if (!may_lack(m, goal_at(m, c->goal))) return STOP_FAILS;
            return GO_ON;
        }
        Outcome outcome = match_one(m, c->goal, c->node, env);
        if (outcome == MATCHES) return GO_ON;
        if (outcome == FAILS) return STOP_FAILS;
        if (outcome != SKIP_GOAL) next_node(m, c);
        if (outcome != SKIP_NODE) next_goal(m, c);
        if (c->goal >= c->goal_end) return GO_ON;
    }
}

static bool match_children(Match *m, Children c, Env *env)
{
    if (c.node >= c.node_end) return false;
    for (;;) {
        Next next = match_many(m, &c, env);
        if (next == GO_AGAIN) continue;
        if (next == GO_ON) next = match_next(m, &c, env);
        if (next == STOP_FAILS || next == STOP_MATCHES) return next == STOP_MATCHES;
        if (c.goal < c.goal_end) {
            next_goal(m, &c);
            if (c.node < c.node_end) next_node(m, &c);
        }
        if (c.goal >= c.goal_end) break;
        if (c.node >= c.node_end) return false;
    }
    for (; c.node < c.node_end; next_node(m, &c))
        if (!may_trail(m, &m->tree->nodes[c.node])) return false;
    return true;
}

static Outcome match_variable(Match *m, const Goal *goal, uint32_t node, Env *env)
{
    if (goal->named && !node_is(&m->tree->nodes[node], NODE_NAMED)) return FAILS;
    return bind(m, env, goal->name, (Run){node, 1}) ? MATCHES : FAILS;
}

static Outcome match_one(Match *m, uint32_t at, uint32_t node, Env *env)
{
    const Goal *goal = goal_at(m, at);
    const Node *n = &m->tree->nodes[node];
    if (!find_step(m->find, 1)) return FAILS;
    switch (goal->kind) {
    case GOAL_LEAF: return match_leaf(m, goal, node);
    case GOAL_ONE:
    case GOAL_MANY:
        if (skips_comments(m) && node_is(n, NODE_EXTRA)) return SKIP_NODE;
        return match_variable(m, goal, node, env);
    default: break;
    }
    if (m->pattern->strictness != SHAPE_TEMPLATE && !same_kind(goal, n)) return FAILS;
    Children children = {at + 1, goal->next, node + 1, n->next};
    return match_children(m, children, env) ? MATCHES : FAILS;
}

bool goals_match(Find *find, const GoalTree *pattern, uint32_t node, Env *env)
{
    Match m = {find, pattern, find->tree};
    if (pattern->selected && find->tree->nodes[node].symbol != pattern->selected) return false;
    Env tried;
    env_copy(find, &tried, env);
    // A pattern that is nothing but $X matches comments, too.
    const Goal *root = &pattern->goals[0];
    bool any = root->kind == GOAL_ONE && pattern->strictness == SHAPE_SMART;
    Outcome outcome = any ? match_variable(&m, root, node, &tried) : match_one(&m, 0, node, &tried);
    if (outcome != MATCHES || find->stopped) return false;
    env_copy(find, env, &tried);
    return true;
}
