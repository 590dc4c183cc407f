// lang/settle.c - order, nesting, lines, qualified names and signatures, all from spans alone.
//
// The walk and the hooks record things as they meet them: a typedef's name comes after the fields
// of its struct, a method chain names its last call first. Here everything is brought into the
// order that facts.h promises, and what needs the whole picture is filled in.
#include "lang/settle.h"

#include <stdlib.h>

enum { SIGNATURE_MAX_BYTES = 400, ROOM_KEPT_BYTES = 32 << 20 };

bool drafts_clear(Drafts *drafts)
{
    if (drafts->room.total_bytes > ROOM_KEPT_BYTES) {
        Arena room = drafts->room;
        arena_fini(&room);
        *drafts = (Drafts){0};
        return true;
    }
    drafts->defs.len = drafts->calls.len = drafts->imports.len = drafts->spans.len = 0;
    drafts->lines.len = drafts->keys.len = drafts->stack.len = 0;
    return false;
}

// --- order

static int compare_keys(const void *left, const void *right)
{
    const OrderKey *a = left, *b = right;
    if (a->start != b->start) return a->start < b->start ? -1 : 1;
    if (a->end != b->end) return a->end > b->end ? -1 : 1; // the outer one first
    return a->index < b->index ? -1 : 1;
}

static void add_key(Drafts *drafts, uint32_t start, uint32_t end)
{
    OrderKey key = {start, end, (uint32_t)drafts->keys.len};
    VEC_PUSH(&drafts->room, &drafts->keys, key);
}

// The walk runs forward, so most files are in order already.
static const OrderKey *sort_keys(Drafts *drafts)
{
    OrderKey *keys = drafts->keys.items;
    size_t count = drafts->keys.len;
    for (size_t i = 1; i < count; i++) {
        if (compare_keys(&keys[i - 1], &keys[i]) <= 0) continue;
        qsort(keys, count, sizeof *keys, compare_keys);
        break;
    }
    return keys;
}

// --- lines

static void find_lines(Drafts *drafts, Str text)
{
    VEC_PUSH(&drafts->room, &drafts->lines, 0);
    const char *at = text.ptr, *end = at + text.len;
    while (at < end && (at = memchr(at, '\n', (size_t)(end - at)))) {
        at++;
        VEC_PUSH(&drafts->room, &drafts->lines, (uint32_t)(at - text.ptr));
    }
}

// The line that holds `offset`, from 1. `from` is a line that is not behind it, as a hint.
static uint32_t line_of(const Drafts *drafts, uint32_t offset, uint32_t from)
{
    const uint32_t *starts = drafts->lines.items;
    size_t low = from ? from - 1 : 0, high = drafts->lines.len, step = 1;
    if (starts[low] > offset) low = 0;
    while (low + step < high && starts[low + step] <= offset) { // gallop
        low += step;
        step *= 2;
    }
    high = MIN(high, low + step);
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (starts[middle] <= offset) low = middle;
        else high = middle;
    }
    return (uint32_t)low + 1;
}

// --- folding

typedef struct Fold {
    Buf buf;
    size_t limit;
    bool gap;     // white space is owed before the next byte
    bool newline; // a line end was in it: none is owed inside brackets
} Fold;

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f' || c == '\v';
}

static void end_gap(Fold *fold, char next)
{
    char before = fold->buf.len ? fold->buf.ptr[fold->buf.len - 1] : '(';
    bool bracket = before == '(' || before == '[' || next == ')' || next == ']';
    if (fold->buf.len && !(fold->newline && bracket)) buf_byte(&fold->buf, ' ');
    fold->gap = fold->newline = false;
}

static void fold_add(Fold *fold, Str text)
{
    for (size_t i = 0; i < text.len && fold->buf.len <= fold->limit; i++) {
        char c = text.ptr[i];
        bool continued = c == '\\' && i + 1 < text.len && text.ptr[i + 1] == '\n';
        if (is_space(c) || continued) {
            fold->gap = true;
            fold->newline |= c == '\n';
            continue;
        }
        if (fold->gap) end_gap(fold, c);
        buf_byte(&fold->buf, c);
    }
}

static Str cut(Arena *arena, Str text, size_t limit)
{
    if (text.len <= limit) return text;
    return str_format(arena, STR_FMT "...", (int)utf8_cut(text, limit - 3), text.ptr);
}

static bool is_folded(Str text)
{
    bool gap = true; // a leading blank must go too
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool space = is_space(c);
        if (space && (gap || c != ' ')) return false;
        if (c == '\\' && i + 1 < text.len && text.ptr[i + 1] == '\n') return false;
        gap = space;
    }
    return !gap || !text.len;
}

Str fold_text(Arena *arena, Str text, size_t limit)
{
    text = str_trim(text);
    if (text.len <= limit && is_folded(text)) return text;
    Fold fold = {.buf = buf_on(arena), .limit = limit};
    fold_add(&fold, text);
    return cut(arena, buf_str(&fold.buf), limit);
}

// --- signatures

static bool is_comment(const TextSpan *span)
{
    return span->kind == SPAN_COMMENT || span->kind == SPAN_DOCSTRING;
}

