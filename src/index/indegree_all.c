// index/indegree_all.c - how many files use what a file defines, of all files at once.
//
//   names of all parts, merged in order --one that counts--> a Use for each part that has it and
//   each file that defines it --by file--> its uses' files, each counted once
//
// What corpus_count_indegree looks up by text, name by name and part by part, is met here in order.
// A name that stands only in the file that defines it, as most do, leaves no Use.
#include "index/indegree_.h"

typedef struct Use { // a name that a file defines, in a part where it stands
    uint32_t next;   // of the same file: one more than its place; 0: none
    uint32_t name;
    uint32_t part;
} Use;

typedef struct NameUses { // of one part, in order
    const CorpusPart *part;
    uint32_t *def_files; // by definition: whose, LEX_NONE when it does not count
    StrCursor cursor;
    Str text;
    uint32_t name; // number of `text`
} NameUses;

typedef struct All {
    Arena arena;
    const Corpus *corpus;
    NameUses *names;
    NameUses **heap; // those that are not at their end, the smallest text on top
    size_t heap_count;
    uint32_t *first; // by file: as Use.next
    Use *uses;       // on the heap, where it can grow in place
    uint32_t use_count, use_room;
} All;

// --- merging names ---

static bool is_before(const NameUses *a, const NameUses *b)
{
    int way = str_cmp(a->text, b->text);
    return way ? way < 0 : a->part < b->part;
}

static void sink(All *all, size_t at)
{
    for (;;) {
        size_t first = at, left = 2 * at + 1, right = left + 1;
        if (left < all->heap_count && is_before(all->heap[left], all->heap[first])) first = left;
        if (right < all->heap_count && is_before(all->heap[right], all->heap[first])) first = right;
        if (first == at) return;
        NameUses *other = all->heap[at];
        all->heap[at] = all->heap[first];
        all->heap[first] = other;
        at = first;
    }
}

static bool next_name(NameUses *names)
{
    names->name = names->cursor.next;
    return strtable_next(&names->cursor, &names->text);
}

static uint32_t *list_def_files(Arena *arena, const CorpusPart *part)
{
    const Lexicon *lexicon = part->lexicon;
    uint32_t *out = ARENA_ARRAY(arena, uint32_t, lexicon->head->defs);
    memset(out, 0xFF, lexicon->head->defs * sizeof *out);
    for (uint32_t i = 0; i < lexicon->head->files; i++) {
        const LexFile *file = lex_file(lexicon, i);
        if (corpus_is_dead(part, i)) continue;
        LexDefs defs = lexicon_defs(lexicon, file->first_def, file->def_count);
        while (lex_next_def(&defs))
            if (indegree_counts(&defs.def)) out[defs.next - 1] = i;
    }
    return out;
}

static void begin(All *all)
{
    const Corpus *corpus = all->corpus;
    all->names = ARENA_ARRAY(&all->arena, NameUses, corpus->part_count);
    all->heap = ARENA_ARRAY(&all->arena, NameUses *, corpus->part_count);
    for (size_t i = 0; i < corpus->part_count; i++) {
        NameUses *names = &all->names[i];
        names->part = &corpus->parts[i];
        if (!names->part->lexicon->head->names) continue;
        names->def_files = list_def_files(&all->arena, names->part);
        names->cursor = strtable_cursor(&all->arena, &names->part->lexicon->names);
        if (next_name(names)) all->heap[all->heap_count++] = names;
    }
    for (size_t i = all->heap_count / 2; i-- > 0;) sink(all, i);
}

// --- one name ---

typedef struct Place { // where a name stands
    const NameUses *names;
    uint32_t name;
} Place;

typedef struct Definers {
    uint32_t files[INDEGREE_MOST_DEFINERS];
    uint32_t count; // more than the most: too many
} Definers;

static void add_definers(const Place *place, Definers *out)
{
    const NameUses *names = place->names;
    LexNumbers defs = lexicon_name_defs(names->part->lexicon, place->name);
    uint32_t last = LEX_NONE, most = names->part->lexicon->head->defs;
    while (out->count <= INDEGREE_MOST_DEFINERS && lex_next_number(&defs)) {
        uint32_t file = defs.value < most ? names->def_files[defs.value] : LEX_NONE;
        if (file == LEX_NONE || file == last) continue;
        last = file;
        if (out->count < INDEGREE_MOST_DEFINERS)
            out->files[out->count] = names->part->first_file + file;
        out->count++;
    }
}

