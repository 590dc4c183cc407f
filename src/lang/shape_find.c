// lang/shape_find.c - the tests of a rule against nodes, and all matches of a tree.
//
// A test binds metavariables as it goes, and later tests must agree with them. One that fails
// leaves them as they were. The recursion is as deep as the rule.
#include "lang/shape_.h"

enum { STOP_CHECK = 1 << 16, REGEX_LIMIT = 1000000, REGEX_BYTES_PER_STEP = 16 };

static bool test_match(Find *find, const Test *test, uint32_t node, Env *env);

bool find_step(Find *find, uint64_t steps)
{
    uint64_t before = find->steps;
    find->steps += steps;
    if (find->steps > find->shape->max_steps) find->stopped = true;
    else if (before / STOP_CHECK != find->steps / STOP_CHECK && ctx_stopped(find->cx))
        find->stopped = true;
    return !find->stopped;
}

static void env_clear(const Find *find, Env *env)
{
    for (uint32_t i = 0; i < find->shape->names.count; i++) env->at[i] = (Run){SHAPE_NONE, 0};
}

static const Node *node_at(const Find *find, uint32_t node)
{
    return &find->tree->nodes[node];
}

// What a test says of a node by itself, with nothing bound.
static bool matches_alone(Find *find, const Test *test, uint32_t node)
{
    Env env;
    env_clear(find, &env);
    return test_match(find, test, node, &env);
}

// --- atoms ---

static bool match_regex(Find *find, const Test *test, uint32_t node)
{
    Str text = node_text(find->tree, node);
    if (!find_step(find, 1 + text.len / REGEX_BYTES_PER_STEP)) return false;
    int rc = pcre2_match(test->regex, (PCRE2_SPTR)text.ptr, text.len, 0, 0, find->regex_data,
                         find->regex_limits);
    if (rc < 0 && rc != PCRE2_ERROR_NOMATCH) find->stopped = true;
    return rc >= 0;
}

// The position from 1 among the siblings that count, or 0.
static uint32_t position_of(Find *find, const Test *test, uint32_t node, const Env *env)
{
    const Node *n = node_at(find, node);
    if (n->parent == SHAPE_NONE || !node_is(n, NODE_NAMED)) return 0;
    const Node *parent = node_at(find, n->parent);
    if (!test->part_count)
        return test->reverse ? parent->named_count - n->named_index : n->named_index + 1;
    uint32_t before = 0, after = 0;
    bool counts = false;
    for (uint32_t at = n->parent + 1; at < parent->next; at = node_at(find, at)->next) {
        Env tried;
        env_copy(find, &tried, env);
        if (!node_is(node_at(find, at), NODE_NAMED)) continue;
        if (!test_match(find, test->parts[0], at, &tried)) continue;
        if (at == node) counts = true;
        else if (at < node) before++;
        else after++;
    }
    return counts ? (test->reverse ? after : before) + 1 : 0;
}

static bool match_nth(Find *find, const Test *test, uint32_t node, Env *env)
{
    int64_t position = position_of(find, test, node, env);
    int64_t from = position - test->offset;
    if (!position) return false;
    if (!test->step ? from : (from % test->step || from / test->step < 0)) return false;
    return !test->part_count || test_match(find, test->parts[0], node, env);
}

// --- relations ---

// The first child in the field, or SHAPE_NONE.
static uint32_t field_child(const Find *find, uint32_t node, TSFieldId field)
{
    uint32_t end = node_at(find, node)->next;
    for (uint32_t at = node + 1; at < end; at = node_at(find, at)->next)
        if (node_at(find, at)->field == field) return at;
    return SHAPE_NONE;
}

// Whether the search goes on behind `node`, which did not match.
static bool goes_on(Find *find, const Test *test, uint32_t node)
{
    if (!find_step(find, 1) || test->stop == SHAPE_NEIGHBOR) return false;
    return test->stop == SHAPE_END || !matches_alone(find, test->until, node);
}

