// index/strtable.c
#include "index/strtable.h"

#include <stdlib.h>

#include "index/varint.h"

enum { GROUP = STRTABLE_GROUP };

static uint32_t groups_of(uint32_t count)
{
    return (uint32_t)(((uint64_t)count + GROUP - 1) / GROUP);
}

bool strtable_open(const Segment *segment, const StrTableSections *sections, uint32_t count,
                   StrTable *out)
{
    size_t groups = groups_of(count), tops = groups_of((uint32_t)groups);
    size_t top_starts = (tops + 1) * sizeof(uint32_t);
    if (sections->starts.len != (groups + 1) * sizeof(uint32_t)) return false;
    if (sections->tops.len < top_starts) return false;
    *out = (StrTable){.segment = segment,
                      .count = count,
                      .starts = (const void *)sections->starts.ptr,
                      .tops = (const void *)sections->tops.ptr,
                      .text = sections->text,
                      .top_text = str_sub(sections->tops, top_starts, sections->tops.len)};
    return true;
}

uint64_t strtable_bytes(const StrTable *table)
{
    uint64_t groups = groups_of(table->count), tops = groups_of((uint32_t)groups);
    return table->text.len + table->top_text.len + (groups + tops + 2) * sizeof(uint32_t);
}

// --- reading ---

static bool is_sound(const StrTable *table, const void *at, size_t len)
{
    return !len || !table->segment || segment_is_sound(table->segment, at, len);
}

// The part of `of` between two places that stand at `starts`; empty when something is damaged.
static Str part_at(const StrTable *table, Str of, const uint32_t *starts)
{
    if (!is_sound(table, starts, 2 * sizeof *starts)) return STR("");
    Str part = str_sub(of, starts[0], starts[1]);
    return is_sound(table, part.ptr, part.len) ? part : STR("");
}

static Str take(const uint8_t **at, const uint8_t *end, uint32_t len)
{
    Str taken = {(const char *)*at, MIN((size_t)len, (size_t)(end - *at))};
    *at += taken.len;
    return taken;
}

typedef struct Walk { // over the strings of one group
    const uint8_t *at, *end;
    uint32_t shared;
    Str rest;
    bool begun;
} Walk;

static Walk walk_group(const StrTable *table, uint32_t group)
{
    Str bytes = part_at(table, table->text, &table->starts[group]);
    const uint8_t *at = (const uint8_t *)bytes.ptr;
    return (Walk){.at = at, .end = at + bytes.len};
}

static bool walk_on(Walk *walk)
{
    if (walk->at == walk->end) return false;
    walk->shared = walk->begun ? varint_get(&walk->at, walk->end) : 0;
    walk->begun = true;
    uint32_t len = varint_get(&walk->at, walk->end);
    walk->rest = take(&walk->at, walk->end, len);
    return true;
}

static Str first_of(const StrTable *table, uint32_t group)
{
    Walk walk = walk_group(table, group);
    return walk_on(&walk) ? walk.rest : STR("");
}

StrCursor strtable_cursor(Arena *arena, const StrTable *table)
{
    return (StrCursor){.table = table, .text = buf_on(arena)};
}

bool strtable_next(StrCursor *cursor, Str *text)
{
    if (cursor->next == cursor->table->count) return false;
    bool first = cursor->next % GROUP == 0;
    Walk walk = {.at = cursor->at, .end = cursor->end, .begun = !first};
    if (first) walk = walk_group(cursor->table, cursor->next / GROUP);
    cursor->next++;
    cursor->text.len = walk_on(&walk) ? MIN(cursor->text.len, (size_t)walk.shared) : 0;
    buf_add(&cursor->text, walk.rest);
    cursor->at = walk.at;
    cursor->end = walk.end;
    *text = buf_str(&cursor->text);
    return true;
}

// How many of the first `count` strings, which `get` gives, are not behind `text`.
static uint32_t count_upto(const StrTable *table, uint32_t from, uint32_t to, bool tops, Str text)
{
    while (from < to) {
        uint32_t middle = from + (to - from) / 2;
        Str at =
            tops ? part_at(table, table->top_text, &table->tops[middle]) : first_of(table, middle);
        if (str_cmp(at, text) <= 0) from = middle + 1;
        else to = middle;
    }
    return from;
}

// The last group whose first string is not behind `text`; STRTABLE_NONE when all are.
static uint32_t group_for(const StrTable *table, Str text)
{
    uint32_t groups = groups_of(table->count);
    uint32_t top = count_upto(table, 0, groups_of(groups), true, text);
    if (!top) return STRTABLE_NONE;
    uint32_t from = (top - 1) * GROUP;
    return count_upto(table, from + 1, MIN(from + GROUP, groups), false, text) - 1;
}

