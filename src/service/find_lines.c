// service/find_lines.c
#include "service/find_lines.h"

#include "index/terms.h"

enum { SOURCE_BLOCK = 4096, STEP = 16 << 10 };

// --- reading ---

// Eight bytes at a time: a byte of `ends` is 1 where the line ends.
static uint32_t count_ends(const char *at, size_t len)
{
    static const uint64_t ones = UINT64_C(0x0101010101010101);
    uint32_t count = 0;
    size_t i = 0;
    while (i + 8 <= len) {
        uint64_t sums = 0;
        for (size_t stop = MIN(len - 7, i + 255 * 8); i < stop; i += 8) {
            uint64_t bytes;
            memcpy(&bytes, at + i, 8);
            bytes ^= ones * '\n';
            uint64_t rest = (bytes & ones * 0x7F) + ones * 0x7F; // the high bit: some other is set
            sums += ~(rest | bytes) >> 7 & ones;
        }
        sums = (sums & UINT64_C(0x00FF00FF00FF00FF)) + (sums >> 8 & UINT64_C(0x00FF00FF00FF00FF));
        count += (uint32_t)(sums * UINT64_C(0x0001000100010001) >> 48);
    }
    for (; i < len; i++) count += at[i] == '\n';
    return count;
}

// Reads on until line `last` ends.
static Fail read_until(Ctx *cx, OsFile file, size_t cap, uint32_t last, char *room, uint32_t *ends,
                       size_t *len)
{
    uint32_t ended = 0;
    for (size_t counted = 0; *len < cap && ended < last;) {
        size_t got, step = MIN(cap - *len, (size_t)STEP);
        TRY(os_read(cx, file, room + *len, step, false, &got));
        *len += got;
        for (; counted < *len; counted += SOURCE_BLOCK) {
            ended += count_ends(room + counted, MIN((size_t)SOURCE_BLOCK, *len - counted));
            ends[counted / SOURCE_BLOCK] = ended;
        }
        if (got < step) break;
    }
    return NULL;
}

static Fail read_opened(Ctx *cx, OsFile file, uint64_t most, uint32_t last, Source *out)
{
    OsStat info;
    size_t len = 0;
    TRY(os_fstat(cx, file, &info));
    if (info.type != OS_REGULAR) return FAIL(cx->arena, IO, "it is no regular file any more");
    if (info.size_bytes > most) return FAIL(cx->arena, TOO_LARGE, "it has grown too large");
    size_t cap = (size_t)info.size_bytes;
    char *room = arena_alloc_raw(cx->arena, cap + 1);
    uint32_t *ends = arena_alloc_raw(cx->arena, (cap / SOURCE_BLOCK + 1) * sizeof *ends);
    TRY(read_until(cx, file, cap, last, room, ends, &len));
    *out = (Source){{room, len}, ends};
    return NULL;
}

Fail source_read(Ctx *cx, OsFile dir, const char *path, uint64_t most, uint32_t last_line,
                 Source *out)
{
    OsFile file = OS_FILE_NONE;
    *out = (Source){0};
    TRY(os_open(cx, dir, path, OS_FOLLOW, &file));
    Fail fail = read_opened(cx, file, most, last_line, out);
    os_close(&file);
    return fail;
}

// Where the line begins; the text's end when there are not so many.
static size_t line_start(const Source *source, uint32_t line)
{
    size_t block = 0, blocks = (source->text.len + SOURCE_BLOCK - 1) / SOURCE_BLOCK;
    while (block < blocks && source->ends[block] < line - 1) block++;
    size_t at = MIN(block * SOURCE_BLOCK, source->text.len);
    uint32_t ended = block ? source->ends[block - 1] : 0;
    for (; ended < line - 1 && at < source->text.len; ended++)
        at += MIN(str_find(str_sub(source->text, at, source->text.len), '\n') + 1,
                  source->text.len - at);
    return at;
}

SourceLines source_lines(Arena *arena, const Source *source, uint32_t first, uint32_t last)
{
    Str text = source->text;
    SourceLines out = {.text = text, .first = first};
    if (!first || last < first) return out;
    uint32_t *starts = ARENA_ARRAY(arena, uint32_t, (size_t)last - first + 2);
    size_t at = text.len ? line_start(source, first) : 0;
    starts[0] = (uint32_t)at;
    for (; out.count <= last - first && at < text.len; out.count++) {
        const char *end = memchr(text.ptr + at, '\n', text.len - at);
        at = end ? (size_t)(end - text.ptr) + 1 : text.len;
        starts[out.count + 1] = (uint32_t)at;
    }
    out.starts = starts;
    return out;
}

