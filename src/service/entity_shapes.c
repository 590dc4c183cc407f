// service/entity_shapes.c - patterns of a query: compiled for each language, matched in each file,
// and related to definitions.
//
// A definition's relations go by spans of nodes, which nest as the tree does:
//   has        a match in its own body: in no definition inside it; stopBy=end: anywhere in it
//   inside     a match around it, up to the definition around it; stopBy=end: any
//   all any not  the definition itself matches, or something in its own body does
// precedes, follows, fields and nthChild are asked of the definition's node; precedes='def x' of
// the definitions in the same body.
#include "service/entity_.h"

typedef enum ShapeUse {
    USE_MAIN,     // of a pattern query: everything
    USE_RELATION, // matches of the relation's pattern
    USE_NODE,     // nodes of which the relation holds
    USE_UNTIL,    // stopBy=CODE of a relation
    USE_ALL,
    USE_ANY,
    USE_NOT,
    USE_NTH,
    USE_NODES, // all of them
} ShapeUse;

typedef struct Compiled {
    ShapeUse use;
    size_t relation;    // number of the relation
    const Shape *shape; // NULL: definitions of the relation's short form
    bool required;      // without a match in the text nothing passes
} Compiled;

typedef struct LangShapes {
    Compiled *items; // NULL: the patterns are no code in this language
    size_t count;
} LangShapes;

struct EntityShapes {
    LangShapes of[LANG_COUNT];
};

struct FileShapes {
    const Compiled *compiled;
    const ShapeMatches *matches; // by compiled
    size_t count;
};

// --- compiling ---

typedef struct Maker {
    Entity *entity;
    Parser *parser;
    LangId lang;
    VEC(Compiled) out;
    bool *used; // by metavar filter
} Maker;

static ShapeStrictness strictness_of(const EntityQuery *query)
{
    static const ShapeStrictness of[] = {
        [STRICT_CST] = SHAPE_CST,
        [STRICT_SMART] = SHAPE_SMART,
        [STRICT_AST] = SHAPE_AST,
        [STRICT_RELAXED] = SHAPE_RELAXED,
        [STRICT_SIGNATURE] = SHAPE_SIGNATURE,
    };
    return of[query->strictness];
}

// f($A), which C's grammar alone takes for a declaration of type f(A).
static bool is_c_call(LangId lang, Str pattern)
{
    size_t depth = 0, open = str_find(pattern, '(');
    if ((lang != LANG_c && lang != LANG_cpp) || !open || !str_ends(pattern, STR(")"))) return false;
    for (size_t i = 0; i < open; i++) {
        char c = pattern.ptr[i];
        bool word = c == '_' || c == '$' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
                    (c >= 'A' && c <= 'Z');
        if (!word) return false;
    }
    for (size_t i = open; i < pattern.len; i++) {
        depth += pattern.ptr[i] == '(';
        if (pattern.ptr[i] == ')' && !--depth) return i + 1 == pattern.len;
    }
    return false;
}

// import $X from $M: a string is wanted where $M stands, so that there is no such code.
static bool is_js_import(LangId lang, Str pattern)
{
    bool js = lang == LANG_javascript || lang == LANG_typescript || lang == LANG_tsx;
    bool head = str_starts(pattern, STR("import ")) || str_starts(pattern, STR("export "));
    return js && head && str_contains(pattern, STR(" from $"));
}

static bool compiles(Maker *m, const ShapeRule *rule)
{
    const Shape *shape;
    const ShapeQuery query = {.lang = m->lang, .rule = rule};
    return !shape_compile(m->entity->cx, m->parser, &query, &shape);
}

static ShapeRule *pattern_rule(Maker *m, Str pattern)
{
    Arena *arena = m->entity->cx->arena;
    ShapeRule *rule = ARENA_NEW(arena, ShapeRule);
    ShapeStrictness strictness = strictness_of(m->entity->query);
    rule->pattern = (ShapePattern){
        .text = pattern, .strictness = strictness, .allow_errors = is_js_import(m->lang, pattern)};
    if (!is_c_call(m->lang, pattern)) return rule;
    ShapeRule *readings = ARENA_ARRAY(arena, ShapeRule, 2);
    readings[0] = *rule;
    readings[1].pattern = (ShapePattern){
        .text = str_join(arena, STR("void f(void) { "), pattern, STR("; }")),
        .selector = STR("call_expression"),
        .strictness = strictness,
    };
    if (!compiles(m, &readings[1])) return rule; // sizeof($X)
    *rule = (ShapeRule){.any = readings, .any_count = 2};
    return rule;
}

