// base/arena.h - memory that is freed all at once.
//
//   {0} --alloc, defer--> in use --reset--> empty, one block kept --fini--> gone
//
// Threads: an arena belongs to one thread at a time.
// Memory:  every result is zeroed and lives until reset or fini. Deferred releases run then, newest
//          first, before any memory goes. Under AddressSanitizer a red zone follows each object.
// Blocks:  never. Out of memory ends the process with one message (STYLE: sizes that come from
//          outside are capped by the caller first).
#ifndef CQ_BASE_ARENA_H
#define CQ_BASE_ARENA_H

#include "base/def.h"

typedef struct ArenaBlock ArenaBlock;
typedef struct ArenaDefer ArenaDefer;

typedef struct Arena { // all zero is a valid empty arena
    ArenaBlock *block; // newest first; only the first one still hands out memory
    char *at, *end;    // free room of `block`
    ArenaDefer *defers;
    size_t total_bytes; // taken from the system, for limits and benchmarks
    bool large; // set by whoever will fill megabytes at once: blocks from 512 KiB on are whole
                // pages of 2 MiB, one page fault each instead of 512, but more memory
} Arena;

void arena_reset(Arena *arena); // runs defers, keeps one block for reuse
void arena_fini(Arena *arena);  // runs defers, frees everything; NULL is fine

// `size` zeroed bytes, aligned for any type. Size 0 gives a valid pointer.
void *arena_alloc(Arena *arena, size_t size);
// The same, but not zeroed: for buffers that are overwritten at once.
void *arena_alloc_raw(Arena *arena, size_t size);
// Resizes `ptr` (from this arena, `old_size` bytes), in place when it is the newest allocation.
void *arena_grow(Arena *arena, void *ptr, size_t old_size, size_t new_size);
// Gives back the tail of the newest allocation; anything else is left as it is.
void arena_shrink(Arena *arena, void *ptr, size_t old_size, size_t new_size);

#define ARENA_NEW(arena, T) ((T *)arena_alloc((arena), sizeof(T)))
#define ARENA_ARRAY(arena, T, n) ((T *)arena_alloc_array((arena), (n), sizeof(T)))
void *arena_alloc_array(Arena *arena, size_t count, size_t size); // checks for overflow

// Calls fn(object) when the arena is reset, newest first.
void arena_defer(Arena *arena, void (*fn)(void *), void *object);

// Moves all that `from` owns (blocks and defers) into `into`; `from` is empty afterwards.
void arena_adopt(Arena *into, Arena *from);

// The heap, for base/ and for the few things that outlive every arena. Never returns NULL.
void *mem_alloc(size_t size); // zeroed
void *mem_resize(void *ptr, size_t new_size);
void mem_free(void *ptr);
// For a process that stays: large blocks go back to the system as soon as they are freed, but for
// 16 MiB of those of arenas, which the next arenas take.
void mem_give_back(void);
// What is free now goes back to the system: worth it where much was in use that will not be again.
void mem_trim(void);
size_t mem_live_count(void); // allocations not freed yet; tests compare before and after

#endif
