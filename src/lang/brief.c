// lang/brief.c
//
//   hash of the text; then squeezed: language, partial, counts
//   definitions, calls, imports, spans: each a column for one member after the other
//
// A start is how far it is behind the one before, times two, and 1 when the end is not where the
// text shows one: then its length is in a column of its own.
#include "lang/brief.h"

#include "base/hash.h"
#include "base/squeeze.h"
#include "base/vec.h"
#include "lang/settle.h"
#include "lang/wire.h"

// --- what the text shows ---

// No end is looked for further away: else a text made for it would take for ever.
enum { FAR = 4096 };

static uint32_t line_end(Str text, uint32_t at)
{
    return at + (uint32_t)str_find(str_sub(text, at, (size_t)at + FAR), '\n');
}

// A type is most often a name. The length of the others is written.
static uint32_t span_end(Str text, SpanKind kind, uint32_t at)
{
    return kind == SPAN_CODE || kind == SPAN_ANNOTATION ? wire_name_end(text, at) : at;
}

// Of all signatures that read as what [start, end) of the text does.
static Str read_signature(Arena *arena, Str text, Span span)
{
    return signature_fold(arena, str_sub(text, span.start, span.end));
}

// --- writing ---

typedef enum DefFlags {
    OWN_NAME = 1,      // not the text of name_span
    OWN_QUALIFIED = 2, // not the parent's, and its name
    OWN_SIGNATURE = 4, // no place in the text reads so
    PART_SIGNATURE = 8 // it does not reach over all of the definition
} DefFlags;

typedef struct Writer {
    Buf *out;
    Str text;
    Arena scratch;
    Buf lengths; // of what does not end where the text shows it
    uint32_t before;
} Writer;

static void begin_column(Writer *w)
{
    w->before = 0;
    w->lengths = buf_on(&w->scratch);
}

static void put_place(Writer *w, Span span, uint32_t shown_end)
{
    bool other = span.end != shown_end;
    wire_put(w->out, (uint64_t)(span.start - w->before) << 1 | other);
    if (other) wire_put(&w->lengths, span.end - span.start);
    w->before = span.start;
}

static void end_column(Writer *w)
{
    buf_add(w->out, buf_str(&w->lengths));
}

static bool is_callable(DefKind kind)
{
    return kind == DEF_FUNCTION || kind == DEF_METHOD;
}

// The definition whose name stands before this one's in its qualified name; as settle.c has it.
static int32_t naming_parent(const Facts *facts, int32_t def)
{
    int32_t parent = facts->defs[def].parent;
    bool beside =
        parent >= 0 && facts->defs[def].kind == DEF_FIELD && is_callable(facts->defs[parent].kind);
    return beside ? facts->defs[parent].parent : parent;
}

static bool is_plainly_qualified(const Facts *facts, int32_t index)
{
    const Def *def = &facts->defs[index];
    int32_t parent = naming_parent(facts, index);
    Str rest = def->qualified;
    if (parent >= 0) {
        Str outer = facts->defs[parent].qualified, between = str_from(lang_separator(facts->lang));
        if (outer.len && def->name.len) {
            if (!str_starts(rest, outer)) return false;
            rest = str_sub(rest, outer.len, rest.len);
            if (!str_starts(rest, between)) return false;
            rest = str_sub(rest, between.len, rest.len);
        } else if (outer.len) {
            return str_eq(rest, outer);
        }
    }
    return str_eq(rest, def->name);
}

// How far up from the definition before this one's parent is: itself 0. UINT32_MAX: not above it.
static uint32_t steps_up(const Facts *facts, uint32_t index)
{
    uint32_t steps = 0;
    int32_t at = (int32_t)index - 1, parent = facts->defs[index].parent;
    for (; at >= 0 && at != parent; at = facts->defs[at].parent) steps++;
    return at == parent ? steps : UINT32_MAX;
}

