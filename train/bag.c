// train/bag.c
#include "train/bag.h"

#include "index/terms.h"

uint32_t terms_number(Terms *terms, Str text)
{
    uint64_t number;
    if (map_get(&terms->numbers, text, &number)) return (uint32_t)number;
    number = terms->texts.len;
    text = str_copy(terms->arena, text);
    map_put(terms->arena, &terms->numbers, text, number);
    VEC_PUSH(terms->arena, &terms->texts, text);
    VEC_PUSH(terms->arena, &terms->stop, terms_is_stop_word(text));
    return (uint32_t)number;
}

void bag_clear(Bag *bag)
{
    for (size_t i = 0; i < bag->items.len; i++) bag->where.items[bag->items.items[i].term] = 0;
    bag->items.len = 0;
}

static void add_term(Bag *bag, Terms *terms, uint32_t term)
{
    while (bag->where.len <= term) VEC_PUSH(terms->arena, &bag->where, 0);
    uint32_t *where = &bag->where.items[term];
    if (!*where) {
        VEC_PUSH(terms->arena, &bag->items, (BagTerm){term, 0});
        *where = (uint32_t)bag->items.len;
    }
    bag->items.items[*where - 1].count++;
}

void bag_add_word(Bag *bag, Terms *terms, Str word)
{
    WordTerms parts;
    terms_of_word(word, &parts);
    for (size_t i = 0; i < parts.count; i++)
        add_term(bag, terms, terms_number(terms, parts.items[i]));
}

void bag_add(Bag *bag, Terms *terms, Str text)
{
    Str word;
    for (size_t at = 0; terms_next_word(text, &at, &word);) bag_add_word(bag, terms, word);
}

uint32_t bag_count(const Bag *bag, uint32_t term)
{
    uint32_t where = term < bag->where.len ? bag->where.items[term] : 0;
    return where ? bag->items.items[where - 1].count : 0;
}

void bag_remove(Bag *bag, uint32_t term)
{
    uint32_t where = term < bag->where.len ? bag->where.items[term] : 0;
    if (!where) return;
    BagTerm last = bag->items.items[--bag->items.len];
    bag->where.items[term] = 0;
    if (last.term == term) return;
    bag->items.items[where - 1] = last;
    bag->where.items[last.term] = where;
}

uint32_t bag_telling(const Bag *bag, const Terms *terms)
{
    uint32_t count = 0;
    for (size_t i = 0; i < bag->items.len; i++)
        count += !terms->stop.items[bag->items.items[i].term];
    return count;
}
