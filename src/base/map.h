// base/map.h - string to 64-bit value, open addressing with linear probing.
//
// Threads: one at a time; read-only maps may be shared.
// Memory:  the table lives in the arena given to map_put; keys are borrowed.
#ifndef CQ_BASE_MAP_H
#define CQ_BASE_MAP_H

#include "base/str.h"

typedef struct MapSlot {
    uint64_t hash; // 0 marks a free slot
    Str key;
    uint64_t value;
} MapSlot;

typedef struct Map { // all zero is a valid empty map
    MapSlot *slots;
    size_t len, cap; // cap is 0 or a power of two
} Map;

void map_reserve(Arena *arena, Map *map, size_t entries);
// Sets key to value; an existing key keeps its place and takes the new value.
void map_put(Arena *arena, Map *map, Str key, uint64_t value);
// The slot's value, made with `first` when the key is new. Valid until the next put.
uint64_t *map_at(Arena *arena, Map *map, Str key, uint64_t first);
bool map_get(const Map *map, Str key, uint64_t *value); // value may be NULL

#endif