// The first span (they are in order) that starts at or behind `offset`.
static uint32_t first_span(const Facts *facts, uint32_t offset)
{
    uint32_t low = 0, high = facts->span_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (facts->spans[middle].span.start < offset) low = middle + 1;
        else high = middle;
    }
    return low;
}

static Str trim_signature(Str text)
{
    text = str_trim(text);
    while (text.len && strchr(":{;=", text.ptr[text.len - 1])) {
        text.len--;
        text = str_trim(text);
    }
    return text;
}

Str signature_fold(Arena *arena, Str text)
{
    return fold_text(arena, trim_signature(text), SIGNATURE_MAX_BYTES);
}

// The text of draft->signature, without comments and without draft->cut.
static Str make_signature(Arena *arena, const Facts *facts, Str text, const DefDraft *draft)
{
    Span whole = draft->signature, cut_out = draft->cut, value = draft->value;
    if (value.end && memchr(text.ptr + value.start, '\n', value.end - value.start))
        whole.end = value.start;
    uint32_t next = first_span(facts, whole.start);
    bool has_comment = false;
    for (uint32_t i = next; i < facts->span_count && facts->spans[i].span.start < whole.end; i++)
        has_comment |= is_comment(&facts->spans[i]);
    if (!has_comment && cut_out.start == cut_out.end)
        return signature_fold(arena, str_sub(text, whole.start, whole.end));
    Fold fold = {.buf = buf_on(arena), .limit = SIGNATURE_MAX_BYTES};
    uint32_t at = whole.start;
    while (at < whole.end) {
        while (next < facts->span_count &&
               (!is_comment(&facts->spans[next]) || facts->spans[next].span.start < at))
            next++;
        Span skip = {whole.end, whole.end};
        if (next < facts->span_count && facts->spans[next].span.start < whole.end)
            skip = facts->spans[next].span;
        if (cut_out.start < cut_out.end && cut_out.start >= at && cut_out.start < skip.start)
            skip = cut_out;
        fold_add(&fold, str_sub(text, at, skip.start));
        fold.gap = true;
        at = skip.end;
    }
    return cut(arena, trim_signature(buf_str(&fold.buf)), SIGNATURE_MAX_BYTES);
}

// --- the four arrays

static bool holds_methods(DefKind kind)
{
    return kind == DEF_CLASS || kind == DEF_STRUCT || kind == DEF_UNION || kind == DEF_ENUM ||
           kind == DEF_INTERFACE || kind == DEF_TRAIT || kind == DEF_IMPL;
}

static bool is_callable(DefKind kind)
{
    return kind == DEF_FUNCTION || kind == DEF_METHOD;
}

// In C a function that begins a line inside another function means that the brace which closes the
// outer one was not found: it ends there.
static bool ends_outer(const LangSpec *spec, Str text, const Def *outer, const Def *def)
{
    if (!spec->lenient || !is_callable(outer->kind) || !is_callable(def->kind)) return false;
    uint32_t start = def->full.start;
    return start > outer->full.start && text.ptr[start - 1] == '\n';
}

// Finds def's parent on the stack of open definitions; clips def so that it nests.
static void nest_def(Drafts *drafts, const LangSpec *spec, Str text, Def *defs, uint32_t index)
{
    Def *def = &defs[index];
    while (drafts->stack.len) {
        Def *outer = &defs[drafts->stack.items[drafts->stack.len - 1]];
        bool inside = outer->full.end > def->full.start;
        if (inside && ends_outer(spec, text, outer, def)) {
            outer->full.end = def->full.start;
            while (is_space(text.ptr[outer->full.end - 1])) outer->full.end--;
        } else if (inside) {
            def->full.end = MIN(def->full.end, outer->full.end);
            break;
        }
        drafts->stack.len--;
    }
    def->parent = drafts->stack.len ? drafts->stack.items[drafts->stack.len - 1] : -1;
    VEC_PUSH(&drafts->room, &drafts->stack, (int32_t)index);
}

// A hook may have put a longer name into `qualified`: "Foo.bar" of Foo.prototype.bar = ...
// A field that a function declares is one of its type: constructor(private a: A).
static void qualify(Arena *arena, const LangSpec *spec, const Def *defs, Def *def)
{
    const Def *parent = def->parent < 0 ? NULL : &defs[def->parent];
    if (parent && def->kind == DEF_FIELD && is_callable(parent->kind))
        parent = parent->parent < 0 ? NULL : &defs[parent->parent];
    if (!def->qualified.len) def->qualified = def->name;
    if (!parent) return;
    def->qualified = str_join(arena, parent->qualified, str_from(spec->separator), def->qualified);
    if (def->kind == DEF_FUNCTION && holds_methods(parent->kind)) def->kind = DEF_METHOD;
}

