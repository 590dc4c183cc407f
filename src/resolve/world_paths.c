// resolve/world_paths.c - folders, base names, path lookup.
#include <stdlib.h>

#include "base/vec.h"
#include "resolve/world_.h"

uint32_t world_find(const World *world, Str path)
{
    return corpus_find(world->corpus, path);
}

bool world_has_folder(const World *world, Str path)
{
    if (!path.len) return world->corpus->live_files > 0;
    Arena arena = {0};
    bool has = corpus_has_path(world->corpus, str_format(&arena, STR_FMT "/", STR_ARG(path)));
    arena_fini(&arena);
    return has;
}

typedef struct Found {
    Str path;
    uint32_t file;
} Found;

typedef VEC(Found) FoundVec;

static int by_path(const void *a, const void *b)
{
    return str_cmp(((const Found *)a)->path, ((const Found *)b)->path);
}

// The files in the order of their paths, to be given again.
static NumberList *keep(World *world, Map *answers, Str key, FoundVec *found)
{
    Arena *arena = world->cx->arena;
    NumberList *list = ARENA_NEW(arena, NumberList);
    uint32_t *items = ARENA_ARRAY(arena, uint32_t, found->len);
    if (found->len) qsort(found->items, found->len, sizeof *found->items, by_path);
    for (size_t i = 0; i < found->len; i++) items[i] = found->items[i].file;
    *list = (NumberList){items, found->len};
    map_put(arena, answers, str_copy(arena, key), (uintptr_t)list);
    return list;
}

static const uint32_t *give(const NumberList *list, size_t *count)
{
    *count = list->count;
    return list->items;
}

static void find_in_folder(const CorpusPart *part, Str path, Str prefix, Arena *scratch,
                           FoundVec *out)
{
    const Lexicon *lexicon = part->lexicon;
    uint32_t folder = lexicon->head->files ? lexicon_folder(lexicon, path) : LEX_NONE;
    if (folder == LEX_NONE) return;
    uint32_t left = lex_folder(lexicon, folder)->files;
    for (uint32_t i = corpus_lower(lexicon, prefix); left && i < lexicon->head->files; i++) {
        if (lex_file(lexicon, i)->folder != folder) continue;
        left--;
        if (corpus_is_dead(part, i)) continue;
        VEC_PUSH(scratch, out, (Found){lexicon_path(lexicon, i), part->first_file + i});
    }
}

const uint32_t *world_folder(World *world, Str path, size_t *count)
{
    uint64_t known;
    if (map_get(&world->folders, path, &known))
        return give((const NumberList *)(uintptr_t)known, count);
    Arena scratch = {0};
    FoundVec found = {0};
    Str prefix = path.len ? str_format(&scratch, STR_FMT "/", STR_ARG(path)) : path;
    for (size_t i = 0; i < world->corpus->part_count; i++)
        find_in_folder(&world->corpus->parts[i], path, prefix, &scratch, &found);
    NumberList *list = keep(world, &world->folders, path, &found);
    arena_fini(&scratch);
    return give(list, count);
}

static void hash_base_names(World *world)
{
    uint32_t files = world->corpus->files, slots = 64;
    Arena *arena = world->cx->arena;
    while (slots < files) slots *= 2;
    world->base_mask = slots - 1;
    world->base_heads = ARENA_ARRAY(arena, uint32_t, slots);
    world->base_next = ARENA_ARRAY(arena, uint32_t, (size_t)files + 1);
    for (uint32_t i = 0; i < files; i++) {
        if (!world_is_live(world, i)) continue;
        uint32_t *head =
            &world->base_heads[hash_str(path_file_name(world_path(world, i))) & world->base_mask];
        world->base_next[i] = *head;
        *head = i + 1;
    }
}

const uint32_t *world_named(World *world, Str base_name, size_t *count)
{
    uint64_t known;
    if (map_get(&world->named, base_name, &known))
        return give((const NumberList *)(uintptr_t)known, count);
    Arena scratch = {0};
    FoundVec found = {0};
    if (!world->base_heads) hash_base_names(world);
    for (uint32_t at = world->base_heads[hash_str(base_name) & world->base_mask]; at;
         at = world->base_next[at - 1]) {
        Str path = world_path(world, at - 1);
        if (str_eq(path_file_name(path), base_name))
            VEC_PUSH(&scratch, &found, (Found){path, at - 1});
    }
    NumberList *list = keep(world, &world->named, base_name, &found);
    arena_fini(&scratch);
    return give(list, count);
}
