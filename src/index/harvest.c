// index/harvest.c
//
// DESIGN. pool_each hands out files; a slot has a DocMaker, a scratch arena emptied after each
// file, and an arena for what is kept, which the request adopts at the end. Each task writes only
// to its own HarvestFile, so the answer does not depend on the number of workers. Trigrams are
// gathered in runs of files that follow each other, each by one task, beside the one that packs the
// Docs: it looks at paths and Docs, they at texts, and rows are written by them alone.
#include "index/harvest.h"

#include <stdlib.h>

#include "base/hash.h"

enum { HEAD_BYTES = 64 << 10, BATCH = 4 };

typedef struct Slot {
    DocMaker *maker;
    Arena scratch, kept;
    uint64_t bytes;
    size_t taken, found;
} Slot;

typedef struct Work {
    Ctx *cx;
    const HarvestSpec *spec;
    HarvestFile *files;
    Cache *cache; // may be NULL
    Slot *slots;
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
    bool same = at && at->doc.ptr && digest_eq(&at->digest, &file->digest);
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
    file->doc = str_copy(&slot->kept, buf_str(&bytes));
    file->facts = doc_facts_copy(&slot->kept, &facts);
    slot->bytes += text.len;
    slot->taken++;
    slot->found += known || file->was_kept;
}

static Hash128 sum_of(Str text)
{
    return hash_128(text.ptr, text.len, 0);
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
    file->sum = sum_of(look.text);
    if (memchr(look.text.ptr, 0, look.text.len)) skip(file, SKIP_BINARY);
    else if (!utf8_valid(look.text.ptr, look.text.len)) skip(file, SKIP_NOT_UTF8);
    else take_text(&cx, work, slot, file, without_mark(look.text));
}

static void run_file(void *arg, size_t turn, int slot_number)
{
    Work *work = arg;
    Slot *slot = &work->slots[slot_number];
    size_t index = work->spec->order ? work->spec->order[turn] : turn;
    take_file(work, slot, &work->files[index]);
    arena_reset(&slot->scratch);
}

static void join_slot(Ctx *cx, Slot *slot, Harvest *out)
{
    out->bytes += slot->bytes;
    out->taken += slot->taken;
    out->found += slot->found;
    doc_maker_free(slot->maker);
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
    for (size_t i = 0; i < spec->count; i++) work.files[i].path = spec->paths[i];
    size_t done = pool_each(spec->pool, cx, spec->count, spec->order ? 1 : BATCH, run_file, &work);
    lease_release(&lease);
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
        if (!harvest->files[i].doc.ptr || !doc_decode(&scratch, harvest->files[i].doc, &doc))
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
        if (!file->doc.ptr) continue;
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

// --- trigrams ---

typedef struct NgramRun { // files [from, to) of the harvest; the first taken one is `ordinal`
    size_t from, to;
    uint32_t ordinal;
    NgramBuilder *builder;
} NgramRun;

typedef struct Packing {
    Ctx *cx;
    const HarvestSpec *spec;
    Harvest *harvest;
    LexiconBuilder *builder;
    const SegmentSection *lexicon;
    NgramRun *runs;
    NgramTaker **takers; // one a slot
} Packing;

static void add_ngrams(const Packing *work, NgramRun *run, NgramTaker *taker, uint32_t ordinal,
                       HarvestFile *file)
{
    FileLook look;
    Arena arena = {0};
    Ctx cx = ctx_child(work->cx, &arena);
    file_look_again(&cx, work->spec->workspace->dir, file->path.ptr, work->spec->max_file_bytes,
                    &look);
    Hash128 sum = sum_of(look.text);
    if (!look.text.ptr || sum.low != file->sum.low || sum.high != file->sum.high) {
        file->row.has_digest = 0;
        file->row.mtime_ns = file->row.ctime_ns = 0;
    }
    ngram_add(run->builder, ordinal, ngram_take(taker, look.text));
    arena_fini(&arena);
}

static void take_ngrams(const Packing *work, NgramRun *run, int slot)
{
    uint32_t ordinal = run->ordinal;
    if (!work->takers[slot]) work->takers[slot] = ngram_taker_new();
    for (size_t i = run->from; i < run->to; i++)
        if (work->harvest->files[i].doc.ptr)
            add_ngrams(work, run, work->takers[slot], ordinal++, &work->harvest->files[i]);
}

// The Docs first: they take longest.
static void pack_one(void *arg, size_t index, int slot)
{
    Packing *work = arg;
    if (index) take_ngrams(work, &work->runs[index - 1], slot);
    else work->lexicon = harvest_pack(work->harvest, work->builder);
}

// About as many runs as there are slots, of equal size in bytes.
static size_t cut_runs(Ctx *cx, const Harvest *harvest, size_t most, NgramRun **out)
{
    NgramRun *runs = ARENA_ARRAY(cx->arena, NgramRun, most);
    uint64_t each = harvest->bytes / most + 1, bytes = 0;
    size_t count = 0;
    uint32_t ordinal = 0;
    runs[0].builder = ngram_builder_new();
    for (size_t i = 0; i < harvest->count; i++) {
        if (!harvest->files[i].doc.ptr) continue;
        if (bytes >= each && count + 1 < most) {
            runs[count].to = i;
            runs[++count] = (NgramRun){i, i, ordinal, ngram_builder_new()};
            bytes = 0;
        }
        bytes += harvest->files[i].row.size_bytes;
        ordinal++;
    }
    runs[count].to = harvest->count;
    *out = runs;
    return count + 1;
}

Fail harvest_pack_all(Ctx *cx, const HarvestSpec *spec, Harvest *harvest, LexiconBuilder *builder,
                      const SegmentSection **lexicon, SegmentSection ngrams[NGRAM_SECTIONS])
{
    size_t slots = (size_t)pool_slots(spec->pool);
    Packing work = {.cx = cx,
                    .spec = spec,
                    .harvest = harvest,
                    .builder = builder,
                    .takers = ARENA_ARRAY(cx->arena, NgramTaker *, slots)};
    size_t count = cut_runs(cx, harvest, slots, &work.runs);
    NgramBuilder **builders = ARENA_ARRAY(cx->arena, NgramBuilder *, count);
    for (size_t i = 0; i < count; i++) builders[i] = work.runs[i].builder;
    bool whole = pool_each(spec->pool, cx, count + 1, 1, pack_one, &work) == count + 1;
    for (size_t i = 0; i < slots; i++) ngram_taker_free(work.takers[i]);
    if (whole) ngram_finish(cx->arena, builders, count, (uint32_t)harvest->taken, ngrams);
    for (size_t i = 0; i < count; i++) ngram_builder_free(builders[i]);
    *lexicon = work.lexicon;
    return whole ? NULL : ctx_check(cx);
}
