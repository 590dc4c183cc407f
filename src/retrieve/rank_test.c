// The ranker against a second, naive implementation over the Docs themselves, and base plus deltas
// against one clean build.
#include "retrieve/rank.h"

#include <math.h>

#include "index/terms.h"
#include "retrieve/explain.h"
#include "support/check.h"

typedef struct TestFile {
    const char *path, *text;
    LangId lang;
} TestFile;

static const TestFile files[] = {
    {"docs/cache.md", "# Cache\nHow eviction of the cache works.\n", LANG_NONE},
    {"src/cache.py",
     "# A cache with eviction.\nclass Cache:\n    \"\"\"Evicts the oldest key.\"\"\"\n    def "
     "evict(self, key):\n        self.keys.remove(key)\n        return key\n",
     LANG_python},
    {"src/hash.c", "// hash table of keys\nint hash_key(const char *key)\n{\n    return *key;\n}\n",
     LANG_c},
    {"src/net/retry.c",
     "/* retries are scheduled with backoff */\nvoid schedule_retry(int n)\n{\n    wait(n);\n}\n",
     LANG_c},
    {"src/net/wait.c", "void wait(int n)\n{\n    hash_key(\"retry\");\n}\n", LANG_c},
    {"tests/test_cache.py", "def test_evict():\n    assert Cache().evict(1) == 1\n", LANG_python},
    {"tests/test_cache2.py", "def test_evict():\n    assert Cache().evict(1) == 1\n", LANG_python},
};
enum { FILES = ARRAY_LEN(files) };

static const char *const questions[] = {
    "how are retries scheduled", "cache eviction", "Cache.evict", "hash_key",         "evict",
    "hash table of keys",        "tests of evict", "wait",        "absent words here"};

static Doc make(Arena *arena, const TestFile *file)
{
    Ctx cx = {.arena = arena};
    Doc doc;
    DocMaker *maker = doc_maker_new(NULL);
    PathForm form = path_form(str_from(file->path), file->lang);
    assert_null(doc_make(&cx, maker, file->lang, form, str_from(file->text), &doc));
    doc_maker_free(maker);
    return doc;
}

static LexiconBuilder *pack(const bool *taken, Lexicon *out)
{
    LexiconBuilder *builder = lexicon_builder_new();
    for (size_t i = 0; i < FILES; i++) {
        Arena arena = {0};
        Doc doc = make(&arena, &files[i]);
        if (!taken || taken[i]) lexicon_add(builder, str_from(files[i].path), &doc);
        arena_fini(&arena);
    }
    lexicon_view(lexicon_finish(builder), out);
    return builder;
}

// --- the naive one: counts strings, no posting lists ---

typedef struct NaiveChunk {
    uint32_t file;
    double tf[LEX_FIELDS], length[LEX_FIELDS];
} NaiveChunk;

static void count_words(Str text, Str term, double *tf, double *length)
{
    Str word;
    WordTerms terms;
    for (size_t at = 0; terms_next_word(text, &at, &word);) {
        terms_of_word(word, &terms);
        *length += (double)terms.count;
        for (size_t i = 0; i < terms.count; i++) *tf += str_eq(terms.items[i], term);
    }
}

// Each test file is one chunk, so fields are those of the file.
static NaiveChunk count_file(uint32_t index, Str term)
{
    Arena arena = {0};
    Doc doc = make(&arena, &files[index]);
    NaiveChunk out = {.file = index};
    assert_int_equal(doc.chunk_count, 1);
    for (uint32_t i = 0; i < doc.token_count; i++) {
        LexField field = doc.tokens[i] & 1 ? LEX_COMMENT : LEX_CODE;
        count_words(doc.words[doc.tokens[i] >> 1], term, &out.tf[field], &out.length[field]);
    }
    for (uint32_t i = 0; i < doc.def_count; i++)
        count_words(doc.defs[i].name, term, &out.tf[LEX_DEF], &out.length[LEX_DEF]);
    Str path = str_from(files[index].path);
    count_words(path_stem(path), term, &out.tf[LEX_STEM], &out.length[LEX_STEM]);
    count_words(path_folder(path), term, &out.tf[LEX_FOLDER], &out.length[LEX_FOLDER]);
    arena_fini(&arena);
    return out;
}