// Whether all it says is that a file has the name which it defines itself.
static bool is_own(const Place *place, uint32_t file)
{
    LexNumbers files = lexicon_name_files(place->names->part->lexicon, place->name);
    return lex_next_number(&files) && place->names->part->first_file + files.value == file &&
           !lex_next_number(&files);
}

static void add_use(All *all, uint32_t file, uint32_t part, uint32_t name)
{
    enum { FIRST_ROOM = 4096 };
    if (all->use_count == all->use_room) {
        all->use_room = all->use_room ? all->use_room + all->use_room / 2 : FIRST_ROOM;
        all->uses = mem_resize(all->uses, all->use_room * sizeof *all->uses);
    }
    all->uses[all->use_count] = (Use){all->first[file], name, part};
    all->first[file] = ++all->use_count;
}

static void add_uses(All *all, const Place *places, size_t count)
{
    Definers definers = {.count = 0};
    for (size_t i = 0; i < count; i++) add_definers(&places[i], &definers);
    if (definers.count > INDEGREE_MOST_DEFINERS) return;
    for (size_t i = 0; i < definers.count; i++) {
        for (size_t k = 0; k < count; k++) {
            uint32_t part = (uint32_t)(places[k].names->part - all->corpus->parts);
            if (is_own(&places[k], definers.files[i])) continue;
            add_use(all, definers.files[i], part, places[k].name);
        }
    }
}

static void merge(All *all)
{
    Place *places = ARENA_ARRAY(&all->arena, Place, all->corpus->part_count);
    Buf text = buf_on(&all->arena);
    while (all->heap_count) {
        size_t count = 0;
        text.len = 0;
        buf_add(&text, all->heap[0]->text);
        while (all->heap_count && str_eq(all->heap[0]->text, buf_str(&text))) {
            NameUses *names = all->heap[0];
            places[count++] = (Place){names, names->name};
            if (!next_name(names)) all->heap[0] = all->heap[--all->heap_count];
            sink(all, 0);
        }
        if (text.len >= INDEGREE_SHORTEST_NAME) add_uses(all, places, count);
    }
}

// --- counting ---

static bool *list_passive(Arena *arena, const Corpus *corpus)
{
    bool *passive = ARENA_ARRAY(arena, bool, corpus->files);
    for (uint32_t i = 0; i < corpus->files; i++) {
        const CorpusPart *part = corpus_part_of_file(corpus, i);
        uint32_t local = i - part->first_file;
        passive[i] = !indegree_is_user(part, local);
    }
    return passive;
}

static void count_file(const All *all, const bool *passive, uint32_t *marks, uint32_t file,
                       uint32_t *out)
{
    const Corpus *corpus = all->corpus;
    for (uint32_t at = all->first[file]; at; at = all->uses[at - 1].next) {
        const CorpusPart *part = &corpus->parts[all->uses[at - 1].part];
        LexNumbers files = lexicon_name_files(part->lexicon, all->uses[at - 1].name);
        while (lex_next_number(&files)) {
            uint32_t user = part->first_file + files.value;
            if (user >= corpus->files || passive[user] || user == file) continue;
            if (marks[user] == file + 1) continue;
            marks[user] = file + 1;
            ++*out;
        }
    }
}

void corpus_count_all_indegree(const Corpus *corpus, uint32_t *out)
{
    All all = {.corpus = corpus};
    all.first = ARENA_ARRAY(&all.arena, uint32_t, corpus->files);
    uint32_t *marks = ARENA_ARRAY(&all.arena, uint32_t, corpus->files);
    const bool *passive = list_passive(&all.arena, corpus);
    begin(&all);
    merge(&all);
    memset(out, 0, corpus->files * sizeof *out);
    for (uint32_t i = 0; i < corpus->files; i++) count_file(&all, passive, marks, i, &out[i]);
    mem_free(all.uses);
    arena_fini(&all.arena);
}
