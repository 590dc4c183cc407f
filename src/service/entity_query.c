// service/entity_query.c - what the values of a query say.
#include "service/entity_query.h"

#include "base/nearest.h"
#include "base/vec.h"

typedef enum ValueKind {
    V_ENTITY,
    V_NAME,
    V_TEXT,
    V_LIST,
    V_PATHS,
    V_LANGS,
    V_JOIN,
    V_COUNT,
    V_BOOL,
    V_FLAG,
    V_SCOPE,
    V_STRICTNESS,
    V_PATTERNS,
    V_NTH,
    V_EXPAND,
    V_FIELDS
} ValueKind;

static const ValueKind value_kinds[ENTITY_KEYS] = {
#define ENTITY_KEY(member, key, alias, kind, ...) V_##kind,
#include "service/entity_keys.def"
#undef ENTITY_KEY
};

static const struct {
    const char *name;
    uint32_t kinds;
} entities[] = {
#define ENTITY(id, name, kinds) {name, kinds},
#include "service/entity_kinds.def"
#undef ENTITY
};

const char *entity_kind_name(EntityKind kind)
{
    return entities[kind].name;
}

uint32_t entity_kind_mask(EntityKind kind)
{
    return entities[kind].kinds;
}

static const char *const scope_names[] = {"", "closure", "nested", "toplevel", NULL};
static const char *const strictness_names[] = {"cst", "smart", "ast", "relaxed", "signature", NULL};
static const char *const expand_names[] = {"callers", "callees",          "imports", "raises",
                                           "scope",   "bytecode_surface", NULL};
static const char *const field_names[] = {
    "def", "loc", "imports", "decorators", "decorated_functions", "callers", "callees", NULL};

const char *expand_name(ExpandKind kind)
{
    return expand_names[kind];
}

typedef struct Maker {
    Ctx *cx;
    const EntityWords *words;
    EntityQuery *out;
} Maker;

#define BAD(m, key, ...) entity_query_bad((m)->cx->arena, (m)->words, (key), __VA_ARGS__)

// The number of `text` in a list of names; else the failure names the nearest, or all.
static Fail choose(Maker *m, EntityKey key, Str text, const char *const *names, const char *what,
                   int *out)
{
    Nearest nearest = nearest_to(text);
    Buf known = buf_on(m->cx->arena);
    for (int i = 0; names[i]; i++) {
        if (!names[i][0]) continue;
        if (str_eq(text, str_from(names[i]))) {
            *out = i;
            return NULL;
        }
        nearest_offer(&nearest, str_from(names[i]));
        buf_addf(&known, "%s%s", known.len ? ", " : "", names[i]);
    }
    const char *near = nearest_phrase(m->cx->arena, &nearest, "");
    if (nearest.name.len)
        return BAD(m, key, "unknown %s \"" STR_FMT "\"%s", what, STR_ARG(text), near);
    return BAD(m, key, "unknown %s \"" STR_FMT "\"; known are %s", what, STR_ARG(text),
               buf_str(&known).ptr);
}

static Fail choose_entity(Maker *m, EntityKey key, Str text, EntityKind *out)
{
    const char *names[ENTITY_KINDS + 1] = {0};
    int found = 0;
    for (int i = 0; i < ENTITY_KINDS; i++) names[i] = entities[i].name;
    TRY(choose(m, key, text, names, "entity", &found));
    *out = (EntityKind)found;
    return NULL;
}

// --- names ---

static bool is_qualified(Str text)
{
    return str_contains(text, STR(".")) || str_contains(text, STR("::"));
}

