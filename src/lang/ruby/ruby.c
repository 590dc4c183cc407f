// lang/ruby/ruby.c - Ruby.
//
// What looks like a keyword is often a call: attr_reader, alias_method and define_method define
// what their symbols name, `require` imports, and Struct.new makes the class of a constant.
#include "lang/spec.h"

const TSLanguage *tree_sitter_ruby(void);

enum {
    F_NAME,
    F_BODY,
    F_SUPERCLASS,
    F_PARAMETERS,
    F_LEFT,
    F_RIGHT,
    F_ARGUMENTS,
    F_RECEIVER,
    F_METHOD,
};
static const char *const fields[] = {"name",  "body",      "superclass", "parameters", "left",
                                     "right", "arguments", "receiver",   "method",     NULL};

enum {
    S_CONSTANT,
    S_SCOPE_RESOLUTION,
    S_SIMPLE_SYMBOL,
    S_STRING,
    S_CALL,
    S_GLOBAL_VARIABLE,
};
static const char *const symbols[] = {
    "constant", "scope_resolution", "simple_symbol", "string", "call", "global_variable", NULL};

// --- definitions

// Bodies may be empty, and then there is no node to end the signature.
static void end_signature(const Extract *x, TSNode node, DefDraft *draft)
{
    static const unsigned last[] = {F_PARAMETERS, F_SUPERCLASS, F_NAME};
    if (!ts_node_is_null(extract_child(x, node, F_BODY))) return;
    for (size_t i = 0; i < ARRAY_LEN(last); i++) {
        TSNode part = extract_child(x, node, last[i]);
        if (ts_node_is_null(part)) continue;
        draft->signature.end = ts_node_end_byte(part);
        return;
    }
}

// class A::B: named B, in A.
static void name_path(const Extract *x, TSNode path, DefDraft *draft)
{
    if (!extract_is(x, path, S_SCOPE_RESOLUTION)) return;
    TSNode name = extract_child(x, path, F_NAME);
    if (ts_node_is_null(name)) return;
    draft->def.qualified = extract_text(x, extract_span(path));
    if (str_starts(draft->def.qualified, STR("::")))
        draft->def.qualified = str_sub(draft->def.qualified, 2, draft->def.qualified.len);
    draft->def.name_span = extract_span(name);
    draft->def.name = extract_text(x, draft->def.name_span);
}

static bool define_type(Extract *x, TSNode node, DefDraft *draft)
{
    name_path(x, extract_child(x, node, F_NAME), draft);
    end_signature(x, node, draft);
    return true;
}

static bool define_method(Extract *x, TSNode node, DefDraft *draft)
{
    bool in_type = x->scope.kind == DEF_CLASS || x->scope.kind == DEF_MODULE;
    if (in_type) draft->def.kind = DEF_METHOD;
    draft->def.declaration = false; // no body, but no mere declaration either
    end_signature(x, node, draft);
    return true;
}

// Point = Struct.new(:x) do ... end and its like make a class.
static bool makes_class(const Extract *x, TSNode value)
{
    static const char *const makers[] = {"Struct.new", "Class.new", "Module.new", "Data.define"};
    if (!extract_is(x, value, S_CALL)) return false;
    TSNode method = extract_child(x, value, F_METHOD);
    if (ts_node_is_null(method)) return false;
    Str callee = str_sub(x->text, ts_node_start_byte(value), ts_node_end_byte(method));
    for (size_t i = 0; i < ARRAY_LEN(makers); i++)
        if (str_eq(callee, str_from(makers[i]))) return true;
    return false;
}

// Constants, also A::B = 1.
static bool define_constant(Extract *x, TSNode node, DefDraft *draft)
{
    TSNode left = extract_child(x, node, F_LEFT), value = extract_child(x, node, F_RIGHT);
    if (x->scope.in_function) return false;
    if (!extract_is(x, left, S_SCOPE_RESOLUTION) && !extract_is(x, left, S_CONSTANT)) return false;
    name_path(x, left, draft);
    extract_cut_value(draft, value);
    if (!makes_class(x, value)) return true;
    draft->def.kind = DEF_CLASS;
    TSNode arguments = extract_child(x, value, F_ARGUMENTS);
    TSNode last = ts_node_is_null(arguments) ? extract_child(x, value, F_METHOD) : arguments;
    draft->signature.end = ts_node_end_byte(last);
    draft->value = (Span){0};
    return true;
}

// alias new old; alias $new $old
static bool define_alias(Extract *x, TSNode node, DefDraft *draft)
{
    if (extract_is(x, extract_child(x, node, F_NAME), S_GLOBAL_VARIABLE))
        draft->def.kind = DEF_VARIABLE;
    else if (x->scope.kind == DEF_CLASS || x->scope.kind == DEF_MODULE)
        draft->def.kind = DEF_METHOD;
    if (str_starts(draft->def.name, STR(":"))) {
        draft->def.name_span.start++;
        draft->def.name = extract_text(x, draft->def.name_span);
    }
    return true;
}

// --- calls that say more

// What `:name` or "name" names; an empty span for other nodes.
static Span named_by(const Extract *x, TSNode node)
{
    Span span = extract_span(node);
    if (extract_is(x, node, S_SIMPLE_SYMBOL)) return (Span){span.start + 1, span.end};
    if (extract_is(x, node, S_STRING) && span.end - span.start > 2)
        return (Span){span.start + 1, span.end - 1};
    return (Span){0};
}

