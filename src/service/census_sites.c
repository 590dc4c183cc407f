// service/census_sites.c - one use of the target: where it stands, and how it is called.
#include <stdlib.h>

#include "resolve/edge_site.h"
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

static Str receiver_of(Arena *arena, const EdgeSite *use)
{
    const char *text = use->file->text.ptr;
    uint32_t start = use->receiver, end = use->span.start;
    while (end > start && strchr(" \t\r\n.:>-?!\\", text[end - 1])) end--;
    return start < end ? code_folded(arena, use->file, start, end, LONGEST_RECEIVER) : STR_NONE;
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

void census_site(Code *code, const Edge *edge, CallSite *site)
{
    EdgeSite use;
    edge_site(code->resolver, edge, &use);
    const WorldFile *file = use.file;
    *site = (CallSite){.path = code_keep(code, file->path),
                       .text = code_line(file, use.span.start),
                       .receiver = receiver_of(code->cx->arena, &use),
                       .name = code_keep(code, use.name),
                       .lang = file->lang,
                       .role = role_of_path(file->path),
                       .use = use.role,
                       .kind = edge->kind,
                       .certainty = edge->certainty,
                       .reason = edge->reason,
                       .others = edge->others,
                       .ordinal = use.ordinal,
                       .in = {file->number, use.in}};
    if (use.called) take_shape(code, file, &use.call, site);
    else site->place = code_place(file, use.span);
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
