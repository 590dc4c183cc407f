// service/find_places.c - where in a file the answer is: the definition or the lines to show.
#include <math.h>
#include <stdlib.h>

#include "base/log.h"
#include "base/vec.h"
#include "index/terms.h"
#include "service/find_.h"

enum { LONGEST_LINE = 400, MOST_LINES = 4 };

typedef struct Source { // a file's text, when it can still be read
    Str text;
    LineStarts lines;
} Source;

static Source read_source(Find *find, Str path)
{
    Source source = {0};
    Str text;
    size_t most = (size_t)find->query->max_file_bytes;
    Fail fail = os_read_file(find->cx, find->workspace.dir, path.ptr, most, &text);
    if (fail) {
        log_event(find->cx, LOG_WARN, "find.unreadable", LOG_STR("path", path),
                  LOG_STR("why", fail->detail));
        return source;
    }
    source.text = text;
    source.lines = lines_find(find->cx->arena, text);
    return source;
}

static Str line_of(const Source *source, uint32_t line)
{
    if (!line || line > source->lines.count) return STR_NONE;
    Str text = str_sub(source->text, source->lines.starts[line - 1], source->lines.starts[line]);
    while (text.len && (text.ptr[text.len - 1] == '\n' || text.ptr[text.len - 1] == '\r'))
        text.len--;
    text.len = utf8_cut(text, LONGEST_LINE);
    return text;
}

// How much of the question a line holds: the sum of its terms' idf, each once.
static double weigh_line(const Find *find, Str line)
{
    const Lexical *lexical = &find->ranking.lexical;
    uint64_t seen = 0;
    double weight = 0;
    WordTerms terms;
    Str word;
    for (size_t at = 0; terms_next_word(line, &at, &word);) {
        terms_of_word(word, &terms);
        for (size_t i = 0; i < terms.count; i++) {
            for (size_t t = 0; t < lexical->term_count; t++) {
                if (seen >> t & 1 || !str_eq(lexical->terms[t].of->text, terms.items[i])) continue;
                seen |= (uint64_t)1 << t;
                weight += lexical->terms[t].of->weight * lexical->terms[t].idf;
            }
        }
    }
    return weight;
}

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

static LineVec weigh_lines(const Find *find, const Source *source, uint32_t file,
                           const LexChunk *chunk)
{
    uint32_t first = chunk->first_line, last = chunk->last_line;
    uint32_t named = named_line(find, file, first, last);
    LineVec lines = {0};
    for (uint32_t line = first; line <= last; line++) {
        double weight = weigh_line(find, line_of(source, line));
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

// The innermost definition of two lines or more around a line; false when there is none.
static bool def_around(const Lexicon *lexicon, const LexFile *file, uint32_t line, LexDef *out)
{
    bool found = false;
    LexDefs defs = lexicon_defs(lexicon, file->first_def, file->def_count);
    while (lex_next_def(&defs) && defs.def.start_line <= line) {
        if (defs.def.end_line < line || defs.def.end_line == defs.def.start_line) continue;
        *out = defs.def;
        found = true;
    }
    return found;
}

// The definition that begins below `line` with no empty line between: the line is its comment.
static bool def_below(const Lexicon *lexicon, const LexFile *file, const Source *source,
                      uint32_t line, LexDef *out)
{
    LexDefs defs = lexicon_defs(lexicon, file->first_def, file->def_count);
    while (lex_next_def(&defs)) {
        *out = defs.def;
        if (out->start_line <= line || out->end_line == out->start_line) continue;
        for (; line < out->start_line; line++)
            if (!str_trim(line_of(source, line)).len) return false;
        return true;
    }
    return false;
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

static void choose_lines(const Find *find, const Source *source, const LineVec *weighed,
                         FindPlace *place)
{
    FindLine *lines = ARENA_ARRAY(find->cx->arena, FindLine, MOST_LINES);
    for (size_t i = 0; i < weighed->len && place->line_count < MOST_LINES; i++) {
        uint32_t number = weighed->items[i].number;
        if (number < place->first_line || number > place->last_line) continue;
        lines[place->line_count++] = (FindLine){number, line_of(source, number)};
    }
    if (place->line_count) qsort(lines, place->line_count, sizeof *lines, by_number);
    place->lines = lines;
    place->head = line_of(source, place->first_line);
}

// A chunk as a place: the definition around its best line, if it begins there; else all of it.
static FindPlace make_place(Find *find, const Source *source, uint32_t number, uint32_t chunk)
{
    const LexFile *file = corpus_file(&find->index.corpus, number);
    const CorpusPart *part = corpus_part_of_chunk(&find->index.corpus, chunk);
    const Lexicon *lexicon = part->lexicon;
    const LexChunk *row = corpus_chunk(&find->index.corpus, chunk);
    FindPlace place = {.first_line = row->first_line, .last_line = row->last_line};
    LineVec weighed = weigh_lines(find, source, number, row);
    uint32_t focus = weighed.len ? weighed.items[0].number : row->first_line;
    LexDef around, below;
    bool inside = def_around(lexicon, file, focus, &around);
    bool leads = def_below(lexicon, file, source, focus, &below) &&
                 (!inside || below.start_line <= around.end_line) &&
                 below.start_line <= row->last_line;
    const LexDef *def = leads ? &below : inside ? &around : NULL;
    if (def && def->start_line >= row->first_line) {
        place.first_line = MIN(def->start_line, leads ? focus : def->start_line);
        place.last_line = MIN(def->end_line, row->last_line);
        name_place(find, lexicon, def, (LangId)file->lang, &place);
    } else if (def) {
        place.enclosing = qualified_name(find->cx->arena, lexicon, def, (LangId)file->lang);
    }
    choose_lines(find, source, &weighed, &place);
    return place;
}

void find_places(Find *find, const RankedFile *ranked, FindFile *out)
{
    Source source = read_source(find, out->path);
    FindPlace *places = ARENA_ARRAY(find->cx->arena, FindPlace, ranked->chunk_count);
    for (uint32_t i = 0; i < ranked->chunk_count; i++)
        places[i] = make_place(find, &source, ranked->file, ranked->chunks[i]);
    out->places = places;
    out->place_count = ranked->chunk_count;
}