static ShapeRule *pattern_rules(Maker *m, StrItems patterns)
{
    ShapeRule *rules = ARENA_ARRAY(m->entity->cx->arena, ShapeRule, patterns.count);
    for (size_t i = 0; i < patterns.count; i++) rules[i] = *pattern_rule(m, patterns.items[i]);
    return rules;
}

static bool has_metavar(Str pattern, Str name)
{
    for (size_t at = 0; at + name.len <= pattern.len; at++) {
        if (!str_starts(str_sub(pattern, at, pattern.len), name)) continue;
        char after = at + name.len < pattern.len ? pattern.ptr[at + name.len] : ' ';
        bool longer =
            after == '_' || (after >= '0' && after <= '9') || (after >= 'A' && after <= 'Z');
        if (!longer && (!at || pattern.ptr[at - 1] != '$')) return true;
    }
    return false;
}

static void add_constraint(Arena *arena, ShapeConstraint *list, size_t *count, Str name,
                           const ShapeRule *rule)
{
    for (size_t i = 0; i < *count; i++) {
        if (!str_eq(list[i].name, name)) continue;
        ShapeRule *both = ARENA_ARRAY(arena, ShapeRule, 2), *all = ARENA_NEW(arena, ShapeRule);
        both[0] = *list[i].rule;
        both[1] = *rule;
        *all = (ShapeRule){.all = both, .all_count = 2};
        list[i].rule = all;
        return;
    }
    list[(*count)++] = (ShapeConstraint){.name = name, .rule = rule};
}

// Those filters whose metavariable stands in one of the patterns.
static void add_constraints(Maker *m, const Str *patterns, size_t count, ShapeQuery *out)
{
    const EntityQuery *query = m->entity->query;
    Arena *arena = m->entity->cx->arena;
    ShapeConstraint *list = ARENA_ARRAY(arena, ShapeConstraint, query->metavar_count);
    for (size_t i = 0; i < query->metavar_count; i++) {
        const MetaVarWord *word = &query->metavars[i];
        bool here = false;
        for (size_t j = 0; j < count && !here; j++) here = has_metavar(patterns[j], word->name);
        if (!here) continue;
        m->used[i] = true;
        ShapeRule *rule = ARENA_NEW(arena, ShapeRule), *negated = ARENA_NEW(arena, ShapeRule);
        rule->regex = word->regex;
        *negated = (ShapeRule){.not = rule};
        add_constraint(arena, list, &out->constraint_count, word->name,
                       word->negated ? negated : rule);
    }
    out->constraints = list;
}

static Fail compile(Maker *m, ShapeUse use, size_t relation, const ShapeRule *rule,
                    const Str *patterns, size_t count, bool required)
{
    Compiled compiled = {.use = use, .relation = relation, .required = required};
    ShapeQuery query = {.lang = m->lang, .rule = rule};
    add_constraints(m, patterns, count, &query);
    TRY(shape_compile(m->entity->cx, m->parser, &query, &compiled.shape));
    VEC_PUSH(m->entity->cx->arena, &m->out, compiled);
    return NULL;
}

static Fail compile_pattern(Maker *m, ShapeUse use, size_t relation, Str pattern, bool required)
{
    return compile(m, use, relation, pattern_rule(m, pattern), &pattern, 1, required);
}

static ShapeRelation *relation_rule(Maker *m, const RelationQuery *from, ShapeStop stop)
{
    ShapeRelation *relation = ARENA_NEW(m->entity->cx->arena, ShapeRelation);
    *relation =
        (ShapeRelation){.rule = pattern_rule(m, from->pattern), .stop = stop, .field = from->field};
    if (from->stop_by == STOP_BY_RULE) relation->until = pattern_rule(m, from->stop_rule);
    return relation;
}

// A pattern that begins a class or function stands around many levels.
static ShapeStop stop_of(const RelationQuery *from, const EntityWords *words, bool outermost)
{
    static const char *const heads[] = {"class ", "def ", "async def "};
    bool said =
        words->of[KEY_stop_by].text.ptr ||
        words->of[from->relation == REL_INSIDE ? KEY_inside_stop_by : KEY_has_stop_by].text.ptr;
    if (from->stop_by == STOP_BY_RULE) return SHAPE_UNTIL;
    if (from->stop_by == STOP_BY_END) return SHAPE_END;
    if (!outermost || said || from->relation > REL_HAS) return SHAPE_NEIGHBOR;
    for (size_t i = 0; i < ARRAY_LEN(heads); i++)
        if (str_starts(from->pattern, str_from(heads[i]))) return SHAPE_END;
    return SHAPE_NEIGHBOR;
}

