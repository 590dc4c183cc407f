// service/search_scan.c - reads every file of the universe once and collects its hits.
//
// DESIGN. pool_each hands out runs of neighbouring files; each worker slot has its own buffer,
// matcher and arena, so nothing is shared but the list of files. At the end the slots' arenas join
// the request's and the hits are put in the order of the files: the answer does not depend on the
// number of workers.
#include <errno.h>
#include <stdlib.h>

#include "service/search_.h"

enum {
    READ_ROOM = 1 << 20,      // one read takes in any file up to this size
    WINDOW = 8 << 20,         // larger files are searched a window at a time
    LONGEST_LINE = 256 << 20, // a window grows for a longer line, up to this
    TEXT_MOST = 400,          // bytes of a line kept with a hit
    TEXT_BEFORE = 100,        // ... of which before the hit, when the line is longer
    KEEP_FILE = 1 << 20,      // texts kept for classification: per file, and per slot in all
    KEEP_ALL = 12 << 20,
    BATCH = 8,
};

typedef struct Scan {
    Search *search;
    ScanSlot *slots;
} Scan;

// The file that one slot is reading.
typedef struct FileScan {
    Search *search;
    ScanSlot *slot;
    const UniverseFile *file;
    size_t listed;     // `file` of the universe
    SearchFile *found; // made with the first hit
    const char *text;  // the window
    size_t len;
    size_t window_start; // its offset in the file
    size_t line_start;   // in the window: of the line that `line` numbers
    size_t counted_to;   // line ends before this offset are counted
    uint32_t line;
    bool line_open; // a hit of this line is there already
    const char *line_text;
    uint16_t line_text_len;
} FileScan;

static void skip(ScanSlot *slot, Str path, SkipReason reason)
{
    SkippedFile skipped = {path, reason};
    VEC_PUSH(&slot->arena, &slot->skips, skipped);
}

static SearchFile *file_of(FileScan *scan)
{
    if (!scan->found) {
        SearchFile file = {.path = scan->file->path, .listed = scan->listed};
        VEC_PUSH(&scan->slot->arena, &scan->slot->files, file);
        scan->found = &scan->slot->files.items[scan->slot->files.len - 1];
    }
    return scan->found;
}

static void enter_line(FileScan *scan, size_t at)
{
    size_t fresh =
        scan->search->scan->count_byte(scan->text + scan->counted_to, at - scan->counted_to, '\n');
    scan->counted_to = at;
    if (fresh) {
        const char *newline = memrchr(scan->text, '\n', at);
        scan->line_start = (size_t)(newline - scan->text) + 1;
        scan->line += (uint32_t)fresh;
        scan->line_open = false;
    }
    if (!scan->line_open) scan->slot->matched_lines++;
}

// The line's text for a hit at `at`: all of it, or a part around the hit; shared by the hits of a
// short line.
static void keep_line_text(FileScan *scan, size_t at, SearchHit *hit)
{
    if (!scan->line_open || !scan->line_text) {
        const char *start = scan->text + scan->line_start;
        const char *end = memchr(scan->text + at, '\n', scan->len - at);
        Str line = {start, (size_t)((end ? end : scan->text + scan->len) - start)};
        if (line.len && line.ptr[line.len - 1] == '\r') line.len--;
        size_t col = at - scan->line_start;
        bool whole = line.len <= TEXT_MOST;
        if (!whole) {
            size_t from = col > TEXT_BEFORE ? utf8_cut(line, col - TEXT_BEFORE) : 0;
            line = str_sub(line, from, utf8_cut(line, from + TEXT_MOST));
        }
        hit->text = str_copy(&scan->slot->arena, line).ptr;
        hit->text_len = (uint16_t)line.len;
        scan->line_text = whole ? hit->text : NULL;
        scan->line_text_len = hit->text_len;
        return;
    }
    hit->text = scan->line_text;
    hit->text_len = scan->line_text_len;
}

