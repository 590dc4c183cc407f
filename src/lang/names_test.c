#include "lang/names.h"

#include <stdlib.h>

#include "base/os.h"
#include "lang/names_face.h"
#include "support/check.h"

static const char sample[] = "import os.path as p, json\n"
                             "class A(Base):\n"
                             "    def run(self, x: int):\n"
                             "        self.left = x or p.join(f(x), sep='/', *x)\n"
                             "        return json.load(1)(2)\n";
enum { IMPORT_LINE = 0, CLASS_LINE = 26, RUN_LINE = 41, LEFT_LINE = 68, LOAD_LINE = 119 };

static Str text_of(void)
{
    return (Str){sample, sizeof sample - 1};
}

// The place of the first `what` at or behind `from`.
static Span at(uint32_t from, const char *what)
{
    const char *found = strstr(sample + from, what);
    assert_non_null(found);
    uint32_t start = (uint32_t)(found - sample);
    return (Span){start, start + (uint32_t)strlen(what)};
}

static Str source(Span span)
{
    return str_sub(text_of(), span.start, span.end);
}

typedef struct Sample {
    NameScope scopes[3];
    NameExpr exprs[16];
    NameBinding bindings[8];
    NameImport imports[2];
    NameNote notes[2];
    Call calls[5];
    Str keywords[2];
    Def defs[2];
    Facts facts;
    Names names;
} Sample;

static uint32_t add_expr(Sample *s, ExprOp op, uint8_t role, uint32_t base, uint32_t other,
                         Span span)
{
    s->exprs[s->names.expr_count] = (NameExpr){op, role, base, other, span};
    return ++s->names.expr_count;
}

static void make_exprs(Sample *s)
{
    add_expr(s, EXPR_NAME, ROLE_BASE, 0, 0, at(CLASS_LINE, "Base"));
    add_expr(s, EXPR_NAME, ROLE_TYPE, 0, 0, at(RUN_LINE, "int"));
    uint32_t self = add_expr(s, EXPR_SELF, 0, 0, 0, at(LEFT_LINE, "self"));
    add_expr(s, EXPR_MEMBER, ROLE_WRITTEN | ROLE_BORN, self, 0, at(LEFT_LINE, "left"));
    uint32_t x = add_expr(s, EXPR_NAME, 0, 0, 0, at(LEFT_LINE, "x"));
    uint32_t p = add_expr(s, EXPR_NAME, 0, 0, 0, at(LEFT_LINE, "p"));
    uint32_t join = add_expr(s, EXPR_MEMBER, ROLE_CALLED, p, 0, at(LEFT_LINE, "join"));
    uint32_t f = add_expr(s, EXPR_NAME, ROLE_CALLED, 0, 0, at(LEFT_LINE, "f("));
    s->exprs[f - 1].span.end--;
    add_expr(s, EXPR_CALL, ROLE_ARGUMENT, f, 0, at(LEFT_LINE, "f(x)"));
    uint32_t call = add_expr(s, EXPR_CALL, 0, join, 0, at(LEFT_LINE, "p.join(f(x), sep='/', *x)"));
    add_expr(s, EXPR_EITHER, 0, x, call, at(LEFT_LINE, "x or p.join(f(x), sep='/', *x)"));
    uint32_t json = add_expr(s, EXPR_NAME, 0, 0, 0, at(LOAD_LINE, "json"));
    uint32_t load = add_expr(s, EXPR_MEMBER, ROLE_CALLED | 32, json, 0, at(LOAD_LINE, "load"));
    uint32_t first = add_expr(s, EXPR_CALL, 255, load, 0, at(LOAD_LINE, "json.load(1)"));
    add_expr(s, EXPR_CALL, 0, first, 0, at(LOAD_LINE, "json.load(1)(2)"));
    add_expr(s, EXPR_TYPED, 0, 2, 1, at(RUN_LINE, ": int"));
}

