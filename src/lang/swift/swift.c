// lang/swift/swift.c - Swift. In its grammar types stand in fields called "name", and classes,
// structs, enums, actors and extensions are one node type: hooks tell them apart.
#include "lang/spec.h"

const TSLanguage *tree_sitter_swift(void);

enum { PATH_MAX_BYTES = 200, MAX_KEYWORDS = 64 };

enum { F_NAME, F_BODY, F_KIND, F_VALUE, F_COMPUTED, F_TYPE };
static const char *const fields[] = {
    "name", "body", "declaration_kind", "value", "computed_value", "constructed_type", NULL};

enum {
    S_SIMPLE_IDENTIFIER,
    S_IDENTIFIER,
    S_TYPE_IDENTIFIER,
    S_MODIFIERS,
    S_ATTRIBUTE,
    S_PATTERN,
    S_FUNCTION_BODY,
    S_COMPUTED_PROPERTY,
    S_OBSERVERS,
    S_CALL_SUFFIX,
    S_CONSTRUCTOR_SUFFIX,
    S_VALUE_ARGUMENTS,
    S_VALUE_ARGUMENT,
    S_LAMBDA,
    S_USER_TYPE, // from here on: types
    S_OPTIONAL_TYPE,
    S_ARRAY_TYPE,
    S_DICTIONARY_TYPE,
    S_FUNCTION_TYPE,
    S_TUPLE_TYPE,
    S_OPAQUE_TYPE,
    S_EXISTENTIAL_TYPE,
    S_METATYPE,
    S_PROTOCOL_COMPOSITION,
};
static const char *const symbols[] = {"simple_identifier",
                                      "identifier",
                                      "type_identifier",
                                      "modifiers",
                                      "attribute",
                                      "pattern",
                                      "function_body",
                                      "computed_property",
                                      "willset_didset_block",
                                      "call_suffix",
                                      "constructor_suffix",
                                      "value_arguments",
                                      "value_argument",
                                      "lambda_literal",
                                      "user_type",
                                      "optional_type",
                                      "array_type",
                                      "dictionary_type",
                                      "function_type",
                                      "tuple_type",
                                      "opaque_type",
                                      "existential_type",
                                      "metatype",
                                      "protocol_composition_type",
                                      NULL};

// --- conditional compilation

static bool is_directive(Str line)
{
    static const char *const words[] = {"#if", "#elseif", "#else", "#endif"};
    line = str_trim(line);
    for (size_t i = 0; i < ARRAY_LEN(words); i++) {
        Str word = str_from(words[i]);
        bool starts = str_starts(line, word);
        if (starts && (line.len == word.len || strchr(" \t(!/", line.ptr[word.len]))) return true;
    }
    return false;
}

// The grammar cannot have #if between the members of a type: all branches are read as code.
static Str hide_directives(Arena *arena, Str text)
{
    char *copy = NULL;
    Str rest = text, line;
    while (str_next(&rest, '\n', &line)) {
        if (!is_directive(line)) continue;
        if (!copy) copy = memcpy(arena_alloc_raw(arena, text.len), text.ptr, text.len);
        memset(copy + (line.ptr - text.ptr), ' ', line.len);
    }
    return copy ? (Str){copy, text.len} : text;
}

static bool is_token(TSNode node, const char *token)
{
    return strcmp(ts_node_type(node), token) == 0;
}

// The last child of that type.
static TSNode child_of(const Extract *x, TSNode node, unsigned symbol)
{
    TSNode found = {0};
    ExtractChildren each = extract_children(node);
    while (extract_each(&each))
        if (extract_is(x, each.node, symbol)) found = each.node;
    return found;
}

static void name_by(const Extract *x, DefDraft *draft, TSNode name)
{
    if (ts_node_is_null(name)) return;
    draft->def.name_span = extract_span(name);
    draft->def.name = extract_fold(x, draft->def.name_span, PATH_MAX_BYTES);
}

// --- definitions

// A signature begins behind the attributes, which stand among the modifiers.
static uint32_t behind_attributes(const Extract *x, TSNode node)
{
    TSNode modifiers = child_of(x, node, S_MODIFIERS);
    if (ts_node_is_null(modifiers)) return ts_node_start_byte(node);
    uint32_t start = ts_node_end_byte(modifiers);
    ExtractChildren each = extract_children(modifiers);
    while (extract_each(&each)) {
        if (extract_is(x, each.node, S_ATTRIBUTE)) continue;
        start = ts_node_start_byte(each.node);
        extract_end(&each);
    }
    return start;
}