static bool on_match(void *arg, Match match)
{
    FileScan *scan = arg;
    enter_line(scan, match.start);
    SearchFile *file = file_of(scan);
    file->count++;
    if (!scan->search->query->counts_only) {
        SearchHit hit = {.line = scan->line,
                         .col = (uint32_t)(match.start - scan->line_start),
                         .len = (uint32_t)(match.end - match.start),
                         .start = (uint32_t)(scan->window_start + match.start),
                         .category = CATEGORY_UNCLASSIFIED,
                         .guess = CATEGORY_UNCLASSIFIED};
        keep_line_text(scan, match.start, &hit);
        VEC_PUSH(&scan->slot->scratch, &scan->slot->hits, hit);
    }
    scan->line_open = true;
    return true;
}

// Takes back what a file gave before it turned out to be no text.
static void drop_hits(FileScan *scan)
{
    if (!scan->found) return;
    scan->slot->hits.len = 0;
    scan->slot->files.len--;
    scan->found = NULL;
}

// False when the file is skipped.
static bool scan_window(FileScan *scan, const char *text, size_t len)
{
    TextClass class = scan_text_class(scan->search->scan, text, len);
    if (class == TEXT_BINARY || class == TEXT_NOT_UTF8) {
        drop_hits(scan);
        skip(scan->slot, scan->file->path, class == TEXT_BINARY ? SKIP_BINARY : SKIP_NOT_UTF8);
        return false;
    }
    scan->text = text;
    scan->len = len;
    scan->counted_to = scan->line_start = 0;
    scan->line_open = false;
    ScanEnd end = matcher_scan(scan->slot->matcher, text, len, class == TEXT_ASCII, on_match, scan);
    if (end == SCAN_TOO_COSTLY) {
        skip(scan->slot, scan->file->path, SKIP_TOO_COSTLY);
        return false;
    }
    return true;
}

static size_t bom_length(const char *text, size_t len)
{
    return len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;
}

static bool wanted_language(const FileScan *scan, const char *text, size_t len)
{
    const Selection *selection = &scan->search->query->selection;
    if (!selection->lang_count) return true;
    LangId lang = lang_detect(scan->file->path, (Str){text, MIN(len, (size_t)65536)});
    for (size_t i = 0; i < selection->lang_count; i++)
        if (selection->langs[i] == lang) return true;
    return false;
}

// The file has ended: its hits move to the slot's arena in one piece.
static void take_hits(FileScan *scan)
{
    HitVec *hits = &scan->slot->hits;
    if (!scan->found || !hits->len) return;
    scan->found->hits = arena_alloc_raw(&scan->slot->arena, hits->len * sizeof *hits->items);
    memcpy(scan->found->hits, hits->items, hits->len * sizeof *hits->items);
    hits->len = 0;
}

// With the whole text at hand, or an empty one: classifies the hits, or keeps the text for that.
static void finish_file(FileScan *scan, uint64_t size_bytes, Str text)
{
    const SearchQuery *query = scan->search->query;
    ScanSlot *slot = scan->slot;
    SearchFile *file = scan->found;
    if (!file) return;
    file->size_bytes = size_bytes;
    if (query->counts_only) return;
    take_hits(scan);
    file->lang = lang_detect(file->path, str_sub(text, 0, 65536));
    file->role = role_of_path(file->path);
    if (file->lang == LANG_NONE || query->classify == CLASSIFY_NONE || !text.len) return;
    if (search_classify_stored(scan->search, &slot->arena, file, text)) return;
    if (text.len > KEEP_FILE || slot->kept_bytes + text.len > KEEP_ALL) return;
    file->text = str_copy(&slot->arena, text);
    slot->kept_bytes += text.len;
}

static void scan_small(FileScan *scan, size_t got)
{
    char *text = scan->slot->buffer;
    memset(text + got, 0, SCAN_PADDING);
    size_t bom = bom_length(text, got);
    if (!wanted_language(scan, text + bom, got - bom)) return;
    if (scan_window(scan, text + bom, got - bom)) {
        scan->slot->scanned_files++;
        scan->slot->scanned_bytes += got;
    }
    finish_file(scan, got, (Str){text + bom, got - bom});
}