static void add_binding(Sample *s, NameBinding binding)
{
    s->bindings[s->names.binding_count++] = binding;
}

static void make_bindings(Sample *s)
{
    Span path = at(IMPORT_LINE, "os.path"), p = at(IMPORT_LINE, "p,"), x = at(RUN_LINE, "x");
    p.end--;
    add_binding(s, (NameBinding){BIND_IMPORT, 0, p, STR("p"), 1, 0, 0});
    add_binding(s, (NameBinding){BIND_IMPORT, 0, at(IMPORT_LINE, "json"), STR("json"), 2, 0, 0});
    add_binding(s, (NameBinding){BIND_DEF, 0, at(CLASS_LINE, "A"), STR("A"), 1, 0, 0});
    add_binding(s, (NameBinding){BIND_DEF, 1, at(RUN_LINE, "run"), STR("run"), 2, 0, 0});
    add_binding(s, (NameBinding){BIND_SELF, 2, at(RUN_LINE, "self"), STR("self"), 0, 0, 0});
    add_binding(s, (NameBinding){BIND_PARAM, 2, x, STR("x"), 0, 0, 2});
    add_binding(s, (NameBinding){BIND_EXPORT, 0, x, STR("another name"), 0, 3, 0});
    add_binding(s, (NameBinding){BIND_FIELD, 1, at(LEFT_LINE, "left"), STR("left"), 0, 11, 0});
    s->imports[0] = (NameImport){source(path), STR_NONE, source(p), path, IMPORT_PACKAGE};
    s->imports[1] = (NameImport){STR("written"), STR("*"), STR_NONE, at(IMPORT_LINE, "json"), 0};
    s->names.import_count = 2;
    s->notes[0] = (NameNote){NOTE_BASE, 1, 1};
    s->notes[1] = (NameNote){NOTE_HIDDEN, 0, 0};
    s->names.note_count = 2;
}

static void make_calls(Sample *s)
{
    Span join = at(LEFT_LINE, "join"), f = at(LEFT_LINE, "f("), load = at(LOAD_LINE, "load");
    f.end--;
    s->keywords[0] = source(at(LEFT_LINE, "sep"));
    s->keywords[1] = STR("no source");
    s->calls[0] = (Call){.full = at(LEFT_LINE, "p.join(f(x), sep='/', *x)"),
                         .name_span = join,
                         .keywords = s->keywords,
                         .keyword_count = 2,
                         .arg_count = 1,
                         .star = true};
    s->calls[1] = (Call){.full = at(LEFT_LINE, "f(x)"), .name_span = f, .arg_count = 1};
    s->calls[2] = (Call){.full = at(LOAD_LINE, "json.load(1)(2)"),
                         .name_span = at(LOAD_LINE, "json"), // no operand of a CALL
                         .arg_count = 99,
                         .star_star = true};
    s->calls[3] = (Call){.full = at(LOAD_LINE, "json.load(1"), .name_span = load, .macro = true};
    s->facts.call_count = 4;
}

static void make_sample(Sample *s)
{
    *s = (Sample){.facts = {.lang = LANG_python, .def_count = 2}};
    uint32_t end = (uint32_t)text_of().len;
    s->scopes[0] = (NameScope){{0, end}, 0, 0, SCOPE_FILE};
    s->scopes[1] = (NameScope){{CLASS_LINE, end}, 0, 1, SCOPE_TYPE};
    s->scopes[2] = (NameScope){{RUN_LINE + 4, end - 1}, 1, 2, SCOPE_FUNCTION};
    s->names.scope_count = 3;
    s->defs[0] = (Def){.full = s->scopes[1].span, .name_span = at(CLASS_LINE, "A")};
    s->defs[1] = (Def){.full = {RUN_LINE, end - 1}, .name_span = at(RUN_LINE, "run")};
    make_exprs(s);
    make_bindings(s);
    make_calls(s);
    s->names.scopes = s->scopes;
    s->names.exprs = s->exprs;
    s->names.bindings = s->bindings;
    s->names.imports = s->imports;
    s->names.notes = s->notes;
    s->facts.calls = s->calls;
    s->facts.defs = s->defs;
}

