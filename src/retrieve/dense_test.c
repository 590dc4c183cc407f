// Nearest chunks against a naive computation, over one part and over two, with and without what the
// embedder could not do.
#include "retrieve/dense.h"

#include <math.h>
#include <stdlib.h>

#include "support/check.h"

enum { FILES = 9, DIMS = 24 };

// A file's vector is made of the letters of its text; "lost" in it: the embedder has no row.
static void letters(Str text, float *row)
{
    for (size_t i = 0; i < DIMS; i++) row[i] = 0.01F;
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] >= 'a' && text.ptr[i] < 'a' + DIMS) row[text.ptr[i] - 'a'] += 1;
    assert_true(embed_normalise(row, DIMS));
}

static void fake_model(void *self, EmbedModel *out)
{
    (void)self;
    *out = (EmbedModel){.backend = STR("fake"), .dims = DIMS, .is_local = true};
}

static Fail fake_embed(Ctx *cx, void *self, Pool *pool, EmbedKind kind, const Str *texts,
                       EmbedRows *out)
{
    (void)pool, (void)kind;
    float *rows = ARENA_ARRAY(cx->arena, float, out->count *DIMS);
    bool *missing = ARENA_ARRAY(cx->arena, bool, out->count);
    for (size_t i = 0; i < out->count; i++) {
        missing[i] = str_contains(texts[i], STR("lost"));
        out->missing_count += missing[i];
        if (!missing[i]) letters(texts[i], rows + i * DIMS);
    }
    ++*(int *)self;
    out->rows = rows;
    out->dims = DIMS;
    out->missing = missing;
    if (out->missing_count) out->limit = STR("some are lost");
    return NULL;
}

static const EmbedBackend fake = {"fake", fake_model, fake_embed, NULL};

static const char *const texts[FILES] = {"alpha beta\n",  "beta gamma\n",   "gamma delta\n",
                                         "lost words\n",  "zebra quagga\n", "alpha\n",
                                         "delta delta\n", "hello hello\n",  "quick fox\n"};

typedef struct Side { // one part
    LexiconBuilder *builder;
    Lexicon lexicon;
    DensePart dense;
} Side;

static Str path_of(Arena *arena, size_t file)
{
    return str_format(arena, "f%zu.txt", file);
}

static bool read_text(Ctx *cx, void *arg, uint32_t file, Str path, Str *text)
{
    (void)file;
    (void)arg;
    for (size_t i = 0; i < FILES; i++)
        if (str_eq(path, path_of(cx->arena, i))) *text = str_from(texts[i]);
    return text->ptr != NULL;
}

static void make_side(Ctx *cx, const bool *taken, const bool *dead, Side *out)
{
    int calls = 0;
    DocMaker *maker = doc_maker_new(NULL);
    out->builder = lexicon_builder_new();
    for (size_t i = 0; i < FILES; i++) {
        Doc doc;
        if (taken && !taken[i]) continue;
        assert_null(doc_make(cx, maker, LANG_NONE, FORM_PROSE, str_from(texts[i]), &doc));
        lexicon_add(out->builder, path_of(cx->arena, i), &doc);
    }
    doc_maker_free(maker);
    lexicon_view(lexicon_finish(out->builder), &out->lexicon);
    Embedder *embedder = embed_new(&fake, &calls);
    DenseSpec spec = {.embedder = embedder, .read = read_text, .dead = dead};
    SegmentSection *sections = ARENA_ARRAY(cx->arena, SegmentSection, DENSE_SECTIONS);
    DenseReport report;
    assert_null(dense_make(cx, &spec, &out->lexicon, sections, &report));
    assert_true(dense_open_sections(sections, &out->dense));
    assert_int_equal(report.made + report.missing, out->lexicon.head->chunks);
    assert_true(report.missing <= 1 && (report.missing == 1) == (report.limit.len > 0));
    assert_true(calls == 1 || !out->lexicon.head->chunks); // a batch for all
    // The same through a segment, as an attachment is one.
    Segment *segment = segment_in_memory(sections, DENSE_SECTIONS);
    Digest model = embed_fingerprint(embedder), other = digest_of(STR("another model"));
    DensePart part;
    assert_true(dense_open(segment, &model, out->lexicon.head->chunks, &part));
    assert_int_equal(part.tables[DENSE_CHUNKS].counts.with_row,
                     out->dense.tables[DENSE_CHUNKS].counts.with_row);
    assert_false(dense_open(segment, &other, out->lexicon.head->chunks, &part));
    assert_false(dense_open(segment, &model, out->lexicon.head->chunks + 1, &part));
    segment_close(segment);
    embed_free(embedder);
}

static float naive[FILES];

static void compute_naive(const float *query)
{
    float rows[FILES][DIMS], mean[DIMS] = {0}, centred[DIMS];
    Arena arena = {0};
    for (size_t i = 0; i < FILES; i++) {
        Str text = str_join(&arena, path_of(&arena, i), STR("\n"), str_from(texts[i]));
        letters(text, rows[i]);
        for (size_t k = 0; k < DIMS && i != 3; k++) mean[k] += rows[i][k] / (FILES - 1);
    }
    for (size_t k = 0; k < DIMS; k++) centred[k] = query[k] - mean[k];
    assert_true(embed_normalise(centred, DIMS));
    for (size_t i = 0; i < FILES; i++) {
        for (size_t k = 0; k < DIMS; k++) rows[i][k] -= mean[k];
        assert_true(embed_normalise(rows[i], DIMS));
        naive[i] = vectors_dot(centred, rows[i], DIMS);
    }
    arena_fini(&arena);
}

