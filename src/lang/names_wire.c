// lang/names_wire.c
//
//   version, hash of the text, counts; then scopes, exprs (calls among them), other calls,
//   imports, bindings, notes: one row after the other
//
// A place is told by how far it is from where the last one ended. Its length is only written when
// it is not that of the name which the text shows there. What else can be guessed (where a call
// ends and what it is given, the place of what a definition opens and binds) is only written
// when the guess is wrong.
#include <stdlib.h>

#include "base/hash.h"
#include "lang/names.h"
#include "lang/shown_call.h"
#include "lang/wire.h"

enum { // the first byte of an expr: an op, a role, and whether its operand is told
    OP_BITS = 4,
    OP_CALL_SHOWN = EXPR_OPS, // a CALL that begins and ends as its operand's call does
    OP_MEMBER_BESIDE,         // a MEMBER one byte behind its operand: a.b
    ROLE_CODES = 8,
    CALLED_SHOWN = 1, // the call is as the text shows it
    CALLED_TOLD = 5,
    ROLE_TOLD = 7,
    FAR = 128
};
_Static_assert((int)OP_MEMBER_BESIDE < 1 << OP_BITS, "an op has four bits");
static const uint8_t common_roles[ROLE_TOLD] = {
    0, ROLE_CALLED, ROLE_WRITTEN, ROLE_TYPE, ROLE_ARGUMENT, ROLE_CALLED, ROLE_WRITTEN | ROLE_BORN};

enum { SCOPE_HAS_DEF = 8, SCOPE_UP = 16, SCOPE_FAR = 7 };
enum { // the first byte of a binding
    BIND_KIND = 15,
    BIND_DEF_SHOWN = 14, // named by its definition, where that stands
    BIND_NAMED = 15,     // its name is not the text at its place; the kind follows
    BIND_VALUE = 16,
    BIND_TYPE = 32,
    BIND_TARGET = 64, // it is not the one after the last one
    BIND_SCOPE = 128, // it is not the one that its place is in
};
_Static_assert((int)BIND_KINDS <= (int)BIND_DEF_SHOWN, "a kind has four bits");
enum {                 // the first number of an import: what is told besides its place
    IMPORT_MODULE = 1, // not that of the one before
    IMPORT_NAME = 2,   // not the text at its place
    IMPORT_ALIAS = 4,
    IMPORT_FLAGS = 8 // times its flags
};
enum { CALL_STAR = 1, CALL_STAR_STAR = 2, CALL_MACRO = 4, CALL_KEYWORDS = 8, CALL_ARGS = 16 };

static bool takes_base(ExprOp op)
{
    return op == EXPR_MEMBER || op == EXPR_CALL || op == EXPR_ITEM || op == EXPR_AWAIT ||
           op == EXPR_TYPED || op == EXPR_EITHER;
}

// Stands for itself in the text; the others reach from the start of their operand.
static bool is_leaf(ExprOp op)
{
    return op == EXPR_MEMBER || !takes_base(op);
}

// What both sides know of the exprs so far.
typedef struct Known {
    const NameExpr *exprs;
    uint32_t *roots;     // by expr: where it begins, with all that it is built from
    uint32_t *call_ends; // by expr: where the call of it ends; 0: it is not called
    uint32_t last;       // where the last leaf ended
} Known;

static void know(Known *known, uint32_t index)
{
    const NameExpr *expr = &known->exprs[index];
    bool is_name = is_leaf(expr->op);
    if (is_name) known->last = expr->span.end;
    known->roots[index] = is_name && expr->base ? known->roots[expr->base - 1] : expr->span.start;
}

// Where it begins most often, and of one with operands: behind which it ends.
static Span expected(const Known *known, const NameExpr *expr)
{
    if (is_leaf(expr->op) || !expr->base) return (Span){known->last, known->last};
    uint32_t end = known->exprs[expr->base - 1].span.end;
    if (expr->op == EXPR_CALL) end = MAX(end, known->call_ends[expr->base - 1]);
    if (expr->other) end = MAX(end, known->exprs[expr->other - 1].span.end);
    return (Span){known->roots[expr->base - 1], end};
}