static bool define(Extract *x, TSNode node, DefDraft *draft)
{
    draft->signature.start = behind_attributes(x, node);
    return true;
}

// The types that stand directly in the node: of a parameter, of a variable, of what is returned.
static bool annotate(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        unsigned symbol = extract_symbol(x, each.node);
        bool is_type = symbol >= S_USER_TYPE && symbol <= S_PROTOCOL_COMPOSITION;
        if (is_type && !x->scope.in_type)
            extract_text_span(x,
                              (TextSpan){.kind = SPAN_ANNOTATION, .span = extract_span(each.node)});
    }
    return true;
}

static bool define_type(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode word = extract_child(x, node, F_KIND), name = extract_child(x, node, F_NAME);
    if (is_token(word, "struct")) draft->def.kind = DEF_STRUCT;
    if (is_token(word, "enum")) draft->def.kind = DEF_ENUM;
    if (is_token(word, "extension")) draft->def.kind = DEF_IMPL;
    if (extract_is(x, name, S_USER_TYPE)) { // extension A.B<C>: of B
        Str path = extract_text(x, extract_span(name));
        if (!str_contains(path, STR("<"))) draft->def.qualified = path;
        name_by(x, draft, child_of(x, name, S_TYPE_IDENTIFIER));
    }
    return define(x, node, draft);
}

static bool define_function(Extract *x, TSNode node, DefDraft *draft)
{
    annotate(x, node, NULL);
    return define(x, node, draft);
}

static bool declare_function(Extract *x, TSNode node, DefDraft *draft)
{
    draft->def.declaration = ts_node_is_null(child_of(x, node, S_FUNCTION_BODY));
    return define_function(x, node, draft);
}

// deinit and subscript are named by their keyword.
static bool define_keyword(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode accessors = child_of(x, node, S_COMPUTED_PROPERTY);
    ExtractChildren each = extract_children(node);
    while (extract_each(&each))
        if (is_token(each.node, "deinit") || is_token(each.node, "subscript"))
            name_by(x, draft, each.node);
    if (!ts_node_is_null(accessors)) draft->signature.end = ts_node_start_byte(accessors);
    return define_function(x, node, draft);
}

// The name in `x`, `var x` and (x, y).
static TSNode pattern_name(const Extract *x, TSNode pattern)
{
    enum { PATTERN_MAX_DEPTH = 8 };
    for (int i = 0; i < PATTERN_MAX_DEPTH && !ts_node_is_null(pattern); i++) {
        TSNode name = child_of(x, pattern, S_SIMPLE_IDENTIFIER);
        if (!ts_node_is_null(name)) return name;
        pattern = child_of(x, pattern, S_PATTERN);
    }
    return (TSNode){0};
}

static DefKind property_kind(const Extract *x, TSNode node)
{
    if (x->scope.draft < 0) return DEF_VARIABLE;
    TSNode modifiers = child_of(x, node, S_MODIFIERS);
    if (ts_node_is_null(modifiers)) return DEF_FIELD;
    Str before = extract_text(x, (Span){ts_node_start_byte(modifiers), ts_node_end_byte(node)});
    Str words = extract_text(x, extract_span(modifiers));
    before = str_trim(str_sub(before, words.len, before.len));
    return str_contains(words, STR("static")) && str_starts(before, STR("let ")) ? DEF_CONSTANT
                                                                                 : DEF_FIELD;
}

// let a = 1, b: Int. The part of a name lasts to the next one, or to the accessors.
static bool define_properties(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    if (x->scope.in_function) return true;
    DefDraft own = {0};
    bool open = false;
    uint32_t first = 0, head = behind_attributes(x, node);
    DefKind kind = property_kind(x, node);
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        Span span = extract_span(each.node);
        bool accessors =
            extract_is(x, each.node, S_COMPUTED_PROPERTY) || extract_is(x, each.node, S_OBSERVERS);
        if (extract_is(x, each.node, S_PATTERN)) {
            if (open) extract_def(x, &own);
            own = extract_draft(x, kind, first ? each.node : node, pattern_name(x, each.node));
            own.signature = (Span){head, span.end};
            if (first) own.cut = (Span){first, span.start};
            else first = span.start, own.def.full.end = span.end;
            open = true;
        } else if (open && ts_node_is_named(each.node)) {
            if (each.field == extract_field_id(x, F_VALUE)) extract_cut_value(&own, each.node);
            if (!accessors) own.signature.end = span.end;
            own.def.full.end = span.end;
        }
    }
    if (open) extract_def(x, &own);
    return true;
}