// Where the text reads as the signature; false when there is no such place.
static bool find_signature(Writer *w, const Def *def, Span *out)
{
    Str text = w->text, signature = def->signature;
    *out = def->full;
    if (str_eq(read_signature(&w->scratch, text, *out), signature)) return true;
    uintptr_t at = (uintptr_t)signature.ptr, begin = (uintptr_t)text.ptr;
    if (at >= begin && at - begin <= text.len && signature.len <= text.len - (at - begin)) {
        out->start = (uint32_t)(at - begin);
        out->end = out->start + (uint32_t)signature.len;
    } else { // white space was folded: as many other bytes, if it begins here
        size_t left = 0;
        for (size_t i = 0; i < signature.len; i++) left += signature.ptr[i] != ' ';
        uint32_t end = def->full.start;
        for (; left && end < text.len; end++) left -= !strchr(" \t\n\r\f\v", text.ptr[end]);
        out->end = end;
    }
    return str_eq(read_signature(&w->scratch, text, *out), signature);
}

static void put_def_texts(Writer *w, const Facts *facts, const uint8_t *flags,
                          const Span *signatures)
{
    for (uint32_t i = 0; i < facts->def_count; i++) {
        const Def *def = &facts->defs[i];
        if (flags[i] & OWN_NAME) wire_put_str(w->out, def->name);
        if (flags[i] & OWN_QUALIFIED) wire_put_str(w->out, def->qualified);
        if (flags[i] & OWN_SIGNATURE) wire_put_str(w->out, def->signature);
        if (!(flags[i] & PART_SIGNATURE)) continue;
        wire_put(w->out, wire_zigzag((int64_t)signatures[i].start - def->full.start));
        wire_put(w->out, signatures[i].end - signatures[i].start);
    }
}

static uint8_t flags_of(Writer *w, const Facts *facts, uint32_t index, Span *signature)
{
    const Def *def = &facts->defs[index];
    unsigned flags = 0;
    if (!str_eq(def->name, str_sub(w->text, def->name_span.start, def->name_span.end)))
        flags |= OWN_NAME;
    if (!is_plainly_qualified(facts, (int32_t)index)) flags |= OWN_QUALIFIED;
    if (!find_signature(w, def, signature)) return (uint8_t)(flags | OWN_SIGNATURE);
    bool whole = signature->start == def->full.start && signature->end == def->full.end;
    return (uint8_t)(flags | (whole ? 0 : PART_SIGNATURE));
}

static void put_defs(Writer *w, const Facts *facts)
{
    uint32_t count = facts->def_count;
    uint8_t *flags = ARENA_ARRAY(&w->scratch, uint8_t, count);
    Span *signatures = ARENA_ARRAY(&w->scratch, Span, count);
    for (uint32_t i = 0; i < count; i++) flags[i] = flags_of(w, facts, i, &signatures[i]);
    for (uint32_t i = 0; i < count; i++)
        wire_put(w->out, (uint64_t)facts->defs[i].kind << 1 | facts->defs[i].declaration);
    for (uint32_t i = 0; i < count; i++) wire_put(w->out, flags[i]);
    for (uint32_t i = 0; i < count; i++) wire_put(w->out, steps_up(facts, i));
    uint32_t before = 0;
    for (uint32_t i = 0; i < count; i++) {
        wire_put(w->out, facts->defs[i].full.start - before);
        before = facts->defs[i].full.start;
    }
    for (uint32_t i = 0; i < count; i++)
        wire_put(w->out, facts->defs[i].full.end - facts->defs[i].full.start);
    begin_column(w);
    for (uint32_t i = 0; i < count; i++) {
        const Def *def = &facts->defs[i];
        w->before = def->full.start;
        Span from_full = {def->name_span.start, def->name_span.end};
        put_place(w, from_full, wire_name_end(w->text, from_full.start));
    }
    end_column(w);
    put_def_texts(w, facts, flags, signatures);
}

static bool is_named(const Call *call)
{
    return call->name_span.start < call->name_span.end;
}

static void put_calls(Writer *w, const Facts *facts)
{
    begin_column(w);
    for (uint32_t i = 0; i < facts->call_count; i++) {
        const Call *call = &facts->calls[i];
        if (is_named(call))
            put_place(w, call->name_span, wire_name_end(w->text, call->name_span.start));
    }
    end_column(w);
}

static bool is_repeated(const Facts *facts, uint32_t import)
{
    const Import *at = &facts->imports[import];
    return import && at[-1].full.start == at->full.start && at[-1].full.end == at->full.end;
}

static void put_imports(Writer *w, const Facts *facts)
{
    begin_column(w);
    for (uint32_t i = 0; i < facts->import_count; i++)
        if (!is_repeated(facts, i))
            put_place(w, facts->imports[i].full, line_end(w->text, facts->imports[i].full.start));
    end_column(w);
}

