// index/lexicon.c - reading.
#include "index/lexicon_.h"

// --- opening ---

static Str find_in(void *arg, uint32_t id)
{
    return lexicon_find_in(arg, id);
}

Str lexicon_find_in(const SegmentSection *sections, uint32_t id)
{
    return sections[id - LEX_SECTION_HEAD].bytes;
}

typedef struct Opening {
    Str (*section)(void *arg, uint32_t id);
    void *arg;
    const Segment *segment;
    bool bad;
} Opening;

static Str get_bytes(Opening *opening, LexiconSection id)
{
    return opening->section(opening->arg, id);
}

// A section that is an array of `count` items.
static const void *get_rows(Opening *opening, LexiconSection id, size_t count, size_t size)
{
    Str bytes = get_bytes(opening, id);
    if (bytes.len != count * size) opening->bad = true;
    return bytes.ptr;
}

static StrTableSections get_strings(Opening *opening, LexiconSection text)
{
    return (StrTableSections){.text = get_bytes(opening, text),
                              .starts = get_bytes(opening, text + 1),
                              .tops = get_bytes(opening, text + 2)};
}

static StrTable open_strings(Opening *opening, LexiconSection text, uint32_t count)
{
    StrTable table = {0};
    StrTableSections sections = get_strings(opening, text);
    if (!strtable_open(opening->segment, &sections, count, &table)) opening->bad = true;
    return table;
}

static Lists open_lists(Opening *opening, LexiconSection bytes, uint32_t count)
{
    return (Lists){.segment = opening->segment,
                   .starts = get_rows(opening, bytes + 1, lists_starts(count), 4),
                   .count = count,
                   .bytes = get_bytes(opening, bytes)};
}

static size_t def_groups(uint32_t defs)
{
    return ((size_t)defs + LEX_DEF_GROUP - 1) / LEX_DEF_GROUP;
}

static bool open_sections(Opening *opening, Lexicon *out)
{
    const LexHead *head = get_rows(opening, LEX_SECTION_HEAD, 1, sizeof *head);
    if (opening->bad || head->version != LEXICON_VERSION) return false;
    *out = (Lexicon){
        .segment = opening->segment,
        .head = head,
        .files = get_rows(opening, LEX_SECTION_FILES, head->files, sizeof *out->files),
        .folders = get_rows(opening, LEX_SECTION_FOLDERS, head->folders, sizeof *out->folders),
        .chunks = get_rows(opening, LEX_SECTION_CHUNKS, head->chunks, sizeof *out->chunks),
        .lengths = get_rows(opening, LEX_SECTION_LENGTHS, head->chunks, sizeof *out->lengths),
        .blocks = get_rows(opening, LEX_SECTION_BLOCKS, head->blocks, sizeof *out->blocks),
        .path_terms = get_rows(opening, LEX_SECTION_PATH_TERMS, head->path_terms, 4),
        .indegree = get_rows(opening, LEX_SECTION_INDEGREE, head->files, 4),
        .def_starts = get_rows(opening, LEX_SECTION_DEF_STARTS, def_groups(head->defs) + 1, 4),
        .unit_starts = get_rows(opening, LEX_SECTION_UNIT_STARTS, head->units + (size_t)1, 4),
        .unit_terms = get_rows(opening, LEX_SECTION_UNIT_TERMS, head->unit_terms, 4),
        .terms = open_strings(opening, LEX_SECTION_TERM_TEXT, head->terms),
        .names = open_strings(opening, LEX_SECTION_NAME_TEXT, head->names),
        .postings = open_lists(opening, LEX_SECTION_POSTINGS, head->terms),
        .name_lists = open_lists(opening, LEX_SECTION_NAME_LISTS, head->names),
        .paths = get_bytes(opening, LEX_SECTION_PATHS),
        .defs = get_bytes(opening, LEX_SECTION_DEFS),
        .name_filter = get_bytes(opening, LEX_SECTION_NAME_FILTER),
        .tokens = get_bytes(opening, LEX_SECTION_TOKENS),
    };
    bool fits = out->name_filter.len == head->filter_lines * (size_t)LEX_FILTER_LINE;
    return fits && !opening->bad;
}

bool lexicon_open(Str (*section)(void *arg, uint32_t id), void *arg, Lexicon *out)
{
    Opening opening = {.section = section, .arg = arg};
    return open_sections(&opening, out);
}

static Str find_unchecked(void *arg, uint32_t id)
{
    return segment_unchecked(arg, id);
}

bool lexicon_open_segment(const Segment *segment, Lexicon *out)
{
    if (!segment_section(segment, LEX_SECTION_HEAD).ptr) return false;
    Opening opening = {find_unchecked, (void *)(uintptr_t)segment, segment, false};
    return open_sections(&opening, out);
}

