// service/entity_expand.c - what is shown besides a definition: imports, raises, scope, surface.
#include "service/entity_.h"

bool entity_expands_tree(const EntityQuery *query)
{
    return query->expand_depth[EXPAND_SCOPE] || query->expand_depth[EXPAND_SURFACE];
}

static void add(FileFacts *file, ExpandKind kind, const Finding *finding)
{
    Expansion expansion = {.kind = kind, .owner = file->findings.len - 1, .finding = *finding};
    VEC_PUSH(&file->slot->kept, &file->expansions, expansion);
}

// Those of the definition, and those of the file that it stands in.
static void expand_imports(FileFacts *file, uint32_t index)
{
    Arena *kept = &file->slot->kept;
    for (uint32_t i = 0; i < file->facts.import_count; i++) {
        const Import *import = &file->facts.imports[i];
        int32_t around = entity_body_at(&file->facts, import->full.start);
        if (around >= 0 && around != (int32_t)index) continue;
        Str whole = str_join(file->cx->arena, import->module, STR("."), import->name);
        Finding finding = {.category = str_from(category_name(CATEGORY_IMPORT)),
                           .kind = import->name.len ? STR("from_import") : STR("import"),
                           .name = str_copy(kept, import->name.len ? import->name : import->module),
                           .qualified = str_copy(kept, whole),
                           .enclosing = file->findings.items[file->findings.len - 1].qualified};
        entity_place(file, import->full, import->name_span.start, &finding);
        add(file, EXPAND_IMPORTS, &finding);
    }
}

static void expand_raises(FileFacts *file, uint32_t index)
{
    Raises raises = entity_raises(file, index);
    for (uint32_t i = 0; i < raises.count; i++) {
        Finding finding = {.category = STR("raise"),
                           .kind = STR("raise"),
                           .name = str_copy(&file->slot->kept, raises.items[i].name),
                           .enclosing = file->findings.items[file->findings.len - 1].qualified};
        entity_place(file, raises.items[i].span, raises.items[i].span.start, &finding);
        add(file, EXPAND_RAISES, &finding);
    }
}

static void set_names(Arena *arena, Json *object, const char *key, const Str *names, uint32_t count)
{
    json_set(arena, object, str_from(key), entity_names_json(arena, names, count, sizeof(Str)));
}

// A finding about the definition itself, whose text is a summary.
static Finding about(const FileFacts *file, const char *category, Str text, const Json *details)
{
    Finding finding = file->findings.items[file->findings.len - 1];
    finding.category = str_from(category);
    finding.text = text;
    finding.enclosing = finding.qualified;
    finding.signature = finding.stable_id = STR_NONE;
    finding.details = details;
    return finding;
}

static void expand_scope(FileFacts *file, const CellScope *scope)
{
    Arena *kept = &file->slot->kept;
    Json *details = json_new_object(kept);
    const char *kind = scope->free_count ? "closure" : scope->nested ? "nested" : "toplevel";
    Str name = file->findings.items[file->findings.len - 1].name;
    json_set(kept, details, STR("scope"), json_new_str(kept, str_from(kind)));
    set_names(kept, details, "free_vars", scope->frees, scope->free_count);
    set_names(kept, details, "cell_vars", scope->cells, scope->cell_count);
    Str text = str_format(kept, "scope: " STR_FMT " (%s) free_vars=%u cell_vars=%u", STR_ARG(name),
                          kind, scope->free_count, scope->cell_count);
    Finding finding = about(file, "scope", text, details);
    add(file, EXPAND_SCOPE, &finding);
}

static void expand_surface(FileFacts *file, const CellScope *scope)
{
    Arena *kept = &file->slot->kept;
    Json *details = json_new_object(kept);
    Str name = file->findings.items[file->findings.len - 1].name;
    set_names(kept, details, "globals", scope->globals, scope->global_count);
    set_names(kept, details, "attributes", scope->attributes, scope->attribute_count);
    set_names(kept, details, "constants", scope->constants, scope->constant_count);
    Str text = str_format(kept, "surface: " STR_FMT " globals=%u attributes=%u constants=%u",
                          STR_ARG(name), scope->global_count, scope->attribute_count,
                          scope->constant_count);
    Finding finding = about(file, "surface", text, details);
    add(file, EXPAND_SURFACE, &finding);
}

void entity_expand(FileFacts *file, uint32_t def)
{
    const int64_t *depth = file->entity->query->expand_depth;
    const CellScope *scope = entity_cells(file, def);
    if (depth[EXPAND_IMPORTS]) expand_imports(file, def);
    if (depth[EXPAND_RAISES]) expand_raises(file, def);
    if (depth[EXPAND_SCOPE] && scope) expand_scope(file, scope);
    if (depth[EXPAND_SURFACE] && scope) expand_surface(file, scope);
}

// --- gathering ---

static Str title_of(ExpandKind kind)
{
    static const char *const titles[] = {"Callers", "Callees", "Imports",
                                         "Raises",  "Scope",   "Bytecode Surface"};
    return str_from(titles[kind]);
}

static bool is_listed(const Finding *finding, const FindingVec *findings, size_t from)
{
    for (size_t i = findings->len; i-- > from;) {
        const Finding *other = &findings->items[i];
        if (!str_eq(other->path, finding->path)) return false;
        bool place = other->line == finding->line && other->col == finding->col;
        if (place && str_eq(other->qualified, finding->qualified)) return true;
    }
    return false;
}

// The imports of a file once, though several of its definitions are shown.
static void gather_kind(const Entity *entity, const FileWork *work, ExpandKind kind,
                        FindingVec *findings, EntityAnswer *out, EntityGroup *group)
{
    size_t before = 0;
    *group = (EntityGroup){.title = title_of(kind), .from = findings->len};
    for (size_t i = 0; i < entity->files.len && before < out->shown; i++) {
        for (size_t j = 0; j < work[i].expansion_count; j++) {
            const Expansion *expansion = &work[i].expansions[j];
            if (expansion->kind != kind || before + expansion->owner >= out->shown) continue;
            if (kind == EXPAND_IMPORTS && is_listed(&expansion->finding, findings, group->from))
                continue;
            VEC_PUSH(entity->cx->arena, findings, expansion->finding);
        }
        before += work[i].count;
    }
    group->to = findings->len;
}

void entity_gather_expansions(Entity *entity, const FileWork *work, FindingVec *findings,
                              EntityAnswer *out)
{
    Arena *arena = entity->cx->arena;
    VEC(EntityGroup) groups = {0};
    for (int kind = 0; kind < EXPANDS; kind++) {
        EntityGroup group;
        if (!entity->query->expand_depth[kind]) continue;
        if (kind == EXPAND_CALLERS || kind == EXPAND_CALLEES) continue; // entity_edges.c
        gather_kind(entity, work, (ExpandKind)kind, findings, out, &group);
        VEC_PUSH(arena, &groups, group);
    }
    out->groups = groups.items;
    out->group_count = groups.len;
}
