// lang/python/cells.c - scopes of a Python file, and what they capture.
//
//   nodes, in order --visit--> scopes with names: bound, used, declared
//   scopes, outer first --resolve--> names that are free      inner first --pass_up--> cells
#include "lang/cells.h"

#include "base/map.h"
#include "lang/shape_.h"

typedef enum Role { // of a node type
    ROLE_OTHER,
    ROLE_FUNCTION,
    ROLE_LAMBDA,
    ROLE_CLASS,
    ROLE_COMPREHENSION, // list, set, dict
    ROLE_GENERATOR,
    ROLE_FOR_CLAUSE,
    ROLE_PARAMETERS,
    ROLE_DEFAULT_PARAMETER,
    ROLE_TYPED_PARAMETER,
    ROLE_ASSIGNMENT, // also augmented, for, with a field `left`
    ROLE_WALRUS,
    ROLE_TARGETS, // what holds targets of a target
    ROLE_AS_TARGET,
    ROLE_AS,
    ROLE_CAPTURE,
    ROLE_DELETE,
    ROLE_ATTRIBUTE,
    ROLE_KEYWORD,
    ROLE_IMPORT,
    ROLE_IMPORT_FROM,
    ROLE_ALIASED_IMPORT,
    ROLE_DOTTED_NAME,
    ROLE_GLOBAL,
    ROLE_NONLOCAL,
    ROLE_CASE_PATTERN,
    ROLE_IDENTIFIER,
    ROLE_CONSTANT,
} Role;

static const struct {
    const char *type;
    Role role;
} roles[] = {
    {"function_definition", ROLE_FUNCTION},
    {"lambda", ROLE_LAMBDA},
    {"class_definition", ROLE_CLASS},
    {"list_comprehension", ROLE_COMPREHENSION},
    {"set_comprehension", ROLE_COMPREHENSION},
    {"dictionary_comprehension", ROLE_COMPREHENSION},
    {"generator_expression", ROLE_GENERATOR},
    {"for_in_clause", ROLE_FOR_CLAUSE},
    {"parameters", ROLE_PARAMETERS},
    {"lambda_parameters", ROLE_PARAMETERS},
    {"default_parameter", ROLE_DEFAULT_PARAMETER},
    {"typed_default_parameter", ROLE_DEFAULT_PARAMETER},
    {"typed_parameter", ROLE_TYPED_PARAMETER},
    {"assignment", ROLE_ASSIGNMENT},
    {"augmented_assignment", ROLE_ASSIGNMENT},
    {"for_statement", ROLE_ASSIGNMENT},
    {"type_alias_statement", ROLE_ASSIGNMENT},
    {"named_expression", ROLE_WALRUS},
    {"pattern_list", ROLE_TARGETS},
    {"tuple_pattern", ROLE_TARGETS},
    {"list_pattern", ROLE_TARGETS},
    {"list_splat_pattern", ROLE_TARGETS},
    {"dictionary_splat_pattern", ROLE_TARGETS},
    {"splat_pattern", ROLE_CAPTURE},
    {"as_pattern", ROLE_AS},
    {"parenthesized_expression", ROLE_TARGETS},
    {"tuple", ROLE_TARGETS},
    {"list", ROLE_TARGETS},
    {"expression_list", ROLE_TARGETS},
    {"as_pattern_target", ROLE_AS_TARGET},
    {"delete_statement", ROLE_DELETE},
    {"attribute", ROLE_ATTRIBUTE},
    {"keyword_argument", ROLE_KEYWORD},
    {"keyword_pattern", ROLE_KEYWORD},
    {"import_statement", ROLE_IMPORT},
    {"import_from_statement", ROLE_IMPORT_FROM},
    {"future_import_statement", ROLE_IMPORT_FROM},
    {"aliased_import", ROLE_ALIASED_IMPORT},
    {"relative_import", ROLE_ALIASED_IMPORT},
    {"dotted_name", ROLE_DOTTED_NAME},
    {"global_statement", ROLE_GLOBAL},
    {"nonlocal_statement", ROLE_NONLOCAL},
    {"case_pattern", ROLE_CASE_PATTERN},
    {"identifier", ROLE_IDENTIFIER},
    {"integer", ROLE_CONSTANT},
    {"float", ROLE_CONSTANT},
    {"string", ROLE_CONSTANT},
    {"true", ROLE_CONSTANT},
    {"false", ROLE_CONSTANT},
    {"none", ROLE_CONSTANT},
};