static Fail make_name(Maker *m, EntityKey key, Str text, NameFilter *out)
{
    *out = (NameFilter){.mode = NAME_EXACT, .text = text, .qualified = is_qualified(text)};
    if (text.ptr[0] == '~') {
        PatternSpec spec = {.mode = PATTERN_REGEX, .case_mode = CASE_EXACT};
        out->mode = NAME_REGEX;
        out->text = spec.text = str_sub(text, 1, text.len);
        out->qualified = false;
        if (!spec.text.len) return BAD(m, key, "a regular expression follows ~");
        Fail fail = pattern_compile(m->cx, &spec, &out->regex);
        return fail ? BAD(m, key, STR_FMT, STR_ARG(fail->detail)) : NULL;
    }
    for (size_t i = 0; i < text.len; i++)
        if (strchr("*?[", text.ptr[i])) out->mode = NAME_GLOB;
    bool open = false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '[') open = true;
        if (text.ptr[i] == ']') open = false;
    }
    if (out->mode == NAME_GLOB && open)
        return BAD(m, key,
                   "the [ of the glob is never closed; a name with a [ can be found with "
                   "~regex");
    return NULL;
}

// What [abc], [!a-z] at glob[*at] says of `c`; *at is then behind it.
static bool class_takes(Str glob, size_t *at, unsigned char c)
{
    size_t i = *at + 1;
    bool negated = i < glob.len && (glob.ptr[i] == '!' || glob.ptr[i] == '^'), takes = false;
    if (negated) i++;
    for (bool first = true; i < glob.len && (first || glob.ptr[i] != ']'); first = false) {
        unsigned char low = (unsigned char)glob.ptr[i++], high = low;
        if (i + 1 < glob.len && glob.ptr[i] == '-' && glob.ptr[i + 1] != ']') {
            high = (unsigned char)glob.ptr[i + 1];
            i += 2;
        }
        takes = takes || (low <= c && c <= high);
    }
    *at = i + 1;
    return takes != negated;
}

// * any bytes, ? one, [...] one of: over the whole name.
static bool glob_takes(Str glob, Str name)
{
    size_t g = 0, n = 0, star = SIZE_MAX, resume = 0;
    while (n < name.len) {
        size_t next = g + 1;
        bool fits = g < glob.len;
        if (fits && glob.ptr[g] == '*') {
            star = g++;
            resume = n;
            continue;
        }
        if (fits && glob.ptr[g] == '[') {
            next = g;
            fits = class_takes(glob, &next, (unsigned char)name.ptr[n]);
        } else if (fits && glob.ptr[g] != '?') {
            fits = glob.ptr[g] == name.ptr[n];
        }
        if (fits) {
            g = next;
            n++;
        } else if (star == SIZE_MAX) {
            return false;
        } else {
            g = star + 1;
            n = ++resume;
        }
    }
    while (g < glob.len && glob.ptr[g] == '*') g++;
    return g >= glob.len;
}

bool name_is_glob(Str text)
{
    size_t open = str_find(text, '[');
    bool class = open + 1 < text.len && str_contains(str_sub(text, open + 2, text.len), STR("]"));
    return class || str_contains(text, STR("*")) || str_contains(text, STR("?"));
}

bool name_takes(Str wanted, Str name)
{
    return name_is_glob(wanted) ? glob_takes(wanted, name) : str_eq(wanted, name);
}

static bool note_match(void *arg, Match match)
{
    (void)match;
    *(bool *)arg = true;
    return false;
}

// Of a longer name, only the beginning is looked at.
static bool regex_takes(Matcher *matcher, Str name)
{
    enum { LONGEST = 4096 };
    char room[LONGEST + SCAN_PADDING]; // the scan reads behind the end
    size_t len = utf8_cut(name, MIN(name.len, (size_t)LONGEST));
    bool found = false;
    if (len) memcpy(room, name.ptr, len);
    memset(room + len, 0, SCAN_PADDING);
    (void)matcher_scan(matcher, room, len, false, note_match, &found);
    return found;
}

// "B.run" names "A.B.run" too.
static bool ends_at_part(Str qualified, Str end)
{
    if (!str_ends(qualified, end)) return false;
    size_t before = qualified.len - end.len;
    return !before || qualified.ptr[before - 1] == '.' || qualified.ptr[before - 1] == ':';
}

bool name_filter_takes(const NameFilter *filter, Matcher *matcher, Str name, Str qualified)
{
    switch (filter->mode) {
    case NAME_ANY: return true;
    case NAME_EXACT:
        if (str_eq(name, filter->text)) return true;
        return filter->qualified && ends_at_part(qualified, filter->text);
    case NAME_GLOB: return glob_takes(filter->text, filter->qualified ? qualified : name);
    case NAME_REGEX: return regex_takes(matcher, name);
    }
    return false;
}

