// service/find_cold.c
//
// DESIGN. pool_each hands out runs of neighbouring files; each slot has its own buffer, and an
// arena for the hits in its files, which the request adopts. A task writes the row of its own file
// only, so what is chosen does not depend on the number of workers.
#include "service/find_cold.h"

#include <errno.h>
#include <stdlib.h>

#include "base/clock.h"
#include "retrieve/skim.h"
#include "service/find_.h"

enum {
    PARSE_FILES = 100, // more did not rank better (cq eval --cold)
    PARSE_BYTES = 2 << 20,
    WHOLE_BYTES = 3 << 20, // of a workspace that is parsed whole
    BATCH = 8,
    HEAD_BYTES = 64 << 10, // of a file, to know its language
};

typedef struct Slot {
    char *buffer;
    size_t room;
    Arena arena;
    SkimHitVec hits; // of the file being read
} Slot;

typedef struct Cold {
    Ctx *cx;
    const ColdSpec *spec;
    Skim skim;
    Universe universe;
    SkimFile *files; // by file of the universe
    uint8_t *skips;  // 1 + SkipReason
    bool *wanted;
    Slot *slots;
    SkimCount count;
    uint64_t bytes; // of the texts
    size_t texts;
} Cold;

// --- the pass ---

static SkipReason reason_of(int error)
{
    return error == ENOENT || error == ENOTDIR ? SKIP_VANISHED
           : error == ELOOP                    ? SKIP_SYMLINK
           : error == ENXIO || error == EAGAIN ? SKIP_SPECIAL
                                               : SKIP_UNREADABLE;
}

// The whole file into the slot's buffer. Returns an errno value; EFBIG for a file over the limit.
static int read_file(const Cold *cold, Slot *slot, const char *path, Str *out)
{
    size_t most = (size_t)cold->spec->refresh->max_file_bytes, got = 0;
    OsFile file = OS_FILE_NONE;
    if (!slot->room) {
        slot->room = most + 1;
        slot->buffer = mem_alloc(slot->room + SCAN_PADDING);
    }
    int error = os_try_open(cold->spec->refresh->workspace->dir, path, OS_NOFOLLOW, &file);
    if (error) return error;
    error = os_try_read(file, slot->buffer, slot->room, true, &got);
    os_close(&file);
    if (!error && got > most) error = EFBIG;
    if (error) return error;
    memset(slot->buffer + got, 0, SCAN_PADDING);
    *out = (Str){slot->buffer, got};
    return 0;
}

static void keep_hits(Slot *slot, SkimFile *file)
{
    if (slot->hits.len) {
        size_t bytes = slot->hits.len * sizeof *slot->hits.items;
        SkimHit *hits = arena_alloc_raw(&slot->arena, bytes);
        memcpy(hits, slot->hits.items, bytes);
        file->hits = hits;
    }
    slot->hits.len = 0;
}

static void skim_file(void *arg, size_t index, int slot_number)
{
    Cold *cold = arg;
    Slot *slot = &cold->slots[slot_number];
    const ColdSpec *spec = cold->spec;
    Str path = cold->universe.files[index].path, text;
    int error = read_file(cold, slot, path.ptr, &text);
    if (error) {
        cold->skips[index] = (uint8_t)(1 + (error == EFBIG ? SKIP_TOO_LARGE : reason_of(error)));
        return;
    }
    TextClass class = scan_text_class(cold->skim.scan, text.ptr, text.len);
    if (class == TEXT_BINARY || class == TEXT_NOT_UTF8) {
        cold->skips[index] = 1 + (class == TEXT_BINARY ? SKIP_BINARY : SKIP_NOT_UTF8);
        return;
    }
    if (str_starts(text, STR("\xEF\xBB\xBF"))) text = str_sub(text, 3, text.len);
    LangId lang = lang_detect(path, str_sub(text, 0, HEAD_BYTES));
    SkimFile *file = &cold->files[index];
    skim_path(&cold->skim, path, lang, file);
    skim_text(&cold->skim, &slot->arena, text, &slot->hits, file);
    keep_hits(slot, file);
    cold->wanted[index] =
        !spec->wanted || spec->wanted(spec->arg, path, lang, (PathForm)file->form);
}