static void settle_defs(Drafts *drafts, Arena *arena, const LangSpec *spec, Str text, Facts *out)
{
    size_t count = drafts->defs.len;
    drafts->keys.len = drafts->stack.len = 0;
    for (size_t i = 0; i < count; i++) {
        Span full = drafts->defs.items[i].def.full;
        add_key(drafts, full.start, full.end);
    }
    const OrderKey *keys = sort_keys(drafts);
    Def *defs = ARENA_ARRAY(arena, Def, count);
    uint32_t line = 1, kept = 0;
    for (size_t i = 0; i < count; i++) {
        const DefDraft *draft = &drafts->defs.items[keys[i].index];
        // Broken code can be read twice, by the grammar and by a hook that repairs it.
        if (kept && defs[kept - 1].name_span.start == draft->def.name_span.start) continue;
        Def *def = &defs[kept];
        *def = draft->def;
        nest_def(drafts, spec, text, defs, kept++);
        line = line_of(drafts, def->full.start, line);
        def->start_line = line;
        def->line = line_of(drafts, def->name_span.start, line);
        def->col = def->name_span.start - drafts->lines.items[def->line - 1];
        qualify(arena, spec, defs, def);
        def->signature = make_signature(arena, out, text, draft);
    }
    for (uint32_t i = 0; i < kept; i++) { // now that no end changes any more
        uint32_t last = MAX(defs[i].full.end, defs[i].full.start + 1) - 1;
        defs[i].end_line = line_of(drafts, last, defs[i].line);
    }
    out->defs = defs;
    out->def_count = kept;
}

// The innermost definition around `offset`; offsets must not fall from call to call.
typedef struct Sweep {
    const Facts *facts;
    uint32_t next; // first definition that starts behind the last offset
    int32_t current;
} Sweep;

static int32_t sweep_to(Sweep *sweep, uint32_t offset)
{
    const Def *defs = sweep->facts->defs;
    while (sweep->next < sweep->facts->def_count && defs[sweep->next].full.start <= offset)
        sweep->current = (int32_t)sweep->next++;
    while (sweep->current >= 0 && defs[sweep->current].full.end <= offset)
        sweep->current = defs[sweep->current].parent;
    return sweep->current;
}

static void settle_calls(Drafts *drafts, Arena *arena, Facts *out)
{
    drafts->keys.len = 0;
    size_t kept = 0;
    for (size_t i = 0; i < drafts->calls.len; i++) { // hooks drop a call by emptying it
        const Call *call = &drafts->calls.items[i];
        if (call->full.start == call->full.end) continue;
        drafts->calls.items[kept++] = *call;
        add_key(drafts, call->name_span.start, call->full.end);
    }
    const OrderKey *keys = sort_keys(drafts);
    Call *calls = ARENA_ARRAY(arena, Call, kept);
    Sweep sweep = {.facts = out, .current = -1};
    uint32_t line = 1, count = 0;
    for (size_t i = 0; i < kept; i++) {
        Call *call = &calls[count];
        *call = drafts->calls.items[keys[i].index];
        bool named = call->name_span.start < call->name_span.end;
        if (named && count && call[-1].name_span.start == call->name_span.start) continue; // twice
        call->line = line = line_of(drafts, call->name_span.start, line);
        call->enclosing = sweep_to(&sweep, call->name_span.start);
        count++;
    }
    out->calls = calls;
    out->call_count = count;
}

static void settle_imports(Drafts *drafts, Arena *arena, Facts *out)
{
    size_t count = drafts->imports.len;
    drafts->keys.len = 0;
    for (size_t i = 0; i < count; i++) {
        Span full = drafts->imports.items[i].full;
        add_key(drafts, full.start, full.end);
    }
    const OrderKey *keys = sort_keys(drafts);
    Import *imports = ARENA_ARRAY(arena, Import, count);
    uint32_t line = 1;
    for (size_t i = 0; i < count; i++) {
        imports[i] = drafts->imports.items[keys[i].index];
        line = line_of(drafts, imports[i].full.start, line);
        imports[i].line = line_of(drafts, imports[i].name_span.start, line);
    }
    out->imports = imports;
    out->import_count = (uint32_t)count;
}

static void settle_spans(Drafts *drafts, Arena *arena, Facts *out)
{
    size_t count = drafts->spans.len;
    drafts->keys.len = drafts->stack.len = 0;
    for (size_t i = 0; i < count; i++) {
        Span span = drafts->spans.items[i].span;
        add_key(drafts, span.start, span.end);
    }
    const OrderKey *keys = sort_keys(drafts);
    TextSpan *spans = ARENA_ARRAY(arena, TextSpan, count);
    int32_t open = -1;
    for (size_t i = 0; i < count; i++) {
        spans[i] = drafts->spans.items[keys[i].index];
        while (open >= 0 && spans[open].span.end <= spans[i].span.start) open = spans[open].outer;
        spans[i].outer = open;
        open = (int32_t)i;
    }
    out->spans = spans;
    out->span_count = (uint32_t)count;
}

void drafts_settle(Drafts *drafts, Arena *arena, const LangSpec *spec, Str text, Facts *out)
{
    find_lines(drafts, text);
    settle_spans(drafts, arena, out); // signatures leave out comments
    settle_defs(drafts, arena, spec, text, out);
    settle_calls(drafts, arena, out);
    settle_imports(drafts, arena, out);
}
