// lang/cpp/mask.c - blanks over the macros that the grammar cannot place.
//
// `class API Foo : Base {` makes the grammar lose the class, and a macro alone on its line the next
// declaration. Names in capitals are taken for macros where no type or value can stand:
//   class API Foo {              between the keyword and the name of a class
//   namespace n VISIBILITY(x) {  behind the name of a namespace
//   API void f();                before what declares something without it
//   void f() NOEXCEPT;           behind parameters
//   int size GUARDED_BY(mutex);  behind a variable, with arguments
//   BEGIN_NAMESPACE              alone on a line between declarations
// and `export`, which it does not know. A call alone on its line, DECLARE(x), gets a semicolon in
// place of the white space behind it. One pass over the tokens.
// Where the guess is wrong, a name is not parsed, but it is still found in the text.
#include "lang/cpp/cpp.h"
#include "lang/cpp/token.h"

enum { MACRO_MIN_BYTES = 3, PAREN_MAX_DEPTH = 64, LOOKAHEAD_TOKENS = 12 };

typedef struct Mask {
    Arena *arena;
    Str text;
    char *copy;                   // NULL until something is blanked
    Token last, before_last;      // the tokens before, blanked ones left out; END at the start
    uint32_t masked_to;           // end of what was blanked last
    bool in_operator;             // `operator` stands before, and no parenthesis since
    bool behind_parameters;       // f(...) and qualifiers stand before
    int depth;                    // of parentheses
    bool callee[PAREN_MAX_DEPTH]; // whether a name stands before the parenthesis
} Mask;

static bool is_macro(Str text, Token token)
{
    if (token.kind != NAME || token.end - token.start < MACRO_MIN_BYTES) return false;
    bool upper = false;
    for (uint32_t i = token.start; i < token.end; i++) {
        char c = text.ptr[i];
        if (c >= 'a' && c <= 'z') return false;
        upper |= c >= 'A' && c <= 'Z';
    }
    return upper;
}

// Behind a macro and its arguments.
static uint32_t skip_macro(Str text, Token macro)
{
    Token open = token_next(text, macro.end);
    return open.kind == '(' ? token_skip_group(text, open, ')') : macro.end;
}

static void need_copy(Mask *mask)
{
    if (mask->copy) return;
    mask->copy = arena_alloc_raw(mask->arena, mask->text.len);
    memcpy(mask->copy, mask->text.ptr, mask->text.len);
}

static void blank(Mask *mask, uint32_t start, uint32_t end)
{
    need_copy(mask);
    for (uint32_t i = start; i < end; i++)
        if (mask->copy[i] != '\n' && mask->copy[i] != '\r') mask->copy[i] = ' ';
    mask->masked_to = MAX(mask->masked_to, end);
}

// --- the places

// `keyword` is class, struct, union or enum.
static void mask_class_head(Mask *mask, Token keyword)
{
    Str text = mask->text;
    bool is_class = token_is(text, keyword, "class");
    Token macro = token_next(text, keyword.end);
    if (token_is(text, macro, "class") || token_is(text, macro, "struct"))
        macro = token_next(text, macro.end); // enum class
    while (is_macro(text, macro)) {
        uint32_t end = skip_macro(text, macro);
        Token name = token_next(text, end);
        if (name.kind != NAME || token_is(text, name, "final")) return;
        Token behind = token_behind_name(text, name);
        bool more = is_macro(text, name) && behind.kind == NAME;
        bool is_head = behind.kind == '{' || behind.kind == ':' ||
                       token_is(text, behind, "final") || (is_class && behind.kind == ';');
        if (!is_head && !more) return;
        blank(mask, macro.start, end);
        macro = name;
    }
}

static void mask_namespace(Mask *mask, Token keyword)
{
    Str text = mask->text;
    Token name = token_next(text, keyword.end);
    if (name.kind != NAME) return;
    Token macro = token_behind_name(text, name);
    if (!is_macro(text, macro)) return;
    uint32_t end = skip_macro(text, macro);
    if (token_next(text, end).kind == '{') blank(mask, macro.start, end);
}

