// index/indegree.c - how many files use what a file defines.
#include "base/vec.h"
#include "index/indegree_.h"

enum { SHORTEST_NAME = INDEGREE_SHORTEST_NAME, MOST_DEFINERS = INDEGREE_MOST_DEFINERS };

typedef struct Using {
    const CorpusPart *part; // being looked through
    uint32_t *marks;        // by file: one more than the last file that it was counted for
    uint32_t defined_in, count;
} Using;

bool indegree_is_user(const CorpusPart *part, uint32_t local)
{
    return !(lex_file(part->lexicon, local)->flags & PATH_TEST) && !corpus_is_dead(part, local);
}

static void use(Using *using, uint32_t local)
{
    const CorpusPart *part = using->part;
    uint32_t file = part->first_file + local;
    if (!indegree_is_user(part, local)) return;
    if (file == using->defined_in || using->marks[file] == using->defined_in + 1) return;
    using->marks[file] = using->defined_in + 1;
    using->count++;
}

bool indegree_counts(const LexDef *def)
{
    DefClass class = doc_def_class(def->kind, def->declaration);
    return class == CLASS_TYPE || class == CLASS_FUNCTION || class == CLASS_IMPL;
}

// In how many files of a part a name is defined.
static uint32_t count_definers(const CorpusPart *part, uint32_t name)
{
    const Lexicon *lexicon = part->lexicon;
    LexNumbers defs = lexicon_name_defs(lexicon, name);
    uint32_t files = 0, last = LEX_NONE;
    while (files <= MOST_DEFINERS && lex_next_number(&defs)) {
        LexDef def = lex_def(lexicon, defs.value);
        uint32_t file = indegree_counts(&def) ? lex_def_file(lexicon, defs.value) : LEX_NONE;
        if (file == LEX_NONE || file == last || corpus_is_dead(part, file)) continue;
        last = file;
        files++;
    }
    return files;
}

typedef struct Wanted { // a name that the file defines
    Str text;
    uint64_t hash;
    uint32_t number, definers;
} Wanted;

typedef VEC(Wanted) WantedVec;

typedef struct Found { // such a name in another part
    const CorpusPart *part;
    uint32_t wanted, number;
} Found;

typedef VEC(Found) FoundVec;

// As count_definers, of a name that one living file is known to define.
static uint32_t count_home_definers(const CorpusPart *home, uint32_t name)
{
    LexNumbers defs = lexicon_name_defs(home->lexicon, name);
    return defs.left == 1 ? 1 : count_definers(home, name);
}

static WantedVec list_wanted(Arena *arena, const CorpusPart *part, const LexFile *file)
{
    const Lexicon *lexicon = part->lexicon;
    WantedVec out = {0};
    LexDefs defs = lexicon_defs(lexicon, file->first_def, file->def_count);
    while (lex_next_def(&defs)) {
        uint32_t name = defs.def.name;
        if (!indegree_counts(&defs.def)) continue;
        uint32_t definers = count_home_definers(part, name);
        if (definers > MOST_DEFINERS) continue;
        Str text = lexicon_name_text(arena, lexicon, name);
        if (text.len < SHORTEST_NAME) continue;
        VEC_PUSH(arena, &out, (Wanted){text, lex_name_hash(text), name, definers});
    }
    return out;
}

// Part by part, because what tells that a name is not in one is small enough for a near cache.
static FoundVec find_wanted(Arena *arena, const Corpus *corpus, const CorpusPart *home,
                            WantedVec *wanted)
{
    FoundVec out = {0};
    for (size_t i = 0; i < corpus->part_count; i++) {
        const CorpusPart *part = &corpus->parts[i];
        for (uint32_t k = 0; part != home && k < wanted->len; k++) {
            Wanted *name = &wanted->items[k];
            if (name->definers > MOST_DEFINERS) continue;
            uint32_t number = lexicon_name_hashed(part->lexicon, name->text, name->hash);
            if (number == LEX_NONE) continue;
            name->definers += count_definers(part, number);
            VEC_PUSH(arena, &out, (Found){part, k, number});
        }
    }
    return out;
}

static void use_name(Using *using, const CorpusPart *part, uint32_t name)
{
    using->part = part;
    LexNumbers files = lexicon_name_files(part->lexicon, name);
    while (lex_next_number(&files)) use(using, files.value);
}

static uint32_t count_use(Arena *arena, const Corpus *corpus, uint32_t *marks, uint32_t file,
                          WantedVec *wanted)
{
    const CorpusPart *part = corpus_part_of_file(corpus, file);
    Using using = {.marks = marks, .defined_in = file};
    FoundVec found = find_wanted(arena, corpus, part, wanted);
    for (size_t i = 0; i < wanted->len; i++)
        if (wanted->items[i].definers <= MOST_DEFINERS)
            use_name(&using, part, wanted->items[i].number);
    for (size_t i = 0; i < found.len; i++)
        if (wanted->items[found.items[i].wanted].definers <= MOST_DEFINERS)
            use_name(&using, found.items[i].part, found.items[i].number);
    return using.count;
}

// --- what was counted before ---

bool corpus_use_is_current(const Corpus *corpus)
{
    return corpus->use && corpus->use->part_count == corpus->part_count && !corpus->use->any_gone;
}

static bool has_use(const Corpus *corpus, uint32_t file)
{
    const CorpusUse *use = corpus->use;
    return use && (size_t)(corpus_part_of_file(corpus, file) - corpus->parts) < use->part_count;
}

uint32_t corpus_use(const Corpus *corpus, uint32_t file)
{
    const CorpusUse *use = corpus->use;
    const CorpusPart *part = corpus_part_of_file(corpus, file);
    const uint32_t *at = &use->indegree[part - corpus->parts][file - part->first_file];
    return use->segment && !segment_is_sound(use->segment, at, sizeof *at) ? 0 : *at;
}

// Whether a name stands in a file that is gone: what is defined in a file stands in it, too.
static bool stands_in(const Lexicon *lexicon, uint32_t name, const bool *gone)
{
    LexNumbers files = lexicon_name_files(lexicon, name);
    while (lex_next_number(&files))
        if (files.value < lexicon->head->files && gone[files.value]) return true;
    return false;
}

// Whether the count of a file that defines these names can be another one than was published.
// A name that too many files of its part define now did not count then, either.
static bool is_touched(const Corpus *corpus, const WantedVec *wanted)
{
    const CorpusUse *use = corpus->use;
    for (size_t i = 0; i < corpus->part_count; i++) {
        const CorpusPart *part = &corpus->parts[i];
        bool newer = i >= use->part_count;
        if (!newer && (!use->any_gone || !use->gone[i])) continue;
        for (size_t k = 0; k < wanted->len; k++) {
            const Wanted *name = &wanted->items[k];
            uint32_t number = lexicon_name_hashed(part->lexicon, name->text, name->hash);
            if (number == LEX_NONE) continue;
            if (newer || stands_in(part->lexicon, number, use->gone[i])) return true;
        }
    }
    return false;
}

uint32_t corpus_count_indegree(const Corpus *corpus, uint32_t *marks, uint32_t file)
{
    Arena arena = {0};
    const CorpusPart *part = corpus_part_of_file(corpus, file);
    WantedVec wanted = list_wanted(&arena, part, corpus_file(corpus, file));
    bool known = has_use(corpus, file) && !is_touched(corpus, &wanted);
    uint32_t count =
        known ? corpus_use(corpus, file) : count_use(&arena, corpus, marks, file, &wanted);
    arena_fini(&arena);
    return count;
}
