// service/find_channels.c
//
// DESIGN. The question's vector is made by one task on an I/O thread, which writes to `asked`
// alone; group_wait ends it, and nothing reads `asked` before. A task ends by the deadline itself,
// as embed_texts does, so no wait is longer than that.
#include "service/find_channels.h"

#include "base/clock.h"
#include "retrieve/ann_set.h"
#include "retrieve/expand.h"
#include "retrieve/late.h"
#include "retrieve/model.h"
#include "runtime/cell.h"
#include "runtime/policy.h"

// Where words found enough files, only their vectors are compared: that ranks as well (NDCG@10
// 0.911 either way, docs/vectors.md). Else all are, for files that say it in other words, unless
// there are so many that it takes some 10 ms.
enum { ENOUGH_FILES = 30, MOST_FILES = 40, FEW_CHUNKS = 2000, MOST_SCANNED = 200000 };
static const int64_t spare_ns = 5 * NS_PER_S;

typedef struct Asked { // the question's vector
    Arena arena;
    Ctx cx;
    Group group;
    bool running;
    Embedder *embedder;
    Str text;
    EmbedRows rows;
    Fail fail;
} Asked;

struct Channels {
    Ctx *cx;
    ChannelsSpec spec;
    ChannelsReport report;
    Lease lease, ann;
    Embedder *embedder; // NULL: no channel but words
    EmbedModel model;
    DensePart *parts; // by part of the corpus
    Asked asked;
    DenseHits hits;
    bool late, sparse;
};

const char *channel_state_name(ChannelState state)
{
    static const char *const names[] = {"unused", "used", "partly", "missing"};
    return names[state];
}

static void set_state(Channels *channels, RankChannel channel, ChannelState state, Str why)
{
    ChannelReport *report = &channels->report.of[channel];
    report->state = state;
    report->why = why;
}

// --- which channels ---

Str channels_why_no_vectors(const Policy *policy, const Embedder *embedder, bool *is_limit)
{
    Str backend = embed_model(embedder).backend;
    bool none = str_eq(backend, STR("none")), hash = str_eq(backend, STR("hash"));
    *is_limit = none && policy->find.dense == CHANNEL_ON;
    if (policy->find.dense == CHANNEL_OFF) return STR("off: find.dense");
    if (none) return STR("embed.backend is none");
    if (policy->find.dense == CHANNEL_ON || !hash) return STR("");
    return STR("off: hashed words do not help (find.dense: on)");
}

static void resolve(Channels *channels)
{
    const FindPolicy *policy = &channels->spec.env->policy->find;
    ChannelsReport *report = &channels->report;
    report->fusion = policy->fusion ? FUSE_RRF : FUSE_SCORES;
    report->rrf_k = policy->rrf_k;
    report->deadline_ns = policy->deadline_ms * NS_PER_MS;
    report->of[CHANNEL_LEXICAL].weight = policy->weight_lexical;
    report->of[CHANNEL_DENSE].weight = policy->weight_dense;
    report->of[CHANNEL_LATE].weight = policy->weight_late;
    set_state(channels, CHANNEL_LEXICAL, CHANNEL_USED, STR(""));
    set_state(channels, CHANNEL_DENSE, CHANNEL_UNUSED, STR("off: find.dense"));
    set_state(channels, CHANNEL_LATE, CHANNEL_UNUSED, STR("off: find.late"));
    set_state(channels, CHANNEL_SPARSE, CHANNEL_UNUSED, STR("off: find.sparse"));
}

// --- vectors of the parts ---

static bool read_text(Ctx *cx, void *arg, uint32_t file, Str path, Str *text)
{
    (void)file;
    const Channels *channels = arg;
    size_t most = (size_t)channels->spec.max_file_bytes;
    const char *name = str_cstr(cx->arena, path);
    Fail fail = os_read_file(cx, channels->spec.workspace->dir, name, most, text);
    return !fail;
}

static Fail make_part(Ctx *cx, Channels *channels, size_t number)
{
    const CorpusPart *part = &channels->spec.index->corpus.parts[number];
    SegmentSection sections[DENSE_SECTIONS];
    DenseReport report;
    DenseSpec spec = {.embedder = channels->embedder,
                      .pool = channels->spec.env->pool,
                      .read = read_text,
                      .read_arg = channels,
                      .dead = part->dead};
    TRY(dense_make(cx, &spec, part->lexicon, sections, &report));
    if (!dense_open_sections(sections, &channels->parts[number]))
        channels->parts[number] = (DensePart){0};
    return NULL;
}

static bool has_ann(const Snapshot *snapshot)
{
    for (size_t i = 0; snapshot && i < snapshot->part_count; i++)
        if (snapshot->parts[i].attached[ATTACH_ANN]) return true;
    return false;
}

