// lang/grammar.c - from the names in a spec to the ids of its grammar.
#include "lang/grammar.h"

#include "base/map.h"
#include "lang/naming.h"

static TSFieldId field_id(const TSLanguage *language, const char *name)
{
    return name ? ts_language_field_id_for_name(language, name, (uint32_t)strlen(name)) : 0;
}

// Two bytes per node type that the spec names: its rule and its hook symbol.
enum { NAMED_RULE = 0xff, NAMED_HOOK_SHIFT = 8 };

static void bind_symbols(Grammar *grammar, const Map *named)
{
    for (uint32_t i = 0; i < grammar->symbol_count; i++) {
        TSSymbol symbol = (TSSymbol)i;
        uint64_t found;
        if (ts_language_symbol_type(grammar->language, symbol) != TSSymbolTypeRegular) continue;
        Str name = str_from(ts_language_symbol_name(grammar->language, symbol));
        if (!map_get(named, name, &found)) continue;
        grammar->rule_of[i] = (uint8_t)(found & NAMED_RULE);
        grammar->hook_of[i] = (uint8_t)(found >> NAMED_HOOK_SHIFT);
    }
}

static bool is_passive(const Rule *rule)
{
    switch (rule->kind) {
    case RULE_NONE:
    case RULE_KEYWORD:
    case RULE_SPREAD:
    case RULE_SPREAD_MAP:
    case RULE_MEMBER:
    case RULE_UNWRAP: return !rule->type;
    default: return false;
    }
}

static size_t count_name_rules(const NameRule *rules)
{
    size_t count = 0;
    while (rules && rules[count].node) count++;
    return count;
}

static void bind_names(Arena *arena, Grammar *grammar)
{
    const NameRule *rules = grammar->spec->names;
    static const NameRule none = {0};
    size_t count = count_name_rules(rules);
    Map named = {0};
    grammar->name_bound = ARENA_ARRAY(arena, NameBound, count + 1);
    grammar->name_bound[0].rule = &none;
    grammar->name_rule_of = ARENA_ARRAY(arena, uint8_t, grammar->symbol_count);
    for (size_t i = 0; i < count; i++) {
        grammar->name_bound[i + 1] = (NameBound){
            .rule = &rules[i],
            .base = field_id(grammar->language, rules[i].base),
            .name = field_id(grammar->language, rules[i].name),
        };
        map_put(arena, &named, str_from(rules[i].node), i + 1);
    }
    for (uint32_t i = 0; count && i < grammar->symbol_count; i++) {
        uint64_t found;
        if (ts_language_symbol_type(grammar->language, (TSSymbol)i) != TSSymbolTypeRegular)
            continue;
        Str name = str_from(ts_language_symbol_name(grammar->language, (TSSymbol)i));
        if (map_get(&named, name, &found)) grammar->name_rule_of[i] = (uint8_t)found;
    }
}

Grammar *grammar_new(Arena *arena, const LangSpec *spec)
{
    Grammar *grammar = ARENA_NEW(arena, Grammar);
    grammar->spec = spec;
    grammar->language = spec->grammar();
    grammar->symbol_count = ts_language_symbol_count(grammar->language);
    grammar->rule_of = ARENA_ARRAY(arena, uint8_t, grammar->symbol_count);
    grammar->hook_of = ARENA_ARRAY(arena, uint8_t, grammar->symbol_count);

    size_t count = 0;
    while (spec->rules[count].node) count++;
    grammar->bound = ARENA_ARRAY(arena, Bound, count + 1);
    static const Rule none = {0};
    grammar->bound[0] = (Bound){.rule = &none, .passive = true};
    Map named = {0};
    for (size_t i = 0; i < count; i++) {
        const Rule *rule = &spec->rules[i];
        grammar->bound[i + 1] = (Bound){
            .rule = rule,
            .name = field_id(grammar->language, rule->name),
            .body = field_id(grammar->language, rule->body),
            .type = field_id(grammar->language, rule->type),
            .passive = is_passive(rule),
        };
        if (rule->kind == RULE_CODE) grammar->has_code = true;
        if (!strcmp(rule->node, "ERROR")) grammar->error_rule = (uint8_t)(i + 1);
        else map_put(arena, &named, str_from(rule->node), i + 1);
    }
    for (size_t i = 0; spec->symbols && spec->symbols[i]; i++)
        *map_at(arena, &named, str_from(spec->symbols[i]), 0) |= (i + 1) << NAMED_HOOK_SHIFT;
    for (size_t i = 0; spec->fields && spec->fields[i]; i++)
        grammar->fields[i] = field_id(grammar->language, spec->fields[i]);
    bind_symbols(grammar, &named);
    bind_names(arena, grammar);
    return grammar;
}

static bool grammar_has(const TSLanguage *language, const char *node)
{
    return !strcmp(node, "ERROR") ||
           ts_language_symbol_for_name(language, node, (uint32_t)strlen(node), true);
}

static bool rule_is_known(Arena *arena, const TSLanguage *language, const Rule *rule, Str *why)
{
    const char *fields[] = {rule->name, rule->body, rule->type};
    *why = str_format(arena, "no node type %s", rule->node);
    if (!grammar_has(language, rule->node)) return false;
    for (size_t i = 0; i < ARRAY_LEN(fields); i++) {
        *why = str_format(arena, "rule %s: no field %s", rule->node, fields[i] ? fields[i] : "");
        if (fields[i] && !field_id(language, fields[i])) return false;
    }
    return true;
}

static bool names_are_known(Arena *arena, const LangSpec *spec, Str *why)
{
    const TSLanguage *language = spec->grammar();
    size_t count = count_name_rules(spec->names);
    for (size_t i = 0; i < count; i++) {
        const NameRule *rule = &spec->names[i];
        *why = str_format(arena, "names: no node type %s", rule->node);
        if (!grammar_has(language, rule->node)) return false;
        *why = str_format(arena, "names: rule %s: no such field", rule->node);
        if (rule->base && !field_id(language, rule->base)) return false;
        if (rule->name && !field_id(language, rule->name)) return false;
        for (size_t k = 0; k < i; k++) {
            *why = str_format(arena, "names: two rules for %s", rule->node);
            if (!strcmp(spec->names[k].node, rule->node)) return false;
        }
    }
    *why = STR("too many rules for names");
    return count < NAMED_RULE;
}

bool spec_check(Arena *arena, LangId lang, Str *why)
{
    const LangSpec *spec = lang_spec(lang);
    const TSLanguage *language = spec->grammar();
    size_t rules = 0, fields = 0, symbols = 0;
    for (; spec->rules[rules].node; rules++) {
        if (!rule_is_known(arena, language, &spec->rules[rules], why)) return false;
        for (size_t i = 0; i < rules; i++) {
            *why = str_format(arena, "two rules for %s", spec->rules[i].node);
            if (!strcmp(spec->rules[i].node, spec->rules[rules].node)) return false;
        }
    }
    for (; spec->fields && spec->fields[fields]; fields++) {
        *why = str_format(arena, "no field %s", spec->fields[fields]);
        if (!field_id(language, spec->fields[fields])) return false;
    }
    for (; spec->symbols && spec->symbols[symbols]; symbols++) {
        *why = str_format(arena, "no node type %s", spec->symbols[symbols]);
        if (!grammar_has(language, spec->symbols[symbols])) return false;
    }
    if (!names_are_known(arena, spec, why)) return false;
    *why = STR("too many rules, fields or symbols");
    return rules < NAMED_RULE && fields <= SPEC_MAX_FIELDS && symbols <= SPEC_MAX_SYMBOLS;
}