static void use_buffer(ScanSlot *slot, size_t bytes)
{
    size_t old = slot->buffer_bytes;
    if (bytes <= old) return;
    if (old) bytes = MAX(bytes, old * 2);
    slot->buffer = arena_grow(&slot->room, slot->buffer, old, bytes + SCAN_PADDING);
    slot->buffer_bytes = bytes;
}

// Reads on until the window holds a line end, the file ends, or a line is too long. Returns an
// errno value.
static int fill_window(FileScan *scan, OsFile file, size_t *filled, size_t *usable, bool *ended)
{
    ScanSlot *slot = scan->slot;
    for (;;) {
        use_buffer(slot, *filled + WINDOW);
        size_t got = 0;
        int error = os_try_read(file, slot->buffer + *filled, WINDOW, false, &got);
        if (error) return error;
        *filled += got;
        *ended = got < WINDOW;
        const char *newline = memrchr(slot->buffer, '\n', *filled);
        *usable = *ended ? *filled : newline ? (size_t)(newline - slot->buffer) + 1 : 0;
        if (*usable) return 0;
        if (*ended) return 0;
        if (*filled > LONGEST_LINE) return EFBIG;
    }
}

// `filled` bytes are in the buffer already.
static void scan_large(FileScan *scan, OsFile file, size_t filled)
{
    ScanSlot *slot = scan->slot;
    uint64_t limit = scan->search->query->max_file_bytes, read_bytes = 0;
    for (bool ended = false; !ended;) {
        size_t usable = 0;
        int error = fill_window(scan, file, &filled, &usable, &ended);
        bool over = limit && read_bytes + filled > limit;
        if (error || over) {
            drop_hits(scan);
            skip(slot, scan->file->path, over || error == EFBIG ? SKIP_TOO_LARGE : SKIP_UNREADABLE);
            return;
        }
        size_t rest = filled - usable;
        memset(slot->buffer + filled, 0, SCAN_PADDING);
        size_t lines = scan->search->scan->count_byte(slot->buffer, usable, '\n');
        uint32_t line = scan->line;
        if (!scan_window(scan, slot->buffer, usable)) return;
        scan->line = line + (uint32_t)lines;
        scan->window_start += usable;
        read_bytes += usable;
        memmove(slot->buffer, slot->buffer + usable, rest);
        filled = rest;
        if (ctx_stopped(scan->search->cx) != STOP_NONE) return;
    }
    slot->scanned_files++;
    slot->scanned_bytes += read_bytes;
    finish_file(scan, read_bytes, STR(""));
}

static void read_and_scan(FileScan *scan, OsFile file)
{
    ScanSlot *slot = scan->slot;
    uint64_t limit = scan->search->query->max_file_bytes;
    size_t cap = limit && limit < READ_ROOM ? (size_t)limit + 1 : READ_ROOM + 1, got = 0;
    int error = os_try_read(file, slot->buffer, cap, true, &got);
    if (error) skip(slot, scan->file->path, error == EAGAIN ? SKIP_SPECIAL : SKIP_UNREADABLE);
    else if (got < cap) scan_small(scan, got);
    else if (limit && got > limit) skip(slot, scan->file->path, SKIP_TOO_LARGE);
    else scan_large(scan, file, got);
}

// A file that the index knows: counted as if it had been read.
static void pass_over(FileScan *scan, const FileRow *row)
{
    uint64_t limit = scan->search->query->max_file_bytes;
    if (limit && row->size_bytes > limit) {
        skip(scan->slot, scan->file->path, SKIP_TOO_LARGE);
        return;
    }
    if (row->skip) {
        skip(scan->slot, scan->file->path, (SkipReason)(row->skip - 1));
        return;
    }
    scan->slot->scanned_files++;
    scan->slot->scanned_bytes += row->size_bytes;
    scan->slot->ruled_out_files++;
}

