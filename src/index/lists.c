// index/lists.c
#include "index/lists.h"

#include "index/varint.h"

static bool is_sound(const Lists *lists, const void *at, size_t len)
{
    return !lists->segment || segment_is_sound(lists->segment, at, len);
}

Str lists_find(const Lists *lists, uint32_t number)
{
    enum { MOST_LENGTHS = LISTS_GROUP * VARINT_LONGEST };
    if (number >= lists->count) return STR("");
    const uint32_t *start = &lists->starts[number / LISTS_GROUP];
    if (!is_sound(lists, start, 2 * sizeof *start)) return STR("");
    Str group = str_sub(lists->bytes, start[0], start[1]);
    if (!is_sound(lists, group.ptr, MIN(group.len, (size_t)MOST_LENGTHS))) return STR("");
    const uint8_t *at = (const uint8_t *)group.ptr, *end = at + group.len;
    uint32_t in_group = MIN(lists->count - number / LISTS_GROUP * LISTS_GROUP, LISTS_GROUP);
    size_t before = 0, len = 0;
    for (uint32_t i = 0; i < in_group; i++) {
        uint32_t value = varint_get(&at, end);
        if (i < number % LISTS_GROUP) before += value;
        else if (i == number % LISTS_GROUP) len = value;
    }
    size_t from = (size_t)(at - (const uint8_t *)group.ptr) + before;
    return str_sub(group, from, from + len);
}

Str lists_get(const Lists *lists, uint32_t number)
{
    Str list = lists_find(lists, number);
    return list.len && is_sound(lists, list.ptr, list.len) ? list : STR("");
}

ListsBuilder lists_builder(Arena *arena, uint32_t count, size_t bytes)
{
    ListsBuilder builder = {.starts = ARENA_ARRAY(arena, uint32_t, lists_starts(count)),
                            .bytes = buf_on(arena),
                            .group = buf_on(arena)};
    buf_room(&builder.bytes, bytes + count + count / 8);
    return builder;
}

void lists_end(ListsBuilder *builder)
{
    uint32_t at = builder->count++ % LISTS_GROUP;
    builder->lengths[at] = (uint32_t)builder->group.len - builder->ended;
    builder->ended = (uint32_t)builder->group.len;
    if (at + 1 == LISTS_GROUP) lists_finish(builder);
}

void lists_add(ListsBuilder *builder, Str list)
{
    buf_add(&builder->group, list);
    lists_end(builder);
}

void lists_finish(ListsBuilder *builder)
{
    uint32_t groups = (builder->count + LISTS_GROUP - 1) / LISTS_GROUP;
    uint32_t open = builder->count - builder->written;
    for (uint32_t i = 0; i < open; i++) varint_add(&builder->bytes, builder->lengths[i]);
    buf_add(&builder->bytes, (Str){builder->group.ptr, builder->group.len});
    builder->group.len = builder->ended = 0;
    builder->written = builder->count;
    builder->starts[groups] = (uint32_t)builder->bytes.len;
}
