// lang/java/java.c - Java.
#include "lang/java/java.h"

const TSLanguage *tree_sitter_java(void);

enum { NAME_MAX_BYTES = 200 };

static const char *const fields[] = {[F_NAME] = "name",
                                     [F_DECLARATOR] = "declarator",
                                     [F_VALUE] = "value",
                                     [F_PARAMETERS] = "parameters",
                                     [F_TYPE] = "type",
                                     [F_TYPE_ARGUMENTS] = "type_arguments",
                                     [F_OBJECT] = "object",
                                     [F_ELEMENT] = "element",
                                     [F_SUPERCLASS] = "superclass",
                                     [F_INTERFACES] = "interfaces",
                                     [F_RIGHT] = "right",
                                     [F_LEFT] = "left",
                                     [F_CONSTRUCTOR] = "constructor",
                                     [F_FIELD] = "field",
                                     [F_CONSEQUENCE] = "consequence",
                                     [F_ALTERNATIVE] = "alternative",
                                     NULL};

static const char *const symbols[] = {[S_IDENTIFIER] = "identifier",
                                      [S_SCOPED_IDENTIFIER] = "scoped_identifier",
                                      [S_MODIFIERS] = "modifiers",
                                      [S_FORMAL_PARAMETER] = "formal_parameter",
                                      [S_SPREAD_PARAMETER] = "spread_parameter",
                                      [S_VARIABLE_DECLARATOR] = "variable_declarator",
                                      [S_CONSTANT_DECLARATION] = "constant_declaration",
                                      [S_ASTERISK] = "asterisk",
                                      [S_TYPE_IDENTIFIER] = "type_identifier",
                                      [S_ENUM_CONSTANT] = "enum_constant",
                                      [S_EXTENDS_INTERFACES] = "extends_interfaces",
                                      [S_OBJECT_CREATION] = "object_creation_expression",
                                      [S_INFERRED_PARAMETERS] = "inferred_parameters",
                                      [S_TYPE_BOUND] = "type_bound",
                                      NULL};

// --- definitions

// A signature begins behind the annotations: where the other modifiers or the type stand.
static uint32_t behind_annotations(const Extract *x, TSNode node)
{
    TSNode modifiers = ts_node_named_child(node, 0);
    uint32_t start = ts_node_start_byte(node);
    if (!extract_is(x, modifiers, S_MODIFIERS)) return start;
    ExtractChildren each = extract_children(modifiers);
    while (extract_each(&each)) {
        start = ts_node_start_byte(each.node);
        if (!ts_node_is_named(each.node)) {
            extract_end(&each);
            return start;
        }
    }
    return ts_node_end_byte(modifiers);
}

static bool define(Extract *x, TSNode node, DefDraft *draft)
{
    draft->signature.start = behind_annotations(x, node);
    return true;
}

static bool define_package(Extract *x, TSNode node, DefDraft *draft)
{
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        if (!extract_is(x, each.node, S_IDENTIFIER) &&
            !extract_is(x, each.node, S_SCOPED_IDENTIFIER))
            continue;
        draft->def.name_span = extract_span(each.node);
        draft->def.name = extract_fold(x, draft->def.name_span, NAME_MAX_BYTES);
    }
    return true;
}

static bool declare(Extract *x, TSNode node, DefDraft *draft)
{
    draft->def.declaration = true;
    return define(x, node, draft);
}

// The components of a record are its fields.
static bool define_record(Extract *x, TSNode node, DefDraft *draft)
{
    define(x, node, draft);
    TSNode parameters = extract_child(x, node, F_PARAMETERS);
    if (ts_node_is_null(parameters)) return true;
    ExtractChildren each = extract_children(parameters);
    while (extract_each(&each)) {
        if (!extract_is(x, each.node, S_FORMAL_PARAMETER)) continue;
        DefDraft field =
            extract_draft(x, DEF_FIELD, each.node, extract_child(x, each.node, F_NAME));
        field.signature.start = behind_annotations(x, each.node);
        if (field.def.name.len) extract_def(x, &field);
    }
    return true;
}

static bool is_word(const Extract *x, TSNode node, const char *word)
{
    return str_eq(extract_text(x, extract_span(node)), str_from(word));
}

