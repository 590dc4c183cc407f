// service/find_places.c - where in a file the answer is: the definition or the lines to show.
#include <math.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/vec.h"
#include "service/find_.h"

enum { MOST_LINES = 4 };

typedef struct WeighedLine {
    uint32_t number;
    double weight;
} WeighedLine;

static int by_weight(const void *a, const void *b)
{
    const WeighedLine *left = a, *right = b;
    if (left->weight != right->weight) return left->weight > right->weight ? -1 : 1;
    return left->number < right->number ? -1 : 1;
}

static int by_number(const void *a, const void *b)
{
    const FindLine *left = a, *right = b;
    return left->number < right->number ? -1 : 1;
}

typedef VEC(WeighedLine) LineVec;

// The line of this file that the question names, if it lies in [first, last]; else 0.
static uint32_t named_line(const Find *find, uint32_t file, uint32_t first, uint32_t last)
{
    for (size_t i = 0; i < find->ranking.named_count; i++) {
        const NamedFile *named = &find->ranking.named[i];
        if (named->file == file && named->line >= first && named->line <= last) return named->line;
    }
    return 0;
}

static LineVec weigh_lines(const Find *find, LineTerms *terms, const SourceLines *source,
                           uint32_t file, const LexChunk *chunk)
{
    uint32_t named = named_line(find, file, chunk->first_line, chunk->last_line);
    LineVec lines = {0};
    for (uint32_t line = chunk->first_line; line <= chunk->last_line; line++) {
        double weight = line_weight(terms, source_line(source, line));
        if (line == named) weight += HUGE_VAL;
        if (weight > 0) VEC_PUSH(find->cx->arena, &lines, (WeighedLine){line, weight});
    }
    if (lines.len) qsort(lines.items, lines.len, sizeof *lines.items, by_weight);
    return lines;
}

static Str def_name(Arena *arena, const Lexicon *lexicon, const LexDef *def)
{
    return lexicon_name_text(arena, lexicon, def->name);
}

static Str qualified_name(Arena *arena, const Lexicon *lexicon, const LexDef *def, LangId lang)
{
    enum { DEEPEST = 16 };
    Str name = def_name(arena, lexicon, def), separator = str_from(lang_separator(lang));
    int32_t up = def->parent;
    for (int i = 0; up >= 0 && i < DEEPEST; i++) {
        LexDef around = lex_def(lexicon, (uint32_t)up);
        name = str_join(arena, def_name(arena, lexicon, &around), separator, name);
        up = around.parent;
    }
    return name;
}

typedef struct Defs {                     // what stands at a line
    LexDef around;                        // the innermost definition of two lines or more around it
    uint32_t around_number, below_number; // in the file
    LexDef below; // the one that begins below it in the chunk, with no empty line between: the
    bool inside, leads; // line is its comment. Whether there are such
} Defs;

static bool is_joined(const SourceLines *source, uint32_t line, uint32_t to)
{
    for (; line < to; line++)
        if (!str_trim(source_line(source, line)).len) return false;
    return true;
}

static Defs defs_at(const Lexicon *lexicon, const LexFile *file, const SourceLines *source,
                    uint32_t line, uint32_t last_line)
{
    Defs out = {.inside = false};
    LexDefs defs = lexicon_defs(lexicon, file->first_def, file->def_count);
    bool more = lex_next_def(&defs);
    for (; more && defs.def.start_line <= line; more = lex_next_def(&defs)) {
        if (defs.def.end_line < line || defs.def.end_line == defs.def.start_line) continue;
        out.around = defs.def;
        out.around_number = defs.next - 1 - file->first_def;
        out.inside = true;
    }
    for (; more; more = lex_next_def(&defs)) {
        if (defs.def.start_line <= line || defs.def.end_line == defs.def.start_line) continue;
        out.below = defs.def;
        out.below_number = defs.next - 1 - file->first_def;
        out.leads = defs.def.start_line <= last_line &&
                    (!out.inside || defs.def.start_line <= out.around.end_line) &&
                    is_joined(source, line, defs.def.start_line);
        break;
    }
    return out;
}