static void same_place(Span a, Span b)
{
    assert_int_equal(a.start, b.start);
    assert_int_equal(a.end, b.end);
}

static void same_names(const Names *a, const Names *b)
{
    assert_int_equal(a->scope_count, b->scope_count);
    assert_int_equal(a->expr_count, b->expr_count);
    assert_int_equal(a->binding_count, b->binding_count);
    assert_int_equal(a->import_count, b->import_count);
    assert_int_equal(a->note_count, b->note_count);
    for (uint32_t i = 0; i < a->scope_count; i++) {
        assert_int_equal(a->scopes[i].kind, b->scopes[i].kind);
        assert_int_equal(a->scopes[i].outer, b->scopes[i].outer);
        assert_int_equal(a->scopes[i].def, b->scopes[i].def);
        same_place(a->scopes[i].span, b->scopes[i].span);
    }
    for (uint32_t i = 0; i < a->expr_count; i++) {
        assert_int_equal(a->exprs[i].op, b->exprs[i].op);
        assert_int_equal(a->exprs[i].role, b->exprs[i].role);
        assert_int_equal(a->exprs[i].base, b->exprs[i].base);
        assert_int_equal(a->exprs[i].other, b->exprs[i].other);
        same_place(a->exprs[i].span, b->exprs[i].span);
    }
    for (uint32_t i = 0; i < a->binding_count; i++) {
        const NameBinding *x = &a->bindings[i], *y = &b->bindings[i];
        assert_int_equal(x->kind, y->kind);
        assert_int_equal(x->scope, y->scope);
        assert_int_equal(x->target, y->target);
        assert_int_equal(x->value, y->value);
        assert_int_equal(x->type, y->type);
        CHECK_STR(x->name, y->name);
        same_place(x->span, y->span);
    }
    for (uint32_t i = 0; i < a->import_count; i++) {
        CHECK_STR(a->imports[i].module, b->imports[i].module);
        CHECK_STR(a->imports[i].name, b->imports[i].name);
        CHECK_STR(a->imports[i].alias, b->imports[i].alias);
        assert_int_equal(a->imports[i].flags, b->imports[i].flags);
        same_place(a->imports[i].span, b->imports[i].span);
    }
    for (uint32_t i = 0; i < a->note_count; i++)
        assert_memory_equal(&a->notes[i], &b->notes[i], sizeof a->notes[i]);
}

static void same_calls(const Facts *facts, const NamesKept *kept)
{
    assert_int_equal(facts->call_count, kept->call_count);
    for (uint32_t i = 0; i < kept->call_count; i++) {
        const Call *a = &facts->calls[i], *b = &kept->calls[i];
        same_place(a->name_span, b->name_span);
        assert_int_equal(a->full.end, b->full.end);
        assert_int_equal(a->arg_count, b->arg_count);
        assert_int_equal(a->star, b->star);
        assert_int_equal(a->star_star, b->star_star);
        assert_int_equal(a->macro, b->macro);
        assert_int_equal(a->keyword_count, b->keyword_count);
        for (uint32_t k = 0; k < a->keyword_count; k++) CHECK_STR(a->keywords[k], b->keywords[k]);
    }
}

static void names_come_back_as_they_were(void **state)
{
    (void)state;
    Arena arena = {0};
    Buf bytes = buf_on(&arena);
    Sample s;
    NamesKept kept;
    make_sample(&s);
    names_encode(&bytes, &s.facts, &s.names, text_of());
    assert_true(names_decode(&arena, buf_str(&bytes), text_of(), &s.facts, &kept));
    same_names(&s.names, &kept.names);
    same_calls(&s.facts, &kept);
    arena_fini(&arena);
}