// Whether a declaration stands at `at` that needs nothing before it: a type and a name at least.
static bool is_declaration(Str text, uint32_t at)
{
    static const char *const starts[] = {
        "static",    "inline",    "virtual",      "constexpr", "explicit", "extern",    "friend",
        "typedef",   "template",  "class",        "struct",    "enum",     "union",     "namespace",
        "using",     "void",      "bool",         "int",       "char",     "auto",      "unsigned",
        "signed",    "long",      "short",        "float",     "double",   "typename",  "mutable",
        "consteval", "constinit", "thread_local", "public",    "private",  "protected", NULL};
    static const char *const statements[] = {
        "return", "if",    "for",    "while", "do",   "switch", "case",    "break", "continue",
        "goto",   "throw", "delete", "new",   "else", "try",    "default", NULL};
    static const char *const qualifiers[] = {"const", "volatile", NULL};
    int names = 0;
    Token token = token_next(text, at);
    for (int i = 0; i < LOOKAHEAD_TOKENS; i++) {
        if (token.kind != NAME) return names == 1 && (token.kind == '*' || token.kind == '&');
        if (token_in(text, token, starts)) return true;
        if (token_in(text, token, statements)) return false;
        if (token_is(text, token, "operator")) // T operator+, or a conversion: operator bool
            return names == 1 || token_next(text, token.end).kind == NAME;
        if (token_in(text, token, qualifiers)) {
            token = token_next(text, token.end);
            continue;
        }
        if (++names == 2) return true;
        token = token_behind_name(text, token);
    }
    return false;
}

// Whether a constructor with initialisers stands at `at`: Name(...) : member(...)
static bool is_constructor(Str text, uint32_t at)
{
    Token name = token_next(text, at), open = token_next(text, name.end);
    if (name.kind != NAME || open.kind != '(') return false;
    uint32_t end = token_skip_group(text, open, ')');
    Token behind = token_next(text, end);
    if (token_is(text, behind, "noexcept")) behind = token_next(text, behind.end);
    return end != open.end && behind.kind == ':';
}

// Names that tell what they are, so that even a name alone may follow: API_CONSTEXPR Name(...)
static bool is_specifier(Str text, Token macro, uint32_t at)
{
    static const char *const words[] = {"CONSTEXPR", "INLINE",     "EXPORT",   "NODISCARD", "_API",
                                        "API_",      "DEPRECATED", "EXPLICIT", "ATTRIBUTE", NULL};
    char next = token_next(text, at).kind;
    if (next != NAME && next != '~') return false;
    for (const char *const *word = words; *word; word++)
        if (str_contains(str_sub(text, macro.start, macro.end), str_from(*word))) return true;
    return false;
}

static bool between_declarations(const Mask *mask)
{
    static const char *const specifiers[] = {"static",   "inline", "virtual", "constexpr",
                                             "explicit", "extern", "friend",  NULL};
    return (mask->last.kind && strchr(";}{:>#", mask->last.kind)) || mask->last.kind == END ||
           token_in(mask->text, mask->last, specifiers);
}

static bool is_alone(Str text, Token token)
{
    uint32_t at = token.end;
    while (at < text.len && (text.ptr[at] == ' ' || text.ptr[at] == '\t' || text.ptr[at] == '\r'))
        at++;
    return token_starts_line(text, token.start) && (at >= text.len || text.ptr[at] == '\n');
}

static bool is_marker(const Mask *mask, Token macro)
{
    if (!is_alone(mask->text, macro)) return false;
    if (mask->last.kind == END || !strchr(";}{:#", mask->last.kind)) return false;
    char next = token_next(mask->text, macro.end).kind;
    if (next == '}') return mask->last.kind != '{'; // else an enumerator or a value
    return next == NAME || next == '~' || next == '[' || next == DIRECTIVE;
}

static bool is_behind_parameters(const Mask *mask, uint32_t end)
{
    static const char *const words[] = {"override", "final", "const", "noexcept", NULL};
    if (!mask->behind_parameters) return false;
    Token next = token_next(mask->text, end);
    return (next.kind && strchr(";{:=", next.kind)) || token_in(mask->text, next, words) ||
           is_macro(mask->text, next);
}

// int size GUARDED_BY(mutex);
static bool is_behind_variable(const Mask *mask, Token macro, uint32_t end)
{
    if (end == macro.end || mask->depth || mask->last.kind != NAME) return false;
    char before = mask->before_last.kind, next = token_next(mask->text, end).kind;
    bool typed = before == NAME || before == '*' || before == '&' || before == '>';
    return typed && (next == ';' || next == '=');
}