static void name_place(const Find *find, const Lexicon *lexicon, const LexDef *def, LangId lang,
                       FindPlace *place)
{
    Arena *arena = find->cx->arena;
    for (int32_t up = def->parent; up >= 0; up = lex_def(lexicon, (uint32_t)up).parent)
        place->depth++;
    place->name = def_name(arena, lexicon, def);
    place->qualified = qualified_name(arena, lexicon, def, lang);
    place->kind = def->kind == DOC_HEADING ? STR("heading")
                  : def->declaration       ? STR("declaration")
                                           : str_from(def_kind_name((DefKind)def->kind));
    if (def->parent < 0) return;
    LexDef around = lex_def(lexicon, (uint32_t)def->parent);
    place->enclosing = qualified_name(arena, lexicon, &around, lang);
}

static void choose_lines(const Find *find, const SourceLines *source, const LineVec *weighed,
                         FindPlace *place)
{
    FindLine *lines = ARENA_ARRAY(find->cx->arena, FindLine, MOST_LINES);
    for (size_t i = 0; i < weighed->len && place->line_count < MOST_LINES; i++) {
        uint32_t number = weighed->items[i].number;
        if (number < place->first_line || number > place->last_line) continue;
        lines[place->line_count++] = (FindLine){number, source_line(source, number)};
    }
    if (place->line_count) qsort(lines, place->line_count, sizeof *lines, by_number);
    place->lines = lines;
    place->head = source_line(source, place->first_line);
}

// A chunk as a place: the definition around its best line, if it begins there; else all of it.
static FindPlace make_place(Find *find, LineTerms *terms, const Source *source,
                            const FindFacts *facts, uint32_t number, uint32_t chunk)
{
    const LexFile *file = corpus_file(&find->index.corpus, number);
    const CorpusPart *part = corpus_part_of_chunk(&find->index.corpus, chunk);
    const Lexicon *lexicon = part->lexicon;
    const LexChunk *row = corpus_chunk(&find->index.corpus, chunk);
    FindPlace place = {.first_line = row->first_line, .last_line = row->last_line};
    SourceLines lines = source_lines(find->cx->arena, source, row->first_line, row->last_line);
    LineVec weighed = weigh_lines(find, terms, &lines, number, row);
    uint32_t focus = weighed.len ? weighed.items[0].number : row->first_line;
    Defs defs = defs_at(lexicon, file, &lines, focus, row->last_line);
    const LexDef *def = defs.leads ? &defs.below : defs.inside ? &defs.around : NULL;
    if (def && def->start_line >= row->first_line) {
        place.first_line = MIN(def->start_line, defs.leads ? focus : def->start_line);
        place.last_line = MIN(def->end_line, row->last_line);
        name_place(find, lexicon, def, (LangId)file->lang, &place);
    } else if (def) {
        place.enclosing = qualified_name(find->cx->arena, lexicon, def, (LangId)file->lang);
    }
    place.end_col = (uint32_t)source_line(&lines, place.last_line).len;
    if (place.name.len)
        find_facts_apply(find, facts, defs.leads ? defs.below_number : defs.around_number, &place);
    if (def && place.first_line != def->start_line) place.col = 0;
    if (def && place.last_line != def->end_line)
        place.end_col = (uint32_t)source_line(&lines, place.last_line).len;
    choose_lines(find, &lines, &weighed, &place);
    return place;
}

void find_places(Find *find, LineTerms *terms, const RankedFile *ranked, FindFile *out)
{
    const Corpus *corpus = &find->index.corpus;
    FindPlace *places = ARENA_ARRAY(find->cx->arena, FindPlace, ranked->chunk_count);
    Str stored = find_facts_bytes(find, ranked->file);
    uint32_t last_line = stored.len ? UINT32_MAX : 0; // facts are of the whole text
    FindFacts facts;
    Source source;
    for (uint32_t i = 0; i < ranked->chunk_count; i++)
        last_line = MAX(last_line, corpus_chunk(corpus, ranked->chunks[i])->last_line);
    Fail fail = source_read(find->cx, find->workspace.dir, out->path.ptr,
                            find->query->max_file_bytes, last_line, &source);
    if (fail)
        log_event(find->cx, LOG_WARN, "find.unreadable", LOG_STR("path", out->path),
                  LOG_STR("why", fail->detail));
    find_facts(find, stored, out->lang, out->path, source.text, &facts);
    for (uint32_t i = 0; i < ranked->chunk_count; i++)
        places[i] = make_place(find, terms, &source, &facts, ranked->file, ranked->chunks[i]);
    out->places = places;
    out->place_count = ranked->chunk_count;
}