static bool declare_property(Extract *x, TSNode node, DefDraft *draft)
{
    name_by(x, draft, pattern_name(x, extract_child(x, node, F_NAME)));
    draft->def.declaration = true;
    return define(x, node, draft);
}

// case a = 1, b(Int)
static bool define_cases(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    DefDraft own = {0};
    bool open = false;
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        Span span = extract_span(each.node);
        if (extract_is(x, each.node, S_SIMPLE_IDENTIFIER)) {
            if (open) extract_def(x, &own);
            own = extract_draft(x, DEF_ENUM_MEMBER, each.node, each.node);
            if (!open) own.def.full.start = own.signature.start = ts_node_start_byte(node);
            open = true;
        } else if (open && ts_node_is_named(each.node)) {
            own.def.full.end = own.signature.end = span.end;
        }
    }
    if (open) extract_def(x, &own);
    return true;
}

static bool define_macro(Extract *x, TSNode node, DefDraft *draft)
{
    ExtractChildren each = extract_children(node);
    while (extract_each(&each))
        if (!draft->def.name.len && extract_is(x, each.node, S_SIMPLE_IDENTIFIER))
            name_by(x, draft, each.node);
    return define(x, node, draft);
}

// --- calls

static void count_arguments(Extract *x, Call *call, TSNode suffix)
{
    Str names[MAX_KEYWORDS];
    TSNode arguments = child_of(x, suffix, S_VALUE_ARGUMENTS);
    ExtractChildren each = extract_children(suffix);
    while (extract_each(&each)) call->arg_count += extract_is(x, each.node, S_LAMBDA);
    if (ts_node_is_null(arguments)) return;
    each = extract_children(arguments);
    while (extract_each(&each)) {
        if (!extract_is(x, each.node, S_VALUE_ARGUMENT)) continue;
        TSNode name = extract_child(x, each.node, F_NAME);
        if (!ts_node_is_null(name) && call->keyword_count < MAX_KEYWORDS)
            names[call->keyword_count++] = extract_text(x, extract_span(name));
        else call->arg_count++;
    }
    if (!call->keyword_count) return;
    Str *own = ARENA_ARRAY(x->cx->arena, Str, call->keyword_count);
    memcpy(own, names, call->keyword_count * sizeof *own);
    call->keywords = own;
}

// f(1) { ... }; a[1] looks the same but calls nothing that has a name.
static bool find_call(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    Call *call = extract_open_call(x);
    TSNode suffix = child_of(x, node, S_CALL_SUFFIX);
    extract_callee(x, node, ts_node_named_child(node, 0), call);
    if (ts_node_is_null(suffix)) return true;
    if (x->text.ptr[ts_node_start_byte(suffix)] == '[') call->full.end = call->full.start;
    else count_arguments(x, call, suffix);
    return true;
}

// A.B<Int>(1)
static bool find_construction(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    Call *call = extract_open_call(x);
    TSNode type = extract_child(x, node, F_TYPE), suffix = child_of(x, node, S_CONSTRUCTOR_SUFFIX);
    TSNode name = ts_node_is_null(type) ? type : child_of(x, type, S_TYPE_IDENTIFIER);
    if (!ts_node_is_null(name)) {
        call->name_span = extract_span(name);
        call->name = call->callee = extract_text(x, call->name_span);
        extract_receiver(x, ts_node_start_byte(type));
    }
    if (!ts_node_is_null(suffix)) count_arguments(x, call, suffix);
    return true;
}

// --- imports