// --- lists ---

static StrItems split(Arena *arena, Str text, bool brackets)
{
    VEC(Str) items = {0};
    int depth = 0;
    char quote = 0;
    size_t start = 0;
    if (brackets && text.len > 1 && text.ptr[0] == '[' && text.ptr[text.len - 1] == ']')
        text = str_sub(text, 1, text.len - 1);
    for (size_t i = 0; i <= text.len; i++) {
        char c = i < text.len ? text.ptr[i] : ',';
        if (brackets && i < text.len) {
            if (quote) quote = c == quote ? 0 : quote;
            else if (c == '\'' || c == '"') quote = c;
            else if (strchr("([{", c)) depth++;
            else if (strchr(")]}", c)) depth--;
            if (quote || depth > 0) continue;
        }
        if (c != ',') continue;
        Str item = str_trim(str_sub(text, start, i));
        VEC_PUSH(arena, &items, item);
        start = i + 1;
    }
    return (StrItems){items.items, items.len};
}

static Fail make_list(Maker *m, EntityKey key, Str text, bool brackets, StrItems *out)
{
    *out = split(m->cx->arena, text, brackets);
    for (size_t i = 0; i < out->count; i++)
        if (!out->items[i].len) return BAD(m, key, "part %zu of the list is empty", i + 1);
    return NULL;
}

static Fail make_langs(Maker *m, EntityKey key, Str text)
{
    Arena *arena = m->cx->arena;
    StrItems names;
    TRY(make_list(m, key, text, false, &names));
    LangId *langs = ARENA_ARRAY(arena, LangId, names.count);
    if (names.count == 1 && str_eq(names.items[0], STR("auto"))) return NULL;
    for (size_t i = 0; i < names.count; i++) {
        if (lang_by_name(names.items[i], &langs[i])) continue;
        Str near = lang_nearest_name(names.items[i]);
        return near.len ? BAD(m, key, "unknown language \"" STR_FMT "\"; did you mean " STR_FMT "?",
                              STR_ARG(names.items[i]), STR_ARG(near))
                        : BAD(m, key,
                              "unknown language \"" STR_FMT "\"; `cq help search` lists "
                              "them",
                              STR_ARG(names.items[i]));
    }
    m->out->langs = langs;
    m->out->lang_count = names.count;
    return NULL;
}

// --- other values ---

static Fail make_bool(Maker *m, EntityKey key, Str text, bool *out)
{
    static const char *const names[] = {"false", "true", "no", "yes", "0", "1", "off", "on", NULL};
    int found = 0;
    if (!text.len && m->words->of[key].is_flag) return *out = true, NULL;
    TRY(choose(m, key, text, names, "value", &found));
    *out = found & 1;
    return NULL;
}

static Fail make_count(Maker *m, EntityKey key, Str text, int64_t *out)
{
    enum { MOST = 1000000000 };
    if (!str_to_int(text, out) || *out < 0 || *out > MOST)
        return BAD(m, key, "a number from 0 to %d is wanted", MOST);
    return NULL;
}

// "function:main", "class"; for raises also the bare name.
// calls=, captures=, ... and what follows the colon of a join.
static Fail check_word(Maker *m, EntityKey key, Str name)
{
    static const EntityKey keys[] = {KEY_calls,   KEY_raises,       KEY_defines, KEY_exports,
                                     KEY_used_by, KEY_decorated_by, KEY_captures};
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (key == keys[i] && str_starts(name, STR("~")))
            return BAD(m, key, "a name or a glob is wanted; ~regex is for name=");
    return NULL;
}