// Whether "static" and "final" are both among the modifiers.
static bool is_constant(const Extract *x, TSNode modifiers)
{
    bool is_static = false, is_final = false;
    ExtractChildren each = extract_children(modifiers);
    while (extract_each(&each)) {
        is_static |= is_word(x, each.node, "static");
        is_final |= is_word(x, each.node, "final");
    }
    return is_static && is_final;
}

// Fields and the constants of interfaces. In `int a, b[] = {}` the first one stands for the head.
static bool define_fields(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    DefKind kind = extract_is(x, node, S_CONSTANT_DECLARATION) ? DEF_CONSTANT : DEF_FIELD;
    Span whole = extract_span(node), last = {0};
    uint32_t head = behind_annotations(x, node), first = 0;
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) { // the last declarator ends with the statement
        if (extract_is(x, each.node, S_MODIFIERS) && is_constant(x, each.node)) kind = DEF_CONSTANT;
        if (extract_is(x, each.node, S_VARIABLE_DECLARATOR)) last = extract_span(each.node);
    }
    each = extract_children(node);
    while (extract_each(&each)) {
        if (!extract_is(x, each.node, S_VARIABLE_DECLARATOR)) continue;
        Span span = extract_span(each.node);
        DefDraft own = extract_draft(x, kind, each.node, extract_child(x, each.node, F_NAME));
        own.signature = (Span){head, span.end};
        if (first) own.cut = (Span){first, span.start};
        else first = span.start, own.def.full.start = whole.start;
        if (span.start == last.start) own.def.full.end = whole.end;
        extract_cut_value(&own, extract_child(x, each.node, F_VALUE));
        if (own.def.name.len) extract_def(x, &own);
    }
    return true;
}

// --- types

// String... rest: the grammar has no field for the type.
static bool annotate_spread(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        bool is_type = ts_node_is_named(each.node) && !extract_is(x, each.node, S_MODIFIERS) &&
                       extract_rule(x, each.node) == RULE_NONE &&
                       !extract_is(x, each.node, S_VARIABLE_DECLARATOR);
        if (is_type && !x->scope.in_type)
            extract_text_span(x,
                              (TextSpan){.kind = SPAN_ANNOTATION, .span = extract_span(each.node)});
    }
    return true;
}

// --- calls

// a.b.<T>name(...): the engine has found the name; the receiver is in front of it.
static bool find_receiver(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    Call *call = extract_open_call(x);
    uint32_t start = ts_node_start_byte(node), end = call->name_span.start;
    if (start >= end) return true;
    call->callee = extract_fold(x, (Span){start, call->name_span.end}, NAME_MAX_BYTES);
    Str before = str_trim(extract_text(x, (Span){start, end}));
    if (str_ends(before, STR(">"))) {
        TSNode types = extract_child(x, node, F_TYPE_ARGUMENTS);
        if (!ts_node_is_null(types)) before = str_sub(x->text, start, ts_node_start_byte(types));
        before = str_trim(before);
    }
    if (str_ends(before, STR("."))) before = str_trim(str_sub(before, 0, before.len - 1));
    call->receiver = extract_fold(x, (Span){start, start + (uint32_t)before.len}, NAME_MAX_BYTES);
    return true;
}

// new a.b.Type<T>(...) { ... }: the call ends with its arguments.
static bool find_created(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    Call *call = extract_open_call(x);
    TSNode type = extract_child(x, node, F_TYPE);
    if (ts_node_is_null(type)) return true;
    Span span = extract_span(type);
    Str text = extract_text(x, span);
    text = str_trim(str_sub(text, 0, str_find(text, '<')));
    size_t dot = str_find_last(text, '.');
    uint32_t start = span.start, end = start + (uint32_t)text.len;
    if (dot < text.len) {
        call->receiver = extract_fold(x, (Span){start, start + (uint32_t)dot}, NAME_MAX_BYTES);
        start += (uint32_t)dot + 1;
        while (start < end && strchr(" \t\r\n", x->text.ptr[start])) start++;
    }
    call->name_span = (Span){start, end};
    call->name = extract_text(x, call->name_span);
    return true;
}

// --- imports

