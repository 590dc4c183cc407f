// resolve/edge_site.c
#include "resolve/edge_site.h"

#include "base/hash.h"
#include "base/map.h"
#include "index/varint.h"
#include "lang/shown_call.h"
#include "lang/wire.h"
#include "resolve/value.h"

enum { SHAPE_STAR = 1, SHAPE_STAR_STAR = 2, SHAPE_MACRO = 4, SHAPE_ARGS = 8 };

// --- from names ---

static bool is_use(const NameExpr *expr)
{
    return expr->op == EXPR_NAME || expr->op == EXPR_MEMBER;
}

// Where what stands before a member's name begins.
static uint32_t receiver_start(const WorldFile *file, const NameExpr *expr)
{
    uint32_t start = expr->span.start;
    for (; expr->base; start = MIN(start, expr->span.start))
        expr = &file->names.exprs[expr->base - 1];
    return start;
}

static uint32_t def_start(const WorldFile *file, uint32_t def)
{
    return def == WORLD_NONE ? 0 : file->facts.defs[def].full.start;
}

// Calls of that name before it in the definition around it.
static uint32_t count_calls(const WorldFile *file, Str name, const Call *call, uint32_t in)
{
    uint32_t from = def_start(file, in), ordinal = 0;
    for (const Call *before = call; before-- > file->calls;) {
        Span span = before->name_span;
        if (span.start < from) break;
        if (!str_eq(str_sub(file->text, span.start, span.end), name)) continue;
        ordinal += edge_enclosing(file, span.start) == in;
    }
    return ordinal;
}

// Uses of that name before it in the definition around it.
static uint32_t count_uses(const WorldFile *file, Str name, uint32_t start, uint32_t in)
{
    uint32_t from = def_start(file, in), ordinal = 0;
    for (uint32_t i = 0; i < file->names.expr_count; i++) {
        const NameExpr *other = &file->names.exprs[i];
        if (!is_use(other) || other->span.start < from || other->span.start >= start) continue;
        if (!str_eq(names_text(other, file->text), name)) continue;
        ordinal += edge_enclosing(file, other->span.start) == in;
    }
    return ordinal;
}

static void take_import(const WorldFile *file, uint32_t index, EdgeSite *out)
{
    const NameImport *import = &file->names.imports[index];
    out->span = import->span;
    out->name = import->name.len ? import->name : import->module;
    out->receiver = import->span.start;
    out->in = edge_enclosing(file, import->span.start);
}

static void take_use(const WorldFile *file, const Edge *edge, EdgeSite *out)
{
    const NameExpr *use = &file->names.exprs[edge->expr];
    const Call *call = edge->kind == EDGE_CALL ? edge_call(file, edge->expr) : NULL;
    out->span = use->span;
    out->name = names_text(use, file->text);
    out->receiver = use->op == EXPR_MEMBER ? receiver_start(file, use) : use->span.start;
    out->in = edge_enclosing(file, use->span.start);
    out->role = use->role & EDGE_ROLES;
    out->ordinal = call ? count_calls(file, out->name, call, out->in)
                        : count_uses(file, out->name, use->span.start, out->in);
    out->called = call != NULL;
    if (call) out->call = *call;
}

// --- from what is told ---

// As far behind `from` as is told, in the text.
static uint32_t told_place(const uint8_t **at, const uint8_t *end, uint32_t from, Str text)
{
    uint32_t far = varint_get(at, end);
    return from + MIN(far, (uint32_t)text.len - from);
}

static void take_told_shape(Arena *arena, const EdgeTold *told, Str text, Call *call)
{
    const uint8_t *at = told->shape, *end = told->shape_end;
    uint32_t near = call->name_span.end;
    call->full.end = told_place(&at, end, near, text);
    uint32_t head = varint_get(&at, end), count = varint_get(&at, end);
    call->arg_count = head / SHAPE_ARGS;
    call->star = head & SHAPE_STAR;
    call->star_star = head & SHAPE_STAR_STAR;
    call->macro = head & SHAPE_MACRO;
    count = MIN(count, (uint32_t)(end - at));
    Str *keywords = ARENA_ARRAY(arena, Str, count);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t start = told_place(&at, end, near, text);
        near = told_place(&at, end, start, text);
        keywords[i] = str_sub(text, start, near);
    }
    call->keywords = keywords;
    call->keyword_count = count;
}