static void put_spans(Writer *w, const Facts *facts)
{
    for (uint32_t i = 0; i < facts->span_count; i++) wire_put(w->out, facts->spans[i].kind);
    begin_column(w);
    for (uint32_t i = 0; i < facts->span_count; i++) {
        const TextSpan *span = &facts->spans[i];
        put_place(w, span->span, span_end(w->text, span->kind, span->span.start));
    }
    end_column(w);
}

static bool can_be_kept(const Facts *facts)
{
    for (uint32_t i = 0; i < facts->def_count; i++) {
        const Def *def = &facts->defs[i];
        if (steps_up(facts, i) == UINT32_MAX || def->name_span.start < def->full.start)
            return false;
    }
    return true;
}

bool brief_encode(Buf *out, const Facts *facts, Str text)
{
    if (!can_be_kept(facts)) return false;
    Writer w = {.text = text};
    Buf body = buf_on(&w.scratch);
    w.out = &body;
    uint32_t calls = 0, imports = 0;
    uint64_t hash = hash_str(text);
    for (uint32_t i = 0; i < facts->call_count; i++) calls += is_named(&facts->calls[i]);
    for (uint32_t i = 0; i < facts->import_count; i++) imports += !is_repeated(facts, i);
    wire_put(&body, facts->lang);
    wire_put(&body, facts->partial);
    wire_put(&body, facts->def_count);
    wire_put(&body, calls);
    wire_put(&body, imports);
    wire_put(&body, facts->span_count);
    put_defs(&w, facts);
    put_calls(&w, facts);
    put_imports(&w, facts);
    put_spans(&w, facts);
    buf_add(out, (Str){(const char *)&hash, sizeof hash});
    squeeze_add(out, buf_str(&body), wire_most_squeezed(text));
    arena_fini(&w.scratch);
    return true;
}

// --- reading ---

typedef struct Reader {
    Wire wire;
    Str text;
    Arena *arena;
    uint32_t before; // start of the one before, in this column
} Reader;

static uint64_t get(Reader *r, uint64_t most)
{
    return wire_next(&r->wire, most);
}

static uint32_t get_length(Reader *r, uint32_t start)
{
    return start + (uint32_t)get(r, r->text.len - start);
}

// Sets `start`; true when its length follows.
static bool get_start(Reader *r, uint32_t *start)
{
    uint64_t most = (r->text.len - r->before) << 1 | 1, value = get(r, most);
    *start = r->before += (uint32_t)(value >> 1);
    return value & 1;
}

static uint32_t get_count(Reader *r)
{
    return (uint32_t)get(r, (uint64_t)(r->wire.end - r->wire.at));
}

static void get_parent(Reader *r, Def *defs, uint32_t index)
{
    int32_t parent = (int32_t)index - 1;
    for (uint64_t up = get(r, index); up; up--) {
        if (parent < 0) {
            r->wire.bad = true;
            return;
        }
        parent = defs[parent].parent;
    }
    defs[index].parent = parent;
}

static void get_names(Reader *r, Def *defs, uint32_t count)
{
    const uint32_t unknown = UINT32_MAX;
    for (uint32_t i = 0; i < count; i++) {
        Span *name = &defs[i].name_span;
        r->before = defs[i].full.start;
        bool other = get_start(r, &name->start);
        name->end = other ? unknown : wire_name_end(r->text, name->start);
    }
    for (uint32_t i = 0; i < count; i++) {
        Span *name = &defs[i].name_span;
        if (name->end == unknown) name->end = get_length(r, name->start);
        defs[i].name = str_sub(r->text, name->start, name->end);
    }
}

static void get_def_texts(Reader *r, Def *def, uint8_t flags, Span *signature)
{
    *signature = def->full;
    if (flags & OWN_NAME) def->name = wire_get_str(&r->wire);
    if (flags & OWN_QUALIFIED) def->qualified = wire_get_str(&r->wire);
    if (flags & OWN_SIGNATURE) def->signature = wire_get_str(&r->wire);
    if (!(flags & PART_SIGNATURE)) return;
    int64_t start = def->full.start + wire_unzigzag(get(r, r->text.len * 2 + 1));
    if (start < 0 || start > (int64_t)r->text.len) {
        r->wire.bad = true;
        return;
    }
    signature->start = (uint32_t)start;
    signature->end = get_length(r, signature->start);
}