// `full`: what the definition covers of the call.
static void define_named(Extract *x, TSNode call, TSNode argument, DefKind kind, Span full)
{
    DefDraft own = extract_draft(x, kind, call, (TSNode){0});
    own.def.name_span = named_by(x, argument);
    own.def.name = extract_text(x, own.def.name_span);
    own.def.full = full;
    TSNode arguments = extract_child(x, call, F_ARGUMENTS);
    own.signature.end = ts_node_end_byte(arguments);
    if (kind == DEF_FIELD) { // attr_reader :a, :b is "attr_reader :b" for b
        own.signature.end = ts_node_end_byte(argument);
        own.cut.start = ts_node_start_byte(arguments);
        own.cut.end = ts_node_start_byte(argument);
    }
    if (own.def.name.len) extract_def(x, &own);
}

// attr_accessor :a, :b: the first one has the head of the statement.
static void define_accessors(Extract *x, TSNode call, TSNode arguments)
{
    uint32_t start = ts_node_start_byte(call);
    ExtractChildren each = extract_children(arguments);
    while (extract_each(&each)) {
        if (!extract_is(x, each.node, S_SIMPLE_SYMBOL)) continue;
        Span full = extract_span(each.node);
        if (start) full.start = start;
        define_named(x, call, each.node, DEF_FIELD, full);
        start = 0;
    }
}

// require "a/b", require_relative, load, autoload :Name, "path"
static void add_import(Extract *x, TSNode call, TSNode arguments)
{
    Import row = {.full = extract_span(call)};
    ExtractChildren each = extract_children(arguments);
    while (extract_each(&each)) {
        Span span = named_by(x, each.node);
        if (span.start == span.end) continue;
        if (extract_is(x, each.node, S_STRING)) row.module = extract_text(x, span);
        else row.name = extract_text(x, span);
        if (row.name_span.start == row.name_span.end) row.name_span = span;
    }
    if (!row.module.len) return;
    extract_import(x, &row);
    x->scope.in_import = true;
    Call *open = extract_open_call(x);
    open->full.end = open->full.start; // imports, calls nothing
}

static bool is_one_of(Str name, const char *const *names)
{
    for (; *names; names++)
        if (str_eq(name, str_from(*names))) return true;
    return false;
}

static bool find_call(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    static const char *const accessors[] = {"attr_accessor",   "attr_reader",
                                            "attr_writer",     "attr",
                                            "cattr_accessor",  "cattr_reader",
                                            "mattr_accessor",  "mattr_reader",
                                            "class_attribute", NULL};
    static const char *const imports[] = {"require", "require_relative", "load", "autoload", NULL};
    static const char *const methods[] = {"define_method", "alias_method", NULL};
    TSNode arguments = extract_child(x, node, F_ARGUMENTS);
    TSNode receiver = extract_child(x, node, F_RECEIVER);
    if (ts_node_is_null(extract_child(x, node, F_METHOD))) // callback.(1)
        extract_callee(x, node, receiver, extract_open_call(x));
    Str name = extract_open_call(x)->name;
    extract_receiver(x, ts_node_start_byte(node));
    if (!ts_node_is_null(receiver) || ts_node_is_null(arguments)) return true;
    if (is_one_of(name, imports)) add_import(x, node, arguments);
    if (x->scope.in_function) return true;
    if (is_one_of(name, accessors)) define_accessors(x, node, arguments);
    else if (is_one_of(name, methods))
        define_named(x, node, ts_node_named_child(arguments, 0), DEF_METHOD, extract_span(node));
    return true;
}

static const Rule rules[] = {
    {"class", RULE_DEF, DEF_CLASS, .name = "name", .body = "body", .hook = define_type},
    {"module", RULE_DEF, DEF_MODULE, .name = "name", .body = "body", .hook = define_type},
    {"method", RULE_DEF, DEF_FUNCTION, .name = "name", .body = "body", .hook = define_method},
    {"singleton_method", RULE_DEF, DEF_FUNCTION, .name = "name", .body = "body",
     .hook = define_method},
    {"assignment", RULE_DEF, DEF_CONSTANT, .name = "left", .hook = define_constant},
    {"alias", RULE_DEF, DEF_FUNCTION, .name = "name", .hook = define_alias},

    {"call", RULE_CALL, .name = "method", .hook = find_call},
    {"argument_list", .kind = RULE_ARGS},
    {"pair", RULE_KEYWORD, .name = "key"},
    {"splat_argument", .kind = RULE_SPREAD},
    {"hash_splat_argument", .kind = RULE_SPREAD_MAP},

    {"comment", .kind = RULE_COMMENT},
    {"uninterpreted", .kind = RULE_STRING}, // behind __END__
    {"string", .kind = RULE_STRING},
    {"string_array", .kind = RULE_STRING},
    {"subshell", .kind = RULE_STRING},
    {"heredoc_body", .kind = RULE_STRING},
    {"regex", .kind = RULE_STRING},
    {"character", .kind = RULE_STRING},
    {"interpolation", .kind = RULE_CODE},
    {0},
};

static const char *const aliases[] = {"rb", NULL};
static const char *const extensions[] = {"rb", "rake", "gemspec", "ru", "podspec", "rbi", NULL};
static const char *const file_names[] = {"Rakefile", "Gemfile",     "Guardfile",
                                         "Capfile",  "Vagrantfile", "Podfile",
                                         "Fastfile", "Brewfile",    NULL};
static const char *const interpreters[] = {"ruby", "jruby", "rake", NULL};

const LangSpec lang_ruby_spec = {
    .name = "ruby",
    .aliases = aliases,
    .extensions = extensions,
    .file_names = file_names,
    .interpreters = interpreters,
    .grammar = tree_sitter_ruby,
    .sigil = "µ",
    .separator = "::",
    .doc_comments = true,
    .rules = rules,
    .fields = fields,
    .symbols = symbols,
};
