// op/neighborhood_text.c - a neighbourhood for people: a card, then a block a slice.
#include "lang/template.h"
#include "op/draw.h"
#include "op/neighborhood.h"
#include "op/page.h"

enum { SOURCE_MOST = 110 };

typedef struct NearPage {
    Page page;
    const NearArgs *args;
    const NearAnswer *answer;
    size_t most; // nodes of a slice
} NearPage;

static void write_card(NearPage *n)
{
    Page *page = &n->page;
    const Subject *subject = &n->answer->subject;
    page_color(page, "1", subject->qualified);
    page_addf(page, "  " STR_FMT, STR_ARG(subject_kind(subject)));
    if (subject->ref.def != WORLD_NONE) {
        page_add(page, STR(", "));
        page_color(page, "35", subject->path);
        page_addf(page, ":%u", subject->name_place.line);
    }
    if (n->answer->subjects.how == TARGET_ENCLOSING)
        page_addf(page, "  (around " STR_FMT ")", STR_ARG(n->args->target));
    if (n->answer->subjects.how == TARGET_USE)
        page_addf(page, "  (%s meaning of " STR_FMT ": %s)",
                  certainty_name(n->answer->subjects.certainty), STR_ARG(n->args->target),
                  reason_text(n->answer->subjects.reason));
    page_end_line(page);
    if (subject->signature.len) {
        page_add(page, STR("  "));
        page_source(page, subject->signature, SOURCE_MOST);
        page_end_line(page);
    }
    if (n->answer->weighed) {
        page_addf(page, "  risk: %s", census_risk_name(n->answer->risk));
        for (size_t i = 0; i < n->answer->reason_count; i++)
            page_addf(page, "%s" STR_FMT, i ? "; " : ": ", STR_ARG(n->answer->reasons[i]));
        page_end_line(page);
    }
    if (n->answer->unnamed) {
        if (template_is_path(subject->path))
            page_add(page, STR("  a template: its blocks and macros, and the files that name it or "
                               "are named by it; for what it calls: cq calls NAME"));
        else
            page_addf(page,
                      "  %s has no name rules: only definitions that the index knows, and files "
                      "beside it",
                      lang_name(subject->lang));
        page_end_line(page);
    }
}

static void write_node(Page *page, NearSlice slice, const NearNode *node)
{
    page_add(page, STR("  "));
    page_color(page, "35", node->path);
    bool file = str_eq(node->kind, STR("file")) && node->is_def;
    if (!file) page_addf(page, ":%u:%u", node->place.line, node->place.col);
    if (node->is_def && !file)
        page_addf(page, "  " STR_FMT " " STR_FMT, STR_ARG(node->kind), STR_ARG(node->name));
    bool user = slice == NEAR_CALLERS || slice == NEAR_TESTS;
    if (user) page_addf(page, "  " STR_FMT, STR_ARG(node->name));
    if (!node->is_def && !user) {
        page_add(page, STR("  "));
        if (node->enclosing.len && slice != NEAR_IMPORTS)
            page_addf(page, STR_FMT ": ", STR_ARG(node->enclosing));
        if (slice == NEAR_CALLEES) page_add(page, node->name);
        else page_source(page, node->text, SOURCE_MOST);
        if (node->enclosing.len && slice == NEAR_IMPORTS)
            page_addf(page, "  -> " STR_FMT, STR_ARG(node->enclosing));
    }
    if (node->sites > 1) page_addf(page, "  %llu times", (unsigned long long)node->sites);
    if (node->has_certainty && node->certainty != CERTAINTY_EXACT)
        page_addf(page, "  %s", certainty_name(node->certainty));
    page_end_line(page);
}

static void write_more(NearPage *n, NearSlice slice, const NearList *list, size_t shown)
{
    Arena *arena = n->page.out->arena;
    size_t next = (size_t)n->args->offset + shown;
    if (next >= list->total || !page_has_room(&n->page, 0)) return;
    page_addf(&n->page, "  %zu more: cq nb " STR_FMT " --slice %s --offset %zu", list->total - next,
              STR_ARG(shell_word(arena, target_again(arena, &n->answer->subject))),
              near_slice_name(slice), next);
    page_end_line(&n->page);
}

static void write_slice(NearPage *n, NearSlice slice)
{
    Page *page = &n->page;
    const NearList *list = &n->answer->lists[slice];
    if (!list->wanted || !list->total || !page_has_room(page, 2)) return;
    page_color(page, "1", str_from(near_slice_name(slice)));
    page_addf(page, " %zu%s", list->total, list->cut ? " or more" : "");
    size_t kinds = 0;
    for (int i = 0; i < CERTAINTIES; i++)
        if (list->by_certainty[i])
            page_addf(page, "%s%s %llu", kinds++ ? ", " : ": ", certainty_name((Certainty)i),
                      (unsigned long long)list->by_certainty[i]);
    page_end_line(page);
    size_t shown = 0;
    for (; shown < list->count && shown < n->most && page_has_room(page, 1); shown++)
        write_node(page, slice, &list->nodes[shown]);
    write_more(n, slice, list, shown);
}

