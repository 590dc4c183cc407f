// lang/wire.c
#include "lang/wire.h"

void wire_put(Buf *out, uint64_t value)
{
    char *room = buf_room(out, 10);
    size_t len = 0;
    for (; value >= 0x80; value >>= 7) room[len++] = (char)(unsigned char)(value | 0x80);
    room[len++] = (char)value;
    out->len += len;
}

uint64_t wire_get(Wire *in, uint64_t most)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && in->at < in->end; shift += 7) {
        unsigned char byte = (unsigned char)*in->at++;
        value |= (uint64_t)(byte & 0x7F) << shift;
        if (byte & 0x80) continue;
        if (value > most) break;
        return value;
    }
    in->bad = true;
    in->at = in->end; // what follows is not looked at
    return 0;
}

void wire_put_str(Buf *out, Str s)
{
    wire_put(out, s.len);
    buf_add(out, s);
}

Str wire_get_str(Wire *in)
{
    size_t len = (size_t)wire_get(in, (uint64_t)(in->end - in->at));
    if (len > (size_t)(in->end - in->at)) { // the length itself took room
        in->bad = true;
        in->at = in->end;
        len = 0;
    }
    Str s = {in->at, len};
    in->at += len;
    return s;
}

uint32_t wire_name_end(Str text, uint32_t at)
{
    static const uint64_t bytes[4] = {0x03FF000000000000, 0x07FFFFFE87FFFFFE, UINT64_MAX,
                                      UINT64_MAX};
    for (; at < text.len; at++) {
        unsigned char c = (unsigned char)text.ptr[at];
        if (!(bytes[c >> 6] >> (c & 63) & 1)) break;
    }
    return at;
}

// --- writing ---

static bool lies_in(Str text, Str s)
{
    uintptr_t begin = (uintptr_t)text.ptr, at = (uintptr_t)s.ptr;
    return s.len && at >= begin && at - begin <= text.len && s.len <= text.len - (at - begin);
}

// Twice the length, and 1 when its place in the text follows instead of its bytes.
static void put_source(Buf *out, Str text, Str s)
{
    bool inside = lies_in(text, s);
    wire_put(out, (uint64_t)s.len << 1 | inside);
    if (inside) wire_put(out, (uint64_t)(s.ptr - text.ptr));
    else buf_add(out, s);
}

static void put_span(Buf *out, Span span)
{
    wire_put(out, span.start);
    wire_put(out, span.end - span.start);
}

static void put_index(Buf *out, int32_t index)
{
    wire_put(out, (uint64_t)(index + 1));
}

static void put_def(Buf *out, Str text, const Def *def)
{
    wire_put(out, def->kind);
    put_source(out, text, def->name);
    put_source(out, text, def->qualified);
    put_source(out, text, def->signature);
    put_source(out, text, def->doc);
    put_span(out, def->full);
    put_span(out, def->name_span);
    wire_put(out, def->line);
    wire_put(out, def->end_line);
    wire_put(out, def->start_line);
    wire_put(out, def->col);
    put_index(out, def->parent);
    wire_put(out, def->declaration);
}

static void put_call(Buf *out, Str text, const Call *call)
{
    put_span(out, call->full);
    put_span(out, call->name_span);
    put_source(out, text, call->callee);
    put_source(out, text, call->name);
    put_source(out, text, call->receiver);
    wire_put(out, call->keyword_count);
    for (uint32_t i = 0; i < call->keyword_count; i++) put_source(out, text, call->keywords[i]);
    wire_put(out, call->arg_count);
    wire_put(out,
             (uint64_t)call->star | (uint64_t)call->star_star << 1 | (uint64_t)call->macro << 2);
    wire_put(out, call->line);
    put_index(out, call->enclosing);
}

static void put_import(Buf *out, Str text, const Import *import)
{
    put_span(out, import->full);
    put_span(out, import->name_span);
    put_source(out, text, import->module);
    put_source(out, text, import->name);
    put_source(out, text, import->alias);
    wire_put(out, import->line);
}

void facts_encode(Buf *out, const Facts *facts, Str text, bool defs_only)
{
    uint32_t calls = defs_only ? 0 : facts->call_count;
    uint32_t imports = defs_only ? 0 : facts->import_count;
    uint32_t spans = defs_only ? 0 : facts->span_count;
    wire_put(out, facts->lang);
    wire_put(out, facts->partial);
    wire_put(out, facts->error_count);
    wire_put(out, facts->def_count);
    wire_put(out, calls);
    wire_put(out, imports);
    wire_put(out, spans);
    for (uint32_t i = 0; i < facts->def_count; i++) put_def(out, text, &facts->defs[i]);
    for (uint32_t i = 0; i < calls; i++) put_call(out, text, &facts->calls[i]);
    for (uint32_t i = 0; i < imports; i++) put_import(out, text, &facts->imports[i]);
    for (uint32_t i = 0; i < spans; i++) {
        wire_put(out, facts->spans[i].kind);
        put_span(out, facts->spans[i].span);
        put_index(out, facts->spans[i].outer);
    }
}

// --- reading ---

typedef struct Reader {
    Wire wire;
    Str text;
} Reader;

