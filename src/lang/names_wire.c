// lang/names_wire.c - writing.
#include "base/hash.h"
#include "lang/names_wire_.h"

typedef struct Writer {
    Buf *out;
    Str text;
    const Facts *facts;
    const Names *names;
    bool *call_is_put; // by call
    Known known;
    Arena scratch;
} Writer;

static void put(Writer *w, uint64_t value)
{
    wire_put(w->out, value);
}

static void put_change(Writer *w, uint32_t value, uint32_t before)
{
    put(w, wire_zigzag((int64_t)value - before));
}

// A span that begins at `from` or behind it, most often with the name that the text shows there.
static void put_place(Writer *w, Span span, uint32_t from)
{
    bool plain = span.start >= from && span.end == wire_name_end(w->text, span.start);
    if (plain) {
        put(w, (uint64_t)(span.start - from) << 1);
    } else {
        put(w, wire_zigzag((int64_t)span.start - from) << 1 | 1);
        put(w, span.end - span.start);
    }
}

// Its place in the text, counted from `near`, or its bytes.
static void put_source(Writer *w, Str s, uint32_t near)
{
    if (!lies_in(w->text, s)) {
        put(w, (uint64_t)s.len << 2 | SOURCE_WRITTEN);
        buf_add(w->out, s);
        return;
    }
    uint32_t start = (uint32_t)(s.ptr - w->text.ptr);
    bool shown = wire_name_end(w->text, start) == start + s.len;
    put(w, wire_zigzag((int64_t)start - near) << 2 | (shown ? SOURCE_NAME : SOURCE_PLACE));
    if (!shown) put(w, s.len);
}

// How many scopes further out than the one before it lies; SCOPE_FAR: not there.
static uint32_t steps_out(const NameScope *scopes, uint32_t index)
{
    uint32_t at = index - 1;
    for (uint32_t steps = 0; steps < SCOPE_FAR; steps++) {
        if (at == scopes[index].outer) return steps;
        if (!at) break;
        at = scopes[at].outer;
    }
    return SCOPE_FAR;
}

static void put_scopes(Writer *w)
{
    const NameScope *scopes = w->names->scopes;
    uint32_t start = 0, def = 0;
    for (uint32_t i = 0; i < w->names->scope_count; i++) {
        const NameScope *scope = &scopes[i];
        Span from = {start, scope->span.start};
        uint32_t steps = i ? steps_out(scopes, i) : 0;
        put(w, (unsigned)scope->kind | (scope->def ? SCOPE_HAS_DEF : 0U) | steps * SCOPE_UP);
        if (steps == SCOPE_FAR) put(w, i - 1 - scope->outer);
        if (scope->def) {
            put_change(w, scope->def, def);
            def = scope->def;
            from = w->facts->defs[def - 1].full;
        }
        bool longer = scope->span.end != from.end;
        put(w, wire_zigzag((int64_t)scope->span.start - from.start) << 1 | longer);
        if (longer) put(w, scope->span.end - scope->span.start);
        start = scope->span.start;
    }
}

static uint32_t find_call(const Facts *facts, uint32_t start)
{
    uint32_t low = 0, high = facts->call_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (facts->calls[middle].name_span.start < start) low = middle + 1;
        else high = middle;
    }
    return low;
}

// Behind the first number, which says how long it is.
static void put_call(Writer *w, const Call *call)
{
    unsigned flags = (call->star ? CALL_STAR : 0U) | (call->star_star ? CALL_STAR_STAR : 0U) |
                     (call->macro ? CALL_MACRO : 0U) | (call->keyword_count ? CALL_KEYWORDS : 0U);
    uint32_t near = call->name_span.end;
    put(w, 1 + flags + (uint64_t)call->arg_count * CALL_ARGS);
    put_change(w, call->full.end, near);
    if (!call->keyword_count) return;
    put(w, call->keyword_count);
    for (uint32_t i = 0; i < call->keyword_count; i++) {
        put_source(w, call->keywords[i], near);
        near = behind(w->text, call->keywords[i], near);
    }
}

// The call of what stands at a place, which has not been put yet; or NULL.
static const Call *call_of(const Writer *w, Span callee)
{
    const Facts *facts = w->facts;
    for (uint32_t i = find_call(facts, callee.start); i < facts->call_count; i++) {
        const Call *call = &facts->calls[i];
        if (call->name_span.start != callee.start) break;
        if (call->name_span.end == callee.end && !w->call_is_put[i]) return call;
    }
    return NULL;
}

