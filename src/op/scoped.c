// op/scoped.c
#include "op/scoped.h"

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
