// lang/wire_test.c - facts of real sources in all languages come back as they were; damaged bytes
// never give facts that point out of their text.
#include "lang/wire.h"

#include <stdlib.h>

#include "base/os.h"
#include "support/check.h"

static void same_span(Span a, Span b)
{
    assert_int_equal(a.start, b.start);
    assert_int_equal(a.end, b.end);
}

static void same_def(const Def *a, const Def *b)
{
    assert_int_equal(a->kind, b->kind);
    CHECK_STR(a->name, b->name);
    CHECK_STR(a->qualified, b->qualified);
    CHECK_STR(a->signature, b->signature);
    CHECK_STR(a->doc, b->doc);
    same_span(a->full, b->full);
    same_span(a->name_span, b->name_span);
    assert_int_equal(a->line, b->line);
    assert_int_equal(a->end_line, b->end_line);
    assert_int_equal(a->start_line, b->start_line);
    assert_int_equal(a->col, b->col);
    assert_int_equal(a->parent, b->parent);
    assert_int_equal(a->declaration, b->declaration);
}

static void same_call(const Call *a, const Call *b)
{
    same_span(a->full, b->full);
    same_span(a->name_span, b->name_span);
    CHECK_STR(a->callee, b->callee);
    CHECK_STR(a->name, b->name);
    CHECK_STR(a->receiver, b->receiver);
    assert_int_equal(a->keyword_count, b->keyword_count);
    for (uint32_t i = 0; i < a->keyword_count; i++) CHECK_STR(a->keywords[i], b->keywords[i]);
    assert_int_equal(a->arg_count, b->arg_count);
    assert_int_equal(a->star, b->star);
    assert_int_equal(a->star_star, b->star_star);
    assert_int_equal(a->macro, b->macro);
    assert_int_equal(a->line, b->line);
    assert_int_equal(a->enclosing, b->enclosing);
}

static void same_import(const Import *a, const Import *b)
{
    same_span(a->full, b->full);
    same_span(a->name_span, b->name_span);
    CHECK_STR(a->module, b->module);
    CHECK_STR(a->name, b->name);
    CHECK_STR(a->alias, b->alias);
    assert_int_equal(a->line, b->line);
}

static void same_facts(const Facts *a, const Facts *b)
{
    assert_int_equal(a->lang, b->lang);
    assert_int_equal(a->partial, b->partial);
    assert_int_equal(a->error_count, b->error_count);
    assert_int_equal(a->def_count, b->def_count);
    assert_int_equal(a->call_count, b->call_count);
    assert_int_equal(a->import_count, b->import_count);
    assert_int_equal(a->span_count, b->span_count);
    for (uint32_t i = 0; i < a->def_count; i++) same_def(&a->defs[i], &b->defs[i]);
    for (uint32_t i = 0; i < a->call_count; i++) same_call(&a->calls[i], &b->calls[i]);
    for (uint32_t i = 0; i < a->import_count; i++) same_import(&a->imports[i], &b->imports[i]);
    for (uint32_t i = 0; i < a->span_count; i++) {
        assert_int_equal(a->spans[i].kind, b->spans[i].kind);
        same_span(a->spans[i].span, b->spans[i].span);
        assert_int_equal(a->spans[i].outer, b->spans[i].outer);
    }
}

static Str encode(Arena *arena, const Facts *facts, Str text, bool defs_only)
{
    Buf buf = buf_on(arena);
    facts_encode(&buf, facts, text, defs_only);
    return buf_str(&buf);
}

// The facts of one file, there and back.
static void round_trip(Ctx *cx, Parser *parser, LangId lang, Str text)
{
    Facts facts, back;
    assert_null(facts_extract(cx, parser, lang, text, &facts));
    assert_true(facts_decode(cx->arena, encode(cx->arena, &facts, text, false), text, &back));
    same_facts(&facts, &back);
    assert_true(facts_decode(cx->arena, encode(cx->arena, &facts, text, true), text, &back));
    facts.call_count = facts.import_count = facts.span_count = 0;
    same_facts(&facts, &back);
}