static void take_shown_shape(Arena *arena, const WorldFile *file, Call *call)
{
    ShownCall shown;
    if (!shown_call(file->text, file->lang, call->name_span.end, &shown)) return;
    Str *keywords = ARENA_ARRAY(arena, Str, shown.keyword_count);
    for (uint32_t i = 0; i < shown.keyword_count; i++)
        keywords[i] = str_sub(file->text, shown.keywords[i].start, shown.keywords[i].end);
    call->full.end = shown.end;
    call->arg_count = shown.args;
    call->star = shown.star;
    call->star_star = shown.star_star;
    call->macro = shown.macro;
    call->keywords = keywords;
    call->keyword_count = shown.keyword_count;
}

// Whether the name may stand in front of it in the definition around it.
static bool stands_before(const WorldFile *file, const EdgeSite *site)
{
    uint32_t from = def_start(file, site->in);
    Str before = str_sub(file->text, from, site->span.start);
    return str_contains(before, site->name);
}

static void take_told(Resolver *r, const Edge *edge, EdgeSite *out)
{
    const WorldFile *file = out->file;
    const EdgeTold *told = &edge->told;
    uint32_t start = edge->start;
    uint32_t end = told->length ? start + told->length : wire_name_end(file->text, start);
    out->span = (Span){start, end};
    out->name = str_sub(file->text, start, end);
    out->receiver = start - told->receiver;
    out->in = edge_enclosing(file, start);
    out->role = told->role;
    out->ordinal = told->ordinal;
    out->called = told->flags & EDGE_TELLS_CALL;
    if (out->called) {
        out->call = (Call){.full = out->span, .name_span = out->span};
        if (told->flags & EDGE_TELLS_SHAPE) take_told_shape(r->arena, told, file->text, &out->call);
        else take_shown_shape(r->arena, file, &out->call);
    } else if (edge->kind != EDGE_IMPORT && stands_before(file, out)) {
        file = world_file(r->world, edge->file);
        if (file) out->ordinal = count_uses(file, out->name, start, out->in);
    }
}

void edge_site(Resolver *r, const Edge *edge, EdgeSite *out)
{
    bool told = edge->told.flags & EDGE_TELLS;
    *out = (EdgeSite){.file = told ? world_brief(r->world, edge->file)
                                   : world_file(r->world, edge->file)};
    if (told) take_told(r, edge, out);
    else if (edge->kind == EDGE_IMPORT) take_import(out->file, edge->expr, out);
    else take_use(out->file, edge, out);
}

// --- telling ---

typedef struct NameIn { // a name in a definition, as a key
    uint64_t name;
    uint64_t in;
} NameIn;

TellSites tell_sites(Arena *arena, const WorldFile *file)
{
    Map seen = {0};
    uint32_t *ordinals = ARENA_ARRAY(arena, uint32_t, file->call_count);
    NameIn *keys = ARENA_ARRAY(arena, NameIn, file->call_count);
    for (uint32_t i = 0; i < file->call_count; i++) {
        Span span = file->calls[i].name_span;
        keys[i].name = hash_str(str_sub(file->text, span.start, span.end));
        keys[i].in = edge_enclosing(file, span.start);
        Str key = {(const char *)&keys[i], sizeof keys[i]};
        ordinals[i] = (uint32_t)(*map_at(arena, &seen, key, 0))++;
    }
    return (TellSites){.file = file, .ordinals = ordinals, .shape = buf_on(arena)};
}

static bool shows(const WorldFile *file, const Call *call)
{
    ShownCall shown;
    if (!shown_call(file->text, file->lang, call->name_span.end, &shown)) return false;
    bool same = shown.end == call->full.end && shown.args == call->arg_count &&
                shown.star == call->star && shown.star_star == call->star_star &&
                shown.macro == call->macro && shown.keyword_count == call->keyword_count;
    for (uint32_t i = 0; same && i < shown.keyword_count; i++)
        same = str_eq(str_sub(file->text, shown.keywords[i].start, shown.keywords[i].end),
                      call->keywords[i]);
    return same;
}

