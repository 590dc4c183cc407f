// resolve/value.c - the interpretation of expressions. Results are kept by expression; what runs in
// a circle, or too deep, is not known.
#include "resolve/value.h"

#include "resolve/generic.h"
#include "resolve/overload.h"

enum { DEEPEST = 40 };

// --- sets of values

static bool same_value(const Value *a, const Value *b)
{
    if (a->kind != b->kind) return false;
    switch (a->kind) {
    case VALUE_FILE: return a->file == b->file;
    case VALUE_FOLDER:
    case VALUE_EXTERNAL: return str_eq(a->name, b->name) && a->item == b->item;
    default: return a->ref.file == b->ref.file && a->ref.def == b->ref.def;
    }
}

void values_add(Resolver *r, Values *values, Value value)
{
    for (uint32_t i = 0; i < values->count; i++)
        if (same_value(&values->items[i], &value)) return;
    if (values->count == VALUES_MOST) {
        values_weaken(values, CERTAINTY_LIKELY, REASON_SEVERAL);
        return;
    }
    Value *items = ARENA_ARRAY(r->arena, Value, values->count + 1);
    if (values->count) memcpy(items, values->items, values->count * sizeof *items);
    items[values->count++] = value;
    values->items = items;
}

void values_name(Resolver *r, Values *values, DefRef def)
{
    for (uint32_t i = 0; i < values->named_count; i++)
        if (values->named[i].file == def.file && values->named[i].def == def.def) return;
    if (values->named_count == VALUES_MOST) return;
    DefRef *named = ARENA_ARRAY(r->arena, DefRef, values->named_count + 1);
    if (values->named_count) memcpy(named, values->named, values->named_count * sizeof *named);
    named[values->named_count++] = def;
    values->named = named;
}

void values_because(Values *values, Reason reason)
{
    values->reason = MAX(values->reason, reason);
}

void values_weaken(Values *values, Certainty certainty, Reason reason)
{
    values->certainty = MAX(values->certainty, certainty);
    values_because(values, reason);
}

// What has nothing says nothing about how the rest was found, nor the other way round.
static void join_reasons(Values *values, bool had, const Values *from)
{
    bool has = from->count || from->named_count;
    bool sure = values->certainty == CERTAINTY_EXACT;
    if (has && !had && reason_is_lack(values->reason))
        values->reason = sure ? from->reason : MAX(from->reason, REASON_SEVERAL);
    bool nothing = !has && had && reason_is_lack(from->reason);
    if (nothing && from->certainty == CERTAINTY_EXACT) return;
    values_weaken(values, from->certainty, nothing ? REASON_SEVERAL : from->reason);
}

void values_join(Resolver *r, Values *values, const Values *from)
{
    bool had = values->count || values->named_count;
    if (!values->count) { // lists are never changed, so they can be shared
        values->items = from->items;
        values->count = from->count;
    } else {
        for (uint32_t i = 0; i < from->count; i++) values_add(r, values, from->items[i]);
    }
    if (!values->named_count) {
        values->named = from->named;
        values->named_count = from->named_count;
    } else {
        for (uint32_t i = 0; i < from->named_count; i++) values_name(r, values, from->named[i]);
    }
    join_reasons(values, had, from);
}

// --- what is kept about a file

static void order_notes(Resolver *r, WorldFile *file, FileWork *work)
{
    uint32_t defs = file->facts.def_count, count = file->names.note_count;
    uint32_t *starts = ARENA_ARRAY(r->arena, uint32_t, (size_t)defs + 3);
    uint32_t *notes = ARENA_ARRAY(r->arena, uint32_t, count);
    for (uint32_t i = 0; i < count; i++) starts[file->names.notes[i].def + 2]++;
    for (uint32_t i = 1; i < defs + 3; i++) starts[i] += starts[i - 1];
    for (uint32_t i = 0; i < count; i++) notes[starts[file->names.notes[i].def + 1]++] = i;
    work->starts = starts;
    work->notes = notes;
}

