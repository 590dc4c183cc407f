// base/vec.h - a growing typed array in an arena.
//
//   typedef VEC(Hit) HitVec;
//   HitVec hits = {0};
//   VEC_PUSH(arena, &hits, hit);      // evaluates its arguments once
//   for (size_t i = 0; i < hits.len; i++) use(&hits.items[i]);
//
// Memory: items live in the arena given to the first push; growth may move them.
#ifndef CQ_BASE_VEC_H
#define CQ_BASE_VEC_H

#include "base/arena.h"

#define VEC(T)                                                                                     \
    struct {                                                                                       \
        T *items;                                                                                  \
        size_t len, cap;                                                                           \
    }

#define VEC_PUSH(arena, vec, ...)                                                                  \
    do {                                                                                           \
        if ((vec)->len == (vec)->cap)                                                              \
            (vec)->items = vec_grow((arena), (vec)->items, &(vec)->cap, sizeof *(vec)->items);     \
        (vec)->items[(vec)->len++] = (__VA_ARGS__);                                                \
    } while (0)

// Doubles *cap. Part of VEC_PUSH.
void *vec_grow(Arena *arena, void *items, size_t *cap, size_t item_size);

#endif
