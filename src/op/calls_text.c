// op/calls_text.c - a census for people.
//
//   one card a definition: what it is, calls by certainty, risk with reasons, shapes of arguments
//   calls, surest first: one line each, grouped by file
//   hazards, callers of callers, callees
//   what was left out, and how to get it
#include "op/calls.h"

#include "base/map.h"
#include "op/draw.h"
#include "op/page.h"

enum { SOURCE_MOST = 120, LISTED_MOST = 8, HAZARDS_SHOWN = 12, TREE_SHOWN = 60 };

typedef struct CallsPage {
    Page page;
    const CallsArgs *args;
    const CensusAnswer *answer;
} CallsPage;

static void write_counts(Page *page, CountList counts, size_t most)
{
    for (size_t i = 0; i < MIN(counts.count, most); i++)
        page_addf(page, "%s" STR_FMT " %llu", i ? ", " : "", STR_ARG(counts.items[i].name),
                  (unsigned long long)counts.items[i].count);
    if (counts.count > most) page_addf(page, ", %zu more", counts.count - most);
}

static void write_subject(Page *page, const Subject *subject)
{
    page_color(page, "1", subject->qualified);
    page_addf(page, "  " STR_FMT ", ", STR_ARG(subject_kind(subject)));
    page_color(page, "35", subject->path);
    if (subject->ref.def != WORLD_NONE) page_addf(page, ":%u", subject->name_place.line);
    if (subject->role != ROLE_SOURCE) page_addf(page, " (%s)", role_name(subject->role));
    if (subject->condition.len) page_addf(page, ", #if " STR_FMT, STR_ARG(subject->condition));
    page_end_line(page);
    if (!subject->signature.len) return;
    page_add(page, STR("  "));
    page_source(page, subject->signature, SOURCE_MOST);
    page_end_line(page);
}

static void write_totals(Page *page, const CensusTable *table, const CallsTableRow *row)
{
    bool file = table->subject.ref.def == WORLD_NONE;
    page_addf(page, "  %llu %s%s in %llu file%s", (unsigned long long)table->calls,
              file ? "import" : "call", plural_of(table->calls), (unsigned long long)table->files,
              plural_of(table->files));
    if (table->calls) page_add(page, STR(": "));
    write_counts(page, row->by_certainty, CERTAINTIES);
    if (table->through_base)
        page_addf(page, "; through a base: likely %llu", (unsigned long long)table->through_base);
    if (table->kept < table->calls || table->kept_through_base < table->through_base) {
        page_addf(page, "; %llu", (unsigned long long)table->kept);
        if (table->through_base)
            page_addf(page, " and %llu", (unsigned long long)table->kept_through_base);
        page_add(page, STR(" pass the filters"));
    }
    page_end_line(page);
}

static void write_other_uses(Page *page, const CensusTable *table)
{
    size_t kinds = 0;
    for (int i = EDGE_REFERENCE; i < EDGE_KINDS; i++) {
        if (!table->uses[i] || table->subject.ref.def == WORLD_NONE) continue;
        page_addf(
            page, "%s%llu %s%s", kinds++ ? ", " : "  also: ", (unsigned long long)table->uses[i],
            i == EDGE_TYPE ? "type use" : edge_kind_name((EdgeKind)i), plural_of(table->uses[i]));
    }
    if (kinds) page_end_line(page);
}

static void write_kin(Page *page, const char *title, const Subject *kin, size_t count)
{
    if (!count) return;
    page_addf(page, "  %s ", title);
    for (size_t i = 0; i < MIN(count, (size_t)LISTED_MOST); i++)
        page_addf(page, "%s" STR_FMT " (" STR_FMT ":%u)", i ? ", " : "", STR_ARG(kin[i].qualified),
                  STR_ARG(kin[i].path), kin[i].name_place.line);
    if (count > LISTED_MOST) page_addf(page, ", %zu more", count - LISTED_MOST);
    page_end_line(page);
}

static void write_card(CallsPage *c, const CensusTable *table, const CallsTableRow *row)
{
    Page *page = &c->page;
    write_subject(page, &table->subject);
    write_totals(page, table, row);
    write_other_uses(page, table);
    if (table->made) {
        Arena *arena = page->out->arena;
        page_addf(page, "  runs when a " STR_FMT " is made: cq calls " STR_FMT,
                  STR_ARG(table->made->qualified),
                  STR_ARG(shell_word(arena, target_again(arena, table->made))));
        page_end_line(page);
    }
    write_kin(page, "overrides", table->overridden, table->overridden_count);
    write_kin(page, "overridden by", table->overriding, table->overriding_count);
    page_addf(page, "  risk: " STR_FMT, STR_ARG(row->risk.level));
    for (size_t i = 0; i < row->risk.reasons.count; i++)
        page_addf(page, "%s" STR_FMT, i ? "; " : ": ", STR_ARG(row->risk.reasons.items[i]));
    page_end_line(page);
    if (row->shapes.count) {
        page_add(page, STR("  shapes: "));
        write_counts(page, row->shapes, LISTED_MOST);
        page_end_line(page);
    }
    if (!row->keywords.count) return;
    page_add(page, STR("  keywords: "));
    write_counts(page, row->keywords, LISTED_MOST);
    page_end_line(page);
}

