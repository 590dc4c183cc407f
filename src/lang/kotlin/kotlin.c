// lang/kotlin/kotlin.c - Kotlin. Its grammar has hardly any fields, so hooks look at node types.
#include "lang/spec.h"

const TSLanguage *tree_sitter_kotlin(void);

enum { PATH_MAX_BYTES = 200, MAX_KEYWORDS = 64 };

enum { F_LEFT, F_RIGHT };
static const char *const fields[] = {"left", "right", NULL};

enum {
    S_IDENTIFIER,
    S_QUALIFIED_IDENTIFIER,
    S_MODIFIERS,
    S_ANNOTATION,
    S_CLASS_BODY,
    S_ENUM_CLASS_BODY,
    S_FUNCTION_BODY,
    S_BLOCK,
    S_VARIABLE_DECLARATION,
    S_GETTER,
    S_SETTER,
    S_USER_TYPE,
    S_NULLABLE_TYPE,
    S_NON_NULLABLE_TYPE,
    S_FUNCTION_TYPE,
    S_PARENTHESIZED_TYPE,
    S_CALL_EXPRESSION,
    S_NAVIGATION_EXPRESSION,
    S_VALUE_ARGUMENTS,
    S_VALUE_ARGUMENT,
    S_ANNOTATED_LAMBDA,
    S_SPREAD_EXPRESSION,
    S_INFIX_EXPRESSION,
    S_BINARY_EXPRESSION,
    S_PARENTHESIZED_EXPRESSION,
};
static const char *const symbols[] = {"identifier",
                                      "qualified_identifier",
                                      "modifiers",
                                      "annotation",
                                      "class_body",
                                      "enum_class_body",
                                      "function_body",
                                      "block",
                                      "variable_declaration",
                                      "getter",
                                      "setter",
                                      "user_type",
                                      "nullable_type",
                                      "non_nullable_type",
                                      "function_type",
                                      "parenthesized_type",
                                      "call_expression",
                                      "navigation_expression",
                                      "value_arguments",
                                      "value_argument",
                                      "annotated_lambda",
                                      "spread_expression",
                                      "infix_expression",
                                      "binary_expression",
                                      "parenthesized_expression",
                                      NULL};

static bool is_token(TSNode node, const char *token)
{
    return strcmp(ts_node_type(node), token) == 0;
}

static TSNode child_of(const Extract *x, TSNode node, unsigned symbol)
{
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        if (!extract_is(x, each.node, symbol)) continue;
        TSNode found = each.node;
        extract_end(&each);
        return found;
    }
    return (TSNode){0};
}

static bool has_token(TSNode node, const char *token)
{
    bool found = false;
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) found |= is_token(each.node, token);
    return found;
}

// --- definitions

// A signature begins behind the annotations, which stand among the modifiers.
static uint32_t behind_annotations(const Extract *x, TSNode node)
{
    TSNode modifiers = child_of(x, node, S_MODIFIERS);
    if (ts_node_is_null(modifiers)) return ts_node_start_byte(node);
    uint32_t start = ts_node_end_byte(modifiers);
    ExtractChildren each = extract_children(modifiers);
    while (extract_each(&each)) {
        if (extract_is(x, each.node, S_ANNOTATION)) continue;
        start = ts_node_start_byte(each.node);
        extract_end(&each);
    }
    return start;
}

static bool has_modifier(const Extract *x, TSNode node, const char *word)
{
    TSNode modifiers = child_of(x, node, S_MODIFIERS);
    bool found = false;
    if (ts_node_is_null(modifiers)) return false;
    ExtractChildren each = extract_children(modifiers);
    while (extract_each(&each))
        found |= str_eq(extract_text(x, extract_span(each.node)), str_from(word));
    return found;
}

static bool is_type(const Extract *x, TSNode node)
{
    unsigned symbol = extract_symbol(x, node);
    return symbol >= S_USER_TYPE && symbol <= S_PARENTHESIZED_TYPE;
}

// The types that stand directly in the node: of a parameter, of a variable, of what is returned.
static bool annotate(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    ExtractChildren each = extract_children(node);
    while (extract_each(&each))
        if (is_type(x, each.node) && !x->scope.in_type)
            extract_text_span(x,
                              (TextSpan){.kind = SPAN_ANNOTATION, .span = extract_span(each.node)});
    return true;
}

static void name_by(const Extract *x, DefDraft *draft, TSNode name)
{
    if (ts_node_is_null(name)) return;
    draft->def.name_span = extract_span(name);
    draft->def.name = extract_fold(x, draft->def.name_span, PATH_MAX_BYTES);
}

static bool define_package(Extract *x, TSNode node, DefDraft *draft)
{
    name_by(x, draft, child_of(x, node, S_QUALIFIED_IDENTIFIER));
    return true;
}

