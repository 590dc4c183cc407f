// lang/naming_stub.c - until naming.c is there: no language has rules for names.
#include "lang/names.h"

bool lang_has_names(LangId lang)
{
    (void)lang;
    return false;
}

Fail names_extract(Ctx *cx, Parser *parser, LangId lang, Str text, Facts *facts, Names *names)
{
    TRY(facts_extract(cx, parser, lang, text, facts));
    NameScope *file = ARENA_NEW(cx->arena, NameScope);
    file->span.end = (uint32_t)text.len;
    *names = (Names){.scopes = file, .scope_count = 1};
    return NULL;
}