// What can be thrown is a type: the kind only says so.
static Fail make_raised(Maker *m, Str kind, bool is_name, Join *out)
{
    const uint32_t thrown = 1u << DEF_CLASS | 1u << DEF_STRUCT | 1u << DEF_ENUM | 1u << DEF_UNION |
                            1u << DEF_INTERFACE | 1u << DEF_TRAIT;
    EntityKind type = ENTITY_ANY;
    out->kind = ENTITY_ANY;
    if (is_name && !str_eq(kind, STR("class")) && !str_eq(kind, STR("any"))) {
        out->name = kind;
        return check_word(m, KEY_raises, kind);
    }
    TRY(choose_entity(m, KEY_raises, kind, &type));
    if (type != ENTITY_ANY && !(entity_kind_mask(type) & thrown))
        return BAD(m, KEY_raises, "what is raised is a class, not a %s", entities[type].name);
    return NULL;
}

static Fail make_join(Maker *m, EntityKey key, Str text, Join *out)
{
    size_t colon = str_find(text, ':');
    bool single = colon < text.len && !(colon + 1 < text.len && text.ptr[colon + 1] == ':');
    Str kind = single ? str_sub(text, 0, colon) : text;
    out->asked = true;
    if (single) {
        out->name = str_sub(text, colon + 1, text.len);
        if (!out->name.len) return BAD(m, key, "a name follows the colon");
        TRY(check_word(m, key, out->name));
    }
    if (key == KEY_raises) return make_raised(m, kind, !single, out);
    TRY(choose_entity(m, key, kind, &out->kind));
    if (!entity_kind_mask(out->kind))
        return BAD(m, key, "a definition is wanted, not %s", entities[out->kind].name);
    return NULL;
}

// N, 2n+1, n+2, -n+3, odd, even
static Fail make_nth(Maker *m, EntityKey key, Str text, NthChild *out)
{
    Buf tight = buf_on(m->cx->arena);
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] != ' ') buf_byte(&tight, text.ptr[i]);
    Str s = buf_str(&tight);
    size_t n = str_find(s, 'n');
    bool ok = true;
    out->asked = true;
    if (str_eq(s, STR("odd")) || str_eq(s, STR("even"))) {
        out->step = 2;
        out->offset = s.ptr[0] == 'o';
        return NULL;
    }
    if (n == s.len) {
        ok = str_to_int(s, &out->offset);
        if (ok && out->offset < 1) return BAD(m, key, "children are counted from 1");
    } else {
        Str step = str_sub(s, 0, n), rest = str_sub(s, n + 1, s.len);
        if (!step.len || str_eq(step, STR("+"))) out->step = 1;
        else if (str_eq(step, STR("-"))) out->step = -1;
        else ok = str_to_int(step, &out->step);
        if (rest.len) ok = ok && (rest.ptr[0] == '+' || rest.ptr[0] == '-');
        if (rest.len) ok = ok && str_to_int(rest, &out->offset);
    }
    const int64_t most = 1 << 30;
    ok = ok && out->step < most && out->step > -most && out->offset < most && out->offset > -most;
    if (ok && out->step <= 0 && out->offset < 1) return BAD(m, key, "no position is like that");
    return ok ? NULL : BAD(m, key, "a number or a form such as 2n+1 is wanted");
}

// "callers(depth=2)"
static Fail make_expand(Maker *m, EntityKey key, Str text)
{
    StrItems items;
    TRY(make_list(m, key, text, true, &items));
    for (size_t i = 0; i < items.count; i++) {
        Str item = items.items[i];
        size_t open = str_find(item, '(');
        int kind = 0;
        int64_t depth = 1;
        TRY(choose(m, key, str_sub(item, 0, open), expand_names, "expansion", &kind));
        if (open < item.len) {
            Str inner = str_sub(item, open, item.len);
            bool ok = str_starts(inner, STR("(depth=")) && str_ends(inner, STR(")")) &&
                      str_to_int(str_sub(inner, 7, inner.len - 1), &depth);
            if (!ok || depth < 1 || depth > 20)
                return BAD(m, key, "\"" STR_FMT "\" is not (depth=N) with N from 1 to 20",
                           STR_ARG(inner));
        }
        if (m->out->expand_depth[kind])
            return BAD(m, key, "%s is listed twice", expand_names[kind]);
        m->out->expand_depth[kind] = depth;
        m->out->expands = true;
    }
    return NULL;
}