// The target of the next binding of a definition or import.
static uint32_t *next_target(uint32_t *targets, BindKind kind)
{
    return &targets[kind == BIND_IMPORT || kind == BIND_STAR];
}

static uint32_t expected_target(uint32_t *targets, BindKind kind)
{
    bool has = kind == BIND_DEF || kind == BIND_IMPORT || kind == BIND_STAR;
    return has ? *next_target(targets, kind) : 0;
}

// The scope that a binding at its place is in most often.
static uint32_t expected_scope(const Names *names, const NameBinding *bind)
{
    uint32_t scope = names_scope_at(names, bind->span.start);
    if (bind->kind == BIND_DEF && names->scopes[scope].def == bind->target)
        return names->scopes[scope].outer;
    while (bind->kind == BIND_FIELD && scope && names->scopes[scope].kind != SCOPE_TYPE)
        scope = names->scopes[scope].outer;
    return scope;
}

static bool lies_in(Str text, Str s)
{
    uintptr_t begin = (uintptr_t)text.ptr, at = (uintptr_t)s.ptr;
    return s.len && at >= begin && at - begin <= text.len && s.len <= text.len - (at - begin);
}

// Where what lies in the text ends; else `before`.
static uint32_t behind(Str text, Str s, uint32_t before)
{
    return lies_in(text, s) ? (uint32_t)(s.ptr - text.ptr) + (uint32_t)s.len : before;
}

// --- writing ---

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

enum { SOURCE_WRITTEN, SOURCE_NAME, SOURCE_PLACE };

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
    if (op >= EXPR_OPS) return;
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
    if (role == ROLE_TOLD) put(w, expr->role);
    if (far) put(w, expr->base ? index + 1 - expr->base : 0);
    if (expr->op == EXPR_EITHER) put(w, expr->other ? index + 1 - expr->other : 0);
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
    Writer w = {.out = out, .text = text, .facts = facts, .names = names};
    w.call_is_put = ARENA_ARRAY(&w.scratch, bool, facts->call_count);
    w.known = (Known){.exprs = names->exprs,
                      .roots = ARENA_ARRAY(&w.scratch, uint32_t, names->expr_count),
                      .call_ends = ARENA_ARRAY(&w.scratch, uint32_t, names->expr_count)};
    put(&w, NAMES_VERSION);
    buf_add(out, (Str){(const char *)&hash, sizeof hash});
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
    arena_fini(&w.scratch);
}

// --- reading ---

typedef struct Reader {
    Wire wire;
    Str text;
    Arena *arena;
    const Facts *facts;
    Names *names;
    Call *calls;
    uint32_t call_count, calls_left;
    Known known;
    Arena scratch;
} Reader;

static uint64_t get(Reader *r, uint64_t most)
{
    return wire_next(&r->wire, most);
}

static unsigned char get_byte(Reader *r)
{
    if (r->wire.at < r->wire.end) return (unsigned char)*r->wire.at++;
    r->wire.bad = true;
    return 0;
}

static uint32_t get_count(Reader *r)
{
    return (uint32_t)get(r, MIN((uint64_t)(r->wire.end - r->wire.at), UINT32_MAX - 1));
}

// A number in [least, most], as the change from `before`, which is in it or 0.
static uint32_t get_change(Reader *r, uint32_t before, uint32_t least, uint32_t most)
{
    int64_t value = (int64_t)before + wire_unzigzag(get(r, (uint64_t)UINT32_MAX << 1 | 1));
    if (value >= least && value <= most) return (uint32_t)value;
    r->wire.bad = true;
    return least;
}

static uint32_t get_length(Reader *r, uint32_t start)
{
    return start + (uint32_t)get(r, r->text.len - start);
}

