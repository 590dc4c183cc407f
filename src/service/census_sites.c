// service/census_sites.c - one use of the target: where it stands, and how it is called.
#include <stdlib.h>

#include "service/census_.h"

enum { LONGEST_RECEIVER = 200 };

DefRef enclosing_ref(const WorldFile *file, uint32_t offset)
{
    return (DefRef){file->number, edge_enclosing(file, offset)};
}

const Call *call_around(const WorldFile *file, uint32_t offset)
{
    enum { MOST_LOOKED_AT = 256 };
    uint32_t low = 0, high = file->call_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (file->calls[middle].name_span.end <= offset) low = middle + 1;
        else high = middle;
    }
    for (uint32_t i = low, looked = 0; i-- > 0 && looked < MOST_LOOKED_AT; looked++)
        if (offset < file->calls[i].full.end) return &file->calls[i];
    return NULL;
}

// Where what stands before a member's name begins.
static uint32_t receiver_start(const WorldFile *file, const NameExpr *expr)
{
    uint32_t start = expr->span.start;
    for (; expr->base; start = MIN(start, expr->span.start))
        expr = &file->names.exprs[expr->base - 1];
    return start;
}

static Str receiver_of(Arena *arena, const WorldFile *file, const NameExpr *expr)
{
    if (expr->op != EXPR_MEMBER) return STR_NONE;
    uint32_t end = expr->span.start;
    uint32_t start = receiver_start(file, expr);
    while (end > start && strchr(" \t\r\n.:>-?!\\", file->text.ptr[end - 1])) end--;
    return code_folded(arena, file, start, end, LONGEST_RECEIVER);
}

// Which call of that name it is in the definition around it.
static uint32_t ordinal_of(const WorldFile *file, const NameExpr *use, const Call *call, DefRef in)
{
    Str name = names_text(use, file->text);
    uint32_t from = in.def == WORLD_NONE ? 0 : file->facts.defs[in.def].full.start, ordinal = 0;
    for (const Call *before = call; before && before-- > file->calls;) {
        Span span = before->name_span;
        if (span.start < from) break;
        if (!str_eq(str_sub(file->text, span.start, span.end), name)) continue;
        ordinal += edge_enclosing(file, span.start) == in.def;
    }
    for (uint32_t i = 0; !call && i < file->names.expr_count; i++) {
        const NameExpr *other = &file->names.exprs[i];
        if (other->op != EXPR_NAME && other->op != EXPR_MEMBER) continue;
        if (other->span.start < from || other->span.start >= use->span.start) continue;
        if (!str_eq(names_text(other, file->text), name)) continue;
        ordinal += edge_enclosing(file, other->span.start) == in.def;
    }
    return ordinal;
}

static void take_shape(Code *code, const WorldFile *file, const Call *call, CallSite *site)
{
    Str *keywords = ARENA_ARRAY(code->cx->arena, Str, call->keyword_count);
    for (uint32_t i = 0; i < call->keyword_count; i++)
        keywords[i] = code_keep(code, call->keywords[i]);
    site->has_shape = true;
    site->positional = call->arg_count;
    site->star = call->star;
    site->star_star = call->star_star;
    site->macro = call->macro;
    site->keywords = keywords;
    site->keyword_count = call->keyword_count;
    Span span = {call->name_span.start, MAX(call->full.end, call->name_span.end)};
    site->place = code_place(file, span);
}

static void take_import(Code *code, const WorldFile *file, const Edge *edge, CallSite *site)
{
    const NameImport *import = &file->names.imports[edge->expr];
    site->place = code_place(file, import->span);
    site->text = code_line(file, import->span.start);
    site->name = code_keep(code, import->name.len ? import->name : import->module);
    site->in = enclosing_ref(file, import->span.start);
}

void census_site(Code *code, const Edge *edge, CallSite *site)
{
    const WorldFile *file = world_file(code->world, edge->file);
    *site = (CallSite){.path = code_keep(code, file->path),
                       .lang = file->lang,
                       .role = role_of_path(file->path),
                       .kind = edge->kind,
                       .certainty = edge->certainty,
                       .reason = edge->reason,
                       .others = edge->others};
    if (edge->kind == EDGE_IMPORT) {
        take_import(code, file, edge, site);
    } else {
        const NameExpr *use = &file->names.exprs[edge->expr];
        const Call *call = edge->kind == EDGE_CALL ? edge_call(file, edge->expr) : NULL;
        site->place = code_place(file, use->span);
        site->text = code_line(file, use->span.start);
        site->name = names_text(use, file->text);
        site->use = use->role;
        site->receiver = receiver_of(code->cx->arena, file, use);
        site->in = enclosing_ref(file, use->span.start);
        site->ordinal = ordinal_of(file, use, call, site->in);
        if (call) take_shape(code, file, call, site);
    }
    if (site->in.def != WORLD_NONE)
        site->enclosing = code_keep(code, world_qualified(code->world, file, site->in.def));
}

Str census_shape(Arena *arena, const CallSite *site)
{
    Buf out = buf_on(arena);
    buf_byte(&out, '(');
    if (site->positional) buf_addf(&out, "%u", site->positional);
    if (site->star) buf_addf(&out, "%s*", out.len > 1 ? ", " : "");
    for (uint32_t i = 0; i < site->keyword_count; i++)
        buf_addf(&out, "%s" STR_FMT "=", out.len > 1 ? ", " : "", STR_ARG(site->keywords[i]));
    if (site->star_star) buf_addf(&out, "%s**", out.len > 1 ? ", " : "");
    buf_byte(&out, ')');
    return buf_str(&out);
}

static int compare_counts(const void *left, const void *right)
{
    const CensusCount *a = left, *b = right;
    if (a->count != b->count) return a->count > b->count ? -1 : 1;
    return str_cmp(a->name, b->name);
}

CensusCounts census_count(Arena *arena, const Str *names, size_t count)
{
    Map map = {0};
    VEC(CensusCount) counts = {0};
    for (size_t i = 0; i < count; i++) {
        uint64_t *at = map_at(arena, &map, names[i], counts.len);
        if (*at == counts.len) VEC_PUSH(arena, &counts, (CensusCount){names[i], 0});
        counts.items[*at].count++;
    }
    if (counts.len) qsort(counts.items, counts.len, sizeof *counts.items, compare_counts);
    return (CensusCounts){counts.items, counts.len};
}