// --- sites ---

static bool same_bucket(const CallSite *a, const CallSite *b)
{
    return a->certainty == b->certainty && a->through_base == b->through_base;
}

static uint64_t bucket_total(const CensusTable *table, const CallSite *site)
{
    return site->through_base ? table->kept_through_base : table->kept_by[site->certainty];
}

static void write_site(Page *page, const CallSite *site)
{
    page_addf(page, "%7u  ", site->place.line);
    if (site->enclosing.len) page_addf(page, STR_FMT ": ", STR_ARG(site->enclosing));
    page_source(page, site->text, SOURCE_MOST);
    if (site->certainty != CERTAINTY_EXACT && site->certainty != CERTAINTY_NAME_ONLY &&
        !site->through_base)
        page_addf(page, "  [%s]", reason_text(site->reason));
    page_end_line(page);
}

static size_t sites_of_file(const CensusTable *table, size_t from, size_t to)
{
    size_t count = 0;
    while (from + count < to && str_eq(table->sites[from].path, table->sites[from + count].path))
        count++;
    return count;
}

// Lists one bucket, [from, to); returns how many were written.
static size_t write_bucket(Page *page, const CensusTable *table, size_t from, size_t to,
                           int64_t lines)
{
    const CallSite *first = &table->sites[from];
    int64_t least = page->lines_left - lines;
    page_color(page, "1",
               str_from(first->through_base ? "through a base, likely"
                                            : certainty_name(first->certainty)));
    page_addf(page, " %llu", (unsigned long long)bucket_total(table, first));
    page_end_line(page);
    size_t i = from;
    for (; i < to; i++) {
        bool new_file = i == from || !str_eq(table->sites[i].path, table->sites[i - 1].path);
        if (!page_has_room(page, new_file) || page->lines_left <= least + new_file) break;
        if (new_file) {
            size_t count = sites_of_file(table, i, to);
            page_add(page, STR("  "));
            page_color(page, "35", table->sites[i].path);
            if (count > 1) page_addf(page, " (%zu)", count);
            page_end_line(page);
        }
        write_site(page, &table->sites[i]);
    }
    return i - from;
}

// What is left of the page goes to the surest first; each bucket gets a few lines.
static void write_sites(CallsPage *c, const CensusTable *table, int64_t lines)
{
    enum { SOME = 6 };
    Page *page = &c->page;
    int64_t least = page->lines_left - lines;
    size_t shown = 0, total = (size_t)(table->kept + table->kept_through_base);
    for (size_t from = 0, to; from < table->site_count; from = to) {
        size_t later = 0;
        for (to = from; to < table->site_count; to++)
            if (!same_bucket(&table->sites[from], &table->sites[to])) break;
        for (size_t i = to; i < table->site_count; i++)
            later += i == to || !same_bucket(&table->sites[i - 1], &table->sites[i]);
        int64_t room = page->lines_left - least - (int64_t)later * SOME;
        if (!page_has_room(page, 2)) break;
        shown += write_bucket(page, table, from, to, MAX(room, (int64_t)SOME));
    }
    if (shown == total || !page_has_room(page, 0)) return;
    Arena *arena = page->out->arena;
    page_addf(page, "  %zu more: cq calls " STR_FMT " --format lines", total - shown,
              STR_ARG(shell_word(arena, target_again(arena, &table->subject))));
    page_end_line(page);
}

// --- besides ---

static void write_hazards(Page *page, const CensusTable *table)
{
    size_t shown = 0;
    if (!table->hazard_count || !page_has_room(page, 2)) return;
    page_color(page, "1", STR("hazards"));
    page_addf(page, " %zu", table->hazard_count);
    page_end_line(page);
    for (; shown < table->hazard_count && shown < HAZARDS_SHOWN && page_has_room(page, 1);
         shown++) {
        const CensusHazard *hazard = &table->hazards[shown];
        page_add(page, STR("  "));
        page_color(page, "35", hazard->path);
        page_addf(page, ":%u  " STR_FMT ": ", hazard->place.line, STR_ARG(hazard->says));
        page_source(page, hazard->text, SOURCE_MOST - 40);
        page_end_line(page);
    }
    if (shown == table->hazard_count) return;
    page_addf(page, "  %zu more: --format json", table->hazard_count - shown);
    page_end_line(page);
}