// Whether `macro` was blanked.
static bool mask_macro(Mask *mask, Token macro)
{
    uint32_t end = skip_macro(mask->text, macro);
    bool found = is_behind_parameters(mask, end) || is_behind_variable(mask, macro, end) ||
                 is_marker(mask, macro) ||
                 (between_declarations(mask) &&
                  (is_declaration(mask->text, end) || is_constructor(mask->text, end) ||
                   is_specifier(mask->text, macro, end)));
    if (found) blank(mask, macro.start, is_marker(mask, macro) ? macro.end : end);
    return found;
}

// Whether `name` is called in what would be a statement if it had a semicolon; it gets one.
static bool end_statement(Mask *mask, Token name)
{
    static const char *const no_calls[] = {
        "if",       "while",   "for",           "switch",     "catch",    "return",   "sizeof",
        "decltype", "alignas", "__attribute__", "__declspec", "requires", "explicit", "noexcept",
        "operator", "throw",   "static_assert", "constexpr",  NULL};
    static const char *const follow[] = {"const", "volatile", "noexcept", "override",
                                         "final", "throw",    "requires", "try",
                                         "and",   "or",       NULL};
    Str text = mask->text;
    if (mask->last.kind != END && !strchr(";}{:#", mask->last.kind)) return false;
    Token open = token_next(text, name.end);
    if (open.kind != '(' || !token_starts_line(text, name.start)) return false;
    if (token_in(text, name, no_calls)) return false;
    uint32_t end = token_skip_group(text, open, ')'), line = end;
    while (line < text.len && strchr(" \t\r", text.ptr[line])) line++;
    if (end == open.end || end >= text.len || line >= text.len || text.ptr[line] != '\n')
        return false;
    Token next = token_next(text, end);
    if (next.kind != NAME || token_in(text, next, follow)) return false;
    if (is_macro(text, next) && !is_macro(text, name)) return false; // Name(int) NOEXCEPT
    need_copy(mask);
    mask->copy[end] = ';';
    return true;
}

// --- the pass

static void note_paren(Mask *mask, Token token)
{
    static const char *const controls[] = {"if",     "while",  "for",   "switch", "catch",
                                           "return", "sizeof", "throw", "case",   NULL};
    if (token.kind == '(') {
        bool callee = mask->in_operator ||
                      (mask->last.kind == NAME && !token_in(mask->text, mask->last, controls)) ||
                      mask->last.kind == ')';
        mask->in_operator = false;
        if (mask->depth < PAREN_MAX_DEPTH) mask->callee[mask->depth] = callee;
        mask->depth++;
    } else if (mask->depth) {
        mask->depth--;
        mask->behind_parameters =
            !mask->depth && mask->callee[0]; // deeper ones are arguments or parameters
    }
}

static void note_token(Mask *mask, Token token)
{
    static const char *const qualifiers[] = {"const",    "volatile", "noexcept",
                                             "override", "final",    NULL};
    if (token.kind == ';' || token.kind == '{' || token.kind == '}') {
        mask->depth = 0;
        mask->in_operator = false;
    }
    bool qualifier = token.kind == '&' || token_in(mask->text, token, qualifiers);
    if (!qualifier) mask->behind_parameters = false;
    if (token_is(mask->text, token, "operator")) mask->in_operator = true;
    if (token.kind == '(' || token.kind == ')') note_paren(mask, token);
    mask->before_last = mask->last;
    mask->last = token;
}

static void mask_name(Mask *mask, Token name)
{
    static const char *const tags[] = {"class", "struct", "union", "enum", NULL};
    Str text = mask->text;
    bool is_call = end_statement(mask, name);
    if (!is_call && is_macro(text, name) && mask_macro(mask, name)) return;
    if (token_is(text, name, "export") && token_starts_line(text, name.start)) {
        blank(mask, name.start, name.end);
        return;
    }
    if (token_in(text, name, tags)) mask_class_head(mask, name);
    if (token_is(text, name, "namespace")) mask_namespace(mask, name);
    note_token(mask, name);
}

Str cpp_mask(Arena *arena, Str text)
{
    text = c_mask_branches(arena, text);
    Mask mask = {.arena = arena, .text = text};
    for (Token token = token_next(text, 0); token.kind; token = token_next(text, token.end)) {
        if (token.start < mask.masked_to) continue;
        if (token.kind == NAME) mask_name(&mask, token);
        else note_token(&mask, token);
    }
    return mask.copy ? (Str){mask.copy, text.len} : text;
}
