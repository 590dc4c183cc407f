// lang/names_wire_read.c - reading: nothing in the bytes is trusted.
#include <stdlib.h>

#include "base/hash.h"
#include "lang/names_wire_.h"

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
    Str *keywords = shown.keyword_count ? ARENA_ARRAY(r->arena, Str, shown.keyword_count) : NULL;
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

static ExprOp get_op(Reader *r, unsigned op)
{
    if (op == OP_CALL_SHOWN) return EXPR_CALL;
    if (op == OP_MEMBER_BESIDE) return EXPR_MEMBER;
    if (op == OP_WITH_OTHER) return (ExprOp)get(r, EXPR_OPS - 1);
    if (op < EXPR_OPS) return (ExprOp)op;
    r->wire.bad = true;
    return EXPR_NAME;
}

static void get_expr(Reader *r, NameExpr *expr, uint32_t index)
{
    unsigned char head = get_byte(r);
    unsigned role = head >> OP_BITS & (ROLE_CODES - 1), op = head & ((1U << OP_BITS) - 1);
    bool far = head & FAR;
    *expr = (NameExpr){.op = get_op(r, op)};
    expr->role = role == ROLE_TOLD ? (uint8_t)get(r, UINT8_MAX) : common_roles[role];
    if (far) expr->base = get_operand(r, index);
    else if (takes_base(expr->op)) expr->base = index; // of the first one: none
    if (op == EXPR_EITHER || op == OP_WITH_OTHER) expr->other = get_operand(r, index);
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
    Str rest = {r.wire.at, (size_t)(r.wire.end - r.wire.at)}, body;
    if (found != hash || !unsqueeze(arena, rest, wire_most_squeezed(text), &body)) return false;
    r.wire.at = body.ptr;
    r.wire.end = body.ptr + body.len;
    get_all(&r);
    arena_fini(&r.scratch);
    if (r.wire.bad || r.wire.at != r.wire.end) return false;
    kept.calls = r.calls;
    kept.call_count = r.call_count;
    *out = kept;
    return true;
}
