// index/git_index.c
#include "index/git_index.h"

#include <endian.h>

#include "base/vec.h"

enum {
    PIECE = 256 << 10, // bytes of the file held at a time; no entry is longer
    NAMES_STEP = 64 << 10,
    STAT_BYTES = 40, // of an entry, before the hash; the mode is at MODE_AT
    MODE_AT = 24,
    LONGEST_NAME = 65535, // more is no path of this system
};

enum { FLAG_EXTENDED = 0x4000, FLAG_STAGE = 0x3000, FLAG_NAME = 0x0fff, MORE_SKIPPED = 0x4000 };

typedef struct Parser {
    Arena *arena; // of the result
    GitIndexSpec spec;
    uint64_t file_bytes;
    uint32_t version; // 0 before the header
    uint32_t left;    // entries not read yet
    VEC(GitEntry) entries;
    char *room, *room_end; // free room for names
    Str last;              // the name before, with its prefix
    uint64_t skip;         // bytes of an extension nobody needs
    bool sparse;           // folders may stand for their files
    bool allows_sparse;    // ... and an extension has announced it
    bool done;
    const char *fault;
} Parser;

static uint32_t read_u32(const char *at)
{
    uint32_t raw;
    memcpy(&raw, at, sizeof raw);
    return be32toh(raw);
}

static uint16_t read_u16(const char *at)
{
    uint16_t raw;
    memcpy(&raw, at, sizeof raw);
    return be16toh(raw);
}

static size_t fail_with(Parser *parser, const char *fault)
{
    parser->fault = fault;
    return 0;
}

static size_t take_header(Parser *parser, const char *at, size_t len)
{
    if (len < 12) return 0;
    if (memcmp(at, "DIRC", 4) != 0) return fail_with(parser, "it does not begin as an index");
    uint32_t version = read_u32(at + 4);
    if (version < 2 || version > 4) return fail_with(parser, "its version is not 2, 3 or 4");
    parser->version = version;
    parser->left = read_u32(at + 8);
    size_t least = STAT_BYTES + parser->spec.hash_bytes + 4;
    if (parser->left > parser->file_bytes / least)
        return fail_with(parser, "it is shorter than its number of entries says");
    parser->entries.cap = MAX(parser->left, 1u);
    parser->entries.items = arena_alloc_raw(parser->arena, parser->entries.cap * sizeof(GitEntry));
    return 12;
}

static bool kind_of_mode(Parser *parser, uint32_t mode, GitKind *kind)
{
    switch (mode & 0170000) {
    case 0100000: *kind = GIT_FILE; return true;
    case 0120000: *kind = GIT_SYMLINK; return true;
    case 0160000: *kind = GIT_MODULE; return true;
    case 0040000:
        *kind = GIT_SPARSE_DIR;
        parser->sparse = true;
        return true;
    default: return false;
    }
}

static char *names_room(Parser *parser, size_t bytes)
{
    if ((size_t)(parser->room_end - parser->room) < bytes) {
        size_t size = MAX(bytes, (size_t)NAMES_STEP);
        parser->room = arena_alloc_raw(parser->arena, size);
        parser->room_end = parser->room + size;
    }
    return parser->room;
}

// Version 4 names begin with how many bytes of the name before them to drop.
// Gives the bytes of that number, 0 when the piece ends in it.
static size_t take_dropped(Parser *parser, const char *at, size_t len, size_t *kept)
{
    size_t own = parser->last.len ? parser->last.len - parser->spec.prefix.len : 0;
    size_t used = 0, value = 0;
    for (unsigned char byte = 0x80; byte & 0x80;) {
        if (used == len) return 0;
        byte = (unsigned char)at[used++];
        value = (value << 7) + (byte & 0x7f) + (byte & 0x80 ? 1 : 0);
        if (value > own + 1) return fail_with(parser, "a name drops more than there is");
    }
    if (value > own) return fail_with(parser, "a name drops more than there is");
    *kept = own - value;
    return used;
}