static size_t common(Str a, Str b)
{
    size_t len = 0, most = MIN(a.len, b.len);
    while (len < most && a.ptr[len] == b.ptr[len]) len++;
    return len;
}

// How many strings of a group stand before `text`; *found: the next one is it.
static uint32_t count_before(const StrTable *table, uint32_t group, Str text, bool *found)
{
    Walk walk = walk_group(table, group);
    size_t matched = 0; // bytes that `text` shares with the string before
    uint32_t number = 0;
    *found = false;
    for (; walk_on(&walk); number++) {
        if (walk.shared > matched) continue; // as far from `text` as the one before
        if (walk.shared < matched) break;    // behind it
        Str left = str_sub(text, matched, text.len);
        size_t more = common(walk.rest, left);
        *found = more == walk.rest.len && more == left.len;
        if (*found) break;
        bool behind = more == left.len || (more < walk.rest.len &&
                                           (uint8_t)walk.rest.ptr[more] > (uint8_t)left.ptr[more]);
        if (behind) break;
        matched += more;
    }
    return number;
}

uint32_t strtable_find(const StrTable *table, Str text)
{
    bool found;
    uint32_t group = group_for(table, text);
    if (group == STRTABLE_NONE) return STRTABLE_NONE;
    uint32_t number = group * GROUP + count_before(table, group, text, &found);
    return found ? number : STRTABLE_NONE;
}

Str strtable_get(Arena *arena, const StrTable *table, uint32_t number)
{
    if (number >= table->count) return STR("");
    Walk walk = walk_group(table, number / GROUP);
    Buf text = buf_on(arena);
    for (uint32_t i = 0; i <= number % GROUP; i++) {
        if (!walk_on(&walk)) return STR("");
        text.len = MIN(text.len, (size_t)walk.shared);
        buf_add(&text, walk.rest);
    }
    return buf_str(&text);
}

// --- writing ---

typedef struct Sorted {
    uint64_t begin; // the first eight bytes, so that they compare as numbers
    uint32_t number;
    Str text;
} Sorted;

static int by_text(const void *a, const void *b)
{
    const Sorted *left = a, *right = b;
    if (left->begin != right->begin) return left->begin < right->begin ? -1 : 1;
    return str_cmp(left->text, right->text);
}

void strtable_sort(Arena *scratch, const Str *texts, uint32_t count, uint32_t *order)
{
    Sorted *sorted = ARENA_ARRAY(scratch, Sorted, count);
    for (uint32_t i = 0; i < count; i++) {
        uint64_t begin = 0;
        for (size_t k = 0; k < 8; k++)
            begin = begin << 8 | (k < texts[i].len ? (uint8_t)texts[i].ptr[k] : 0);
        sorted[i] = (Sorted){begin, i, texts[i]};
    }
    if (count) qsort(sorted, count, sizeof *sorted, by_text);
    for (uint32_t i = 0; i < count; i++) order[i] = sorted[i].number;
}

static Str as_bytes(const uint32_t *items, size_t count)
{
    return (Str){(const char *)items, count * sizeof *items};
}

// The first strings of every GROUP'th group.
static Str make_tops(Arena *arena, const Str *texts, const uint32_t *order, uint32_t count)
{
    uint32_t tops = groups_of(groups_of(count)), at = 0;
    Buf out = buf_on(arena);
    for (uint32_t i = 0; i <= tops; i++) {
        buf_add(&out, as_bytes(&at, 1));
        if (i < tops) at += (uint32_t)texts[order[i * GROUP * GROUP]].len;
    }
    for (uint32_t i = 0; i < tops; i++) buf_add(&out, texts[order[i * GROUP * GROUP]]);
    return (Str){out.ptr, out.len};
}

StrTableSections strtable_make(Arena *arena, const Str *texts, const uint32_t *order,
                               uint32_t count)
{
    uint32_t groups = groups_of(count);
    uint32_t *starts = ARENA_ARRAY(arena, uint32_t, groups + 1U);
    Buf text = buf_on(arena);
    for (uint32_t i = 0; i < count; i++) {
        Str now = texts[order[i]];
        size_t shared = 0;
        if (i % GROUP == 0) {
            starts[i / GROUP] = (uint32_t)text.len;
        } else {
            shared = common(texts[order[i - 1]], now);
            varint_add(&text, (uint32_t)shared);
        }
        varint_add(&text, (uint32_t)(now.len - shared));
        buf_add(&text, str_sub(now, shared, now.len));
    }
    starts[groups] = (uint32_t)text.len;
    return (StrTableSections){.text = {text.ptr ? text.ptr : "", text.len},
                              .starts = as_bytes(starts, groups + 1U),
                              .tops = make_tops(arena, texts, order, count)};
}
