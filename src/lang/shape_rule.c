// lang/shape_rule.c - rules as their author writes them become tests, with every name resolved.
#include "lang/shape_.h"

#include <stdlib.h>

static const char *const strictness_names[SHAPE_STRICTNESSES] = {
    [SHAPE_SMART] = "smart",
    [SHAPE_CST] = "cst",
    [SHAPE_AST] = "ast",
    [SHAPE_RELAXED] = "relaxed",
    [SHAPE_SIGNATURE] = "signature",
    [SHAPE_TEMPLATE] = "template",
};

const char *shape_strictness_name(ShapeStrictness strictness)
{
    return strictness_names[strictness];
}

bool shape_strictness_by_name(Str name, ShapeStrictness *out)
{
    for (int i = 0; i < SHAPE_STRICTNESSES; i++)
        if (str_eq(name, str_from(strictness_names[i]))) {
            *out = (ShapeStrictness)i;
            return true;
        }
    return false;
}

// --- problems ---

static void add_place(Buf *out, const Place *place)
{
    if (!place) return;
    add_place(out, place->outer);
    if (out->len && (place->member || place->name.len)) buf_byte(out, '.');
    buf_add(out, place->member ? str_from(place->member) : place->name);
    if (place->index >= 0) buf_addf(out, "[%lld]", (long long)place->index);
}

Fail shape_problem(Arena *arena, const Place *place, Fail fail)
{
    Buf member = buf_on(arena);
    add_place(&member, place);
    Problem *located = ARENA_NEW(arena, Problem);
    *located = *fail;
    located->detail =
        str_format(arena, STR_FMT ": " STR_FMT, STR_ARG(buf_str(&member)), STR_ARG(fail->detail));
    return problem_with_str(arena, located, "member", buf_str(&member));
}

#define PLACED(c, place, kind, ...)                                                                \
    shape_problem((c)->cx->arena, (place), FAIL((c)->cx->arena, kind, __VA_ARGS__))

// --- names of the grammar ---

Fail kind_find(Compile *c, Str name, const Place *place, TSSymbol *out)
{
    enum { NEAR = 3 };
    Str nearest = STR_NONE;
    size_t least = NEAR + 1;
    *out = ts_language_symbol_for_name(c->language, name.ptr, (uint32_t)name.len, true);
    if (*out && name.len) return NULL;
    for (uint32_t i = 1; i < ts_language_symbol_count(c->language); i++) {
        Str known = str_from(ts_language_symbol_name(c->language, (TSSymbol)i));
        if (ts_language_symbol_type(c->language, (TSSymbol)i) != TSSymbolTypeRegular) continue;
        size_t distance = str_distance(name, known, NEAR);
        if (distance < least) least = distance, nearest = known;
    }
    return PLACED(c, place, BAD_REQUEST,
                  "the %s grammar has no node type \"" STR_FMT "\"%s" STR_FMT, lang_name(c->lang),
                  STR_ARG(name), nearest.len ? "; did you mean " : "", STR_ARG(nearest));
}

static Fail field_find(Compile *c, Str name, const Place *place, TSFieldId *out)
{
    Buf known = buf_on(c->cx->arena);
    *out = ts_language_field_id_for_name(c->language, name.ptr, (uint32_t)name.len);
    if (*out) return NULL;
    for (uint32_t i = 1; i <= ts_language_field_count(c->language); i++)
        buf_addf(&known, "%s%s", i > 1 ? " " : "",
                 ts_language_field_name_for_id(c->language, (TSFieldId)i));
    return PLACED(c, place, BAD_REQUEST,
                  "the %s grammar has no field \"" STR_FMT "\", only: " STR_FMT, lang_name(c->lang),
                  STR_ARG(name), STR_ARG(buf_str(&known)));
}

// --- regex ---

static void free_code(void *code)
{
    pcre2_code_free(code);
}