FileWork *file_work(Resolver *r, WorldFile *file)
{
    if (file->own) return file->own;
    FileWork *work = ARENA_NEW(r->arena, FileWork);
    work->values = ARENA_ARRAY(r->arena, Values, file->names.expr_count);
    work->state = ARENA_ARRAY(r->arena, uint8_t, file->names.expr_count);
    order_notes(r, file, work);
    file->own = work;
    return work;
}

NoteEach file_notes(Resolver *r, WorldFile *file, uint32_t def, NoteKind kind)
{
    const FileWork *work = file_work(r, file);
    uint32_t row = def == WORLD_NONE ? 0 : def + 1;
    return (NoteEach){.file = file,
                      .work = work,
                      .at = row ? work->starts[row] : 0,
                      .end = work->starts[row + 1],
                      .kind = kind};
}

bool next_note(NoteEach *each)
{
    while (each->at < each->end) {
        each->note = &each->file->names.notes[each->work->notes[each->at++]];
        if (each->note->kind == each->kind) return true;
    }
    return false;
}

const NameNote *file_note(Resolver *r, WorldFile *file, uint32_t def, NoteKind kind)
{
    NoteEach each = file_notes(r, file, def, kind);
    return next_note(&each) ? each.note : NULL;
}

bool is_type_kind(DefKind kind)
{
    switch (kind) {
    case DEF_CLASS:
    case DEF_STRUCT:
    case DEF_UNION:
    case DEF_ENUM:
    case DEF_INTERFACE:
    case DEF_TRAIT:
    case DEF_TYPE: return true;
    default: return false;
    }
}

// --- types

static bool is_class_maker(Str name) // type[X] is the type itself
{
    return str_eq(name, STR("type")) || str_eq(name, STR("Type")) || str_ends(name, STR(".Type"));
}

// The values of a type that `types` are: objects of it.
static void add_objects(Resolver *r, WorldFile *file, uint32_t item, const Values *types,
                        Values *out)
{
    for (uint32_t i = 0; i < types->count; i++) {
        Value value = types->items[i];
        if (value.kind == VALUE_DEF) value.kind = VALUE_OBJECT;
        value.item_file = file->number, value.item = item;
        // T = TypeVar("T"): any type.
        if (value.kind == VALUE_EXTERNAL && str_ends(value.name, STR("TypeVar()"))) continue;
        if (value.kind == VALUE_OBJECT || value.kind == VALUE_EXTERNAL) values_add(r, out, value);
    }
    values_weaken(out, types->certainty, types->reason);
}

// type X = expr: what X stands for, when it is no type of its own.
static Values unalias(Resolver *r, const Values *types)
{
    Values out = {.certainty = types->certainty, .reason = types->reason};
    for (uint32_t i = 0; i < types->count; i++) {
        const Value *value = &types->items[i];
        WorldFile *file = value->kind == VALUE_DEF ? world_file(r->world, value->ref.file) : NULL;
        const NameNote *stands = file ? file_note(r, file, value->ref.def, NOTE_STANDS) : NULL;
        DefKind kind = file ? file->facts.defs[value->ref.def].kind : DEF_KINDS;
        bool alias = stands && stands->expr && (kind == DEF_TYPE || kind == DEF_MACRO);
        if (!alias || r->depth > DEEPEST) {
            values_add(r, &out, *value);
            continue;
        }
        r->depth++;
        Values inner = evaluate(r, file, stands->expr);
        inner = unalias(r, &inner);
        r->depth--;
        if (inner.count) values_join(r, &out, &inner);
        else values_add(r, &out, *value);
    }
    return out;
}

