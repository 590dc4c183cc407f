// service/census_templates.c - uses of the target in templates: what the index has no facts of is
// read where it mentions the name.
//
// What a template calls is what the program hands to it, under whatever name: so a call is at most
// likely (the only function of that name), and else of the name only.
#include "lang/template.h"
#include "service/census_.h"

enum { MOST_KEYWORDS = 32 };

typedef struct Template {
    uint32_t number;
    Str path, text;
} Template;

typedef struct Templates {
    Census *census;
    CensusTable *table;
    SiteVec *sites;
    VEC(CensusHazard) hazards;
    uint32_t others; // definitions of that name besides the target
    bool only;       // there is none, and it is no member
    bool registered; // a decorator makes it a tag or filter
} Templates;

// Callable, in a language whose programs hand it to templates.
static bool is_callable(const WorldFile *file, uint32_t def)
{
    DefKind kind = file->facts.defs[def].kind;
    return kind == DEF_FUNCTION || kind == DEF_METHOD || kind == DEF_CLASS;
}

static void weigh(Templates *t)
{
    World *world = t->census->code->world;
    const Subject *subject = &t->table->subject;
    const WorldFile *own = world_file(world, subject->ref.file);
    size_t count;
    const DefRef *defs = world_defs(world, subject->name, &count);
    for (size_t i = 0; i < count; i++) {
        if (resolve_family(world_lang(world, defs[i].file)) != resolve_family(subject->lang))
            continue;
        const WorldFile *file = world_file(world, defs[i].file);
        if (!file || !is_callable(file, defs[i].def)) continue;
        t->others += !same_def(defs[i], subject->ref);
    }
    t->only = !t->others && subject->kind != DEF_METHOD;
    for (uint32_t i = 0; i < own->names.note_count; i++) {
        const NameNote *note = &own->names.notes[i];
        if (note->kind != NOTE_DECORATOR || note->def != subject->ref.def + 1 || !note->expr)
            continue;
        const NameExpr *expr = &own->names.exprs[note->expr - 1];
        while (expr->op == EXPR_CALL && expr->base) expr = &own->names.exprs[expr->base - 1];
        Str name = names_text(expr, own->text);
        t->registered |= str_contains(name, STR("filter")) || str_contains(name, STR("tag")) ||
                         str_contains(name, STR("template"));
    }
}

static void add_site(Templates *t, const Template *from, const TemplateUse *use)
{
    Code *code = t->census->code;
    Arena *arena = code->cx->arena;
    bool plain = use->kind == TEMPLATE_CALL;
    bool likely = t->only && (plain ? !use->member : t->registered);
    CallSite site = {.path = code_keep(code, from->path),
                     .text = code_line_in(from->text, use->span.start),
                     .name = str_sub(from->text, use->span.start, use->span.end),
                     .place = code_place_in(from->text, use->full),
                     .lang = LANG_NONE,
                     .role = role_of_path(from->path),
                     .kind = EDGE_CALL,
                     .certainty = likely ? CERTAINTY_LIKELY : CERTAINTY_NAME_ONLY,
                     .reason = likely        ? REASON_ONLY
                               : use->member ? REASON_UNTYPED
                                             : REASON_UNBOUND,
                     .others = likely ? 0 : t->others,
                     .in = {from->number, WORLD_NONE}};
    for (size_t i = 0; i < t->sites->len; i++) {
        const CallSite *before = &t->sites->items[i];
        site.ordinal += before->in.file == from->number && before->in.def == WORLD_NONE;
    }
    if (use->full.end > use->span.end) {
        Str *keywords = ARENA_ARRAY(arena, Str, MOST_KEYWORDS);
        uint32_t count = template_keywords(from->text, use, keywords, MOST_KEYWORDS);
        site.has_shape = true;
        site.positional = use->positional + (use->kind == TEMPLATE_FILTER);
        site.star = use->star, site.star_star = use->star_star;
        site.keywords = keywords;
        site.keyword_count = MIN(count, (uint32_t)MOST_KEYWORDS);
    }
    t->table->uses[EDGE_CALL]++;
    VEC_PUSH(arena, t->sites, site);
}

static void add_string(Templates *t, const Template *from, const TemplateUse *use)
{
    Code *code = t->census->code;
    if (!code_filter_takes(&t->census->filter, from->path, LANG_NONE)) return;
    Str says = str_format(code->cx->arena, "its name is looked up by " STR_FMT " in a template",
                          STR_ARG(use->callee));
    CensusHazard hazard = {.kind = STR("reflection"),
                           .path = code_keep(code, from->path),
                           .text = code_line_in(from->text, use->span.start),
                           .says = says,
                           .place = code_place_in(from->text, use->span)};
    VEC_PUSH(code->cx->arena, &t->hazards, hazard);
}

static void look_at(Templates *t, const Template *from)
{
    Str name = t->table->subject.name;
    TemplateScan scan = {.text = from->text};
    TemplateUse use;
    while (template_next(&scan, &use)) {
        if (!str_eq(str_sub(from->text, use.span.start, use.span.end), name)) continue;
        if (use.kind == TEMPLATE_STRING) add_string(t, from, &use);
        else add_site(t, from, &use);
    }
}

void census_templates(Census *census, CensusTable *table, SiteVec *sites)
{
    const Subject *subject = &table->subject;
    LangId lang = resolve_family(subject->lang);
    if (subject->ref.def == WORLD_NONE || (lang != LANG_python && lang != LANG_javascript)) return;
    World *world = census->code->world;
    Templates t = {.census = census, .table = table, .sites = sites};
    const WorldFile *own = world_file(world, subject->ref.file);
    size_t count;
    if (!own || !is_callable(own, subject->ref.def)) return;
    const uint32_t *files = world_mentions(world, subject->name, template_is_path, &count);
    if (count) weigh(&t);
    for (size_t i = 0; i < count; i++) {
        Template from = {files[i], world_path(world, files[i]), world_text(world, files[i])};
        look_at(&t, &from);
    }
    table->hazards = t.hazards.items;
    table->hazard_count = table->reach = t.hazards.len;
}