static void set_relation(ShapeRule *rule, Relation kind, const ShapeRelation *relation)
{
    if (kind == REL_INSIDE) rule->inside = relation;
    if (kind == REL_HAS) rule->has = relation;
    if (kind == REL_PRECEDES) rule->precedes = relation;
    if (kind == REL_FOLLOWS) rule->follows = relation;
}

static ShapeNth nth_rule(Maker *m, const NthChild *nth)
{
    const EntityWord *word = &m->entity->query->words->of[KEY_nth_child];
    ShapeNth rule = {.position = word->text, .reverse = nth->reverse};
    if (nth->of_rule.len) rule.of = pattern_rule(m, nth->of_rule);
    return rule;
}

// Whether the relation is asked of the definition's node, not of spans.
static bool is_of_node(const RelationQuery *relation)
{
    return !relation->def_kinds && (relation->relation > REL_HAS || relation->field.len);
}

static Fail compile_relation(Maker *m, size_t number)
{
    const RelationQuery *from = &m->entity->query->relations[number];
    const EntityWords *words = m->entity->query->words;
    if (from->def_kinds) {
        Compiled compiled = {.use = USE_RELATION, .relation = number, .required = !from->negated};
        VEC_PUSH(m->entity->cx->arena, &m->out, compiled);
        if (from->stop_by != STOP_BY_RULE) return NULL;
        return compile_pattern(m, USE_UNTIL, number, from->stop_rule, false);
    }
    if (!is_of_node(from)) {
        TRY(compile_pattern(m, USE_RELATION, number, from->pattern, !from->negated));
        if (from->stop_by != STOP_BY_RULE) return NULL;
        return compile_pattern(m, USE_UNTIL, number, from->stop_rule, false);
    }
    ShapeRule *rule = ARENA_NEW(m->entity->cx->arena, ShapeRule);
    ShapeStop stop = stop_of(from, words, true);
    if (from->relation <= REL_HAS && stop == SHAPE_NEIGHBOR) stop = SHAPE_END; // in that field
    set_relation(rule, from->relation, relation_rule(m, from, stop));
    return compile(m, USE_NODE, number, rule, &from->pattern, 1, !from->negated);
}

// A pattern query is one rule.
static Fail compile_main(Maker *m)
{
    const EntityQuery *query = m->entity->query;
    Arena *arena = m->entity->cx->arena;
    VEC(Str) patterns = {0};
    ShapeRule *rule = ARENA_NEW(arena, ShapeRule);
    VEC(ShapeRule) all = {0};
    if (query->selector.len || query->context.len) {
        Str text = query->context.len ? query->context : query->pattern;
        rule->pattern = (ShapePattern){
            .text = text, .selector = query->selector, .strictness = strictness_of(query)};
        VEC_PUSH(arena, &patterns, text);
    } else if (query->pattern.len) {
        VEC_PUSH(arena, &all, *pattern_rule(m, query->pattern));
        VEC_PUSH(arena, &patterns, query->pattern);
    }
    for (size_t i = 0; i < query->all.count; i++) {
        VEC_PUSH(arena, &all, *pattern_rule(m, query->all.items[i]));
        VEC_PUSH(arena, &patterns, query->all.items[i]);
    }
    for (size_t i = 0; i < query->relation_count; i++) {
        const RelationQuery *from = &query->relations[i];
        if (from->def_kinds) continue; // asked of each match
        ShapeRule *part = ARENA_NEW(arena, ShapeRule), *negated = ARENA_NEW(arena, ShapeRule);
        set_relation(part, from->relation,
                     relation_rule(m, from, stop_of(from, query->words, true)));
        *negated = (ShapeRule){.not = part};
        VEC_PUSH(arena, &all, from->negated ? *negated : *part);
        VEC_PUSH(arena, &patterns, from->pattern);
    }
    rule->all = all.items;
    rule->all_count = all.len;
    if (query->any.count) rule->any = pattern_rules(m, query->any);
    rule->any_count = query->any.count;
    for (size_t i = 0; i < query->any.count; i++) VEC_PUSH(arena, &patterns, query->any.items[i]);
    if (query->not_any.count) rule->not = pattern_rule(m, query->not_any.items[0]);
    if (query->nth.asked) rule->nth = nth_rule(m, &query->nth);
    for (size_t i = 0; i < query->relation_count; i++)
        if (query->relations[i].def_kinds) TRY(compile_relation(m, i));
    return compile(m, USE_MAIN, 0, rule, patterns.items, patterns.len, true);
}

