// lang/haskell/haskell.c - Haskell. A signature and the equations behind it are one definition.
// A top-level name is a function whether or not its equations take arguments: `main = do ...`.
#include "lang/spec.h"

const TSLanguage *tree_sitter_haskell(void);

enum { PATH_MAX_BYTES = 200 };

enum {
    F_NAME,
    F_NAMES,
    F_MODULE,
    F_ALIAS,
    F_CONSTRUCTOR,
    F_CONSTRUCTORS,
    F_DECLARATIONS,
    F_FUNCTION,
    F_ID,
    F_OPERATOR,
    F_LEFT,
    F_MATCH,
};
static const char *const fields[] = {"name",        "names",        "module",       "alias",
                                     "constructor", "constructors", "declarations", "function",
                                     "id",          "operator",     "left_operand", "match",
                                     NULL};

enum {
    S_SIGNATURE,
    S_FUNCTION,
    S_BIND,
    S_VARIABLE,
    S_OPERATOR,
    S_CONSTRUCTOR_OPERATOR,
    S_PREFIX_ID,
    S_INFIX,
    S_INFIX_ID,
    S_HEAD_PARENS,
    S_BINDING_LIST,
    S_LOCAL_BINDS,
    S_FIELD_NAME,
    S_APPLY,
    S_QUALIFIED,
    S_IMPORT_NAME,
    S_DECLARATIONS,
    S_CLASS_DECLARATIONS,
    S_INSTANCE_DECLARATIONS,
    S_FOREIGN_IMPORT,
};
static const char *const symbols[] = {"signature",
                                      "function",
                                      "bind",
                                      "variable",
                                      "operator",
                                      "constructor_operator",
                                      "prefix_id",
                                      "infix",
                                      "infix_id",
                                      "function_head_parens",
                                      "binding_list",
                                      "local_binds",
                                      "field_name",
                                      "apply",
                                      "qualified",
                                      "import_name",
                                      "declarations",
                                      "class_declarations",
                                      "instance_declarations",
                                      "foreign_import",
                                      NULL};

static TSNode child_of(const Extract *x, TSNode node, unsigned symbol)
{
    TSNode found = {0};
    ExtractChildren each = extract_children(node);
    while (extract_each(&each))
        if (ts_node_is_null(found) && extract_is(x, each.node, symbol)) found = each.node;
    return found;
}

// (+++) and `elem` are +++ and elem.
static TSNode bare(const Extract *x, TSNode name)
{
    bool wrapped = extract_is(x, name, S_PREFIX_ID) || extract_is(x, name, S_INFIX_ID);
    return wrapped ? ts_node_named_child(name, 0) : name;
}

// --- functions

// The name of a signature or an equation: f x y, x + y, (f x) y. Null: a pattern, or several.
static TSNode equation_name(const Extract *x, TSNode node)
{
    enum { HEAD_MAX_DEPTH = 8 };
    for (int i = 0; i < HEAD_MAX_DEPTH && !ts_node_is_null(node); i++) {
        TSNode name = extract_child(x, node, F_NAME), infix = child_of(x, node, S_INFIX);
        if (!ts_node_is_null(name)) return bare(x, name);
        if (!ts_node_is_null(infix)) return bare(x, extract_child(x, infix, F_OPERATOR));
        node = child_of(x, node, S_HEAD_PARENS);
    }
    return (TSNode){0};
}

static bool is_equation(const Extract *x, TSNode node)
{
    return extract_is(x, node, S_FUNCTION) || extract_is(x, node, S_BIND);
}

// Whether the node around is a list of declarations; types have a node `function` too.
static bool is_declared(const Extract *x)
{
    TSNode around = extract_ancestor(x, 1);
    if (!ts_node_is_null(around) && ts_node_is_error(around)) return true;
    switch (extract_symbol(x, around)) {
    case S_DECLARATIONS:
    case S_CLASS_DECLARATIONS:
    case S_INSTANCE_DECLARATIONS:
    case S_FOREIGN_IMPORT:
    case S_LOCAL_BINDS: return true;
    default: return false;
    }
}

