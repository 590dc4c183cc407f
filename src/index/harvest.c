// index/harvest.c
//
// DESIGN. pool_each hands out files; a slot has a DocMaker, a scratch arena emptied after each
// file, and an arena for what is kept, which the request adopts at the end. Each task writes only
// to its own HarvestFile, so the answer does not depend on the number of workers. What is packed
// goes by the order of files: a worker that has made one packs all that are ready and come next,
// unless another worker is at it, which will then see this one. So nobody waits, and one at a time
// packs. What waits in between is on the heap.
#include "index/harvest.h"

#include <assert.h>
#include <stdlib.h>

enum { HEAD_BYTES = 64 << 10, BATCH = 4 };

typedef struct Slot {
    DocMaker *maker;
    Arena scratch, kept;
    uint64_t bytes;
    size_t taken, found;
    NgramTaker *ngrams; // made for the first file that is packed
} Slot;

typedef struct Line { // of files to be packed
    Mutex mutex;
    // guarded by mutex
    bool *ready;
    size_t next;
    bool busy; // somebody packs: he has the rest
    NgramSet *ngrams;
    Arena scratch;
    uint32_t ordinal;
} Line;

typedef struct Work {
    Ctx *cx;
    const HarvestSpec *spec;
    HarvestFile *files;
    Cache *cache; // may be NULL
    Slot *slots;
    Line line;
} Work;

static Cache *lease_cache(Ctx *cx, Cell *cell, Lease *lease)
{
    *lease = (Lease){0};
    if (!cell || cell_lease(cx, cell, lease)) return NULL; // what cannot be had makes misses
    return (Cache *)(uintptr_t)lease->value;               // locks itself
}

static Str without_mark(Str text)
{
    return str_starts(text, STR("\xEF\xBB\xBF")) ? str_sub(text, 3, text.len) : text;
}

static void skip(HarvestFile *file, SkipReason reason)
{
    file->row.skip = (uint16_t)(1 + reason);
}

static int by_path(const void *key, const void *item)
{
    return str_cmp(*(const Str *)key, ((const HarvestFile *)item)->path);
}

static const HarvestFile *find_known(const Harvest *known, const HarvestFile *file)
{
    if (!known || !known->count) return NULL;
    const HarvestFile *at =
        bsearch(&file->path, known->files, known->count, sizeof *known->files, by_path);
    bool same = at && at->taken && digest_eq(&at->digest, &file->digest);
    return same ? at : NULL;
}

// False when it had to stop, or the text is more than the parser takes on.
static bool make_doc(Ctx *cx, const Work *work, Slot *slot, HarvestFile *file, Str text,
                     DocFacts *facts, Doc *out)
{
    DocCacheKey key = {&file->digest, file->lang};
    PathForm form = path_form(file->path, file->lang);
    bool needs_parse = file->lang != LANG_NONE;
    if (!slot->maker) slot->maker = doc_maker_new(work->spec->grammars);
    if (!needs_parse || doc_cache_get(cx, work->cache, &key, facts)) {
        file->was_kept = doc_from_kept(cx, slot->maker, file->lang, form, text, facts, out);
        if (file->was_kept) return true;
    }
    return !doc_make_kept(cx, slot->maker, file->lang, form, text, facts, out);
}

static Str on_heap(Str text)
{
    char *copy = mem_alloc(text.len);
    memcpy(copy, text.ptr, text.len);
    return (Str){copy, text.len};
}

static void take_text(Ctx *cx, Work *work, Slot *slot, HarvestFile *file, Str text)
{
    Doc doc;
    Buf bytes = buf_on(cx->arena);
    DocFacts facts = {0};
    const HarvestFile *known = find_known(work->spec->known, file);
    file->lang = lang_detect(file->path, str_sub(text, 0, HEAD_BYTES));
    if (known) {
        buf_add(&bytes, known->doc);
        facts = known->facts;
    } else if (make_doc(cx, work, slot, file, text, &facts, &doc)) {
        doc_encode(&bytes, &doc);
    } else {
        if (ctx_stopped(cx) != STOP_NONE) file->reached = false;
        else skip(file, SKIP_TOO_COSTLY);
        return;
    }
    file->doc =
        work->spec->pack ? on_heap(buf_str(&bytes)) : str_copy(&slot->kept, buf_str(&bytes));
    file->taken = true;
    file->facts = doc_facts_copy(&slot->kept, &facts);
    slot->bytes += text.len;
    slot->taken++;
    slot->found += known || file->was_kept;
}

