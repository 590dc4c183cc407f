// service/index_vectors.c - the vectors of a refresh: of the new parts, and of kept ones that have
// none of this model.
#include "runtime/cell.h"
#include "runtime/policy.h"
#include "service/find_channels.h"
#include "service/index_plan_.h"

// --- which model, which parts

static bool has_all(const IndexVectors *vectors, const SnapshotPart *part)
{
    Lexicon lexicon;
    DensePart dense;
    const Segment *attached = part->attached[ATTACH_VECTORS];
    if (!attached || !lexicon_open_segment(part->segment, &lexicon)) return false;
    return dense_open(attached, &vectors->model, lexicon.head->chunks, &dense) &&
           !dense.tables[DENSE_CHUNKS].counts.missing;
}

void index_vectors_begin(Ctx *cx, IndexWork *work)
{
    IndexVectors *vectors = &work->vectors;
    const Env *env = work->spec->env;
    size_t count;
    const StagePart *kept = stage_kept(work->stage, &count);
    vectors->due = ARENA_ARRAY(cx->arena, size_t, count);
    if (!env || !env->embedder) {
        vectors->why = STR("there is no embedder");
        return;
    }
    Fail fail = cell_lease(cx, env->embedder, &vectors->lease);
    if (fail) {
        vectors->why = fail->detail;
        vectors->is_limit = true;
        return;
    }
    vectors->embedder = (Embedder *)(uintptr_t)vectors->lease.value; // for any threads
    vectors->why = channels_why_no_vectors(env->policy, vectors->embedder, &vectors->is_limit);
    if (vectors->why.len) return;
    vectors->wanted = true;
    vectors->model = embed_fingerprint(vectors->embedder);
    for (size_t i = 0; i < count; i++)
        if (!has_all(vectors, kept[i].was)) vectors->due[vectors->due_count++] = i;
}

void index_vectors_end(IndexWork *work)
{
    lease_release(&work->vectors.lease);
}

// --- embed.vectors

typedef struct Made {
    SegmentSection sections[DENSE_SECTIONS];
    DenseReport report;
} Made;

typedef struct Texts { // of a part
    const RefreshSpec *spec;
    const StageContent *contents;
} Texts;

// A file that was changed since it was chunked is as if it could not be read: its vectors would be
// those of another text.
static bool read_text(Ctx *cx, void *arg, uint32_t file, Str path, Str *text)
{
    const Texts *texts = arg;
    FileLook look;
    const StageContent *content = &texts->contents[file];
    file_look(cx, texts->spec->workspace->dir, str_cstr(cx->arena, path),
              texts->spec->max_file_bytes, &look);
    *text = look.text;
    return look.row.has_digest && content->known && digest_eq(&look.digest, &content->digest);
}

static void leave_out_dead(Ctx *cx, const StageContent *contents, uint32_t count, DenseSpec *spec)
{
    bool *dead = ARENA_ARRAY(cx->arena, bool, count);
    for (uint32_t i = 0; i < count; i++) dead[i] = !contents[i].live;
    spec->dead = dead;
}

static Fail embed_part(Ctx *cx, const IndexWork *work, uint32_t part, Made *made)
{
    Segment *segment;
    Lexicon lexicon;
    const RefreshSpec *refresh = work->spec->refresh;
    Texts texts = {.spec = refresh};
    DenseSpec spec = {.embedder = work->vectors.embedder,
                      .pool = refresh->pool,
                      .read = read_text,
                      .read_arg = &texts};
    TRY(stage_open(cx, work->stage, part, &segment));
    Fail fail = opened_lexicon(cx, segment, &lexicon);
    if (!fail) {
        texts.contents = stage_contents(cx, work->stage, part, lexicon.head->files);
        leave_out_dead(cx, texts.contents, lexicon.head->files, &spec);
        fail = dense_make(cx, &spec, &lexicon, made->sections, &made->report);
    }
    if (!fail) fail = segment_intact(cx, segment);
    segment_close(segment);
    return fail;
}

static uint32_t part_of(const IndexWork *work, const IndexTarget *target)
{
    size_t count;
    if (target->kept) return stage_kept(work->stage, &count)[target->number].part;
    return stage_ranges(work->stage, &count)[target->number].part;
}

Fail index_embed(Ctx *cx, const IndexWork *work, const IndexTarget *target, const void **value,
                 Str *why)
{
    Made *made = ARENA_NEW(cx->arena, Made);
    uint32_t part = part_of(work, target);
    *why = work->vectors.why;
    if (!work->vectors.wanted) return NULL;
    if (part == FILE_NONE) {
        *why = STR("no file of it has content");
        return NULL;
    }
    TRY(embed_part(cx, work, part, made));
    *value = made;
    return NULL;
}

Str index_embed_says(Arena *arena, const void *value)
{
    const DenseReport *report = &((const Made *)value)->report;
    Str text = str_format(arena, "%llu rows", (unsigned long long)report->made);
    if (report->known)
        text = str_format(arena, STR_FMT ", %llu of them known", STR_ARG(text),
                          (unsigned long long)report->known);
    if (report->missing)
        text = str_format(arena, STR_FMT "; %llu missing: " STR_FMT, STR_ARG(text),
                          (unsigned long long)report->missing, STR_ARG(report->limit));
    return text;
}

Str index_embed_limit(const void *value)
{
    return ((const Made *)value)->report.limit;
}

// --- vectors.add

// What it has of this model is as much: a server that is still down makes no new version.
static bool is_no_more(const IndexWork *work, const IndexTarget *target, const Made *made)
{
    size_t count;
    Lexicon lexicon;
    DensePart dense;
    if (!target->kept) return false;
    const SnapshotPart *part = stage_kept(work->stage, &count)[target->number].was;
    const Segment *attached = part->attached[ATTACH_VECTORS];
    if (!attached || !lexicon_open_segment(part->segment, &lexicon)) return false;
    bool there = dense_open(attached, &work->vectors.model, lexicon.head->chunks, &dense);
    return there && dense.tables[DENSE_CHUNKS].counts.missing <= made->report.missing;
}

Fail index_add_vectors(Ctx *cx, const IndexWork *work, const IndexTarget *target, const void *value,
                       Str *why)
{
    const Made *made = value;
    uint32_t part = part_of(work, target);
    if (is_no_more(work, target, made)) {
        *why = STR("no more than it had");
        return NULL;
    }
    TRY(stage_attach(cx, work->stage, part, ATTACH_ANN, NULL, 0)); // of other vectors
    return stage_attach(cx, work->stage, part, ATTACH_VECTORS, made->sections, DENSE_SECTIONS);
}
