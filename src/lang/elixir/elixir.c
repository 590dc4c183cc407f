// lang/elixir/elixir.c - Elixir. Its grammar knows calls only: defmodule, def, alias and if are
// told by their names here. Attributes are the "@" operator on a call: @doc "...", @type t :: ...
#include "lang/spec.h"

const TSLanguage *tree_sitter_elixir(void);

enum { PATH_MAX_BYTES = 200 };

enum { F_TARGET, F_LEFT, F_RIGHT, F_OPERATOR, F_OPERAND, F_KEY, F_VALUE };
static const char *const fields[] = {"target",  "left", "right", "operator",
                                     "operand", "key",  "value", NULL};

enum {
    S_IDENTIFIER,
    S_ALIAS,
    S_CALL,
    S_DOT,
    S_ARGUMENTS,
    S_DO_BLOCK,
    S_BINARY_OPERATOR,
    S_UNARY_OPERATOR,
    S_KEYWORDS,
    S_PAIR,
    S_TUPLE,
    S_STRING,
    S_SIGIL,
};
static const char *const symbols[] = {
    "identifier",     "alias",    "call", "dot",   "arguments", "do_block", "binary_operator",
    "unary_operator", "keywords", "pair", "tuple", "string",    "sigil",    NULL};

static TSNode child_of(const Extract *x, TSNode node, unsigned symbol)
{
    TSNode found = {0};
    ExtractChildren each = extract_children(node);
    while (extract_each(&each))
        if (extract_is(x, each.node, symbol) && ts_node_is_null(found)) found = each.node;
    return found;
}

// The first argument of a call, or a null node.
static TSNode first_argument(const Extract *x, TSNode call)
{
    TSNode arguments = child_of(x, call, S_ARGUMENTS);
    return ts_node_is_null(arguments) ? arguments : ts_node_named_child(arguments, 0);
}

static bool is_one_of(Str name, const char *const *names)
{
    for (; *names; names++)
        if (str_eq(name, str_from(*names))) return true;
    return false;
}

static Str text_of(const Extract *x, TSNode node)
{
    return ts_node_is_null(node) ? STR_NONE : extract_text(x, extract_span(node));
}

static void drop_call(Extract *x)
{
    Call *call = extract_open_call(x);
    call->full.end = call->full.start;
}

// --- definitions

// The node that names what a head defines: f of f(x), f, f(x) when x > 0 and f(x) :: t; ~> of
// a ~> b. unquote(name)(...) has no name.
static TSNode head_name(const Extract *x, TSNode head)
{
    enum { HEAD_MAX_DEPTH = 8 };
    for (int i = 0; i < HEAD_MAX_DEPTH && !ts_node_is_null(head); i++) {
        if (extract_is(x, head, S_IDENTIFIER)) return head;
        if (extract_is(x, head, S_CALL)) {
            head = extract_child(x, head, F_TARGET);
        } else if (extract_is(x, head, S_BINARY_OPERATOR)) {
            TSNode operator= extract_child(x, head, F_OPERATOR);
            Str text = text_of(x, operator);
            if (!str_eq(text, STR("when")) && !str_eq(text, STR("::"))) return operator;
            head = extract_child(x, head, F_LEFT);
        } else if (extract_is(x, head, S_UNARY_OPERATOR)) {
            return extract_child(x, head, F_OPERATOR);
        } else {
            break;
        }
    }
    return (TSNode){0};
}

// What `head` names, over all of `node`. The head itself is no call and is not looked into.
static bool define(Extract *x, TSNode node, TSNode head, TSNode name, DefKind kind)
{
    if (ts_node_is_null(head) || ts_node_is_null(name)) return false;
    DefDraft own = extract_draft(x, kind, node, name);
    own.signature.end = ts_node_end_byte(head);
    if (!own.def.name.len || str_eq(own.def.name, STR("unquote"))) return false;
    extract_def(x, &own);
    extract_enter(x);
    extract_skip_to(x, own.signature.end);
    return true;
}

static bool define_module(Extract *x, TSNode call, Str word)
{
    static const struct {
        const char *word;
        DefKind kind;
    } kinds[] = {{"defmodule", DEF_MODULE}, {"defprotocol", DEF_INTERFACE}, {"defimpl", DEF_IMPL}};
    TSNode name = first_argument(x, call), head = child_of(x, call, S_ARGUMENTS);
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
        if (str_eq(word, str_from(kinds[i].word)) && extract_is(x, name, S_ALIAS))
            return define(x, call, head, name, kinds[i].kind);
    return false;
}