enum { // of a name in a scope
    NAME_BOUND = 1,
    NAME_USED = 2,
    NAME_GLOBAL = 4,
    NAME_NONLOCAL = 8,
    NAME_FREE = 16,  // of a function around it
    NAME_ASKED = 32, // free, and a function (not only a comprehension) needs it
    NAME_CELL = 64,
};

typedef enum BlockKind { BLOCK_MODULE, BLOCK_CLASS, BLOCK_FUNCTION, BLOCK_COMPREHENSION } BlockKind;

typedef struct Block {
    BlockKind kind;
    bool is_def; // a def, not a lambda or generator
    uint32_t node, outer;
    bool nested;
    Map names;                      // -> flags
    VEC(Str) order;                 // the names as they first stand
    Map seen;                       // attributes and constants, each once
    VEC(Str) attributes, constants; // of a def
} Block;

typedef VEC(Block) BlockVec;

typedef struct Reader {
    Arena *arena;
    const ShapeTree *tree;
    uint8_t *role_of; // by symbol
    TSFieldId left, name, body, type, value, attribute, right, parameters, module_name, alias;
    BlockVec blocks;
    uint32_t *inside; // by node: the block that its children are in
    bool *is_target;  // by node: what it holds is bound
} Reader;

static Role role_at(const Reader *r, uint32_t node)
{
    TSSymbol symbol = r->tree->nodes[node].symbol;
    return node_is(&r->tree->nodes[node], NODE_NAMED) ? (Role)r->role_of[symbol] : ROLE_OTHER;
}

static void add_name(Reader *r, uint32_t block, Str name, uint64_t flags)
{
    Block *at = &r->blocks.items[block];
    uint64_t *known = map_at(r->arena, &at->names, name, 0);
    if (!*known) VEC_PUSH(r->arena, &at->order, name);
    *known |= flags;
}

static uint64_t flags_of(const Block *block, Str name)
{
    uint64_t flags = 0;
    return map_get(&block->names, name, &flags) ? flags : 0;
}

// The def that a block is part of, itself perhaps; 0: none.
static uint32_t def_around(const Reader *r, uint32_t block)
{
    while (block && !r->blocks.items[block].is_def) {
        if (r->blocks.items[block].kind == BLOCK_CLASS) return 0;
        block = r->blocks.items[block].outer;
    }
    return block;
}

static void add_surface(Reader *r, uint32_t block, Str text, bool constant)
{
    uint32_t def = def_around(r, block);
    if (!def) return;
    Block *at = &r->blocks.items[def];
    uint64_t *seen = map_at(r->arena, &at->seen, text, 0);
    uint64_t bit = constant ? 2 : 1;
    if (*seen & bit) return;
    *seen |= bit;
    if (constant) VEC_PUSH(r->arena, &at->constants, text);
    else VEC_PUSH(r->arena, &at->attributes, text);
}

static uint32_t open_block(Reader *r, BlockKind kind, uint32_t node, uint32_t outer)
{
    const Block *around = &r->blocks.items[outer];
    Block block = {.kind = kind, .node = node, .outer = outer};
    block.is_def = role_at(r, node) == ROLE_FUNCTION;
    block.nested = around->nested || around->kind == BLOCK_FUNCTION;
    VEC_PUSH(r->arena, &r->blocks, block);
    return (uint32_t)r->blocks.len - 1;
}

// A walrus binds in the function around comprehensions.
static uint32_t block_of_walrus(const Reader *r, uint32_t block)
{
    for (;;) {
        const Block *at = &r->blocks.items[block];
        bool comprehension = at->kind == BLOCK_COMPREHENSION ||
                             (at->kind == BLOCK_FUNCTION && role_at(r, at->node) == ROLE_GENERATOR);
        if (!comprehension) return block;
        block = at->outer;
    }
}

static bool is_first_clause(const Reader *r, uint32_t clause)
{
    uint32_t parent = r->tree->nodes[clause].parent;
    for (uint32_t at = parent + 1; at < clause; at = r->tree->nodes[at].next)
        if (role_at(r, at) == ROLE_FOR_CLAUSE) return false;
    return true;
}