static Fail make_fields(Maker *m, EntityKey key, Str text)
{
    StrItems items;
    TRY(make_list(m, key, text, false, &items));
    for (size_t i = 0; i < items.count; i++) {
        int field = 0;
        if (str_eq(items.items[i], STR("evidence"))) { // how sure each use is
            m->out->fields |= FIELD_IS_CALLERS | FIELD_IS_CALLEES;
            continue;
        }
        TRY(choose(m, key, items.items[i], field_names, "field", &field));
        m->out->fields |= 1u << field;
    }
    return NULL;
}

static void *member_of(EntityQuery *q, EntityKey key)
{
    switch (key) {
    case KEY_in: return &q->in;
    case KEY_exclude: return &q->exclude;
    case KEY_globs: return &q->globs;
    case KEY_calls: return &q->calls;
    case KEY_raises: return &q->raises;
    case KEY_defines: return &q->defines;
    case KEY_exports: return &q->exports;
    case KEY_used_by: return &q->used_by;
    case KEY_decorated_by: return &q->decorated_by;
    case KEY_decorator_count_min: return &q->decorators_min;
    case KEY_decorator_count_max: return &q->decorators_max;
    case KEY_captures: return &q->captures;
    case KEY_pattern: return &q->pattern;
    case KEY_pattern_context: return &q->context;
    case KEY_pattern_selector: return &q->selector;
    case KEY_all: return &q->all;
    case KEY_any: return &q->any;
    case KEY_not: return &q->not_any;
    case KEY_nth_child_of_rule: return &q->nth.of_rule;
    case KEY_nth_child_reverse: return &q->nth.reverse;
    case KEY_limit: return &q->limit;
    case KEY_explain: return &q->explain;
    default: return NULL; // relations and their options: make_relations
    }
}

static Fail make_value(Maker *m, EntityKey key, Str text)
{
    EntityQuery *q = m->out;
    void *member = member_of(q, key);
    int number = 0;
    bool said = false;
    switch (value_kinds[key]) {
    case V_ENTITY: return choose_entity(m, key, text, &q->kind);
    case V_NAME: return make_name(m, key, text, &q->name);
    case V_TEXT:
        TRY(check_word(m, key, text));
        if (member) *(Str *)member = text;
        return NULL;
    case V_LIST:
    case V_PATHS: return make_list(m, key, text, false, member);
    case V_LANGS: return make_langs(m, key, text);
    case V_JOIN: return make_join(m, key, text, member);
    case V_COUNT: return make_count(m, key, text, member);
    case V_BOOL:
    case V_FLAG:
        TRY(make_bool(m, key, text, &said));
        if (member) *(bool *)member = said;
        else q->has_cells = said ? SAID_YES : SAID_NO;
        return NULL;
    case V_SCOPE:
        TRY(choose(m, key, text, scope_names, "scope", &number));
        q->scope = (ScopeAsked)number;
        return NULL;
    case V_STRICTNESS:
        TRY(choose(m, key, text, strictness_names, "strictness", &number));
        q->strictness = (Strictness)number;
        return NULL;
    case V_PATTERNS:
        TRY(make_list(m, key, text, key != KEY_not, member));
        if (key == KEY_not)
            ((StrItems *)member)->count = 1, *(Str *)((StrItems *)member)->items = text;
        return NULL;
    case V_NTH: return make_nth(m, key, text, &q->nth);
    case V_EXPAND: return make_expand(m, key, text);
    case V_FIELDS: return make_fields(m, key, text);
    }
    return NULL;
}

// --- relations ---

static const struct {
    EntityKey key, stop_by, field; // ENTITY_KEYS: there is none
    Relation relation;
    bool negated;
} relations[] = {
    {KEY_inside, KEY_inside_stop_by, KEY_inside_field, REL_INSIDE, false},
    {KEY_has, KEY_has_stop_by, KEY_has_field, REL_HAS, false},
    {KEY_precedes, KEY_precedes_stop_by, ENTITY_KEYS, REL_PRECEDES, false},
    {KEY_follows, KEY_follows_stop_by, ENTITY_KEYS, REL_FOLLOWS, false},
    {KEY_not_inside, KEY_inside_stop_by, KEY_inside_field, REL_INSIDE, true},
    {KEY_not_has, KEY_has_stop_by, KEY_has_field, REL_HAS, true},
};