static bool find_import(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    Import import = {.full = extract_span(node)};
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        Span span = extract_span(each.node);
        if (extract_is(x, each.node, S_ASTERISK)) {
            if (import.name.len)
                import.module = str_join(x->cx->arena, import.module, STR("."), import.name);
            import.name = STR("*");
            import.name_span = span;
        } else if (extract_is(x, each.node, S_IDENTIFIER)) {
            import.name = extract_text(x, span);
            import.name_span = span;
        } else if (extract_is(x, each.node, S_SCOPED_IDENTIFIER)) {
            TSNode name = extract_child(x, each.node, F_NAME);
            if (ts_node_is_null(name)) continue;
            import.name_span = extract_span(name);
            import.name = extract_text(x, import.name_span);
            Str path = extract_fold(x, (Span){span.start, import.name_span.start}, NAME_MAX_BYTES);
            if (str_ends(path, STR("."))) path.len--;
            import.module = str_trim(path);
        }
    }
    if (!import.module.len) import.module = import.name, import.name = STR_NONE; // import Top;
    if (import.module.len) extract_import(x, &import);
    return true;
}

static const Rule rules[] = {
    {"package_declaration", RULE_DEF, DEF_MODULE, .hook = define_package},
    {"module_declaration", RULE_DEF, DEF_MODULE, .name = "name", .body = "body"},
    {"class_declaration", RULE_DEF, DEF_CLASS, .name = "name", .body = "body", .hook = define},
    {"record_declaration", RULE_DEF, DEF_CLASS, .name = "name", .body = "body",
     .hook = define_record},
    {"interface_declaration", RULE_DEF, DEF_INTERFACE, .name = "name", .body = "body",
     .hook = define},
    {"annotation_type_declaration", RULE_DEF, DEF_INTERFACE, .name = "name", .body = "body",
     .hook = define},
    {"enum_declaration", RULE_DEF, DEF_ENUM, .name = "name", .body = "body", .hook = define},
    {"enum_constant", RULE_DEF, DEF_ENUM_MEMBER, .name = "name", .body = "body", .hook = define},
    {"method_declaration", RULE_DEF, DEF_METHOD, .name = "name", .body = "body", .type = "type",
     .hook = define},
    {"constructor_declaration", RULE_DEF, DEF_METHOD, .name = "name", .body = "body",
     .hook = define},
    {"compact_constructor_declaration", RULE_DEF, DEF_METHOD, .name = "name", .body = "body",
     .hook = define},
    {"annotation_type_element_declaration", RULE_DEF, DEF_METHOD, .name = "name", .type = "type",
     .hook = declare},
    {"field_declaration", .kind = RULE_HOOK, .type = "type", .hook = define_fields},
    {"constant_declaration", .kind = RULE_HOOK, .type = "type", .hook = define_fields},

    {"method_invocation", .kind = RULE_CALL, .name = "name", .hook = find_receiver},
    {"object_creation_expression", .kind = RULE_CALL, .name = "type", .hook = find_created},
    {"explicit_constructor_invocation", .kind = RULE_CALL, .name = "constructor",
     .hook = find_receiver},
    {"argument_list", .kind = RULE_ARGS},

    {"import_declaration", .kind = RULE_IMPORT, .hook = find_import},
    {"line_comment", .kind = RULE_COMMENT},
    {"block_comment", .kind = RULE_COMMENT},
    {"string_literal", .kind = RULE_STRING},
    {"string_interpolation", .kind = RULE_CODE},
    {"character_literal", .kind = RULE_STRING},

    {"annotation", .kind = RULE_ANNOTATION},
    {"marker_annotation", .kind = RULE_ANNOTATION},
    {"catch_type", .kind = RULE_ANNOTATION},
    {"formal_parameter", .kind = RULE_NONE, .type = "type"},
    {"spread_parameter", .kind = RULE_HOOK, .hook = annotate_spread},
    {"local_variable_declaration", .kind = RULE_NONE, .type = "type"},
    {"enhanced_for_statement", .kind = RULE_NONE, .type = "type"},
    {"resource", .kind = RULE_NONE, .type = "type"},
    {0},
};

static const char *const extensions[] = {"java", NULL};
static const char *const doc_markers[] = {"/**", "///", NULL};

const LangSpec lang_java_spec = {
    .name = "java",
    .extensions = extensions,
    .grammar = tree_sitter_java,
    .separator = ".",
    .doc_markers = doc_markers,
    .doc_comments = true,
    .rules = rules,
    .fields = fields,
    .symbols = symbols,
    .names = java_name_rules,
};