static Fail compile_all(Maker *m)
{
    const EntityQuery *query = m->entity->query;
    if (query->is_pattern) return compile_main(m);
    for (size_t i = 0; i < query->relation_count; i++) TRY(compile_relation(m, i));
    for (size_t i = 0; i < query->all.count; i++)
        TRY(compile_pattern(m, USE_ALL, i, query->all.items[i], true));
    for (size_t i = 0; i < query->any.count; i++)
        TRY(compile_pattern(m, USE_ANY, i, query->any.items[i], false));
    for (size_t i = 0; i < query->not_any.count; i++)
        TRY(compile_pattern(m, USE_NOT, i, query->not_any.items[i], false));
    if (!query->nth.asked) return NULL;
    ShapeRule *nth = ARENA_NEW(m->entity->cx->arena, ShapeRule);
    ShapeRule *node = ARENA_NEW(m->entity->cx->arena, ShapeRule);
    nth->nth = nth_rule(m, &query->nth);
    node->regex = STR("^");
    TRY(compile(m, USE_NTH, 0, nth, NULL, 0, false));
    return compile(m, USE_NODES, 0, node, NULL, 0, false);
}

static bool asks_patterns(const EntityQuery *query)
{
    return query->is_pattern || query->relation_count || query->all.count || query->any.count ||
           query->not_any.count || query->nth.asked;
}

static void drop_language(Entity *entity, LangId lang, const char *why)
{
    Arena *arena = entity->cx->arena;
    size_t kept = 0, dropped = 0;
    for (size_t i = 0; i < entity->files.len; i++) {
        if (entity->files.items[i].lang == lang) dropped++;
        else entity->files.items[kept++] = entity->files.items[i];
    }
    entity->files.len = kept;
    size_t at = 0;
    while (at < entity->left_out.len && strcmp(entity->left_out.items[at].why, why) != 0) at++;
    if (!dropped) return;
    if (at == entity->left_out.len)
        VEC_PUSH(arena, &entity->left_out, (LeftOut){.why = why, .languages = buf_on(arena)});
    Buf *languages = &entity->left_out.items[at].languages;
    buf_addf(languages, "%s%s %zu", languages->len ? ", " : "", lang_name(lang), dropped);
}

void entity_drop_unable(Entity *entity)
{
    const EntityQuery *query = entity->query;
    bool cells = query->captures.len || query->has_cells != UNSAID || query->scope == ASK_CLOSURE;
    for (LangId lang = LANG_NONE + 1; lang < LANG_COUNT; lang++) {
        if (cells && !cells_has_rules(lang))
            drop_language(entity, lang,
                          "which variables functions capture is known for python only");
        if (query->raises.asked && !entity_lang_raises(lang))
            drop_language(entity, lang, "what is raised is not known for it");
        if (query->exports.asked && !entity_lang_exports(lang))
            drop_language(entity, lang, "what others see of it is not known");
        if (query->kind == ENTITY_TEST && !query->is_pattern && !entity_lang_has_tests(lang))
            drop_language(entity, lang, "no convention for tests is known for it");
    }
}

static const StrItems *items_of(const EntityQuery *query, EntityKey key)
{
    if (key == KEY_all) return &query->all;
    if (key == KEY_any) return &query->any;
    return key == KEY_not ? &query->not_any : NULL;
}

// Whether some pattern that the key's value holds is no code by itself.
static bool is_bad_pattern(Maker *m, EntityKey key)
{
    const StrItems *items = items_of(m->entity->query, key);
    const Str *patterns = items ? items->items : &m->entity->query->words->of[key].text;
    for (size_t i = 0; i < (items ? items->count : 1); i++)
        if (!compiles(m, pattern_rule(m, patterns[i]))) return true;
    return false;
}