Values evaluate_typed(Resolver *r, WorldFile *file, uint32_t type)
{
    Values out = values_none(REASON_TYPE);
    if (!type) return out;
    const NameExpr *expr = &file->names.exprs[type - 1];
    uint32_t item = 0;
    if (expr->op == EXPR_ITEM && expr->other) { // container[item]
        item = expr->other;
        const NameExpr *base = &file->names.exprs[expr->base - 1];
        if (is_class_maker(names_text(base, file->text))) return evaluate(r, file, item);
        type = expr->base;
    }
    if (expr->op == EXPR_EITHER) {
        Values one = evaluate_typed(r, file, expr->base);
        Values two = evaluate_typed(r, file, expr->other);
        values_join(r, &out, &one);
        values_join(r, &out, &two);
        if (out.count > 1) values_weaken(&out, CERTAINTY_LIKELY, REASON_SEVERAL);
        return out;
    }
    Values types = evaluate(r, file, type);
    types = unalias(r, &types);
    add_objects(r, file, item, &types, &out);
    return out;
}

// --- what a definition gives

static Values returned(Resolver *r, WorldFile *file, uint32_t def)
{
    const NameNote *returns = file_note(r, file, def, NOTE_RETURNS);
    if (returns) return evaluate_typed(r, file, returns->expr);
    Values out = values_none(REASON_RETURNED);
    NoteEach each = file_notes(r, file, def, NOTE_GIVES);
    uint32_t given = 0, known = 0;
    while (next_note(&each)) {
        Values one = evaluate(r, file, each.note->expr);
        given++, known += one.count > 0;
        values_join(r, &out, &one);
    }
    out.named = NULL, out.named_count = 0;
    if (known != given || out.count > 1) values_weaken(&out, CERTAINTY_LIKELY, REASON_RETURNED);
    return out;
}

static void call_one(Resolver *r, const Value *value, Values *out)
{
    if (value->kind == VALUE_EXTERNAL) {
        // An outside type gives an outside object; what a function gives may be one of ours.
        size_t at = str_find_last(value->name, '.');
        Str last = at < value->name.len ? str_sub(value->name, at + 1, SIZE_MAX) : value->name;
        bool given = str_ends(last, STR("()")); // what an object gives that is called
        if (given || !last.len || last.ptr[0] < 'A' || last.ptr[0] > 'Z') return;
        Str name = str_format(r->arena, STR_FMT "()", STR_ARG(value->name));
        values_add(r, out, (Value){.kind = VALUE_EXTERNAL, .name = name});
        return;
    }
    if (value->kind != VALUE_DEF && value->kind != VALUE_OBJECT) return;
    WorldFile *file = world_file(r->world, value->ref.file);
    if (!file) return;
    if (value->kind == VALUE_OBJECT) {
        Values base = {.items = value, .count = 1, .certainty = CERTAINTY_EXACT};
        Values call = member_of(r, &base, resolve_call_member(file->lang), file->lang);
        Values given = evaluate_call(r, &call);
        if (!call.count) given = returned(r, file, value->ref.def); // a typedef of a function
        values_join(r, out, &given);
        return;
    }
    const Def *def = &file->facts.defs[value->ref.def];
    if (def->kind == DEF_ENUM_MEMBER && def->parent >= 0) {
        Value object = {.kind = VALUE_OBJECT, .ref = {value->ref.file, (uint32_t)def->parent}};
        values_add(r, out, object);
        return;
    }
    if (is_type_kind(def->kind)) {
        Value object = *value;
        object.kind = VALUE_OBJECT;
        values_add(r, out, object);
        return;
    }
    Values given = returned(r, file, value->ref.def);
    values_join(r, out, &given);
}

Values evaluate_call(Resolver *r, const Values *callee)
{
    Values out = {.certainty = callee->certainty, .reason = callee->reason};
    if (r->depth > DEEPEST) return out;
    r->depth++;
    for (uint32_t i = 0; i < callee->count; i++) call_one(r, &callee->items[i], &out);
    r->depth--;
    return out;
}