void lexicon_view(const SegmentSection *sections, Lexicon *out)
{
    bool fits = lexicon_open(find_in, (void *)(uintptr_t)sections, out);
    (void)fits; // sizes are compared when the segment is read again
}

uint64_t lexicon_bytes(const Lexicon *lexicon)
{
    const LexHead *head = lexicon->head;
    const StrTable *tables[] = {&lexicon->terms, &lexicon->names};
    const Lists *lists[] = {&lexicon->postings, &lexicon->name_lists};
    uint64_t words = head->path_terms + head->files + def_groups(head->defs) + head->units +
                     (uint64_t)head->unit_terms + 2;
    uint64_t bytes = sizeof *head + head->files * sizeof(LexFile) +
                     head->folders * sizeof(LexFolder) +
                     head->chunks * (sizeof(LexChunk) + sizeof(LexLengths)) +
                     head->blocks * sizeof(LexBlock) + words * 4;
    for (size_t i = 0; i < 2; i++)
        bytes +=
            strtable_bytes(tables[i]) + lists[i]->bytes.len + lists_starts(lists[i]->count) * 4;
    return bytes + lexicon->paths.len + lexicon->defs.len + lexicon->name_filter.len +
           lexicon->tokens.len;
}

// --- rows, names and texts ---

const char lex_nothing[128] = {0};

const uint32_t *lex_path_terms(const Lexicon *lexicon, const LexFile *file)
{
    const uint32_t *at = lexicon->path_terms + file->path_terms;
    size_t bytes = ((size_t)file->stem_terms + file->folder_terms) * sizeof *at;
    if (!bytes) return NULL;
    return lexicon->segment && !segment_is_sound(lexicon->segment, at, bytes) ? NULL : at;
}

Str lex_part(const Lexicon *lexicon, Str of, size_t from, size_t to)
{
    Str part = str_sub(of, from, to);
    if (!part.len || !lexicon->segment) return part;
    return segment_is_sound(lexicon->segment, part.ptr, part.len) ? part : STR("");
}

Str lexicon_path(const Lexicon *lexicon, uint32_t file)
{
    const LexFile *row = lex_file(lexicon, file);
    return lex_part(lexicon, lexicon->paths, row->path_start,
                    (size_t)row->path_start + row->path_len);
}

uint32_t lexicon_folder(const Lexicon *lexicon, Str path)
{
    uint32_t low = 0, high = lexicon->head->folders;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        int way =
            str_cmp(path_folder(lexicon_path(lexicon, lex_folder(lexicon, middle)->file)), path);
        if (way == 0) return middle;
        if (way < 0) low = middle + 1;
        else high = middle;
    }
    return LEX_NONE;
}

Str lexicon_term_text(Arena *arena, const Lexicon *lexicon, uint32_t term)
{
    return strtable_get(arena, &lexicon->terms, term);
}

Str lexicon_name_text(Arena *arena, const Lexicon *lexicon, uint32_t name)
{
    return strtable_get(arena, &lexicon->names, name);
}

uint32_t lexicon_term(const Lexicon *lexicon, Str text)
{
    return strtable_find(&lexicon->terms, text);
}

uint64_t lex_name_hash(Str text)
{
    return hash_64(text.ptr, text.len);
}

LexFilterBits lex_filter_bits(uint64_t hash, uint32_t lines)
{
    uint64_t bits = hash * UINT64_C(0x9E3779B97F4A7C15);
    LexFilterBits out = {.line = (uint32_t)((hash >> 32) * lines >> 32)};
    for (size_t i = 0; i < ARRAY_LEN(out.bits); i++)
        out.bits[i] = (uint16_t)(bits >> (19 + 9 * i) & (LEX_FILTER_LINE * 8 - 1));
    return out;
}

uint32_t lexicon_name_hashed(const Lexicon *lexicon, Str text, uint64_t hash)
{
    uint32_t lines = lexicon->head->filter_lines;
    if (!lines) return LEX_NONE;
    LexFilterBits filter = lex_filter_bits(hash, lines);
    const char *line = lexicon->name_filter.ptr + (size_t)filter.line * LEX_FILTER_LINE;
    const uint8_t *bytes = lex_row(lexicon, line, LEX_FILTER_LINE);
    for (size_t i = 0; i < ARRAY_LEN(filter.bits); i++)
        if (!(bytes[filter.bits[i] / 8] >> filter.bits[i] % 8 & 1)) return LEX_NONE;
    return strtable_find(&lexicon->names, text);
}

uint32_t lexicon_name(const Lexicon *lexicon, Str text)
{
    return lexicon_name_hashed(lexicon, text, lex_name_hash(text));
}