static bool is_shown(const Writer *w, const Call *call)
{
    ShownCall shown;
    if (!shown_call(w->text, w->facts->lang, call->name_span.end, &shown)) return false;
    bool same = shown.end == call->full.end && shown.args == call->arg_count &&
                shown.star == call->star && shown.star_star == call->star_star &&
                shown.macro == call->macro && shown.keyword_count == call->keyword_count;
    for (uint32_t i = 0; same && i < shown.keyword_count; i++)
        same = str_eq(call->keywords[i],
                      str_sub(w->text, shown.keywords[i].start, shown.keywords[i].end));
    return same;
}

static unsigned op_code(const Writer *w, uint32_t index, Span from)
{
    const NameExpr *expr = &w->names->exprs[index];
    if (expr->other && expr->op != EXPR_EITHER) return OP_WITH_OTHER;
    if (expr->op == EXPR_CALL && expr->base && w->known.call_ends[expr->base - 1] &&
        expr->span.start == from.start && expr->span.end == from.end)
        return OP_CALL_SHOWN;
    if (expr->op == EXPR_MEMBER && expr->base &&
        expr->span.start == w->names->exprs[expr->base - 1].span.end + 1 &&
        expr->span.end == wire_name_end(w->text, expr->span.start))
        return OP_MEMBER_BESIDE;
    return (unsigned)expr->op;
}

static unsigned role_code(uint8_t role, bool call_is_shown)
{
    if (role == ROLE_CALLED) return call_is_shown ? CALLED_SHOWN : CALLED_TOLD;
    unsigned code = 0;
    while (code < ROLE_TOLD && common_roles[code] != role) code++;
    return code;
}

static void put_expr_place(Writer *w, const NameExpr *expr, unsigned op, Span from)
{
    if (op == OP_CALL_SHOWN || op == OP_MEMBER_BESIDE) return;
    if (is_leaf(expr->op) || !expr->base) {
        put_place(w, expr->span, from.start);
    } else if (expr->span.start == from.start && expr->span.end >= from.end) {
        put(w, (uint64_t)(expr->span.end - from.end) << 1);
    } else {
        put(w, wire_zigzag((int64_t)expr->span.start - from.start) << 1 | 1);
        put(w, expr->span.end - expr->span.start);
    }
}

static void put_expr(Writer *w, uint32_t index)
{
    const NameExpr *expr = &w->names->exprs[index];
    const Call *call = expr->role & ROLE_CALLED ? call_of(w, expr->span) : NULL;
    Span from = expected(&w->known, expr);
    unsigned op = op_code(w, index, from);
    unsigned role = role_code(expr->role, call && is_shown(w, call));
    bool far = expr->base != (takes_base(expr->op) ? index : 0);
    buf_byte(w->out, (char)(unsigned char)(op | role << OP_BITS | (far ? FAR : 0U)));
    if (op == OP_WITH_OTHER) put(w, (uint64_t)expr->op);
    if (role == ROLE_TOLD) put(w, expr->role);
    if (far) put(w, expr->base ? index + 1 - expr->base : 0);
    if (op == EXPR_EITHER || op == OP_WITH_OTHER) put(w, expr->other ? index + 1 - expr->other : 0);
    put_expr_place(w, expr, op, from);
    if (expr->role & ROLE_CALLED && role != CALLED_SHOWN) {
        if (call) put_call(w, call);
        else put(w, 0);
    }
    if (call) w->call_is_put[call - w->facts->calls] = true;
    w->known.call_ends[index] = call ? call->full.end : 0;
    know(&w->known, index);
}

static void put_other_calls(Writer *w)
{
    uint32_t from = 0;
    for (uint32_t i = 0; i < w->facts->call_count; i++) {
        const Call *call = &w->facts->calls[i];
        if (w->call_is_put[i]) continue;
        put(w, 1);
        put_place(w, call->name_span, from);
        put_call(w, call);
        from = call->name_span.start;
    }
    put(w, 0);
}

static bool is_at(Str text, Span span, Str s)
{
    return str_eq(s, str_sub(text, span.start, span.end));
}

