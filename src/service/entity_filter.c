// service/entity_filter.c - whether one definition passes.
#include "service/entity_.h"

bool entity_is_type(DefKind kind)
{
    switch (kind) {
    case DEF_CLASS:
    case DEF_STRUCT:
    case DEF_UNION:
    case DEF_ENUM:
    case DEF_INTERFACE:
    case DEF_TRAIT:
    case DEF_IMPL: return true;
    default: return false;
    }
}

bool entity_is_callable(DefKind kind)
{
    return kind == DEF_FUNCTION || kind == DEF_METHOD;
}

bool entity_has_body(DefKind kind)
{
    return entity_is_type(kind) || entity_is_callable(kind) || kind == DEF_MODULE ||
           kind == DEF_MACRO;
}

int32_t entity_body_at(const Facts *facts, uint32_t offset)
{
    int32_t def = facts_enclosing(facts, offset);
    while (def >= 0 && !entity_has_body(facts->defs[def].kind)) def = facts->defs[def].parent;
    return def;
}

// A prototype or forward declaration is none of what it declares; a method without a body, in an
// interface or trait, is one.
static bool is_forward(const Def *def)
{
    return def->declaration && def->kind != DEF_METHOD && def->kind != DEF_FIELD;
}

bool entity_has_kind(FileFacts *file, EntityKind kind, uint32_t index)
{
    const Def *def = &file->facts.defs[index];
    bool fits = entity_kind_mask(kind) >> def->kind & 1;
    if (!doc_lists(&file->facts, index)) return false; // local variables, what has no name
    switch (kind) {
    case ENTITY_DECLARATION: return def->declaration;
    case ENTITY_ANY: return true;
    case ENTITY_MODULE: // a package once, though each of its files names it
        return fits && (file->file->leads || def->parent >= 0 ||
                        !entity_lang_has_packages(file->facts.lang));
    case ENTITY_TEST: return fits && !is_forward(def) && entity_is_test(file, index);
    case ENTITY_METHOD: return fits;
    default: return fits && !is_forward(def);
    }
}

static bool is_separator(char c)
{
    return strchr(".:>\\", c) != NULL;
}

bool entity_name_fits(Str written, Str name)
{
    if (name_is_glob(name)) { // the whole, or what is behind one of the separators
        for (size_t at = 0; at < written.len; at++)
            if ((!at || is_separator(written.ptr[at - 1])) &&
                name_takes(name, str_sub(written, at, written.len)))
                return true;
        return false;
    }
    if (!str_ends(written, name)) return false;
    size_t before = written.len - name.len;
    return !before || is_separator(written.ptr[before - 1]);
}

