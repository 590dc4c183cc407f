// lang/names_wire.c
//
//   version, hash of the text, counts; then scopes, exprs (calls among them), other calls,
//   bindings, imports, notes: one row after the other
//
// A place is told by how far it is from where the last one ended. Its length is only written when
// it is not that of the name which the text shows there.
#include <stdlib.h>

#include "base/hash.h"
#include "lang/names.h"
#include "lang/wire.h"

enum { OP_BITS = 4, ROLE_CODES = 8, ROLE_OTHER = 7, FAR = 128 }; // the first byte of an expr
_Static_assert((int)EXPR_OPS <= 1 << OP_BITS, "an op has four bits");
static const uint8_t common_roles[ROLE_OTHER] = {0,
                                                 ROLE_CALLED,
                                                 ROLE_WRITTEN,
                                                 ROLE_TYPE,
                                                 ROLE_ARGUMENT,
                                                 ROLE_CALLED | ROLE_ARGUMENT,
                                                 ROLE_WRITTEN | ROLE_BORN};

enum { SCOPE_HAS_DEF = 8, SCOPE_UP = 16, SCOPE_FAR = 7 };
enum { BIND_VALUE = 16, BIND_TYPE = 32, BIND_TARGET = 64, BIND_NAMED = 15 };
_Static_assert((int)BIND_KINDS <= (int)BIND_NAMED, "a kind has four bits");
enum { CALL_STAR = 1, CALL_STAR_STAR = 2, CALL_MACRO = 4, CALL_MORE = 8, CALL_ARGS = 16 };

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
    uint32_t *roots; // by expr: where it begins, with all that it is built from
    uint32_t last;   // where the last leaf ended
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
    if (expr->other) end = MAX(end, known->exprs[expr->other - 1].span.end);
    return (Span){known->roots[expr->base - 1], end};
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
        uint32_t steps = i ? steps_out(scopes, i) : 0;
        put(w, (unsigned)scope->kind | (scope->def ? SCOPE_HAS_DEF : 0U) | steps * SCOPE_UP);
        if (steps == SCOPE_FAR) put(w, i - 1 - scope->outer);
        put(w, scope->span.start - start);
        put(w, scope->span.end - scope->span.start);
        if (scope->def) put_change(w, scope->def, def);
        start = scope->span.start;
        def = scope->def ? scope->def : def;
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

static void put_call(Writer *w, const Call *call, uint32_t end)
{
    bool more = call->keyword_count || call->full.end != end;
    unsigned flags = (call->star ? CALL_STAR : 0U) | (call->star_star ? CALL_STAR_STAR : 0U) |
                     (call->macro ? CALL_MACRO : 0U) | (more ? CALL_MORE : 0U);
    put(w, 1 + flags + (uint64_t)call->arg_count * CALL_ARGS);
    if (!more) return;
    uint32_t near = call->name_span.end;
    put_change(w, call->full.end, end);
    put(w, call->keyword_count);
    for (uint32_t i = 0; i < call->keyword_count; i++) {
        put_source(w, call->keywords[i], near);
        near = behind(w->text, call->keywords[i], near);
    }
}

// The call that a CALL is, when its operand is what that calls; or a 0.
static void put_call_of(Writer *w, const NameExpr *expr)
{
    const Facts *facts = w->facts;
    Span callee = expr->base ? w->names->exprs[expr->base - 1].span : (Span){UINT32_MAX, 0};
    for (uint32_t i = find_call(facts, callee.start); i < facts->call_count; i++) {
        const Call *call = &facts->calls[i];
        if (call->name_span.start != callee.start) break;
        if (call->name_span.end != callee.end || w->call_is_put[i]) continue;
        w->call_is_put[i] = true;
        put_call(w, call, expr->span.end);
        return;
    }
    put(w, 0);
}

static void put_expr(Writer *w, uint32_t index)
{
    const NameExpr *expr = &w->names->exprs[index];
    unsigned role = 0;
    while (role < ROLE_OTHER && (common_roles[role] != expr->role)) role++;
    bool other = expr->other && expr->op != EXPR_EITHER;
    if (other) role = ROLE_OTHER;
    bool far = expr->base != (takes_base(expr->op) ? index : 0);
    uint8_t head = (uint8_t)((unsigned)expr->op | role << OP_BITS | (far ? FAR : 0U));
    buf_byte(w->out, (char)head);
    if (role == ROLE_OTHER) put(w, expr->role);
    if (far) put(w, expr->base ? index + 1 - expr->base : 0);
    if (role == ROLE_OTHER || expr->op == EXPR_EITHER)
        put(w, expr->other ? index + 1 - expr->other : 0);
    Span from = expected(&w->known, expr);
    if (is_leaf(expr->op) || !expr->base) {
        put_place(w, expr->span, from.start);
    } else if (expr->span.start == from.start && expr->span.end >= from.end) {
        put(w, (uint64_t)(expr->span.end - from.end) << 1);
    } else {
        put(w, wire_zigzag((int64_t)expr->span.start - from.start) << 1 | 1);
        put(w, expr->span.end - expr->span.start);
    }
    if (expr->op == EXPR_CALL) put_call_of(w, expr);
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
        put_call(w, call, call->name_span.end);
        from = call->name_span.start;
    }
    put(w, 0);
}

