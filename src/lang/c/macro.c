// lang/c/macro.c - macros: the grammar leaves their bodies as raw text, and trips over comments in
// them, so a #define is read from its text alone. The body gives calls, strings and comments.
#include "lang/c/c.h"

enum { LEX_MAX_DEPTH = 64 }; // of parentheses that are followed

typedef struct LexParen {
    uint32_t chain; // where the expression before it starts
    uint32_t commas;
    bool is_call, empty;
    Call call;
} LexParen;

typedef struct Lex {
    Extract *x;
    Str text;
    uint32_t at, end;
    uint32_t chain;    // start of the postfix expression before `at`: a->b[1].c
    bool after_value;  // such an expression ends at `at`
    bool after_member; // "." or "->" stands before `at`
    bool after_paste;  // "##" does: the name is only a part
    int depth;
    LexParen parens[LEX_MAX_DEPTH];
} Lex;

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static char peek(const Lex *lex, uint32_t ahead)
{
    return lex->at + ahead < lex->end ? lex->text.ptr[lex->at + ahead] : 0;
}

// Blanks and continued lines. Line ends count: `end` is the end of the directive.
static void skip_blanks(Lex *lex)
{
    while (lex->at < lex->end && (strchr(" \t\r\n\f\v", peek(lex, 0)) || peek(lex, 0) == '\\'))
        lex->at++;
}

static uint32_t skip_comment(Str text, uint32_t at, uint32_t end) // at `at`, else returns `at`
{
    if (at + 1 >= end || text.ptr[at] != '/') return at;
    if (text.ptr[at + 1] == '/') {
        while (at < end && !(text.ptr[at] == '\n' && text.ptr[at - 1] != '\\')) at++;
        return at;
    }
    if (text.ptr[at + 1] != '*') return at;
    for (at += 2; at + 1 < end; at++)
        if (text.ptr[at] == '*' && text.ptr[at + 1] == '/') return at + 2;
    return end;
}

static uint32_t skip_quoted(Str text, uint32_t at, uint32_t end)
{
    char quote = text.ptr[at++];
    while (at < end && text.ptr[at] != quote && text.ptr[at] != '\n')
        at += text.ptr[at] == '\\' ? 2 : 1;
    return MIN(at + 1, end);
}

static uint32_t skip_name(Str text, uint32_t at, uint32_t end)
{
    while (at < end && (is_name_start(text.ptr[at]) || is_digit(text.ptr[at]))) at++;
    return at;
}

bool c_is_keyword(Str name)
{
    static const char *const words[] = {
        "if",       "while",      "for",         "switch",   "return",   "sizeof",        "do",
        "else",     "case",       "defined",     "typeof",   "__typeof", "__typeof__",    "void",
        "int",      "char",       "long",        "short",    "unsigned", "signed",        "float",
        "double",   "const",      "volatile",    "_Alignof", "alignof",  "__alignof__",   "asm",
        "__asm__",  "__asm",      "_Generic",    "goto",     "and",      "__extension__", "or",
        "decltype", "__declspec", "catch",       "not",      "_Bool",    "bool",          "delete",
        "operator", "throw",      "static_cast", "typedef",  "struct",   "union",         "enum",
        "static",   "extern",     "inline",      "register"};
    if (str_starts(name, STR("__attribute"))) return true;
    for (size_t i = 0; i < ARRAY_LEN(words); i++)
        if (str_eq(name, str_from(words[i]))) return true;
    return false;
}

static Call make_call(const Lex *lex, Span name)
{
    enum { RECEIVER_MAX_BYTES = 200 };
    Call call = {.full = {lex->chain, lex->end}, .name_span = name};
    call.name = extract_text(lex->x, name);
    call.callee = extract_fold(lex->x, (Span){lex->chain, name.end}, RECEIVER_MAX_BYTES);
    if (lex->chain == name.start) return call;
    Str before = str_trim(str_sub(lex->text, lex->chain, name.start));
    before.len -= str_ends(before, STR("->")) ? 2 : 1;
    uint32_t start = (uint32_t)(before.ptr - lex->text.ptr);
    Span receiver = {start, start + (uint32_t)before.len};
    call.receiver = extract_fold(lex->x, receiver, RECEIVER_MAX_BYTES);
    return call;
}

static void open_paren(Lex *lex, const Call *call)
{
    if (lex->depth < LEX_MAX_DEPTH) {
        LexParen *paren = &lex->parens[lex->depth];
        *paren = (LexParen){.chain = lex->after_value ? lex->chain : lex->at, .empty = true};
        if (call) paren->is_call = true, paren->call = *call;
    } else if (call) {
        extract_call(lex->x, call);
    }
    lex->depth++;
    lex->at++;
    lex->after_value = lex->after_member = false;
}

static void close_paren(Lex *lex)
{
    lex->at++;
    lex->after_value = true;
    if (!lex->depth || --lex->depth >= LEX_MAX_DEPTH) return;
    LexParen *paren = &lex->parens[lex->depth];
    lex->chain = paren->chain;
    if (!paren->is_call) return;
    paren->call.full.end = lex->at;
    paren->call.arg_count = paren->empty ? 0 : paren->commas + 1;
    extract_call(lex->x, &paren->call);
}