// How many nodes of each slice fit on the page.
static size_t fitting(const NearPage *n)
{
    size_t most = (size_t)MAX(n->args->top_k, 1);
    for (; most > 1; most--) {
        int64_t lines = 0;
        for (int i = 0; i < NEAR_SLICES; i++) {
            const NearList *list = &n->answer->lists[i];
            if (!list->wanted || !list->total) continue;
            size_t shown = MIN(list->count, most);
            lines += 1 + (int64_t)shown + (shown < list->total);
        }
        if (lines <= n->page.lines_left - PAGE_RESERVED) break;
    }
    return most;
}

static void write_empty(NearPage *n)
{
    size_t count = 0;
    for (int i = 0; i < NEAR_SLICES; i++) {
        const NearList *list = &n->answer->lists[i];
        if (!list->wanted || list->total) continue;
        page_addf(&n->page, "%s%s", count++ ? ", " : "nothing in: ", near_slice_name((NearSlice)i));
    }
    if (count) page_end_line(&n->page);
}

static void write_miss(Page *page, const NearArgs *args, const Subjects *subjects)
{
    if (subjects->external.len)
        page_addf(page, STR_FMT ": " STR_FMT " is not defined in the workspace (%s)",
                  STR_ARG(args->target), STR_ARG(subjects->external),
                  certainty_name(subjects->certainty));
    else page_addf(page, "no definition of " STR_FMT, STR_ARG(args->target));
    page_end_line(page);
    if (subjects->nearest_count) {
        page_add(page, STR("nearest names: "));
        for (size_t i = 0; i < subjects->nearest_count; i++)
            page_addf(page, "%s" STR_FMT, i ? ", " : "", STR_ARG(subjects->nearest[i]));
        page_end_line(page);
    }
    Str word = subjects->external.len ? subjects->external : args->target;
    page_addf(page, "every place where it stands: cq search " STR_FMT,
              STR_ARG(shell_word(page->out->arena, word)));
    page_end_line(page);
}

static void write_others(NearPage *n)
{
    const Subjects *subjects = &n->answer->subjects;
    if (subjects->count < 2) return;
    page_addf(&n->page, "%zu more definition%s of that name: ", subjects->count - 1,
              plural_of(subjects->count - 1));
    for (size_t i = 1; i < MIN(subjects->count, (size_t)6); i++)
        page_addf(&n->page, "%s" STR_FMT ":%u", i > 1 ? ", " : "", STR_ARG(subjects->items[i].path),
                  subjects->items[i].name_place.line);
    if (subjects->count > 6) page_add(&n->page, STR(", ..."));
    page_end_line(&n->page);
}

void near_text(Buf *out, const void *arguments, const Result *of, const TextStyle *style)
{
    const NearData *data = of->data;
    const NearArgs *args = arguments;
    NearPage n = {.args = args, .answer = data->answer};
    n.page = page_begin(out, style, PAGE_LINES);
    if (!of->found) {
        write_miss(&n.page, args, &data->answer->subjects);
    } else {
        write_card(&n);
        n.most = fitting(&n);
        for (int i = 0; i < NEAR_SLICES; i++) write_slice(&n, (NearSlice)i);
        page_tail(&n.page);
        write_empty(&n);
        write_others(&n);
    }
    for (size_t i = 0; i < data->answer->note_count; i++) {
        page_addf(&n.page, "note: " STR_FMT, STR_ARG(data->answer->notes[i]));
        page_end_line(&n.page);
    }
}

// The subject in the middle; what uses it points to it, what it uses is pointed to.
void near_draw(Buf *out, const void *arguments, const Result *of, GraphFormat how)
{
    (void)arguments;
    const NearData *data = of->data;
    const Subject *subject = &data->answer->subject;
    size_t node = 0;
    draw_begin(out, how, "neighborhood");
    if (of->found)
        draw_node(out, how, node++, subject->qualified,
                  str_format(out->arena, STR_FMT ":%u", STR_ARG(subject->path),
                             subject->name_place.line));
    for (int i = 0; of->found && i < NEAR_SLICES; i++) {
        const NearList *list = &data->answer->lists[i];
        bool used =
            i == NEAR_CALLEES || i == NEAR_CHILDREN || i == NEAR_SUPERTYPES || i == NEAR_IMPORTS;
        Str label = str_from(near_slice_name((NearSlice)i));
        for (size_t k = 0; k < list->count; k++) {
            const NearNode *one = &list->nodes[k];
            bool use = i == NEAR_REFERENCES || i == NEAR_IMPORTERS;
            Str name = use && one->enclosing.len ? one->enclosing : one->name;
            bool dashed = one->has_certainty && one->certainty != CERTAINTY_EXACT;
            draw_node(out, how, node, name,
                      str_format(out->arena, STR_FMT ":%u", STR_ARG(one->path), one->place.line));
            draw_edge(out, how, used ? 0 : node, used ? node : 0, label, dashed);
            node++;
        }
    }
    draw_end(out, how);
}