// A variable that is set to something: a function or module by another name, or an object, whose
// type is evident then.
static void held_by_alias(const WorldFile *file, Values *out)
{
    bool pointers = resolve_lang(file->lang)->function_pointers;
    for (uint32_t i = 0; i < out->count; i++) {
        ValueKind kind = out->items[i].kind;
        bool object = kind == VALUE_OBJECT || kind == VALUE_EXTERNAL;
        values_because(out, object ? REASON_TYPE : REASON_ALIAS);
        if (kind == VALUE_DEF && pointers) values_weaken(out, CERTAINTY_LIKELY, REASON_ALIAS);
    }
    if (!out->count && out->reason != REASON_PARAMETER) out->reason = REASON_UNTYPED;
}

// A variable or property: what it holds. Others: themselves.
static Values held(Resolver *r, WorldFile *file, const NameBinding *binding)
{
    Values out = values_none(REASON_SCOPE);
    uint32_t def = binding->target - 1;
    DefRef self = {file->number, def};
    DefKind kind = file->facts.defs[def].kind;
    bool variable = kind == DEF_VARIABLE || kind == DEF_CONSTANT || kind == DEF_FIELD;
    if (variable && binding->type) out = evaluate_typed(r, file, binding->type);
    else if (variable && binding->value) out = evaluate(r, file, binding->value);
    else if (file_note(r, file, def, NOTE_VALUE)) out = returned(r, file, def);
    else if (variable && file->scope_of_def[def] != WORLD_NONE) // of a type without a name
        values_add(r, &out, (Value){.kind = VALUE_OBJECT, .ref = self});
    else values_add(r, &out, (Value){.kind = VALUE_DEF, .ref = self});
    if (variable && !binding->type && binding->value) held_by_alias(file, &out);
    out.named = NULL, out.named_count = 0;
    values_name(r, &out, self);
    return out;
}

// A definition that is exported: what its file's own name for it gives.
static Values exported(Resolver *r, WorldFile *file, uint32_t target)
{
    Str name = file->facts.defs[target - 1].name;
    uint32_t end, at = world_bound(file, 0, name, &end);
    for (; at < end; at++) {
        const NameBinding *own = &file->names.bindings[file->bound[at]];
        if (own->kind == BIND_DEF && own->target == target) return held(r, file, own);
    }
    Values out = values_none(REASON_SCOPE);
    DefRef def = {file->number, target - 1};
    values_add(r, &out, (Value){.kind = VALUE_DEF, .ref = def});
    values_name(r, &out, def);
    return out;
}

Values evaluate_binding(Resolver *r, WorldFile *file, uint32_t binding)
{
    const NameBinding *b = &file->names.bindings[binding];
    Values out = values_none(REASON_SCOPE);
    if (r->depth > DEEPEST) return out;
    r->depth++;
    int want = r->want;
    r->want = WANT_ANY;
    switch (b->kind) {
    case BIND_DEF:
        if (b->target) out = held(r, file, b);
        break;
    case BIND_IMPORT:
        if (b->target && resolve_lang(file->lang)->import)
            resolve_lang(file->lang)->import(r, file, &file->names.imports[b->target - 1], &out);
        values_because(&out, REASON_IMPORT);
        break;
    case BIND_SELF:
    case BIND_OWNER:
        out = lookup_owner(r, file, b->scope);
        if (b->kind == BIND_SELF) {
            Values types = out;
            out = values_none(REASON_OBJECT);
            add_objects(r, file, 0, &types, &out);
        }
        break;
    case BIND_PARAM:
    case BIND_LOCAL:
    case BIND_FIELD:
        if (b->type) out = evaluate_typed(r, file, b->type);
        else if (b->value && b->kind != BIND_PARAM) out = evaluate(r, file, b->value);
        else values_because(&out, b->kind == BIND_PARAM ? REASON_PARAMETER : REASON_UNTYPED);
        if (!b->type) held_by_alias(file, &out);
        out.named = NULL, out.named_count = 0;
        break;
    case BIND_EXPORT:
        if (b->value) out = evaluate(r, file, b->value);
        else if (b->target) out = exported(r, file, b->target);
        break;
    case BIND_TYPE_PARAM: // at least what its bounds say
        if (b->type) out = evaluate(r, file, b->type);
        values_weaken(&out, CERTAINTY_LIKELY, REASON_IMPLEMENTS);
        break;
    default: values_because(&out, REASON_UNTYPED);
    }
    r->want = want;
    r->depth--;
    return out;
}