// Of the snapshot that is looked at. Without FAISS everything is scanned, which is only slower.
static const AnnSet *lease_ann(Ctx *cx, Channels *channels)
{
    const Opened *opened = channels->spec.index->view.opened;
    Cell *cell = channels->spec.env->ann;
    if (!opened || !cell || !has_ann(opened->snapshot)) return NULL;
    for (int i = 0; i < 2; i++) {
        if (cell_lease(cx, cell, &channels->ann)) return NULL;
        const AnnSet *set = channels->ann.value;
        if (set->opened == opened) return set;
        lease_release(&channels->ann); // of an older snapshot
        if (i == 0) cell_invalidate(cx, cell);
    }
    return NULL;
}

// Those of published parts are read; those of changed files made, when that needs no server.
static Fail find_parts(Ctx *cx, Channels *channels)
{
    const FindIndex *index = channels->spec.index;
    const Opened *opened = index->view.opened; // NULL: a cold answer
    const Snapshot *snapshot = opened ? opened->snapshot : NULL;
    size_t published = snapshot ? snapshot->part_count : 0;
    Digest model = embed_fingerprint(channels->embedder);
    const AnnSet *ann = lease_ann(cx, channels);
    channels->parts = ARENA_ARRAY(cx->arena, DensePart, index->corpus.part_count);
    for (size_t i = 0; i < index->corpus.part_count; i++) {
        uint32_t chunks = index->corpus.parts[i].lexicon->head->chunks;
        if (i < published) {
            const Segment *vectors = snapshot->parts[i].attached[ATTACH_VECTORS];
            bool there = vectors && dense_open(vectors, &model, chunks, &channels->parts[i]);
            if (!there) channels->report.vectors_due = true;
            else if (ann) channels->parts[i].ann = ann->parts[i];
        } else if (channels->model.is_local && chunks) {
            TRY(make_part(cx, channels, i));
        }
    }
    return NULL;
}

// --- the question's vector ---

static void embed_question(void *arg, int slot)
{
    (void)slot;
    Asked *asked = arg;
    asked->fail =
        embed_texts(&asked->cx, asked->embedder, NULL, EMBED_QUERY, &asked->text, 1, &asked->rows);
}

void channels_ask(Ctx *cx, Channels *channels, Str question)
{
    Asked *asked = &channels->asked;
    if (!channels->embedder) return;
    arena_reset(&asked->arena);
    asked->cx = ctx_child(cx, &asked->arena);
    int64_t deadline_ns = clock_now_ns() + channels->report.deadline_ns;
    if (!asked->cx.deadline_ns || deadline_ns < asked->cx.deadline_ns)
        asked->cx.deadline_ns = deadline_ns;
    asked->embedder = channels->embedder;
    asked->text = question;
    group_init(&asked->group, channels->spec.env->pool, NULL);
    asked->running = !channels->model.is_local;
    if (asked->running) pool_submit_io(&asked->group, embed_question, asked);
    else embed_question(asked, 0);
}

static void wait_for_question(Channels *channels)
{
    if (channels->asked.running) group_wait(&channels->asked.group);
    channels->asked.running = false;
}

// --- beginning and ending ---

static Fail begin(Ctx *cx, Channels *channels)
{
    const FindPolicy *policy = &channels->spec.env->policy->find;
    Fail fail = cell_lease(cx, channels->spec.env->embedder, &channels->lease);
    if (fail) {
        set_state(channels, CHANNEL_DENSE, CHANNEL_MISSING, fail->detail);
        return ctx_check(cx);
    }
    Embedder *embedder = (Embedder *)(uintptr_t)channels->lease.value; // for many threads
    channels->model = embed_model(embedder);
    bool is_limit;
    Str why = channels_why_no_vectors(channels->spec.env->policy, embedder, &is_limit);
    bool none = str_eq(channels->model.backend, STR("none")), dense = !why.len;
    channels->late = policy->late == CHANNEL_ON;
    channels->sparse = policy->sparse == CHANNEL_ON;
    if (!dense)
        set_state(channels, CHANNEL_DENSE, is_limit ? CHANNEL_MISSING : CHANNEL_UNUSED, why);
    if (!dense && !channels->late && !channels->sparse) return NULL;
    channels->report.backend = str_copy(cx->arena, channels->model.backend);
    channels->report.model = str_copy(cx->arena, channels->model.model);
    if (none) {
        if (channels->late) set_state(channels, CHANNEL_LATE, CHANNEL_MISSING, why);
        if (channels->sparse) set_state(channels, CHANNEL_SPARSE, CHANNEL_MISSING, why);
        channels->late = channels->sparse = false;
        return NULL;
    }
    channels->embedder = embedder;
    if (dense) TRY(find_parts(cx, channels));
    channels_ask(cx, channels, channels->spec.question);
    return NULL;
}