static bool stands_as_def(const Writer *w, const NameBinding *bind)
{
    if (bind->kind != BIND_DEF || !bind->target) return false;
    Span name = w->facts->defs[bind->target - 1].name_span;
    return bind->span.start == name.start && bind->span.end == name.end;
}

static void put_bindings(Writer *w)
{
    uint32_t from = 0, targets[2] = {1, 1}, value = 0, type = 0;
    for (uint32_t i = 0; i < w->names->binding_count; i++) {
        const NameBinding *bind = &w->names->bindings[i];
        bool named = !is_at(w->text, bind->span, bind->name);
        bool shown = !named && stands_as_def(w, bind);
        bool other_target = bind->target != expected_target(targets, bind->kind);
        bool other_scope = bind->scope != expected_scope(w->names, bind);
        unsigned kind = named ? BIND_NAMED : shown ? BIND_DEF_SHOWN : (unsigned)bind->kind;
        buf_byte(w->out, (char)(unsigned char)(kind | (bind->value ? BIND_VALUE : 0U) |
                                               (bind->type ? BIND_TYPE : 0U) |
                                               (other_target ? BIND_TARGET : 0U) |
                                               (other_scope ? BIND_SCOPE : 0U)));
        if (named) put(w, bind->kind);
        if (other_target) put_change(w, bind->target, *next_target(targets, bind->kind));
        if (!shown) put_place(w, bind->span, from);
        if (other_scope) put(w, bind->scope);
        if (named) put_source(w, bind->name, bind->span.start);
        if (bind->value) put_change(w, bind->value, value);
        if (bind->type) put_change(w, bind->type, type);
        from = bind->span.end;
        if (bind->target) *next_target(targets, bind->kind) = bind->target + 1;
        value = bind->value ? bind->value : value;
        type = bind->type ? bind->type : type;
    }
}

static void put_imports(Writer *w)
{
    uint32_t from = 0;
    Str module = STR_NONE;
    for (uint32_t i = 0; i < w->names->import_count; i++) {
        const NameImport *import = &w->names->imports[i];
        bool other = !str_eq(import->module, module);
        bool named = !is_at(w->text, import->span, import->name);
        put(w, (uint64_t)import->flags * IMPORT_FLAGS | (other ? IMPORT_MODULE : 0U) |
                   (named ? IMPORT_NAME : 0U) | (import->alias.len ? IMPORT_ALIAS : 0U));
        put_place(w, import->span, from);
        if (other) put_source(w, import->module, import->span.start);
        if (named) put_source(w, import->name, import->span.start);
        if (import->alias.len) put_source(w, import->alias, import->span.end);
        from = import->span.end;
        module = import->module;
    }
}

static void put_notes(Writer *w)
{
    uint32_t def = 0, expr = 0;
    for (uint32_t i = 0; i < w->names->note_count; i++) {
        const NameNote *note = &w->names->notes[i];
        put(w, (unsigned)note->kind << 1 | (note->expr != 0));
        put_change(w, note->def, def);
        if (note->expr) put_change(w, note->expr, expr);
        def = note->def;
        expr = note->expr ? note->expr : expr;
    }
}

void names_encode(Buf *out, const Facts *facts, const Names *names, Str text)
{
    uint64_t hash = hash_str(text);
    Writer w = {.text = text, .facts = facts, .names = names};
    Buf body = buf_on(&w.scratch);
    w.out = &body;
    w.call_is_put = ARENA_ARRAY(&w.scratch, bool, facts->call_count);
    w.known = (Known){.exprs = names->exprs,
                      .roots = ARENA_ARRAY(&w.scratch, uint32_t, names->expr_count),
                      .call_ends = ARENA_ARRAY(&w.scratch, uint32_t, names->expr_count)};
    put(&w, names->scope_count);
    put(&w, names->expr_count);
    put(&w, facts->call_count);
    put(&w, names->binding_count);
    put(&w, names->import_count);
    put(&w, names->note_count);
    put_scopes(&w);
    for (uint32_t i = 0; i < names->expr_count; i++) put_expr(&w, i);
    put_other_calls(&w);
    put_imports(&w);
    put_bindings(&w);
    put_notes(&w);
    wire_put(out, NAMES_VERSION);
    buf_add(out, (Str){(const char *)&hash, sizeof hash});
    squeeze_add(out, buf_str(&body), wire_most_squeezed(text));
    arena_fini(&w.scratch);
}