// The inputs of the golden cases of one language: at least one.
static void round_trips_of(Parser *parser, LangId lang)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    OsFile dir = OS_FILE_NONE;
    OsEntry *cases, *files;
    size_t count, file_count, texts = 0;
    Str folder = str_format(&arena, "%s/tests/lang/%s", getenv("CQ_SOURCE"), lang_name(lang));
    assert_null(os_open(&cx, OS_CWD, folder.ptr, OS_FOLLOW, &dir));
    assert_null(os_list(&cx, dir, &cases, &count));
    os_close(&dir);
    for (size_t i = 0; i < count; i++) {
        Str one = str_format(&arena, STR_FMT "/%s", STR_ARG(folder), cases[i].name);
        assert_null(os_open(&cx, OS_CWD, one.ptr, OS_FOLLOW, &dir));
        assert_null(os_list(&cx, dir, &files, &file_count));
        for (size_t j = 0; j < file_count; j++) {
            Str text;
            if (!str_starts(str_from(files[j].name), STR("input"))) continue;
            assert_null(os_read_file(&cx, dir, files[j].name, 1 << 20, &text));
            round_trip(&cx, parser, lang, text);
            texts++;
        }
        os_close(&dir);
    }
    assert_true(texts > 0);
    arena_fini(&arena);
}

static void facts_come_back_as_they_were(void **state)
{
    (void)state;
    if (!getenv("CQ_SOURCE")) skip();
    Parser *parser = parser_new(NULL);
    for (LangId lang = LANG_NONE + 1; lang < LANG_COUNT; lang++) round_trips_of(parser, lang);
    parser_free(parser);
}

// What users of facts rely on without looking.
static void check_bounds(const Facts *facts, Str text)
{
    for (uint32_t i = 0; i < facts->def_count; i++) {
        const Def *def = &facts->defs[i];
        assert_true(def->full.start <= def->full.end && def->full.end <= text.len);
        assert_true(def->name_span.start <= def->name_span.end && def->name_span.end <= text.len);
        assert_true(def->parent >= -1 && def->parent < (int32_t)i);
        assert_true(def->kind < DEF_KINDS);
    }
    for (uint32_t i = 0; i < facts->call_count; i++)
        assert_true(facts->calls[i].enclosing < (int32_t)facts->def_count);
    for (uint32_t i = 0; i < facts->span_count; i++)
        assert_true(facts->spans[i].outer < (int32_t)i);
}

static void damaged_bytes_do_no_harm(void **state)
{
    (void)state;
    Str text = STR("import os\nclass A:\n    '''doc'''\n    def run(self, x: int):\n"
                   "        return os.path.join(f'{x}', sep='/', *x)\n");
    Arena arena = {0}, scratch = {0};
    Ctx cx = {.arena = &arena};
    Parser *parser = parser_new(NULL);
    Facts facts, back;
    assert_null(facts_extract(&cx, parser, LANG_python, text, &facts));
    Str bytes = encode(&arena, &facts, text, false);
    char *at = (char *)(uintptr_t)bytes.ptr;
    for (size_t len = 0; len < bytes.len; len++)
        assert_false(facts_decode(&scratch, str_sub(bytes, 0, len), text, &back));
    for (size_t i = 0; i < bytes.len; i++)
        for (int flip = 1; flip < 256; flip++) {
            at[i] ^= (char)flip;
            if (facts_decode(&scratch, bytes, text, &back)) check_bounds(&back, text);
            at[i] ^= (char)flip;
            arena_reset(&scratch);
        }
    parser_free(parser);
    arena_fini(&scratch);
    arena_fini(&arena);
}

static void numbers(void **state)
{
    (void)state;
    static const uint64_t values[] = {0, 1, 127, 128, 16383, 16384, UINT32_MAX, UINT64_MAX};
    Arena arena = {0};
    Buf buf = buf_on(&arena);
    for (size_t i = 0; i < ARRAY_LEN(values); i++) wire_put(&buf, values[i]);
    Wire in = {buf.ptr, buf.ptr + buf.len, false};
    for (size_t i = 0; i < ARRAY_LEN(values); i++)
        assert_true(wire_get(&in, UINT64_MAX) == values[i]);
    assert_false(in.bad);
    assert_true(wire_get(&in, 9) == 0 && in.bad);
    static const char nine[] = "\x09";
    in = (Wire){nine, nine + 1, false};
    assert_true(wire_get(&in, 8) == 0 && in.bad);
    arena_fini(&arena);
}

int lang_wire_test(void);
int lang_wire_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_come_back_as_they_were),
        cmocka_unit_test(damaged_bytes_do_no_harm),
        cmocka_unit_test(numbers),
    };
    return RUN_TESTS(tests);
}
