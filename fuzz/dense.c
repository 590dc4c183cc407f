// fuzz/dense.c - vectors beside a segment: any bytes either are refused or can be searched; so can
// those of a real part of which some bytes were changed.
#include <stdlib.h>

#include "index/doc.h"
#include "retrieve/dense.h"

enum { FILES = 4, DIMS = 8 };

static const char *const texts[FILES] = {"retry a socket", "the cache is full", "",
                                         "lock\nthe\npage"};

static bool read_text(Ctx *cx, void *arg, uint32_t file, Str path, Str *text)
{
    (void)cx, (void)arg, (void)path;
    *text = str_from(texts[file % FILES]);
    return file != 3;
}

static void search(Ctx *cx, const Lexicon *lexicon, const DensePart *part)
{
    Corpus corpus;
    DenseHits hits;
    bool dead[FILES] = {false, true};
    const bool *dead_of[1] = {dead};
    uint32_t dims = part->tables[DENSE_CHUNKS].vectors.shape.dims;
    if (!dims) dims = DIMS;
    float *vector = ARENA_ARRAY(cx->arena, float, dims);
    vector[0] = 1;
    corpus_init(cx->arena, lexicon, dead_of, 1, &corpus);
    DenseQuery query = {.corpus = &corpus, .parts = part, .vector = vector, .dims = dims};
    uint32_t all[FILES] = {0, 1, 2, 3};
    float scores[FILES];
    if (dense_search(cx, NULL, &query, &hits)) abort();
    dense_outlines(cx->arena, &query, all, FILES, scores);
    query.only_files = all;
    query.only_count = FILES;
    if (dense_search(cx, NULL, &query, &hits)) abort();
    for (size_t i = 0; i < hits.len; i++)
        if (hits.items[i].chunk >= corpus.live_chunks + FILES) abort();
}

static void try_sections(Ctx *cx, const Lexicon *lexicon, const SegmentSection *sections)
{
    DensePart part;
    Segment *segment = segment_in_memory(sections, DENSE_SECTIONS);
    Digest model = {0};
    Str head = sections[0].bytes;
    if (head.len >= 8 + sizeof model) memcpy(&model, head.ptr + 8, sizeof model);
    if (dense_open(segment, &model, lexicon->head->chunks, &part)) search(cx, lexicon, &part);
    segment_close(segment);
}

// The first bytes are the head, of which the version and the numbers of rows are right; the rest is
// cut into sections as the head says, as far as it goes.
static void try_bytes(Ctx *cx, const Lexicon *lexicon, Str data)
{
    DenseHead head = {0};
    size_t used = MIN(data.len, sizeof head);
    memcpy(&head, data.ptr, used);
    head.version = DENSE_VERSION;
    head.of[DENSE_CHUNKS].rows = lexicon->head->chunks;
    head.of[DENSE_FILES].rows = lexicon->head->files;
    SegmentSection sections[DENSE_SECTIONS] = {
        {DENSE_SECTION_HEAD, {(const char *)&head, sizeof head}}};
    Str rest = str_sub(data, used, data.len);
    for (uint32_t kind = 0; kind < DENSE_KINDS; kind++) {
        VectorShape shape = {.dims = MAX(head.dims % VECTOR_DIMS_MOST, 1u),
                             .rows = head.of[kind].rows};
        size_t lens[2] = {(size_t)vectors_bytes(shape), head.dims * sizeof(int64_t)};
        for (uint32_t k = 0; k < 2; k++) {
            size_t len = MIN(lens[k], rest.len);
            char *copy = arena_alloc_raw(cx->arena, len + 64);
            char *aligned = (char *)(((uintptr_t)copy + 63) & ~(uintptr_t)63);
            if (len) memcpy(aligned, rest.ptr, len);
            rest = str_sub(rest, len, rest.len);
            sections[1 + 2 * kind + k] =
                (SegmentSection){DENSE_SECTION_ROWS + 2 * kind + k, {aligned, len}};
        }
    }
    try_sections(cx, lexicon, sections);
}

// (which section, where, what) three bytes each.
static void try_changed(Ctx *cx, const Lexicon *lexicon, Str data)
{
    EmbedPolicy policy = {.backend = EMBED_HASH};
    Embedder *embedder = embed_open(&policy, NULL);
    DenseSpec spec = {.embedder = embedder, .read = read_text};
    SegmentSection sections[DENSE_SECTIONS];
    DenseReport report;
    if (dense_make(cx, &spec, lexicon, sections, &report)) abort();
    embed_free(embedder);
    for (size_t i = 0; i + 3 < data.len; i += 4) {
        Str bytes = sections[(unsigned char)data.ptr[i] % DENSE_SECTIONS].bytes;
        size_t at = (size_t)(unsigned char)data.ptr[i + 1] | (size_t)(unsigned char)data.ptr[i + 2]
                                                                 << 8;
        if (bytes.len) ((char *)(uintptr_t)bytes.ptr)[at % bytes.len] = data.ptr[i + 3];
    }
    try_sections(cx, lexicon, sections);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Lexicon lexicon;
    DocMaker *maker = doc_maker_new(NULL);
    LexiconBuilder *builder = lexicon_builder_new();
    for (size_t i = 0; i < FILES; i++) {
        Doc doc;
        if (doc_make(&cx, maker, LANG_NONE, FORM_PROSE, str_from(texts[i]), &doc)) abort();
        lexicon_add(builder, str_format(&arena, "f%zu.txt", i), &doc);
    }
    lexicon_view(lexicon_finish(builder), &lexicon);
    try_bytes(&cx, &lexicon, (Str){(const char *)data, size});
    try_changed(&cx, &lexicon, (Str){(const char *)data, size});
    lexicon_builder_free(builder);
    doc_maker_free(maker);
    arena_fini(&arena);
    return 0;
}