static bool define_type(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode body = child_of(x, node, S_CLASS_BODY), cases = child_of(x, node, S_ENUM_CLASS_BODY);
    if (!ts_node_is_null(cases)) body = cases;
    if (!ts_node_is_null(cases) || has_modifier(x, node, "enum")) draft->def.kind = DEF_ENUM;
    if (has_token(node, "interface")) draft->def.kind = DEF_INTERFACE;
    if (!ts_node_is_null(body)) draft->signature.end = ts_node_start_byte(body);
    draft->signature.start = behind_annotations(x, node);
    return true;
}

// companion object { ... } is named Companion when it has no name.
static bool define_companion(Extract *x, TSNode node, DefDraft *draft)
{
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        if (draft->def.name.len || !is_token(each.node, "companion")) continue;
        draft->def.name = STR("Companion");
        draft->def.name_span = extract_span(each.node);
    }
    return define_type(x, node, draft);
}

static bool define_function(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode body = child_of(x, node, S_FUNCTION_BODY);
    if (ts_node_is_null(body)) draft->def.declaration = true;
    else draft->signature.end = ts_node_start_byte(body);
    draft->signature.start = behind_annotations(x, node);
    return annotate(x, node, NULL);
}

static bool define_constructor(Extract *x, TSNode node, DefDraft *draft)
{
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        if (is_token(each.node, "constructor")) name_by(x, draft, each.node);
        if (extract_is(x, each.node, S_BLOCK)) draft->signature.end = ts_node_start_byte(each.node);
    }
    draft->signature.start = behind_annotations(x, node);
    return true;
}

// val and var outside of functions, with or without accessors.
static bool define_property(Extract *x, TSNode node, DefDraft *draft)
{
    bool behind = false;
    if (x->scope.in_function) return false;
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        if (extract_is(x, each.node, S_VARIABLE_DECLARATION))
            name_by(x, draft, child_of(x, each.node, S_IDENTIFIER));
        bool accessor = extract_is(x, each.node, S_GETTER) || extract_is(x, each.node, S_SETTER);
        if (accessor)
            draft->signature.end = MIN(draft->signature.end, ts_node_start_byte(each.node));
        else if (behind && ts_node_is_named(each.node) && !draft->value.end)
            extract_cut_value(draft, each.node);
        behind |= is_token(each.node, "=") || is_token(each.node, "by");
    }
    if (x->scope.draft >= 0) draft->def.kind = DEF_FIELD;
    if (has_modifier(x, node, "const")) draft->def.kind = DEF_CONSTANT;
    draft->signature.start = behind_annotations(x, node);
    return true;
}

// class A(val b: Int): the parameter is a property.
static bool define_parameter(Extract *x, TSNode node, DefDraft *draft)
{
    annotate(x, node, NULL);
    if (!has_token(node, "val") && !has_token(node, "var")) return false;
    name_by(x, draft, child_of(x, node, S_IDENTIFIER));
    draft->signature.start = behind_annotations(x, node);
    return true;
}

static bool define_entry(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode body = child_of(x, node, S_CLASS_BODY);
    name_by(x, draft, child_of(x, node, S_IDENTIFIER));
    if (!ts_node_is_null(body)) draft->signature.end = ts_node_start_byte(body);
    draft->signature.start = behind_annotations(x, node);
    return true;
}

// Where the parser gave up, the heads of types are still there as tokens. The first one has what
// is left of its members behind it, up to the end of the error.
static bool read_error(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TSNode word = {0};
    bool first = true;
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        bool is_head = is_token(each.node, "class") || is_token(each.node, "interface") ||
                       is_token(each.node, "object");
        if (!ts_node_is_null(word) && extract_is(x, each.node, S_IDENTIFIER)) {
            DefKind kind = is_token(word, "interface") ? DEF_INTERFACE : DEF_CLASS;
            DefDraft own = extract_draft(x, kind, node, each.node);
            own.def.full.start = ts_node_start_byte(word);
            own.signature = (Span){own.def.full.start, own.def.name_span.end};
            if (!first) own.def.full.end = own.def.name_span.end;
            extract_def(x, &own);
            first = false;
        }
        word = is_head ? each.node : (TSNode){0};
    }
    return true;
}

// --- calls

static void count_arguments(Extract *x, Call *call, TSNode arguments)
{
    Str names[MAX_KEYWORDS];
    ExtractChildren each = extract_children(arguments);
    while (extract_each(&each)) {
        if (!extract_is(x, each.node, S_VALUE_ARGUMENT)) continue;
        TSNode first = ts_node_named_child(each.node, 0);
        bool named = has_token(each.node, "=") && extract_is(x, first, S_IDENTIFIER);
        if (named && call->keyword_count < MAX_KEYWORDS)
            names[call->keyword_count++] = extract_text(x, extract_span(first));
        else if (extract_is(x, first, S_SPREAD_EXPRESSION) || has_token(each.node, "*"))
            call->star = true;
        else call->arg_count++;
    }
    if (!call->keyword_count) return;
    Str *own = ARENA_ARRAY(x->cx->arena, Str, call->keyword_count);
    memcpy(own, names, call->keyword_count * sizeof *own);
    call->keywords = own;
}