static void lex_name(Lex *lex)
{
    Span name = {lex->at, skip_name(lex->text, lex->at, lex->end)};
    bool pasted = lex->after_paste;
    if (!lex->after_member) lex->chain = name.start;
    lex->at = name.end;
    lex->after_value = true;
    lex->after_member = lex->after_paste = false;
    skip_blanks(lex);
    if (peek(lex, 0) == '#' && peek(lex, 1) == '#') pasted = true;
    if (peek(lex, 0) != '(') return;
    if (pasted || c_is_keyword(extract_text(lex->x, name))) {
        lex->after_value = false;
        return;
    }
    Call call = make_call(lex, name);
    open_paren(lex, &call);
}

static void lex_operator(Lex *lex)
{
    char c = peek(lex, 0), next = peek(lex, 1);
    bool arrow = c == '-' && next == '>', paste = c == '#' && next == '#';
    if (c == ',' && lex->depth && lex->depth <= LEX_MAX_DEPTH) lex->parens[lex->depth - 1].commas++;
    lex->after_member = lex->after_value && (c == '.' || arrow);
    lex->after_value = false;
    lex->after_paste = paste;
    lex->at += arrow || paste ? 2 : 1;
}

static void lex_token(Lex *lex)
{
    Str text = lex->text;
    char c = peek(lex, 0);
    uint32_t after = skip_comment(text, lex->at, lex->end);
    if (after != lex->at) {
        extract_comment(lex->x, (Span){lex->at, after});
        lex->at = after;
        return;
    }
    if (lex->depth && lex->depth <= LEX_MAX_DEPTH && c != ')')
        lex->parens[lex->depth - 1].empty = false;
    if (c == '"' || c == '\'') {
        Span span = {lex->at, skip_quoted(text, lex->at, lex->end)};
        extract_text_span(lex->x, (TextSpan){.kind = SPAN_STRING, .span = span});
        lex->at = span.end;
        lex->after_value = false;
    } else if (is_name_start(c)) {
        lex_name(lex);
    } else if (is_digit(c)) { // also 0x1f, 1.5e3f, 10UL
        while (is_name_start(peek(lex, 0)) || is_digit(peek(lex, 0)) || peek(lex, 0) == '.')
            lex->at++;
        lex->after_value = false;
    } else if (c == '(' || c == '[') {
        open_paren(lex, NULL);
    } else if (c == ')' || c == ']') {
        close_paren(lex);
    } else {
        lex_operator(lex);
    }
}

void c_lex(Extract *x, Span span)
{
    Lex lex = {.x = x, .text = x->text, .at = span.start, .end = span.end};
    for (skip_blanks(&lex); lex.at < lex.end; skip_blanks(&lex)) lex_token(&lex);
    while (lex.depth > 0) // not closed here: these calls end with the text
        if (--lex.depth < LEX_MAX_DEPTH && lex.parens[lex.depth].is_call)
            extract_call(x, &lex.parens[lex.depth].call);
}

// The end of the directive at `at`: the first line end that no backslash or comment covers.
static uint32_t directive_end(Str text, uint32_t at, uint32_t limit)
{
    while (at < limit && text.ptr[at] != '\n') {
        char c = text.ptr[at];
        uint32_t after = skip_comment(text, at, limit);
        if (after != at) at = after;
        else if (c == '"' || c == '\'') at = skip_quoted(text, at, limit);
        else if (c == '\\' && at + 1 < limit && text.ptr[at + 1] == '\r') at += 3;
        else at += c == '\\' ? 2 : 1;
    }
    return MIN(at, limit);
}

static uint32_t skip_space(Str text, uint32_t at, uint32_t end)
{
    while (at < end && strchr(" \t\\\r\n", text.ptr[at])) at++;
    return at;
}

CMacro c_macro_at(Str text, uint32_t start)
{
    Span span = {start, directive_end(text, start, (uint32_t)text.len)};
    while (span.end > span.start && strchr(" \t\r\n", text.ptr[span.end - 1])) span.end--;
    uint32_t at = skip_space(text, span.start + 1, span.end);       // "#"
    at = skip_space(text, skip_name(text, at, span.end), span.end); // "define"
    Span name = {at, skip_name(text, at, span.end)};
    uint32_t body = name.end;
    if (body < span.end && text.ptr[body] == '(') { // parameters touch the name
        while (body < span.end && text.ptr[body] != ')') body++;
        body = MIN(body + 1, span.end);
    }
    return (CMacro){.full = span, .name = name, .parameters = name.end, .body = body};
}

void c_define(Extract *x, uint32_t start)
{
    CMacro macro = c_macro_at(x->text, start);
    Span span = macro.full, name = macro.name;
    uint32_t body = macro.body;
    if (name.start == name.end) return;
    DefDraft draft = {.def = {.kind = DEF_MACRO, .full = span, .name_span = name},
                      .signature = span};
    draft.def.name = extract_text(x, name);
    bool one_line = !memchr(x->text.ptr + span.start, '\n', span.end - span.start);
    if (body != name.end || !one_line) draft.signature.end = body;
    extract_def(x, &draft);
    c_lex(x, (Span){body, span.end});
    extract_skip_to(x, span.end); // behind a comment in it the grammar reads code
}

bool c_macro(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    c_define(x, ts_node_start_byte(node));
    return false;
}
