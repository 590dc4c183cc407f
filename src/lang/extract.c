// lang/extract.c - one walk over a file's tree, driven by the rules of the language.
//
// The walk visits every visible node once, in an array (lang/flat.h). A node's symbol finds its
// rule in a byte table; nodes without one cost a table look-up. What a node opens (a definition, a
// call, a string, ...) is a Frame that lasts until the walk leaves the node and then restores the
// scope.
#include "lang/walk.h"

enum {
    CALLEE_MAX_BYTES = 200,
    CALLEE_MAX_DEPTH = 64,          // of parentheses and the like around a callee's name
    NODES_BETWEEN_CHECKS = 1 << 16, // of the deadline, in the walk
};

// --- what rules and hooks use

static TSNode child_in(TSNode node, TSFieldId field)
{
    if (!field || ts_node_is_null(node)) return (TSNode){0};
    return ts_node_child_by_field_id(node, field);
}

TSNode extract_child(const Extract *x, TSNode node, unsigned field)
{
    return child_in(node, x->parser->grammar->fields[field]);
}

TSFieldId extract_field_id(const Extract *x, unsigned field)
{
    return x->parser->grammar->fields[field];
}

unsigned extract_symbol(const Extract *x, TSNode node)
{
    const Grammar *grammar = x->parser->grammar;
    TSSymbol own = ts_node_is_null(node) ? GRAMMAR_ERROR : ts_node_symbol(node);
    unsigned number = own < grammar->symbol_count ? grammar->hook_of[own] : 0;
    return number ? number - 1 : SPEC_MAX_SYMBOLS;
}

bool extract_is(const Extract *x, TSNode node, unsigned symbol)
{
    return extract_symbol(x, node) == symbol;
}

TSNode extract_ancestor(const Extract *x, unsigned levels)
{
    const Parser *p = x->parser;
    uint32_t at = p->at;
    for (; levels; levels--, at = p->flat.nodes[at].parent)
        if (!at) return (TSNode){0};
    return p->flat.nodes[at].node;
}

// The index behind the children of the parent of the node being visited.
static uint32_t siblings_end(const Parser *p)
{
    return p->at ? p->flat.nodes[p->flat.nodes[p->at].parent].end : 0;
}

static bool is_comment(const Parser *p, const FlatNode *node)
{
    return grammar_rule(p->grammar, node->symbol)->rule->kind == RULE_COMMENT;
}

TSNode extract_next(const Extract *x)
{
    const Parser *p = x->parser;
    const FlatNode *nodes = p->flat.nodes;
    for (uint32_t i = nodes[p->at].end; i < siblings_end(p); i = nodes[i].end)
        if (!is_comment(p, &nodes[i])) return nodes[i].node;
    return (TSNode){0};
}

TSNode extract_previous(const Extract *x)
{
    const Parser *p = x->parser;
    const FlatNode *nodes = p->flat.nodes;
    TSNode found = {0};
    for (uint32_t i = nodes[p->at].parent + 1; i < p->at; i = nodes[i].end)
        if (!is_comment(p, &nodes[i])) found = nodes[i].node;
    return found;
}

ExtractChildren extract_children(TSNode node)
{
    return (ExtractChildren){.cursor = ts_tree_cursor_new(node)};
}

ExtractChildren extract_following(const Extract *x)
{
    const Parser *p = x->parser;
    return (ExtractChildren){
        .flat = p->flat.nodes, .next = p->flat.nodes[p->at].end, .behind = siblings_end(p)};
}

static bool next_flat(ExtractChildren *each)
{
    if (each->next >= each->behind) return false;
    const FlatNode *node = &each->flat[each->next];
    each->node = node->node;
    each->field = node->field;
    each->next = node->end;
    return true;
}

bool extract_each(ExtractChildren *each)
{
    if (each->flat) return next_flat(each);
    if (each->ended) return false;
    bool more = each->started ? ts_tree_cursor_goto_next_sibling(&each->cursor)
                              : ts_tree_cursor_goto_first_child(&each->cursor);
    each->started = true;
    if (!more) {
        extract_end(each);
        return false;
    }
    each->node = ts_tree_cursor_current_node(&each->cursor);
    each->field = ts_tree_cursor_current_field_id(&each->cursor);
    return true;
}

void extract_end(ExtractChildren *each)
{
    if (!each->ended && !each->flat) ts_tree_cursor_delete(&each->cursor);
    each->ended = true;
}

