// service/find_facts.c - of the definitions that an answer names, what stored facts say: the index
// of words has only their names and lines.
#include "index/factstore.h"
#include "service/find_.h"
#include "service/stable_id.h"

// Of a part in memory.
static Str harvested(const Find *find, uint32_t file)
{
    Str path = corpus_path(&find->index.corpus, file);
    const Harvest *delta = &find->index.view.delta;
    for (size_t i = 0; i < delta->count; i++)
        if (str_eq(delta->files[i].path, path)) return delta->files[i].facts.brief;
    return STR_NONE;
}

Str find_facts_bytes(const Find *find, uint32_t file)
{
    const Corpus *corpus = &find->index.corpus;
    const CorpusPart *part = corpus_part_of_file(corpus, file);
    size_t index = (size_t)(part - corpus->parts);
    if (index >= find->index.view.part_count) return STR_NONE;
    const Segment *segment = find->index.view.parts[index].segment;
    FactStore store;
    if (!segment) return harvested(find, file);
    if (factstore_open(find->cx, segment, FACTS_BRIEFS, &store)) return STR_NONE;
    return factstore_get(&store, file - part->first_file);
}

void find_facts(const Find *find, Str bytes, LangId lang, Str path, Str text, FindFacts *out)
{
    *out = (FindFacts){.path = path};
    if (str_starts(text, STR("\xEF\xBB\xBF"))) text = str_sub(text, 3, text.len);
    out->known = bytes.len && brief_decode_defs(find->cx->arena, bytes, lang, text, &out->brief);
}

static uint32_t column_of(Str text, uint32_t offset)
{
    uint32_t start = offset;
    while (start && text.ptr[start - 1] != '\n') start--;
    return offset - start;
}

static uint32_t ordinal_of(Arena *arena, const Brief *brief, uint32_t def, Str qualified)
{
    uint32_t ordinal = 0;
    const Def *defs = brief->facts.defs;
    for (uint32_t i = 0; i < def; i++)
        ordinal += str_eq(defs[i].name, defs[def].name) &&
                   str_eq(brief_qualified(arena, brief, (int32_t)i), qualified);
    return ordinal;
}

void find_facts_apply(const Find *find, const FindFacts *facts, uint32_t def, FindPlace *place)
{
    Arena *arena = find->cx->arena;
    const Brief *brief = &facts->brief;
    if (!facts->known || def >= brief->facts.def_count) return;
    const Def *of = &brief->facts.defs[def];
    if (!str_eq(of->name, place->name)) return;
    place->qualified = brief_qualified(arena, brief, (int32_t)def);
    place->enclosing = of->parent < 0 ? STR_NONE : brief_qualified(arena, brief, of->parent);
    place->stable_id = stable_id(arena, facts->path, place->qualified,
                                 str_from(category_name(CATEGORY_DEFINITION)),
                                 ordinal_of(arena, brief, def, place->qualified));
    place->col = column_of(brief->text, of->full.start);
    uint32_t end = of->full.end; // the line end of the last line is not part of it
    while (end > of->full.start + 1 && strchr("\r\n", brief->text.ptr[end - 1])) end--;
    place->end_col = column_of(brief->text, end);
}
