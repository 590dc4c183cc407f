// lang/flat.c
//
// Reads the memory of a tree through the private headers of the tree-sitter that is linked, whose
// version is fixed (tools/grammars). What a child is called, and whether it is seen, is said by the
// production of its parent: an alias or a field at the number of the child, where extras (comments)
// do not count. A hidden node's children take its place, and its field unless they have one.
#include "lang/flat.h"

#include <language.h>
#include <tree.h>

#include "base/arena.h"

enum { FIRST_NODES = 1024, FIRST_LEVELS = 64, LARGE_NODES = 1 << 16 };

typedef struct FlatLevel { // a node whose children are being read
    const Subtree *children;
    const TSSymbol *aliases; // by number of a child that is no extra; may be NULL
    const TSFieldMapEntry *fields, *fields_end;
    uint32_t count, next, number;
    uint32_t open;    // index of the visible node that the children belong to
    TSFieldId inside; // of a hidden node: the field that it is in
    Length at;        // behind the child before
} FlatLevel;

static void *grow(void *items, size_t *cap, size_t first, size_t size)
{
    *cap = *cap ? *cap * 2 : first;
    return mem_resize(items, *cap * size);
}

static uint32_t add_node(FlatTree *flat, const FlatNode *node)
{
    if (flat->count == flat->cap) {
        size_t cap = flat->cap;
        flat->nodes = grow(flat->nodes, &cap, FIRST_NODES, sizeof *flat->nodes);
        flat->cap = (uint32_t)cap;
    }
    flat->nodes[flat->count] = *node;
    return flat->count++;
}

// `self` has children.
static void open_level(FlatTree *flat, size_t depth, const TSLanguage *language, Subtree self,
                       FlatLevel level)
{
    if (depth == flat->level_cap)
        flat->levels = grow(flat->levels, &flat->level_cap, FIRST_LEVELS, sizeof *flat->levels);
    level.children = ts_subtree_children(self);
    level.count = self.ptr->child_count;
    level.aliases = ts_language_alias_sequence(language, self.ptr->production_id);
    ts_language_field_map(language, self.ptr->production_id, &level.fields, &level.fields_end);
    flat->levels[depth] = level;
}

static TSFieldId field_of(const FlatLevel *level)
{
    for (const TSFieldMapEntry *field = level->fields; field < level->fields_end; field++)
        if (!field->inherited && field->child_index == level->number) return field->field_id;
    return level->inside;
}

static FlatNode make_node(const TSTree *tree, const Subtree *self, Length at, TSSymbol alias)
{
    TSSymbol symbol = alias ? alias : ts_subtree_symbol(*self);
    bool error = symbol == ts_builtin_sym_error;
    return (FlatNode){
        .node = {{at.bytes, at.extent.row, at.extent.column, alias}, self, tree},
        .symbol = error ? symbol : tree->language->public_symbol_map[symbol],
        .named = alias ? ts_language_symbol_metadata(tree->language, alias).named
                       : ts_subtree_named(*self),
    };
}

static void close_level(FlatTree *flat, const FlatLevel *level, const FlatLevel *outer)
{
    if (!outer || outer->open != level->open) flat->nodes[level->open].end = flat->count;
}

// Reads the next child of a level; true when `inner` is the level of its children.
static bool read_child(FlatTree *flat, const TSTree *tree, FlatLevel *level, FlatLevel *inner)
{
    const Subtree *child = &level->children[level->next++];
    bool extra = ts_subtree_extra(*child);
    Length at = level->at;
    if (level->next > 1) at = length_add(at, ts_subtree_padding(*child));
    level->at = length_add(at, ts_subtree_size(*child));
    TSSymbol alias = !extra && level->aliases ? level->aliases[level->number] : 0;
    TSFieldId field = extra ? 0 : field_of(level);
    level->number += !extra;
    *inner = (FlatLevel){.open = level->open, .inside = field, .at = at};
    if (!alias && !ts_subtree_visible(*child)) return ts_subtree_visible_child_count(*child) > 0;
    FlatNode node = make_node(tree, child, at, alias);
    node.field = field;
    node.parent = level->open;
    node.end = flat->count + 1;
    inner->open = add_node(flat, &node);
    inner->inside = 0;
    return ts_subtree_child_count(*child) > 0;
}

void flat_make(FlatTree *flat, const TSTree *tree)
{
    size_t depth = 0;
    TSNode root = ts_tree_root_node(tree);
    flat->count = 0;
    FlatNode first = {.node = root, .symbol = ts_node_symbol(root), .end = 1};
    first.named = ts_node_is_named(root);
    add_node(flat, &first);
    if (!ts_subtree_child_count(tree->root)) return;
    FlatLevel level = {.at = {ts_node_start_byte(root), ts_node_start_point(root)}};
    open_level(flat, depth++, tree->language, tree->root, level);
    while (depth) {
        FlatLevel *last = &flat->levels[depth - 1];
        if (last->next == last->count) {
            depth--;
            close_level(flat, last, depth ? &flat->levels[depth - 1] : NULL);
        } else if (read_child(flat, tree, last, &level)) {
            Subtree child = last->children[last->next - 1];
            open_level(flat, depth++, tree->language, child, level);
        }
    }
}

void flat_clear(FlatTree *flat)
{
    flat->count = 0;
    if (flat->cap > LARGE_NODES) flat_fini(flat);
}

void flat_fini(FlatTree *flat)
{
    mem_free(flat->nodes);
    mem_free(flat->levels);
    *flat = (FlatTree){0};
}
