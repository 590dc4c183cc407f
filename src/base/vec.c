// base/vec.c
#include "base/vec.h"

void *vec_grow(Arena *arena, void *items, size_t *cap, size_t item_size)
{
    size_t grown = *cap ? *cap * 2 : 8;
    void *moved = arena_grow(arena, items, *cap * item_size, grown * item_size);
    *cap = grown;
    return moved;
}
