// lang/rust/tokens.c - what macro arguments and macro_rules bodies hold, read from their tokens.
//
// The grammar gives a flat list of tokens with nested `token_tree`s. A tree that looks like items
// (`cfg_rt! { pub fn spawn() {} }`) is parsed once more, as Rust. Everywhere else an identifier
// right before a parenthesised tree is a call, with what stands before it as the receiver; and
// items are found by their keyword, so that those of macro_rules bodies and of the macros with a
// syntax of their own are not lost.
#include "lang/rust/rust.h"

enum { RECEIVER_MAX_BYTES = 1000 }; // looked at before a name

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           (unsigned char)c >= 0x80;
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_one_of(Str word, const char *const *list)
{
    for (; *list; list++)
        if (str_eq(word, str_from(*list))) return true;
    return false;
}

// --- reading backwards: text[0, at)

static uint32_t back_space(Str text, uint32_t at)
{
    while (at && is_space(text.ptr[at - 1])) at--;
    return at;
}

static uint32_t back_name(Str text, uint32_t at)
{
    while (at && is_name_byte(text.ptr[at - 1])) at--;
    if (at >= 2 && text.ptr[at - 1] == '#' && text.ptr[at - 2] == 'r' &&
        (at == 2 || !is_name_byte(text.ptr[at - 3])))
        at -= 2; // r#try
    return at;
}

static bool ends_with(Str text, uint32_t at, const char *tail)
{
    return str_ends(str_sub(text, 0, at), str_from(tail));
}

static char opener_of(char closer)
{
    return closer == ')' ? '(' : closer == ']' ? '[' : closer == '}' ? '{' : '<';
}

// From behind a closing bracket to its opening one; `at` itself when that is not within `limit`.
static uint32_t back_group(Str text, uint32_t at, uint32_t limit)
{
    char closer = text.ptr[at - 1], opener = opener_of(closer);
    uint32_t depth = 0;
    for (uint32_t i = at; i > limit; i--) {
        char c = text.ptr[i - 1];
        if (c == closer && !(c == '>' && i >= 2 && text.ptr[i - 2] == '-')) depth++;
        if (c == opener && !--depth) return i - 1;
        if (closer == '>' && strchr(";{}\"", c)) return at;
    }
    return at;
}

// Where the path or method chain starts that ends, with a separator, at `at`: the a of `a.b(1).`.
static uint32_t back_receiver(Str text, uint32_t at)
{
    uint32_t limit = at > RECEIVER_MAX_BYTES ? at - RECEIVER_MAX_BYTES : 0, start = at;
    bool joined = true; // what stands before belongs to it
    for (at = back_space(text, at); at > limit; at = back_space(text, at)) {
        char c = text.ptr[at - 1];
        if (c == ':' && ends_with(text, at, "::")) {
            at -= 2;
            start = at, joined = true;
            continue;
        }
        if (c == '.' && !ends_with(text, at, "..")) {
            at--;
            joined = true;
            continue;
        }
        if (c == '?') {
            at--;
            continue;
        }
        if (!joined) break;
        uint32_t before = at;
        if (c == ')' || c == ']' || c == '>') {
            at = back_group(text, at, limit);
            joined = at < before; // f(x). and f::<T>. go on to the left
        } else if (is_name_byte(c)) {
            at = back_name(text, at);
            joined = false;
        } else if (c == '"') {
            do at--;
            while (at > limit && text.ptr[at - 1] != '"');
            if (at > limit) at--;
            joined = false;
        } else if (c == '!' && at < text.len && strchr("([{ ", text.ptr[at])) {
            at--; // vec![1].
        }
        if (at == before) break;
        start = at;
        if (at && text.ptr[at - 1] == '$') start = --at; // $crate, $self
    }
    return start;
}

// --- calls

static bool is_keyword(Str word)
{
    static const char *const keywords[] = {
        "if",    "while",  "match", "return", "in",   "as",    "mut",   "ref",   "move",  "let",
        "for",   "loop",   "fn",    "dyn",    "impl", "where", "break", "yield", "else",  "await",
        "async", "unsafe", "const", "static", "pub",  "crate", "super", "Fn",    "FnMut", "FnOnce",
        "type",  "use",    "mod",   "struct", "enum", "trait", "self",  NULL};
    return is_one_of(word, keywords);
}

// Whether a name at `start` is what a keyword before it introduces: fn name(...).
static bool is_introduced(Str text, uint32_t start)
{
    static const char *const introducers[] = {"fn",    "struct", "enum", "union",
                                              "trait", "mod",    "type", NULL};
    uint32_t end = back_space(text, start);
    return is_one_of(str_sub(text, back_name(text, end), end), introducers);
}

// `Some(x) => ...`, `Some(x) | None`, `Some(x) if ...` and `let Some(x) = ...` are patterns.
static bool is_pattern(Str text, Span name, uint32_t end)
{
    if (text.ptr[name.start] < 'A' || text.ptr[name.start] > 'Z') return false;
    while (end < text.len && is_space(text.ptr[end])) end++;
    Str rest = str_sub(text, end, end + 3);
    if (str_starts(rest, STR("=>")) || str_eq(rest, STR("if "))) return true;
    if (str_starts(rest, STR("|"))) return !str_starts(rest, STR("||"));
    return str_starts(rest, STR("=")) && !str_starts(rest, STR("=="));
}

