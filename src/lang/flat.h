// lang/flat.h - a parsed tree as an array: its visible nodes in the order of a walk.
//
//   tree --flat_make, once--> nodes --walk_tree (extract.c), naming_walk (naming.c)--> drafts,
//   names
//
// A tree cursor finds each step anew, through nodes that the grammar hides; here all steps are
// found in one pass over the tree's memory, and both walks read an array. The nodes, fields and
// places are those that a cursor gives (lang/flat_test.c).
//
// Threads: as the tree. Memory: heap, kept for the next file unless it is large; the nodes point
// into the tree, which must outlive them.
#ifndef CQ_LANG_FLAT_H
#define CQ_LANG_FLAT_H

#include <stddef.h>
#include <tree_sitter/api.h>

typedef struct FlatNode {
    TSNode node;
    uint32_t end;    // index behind the last node inside it
    uint32_t parent; // index; of the root: 0
    TSSymbol symbol; // ts_node_symbol
    TSFieldId field; // that it is in its parent, or 0
    bool named;
} FlatNode;

typedef struct FlatTree {
    FlatNode *nodes; // [0] is the root
    uint32_t count, cap;
    struct FlatLevel *levels; // scratch of flat_make
    size_t level_cap;
} FlatTree;

// Fills `flat`, all zero or made before, with the nodes of `tree`.
void flat_make(FlatTree *flat, const TSTree *tree);
void flat_clear(FlatTree *flat); // keeps the memory of the next one, unless it is large
void flat_fini(FlatTree *flat);

#endif
