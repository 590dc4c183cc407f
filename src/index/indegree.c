// index/indegree.c - how many files use what a file defines.
#include "index/corpus.h"

enum { SHORTEST_NAME = 4, MOST_DEFINERS = 2 };

typedef struct Using {
    const CorpusPart *part; // being looked through
    uint32_t *marks;        // by file: one more than the last file that it was counted for
    uint32_t defined_in, count;
    uint32_t *numbers; // by part: what the name is called there
} Using;

static void use(void *arg, uint32_t local)
{
    Using *using = arg;
    const CorpusPart *part = using->part;
    uint32_t file = part->first_file + local;
    if (lex_file(part->lexicon, local)->flags & PATH_TEST || corpus_is_dead(part, local)) return;
    if (file == using->defined_in || using->marks[file] == using->defined_in + 1) return;
    using->marks[file] = using->defined_in + 1;
    using->count++;
}

static bool counts(const LexDef *def)
{
    DefClass class = doc_def_class(def->kind, def->declaration);
    return class == CLASS_TYPE || class == CLASS_FUNCTION || class == CLASS_IMPL;
}

// In how many files of a part a name is defined.
static uint32_t count_definers(const CorpusPart *part, uint32_t name)
{
    const Lexicon *lexicon = part->lexicon;
    uint32_t files = 0, last = LEX_NONE, end = lex_name(lexicon, name + 1)->first_def;
    for (uint32_t i = lex_name(lexicon, name)->first_def; i < end && files <= MOST_DEFINERS; i++) {
        const LexDef *def = lex_def(lexicon, lex_name_def(lexicon, i));
        if (!counts(def) || def->file == last || corpus_is_dead(part, def->file)) continue;
        last = def->file;
        files++;
    }
    return files;
}

// What a name is called in each part, as long as not too many files define it.
static bool find_everywhere(const Corpus *corpus, const CorpusPart *home, uint32_t name,
                            uint32_t *numbers)
{
    Str text = lexicon_name_text(home->lexicon, name);
    uint32_t definers = count_definers(home, name);
    if (text.len < SHORTEST_NAME) return false;
    for (size_t i = 0; i < corpus->part_count && definers <= MOST_DEFINERS; i++) {
        const CorpusPart *part = &corpus->parts[i];
        numbers[i] = part == home ? name : lexicon_name(part->lexicon, text);
        if (part != home && numbers[i] != LEX_NONE) definers += count_definers(part, numbers[i]);
    }
    return definers <= MOST_DEFINERS;
}

static void count_name(const Corpus *corpus, const CorpusPart *home, uint32_t name, Using *using)
{
    if (!find_everywhere(corpus, home, name, using->numbers)) return;
    for (size_t i = 0; i < corpus->part_count; i++) {
        using->part = &corpus->parts[i];
        if (using->numbers[i] != LEX_NONE)
            lexicon_name_files(using->part->lexicon, using->numbers[i], use, using);
    }
}

uint32_t corpus_count_indegree(const Corpus *corpus, uint32_t *marks, uint32_t file)
{
    const CorpusPart *part = corpus_part_of_file(corpus, file);
    const LexFile *row = corpus_file(corpus, file);
    uint32_t numbers[CORPUS_MOST_PARTS];
    Using using = {.marks = marks, .defined_in = file, .numbers = numbers};
    for (uint32_t i = 0; i < row->def_count; i++) {
        const LexDef *def = lex_def(part->lexicon, row->first_def + i);
        if (counts(def)) count_name(corpus, part, def->name, &using);
    }
    return using.count;
}