static Fail regex_compile(Compile *c, Str regex, const Place *place, pcre2_code **out)
{
    int error;
    size_t offset;
    PCRE2_UCHAR reason[256];
    uint32_t flags = PCRE2_UTF | PCRE2_UCP | PCRE2_MATCH_INVALID_UTF | PCRE2_DOLLAR_ENDONLY |
                     PCRE2_NEVER_BACKSLASH_C;
    pcre2_compile_context *context = pcre2_compile_context_create(NULL);
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    *out = pcre2_compile((PCRE2_SPTR)regex.ptr, regex.len, flags, &error, &offset, context);
    pcre2_compile_context_free(context);
    if (*out) {
        pcre2_jit_compile(*out, PCRE2_JIT_COMPLETE); // refused: the interpreter does it
        arena_defer(c->cx->arena, free_code, *out);
        return NULL;
    }
    pcre2_get_error_message(error, reason, sizeof reason);
    Fail fail = FAIL(c->cx->arena, BAD_PATTERN, "the regular expression is wrong at byte %zu: %s",
                     offset, (const char *)reason);
    return shape_problem(c->cx->arena, place,
                         problem_with_int(c->cx->arena, fail, "offset", (int64_t)offset));
}

// --- An+B ---

typedef struct Reader {
    Str text;
    size_t at;
} Reader;

static char peek(Reader *r)
{
    while (r->at < r->text.len && strchr(" \t\r\n", r->text.ptr[r->at])) r->at++;
    return r->at < r->text.len ? r->text.ptr[r->at] : 0;
}

static int read_sign(Reader *r) // 0: none
{
    char c = peek(r);
    if (c != '+' && c != '-') return 0;
    r->at++;
    return c == '+' ? 1 : -1;
}

static bool read_number(Reader *r, int32_t *out)
{
    enum { LARGEST = 100000000 };
    bool any = false;
    for (*out = 0; peek(r) >= '0' && peek(r) <= '9'; any = true) {
        *out = *out * 10 + (r->text.ptr[r->at++] - '0');
        if (*out > LARGEST) return false;
    }
    return any;
}

// "3", "n", "-2n+1". False when it is none of these.
static bool read_position(Str text, int32_t *step, int32_t *offset)
{
    Reader r = {text, 0};
    int sign = read_sign(&r);
    bool number = read_number(&r, offset);
    *step = 0;
    if (!sign) sign = 1;
    *offset *= sign;
    if (peek(&r) == 'n' || peek(&r) == 'N') {
        r.at++;
        *step = number ? *offset : sign;
        *offset = 0;
        sign = read_sign(&r);
        if (sign && !read_number(&r, offset)) return false;
        *offset *= sign;
    } else if (!number) {
        return false;
    }
    return !peek(&r);
}

// --- which node types a test can match ---

static size_t kind_words(const Compile *c)
{
    return kind_bit(c->language, GRAMMAR_ERROR) / 64 + 1;
}

static const uint64_t *one_kind(Compile *c, TSSymbol symbol)
{
    uint64_t *kinds = ARENA_ARRAY(c->cx->arena, uint64_t, kind_words(c));
    size_t bit = kind_bit(c->language, symbol);
    kinds[bit / 64] = 1ull << bit % 64;
    return kinds;
}

static const uint64_t *pattern_kinds(Compile *c, const GoalTree *pattern)
{
    const Goal *root = &pattern->goals[0];
    if (pattern->selected) return one_kind(c, pattern->selected);
    if (pattern->strictness == SHAPE_TEMPLATE || root->kind == GOAL_ONE) return NULL;
    if (root->kind == GOAL_NODE && root->symbol == GRAMMAR_ERROR) return NULL;
    return one_kind(c, root->symbol);
}

// ALL: what every part can match; ANY: what one of them can.
static const uint64_t *list_kinds(Compile *c, const Test *test)
{
    uint64_t *kinds = NULL;
    for (size_t i = 0; i < test->part_count; i++) {
        const uint64_t *part = test->parts[i]->kinds;
        if (!part && test->kind == TEST_ANY) return NULL;
        if (!part) continue;
        bool first = !kinds;
        if (first) kinds = ARENA_ARRAY(c->cx->arena, uint64_t, kind_words(c));
        for (size_t w = 0; w < kind_words(c); w++) {
            if (first || test->kind == TEST_ANY) kinds[w] |= part[w];
            else kinds[w] &= part[w];
        }
    }
    if (!kinds && test->kind == TEST_ANY) // of nothing: matches nothing
        kinds = ARENA_ARRAY(c->cx->arena, uint64_t, kind_words(c));
    return kinds;
}

static void set_kinds(Compile *c, Test *test)
{
    switch (test->kind) {
    case TEST_PATTERN: test->kinds = pattern_kinds(c, &test->pattern); break;
    case TEST_KIND: test->kinds = one_kind(c, test->symbol); break;
    case TEST_ALL:
    case TEST_ANY: test->kinds = list_kinds(c, test); break;
    default: break;
    }
}

