// index/indegree.c - how many files use what a file defines.
#include "index/lexicon.h"

enum { SHORTEST_NAME = 4, MOST_DEFINERS = 2 };

typedef struct Using {
    const Lexicon *lexicon;
    uint32_t *marks; // by file: one more than the last file that it was counted for
    uint32_t defined_in, count;
} Using;

static void use(void *arg, uint32_t file)
{
    Using *using = arg;
    if (using->lexicon->files[file].flags & PATH_TEST) return;
    if (file == using->defined_in || using->marks[file] == using->defined_in + 1) return;
    using->marks[file] = using->defined_in + 1;
    using->count++;
}

static bool counts(const LexDef *def)
{
    DefClass class = doc_def_class(def->kind, def->declaration);
    return class == CLASS_TYPE || class == CLASS_FUNCTION || class == CLASS_IMPL;
}

static bool is_distinctive(const Lexicon *lexicon, uint32_t name)
{
    const LexName *row = &lexicon->names[name];
    uint32_t files = 0, last = LEX_NONE;
    if (row[1].text_start - row->text_start < SHORTEST_NAME) return false;
    for (uint32_t i = row->first_def; i < row[1].first_def && files <= MOST_DEFINERS; i++) {
        const LexDef *def = &lexicon->defs[lexicon->name_defs[i]];
        if (!counts(def) || def->file == last) continue;
        last = def->file;
        files++;
    }
    return files <= MOST_DEFINERS;
}

void lexicon_count_indegree(Arena *scratch, const Lexicon *lexicon, uint32_t *out)
{
    Using using = {.lexicon = lexicon,
                   .marks = ARENA_ARRAY(scratch, uint32_t, lexicon->head->files)};
    for (uint32_t file = 0; file < lexicon->head->files; file++) {
        const LexFile *row = &lexicon->files[file];
        using.defined_in = file;
        using.count = 0;
        for (uint32_t i = 0; i < row->def_count; i++) {
            const LexDef *def = &lexicon->defs[row->first_def + i];
            if (counts(def) && is_distinctive(lexicon, def->name))
                lexicon_name_files(lexicon, def->name, use, &using);
        }
        out[file] = using.count;
    }
}
