// lang/grammar.h - a language's rules, with their names resolved to the ids of its grammar.
//
// Made once per language and parser (some 20 us); frozen afterwards.
#ifndef CQ_LANG_GRAMMAR_H
#define CQ_LANG_GRAMMAR_H

#include "lang/spec.h"

#define GRAMMAR_ERROR ((TSSymbol)-1) // the symbol of ERROR nodes

typedef struct Bound { // a rule with its names resolved for the grammar; 0 = no such field
    const Rule *rule;
    TSFieldId name, body, type;
    bool passive; // asked for by what stands around the node; nothing to do when it is visited
} Bound;

typedef struct NameBound { // the same of a rule for names (lang/naming.h)
    const struct NameRule *rule;
    TSFieldId base, name;
} NameBound;

typedef struct Grammar { // frozen once made
    const LangSpec *spec;
    const TSLanguage *language;
    uint32_t symbol_count;
    uint8_t *rule_of;   // by symbol: index into `bound`; 0 = none
    uint8_t *hook_of;   // by symbol: 1 + index into spec->symbols; 0 = none
    uint8_t error_rule; // of ERROR nodes
    bool has_code;      // strings can hold code, so they are walked
    Bound *bound;       // [0] is the empty rule
    TSFieldId fields[SPEC_MAX_FIELDS];
    uint8_t *name_rule_of; // by symbol: index into name_bound; 0 = none
    NameBound *name_bound; // [0] is the empty rule
} Grammar;

Grammar *grammar_new(Arena *arena, const LangSpec *spec);

// Never NULL: symbols without a rule have the empty one, bound[0].
static inline const Bound *grammar_rule(const Grammar *grammar, TSSymbol symbol)
{
    if (symbol < grammar->symbol_count) return &grammar->bound[grammar->rule_of[symbol]];
    return &grammar->bound[symbol == GRAMMAR_ERROR ? grammar->error_rule : 0];
}

static inline const NameBound *grammar_name_rule(const Grammar *grammar, TSSymbol symbol)
{
    return &grammar->name_bound[symbol < grammar->symbol_count ? grammar->name_rule_of[symbol] : 0];
}

#endif
