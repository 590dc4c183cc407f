// lang/cpp/loose.c - classes and namespaces whose head stands in an ERROR node: an #if between a
// class and its bases, or inside the initialisers of a constructor, makes the grammar give up on
// all that is around it. What they hold is mostly parsed, so their span is enough to put it in its
// place.
#include "lang/c/c.h"
#include "lang/cpp/cpp.h"
#include "lang/cpp/token.h"

enum { HEAD_MAX_TOKENS = 200, REREAD_MAX_TIMES = 16 };

// The `{` of a head, or END: `at` is behind its name.
static Token find_brace(Str text, uint32_t at)
{
    Token token = token_next(text, at);
    for (int i = 0; i < HEAD_MAX_TOKENS; i++) {
        if (token.kind == '{' || token.kind == END) return token;
        if (token.kind == ';' || token.kind == '(' || token.kind == '=' || token.kind == '}') break;
        token = token_next(text, token.end);
    }
    return (Token){0};
}

// namespace std VISIBILITY(default) {
static Token behind_macro(Str text, Token token)
{
    if (token.kind != NAME) return token;
    token = token_next(text, token.end);
    return token.kind == '(' ? token_next(text, token_skip_group(text, token, ')')) : token;
}

// Behind the brace that closes `brace`; `brace.end` when the file has been read often enough.
static uint32_t find_end(Extract *x, Token brace)
{
    Str text = x->text;
    uint32_t depth = 1, end = (uint32_t)text.len;
    if (x->reread_bytes > text.len * REREAD_MAX_TIMES) return brace.end;
    for (Token token = token_next(text, brace.end); token.kind != END;
         token = token_next(text, token.end)) {
        if (token.kind == '{') depth++;
        if (token.kind != '}' || --depth) continue;
        end = token.end;
        break;
    }
    x->reread_bytes += end - brace.end;
    return end;
}

static bool keyword_kind(Str text, Token word, DefKind *kind)
{
    static const struct {
        const char *word;
        DefKind kind;
    } kinds[] = {{"class", DEF_CLASS},
                 {"struct", DEF_STRUCT},
                 {"union", DEF_UNION},
                 {"namespace", DEF_MODULE}};
    for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
        if (!token_is(text, word, kinds[i].word)) continue;
        *kind = kinds[i].kind;
        return true;
    }
    return false;
}

// Records the class or namespace whose keyword is `node`.
static void define_loose(Extract *x, TSNode node)
{
    Str text = x->text;
    Token keyword = token_next(text, ts_node_start_byte(node));
    DefKind kind;
    if (keyword.end != ts_node_end_byte(node) || !keyword_kind(text, keyword, &kind)) return;
    Token name = token_next(text, keyword.end), behind = token_behind_name(text, name);
    // In capitals: a macro, as in class API Foo; the name is the last one before the brace or base.
    while (kind != DEF_MODULE && behind.kind == NAME && !token_is(text, behind, "final")) {
        name = behind;
        behind = token_behind_name(text, name);
    }
    if (name.kind != NAME) return;
    Token brace = kind == DEF_MODULE ? behind_macro(text, behind) : find_brace(text, name.end);
    if (brace.kind != '{') return;
    DefDraft draft = extract_draft(x, kind, node, (TSNode){0});
    draft.def.name_span = (Span){name.start, name.end};
    draft.def.name = extract_text(x, draft.def.name_span);
    draft.signature.end = brace.start;
    draft.def.full.end = find_end(x, brace);
    extract_def(x, &draft);
}

bool cpp_loose_body(Extract *x, DefDraft *draft)
{
    if (token_next(x->text, draft->def.full.end).kind != DIRECTIVE) return false;
    Token brace = find_brace(x->text, draft->def.full.end);
    if (brace.kind != '{') return false;
    draft->def.full.end = find_end(x, brace);
    return true;
}

bool cpp_error(Extract *x, TSNode node, DefDraft *draft)
{
    (void)draft;
    ExtractChildren each = extract_children(node);
    while (extract_each(&each))
        if (!ts_node_is_named(each.node) || extract_is(x, each.node, C_IDENTIFIER))
            define_loose(x, each.node);
    return true;
}