static uint32_t get_u32(Reader *r)
{
    return (uint32_t)wire_get(&r->wire, UINT32_MAX);
}

static bool get_bool(Reader *r)
{
    return wire_get(&r->wire, 1) != 0;
}

static Str get_source(Reader *r)
{
    uint64_t head = wire_get(&r->wire, UINT32_MAX);
    size_t len = (size_t)(head >> 1), left = (size_t)(r->wire.end - r->wire.at);
    if (head & 1) {
        size_t at = (size_t)wire_get(&r->wire, r->text.len);
        if (len <= r->text.len - at) return str_sub(r->text, at, at + len);
    } else if (len <= left) {
        Str s = {r->wire.at, len};
        r->wire.at += len;
        return s;
    }
    r->wire.bad = true;
    return STR_NONE;
}

static Span get_span(Reader *r)
{
    uint32_t start = (uint32_t)wire_get(&r->wire, r->text.len);
    return (Span){start, start + (uint32_t)wire_get(&r->wire, r->text.len - start)};
}

// An index below `count`, or -1.
static int32_t get_index(Reader *r, uint32_t count)
{
    return (int32_t)wire_get(&r->wire, count) - 1;
}

// How many of something follow, each at least `least` bytes long.
static uint32_t get_count(Reader *r, size_t least)
{
    return (uint32_t)wire_get(&r->wire, (uint64_t)(r->wire.end - r->wire.at) / least);
}

static Def get_def(Reader *r, uint32_t index)
{
    Def def = {.kind = (DefKind)wire_get(&r->wire, DEF_KINDS - 1)};
    def.name = get_source(r);
    def.qualified = get_source(r);
    def.signature = get_source(r);
    def.doc = get_source(r);
    def.full = get_span(r);
    def.name_span = get_span(r);
    def.line = get_u32(r);
    def.end_line = get_u32(r);
    def.start_line = get_u32(r);
    def.col = get_u32(r);
    def.parent = get_index(r, index);
    def.declaration = get_bool(r);
    return def;
}

static Call get_call(Arena *arena, Reader *r, uint32_t defs)
{
    Call call = {.full = get_span(r)};
    call.name_span = get_span(r);
    call.callee = get_source(r);
    call.name = get_source(r);
    call.receiver = get_source(r);
    call.keyword_count = get_count(r, 1);
    Str *keywords = ARENA_ARRAY(arena, Str, call.keyword_count);
    for (uint32_t i = 0; i < call.keyword_count; i++) keywords[i] = get_source(r);
    call.keywords = keywords;
    call.arg_count = get_u32(r);
    uint64_t bits = wire_get(&r->wire, 7);
    call.star = bits & 1;
    call.star_star = bits & 2;
    call.macro = bits & 4;
    call.line = get_u32(r);
    call.enclosing = get_index(r, defs);
    return call;
}

static Import get_import(Reader *r)
{
    Import import = {.full = get_span(r)};
    import.name_span = get_span(r);
    import.module = get_source(r);
    import.name = get_source(r);
    import.alias = get_source(r);
    import.line = get_u32(r);
    return import;
}

static TextSpan get_text_span(Reader *r, uint32_t index)
{
    TextSpan span = {.kind = (SpanKind)wire_get(&r->wire, SPAN_ANNOTATION)};
    span.span = get_span(r);
    span.outer = get_index(r, index);
    return span;
}

bool facts_decode(Arena *arena, Str bytes, Str text, Facts *out)
{
    enum { DEF_BYTES = 14, CALL_BYTES = 12, IMPORT_BYTES = 8, SPAN_BYTES = 4 }; // at least
    Reader r = {.wire = {bytes.ptr, bytes.ptr + bytes.len, bytes.len == 0}, .text = text};
    Facts facts = {.lang = (LangId)wire_get(&r.wire, LANG_COUNT - 1)};
    facts.partial = get_bool(&r);
    facts.error_count = get_u32(&r);
    facts.def_count = get_count(&r, DEF_BYTES);
    facts.call_count = get_count(&r, CALL_BYTES);
    facts.import_count = get_count(&r, IMPORT_BYTES);
    facts.span_count = get_count(&r, SPAN_BYTES);
    if (r.wire.bad) return false;
    Def *defs = ARENA_ARRAY(arena, Def, facts.def_count);
    Call *calls = ARENA_ARRAY(arena, Call, facts.call_count);
    Import *imports = ARENA_ARRAY(arena, Import, facts.import_count);
    TextSpan *spans = ARENA_ARRAY(arena, TextSpan, facts.span_count);
    for (uint32_t i = 0; i < facts.def_count && !r.wire.bad; i++) defs[i] = get_def(&r, i);
    for (uint32_t i = 0; i < facts.call_count && !r.wire.bad; i++)
        calls[i] = get_call(arena, &r, facts.def_count);
    for (uint32_t i = 0; i < facts.import_count && !r.wire.bad; i++) imports[i] = get_import(&r);
    for (uint32_t i = 0; i < facts.span_count && !r.wire.bad; i++) spans[i] = get_text_span(&r, i);
    if (r.wire.bad || r.wire.at != r.wire.end) return false;
    facts.defs = defs;
    facts.calls = calls;
    facts.imports = imports;
    facts.spans = spans;
    *out = facts;
    return true;
}