static void set_stop_by(RelationQuery *relation, Str text)
{
    relation->stop_by = STOP_BY_RULE;
    if (str_eq(text, STR("neighbor"))) relation->stop_by = STOP_BY_NEIGHBOR;
    else if (str_eq(text, STR("end"))) relation->stop_by = STOP_BY_END;
    else relation->stop_rule = text;
}

static uint32_t kinds_of_word(Str word)
{
    static const struct {
        const char *word;
        uint32_t kinds;
    } words[] = {
        {"class", 1u << DEF_CLASS},
        {"def", 1u << DEF_FUNCTION | 1u << DEF_METHOD},
        {"async def", 1u << DEF_FUNCTION | 1u << DEF_METHOD},
        {"function", 1u << DEF_FUNCTION | 1u << DEF_METHOD},
        {"fn", 1u << DEF_FUNCTION | 1u << DEF_METHOD},
        {"func", 1u << DEF_FUNCTION | 1u << DEF_METHOD},
        {"struct", 1u << DEF_STRUCT},
        {"union", 1u << DEF_UNION},
        {"enum", 1u << DEF_ENUM},
        {"interface", 1u << DEF_INTERFACE},
        {"trait", 1u << DEF_TRAIT},
        {"impl", 1u << DEF_IMPL},
        {"mod", 1u << DEF_MODULE},
        {"module", 1u << DEF_MODULE},
        {"namespace", 1u << DEF_MODULE},
    };
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq(word, str_from(words[i].word))) return words[i].kinds;
    return 0;
}

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// "class Flask": nothing but letters, digits, '_', '*' and '?' behind the word. "class $X", which
// is no code, is any class; but "struct $X" is code.
static void read_short_form(RelationQuery *out)
{
    const uint32_t code = 1u << DEF_STRUCT | 1u << DEF_UNION | 1u << DEF_ENUM;
    size_t blank = str_find_last(out->pattern, ' ');
    if (blank == out->pattern.len) return;
    Str word = str_trim(str_sub(out->pattern, 0, blank));
    Str name = str_sub(out->pattern, blank + 1, out->pattern.len);
    uint32_t kinds = name.len ? kinds_of_word(word) : 0;
    bool metavar = str_starts(name, STR("$")) && name.len > 1 && !(kinds & code), glob = metavar;
    for (size_t i = metavar; i < name.len; i++) {
        bool wild = name.ptr[i] == '*' || name.ptr[i] == '?';
        if (!is_word_char(name.ptr[i]) && (metavar || !wild)) return;
        glob = glob || wild;
    }
    out->def_kinds = kinds;
    out->def_name =
        (NameFilter){.mode = glob ? NAME_GLOB : NAME_EXACT, .text = metavar ? STR("*") : name};
}

static void make_relations(Maker *m)
{
    const EntityWord *words = m->words->of;
    for (size_t i = 0; i < ARRAY_LEN(relations); i++) {
        EntityKey stop_by = relations[i].stop_by, field = relations[i].field;
        if (!words[relations[i].key].text.ptr) continue;
        RelationQuery *out = &m->out->relations[m->out->relation_count++];
        *out = (RelationQuery){.relation = relations[i].relation,
                               .negated = relations[i].negated,
                               .pattern = words[relations[i].key].text};
        read_short_form(out);
        if (words[KEY_stop_by].text.ptr) set_stop_by(out, words[KEY_stop_by].text);
        if (words[stop_by].text.ptr) set_stop_by(out, words[stop_by].text);
        if (field == ENTITY_KEYS) continue;
        out->field = words[words[field].text.ptr ? field : KEY_field].text;
    }
}

// The first of `keys` (ends with ENTITY_KEYS) that is given; ENTITY_KEYS when none is.
static EntityKey first_given(const Maker *m, const EntityKey *list)
{
    for (; *list != ENTITY_KEYS; list++)
        if (m->words->of[*list].text.ptr) return *list;
    return ENTITY_KEYS;
}