static uint32_t get_start(Reader *r, uint32_t from, uint64_t change)
{
    int64_t start = (int64_t)from + wire_unzigzag(change);
    if (start >= 0 && start <= (int64_t)r->text.len) return (uint32_t)start;
    r->wire.bad = true;
    return 0;
}

static Span get_place(Reader *r, uint32_t from)
{
    uint64_t head = get(r, (uint64_t)r->text.len * 4 + 3);
    Span span;
    if (head & 1) {
        span.start = get_start(r, from, head >> 1);
        span.end = get_length(r, span.start);
    } else if (head >> 1 <= r->text.len - from) {
        span.start = from + (uint32_t)(head >> 1);
        span.end = wire_name_end(r->text, span.start);
    } else {
        r->wire.bad = true;
        return (Span){0, 0};
    }
    return span;
}

static Str get_source(Reader *r, uint32_t near)
{
    uint64_t head = get(r, (uint64_t)r->text.len * 8 + 7);
    if ((head & 3) == SOURCE_WRITTEN) {
        uint64_t len = head >> 2;
        Str s = {r->wire.at, (size_t)len};
        if (len > (uint64_t)(r->wire.end - r->wire.at)) r->wire.bad = true;
        else r->wire.at += len;
        return r->wire.bad ? STR_NONE : s;
    }
    uint32_t start = get_start(r, near, head >> 2);
    uint32_t end = (head & 3) == SOURCE_NAME ? wire_name_end(r->text, start) : get_length(r, start);
    return str_sub(r->text, start, end);
}

static uint32_t get_outer(Reader *r, const NameScope *scopes, uint32_t index, uint32_t steps)
{
    uint32_t at = index - 1;
    if (steps == SCOPE_FAR) return at - (uint32_t)get(r, at);
    for (; steps; steps--) at = scopes[at].outer;
    return at;
}

static void get_scope(Reader *r, NameScope *scopes, uint32_t index, uint32_t start, uint32_t *def)
{
    NameScope *scope = &scopes[index];
    uint32_t head = (uint32_t)get(r, SCOPE_UP * (SCOPE_FAR + 1) - 1);
    uint32_t kind = head & (SCOPE_HAS_DEF - 1), steps = head / SCOPE_UP;
    Span from = {start, UINT32_MAX};
    if (kind >= SCOPE_KINDS || (!index && steps)) r->wire.bad = true;
    scope->kind = (ScopeKind)kind;
    if (index) scope->outer = get_outer(r, scopes, index, steps);
    if (head & SCOPE_HAS_DEF) {
        scope->def = *def = get_change(r, *def, 1, r->facts->def_count);
        if (!r->wire.bad) from = r->facts->defs[scope->def - 1].full;
    }
    uint64_t place = get(r, (uint64_t)r->text.len * 4 + 3);
    scope->span.start = get_start(r, from.start, place >> 1);
    scope->span.end =
        place & 1 ? get_length(r, scope->span.start) : MAX(from.end, scope->span.start);
    if (!(place & 1) && from.end == UINT32_MAX) scope->span.end = scope->span.start;
    if (scope->span.start < start) r->wire.bad = true;
}

static void get_scopes(Reader *r, uint32_t count)
{
    NameScope *scopes = ARENA_ARRAY(r->arena, NameScope, count);
    uint32_t start = 0, def = 0;
    if (!count) r->wire.bad = true; // the file
    for (uint32_t i = 0; i < count && !r->wire.bad; i++) {
        get_scope(r, scopes, i, start, &def);
        start = scopes[i].span.start;
    }
    r->names->scopes = scopes;
    r->names->scope_count = count;
}

static Call *add_call(Reader *r, Span callee)
{
    if (!r->calls_left) r->wire.bad = true;
    if (r->wire.bad) return NULL;
    Call *call = &r->calls[r->call_count - r->calls_left--];
    call->name_span = callee;
    call->full = callee;
    return call;
}