static bool define_callable(Extract *x, TSNode call, Str word)
{
    static const char *const functions[] = {"def", "defp", "defdelegate", "defn", "defnp", NULL};
    static const char *const macros[] = {"defmacro", "defmacrop", "defguard", "defguardp", NULL};
    bool macro = is_one_of(word, macros);
    if (!macro && !is_one_of(word, functions)) return false;
    TSNode head = first_argument(x, call);
    define(x, call, head, head_name(x, head), macro ? DEF_MACRO : DEF_FUNCTION);
    return true;
}

// --- imports

static void add_import(Extract *x, TSNode call, Str prefix, TSNode path, Str alias)
{
    Import row = {.full = extract_span(call), .name_span = extract_span(path), .alias = alias};
    row.module = str_join(x->cx->arena, prefix, STR("."), extract_text(x, row.name_span));
    extract_import(x, &row);
}

// The name behind `as:`.
static Str find_alias(const Extract *x, TSNode call)
{
    Str alias = STR_NONE;
    TSNode arguments = child_of(x, call, S_ARGUMENTS), keywords = {0};
    if (!ts_node_is_null(arguments)) keywords = child_of(x, arguments, S_KEYWORDS);
    if (ts_node_is_null(keywords)) return alias;
    ExtractChildren each = extract_children(keywords);
    while (extract_each(&each))
        if (extract_is(x, each.node, S_PAIR) &&
            str_starts(text_of(x, extract_child(x, each.node, F_KEY)), STR("as:")))
            alias = text_of(x, extract_child(x, each.node, F_VALUE));
    return alias;
}

// alias A.B, as: C; alias A.{B, C}; import, require and use
static bool find_import(Extract *x, TSNode call, Str word)
{
    static const char *const words[] = {"alias", "import", "require", "use", NULL};
    TSNode path = first_argument(x, call);
    if (!is_one_of(word, words) || ts_node_is_null(path)) return false;
    if (extract_is(x, path, S_ALIAS)) {
        add_import(x, call, STR_NONE, path, find_alias(x, call));
        return true;
    }
    TSNode list = extract_is(x, path, S_DOT) ? extract_child(x, path, F_RIGHT) : (TSNode){0};
    if (extract_is(x, list, S_ALIAS)) add_import(x, call, STR_NONE, path, find_alias(x, call));
    if (!extract_is(x, list, S_TUPLE)) return false;
    Str prefix = text_of(x, extract_child(x, path, F_LEFT));
    ExtractChildren each = extract_children(list);
    while (extract_each(&each))
        if (extract_is(x, each.node, S_ALIAS)) add_import(x, call, prefix, each.node, STR_NONE);
    return true;
}

// --- calls

// a.b without arguments reads a field, unless A is a module; fun.(1) calls what `fun` holds.
static void find_remote_call(Extract *x, TSNode node, TSNode dot)
{
    Call *call = extract_open_call(x);
    TSNode left = extract_child(x, dot, F_LEFT);
    if (ts_node_is_null(extract_child(x, dot, F_RIGHT))) extract_callee(x, node, left, call);
    else if (ts_node_is_null(child_of(x, node, S_ARGUMENTS)) && !extract_is(x, left, S_ALIAS))
        drop_call(x);
}

static bool find_call(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    static const char *const forms[] = {
        "if",    "unless",  "case",    "cond", "with", "for", "quote", "try",
        "super", "receive", "unquote", "do",   "end",  NULL}; // the last two where code is broken
    TSNode target = extract_child(x, node, F_TARGET);
    Str word = text_of(x, target);
    if (extract_is(x, target, S_DOT)) find_remote_call(x, node, target);
    if (x->scope.in_type) drop_call(x);
    if (x->scope.in_type || !extract_is(x, target, S_IDENTIFIER)) return true;
    bool other = define_module(x, node, word) || define_callable(x, node, word) ||
                 find_import(x, node, word) || is_one_of(word, forms);
    if (other) drop_call(x);
    return true;
}

// --- attributes