static bool match_inside(Find *find, const Test *test, uint32_t node, Env *env)
{
    for (uint32_t from = node;; from = node) {
        node = node_at(find, from)->parent;
        if (node == SHAPE_NONE) return false;
        if (!test->field || field_child(find, node, test->field) == from)
            if (test_match(find, test->parts[0], node, env)) return true;
        if (!goes_on(find, test, node)) return false;
    }
}

static bool match_has(Find *find, const Test *test, uint32_t node, Env *env)
{
    uint32_t at = node + 1, end = node_at(find, node)->next;
    if (test->field) {
        at = field_child(find, node, test->field);
        if (at == SHAPE_NONE) return false;
        end = node_at(find, at)->next;
    }
    while (at < end) {
        if (test_match(find, test->parts[0], at, env)) return true;
        at = goes_on(find, test, at) ? at + 1 : node_at(find, at)->next;
        if (find->stopped) return false;
    }
    return false;
}

static uint32_t next_sibling(const Find *find, uint32_t node)
{
    const Node *n = node_at(find, node);
    if (n->parent == SHAPE_NONE || n->next == node_at(find, n->parent)->next) return SHAPE_NONE;
    return n->next;
}

static uint32_t previous_sibling(const Find *find, uint32_t node)
{
    uint32_t parent = node_at(find, node)->parent, at = node - 1;
    if (parent == SHAPE_NONE || at == parent) return SHAPE_NONE;
    while (node_at(find, at)->parent != parent) at = node_at(find, at)->parent;
    return at;
}

static bool match_sibling(Find *find, const Test *test, uint32_t node, Env *env)
{
    bool later = test->kind == TEST_PRECEDES;
    for (;;) {
        node = later ? next_sibling(find, node) : previous_sibling(find, node);
        if (node == SHAPE_NONE) return false;
        if (test_match(find, test->parts[0], node, env)) return true;
        if (!goes_on(find, test, node)) return false;
    }
}

// --- composites ---

static bool match_all(Find *find, const Test *test, uint32_t node, Env *env)
{
    Env tried;
    env_copy(find, &tried, env);
    for (size_t i = 0; i < test->part_count; i++)
        if (!test_match(find, test->parts[i], node, &tried)) return false;
    env_copy(find, env, &tried);
    return true;
}

static bool match_any(Find *find, const Test *test, uint32_t node, Env *env)
{
    for (size_t i = 0; i < test->part_count; i++) {
        Env tried;
        env_copy(find, &tried, env);
        if (!test_match(find, test->parts[i], node, &tried)) continue;
        env_copy(find, env, &tried);
        return true;
    }
    return false;
}

static bool match_not(Find *find, const Test *test, uint32_t node, const Env *env)
{
    Env tried;
    env_copy(find, &tried, env);
    return !test_match(find, test->parts[0], node, &tried);
}

static bool kind_fits(const Find *find, const Test *test, uint32_t node)
{
    if (!test->kinds) return true;
    size_t bit = kind_bit(find->tree->language, node_at(find, node)->symbol);
    return test->kinds[bit / 64] >> bit % 64 & 1;
}

static bool test_match(Find *find, const Test *test, uint32_t node, Env *env)
{
    if (!kind_fits(find, test, node) || !find_step(find, 1)) return false;
    switch (test->kind) {
    case TEST_PATTERN: return goals_match(find, &test->pattern, node, env);
    case TEST_KIND: return true;
    case TEST_REGEX: return match_regex(find, test, node);
    case TEST_NTH: return match_nth(find, test, node, env);
    case TEST_ALL: return match_all(find, test, node, env);
    case TEST_ANY: return match_any(find, test, node, env);
    case TEST_NOT: return match_not(find, test, node, env);
    case TEST_INSIDE: return match_inside(find, test, node, env);
    case TEST_HAS: return match_has(find, test, node, env);
    case TEST_PRECEDES:
    case TEST_FOLLOWS: return match_sibling(find, test, node, env);
    }
    return false;
}

