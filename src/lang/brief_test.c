#include "lang/brief.h"

#include <stdlib.h>

#include "base/os.h"
#include "support/check.h"

static void same_place(Span a, Span b)
{
    assert_int_equal(a.start, b.start);
    assert_int_equal(a.end, b.end);
}

static void same_defs(const Facts *facts, const Brief *brief)
{
    Arena arena = {0};
    assert_int_equal(facts->def_count, brief->facts.def_count);
    for (uint32_t i = 0; i < facts->def_count; i++) {
        const Def *a = &facts->defs[i], *b = &brief->facts.defs[i];
        CHECK_STR(a->name, b->name);
        CHECK_STR(a->qualified, brief_qualified(&arena, brief, (int32_t)i));
        CHECK_STR(a->signature, brief_signature(&arena, brief, (int32_t)i));
        assert_int_equal(a->kind, b->kind);
        assert_int_equal(a->declaration, b->declaration);
        assert_int_equal(a->parent, b->parent);
        same_place(a->full, b->full);
        same_place(a->name_span, b->name_span);
    }
    arena_fini(&arena);
}

// What was asked about is told alike.
static void same_answers(const Facts *facts, const Brief *brief, const Span *asked, size_t count)
{
    Str text = brief->text;
    assert_int_equal(facts->partial, brief->facts.partial);
    for (size_t i = 0; i < count; i++)
        for (uint32_t end = asked[i].start; end <= asked[i].end;
             end = end * 2 - asked[i].start + 1) {
            int32_t a, b;
            Span span = {asked[i].start, end};
            assert_int_equal(facts_classify(facts, text, span, &a),
                             facts_classify(&brief->facts, text, span, &b));
            assert_int_equal(a, b);
            assert_int_equal(facts_enclosing(facts, span.start),
                             facts_enclosing(&brief->facts, span.start));
        }
    assert_int_equal(facts->span_count, brief->facts.span_count);
    for (uint32_t i = 0; i < facts->span_count; i++) {
        assert_int_equal(facts->spans[i].outer, brief->facts.spans[i].outer);
        same_place(facts->spans[i].span, brief->facts.spans[i].span);
    }
}

static Str encode(Arena *arena, const Facts *facts, Str text)
{
    Buf out = buf_on(arena);
    assert_true(brief_encode(&out, facts, text));
    return buf_str(&out);
}

static void round_trip(Ctx *cx, Parser *parser, LangId lang, Str text)
{
    Facts facts;
    Brief brief;
    assert_null(facts_extract(cx, parser, lang, text, &facts));
    Str bytes = encode(cx->arena, &facts, text);
    static const uint32_t steps[] = {1, 7, 97, 1009};
    for (size_t i = 0; i < ARRAY_LEN(steps); i++) { // places further and further apart
        size_t count = 0;
        Span *asked = ARENA_ARRAY(cx->arena, Span, text.len / steps[i] + 1);
        for (uint32_t at = 0; at < text.len; at += steps[i])
            asked[count++] = (Span){at, at + (at / steps[i] * 7) % 60};
        assert_true(brief_decode(cx->arena, bytes, lang, text, asked, count, &brief));
        same_answers(&facts, &brief, asked, count);
    }
    same_defs(&facts, &brief);
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

// The inputs of the golden cases of each language.
static void facts_come_back_as_they_were(void **state)
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

static const char sample[] = "import os\nclass A:\n    '''doc'''\n    def run(self, x: int):\n"
                             "        return os.path.join(f'{x}', sep='/', *x)\n";

static void another_text_is_told(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Parser *parser = parser_new(NULL);
    Facts facts;
    Brief brief;
    Str text = str_from(sample), other = str_copy(&arena, text);
    assert_null(facts_extract(&cx, parser, LANG_python, text, &facts));
    Str bytes = encode(&arena, &facts, text);
    assert_true(brief_decode(&arena, bytes, LANG_python, other, NULL, 0, &brief));
    assert_false(brief_decode(&arena, bytes, LANG_ruby, other, NULL, 0, &brief));
    ((char *)(uintptr_t)other.ptr)[20] ^= 1;
    assert_false(brief_decode(&arena, bytes, LANG_python, other, NULL, 0, &brief));
    assert_false(brief_decode(&arena, STR_NONE, LANG_python, STR(""), NULL, 0, &brief));
    parser_free(parser);
    arena_fini(&arena);
}

// Also with the right hash in front: no read leaves the text, and walks end.
static void damaged_bytes_do_no_harm(void **state)
{
    (void)state;
    Arena arena = {0}, scratch = {0};
    Ctx cx = {.arena = &arena};
    Parser *parser = parser_new(NULL);
    Facts facts;
    Brief brief;
    Str text = str_from(sample);
    assert_null(facts_extract(&cx, parser, LANG_python, text, &facts));
    Str bytes = encode(&arena, &facts, text);
    char *at = (char *)(uintptr_t)bytes.ptr;
    for (size_t len = 0; len < bytes.len; len++)
        assert_false(
            brief_decode(&scratch, str_sub(bytes, 0, len), LANG_python, text, NULL, 0, &brief));
    for (size_t i = 8; i < bytes.len; i++)
        for (int flip = 1; flip < 256; flip++) {
            at[i] ^= (char)flip;
            if (brief_decode(&scratch, bytes, LANG_python, text, &(Span){0, 99}, 1, &brief))
                for (uint32_t k = 0; k < brief.facts.def_count; k++) {
                    int32_t def;
                    brief_qualified(&scratch, &brief, (int32_t)k);
                    brief_signature(&scratch, &brief, (int32_t)k);
                    facts_classify(&brief.facts, text, brief.facts.defs[k].name_span, &def);
                }
            at[i] ^= (char)flip;
            arena_reset(&scratch);
        }
    parser_free(parser);
    arena_fini(&scratch);
    arena_fini(&arena);
}

int lang_brief_test(void);
int lang_brief_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_come_back_as_they_were),
        cmocka_unit_test(another_text_is_told),
        cmocka_unit_test(damaged_bytes_do_no_harm),
    };
    return RUN_TESTS(tests);
}