static bool is_named(Extract *x, TSNode node, const char *text)
{
    return str_eq(extract_text(x, extract_span(node)), str_from(text));
}

// Names of `{name}` and `{name:?}` in a format string are code.
static void find_format_names(Extract *x, Span span)
{
    Str text = x->text;
    for (uint32_t i = span.start; i + 1 < span.end; i++) {
        if (text.ptr[i] != '{') continue;
        if (text.ptr[i + 1] == '{') {
            i++;
            continue;
        }
        uint32_t end = i + 1;
        while (end < span.end && is_name_byte(text.ptr[end])) end++;
        bool is_name = end > i + 1 && !(text.ptr[i + 1] >= '0' && text.ptr[i + 1] <= '9');
        if (is_name && end < span.end && (text.ptr[end] == '}' || text.ptr[end] == ':'))
            extract_text_span(x, (TextSpan){.kind = SPAN_CODE, .span = {i + 1, end}});
        i = end - 1;
    }
}

// The first byte of a node, for punctuation; 0 when it is empty.
static char first_byte(const Extract *x, TSNode node)
{
    uint32_t start = ts_node_start_byte(node);
    return start < ts_node_end_byte(node) ? x->text.ptr[start] : 0;
}

static bool is_mark(const Extract *x, TSNode node, const char *marks)
{
    char first = first_byte(x, node);
    return first && !ts_node_is_named(node) && strchr(marks, first);
}

// Counts the arguments in a tree; in a macro's, the first string is taken for its format.
static uint32_t read_arguments(Extract *x, TSNode tree, bool is_macro)
{
    uint32_t count = 0;
    bool empty = true;    // no token of the next argument was met yet
    bool closure = false; // between the bars of |a, b| a + b
    ExtractChildren each = extract_children(tree);
    while (extract_each(&each)) {
        if (extract_rule(x, each.node) == RULE_COMMENT || is_mark(x, each.node, "([{)]}")) continue;
        if (is_mark(x, each.node, ",;") && !closure) {
            empty = true;
            continue;
        }
        bool is_move = empty && is_named(x, each.node, "move");
        bool is_bar = is_named(x, each.node, "|");
        if (is_bar && (empty || closure)) closure = !closure;
        count += empty && !is_move;
        empty = is_move;
        if (is_macro && extract_is(x, each.node, RUST_STRING_LITERAL)) {
            find_format_names(x, extract_span(each.node));
            is_macro = false;
        }
    }
    return count;
}

static void add_call(Extract *x, TSNode tree, Span name, bool is_macro)
{
    Str text = x->text;
    Call call = {
        .full = {name.start, ts_node_end_byte(tree)}, .name_span = name, .macro = is_macro};
    call.name = extract_text(x, name);
    uint32_t before = back_space(text, name.start);
    if (ends_with(text, before, "::") ||
        (ends_with(text, before, ".") && !ends_with(text, before, ".."))) {
        uint32_t separator = before - (text.ptr[before - 1] == ':' ? 2 : 1);
        call.full.start = back_receiver(text, before);
        if (call.full.start < separator)
            call.receiver = extract_fold(x, (Span){call.full.start, separator}, 200);
    }
    call.callee = extract_fold(x, (Span){call.full.start, name.end}, 200);
    if (text.ptr[ts_node_start_byte(tree)] != '{')
        call.arg_count = read_arguments(x, tree, is_macro);
    extract_call(x, &call);
}

// The name that `tree` is called by, in front of it; empty when this is no call.
static Span called_name(Str text, uint32_t open, uint32_t close, bool *is_macro)
{
    uint32_t end = back_space(text, open);
    *is_macro = end && text.ptr[end - 1] == '!';
    if (*is_macro) end = back_space(text, end - 1);
    else if (text.ptr[open] != '(') return (Span){0};
    if (!*is_macro && end && text.ptr[end - 1] == '>') { // collect::<Vec<_>>()
        uint32_t limit = end > RECEIVER_MAX_BYTES ? end - RECEIVER_MAX_BYTES : 0;
        uint32_t group = back_space(text, back_group(text, end, limit));
        if (!ends_with(text, group, "::")) return (Span){0};
        end = back_space(text, group - 2);
    }
    Span name = {back_name(text, end), end};
    if (name.start == name.end || (text.ptr[name.start] >= '0' && text.ptr[name.start] <= '9'))
        return (Span){0};
    char before = name.start ? text.ptr[name.start - 1] : ' ';
    if (before == '$' || before == '#' || before == '\'') return (Span){0}; // not known yet
    if (is_keyword(str_sub(text, name.start, name.end)) || is_introduced(text, name.start))
        return (Span){0};
    if (!*is_macro && is_pattern(text, name, close)) return (Span){0};
    return name;
}

// --- items

