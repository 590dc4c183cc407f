// lang/c/c.c - C: declarators, tags and typedefs, and what macros leave of them.
//
// The grammar does not know macros: an unknown attribute before a function is a statement or an
// ERROR node, and an #if that splits a function's head leaves the rest of the file in one. Each
// hook below says which of these it repairs.
#include "lang/c/c.h"

const TSLanguage *tree_sitter_c(void);

static const char *const fields[] = {C_FIELD_NAMES, NULL};
static const char *const symbols[] = {C_SYMBOL_NAMES, NULL};

// --- declarators

// The name inside "(*name)", which the grammar reads as parameters in: API void (*name)(int).
static Span pointer_name(Str text, Span params)
{
    uint32_t at = params.start + 1;
    while (at < params.end && strchr(" \t\r\n*", text.ptr[at])) at++;
    Span name = c_name_before(text, params.end - 1);
    return name.start == at && text.ptr[params.start + 1] == '*' ? name : (Span){0};
}

// The name that a function declarator gives to what stands before its parameters. With unknown
// macros around, the last name before the parenthesis is the right one: RETURN_TYPE name(int).
static void name_function(const Extract *x, TSNode node, CDeclared *found)
{
    TSNode params = extract_child(x, node, C_PARAMETERS);
    if (!ts_node_has_error(node) || ts_node_is_null(params)) return;
    Span name = c_name_before(x->text, ts_node_start_byte(params));
    if (name.start == name.end) return;
    found->name = name;
    Span pointer = pointer_name(x->text, extract_span(params));
    if (!pointer.end || !c_is_keyword(extract_text(x, name))) return;
    *found = (CDeclared){.name = pointer, .is_pointer = true, .is_callable = true};
}

CDeclared c_declared(const Extract *x, TSNode node)
{
    enum { DECLARATOR_MAX_DEPTH = 32 };
    CDeclared found = {0};
    for (int i = 0; i < DECLARATOR_MAX_DEPTH && !ts_node_is_null(node); i++) {
        switch (extract_symbol(x, node)) {
        case C_IDENTIFIER:
        case C_FIELD_IDENTIFIER:
        case C_TYPE_IDENTIFIER:
        case C_PRIMITIVE_TYPE: // typedef ... uint32_t;
            if (!found.name.end) found.name = extract_span(node);
            return found;
        case C_POINTER_DECLARATOR:
            found = (CDeclared){.is_pointer = true, .is_callable = found.is_callable};
            node = extract_child(x, node, C_DECLARATOR);
            break;
        case C_FUNCTION_DECLARATOR:
            found = (CDeclared){
                .is_function = true, .is_pointer = found.is_pointer, .is_callable = true};
            name_function(x, node, &found);
            node = extract_child(x, node, C_DECLARATOR);
            break;
        case C_ARRAY_DECLARATOR:
        case C_INIT_DECLARATOR:
            found.is_function = false;
            node = extract_child(x, node, C_DECLARATOR);
            break;
        default: node = ts_node_named_child(node, 0); break; // parenthesized, attributed
        }
    }
    return found;
}

static void set_name(const Extract *x, DefDraft *draft, Span name)
{
    draft->def.name_span = name;
    draft->def.name = extract_text(x, name);
}

static bool is_tag(const Extract *x, TSNode node)
{
    unsigned symbol = extract_symbol(x, node);
    return symbol == C_STRUCT_SPECIFIER || symbol == C_UNION_SPECIFIER ||
           symbol == C_ENUM_SPECIFIER;
}

// --- functions

// DEFINE_X(name) { ... } reads as a function of the type DEFINE_X: it is a call of that macro, and
// what it defines goes by its first argument.
static void call_type(Extract *x, TSNode node, TSNode declarator)
{
    TSNode type = extract_child(x, node, C_TYPE);
    if (!extract_is(x, type, C_TYPE_IDENTIFIER)) return;
    Span name = extract_span(type), args = extract_span(declarator);
    Call call = {.full = {name.start, args.end}, .name_span = name, .arg_count = 1};
    call.callee = call.name = extract_text(x, name);
    extract_call(x, &call);
}

