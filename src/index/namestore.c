// index/namestore.c
#include "index/namestore.h"

typedef struct Head {
    uint32_t version, files;
    Hash128 sum;
} Head;

Hash128 namestore_seen_of(Str path, LangId lang, Hash128 face)
{
    Str language = str_from(lang_name(lang));
    Hash128 parts[3] = {hash_128(path.ptr, path.len, 1), hash_128(language.ptr, language.len, 2),
                        face};
    return hash_128(parts, sizeof parts, NAMESTORE_VERSION);
}

// --- writing ---

void namestore_pack(Arena *arena, const NameRow *rows, uint32_t files,
                    SegmentSection out[NAMES_SECTIONS])
{
    Head *head = ARENA_NEW(arena, Head);
    Str *names = ARENA_ARRAY(arena, Str, files);
    Hash128 *seen = ARENA_ARRAY(arena, Hash128, files);
    ListsBuilder unlisted = lists_builder(arena, files, 0);
    *head = (Head){.version = NAMESTORE_VERSION, .files = files};
    for (uint32_t i = 0; i < files; i++) {
        names[i] = rows[i].names;
        seen[i] = rows[i].seen;
        hash_sum_add(&head->sum, rows[i].seen);
        lists_add(&unlisted, rows[i].unlisted);
    }
    lists_finish(&unlisted);
    factstore_pack(arena, FACTS_NAMES, names, files, out);
    out += FACTS_SECTIONS;
    out[0] = (SegmentSection){NAMES_HEAD, {(const char *)head, sizeof *head}};
    out[1] = (SegmentSection){NAMES_SEEN, {(const char *)seen, files * sizeof *seen}};
    out[2] = (SegmentSection){NAMES_UNLISTED, buf_str(&unlisted.bytes)};
    out[3] = (SegmentSection){
        NAMES_UNLISTED_STARTS,
        {(const char *)unlisted.starts, lists_starts(files) * sizeof *unlisted.starts}};
}

// --- reading ---

static bool fits(const Segment *segment, const Head *head, const FactStore *names)
{
    uint64_t seen = (uint64_t)head->files * sizeof(Hash128);
    uint64_t starts = (uint64_t)lists_starts(head->files) * sizeof(uint32_t);
    return head->version == NAMESTORE_VERSION && names->files == head->files &&
           segment_section_bytes(segment, NAMES_SEEN) == seen &&
           segment_section_bytes(segment, NAMES_UNLISTED_STARTS) == starts;
}

Fail namestore_open(Ctx *cx, const Segment *segment, NameStore *out)
{
    Head head = {0};
    *out = (NameStore){0};
    if (!segment_section_bytes(segment, NAMES_HEAD)) return NULL;
    Str bytes = segment_section(segment, NAMES_HEAD);
    FactStore names;
    if (bytes.len == sizeof head) memcpy(&head, bytes.ptr, sizeof head);
    TRY(factstore_open(cx, segment, FACTS_NAMES, &names));
    if (!fits(segment, &head, &names))
        return FAIL(cx->arena, DAMAGED, "the names of a segment do not fit together");
    *out = (NameStore){.names = names, .segment = segment, .files = head.files, .sum = head.sum};
    out->unlisted = (Lists){
        .segment = segment,
        .starts =
            (const uint32_t *)(const void *)segment_unchecked(segment, NAMES_UNLISTED_STARTS).ptr,
        .count = head.files,
        .bytes = segment_unchecked(segment, NAMES_UNLISTED)};
    return NULL;
}

Hash128 namestore_seen(const NameStore *store, uint32_t file)
{
    Hash128 seen = {0};
    if (file >= store->files) return seen;
    Str bytes = segment_part(store->segment, NAMES_SEEN, file * sizeof seen, sizeof seen);
    if (bytes.ptr) memcpy(&seen, bytes.ptr, sizeof seen);
    return seen;
}

Str namestore_unlisted(const NameStore *store, uint32_t file)
{
    return lists_get(&store->unlisted, file);
}