static double naive_term(const NaiveChunk *chunks, uint32_t index, double weight)
{
    double df = 0, average[LEX_FIELDS] = {0}, tf = 0;
    for (size_t i = 0; i < FILES; i++) {
        double any = 0;
        for (size_t f = 0; f < LEX_FIELDS; f++) {
            any += chunks[i].tf[f];
            average[f] += chunks[i].length[f] / FILES;
        }
        df += any > 0;
    }
    if (df == 0) return 0;
    for (size_t f = 0; f < LEX_FIELDS; f++) {
        double b = lex_weights.b[f],
               relative = average[f] > 0 ? chunks[index].length[f] / average[f] : 0;
        tf += lex_weights.weight[f] * chunks[index].tf[f] / (1 - b + b * relative);
    }
    return weight * log(1 + (FILES - df + .5) / (df + .5)) * tf / (3 + tf);
}

static void agrees_with_the_naive_one(void **state)
{
    (void)state;
    Lexicon lexicon;
    LexiconBuilder *builder = pack(NULL, &lexicon);
    Arena arena = {0};
    Corpus corpus;
    corpus_init(&arena, &lexicon, NULL, 1, &corpus);
    assert_int_equal(corpus.chunks, FILES);
    for (size_t q = 0; q < ARRAY_LEN(questions); q++) {
        Query query = query_analyse(&arena, str_from(questions[q]));
        double scores[FILES] = {0};
        Lexical found;
        for (size_t t = 0; t < query.term_count; t++) {
            NaiveChunk chunks[FILES];
            for (uint32_t i = 0; i < FILES; i++) chunks[i] = count_file(i, query.terms[t].text);
            for (uint32_t i = 0; i < FILES; i++)
                scores[i] += naive_term(chunks, i, query.terms[t].weight);
        }
        lexical_search(&arena, &corpus, &query, NULL, &found);
        size_t positive = 0;
        for (size_t i = 0; i < FILES; i++) positive += scores[i] > 0;
        assert_int_equal(found.hit_count, positive);
        for (size_t i = 0; i < found.hit_count; i++) {
            assert_float_equal(found.hits[i].score, scores[found.hits[i].chunk], 1e-5);
            if (i) assert_true(found.hits[i - 1].score >= found.hits[i].score);
        }
    }
    arena_fini(&arena);
    lexicon_builder_free(builder);
}

// --- several parts ---

static Str ranking_text(Arena *arena, const Corpus *corpus, Str question)
{
    Query query = query_analyse(arena, question);
    RankSpec spec = {.query = &query, .limit = 100, .chunks = 3};
    Ranking ranking;
    Buf out = buf_on(arena);
    rank_files(arena, corpus, &spec, &ranking);
    for (size_t i = 0; i < ranking.count; i++) {
        const RankedFile *file = &ranking.files[i];
        buf_addf(&out, STR_FMT " %a", STR_ARG(corpus_path(corpus, file->file)), file->score);
        for (int f = 0; f < FEATURES; f++) buf_addf(&out, " %a", file->features[f]);
        for (uint32_t c = 0; c < file->chunk_count; c++)
            buf_addf(&out, " %u", corpus_chunk(corpus, file->chunks[c])->first_line);
        buf_byte(&out, '\n');
    }
    return buf_str(&out);
}

// All at once, one by one, and what was known of the first part before the others died: the same.
static void check_indegree(Arena *arena, Corpus *corpus)
{
    uint32_t *all = ARENA_ARRAY(arena, uint32_t, corpus->files);
    uint32_t *marks = ARENA_ARRAY(arena, uint32_t, corpus->files);
    const uint32_t *before[] = {corpus->parts[0].lexicon->indegree};
    const bool *gone[] = {corpus->parts[0].dead};
    CorpusUse use = {.indegree = before, .part_count = 1, .gone = gone, .any_gone = true};
    corpus_count_all_indegree(corpus, all);
    for (uint32_t i = 0; i < corpus->files; i++) {
        const CorpusPart *part = corpus_part_of_file(corpus, i);
        if (corpus_is_dead(part, i - part->first_file)) {
            assert_int_equal(all[i], 0);
            continue;
        }
        corpus->use = NULL;
        assert_int_equal(all[i], corpus_count_indegree(corpus, marks, i));
        corpus->use = &use;
        memset(marks, 0, corpus->files * sizeof *marks);
        assert_int_equal(all[i], corpus_count_indegree(corpus, marks, i));
    }
    corpus->use = NULL;
}

