// lang/cpp/cpp.c - C++. What the C grammar has as well is done by c/c.c; here are qualified names,
// members, templates, and calls that make objects. Macros that derail the grammar: see mask.c.
#include "lang/cpp/cpp.h"

const TSLanguage *tree_sitter_cpp(void);

enum { DECLARATOR_MAX_DEPTH = 32, NAME_MAX_BYTES = 200 };

static const char *const fields[] = {C_FIELD_NAMES, "scope", "field", NULL};

static const char *const symbols[] = {C_SYMBOL_NAMES,
                                      "qualified_identifier",
                                      "operator_name",
                                      "operator_cast",
                                      "destructor_name",
                                      "template_function",
                                      "template_method",
                                      "template_type",
                                      "reference_declarator",
                                      "structured_binding_declarator",
                                      "template_declaration",
                                      "friend_declaration",
                                      "field_initializer_list",
                                      "pure_virtual_clause",
                                      "number_literal",
                                      "class_specifier",
                                      "nested_namespace_specifier",
                                      "parameter_declaration",
                                      "linkage_specification",
                                      "catch_clause",
                                      "namespace_definition",
                                      NULL};

// --- names

// One step inwards; a null node at the end.
static TSNode step_in(const Extract *x, TSNode node, Declared *found)
{
    switch (extract_symbol(x, node)) {
    case S_QUALIFIED_IDENTIFIER:
        found->scope = MIN(found->scope, ts_node_start_byte(node));
        return extract_child(x, node, C_NAME);
    case S_TEMPLATE_FUNCTION:
    case S_TEMPLATE_METHOD:
    case S_TEMPLATE_TYPE: return extract_child(x, node, C_NAME);
    case C_FUNCTION_DECLARATOR:
        found->is_function = true;
        return extract_child(x, node, C_DECLARATOR);
    case C_POINTER_DECLARATOR:
        found->is_pointer = true;
        found->is_function = false;
        return extract_child(x, node, C_DECLARATOR);
    case C_ARRAY_DECLARATOR:
    case C_INIT_DECLARATOR: found->is_function = false; return extract_child(x, node, C_DECLARATOR);
    case S_REFERENCE_DECLARATOR: found->is_function = false; return ts_node_named_child(node, 0);
    case C_PARENTHESIZED_DECLARATOR:
    case C_ATTRIBUTED_DECLARATOR: return ts_node_named_child(node, 0);
    default: return (TSNode){0};
    }
}

Declared cpp_declared(const Extract *x, TSNode node)
{
    Declared found = {.scope = UINT32_MAX};
    for (int i = 0; i < DECLARATOR_MAX_DEPTH && !ts_node_is_null(node); i++) {
        switch (extract_symbol(x, node)) {
        case S_OPERATOR_CAST: found.is_function = true; // fall through
        case C_IDENTIFIER:
        case C_FIELD_IDENTIFIER:
        case C_TYPE_IDENTIFIER:
        case C_PRIMITIVE_TYPE:
        case S_OPERATOR_NAME:
        case S_DESTRUCTOR_NAME: found.name = node; return found;
        default: node = step_in(x, node, &found);
        }
    }
    return found;
}

// Without template arguments and blanks: "A<T>::" gives "A".
static Str clean_scope(Extract *x, uint32_t start, uint32_t end)
{
    Buf buf = buf_on(x->cx->arena);
    int depth = 0;
    for (uint32_t i = start; i < end; i++) {
        char c = x->text.ptr[i];
        depth += c == '<';
        if (!depth && !strchr(" \t\r\n", c)) buf_byte(&buf, c);
        depth -= c == '>' && depth;
    }
    Str scope = buf_str(&buf);
    if (str_ends(scope, STR("::"))) scope.len -= 2;
    if (str_starts(scope, STR("::"))) scope = str_sub(scope, 2, scope.len);
    return scope;
}

// "operator ==" is operator==, but `operator new` and `operator bool` keep their blank.
static Str operator_name(Extract *x, Span span)
{
    Str name = extract_fold(x, span, NAME_MAX_BYTES);
    size_t word = sizeof "operator" - 1;
    bool is_sign = name.len > word + 1 && name.ptr[word] == ' ' && name.ptr[word + 1] < 'A';
    if (!is_sign) return name;
    return str_join(x->cx->arena, str_sub(name, 0, word), STR(""),
                    str_sub(name, word + 1, name.len));
}