static void get_defs(Reader *r, uint32_t count, Brief *out)
{
    Def *defs = ARENA_ARRAY(r->arena, Def, count);
    Span *signatures = ARENA_ARRAY(r->arena, Span, count);
    uint8_t *flags = ARENA_ARRAY(r->arena, uint8_t, count);
    uint32_t before = 0;
    for (uint32_t i = 0; i < count; i++) {
        uint64_t kind = get(r, DEF_KINDS * 2 - 1);
        defs[i].kind = (DefKind)(kind >> 1);
        defs[i].declaration = kind & 1;
    }
    for (uint32_t i = 0; i < count; i++)
        flags[i] = (uint8_t)get(r, OWN_NAME | OWN_QUALIFIED | OWN_SIGNATURE | PART_SIGNATURE);
    for (uint32_t i = 0; i < count; i++) get_parent(r, defs, i);
    for (uint32_t i = 0; i < count; i++)
        defs[i].full.start = before += (uint32_t)get(r, r->text.len - before);
    for (uint32_t i = 0; i < count; i++) defs[i].full.end = get_length(r, defs[i].full.start);
    get_names(r, defs, count);
    for (uint32_t i = 0; i < count && !r->wire.bad; i++)
        get_def_texts(r, &defs[i], flags[i], &signatures[i]);
    out->facts.defs = defs;
    out->facts.def_count = count;
    out->signatures = signatures;
}

// Of a column of places, those that questions about `asked` can meet: for an offset, only the last
// place that starts at it or before it matters.
typedef struct Mark {
    uint32_t start, other; // other: number of its length in the column of lengths, from 1; or 0
} Mark;

typedef struct Picker {
    Arena *arena;
    const Span *asked;
    size_t count, next; // of `asked`
    Mark last;          // the place before
    bool is_last_open;  // it was not picked
    VEC(Mark) picked;
} Picker;

static void pick_last(Picker *picker)
{
    if (picker->is_last_open) VEC_PUSH(picker->arena, &picker->picked, picker->last);
    picker->is_last_open = false;
}

static void offer(Picker *picker, Mark mark)
{
    bool inside = false;
    for (; picker->next < picker->count && mark.start > picker->asked[picker->next].start;
         picker->next++) {
        pick_last(picker);
        inside = mark.start <= picker->asked[picker->next].end;
        if (inside) break;
    }
    picker->last = mark;
    picker->is_last_open = true;
    if (inside) pick_last(picker);
}

// The places of a column that matter, in r->arena; those without a length of their own end at 0.
static Span *get_places(Reader *r, uint32_t count, const Span *asked, size_t asked_count,
                        uint32_t *picked)
{
    Picker picker = {.arena = r->arena, .asked = asked, .count = asked_count};
    uint32_t others = 0, at = 0;
    r->before = 0;
    for (uint32_t i = 0; i < count && !r->wire.bad; i++) {
        Mark mark = {0};
        if (get_start(r, &mark.start)) mark.other = ++others;
        offer(&picker, mark);
    }
    if (picker.next < picker.count) pick_last(&picker);
    Span *out = ARENA_ARRAY(r->arena, Span, picker.picked.len);
    for (uint32_t i = 0; i < picker.picked.len; i++) out[i].start = picker.picked.items[i].start;
    for (uint32_t other = 1; other <= others; other++) {
        uint32_t length = (uint32_t)get(r, r->text.len);
        while (at < picker.picked.len && picker.picked.items[at].other < other) at++;
        if (at == picker.picked.len || picker.picked.items[at].other != other) continue;
        if (length > r->text.len - out[at].start) r->wire.bad = true;
        out[at].end = out[at].start + length;
    }
    *picked = (uint32_t)picker.picked.len;
    return out;
}

static void get_calls(Reader *r, uint32_t count, const Span *asked, size_t asked_count, Facts *out)
{
    uint32_t picked;
    Span *places = get_places(r, count, asked, asked_count, &picked);
    Call *calls = ARENA_ARRAY(r->arena, Call, picked);
    for (uint32_t i = 0; i < picked; i++) {
        if (!places[i].end) places[i].end = wire_name_end(r->text, places[i].start);
        calls[i].name_span = places[i];
    }
    out->calls = calls;
    out->call_count = picked;
}

