// base/arena.c - bump allocation in a chain of growing blocks.
#include "base/arena.h"

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/os.h"
#include "base/sync.h"

#if defined(__SANITIZE_ADDRESS__)
#define CQ_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define CQ_ASAN 1
#endif
#endif

#ifdef CQ_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(p, n) __asan_poison_memory_region((p), (n))
#define UNPOISON(p, n) __asan_unpoison_memory_region((p), (n))
enum { RED_ZONE = 16 };
#else
#define POISON(p, n) ((void)(p), (void)(n))
#define UNPOISON(p, n) ((void)(p), (void)(n))
enum { RED_ZONE = 0 };
#endif

enum { ALIGN = 16, FIRST_BLOCK = 16 << 10, LARGE_PAGE = 2 << 20, MAX_STEP = 4 << 20 };

struct ArenaBlock {
    ArenaBlock *next;
    size_t size; // whole block, header included
};

struct ArenaDefer {
    ArenaDefer *next;
    void (*fn)(void *);
    void *object;
};

static Counter live_count;

// Large blocks that arenas let go of, for the next ones: memory fresh from the system costs a page
// fault for each 4 KiB, a third of the time of a request. Of a process that stays (mem_give_back).
enum { KEPT_LEAST = 64 << 10, KEPT_MOST = 8 << 20, KEPT_BYTES = 16 << 20 };
static struct {
    Mutex mutex;
    // guarded by mutex
    bool on;
    ArenaBlock *first;
    size_t bytes;
} spare = {.mutex = {PTHREAD_MUTEX_INITIALIZER, RANK_MEMORY}};

static NORETURN void out_of_memory(size_t size)
{
    fprintf(stderr, "cq: out of memory (%zu bytes asked)\n", size);
    abort();
}

void *mem_alloc(size_t size)
{
    void *ptr = calloc(1, size ? size : 1);
    if (!ptr) out_of_memory(size);
    counter_add(&live_count, 1);
    return ptr;
}

void *mem_resize(void *ptr, size_t new_size)
{
    if (!ptr) return mem_alloc(new_size);
    void *bigger = realloc(ptr, new_size ? new_size : 1);
    if (!bigger) out_of_memory(new_size);
    return bigger;
}

void mem_free(void *ptr)
{
    if (!ptr) return;
    counter_sub(&live_count, 1);
    free(ptr);
}

// glibc would raise the bound to the largest block it has seen freed (32 MiB at most), and then
// keep what lies between small ones: cq serve grew to three times what it held.
void mem_give_back(void)
{
    enum { LARGE = 256 << 10 };
    mallopt(M_MMAP_THRESHOLD, LARGE);
    mallopt(M_TRIM_THRESHOLD, LARGE);
    mutex_lock(&spare.mutex);
    spare.on = true;
    mutex_unlock(&spare.mutex);
}

void mem_trim(void)
{
    malloc_trim(0);
}

size_t mem_live_count(void)
{
    return counter_get(&live_count);
}

static size_t round_up(size_t size)
{
    if (size > SIZE_MAX - ALIGN - RED_ZONE) out_of_memory(size);
    return (size + RED_ZONE + ALIGN - 1) & ~(size_t)(ALIGN - 1);
}

static char *block_start(ArenaBlock *block)
{
    return (char *)block + ((sizeof(ArenaBlock) + ALIGN - 1) & ~(size_t)(ALIGN - 1));
}

static void open_block(Arena *arena, ArenaBlock *block)
{
    arena->at = block_start(block);
    arena->end = (char *)block + block->size;
    POISON(arena->at, (size_t)(arena->end - arena->at));
}

// The smallest that is large enough, but not many times what is wanted; or NULL.
static ArenaBlock *take_spare(size_t size)
{
    ArenaBlock **best = NULL, *block;
    mutex_lock(&spare.mutex);
    for (ArenaBlock **at = &spare.first; *at; at = &(*at)->next) {
        bool fits = (*at)->size >= size && (*at)->size / 4 <= size;
        if (fits && (!best || (*at)->size < (*best)->size)) best = at;
    }
    block = best ? *best : NULL;
    if (block) {
        *best = block->next;
        spare.bytes -= block->size;
    }
    mutex_unlock(&spare.mutex);
    return block;
}

static bool keep_block(ArenaBlock *block)
{
    if (block->size < KEPT_LEAST || block->size > KEPT_MOST) return false;
    mutex_lock(&spare.mutex);
    bool keep = spare.on && spare.bytes + block->size <= KEPT_BYTES;
    if (keep) {
        block->next = spare.first;
        spare.first = block;
        spare.bytes += block->size;
        POISON(block_start(block), (size_t)((char *)block + block->size - block_start(block)));
    }
    mutex_unlock(&spare.mutex);
    return keep;
}