static void set_name(Extract *x, DefDraft *draft, Declared what)
{
    if (ts_node_is_null(what.name)) {
        draft->def.name = STR_NONE;
        return;
    }
    Span span = extract_span(what.name);
    unsigned symbol = extract_symbol(x, what.name);
    if (symbol == S_OPERATOR_CAST) { // operator bool() const: without the parameters
        TSNode type = extract_child(x, what.name, C_TYPE);
        TSNode rest = extract_child(x, what.name, C_DECLARATOR);
        if (!ts_node_is_null(type)) span.end = ts_node_end_byte(type);
        while (!ts_node_is_null(rest) && !extract_is(x, rest, C_FUNCTION_DECLARATOR) &&
               span.end < ts_node_end_byte(rest) && x->text.ptr[span.end] != '(')
            span.end++; // operator char *()
        while (span.end > span.start && x->text.ptr[span.end - 1] == ' ') span.end--;
    }
    draft->def.name_span = span;
    draft->def.name = symbol == S_OPERATOR_CAST || symbol == S_OPERATOR_NAME
                          ? operator_name(x, span)
                          : extract_text(x, span);
    if (what.scope >= span.start) return;
    Str scope = clean_scope(x, what.scope, span.start);
    draft->def.qualified = str_join(x->cx->arena, scope, STR("::"), draft->def.name);
    if (draft->def.kind == DEF_FUNCTION && scope.len) draft->def.kind = DEF_METHOD;
}

// template <...> belongs to the signature of what it precedes.
static uint32_t template_start(const Extract *x, uint32_t start)
{
    for (unsigned i = 1; extract_is(x, extract_ancestor(x, i), S_TEMPLATE_DECLARATION); i++)
        start = ts_node_start_byte(extract_ancestor(x, i));
    return start;
}

// --- functions

static bool is_macro_name(Str name)
{
    bool upper = false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (c >= 'a' && c <= 'z') return false;
        upper |= c >= 'A' && c <= 'Z';
    }
    return upper && name.len > 1;
}

// TEST(Suite, Name) { ... } reads as a function without a type: it calls the macro, and defines
// what its last argument names.
static void name_by_macro(Extract *x, TSNode declarator, DefDraft *draft)
{
    Call call = {.full = extract_span(declarator), .name_span = draft->def.name_span};
    call.callee = call.name = draft->def.name;
    TSNode last = {0};
    ExtractChildren each = extract_children(extract_child(x, declarator, C_PARAMETERS));
    while (extract_each(&each)) {
        if (!ts_node_is_named(each.node)) continue;
        call.arg_count++;
        if (extract_is(x, each.node, S_PARAMETER_DECLARATION)) last = each.node;
    }
    extract_call(x, &call);
    TSNode name = ts_node_is_null(last) ? last : extract_child(x, last, C_TYPE);
    if (!extract_is(x, name, C_TYPE_IDENTIFIER)) return;
    draft->def.name_span = extract_span(name);
    draft->def.name = extract_text(x, draft->def.name_span);
}

// The end of the signature and whether the function has a body: `= default` and `= delete` do.
static void read_tail(Extract *x, TSNode node, DefDraft *draft)
{
    bool is_pure = false;
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        if (extract_is(x, each.node, S_FIELD_INITIALIZER_LIST))
            draft->signature.end = MIN(draft->signature.end, ts_node_start_byte(each.node));
        is_pure |= extract_is(x, each.node, S_PURE_VIRTUAL_CLAUSE);
    }
    draft->def.declaration = is_pure;
}

static bool define_function(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode declarator = extract_child(x, node, C_DECLARATOR);
    if (extract_is(x, declarator, C_PARENTHESIZED_DECLARATOR)) return c_function(x, node, draft);
    Declared what = cpp_declared(x, declarator);
    set_name(x, draft, what);
    bool no_type = ts_node_is_null(extract_child(x, node, C_TYPE));
    if (no_type && extract_is(x, what.name, C_IDENTIFIER) && is_macro_name(draft->def.name))
        name_by_macro(x, declarator, draft);
    read_tail(x, node, draft);
    draft->signature.start = template_start(x, draft->signature.start);
    return what.is_function;
}

static bool open_function(Extract *x, TSNode node, DefDraft *draft)
{
    (void)node, (void)draft;
    x->scope.in_function = true;
    return true;
}

// --- classes, enums, namespaces

static bool ends_statement(const Extract *x, uint32_t at)
{
    while (at < x->text.len && strchr(" \t\r\n", x->text.ptr[at])) at++;
    return at < x->text.len && x->text.ptr[at] == ';';
}