static uint32_t get_shown_call(Reader *r, Span callee)
{
    ShownCall shown;
    if (!shown_call(r->text, r->facts->lang, callee.end, &shown)) r->wire.bad = true;
    Call *call = add_call(r, callee);
    if (!call) return 0;
    Str *keywords = ARENA_ARRAY(r->arena, Str, shown.keyword_count);
    for (uint32_t i = 0; i < shown.keyword_count; i++)
        keywords[i] = str_sub(r->text, shown.keywords[i].start, shown.keywords[i].end);
    call->full.end = shown.end;
    call->arg_count = shown.args;
    call->star = shown.star;
    call->star_star = shown.star_star;
    call->macro = shown.macro;
    call->keywords = keywords;
    call->keyword_count = shown.keyword_count;
    return shown.end;
}

// Returns where it ends; 0: there is none.
static uint32_t get_call(Reader *r, Span callee)
{
    uint64_t head = get(r, UINT32_MAX), bits = head - 1;
    if (!head) return 0;
    Call *call = add_call(r, callee);
    if (!call) return 0;
    uint32_t near = callee.end;
    call->arg_count = (uint32_t)(bits / CALL_ARGS);
    call->star = bits & CALL_STAR;
    call->star_star = bits & CALL_STAR_STAR;
    call->macro = bits & CALL_MACRO;
    call->full.end = get_change(r, near, 0, (uint32_t)r->text.len);
    if (!(bits & CALL_KEYWORDS)) return call->full.end;
    call->keyword_count = get_count(r);
    if (r->wire.bad) call->keyword_count = 0;
    Str *keywords = ARENA_ARRAY(r->arena, Str, call->keyword_count);
    for (uint32_t i = 0; i < call->keyword_count && !r->wire.bad; i++) {
        keywords[i] = get_source(r, near);
        near = behind(r->text, keywords[i], near);
    }
    call->keywords = keywords;
    return call->full.end;
}

static uint32_t get_operand(Reader *r, uint32_t index)
{
    uint32_t back = (uint32_t)get(r, index);
    return back ? index + 1 - back : 0;
}

static Span get_expr_place(Reader *r, const NameExpr *expr, unsigned op)
{
    Span from = expected(&r->known, expr);
    if (op == OP_CALL_SHOWN) return from;
    if (op == OP_MEMBER_BESIDE) {
        uint32_t start = expr->base ? r->known.exprs[expr->base - 1].span.end + 1 : UINT32_MAX;
        if (start > r->text.len) r->wire.bad = true;
        return (Span){start, r->wire.bad ? start : wire_name_end(r->text, start)};
    }
    if (is_leaf(expr->op) || !expr->base) return get_place(r, from.start);
    uint64_t place = get(r, (uint64_t)r->text.len * 4 + 3);
    if (place & 1) {
        from.start = get_start(r, from.start, place >> 1);
        from.end = get_length(r, from.start);
    } else {
        if (place >> 1 > r->text.len - from.end) r->wire.bad = true;
        from.end += (uint32_t)(place >> 1);
    }
    return from;
}

static void get_expr(Reader *r, NameExpr *expr, uint32_t index)
{
    unsigned char head = get_byte(r);
    unsigned role = head >> OP_BITS & (ROLE_CODES - 1), op = head & ((1U << OP_BITS) - 1);
    bool far = head & FAR;
    *expr = (NameExpr){.op = op == OP_CALL_SHOWN      ? EXPR_CALL
                             : op == OP_MEMBER_BESIDE ? EXPR_MEMBER
                                                      : (ExprOp)op};
    if (op > OP_MEMBER_BESIDE || (!far && takes_base(expr->op) && !index)) {
        r->wire.bad = true;
        return;
    }
    expr->role = role == ROLE_TOLD ? (uint8_t)get(r, UINT8_MAX) : common_roles[role];
    if (far) expr->base = get_operand(r, index);
    else if (takes_base(expr->op)) expr->base = index;
    if (op == EXPR_EITHER) expr->other = get_operand(r, index);
    expr->span = get_expr_place(r, expr, op);
    if (expr->span.start > expr->span.end) r->wire.bad = true;
    if (r->wire.bad) return;
    uint32_t *end = &r->known.call_ends[index];
    if (role == CALLED_SHOWN) *end = get_shown_call(r, expr->span);
    else *end = expr->role & ROLE_CALLED ? get_call(r, expr->span) : 0;
    know(&r->known, index);
}

