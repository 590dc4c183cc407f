// resolve/world_names.c - definitions and users by name, and what others see of all files.
//
// The lexicons have, for each name, its definitions and the files in which the word stands. A Doc
// leaves out some definitions of the Facts; NameRow.unlisted says which, so that no file has to be
// loaded to tell an index into Facts.defs.
#include <stdlib.h>

#include "base/vec.h"
#include "index/terms.h"
#include "resolve/world_.h"

// --- definitions ---

typedef struct Found {
    Str path;
    DefRef ref;
} Found;

typedef VEC(Found) FoundVec;

static int by_path_and_place(const void *a, const void *b)
{
    const Found *one = a, *two = b;
    int way = str_cmp(one->path, two->path);
    return way ? way : (one->ref.def > two->ref.def) - (one->ref.def < two->ref.def);
}

Str world_unlisted(const WorldPart *part, uint32_t local)
{
    if (!part->harvest) return namestore_unlisted(&part->names, local);
    return part->harvest[local] ? part->harvest[local]->facts.unlisted : STR_NONE;
}

static void find_defs(const WorldPart *part, Str name, uint64_t hash, Arena *scratch, FoundVec *out)
{
    const Lexicon *lexicon = part->in->lexicon;
    uint32_t number = lexicon_name_hashed(lexicon, name, hash);
    if (number == LEX_NONE) return;
    LexNumbers defs = lexicon_name_defs(lexicon, number);
    while (lex_next_number(&defs)) {
        uint32_t local = lex_def_file(lexicon, defs.value);
        if (local >= lexicon->head->files || corpus_is_dead(part->in, local)) continue;
        const LexFile *file = lex_file(lexicon, local);
        if (file->lang == LANG_NONE || defs.value < file->first_def) continue; // a heading
        DefRef ref = {part->in->first_file + local,
                      doc_def_index(world_unlisted(part, local), defs.value - file->first_def)};
        VEC_PUSH(scratch, out, (Found){lexicon_path(lexicon, local), ref});
    }
}

static DefList *list_defs(World *world, Str name)
{
    Arena scratch = {0}, *arena = world->cx->arena;
    FoundVec found = {0};
    uint64_t hash = lex_name_hash(name);
    for (size_t i = 0; i < world->corpus->part_count; i++)
        find_defs(&world->parts[i], name, hash, &scratch, &found);
    if (found.len) qsort(found.items, found.len, sizeof *found.items, by_path_and_place);
    DefRef *items = ARENA_ARRAY(arena, DefRef, found.len);
    for (size_t i = 0; i < found.len; i++) items[i] = found.items[i].ref;
    DefList *list = ARENA_NEW(arena, DefList);
    *list = (DefList){items, found.len};
    arena_fini(&scratch);
    return list;
}

const DefRef *world_defs(World *world, Str name, size_t *count)
{
    uint64_t known;
    DefList *list;
    if (map_get(&world->defs, name, &known)) {
        list = (DefList *)(uintptr_t)known;
    } else {
        list = list_defs(world, name);
        map_put(world->cx->arena, &world->defs, str_copy(world->cx->arena, name), (uintptr_t)list);
    }
    *count = list->count;
    return list->items;
}

// --- users ---

// What stands as one word in each text that has the name; the longest, of several. Empty: none.
static Str word_of(Str name)
{
    Str word, longest = STR_NONE;
    for (size_t at = 0; terms_next_word(name, &at, &word);)
        if (word.len > longest.len) longest = word;
    return longest;
}

typedef VEC(uint32_t) NumberVec;

static void mark_files(const WorldPart *part, Str word, bool *marks)
{
    const Lexicon *lexicon = part->in->lexicon;
    uint32_t number = lexicon_name(lexicon, word);
    if (number == LEX_NONE) return;
    LexNumbers files = lexicon_name_files(lexicon, number);
    while (lex_next_number(&files))
        if (files.value < lexicon->head->files) marks[files.value] = true;
}