// --- expressions

// type List []T: what is in a List.
static Values items_of_type(Resolver *r, DefRef type)
{
    static const NoteKind kinds[] = {NOTE_BASE, NOTE_STANDS};
    WorldFile *file = world_file(r->world, type.file);
    for (size_t i = 0; file && i < ARRAY_LEN(kinds); i++) {
        const NameNote *note = file_note(r, file, type.def, kinds[i]);
        if (!note || !note->expr) continue;
        const NameExpr *expr = &file->names.exprs[note->expr - 1];
        if (expr->op == EXPR_ITEM && expr->other) return evaluate_typed(r, file, expr->other);
    }
    return values_none(REASON_TYPE);
}

Values evaluate_items(Resolver *r, const Values *base, LangId lang)
{
    Values out = {.certainty = base->certainty, .reason = base->reason};
    for (uint32_t i = 0; i < base->count; i++) {
        const Value *value = &base->items[i];
        WorldFile *file = value->item ? world_file(r->world, value->item_file) : NULL;
        Values one = values_none(REASON_TYPE);
        if (file) {
            one = evaluate_typed(r, file, value->item);
        } else if (value->kind == VALUE_OBJECT) {
            Values self = {.items = value, .count = 1, .certainty = CERTAINTY_EXACT};
            Values method = member_of(r, &self, STR("__getitem__"), lang);
            one = evaluate_call(r, &method);
            if (!one.count) one = items_of_type(r, value->ref);
            if (!one.count && !method.count &&
                resolve_lang(lang)->function_pointers) { // p[i] of a pointer
                values_add(r, &one, *value);
                values_weaken(&one, CERTAINTY_LIKELY, REASON_TYPE);
            }
        }
        values_join(r, &out, &one);
    }
    return out;
}

static Values super_of(Resolver *r, const Values *after)
{
    Values out = values_none(REASON_INHERITED);
    for (uint32_t i = 0; i < after->count; i++) {
        Value value = after->items[i];
        if (value.kind == VALUE_DEF) value.kind = VALUE_SUPER, values_add(r, &out, value);
    }
    values_weaken(&out, after->certainty, after->reason);
    return out;
}

static bool is_macro(const WorldFile *file, const NameExpr *expr)
{
    return expr->role & ROLE_MACRO && expr->span.end < file->text.len &&
           file->text.ptr[expr->span.end] == '!';
}

static int wanted(const WorldFile *file, const NameExpr *expr)
{
    const ResolveLang *lang = resolve_lang(file->lang);
    if (lang->macros_apart && is_macro(file, expr)) return WANT_MACRO;
    bool apart = lang->calls_apart || (lang->members_apart && expr->op == EXPR_MEMBER);
    if (!apart) return WANT_ANY;
    return expr->role & (ROLE_CALLED | ROLE_DECORATOR) ? WANT_CALLABLE : WANT_VALUE;
}

static bool is_known(const Values *values)
{
    return (values->count && values->items[0].kind != VALUE_EXTERNAL) || values->named_count;
}

// What a NAME, or a MEMBER of `base`, means: of what fits its use, or else of all.
static Values meaning(Resolver *r, WorldFile *file, uint32_t index, const Values *base)
{
    const NameExpr *expr = &file->names.exprs[index];
    const ResolveLang *lang = resolve_lang(file->lang);
    Str name = names_text(expr, file->text);
    uint32_t scope = names_scope_at(&file->names, expr->span.start);
    Values out = {0}, any;
    for (int want = wanted(file, expr);; want = WANT_ANY) {
        r->want = want;
        any = expr->op == EXPR_NAME ? lookup(r, file, scope, index, name)
                                    : member_of(r, base, name, file->lang);
        r->want = WANT_ANY;
        if (is_known(&any) || !out.count) out = any;
        if (is_known(&any) || want == WANT_ANY || want == WANT_MACRO) break;
    }
    bool outside = expr->op == EXPR_MEMBER && !is_known(&out);
    if (outside && lang->outside_member) lang->outside_member(r, file, index, base, &out);
    if (lang->overloads && expr->role & ROLE_CALLED) overloads_choose(r, file, index, &out);
    Values given;
    if (expr->op == EXPR_MEMBER && generic_field(r, base, &out, &given)) out = given;
    return out;
}

