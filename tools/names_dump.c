// tools/names_dump.c
#include "tools/names_dump.h"

static const char *const scope_names[] = {
    [SCOPE_FILE] = "file",   [SCOPE_TYPE] = "type",     [SCOPE_FUNCTION] = "function",
    [SCOPE_BLOCK] = "block", [SCOPE_MODULE] = "module",
};
static const char *const bind_names[] = {
    [BIND_DEF] = "def",
    [BIND_IMPORT] = "import",
    [BIND_STAR] = "star",
    [BIND_PARAM] = "param",
    [BIND_SELF] = "self",
    [BIND_OWNER] = "owner",
    [BIND_LOCAL] = "local",
    [BIND_FIELD] = "field",
    [BIND_EXPORT] = "export",
    [BIND_OUTER] = "outer",
    [BIND_TYPE_PARAM] = "type-param",
};
static const char *const note_names[] = {
    [NOTE_BASE] = "base",           [NOTE_RETURNS] = "returns",   [NOTE_GIVES] = "gives",
    [NOTE_DECORATOR] = "decorator", [NOTE_RECEIVER] = "receiver", [NOTE_TRAIT] = "trait",
    [NOTE_STANDS] = "stands",       [NOTE_HIDDEN] = "hidden",     [NOTE_ABSTRACT] = "abstract",
    [NOTE_VALUE] = "value",         [NOTE_STATIC] = "static",     [NOTE_PACKAGE] = "package",
};
static const char *const role_names[] = {"called",    "written",  "type",  "base",
                                         "decorator", "argument", "macro", "born"};

typedef struct Dump {
    Buf out;
    const Facts *facts;
    const Names *names;
    Str text;
} Dump;

static void put_place(Dump *d, uint32_t offset)
{
    uint32_t line = 1, start = 0;
    for (uint32_t i = 0; i < offset && i < d->text.len; i++)
        if (d->text.ptr[i] == '\n') line++, start = i + 1;
    buf_addf(&d->out, "%u:%u", line, offset - start);
}

static void put_expr(Dump *d, uint32_t value)
{
    Buf *out = &d->out;
    if (!value) {
        buf_add(out, STR("?"));
        return;
    }
    const NameExpr *expr = &d->names->exprs[value - 1];
    Str name = names_text(expr, d->text);
    if (expr->op == EXPR_TYPED) buf_add(out, STR("<"));
    if (expr->op == EXPR_AWAIT) buf_add(out, STR("await "));
    if (expr->base) put_expr(d, expr->base);
    switch (expr->op) {
    case EXPR_NAME: buf_add(out, name); break;
    case EXPR_MEMBER: buf_addf(out, "." STR_FMT, STR_ARG(name)); break;
    case EXPR_CALL: buf_add(out, STR("()")); break;
    case EXPR_ITEM:
        buf_add(out, STR("["));
        if (expr->other) put_expr(d, expr->other);
        buf_add(out, STR("]"));
        break;
    case EXPR_TYPED: buf_add(out, STR(">")); break;
    case EXPR_LITERAL: buf_addf(out, "'" STR_FMT "'", STR_ARG(str_sub(name, 0, 12))); break;
    case EXPR_SELF: buf_add(out, STR("#self")); break;
    case EXPR_OWNER: buf_add(out, STR("#owner")); break;
    case EXPR_SUPER: buf_add(out, STR("#super")); break;
    case EXPR_ROOT: buf_add(out, STR("#root")); break;
    case EXPR_EITHER:
        buf_add(out, STR(" or "));
        put_expr(d, expr->other);
        break;
    default: break;
    }
}

static void put_scopes(Dump *d)
{
    for (uint32_t i = 0; i < d->names->scope_count; i++) {
        const NameScope *scope = &d->names->scopes[i];
        buf_addf(&d->out, "scope %u %s in %u at ", i, scope_names[scope->kind], scope->outer);
        put_place(d, scope->span.start);
        buf_add(&d->out, STR("-"));
        put_place(d, scope->span.end);
        if (scope->def)
            buf_addf(&d->out, " " STR_FMT, STR_ARG(d->facts->defs[scope->def - 1].qualified));
        buf_byte(&d->out, '\n');
    }
}

static void put_bindings(Dump *d)
{
    for (uint32_t i = 0; i < d->names->binding_count; i++) {
        const NameBinding *binding = &d->names->bindings[i];
        buf_addf(&d->out, "%s " STR_FMT " in %u at ", bind_names[binding->kind],
                 STR_ARG(binding->name), binding->scope);
        put_place(d, binding->span.start);
        bool of_def = binding->kind == BIND_DEF || binding->kind == BIND_EXPORT;
        if (of_def && binding->target) {
            const Def *def = &d->facts->defs[binding->target - 1];
            buf_addf(&d->out, " %s " STR_FMT, def_kind_name(def->kind), STR_ARG(def->qualified));
        } else if (binding->target) {
            const NameImport *import = &d->names->imports[binding->target - 1];
            buf_addf(&d->out, " from '" STR_FMT "' " STR_FMT " flags %u", STR_ARG(import->module),
                     STR_ARG(import->name), import->flags);
        }
        if (binding->type) buf_add(&d->out, STR(": ")), put_expr(d, binding->type);
        if (binding->value) buf_add(&d->out, STR(" = ")), put_expr(d, binding->value);
        buf_byte(&d->out, '\n');
    }
}

static void put_notes(Dump *d)
{
    for (uint32_t i = 0; i < d->names->note_count; i++) {
        const NameNote *note = &d->names->notes[i];
        Str of = note->def ? d->facts->defs[note->def - 1].qualified : STR("(file)");
        buf_addf(&d->out, "%s of " STR_FMT " ", note_names[note->kind], STR_ARG(of));
        if (note->expr) put_expr(d, note->expr);
        buf_byte(&d->out, '\n');
    }
}

static void put_uses(Dump *d)
{
    for (uint32_t i = 0; i < d->names->expr_count; i++) {
        const NameExpr *expr = &d->names->exprs[i];
        if (expr->op != EXPR_NAME && expr->op != EXPR_MEMBER) continue;
        buf_add(&d->out, STR("use "));
        put_place(d, expr->span.start);
        buf_byte(&d->out, ' ');
        put_expr(d, i + 1);
        for (size_t k = 0; k < ARRAY_LEN(role_names); k++)
            if (expr->role >> k & 1) buf_addf(&d->out, " %s", role_names[k]);
        if (expr->op == EXPR_MEMBER && expr->other) {
            buf_add(&d->out, STR(" set to "));
            put_expr(d, expr->other);
        }
        buf_byte(&d->out, '\n');
    }
}

Str names_dump(Arena *arena, const Facts *facts, const Names *names, Str text)
{
    Dump d = {.out = buf_on(arena), .facts = facts, .names = names, .text = text};
    put_scopes(&d);
    put_bindings(&d);
    put_notes(&d);
    put_uses(&d);
    return buf_str(&d.out);
}