static bool starts_item(Str word)
{
    static const char *const words[] = {"fn",     "struct", "enum",   "union",  "trait", "impl",
                                        "mod",    "use",    "const",  "static", "type",  "pub",
                                        "unsafe", "async",  "extern", NULL};
    return is_one_of(word, words);
}

typedef struct Item { // an item that is being read
    DefKind kind;
    uint32_t start; // of its first token, attributes included
    Span name;
    bool wants_name; // the next identifier is the name
    bool closed;     // `for T` of an impl came by: the name is known
    bool at_start;   // no token of the item was read yet
    bool open;       // a keyword was met
} Item;

static void end_item(Extract *x, TSNode tree, Item *item, uint32_t signature_end, uint32_t end)
{
    if (item->open && item->name.end) {
        DefDraft draft = extract_draft(x, item->kind, tree, (TSNode){0});
        draft.def.full = (Span){item->start, end};
        draft.def.name_span = item->name;
        draft.def.name = extract_text(x, item->name);
        draft.def.declaration = item->kind == DEF_FUNCTION && signature_end == end;
        draft.signature = (Span){item->start, signature_end};
        extract_def(x, &draft);
    }
    *item = (Item){.at_start = true};
}

static bool keyword_kind(Str word, DefKind *kind)
{
    static const struct {
        const char *word;
        DefKind kind;
    } kinds[] = {{"fn", DEF_FUNCTION}, {"struct", DEF_STRUCT}, {"enum", DEF_ENUM},
                 {"trait", DEF_TRAIT}, {"impl", DEF_IMPL},     {"mod", DEF_MODULE}};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (!str_eq(word, str_from(kinds[i].word))) continue;
        *kind = kinds[i].kind;
        return true;
    }
    return false;
}

static void read_token(Extract *x, TSNode node, Item *item)
{
    Str word = extract_text(x, extract_span(node));
    if (item->at_start) {
        item->start = ts_node_start_byte(node);
        item->at_start = false;
    }
    DefKind kind;
    if (!ts_node_is_named(node)) {
        if (!item->open && keyword_kind(word, &kind)) {
            item->kind = kind;
            item->open = item->wants_name = true;
        } else if (item->open && item->kind == DEF_IMPL) {
            if (str_eq(word, STR("where"))) item->wants_name = false;
            if (str_eq(word, STR("for"))) item->wants_name = true, item->name = (Span){0};
            if (str_eq(word, STR("<"))) item->wants_name = !item->name.end; // impl<T> Type<T>
        }
        return;
    }
    if (item->wants_name && item->kind != DEF_IMPL && !extract_is(x, node, RUST_IDENTIFIER))
        item->open = item->wants_name = false; // fn $name
    bool named = extract_is(x, node, RUST_IDENTIFIER) || extract_is(x, node, RUST_PRIMITIVE_TYPE);
    if (!named || !item->wants_name) return;
    item->name = extract_span(node);
    item->wants_name = false;
}

// Definitions right in `tree`: for macro_rules bodies and what does not parse as items.
static void find_items(Extract *x, TSNode tree)
{
    Item item = {.at_start = true};
    uint32_t open = ts_node_start_byte(tree);
    ExtractChildren each = extract_children(tree);
    while (extract_each(&each)) {
        Span span = extract_span(each.node);
        char first = first_byte(x, each.node);
        bool is_tree = extract_is(x, each.node, RUST_TOKEN_TREE);
        if (extract_rule(x, each.node) == RULE_COMMENT || span.start == open) continue;
        if (is_tree && first == '{') end_item(x, tree, &item, span.start, span.end);
        else if (first == ';') end_item(x, tree, &item, span.end, span.end);
        else if (!is_tree) read_token(x, each.node, &item);
    }
}

bool rust_looks_like_items(Extract *x, TSNode tree)
{
    uint32_t open = ts_node_start_byte(tree);
    ExtractChildren each = extract_children(tree);
    while (extract_each(&each)) {
        char first = first_byte(x, each.node);
        bool skip = ts_node_start_byte(each.node) == open || first == '#' || first == '!' ||
                    first == '[' || extract_rule(x, each.node) == RULE_COMMENT;
        if (skip) continue;
        bool found = starts_item(extract_text(x, extract_span(each.node)));
        extract_end(&each);
        return found;
    }
    return false;
}

bool rust_token_tree(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    if (x->scope.in_type) return true; // #[derive(Debug)]
    Span span = extract_span(node);
    uint32_t before = back_space(x->text, span.start);
    char open = x->text.ptr[span.start];
    if (open == '[' && (ends_with(x->text, before, "#") || ends_with(x->text, before, "#!"))) {
        extract_text_span(x, (TextSpan){.kind = SPAN_ANNOTATION, .span = span});
        return false;
    }
    bool is_macro;
    Span name = called_name(x->text, span.start, span.end, &is_macro);
    if (name.end) add_call(x, node, name, is_macro);
    if (is_macro && rust_looks_like_items(x, node) && extract_reparse(x, node)) return false;
    if (open == '{') find_items(x, node);
    return true;
}