static bool is_word_byte(char c)
{
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// A call's name as the text has it: "a.b" of a.b(x). Facts of a parse know it, stored ones only the
// last name, so what stands in front of it is compared only when it is asked for.
static bool call_fits(const FileFacts *file, const Call *call, Str name)
{
    size_t start = call->name_span.start;
    if (name_is_glob(name)) {
        while (start && (is_word_byte(file->text.ptr[start - 1]) ||
                         strchr(".:->", file->text.ptr[start - 1])))
            start--;
        return entity_name_fits(str_sub(file->text, start, call->name_span.end), name);
    }
    Str last = str_sub(file->text, start, call->name_span.end);
    if (str_eq(last, name)) return true;
    if (!str_ends(name, last) || name.len == last.len) return false;
    size_t lead = name.len - last.len;
    if (start < lead) return false;
    Str written = str_sub(file->text, start - lead, call->name_span.end);
    return str_eq(written, name) &&
           !(start > lead && is_word_byte(file->text.ptr[start - lead - 1]));
}

bool entity_calls(const FileFacts *file, uint32_t def, Str name)
{
    const Facts *facts = &file->facts;
    Span full = facts->defs[def].full;
    for (uint32_t i = 0; i < facts->call_count; i++) {
        const Call *call = &facts->calls[i];
        if (call->name_span.start < full.start) continue;
        if (call->name_span.start >= full.end) break;
        if (call_fits(file, call, name) &&
            entity_body_at(facts, call->name_span.start) == (int32_t)def)
            return true;
    }
    return false;
}

static bool defines(FileFacts *file, uint32_t index, const Join *join)
{
    const Facts *facts = &file->facts;
    for (uint32_t i = index + 1; i < facts->def_count; i++) {
        const Def *def = &facts->defs[i];
        if (def->full.start >= facts->defs[index].full.end) break;
        if (def->parent != (int32_t)index || !entity_has_kind(file, join->kind, i)) continue;
        if (!join->name.len || name_takes(join->name, def->name)) return true;
    }
    return false;
}

static bool is_nested(const Facts *facts, uint32_t index)
{
    for (int32_t up = facts->defs[index].parent; up >= 0; up = facts->defs[up].parent)
        if (entity_is_callable(facts->defs[up].kind)) return true;
    return false;
}

bool entity_asks_cells(const EntityQuery *query)
{
    return query->captures.len || query->has_cells != UNSAID || query->scope == ASK_CLOSURE ||
           entity_expands_tree(query);
}

const CellScope *entity_cells(const FileFacts *file, uint32_t index)
{
    const Def *def = &file->facts.defs[index];
    for (size_t i = 0; i < file->cells.count; i++) {
        const CellScope *scope = &file->cells.items[i];
        if (scope->span.start > def->name_span.start) break;
        if (scope->span.start >= def->full.start && scope->span.end == def->full.end &&
            entity_is_callable(def->kind))
            return scope;
    }
    return NULL;
}

static bool holds_name(const Str *names, uint32_t count, Str name)
{
    for (uint32_t i = 0; i < count; i++)
        if (name_takes(name, names[i])) return true;
    return false;
}

static bool scope_fits(FileFacts *file, uint32_t index)
{
    const EntityQuery *query = file->entity->query;
    if (query->scope == ASK_NESTED || query->scope == ASK_TOPLEVEL) {
        bool nested = is_nested(&file->facts, index);
        if (!entity_is_callable(file->facts.defs[index].kind)) return false;
        if (nested != (query->scope == ASK_NESTED)) return false;
    }
    bool asks = query->captures.len || query->has_cells != UNSAID || query->scope == ASK_CLOSURE;
    if (!asks) return true;
    const CellScope *cells = entity_cells(file, index);
    if (!cells) return false;
    if (query->scope == ASK_CLOSURE && !cells->free_count) return false;
    if (query->has_cells != UNSAID && (cells->cell_count > 0) != (query->has_cells == SAID_YES))
        return false;
    return !query->captures.len || holds_name(cells->frees, cells->free_count, query->captures);
}

static bool decorators_fit(FileFacts *file, uint32_t index)
{
    const EntityQuery *query = file->entity->query;
    bool wanted = query->kind == ENTITY_DECORATOR || query->decorated_by.len ||
                  query->decorators_min >= 0 || query->decorators_max >= 0;
    if (!wanted) return true;
    Decorators found = entity_decorators(file, index);
    if (query->kind == ENTITY_DECORATOR && !found.count) return false;
    if (query->decorators_min >= 0 && found.count < query->decorators_min) return false;
    if (query->decorators_max >= 0 && found.count > query->decorators_max) return false;
    bool fits = !query->decorated_by.len;
    for (uint32_t i = 0; i < found.count && !fits; i++)
        fits = entity_name_fits(found.items[i].name, query->decorated_by);
    return fits;
}

static bool raises_fit(FileFacts *file, uint32_t index)
{
    const Join *join = &file->entity->query->raises;
    if (!join->asked) return true;
    Raises found = entity_raises(file, index);
    bool fits = !join->name.len && found.count;
    for (uint32_t i = 0; i < found.count && !fits; i++)
        fits = join->name.len && entity_name_fits(found.items[i].name, join->name);
    return fits;
}

bool entity_takes(FileFacts *file, uint32_t index)
{
    const EntityQuery *query = file->entity->query;
    const Def *def = &file->facts.defs[index];
    if (!entity_has_kind(file, query->kind, index)) return false;
    Str qualified = query->name.qualified ? entity_qualified(file, (int32_t)index) : STR_NONE;
    if (!name_filter_takes(&query->name, file->slot->matcher, def->name, qualified)) return false;
    if (!scope_fits(file, index)) return false;
    if (query->calls.len && !entity_calls(file, index, query->calls)) return false;
    if (query->defines.asked && !defines(file, index, &query->defines)) return false;
    if (!entity_exports_fit(file, (int32_t)index)) return false;
    if (!decorators_fit(file, index) || !raises_fit(file, index)) return false;
    return entity_relations_fit(file, def->full, (int32_t)index);
}

// A file has no decorators, no scope around it, and calls and raises what stands in no definition.
bool entity_module_fits(FileFacts *file)
{
    const EntityQuery *query = file->entity->query;
    const Facts *facts = &file->facts;
    const Join *join = &query->defines;
    bool fits = !query->calls.len, defined = !join->asked;
    if (query->raises.asked || query->decorated_by.len || query->decorators_min > 0) return false;
    if (query->scope != ASK_ANY || query->captures.len || query->has_cells != UNSAID) return false;
    for (uint32_t i = 0; i < facts->call_count && !fits; i++) {
        const Call *call = &facts->calls[i];
        fits =
            call_fits(file, call, query->calls) && entity_body_at(facts, call->name_span.start) < 0;
    }
    for (uint32_t i = 0; i < facts->def_count && !defined; i++)
        defined = facts->defs[i].parent < 0 && entity_has_kind(file, join->kind, i) &&
                  (!join->name.len || name_takes(join->name, facts->defs[i].name));
    if (!fits || !defined) return false;
    if (!entity_relations_fit(file, (Span){0, (uint32_t)file->text.len}, -1)) return false;
    return entity_exports_fit(file, -1); // last: it says that the file was taken
}
