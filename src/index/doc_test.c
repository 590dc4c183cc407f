#include "index/doc.h"

#include "base/os.h"
#include "index/terms.h"
#include "support/check.h"

static const char sample[] = "# Keys.\n"
                             "import os\n"
                             "\n"
                             "class Cache(Base):\n"
                             "    \"\"\"Keeps values.\"\"\"\n"
                             "    size = 3\n"
                             "\n"
                             "    # evicts the oldest\n"
                             "    def evict(self, n):\n"
                             "        local = n\n"
                             "        return local\n"
                             "\n"
                             "def free(): pass\n";

static Doc make(Arena *arena, LangId lang, PathForm form, Str text)
{
    Ctx cx = {.arena = arena};
    Doc doc;
    DocMaker *maker = doc_maker_new(NULL);
    assert_null(doc_make(&cx, maker, lang, form, text, &doc));
    doc_maker_free(maker);
    return doc;
}

static void assert_tiles(const Doc *doc)
{
    uint32_t line = 0, token = 0;
    for (uint32_t i = 0; i < doc->chunk_count; i++) {
        assert_int_equal(doc->chunks[i].first_line, line + 1);
        assert_true(doc->chunks[i].last_line > line);
        assert_true(doc->chunks[i].token_end >= token);
        line = doc->chunks[i].last_line;
        token = doc->chunks[i].token_end;
    }
    assert_int_equal(line, doc->line_count);
    assert_int_equal(token, doc->token_count);
}

static void assert_same(const Doc *a, const Doc *b)
{
    assert_int_equal(a->lang, b->lang);
    assert_int_equal(a->form, b->form);
    assert_int_equal(a->bytes, b->bytes);
    assert_int_equal(a->line_count, b->line_count);
    assert_int_equal(a->word_count, b->word_count);
    assert_int_equal(a->token_count, b->token_count);
    assert_int_equal(a->chunk_count, b->chunk_count);
    assert_int_equal(a->def_count, b->def_count);
    for (uint32_t i = 0; i < a->word_count; i++) CHECK_STR(a->words[i], b->words[i]);
    if (a->token_count) assert_memory_equal(a->tokens, b->tokens, 4 * (size_t)a->token_count);
    for (uint32_t i = 0; i < a->chunk_count; i++) {
        assert_int_equal(a->chunks[i].first_line, b->chunks[i].first_line);
        assert_int_equal(a->chunks[i].last_line, b->chunks[i].last_line);
        assert_int_equal(a->chunks[i].token_end, b->chunks[i].token_end);
    }
    for (uint32_t i = 0; i < a->def_count; i++) {
        const DocDef *x = &a->defs[i], *y = &b->defs[i];
        CHECK_STR(x->name, y->name);
        assert_int_equal(x->kind, y->kind);
        assert_int_equal(x->declaration, y->declaration);
        assert_int_equal(x->start_line, y->start_line);
        assert_int_equal(x->line, y->line);
        assert_int_equal(x->end_line, y->end_line);
        assert_int_equal(x->parent, y->parent);
    }
}

// A Doc made with what is kept of a parse is the one that the parse gave.
static void same_without_a_parse(void **state)
{
    (void)state;
    static const struct {
        LangId lang;
        PathForm form;
        const char *text;
    } cases[] = {
        {LANG_python, FORM_CODE, sample},
        {LANG_c, FORM_CODE,
         "/* Ring. */\n#include <a.h>\nstruct ring {\n    int size, used; // of it\n};\n\n"
         "static int\nring_step(struct ring *r)\n{\n    int local = r->size;\n"
         "    return local;\n}\n"},
        {LANG_javascript, FORM_CODE, "// a\nclass A { f() { return `x ${ b /* c */ }`; }\nbroken("},
        {LANG_NONE, FORM_MARKDOWN, "# Keys\n\nHow.\n"},
        {LANG_NONE, FORM_CODE, "# comment\nx = 1\n"},
        {LANG_c, FORM_CODE, ""},
    };
    DocMaker *maker = doc_maker_new(NULL);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        Doc made, again;
        DocFacts facts, kept;
        Str text = str_from(cases[i].text);
        LangId lang = cases[i].lang;
        PathForm form = cases[i].form;
        assert_null(doc_make_kept(&cx, maker, lang, form, text, &facts, &made));
        assert_true((facts.brief.len > 0) == (lang != LANG_NONE));
        assert_true((facts.names.len > 0) == lang_has_names(lang));
        kept = (DocFacts){.brief = facts.brief, .names = facts.names};
        assert_true(doc_from_kept(&cx, maker, lang, form, text, &kept, &again));
        assert_same(&made, &again);
        assert_memory_equal(&facts.face, &kept.face, sizeof kept.face);
        CHECK_STR(facts.unlisted, kept.unlisted);
        assert_int_equal(made.partial, again.partial);
        Str other = str_format(&arena, STR_FMT "\n", STR_ARG(text));
        if (lang != LANG_NONE)
            assert_false(doc_from_kept(&cx, maker, lang, form, other, &kept, &again));
        arena_fini(&arena);
    }
    doc_maker_free(maker);
}

static Str encode(Arena *arena, const Doc *doc)
{
    Buf out = buf_on(arena);
    doc_encode(&out, doc);
    return buf_str(&out);
}