static void get_exprs(Reader *r, uint32_t count)
{
    NameExpr *exprs = arena_alloc_raw(r->arena, count * sizeof *exprs);
    uint32_t *room = arena_alloc_raw(&r->scratch, count * 2 * sizeof *room);
    r->known = (Known){.exprs = exprs, .roots = room, .call_ends = room + count};
    for (uint32_t i = 0; i < count && !r->wire.bad; i++) get_expr(r, &exprs[i], i);
    r->names->exprs = exprs;
    r->names->expr_count = count;
}

static int by_place(const void *a, const void *b)
{
    const Call *one = a, *two = b;
    uint32_t x = one->name_span.start, y = two->name_span.start;
    if (x == y) x = one->full.end, y = two->full.end;
    return (x > y) - (x < y);
}

static void get_other_calls(Reader *r)
{
    uint32_t from = 0;
    bool ordered = true;
    while (get(r, 1)) {
        Span callee = get_place(r, from);
        uint32_t left = r->calls_left;
        get_call(r, callee);
        if (left == r->calls_left) r->wire.bad = true;
        from = callee.start;
    }
    if (r->calls_left) r->wire.bad = true;
    if (r->wire.bad) return;
    for (uint32_t i = 1; i < r->call_count; i++)
        if (by_place(&r->calls[i - 1], &r->calls[i]) > 0) ordered = false;
    if (!ordered) qsort(r->calls, r->call_count, sizeof *r->calls, by_place);
}

static uint32_t get_target(Reader *r, uint32_t *targets, BindKind kind, bool told)
{
    bool import = kind == BIND_IMPORT || kind == BIND_STAR;
    uint32_t most = import ? r->names->import_count : r->facts->def_count;
    uint32_t target = expected_target(targets, kind);
    if (told) target = get_change(r, *next_target(targets, kind), 0, most);
    if (target > most) r->wire.bad = true;
    if (target && !r->wire.bad) *next_target(targets, kind) = target + 1;
    return target;
}

static BindKind get_bind_kind(Reader *r, uint32_t head)
{
    uint32_t kind = head & BIND_KIND;
    if (kind == BIND_DEF_SHOWN) return BIND_DEF;
    if (kind == BIND_NAMED) kind = (uint32_t)get(r, BIND_KINDS - 1);
    if (kind >= BIND_KINDS) r->wire.bad = true;
    return kind < BIND_KINDS ? (BindKind)kind : BIND_DEF;
}

static void get_binding(Reader *r, NameBinding *bind, uint32_t head, uint32_t *targets,
                        uint32_t from)
{
    bind->kind = get_bind_kind(r, head);
    bind->target = get_target(r, targets, bind->kind, head & BIND_TARGET);
    bool shown = (head & BIND_KIND) == BIND_DEF_SHOWN;
    if (r->wire.bad || (shown && !bind->target)) {
        r->wire.bad = true;
        return;
    }
    bind->span = shown ? r->facts->defs[bind->target - 1].name_span : get_place(r, from);
    bind->scope = head & BIND_SCOPE ? (uint32_t)get(r, r->names->scope_count - 1)
                                    : expected_scope(r->names, bind);
    bind->name = (head & BIND_KIND) == BIND_NAMED
                     ? get_source(r, bind->span.start)
                     : str_sub(r->text, bind->span.start, bind->span.end);
}

