// lang/shape_tree.c - a parse as one array of nodes, which is what patterns are matched against.
#include "lang/shape_.h"

static Node read_node(TSTreeCursor *cursor, uint32_t parent)
{
    TSNode ts = ts_tree_cursor_current_node(cursor);
    Node node = {
        .start = ts_node_start_byte(ts),
        .end = ts_node_end_byte(ts),
        .parent = parent,
        .symbol = ts_node_symbol(ts),
        .field = ts_tree_cursor_current_field_id(cursor),
    };
    if (ts_node_is_named(ts)) node.flags |= NODE_NAMED;
    if (ts_node_is_extra(ts)) node.flags |= NODE_EXTRA;
    if (ts_node_is_missing(ts)) node.flags |= NODE_MISSING;
    return node;
}

static uint32_t add_node(Node *nodes, uint32_t at, Node node)
{
    nodes[at] = node;
    if (node.parent == SHAPE_NONE) return at;
    Node *parent = &nodes[node.parent];
    nodes[at].named_index = parent->named_count;
    parent->child_count++;
    if (node_is(&node, NODE_NAMED)) parent->named_count++;
    return at;
}

static uint32_t read_tree(TSNode root, Node *nodes, uint32_t room)
{
    uint32_t count = 0, at = SHAPE_NONE;
    TSTreeCursor cursor = ts_tree_cursor_new(root);
    do {
        at = add_node(nodes, count++, read_node(&cursor, at));
        if (ts_tree_cursor_goto_first_child(&cursor)) continue;
        while (at != SHAPE_NONE) {
            nodes[at].next = count;
            at = nodes[at].parent;
            if (at == SHAPE_NONE || ts_tree_cursor_goto_next_sibling(&cursor)) break;
            ts_tree_cursor_goto_parent(&cursor);
        }
    } while (at != SHAPE_NONE && count < room);
    for (; at != SHAPE_NONE; at = nodes[at].parent) nodes[at].next = count;
    ts_tree_cursor_delete(&cursor);
    return count;
}

Fail shape_parse(Ctx *cx, Parser *parser, LangId lang, Str text, const ShapeTree **out)
{
    TSTree *parsed = NULL;
    TRY(parser_tree(cx, parser, lang, text, &parsed));
    TSNode root = ts_tree_root_node(parsed);
    uint32_t room = ts_node_descendant_count(root);
    ShapeTree *tree = ARENA_NEW(cx->arena, ShapeTree);
    Node *nodes = arena_alloc_raw(cx->arena, room * sizeof *nodes);
    *tree = (ShapeTree){
        .lang = lang,
        .language = ts_tree_language(parsed),
        .text = text,
        .nodes = nodes,
        .count = read_tree(root, nodes, room),
    };
    ts_tree_delete(parsed);
    *out = tree;
    return NULL;
}