// An option of a relation without that relation would do nothing.
static Fail check_options(Maker *m)
{
    static const struct {
        EntityKey option, of[14];
    } needs[] = {
        {KEY_strictness,
         {KEY_pattern, KEY_pattern_context, KEY_inside, KEY_has, KEY_precedes, KEY_follows,
          KEY_not_inside, KEY_not_has, KEY_all, KEY_any, KEY_not, KEY_nth_child_of_rule,
          ENTITY_KEYS}},
        {KEY_stop_by,
         {KEY_inside, KEY_has, KEY_precedes, KEY_follows, KEY_not_inside, KEY_not_has,
          ENTITY_KEYS}},
        {KEY_inside_stop_by, {KEY_inside, KEY_not_inside, ENTITY_KEYS}},
        {KEY_has_stop_by, {KEY_has, KEY_not_has, ENTITY_KEYS}},
        {KEY_precedes_stop_by, {KEY_precedes, ENTITY_KEYS}},
        {KEY_follows_stop_by, {KEY_follows, ENTITY_KEYS}},
        {KEY_field, {KEY_inside, KEY_has, KEY_not_inside, KEY_not_has, ENTITY_KEYS}},
        {KEY_inside_field, {KEY_inside, KEY_not_inside, ENTITY_KEYS}},
        {KEY_has_field, {KEY_has, KEY_not_has, ENTITY_KEYS}},
        {KEY_nth_child_reverse, {KEY_nth_child, ENTITY_KEYS}},
        {KEY_nth_child_of_rule, {KEY_nth_child, ENTITY_KEYS}},
        {KEY_pattern_context, {KEY_pattern_selector, KEY_pattern, ENTITY_KEYS}},
        {KEY_pattern_selector, {KEY_pattern, KEY_pattern_context, ENTITY_KEYS}},
    };
    for (size_t i = 0; i < ARRAY_LEN(needs); i++) {
        EntityKey option = needs[i].option;
        if (!m->words->of[option].text.ptr || first_given(m, needs[i].of) != ENTITY_KEYS) continue;
        return BAD(m, option, "it does nothing without %s", entity_key_spec(needs[i].of[0])->key);
    }
    return NULL;
}

static EntityKey key_of_relation(const RelationQuery *relation)
{
    for (size_t i = 0; i < ARRAY_LEN(relations); i++)
        if (relations[i].relation == relation->relation &&
            relations[i].negated == relation->negated)
            return relations[i].key;
    return ENTITY_KEYS;
}

// A short form says which definition, not how its code looks: it has no fields, and there is
// nothing in it to be strict about.
static Fail check_short_forms(Maker *m)
{
    static const EntityKey code[] = {KEY_pattern,
                                     KEY_pattern_context,
                                     KEY_all,
                                     KEY_any,
                                     KEY_not,
                                     KEY_nth_child_of_rule,
                                     KEY_inside_stop_by,
                                     KEY_has_stop_by,
                                     KEY_precedes_stop_by,
                                     KEY_follows_stop_by,
                                     KEY_stop_by,
                                     ENTITY_KEYS};
    bool only_short = first_given(m, code) == ENTITY_KEYS;
    for (size_t i = 0; i < m->out->relation_count; i++) {
        const RelationQuery *relation = &m->out->relations[i];
        only_short = only_short && relation->def_kinds;
        if (relation->def_kinds && relation->field.len)
            return BAD(m, key_of_relation(relation),
                       "write the definition as code: this short form has no fields");
    }
    if (only_short && m->words->of[KEY_strictness].text.ptr)
        return BAD(m, KEY_strictness, "it is for code; \"" STR_FMT "\" only names a definition",
                   STR_ARG(m->out->relations[0].pattern));
    return NULL;
}

