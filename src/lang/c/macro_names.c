// lang/c/macro_names.c - what the body of a macro uses, and the attributes that LangSpec.mask
// hides. They need not be whole C, so they are read as tokens: names, members of them, and calls;
// of bodies the same calls as c/macro.c gives.
#include "lang/c/c.h"
#include "lang/cpp/token.h"

enum { BODY_MAX_DEPTH = 64 };

typedef struct BodyParen {
    uint32_t callee; // what is called or indexed; 0: neither
    uint32_t start;  // where that begins
    bool is_call;
    bool clean; // the argument so far is one value
} BodyParen;

typedef struct Body {
    Naming *n;
    Str text;              // up to the end of the directive
    uint32_t value, start; // the postfix expression that ends here, and where it begins; or 0
    bool callable;         // it ends with a name: a "(" calls it
    uint32_t member_of;    // what "." or "->" stands behind
    bool binds;            // what looks like a variable's declaration is one
    bool after_paste;      // "##"
    bool after_tag;        // struct, union
    bool after_type;       // a name, or "*" behind one: what comes may be declared
    uint32_t type;         // that name, or 0 for int and the like
    int depth;
    BodyParen parens[BODY_MAX_DEPTH];
} Body;

static char byte_at(const Body *b, uint32_t at)
{
    return at < b->text.len ? b->text.ptr[at] : '\0';
}

static BodyParen *innermost(Body *b)
{
    return b->depth && b->depth <= BODY_MAX_DEPTH ? &b->parens[b->depth - 1] : NULL;
}

static void end_argument(Body *b)
{
    BodyParen *paren = innermost(b);
    if (!paren) return;
    if (paren->is_call && paren->clean) naming_role(b->n, b->value, ROLE_ARGUMENT);
    paren->clean = true;
}

static void open_group(Body *b, Token token)
{
    bool is_call = token.kind == '(' && b->callable;
    BodyParen paren = {.is_call = is_call, .clean = true, .start = token.start};
    if (b->value && (is_call || token.kind == '[')) {
        paren.callee = b->value;
        paren.start = b->start;
    }
    if (is_call) naming_role(b->n, b->value, ROLE_CALLED);
    else if (innermost(b)) innermost(b)->clean = false;
    if (b->depth++ < BODY_MAX_DEPTH) b->parens[b->depth - 1] = paren;
    b->value = b->type = 0;
    b->callable = b->after_type = false;
}

static void close_group(Body *b, Token token)
{
    end_argument(b);
    const BodyParen *paren = innermost(b);
    b->depth -= b->depth > 0;
    b->callable = b->after_type = false;
    b->value = paren ? paren->callee : 0;
    if (!b->value) return;
    b->start = paren->start;
    Span span = {paren->start, token.end};
    if (paren->is_call) b->value = naming_expr(b->n, EXPR_CALL, span, paren->callee, 0);
}

// A name behind a type, in front of "=", ";" or "[": a variable of the body.
static bool is_declared(const Body *b, Token name)
{
    if (!b->after_type || !b->binds) return false;
    Token next = token_next(b->text, name.end);
    return next.kind == ';' || next.kind == '[' ||
           (next.kind == '=' && byte_at(b, next.end) != '=');
}

static void read_name(Body *b, Token name)
{
    Span span = {name.start, name.end};
    Str text = str_sub(b->text, name.start, name.end);
    Token next = token_next(b->text, name.end);
    bool pasted = b->after_paste || (byte_at(b, next.start) == '#' && byte_at(b, next.end) == '#');
    bool declared = is_declared(b, name), tag = b->after_tag;
    uint32_t base = b->member_of, type = b->type;
    b->value = b->type = b->member_of = 0;
    b->after_tag = str_eq(text, STR("struct")) || str_eq(text, STR("union"));
    b->callable = b->after_paste = false;
    b->after_type = !base && !declared;
    if (declared && !pasted) naming_bind(b->n, BIND_LOCAL, b->n->scope, span)->type = type;
    if (declared || pasted || c_is_keyword(text) || str_eq(text, STR("__VA_ARGS__"))) return;
    b->value = naming_expr(b->n, base ? EXPR_MEMBER : EXPR_NAME, span, base, 0);
    naming_role(b->n, b->value, tag ? ROLE_MACRO | ROLE_TYPE : ROLE_MACRO);
    b->callable = true;
    if (base) return;
    b->start = name.start;
    b->type = b->value;
}