// The name's own bytes at `at`, after `kept` bytes of the name before. Gives the length of its own
// bytes, or SIZE_MAX when the piece ends in them.
static size_t name_length(Parser *parser, const char *at, size_t len, size_t kept, uint16_t flags)
{
    const char *nul = memchr(at, '\0', MIN(len, (size_t)LONGEST_NAME + 1));
    if (!nul && len > LONGEST_NAME) parser->fault = "a name is too long";
    if (!nul) return SIZE_MAX;
    size_t own = (size_t)(nul - at), whole = kept + own, said = flags & FLAG_NAME;
    if (!whole) parser->fault = "a name is empty, as in a split index";
    else if (whole > LONGEST_NAME || parser->spec.prefix.len > LONGEST_NAME)
        parser->fault = "a name is too long";
    else if (said != FLAG_NAME ? whole != said : whole < FLAG_NAME)
        parser->fault = "the length of a name is wrong";
    return own;
}

// Adds prefix + the `kept` first bytes of the last name + `own`.
static void add_entry(Parser *parser, GitEntry entry, size_t kept, Str own, bool conflict)
{
    Str prefix = parser->spec.prefix;
    size_t len = prefix.len + kept + own.len;
    char *name = names_room(parser, len + 1);
    if (prefix.len) memcpy(name, prefix.ptr, prefix.len);
    if (kept) memcpy(name + prefix.len, parser->last.ptr + prefix.len, kept);
    memcpy(name + prefix.len + kept, own.ptr, own.len);
    name[len] = '\0';
    Str full = {name, len};
    int order = parser->last.len ? str_cmp(parser->last, full) : -1;
    if (order > 0 || (order == 0 && !conflict)) parser->fault = "its names are not sorted";
    if (order >= 0) return; // the same file once more, another stage of a conflict
    parser->room += len + 1;
    parser->last = full;
    entry.path = name;
    entry.len = (uint32_t)len;
    parser->entries.items[parser->entries.len++] = entry;
}

static size_t take_entry(Parser *parser, const char *at, size_t len)
{
    size_t flags_at = STAT_BYTES + parser->spec.hash_bytes, used = flags_at + 2, kept = 0;
    if (len < used + 2) return 0;
    GitKind kind;
    if (!kind_of_mode(parser, read_u32(at + MODE_AT), &kind))
        return fail_with(parser, "an entry has an unknown mode");
    uint16_t flags = read_u16(at + flags_at);
    GitEntry entry = {.kind = (uint8_t)kind, .tracked = true};
    if (flags & FLAG_EXTENDED) {
        if (parser->version < 3) return fail_with(parser, "an entry has flags of a newer version");
        entry.skipped = (read_u16(at + used) & MORE_SKIPPED) != 0;
        used += 2;
    }
    if (parser->version == 4) {
        size_t number = take_dropped(parser, at + used, len - used, &kept);
        if (!number) return 0;
        used += number;
    }
    size_t own = name_length(parser, at + used, len - used, kept, flags);
    if (own == SIZE_MAX || parser->fault) return 0;
    Str name = {at + used, own};
    used += own + 1;
    if (parser->version < 4) used = (used + 7) & ~(size_t)7; // padded with NULs
    if (used > len) return 0;
    add_entry(parser, entry, kept, name, (flags & FLAG_STAGE) != 0);
    parser->left--;
    return used;
}

// `rest` counts the bytes of the file from `at` on; `len` of them are there.
static size_t take_extension(Parser *parser, const char *at, size_t len, uint64_t rest)
{
    size_t sum = parser->spec.hash_bytes;
    if (rest == sum) {
        parser->done = true;
        return 0;
    }
    if (rest < 8 + sum) return fail_with(parser, "it is cut off");
    if (len < 8) return 0;
    uint32_t size = read_u32(at + 4);
    if (size > rest - 8 - sum) return fail_with(parser, "an extension is cut off");
    if (memcmp(at, "link", 4) == 0) return fail_with(parser, "it is split over two files");
    if (memcmp(at, "sdir", 4) == 0) parser->allows_sparse = true;
    else if (at[0] < 'A' || at[0] > 'Z') return fail_with(parser, "it has an unknown extension");
    parser->skip = size;
    return 8;
}