// False when it cannot be told: keywords that are not in the text behind each other.
static bool put_shape(const WorldFile *file, const Call *call, Buf *out)
{
    uint32_t near = call->name_span.end;
    if (call->full.end < near) return false;
    varint_add(out, call->full.end - near);
    varint_add(out, call->arg_count * SHAPE_ARGS | (call->star ? SHAPE_STAR : 0) |
                        (call->star_star ? SHAPE_STAR_STAR : 0) | (call->macro ? SHAPE_MACRO : 0));
    varint_add(out, call->keyword_count);
    for (uint32_t i = 0; i < call->keyword_count; i++) {
        Str word = call->keywords[i];
        uintptr_t start = (uintptr_t)word.ptr - (uintptr_t)file->text.ptr;
        if (start < near || start > file->text.len || word.len > file->text.len - start)
            return false;
        varint_add(out, (uint32_t)start - near);
        varint_add(out, (uint32_t)word.len);
        near = (uint32_t)(start + word.len);
    }
    return true;
}

// The flags of a call; 0 when it cannot be told.
static uint8_t tell_call(TellSites *sites, const Call *call, Buf *out)
{
    uint32_t ordinal = sites->ordinals[call - sites->file->calls];
    uint8_t flags = EDGE_TELLS_CALL;
    if (ordinal) {
        varint_add(out, ordinal);
        flags |= EDGE_TELLS_ORDINAL;
    }
    if (shows(sites->file, call)) return flags;
    sites->shape.len = 0;
    if (!put_shape(sites->file, call, &sites->shape)) return 0;
    varint_add(out, (uint32_t)sites->shape.len);
    buf_add(out, buf_str(&sites->shape));
    return flags | EDGE_TELLS_SHAPE;
}

static uint8_t tell_name(const WorldFile *file, Span span, uint32_t receiver, Buf *out)
{
    uint8_t flags = EDGE_TELLS;
    if (wire_name_end(file->text, span.start) != span.end) {
        varint_add(out, span.end - span.start);
        flags |= EDGE_TELLS_LENGTH;
    }
    if (receiver < span.start) {
        varint_add(out, span.start - receiver);
        flags |= EDGE_TELLS_RECEIVER;
    }
    return flags;
}

uint8_t tell_site(TellSites *sites, uint32_t expr, EdgeKind kind, Buf *out)
{
    const WorldFile *file = sites->file;
    size_t before = out->len;
    if (kind == EDGE_IMPORT) {
        const NameImport *import = &file->names.imports[expr];
        Str name = import->name.len ? import->name : import->module;
        Span span = import->span;
        bool shown = name.len && str_eq(name, str_sub(file->text, span.start, span.end));
        return shown ? tell_name(file, span, span.start, out) : 0;
    }
    const NameExpr *use = &file->names.exprs[expr];
    if (use->span.start == use->span.end) return 0;
    uint32_t receiver = use->op == EXPR_MEMBER ? receiver_start(file, use) : use->span.start;
    uint8_t flags = tell_name(file, use->span, receiver, out);
    const Call *call = kind == EDGE_CALL ? edge_call(file, expr) : NULL;
    uint8_t called = call ? tell_call(sites, call, out) : 0;
    if (!call || called) return flags | called;
    out->len = before;
    return 0;
}

void told_site(uint8_t flags, const uint8_t **at, const uint8_t *end, EdgeTold *out)
{
    *out = (EdgeTold){.flags = flags};
    if (flags & EDGE_TELLS_LENGTH) out->length = varint_get(at, end);
    if (flags & EDGE_TELLS_RECEIVER) out->receiver = varint_get(at, end);
    if (flags & EDGE_TELLS_ORDINAL) out->ordinal = varint_get(at, end);
    if (!(flags & EDGE_TELLS_SHAPE)) return;
    size_t len = varint_get(at, end);
    out->shape = *at;
    *at += MIN(len, (size_t)(end - *at));
    out->shape_end = *at;
}

bool told_fits(const Edge *edge, Str text)
{
    const EdgeTold *told = &edge->told;
    if (edge->start > text.len) return false;
    return told->length <= text.len - edge->start && told->receiver <= edge->start;
}