// Every way to spread the files over two parts, dead copies of the second part's in the first.
static void parts_rank_as_one(void **state)
{
    (void)state;
    Arena arena = {0};
    Lexicon whole;
    Corpus clean;
    LexiconBuilder *builder = pack(NULL, &whole);
    corpus_init(&arena, &whole, NULL, 1, &clean);
    for (unsigned in_delta = 1; in_delta + 1 < 1U << FILES; in_delta += 5) {
        bool delta[FILES];
        Lexicon parts[2] = {whole};
        for (size_t i = 0; i < FILES; i++) delta[i] = in_delta >> i & 1;
        LexiconBuilder *second = pack(delta, &parts[1]);
        const bool *dead[2] = {delta, NULL};
        Corpus corpus;
        corpus_init(&arena, parts, dead, 2, &corpus);
        assert_int_equal(corpus.live_chunks, clean.live_chunks);
        check_indegree(&arena, &corpus);
        for (size_t q = 0; q < ARRAY_LEN(questions); q++)
            CHECK_STR(ranking_text(&arena, &corpus, str_from(questions[q])),
                      ranking_text(&arena, &clean, str_from(questions[q])));
        lexicon_builder_free(second);
    }
    lexicon_builder_free(builder);
    arena_fini(&arena);
}

static void explanations_add_up(void **state)
{
    (void)state;
    Arena arena = {0};
    Lexicon lexicon;
    Corpus corpus;
    LexiconBuilder *builder = pack(NULL, &lexicon);
    corpus_init(&arena, &lexicon, NULL, 1, &corpus);
    for (size_t q = 0; q < ARRAY_LEN(questions); q++) {
        Query query = query_analyse(&arena, str_from(questions[q]));
        RankSpec spec = {.query = &query, .limit = 100, .chunks = 3};
        Ranking ranking;
        rank_files(&arena, &corpus, &spec, &ranking);
        for (size_t i = 0; i < ranking.count; i++) {
            Explanation of = explain_file(&arena, &corpus, &ranking, &ranking.files[i]);
            double sum = 0, body = 0, terms = 0;
            for (size_t p = 0; p < of.part_count; p++) {
                sum += of.parts[p].part;
                if (of.parts[p].feature == FEATURE_BODY) body = of.parts[p].part;
            }
            for (size_t t = 0; t < of.term_count; t++) terms += of.terms[t].part;
            assert_float_equal(sum, ranking.files[i].score, 1e-9);
            assert_float_equal(terms, body, 1e-4);
        }
    }
    lexicon_builder_free(builder);
    arena_fini(&arena);
}

static Str first_for(Arena *arena, const Corpus *corpus, const char *question)
{
    Query query = query_analyse(arena, str_from(question));
    RankSpec spec = {.query = &query, .limit = 1, .chunks = 1};
    Ranking ranking;
    rank_files(arena, corpus, &spec, &ranking);
    return ranking.count ? corpus_path(corpus, ranking.files[0].file) : STR("nothing");
}

static void puts_the_right_file_first(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"how are retries scheduled", "src/net/retry.c"},
        {"cache eviction", "src/cache.py"},
        {"Cache.evict", "src/cache.py"},
        {"hash_key", "src/hash.c"},
        {"tests of evict", "tests/test_cache.py"},
        {"zebra", "nothing"},
    };
    Arena arena = {0};
    Lexicon lexicon;
    Corpus corpus;
    LexiconBuilder *builder = pack(NULL, &lexicon);
    corpus_init(&arena, &lexicon, NULL, 1, &corpus);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        CHECK_STR(first_for(&arena, &corpus, cases[i][0]), str_from(cases[i][1]));
    lexicon_builder_free(builder);
    arena_fini(&arena);
}

// --- channels ---

static const DenseHits *near_wait_c(void *arg, const uint32_t *found, size_t count)
{
    (void)found;
    assert_true(count > 0 && count < FILES);
    static const DenseHit items[] = {{4, .9F}, {1, .3F}, {0, -.2F}}; // a chunk a file
    static const DenseHits hits = {.items = items, .len = ARRAY_LEN(items)};
    ++*(int *)arg;
    return &hits;
}

static bool late_likes_hash_c(void *arg, const uint32_t *chunks, size_t count, float *scores)
{
    for (size_t i = 0; i < count; i++) scores[i] = chunks[i] == 2 ? 1 : .1F;
    ++*(int *)arg;
    return true;
}