// Takes what it can of the `len` bytes at `at`, `rest` bytes before the end of the file.
// Gives how much that was.
static size_t feed(Parser *parser, const char *at, size_t len, uint64_t rest)
{
    size_t used = 0;
    for (;;) {
        size_t step = (size_t)MIN(parser->skip, (uint64_t)(len - used));
        used += step;
        parser->skip -= step;
        if (parser->skip) return used;
        if (!parser->version) step = take_header(parser, at + used, len - used);
        else if (parser->left) step = take_entry(parser, at + used, len - used);
        else step = take_extension(parser, at + used, len - used, rest - used);
        if (!step || parser->fault) return used;
        used += step;
    }
}

static Fail finish(Parser *parser, GitIndex *out)
{
    if (!parser->fault && !parser->done) parser->fault = "it is cut off";
    if (!parser->fault && parser->sparse && !parser->allows_sparse)
        parser->fault = "an entry has an unknown mode";
    if (parser->fault)
        return FAIL(parser->arena, UNAVAILABLE, "the git index cannot be read: %s", parser->fault);
    *out = (GitIndex){parser->entries.items, parser->entries.len};
    return NULL;
}

Fail git_index_parse(Arena *arena, Str bytes, GitIndexSpec spec, GitIndex *out)
{
    Parser parser = {.arena = arena, .spec = spec, .file_bytes = bytes.len};
    feed(&parser, bytes.ptr, bytes.len, bytes.len);
    return finish(&parser, out);
}

static Fail read_pieces(Ctx *cx, OsFile file, Parser *parser, char *piece)
{
    uint64_t rest = parser->file_bytes; // not taken yet
    for (size_t held = 0; !parser->done && !parser->fault;) {
        size_t got = 0;
        TRY(os_read(cx, file, piece + held, PIECE - held, true, &got));
        held += got;
        if (!got || held > rest) return NULL; // cut off, or growing under our eyes
        size_t used = feed(parser, piece, held, rest);
        rest -= used;
        held -= used;
        memmove(piece, piece + used, held);
    }
    return NULL;
}

Fail git_index_read(Ctx *cx, const char *path, GitIndexSpec spec, GitIndex *out)
{
    Arena scratch = {0};
    OsFile file = OS_FILE_NONE;
    OsStat info = {0};
    Parser parser = {.arena = cx->arena, .spec = spec};
    Fail fail = os_open(cx, OS_CWD, path, OS_FOLLOW, &file);
    if (!fail) fail = os_fstat(cx, file, &info);
    parser.file_bytes = info.size_bytes;
    if (!fail) fail = read_pieces(cx, file, &parser, arena_alloc_raw(&scratch, PIECE));
    if (!fail) fail = finish(&parser, out);
    os_close(&file);
    arena_fini(&scratch);
    return fail;
}

static bool is_below(const GitEntry *entry, Str path)
{
    return entry->len > path.len && entry->path[path.len] == '/' &&
           memcmp(entry->path, path.ptr, path.len) == 0;
}

size_t git_index_end(const GitIndex *index, size_t from, size_t to, Str path)
{
    size_t low = from, step = 1; // [from, low) is below
    while (low + step <= to && is_below(&index->entries[low + step - 1], path)) {
        low += step;
        step *= 2;
    }
    size_t high = MIN(low + step - 1, to); // [high, to) is not
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (is_below(&index->entries[middle], path)) low = middle + 1;
        else high = middle;
    }
    return low;
}

// Does the entry sort before `path` + "/"?
static bool is_before(const GitEntry *entry, Str path)
{
    size_t len = MIN((size_t)entry->len, path.len);
    int order = memcmp(entry->path, path.ptr, len);
    if (order) return order < 0;
    return entry->len <= path.len || (unsigned char)entry->path[path.len] < '/';
}

void git_index_below(const GitIndex *index, Str path, size_t *from, size_t *to)
{
    size_t low = 0, high = index->count;
    *from = 0;
    *to = index->count;
    if (!path.len) return;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (is_before(&index->entries[middle], path)) low = middle + 1;
        else high = middle;
    }
    *from = low;
    *to = git_index_end(index, low, index->count, path);
}

const GitEntry *git_index_find(const GitIndex *index, Str path)
{
    size_t low = 0, high = index->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const GitEntry *entry = &index->entries[middle];
        int order = str_cmp((Str){entry->path, entry->len}, path);
        if (!order) return entry;
        if (order < 0) low = middle + 1;
        else high = middle;
    }
    return NULL;
}