static void read_operator(Body *b, Token token)
{
    bool dot = token.kind == '.' && byte_at(b, token.end) != '.';
    bool arrow = token.kind == '>' && token.start && byte_at(b, token.start - 1) == '-';
    bool dash = token.kind == '-' && byte_at(b, token.end) == '>';
    if (dash) return; // the ">" tells
    if (token.kind == ',') end_argument(b);
    else if (innermost(b) && !dot && !arrow && token.kind != '&') innermost(b)->clean = false;
    b->member_of = dot || arrow ? b->value : 0;
    b->after_paste = token.kind == '?' && byte_at(b, token.start) == '#' && token.start &&
                     byte_at(b, token.start - 1) == '#';
    bool star = token.kind == '*' && b->after_type;
    if (!star) b->after_type = false, b->type = 0;
    b->value = 0;
    b->callable = b->after_tag = false;
}

static Token next_token(const Body *b, uint32_t at)
{
    Token token = token_next(b->text, at);
    if (token.kind != DIRECTIVE) return token;
    return (Token){token.start, token.start + 1, '?'}; // "#" at the start of a continued line
}

static void read_body(Body *b, uint32_t at, uint32_t def)
{
    Token token = next_token(b, at);
    uint32_t first = token.start;
    for (; token.kind != END; token = next_token(b, token.end)) {
        if (token.kind == NAME) read_name(b, token);
        else if (token.kind == '(' || token.kind == '[') open_group(b, token);
        else if (token.kind == ')' || token.kind == ']') close_group(b, token);
        else if (token.kind != '\\') read_operator(b, token);
    }
    bool whole = b->value && b->start == first && !b->depth;
    if (whole && def) naming_note(b->n, NOTE_STANDS, def, b->value);
}

static void bind_parameters(Naming *n, CMacro macro)
{
    Str text = str_sub(n->text, 0, macro.body);
    for (Token token = token_next(text, macro.parameters); token.kind != END;
         token = token_next(text, token.end))
        if (token.kind == NAME)
            naming_bind(n, BIND_PARAM, n->scope, (Span){token.start, token.end});
}

bool c_macro_names(Naming *n, TSNode node)
{
    CMacro macro = c_macro_at(n->text, ts_node_start_byte(node));
    naming_skip_to(n, macro.full.end);
    if (macro.name.start == macro.name.end) return false;
    uint32_t def = naming_def(n, macro.name.start);
    if (def) naming_bind(n, BIND_DEF, 0, macro.name)->target = def;
    Body body = {.n = n, .text = str_sub(n->text, 0, macro.full.end), .binds = true};
    bool has_parameters = macro.body != macro.parameters;
    bool has_block = memchr(n->text.ptr + macro.body, '{', macro.full.end - macro.body) != NULL;
    if (has_parameters || has_block) naming_open(n, SCOPE_FUNCTION, node, def);
    if (has_parameters) bind_parameters(n, macro);
    read_body(&body, macro.body, has_parameters ? 0 : def);
    return false;
}

static bool is_masked(const Naming *n, Str seen, uint32_t at)
{
    return seen.ptr[at] == ' ' && n->text.ptr[at] != ' ';
}

void c_masked_names(Naming *n)
{
    Str text = n->text, seen = extract_masked(n->x);
    uint32_t at = seen.ptr == text.ptr ? (uint32_t)text.len : 0;
    while (at < text.len) {
        if (!is_masked(n, seen, at)) {
            at++;
        } else if (text.ptr[at] == '#') { // a directive
            while (at < text.len && text.ptr[at] != '\n') at++;
        } else {
            uint32_t start = at, end = at;
            for (; at < text.len && strchr(" \n", seen.ptr[at]) && text.ptr[at] != '#'; at++)
                if (is_masked(n, seen, at)) end = at + 1;
            Body body = {.n = n, .text = str_sub(text, 0, end)};
            read_body(&body, start, 0);
        }
    }
}