RuleKind extract_rule(const Extract *x, TSNode node)
{
    if (ts_node_is_null(node)) return RULE_NONE;
    return grammar_rule(x->parser->grammar, ts_node_symbol(node))->rule->kind;
}

Str extract_fold(const Extract *x, Span span, size_t limit)
{
    return fold_text(x->cx->arena, extract_text(x, span), limit);
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

// Line ends in text[from, to) when that is all white space, else -1.
static int blank_lines(Str text, uint32_t from, uint32_t to)
{
    int lines = 0;
    for (uint32_t i = from; i < to; i++) {
        if (!is_space(text.ptr[i])) return -1;
        lines += text.ptr[i] == '\n';
    }
    return to < from ? -1 : lines;
}

// Whether only white space stands before `offset` on its line.
static bool starts_line(Str text, uint32_t offset)
{
    while (offset && text.ptr[offset - 1] != '\n')
        if (!is_space(text.ptr[--offset])) return false;
    return true;
}

// --- definitions

// The comment block that ends on the line before `start`, or on the same one.
static Span comments_above(const Extract *x, uint32_t start)
{
    Span block = x->parser->comments;
    if (!x->parser->grammar->spec->doc_comments || !block.end) return (Span){0};
    int lines = blank_lines(x->text, block.end, start);
    return lines == 0 || lines == 1 ? block : (Span){0};
}

// Moves *start to the prefixes right before it; gives the comment block above all that.
static Span lead_in(const Extract *x, uint32_t *start)
{
    const Parser *p = x->parser;
    Span doc = comments_above(x, *start);
    if (p->prefix.end && blank_lines(x->text, p->prefix.end, *start) >= 0) {
        *start = p->prefix.start;
        if (p->prefix_doc.end) doc = p->prefix_doc;
    }
    return doc;
}

DefDraft extract_draft(const Extract *x, DefKind kind, TSNode node, TSNode name)
{
    Span span = extract_span(node);
    DefDraft draft = {.def = {.kind = kind, .full = span}, .signature = span};
    if (!ts_node_is_null(name)) {
        draft.def.name_span = extract_span(name);
        draft.def.name = extract_text(x, draft.def.name_span);
    }
    return draft;
}

Str extract_masked(const Extract *x)
{
    return x->parser->masked;
}

// A definition also has the masked words before it on its line: the parser did not see them.
static void include_masked(const Extract *x, DefDraft *draft)
{
    const char *masked = x->parser->masked.ptr;
    uint32_t start = draft->def.full.start, at = start;
    if (masked == x->text.ptr) return;
    for (; at && masked[at - 1] == ' '; at--)
        if (!is_space(x->text.ptr[at - 1])) start = at - 1;
    if (draft->signature.start == draft->def.full.start) draft->signature.start = start;
    draft->def.full.start = start;
}

void extract_def(Extract *x, const DefDraft *draft)
{
    if (!draft->def.name.len) return; // a name that the parser made up
    Parser *p = x->parser;
    DefDraft own = *draft;
    include_masked(x, &own);
    Span doc = lead_in(x, &own.def.full.start);
    if (p->wrap != WALK_NOWHERE) {
        own.def.full.start = p->wrap;
        if (p->wrap_doc.end) doc = p->wrap_doc;
        p->wrap = WALK_NOWHERE;
    }
    if (!own.def.doc.len) own.def.doc = extract_text(x, doc);
    VEC_PUSH(&p->drafts.room, &p->drafts.defs, own);
}

void extract_cut_value(DefDraft *draft, TSNode value)
{
    if (!ts_node_is_null(value)) draft->value = extract_span(value);
}

// The first leaf: "a" of the declarator `a = 1` and of `$a`.
static TSNode first_leaf(TSNode node)
{
    while (ts_node_named_child_count(node)) node = ts_node_named_child(node, 0);
    return node;
}

void extract_declarators(Extract *x, DefDraft model, TSNode list, unsigned symbol)
{
    Span whole = model.def.full, last = {0};
    uint32_t first = 0, count = 0;
    ExtractChildren each = extract_children(list);
    while (extract_each(&each)) // the last declarator ends with the statement
        if (extract_is(x, each.node, symbol)) last = extract_span(each.node);
    each = extract_children(list);
    while (extract_each(&each)) {
        if (!extract_is(x, each.node, symbol)) continue;
        Span span = extract_span(each.node);
        DefDraft own = extract_draft(x, model.def.kind, each.node, first_leaf(each.node));
        own.signature = (Span){model.signature.start, span.end};
        if (count++) own.cut = (Span){first, span.start};
        else first = span.start, own.def.full.start = whole.start;
        if (span.start == last.start) own.def.full.end = whole.end;
        uint32_t parts = ts_node_named_child_count(each.node);
        if (parts > 1) extract_cut_value(&own, ts_node_named_child(each.node, parts - 1));
        extract_def(x, &own);
    }
}

void extract_prefix(Extract *x, TSNode node)
{
    Parser *p = x->parser;
    Span span = extract_span(node);
    if (!p->prefix.end || blank_lines(x->text, p->prefix.end, span.start) < 0) {
        p->prefix = span;
        p->prefix_doc = comments_above(x, span.start);
    }
    p->prefix.end = span.end;
}

void extract_wrap(Extract *x, uint32_t start)
{
    Parser *p = x->parser;
    if (p->wrap != WALK_NOWHERE) return; // template<> template<>: the outermost counts
    p->wrap = start;
    p->wrap_doc = lead_in(x, &p->wrap);
}

Str extract_doc_above(const Extract *x, uint32_t start)
{
    return extract_text(x, lead_in(x, &start));
}

static bool is_callable(DefKind kind)
{
    return kind == DEF_FUNCTION || kind == DEF_METHOD;
}

static bool is_type(DefKind kind)
{
    return kind == DEF_CLASS || kind == DEF_STRUCT || kind == DEF_UNION || kind == DEF_ENUM ||
           kind == DEF_INTERFACE || kind == DEF_TRAIT || kind == DEF_IMPL;
}

void extract_enter(Extract *x)
{
    const Drafts *drafts = &x->parser->drafts;
    DefKind kind = drafts->defs.items[drafts->defs.len - 1].def.kind;
    x->scope.draft = (int32_t)drafts->defs.len - 1;
    x->scope.kind = kind;
    if (is_callable(kind)) x->scope.in_function = true;
    if (is_type(kind)) x->scope.in_function = false;
}

bool extract_local(Extract *x, TSNode node, DefDraft *draft)
{
    (void)node, (void)draft;
    x->scope.in_function = true;
    return true;
}

uint32_t extract_behind(const Extract *x, TSNode node, unsigned symbol)
{
    uint32_t start = ts_node_start_byte(node);
    ExtractChildren each = extract_children(node);
    while (extract_each(&each)) {
        if (extract_is(x, each.node, symbol) || extract_rule(x, each.node) == RULE_COMMENT)
            continue;
        start = ts_node_start_byte(each.node);
        extract_end(&each);
    }
    return start;
}

static bool record_def(Extract *x, TSNode node, const Bound *bound)
{
    DefDraft draft = extract_draft(x, bound->rule->def, node, child_in(node, bound->name));
    TSNode body = child_in(node, bound->body);
    if (!ts_node_is_null(body)) draft.signature.end = ts_node_start_byte(body);
    else if (bound->body && is_callable(bound->rule->def)) draft.def.declaration = true;
    if (bound->rule->hook && !bound->rule->hook(x, node, &draft)) return false;
    if (!draft.def.name.len) return false;
    extract_def(x, &draft);
    extract_enter(x);
    return true;
}

// --- calls

// The last name of a callee, or a null node; *receiver is where the outermost member starts.
static TSNode callee_name(const Extract *x, TSNode node, uint32_t *receiver)
{
    const Grammar *grammar = x->parser->grammar;
    for (int i = 0; i < CALLEE_MAX_DEPTH && !ts_node_is_null(node); i++) {
        const Bound *bound = grammar_rule(grammar, ts_node_symbol(node));
        if (bound->rule->kind == RULE_MEMBER) {
            if (*receiver == WALK_NOWHERE) *receiver = ts_node_start_byte(node);
            node = child_in(node, bound->name);
        } else if (bound->rule->kind == RULE_UNWRAP) {
            TSNode inside = child_in(node, bound->name);
            node = ts_node_is_null(inside) ? ts_node_named_child(node, 0) : inside;
        } else {
            return ts_node_named_child_count(node) ? (TSNode){0} : node;
        }
    }
    return (TSNode){0};
}

// The receiver of a callee: what stands before its last name, without the separator.
static Str trim_receiver(Str text)
{
    static const char *const separators[] = {"?->", "?.", "&.", "->", "::", ".", ":", "\\"};
    text = str_trim(text);
    for (size_t i = 0; i < ARRAY_LEN(separators); i++) {
        if (!str_ends(text, str_from(separators[i]))) continue;
        text.len -= strlen(separators[i]);
        break;
    }
    return str_trim(text);
}

void extract_callee(const Extract *x, TSNode call, TSNode callee, Call *out)
{
    out->full = extract_span(call);
    out->name_span = (Span){out->full.start, out->full.start};
    if (ts_node_is_null(callee)) return;
    Span span = extract_span(callee);
    out->callee = extract_fold(x, span, CALLEE_MAX_BYTES);
    out->name_span = (Span){span.end, span.end};
    uint32_t receiver = WALK_NOWHERE;
    TSNode name = callee_name(x, callee, &receiver);
    if (ts_node_is_null(name)) return;
    out->name_span = extract_span(name);
    out->name = extract_text(x, out->name_span);
    if (receiver == WALK_NOWHERE || receiver >= out->name_span.start) return;
    Str before = trim_receiver(str_sub(x->text, receiver, out->name_span.start));
    out->receiver = fold_text(x->cx->arena, before, CALLEE_MAX_BYTES);
}

void extract_call(Extract *x, const Call *call)
{
    Drafts *drafts = &x->parser->drafts;
    VEC_PUSH(&drafts->room, &drafts->calls, *call);
}

Call *extract_open_call(Extract *x)
{
    return &x->parser->drafts.calls.items[x->parser->open_call];
}

void extract_receiver(Extract *x, uint32_t start)
{
    Call *call = extract_open_call(x);
    uint32_t name = call->name_span.start;
    if (start >= name) return;
    call->callee = extract_fold(x, (Span){start, call->name_span.end}, CALLEE_MAX_BYTES);
    Str before = trim_receiver(str_sub(x->text, start, name));
    call->receiver = fold_text(x->cx->arena, before, CALLEE_MAX_BYTES);
}

// One child of an argument list.
static void count_argument(Extract *x, const Frame *args, TSNode node, const Bound *bound)
{
    Parser *p = x->parser;
    Call *call = &p->drafts.calls.items[args->call];
    switch (bound->rule->kind) {
    case RULE_COMMENT: return;
    case RULE_SPREAD: call->star = true; return;
    case RULE_SPREAD_MAP: call->star_star = true; return;
    case RULE_KEYWORD: {
        TSNode name = child_in(node, bound->name);
        if (!ts_node_is_null(name))
            VEC_PUSH(&p->drafts.room, &p->keywords, extract_text(x, extract_span(name)));
        else if (extract_rule(x, ts_node_named_child(node, 0)) == RULE_SPREAD) call->star = true;
        else call->arg_count++;
        return;
    }
    default:
        if (ts_node_is_named(node) && !ts_node_is_error(node) && !ts_node_is_missing(node))
            call->arg_count++;
    }
}

// f(x for x in y), tag`text`: what stands for the arguments is one argument.
static void count_sole_argument(Extract *x, const Frame *call, TSNode node)
{
    const Parser *p = x->parser;
    if (p->flat.nodes[p->at].field == call->args && ts_node_is_named(node))
        p->drafts.calls.items[call->call].arg_count = 1;
}

static void close_call(Extract *x, const Frame *frame)
{
    Parser *p = x->parser;
    size_t count = p->keywords.len - frame->keywords;
    if (!count) return;
    Str *own = ARENA_ARRAY(x->cx->arena, Str, count);
    memcpy(own, p->keywords.items + frame->keywords, count * sizeof *own);
    p->drafts.calls.items[frame->call].keywords = own;
    p->drafts.calls.items[frame->call].keyword_count = (uint32_t)count;
    p->keywords.len = frame->keywords;
}

// --- imports, comments, strings

void extract_import(Extract *x, const Import *import)
{
    Drafts *drafts = &x->parser->drafts;
    VEC_PUSH(&drafts->room, &drafts->imports, *import);
}

void extract_text_span(Extract *x, TextSpan span)
{
    Drafts *drafts = &x->parser->drafts;
    if (span.span.start < span.span.end) VEC_PUSH(&drafts->room, &drafts->spans, span);
}

static void add_span(Extract *x, SpanKind kind, TSNode node)
{
    extract_text_span(x, (TextSpan){.kind = kind, .span = extract_span(node)});
}

// "///" but not "////", "/**" but neither "/***" nor "/**/".
static bool is_doc_comment(const LangSpec *spec, Str text)
{
    for (const char *const *marker = spec->doc_markers; marker && *marker; marker++) {
        size_t len = strlen(*marker);
        char next = text.len > len ? text.ptr[len] : ' ';
        if (str_starts(text, str_from(*marker)) && next != '/' && next != '*') return true;
    }
    return false;
}

void extract_comment(Extract *x, Span span)
{
    Parser *p = x->parser;
    while (span.end > span.start && is_space(x->text.ptr[span.end - 1])) span.end--;
    bool doc = is_doc_comment(p->grammar->spec, extract_text(x, span));
    extract_text_span(x, (TextSpan){.kind = doc ? SPAN_DOCSTRING : SPAN_COMMENT, .span = span});
    if (!p->grammar->spec->doc_comments) return;
    if (p->comments.end && blank_lines(x->text, p->comments.end, span.start) == 1)
        p->comments.end = span.end;
    else if (starts_line(x->text, span.start)) p->comments = span;
    if (p->prefix.end && blank_lines(x->text, p->prefix.end, span.start) >= 0)
        p->prefix.end = span.end;
}

void extract_docstring(Extract *x, Span span)
{
    Parser *p = x->parser;
    p->docstring = span;
    if (x->scope.draft >= 0) p->drafts.defs.items[x->scope.draft].def.doc = extract_text(x, span);
}

static bool open_string(Extract *x, TSNode node)
{
    Span span = extract_span(node), docs = x->parser->docstring;
    if (x->scope.in_import) return true; // the module of an import
    bool doc = span.start >= docs.start && span.end <= docs.end;
    add_span(x, doc ? SPAN_DOCSTRING : SPAN_STRING, node);
    x->scope.in_string = true;
    return x->parser->grammar->has_code;
}

// --- the walk

static Frame *push_frame(Extract *x, uint32_t depth, RuleKind kind, Scope outer)
{
    Parser *p = x->parser;
    Frame frame = {.depth = depth, .kind = kind, .keywords = p->keywords.len, .outer = outer};
    VEC_PUSH(&p->drafts.room, &p->frames, frame);
    return &p->frames.items[p->frames.len - 1];
}

static void leave(Extract *x, uint32_t depth)
{
    Parser *p = x->parser;
    while (p->frames.items[p->frames.len - 1].depth == depth) {
        const Frame *frame = &p->frames.items[--p->frames.len];
        x->scope = frame->outer;
        if (frame->kind == RULE_CALL) close_call(x, frame);
        if (frame->kind == RULE_WRAP) p->wrap = WALK_NOWHERE;
    }
}

static void open_call(Extract *x, TSNode node, const Bound *bound, uint32_t depth)
{
    Parser *p = x->parser;
    Call call = {0};
    extract_callee(x, node, child_in(node, bound->name), &call);
    uint32_t index = (uint32_t)p->drafts.calls.len;
    extract_call(x, &call);
    p->open_call = index;
    Frame *frame = push_frame(x, depth, RULE_CALL, x->scope);
    frame->call = index;
    frame->args = bound->body;
}

static void open_args(Extract *x, uint32_t depth)
{
    const Frame *top = &x->parser->frames.items[x->parser->frames.len - 1];
    uint32_t call = top->call;
    if (top->kind == RULE_CALL && top->depth + 1 == depth)
        push_frame(x, depth, RULE_ARGS, x->scope)->call = call;
}

// Applies a rule; the result says whether to walk inside. The caller pushes the frame that
// restores the scope, unless this has pushed one.
static bool apply(Extract *x, TSNode node, const Bound *bound, uint32_t depth)
{
    const Rule *rule = bound->rule;
    switch (rule->kind) {
    case RULE_CALL:
        open_call(x, node, bound, depth);
        return !rule->hook || rule->hook(x, node, NULL);
    case RULE_ARGS: open_args(x, depth); return true;
    case RULE_WRAP: extract_wrap(x, ts_node_start_byte(node)); return true;
    case RULE_PREFIX: extract_prefix(x, node); return true;
    case RULE_IMPORT: x->scope.in_import = true; return rule->hook(x, node, NULL);
    case RULE_HOOK: return rule->hook(x, node, NULL);
    case RULE_SKIP: return rule->hook && rule->hook(x, node, NULL);
    case RULE_COMMENT:
        if (rule->hook && !rule->hook(x, node, NULL)) return true;
        extract_comment(x, extract_span(node));
        return false;
    case RULE_STRING:
        if (rule->hook && !rule->hook(x, node, NULL)) return true;
        return open_string(x, node);
    case RULE_CODE:
        if (x->scope.in_string) add_span(x, SPAN_CODE, node);
        x->scope.in_string = false;
        return true;
    case RULE_ANNOTATION:
        if (x->scope.in_type || (rule->hook && !rule->hook(x, node, NULL))) return true;
        add_span(x, SPAN_ANNOTATION, node);
        x->scope.in_type = true;
        return true;
    default: return true;
    }
}

static void count_errors(Parser *p, TSNode node, TSSymbol symbol)
{
    enum { STRAY_MAX_BYTES = 64 };
    bool error = symbol == GRAMMAR_ERROR, missing = !error && ts_node_is_missing(node);
    if (!error && !missing) return;
    if (p->grammar->spec->lenient) {
        Span span = extract_span(node);
        if (missing && !strcmp(ts_node_type(node), ";")) return;
        if (error && ts_node_child_count(node) == 1 && span.end - span.start < STRAY_MAX_BYTES)
            return;
    }
    p->error_count++;
}

// Whether the node, a child of `top`'s node, stands in the field that holds types.
static bool is_typed(const Extract *x, const Frame *top)
{
    const Parser *p = x->parser;
    return top->type && !x->scope.in_type && p->flat.nodes[p->at].field == top->type;
}

static bool has_body(TSNode node, const Bound *bound)
{
    return !ts_node_is_null(child_in(node, bound->body));
}

void extract_skip_to(Extract *x, uint32_t offset)
{
    x->parser->skip_to = MAX(x->parser->skip_to, offset);
}

static bool visit(Extract *x, const FlatNode *flat, uint32_t depth)
{
    Parser *p = x->parser;
    TSNode node = flat->node;
    if (p->skip_to && ts_node_start_byte(node) >= p->skip_to) p->skip_to = 0;
    if (p->skip_to && ts_node_end_byte(node) <= p->skip_to) return false;
    TSSymbol symbol = flat->symbol;
    const Bound *bound = grammar_rule(p->grammar, symbol);
    const Frame *top = &p->frames.items[p->frames.len - 1];
    bool typed = false;
    if (top->depth + 1 == depth) {
        if (top->kind == RULE_ARGS) count_argument(x, top, node, bound);
        if (top->args && bound->rule->kind != RULE_ARGS) count_sole_argument(x, top, node);
        typed = is_typed(x, top);
    }
    if (p->has_error) count_errors(p, node, symbol);
    RuleKind kind = bound->rule->kind;
    if (bound->passive && !typed) return true;

    Scope outer = x->scope;
    size_t frames = p->frames.len;
    bool is_def = kind == RULE_DEF && record_def(x, node, bound);
    // A struct without a name is neither: its members are walked as what they are.
    if (typed && !is_def && !(kind == RULE_DEF && has_body(node, bound))) {
        add_span(x, SPAN_ANNOTATION, node);
        x->scope.in_type = true;
    }
    bool inside = kind == RULE_DEF || apply(x, node, bound, depth);
    if (inside && p->frames.len == frames) // ARGS here belong to no call
        push_frame(x, depth, kind == RULE_ARGS ? RULE_NONE : kind, outer);
    if (p->frames.len > frames) {
        Frame *own = &p->frames.items[frames];
        own->outer = outer;
        own->type = bound->type;
        if (!inside) leave(x, depth);
    } else {
        x->scope = outer;
    }
    return inside;
}

void walk_begin(Parser *p)
{
    VEC_PUSH(&p->drafts.room, &p->frames, (Frame){.depth = WALK_NOWHERE - 1});
}

Fail walk_tree(Extract *x)
{
    Parser *p = x->parser;
    const FlatNode *nodes = p->flat.nodes;
    uint32_t depth = 0, visited = 0;
    for (uint32_t at = 0, count = p->flat.count; at < count;) {
        if (++visited % NODES_BETWEEN_CHECKS == 0) TRY(ctx_check(x->cx));
        p->at = at;
        bool inside = visit(x, &nodes[at], depth);
        if (inside && nodes[at].end > at + 1) {
            depth++;
            at++;
            continue;
        }
        if (inside) leave(x, depth);
        uint32_t next = nodes[at].end;
        for (; depth && nodes[nodes[at].parent].end == next; at = p->at) {
            p->at = nodes[at].parent;
            leave(x, --depth);
        }
        at = next;
    }
    return NULL;
}