static void knows_a_python_file(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint8_t kind;
        uint32_t start, end;
        int32_t parent;
    } expected[] = {
        {"Cache", DEF_CLASS, 4, 11, -1},
        {"size", DEF_FIELD, 6, 6, 0},
        {"evict", DEF_METHOD, 9, 11, 0},
        {"free", DEF_FUNCTION, 13, 13, -1},
    };
    Arena arena = {0};
    Doc doc = make(&arena, LANG_python, FORM_CODE, str_from(sample));
    assert_int_equal(doc.def_count, ARRAY_LEN(expected)); // local variables are none
    for (uint32_t i = 0; i < doc.def_count; i++) {
        CHECK_STR(doc.defs[i].name, str_from(expected[i].name));
        assert_int_equal(doc.defs[i].start_line, expected[i].start);
        assert_int_equal(doc.defs[i].end_line, expected[i].end);
        assert_int_equal(doc.defs[i].parent, expected[i].parent);
    }
    assert_tiles(&doc);
    static const char *const comments[] = {"Keys", "Keeps", "values", "evicts", "the", "oldest"};
    size_t found = 0;
    for (uint32_t i = 0; i < doc.token_count; i++) {
        if (!(doc.tokens[i] & 1)) continue;
        CHECK_STR(doc.words[doc.tokens[i] >> 1], str_from(comments[found]));
        found++;
    }
    assert_int_equal(found, ARRAY_LEN(comments));
    arena_fini(&arena);
}

static void knows_headings(void **state)
{
    (void)state;
    Arena arena = {0};
    Doc doc = make(&arena, LANG_NONE, FORM_MARKDOWN,
                   STR("# Top\ntext\n```\n# no heading\n```\nUnder\n=====\nmore\n"));
    assert_int_equal(doc.def_count, 2);
    CHECK_STR(doc.defs[0].name, STR("Top"));
    assert_int_equal(doc.defs[0].end_line, 5);
    CHECK_STR(doc.defs[1].name, STR("Under"));
    assert_int_equal(doc.defs[1].end_line, 8);
    assert_tiles(&doc);
    arena_fini(&arena);
}

static void handles_odd_texts(void **state)
{
    (void)state;
    static const char *const texts[] = {"",    "\n",       "x",   "\n\n\n",
                                        "(((", "\xC3\xA9", "def", "a\r\nb"};
    Arena arena = {0};
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        for (int lang = LANG_NONE; lang < LANG_COUNT; lang++) {
            Doc doc = make(&arena, (LangId)lang, FORM_CODE, str_from(texts[i])), again;
            assert_tiles(&doc);
            assert_true(doc_decode(&arena, encode(&arena, &doc), &again));
            assert_same(&doc, &again);
        }
    }
    arena_fini(&arena);
}

static size_t words_of(Str text)
{
    Str word;
    size_t count = 0;
    for (size_t at = 0; terms_next_word(text, &at, &word);) count++;
    return count;
}

// Real files of this repository: chunks tile, every word is there, bytes give the same Doc.
static void holds_real_files(void **state)
{
    (void)state;
    static const char *const files[] = {
        "src/base/os.c",   "src/index/doc.c",   "src/lang/extract.c",
        "tools/recall.py", "tools/build.sh",    "ARCHITECTURE.md",
        "include/cq/cq.h", "CMakePresets.json", "src/index/skips.def"};
    const char *folder = os_env("CQ_SOURCE").ptr;
    for (size_t i = 0; folder && i < ARRAY_LEN(files); i++) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        Str path = str_from(files[i]), text;
        const char *full = str_format(&arena, "%s/%s", folder, files[i]).ptr;
        assert_null(os_read_file(&cx, OS_CWD, full, 1 << 20, &text));
        LangId lang = lang_detect(path, text);
        Doc doc = make(&arena, lang, path_form(path, lang), text), again;
        assert_tiles(&doc);
        assert_int_equal(doc.token_count, words_of(text));
        assert_true(doc_decode(&arena, encode(&arena, &doc), &again));
        assert_same(&doc, &again);
        arena_fini(&arena);
    }
}

// What is accepted can be walked, whatever the bytes.
static void walk(const Doc *doc)
{
    size_t sum = 0;
    assert_tiles(doc);
    for (uint32_t i = 0; i < doc->token_count; i++) sum += doc->words[doc->tokens[i] >> 1].len;
    for (uint32_t i = 0; i < doc->def_count; i++) {
        const DocDef *def = &doc->defs[i];
        assert_true(def->start_line >= 1 && def->end_line <= doc->line_count);
        assert_true(def->start_line <= def->line && def->line <= def->end_line);
        assert_true(def->parent < (int32_t)i);
        sum += def->name.len;
    }
    assert_true(sum < SIZE_MAX);
}

static void refuses_damage(void **state)
{
    (void)state;
    Arena arena = {0};
    Doc doc = make(&arena, LANG_python, FORM_CODE, str_from(sample)), out;
    Str bytes = encode(&arena, &doc);
    for (size_t len = 0; len < bytes.len; len++) {
        Arena scratch = {0};
        assert_false(doc_decode(&scratch, str_sub(bytes, 0, len), &out));
        arena_fini(&scratch);
    }
    char *copy = (char *)(uintptr_t)str_copy(&arena, bytes).ptr;
    for (size_t at = 0; at < bytes.len; at++) {
        for (int bit = 0; bit < 8; bit++) {
            Arena scratch = {0};
            copy[at] = (char)(bytes.ptr[at] ^ (1 << bit));
            if (doc_decode(&scratch, (Str){copy, bytes.len}, &out)) walk(&out);
            arena_fini(&scratch);
        }
        copy[at] = bytes.ptr[at];
    }
    arena_fini(&arena);
}

int index_doc_test(void);
int index_doc_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_a_python_file), cmocka_unit_test(knows_headings),
        cmocka_unit_test(handles_odd_texts),   cmocka_unit_test(holds_real_files),
        cmocka_unit_test(refuses_damage),      cmocka_unit_test(same_without_a_parse),
    };
    return RUN_TESTS(tests);
}