static void round_trip(Ctx *cx, Parser *parser, LangId lang, Str text)
{
    Facts facts;
    Names names;
    NamesKept kept;
    Buf bytes = buf_on(cx->arena);
    assert_null(names_extract(cx, parser, lang, text, &facts, &names));
    names_encode(&bytes, &facts, &names, text);
    assert_true(names_decode(cx->arena, buf_str(&bytes), text, &facts, &kept));
    same_names(&names, &kept.names);
    same_calls(&facts, &kept);
    Hash128 a = names_face(&facts, &names, text), b = names_face(&facts, &kept.names, text);
    assert_memory_equal(&a, &b, sizeof a);
}

static void read_inputs(Ctx *cx, Parser *parser, LangId lang, Str folder)
{
    OsFile dir = OS_FILE_NONE;
    OsEntry *files;
    size_t count;
    assert_null(os_open(cx, OS_CWD, folder.ptr, OS_FOLLOW, &dir));
    assert_null(os_list(cx, dir, &files, &count));
    for (size_t i = 0; i < count; i++) {
        Str text;
        if (!str_starts(str_from(files[i].name), STR("input"))) continue;
        assert_null(os_read_file(cx, dir, files[i].name, 1 << 20, &text));
        round_trip(cx, parser, lang, text);
        round_trip(cx, parser, lang, str_sub(text, 0, text.len / 2)); // something is left open
        round_trip(cx, parser, lang, str_sub(text, text.len / 3, text.len));
    }
    os_close(&dir);
}

// Of the golden cases of each language.
static void real_names_come_back(void **state)
{
    (void)state;
    if (!getenv("CQ_SOURCE")) skip();
    Parser *parser = parser_new(NULL);
    for (LangId lang = LANG_NONE + 1; lang < LANG_COUNT; lang++) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        OsFile dir = OS_FILE_NONE;
        OsEntry *cases;
        size_t count;
        Str folder = str_format(&arena, "%s/tests/lang/%s", getenv("CQ_SOURCE"), lang_name(lang));
        assert_null(os_open(&cx, OS_CWD, folder.ptr, OS_FOLLOW, &dir));
        assert_null(os_list(&cx, dir, &cases, &count));
        os_close(&dir);
        for (size_t i = 0; i < count; i++)
            read_inputs(&cx, parser, lang,
                        str_format(&arena, STR_FMT "/%s", STR_ARG(folder), cases[i].name));
        arena_fini(&arena);
    }
    parser_free(parser);
}

static void another_text_is_told(void **state)
{
    (void)state;
    Arena arena = {0};
    Buf bytes = buf_on(&arena);
    Sample s;
    NamesKept kept;
    Str other = str_copy(&arena, text_of());
    make_sample(&s);
    names_encode(&bytes, &s.facts, &s.names, text_of());
    assert_true(names_decode(&arena, buf_str(&bytes), other, &s.facts, &kept));
    Facts few = s.facts;
    few.def_count = 1;
    assert_false(names_decode(&arena, buf_str(&bytes), other, &few, &kept));
    ((char *)(uintptr_t)other.ptr)[20] ^= 1;
    assert_false(names_decode(&arena, buf_str(&bytes), other, &s.facts, &kept));
    assert_false(names_decode(&arena, STR_NONE, STR(""), &s.facts, &kept));
    arena_fini(&arena);
}

static void check_place(Span span)
{
    assert_true(span.start <= span.end && span.end <= text_of().len);
}

static size_t read_all(Str s)
{
    size_t sum = 0;
    for (size_t i = 0; i < s.len; i++) sum += (unsigned char)s.ptr[i];
    return sum;
}

