// train/pairfile.c
#include "train/pairfile.h"

#include <stdlib.h>

#include "index/segment.h"

enum { // ids in the segment
    SECTION_ABOUT = 0x400,
    SECTION_TERM_STARTS,
    SECTION_TERM_TEXT,
    SECTION_FREQUENCY,
    SECTION_REPOS,
    SECTION_NAMES,
    SECTION_PAIRS,
    SECTION_BAGS,
    SECTIONS = SECTION_BAGS - SECTION_ABOUT + 1,
};

// ---- writing

typedef struct Ranked { // a term of all repositories
    uint32_t term, frequency;
} Ranked;

typedef struct Merge {
    Arena *arena;
    const PairFileSpec *spec;
    PairFileCounts counts;
    Terms terms;         // of all repositories
    uint32_t *frequency; // by its number
    uint32_t *repos;     // in how many repositories
    uint32_t *place;     // 1 + its number in the file, 0: left out
    Map seen;            // hashes of pairs
    VEC(Pair) pairs;
    Buf bags, names;
} Merge;

// Counts in how many pairs each of the repository's terms is.
static void count_terms(const Mined *mined, uint32_t *local)
{
    for (size_t i = 0; i < mined->pairs.len; i++) {
        const uint32_t *at = mined->bags.items + mined->pairs.items[i].start;
        for (uint32_t k = 0; k < at[0]; k++) local[at[1 + k]]++;
        at += 1 + at[0];
        for (uint32_t k = 0; k < at[0]; k++) local[at[1 + 2 * k]]++;
    }
}

static void merge_terms(Merge *merge, const Mined *mined, size_t count)
{
    size_t total = 0;
    for (size_t r = 0; r < count; r++) total += mined[r].terms.texts.len;
    merge->frequency = ARENA_ARRAY(merge->arena, uint32_t, total);
    merge->repos = ARENA_ARRAY(merge->arena, uint32_t, total);
    for (size_t r = 0; r < count; r++) {
        const Mined *repo = &mined[r];
        uint32_t *local = mem_alloc((repo->terms.texts.len + 1) * sizeof *local);
        count_terms(repo, local);
        for (size_t i = 0; i < repo->terms.texts.len; i++) {
            if (!local[i]) continue;
            uint32_t number = terms_number(&merge->terms, repo->terms.texts.items[i]);
            merge->frequency[number] += local[i];
            merge->repos[number]++;
        }
        mem_free(local);
    }
}

static int by_frequency(const void *a, const void *b)
{
    const Ranked *x = a, *y = b;
    if (x->frequency != y->frequency) return x->frequency < y->frequency ? 1 : -1;
    return (x->term > y->term) - (x->term < y->term);
}

static Ranked *choose_terms(Merge *merge)
{
    size_t all = merge->terms.texts.len, kept = 0;
    Ranked *ranked = ARENA_ARRAY(merge->arena, Ranked, all);
    for (size_t i = 0; i < all; i++) {
        bool joined = str_starts(merge->terms.texts.items[i], STR("="));
        uint32_t least = joined ? merge->spec->least_joined : merge->spec->least_plain;
        if (merge->frequency[i] >= least && merge->repos[i] >= merge->spec->least_repos)
            ranked[kept++] = (Ranked){(uint32_t)i, merge->frequency[i]};
    }
    qsort(ranked, kept, sizeof *ranked, by_frequency);
    kept = MIN(kept, (size_t)merge->spec->most_terms);
    merge->place = ARENA_ARRAY(merge->arena, uint32_t, all);
    for (size_t i = 0; i < kept; i++) merge->place[ranked[i].term] = (uint32_t)i + 1;
    merge->counts.terms = (uint32_t)kept;
    merge->counts.terms_seen = (uint32_t)all;
    return ranked;
}

static void put_number(Buf *buf, uint32_t value)
{
    for (; value >= 128; value >>= 7) buf_byte(buf, (char)(value | 128));
    buf_byte(buf, (char)value);
}

static int by_term(const void *a, const void *b)
{
    const BagTerm *x = a, *y = b;
    return (x->term > y->term) - (x->term < y->term);
}

// Terms by the file's numbers, sorted; returns how many are left.
static uint32_t renumber(const uint32_t *to_file, const uint32_t *from, uint32_t count,
                         uint32_t step, BagTerm *out)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < count && kept < PAIR_MOST_TERMS; i++) {
        uint32_t place = to_file[from[i * step]];
        if (place) out[kept++] = (BagTerm){place - 1, step == 2 ? from[i * step + 1] : 1};
    }
    qsort(out, kept, sizeof *out, by_term);
    return kept;
}