Str source_line(const SourceLines *lines, uint32_t line)
{
    enum { LONGEST = 400 };
    if (line < lines->first || line - lines->first >= lines->count) return STR_NONE;
    const uint32_t *start = &lines->starts[line - lines->first];
    Str text = str_sub(lines->text, start[0], start[1]);
    while (text.len && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r'))
        text.len--;
    text.len = utf8_cut(text, LONGEST);
    return text;
}

// --- weighing ---

static void add_pair(LineTerms *terms, uint8_t first, uint8_t second)
{
    size_t pair = (size_t)first << 8 | second;
    terms->pairs[pair / 64] |= UINT64_C(1) << pair % 64;
}

void line_terms_init(Arena *arena, const Lexical *lexical, LineTerms *out)
{
    *out = (LineTerms){.lexical = lexical, .arena = arena};
    for (int c = 0; c < 256; c++) {
        int lower = c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
        out->fold[c] = (uint8_t)(lower == 'y' ? 'i' : lower);
    }
    for (size_t i = 0; i < lexical->term_count; i++) {
        Str text = lexical->terms[i].of->text;
        if (text.len && text.ptr[0] == '=') text = str_sub(text, 1, text.len);
        if (!text.len) continue;
        uint8_t first = out->fold[(unsigned char)text.ptr[0]];
        if (text.len > 1) add_pair(out, first, out->fold[(unsigned char)text.ptr[1]]);
        for (int c = 0; text.len == 1 && c < 256; c++) add_pair(out, first, (uint8_t)c);
    }
}

// The first place from `at` on where a term may begin; the line's end when there is none.
static size_t next_begin(const LineTerms *terms, Str line, size_t at)
{
    const unsigned char *bytes = (const unsigned char *)line.ptr;
    for (; at < line.len; at++) {
        size_t second = at + 1 < line.len ? terms->fold[bytes[at + 1]] : 0;
        size_t pair = (size_t)terms->fold[bytes[at]] << 8 | second;
        if (terms->pairs[pair / 64] >> pair % 64 & 1 && terms_begins_part(line, at)) return at;
    }
    return line.len;
}

enum { NONE = UINT8_MAX, SEVERAL = NONE - 1, UNKNOWN = NONE - 2 };

static void add_term(const Lexical *lexical, size_t term, uint64_t *seen, double *weight)
{
    if (*seen >> term & 1) return;
    *seen |= (uint64_t)1 << term;
    *weight += lexical->terms[term].of->weight * lexical->terms[term].idf;
}

// Adds what a word has, in the order of its parts; returns what LineTerms.known says of it.
static uint64_t take_apart(const Lexical *lexical, Str word, uint64_t *seen, double *weight)
{
    uint64_t has = NONE;
    WordTerms terms;
    terms_of_word(word, &terms);
    for (size_t i = 0; i < terms.count; i++) {
        for (size_t t = 0; t < lexical->term_count; t++) {
            if (!str_eq(lexical->terms[t].of->text, terms.items[i])) continue;
            has = has == NONE || has == t ? t : SEVERAL;
            add_term(lexical, t, seen, weight);
        }
    }
    return has;
}

static void weigh_word(LineTerms *terms, Str word, uint64_t *seen, double *weight)
{
    uint64_t *known = map_at(terms->arena, &terms->known, word, UNKNOWN);
    if (*known == UNKNOWN || *known == SEVERAL)
        *known = take_apart(terms->lexical, word, seen, weight);
    else if (*known != NONE) add_term(terms->lexical, (size_t)*known, seen, weight);
}

double line_weight(LineTerms *terms, Str line)
{
    uint64_t seen = 0;
    double weight = 0;
    Str word;
    size_t begin = next_begin(terms, line, 0);
    for (size_t at = 0; begin < line.len && terms_next_word(line, &at, &word);) {
        if (at <= begin) continue;
        weigh_word(terms, word, &seen, &weight);
        begin = next_begin(terms, line, at);
    }
    return weight;
}