// Returns how many files were reached.
static size_t run_pass(Cold *cold)
{
    Ctx *cx = cold->cx;
    Pool *pool = cold->spec->refresh->pool;
    size_t count = cold->universe.count;
    int slots = pool_slots(pool);
    cold->files = ARENA_ARRAY(cx->arena, SkimFile, count);
    cold->skips = ARENA_ARRAY(cx->arena, uint8_t, count);
    cold->wanted = ARENA_ARRAY(cx->arena, bool, count);
    cold->slots = ARENA_ARRAY(cx->arena, Slot, (size_t)slots);
    size_t done = pool_each(pool, cx, count, BATCH, skim_file, cold);
    for (int i = 0; i < slots; i++) {
        mem_free(cold->slots[i].buffer);
        arena_adopt(cx->arena, &cold->slots[i].arena);
    }
    for (size_t i = 0; i < count; i++) {
        cold->bytes += cold->files[i].bytes;
        cold->texts += cold->files[i].bytes > 0;
    }
    return done;
}

// --- what is parsed ---

typedef struct Promise {
    double score;
    uint32_t file; // of the universe, so by path
} Promise;

static int by_score(const void *a, const void *b)
{
    const Promise *left = a, *right = b;
    if (left->score != right->score) return left->score > right->score ? -1 : 1;
    return left->file < right->file ? -1 : 1;
}

static int by_file(const void *a, const void *b)
{
    const Promise *left = a, *right = b;
    return left->file < right->file ? -1 : 1;
}

// The best files, in their order.
static size_t choose(const Cold *cold, Promise **out)
{
    VEC(Promise) found = {0};
    uint64_t bytes = 0;
    size_t count = 0;
    for (size_t i = 0; i < cold->universe.count; i++)
        if (cold->wanted[i] && cold->files[i].score > 0)
            VEC_PUSH(cold->cx->arena, &found, (Promise){cold->files[i].score, (uint32_t)i});
    if (found.len) qsort(found.items, found.len, sizeof *found.items, by_score);
    for (size_t i = 0; i < found.len && count < PARSE_FILES; i++) {
        uint32_t size = cold->files[found.items[i].file].bytes;
        if (count && bytes + size > PARSE_BYTES) continue;
        bytes += size;
        found.items[count++] = found.items[i];
    }
    if (count) qsort(found.items, count, sizeof *found.items, by_file);
    *out = found.items;
    return count;
}

typedef struct Turn {
    uint32_t bytes, place;
} Turn;

static int by_size(const void *a, const void *b)
{
    const Turn *left = a, *right = b;
    if (left->bytes != right->bytes) return left->bytes > right->bytes ? -1 : 1;
    return left->place < right->place ? -1 : 1;
}

// The largest first, so that no worker is left with one when the others are done.
static const uint32_t *order_of(const Cold *cold, const Promise *chosen, size_t count)
{
    Arena *arena = cold->cx->arena;
    Turn *turns = ARENA_ARRAY(arena, Turn, count);
    uint32_t *order = ARENA_ARRAY(arena, uint32_t, count);
    for (size_t i = 0; i < count; i++)
        turns[i] = (Turn){cold->files[chosen[i].file].bytes, (uint32_t)i};
    if (count) qsort(turns, count, sizeof *turns, by_size);
    for (size_t i = 0; i < count; i++) order[i] = turns[i].place;
    return order;
}

static void parse(Cold *cold, FindIndex *out)
{
    const RefreshSpec *from = cold->spec->refresh;
    Promise *chosen;
    size_t count = choose(cold, &chosen);
    Str *paths = ARENA_ARRAY(cold->cx->arena, Str, count);
    for (size_t i = 0; i < count; i++) paths[i] = cold->universe.files[chosen[i].file].path;
    HarvestSpec spec = {.workspace = from->workspace,
                        .paths = paths,
                        .count = count,
                        .order = order_of(cold, chosen, count),
                        .pool = from->pool,
                        .grammars = from->grammars,
                        .max_file_bytes = from->max_file_bytes,
                        .docs = from->docs,
                        .known = cold->spec->known};
    harvest(cold->cx, &spec, &out->view.delta);
}