Fail channels_begin(Ctx *cx, const ChannelsSpec *spec, Channels **out)
{
    Channels *channels = ARENA_NEW(cx->arena, Channels);
    *channels = (Channels){.cx = cx, .spec = *spec};
    resolve(channels);
    *out = channels;
    const FindPolicy *policy = &spec->env->policy->find;
    bool off =
        policy->dense == CHANNEL_OFF && policy->late != CHANNEL_ON && policy->sparse != CHANNEL_ON;
    if (off || !spec->env->embedder) return NULL;
    Fail fail = begin(cx, channels);
    if (fail) channels_end(channels, NULL);
    return fail;
}

// A server that does not answer is not asked again for a while: not every find waits for it.
static void spare_server(Channels *channels)
{
    if (channels->model.is_local || ctx_stopped(channels->cx) != STOP_NONE) return;
    Fail fail = FAIL(channels->cx->arena, UNAVAILABLE, STR_FMT,
                     STR_ARG(channels->report.of[CHANNEL_DENSE].why));
    cell_record_failure(channels->spec.env->embedder, fail, spare_ns);
}

static DenseQuery make_query(const Channels *channels)
{
    return (DenseQuery){.corpus = &channels->spec.index->corpus,
                        .parts = channels->parts,
                        .vector = channels->asked.rows.rows,
                        .dims = channels->asked.rows.dims,
                        .allowed_files = channels->spec.allowed_files};
}

static void score_outlines(void *arg, const uint32_t *files, size_t count, float *scores)
{
    const Channels *channels = arg;
    DenseQuery query = make_query(channels);
    dense_outlines(channels->cx->arena, &query, files, count, scores);
}

// Of published vectors that are not of these dimensions; 0: there are none. The server has another
// model under the old name.
static uint32_t other_dims(const Channels *channels, uint32_t dims)
{
    for (size_t i = 0; i < channels->spec.index->corpus.part_count; i++) {
        uint32_t of = channels->parts[i].tables[DENSE_CHUNKS].vectors.shape.dims;
        if (of && of != dims) return of;
    }
    return 0;
}

static bool says_anything(const EmbedRows *question)
{
    for (uint32_t i = 0; i < question->dims; i++)
        if (question->rows[i] < 0 || question->rows[i] > 0) return true;
    return false;
}

static const DenseHits *find_dense(void *arg, const uint32_t *files, size_t count)
{
    Channels *channels = arg;
    const Asked *asked = &channels->asked;
    wait_for_question(channels);
    if (asked->fail || asked->rows.missing_count || !asked->rows.dims) {
        Str why = asked->fail ? asked->fail->detail : asked->rows.limit;
        set_state(channels, CHANNEL_DENSE, CHANNEL_MISSING, str_copy(channels->cx->arena, why));
        spare_server(channels);
        return NULL;
    }
    if (!says_anything(&asked->rows)) { // it would be as near to what all chunks have least of
        set_state(channels, CHANNEL_DENSE, CHANNEL_UNUSED,
                  STR("the question has no word that the model knows"));
        return NULL;
    }
    Ctx cx = *channels->cx;
    cx.deadline_ns = asked->cx.deadline_ns;
    DenseQuery query = make_query(channels);
    uint32_t chunks = channels->spec.index->corpus.live_chunks;
    bool many = chunks > MOST_SCANNED;
    bool some = !channels->ann.value && (many || (chunks > FEW_CHUNKS && count >= ENOUGH_FILES));
    if (some) {
        query.only_files = files;
        query.only_count = MIN(count, (size_t)MOST_FILES); // those where words match best
    }
    Fail fail = dense_search(&cx, channels->spec.env->pool, &query, &channels->hits);
    if (fail) {
        set_state(channels, CHANNEL_DENSE, CHANNEL_MISSING, fail->detail);
        return NULL;
    }
    uint64_t without = channels->hits.without;
    uint32_t other = other_dims(channels, query.dims);
    if (other)
        set_state(channels, CHANNEL_DENSE, CHANNEL_PARTLY,
                  str_format(channels->cx->arena,
                             "%llu of %llu chunks have none of its vectors: it has %u dimensions, "
                             "theirs have %u; cq cache evict --namespace embed, then cq index "
                             "--full, make them anew",
                             (unsigned long long)without,
                             (unsigned long long)channels->spec.index->corpus.live_chunks,
                             query.dims, other));
    else if (channels->hits.cut)
        set_state(channels, CHANNEL_DENSE, CHANNEL_PARTLY, STR("cut at find.deadline_ms"));
    else if (without)
        set_state(channels, CHANNEL_DENSE, CHANNEL_PARTLY,
                  str_format(channels->cx->arena, "%llu of %llu chunks have no vector yet",
                             (unsigned long long)without,
                             (unsigned long long)channels->spec.index->corpus.live_chunks));
    else if (channels->hits.by_index)
        set_state(channels, CHANNEL_DENSE, CHANNEL_USED,
                  STR("found by an index of candidates (ann.family): some as near may be missing"));
    else if (many && some)
        set_state(channels, CHANNEL_DENSE, CHANNEL_USED,
                  STR("compared with files that words found only, as there are so many vectors"));
    else set_state(channels, CHANNEL_DENSE, CHANNEL_USED, STR(""));
    return &channels->hits;
}