static double feature_of(const Ranking *ranking, uint32_t file, Feature feature)
{
    for (size_t i = 0; i < ranking->count; i++)
        if (ranking->files[i].file == file) return ranking->files[i].features[feature];
    return -1;
}

static void channels_add_up(void **state)
{
    (void)state;
    Arena arena = {0};
    Lexicon lexicon;
    Corpus corpus;
    int asked = 0;
    LexiconBuilder *builder = pack(NULL, &lexicon);
    corpus_init(&arena, &lexicon, NULL, 1, &corpus);
    Query query = query_analyse(&arena, STR("hash table of keys"));
    RankSpec spec = {.query = &query,
                     .limit = 100,
                     .chunks = 3,
                     .rrf_k = 60,
                     .channel_weights = {1, .5, .25},
                     .dense = near_wait_c,
                     .late = late_likes_hash_c,
                     .channel_arg = &asked};
    for (int fusion = 0; fusion < 2; fusion++) {
        Ranking ranking;
        spec.fusion = fusion ? FUSE_RRF : FUSE_SCORES;
        rank_files(&arena, &corpus, &spec, &ranking);
        assert_int_equal(asked, 2 * (fusion + 1));
        assert_float_equal(feature_of(&ranking, 4, FEATURE_DENSE), 1, 1e-9); // it has no word
        assert_float_equal(feature_of(&ranking, 1, FEATURE_DENSE), 1. / 3, 1e-6);
        assert_float_equal(feature_of(&ranking, 0, FEATURE_DENSE), -1, 1e-9); // no candidate
        assert_float_equal(feature_of(&ranking, 2, FEATURE_LATE), 1, 1e-9);
        for (size_t i = 0; i < ranking.count; i++) {
            Explanation of = explain_file(&arena, &corpus, &ranking, &ranking.files[i]);
            double sum = 0;
            for (int c = 0; fusion && c < CHANNELS; c++) sum += of.fused[c];
            for (size_t p = 0; !fusion && p < of.part_count; p++) sum += of.parts[p].part;
            assert_float_equal(sum, ranking.files[i].score, 1e-9);
            assert_true(ranking.files[i].chunk_count > 0);
        }
    }
    lexicon_builder_free(builder);
    arena_fini(&arena);
}

static Str best_of(Arena *arena, const Corpus *corpus, const char *question, NamedFile *named)
{
    Ranking ranking;
    Query query = query_analyse(arena, str_from(question));
    RankSpec spec = {.query = &query, .limit = 3, .chunks = 3};
    rank_files(arena, corpus, &spec, &ranking);
    *named = ranking.named_count ? ranking.named[0] : (NamedFile){0};
    assert_true(ranking.count > 0 && ranking.files[0].chunk_count > 0);
    return corpus_path(corpus, ranking.files[0].file);
}

// A path in the question wins, also without a word of it in the file; another machine's folders and
// namesakes count less.
static void named_files_come_first(void **state)
{
    (void)state;
    static const struct {
        const char *question, *best;
        uint32_t line;
        float value;
    } cases[] = {
        {"src/net/wait.c", "src/net/wait.c", 0, 1},
        {"retry.c:2", "src/net/retry.c", 2, 1},
        {"error: hash_key at /build/other/net/wait.c:1", "src/net/wait.c", 1, .8F},
        {"hash table of keys in wait.c", "src/net/wait.c", 0, .4F},
        {"hash_key wait.h", "src/hash.c", 0, 0},
    };
    Arena arena = {0};
    Lexicon lexicon;
    LexiconBuilder *builder = pack(NULL, &lexicon);
    Corpus corpus;
    corpus_init(&arena, &lexicon, NULL, 1, &corpus);
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        NamedFile named;
        Str best = best_of(&arena, &corpus, cases[i].question, &named);
        CHECK_STR(best, str_from(cases[i].best));
        assert_int_equal(named.line, cases[i].line);
        assert_true(fabsf(named.value - cases[i].value) < 1e-6F);
    }
    lexicon_builder_free(builder);
    arena_fini(&arena);
}

int retrieve_rank_test(void);
int retrieve_rank_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(named_files_come_first),    cmocka_unit_test(agrees_with_the_naive_one),
        cmocka_unit_test(parts_rank_as_one),         cmocka_unit_test(explanations_add_up),
        cmocka_unit_test(puts_the_right_file_first), cmocka_unit_test(channels_add_up),
    };
    return RUN_TESTS(tests);
}