static void scan_file(void *arg, size_t index, int slot_number)
{
    Scan *all = arg;
    Search *search = all->search;
    FileScan scan = {.search = search,
                     .slot = &all->slots[slot_number],
                     .file = &search->universe.files[index],
                     .listed = index,
                     .line = 1};
    OsFile file = OS_FILE_NONE;
    const FileRow *row = search_rules_out(search, index);
    if (row) {
        pass_over(&scan, row);
        return;
    }
    int error = os_try_open(search->workspace.dir, scan.file->path.ptr, OS_NOFOLLOW, &file);
    if (!error) {
        read_and_scan(&scan, file);
        take_hits(&scan); // of one that was not read to its end
        os_close(&file);
        return;
    }
    SkipReason reason = error == ENOENT || error == ENOTDIR ? SKIP_VANISHED
                        : error == ELOOP                    ? SKIP_SYMLINK
                        : error == ENXIO                    ? SKIP_SPECIAL
                                                            : SKIP_UNREADABLE;
    skip(scan.slot, scan.file->path, reason);
}

static int by_path(const void *a, const void *b)
{
    return str_cmp(((const SearchFile *)a)->path, ((const SearchFile *)b)->path);
}

static int by_skipped_path(const void *a, const void *b)
{
    return str_cmp(((const SkippedFile *)a)->path, ((const SkippedFile *)b)->path);
}

static void add_skips(Search *search, const SkippedFile *skips, size_t count, SkipVec *all,
                      SearchAnswer *out)
{
    for (size_t i = 0; i < count; i++) {
        out->skipped[skips[i].reason]++;
        VEC_PUSH(search->cx->arena, all, skips[i]);
    }
}

static void join_slot(Search *search, ScanSlot *slot, SkipVec *skips, SearchAnswer *out)
{
    add_skips(search, slot->skips.items, slot->skips.len, skips, out);
    out->scanned_files += slot->scanned_files;
    out->scanned_bytes += slot->scanned_bytes;
    out->ruled_out_files += slot->ruled_out_files;
    out->matched_lines += slot->matched_lines;
    for (size_t i = 0; i < slot->files.len; i++)
        VEC_PUSH(search->cx->arena, &search->files, slot->files.items[i]);
    arena_fini(&slot->room);
    arena_fini(&slot->scratch);
    arena_adopt(search->cx->arena, &slot->arena);
}

// Files by path, and their hits in the same order.
static void put_in_order(Search *search)
{
    if (!search->files.len) return;
    qsort(search->files.items, search->files.len, sizeof *search->files.items, by_path);
    if (search->query->counts_only) return;
    size_t count = 0;
    for (size_t i = 0; i < search->files.len; i++) count += search->files.items[i].count;
    search->hits = ARENA_ARRAY(search->cx->arena, SearchHit *, count);
    for (uint32_t i = 0; i < search->files.len; i++) {
        const SearchFile *file = &search->files.items[i];
        for (uint32_t j = 0; j < file->count; j++) {
            file->hits[j].file = i;
            search->hits[search->hit_count++] = &file->hits[j];
        }
    }
}

void search_scan(Search *search, SearchAnswer *out)
{
    Arena *arena = search->cx->arena;
    ScanSlot *slots = ARENA_ARRAY(arena, ScanSlot, (size_t)search->slots);
    for (int i = 0; i < search->slots; i++) {
        use_buffer(&slots[i], READ_ROOM + 1);
        slots[i].matcher = matcher_new(&slots[i].arena, search->pattern);
    }
    search->files = (FileVec){0};
    search->hits = NULL;
    search->hit_count = 0;
    Scan scan = {search, slots};
    size_t done =
        pool_each(search->env->pool, search->cx, search->universe.count, BATCH, scan_file, &scan);
    SkipVec skips = {0};
    add_skips(search, search->universe.skipped, search->universe.skipped_count, &skips, out);
    for (int i = 0; i < search->slots; i++) join_slot(search, &slots[i], &skips, out);
    put_in_order(search);
    if (skips.len) qsort(skips.items, skips.len, sizeof *skips.items, by_skipped_path);
    out->skipped_files = skips.items;
    out->skipped_count = skips.len;
    out->costly_files = out->skipped[SKIP_TOO_COSTLY];
    if (done == search->universe.count && !search->universe.stopped) return;
    out->interrupted = ctx_stopped(search->cx) == STOP_CANCEL;
    out->timed_out = !out->interrupted;
}