// The key whose value a failed pattern is; else of what the failure is, as a whole.
static EntityKey failed_key(Maker *m)
{
    static const EntityKey stops[] = {KEY_stop_by, KEY_inside_stop_by, KEY_has_stop_by,
                                      KEY_precedes_stop_by, KEY_follows_stop_by};
    static const EntityKey keys[] = {KEY_pattern_context,
                                     KEY_pattern,
                                     KEY_all,
                                     KEY_any,
                                     KEY_not,
                                     KEY_inside,
                                     KEY_has,
                                     KEY_precedes,
                                     KEY_follows,
                                     KEY_not_inside,
                                     KEY_not_has,
                                     KEY_nth_child_of_rule};
    const EntityQuery *query = m->entity->query;
    const EntityWord *of = query->words->of;
    for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
        bool short_form = false;
        for (size_t k = 0; k < query->relation_count; k++)
            short_form |= query->relations[k].def_kinds &&
                          query->relations[k].pattern.ptr == of[keys[i]].text.ptr;
        if (keys[i] == KEY_pattern && query->context.len) continue;
        if (of[keys[i]].text.ptr && !short_form && is_bad_pattern(m, keys[i])) return keys[i];
    }
    for (size_t i = 0; i < ARRAY_LEN(stops); i++) {
        Str text = of[stops[i]].text;
        if (!text.ptr || str_eq(text, STR("end")) || str_eq(text, STR("neighbor"))) continue;
        if (is_bad_pattern(m, stops[i])) return stops[i];
    }
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (of[keys[i]].text.ptr) return keys[i];
    return KEY_nth_child;
}

static Fail check_metavars(const Entity *entity, const bool *used)
{
    const EntityQuery *query = entity->query;
    for (size_t i = 0; i < query->metavar_count; i++) {
        const MetaVarWord *word = &query->metavars[i];
        if (used[i]) continue;
        Fail fail = FAIL(entity->cx->arena, BAD_REQUEST,
                         "column %zu: no pattern has the metavariable " STR_FMT, word->at + 1,
                         STR_ARG(word->name));
        return problem_with_int(entity->cx->arena, fail, "offset", (int64_t)word->at);
    }
    return NULL;
}

Fail entity_prepare_shapes(Entity *entity)
{
    const EntityQuery *query = entity->query;
    Arena *arena = entity->cx->arena;
    bool *used = ARENA_ARRAY(arena, bool, query->metavar_count), present[LANG_COUNT] = {0};
    Fail first = NULL, fail = NULL;
    EntityKey failed = KEY_pattern;
    size_t fine = 0;
    if (!asks_patterns(query)) return check_metavars(entity, used);
    entity->shapes = ARENA_NEW(arena, struct EntityShapes);
    for (size_t i = 0; i < entity->files.len; i++) present[entity->files.items[i].lang] = true;
    Parser *parser = parser_new(entity->env->grammars);
    for (LangId lang = LANG_NONE + 1; lang < LANG_COUNT; lang++) {
        Maker m = {.entity = entity, .parser = parser, .lang = lang, .used = used};
        if (!present[lang]) continue;
        fail = compile_all(&m);
        if (fail && fail->kind == PROBLEM_CANCELLED) break;
        fine += !fail;
        if (fail) drop_language(entity, lang, "the pattern is no code in them");
        else entity->shapes->of[lang] = (LangShapes){m.out.items, m.out.len};
        if (fail && !first) first = fail, failed = failed_key(&m);
    }
    parser_free(parser);
    if (fail && fail->kind == PROBLEM_CANCELLED) return fail;
    if (first && !fine)
        return entity_query_bad(arena, query->words, failed, STR_FMT, STR_ARG(first->detail));
    return fine ? check_metavars(entity, used) : NULL;
}

// --- matching ---

static ShapeMatches match_defs(const FileFacts *file, const RelationQuery *relation)
{
    VEC(ShapeMatch) found = {0};
    for (uint32_t i = 0; i < file->facts.def_count; i++) {
        const Def *def = &file->facts.defs[i];
        if (!(relation->def_kinds >> def->kind & 1)) continue;
        if (!name_filter_takes(&relation->def_name, NULL, def->name, def->name)) continue;
        VEC_PUSH(file->cx->arena, &found, (ShapeMatch){.span = def->full, .kind = "definition"});
    }
    return (ShapeMatches){found.items, found.len};
}

static Fail match_all(FileFacts *file, struct FileShapes *shapes, ShapeMatches *matches)
{
    for (size_t i = 0; i < shapes->count; i++) {
        const Compiled *compiled = &shapes->compiled[i];
        if (!compiled->shape)
            matches[i] = match_defs(file, &file->entity->query->relations[compiled->relation]);
        else TRY(shape_find(file->cx, compiled->shape, file->tree, &matches[i]));
        if (shapes->compiled[i].required && !matches[i].count) return NULL; // nothing passes
    }
    return NULL;
}

bool entity_needed_shape(const Entity *entity, LangId lang, size_t number, const Shape **out)
{
    const LangShapes *shapes = &entity->shapes->of[lang];
    if (number >= shapes->count) return false;
    const Compiled *compiled = &shapes->items[number];
    *out = compiled->required ? compiled->shape : NULL;
    return true;
}

