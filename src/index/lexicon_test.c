#include "index/lexicon.h"

#include "index/terms.h"
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
    assert_true(term != LEX_NONE && lexicon_chunks(&lexicon, term) > 3 * LEX_BLOCK);
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
        float bound = lex_bound(&cursor);
        uint32_t count = 0;
        for (; lex_next(&cursor); count++) {
            const LexLengths *lengths = lex_lengths(&lexicon, cursor.posting.chunk);
            float weight = lex_weigh(lengths, &cursor.posting, lexicon.head->reference);
            assert_true(weight <= bound);
            if (!cursor.block_count) continue;
            const LexBlock *block = &cursor.blocks[count / LEX_BLOCK];
            assert_true(cursor.posting.chunk <= block->last_chunk && weight <= block->bound);
        }
        assert_int_equal(count, lexicon_chunks(&lexicon, term));
        assert_int_equal(cursor.block_count > 0, count > LEX_BLOCK);
    }
    lexicon_builder_free(builder);
}

static uint32_t count_numbers(LexNumbers numbers)
{
    uint32_t count = 0;
    while (lex_next_number(&numbers)) count++;
    return count;
}

static void finds_names(void **state)
{
    (void)state;
    LexiconBuilder *builder = lexicon_builder_new();
    Lexicon lexicon;
    add_files(builder);
    lexicon_view(lexicon_finish(builder), &lexicon);
    Arena arena = {0};
    uint32_t name = lexicon_name(&lexicon, STR("zebra7_3"));
    assert_true(name != LEX_NONE);
    CHECK_STR(lexicon_name_text(&arena, &lexicon, name), STR("zebra7_3"));
    assert_int_equal(count_numbers(lexicon_name_files(&lexicon, name)), FILES / 7);
    LexNumbers defs = lexicon_name_defs(&lexicon, name);
    assert_int_equal(count_numbers(defs), FILES / 7);
    assert_true(lex_next_number(&defs));
    assert_int_equal(lex_def(&lexicon, defs.value).name, name);
    CHECK_STR(lexicon_path(&lexicon, lex_def_file(&lexicon, defs.value)), STR("src/f006.c"));
    name = lexicon_name(&lexicon, STR("zebra59_0")); // its list says nothing of files
    LexNumbers files = lexicon_name_files(&lexicon, name);
    assert_true(lex_next_number(&files));
    assert_int_equal(files.value, 58);
    assert_false(lex_next_number(&files));
    arena_fini(&arena);
    assert_int_equal(lexicon_name(&lexicon, STR("zebra7_99")), LEX_NONE);
    assert_int_equal(lexicon_term(&lexicon, STR("")), LEX_NONE);
    // zebra59_0 is defined in one file only, which nobody else mentions
    assert_int_equal(lexicon.indegree[58], 0);
    lexicon_builder_free(builder);
}

// Definitions come back as they were, one by one and in a row, over the borders of groups.
static void keeps_definitions(void **state)
{
    (void)state;
    LexiconBuilder *builder = lexicon_builder_new();
    Lexicon lexicon;
    add_files(builder);
    lexicon_view(lexicon_finish(builder), &lexicon);
    assert_true(lexicon.head->defs > 3 * LEX_DEF_GROUP);
    uint32_t number = 0;
    for (uint32_t file = 0; file < lexicon.head->files; file++) {
        const LexFile *row = lex_file(&lexicon, file);
        LexDefs defs = lexicon_defs(&lexicon, row->first_def, row->def_count);
        uint32_t line = 1;
        for (; lex_next_def(&defs); number++, line += 16) {
            LexDef def = lex_def(&lexicon, number);
            assert_int_equal(def.name, defs.def.name);
            assert_int_equal(def.parent, -1);
            assert_int_equal(def.start_line, line);
            assert_int_equal(defs.def.end_line, line + 14);
            assert_int_equal(lex_def_file(&lexicon, number), file);
        }
    }
    assert_int_equal(number, lexicon.head->defs);
    lexicon_builder_free(builder);
}

// What was split into terms comes back chunk by chunk, whether words were frequent or rare.
static void keeps_tokens(void **state)
{
    (void)state;
    enum { RARE = 400, MOST = 1 << 16 };
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Buf text = buf_on(&arena);
    Doc doc;
    Lexicon lexicon;
    DocMaker *maker = doc_maker_new(NULL);
    LexiconBuilder *builder = lexicon_builder_new();
    for (int i = 0; i < RARE; i++) {
        buf_addf(&text, "put_frequent_word rare%c%c_once\n", 'a' + i / 20, 'a' + i % 20);
        if (i % 3 == 0) buf_addf(&text, "single\n");
    }
    assert_null(doc_make(&cx, maker, LANG_NONE, FORM_CODE, buf_str(&text), &doc));
    lexicon_add(builder, STR("a"), &doc);
    lexicon_view(lexicon_finish(builder), &lexicon);
    uint32_t *tokens = ARENA_ARRAY(&arena, uint32_t, MOST), count = 0, at = 0;
    for (uint32_t i = 0; i < lexicon.head->chunks; i++)
        count += lexicon_tokens(&lexicon, i, tokens + count, MOST - count);
    for (int i = 0; i < RARE; i++) {
        Str rare = str_format(&arena, "rare%c%c", 'a' + i / 20, 'a' + i % 20);
        char stem[8];
        memcpy(stem, rare.ptr, rare.len);
        rare = (Str){stem, terms_stem(stem, rare.len)};
        Str wanted[] = {STR("put"), STR("frequent"), STR("word"), rare, STR("onc"), STR("singl")};
        for (size_t k = 0; k < (i % 3 == 0 ? 6 : 5); k++, at++)
            CHECK_STR(lexicon_term_text(&arena, &lexicon, tokens[at]), wanted[k]);
    }
    assert_int_equal(at, count);
    assert_int_equal(lexicon_tokens(&lexicon, 0, tokens, 4), 4); // a word is cut
    lexicon_builder_free(builder);
    doc_maker_free(maker);
    arena_fini(&arena);
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
        cmocka_unit_test(keeps_definitions),   cmocka_unit_test(keeps_tokens),
    };
    return RUN_TESTS(tests);
}