static void put_bindings(Writer *w)
{
    uint32_t scope = 0, from = 0, target = 0, value = 0, type = 0;
    for (uint32_t i = 0; i < w->names->binding_count; i++) {
        const NameBinding *bind = &w->names->bindings[i];
        bool named = !str_eq(bind->name, str_sub(w->text, bind->span.start, bind->span.end));
        put(w, (named ? BIND_NAMED : (unsigned)bind->kind) | (bind->value ? BIND_VALUE : 0U) |
                   (bind->type ? BIND_TYPE : 0U) | (bind->target ? BIND_TARGET : 0U));
        if (named) put(w, bind->kind);
        put_change(w, bind->scope, scope);
        put_place(w, bind->span, from);
        if (named) put_source(w, bind->name, bind->span.start);
        if (bind->target) put_change(w, bind->target, target);
        if (bind->value) put_change(w, bind->value, value);
        if (bind->type) put_change(w, bind->type, type);
        scope = bind->scope;
        from = bind->span.start;
        target = bind->target ? bind->target : target;
        value = bind->value ? bind->value : value;
        type = bind->type ? bind->type : type;
    }
}

static void put_imports(Writer *w)
{
    uint32_t from = 0;
    for (uint32_t i = 0; i < w->names->import_count; i++) {
        const NameImport *import = &w->names->imports[i];
        put(w, import->flags);
        put_place(w, import->span, from);
        put_source(w, import->module, import->span.start);
        put_source(w, import->name, import->span.start);
        put_source(w, import->alias, import->span.end);
        from = import->span.start;
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
    w.known = (Known){names->exprs, ARENA_ARRAY(&w.scratch, uint32_t, names->expr_count), 0};
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
    put_bindings(&w);
    put_imports(&w);
    put_notes(&w);
    arena_fini(&w.scratch);
}

// --- reading ---

typedef struct Reader {
    Wire wire;
    Str text;
    Arena *arena;
    uint32_t defs;
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

static void get_scopes(Reader *r, uint32_t count)
{
    NameScope *scopes = ARENA_ARRAY(r->arena, NameScope, count);
    uint32_t start = 0, def = 0;
    if (!count) r->wire.bad = true; // the file
    for (uint32_t i = 0; i < count && !r->wire.bad; i++) {
        NameScope *scope = &scopes[i];
        uint32_t head = (uint32_t)get(r, SCOPE_UP * (SCOPE_FAR + 1) - 1);
        uint32_t kind = head & (SCOPE_HAS_DEF - 1), steps = head / SCOPE_UP;
        if (kind >= SCOPE_KINDS || (!i && steps)) r->wire.bad = true;
        scope->kind = (ScopeKind)kind;
        if (i) scope->outer = get_outer(r, scopes, i, steps);
        scope->span.start = start += (uint32_t)get(r, r->text.len - start);
        scope->span.end = get_length(r, start);
        if (head & SCOPE_HAS_DEF) scope->def = def = get_change(r, def, 1, r->defs);
    }
    r->names->scopes = scopes;
    r->names->scope_count = count;
}

static void get_call(Reader *r, uint64_t head, Span callee, uint32_t end)
{
    if (!r->calls_left) r->wire.bad = true;
    if (r->wire.bad) return;
    Call *call = &r->calls[r->call_count - r->calls_left--];
    uint64_t bits = head - 1;
    call->name_span = callee;
    call->full = (Span){callee.start, end};
    call->arg_count = (uint32_t)(bits / CALL_ARGS);
    call->star = bits & CALL_STAR;
    call->star_star = bits & CALL_STAR_STAR;
    call->macro = bits & CALL_MACRO;
    if (!(bits & CALL_MORE)) return;
    uint32_t near = callee.end;
    call->full.end = get_change(r, end, 0, (uint32_t)r->text.len);
    call->keyword_count = get_count(r);
    if (r->wire.bad) call->keyword_count = 0;
    Str *keywords = ARENA_ARRAY(r->arena, Str, call->keyword_count);
    for (uint32_t i = 0; i < call->keyword_count && !r->wire.bad; i++) {
        keywords[i] = get_source(r, near);
        near = behind(r->text, keywords[i], near);
    }
    call->keywords = keywords;
}

static uint32_t get_operand(Reader *r, uint32_t index)
{
    uint32_t back = (uint32_t)get(r, index);
    return back ? index + 1 - back : 0;
}

static void get_expr(Reader *r, NameExpr *expr, uint32_t index)
{
    unsigned char head = r->wire.at < r->wire.end ? (unsigned char)*r->wire.at++ : 15;
    unsigned role = head >> OP_BITS & (ROLE_CODES - 1);
    unsigned op = head & ((1U << OP_BITS) - 1);
    bool far = head & FAR;
    if (op >= EXPR_OPS || (!far && takes_base(op) && !index)) {
        r->wire.bad = true;
        return;
    }
    *expr = (NameExpr){.op = (ExprOp)op};
    expr->role = role == ROLE_OTHER ? (uint8_t)get(r, UINT8_MAX) : common_roles[role];
    if (far) expr->base = get_operand(r, index);
    else if (takes_base(op)) expr->base = index;
    if (role == ROLE_OTHER || op == EXPR_EITHER) expr->other = get_operand(r, index);
    Span from = expected(&r->known, expr);
    if (is_leaf(op) || !expr->base) {
        expr->span = get_place(r, from.start);
    } else {
        uint64_t place = get(r, (uint64_t)r->text.len * 4 + 3);
        expr->span.start = place & 1 ? get_start(r, from.start, place >> 1) : from.start;
        if (!(place & 1) && place >> 1 > r->text.len - from.end) r->wire.bad = true;
        expr->span.end =
            place & 1 ? get_length(r, expr->span.start) : from.end + (uint32_t)(place >> 1);
    }
    if (r->wire.bad || expr->span.start > expr->span.end) {
        r->wire.bad = true;
        return;
    }
    uint64_t call = op == EXPR_CALL ? get(r, UINT32_MAX) : 0;
    if (call && !expr->base) r->wire.bad = true;
    else if (call) get_call(r, call, r->known.exprs[expr->base - 1].span, expr->span.end);
    know(&r->known, index);
}

static void get_exprs(Reader *r, uint32_t count)
{
    NameExpr *exprs = arena_alloc_raw(r->arena, count * sizeof *exprs);
    uint32_t *roots = arena_alloc_raw(&r->scratch, count * sizeof *roots);
    r->known = (Known){exprs, roots, 0};
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
        uint64_t head = get(r, UINT32_MAX);
        if (!head) r->wire.bad = true;
        else get_call(r, head, callee, callee.end);
        from = callee.start;
    }
    if (r->calls_left) r->wire.bad = true;
    if (r->wire.bad) return;
    for (uint32_t i = 1; i < r->call_count; i++)
        if (by_place(&r->calls[i - 1], &r->calls[i]) > 0) ordered = false;
    if (!ordered) qsort(r->calls, r->call_count, sizeof *r->calls, by_place);
}

static uint32_t most_target(const Reader *r, BindKind kind)
{
    if (kind == BIND_IMPORT || kind == BIND_STAR) return r->names->import_count;
    return r->defs;
}

static void get_bindings(Reader *r, uint32_t count)
{
    NameBinding *bindings = ARENA_ARRAY(r->arena, NameBinding, count);
    uint32_t scope = 0, from = 0, target = 0, value = 0, type = 0;
    for (uint32_t i = 0; i < count && !r->wire.bad; i++) {
        NameBinding *bind = &bindings[i];
        uint32_t head = (uint32_t)get(r, BIND_VALUE | BIND_TYPE | BIND_TARGET | BIND_NAMED);
        uint32_t kind = head & BIND_NAMED;
        bool named = kind == BIND_NAMED;
        if (named) kind = (uint32_t)get(r, BIND_KINDS - 1);
        if (kind >= BIND_KINDS) r->wire.bad = true;
        bind->kind = (BindKind)kind;
        bind->scope = scope = get_change(r, scope, 0, r->names->scope_count - 1);
        bind->span = get_place(r, from);
        if (bind->span.start < from) r->wire.bad = true;
        from = bind->span.start;
        bind->name = named ? get_source(r, from) : str_sub(r->text, from, bind->span.end);
        if (head & BIND_TARGET)
            bind->target = target = get_change(r, target, 1, most_target(r, bind->kind));
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
    for (uint32_t i = 0; i < count && !r->wire.bad; i++) {
        NameImport *import = &imports[i];
        import->flags = (uint32_t)get(r, UINT32_MAX);
        import->span = get_place(r, from);
        from = import->span.start;
        import->module = get_source(r, from);
        import->name = get_source(r, from);
        import->alias = get_source(r, import->span.end);
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
        notes[i].def = def = get_change(r, def, 0, r->defs);
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
    if (!r->wire.bad) get_bindings(r, bindings);
    if (!r->wire.bad) get_imports(r);
    if (!r->wire.bad) get_notes(r, notes);
}

bool names_decode(Arena *arena, Str bytes, Str text, uint32_t defs, NamesKept *out)
{
    uint64_t hash = hash_str(text), found = 0;
    NamesKept kept = {0};
    Reader r = {.wire = {bytes.ptr, bytes.ptr + bytes.len, bytes.len == 0},
                .text = text,
                .arena = arena,
                .defs = defs,
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