// @type t(a) :: ..., @callback f(a) :: b
static bool define_type(Extract *x, TSNode node, TSNode call, Str word)
{
    static const char *const types[] = {"type", "typep", "opaque", NULL};
    static const char *const callbacks[] = {"callback", "macrocallback", NULL};
    bool is_type = is_one_of(word, types);
    if (!is_type && !is_one_of(word, callbacks)) return false;
    TSNode head = first_argument(x, call), name = head_name(x, head);
    if (ts_node_is_null(name)) return false;
    DefDraft own = extract_draft(x, is_type ? DEF_TYPE : DEF_FUNCTION, node, name);
    own.def.declaration = !is_type;
    extract_def(x, &own);
    return true;
}

// Documentation: @moduledoc of what it stands in, the others of what follows.
static bool find_doc(Extract *x, TSNode node, TSNode call, Str word)
{
    static const char *const words[] = {"doc", "typedoc", "shortdoc", NULL};
    TSNode text = first_argument(x, call);
    bool is_text = extract_is(x, text, S_STRING) || extract_is(x, text, S_SIGIL);
    if (is_text && str_eq(word, STR("moduledoc"))) extract_docstring(x, extract_span(text));
    if (!is_text || !is_one_of(word, words)) return false;
    extract_comment(x, extract_span(node));
    return true;
}

static bool find_attribute(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    static const char *const leading[] = {"spec", "impl", "deprecated", "dialyzer", "since", NULL};
    static const char *const reserved[] = {
        "behaviour",     "behavior",  "derive",      "before_compile",     "after_compile",
        "on_definition", "on_load",   "compile",     "enforce_keys",       "external_resource",
        "tag",           "moduletag", "describetag", "optional_callbacks", "moduledoc",
        "doc",           "typedoc",   "shortdoc",    "after_verify",       NULL};
    TSNode call = extract_child(x, node, F_OPERAND);
    if (!str_eq(text_of(x, extract_child(x, node, F_OPERATOR)), STR("@"))) return true;
    if (!extract_is(x, call, S_CALL)) return true;
    TSNode name = extract_child(x, call, F_TARGET);
    Str word = text_of(x, name);
    if (find_doc(x, node, call, word)) return false;
    bool is_type = define_type(x, node, call, word) || str_eq(word, STR("spec"));
    if (is_one_of(word, leading)) extract_prefix(x, node);
    if (is_type) {
        extract_text_span(x, (TextSpan){.kind = SPAN_ANNOTATION, .span = extract_span(node)});
        x->scope.in_type = true;
    } else if (!is_one_of(word, leading) && !is_one_of(word, reserved) && !x->scope.in_function) {
        DefDraft own = extract_draft(x, DEF_CONSTANT, node, name);
        extract_cut_value(&own, child_of(x, call, S_ARGUMENTS));
        extract_def(x, &own);
    }
    extract_skip_to(x, ts_node_end_byte(name)); // no call
    return true;
}

// The operand of "@" is a call in the grammar alone.
static bool find_operand(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode around = extract_ancestor(x, 1);
    bool attribute = extract_is(x, around, S_UNARY_OPERATOR) &&
                     str_eq(text_of(x, extract_child(x, around, F_OPERATOR)), STR("@"));
    if (!attribute) return find_call(x, node, draft);
    drop_call(x);
    return true;
}

static const Rule rules[] = {
    {"call", RULE_CALL, .name = "target", .hook = find_operand},
    {"arguments", .kind = RULE_ARGS},
    {"dot", RULE_MEMBER, .name = "right"},
    {"unary_operator", RULE_HOOK, .hook = find_attribute},

    {"comment", .kind = RULE_COMMENT},
    {"string", .kind = RULE_STRING},
    {"charlist", .kind = RULE_STRING},
    {"sigil", .kind = RULE_STRING},
    {"char", .kind = RULE_STRING},
    {"interpolation", .kind = RULE_CODE},
    {0},
};

static const char *const aliases[] = {"ex", "exs", NULL};
static const char *const extensions[] = {"ex", "exs", NULL};
static const char *const interpreters[] = {"elixir", NULL};
static const char *const doc_markers[] = {"@doc", "@typedoc", "@shortdoc", NULL};

const LangSpec lang_elixir_spec = {
    .name = "elixir",
    .aliases = aliases,
    .extensions = extensions,
    .interpreters = interpreters,
    .grammar = tree_sitter_elixir,
    .sigil = "µ",
    .separator = ".",
    .doc_markers = doc_markers,
    .doc_comments = true,
    .rules = rules,
    .fields = fields,
    .symbols = symbols,
};
