// fuzz/naming.c - names of any text: the first byte says the language, the rest is the file. What
// is found can be walked, and what is kept of it says the same.
#include <stdlib.h>

#include "lang/facts.h"
#include "lang/names_face.h"

static void must(bool ok)
{
    if (!ok) abort();
}

static void check_span(Span span, Str text)
{
    must(span.start <= span.end && span.end <= text.len);
}

static void check_scopes(const Names *n, Str text, uint32_t defs)
{
    must(n->scope_count > 0);
    for (uint32_t i = 0; i < n->scope_count; i++) {
        must(n->scopes[i].kind < SCOPE_KINDS && n->scopes[i].def <= defs);
        must(i ? n->scopes[i].outer < i : !n->scopes[i].outer);
        check_span(n->scopes[i].span, text);
    }
    for (uint32_t at = 0; at <= text.len; at += 5) must(names_scope_at(n, at) < n->scope_count);
}

static void check_names(const Names *n, Str text, uint32_t defs)
{
    check_scopes(n, text, defs);
    for (uint32_t i = 0; i < n->expr_count; i++) {
        must(n->exprs[i].op < EXPR_OPS && n->exprs[i].base <= i && n->exprs[i].other <= i);
        check_span(n->exprs[i].span, text);
    }
    for (uint32_t i = 0; i < n->binding_count; i++) {
        const NameBinding *bind = &n->bindings[i];
        bool import = bind->kind == BIND_IMPORT || bind->kind == BIND_STAR;
        must(bind->kind < BIND_KINDS && bind->scope < n->scope_count);
        must(bind->target <= (import ? n->import_count : defs));
        must(bind->value <= n->expr_count && bind->type <= n->expr_count);
        check_span(bind->span, text);
    }
    for (uint32_t i = 0; i < n->import_count; i++) check_span(n->imports[i].span, text);
    for (uint32_t i = 0; i < n->note_count; i++)
        must(n->notes[i].kind < NOTE_KINDS && n->notes[i].def <= defs &&
             n->notes[i].expr <= n->expr_count);
}

// Encoded and decoded, they are the same names.
static void check_kept(Arena *arena, const Facts *facts, const Names *names, Str text)
{
    Buf bytes = buf_on(arena);
    NamesKept kept;
    names_encode(&bytes, facts, names, text);
    must(names_decode(arena, buf_str(&bytes), text, facts, &kept));
    check_names(&kept.names, text, facts->def_count);
    must(kept.names.scope_count == names->scope_count);
    must(kept.names.expr_count == names->expr_count);
    must(kept.names.binding_count == names->binding_count);
    must(kept.names.import_count == names->import_count);
    must(kept.names.note_count == names->note_count && kept.call_count == facts->call_count);
    Hash128 a = names_face(facts, names, text), b = names_face(facts, &kept.names, text);
    must(a.low == b.low && a.high == b.high);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static Parser *parser;
    if (!size) return 0;
    if (!parser) parser = parser_new(NULL);
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    LangId lang = (LangId)(data[0] % LANG_COUNT);
    Str text = {(const char *)data + 1, size - 1};
    Facts facts;
    Names names;
    if (!names_extract(&cx, parser, lang, text, &facts, &names)) {
        check_names(&names, text, facts.def_count);
        check_kept(&arena, &facts, &names, text);
    }
    arena_fini(&arena);
    return 0;
}