// A definition for each of several names in front of one type: the names share the node.
static void define_each(Extract *x, TSNode node, TSNode names, DefKind kind)
{
    DefDraft own = {0};
    uint32_t count = 0;
    ExtractChildren each = extract_children(names);
    while (extract_each(&each)) {
        bool is_name = ts_node_is_named(each.node) && extract_rule(x, each.node) == RULE_NONE;
        if (!is_name || (kind == DEF_FIELD && !extract_is(x, each.node, S_FIELD_NAME))) continue;
        if (count) extract_def(x, &own);
        own = extract_draft(x, kind, node, bare(x, each.node));
        own.def.full.end = ts_node_end_byte(each.node);
        if (count++) own.def.full.start = ts_node_start_byte(each.node);
        own.def.declaration = kind == DEF_FUNCTION;
    }
    own.def.full.end = ts_node_end_byte(node);
    if (count) extract_def(x, &own);
}

static bool has_name(const Extract *x, TSNode node, Str name)
{
    bool fits = is_equation(x, node) || extract_is(x, node, S_SIGNATURE);
    TSNode own = fits ? equation_name(x, node) : (TSNode){0};
    return !ts_node_is_null(own) && str_eq(extract_text(x, extract_span(own)), name);
}

// The first one of a group defines it; the group ends where another name begins. In `let` and
// `where` a name without arguments is a local value.
static bool define_group(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    if (!is_declared(x)) return true;
    bool local = extract_is(x, extract_ancestor(x, 1), S_LOCAL_BINDS);
    TSNode names = extract_child(x, node, F_NAMES), name = equation_name(x, node);
    if (!ts_node_is_null(names)) {
        if (!local) define_each(x, node, names, DEF_FUNCTION);
        return true;
    }
    if (ts_node_is_null(name)) return true;
    DefDraft own = extract_draft(x, DEF_FUNCTION, node, name);
    TSNode before = extract_previous(x), match = extract_child(x, node, F_MATCH);
    if (!ts_node_is_null(before) && has_name(x, before, own.def.name)) return true;
    bool has_equation = is_equation(x, node), takes = extract_is(x, node, S_FUNCTION);
    ExtractChildren each = extract_following(x);
    while (extract_each(&each)) {
        bool skip = !ts_node_is_named(each.node) || extract_rule(x, each.node) == RULE_COMMENT;
        if (skip) continue;
        if (!is_equation(x, each.node) || !has_name(x, each.node, own.def.name)) {
            extract_end(&each);
            continue;
        }
        has_equation = true;
        takes |= extract_is(x, each.node, S_FUNCTION);
        own.def.full.end = ts_node_end_byte(each.node);
    }
    if (local && !takes) return true;
    own.def.declaration = !has_equation;
    if (!ts_node_is_null(match)) own.signature.end = ts_node_start_byte(match);
    extract_def(x, &own);
    extract_enter(x);
    return true;
}

// --- types

static bool define_module(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode module = extract_child(x, node, F_MODULE);
    if (ts_node_is_null(module)) return false;
    draft->def.name_span = extract_span(module);
    draft->def.name = extract_text(x, draft->def.name_span);
    draft->signature.end = draft->def.name_span.end;
    return true;
}

// The signature ends where `inside` begins, and before the "where" in front of it.
static bool end_head(TSNode node, TSNode inside, DefDraft *draft)
{
    if (!ts_node_is_null(inside)) draft->signature.end = ts_node_start_byte(inside);
    ExtractChildren each = extract_children(node);
    while (extract_each(&each))
        if (strcmp(ts_node_type(each.node), "where") == 0)
            draft->signature.end = MIN(draft->signature.end, ts_node_start_byte(each.node));
    return draft->def.name.len;
}