bool c_function(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode declarator = extract_child(x, node, C_DECLARATOR);
    set_name(x, draft, c_declared(x, declarator).name);
    if (extract_is(x, declarator, C_PARENTHESIZED_DECLARATOR)) call_type(x, node, declarator);
    CHead head;
    bool repair = ts_node_has_error(node) && c_head_before(x->text, draft->signature.end, &head) &&
                  head.start >= draft->def.full.start;
    if (repair) {
        set_name(x, draft, head.name);
        draft->def.full.start = draft->signature.start = head.start;
    }
    // Out of place: else if (a) { ... }, a macro and a block inside a function.
    uint32_t start = draft->def.full.start;
    bool nested = x->scope.in_function && start && x->text.ptr[start - 1] != '\n';
    return !nested && !c_is_keyword(draft->def.name);
}

// --- struct, union, enum

static bool ends_statement(const Extract *x, uint32_t at)
{
    while (at < x->text.len && strchr(" \t\r\n", x->text.ptr[at])) at++;
    return at < x->text.len && x->text.ptr[at] == ';';
}

bool c_tag(Extract *x, TSNode node, DefDraft *draft)
{
    if (!ts_node_is_null(extract_child(x, node, C_BODY))) return true;
    bool in_struct = x->scope.kind == DEF_STRUCT || x->scope.kind == DEF_UNION;
    draft->def.declaration = true; // struct s;
    return !in_struct && !x->scope.in_type && ends_statement(x, draft->def.full.end);
}

// --- declarations, fields, typedefs

typedef struct CDeclaration { // the statement whose names are being recorded
    TSNode node, type;
    Span body; // of the struct, union or enum defined in it, or empty
    bool is_typedef, is_field, is_const, is_extern;
    DefKind tag;    // of an unnamed struct, union or enum, which a typedef names; else DEF_TYPE
    uint32_t first; // start of the first declarator; 0 before it
} CDeclaration;

static CDeclaration read_declaration(const Extract *x, TSNode node)
{
    CDeclaration all = {.node = node, .type = extract_child(x, node, C_TYPE), .tag = DEF_TYPE};
    all.is_typedef = extract_is(x, node, C_TYPE_DEFINITION);
    all.is_field = extract_is(x, node, C_FIELD_DECLARATION);
    if (!is_tag(x, all.type)) return all;
    TSNode body = extract_child(x, all.type, C_BODY);
    if (ts_node_is_null(body)) return all;
    all.body = extract_span(body);
    if (!ts_node_is_null(extract_child(x, all.type, C_NAME))) return all;
    unsigned symbol = extract_symbol(x, all.type);
    all.tag = symbol == C_STRUCT_SPECIFIER  ? DEF_STRUCT
              : symbol == C_UNION_SPECIFIER ? DEF_UNION
                                            : DEF_ENUM;
    return all;
}

static DefKind declared_kind(const CDeclaration *all, CDeclared what)
{
    if (all->is_typedef) return what.is_pointer || what.is_function ? DEF_TYPE : all->tag;
    if (what.is_function) return DEF_FUNCTION;
    if (all->is_field) return DEF_FIELD;
    return all->is_const && !what.is_pointer ? DEF_CONSTANT : DEF_VARIABLE;
}

// The text up to the end of this declarator, without struct bodies and the declarators before it.
static void set_signature(const Extract *x, const CDeclaration *all, TSNode declarator,
                          DefDraft *draft)
{
    Span own = extract_span(declarator);
    draft->signature = (Span){ts_node_start_byte(all->node), own.end};
    if (own.start != all->first) draft->cut = (Span){all->first, own.start};
    if (all->body.end) draft->cut = (Span){all->body.start, MAX(all->body.end, draft->cut.end)};
    if (extract_is(x, declarator, C_INIT_DECLARATOR))
        extract_cut_value(draft, extract_child(x, declarator, C_VALUE));
}

// `last` is false when another declarator follows.
static void declare(Extract *x, CDeclaration *all, TSNode declarator, bool last)
{
    CDeclared what = c_declared(x, declarator);
    bool first = !all->first;
    if (first) all->first = ts_node_start_byte(declarator);
    if (what.name.start == what.name.end || c_is_keyword(extract_text(x, what.name))) return;
    DefDraft draft = extract_draft(x, declared_kind(all, what), all->node, (TSNode){0});
    set_name(x, &draft, what.name);
    bool has_value = extract_is(x, declarator, C_INIT_DECLARATOR);
    draft.def.declaration = draft.def.kind == DEF_FUNCTION || (all->is_extern && !has_value);
    // A struct that has its own name is a definition of its own, before this one.
    bool own_tag = all->body.end && all->tag == DEF_TYPE;
    if (!first || own_tag) draft.def.full.start = ts_node_start_byte(declarator);
    if (!last) draft.def.full.end = ts_node_end_byte(declarator);
    if (own_tag) draft.def.doc = extract_doc_above(x, ts_node_start_byte(all->node));
    set_signature(x, all, declarator, &draft);
    extract_def(x, &draft);
    if (extract_is(x, declarator, C_PARENTHESIZED_DECLARATOR)) call_type(x, all->node, declarator);
}