static void put_bag(Buf *buf, const BagTerm *terms, uint32_t count, bool with_counts)
{
    uint32_t last = 0;
    put_number(buf, count);
    for (uint32_t i = 0; i < count; last = terms[i++].term) {
        put_number(buf, terms[i].term - last);
        if (with_counts) put_number(buf, terms[i].count);
    }
}

static void merge_pair(Merge *merge, const Mined *repo, const uint32_t *to_file, Pair pair)
{
    BagTerm query[PAIR_MOST_TERMS], body[PAIR_MOST_TERMS];
    const uint32_t *at = repo->bags.items + pair.start;
    uint32_t query_len = renumber(to_file, at + 1, at[0], 1, query);
    at += 1 + at[0];
    uint32_t body_len = renumber(to_file, at + 1, at[0], 2, body);
    size_t start = merge->bags.len;
    if (!query_len || body_len < 2) {
        merge->counts.empty++;
        return;
    }
    put_bag(&merge->bags, query, query_len, false);
    put_bag(&merge->bags, body, body_len, true);
    uint64_t hash = hash_64(merge->bags.ptr + start, merge->bags.len - start);
    Str key = {(const char *)&hash, sizeof hash};
    if (map_get(&merge->seen, key, NULL)) {
        merge->bags.len = start;
        merge->counts.copies++;
        return;
    }
    map_put(merge->arena, &merge->seen, str_copy(merge->arena, key), 1);
    pair.start = (uint32_t)start;
    VEC_PUSH(merge->arena, &merge->pairs, pair);
}

static PairRepo merge_repo(Merge *merge, const Mined *repo)
{
    PairRepo out = {.name_start = (uint32_t)merge->names.len,
                    .name_len = (uint32_t)repo->name.len,
                    .first = (uint32_t)merge->pairs.len};
    buf_add(&merge->names, repo->name);
    uint32_t *to_file = mem_alloc((repo->terms.texts.len + 1) * sizeof *to_file);
    for (size_t i = 0; i < repo->terms.texts.len; i++) {
        uint64_t number;
        if (map_get(&merge->terms.numbers, repo->terms.texts.items[i], &number))
            to_file[i] = merge->place[number];
    }
    for (size_t i = 0; i < repo->pairs.len; i++)
        merge_pair(merge, repo, to_file, repo->pairs.items[i]);
    mem_free(to_file);
    out.count = (uint32_t)merge->pairs.len - out.first;
    return out;
}

static Fail write_sections(Ctx *cx, const char *path, Merge *merge, const Ranked *ranked,
                           const PairRepo *repos, size_t repo_count)
{
    uint32_t terms = merge->counts.terms;
    uint32_t *starts = ARENA_ARRAY(merge->arena, uint32_t, (size_t)terms + 1);
    uint32_t *frequency = ARENA_ARRAY(merge->arena, uint32_t, (size_t)terms + 1);
    Buf text = buf_on(merge->arena);
    for (uint32_t i = 0; i < terms; i++) {
        buf_add(&text, merge->terms.texts.items[ranked[i].term]);
        starts[i + 1] = (uint32_t)text.len;
        frequency[i] = ranked[i].frequency;
    }
    const SegmentSection sections[SECTIONS] = {
        {SECTION_ABOUT, merge->spec->about},
        {SECTION_TERM_STARTS, {(const char *)starts, (terms + 1) * sizeof *starts}},
        {SECTION_TERM_TEXT, buf_str(&text)},
        {SECTION_FREQUENCY, {(const char *)frequency, terms * sizeof *frequency}},
        {SECTION_REPOS, {(const char *)repos, repo_count * sizeof *repos}},
        {SECTION_NAMES, buf_str(&merge->names)},
        {SECTION_PAIRS,
         {(const char *)merge->pairs.items, merge->pairs.len * sizeof *merge->pairs.items}},
        {SECTION_BAGS, buf_str(&merge->bags)},
    };
    SegmentInfo info;
    TRY(segment_write(cx, OS_CWD, path, sections, SECTIONS, &info));
    merge->counts.bytes = info.bytes;
    return NULL;
}

Fail pairfile_write(Ctx *cx, const char *path, const PairFileSpec *spec, const Mined *mined,
                    size_t count, PairFileCounts *out)
{
    Arena arena = {0};
    Merge merge = {.arena = &arena,
                   .spec = spec,
                   .terms = {.arena = &arena},
                   .bags = buf_on(&arena),
                   .names = buf_on(&arena)};
    merge_terms(&merge, mined, count);
    const Ranked *ranked = choose_terms(&merge);
    PairRepo *repos = ARENA_ARRAY(&arena, PairRepo, count);
    for (size_t r = 0; r < count; r++) repos[r] = merge_repo(&merge, &mined[r]);
    merge.counts.pairs = (uint32_t)merge.pairs.len;
    Fail fail = write_sections(cx, path, &merge, ranked, repos, count);
    *out = merge.counts;
    arena_fini(&arena);
    return fail;
}

