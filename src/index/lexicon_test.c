#include "index/lexicon.h"

#include "support/check.h"

enum { FILES = 60 };

// File i has the words word_j for every j that divides i + 1, j + 1 times each; functions between.
static void add_files(LexiconBuilder *builder)
{
    for (int i = 0; i < FILES; i++) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        Buf text = buf_on(&arena);
        Doc doc;
        DocMaker *maker = doc_maker_new(NULL);
        for (int j = 1; j <= i + 1; j++) {
            if ((i + 1) % j) continue;
            for (int k = 0; k < 8; k++) { // several chunks a file
                buf_addf(&text, "int zebra%d_%d(void)\n{\n", j, k);
                for (int n = 0; n < 12; n++) buf_addf(&text, "    lion(\"word number %d\");\n", j);
                buf_add(&text, STR("}\n\n"));
            }
        }
        assert_null(doc_make(&cx, maker, LANG_c, FORM_CODE, buf_str(&text), &doc));
        lexicon_add(builder, str_format(&arena, "src/f%03d.c", i), &doc);
        doc_maker_free(maker);
        arena_fini(&arena);
    }
}

static void seeks_as_it_steps(void **state)
{
    (void)state;
    LexiconBuilder *builder = lexicon_builder_new();
    Lexicon lexicon;
    add_files(builder);
    lexicon_view(lexicon_finish(builder), &lexicon);
    uint32_t term = lexicon_term(&lexicon, STR("lion"));
    assert_true(term != LEX_NONE && lexicon.terms[term].chunks > 3 * LEX_BLOCK);
    for (uint32_t step = 1; step < 400; step += 37) {
        LexCursor walker = lexicon_postings(&lexicon, term), seeker = walker;
        bool more = lex_next(&walker);
        for (uint32_t target = 0; target < lexicon.head->chunks; target += step) {
            while (more && walker.posting.chunk < target) more = lex_next(&walker);
            assert_int_equal(lex_seek(&seeker, target), more);
            if (more) assert_int_equal(seeker.posting.chunk, walker.posting.chunk);
        }
    }
    lexicon_builder_free(builder);
}

static void bounds_hold(void **state)
{
    (void)state;
    LexiconBuilder *builder = lexicon_builder_new();
    Lexicon lexicon;
    add_files(builder);
    lexicon_view(lexicon_finish(builder), &lexicon);
    for (uint32_t term = 0; term < lexicon.head->terms; term++) {
        LexCursor cursor = lexicon_postings(&lexicon, term);
        const LexBlock *blocks = lexicon.blocks + lexicon.terms[term].first_block;
        uint32_t count = 0;
        for (; lex_next(&cursor); count++) {
            float weight = lex_weigh(&lexicon, &cursor.posting, lexicon.head->reference);
            assert_true(weight <= lexicon.terms[term].bound);
            if (lexicon.terms[term].chunks <= LEX_BLOCK) continue;
            const LexBlock *block = &blocks[count / LEX_BLOCK];
            assert_true(cursor.posting.chunk <= block->last_chunk && weight <= block->bound);
        }
        assert_int_equal(count, lexicon.terms[term].chunks);
    }
    lexicon_builder_free(builder);
}

static void count_file(void *arg, uint32_t file)
{
    (void)file;
    (*(uint32_t *)arg)++;
}

static void finds_names(void **state)
{
    (void)state;
    LexiconBuilder *builder = lexicon_builder_new();
    Lexicon lexicon;
    add_files(builder);
    lexicon_view(lexicon_finish(builder), &lexicon);
    uint32_t name = lexicon_name(&lexicon, STR("zebra7_3")), count = 0;
    assert_true(name != LEX_NONE);
    CHECK_STR(lexicon_name_text(&lexicon, name), STR("zebra7_3"));
    lexicon_name_files(&lexicon, name, count_file, &count);
    assert_int_equal(count, FILES / 7);
    assert_int_equal(lexicon.names[name + 1].first_def - lexicon.names[name].first_def, FILES / 7);
    const LexDef *def = &lexicon.defs[lexicon.name_defs[lexicon.names[name].first_def]];
    assert_int_equal(def->name, name);
    CHECK_STR(lexicon_path(&lexicon, def->file), STR("src/f006.c"));
    assert_int_equal(lexicon_name(&lexicon, STR("zebra7_99")), LEX_NONE);
    assert_int_equal(lexicon_term(&lexicon, STR("")), LEX_NONE);
    // zebra59_0 is defined in one file only, which nobody else mentions
    assert_int_equal(lexicon.indegree[58], 0);
    lexicon_builder_free(builder);
}

static void takes_files_without_terms(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Doc doc;
    Lexicon lexicon;
    DocMaker *maker = doc_maker_new(NULL);
    LexiconBuilder *builder = lexicon_builder_new();
    assert_null(doc_make(&cx, maker, LANG_NONE, FORM_CODE, STR("7 _ 8\n"), &doc));
    assert_int_equal(doc.token_count, 3);
    lexicon_add(builder, STR("7"), &doc);
    lexicon_view(lexicon_finish(builder), &lexicon);
    assert_int_equal(lexicon.head->chunks, 1);
    assert_int_equal(lexicon.head->terms, 0);
    lexicon_builder_free(builder);
    doc_maker_free(maker);
    arena_fini(&arena);
}

static void empty_one_opens(void **state)
{
    (void)state;
    LexiconBuilder *builder = lexicon_builder_new();
    Lexicon lexicon;
    lexicon_view(lexicon_finish(builder), &lexicon);
    assert_int_equal(lexicon.head->files, 0);
    assert_int_equal(lexicon_term(&lexicon, STR("x")), LEX_NONE);
    lexicon_builder_free(builder);
}

static Str short_section(void *arg, uint32_t id)
{
    Str bytes = lexicon_find_in(arg, id);
    return id == LEX_SECTION_CHUNKS && bytes.len ? str_sub(bytes, 0, bytes.len - 1) : bytes;
}

static void refuses_wrong_sizes(void **state)
{
    (void)state;
    LexiconBuilder *builder = lexicon_builder_new();
    Lexicon lexicon;
    add_files(builder);
    const SegmentSection *sections = lexicon_finish(builder);
    assert_false(lexicon_open(short_section, (void *)(uintptr_t)sections, &lexicon));
    lexicon_builder_free(builder);
}

int index_lexicon_test(void);
int index_lexicon_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(seeks_as_it_steps),   cmocka_unit_test(bounds_hold),
        cmocka_unit_test(finds_names),         cmocka_unit_test(empty_one_opens),
        cmocka_unit_test(refuses_wrong_sizes), cmocka_unit_test(takes_files_without_terms),
    };
    return RUN_TESTS(tests);
}
