// op/scoped.c
#include "op/scoped.h"

#include "base/json.h"

enum { KINDS = 3 };
static const char *const kinds[KINDS] = {"lang", "in", "glob"};

static const ScopeTexts *texts_of(const Scope *scope, size_t kind)
{
    const ScopeTexts *all[KINDS] = {&scope->lang, &scope->in, &scope->glob};
    return all[kind];
}

static const Field *field_of(const OpSpec *op, size_t kind)
{
    for (const Field *field = op->args; field->name; field++)
        if (!strcmp(field->name, kinds[kind]) && field_is_list(field)) return field;
    return NULL;
}

static void add_texts(Buf *out, const char *kind, const ScopeTexts *texts)
{
    if (!texts->count) return;
    buf_addf(out, "%s%s", out->len ? "; " : "", kind);
    for (size_t i = 0; i < texts->count; i++)
        buf_addf(out, "%s" STR_FMT, i ? ", " : " ", STR_ARG(texts->items[i]));
}

Str scope_text(Arena *arena, const Scope *scope)
{
    Buf out = buf_on(arena);
    for (size_t i = 0; i < KINDS; i++) add_texts(&out, kinds[i], texts_of(scope, i));
    return buf_str(&out);
}

bool scope_applies(const OpSpec *op)
{
    if (op == &op_scope) return false; // these are what it sets
    for (size_t i = 0; i < KINDS; i++)
        if (field_of(op, i)) return true;
    return false;
}

const void *scope_apply(Arena *arena, const OpSpec *op, const void *args, const Scope *scope,
                        Str *says)
{
    Buf out = buf_on(arena);
    char *changed = arena_alloc(arena, op->args_size);
    memcpy(changed, args, op->args_size);
    for (size_t i = 0; i < KINDS; i++) {
        const ScopeTexts *texts = texts_of(scope, i);
        const Field *field = field_of(op, i);
        if (!texts->count) continue;
        if (!field) {
            buf_addf(&out, "%s%s cannot be applied: %s takes none", out.len ? "; " : "", kinds[i],
                     op->name);
            continue;
        }
        StrList *list = (StrList *)(void *)(changed + field->offset);
        if (list->count) continue; // the request says it
        *list = (StrList){texts->items, texts->count};
        add_texts(&out, kinds[i], texts);
    }
    *says = buf_str(&out);
    return changed;
}

// ---- plans

static Fail scope_of(Ctx *cx, const Env *env, ScopeAnswer *out)
{
    *out = (ScopeAnswer){0};
    return cx->session.len ? scope_get(cx, env->scopes, cx->session, out) : NULL;
}

Fail scope_of_plans(Ctx *cx, const Env *env, Str *says)
{
    ScopeAnswer answer;
    TRY(scope_of(cx, env, &answer));
    Str text = STR_NONE;
    if (answer.found)
        text = str_format(cx->arena, "of cells: " STR_FMT,
                          STR_ARG(scope_text(cx->arena, &answer.scope)));
    *says = str_join(cx->arena, text, STR("; "), answer.limit);
    return NULL;
}

static const Json *list_of(Arena *arena, const ScopeTexts *texts)
{
    Json *list = json_new_array(arena);
    for (size_t i = 0; i < texts->count; i++)
        json_push(arena, list, json_new_str(arena, str_copy(arena, texts->items[i])));
    return list;
}

// `object` with one member set, or set anew.
static Json *with(Arena *arena, const Json *object, Str key, const Json *value)
{
    Json *copy = json_new_object(arena);
    for (size_t i = 0; object && i < object->len; i++)
        if (!str_eq(object->members[i].key, key))
            json_set(arena, copy, object->members[i].key, object->members[i].value);
    json_set(arena, copy, key, value);
    return copy;
}

static const Json *apply_cell(Arena *arena, const Json *cell, const Scope *scope)
{
    const Json *name = json_get(cell, STR("op")), *params = json_get(cell, STR("params"));
    const Json *inputs = json_get(cell, STR("inputs"));
    const OpSpec *op = name && name->kind == JK_STR ? op_named(name->string) : NULL;
    if (!op || !op->cell || (params && params->kind != JK_OBJECT)) return cell; // plan_parse tells
    const Json *scoped = params;
    for (size_t i = 0; i < KINDS; i++) {
        Str kind = str_from(kinds[i]);
        const ScopeTexts *texts = texts_of(scope, i);
        bool from_inputs = inputs && inputs->len && str_eq(kind, str_from(op->cell->files));
        if (!texts->count || !field_of(op, i) || from_inputs || json_get(params, kind)) continue;
        scoped = with(arena, scoped, kind, list_of(arena, texts));
    }
    return scoped == params ? cell : with(arena, cell, STR("params"), scoped);
}

Fail scope_apply_plan(Ctx *cx, const Env *env, const Json **document)
{
    ScopeAnswer answer;
    const Json *cells = json_get(*document, STR("cells"));
    TRY(scope_of(cx, env, &answer));
    if (!answer.found || !cells || cells->kind != JK_ARRAY) return NULL;
    Json *scoped = json_new_array(cx->arena);
    for (size_t i = 0; i < cells->len; i++)
        json_push(cx->arena, scoped, apply_cell(cx->arena, cells->items[i], &answer.scope));
    *document = with(cx->arena, *document, STR("cells"), scoped);
    return NULL;
}