// ---- reading

typedef struct Reader {
    const uint8_t *at, *end;
    bool bad;
} Reader;

static uint32_t get_number(Reader *reader)
{
    uint32_t value = 0;
    for (int shift = 0; shift < 35 && reader->at < reader->end; shift += 7) {
        uint8_t byte = *reader->at++;
        value |= (uint32_t)(byte & 127) << shift;
        if (byte < 128) return value;
    }
    reader->bad = true;
    return 0;
}

static bool read_bags(Reader *reader, uint32_t term_count, PairBags *out)
{
    uint32_t term = 0;
    out->query_len = get_number(reader);
    if (out->query_len > PAIR_MOST_TERMS) return false;
    for (uint32_t i = 0; i < out->query_len; i++) {
        out->query[i] = term += get_number(reader);
        if (term >= term_count) return false;
    }
    term = 0;
    out->body_len = get_number(reader);
    if (out->body_len > PAIR_MOST_TERMS) return false;
    for (uint32_t i = 0; i < out->body_len; i++) {
        term += get_number(reader);
        out->body[i] = (BagTerm){term, get_number(reader)};
        if (term >= term_count) return false;
    }
    return !reader->bad;
}

static bool read_pair(const PairFile *file, uint32_t pair, PairBags *out)
{
    const uint8_t *bytes = (const uint8_t *)file->bags.ptr;
    if (file->pairs[pair].start > file->bags.len) return false;
    Reader reader = {bytes + file->pairs[pair].start, bytes + file->bags.len, false};
    return read_bags(&reader, file->term_count, out);
}

void pair_read(const PairFile *file, uint32_t pair, PairBags *out)
{
    if (!read_pair(file, pair, out)) out->query_len = out->body_len = 0; // checked when opened
}

static bool fits(PairFile *file)
{
    uint32_t next = 0;
    for (uint32_t i = 0; i < file->term_count; i++)
        if (file->term_starts[i] > file->term_starts[i + 1]) return false;
    if (file->term_starts[file->term_count] > file->term_text.len) return false;
    for (uint32_t i = 0; i < file->repo_count; i++) {
        const PairRepo *repo = &file->repos[i];
        if (repo->first != next || repo->count > file->pair_count - next) return false;
        if ((uint64_t)repo->name_start + repo->name_len > file->names.len) return false;
        next += repo->count;
    }
    PairBags *bags = mem_alloc(sizeof *bags);
    bool good = next == file->pair_count;
    for (uint32_t i = 0; good && i < file->pair_count; i++)
        good = file->pairs[i].kind < PAIR_KINDS && read_pair(file, i, bags);
    mem_free(bags);
    return good;
}

Fail pairfile_open(Ctx *cx, const char *path, PairFile *out)
{
    PairFile file = {0};
    TRY(segment_open(cx, OS_CWD, path, &file.segment));
    Str starts = segment_section(file.segment, SECTION_TERM_STARTS);
    Str frequency = segment_section(file.segment, SECTION_FREQUENCY);
    Str repos = segment_section(file.segment, SECTION_REPOS);
    Str pairs = segment_section(file.segment, SECTION_PAIRS);
    file.about = segment_section(file.segment, SECTION_ABOUT);
    file.names = segment_section(file.segment, SECTION_NAMES);
    file.bags = segment_section(file.segment, SECTION_BAGS);
    file.term_text = segment_section(file.segment, SECTION_TERM_TEXT);
    file.term_starts = (const void *)starts.ptr;
    file.frequency = (const void *)frequency.ptr;
    file.repos = (const void *)repos.ptr;
    file.pairs = (const void *)pairs.ptr;
    file.term_count = (uint32_t)(frequency.len / sizeof(uint32_t));
    file.repo_count = (uint32_t)(repos.len / sizeof(PairRepo));
    file.pair_count = (uint32_t)(pairs.len / sizeof(Pair));
    bool good = starts.len == (file.term_count + 1) * sizeof(uint32_t) && fits(&file);
    *out = file;
    if (good) return NULL;
    pairfile_close(out);
    return FAIL(cx->arena, DAMAGED, "%s is not a file of training pairs of version %d", path,
                PAIRFILE_VERSION);
}

void pairfile_close(PairFile *file)
{
    segment_close(file->segment);
    *file = (PairFile){0};
}

Hash128 pairfile_id(const PairFile *file)
{
    return segment_info(file->segment).digest;
}

Str pairfile_term(const PairFile *file, uint32_t term)
{
    return str_sub(file->term_text, file->term_starts[term], file->term_starts[term + 1]);
}

Str pairfile_repo(const PairFile *file, uint32_t repo)
{
    const PairRepo *row = &file->repos[repo];
    return str_sub(file->names, row->name_start, row->name_start + row->name_len);
}