static void write_callers(Page *page, const CensusTable *table)
{
    size_t shown = 0;
    if (!table->caller_count || !page_has_room(page, 2)) return;
    page_color(page, "1", STR("callers"));
    page_addf(page, " %zu%s", table->caller_count, table->callers_cut ? ", cut" : "");
    page_end_line(page);
    for (; shown < table->caller_count && shown < TREE_SHOWN && page_has_room(page, 1); shown++) {
        const CallerNode *node = &table->callers[shown];
        buf_repeat(page->out, ' ', (size_t)node->depth * 2);
        page_addf(page, STR_FMT "  " STR_FMT ":%u", STR_ARG(node->subject.qualified),
                  STR_ARG(node->subject.path), node->subject.name_place.line);
        if (node->sites > 1) page_addf(page, "  %llu calls", (unsigned long long)node->sites);
        if (node->certainty != CERTAINTY_EXACT)
            page_addf(page, "  %s", certainty_name(node->certainty));
        if (node->cycle) page_add(page, STR("  (cycle)"));
        if (node->seen) page_add(page, STR("  (see above)"));
        page_end_line(page);
    }
    if (shown == table->caller_count) return;
    page_addf(page, "  %zu more: --format json", table->caller_count - shown);
    page_end_line(page);
}

static void write_callees(Page *page, const CensusTable *table)
{
    size_t shown = 0;
    if (!table->callee_count || !page_has_room(page, 2)) return;
    page_color(page, "1", STR("callees"));
    page_addf(page, " %zu", table->callee_count);
    page_end_line(page);
    for (; shown < table->callee_count && page_has_room(page, 1); shown++) {
        const Callee *callee = &table->callees[shown];
        page_addf(page, "%7u  " STR_FMT, callee->line, STR_ARG(callee->name));
        if (callee->subject.ref.file != WORLD_NONE)
            page_addf(page, "  " STR_FMT ":%u", STR_ARG(callee->subject.path),
                      callee->subject.name_place.line);
        if (callee->sites > 1) page_addf(page, "  %llu times", (unsigned long long)callee->sites);
        if (callee->certainty != CERTAINTY_EXACT)
            page_addf(page, "  %s", certainty_name(callee->certainty));
        page_end_line(page);
    }
    if (shown == table->callee_count) return;
    page_addf(page, "  %zu more: --format json", table->callee_count - shown);
    page_end_line(page);
}

static void write_head(CallsPage *c)
{
    const Subjects *subjects = &c->answer->subjects;
    Page *page = &c->page;
    if (subjects->how == TARGET_USE) {
        page_addf(page, STR_FMT " means, %s (%s):", STR_ARG(c->args->target),
                  certainty_name(subjects->certainty), reason_text(subjects->reason));
        page_end_line(page);
    }
    if (subjects->count < 2) return;
    page_addf(page, "%zu definitions, one table each", subjects->count);
    if (subjects->other_kind)
        page_addf(page, "; %zu more of that name cannot be called", subjects->other_kind);
    page_end_line(page);
}

static void write_others(CallsPage *c, const CallsSummary *summary)
{
    Page *page = &c->page;
    const TargetRow *rows = summary->others.items;
    size_t count = summary->others.count;
    if (!count) return;
    page_addf(page, "%zu more definition%s: ", count, plural_of(count));
    for (size_t i = 0; i < MIN(count, (size_t)4); i++)
        page_addf(page, "%s" STR_FMT ":%u", i ? ", " : "", STR_ARG(rows[i].path), rows[i].line);
    if (count > 4) page_add(page, STR(", ..."));
    page_add(page, STR("; --tables N shows more"));
    page_end_line(page);
}

static void write_notes(CallsPage *c)
{
    for (size_t i = 0; i < c->answer->note_count; i++) {
        page_addf(&c->page, "note: " STR_FMT, STR_ARG(c->answer->notes[i]));
        page_end_line(&c->page);
    }
}

static void write_miss(Page *page, const CallsArgs *args, const Subjects *subjects)
{
    Str target = shell_word(page->out->arena, args->target);
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
    Str word = subjects->external.len ? shell_word(page->out->arena, subjects->external) : target;
    page_addf(page, "every place where it stands: cq search " STR_FMT, STR_ARG(word));
    page_end_line(page);
}

// About as many lines as a table needs.
static int64_t need_of(const CensusTable *table)
{
    enum { CARD = 10 };
    size_t lines = table->site_count + MIN(table->hazard_count, (size_t)HAZARDS_SHOWN) +
                   MIN(table->caller_count, (size_t)TREE_SHOWN) + table->callee_count;
    for (size_t i = 1; i < table->site_count; i++)
        lines += !str_eq(table->sites[i].path, table->sites[i - 1].path);
    return CARD + (int64_t)lines;
}