static void check_walkable(const NamesKept *kept, uint32_t defs)
{
    const Names *n = &kept->names;
    assert_true(n->scope_count > 0 && n->scopes[0].outer == 0);
    for (uint32_t i = 0; i < n->scope_count; i++) {
        assert_true(!i || n->scopes[i].outer < i);
        assert_true(!i || n->scopes[i].span.start >= n->scopes[i - 1].span.start);
        assert_true(n->scopes[i].def <= defs && n->scopes[i].kind < SCOPE_KINDS);
        check_place(n->scopes[i].span);
    }
    for (uint32_t i = 0; i < n->expr_count; i++) {
        assert_true(n->exprs[i].base <= i && n->exprs[i].other <= i && n->exprs[i].op < EXPR_OPS);
        check_place(n->exprs[i].span);
    }
    for (uint32_t i = 0; i < n->binding_count; i++) {
        const NameBinding *bind = &n->bindings[i];
        bool import = bind->kind == BIND_IMPORT || bind->kind == BIND_STAR;
        assert_true(bind->target <= (import ? n->import_count : defs));
        assert_true(bind->value <= n->expr_count && bind->type <= n->expr_count);
        assert_true(bind->scope < n->scope_count && bind->kind < BIND_KINDS);
        check_place(bind->span);
        read_all(bind->name);
    }
    for (uint32_t i = 0; i < n->import_count; i++) {
        check_place(n->imports[i].span);
        read_all(n->imports[i].module);
        read_all(n->imports[i].name);
        read_all(n->imports[i].alias);
    }
    for (uint32_t i = 0; i < n->note_count; i++)
        assert_true(n->notes[i].kind < NOTE_KINDS && n->notes[i].def <= defs &&
                    n->notes[i].expr <= n->expr_count);
    for (uint32_t i = 0; i < kept->call_count; i++) {
        assert_true(!i || kept->calls[i].name_span.start >= kept->calls[i - 1].name_span.start);
        check_place(kept->calls[i].name_span);
        assert_true(kept->calls[i].full.end <= text_of().len);
        for (uint32_t k = 0; k < kept->calls[i].keyword_count; k++)
            read_all(kept->calls[i].keywords[k]);
    }
}

static void damaged_bytes_do_no_harm(void **state)
{
    (void)state;
    Arena arena = {0}, scratch = {0};
    Buf out = buf_on(&arena);
    Sample s;
    NamesKept kept;
    make_sample(&s);
    names_encode(&out, &s.facts, &s.names, text_of());
    Str bytes = buf_str(&out);
    for (size_t len = 0; len < bytes.len; len++)
        assert_false(names_decode(&scratch, str_sub(bytes, 0, len), text_of(), &s.facts, &kept));
    for (size_t i = 9; i < bytes.len; i++)
        for (int flip = 1; flip < 256; flip++) {
            out.ptr[i] ^= (char)flip;
            if (names_decode(&scratch, bytes, text_of(), &s.facts, &kept)) check_walkable(&kept, 2);
            out.ptr[i] ^= (char)flip;
            arena_reset(&scratch);
        }
    arena_fini(&scratch);
    arena_fini(&arena);
}

static void the_innermost_scope_is_found(void **state)
{
    (void)state;
    Sample s;
    make_sample(&s);
    uint32_t end = (uint32_t)text_of().len;
    assert_int_equal(names_scope_at(&s.names, 0), 0);
    assert_int_equal(names_scope_at(&s.names, CLASS_LINE), 1);
    assert_int_equal(names_scope_at(&s.names, LEFT_LINE), 2);
    assert_int_equal(names_scope_at(&s.names, end - 1), 1);
    assert_int_equal(names_scope_at(&s.names, end), 0);
}

int lang_names_test(void);
int lang_names_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_come_back_as_they_were), cmocka_unit_test(real_names_come_back),
        cmocka_unit_test(another_text_is_told),         cmocka_unit_test(damaged_bytes_do_no_harm),
        cmocka_unit_test(the_innermost_scope_is_found),
    };
    return RUN_TESTS(tests);
}