static NgramSet take_ngrams(Slot *slot, Str text)
{
    if (!slot->ngrams) slot->ngrams = ngram_taker_new();
    NgramSet set = ngram_take(slot->ngrams, text);
    Str keys = on_heap((Str){(const char *)set.keys, set.count * sizeof *set.keys});
    return (NgramSet){(const uint32_t *)(const void *)keys.ptr, set.count};
}

static void take_file(Work *work, Slot *slot, HarvestFile *file)
{
    FileLook look;
    Ctx cx = ctx_child(work->cx, &slot->scratch);
    file_look(&cx, work->spec->workspace->dir, file->path.ptr, work->spec->max_file_bytes, &look);
    file->row = look.row;
    file->digest = look.digest;
    file->reached = true;
    if (look.row.skip) return;
    if (memchr(look.text.ptr, 0, look.text.len)) skip(file, SKIP_BINARY);
    else if (!utf8_valid(look.text.ptr, look.text.len)) skip(file, SKIP_NOT_UTF8);
    else take_text(&cx, work, slot, file, without_mark(look.text));
    if (file->taken && work->spec->pack)
        work->line.ngrams[file - work->files] = take_ngrams(slot, look.text);
}

// --- packing what is read ---

static void free_waiting(HarvestFile *file, NgramSet *ngrams)
{
    mem_free((void *)(uintptr_t)file->doc.ptr);
    mem_free((void *)(uintptr_t)ngrams->keys);
    file->doc = STR_NONE;
    *ngrams = (NgramSet){0};
}

static void pack_file(Work *work, size_t index)
{
    Doc doc;
    Line *line = &work->line;
    HarvestFile *file = &work->files[index];
    const HarvestPack *pack = work->spec->pack;
    if (!file->taken) return;
    bool whole = doc_decode(&line->scratch, file->doc, &doc);
    assert(whole), (void)whole;
    lexicon_add(pack->lexicon, file->path, &doc);
    ngram_add(pack->ngrams, line->ordinal++, line->ngrams[index]);
    free_waiting(file, &line->ngrams[index]);
    arena_reset(&line->scratch);
}

static void pack_ready(Work *work, size_t index)
{
    Line *line = &work->line;
    mutex_lock(&line->mutex);
    line->ready[index] = true;
    bool mine = !line->busy;
    while (mine && line->next < work->spec->count && line->ready[line->next]) {
        size_t next = line->next++;
        line->busy = true;
        mutex_unlock(&line->mutex);
        pack_file(work, next);
        mutex_lock(&line->mutex);
    }
    if (mine) line->busy = false;
    mutex_unlock(&line->mutex);
}

static void line_init(Ctx *cx, Line *line, size_t count)
{
    mutex_init(&line->mutex, RANK_CACHE);
    line->ready = ARENA_ARRAY(cx->arena, bool, count);
    line->ngrams = ARENA_ARRAY(cx->arena, NgramSet, count);
}

static void line_fini(Work *work)
{
    Line *line = &work->line;
    for (size_t i = line->next; i < work->spec->count; i++) // it had to stop
        free_waiting(&work->files[i], &line->ngrams[i]);
    arena_fini(&line->scratch);
    mutex_fini(&line->mutex);
}

// --- all files ---

static void run_file(void *arg, size_t turn, int slot_number)
{
    Work *work = arg;
    Slot *slot = &work->slots[slot_number];
    size_t index = work->spec->order ? work->spec->order[turn] : turn;
    take_file(work, slot, &work->files[index]);
    arena_reset(&slot->scratch);
    if (work->spec->pack) pack_ready(work, index);
}

static void join_slot(Ctx *cx, Slot *slot, Harvest *out)
{
    out->bytes += slot->bytes;
    out->taken += slot->taken;
    out->found += slot->found;
    doc_maker_free(slot->maker);
    ngram_taker_free(slot->ngrams);
    arena_fini(&slot->scratch);
    arena_adopt(cx->arena, &slot->kept);
}