// What the tables from `index` on leave for this one: each may have its part of the page.
static int64_t share_of(const CallsPage *c, size_t index)
{
    size_t count = c->answer->table_count;
    int64_t left = c->page.lines_left - PAGE_RESERVED, part = left / (int64_t)(count - index);
    for (size_t i = index + 1; i < count; i++) left -= MIN(need_of(&c->answer->tables[i]), part);
    return left;
}

void calls_text(Buf *out, const void *arguments, const Result *of, const TextStyle *style)
{
    const CallsData *data = of->data;
    const CallsSummary *summary = of->summary;
    const CallsTableRow *rows = summary->tables.items;
    const CallsArgs *args = arguments;
    CallsPage c = {.args = args, .answer = data->answer};
    c.page = page_begin(out, style, PAGE_LINES);
    if (!of->found) {
        write_miss(&c.page, args, &data->answer->subjects);
        write_notes(&c);
        return;
    }
    write_head(&c);
    size_t i = 0;
    for (; i < data->answer->table_count && page_has_room(&c.page, 6); i++) {
        const CensusTable *table = &data->answer->tables[i];
        int64_t share = share_of(&c, i), before = c.page.lines_left;
        if (i) page_end_line(&c.page);
        write_card(&c, table, &rows[i]);
        int64_t besides = (int64_t)MIN(table->hazard_count, (size_t)HAZARDS_SHOWN) +
                          (int64_t)(table->caller_count + table->callee_count);
        int64_t lines = share - (before - c.page.lines_left);
        if (table->site_count)
            write_sites(&c, table, MAX(lines - MIN(besides, lines / 2), (int64_t)4));
        write_hazards(&c.page, table);
        write_callers(&c.page, table);
        write_callees(&c.page, table);
    }
    page_tail(&c.page);
    if (i < data->answer->table_count) {
        page_addf(&c.page, "%zu tables not shown: --budget, or --format json",
                  data->answer->table_count - i);
        page_end_line(&c.page);
    }
    write_others(&c, summary);
    write_notes(&c);
}

// --- as a picture ---

static Str place_of(Arena *arena, const Subject *subject)
{
    return str_format(arena, STR_FMT ":%u", STR_ARG(subject->path), subject->name_place.line);
}

// Without --depth: the definitions that hold the sites.
static size_t draw_sites(Buf *out, const CensusTable *table, size_t target, size_t node,
                         GraphFormat how)
{
    Arena scratch = {0};
    Map seen = {0};
    for (size_t i = 0; i < table->site_count; i++) {
        const CallSite *site = &table->sites[i];
        Str label = site->enclosing.len ? site->enclosing : site->path;
        Str key = str_format(&scratch, STR_FMT ":" STR_FMT, STR_ARG(site->path), STR_ARG(label));
        if (site->certainty > CERTAINTY_LIKELY || map_get(&seen, key, NULL)) continue;
        map_put(&scratch, &seen, key, 1);
        draw_node(out, how, node, label, site->path);
        draw_edge(out, how, node++, target, STR_NONE, site->certainty != CERTAINTY_EXACT);
    }
    arena_fini(&scratch);
    return node;
}

// Callers point to what they call, callees are pointed to.
static size_t draw_table(Buf *out, const CensusTable *table, size_t node, GraphFormat how)
{
    size_t target = node++;
    draw_node(out, how, target, table->subject.qualified, place_of(out->arena, &table->subject));
    for (size_t i = 0; i < table->caller_count; i++) {
        const CallerNode *caller = &table->callers[i];
        size_t to = caller->parent ? target + caller->parent : target;
        draw_node(out, how, node, caller->subject.qualified,
                  place_of(out->arena, &caller->subject));
        Str label = caller->sites > 1
                        ? str_format(out->arena, "%llu", (unsigned long long)caller->sites)
                        : STR_NONE;
        draw_edge(out, how, node++, to, label, caller->certainty != CERTAINTY_EXACT);
    }
    if (!table->caller_count) node = draw_sites(out, table, target, node, how);
    for (size_t i = 0; i < table->callee_count; i++) {
        const Callee *callee = &table->callees[i];
        bool inside = callee->subject.ref.file != WORLD_NONE;
        draw_node(out, how, node, callee->name,
                  inside ? place_of(out->arena, &callee->subject) : STR_NONE);
        draw_edge(out, how, target, node++, STR_NONE, callee->certainty != CERTAINTY_EXACT);
    }
    return node;
}

void calls_draw(Buf *out, const void *arguments, const Result *of, GraphFormat how)
{
    (void)arguments;
    const CallsData *data = of->data;
    size_t node = 0;
    draw_begin(out, how, "calls");
    for (size_t i = 0; i < data->answer->table_count; i++)
        node = draw_table(out, &data->answer->tables[i], node, how);
    draw_end(out, how);
}