// import A.B; import struct A.B is the one that names what is imported.
static bool find_import(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    static const char *const kinds[] = {"struct", "class",    "enum", "func",
                                        "let",    "protocol", "var",  "typealias"};
    TSNode path = child_of(x, node, S_IDENTIFIER);
    bool symbol = false;
    ExtractChildren each = extract_children(node);
    while (extract_each(&each))
        for (size_t i = 0; i < ARRAY_LEN(kinds); i++) symbol |= is_token(each.node, kinds[i]);
    if (ts_node_is_null(path)) return true;
    Import row = {.full = extract_span(node), .name_span = extract_span(path)};
    row.module = extract_text(x, row.name_span);
    size_t dot = str_find_last(row.module, '.');
    if (symbol && dot < row.module.len) {
        row.name = str_sub(row.module, dot + 1, row.module.len);
        row.module = str_sub(row.module, 0, dot);
        row.name_span.start += (uint32_t)dot + 1;
    }
    extract_import(x, &row);
    return true;
}

// "#!": a comment, but no documentation of what follows.
static bool find_shebang(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    extract_text_span(x, (TextSpan){.kind = SPAN_COMMENT, .span = extract_span(node)});
    return false;
}

static const Rule rules[] = {
    {"class_declaration", RULE_DEF, DEF_CLASS, .name = "name", .body = "body", .hook = define_type},
    {"protocol_declaration", RULE_DEF, DEF_INTERFACE, .name = "name", .body = "body",
     .hook = define},
    {"function_declaration", RULE_DEF, DEF_FUNCTION, .name = "name", .body = "body",
     .hook = define_function},
    {"protocol_function_declaration", RULE_DEF, DEF_METHOD, .name = "name", .body = "body",
     .hook = declare_function},
    {"init_declaration", RULE_DEF, DEF_METHOD, .name = "name", .body = "body", .hook = define},
    {"deinit_declaration", RULE_DEF, DEF_METHOD, .body = "body", .hook = define_keyword},
    {"subscript_declaration", RULE_DEF, DEF_METHOD, .hook = define_keyword},
    {"property_declaration", RULE_HOOK, .hook = define_properties},
    {"protocol_property_declaration", RULE_DEF, DEF_FIELD, .hook = declare_property},
    {"enum_entry", RULE_HOOK, .hook = define_cases},
    {"typealias_declaration", RULE_DEF, DEF_TYPE, .name = "name", .hook = define},
    {"associatedtype_declaration", RULE_DEF, DEF_TYPE, .name = "name", .hook = define},
    {"macro_declaration", RULE_DEF, DEF_MACRO, .hook = define_macro},
    {"computed_property", RULE_HOOK, .hook = extract_local},
    {"willset_didset_block", RULE_HOOK, .hook = extract_local},
    {"lambda_literal", RULE_HOOK, .hook = extract_local},

    {"call_expression", RULE_CALL, .hook = find_call},
    {"constructor_expression", RULE_CALL, .hook = find_construction},
    {"navigation_expression", RULE_MEMBER, .name = "suffix"},
    {"navigation_suffix", RULE_UNWRAP, .name = "suffix"},
    {"postfix_expression", RULE_UNWRAP, .name = "target"},

    {"import_declaration", RULE_IMPORT, .hook = find_import},
    {"comment", .kind = RULE_COMMENT},
    {"multiline_comment", .kind = RULE_COMMENT},
    {"shebang_line", RULE_HOOK, .hook = find_shebang},
    {"line_string_literal", .kind = RULE_STRING},
    {"multi_line_string_literal", .kind = RULE_STRING},
    {"raw_string_literal", .kind = RULE_STRING},
    {"regex_literal", .kind = RULE_STRING},
    {"interpolated_expression", .kind = RULE_CODE},

    {"attribute", .kind = RULE_ANNOTATION},
    {"parameter", RULE_HOOK, .hook = annotate},
    {"lambda_parameter", RULE_HOOK, .hook = annotate},
    {"type_annotation", RULE_HOOK, .hook = annotate},
    {0},
};

static const char *const extensions[] = {"swift", "swiftinterface", NULL};
static const char *const interpreters[] = {"swift", NULL};
static const char *const doc_markers[] = {"///", "/**", NULL};

const LangSpec lang_swift_spec = {
    .name = "swift",
    .extensions = extensions,
    .interpreters = interpreters,
    .grammar = tree_sitter_swift,
    .sigil = "µ",
    .separator = ".",
    .doc_markers = doc_markers,
    .doc_comments = true,
    .mask = hide_directives,
    .masks_code = true,
    .rules = rules,
    .fields = fields,
    .symbols = symbols,
};