// --- all matches ---

static bool constraints_hold(Find *find, Env *env)
{
    const Shape *shape = find->shape;
    Env bound;
    env_copy(find, &bound, env);
    for (uint32_t i = 0; i < shape->names.count; i++) {
        if (!shape->constraints[i] || bound.at[i].first == SHAPE_NONE) continue;
        if (!test_match(find, shape->constraints[i], bound.at[i].first, env)) return false;
    }
    return true;
}

static Span node_span(const Find *find, uint32_t node)
{
    return (Span){node_at(find, node)->start, node_at(find, node)->end};
}

static ShapeCapture make_capture(const Find *find, Arena *arena, uint32_t name, Run run)
{
    const Name *of = &find->shape->names.items[name];
    Span *nodes = ARENA_ARRAY(arena, Span, run.count);
    for (uint32_t i = 0, at = run.first; i < run.count; i++, at = node_at(find, at)->next)
        nodes[i] = node_span(find, at);
    Span span = run.count ? (Span){nodes[0].start, nodes[run.count - 1].end} : (Span){0, 0};
    return (ShapeCapture){of->text, of->many, span, nodes, run.count};
}

static ShapeMatch make_match(const Find *find, Arena *arena, uint32_t node, const Env *env)
{
    const Node *n = node_at(find, node);
    ShapeMatch match = {
        .span = node_span(find, node),
        .kind = ts_language_symbol_name(find->tree->language, n->symbol),
    };
    ShapeCapture captures[SHAPE_MAX_NAMES];
    for (uint32_t i = 0; i < find->shape->names.count; i++)
        if (env->at[i].first != SHAPE_NONE)
            captures[match.capture_count++] = make_capture(find, arena, i, env->at[i]);
    ShapeCapture *kept = ARENA_ARRAY(arena, ShapeCapture, match.capture_count);
    if (match.capture_count) memcpy(kept, captures, match.capture_count * sizeof *kept);
    match.captures = kept;
    return match;
}

static Fail why_stopped(Ctx *cx, const Find *find)
{
    TRY(ctx_check(cx));
    if (find->steps <= find->shape->max_steps)
        return FAIL(
            cx->arena, TOO_COSTLY,
            "a regular expression takes too long on a node of this file; make it simpler, or "
            "ask for the node's kind as well");
    return FAIL(cx->arena, TOO_COSTLY,
                "more than %llu comparisons in this file; ask for the node's kind as well, or let "
                "relations stop earlier (stopBy)",
                (unsigned long long)find->shape->max_steps);
}

static void free_data(void *data)
{
    pcre2_match_data_free(data);
}

static void free_limits(void *limits)
{
    pcre2_match_context_free(limits);
}

Fail shape_find(Ctx *cx, const Shape *shape, const ShapeTree *tree, ShapeMatches *out)
{
    VEC(ShapeMatch) matches = {0};
    Find find = {
        .shape = shape,
        .tree = tree,
        .cx = cx,
        .regex_data = pcre2_match_data_create(1, NULL),
        .regex_limits = pcre2_match_context_create(NULL),
    };
    arena_defer(cx->arena, free_data, find.regex_data);
    arena_defer(cx->arena, free_limits, find.regex_limits);
    pcre2_set_match_limit(find.regex_limits, REGEX_LIMIT);
    for (uint32_t node = 0; node < tree->count && !find.stopped; node++) {
        Env env;
        if (!kind_fits(&find, shape->rule, node)) continue;
        env_clear(&find, &env);
        if (!test_match(&find, shape->rule, node, &env)) continue;
        if (!constraints_hold(&find, &env) || find.stopped) continue;
        VEC_PUSH(cx->arena, &matches, make_match(&find, cx->arena, node, &env));
    }
    if (find.stopped) return why_stopped(cx, &find);
    *out = (ShapeMatches){matches.items, matches.len};
    return NULL;
}