static void get_bindings(Reader *r, uint32_t count)
{
    NameBinding *bindings = ARENA_ARRAY(r->arena, NameBinding, count);
    uint32_t start = 0, from = 0, targets[2] = {1, 1}, value = 0, type = 0;
    for (uint32_t i = 0; i < count && !r->wire.bad; i++) {
        NameBinding *bind = &bindings[i];
        uint32_t head = get_byte(r);
        get_binding(r, bind, head, targets, from);
        if (bind->span.start < start) r->wire.bad = true;
        start = bind->span.start;
        from = bind->span.end;
        if (head & BIND_VALUE) bind->value = value = get_change(r, value, 1, r->names->expr_count);
        if (head & BIND_TYPE) bind->type = type = get_change(r, type, 1, r->names->expr_count);
    }
    r->names->bindings = bindings;
    r->names->binding_count = count;
}

static void get_imports(Reader *r)
{
    uint32_t count = r->names->import_count, from = 0;
    NameImport *imports = ARENA_ARRAY(r->arena, NameImport, count);
    Str module = STR_NONE;
    for (uint32_t i = 0; i < count && !r->wire.bad; i++) {
        NameImport *import = &imports[i];
        uint64_t head = get(r, (uint64_t)UINT32_MAX * IMPORT_FLAGS | (IMPORT_FLAGS - 1));
        import->flags = (uint32_t)(head / IMPORT_FLAGS);
        import->span = get_place(r, from);
        Span span = import->span;
        if (head & IMPORT_MODULE) module = get_source(r, span.start);
        import->module = module;
        import->name =
            head & IMPORT_NAME ? get_source(r, span.start) : str_sub(r->text, span.start, span.end);
        if (head & IMPORT_ALIAS) import->alias = get_source(r, span.end);
        from = span.end;
    }
    r->names->imports = imports;
}

static void get_notes(Reader *r, uint32_t count)
{
    NameNote *notes = ARENA_ARRAY(r->arena, NameNote, count);
    uint32_t def = 0, expr = 0;
    for (uint32_t i = 0; i < count && !r->wire.bad; i++) {
        uint32_t head = (uint32_t)get(r, NOTE_KINDS * 2 - 1);
        notes[i].kind = (NoteKind)(head >> 1);
        notes[i].def = def = get_change(r, def, 0, r->facts->def_count);
        if (head & 1) notes[i].expr = expr = get_change(r, expr, 1, r->names->expr_count);
    }
    r->names->notes = notes;
    r->names->note_count = count;
}

static void get_all(Reader *r)
{
    uint32_t scopes = get_count(r), exprs = get_count(r);
    r->call_count = r->calls_left = get_count(r);
    uint32_t bindings = get_count(r);
    r->names->import_count = get_count(r);
    uint32_t notes = get_count(r);
    if (r->wire.bad) return;
    r->calls = ARENA_ARRAY(r->arena, Call, r->call_count);
    get_scopes(r, scopes);
    if (!r->wire.bad) get_exprs(r, exprs);
    if (!r->wire.bad) get_other_calls(r);
    if (!r->wire.bad) get_imports(r);
    if (!r->wire.bad) get_bindings(r, bindings);
    if (!r->wire.bad) get_notes(r, notes);
}

bool names_decode(Arena *arena, Str bytes, Str text, const Facts *facts, NamesKept *out)
{
    uint64_t hash = hash_str(text), found = 0;
    NamesKept kept = {0};
    Reader r = {.wire = {bytes.ptr, bytes.ptr + bytes.len, bytes.len == 0},
                .text = text,
                .arena = arena,
                .facts = facts,
                .names = &kept.names};
    if (get(&r, NAMES_VERSION) != NAMES_VERSION) return false;
    if ((size_t)(r.wire.end - r.wire.at) < sizeof hash) return false;
    memcpy(&found, r.wire.at, sizeof found);
    r.wire.at += sizeof found;
    if (found != hash) return false;
    get_all(&r);
    arena_fini(&r.scratch);
    if (r.wire.bad || r.wire.at != r.wire.end) return false;
    kept.calls = r.calls;
    kept.call_count = r.call_count;
    *out = kept;
    return true;
}
