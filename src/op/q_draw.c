// op/q_draw.c - a query's answer as a graph.
//
// Nodes are the definitions listed, and what calls them or is called by them (expand=). Edges lead
// from a caller to what it calls; what is not proven is dashed.
#include "base/map.h"
#include "op/draw.h"
#include "op/q.h"

enum { MOST_DRAWN = 400 };

typedef struct Drawing {
    Buf *out;
    GraphFormat how;
    Arena *arena;
    Map nodes, edges;
    size_t count;
} Drawing;

// The number of a node, which is drawn when it is new.
static size_t node_of(Drawing *d, Str path, Str name, uint32_t line)
{
    Str label = name.len ? name : path;
    Str key = str_join(d->arena, path, STR("\n"), label);
    uint64_t *at = map_at(d->arena, &d->nodes, key, UINT64_MAX);
    if (*at != UINT64_MAX) return *at;
    *at = d->count++;
    Str below = path;
    if (line) below = str_format(d->arena, STR_FMT ":%u", STR_ARG(path), line);
    draw_node(d->out, d->how, *at, label, name.len ? below : STR_NONE);
    return *at;
}

static Str text_of(const Json *details, const char *key)
{
    const Json *value = json_get(details, str_from(key));
    return value && value->kind == JK_STR ? value->string : STR_NONE;
}

static void draw_call(Drawing *d, const Finding *call)
{
    const Json *targets = json_get(call->details, STR("targets"));
    const Json *first = targets && targets->len ? targets->items[0] : NULL;
    Str certainty = text_of(call->details, "certainty");
    Str path = first ? text_of(first, "path") : text_of(call->details, "target_path");
    Str name = call->qualified.len ? call->qualified : call->name;
    size_t from = node_of(d, call->path, call->enclosing, 0), to = node_of(d, path, name, 0);
    Str key = str_format(d->arena, "%zu>%zu", from, to);
    uint64_t *seen = map_at(d->arena, &d->edges, key, 0);
    if ((*seen)++) return;
    bool proven = str_eq(certainty, STR("exact"));
    draw_edge(d->out, d->how, from, to, proven ? STR_NONE : certainty, !proven);
}

void q_draw(Buf *out, const void *arguments, const Result *of, GraphFormat how)
{
    (void)arguments;
    const QData *data = of->data;
    Drawing d = {.out = out, .how = how, .arena = out->arena};
    draw_begin(out, how, "q");
    for (size_t i = 0; i < of->finding_count && d.count < MOST_DRAWN; i++) {
        const Finding *finding = &data->findings[i];
        if (i < data->shown)
            node_of(&d, finding->path, finding->qualified.len ? finding->qualified : finding->name,
                    finding->line);
        else if (text_of(finding->details, "certainty").len) draw_call(&d, finding);
    }
    draw_end(out, how);
}
