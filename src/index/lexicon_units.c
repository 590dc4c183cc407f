// index/lexicon_units.c - the tokens of a segment in few bytes.
//
// A word that stands often becomes a unit, with the terms it has; so does a term of which a single
// word is made, or rare words. Units stand by how often they are used. What has no unit is spelled:
// a word in its terms, a term by its number.
#include <stdlib.h>

#include "index/lexicon_.h"
#include "index/varint.h"

enum { FREQUENT = 3 }; // a word of several terms that is used less is spelled

typedef struct Unit {
    uint32_t uses, number; // of a name, or of a term
    bool is_term;
} Unit;

static int by_uses(const void *a, const void *b)
{
    const Unit *left = a, *right = b;
    if (left->uses != right->uses) return left->uses > right->uses ? -1 : 1;
    if (left->is_term != right->is_term) return left->is_term ? -1 : 1;
    return left->number < right->number ? -1 : 1;
}

typedef struct Coding {
    LexiconBuilder *builder;
    uint32_t *of_name, *of_term; // 1 + the unit, or 0; by their numbers in the builder
} Coding;

// All there could be, the most used first.
static Unit *list_units(const LexiconBuilder *builder, Arena *arena, size_t *count)
{
    uint32_t *uses = ARENA_ARRAY(arena, uint32_t, builder->term_texts.count);
    size_t most = (size_t)builder->name_texts.count + builder->term_texts.count;
    Unit *units = ARENA_ARRAY(arena, Unit, most);
    *count = 0;
    for (uint32_t i = 0; i < builder->name_texts.count; i++) {
        const NameBuild *name = &builder->names[i];
        uint32_t parts;
        const uint32_t *terms = lex_parts_of(builder, name, &parts);
        if (parts > 1 && name->uses >= FREQUENT) units[(*count)++] = (Unit){name->uses, i, false};
        else
            for (uint32_t k = 0; k < parts; k++) uses[terms[k]] += name->uses;
    }
    for (uint32_t i = 0; i < builder->term_texts.count; i++)
        if (uses[i]) units[(*count)++] = (Unit){uses[i], i, true};
    if (*count) qsort(units, *count, sizeof *units, by_uses);
    return units;
}

static void choose_units(Coding *coding)
{
    LexiconBuilder *builder = coding->builder;
    size_t count;
    const Unit *units = list_units(builder, &builder->scratch, &count);
    uint32_t *starts = ARENA_ARRAY(&builder->arena, uint32_t, LEX_UNITS + 1);
    VEC(uint32_t) terms = {0};
    count = MIN(count, (size_t)LEX_UNITS);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t parts = 1;
        const uint32_t *of = &units[i].number;
        if (!units[i].is_term) of = lex_parts_of(builder, &builder->names[*of], &parts);
        (units[i].is_term ? coding->of_term : coding->of_name)[units[i].number] = i + 1;
        for (uint32_t k = 0; k < parts; k++)
            VEC_PUSH(&builder->arena, &terms, builder->term_ranks[of[k]]);
        starts[i + 1] = (uint32_t)terms.len;
    }
    builder->head.units = (uint32_t)count;
    builder->head.unit_terms = (uint32_t)terms.len;
    lexicon_put(builder, LEX_SECTION_UNIT_STARTS, starts, (count + 1) * sizeof *starts);
    lexicon_put(builder, LEX_SECTION_UNIT_TERMS, terms.items, terms.len * sizeof *terms.items);
}

static uint8_t *put_unit(uint8_t *to, uint32_t unit)
{
    if (unit < LEX_UNITS_1) {
        *to++ = (uint8_t)unit;
        return to;
    }
    *to++ = (uint8_t)(LEX_UNITS_1 + ((unit - LEX_UNITS_1) >> 8));
    *to++ = (uint8_t)(unit - LEX_UNITS_1);
    return to;
}

static uint8_t *put_term(const Coding *coding, uint8_t *to, uint32_t number)
{
    if (coding->of_term[number]) return put_unit(to, coding->of_term[number] - 1);
    uint32_t term = coding->builder->term_ranks[number];
    if (term >= LEX_TOKEN_3_TERMS) {
        *to++ = LEX_TOKEN_LONG;
        return to + varint_put(to, term);
    }
    *to++ = (uint8_t)(LEX_TOKEN_3 + (term >> 16));
    *to++ = (uint8_t)(term >> 8);
    *to++ = (uint8_t)term;
    return to;
}

static void put_name(const Coding *coding, Buf *out, uint32_t number)
{
    uint32_t count;
    const LexiconBuilder *builder = coding->builder;
    const uint32_t *terms = lex_parts_of(builder, &builder->names[number], &count);
    uint8_t *room = (uint8_t *)buf_room(out, ((size_t)count + 1) * (1 + VARINT_LONGEST));
    uint8_t *to = room;
    if (coding->of_name[number]) to = put_unit(to, coding->of_name[number] - 1);
    else
        for (uint32_t i = 0; i < count; i++) to = put_term(coding, to, terms[i]);
    out->len += (size_t)(to - room);
}

void lexicon_put_tokens(LexiconBuilder *builder)
{
    Arena *scratch = &builder->scratch;
    Coding coding = {.builder = builder,
                     .of_name = ARENA_ARRAY(scratch, uint32_t, builder->name_texts.count),
                     .of_term = ARENA_ARRAY(scratch, uint32_t, builder->term_texts.count)};
    Str tokens = buf_str(&builder->tokens);
    const uint8_t *at = (const uint8_t *)tokens.ptr, *end = at + tokens.len;
    Buf out = buf_on(&builder->arena);
    choose_units(&coding);
    buf_room(&out, builder->tokens.len);
    for (size_t i = 0; i < builder->chunks.len; i++) {
        LexChunk *chunk = &builder->chunks.items[i];
        bool last = i + 1 == builder->chunks.len;
        const uint8_t *stop = last ? end : at + (chunk[1].tokens_start - chunk->tokens_start);
        chunk->tokens_start = (uint32_t)out.len;
        while (at < stop) put_name(&coding, &out, varint_get(&at, stop));
    }
    lexicon_put(builder, LEX_SECTION_TOKENS, out.ptr, out.len);
    arena_reset(scratch);
}
