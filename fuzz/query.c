// fuzz/query.c - questions of any bytes, asked of a small corpus: limits hold, scores are numbers.
#include <math.h>
#include <stdlib.h>

#include "retrieve/explain.h"

static LexiconBuilder *builder;
static Lexicon lexicon;

static void make_corpus(void)
{
    static const char *const texts[][2] = {
        {"src/cache.py",
         "class Cache:\n    # evicts keys\n    def evict(self, key):\n        pass\n"},
        {"src/a_b.c", "int a_b(int x)\n{\n    return HTTPServer(x);\n}\n"},
        {"tests/test_a.py", "def test_a():\n    assert a.b == 1\n"}};
    DocMaker *maker = doc_maker_new(NULL);
    builder = lexicon_builder_new();
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        Doc doc;
        Str path = str_from(texts[i][0]), text = str_from(texts[i][1]);
        if (doc_make(&cx, maker, lang_detect(path, text), FORM_CODE, text, &doc)) abort();
        lexicon_add(builder, path, &doc);
        arena_fini(&arena);
    }
    doc_maker_free(maker);
    lexicon_view(lexicon_finish(builder), &lexicon);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!builder) make_corpus();
    Arena arena = {0};
    Corpus corpus;
    Ranking ranking;
    corpus_init(&arena, &lexicon, NULL, 1, &corpus);
    Query query = query_analyse(&arena, (Str){(const char *)data, size});
    if (query.term_count > QUERY_MOST_TERMS || query.name_count > QUERY_MOST_NAMES) abort();
    RankSpec spec = {.query = &query, .limit = 10, .chunks = 3};
    rank_files(&arena, &corpus, &spec, &ranking);
    for (size_t i = 0; i < ranking.count; i++) {
        if (!isfinite(ranking.files[i].score) || !ranking.files[i].chunk_count) abort();
        explain_file(&arena, &corpus, &ranking, &ranking.files[i]);
    }
    arena_fini(&arena);
    return 0;
}