static void note_specifier(const Extract *x, CDeclaration *all, TSNode node)
{
    Str text = extract_text(x, extract_span(node));
    if (extract_is(x, node, C_TYPE_QUALIFIER)) all->is_const |= str_eq(text, STR("const"));
    if (extract_is(x, node, C_STORAGE_CLASS_SPECIFIER))
        all->is_extern |= str_eq(text, STR("extern"));
}

// In a function; but what begins a line behind a function that was not recognised is not.
static bool is_local(const Extract *x, TSNode node)
{
    if (!x->scope.in_function) return false;
    uint32_t start = ts_node_start_byte(node);
    bool begins_line = !start || x->text.ptr[start - 1] == '\n';
    return !begins_line || !ts_node_is_error(extract_ancestor(x, 1));
}

bool c_declaration(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    CDeclaration all = read_declaration(x, node);
    if (!all.is_typedef && !all.is_field && is_local(x, node)) return true;
    TSNode pending = {0};
    TSFieldId declarator = extract_field_id(x, C_DECLARATOR);
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        if (each.field != declarator) {
            note_specifier(x, &all, each.node);
            continue;
        }
        if (!ts_node_is_null(pending)) declare(x, &all, pending, false);
        pending = each.node;
    }
    if (!ts_node_is_null(pending)) declare(x, &all, pending, true);
    if (all.body.end && all.tag == DEF_TYPE) extract_wrap(x, ts_node_start_byte(node));
    return true;
}

// --- calls

// (type)(value) reads as a call of "(type)".
bool c_call(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TSNode callee = ts_node_named_child(node, 0);
    bool cast = extract_is(x, callee, C_PARENTHESIZED_EXPRESSION) &&
                extract_is(x, ts_node_named_child(callee, 0), C_IDENTIFIER);
    if (cast) extract_open_call(x)->full = (Span){0};
    return true;
}

// --- repairs

static void define_head(Extract *x, CHead head, uint32_t brace, uint32_t end)
{
    DefDraft draft = {.def = {.kind = DEF_FUNCTION, .full = {head.start, end}},
                      .signature = {head.start, brace}};
    set_name(x, &draft, head.name);
    extract_def(x, &draft);
}

// A block in a file: the body of a function whose head the grammar did not recognise, such as
// NAME(first, ...) { ... }, of which it makes a call and a block.
bool c_block(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    if (x->scope.in_function && !x->has_error) return true;
    CHead head;
    Span block = extract_span(node);
    if (c_head_before(x->text, block.start, &head)) define_head(x, head, block.start, block.end);
    x->scope.in_function = true;
    return true;
}

// ATTRIBUTE("x") before a function, which looks like a call without its semicolon.
bool c_statement(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    if (x->scope.in_function) return true;
    Span span = extract_span(node);
    bool closed = span.end == span.start || x->text.ptr[span.end - 1] == ';';
    if (!closed && extract_is(x, ts_node_named_child(node, 0), C_CALL_EXPRESSION))
        extract_prefix(x, node);
    return true;
}

// API void (*name)(int); as an ERROR.
static void define_pointer(Extract *x, TSNode head, TSNode declarator)
{
    CDeclared what = c_declared(x, declarator);
    if (what.is_function || what.name.start == what.name.end) return;
    DefDraft draft = extract_draft(x, DEF_VARIABLE, head, (TSNode){0});
    draft.def.full.end = draft.signature.end = ts_node_end_byte(declarator);
    set_name(x, &draft, what.name);
    if (!c_is_keyword(draft.def.name)) extract_def(x, &draft);
}