// data T a = ...: the signature ends before the constructors.
static bool define_data(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode first = extract_child(x, node, F_CONSTRUCTORS);
    if (ts_node_is_null(first)) first = extract_child(x, node, F_CONSTRUCTOR);
    return end_head(node, first, draft);
}

static bool define_class(Extract *x, TSNode node, DefDraft *draft)
{
    return end_head(node, extract_child(x, node, F_DECLARATIONS), draft);
}

// A Int, B { x :: Int }, a :+: b
static bool define_constructor(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode inside = extract_child(x, node, F_CONSTRUCTOR), name = {0};
    TSNode names = extract_child(x, node, F_NAMES); // GB, GC :: G
    if (!ts_node_is_null(names)) {
        define_each(x, node, names, DEF_ENUM_MEMBER);
        return false;
    }
    if (ts_node_is_null(inside)) name = extract_child(x, node, F_NAME);
    else name = extract_child(x, inside, F_NAME);
    if (ts_node_is_null(name) && !ts_node_is_null(inside))
        name = extract_child(x, inside, F_OPERATOR);
    if (ts_node_is_null(name)) return false;
    draft->def.name_span = extract_span(bare(x, name));
    draft->def.name = extract_text(x, draft->def.name_span);
    return true;
}

// x, y :: Int
static bool define_fields(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    define_each(x, node, node, DEF_FIELD);
    return true;
}

// --- calls

static void add_call(Extract *x, TSNode node, TSNode callee, uint32_t arguments)
{
    TSNode name = callee;
    if (extract_is(x, callee, S_QUALIFIED)) name = extract_child(x, callee, F_ID);
    if (!extract_is(x, name, S_VARIABLE)) return;
    Call call = {.full = extract_span(node), .name_span = extract_span(name)};
    call.name = extract_text(x, call.name_span);
    call.callee = extract_fold(x, extract_span(callee), PATH_MAX_BYTES);
    call.receiver = extract_text(x, (Span){ts_node_start_byte(callee), call.name_span.start});
    if (str_ends(call.receiver, STR("."))) call.receiver.len--;
    call.arg_count = arguments;
    extract_call(x, &call);
}

// f a b is the application of f a to b: the outermost one is the call.
static bool find_apply(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TSNode around = extract_ancestor(x, 1), callee = node;
    bool inner =
        extract_is(x, around, S_APPLY) && ts_node_start_byte(around) == ts_node_start_byte(node);
    uint32_t arguments = 0;
    for (; !inner && extract_is(x, callee, S_APPLY); arguments++)
        callee = extract_child(x, callee, F_FUNCTION);
    if (!inner && !ts_node_is_null(callee)) add_call(x, node, callee, arguments);
    return true;
}

// f $ x, f <$> x and a `f` b
static bool find_infix(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TSNode operator= extract_child(x, node, F_OPERATOR), left = extract_child(x, node, F_LEFT);
    if (ts_node_is_null(operator) || ts_node_is_null(left)) return true;
    Str text = extract_text(x, extract_span(operator));
    bool applies = str_eq(text, STR("$")) || str_eq(text, STR("<$>")) || str_eq(text, STR("$!"));
    if (applies) add_call(x, node, left, 1);
    bool declares = extract_is(x, extract_ancestor(x, 1), S_FUNCTION);
    if (extract_is(x, operator, S_INFIX_ID) && !declares)
        add_call(x, node, ts_node_named_child(operator, 0), 2);
    return true;
}

// --- imports