// The block that a node belongs to, given that of its parent's children.
static uint32_t block_of(const Reader *r, uint32_t node, uint32_t inner)
{
    const Node *at = &r->tree->nodes[node];
    uint32_t outer = r->blocks.items[inner].outer;
    bool opened = r->blocks.items[inner].node == at->parent;
    switch (role_at(r, at->parent)) {
    case ROLE_FUNCTION:
    case ROLE_LAMBDA:
        if (!opened) return inner;
        return at->field == r->body || at->field == r->parameters ? inner : outer;
    case ROLE_CLASS: return !opened || at->field == r->body ? inner : outer;
    case ROLE_DEFAULT_PARAMETER:
        return at->field == r->value || at->field == r->type ? outer : inner;
    case ROLE_TYPED_PARAMETER: return at->field == r->type ? outer : inner;
    case ROLE_FOR_CLAUSE: // the first sequence is evaluated outside
        return at->field == r->right && is_first_clause(r, at->parent) ? outer : inner;
    default: return inner;
    }
}

static bool binds(const Reader *r, uint32_t node)
{
    const Node *at = &r->tree->nodes[node];
    bool parent_is_target = r->is_target[at->parent];
    switch (role_at(r, at->parent)) {
    case ROLE_ASSIGNMENT:
    case ROLE_FOR_CLAUSE: return at->field == r->left;
    case ROLE_PARAMETERS:
    case ROLE_AS_TARGET:
    case ROLE_DELETE: return true;
    case ROLE_DEFAULT_PARAMETER:
    case ROLE_WALRUS: return at->field == r->name;
    case ROLE_TYPED_PARAMETER: return at->field != r->type;
    case ROLE_FUNCTION:
    case ROLE_CLASS: return at->field == r->name;
    case ROLE_TARGETS: return parent_is_target;
    case ROLE_CAPTURE: return true;
    case ROLE_AS: return at->named_index > 0;
    default: return false;
    }
}

// a in import a.b; b in from a import b
static void take_import(Reader *r, uint32_t dotted, uint32_t block)
{
    const Node *at = &r->tree->nodes[dotted];
    Role around = role_at(r, at->parent);
    bool from = around == ROLE_IMPORT_FROM && at->field != r->module_name;
    if (around == ROLE_IMPORT || from)
        add_name(r, block, node_text(r->tree, dotted + 1), NAME_BOUND);
}

// A name alone in a pattern of match binds; a dotted one is a value.
static bool take_case(Reader *r, uint32_t dotted, uint32_t block)
{
    const Node *at = &r->tree->nodes[dotted];
    Role around = role_at(r, at->parent);
    bool pattern = around == ROLE_CASE_PATTERN || (around == ROLE_KEYWORD && at->named_index > 0);
    if (!pattern || at->named_count != 1) return false;
    Str name = node_text(r->tree, dotted + 1);
    if (!str_eq(name, STR("_"))) add_name(r, block, name, NAME_BOUND);
    return true;
}

static void take_identifier(Reader *r, uint32_t node, uint32_t block)
{
    const Node *at = &r->tree->nodes[node];
    Str name = node_text(r->tree, node);
    switch (role_at(r, at->parent)) {
    case ROLE_ATTRIBUTE:
        if (at->field == r->attribute) {
            add_surface(r, block, name, false);
            return;
        }
        break;
    case ROLE_KEYWORD:
        if (at->field == r->name || at->named_index == 0) return;
        break;
    case ROLE_GLOBAL: add_name(r, block, name, NAME_GLOBAL); return;
    case ROLE_NONLOCAL: add_name(r, block, name, NAME_NONLOCAL); return;
    case ROLE_ALIASED_IMPORT: add_name(r, block, name, NAME_BOUND); return;
    case ROLE_WALRUS:
        if (at->field == r->name) {
            add_name(r, block_of_walrus(r, block), name, NAME_BOUND);
            if (block_of_walrus(r, block) != block) add_name(r, block, name, NAME_USED);
            return;
        }
        break;
    case ROLE_DOTTED_NAME: {
        uint32_t outer = r->tree->nodes[at->parent].parent;
        Role around = role_at(r, outer);
        bool import = around == ROLE_IMPORT || around == ROLE_IMPORT_FROM ||
                      around == ROLE_ALIASED_IMPORT || around == ROLE_OTHER;
        if (node != at->parent + 1) return; // only the first part is a name
        if (take_case(r, at->parent, block)) return;
        if (import && around != ROLE_OTHER) return;
        break;
    }
    default: break;
    }
    add_name(r, block, name, r->is_target[node] ? NAME_BOUND : NAME_USED);
    if (str_eq(name, STR("super")) && r->blocks.items[block].kind == BLOCK_FUNCTION)
        add_name(r, block, STR("__class__"), NAME_USED);
}

