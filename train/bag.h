// train/bag.h - terms by number, and texts as bags of them.
//
// Threads: one. Memory: the arena of the Terms.
#ifndef CQ_TRAIN_BAG_H
#define CQ_TRAIN_BAG_H

#include "base/map.h"
#include "base/vec.h"

typedef struct Terms { // all zero but for the arena is an empty set
    Arena *arena;
    Map numbers;
    VEC(Str) texts;
    VEC(uint8_t) stop; // whether it is a stop word
} Terms;

uint32_t terms_number(Terms *terms, Str text);

typedef struct BagTerm {
    uint32_t term, count;
} BagTerm;

typedef struct Bag { // all zero is empty
    VEC(BagTerm) items;
    VEC(uint32_t) where; // 1 + the place of each term in items
} Bag;

void bag_clear(Bag *bag);
void bag_add(Bag *bag, Terms *terms, Str text);
void bag_add_word(Bag *bag, Terms *terms, Str word);
uint32_t bag_count(const Bag *bag, uint32_t term);
void bag_remove(Bag *bag, uint32_t term);
// Distinct terms but for stop words.
uint32_t bag_telling(const Bag *bag, const Terms *terms);

#endif