bool entity_may_match(const FileFacts *file)
{
    const Shape *shape;
    if (!file->entity->shapes) return true;
    for (size_t i = 0; entity_needed_shape(file->entity, file->file->lang, i, &shape); i++)
        if (shape && !shape_may_match(shape, file->text)) return false;
    return true;
}

Fail entity_read_tree(FileFacts *file)
{
    Arena *arena = file->cx->arena;
    struct FileShapes *shapes = NULL;
    ShapeMatches *matches = NULL;
    bool asks_cells = entity_asks_cells(file->entity->query), asks_shapes = file->entity->shapes;
    if (asks_shapes) {
        const LangShapes *compiled = &file->entity->shapes->of[file->file->lang];
        shapes = ARENA_NEW(arena, struct FileShapes);
        matches = ARENA_ARRAY(arena, ShapeMatches, compiled->count);
        *shapes = (struct FileShapes){compiled->items, matches, compiled->count};
        file->shapes = shapes;
    }
    if (!asks_shapes && !asks_cells) return NULL;
    TRY(shape_parse(file->cx, file->slot->parser, file->file->lang, file->text, &file->tree));
    file->out->parsed = true;
    if (asks_cells) cells_read(file->cx, file->tree, &file->cells);
    return asks_shapes ? match_all(file, shapes, matches) : NULL;
}

static bool contains(Span outer, Span inner)
{
    return outer.start <= inner.start && inner.end <= outer.end;
}

static bool same(Span a, Span b)
{
    return a.start == b.start && a.end == b.end;
}

static const ShapeMatches *matches_of(const struct FileShapes *shapes, ShapeUse use, size_t number)
{
    static const ShapeMatches none = {0};
    for (size_t i = 0; i < shapes->count; i++)
        if (shapes->compiled[i].use == use && shapes->compiled[i].relation == number)
            return &shapes->matches[i];
    return &none;
}

// The span is (part of) the definition's own node: the whole, or without what decorates it.
static bool is_node_of(const FileFacts *file, Span span, Span whole, int32_t def)
{
    if (def < 0) return same(span, whole);
    Span name = file->facts.defs[def].name_span;
    return contains(whole, span) && contains(span, name) && span.end == whole.end;
}

// Whose own body a node is in: a definition's node itself is in the body around it.
static int32_t body_around(const FileFacts *file, Span span)
{
    const Facts *facts = &file->facts;
    int32_t body = entity_body_at(facts, span.start);
    while (body >= 0 && (!contains(facts->defs[body].full, span) ||
                         is_node_of(file, span, facts->defs[body].full, body)))
        body = facts->defs[body].parent >= 0
                   ? entity_body_at(facts, facts->defs[facts->defs[body].parent].name_span.start)
                   : -1;
    return body;
}

static bool is_cut_off(const ShapeMatches *until, Span outer, Span inner, bool self_counts)
{
    for (size_t i = 0; i < until->count; i++) {
        Span at = until->items[i].span;
        if (!contains(outer, at) || !contains(at, inner) || same(at, inner)) continue;
        if (self_counts || !same(at, outer)) return true;
    }
    return false;
}

static bool has_match(const FileFacts *file, const RelationQuery *relation, size_t number,
                      Span whole, int32_t def)
{
    const ShapeMatches *found = matches_of(file->shapes, USE_RELATION, number);
    const ShapeMatches *until = matches_of(file->shapes, USE_UNTIL, number);
    for (size_t i = 0; i < found->count; i++) {
        Span at = found->items[i].span;
        if (at.start >= whole.end) break;
        if (!contains(whole, at) || is_node_of(file, at, whole, def)) continue;
        if (relation->stop_by == STOP_BY_END) return true;
        if (relation->stop_by == STOP_BY_RULE && !is_cut_off(until, whole, at, false)) return true;
        if (relation->stop_by != STOP_BY_NEIGHBOR) continue;
        if (def < 0 || body_around(file, at) == def) return true;
    }
    return false;
}

// "inside class X" means at any depth, unless it is said how far.
static bool is_stop_said(const FileFacts *file, const RelationQuery *relation)
{
    const EntityWord *of = file->entity->query->words->of;
    EntityKey key = relation->relation == REL_INSIDE ? KEY_inside_stop_by : KEY_has_stop_by;
    return of[KEY_stop_by].text.ptr || of[key].text.ptr;
}

