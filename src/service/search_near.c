// service/search_near.c - on a miss: the names in the workspace that look most like the pattern.
//
// Every identifier of every file is compared, until a time limit. Equal but for case and
// underscores counts as nearest of all, then optimal string alignment distance.
#include <ctype.h>

#include "base/clock.h"
#include "base/map.h"
#include "service/search_.h"

enum { NEAREST_MOST = 3, NEAR_MS = 250, READ_MOST = 1 << 20, LONGEST_NAME = 64 };

typedef struct NearSlot {
    Arena arena;
    Map seen; // names compared already -> distance
    char *buffer;
} NearSlot;

typedef struct Near {
    Search *search;
    NearSlot *slots;
    Str wanted;
    size_t limit; // largest distance that still counts as near
    Str folded;   // wanted, lower case, without underscores
} Near;

static Str fold(Arena *arena, Str name)
{
    char *out = arena_alloc_raw(arena, name.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < name.len; i++)
        if (name.ptr[i] != '_' && name.ptr[i] != '.')
            out[len++] = (char)tolower((unsigned char)name.ptr[i]);
    out[len] = '\0';
    return (Str){out, len};
}

static bool same_but_for_style(Str folded, Str name)
{
    size_t at = 0;
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '_') continue;
        if (at == folded.len || tolower((unsigned char)name.ptr[i]) != folded.ptr[at]) return false;
        at++;
    }
    return at == folded.len;
}

static void compare(Near *near, NearSlot *slot, Str name)
{
    size_t gap =
        name.len > near->wanted.len ? name.len - near->wanted.len : near->wanted.len - name.len;
    if (gap > near->limit + 2 || name.len < 2) return;
    if (map_get(&slot->seen, name, NULL)) return;
    size_t distance =
        same_but_for_style(near->folded, name) ? 0 : str_distance(name, near->wanted, near->limit);
    if (distance > near->limit) return;
    map_put(&slot->arena, &slot->seen, str_copy(&slot->arena, name), distance);
}

static void compare_names(Near *near, NearSlot *slot, const char *text, size_t len)
{
    static const unsigned char first_bits = 0x20; // letters differ from their other case by this
    unsigned char head = (unsigned char)near->wanted.ptr[0] | first_bits;
    unsigned char next = near->wanted.len > 1 ? (unsigned char)near->wanted.ptr[1] | first_bits : 0;
    for (size_t i = 0; i < len;) {
        unsigned char c = (unsigned char)text[i];
        if (!isalpha(c) && c != '_') {
            i++;
            while (i < len && isdigit((unsigned char)text[i])) i++;
            continue;
        }
        size_t start = i;
        while (i < len && (isalnum((unsigned char)text[i]) || text[i] == '_')) i++;
        // one of the first two letters is right in nearly every slip; it spares most comparisons
        bool plausible = (c | first_bits) == head || (c | first_bits) == next || c == '_' ||
                         (i - start > 1 && ((unsigned char)text[start + 1] | first_bits) == next);
        if (plausible && i - start <= LONGEST_NAME)
            compare(near, slot, (Str){text + start, i - start});
    }
}

static void near_file(void *arg, size_t index, int slot_number)
{
    Near *near = arg;
    NearSlot *slot = &near->slots[slot_number];
    OsFile file = OS_FILE_NONE;
    size_t got = 0;
    if (!slot->buffer) slot->buffer = mem_alloc(READ_MOST);
    if (os_try_open(near->search->workspace.dir, near->search->universe.files[index].path.ptr,
                    OS_NOFOLLOW, &file))
        return; // the scan has counted it
    if (!os_try_read(file, slot->buffer, READ_MOST, true, &got) && got < READ_MOST &&
        scan_text_class(near->search->scan, slot->buffer, got) <= TEXT_UTF8)
        compare_names(near, slot, slot->buffer, got);
    os_close(&file);
}

typedef struct Nearest {
    Str names[NEAREST_MOST];
    uint64_t distances[NEAREST_MOST];
    size_t count;
} Nearest;

static bool nearer(uint64_t distance, Str name, uint64_t than, Str other)
{
    return distance != than ? distance < than : str_cmp(name, other) < 0;
}

static void offer(Nearest *best, Str name, uint64_t distance)
{
    for (size_t i = 0; i < best->count; i++)
        if (str_eq(best->names[i], name)) return;
    size_t at = best->count;
    while (at && nearer(distance, name, best->distances[at - 1], best->names[at - 1])) at--;
    if (at == NEAREST_MOST) return;
    best->count = MIN(best->count + 1, (size_t)NEAREST_MOST);
    for (size_t i = best->count - 1; i > at; i--) {
        best->names[i] = best->names[i - 1];
        best->distances[i] = best->distances[i - 1];
    }
    best->names[at] = name;
    best->distances[at] = distance;
}

// The last part of a dotted name; empty for what is no name at all.
static Str wanted_name(Str text)
{
    Str name = str_sub(text, str_find_last(text, '.') < text.len ? str_find_last(text, '.') + 1 : 0,
                       text.len);
    bool ok = name.len >= 3 && name.len <= LONGEST_NAME;
    for (size_t i = 0; ok && i < name.len; i++)
        ok = isalnum((unsigned char)name.ptr[i]) || name.ptr[i] == '_';
    return ok ? name : STR_NONE;
}

void search_nearest(Search *search, SearchAnswer *out)
{
    Near near = {.search = search, .wanted = wanted_name(search->query->pattern.text)};
    if (!near.wanted.len) return;
    Arena *arena = search->cx->arena;
    near.limit = MAX((size_t)1, near.wanted.len / 4);
    near.folded = fold(arena, near.wanted);
    near.slots = ARENA_ARRAY(arena, NearSlot, (size_t)search->slots);
    Ctx limits = *search->cx;
    int64_t deadline = clock_now_ns() + NEAR_MS * NS_PER_MS;
    if (!limits.deadline_ns || deadline < limits.deadline_ns) limits.deadline_ns = deadline;
    size_t done =
        pool_each(search->env->pool, &limits, search->universe.count, 16, near_file, &near);
    out->nearest_partial = done < search->universe.count;
    Nearest best = {0};
    for (int i = 0; i < search->slots; i++) {
        const Map *seen = &near.slots[i].seen;
        for (size_t j = 0; j < seen->cap; j++)
            if (seen->slots[j].hash) offer(&best, seen->slots[j].key, seen->slots[j].value);
        mem_free(near.slots[i].buffer);
        arena_adopt(arena, &near.slots[i].arena);
    }
    Str *names = ARENA_ARRAY(arena, Str, NEAREST_MOST);
    memcpy(names, best.names, sizeof best.names);
    out->nearest = names;
    out->nearest_count = best.count;
}