void harvest(Ctx *cx, const HarvestSpec *spec, Harvest *out)
{
    Lease lease;
    int slots = pool_slots(spec->pool);
    Work work = {.cx = cx,
                 .spec = spec,
                 .files = ARENA_ARRAY(cx->arena, HarvestFile, spec->count),
                 .slots = ARENA_ARRAY(cx->arena, Slot, (size_t)slots),
                 .cache = lease_cache(cx, spec->docs, &lease)};
    if (spec->pack) line_init(cx, &work.line, spec->count);
    for (size_t i = 0; i < spec->count; i++) work.files[i].path = spec->paths[i];
    size_t done = pool_each(spec->pool, cx, spec->count, spec->order ? 1 : BATCH, run_file, &work);
    lease_release(&lease);
    if (spec->pack) line_fini(&work);
    *out = (Harvest){.files = work.files, .count = spec->count};
    for (int i = 0; i < slots; i++) join_slot(cx, &work.slots[i], out);
    out->stopped = done < spec->count || ctx_stopped(cx) != STOP_NONE;
}

// --- keeping ---

typedef struct Keeping {
    Ctx *cx;
    const HarvestSpec *spec;
    const Harvest *harvest;
    Cache *cache;
} Keeping;

static void keep_file(void *arg, size_t index, int slot)
{
    (void)slot;
    const Keeping *keeping = arg;
    const HarvestFile *file = &keeping->harvest->files[index];
    if (!file->facts.brief.len || file->was_kept) return;
    Arena arena = {0};
    Ctx cx = ctx_child(keeping->cx, &arena);
    DocCacheKey key = {&file->digest, file->lang};
    doc_cache_put(&cx, keeping->cache, &key, keeping->spec->workspace->root, file->path,
                  &file->facts);
    arena_fini(&arena);
}

void harvest_keep(Ctx *cx, const HarvestSpec *spec, const Harvest *harvest)
{
    Lease lease;
    Keeping keeping = {cx, spec, harvest, lease_cache(cx, spec->docs, &lease)};
    if (keeping.cache) pool_each(spec->pool, cx, harvest->count, 64, keep_file, &keeping);
    lease_release(&lease);
}

// --- packing ---

const SegmentSection *harvest_pack(const Harvest *harvest, LexiconBuilder *builder)
{
    Arena scratch = {0};
    for (size_t i = 0; i < harvest->count; i++) {
        Doc doc;
        if (!harvest->files[i].taken || !doc_decode(&scratch, harvest->files[i].doc, &doc))
            continue;
        lexicon_add(builder, harvest->files[i].path, &doc);
        arena_reset(&scratch);
    }
    arena_fini(&scratch);
    return lexicon_finish(builder);
}

void harvest_facts(Arena *arena, const Harvest *harvest, SegmentSection out[HARVEST_FACTS])
{
    Str *briefs = ARENA_ARRAY(arena, Str, harvest->taken);
    NameRow *names = ARENA_ARRAY(arena, NameRow, harvest->taken);
    uint32_t count = 0;
    for (size_t i = 0; i < harvest->count; i++) {
        const HarvestFile *file = &harvest->files[i];
        if (!file->taken) continue;
        briefs[count] = file->facts.brief;
        names[count++] = harvest_names(file);
    }
    factstore_pack(arena, FACTS_BRIEFS, briefs, count, out);
    namestore_pack(arena, names, count, out + FACTS_SECTIONS);
}

NameRow harvest_names(const HarvestFile *file)
{
    return (NameRow){.names = file->facts.names,
                     .unlisted = file->facts.unlisted,
                     .seen = namestore_seen_of(file->path, file->lang, file->facts.face)};
}

typedef struct Packing {
    Ctx *cx;
    const HarvestPack *pack;
    const Harvest *harvest;
    const SegmentSection *lexicon;
    SegmentSection *ngrams;
} Packing;

static void finish_one(void *arg, size_t index, int slot)
{
    (void)slot;
    Packing *work = arg;
    if (index)
        ngram_finish(work->cx->arena, work->pack->ngrams, (uint32_t)work->harvest->taken,
                     work->ngrams);
    else work->lexicon = lexicon_finish(work->pack->lexicon);
}

Fail harvest_packed(Ctx *cx, const HarvestSpec *spec, const Harvest *harvest,
                    const SegmentSection **lexicon, SegmentSection ngrams[NGRAM_SECTIONS])
{
    Packing work = {.cx = cx, .pack = spec->pack, .harvest = harvest, .ngrams = ngrams};
    if (pool_each(spec->pool, cx, 2, 1, finish_one, &work) < 2) return ctx_check(cx);
    *lexicon = work.lexicon;
    return NULL;
}
