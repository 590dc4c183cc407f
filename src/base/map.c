// base/map.c
#include "base/map.h"

#include "base/hash.h"

static uint64_t key_hash(Str key)
{
    uint64_t hash = hash_str(key);
    return hash ? hash : 1;
}

static MapSlot *probe(const Map *map, Str key, uint64_t hash)
{
    size_t mask = map->cap - 1;
    for (size_t i = (size_t)hash & mask;; i = (i + 1) & mask) {
        MapSlot *slot = &map->slots[i];
        if (!slot->hash || (slot->hash == hash && str_eq(slot->key, key))) return slot;
    }
}

static void resize(Arena *arena, Map *map, size_t cap)
{
    Map bigger = {ARENA_ARRAY(arena, MapSlot, cap), map->len, cap};
    for (size_t i = 0; i < map->cap; i++)
        if (map->slots[i].hash)
            *probe(&bigger, map->slots[i].key, map->slots[i].hash) = map->slots[i];
    *map = bigger;
}

void map_reserve(Arena *arena, Map *map, size_t entries)
{
    size_t cap = map->cap ? map->cap : 16;
    while (cap * 3 < entries * 4) cap *= 2;
    if (cap > map->cap) resize(arena, map, cap);
}

uint64_t *map_at(Arena *arena, Map *map, Str key, uint64_t first)
{
    map_reserve(arena, map, map->len + 1);
    uint64_t hash = key_hash(key);
    MapSlot *slot = probe(map, key, hash);
    if (!slot->hash) {
        *slot = (MapSlot){hash, key, first};
        map->len++;
    }
    return &slot->value;
}

void map_put(Arena *arena, Map *map, Str key, uint64_t value)
{
    *map_at(arena, map, key, value) = value;
}

bool map_get(const Map *map, Str key, uint64_t *value)
{
    if (!map->cap) return false;
    const MapSlot *slot = probe(map, key, key_hash(key));
    if (!slot->hash) return false;
    if (value) *value = slot->value;
    return true;
}
