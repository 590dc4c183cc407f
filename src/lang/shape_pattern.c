// lang/shape_pattern.c - the text of a pattern, parsed as code of its language, becomes goals.
//
// Where the language has no names with "$", another character stands for it while the pattern is
// parsed (LangSpec.sigil). A node whose whole text reads as a metavariable is one.
#include "lang/shape_.h"

typedef struct Source {
    const ShapePattern *given;
    const Place *place;
    Str sigil;      // "$" when nothing was replaced
    size_t opening; // bytes in front of the pattern in `text`
    Str text;       // what is parsed
} Source;

static bool is_name_start(char c)
{
    return (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_name_char(char c)
{
    return is_name_start(c) || (c >= '0' && c <= '9');
}

// --- the sigil ---

// A run of "$" is replaced before a name, and when it is "$$$" alone.
static bool replaces(Str text, size_t at, size_t run)
{
    return run == 3 || (at + run < text.len && is_name_start(text.ptr[at + run]));
}

static Str replace_dollars(Arena *arena, Str text, Str sigil)
{
    Buf out = buf_on(arena);
    for (size_t at = 0, run; at < text.len; at += MAX(run, 1)) {
        for (run = 0; at + run < text.len && text.ptr[at + run] == '$';) run++;
        Str with = run && replaces(text, at, run) ? sigil : STR("$");
        for (size_t i = 0; i < run; i++) buf_add(&out, with);
        if (!run) buf_byte(&out, text.ptr[at]);
    }
    return buf_str(&out);
}

// The offset in the pattern as given of one in the text that was parsed.
static size_t given_offset(const Source *source, size_t parsed)
{
    Str text = source->given->text;
    size_t at = 0;
    for (size_t i = source->opening; i < parsed && at < text.len; at++) {
        bool sigil = text.ptr[at] == '$' &&
                     str_starts(str_sub(source->text, i, source->text.len), source->sigil);
        i += sigil ? source->sigil.len : 1;
    }
    return at;
}

// --- metavariables ---

typedef struct Variable {
    GoalKind kind;
    bool named;
    Str name; // empty: holds nothing
} Variable;

static bool read_variable(Str text, Str sigil, Variable *out)
{
    size_t count = 0;
    for (; count < 3 && str_starts(text, sigil); count++) text = str_sub(text, sigil.len, text.len);
    if (!count) return false;
    for (size_t i = 0; i < text.len; i++)
        if (!is_name_char(text.ptr[i])) return false;
    bool dropped = text.len && text.ptr[0] == '_';
    if (count < 3 && (!text.len || !is_name_start(text.ptr[0]))) return false;
    *out = (Variable){count == 3 ? GOAL_MANY : GOAL_ONE, count == 1, dropped ? STR_NONE : text};
    return true;
}

static Fail name_index(Compile *c, const Source *source, const Variable *variable, uint32_t *out)
{
    bool many = variable->kind == GOAL_MANY;
    *out = SHAPE_NONE;
    if (!variable->name.len) return NULL;
    for (uint32_t i = 0; i < c->names.count; i++)
        if (c->names.items[i].many == many && str_eq(c->names.items[i].text, variable->name)) {
            *out = i;
            return NULL;
        }
    if (c->names.count == SHAPE_MAX_NAMES)
        return shape_problem(c->cx->arena, source->place,
                             FAIL(c->cx->arena, TOO_LARGE,
                                  "more than %d metavariables; use $_ for what need not be named",
                                  SHAPE_MAX_NAMES));
    c->names.items[c->names.count] = (Name){str_copy(c->cx->arena, variable->name), many};
    *out = c->names.count++;
    return NULL;
}

// --- problems ---

static Fail at_offset(Compile *c, const Source *source, size_t parsed, const char *what)
{
    Arena *arena = c->cx->arena;
    enum { SHOWN = 24 };
    size_t offset = given_offset(source, parsed);
    Str near = str_sub(source->given->text, offset, source->given->text.len);
    near.len = utf8_cut(near, SHOWN);
    near.len = str_find(near, '\n');
    Fail fail = FAIL(arena, BAD_PATTERN, "the pattern %s at byte %zu (\"" STR_FMT "\"): ", what,
                     offset, STR_ARG(near));
    Problem *problem = ARENA_NEW(arena, Problem);
    *problem = *fail;
    problem->detail =
        str_format(arena,
                   STR_FMT "write code that is complete in " STR_FMT ", or give more of it as the "
                           "context and name the node that is meant with a selector",
                   STR_ARG(fail->detail), STR_ARG(str_from(lang_name(c->lang))));
    fail = problem_with_int(arena, problem, "offset", (int64_t)offset);
    return shape_problem(arena, source->place, fail);
}

static Fail check_text(Compile *c, const Source *source)
{
    Arena *arena = c->cx->arena;
    Str text = source->given->text;
    Fail fail = NULL;
    if (!str_trim(text).len) fail = FAIL(arena, BAD_PATTERN, "the pattern is empty");
    else if (text.len > SHAPE_MAX_PATTERN)
        fail = FAIL(arena, TOO_LARGE, "the pattern has %zu bytes; at most %d are accepted",
                    text.len, SHAPE_MAX_PATTERN);
    else if (!utf8_valid(text.ptr, text.len) || memchr(text.ptr, 0, text.len))
        fail = FAIL(arena, BAD_PATTERN, "the pattern is not valid UTF-8, or holds a NUL byte");
    return fail ? shape_problem(arena, source->place, fail) : NULL;
}

// --- which node is the pattern ---

// The children of a node that are of the pattern, and the first two of them.
typedef struct Inside {
    uint32_t count, first, second;
} Inside;

static Inside look_inside(const ShapeTree *tree, uint32_t node, size_t opening)
{
    Inside inside = {0};
    const Node *nodes = tree->nodes;
    for (uint32_t at = node + 1; at < nodes[node].next; at = nodes[at].next) {
        if (nodes[at].start < opening) continue;
        if (++inside.count == 1) inside.first = at;
        if (inside.count == 2) inside.second = at;
    }
    return inside;
}

// An empty node behind the only one does not count: an end of line that the grammar supplies.
static bool is_single(const ShapeTree *tree, Inside inside)
{
    if (inside.count != 2) return inside.count == 1;
    const Node *second = &tree->nodes[inside.second];
    const char *name = ts_language_symbol_name(tree->language, second->symbol);
    return node_is(second, NODE_MISSING) || !name || !*name;
}

static Fail pick_single(Compile *c, const Source *source, const ShapeTree *tree, uint32_t *out)
{
    uint32_t node = 0;
    Inside inside = look_inside(tree, node, source->opening);
    if (!inside.count) return at_offset(c, source, source->opening, "holds no code");
    if (!is_single(tree, inside))
        return at_offset(c, source, tree->nodes[inside.second].start,
                         "is more than one node, the second");
    for (; is_single(tree, inside); inside = look_inside(tree, node, source->opening))
        node = inside.first;
    *out = node;
    return NULL;
}

static Fail pick_selected(Compile *c, const Source *source, const ShapeTree *tree, uint32_t *out)
{
    TSSymbol symbol;
    Arena *arena = c->cx->arena;
    Str selector = source->given->selector;
    Place place = {source->place, "selector", STR_NONE, -1};
    TRY(kind_find(c, selector, &place, &symbol));
    for (uint32_t i = 0; i < tree->count; i++)
        if (tree->nodes[i].symbol == symbol && tree->nodes[i].start >= source->opening) {
            *out = i;
            return NULL;
        }
    Str top = str_from(ts_language_symbol_name(tree->language, tree->nodes[0].symbol));
    Fail fail =
        FAIL(arena, BAD_PATTERN,
             "no node of the context is a " STR_FMT "; it is parsed as a " STR_FMT
             " whose first node is a %s",
             STR_ARG(selector), STR_ARG(top),
             tree->count > 1 ? ts_language_symbol_name(tree->language, tree->nodes[1].symbol)
                             : "nothing");
    return shape_problem(arena, &place, fail);
}

// --- goals ---

typedef VEC(Goal) Goals;

typedef struct Making {
    Compile *c;
    const Source *source;
    const ShapeTree *tree;
    Goals goals;
} Making;

static Fail make_goals(Making *m, uint32_t at, int depth)
{
    Compile *c = m->c;
    Arena *arena = c->cx->arena;
    const Node *node = &m->tree->nodes[at];
    Str text = node_text(m->tree, at);
    Goal goal = {.symbol = node->symbol, .named = node_is(node, NODE_NAMED), .name = SHAPE_NONE};
    Variable variable;
    size_t index = m->goals.len;
    if (depth > SHAPE_MAX_DEPTH)
        return shape_problem(arena, m->source->place,
                             FAIL(arena, TOO_LARGE, "the pattern is nested more than %d nodes deep",
                                  SHAPE_MAX_DEPTH));
    if (read_variable(text, m->source->sigil, &variable)) {
        goal.kind = variable.kind;
        goal.named = variable.named;
        TRY(name_index(c, m->source, &variable, &goal.name));
    } else if (node->symbol == GRAMMAR_ERROR && !m->source->given->allow_errors) {
        return at_offset(c, m->source, node->start, "has a syntax error");
    } else if (!node->child_count) {
        goal.kind = GOAL_LEAF;
        goal.text = str_copy(arena, text);
    }
    VEC_PUSH(arena, &m->goals, goal);
    if (goal.kind == GOAL_NODE)
        for (uint32_t child = at + 1; child < node->next; child = m->tree->nodes[child].next)
            if (!node_is(&m->tree->nodes[child], NODE_MISSING))
                TRY(make_goals(m, child, depth + 1));
    m->goals.items[index].next = (uint32_t)m->goals.len;
    return NULL;
}

Fail goals_compile(Compile *c, const ShapePattern *given, const Place *place, GoalTree *out)
{
    const ShapeTree *tree;
    Arena *arena = c->cx->arena;
    const LangSpec *spec = lang_spec(c->lang);
    Str opening = str_from(spec->opening);
    if (str_starts(given->text, str_trim(opening))) opening = STR_NONE;
    Source source = {given, place, spec->sigil ? str_from(spec->sigil) : STR("$"), opening.len,
                     STR_NONE};
    uint32_t root = 0;
    TRY(check_text(c, &source));
    source.text = spec->sigil ? replace_dollars(arena, given->text, source.sigil) : given->text;
    if (opening.len) source.text = str_join(arena, opening, STR_NONE, source.text);
    TRY(shape_parse(c->cx, c->parser, c->lang, source.text, &tree));
    bool selects = given->selector.len;
    TRY((selects ? pick_selected : pick_single)(c, &source, tree, &root));
    Making making = {.c = c, .source = &source, .tree = tree};
    TRY(make_goals(&making, root, 0));
    if (making.goals.items[0].kind == GOAL_MANY)
        return shape_problem(arena, place,
                             FAIL(arena, BAD_PATTERN,
                                  "$$$ stands for any number of nodes, and a pattern is one; write "
                                  "$X, or put it into a larger pattern"));
    *out = (GoalTree){
        .goals = making.goals.items,
        .count = (uint32_t)making.goals.len,
        .selected = selects ? tree->nodes[root].symbol : 0,
        .strictness = given->strictness,
    };
    return NULL;
}