// The last identifier of a.b?.c and of the type A.B<C>.
static TSNode last_name(const Extract *x, TSNode node)
{
    TSNode last = {0};
    if (extract_is(x, node, S_IDENTIFIER)) return node;
    ExtractChildren each = extract_children(node);
    while (extract_each(&each))
        if (extract_is(x, each.node, S_IDENTIFIER)) last = each.node;
    return last;
}

static void name_call(Extract *x, Call *call, TSNode callee)
{
    TSNode name = last_name(x, callee);
    call->callee = extract_fold(x, extract_span(callee), PATH_MAX_BYTES);
    if (ts_node_is_null(name)) return;
    call->name_span = extract_span(name);
    call->name = extract_text(x, call->name_span);
    extract_receiver(x, ts_node_start_byte(callee));
}

// f(1) { ... } is a call of the call f(1): one call with two arguments.
static bool find_call(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    Call *call = extract_open_call(x);
    TSNode callee = ts_node_named_child(node, 0), inner = callee;
    bool lambda = !ts_node_is_null(child_of(x, node, S_ANNOTATED_LAMBDA));
    if (lambda && extract_is(x, callee, S_CALL_EXPRESSION)) inner = ts_node_named_child(callee, 0);
    TSNode arguments = child_of(x, ts_node_eq(inner, callee) ? node : callee, S_VALUE_ARGUMENTS);
    bool named =
        extract_is(x, inner, S_IDENTIFIER) || extract_is(x, inner, S_NAVIGATION_EXPRESSION);
    if (named) name_call(x, call, inner);
    else call->callee = extract_fold(x, extract_span(inner), PATH_MAX_BYTES);
    if (!ts_node_is_null(arguments)) count_arguments(x, call, arguments);
    call->arg_count += lambda;
    return true;
}

// class A : Base(1), object : Base(). In an annotation it calls nothing.
static bool find_construction(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    Call *call = extract_open_call(x);
    TSNode type = child_of(x, node, S_USER_TYPE);
    TSNode arguments = child_of(x, node, S_VALUE_ARGUMENTS);
    if (!ts_node_is_null(type)) name_call(x, call, type);
    if (!ts_node_is_null(arguments)) count_arguments(x, call, arguments);
    if (x->scope.in_type) call->full.end = call->full.start;
    return true;
}

static bool is_class_word(const Extract *x, TSNode node)
{
    Str text = extract_text(x, extract_span(node));
    return str_eq(text, STR("class")) || str_eq(text, STR("interface"));
}

// `public annotation class A`, or `sealed class A`, with an annotation behind it: without a body
// or a line end that it minds, the grammar reads this as a row of infix calls.
static bool define_misread(Extract *x, TSNode node, TSNode left, TSNode operator, TSNode right)
{
    bool is_pair = is_class_word(x, operator) && extract_is(x, right, S_IDENTIFIER);
    bool is_row =
        extract_is(x, left, S_INFIX_EXPRESSION) && is_class_word(x, ts_node_named_child(left, 2));
    if (!is_pair && !is_row) return is_class_word(x, right);
    TSNode name = is_pair ? right : operator;
    DefDraft own = extract_draft(x, DEF_CLASS, node, name);
    own.def.full.end = own.signature.end = own.def.name_span.end;
    extract_def(x, &own);
    return true;
}

// a to b
static bool find_infix(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TSNode left = ts_node_named_child(node, 0), name = ts_node_named_child(node, 1);
    TSNode right = ts_node_named_child(node, 2);
    if (!extract_is(x, name, S_IDENTIFIER) || ts_node_is_null(right)) return true;
    if (define_misread(x, node, left, name, right)) return true;
    Call call = {.full = extract_span(node), .name_span = extract_span(name), .arg_count = 1};
    call.name = call.callee = extract_text(x, call.name_span);
    call.receiver = extract_fold(x, extract_span(left), PATH_MAX_BYTES);
    extract_call(x, &call);
    return true;
}