// A call of a member that is not ours may give what its object holds: x.unwrap(), x.clone().
static Values call_of(Resolver *r, WorldFile *file, const NameExpr *expr, const Values *callee)
{
    Values out = evaluate_call(r, callee);
    const ResolveLang *lang = resolve_lang(file->lang);
    const NameExpr *member = &file->names.exprs[expr->base - 1];
    bool ours = callee->named_count > 0;
    if (member->op != EXPR_MEMBER || !member->base) return out;
    Values object = evaluate(r, file, member->base), given = values_none(REASON_TYPE);
    if (ours) return generic_call(r, &object, callee, &given) ? given : out;
    if (!lang->outside_call) return out;
    lang->outside_call(r, &object, names_text(member, file->text), &given);
    return given.count ? given : out;
}

static Values owner_around(Resolver *r, WorldFile *file, const NameExpr *expr)
{
    return lookup_owner(r, file, names_scope_at(&file->names, expr->span.start));
}

static Values evaluate_op(Resolver *r, WorldFile *file, const NameExpr *expr)
{
    Values out = values_none(REASON_TYPE);
    uint32_t index = (uint32_t)(expr - file->names.exprs);
    Values base = expr->op == EXPR_TYPED ? out : evaluate(r, file, expr->base);
    switch (expr->op) {
    case EXPR_NAME:
    case EXPR_MEMBER: return meaning(r, file, index, &base);
    case EXPR_CALL: return call_of(r, file, expr, &base);
    case EXPR_ITEM: // of a type or function with type arguments: that itself
        return expr->other ? base : evaluate_items(r, &base, file->lang);
    case EXPR_AWAIT: return base;
    case EXPR_TYPED: return evaluate_typed(r, file, expr->base);
    case EXPR_LITERAL:
        values_add(r, &out, (Value){.kind = VALUE_EXTERNAL, .name = STR("(literal)")});
        return out;
    case EXPR_OWNER: return owner_around(r, file, expr);
    case EXPR_SELF:
        base = owner_around(r, file, expr);
        add_objects(r, file, 0, &base, &out);
        return out;
    case EXPR_SUPER:
        if (!expr->base) base = owner_around(r, file, expr);
        return super_of(r, &base);
    case EXPR_ROOT:
        if (resolve_lang(file->lang)->root) resolve_lang(file->lang)->root(r, file, &out);
        return out;
    case EXPR_EITHER: {
        Values other = evaluate(r, file, expr->other);
        values_join(r, &base, &other);
        if (base.count > 1) values_weaken(&base, CERTAINTY_LIKELY, REASON_SEVERAL);
        return base;
    }
    default: return out;
    }
}

Values evaluate(Resolver *r, WorldFile *file, uint32_t expr)
{
    enum { BEING_LOOKED_AT = 1, KNOWN = 2 };
    if (!expr) return values_none(REASON_UNTYPED);
    FileWork *work = file_work(r, file);
    if (work->state[expr - 1] == KNOWN) return work->values[expr - 1];
    if (work->state[expr - 1] == BEING_LOOKED_AT || r->depth > DEEPEST) {
        r->circles++;
        return values_none(REASON_UNTYPED);
    }
    work->state[expr - 1] = BEING_LOOKED_AT;
    r->depth++;
    int want = r->want;
    r->want = WANT_ANY;
    Values out = evaluate_op(r, file, &file->names.exprs[expr - 1]);
    r->want = want;
    r->depth--;
    work->values[expr - 1] = out;
    work->state[expr - 1] = KNOWN;
    return out;
}
