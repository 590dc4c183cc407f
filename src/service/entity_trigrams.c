// service/entity_trigrams.c - files that cannot hold a match of the patterns are not read.
//
// A text with a match has the words of each pattern that must match (lang/shape.h). Which files may
// have a word the trigrams of a segment tell; of parts in memory nothing is known, so their files
// stay. Damage is found by refresh_intact, and the answer is then made without the index.
#include "index/ngram.h"
#include "service/entity_.h"

typedef struct Marks { // of one part, by language: the files that may hold a match
    Ngrams ngrams;
    const uint64_t *of[LANG_COUNT]; // NULL: any may
    bool known[LANG_COUNT];
} Marks;

static void keep_word(Arena *arena, const Ngrams *ngrams, Str word, uint64_t **bits)
{
    size_t words = (ngrams->files + 63) / 64;
    uint64_t *marked = ARENA_ARRAY(arena, uint64_t, words + 1);
    if (!ngram_may_hold(ngrams, word, marked)) return;
    for (size_t i = 0; *bits && i < words; i++) marked[i] &= (*bits)[i];
    *bits = marked;
}

static const uint64_t *mark(Entity *entity, const Ngrams *ngrams, LangId lang)
{
    uint64_t *bits = NULL;
    const Shape *shape;
    for (size_t i = 0; entity_needed_shape(entity, lang, i, &shape); i++) {
        ShapeWords words = shape ? shape_words(shape) : (ShapeWords){0};
        for (size_t w = 0; w < words.count; w++)
            keep_word(entity->cx->arena, ngrams, words.items[w], &bits);
    }
    return bits;
}

static bool may_match(Entity *entity, Marks *marks, const Candidate *file)
{
    if (file->ordinal >= marks->ngrams.files) return true;
    if (!marks->known[file->lang]) marks->of[file->lang] = mark(entity, &marks->ngrams, file->lang);
    marks->known[file->lang] = true;
    const uint64_t *bits = marks->of[file->lang];
    return !bits || bits[file->ordinal / 64] >> file->ordinal % 64 & 1;
}

Fail entity_narrow_by_shapes(Entity *entity)
{
    size_t kept = 0, parts = entity->view.part_count;
    if (!entity->shapes) return NULL;
    Marks *marks = ARENA_ARRAY(entity->cx->arena, Marks, parts);
    for (size_t i = 0; i < parts; i++) {
        const RefreshPart *part = &entity->view.parts[i];
        if (!part->segment) continue;
        TRY(ngram_open(entity->cx, part->segment, &marks[i].ngrams));
        if (marks[i].ngrams.files != part->ordinals) marks[i].ngrams = (Ngrams){0};
    }
    for (size_t i = 0; i < entity->files.len; i++) {
        const Candidate *file = &entity->files.items[i];
        if (may_match(entity, &marks[file->part], file)) entity->files.items[kept++] = *file;
    }
    entity->files.len = kept;
    return NULL;
}