// a.f<T>(b): the grammar takes it for two comparisons. Nobody writes those without blanks.
static bool find_generic_call(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TSNode less = extract_child(x, node, F_LEFT), right = extract_child(x, node, F_RIGHT);
    bool fits = extract_is(x, less, S_BINARY_EXPRESSION) &&
                extract_is(x, right, S_PARENTHESIZED_EXPRESSION) &&
                x->text.ptr[ts_node_start_byte(right) - 1] == '>';
    if (!fits) return true;
    TSNode callee = extract_child(x, less, F_LEFT);
    bool named =
        extract_is(x, callee, S_IDENTIFIER) || extract_is(x, callee, S_NAVIGATION_EXPRESSION);
    if (!named || x->text.ptr[ts_node_end_byte(callee)] != '<') return true;
    TSNode name = last_name(x, callee);
    if (ts_node_is_null(name)) return true;
    Call call = {.full = extract_span(node), .name_span = extract_span(name), .arg_count = 1};
    call.name = extract_text(x, call.name_span);
    call.callee = extract_fold(x, extract_span(callee), PATH_MAX_BYTES);
    call.receiver = str_trim(str_sub(x->text, ts_node_start_byte(callee), call.name_span.start));
    if (str_ends(call.receiver, STR("."))) call.receiver.len--;
    extract_call(x, &call);
    return true;
}

// --- imports

// import a.b.C as D, import a.b.*
static bool find_import(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TSNode path = child_of(x, node, S_QUALIFIED_IDENTIFIER),
           alias = child_of(x, node, S_IDENTIFIER);
    if (ts_node_is_null(path)) return true;
    Span span = extract_span(path);
    Import row = {.full = extract_span(node), .name_span = span};
    row.module = extract_fold(x, span, PATH_MAX_BYTES);
    if (!ts_node_is_null(alias)) row.alias = extract_text(x, extract_span(alias));
    size_t dot = str_find_last(row.module, '.');
    if (has_token(node, "*")) {
        row.name = STR("*");
    } else if (dot < row.module.len) {
        row.name_span = extract_span(last_name(x, path));
        row.name = str_sub(row.module, dot + 1, row.module.len);
        row.module = str_sub(row.module, 0, dot);
    }
    extract_import(x, &row);
    return true;
}

static const Rule rules[] = {
    {"package_header", RULE_DEF, DEF_MODULE, .hook = define_package},
    {"class_declaration", RULE_DEF, DEF_CLASS, .name = "name", .hook = define_type},
    {"object_declaration", RULE_DEF, DEF_CLASS, .name = "name", .hook = define_type},
    {"companion_object", RULE_DEF, DEF_CLASS, .name = "name", .hook = define_companion},
    {"enum_entry", RULE_DEF, DEF_ENUM_MEMBER, .hook = define_entry},
    {"function_declaration", RULE_DEF, DEF_FUNCTION, .name = "name", .hook = define_function},
    {"secondary_constructor", RULE_DEF, DEF_METHOD, .hook = define_constructor},
    {"property_declaration", RULE_DEF, DEF_VARIABLE, .hook = define_property},
    {"class_parameter", RULE_DEF, DEF_FIELD, .hook = define_parameter},
    {"type_alias", RULE_DEF, DEF_TYPE, .name = "type"},
    {"ERROR", RULE_HOOK, .hook = read_error},
    {"anonymous_initializer", RULE_HOOK, .hook = extract_local},
    {"getter", RULE_HOOK, .hook = extract_local},
    {"setter", RULE_HOOK, .hook = extract_local},
    {"lambda_literal", RULE_HOOK, .hook = extract_local},

    {"call_expression", RULE_CALL, .hook = find_call},
    {"constructor_invocation", RULE_CALL, .hook = find_construction},
    {"infix_expression", RULE_HOOK, .hook = find_infix},
    {"binary_expression", RULE_HOOK, .hook = find_generic_call},

    {"import", RULE_IMPORT, .hook = find_import},
    {"line_comment", .kind = RULE_COMMENT},
    {"block_comment", .kind = RULE_COMMENT},
    {"string_literal", .kind = RULE_STRING},
    {"multiline_string_literal", .kind = RULE_STRING},
    {"character_literal", .kind = RULE_STRING},
    {"interpolation", .kind = RULE_CODE},

    {"annotation", .kind = RULE_ANNOTATION},
    {"file_annotation", .kind = RULE_ANNOTATION},
    {"parameter", RULE_HOOK, .hook = annotate},
    {"variable_declaration", RULE_HOOK, .hook = annotate},
    {"anonymous_function", RULE_HOOK, .hook = annotate},
    {0},
};

static const char *const aliases[] = {"kt", NULL};
static const char *const extensions[] = {"kt", "kts", NULL};
static const char *const interpreters[] = {"kotlin", "kotlinc", NULL};
static const char *const doc_markers[] = {"/**", NULL};

const LangSpec lang_kotlin_spec = {
    .name = "kotlin",
    .aliases = aliases,
    .extensions = extensions,
    .interpreters = interpreters,
    .grammar = tree_sitter_kotlin,
    .sigil = "µ",
    .separator = ".",
    .doc_markers = doc_markers,
    .doc_comments = true,
    .rules = rules,
    .fields = fields,
    .symbols = symbols,
};