// The first statement of a body, when it is a string.
static bool is_docstring(const Reader *r, uint32_t node)
{
    const Node *nodes = r->tree->nodes;
    uint32_t statement = nodes[node].parent;
    if (node != statement + 1 || nodes[statement].named_count != 1) return false;
    uint32_t body = nodes[statement].parent;
    return body != SHAPE_NONE && nodes[statement].named_index == 0 && nodes[body].field == r->body;
}

static void visit(Reader *r, uint32_t node)
{
    const Node *at = &r->tree->nodes[node];
    uint32_t block = node ? block_of(r, node, r->inside[at->parent]) : 0;
    r->is_target[node] = node && binds(r, node);
    r->inside[node] = block;
    switch (role_at(r, node)) {
    case ROLE_FUNCTION:
    case ROLE_LAMBDA:
    case ROLE_GENERATOR: r->inside[node] = open_block(r, BLOCK_FUNCTION, node, block); break;
    case ROLE_CLASS:
        r->inside[node] = open_block(r, BLOCK_CLASS, node, block);
        add_name(r, r->inside[node], STR("__class__"), 0);
        break;
    case ROLE_COMPREHENSION:
        r->inside[node] = open_block(r, BLOCK_COMPREHENSION, node, block);
        break;
    case ROLE_DOTTED_NAME: take_import(r, node, block); break;
    case ROLE_IDENTIFIER: take_identifier(r, node, block); break;
    case ROLE_CONSTANT:
        if (!is_docstring(r, node)) add_surface(r, block, node_text(r->tree, node), true);
        break;
    default: break;
    }
}

// --- what is free ---

static bool is_local(const Block *block, Str name)
{
    uint64_t flags = flags_of(block, name);
    return flags & NAME_BOUND && !(flags & (NAME_GLOBAL | NAME_NONLOCAL));
}

// Whether a function around binds the name: classes in between are not looked at, but for
// __class__, which they have.
static bool is_bound_outside(const Reader *r, uint32_t block, Str name)
{
    bool is_class = str_eq(name, STR("__class__"));
    while (block) {
        block = r->blocks.items[block].outer;
        const Block *at = &r->blocks.items[block];
        if (at->kind == BLOCK_MODULE) return false;
        if (at->kind == BLOCK_CLASS) {
            if (is_class) return true;
            continue;
        }
        if (flags_of(at, name) & NAME_GLOBAL) return false;
        if (is_local(at, name)) return true;
    }
    return false;
}

static void resolve(Reader *r, uint32_t number)
{
    Block *block = &r->blocks.items[number];
    for (size_t i = 0; i < block->order.len; i++) {
        Str name = block->order.items[i];
        uint64_t flags = flags_of(block, name);
        bool own = is_local(block, name) || flags & NAME_GLOBAL;
        if (own || !(flags & (NAME_USED | NAME_NONLOCAL)) || !is_bound_outside(r, number, name))
            continue;
        bool asked = block->kind != BLOCK_COMPREHENSION;
        add_name(r, number, name, NAME_FREE | (asked ? NAME_ASKED : 0));
    }
}

// What is free in a block is a cell of the one around it, or free there, too.
static void pass_up(Reader *r, uint32_t number)
{
    Block *block = &r->blocks.items[number], *outer = &r->blocks.items[block->outer];
    for (size_t i = 0; i < block->order.len; i++) {
        Str name = block->order.items[i];
        uint64_t flags = flags_of(block, name);
        bool functions = outer->kind != BLOCK_CLASS;
        if (block->kind == BLOCK_COMPREHENSION && flags & NAME_CELL && outer->kind != BLOCK_MODULE)
            add_name(r, block->outer, name, NAME_CELL);
        if (!(flags & NAME_FREE)) continue;
        if (outer->kind == BLOCK_CLASS && str_eq(name, STR("__class__"))) continue;
        if (functions && is_local(outer, name)) {
            if (flags & NAME_ASKED) add_name(r, block->outer, name, NAME_CELL);
            continue;
        }
        bool asked = flags & NAME_ASKED || outer->kind != BLOCK_COMPREHENSION;
        add_name(r, block->outer, name, NAME_FREE | (asked ? NAME_ASKED : 0));
    }
}