static bool is_inside(const FileFacts *file, const RelationQuery *relation, size_t number,
                      Span whole, int32_t def)
{
    const ShapeMatches *found = matches_of(file->shapes, USE_RELATION, number);
    const ShapeMatches *until = matches_of(file->shapes, USE_UNTIL, number);
    int32_t around =
        def >= 0 ? file->facts.defs[def].parent : entity_body_at(&file->facts, whole.start);
    Span limit = {0, (uint32_t)file->text.len};
    if (around >= 0) limit = file->facts.defs[around].full;
    for (size_t i = 0; i < found->count; i++) {
        Span at = found->items[i].span;
        if (at.start > whole.start) break;
        if (!contains(at, whole) || is_node_of(file, at, whole, def)) continue;
        if (relation->stop_by == STOP_BY_END) return true;
        bool any = relation->def_kinds && !is_stop_said(file, relation);
        if (any || (relation->stop_by == STOP_BY_NEIGHBOR && contains(limit, at))) return true;
        if (relation->stop_by == STOP_BY_RULE && !is_cut_off(until, at, whole, false)) return true;
    }
    return false;
}

// The definition that stands around: siblings have the same one.
static int32_t parent_of(const FileFacts *file, Span span, int32_t def)
{
    return def >= 0 ? file->facts.defs[def].parent : body_around(file, span);
}

// Whether something in between ends the look for siblings: with stopBy=neighbor another
// definition, with stopBy=CODE a match of it.
static bool is_gap_closed(const FileFacts *file, const RelationQuery *relation, size_t number,
                          Span gap, int32_t parent)
{
    const Facts *facts = &file->facts;
    const ShapeMatches *until = matches_of(file->shapes, USE_UNTIL, number);
    for (size_t i = 0; i < until->count; i++)
        if (contains(gap, until->items[i].span) &&
            body_around(file, until->items[i].span) == parent)
            return true;
    for (uint32_t i = 0; i < facts->def_count && relation->stop_by == STOP_BY_NEIGHBOR; i++)
        if (facts->defs[i].parent == parent && entity_has_body(facts->defs[i].kind) &&
            contains(gap, facts->defs[i].full))
            return true;
    return false;
}

// precedes='def x', follows='def x': of the definitions in the same body.
static bool has_sibling(const FileFacts *file, const RelationQuery *relation, size_t number,
                        Span whole, int32_t def)
{
    const ShapeMatches *found = matches_of(file->shapes, USE_RELATION, number);
    int32_t parent = parent_of(file, whole, def);
    for (size_t i = 0; i < found->count; i++) {
        Span at = found->items[i].span;
        bool later = at.start >= whole.end, earlier = at.end <= whole.start;
        if (relation->relation == REL_PRECEDES ? !later : !earlier) continue;
        if (body_around(file, at) != parent) continue;
        Span gap = later ? (Span){whole.end, at.start} : (Span){at.end, whole.start};
        if (!is_gap_closed(file, relation, number, gap, parent)) return true;
    }
    return false;
}

static bool node_holds(const FileFacts *file, ShapeUse use, size_t number, Span whole, int32_t def)
{
    const ShapeMatches *found = matches_of(file->shapes, use, number);
    for (size_t i = 0; i < found->count && found->items[i].span.start < whole.end; i++)
        if (is_node_of(file, found->items[i].span, whole, def)) return true;
    return false;
}

static bool relation_holds(const FileFacts *file, size_t number, Span whole, int32_t def)
{
    const RelationQuery *relation = &file->entity->query->relations[number];
    bool holds = false;
    if (is_of_node(relation)) holds = node_holds(file, USE_NODE, number, whole, def);
    else if (relation->relation == REL_HAS) holds = has_match(file, relation, number, whole, def);
    else if (relation->relation > REL_HAS) holds = has_sibling(file, relation, number, whole, def);
    else holds = is_inside(file, relation, number, whole, def);
    return holds != relation->negated;
}

// The definition itself matches, or something in its own body.
static bool composite_holds(const FileFacts *file, ShapeUse use, size_t number, Span whole,
                            int32_t def)
{
    const ShapeMatches *found = matches_of(file->shapes, use, number);
    for (size_t i = 0; i < found->count; i++) {
        Span at = found->items[i].span;
        if (at.start >= whole.end) break;
        if (!contains(whole, at)) continue;
        if (def < 0 || is_node_of(file, at, whole, def) || body_around(file, at) == def)
            return true;
    }
    return false;
}

