// index/harvest.c
//
// DESIGN. pool_each hands out files; a slot has a buffer, a DocMaker, a scratch arena emptied after
// each file, and an arena for what is kept, which the request adopts at the end. Each task writes
// only to its own HarvestFile, so the answer does not depend on the number of workers.
#include "index/harvest.h"

#include <errno.h>
#include <stdlib.h>

#include "base/vec.h"

enum { HEAD_BYTES = 64 << 10, BATCH = 4 };

typedef VEC(SkippedFile) SkipVec;

typedef struct Slot {
    DocMaker *maker;
    char *buffer;
    Arena scratch, kept;
    SkipVec skips;
    uint64_t bytes;
    size_t taken;
} Slot;

typedef struct Work {
    Ctx *cx;
    const HarvestSpec *spec;
    HarvestFile *files;
    Slot *slots;
} Work;

static void skip(Slot *slot, Str path, SkipReason reason)
{
    VEC_PUSH(&slot->kept, &slot->skips, (SkippedFile){path, reason});
}

// The file's text in the slot's buffer; false when it was skipped.
static bool read_text(const Work *work, Slot *slot, Str path, Str *out)
{
    OsFile file = OS_FILE_NONE;
    size_t got = 0, cap = (size_t)work->spec->max_file_bytes + 1;
    int error = os_try_open(work->spec->workspace->dir, path.ptr, OS_NOFOLLOW, &file);
    if (!error) error = os_try_read(file, slot->buffer, cap, true, &got);
    os_close(&file);
    if (error) {
        skip(slot, path,
             error == ENOENT || error == ENOTDIR ? SKIP_VANISHED
             : error == ELOOP                    ? SKIP_SYMLINK
             : error == ENXIO || error == EAGAIN ? SKIP_SPECIAL
                                                 : SKIP_UNREADABLE);
        return false;
    }
    *out = (Str){slot->buffer, got};
    if (got == cap) skip(slot, path, SKIP_TOO_LARGE);
    else if (memchr(slot->buffer, 0, got)) skip(slot, path, SKIP_BINARY);
    else if (!utf8_valid(slot->buffer, got)) skip(slot, path, SKIP_NOT_UTF8);
    else return true;
    return false;
}

static void take_file(Work *work, Slot *slot, HarvestFile *file)
{
    Str text;
    Doc doc;
    if (!read_text(work, slot, file->path, &text)) return;
    if (str_starts(text, STR("\xEF\xBB\xBF"))) text = str_sub(text, 3, text.len);
    Ctx cx = ctx_child(work->cx, &slot->scratch);
    LangId lang = lang_detect(file->path, str_sub(text, 0, HEAD_BYTES));
    if (doc_make(&cx, slot->maker, lang, path_form(file->path, lang), text, &doc)) return;
    Buf bytes = buf_on(&slot->scratch);
    doc_encode(&bytes, &doc);
    file->doc = str_copy(&slot->kept, buf_str(&bytes));
    slot->bytes += text.len;
    slot->taken++;
}

static void run_file(void *arg, size_t index, int slot_number)
{
    Work *work = arg;
    Slot *slot = &work->slots[slot_number];
    if (!slot->maker) {
        slot->maker = doc_maker_new(work->spec->grammars);
        slot->buffer = mem_alloc((size_t)work->spec->max_file_bytes + 1);
    }
    take_file(work, slot, &work->files[index]);
    arena_reset(&slot->scratch);
}

static int by_path(const void *a, const void *b)
{
    return str_cmp(((const SkippedFile *)a)->path, ((const SkippedFile *)b)->path);
}

static void join_slot(Ctx *cx, Slot *slot, SkipVec *skips, Harvest *out)
{
    for (size_t i = 0; i < slot->skips.len; i++) VEC_PUSH(cx->arena, skips, slot->skips.items[i]);
    out->bytes += slot->bytes;
    out->taken += slot->taken;
    doc_maker_free(slot->maker);
    mem_free(slot->buffer);
    arena_fini(&slot->scratch);
    arena_adopt(cx->arena, &slot->kept);
}

void harvest(Ctx *cx, const HarvestSpec *spec, Harvest *out)
{
    const Universe *universe = spec->universe;
    int slots = pool_slots(spec->pool);
    Work work = {cx, spec, ARENA_ARRAY(cx->arena, HarvestFile, universe->count),
                 ARENA_ARRAY(cx->arena, Slot, (size_t)slots)};
    for (size_t i = 0; i < universe->count; i++) work.files[i].path = universe->files[i].path;
    size_t done = pool_each(spec->pool, cx, universe->count, BATCH, run_file, &work);
    *out = (Harvest){.files = work.files, .count = universe->count};
    SkipVec skips = {0};
    for (size_t i = 0; i < universe->skipped_count; i++)
        VEC_PUSH(cx->arena, &skips, universe->skipped[i]);
    for (int i = 0; i < slots; i++) join_slot(cx, &work.slots[i], &skips, out);
    if (skips.len) qsort(skips.items, skips.len, sizeof *skips.items, by_path);
    out->skipped = skips.items;
    out->skipped_count = skips.len;
    out->stopped = universe->stopped || done < universe->count || ctx_stopped(cx) != STOP_NONE;
}

size_t harvest_pack(const Harvest *harvest, size_t from, LexiconBuilder *builder)
{
    Arena scratch = {0};
    uint64_t bytes = 0;
    for (; from < harvest->count; from++) {
        Doc doc;
        Str encoded = harvest->files[from].doc;
        if (!encoded.ptr || !doc_decode(&scratch, encoded, &doc)) continue;
        bytes += doc.bytes;
        if (bytes > LEXICON_MOST_TEXT) break;
        lexicon_add(builder, harvest->files[from].path, &doc);
        arena_reset(&scratch);
    }
    arena_fini(&scratch);
    return from;
}