static ArenaBlock *get_block(const Arena *arena, size_t *size)
{
    if (!arena->large || *size < LARGE_PAGE / 4) return malloc(*size);
    *size = (*size + LARGE_PAGE - 1) & ~(size_t)(LARGE_PAGE - 1);
    ArenaBlock *block = aligned_alloc(LARGE_PAGE, *size);
    if (block) os_use_large_pages(block, *size);
    return block;
}

static void add_block(Arena *arena, size_t need)
{
    size_t step = arena->total_bytes < FIRST_BLOCK ? FIRST_BLOCK : arena->total_bytes;
    if (step > MAX_STEP) step = MAX_STEP;
    size_t size = need + sizeof(ArenaBlock) + ALIGN;
    if (size < step) size = step;
    if (size > SIZE_MAX - LARGE_PAGE) out_of_memory(size);
    if (size >= KEPT_LEAST) size = (size + KEPT_LEAST - 1) / KEPT_LEAST * KEPT_LEAST;
    ArenaBlock *block = size >= KEPT_LEAST ? take_spare(size) : NULL;
    if (!block) {
        block = get_block(arena, &size);
        if (!block) out_of_memory(size);
        block->size = size;
    }
    counter_add(&live_count, 1);
    block->next = arena->block;
    arena->block = block;
    arena->total_bytes += block->size;
    open_block(arena, block);
}

void *arena_alloc_raw(Arena *arena, size_t size)
{
    size_t need = round_up(size);
    if ((size_t)(arena->end - arena->at) < need) add_block(arena, need);
    char *ptr = arena->at;
    arena->at += need;
    UNPOISON(ptr, size);
    return ptr;
}

void *arena_alloc(Arena *arena, size_t size)
{
    void *ptr = arena_alloc_raw(arena, size);
    return memset(ptr, 0, size);
}

void *arena_alloc_array(Arena *arena, size_t count, size_t size)
{
    size_t bytes = 0;
    if (__builtin_mul_overflow(count, size, &bytes)) out_of_memory(SIZE_MAX);
    return arena_alloc(arena, bytes);
}

static bool is_newest(const Arena *arena, const void *ptr, size_t size)
{
    return ptr && (const char *)ptr + round_up(size) == arena->at;
}

void *arena_grow(Arena *arena, void *ptr, size_t old_size, size_t new_size)
{
    if (new_size <= old_size && ptr) return ptr;
    if (is_newest(arena, ptr, old_size) &&
        round_up(new_size) <= (size_t)(arena->end - (char *)ptr)) {
        arena->at = (char *)ptr + round_up(new_size);
        UNPOISON(ptr, new_size);
        return ptr;
    }
    void *bigger = arena_alloc_raw(arena, new_size);
    if (old_size) memcpy(bigger, ptr, old_size);
    return bigger;
}

void arena_shrink(Arena *arena, void *ptr, size_t old_size, size_t new_size)
{
    if (new_size >= old_size || !is_newest(arena, ptr, old_size)) return;
    arena->at = (char *)ptr + round_up(new_size);
    POISON((char *)ptr + new_size, old_size - new_size);
}

void arena_defer(Arena *arena, void (*fn)(void *), void *object)
{
    ArenaDefer *defer = ARENA_NEW(arena, ArenaDefer);
    *defer = (ArenaDefer){arena->defers, fn, object};
    arena->defers = defer;
}

static void run_defers(Arena *arena)
{
    while (arena->defers) {
        ArenaDefer *defer = arena->defers;
        arena->defers = defer->next;
        defer->fn(defer->object);
    }
}

static void free_block(ArenaBlock *block)
{
    counter_sub(&live_count, 1);
    if (keep_block(block)) return;
    UNPOISON(block, block->size);
    free(block);
}

void arena_reset(Arena *arena)
{
    run_defers(arena);
    ArenaBlock *kept = arena->block;
    if (!kept) return;
    for (ArenaBlock *block = kept->next, *next; block; block = next) {
        next = block->next;
        free_block(block);
    }
    kept->next = NULL;
    arena->total_bytes = kept->size;
    open_block(arena, kept);
}

void arena_fini(Arena *arena)
{
    if (!arena) return;
    run_defers(arena);
    for (ArenaBlock *block = arena->block, *next; block; block = next) {
        next = block->next;
        free_block(block);
    }
    *arena = (Arena){0};
}

void arena_adopt(Arena *into, Arena *from)
{
    if (from->defers) {
        ArenaDefer *last = from->defers;
        while (last->next) last = last->next;
        last->next = into->defers;
        into->defers = from->defers;
    }
    if (from->block && !into->block) {
        into->block = from->block;
        into->at = from->at;
        into->end = from->end;
    } else if (from->block) { // behind the open block, which goes on handing out memory
        ArenaBlock *last = from->block;
        while (last->next) last = last->next;
        last->next = into->block->next;
        into->block->next = from->block;
    }
    into->total_bytes += from->total_bytes;
    *from = (Arena){0};
}