// The outermost node of the definition is the one that is counted.
static bool nth_holds(const FileFacts *file, Span whole, int32_t def)
{
    const ShapeMatches *nodes = matches_of(file->shapes, USE_NODES, 0);
    const ShapeMatches *found = matches_of(file->shapes, USE_NTH, 0);
    const ShapeMatch *own = NULL;
    for (size_t i = 0; i < nodes->count && !own; i++)
        if (is_node_of(file, nodes->items[i].span, whole, def)) own = &nodes->items[i];
    for (size_t i = 0; i < found->count && own; i++)
        if (same(found->items[i].span, own->span) && found->items[i].kind == own->kind) return true;
    return false;
}

bool entity_relations_fit(FileFacts *file, Span span, int32_t def)
{
    const EntityQuery *query = file->entity->query;
    if (!file->shapes || query->is_pattern) return true;
    for (size_t i = 0; i < query->relation_count; i++)
        if (!relation_holds(file, i, span, def)) return false;
    for (size_t i = 0; i < query->all.count; i++)
        if (!composite_holds(file, USE_ALL, i, span, def)) return false;
    bool any = !query->any.count;
    for (size_t i = 0; i < query->any.count && !any; i++)
        any = composite_holds(file, USE_ANY, i, span, def);
    if (!any) return false;
    if (query->not_any.count && composite_holds(file, USE_NOT, 0, span, def)) return false;
    return !query->nth.asked || nth_holds(file, span, def);
}

// --- pattern queries ---

static Str span_text(const FileFacts *file, Span span)
{
    return str_sub(file->text, span.start, span.end);
}

static const Json *capture_json(FileFacts *file, const ShapeCapture *capture)
{
    Arena *kept = &file->slot->kept;
    Json *json = json_new_object(kept);
    json_set(kept, json, STR("kind"),
             json_new_str(kept, capture->many ? STR("multi") : STR("single")));
    json_set(kept, json, STR("text"),
             json_new_str(
                 kept, str_copy(kept, capture->count ? span_text(file, capture->span) : STR(""))));
    if (!capture->many) return json;
    Json *nodes = json_new_array(kept);
    for (uint32_t i = 0; i < capture->count; i++)
        json_push(kept, nodes,
                  json_new_str(kept, str_copy(kept, span_text(file, capture->nodes[i]))));
    json_set(kept, json, STR("nodes"), nodes);
    return json;
}

static const Json *match_details(FileFacts *file, const ShapeMatch *match)
{
    Arena *kept = &file->slot->kept;
    Json *details = json_new_object(kept), *captures = json_new_object(kept);
    json_set(kept, details, STR("text"),
             json_new_str(kept, str_copy(kept, span_text(file, match->span))));
    for (uint32_t i = 0; i < match->capture_count; i++) {
        const ShapeCapture *capture = &match->captures[i];
        Str name =
            str_format(kept, "%s" STR_FMT, capture->many ? "$$$" : "$", STR_ARG(capture->name));
        json_set(kept, captures, name, capture_json(file, capture));
    }
    json_set(kept, details, STR("metavar_captures"), captures);
    return details;
}

static bool short_forms_hold(const FileFacts *file, Span span)
{
    const EntityQuery *query = file->entity->query;
    for (size_t i = 0; i < query->relation_count; i++)
        if (query->relations[i].def_kinds && !relation_holds(file, i, span, -1)) return false;
    return true;
}

void entity_take_matches(FileFacts *file)
{
    Arena *kept = &file->slot->kept;
    const ShapeMatches *found = matches_of(file->shapes, USE_MAIN, 0);
    for (size_t i = 0; i < found->count; i++) {
        const ShapeMatch *match = &found->items[i];
        if (!short_forms_hold(file, match->span)) continue;
        int32_t around = facts_enclosing(&file->facts, match->span.start);
        if (around >= 0 && !contains(file->facts.defs[around].full, match->span)) around = -1;
        Str enclosing = entity_qualified(file, around), text = span_text(file, match->span);
        uint32_t ordinal = 0;
        for (size_t j = i; j-- > 0 && i - j < 1000;)
            ordinal += str_eq(span_text(file, found->items[j].span), text);
        Finding finding = {.category = STR("pattern_match"),
                           .kind = str_from(match->kind),
                           .enclosing = str_copy(kept, enclosing),
                           .details = match_details(file, match)};
        Str key = str_join(file->cx->arena, enclosing, STR("/"), text);
        finding.stable_id = stable_id(kept, file->file->path, key, finding.category, ordinal);
        entity_place(file, match->span, match->span.start, &finding);
        entity_add(file, &finding, UINT32_MAX);
    }
}
