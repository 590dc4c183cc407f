// index/children.c
#include "index/children.h"

#include "base/hash.h"
#include "base/vec.h"

static uint64_t hash_name(const Children *children, Str name)
{
    char low[256];
    if (!children->fold || name.len > sizeof low) return hash_str(name);
    for (size_t i = 0; i < name.len; i++)
        low[i] =
            (char)(name.ptr[i] >= 'A' && name.ptr[i] <= 'Z' ? name.ptr[i] | 0x20 : name.ptr[i]);
    return hash_64(low, name.len);
}

static bool is_named(const Children *children, const Child *child, Str name)
{
    Str own = {child->name, child->len};
    return children->fold ? str_eq_nocase(own, name) : str_eq(own, name);
}

static void collect(Children *children, const GitIndex *index, size_t from, size_t to, size_t skip)
{
    children->len = 0;
    while (from < to) {
        const GitEntry *entry = &index->entries[from];
        const char *name = entry->path + skip;
        const char *slash = memchr(name, '/', entry->len - skip);
        Child child = {
            .name = name, .len = entry->len - (uint32_t)skip, .from = from, .to = from + 1};
        if (slash) {
            Str folder = {entry->path, (size_t)(slash - entry->path)};
            child.is_dir = true;
            child.len = (uint32_t)(slash - name);
            child.to = git_index_end(index, from, to, folder);
        }
        VEC_PUSH(children->arena, children, child);
        from = child.to;
    }
}

static void build_table(Children *children)
{
    size_t need = 16;
    while (need < children->len * 2) need *= 2;
    if (need > children->slot_cap) {
        children->slots = arena_alloc_raw(children->arena, need * sizeof *children->slots);
        children->slot_cap = need;
    }
    children->slot_count = need;
    memset(children->slots, 0, need * sizeof *children->slots);
    size_t mask = need - 1;
    for (size_t i = 0; i < children->len; i++) {
        Str name = {children->items[i].name, children->items[i].len};
        size_t at = (size_t)hash_name(children, name) & mask;
        while (children->slots[at]) at = (at + 1) & mask;
        children->slots[at] = (uint32_t)i + 1;
    }
}

void children_fill(Children *children, const GitIndex *index, size_t from, size_t to, size_t skip,
                   bool fold)
{
    children->fold = fold;
    collect(children, index, from, to, skip);
    if (children->len) build_table(children);
}

Child *children_find(const Children *children, Str name, bool is_dir)
{
    if (!children->len) return NULL;
    size_t mask = children->slot_count - 1;
    for (size_t at = (size_t)hash_name(children, name) & mask;; at = (at + 1) & mask) {
        if (!children->slots[at]) return NULL;
        Child *child = &children->items[children->slots[at] - 1];
        if (child->is_dir == is_dir && is_named(children, child, name)) return child;
    }
}