// import A.B (f, T(..)); hiding names nothing that is imported
static bool find_import(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TSNode module = extract_child(x, node, F_MODULE), names = extract_child(x, node, F_NAMES);
    TSNode alias = extract_child(x, node, F_ALIAS);
    if (ts_node_is_null(module)) return true;
    Import row = {.full = extract_span(node), .name_span = extract_span(module)};
    row.module = extract_text(x, row.name_span);
    if (!ts_node_is_null(alias)) row.alias = extract_text(x, extract_span(alias));
    bool hiding = false, named = false;
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) hiding |= strcmp(ts_node_type(each.node), "hiding") == 0;
    if (!ts_node_is_null(names) && !hiding) {
        each = extract_children(names);
        while (extract_each(&each)) {
            if (!extract_is(x, each.node, S_IMPORT_NAME)) continue;
            Import own = row;
            own.name_span = extract_span(bare(x, ts_node_named_child(each.node, 0)));
            own.name = extract_text(x, own.name_span);
            own.alias = STR_NONE;
            extract_import(x, &own);
            named = true;
        }
    }
    if (!named) extract_import(x, &row);
    return true;
}

// {-# ... #-}: a comment, but no documentation of what follows.
static bool find_pragma(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    extract_text_span(x, (TextSpan){.kind = SPAN_COMMENT, .span = extract_span(node)});
    return false;
}

static bool find_directive(Extract *x, TSNode node, DefDraft *draft)
{
    (void)x, (void)node, (void)draft;
    return false;
}

static const Rule rules[] = {
    {"header", RULE_DEF, DEF_MODULE, .hook = define_module},
    {"data_type", RULE_DEF, DEF_TYPE, .name = "name", .hook = define_data},
    {"newtype", RULE_DEF, DEF_TYPE, .name = "name", .hook = define_data},
    {"type_synomym", RULE_DEF, DEF_TYPE, .name = "name"},
    {"type_family", RULE_DEF, DEF_TYPE, .name = "name"},
    {"data_family", RULE_DEF, DEF_TYPE, .name = "name"},
    {"class", RULE_DEF, DEF_CLASS, .name = "name", .hook = define_class},
    {"instance", RULE_DEF, DEF_IMPL, .name = "name", .hook = define_class},
    {"data_constructor", RULE_DEF, DEF_ENUM_MEMBER, .hook = define_constructor},
    {"gadt_constructor", RULE_DEF, DEF_ENUM_MEMBER, .hook = define_constructor},
    {"newtype_constructor", RULE_DEF, DEF_ENUM_MEMBER, .hook = define_constructor},
    {"field", RULE_HOOK, .type = "type", .hook = define_fields},
    {"signature", RULE_HOOK, .type = "type", .hook = define_group},
    {"function", RULE_HOOK, .hook = define_group},
    {"bind", RULE_HOOK, .hook = define_group},
    {"default_signature", .kind = RULE_SKIP},

    {"apply", RULE_HOOK, .hook = find_apply},
    {"infix", RULE_HOOK, .hook = find_infix},

    {"import", RULE_IMPORT, .hook = find_import},
    {"comment", .kind = RULE_COMMENT},
    {"haddock", .kind = RULE_COMMENT},
    {"pragma", RULE_COMMENT, .hook = find_pragma},
    {"cpp", RULE_COMMENT, .hook = find_directive}, // may stand anywhere, as comments may
    {"string", .kind = RULE_STRING},
    {"char", .kind = RULE_STRING},
    {"quasiquote_body", .kind = RULE_STRING},
    {0},
};

static const char *const aliases[] = {"hs", NULL};
static const char *const extensions[] = {"hs", "hs-boot", "hsc", NULL};
static const char *const interpreters[] = {"runhaskell", "runghc", "stack", NULL};
static const char *const doc_markers[] = {"-- |", "-- ^", "{-|", "{- |", NULL};

const LangSpec lang_haskell_spec = {
    .name = "haskell",
    .aliases = aliases,
    .extensions = extensions,
    .interpreters = interpreters,
    .grammar = tree_sitter_haskell,
    .sigil = "µ",
    .separator = ".",
    .doc_markers = doc_markers,
    .doc_comments = true,
    .rules = rules,
    .fields = fields,
    .symbols = symbols,
};