// --- rules ---

typedef VEC(const Test *) Tests;

static Fail compile_rule(Compile *c, const ShapeRule *rule, const Place *place, const Test **out);

static void add_test(Compile *c, Tests *tests, Test test)
{
    Test *kept = ARENA_NEW(c->cx->arena, Test);
    *kept = test;
    set_kinds(c, kept);
    VEC_PUSH(c->cx->arena, tests, kept);
}

static const Test **one_part(Compile *c)
{
    return ARENA_NEW(c->cx->arena, const Test *);
}

static Fail add_atoms(Compile *c, const ShapeRule *rule, const Place *place, Tests *tests)
{
    if (rule->pattern.text.ptr) {
        Place at = {place, "pattern", STR_NONE, -1};
        Test test = {.kind = TEST_PATTERN};
        TRY(goals_compile(c, &rule->pattern, &at, &test.pattern));
        add_test(c, tests, test);
    }
    if (rule->kind.ptr) {
        Place at = {place, "kind", STR_NONE, -1};
        Test test = {.kind = TEST_KIND};
        TRY(kind_find(c, rule->kind, &at, &test.symbol));
        add_test(c, tests, test);
    }
    if (rule->regex.ptr) {
        Place at = {place, "regex", STR_NONE, -1};
        Test test = {.kind = TEST_REGEX};
        TRY(regex_compile(c, rule->regex, &at, &test.regex));
        add_test(c, tests, test);
    }
    return NULL;
}

static Fail add_nth(Compile *c, const ShapeNth *nth, const Place *place, Tests *tests)
{
    Place at = {place, "nthChild", STR_NONE, -1}, of = {&at, "ofRule", STR_NONE, -1};
    Test test = {.kind = TEST_NTH, .reverse = nth->reverse};
    if (!nth->position.ptr && (nth->reverse || nth->of))
        return PLACED(c, &at, BAD_REQUEST, "a position is missing, a number or one like 2n+1");
    if (!nth->position.ptr) return NULL;
    if (!read_position(nth->position, &test.step, &test.offset))
        return PLACED(c, &at, BAD_REQUEST,
                      "\"" STR_FMT "\" is no position; write a number or one "
                      "like 2n+1",
                      STR_ARG(nth->position));
    if (nth->of) {
        const Test **part = one_part(c);
        TRY(compile_rule(c, nth->of, &of, part));
        test.parts = part;
        test.part_count = 1;
    }
    add_test(c, tests, test);
    return NULL;
}

static Fail add_list(Compile *c, TestKind kind, const ShapeRule *rules, size_t count,
                     const Place *outer, Tests *tests)
{
    if (!rules) return NULL;
    const Test **parts = ARENA_ARRAY(c->cx->arena, const Test *, count);
    for (size_t i = 0; i < count; i++) {
        Place at = {outer, kind == TEST_ALL ? "all" : "any", STR_NONE, (int64_t)i};
        TRY(compile_rule(c, &rules[i], &at, &parts[i]));
    }
    add_test(c, tests, (Test){.kind = kind, .parts = parts, .part_count = count});
    return NULL;
}

static Fail add_not(Compile *c, const ShapeRule *rule, const Place *place, Tests *tests)
{
    if (!rule) return NULL;
    Place at = {place, "not", STR_NONE, -1};
    const Test **part = one_part(c);
    TRY(compile_rule(c, rule, &at, part));
    add_test(c, tests, (Test){.kind = TEST_NOT, .parts = part, .part_count = 1});
    return NULL;
}

static Fail add_relation(Compile *c, TestKind kind, const ShapeRelation *relation,
                         const Place *outer, Tests *tests)
{
    static const char *const names[] = {[TEST_INSIDE] = "inside",
                                        [TEST_HAS] = "has",
                                        [TEST_PRECEDES] = "precedes",
                                        [TEST_FOLLOWS] = "follows"};
    if (!relation) return NULL;
    Place at = {outer, names[kind], STR_NONE, -1};
    Test test = {.kind = kind, .stop = relation->stop};
    const Test **part = one_part(c);
    if (!relation->rule) return PLACED(c, &at, BAD_REQUEST, "a rule is missing");
    if (relation->stop == SHAPE_UNTIL) {
        Place until = {&at, "stopBy", STR_NONE, -1};
        if (!relation->until) return PLACED(c, &until, BAD_REQUEST, "a rule is missing");
        TRY(compile_rule(c, relation->until, &until, &test.until));
    }
    if (relation->field.ptr) {
        Place field = {&at, "field", STR_NONE, -1};
        if (kind == TEST_PRECEDES || kind == TEST_FOLLOWS)
            return PLACED(c, &field, BAD_REQUEST,
                          "a field can be asked for in inside and has only");
        TRY(field_find(c, relation->field, &field, &test.field));
    }
    TRY(compile_rule(c, relation->rule, &at, part));
    test.parts = part;
    test.part_count = 1;
    add_test(c, tests, test);
    return NULL;
}