// An ERROR in a file: function heads whose body did not close, macros, function pointers.
bool c_error(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    bool found = false;
    TSNode first = {0};
    Span error = extract_span(node);
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        const char *type = ts_node_type(each.node);
        Span span = extract_span(each.node);
        CHead head;
        if (ts_node_is_null(first)) first = each.node;
        if (!strcmp(type, "#define")) {
            c_define(x, span.start);
        } else if (*type == '{' && c_head_before(x->text, span.start, &head)) {
            define_head(x, head, span.start, c_body_end(x->text, span.start, error.end));
            found = true;
        } else if (!x->scope.in_function && extract_is(x, each.node, C_FUNCTION_DECLARATOR)) {
            define_pointer(x, first, each.node);
        }
    }
    if (found) x->scope.in_function = true; // the declarations in here may be its locals
    return true;
}

// --- the preprocessor

static void import_path(Extract *x, TSNode statement, Span path)
{
    Span full = extract_span(statement);
    Str text = extract_text(x, path);
    if (text.len >= 2 && (text.ptr[0] == '"' || text.ptr[0] == '<')) {
        path.start++;
        path.end--;
    }
    while (full.end > path.end && strchr(" \t\r\n", x->text.ptr[full.end - 1])) full.end--;
    Import import = {.full = full, .name_span = path, .module = extract_text(x, path)};
    extract_import(x, &import);
}

bool c_include(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    TSNode path = extract_child(x, node, C_PATH);
    if (!ts_node_is_null(path)) import_path(x, node, extract_span(path));
    return true;
}

// #include_next and #import are includes; the rest says nothing.
bool c_directive(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    Str name = extract_text(x, extract_span(ts_node_child(node, 0)));
    TSNode argument = extract_child(x, node, C_ARGUMENT);
    bool include = str_ends(name, STR("include_next")) || str_ends(name, STR("import"));
    if (!include || ts_node_is_null(argument)) return false;
    Span path = extract_span(argument);
    while (path.end > path.start && strchr(" \t\r\n", x->text.ptr[path.end - 1])) path.end--;
    import_path(x, node, path);
    return false;
}

static const Rule rules[] = {
    {"function_definition", RULE_DEF, DEF_FUNCTION, .name = "declarator", .body = "body",
     .type = "type", .hook = c_function},
    {"struct_specifier", RULE_DEF, DEF_STRUCT, .name = "name", .body = "body", .hook = c_tag},
    {"union_specifier", RULE_DEF, DEF_UNION, .name = "name", .body = "body", .hook = c_tag},
    {"enum_specifier", RULE_DEF, DEF_ENUM, .name = "name", .body = "body", .hook = c_tag},
    {"enumerator", RULE_DEF, DEF_ENUM_MEMBER, .name = "name"},
    {"declaration", RULE_HOOK, .type = "type", .hook = c_declaration},
    {"field_declaration", RULE_HOOK, .type = "type", .hook = c_declaration},
    {"type_definition", RULE_HOOK, .hook = c_declaration},
    {"parameter_declaration", RULE_NONE, .type = "type"},
    {"preproc_def", RULE_HOOK, .hook = c_macro},
    {"preproc_function_def", RULE_HOOK, .hook = c_macro},

    {"call_expression", RULE_CALL, .name = "function", .hook = c_call},
    {"argument_list", .kind = RULE_ARGS},
    {"field_expression", RULE_MEMBER, .name = "field"},
    {"parenthesized_expression", .kind = RULE_UNWRAP},
    {"pointer_expression", RULE_UNWRAP, .name = "argument"},
    {"cast_expression", RULE_UNWRAP, .name = "value"},

    {"preproc_include", RULE_IMPORT, .hook = c_include},
    {"preproc_call", RULE_HOOK, .hook = c_directive},
    {"comment", .kind = RULE_COMMENT},
    {"string_literal", .kind = RULE_STRING},
    {"char_literal", .kind = RULE_STRING},
    {"attribute_specifier", .kind = RULE_SKIP},

    {"compound_statement", RULE_HOOK, .hook = c_block},
    {"expression_statement", RULE_HOOK, .hook = c_statement},
    {"ERROR", RULE_HOOK, .hook = c_error},
    {0},
};

static const char *const extensions[] = {"c", "h", NULL};
static const char *const doc_markers[] = {"/**", "///", "//!", "/*!", NULL};

const LangSpec lang_c_spec = {
    .name = "c",
    .extensions = extensions,
    .grammar = tree_sitter_c,
    .sigil = "𐀀",
    .separator = ".",
    .doc_markers = doc_markers,
    .doc_comments = true,
    .mask = c_mask,
    .lenient = true,
    .rules = rules,
    .fields = fields,
    .symbols = symbols,
    .names = c_name_rules,
};