static void get_imports(Reader *r, uint32_t count, const Span *asked, size_t asked_count,
                        Facts *out)
{
    uint32_t picked;
    Span *places = get_places(r, count, asked, asked_count, &picked);
    Import *imports = ARENA_ARRAY(r->arena, Import, picked);
    for (uint32_t i = 0; i < picked; i++) {
        if (!places[i].end) places[i].end = line_end(r->text, places[i].start);
        imports[i].full = places[i];
    }
    out->imports = imports;
    out->import_count = picked;
}

static void get_spans(Reader *r, uint32_t count, Facts *out)
{
    TextSpan *spans = ARENA_ARRAY(r->arena, TextSpan, count);
    int32_t open = -1;
    r->before = 0;
    for (uint32_t i = 0; i < count; i++) spans[i].kind = (SpanKind)get(r, SPAN_ANNOTATION);
    for (uint32_t i = 0; i < count; i++) {
        Span *span = &spans[i].span;
        bool other = get_start(r, &span->start);
        span->end = other ? UINT32_MAX : span_end(r->text, spans[i].kind, span->start);
    }
    for (uint32_t i = 0; i < count; i++) {
        Span *span = &spans[i].span;
        if (span->end == UINT32_MAX) span->end = get_length(r, span->start);
        while (open >= 0 && spans[open].span.end <= span->start) open = spans[open].outer;
        spans[i].outer = open;
        open = (int32_t)i;
    }
    out->spans = spans;
    out->span_count = count;
}

typedef struct Counts {
    uint32_t defs, calls, imports, spans;
} Counts;

// The head and the definitions.
static bool get_begin(Reader *r, Str bytes, LangId lang, Brief *out, Counts *counts)
{
    uint64_t hash = hash_str(r->text);
    if (bytes.len < sizeof hash || memcmp(bytes.ptr, &hash, sizeof hash) != 0) return false;
    Str rest = str_sub(bytes, sizeof hash, bytes.len), body;
    if (!unsqueeze(r->arena, rest, wire_most_squeezed(r->text), &body)) return false;
    r->wire = (Wire){body.ptr, body.ptr + body.len, false};
    *out = (Brief){.text = r->text, .facts.lang = (LangId)get(r, LANG_COUNT - 1)};
    out->facts.partial = get(r, 1);
    counts->defs = get_count(r);
    counts->calls = get_count(r);
    counts->imports = get_count(r);
    counts->spans = get_count(r);
    if (r->wire.bad || out->facts.lang != lang) return false;
    get_defs(r, counts->defs, out);
    return !r->wire.bad;
}

bool brief_decode_defs(Arena *arena, Str bytes, LangId lang, Str text, Brief *out)
{
    Counts counts;
    Reader r = {.text = text, .arena = arena};
    return get_begin(&r, bytes, lang, out, &counts);
}

bool brief_decode(Arena *arena, Str bytes, LangId lang, Str text, const Span *asked, size_t count,
                  Brief *out)
{
    Brief brief;
    Counts counts;
    Reader r = {.text = text, .arena = arena};
    if (!get_begin(&r, bytes, lang, &brief, &counts)) return false;
    get_calls(&r, counts.calls, asked, count, &brief.facts);
    if (!r.wire.bad) get_imports(&r, counts.imports, asked, count, &brief.facts);
    if (!r.wire.bad) get_spans(&r, counts.spans, &brief.facts);
    if (r.wire.bad || r.wire.at != r.wire.end) return false;
    *out = brief;
    return true;
}

Str brief_qualified(Arena *arena, const Brief *brief, int32_t index)
{
    const Def *def = &brief->facts.defs[index];
    if (def->qualified.ptr) return def->qualified;
    int32_t parent = naming_parent(&brief->facts, index);
    if (parent < 0) return def->name;
    return str_join(arena, brief_qualified(arena, brief, parent),
                    str_from(lang_separator(brief->facts.lang)), def->name);
}

Str brief_signature(Arena *arena, const Brief *brief, int32_t index)
{
    const Def *def = &brief->facts.defs[index];
    if (def->signature.ptr) return def->signature;
    return read_signature(arena, brief->text, brief->signatures[index]);
}