static Str hits_text(Arena *arena, const Corpus *corpus, const DenseHits *hits)
{
    Buf out = buf_on(arena);
    for (size_t i = 0; i < hits->len; i++) {
        Str path = corpus_path(corpus, corpus_file_of(corpus, hits->items[i].chunk));
        buf_addf(&out, STR_FMT " %a\n", STR_ARG(path), (double)hits->items[i].score);
    }
    return buf_str(&out);
}

// The outlines of a corpus's living files, by path.
static Str outlines_text(Ctx *cx, const Corpus *corpus, const DensePart *parts, const float *query)
{
    DenseQuery spec = {.corpus = corpus, .parts = parts, .vector = query, .dims = DIMS};
    Buf out = buf_on(cx->arena);
    for (size_t i = 0; i < FILES; i++) {
        Str path = path_of(cx->arena, i);
        for (uint32_t file = 0; file < corpus->files; file++) {
            const CorpusPart *part = corpus_part_of_file(corpus, file);
            bool dead = corpus_is_dead(part, file - part->first_file);
            if (dead || !str_eq(corpus_path(corpus, file), path)) continue;
            float score;
            dense_outlines(cx->arena, &spec, &file, 1, &score);
            buf_addf(&out, STR_FMT " %a\n", STR_ARG(path), (double)score);
        }
    }
    return buf_str(&out);
}

static Str search(Ctx *cx, const Corpus *corpus, const DensePart *parts, const char *question,
                  const bool *allowed, DenseHits *hits)
{
    float *query = ARENA_ARRAY(cx->arena, float, DIMS);
    letters(str_from(question), query);
    DenseQuery spec = {
        .corpus = corpus, .parts = parts, .vector = query, .dims = DIMS, .allowed_files = allowed};
    assert_null(dense_search(cx, NULL, &spec, hits));
    compute_naive(query);
    return hits_text(cx->arena, corpus, hits);
}

static void agrees_with_the_naive_one(void **state)
{
    (void)state;
    static const char *const questions[] = {"alpha", "hello", "quagga", "delta gamma"};
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Side side;
    Corpus corpus;
    DenseHits hits;
    make_side(&cx, NULL, NULL, &side);
    corpus_init(&arena, &side.lexicon, NULL, 1, &corpus);
    for (size_t q = 0; q < ARRAY_LEN(questions); q++) {
        search(&cx, &corpus, &side.dense, questions[q], NULL, &hits);
        assert_int_equal(hits.len, FILES - 1); // but for the lost one
        assert_int_equal(hits.without, 1);
        assert_false(hits.cut);
        for (size_t i = 0; i < hits.len; i++) {
            assert_float_equal(hits.items[i].score, naive[hits.items[i].chunk], 0.02);
            if (i) assert_true(hits.items[i - 1].score >= hits.items[i].score);
        }
        bool allowed[FILES] = {[2] = true, [6] = true};
        search(&cx, &corpus, &side.dense, questions[q], allowed, &hits);
        assert_int_equal(hits.len, 2);
        for (size_t i = 0; i < hits.len; i++) assert_true(allowed[hits.items[i].chunk]);
    }
    lexicon_builder_free(side.builder);
    arena_fini(&arena);
}

// Every way to spread the files over two parts, dead copies of the second part's in the first.
static void parts_are_as_one(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Side whole;
    Corpus clean;
    DenseHits hits;
    make_side(&cx, NULL, NULL, &whole);
    corpus_init(&arena, &whole.lexicon, NULL, 1, &clean);
    float query[DIMS];
    letters(STR("delta"), query);
    Str expected = search(&cx, &clean, &whole.dense, "delta", NULL, &hits);
    Str outlines = outlines_text(&cx, &clean, &whole.dense, query);
    for (unsigned in_delta = 1; in_delta + 1 < 1U << FILES; in_delta += 7) {
        bool delta[FILES];
        Side second;
        Corpus corpus;
        for (size_t i = 0; i < FILES; i++) delta[i] = in_delta >> i & 1;
        make_side(&cx, delta, NULL, &second);
        Lexicon lexicons[2] = {whole.lexicon, second.lexicon};
        DensePart parts[2] = {whole.dense, second.dense};
        const bool *dead[2] = {delta, NULL};
        corpus_init(&arena, lexicons, dead, 2, &corpus);
        CHECK_STR(search(&cx, &corpus, parts, "delta", NULL, &hits), expected);
        CHECK_STR(outlines_text(&cx, &corpus, parts, query), outlines);
        parts[1] = (DensePart){0}; // no vectors for what changed
        search(&cx, &corpus, parts, "delta", NULL, &hits);
        assert_int_equal(hits.without, second.lexicon.head->chunks + !delta[3]);
        lexicon_builder_free(second.builder);
    }
    lexicon_builder_free(whole.builder);
    arena_fini(&arena);
}

static void nothing_there(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Side side;
    Corpus corpus;
    DenseHits hits;
    DensePart none = {0};
    bool lost[FILES] = {[3] = true};
    make_side(&cx, lost, NULL, &side);
    corpus_init(&arena, &side.lexicon, NULL, 1, &corpus);
    search(&cx, &corpus, &none, "alpha", NULL, &hits);
    assert_int_equal(hits.len, 0);
    assert_int_equal(hits.without, 1);
    search(&cx, &corpus, &side.dense, "alpha", NULL, &hits); // its only chunk has no row
    assert_int_equal(hits.len, 0);
    assert_int_equal(hits.without, 1);
    lexicon_builder_free(side.builder);
    arena_fini(&arena);
}

int retrieve_dense_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_naive_one),
        cmocka_unit_test(parts_are_as_one),
        cmocka_unit_test(nothing_there),
    };
    return RUN_TESTS(tests);
}