// Entities or patterns, and no key of the other.
static Fail check_kind(Maker *m)
{
    static const EntityKey composites[] = {KEY_all, KEY_any, KEY_not, KEY_pattern_context,
                                           ENTITY_KEYS};
    const EntityWord *words = m->words->of;
    bool entity = words[KEY_entity].text.ptr, pattern = words[KEY_pattern].text.ptr;
    if (entity && pattern)
        return BAD(m, KEY_pattern,
                   "entity= lists definitions, pattern= code; for definitions with such code in "
                   "them write has=");
    m->out->is_pattern = !entity && (pattern || first_given(m, composites) != ENTITY_KEYS);
    if (!entity && !m->out->is_pattern)
        return FAIL(m->cx->arena, BAD_REQUEST,
                    "say what to list: entity=function, or pattern=CODE");
    for (int key = 0; key < ENTITY_KEYS; key++) {
        const EntityKeySpec *spec = entity_key_spec((EntityKey)key);
        if (!words[key].text.ptr) continue;
        if (m->out->is_pattern && !spec->for_patterns)
            return BAD(m, (EntityKey)key, "it needs entity=; a pattern has no %s", spec->key);
        if (!m->out->is_pattern && !spec->for_entities)
            return BAD(m, (EntityKey)key, "it needs pattern=");
    }
    if (m->out->is_pattern && words[KEY_name].text.ptr)
        return BAD(m, KEY_name, "it needs entity=; filter a pattern with $X=~regex");
    return NULL;
}

// What only definitions have.
static Fail check_definitions(Maker *m)
{
    static const EntityKey keys[] = {KEY_raises,
                                     KEY_defines,
                                     KEY_exports,
                                     KEY_used_by,
                                     KEY_decorated_by,
                                     KEY_decorator_count_min,
                                     KEY_decorator_count_max,
                                     KEY_scope,
                                     KEY_captures,
                                     KEY_has_cells,
                                     KEY_expand,
                                     ENTITY_KEYS};
    if (m->out->is_pattern) return NULL;
    if (m->out->exports.asked && m->out->kind != ENTITY_MODULE)
        return BAD(m, KEY_exports, "modules have exports: entity=module");
    if (entity_kind_mask(m->out->kind)) return NULL;
    EntityKey key = first_given(m, keys);
    if (key == ENTITY_KEYS && m->out->kind == ENTITY_IMPORT && m->words->of[KEY_calls].text.ptr)
        key = KEY_calls;
    if (key == ENTITY_KEYS) return NULL;
    return BAD(m, key, "only definitions have it, not entity=%s", entities[m->out->kind].name);
}

// A column or section that would always be empty.
static Fail check_shown(Maker *m)
{
    const uint32_t always = FIELD_IS_DEF | FIELD_IS_LOC;
    bool module = m->out->kind == ENTITY_MODULE;
    if (m->out->is_pattern) return NULL;
    if (module && m->out->expands)
        return BAD(m, KEY_expand, "modules are not expanded; for their imports: fields=imports");
    if (!module && entity_kind_mask(m->out->kind)) return NULL;
    if (m->out->fields & ~(always | (module ? FIELD_IS_IMPORTS : 0)))
        return BAD(m, KEY_fields, "entity=%s has only def, loc%s", entities[m->out->kind].name,
                   module ? ", imports" : "");
    return NULL;
}

Fail entity_query_make(Ctx *cx, const EntityWords *words, EntityQuery *out)
{
    *out = (EntityQuery){.kind = ENTITY_ANY,
                         .strictness = STRICT_SMART,
                         .decorators_min = -1,
                         .decorators_max = -1,
                         .limit = -1,
                         .metavars = words->metavars,
                         .metavar_count = words->metavar_count,
                         .words = words};
    Maker m = {cx, words, out};
    TRY(check_kind(&m));
    for (int key = 0; key < ENTITY_KEYS; key++) {
        Str text = words->of[key].text;
        bool may_be_empty = value_kinds[key] == V_FLAG && words->of[key].is_flag;
        if (!text.ptr) continue;
        if (!text.len && !may_be_empty) return BAD(&m, (EntityKey)key, "the value is empty");
        TRY(make_value(&m, (EntityKey)key, text));
    }
    TRY(check_options(&m));
    TRY(check_definitions(&m));
    TRY(check_shown(&m));
    make_relations(&m);
    TRY(check_short_forms(&m));
    bool crossed = out->decorators_max >= 0 && out->decorators_min > out->decorators_max;
    return crossed ? BAD(&m, KEY_decorator_count_min, "it is more than decorator_count_max") : NULL;
}