static bool define_tag(Extract *x, TSNode node, DefDraft *draft)
{
    set_name(x, draft, cpp_declared(x, extract_child(x, node, C_NAME)));
    draft->signature.start = template_start(x, draft->signature.start);
    if (!ts_node_is_null(extract_child(x, node, C_BODY))) return true;
    if (cpp_loose_body(x, draft)) return true;
    draft->def.declaration = true;
    return !x->scope.in_type && ends_statement(x, draft->def.full.end);
}

static bool define_alias(Extract *x, TSNode node, DefDraft *draft)
{
    (void)node;
    draft->signature.start = template_start(x, draft->signature.start);
    return true;
}

// namespace a::b: the definition is b's.
static bool define_namespace(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode name = extract_child(x, node, C_NAME);
    if (!extract_is(x, name, S_NESTED_NAMESPACE)) return true;
    Span span = extract_span(name);
    draft->def.qualified = clean_scope(x, span.start, span.end);
    size_t colon = str_find_last(extract_text(x, span), ':');
    span.start += (uint32_t)colon + 1;
    while (span.start < span.end && strchr(" \t\r\n", x->text.ptr[span.start])) span.start++;
    draft->def.name_span = span;
    draft->def.name = extract_text(x, span);
    return true;
}

// --- declarations

typedef struct Declaration { // the statement whose names are being recorded
    TSNode node;
    Span body; // of the class defined in it, or empty
    bool is_const, is_extern, is_static, is_member, is_typeless;
    uint32_t first; // start of the first declarator; 0 before it
} Declaration;

static DefKind declared_kind(const Declaration *all, Declared what)
{
    if (what.is_function) return DEF_FUNCTION;
    bool constant = all->is_const && !what.is_pointer;
    if (all->is_member) return constant && all->is_static ? DEF_CONSTANT : DEF_FIELD;
    return constant ? DEF_CONSTANT : DEF_VARIABLE;
}

// DECLARE(x); in a class reads as a function without a type. A constructor is no macro by its name.
static bool calls_macro(Extract *x, const Declaration *all, TSNode declarator, Declared what)
{
    Span name = extract_span(what.name);
    Str text = extract_text(x, name);
    if (!all->is_typeless || !what.is_function || !extract_is(x, what.name, C_IDENTIFIER))
        return false;
    if (!is_macro_name(text) && !str_starts(text, STR("__"))) return false;
    Call call = {.full = extract_span(declarator), .name_span = name};
    call.callee = call.name = text;
    TSNode parameters = extract_child(x, declarator, C_PARAMETERS);
    if (!ts_node_is_null(parameters)) call.arg_count = ts_node_named_child_count(parameters);
    extract_call(x, &call);
    return true;
}

// `last` is false when another declarator follows.
static void declare(Extract *x, Declaration *all, TSNode declarator, bool last)
{
    Declared what = cpp_declared(x, declarator);
    Span own = extract_span(declarator);
    bool first = !all->first;
    if (first) all->first = own.start;
    if (ts_node_is_null(what.name) || calls_macro(x, all, declarator, what)) return;
    DefDraft draft = extract_draft(x, declared_kind(all, what), all->node, (TSNode){0});
    set_name(x, &draft, what);
    bool has_value = extract_is(x, declarator, C_INIT_DECLARATOR);
    draft.def.declaration = what.is_function || (all->is_extern && !has_value);
    draft.signature = (Span){template_start(x, draft.def.full.start), own.end};
    if (!first || all->body.end) draft.def.full.start = own.start;
    if (!last) draft.def.full.end = own.end;
    if (!first) draft.cut = (Span){all->first, own.start};
    if (all->body.end) {
        draft.cut = (Span){all->body.start, MAX(all->body.end, draft.cut.end)};
        draft.def.doc = extract_doc_above(x, ts_node_start_byte(all->node));
    }
    if (has_value) extract_cut_value(&draft, extract_child(x, declarator, C_VALUE));
    extract_def(x, &draft);
}

static void note_specifier(const Extract *x, Declaration *all, TSNode node)
{
    Str text = extract_text(x, extract_span(node));
    if (extract_is(x, node, C_TYPE_QUALIFIER))
        all->is_const |= str_starts(text, STR("const")); // also constexpr, constinit
    if (!extract_is(x, node, C_STORAGE_CLASS_SPECIFIER)) return;
    all->is_extern |= str_eq(text, STR("extern"));
    all->is_static |= str_eq(text, STR("static"));
}