// --- the corpus ---

static void count_skips(const Cold *cold, RefreshView *view)
{
    for (size_t i = 0; i < cold->universe.count; i++)
        if (cold->skips[i]) view->skipped[cold->skips[i] - 1]++;
    for (size_t i = 0; i < cold->universe.skipped_count; i++)
        view->skipped[cold->universe.skipped[i].reason]++;
    for (size_t i = 0; i < view->delta.count; i++) {
        uint16_t skip = view->delta.files[i].row.skip;
        if (skip && skip <= SKIP_REASONS) view->skipped[skip - 1]++;
    }
}

// Chunks are counted in windows, of which there are about as many to a chunk everywhere.
static const CorpusWhole *describe_whole(const Cold *cold, const Corpus *part)
{
    const Query *query = cold->spec->query;
    CorpusWhole *whole = ARENA_NEW(cold->cx->arena, CorpusWhole);
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < part->files; i++) bytes += corpus_file(part, i)->bytes;
    double each = part->chunks ? (double)bytes / part->chunks : SKIM_WINDOW;
    double chunks = MAX((double)cold->bytes / each, (double)part->chunks);
    Str *terms = ARENA_ARRAY(cold->cx->arena, Str, query->term_count);
    uint32_t *counts = ARENA_ARRAY(cold->cx->arena, uint32_t, query->term_count);
    for (size_t i = 0; i < query->term_count; i++) {
        if (!(cold->skim.counted >> i & 1)) continue;
        double share = (double)cold->count.with[i] / (double)MAX(cold->count.windows, 1U);
        terms[whole->term_count] = query->terms[i].text;
        counts[whole->term_count++] = (uint32_t)MIN(share * chunks + .5, chunks);
    }
    whole->chunks = (uint32_t)MIN(chunks, (double)UINT32_MAX);
    whole->terms = terms;
    whole->term_chunks = counts;
    whole->paths = cold->universe.files;
    whole->path_count = cold->universe.count;
    return whole;
}

static void make_view(const Cold *cold, RefreshView *view)
{
    RefreshPart *part = ARENA_NEW(cold->cx->arena, RefreshPart);
    view->opened = ARENA_NEW(cold->cx->arena, Opened);
    view->universe_source = cold->universe.source;
    view->parts = part;
    view->part_count = refresh_pack(cold->cx, &view->delta, part);
    count_skips(cold, view);
}

Fail cold_index(Ctx *cx, const ColdSpec *spec, FindIndex *out, bool *made)
{
    static const Selection all = {0};
    Cold cold = {.cx = cx, .spec = spec};
    int64_t start_ns = clock_now_ns();
    *made = false;
    TRY(universe_list(cx, spec->refresh->workspace, &all, spec->refresh->pool, &cold.universe));
    if (!spec->always && cold.universe.count <= PARSE_FILES) return NULL;
    skim_init(spec->query, &cold.skim);
    bool whole = run_pass(&cold) == cold.universe.count && !cold.universe.stopped;
    if (!spec->always && whole && cold.bytes <= WHOLE_BYTES) return NULL;
    *made = true;
    *out = (FindIndex){0};
    skim_score(&cold.skim, cold.files, cold.universe.count, &cold.count);
    int64_t skimmed_ns = clock_now_ns();
    parse(&cold, out);
    make_view(&cold, &out->view);
    out->view.stopped = out->view.delta.stopped || !whole;
    refresh_corpus(cx, &out->view, &out->corpus);
    out->corpus.whole = describe_whole(&cold, &out->corpus);
    out->cold = (FindCold){true, cold.texts, out->view.delta.taken, skimmed_ns - start_ns,
                           clock_now_ns() - skimmed_ns};
    out->build_ns = clock_now_ns() - start_ns;
    return NULL;
}

static bool is_wanted(const void *arg, Str path, LangId lang, PathForm form)
{
    return find_wants(arg, path, lang, form);
}

Fail find_cold(Find *find, const RefreshSpec *refresh, bool *made)
{
    ColdSpec spec = {
        .refresh = refresh, .query = &find->analysed, .wanted = is_wanted, .arg = find};
    return cold_index(find->cx, &spec, &find->index, made);
}