// --- late interaction ---

static bool score_by_table(Channels *channels, const Model *table, const uint32_t *chunks,
                           size_t count, float *scores)
{
    Late *late =
        late_begin(channels->cx->arena, table, &channels->spec.index->corpus, channels->asked.text);
    if (!late) return false;
    for (size_t i = 0; i < count; i++) scores[i] = late_score(late, chunks[i]);
    return !model_intact(channels->cx, table);
}

// The lines of a chunk, as they are now.
static Str chunk_text(Ctx *cx, Channels *channels, uint32_t chunk)
{
    const Corpus *corpus = &channels->spec.index->corpus;
    const LexChunk *row = corpus_chunk(corpus, chunk);
    Str path = corpus_path(corpus, corpus_file_of(corpus, chunk)), text;
    if (!read_text(cx, channels, 0, path, &text)) return path;
    LineStarts lines = lines_find(cx->arena, text);
    return lines_between(text, &lines, row->first_line, row->last_line);
}

// A model that gives a row a token is asked for the chunks' rows now.
static bool score_by_rows(Channels *channels, const uint32_t *chunks, size_t count, float *scores)
{
    Ctx cx = *channels->cx;
    EmbedRows rows;
    Str *texts = ARENA_ARRAY(cx.arena, Str, count);
    cx.deadline_ns = channels->asked.cx.deadline_ns;
    for (size_t i = 0; i < count; i++) texts[i] = chunk_text(&cx, channels, chunks[i]);
    if (embed_texts(&cx, channels->embedder, channels->spec.env->pool, EMBED_DOCUMENT, texts, count,
                    &rows) ||
        rows.missing_count)
        return false;
    for (size_t i = 0; i < count; i++) scores[i] = late_rows(&channels->asked.rows, 0, &rows, i);
    return true;
}

static bool score_late(void *arg, const uint32_t *chunks, size_t count, float *scores)
{
    Channels *channels = arg;
    const Asked *asked = &channels->asked;
    const Model *table = embed_table(channels->embedder);
    bool done = false;
    wait_for_question(channels);
    Str why = STR("the model gives one row for a whole text");
    if (table) {
        done = score_by_table(channels, table, chunks, count, scores);
        why = STR("no word of the question is in the table");
    } else if (channels->model.many_rows && !asked->fail && !asked->rows.missing_count) {
        done = score_by_rows(channels, chunks, count, scores);
        why = STR("the rows of the best chunks did not come in time");
    }
    set_state(channels, CHANNEL_LATE, done ? CHANNEL_USED : CHANNEL_MISSING, done ? STR("") : why);
    return done;
}

void channels_expand(Ctx *cx, Channels *channels, Query *query)
{
    const Model *table = channels->embedder ? embed_table(channels->embedder) : NULL;
    static const ExpandSpec as_built = {0};
    Query more = *query;
    if (!channels->sparse) return;
    size_t added = table ? expand_query(cx->arena, table, &as_built, &more) : 0;
    if (!table || model_intact(cx, table)) {
        set_state(channels, CHANNEL_SPARSE, CHANNEL_MISSING, STR("there is no table of tokens"));
        return;
    }
    *query = more;
    set_state(channels, CHANNEL_SPARSE, CHANNEL_USED,
              str_format(cx->arena, "%zu words were added to the question", added));
}

void channels_join(Channels *channels, RankSpec *rank)
{
    rank->fusion = channels->report.fusion;
    rank->rrf_k = channels->report.rrf_k;
    for (int i = 0; i < CHANNELS; i++) rank->channel_weights[i] = channels->report.of[i].weight;
    rank->channel_arg = channels;
    if (channels->parts) rank->dense = find_dense;
    if (channels->parts) rank->outlines = score_outlines;
    if (channels->late) rank->late = score_late;
}

void channels_end(Channels *channels, ChannelsReport *out)
{
    if (!channels) return;
    wait_for_question(channels);
    arena_fini(&channels->asked.arena);
    lease_release(&channels->ann);
    lease_release(&channels->lease);
    if (out) *out = channels->report;
}