static bool is_tag(const Extract *x, TSNode node)
{
    unsigned symbol = extract_symbol(x, node);
    return symbol == C_STRUCT_SPECIFIER || symbol == C_UNION_SPECIFIER ||
           symbol == C_ENUM_SPECIFIER || symbol == S_CLASS_SPECIFIER;
}

// import std.core; and module a.b; read as declarations with the type `import` or `module`.
static bool find_module(Extract *x, TSNode node, TSNode type)
{
    Str word = ts_node_is_null(type) ? STR_NONE : extract_text(x, extract_span(type));
    bool is_import = str_eq(word, STR("import")), is_module = str_eq(word, STR("module"));
    if (!is_import && !is_module) return false;
    Span name = {ts_node_end_byte(type), ts_node_end_byte(node)};
    while (name.start < name.end && strchr(" \t", x->text.ptr[name.start])) name.start++;
    while (name.end > name.start && strchr("; \t\r\n", x->text.ptr[name.end - 1])) name.end--;
    if (is_import) {
        Import import = {.full = extract_span(node), .name_span = name};
        import.module = extract_text(x, name);
        extract_import(x, &import);
    } else {
        DefDraft draft = extract_draft(x, DEF_MODULE, node, (TSNode){0});
        draft.def.name_span = name;
        draft.def.name = extract_text(x, name);
        extract_def(x, &draft);
    }
    return true;
}

static bool is_class(DefKind kind)
{
    return kind == DEF_CLASS || kind == DEF_STRUCT || kind == DEF_UNION;
}

static bool define_names(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    if (x->scope.in_function || extract_is(x, extract_ancestor(x, 1), S_FRIEND_DECLARATION))
        return true;
    TSNode type = extract_child(x, node, C_TYPE), pending = {0};
    if (find_module(x, node, type)) return true;
    Declaration all = {.node = node, .is_member = is_class(x->scope.kind)};
    all.is_member |= extract_is(x, node, C_FIELD_DECLARATION);
    all.is_typeless = ts_node_is_null(type);
    TSNode body = is_tag(x, type) ? extract_child(x, type, C_BODY) : (TSNode){0};
    if (!ts_node_is_null(body)) all.body = extract_span(body);
    if (extract_is(x, extract_ancestor(x, 1), S_LINKAGE_SPECIFICATION)) all.is_extern = true;
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        if (each.field != extract_field_id(x, C_DECLARATOR)) {
            note_specifier(x, &all, each.node);
            continue;
        }
        if (!ts_node_is_null(pending)) declare(x, &all, pending, false);
        pending = each.node;
    }
    if (!ts_node_is_null(pending)) declare(x, &all, pending, true);
    bool own_tag = all.body.end && !ts_node_is_null(extract_child(x, type, C_NAME));
    if (own_tag) extract_wrap(x, ts_node_start_byte(node));
    return true;
}

// --- calls

// int(x) and static_cast<T>(x) convert; they call nothing.
static bool drop_cast(Extract *x, TSNode node, DefDraft *draft)
{
    static const char *const words[] = {
        "static_cast", "dynamic_cast", "const_cast", "reinterpret_cast",
        "int",         "bool",         "char",       "double",
        "float",       "long",         "short",      "unsigned",
        "size_t",      "uint8_t",      "uint16_t",   "uint32_t",
        "uint64_t",    "int8_t",       "int16_t",    "int32_t",
        "int64_t",     "void",         "decltype"};
    (void)node, (void)draft;
    Call *call = extract_open_call(x);
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq(call->name, str_from(words[i]))) call->full = (Span){0};
    static const char *const before[] = {".template", "->template", "::template"};
    for (size_t i = 0; i < ARRAY_LEN(before); i++) // a.template get<T>()
        if (str_ends(call->receiver, str_from(before[i]))) call->receiver.len -= strlen(before[i]);
    return true;
}

// T{...} makes an object; so does the C way, (T){...}, but that names no function.
static bool find_literal(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    if (x->text.ptr[ts_node_start_byte(node)] == '(') extract_open_call(x)->full = (Span){0};
    return true;
}

// member(value) and Base<T>(value) in the initialisers of a constructor
static bool find_initializer(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    extract_callee(x, node, ts_node_named_child(node, 0), extract_open_call(x));
    return true;
}