static const Str *names_with(Reader *r, const Block *block, uint64_t flag, uint32_t *count)
{
    VEC(Str) names = {0};
    for (size_t i = 0; i < block->order.len; i++)
        if (flags_of(block, block->order.items[i]) & flag)
            VEC_PUSH(r->arena, &names, block->order.items[i]);
    *count = (uint32_t)names.len;
    return names.items;
}

// Of the def and what is part of it.
static const Str *globals_of(Reader *r, uint32_t def, uint32_t *count)
{
    VEC(Str) names = {0};
    Map seen = {0};
    for (uint32_t i = def; i < r->blocks.len; i++) {
        const Block *block = &r->blocks.items[i];
        if (def_around(r, i) != def) continue;
        for (size_t j = 0; j < block->order.len; j++) {
            Str name = block->order.items[j];
            uint64_t flags = flags_of(block, name);
            bool global =
                flags & NAME_GLOBAL || (flags & NAME_USED && !(flags & (NAME_BOUND | NAME_FREE)));
            bool own = i != def && (is_local(&r->blocks.items[def], name));
            if (!global || own || str_eq(name, STR("__class__"))) continue;
            uint64_t *at = map_at(r->arena, &seen, name, 0);
            if (!(*at)++) VEC_PUSH(r->arena, &names, name);
        }
    }
    *count = (uint32_t)names.len;
    return names.items;
}

static TSFieldId field_of(const ShapeTree *tree, const char *name)
{
    return ts_language_field_id_for_name(tree->language, name, (uint32_t)strlen(name));
}

static void prepare(Reader *r)
{
    const TSLanguage *language = r->tree->language;
    uint32_t symbols = ts_language_symbol_count(language);
    r->role_of = ARENA_ARRAY(r->arena, uint8_t, UINT16_MAX + 1);
    for (size_t i = 0; i < ARRAY_LEN(roles); i++) {
        const char *type = roles[i].type;
        TSSymbol symbol = ts_language_symbol_for_name(language, type, (uint32_t)strlen(type), true);
        if (symbol && symbol < symbols) r->role_of[symbol] = (uint8_t)roles[i].role;
    }
    r->left = field_of(r->tree, "left");
    r->name = field_of(r->tree, "name");
    r->body = field_of(r->tree, "body");
    r->type = field_of(r->tree, "type");
    r->value = field_of(r->tree, "value");
    r->right = field_of(r->tree, "right");
    r->attribute = field_of(r->tree, "attribute");
    r->parameters = field_of(r->tree, "parameters");
    r->module_name = field_of(r->tree, "module_name");
    r->alias = field_of(r->tree, "alias");
    r->inside = ARENA_ARRAY(r->arena, uint32_t, r->tree->count);
    r->is_target = ARENA_ARRAY(r->arena, bool, r->tree->count);
    VEC_PUSH(r->arena, &r->blocks, (Block){.kind = BLOCK_MODULE, .node = SHAPE_NONE});
}

bool cells_has_rules(LangId lang)
{
    return lang == LANG_python;
}

void cells_read(Ctx *cx, const ShapeTree *tree, CellScopes *out)
{
    Reader r = {.arena = cx->arena, .tree = tree};
    VEC(CellScope) scopes = {0};
    *out = (CellScopes){0};
    if (!cells_has_rules(tree->lang)) return;
    prepare(&r);
    for (uint32_t i = 0; i < tree->count; i++) visit(&r, i);
    for (uint32_t i = 1; i < r.blocks.len; i++) resolve(&r, i);
    for (uint32_t i = (uint32_t)r.blocks.len; i-- > 1;) pass_up(&r, i);
    for (uint32_t i = 1; i < r.blocks.len; i++) {
        const Block *block = &r.blocks.items[i];
        const Node *node = &tree->nodes[block->node];
        if (!block->is_def) continue;
        CellScope scope = {.span = {node->start, node->end}, .nested = block->nested};
        scope.frees = names_with(&r, block, NAME_FREE, &scope.free_count);
        scope.cells = names_with(&r, block, NAME_CELL, &scope.cell_count);
        scope.globals = globals_of(&r, i, &scope.global_count);
        scope.attributes = block->attributes.items;
        scope.attribute_count = (uint32_t)block->attributes.len;
        scope.constants = block->constants.items;
        scope.constant_count = (uint32_t)block->constants.len;
        VEC_PUSH(cx->arena, &scopes, scope);
    }
    out->items = scopes.items;
    out->count = scopes.len;
}
