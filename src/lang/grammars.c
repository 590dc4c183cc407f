// lang/grammars.c
#include "lang/grammars.h"

#include "lang/grammar.h"

static Fail build(CellBuild *cell, LangId lang, void **out)
{
    *out = grammar_new(cell->arena, lang_spec(lang));
    return NULL;
}

#define LANG(id)                                                                                   \
    static Fail build_##id(Ctx *cx, CellBuild *cell, void **out)                                   \
    {                                                                                              \
        (void)cx;                                                                                  \
        return build(cell, LANG_##id, out);                                                        \
    }                                                                                              \
    static const CellSpec cell_##id = {.name = "grammar." #id,                                     \
                                       .description = "rules of the language, bound to its "       \
                                                      "grammar",                                   \
                                       .build = build_##id};
#include "lang/langs.def"
#undef LANG

const CellSpec *const grammar_cells[] = {
#define LANG(id) &cell_##id,
#include "lang/langs.def"
#undef LANG
    NULL,
};

void grammars_find(const CellSet *set, Grammars *out)
{
    static const char *const names[LANG_COUNT] = {
#define LANG(id) [LANG_##id] = "grammar." #id,
#include "lang/langs.def"
#undef LANG
    };
    Arena scratch = {0};
    *out = (Grammars){0};
    for (int i = LANG_NONE + 1; i < LANG_COUNT; i++)
        if (cells_find(&scratch, set, str_from(names[i]), &out->cells[i])) out->cells[i] = NULL;
    arena_fini(&scratch);
}