static const Rule rules[] = {
    {"namespace_definition", RULE_DEF, DEF_MODULE, .name = "name", .body = "body",
     .hook = define_namespace},
    {"namespace_alias_definition", RULE_DEF, DEF_MODULE, .name = "name"},
    {"function_definition", RULE_DEF, DEF_FUNCTION, .name = "declarator", .body = "body",
     .type = "type", .hook = define_function},
    {"class_specifier", RULE_DEF, DEF_CLASS, .name = "name", .body = "body", .hook = define_tag},
    {"struct_specifier", RULE_DEF, DEF_STRUCT, .name = "name", .body = "body", .hook = define_tag},
    {"union_specifier", RULE_DEF, DEF_UNION, .name = "name", .body = "body", .hook = define_tag},
    {"enum_specifier", RULE_DEF, DEF_ENUM, .name = "name", .body = "body", .hook = define_tag},
    {"enumerator", RULE_DEF, DEF_ENUM_MEMBER, .name = "name"},
    {"alias_declaration", RULE_DEF, DEF_TYPE, .name = "name", .hook = define_alias},
    {"concept_definition", RULE_DEF, DEF_TYPE, .name = "name", .hook = define_alias},
    {"declaration", .kind = RULE_HOOK, .type = "type", .hook = define_names},
    {"field_declaration", .kind = RULE_HOOK, .type = "type", .hook = define_names},
    {"type_definition", .kind = RULE_HOOK, .hook = c_declaration},
    {"template_declaration", .kind = RULE_WRAP},
    {"lambda_expression", .kind = RULE_HOOK, .hook = open_function},
    {"compound_statement", .kind = RULE_HOOK, .hook = open_function},
    {"expression_statement", .kind = RULE_HOOK, .hook = c_statement},
    {"ERROR", .kind = RULE_HOOK, .hook = cpp_error},
    {"preproc_def", .kind = RULE_HOOK, .hook = c_macro},
    {"preproc_function_def", .kind = RULE_HOOK, .hook = c_macro},

    {"call_expression", .kind = RULE_CALL, .name = "function", .hook = drop_cast},
    {"new_expression", .kind = RULE_CALL, .name = "type"},
    {"compound_literal_expression", .kind = RULE_CALL, .name = "type", .hook = find_literal},
    {"field_initializer", .kind = RULE_CALL, .hook = find_initializer},
    {"argument_list", .kind = RULE_ARGS},
    {"initializer_list", .kind = RULE_ARGS},
    {"field_expression", .kind = RULE_MEMBER, .name = "field"},
    {"qualified_identifier", .kind = RULE_MEMBER, .name = "name"},
    {"template_function", .kind = RULE_UNWRAP, .name = "name"},
    {"template_method", .kind = RULE_UNWRAP, .name = "name"},
    {"template_type", .kind = RULE_UNWRAP, .name = "name"},
    {"dependent_name", .kind = RULE_UNWRAP},
    {"parenthesized_expression", .kind = RULE_UNWRAP},
    {"pointer_expression", .kind = RULE_UNWRAP, .name = "argument"},
    {"cast_expression", .kind = RULE_UNWRAP, .name = "value"},

    {"preproc_include", .kind = RULE_IMPORT, .hook = c_include},
    {"preproc_call", .kind = RULE_HOOK, .hook = c_directive},
    {"comment", .kind = RULE_COMMENT},
    {"string_literal", .kind = RULE_STRING},
    {"raw_string_literal", .kind = RULE_STRING},
    {"char_literal", .kind = RULE_STRING},
    {"attribute_specifier", .kind = RULE_SKIP},
    {"attribute_declaration", .kind = RULE_SKIP},
    {"parameter_declaration", .kind = RULE_NONE, .type = "type"},
    {"optional_parameter_declaration", .kind = RULE_NONE, .type = "type"},
    {"variadic_parameter_declaration", .kind = RULE_NONE, .type = "type"},
    {"for_range_loop", .kind = RULE_NONE, .type = "type"},
    {"trailing_return_type", .kind = RULE_ANNOTATION},
    {0},
};

static const char *const aliases[] = {"c++", "cxx", "cc", NULL};
static const char *const extensions[] = {"cpp", "cc",  "cxx", "c++", "hpp", "hh",
                                         "hxx", "h++", "ipp", "inl", "tpp", NULL};
static const char *const doc_markers[] = {"/**", "///", "//!", "/*!", NULL};

const LangSpec lang_cpp_spec = {
    .name = "cpp",
    .aliases = aliases,
    .extensions = extensions,
    .grammar = tree_sitter_cpp,
    .sigil = "𐀀",
    .separator = "::",
    .doc_markers = doc_markers,
    .doc_comments = true,
    .mask = cpp_mask,
    .lenient = true,
    .rules = rules,
    .fields = fields,
    .symbols = symbols,
    .names = cpp_name_rules,
};