// `words` as they may stand in a text: also with the '$' that some languages write before names.
static void find_users(const WorldPart *part, const Str *words, size_t word_count, Arena *scratch,
                       World *world, NumberVec *out)
{
    const Lexicon *lexicon = part->in->lexicon;
    uint32_t files = lexicon->head->files;
    bool *marks = ARENA_ARRAY(scratch, bool, files);
    if (!word_count) memset(marks, true, files);
    for (size_t i = 0; i < word_count; i++) mark_files(part, words[i], marks);
    for (uint32_t i = 0; i < files; i++) {
        if (!marks[i] || corpus_is_dead(part->in, i)) continue;
        if (lang_has_names((LangId)lex_file(lexicon, i)->lang))
            VEC_PUSH(world->cx->arena, out, part->in->first_file + i);
    }
}

static NumberList *list_users(World *world, Str name)
{
    Arena scratch = {0};
    NumberVec found = {0};
    Str word = word_of(name);
    Str words[2] = {word, str_format(&scratch, "$" STR_FMT, STR_ARG(word))};
    for (size_t i = 0; i < world->corpus->part_count; i++)
        find_users(&world->parts[i], words, word.len ? 2 : 0, &scratch, world, &found);
    NumberList *list = ARENA_NEW(world->cx->arena, NumberList);
    *list = (NumberList){found.items, found.len};
    arena_fini(&scratch);
    return list;
}

const uint32_t *world_users(World *world, Str name, size_t *count)
{
    uint64_t known;
    NumberList *list;
    if (map_get(&world->users, name, &known)) {
        list = (NumberList *)(uintptr_t)known;
    } else {
        list = list_users(world, name);
        map_put(world->cx->arena, &world->users, str_copy(world->cx->arena, name), (uintptr_t)list);
    }
    *count = list->count;
    return list->items;
}

// --- mentions ---

// By what search finds words by: the whole word, or its one part.
static void mark_mentions(const WorldPart *part, Str term, bool *marks)
{
    const Lexicon *lexicon = part->in->lexicon;
    uint32_t number = lexicon_term(lexicon, term);
    if (number == LEX_NONE) return;
    LexCursor postings = lexicon_postings(lexicon, number);
    while (lex_next(&postings)) {
        uint32_t chunk = postings.posting.chunk;
        if (chunk >= lexicon->head->chunks) continue;
        uint32_t file = lex_chunk(lexicon, chunk)->file;
        if (file < lexicon->head->files) marks[file] = true;
    }
}

const uint32_t *world_mentions(World *world, Str word, bool (*takes)(Str path), size_t *count)
{
    Arena scratch = {0};
    NumberVec found = {0};
    WordTerms terms;
    terms_of_word(word, &terms);
    for (size_t i = 0; i < world->corpus->part_count && terms.count; i++) {
        const WorldPart *part = &world->parts[i];
        uint32_t files = part->in->lexicon->head->files;
        bool *marks = ARENA_ARRAY(&scratch, bool, files);
        mark_mentions(part, terms.items[terms.count - 1], marks);
        for (uint32_t k = 0; k < files; k++) {
            uint32_t number = part->in->first_file + k;
            if (!marks[k] || corpus_is_dead(part->in, k)) continue;
            if (takes(world_path(world, number))) VEC_PUSH(world->cx->arena, &found, number);
        }
    }
    arena_fini(&scratch);
    *count = found.len;
    return found.items;
}

// --- what others see ---

static void sum_part(const WorldPart *part, const Segment *segment, Hash128 *sum)
{
    uint32_t files = part->in->lexicon->head->files;
    bool known = part->names.segment && part->names.files == files;
    if (known) *sum = part->names.sum;
    else if (segment) *sum = segment_info(segment).digest; // of no use to what comes after it
    for (uint32_t i = 0; i < files; i++) {
        bool dead = corpus_is_dead(part->in, i);
        if (part->harvest && part->harvest[i] && !dead)
            hash_sum_add(sum, harvest_names(part->harvest[i]).seen);
        if (known && dead) hash_sum_subtract(sum, namestore_seen(&part->names, i));
    }
}

Hash128 world_digest(const World *world)
{
    Hash128 sum = {0};
    for (size_t i = 0; i < world->view->part_count; i++) {
        Hash128 part = {0};
        sum_part(&world->parts[i], world->view->parts[i].segment, &part);
        hash_sum_add(&sum, part);
    }
    return sum;
}