static Fail compile_members(Compile *c, const ShapeRule *rule, const Place *place, Tests *tests)
{
    TRY(add_atoms(c, rule, place, tests));
    TRY(add_nth(c, &rule->nth, place, tests));
    TRY(add_list(c, TEST_ALL, rule->all, rule->all_count, place, tests));
    TRY(add_list(c, TEST_ANY, rule->any, rule->any_count, place, tests));
    TRY(add_not(c, rule->not, place, tests));
    TRY(add_relation(c, TEST_INSIDE, rule->inside, place, tests));
    TRY(add_relation(c, TEST_HAS, rule->has, place, tests));
    TRY(add_relation(c, TEST_PRECEDES, rule->precedes, place, tests));
    return add_relation(c, TEST_FOLLOWS, rule->follows, place, tests);
}

static Fail compile_rule(Compile *c, const ShapeRule *rule, const Place *place, const Test **out)
{
    Tests tests = {0};
    if (++c->rule_count > SHAPE_MAX_RULES || ++c->depth > SHAPE_MAX_DEPTH)
        return PLACED(c, place, TOO_LARGE, "more than %d rules, or nested more than %d deep",
                      SHAPE_MAX_RULES, SHAPE_MAX_DEPTH);
    TRY(compile_members(c, rule, place, &tests));
    c->depth--;
    if (!tests.len)
        return PLACED(c, place, BAD_REQUEST,
                      "the rule is empty; give it one of pattern, kind, regex, "
                      "nthChild, all, any, not, inside, has, precedes, follows");
    Test *all = ARENA_NEW(c->cx->arena, Test);
    *all = (Test){.kind = TEST_ALL, .parts = tests.items, .part_count = tests.len};
    set_kinds(c, all);
    *out = tests.len == 1 ? tests.items[0] : all;
    return NULL;
}

static Fail add_constraint(Compile *c, Shape *shape, const ShapeConstraint *constraint)
{
    Place outer = {NULL, "constraints", STR_NONE, -1}, place = {&outer, NULL, constraint->name, -1};
    Str name = constraint->name;
    bool many = false;
    while (name.len && name.ptr[0] == '$') name = str_sub(name, 1, name.len);
    for (uint32_t i = 0; i < c->names.count; i++) {
        const Name *known = &c->names.items[i];
        if (!str_eq(known->text, name)) continue;
        many = known->many;
        if (many) continue;
        if (shape->constraints[i])
            return PLACED(c, &place, BAD_REQUEST, "a second rule for the same metavariable");
        return compile_rule(c, constraint->rule, &place, &shape->constraints[i]);
    }
    return PLACED(c, &place, BAD_REQUEST,
                  many ? "$$$ holds many nodes, and a constraint is for one"
                       : "no pattern has this metavariable");
}

Fail shape_compile(Ctx *cx, Parser *parser, const ShapeQuery *query, const Shape **out)
{
    const LangSpec *spec = lang_spec(query->lang);
    if (!spec) return FAIL(cx->arena, BAD_REQUEST, "a pattern needs a language");
    Compile *c = ARENA_NEW(cx->arena, Compile);
    *c = (Compile){.cx = cx, .parser = parser, .lang = query->lang, .language = spec->grammar()};
    Shape *shape = ARENA_NEW(cx->arena, Shape);
    Place place = {NULL, "rule", STR_NONE, -1};
    TRY(compile_rule(c, query->rule, &place, &shape->rule));
    for (size_t i = 0; i < query->constraint_count; i++)
        TRY(add_constraint(c, shape, &query->constraints[i]));
    shape->lang = query->lang;
    shape->language = c->language;
    shape->names = c->names;
    shape->max_steps = query->max_steps ? query->max_steps : SHAPE_MAX_STEPS;
    shape->words = words_of(cx->arena, shape);
    *out = shape;
    return NULL;
}

LangId shape_lang(const Shape *shape)
{
    return shape->lang;
}
