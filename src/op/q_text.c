// op/q_text.c - a query's answer for people.
//
//   totals
//   one block a file: lines, kind, signature
//   what the answer cannot tell, what was left out, and how to get it
#include "op/q.h"

enum { LINE_MOST = 140, LINES_MOST = 100, RESERVED = 3 };

typedef struct Page {
    Buf *out;
    const QSummary *summary;
    const QData *data;
    bool color;
    int64_t lines_left;
} Page;

static void end_line(Page *page)
{
    buf_byte(page->out, '\n');
    page->lines_left--;
}

static void colored(Page *page, const char *code, Str text)
{
    if (page->color) buf_addf(page->out, "\x1b[%sm", code);
    buf_add_shown(page->out, text);
    if (page->color) buf_add(page->out, STR("\x1b[0m"));
}

static void write_cut(Page *page, Str text)
{
    size_t lead = 0;
    while (lead < text.len && (text.ptr[lead] == ' ' || text.ptr[lead] == '\t')) lead++;
    text = str_sub(text, lead, text.len);
    size_t cut = utf8_cut(text, MIN(text.len, (size_t)LINE_MOST));
    buf_add_shown(page->out, str_sub(text, 0, cut));
    if (cut < text.len) buf_add(page->out, STR("..."));
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static void write_counts(Page *page, CountList counts)
{
    for (size_t i = 0; i < counts.count; i++)
        buf_addf(page->out, "%s" STR_FMT " %llu", i ? ", " : "", STR_ARG(counts.items[i].name),
                 (unsigned long long)counts.items[i].count);
}

// "1234 files, 12 read; skipped: binary 3"
static void write_looked_at(Page *page)
{
    const QSummary *summary = page->summary;
    buf_addf(page->out, "%llu file%s looked at", (unsigned long long)summary->selected,
             plural(summary->selected));
    if (summary->read < summary->selected)
        buf_addf(page->out, " (%llu by the index alone)",
                 (unsigned long long)(summary->selected - summary->read));
    if (summary->skipped.count) {
        buf_add(page->out, STR(", skipped: "));
        write_counts(page, summary->skipped);
    }
}

static void write_head(Page *page)
{
    const QSummary *summary = page->summary;
    colored(page, "1", summary->query);
    buf_addf(page->out, ": %llu result%s in %llu file%s", (unsigned long long)summary->total,
             plural(summary->total), (unsigned long long)summary->files, plural(summary->files));
    if (summary->by_kind.count > 1 || str_eq(summary->mode, STR("pattern"))) {
        buf_add(page->out, STR(" ("));
        write_counts(page, summary->by_kind);
        buf_byte(page->out, ')');
    }
    end_line(page);
    if (str_eq(summary->mode, STR("search")))
        buf_add(page->out, STR("plain search, as the text has no key=value pair; "));
    write_looked_at(page);
    end_line(page);
}

static void write_list(Page *page, const char *title, StrList list)
{
    for (size_t i = 0; i < list.count; i++) {
        buf_addf(page->out, "%s", title);
        buf_add_shown(page->out, list.items[i]);
        end_line(page);
    }
}

// Names in an array of the details, one after the other.
static void write_names(Page *page, const Finding *finding, const char *key, const char *title)
{
    const Json *list = json_get(finding->details, str_from(key));
    if (!list || list->kind != JK_ARRAY || !list->len) return;
    buf_addf(page->out, "  %s", title);
    for (size_t i = 0; i < list->len; i++)
        buf_addf(page->out, "%s" STR_FMT, i ? ", " : "", STR_ARG(list->items[i]->string));
}

// Sums in an object of the details: "  callers exact 2, likely 1".
static void write_sums(Page *page, const Finding *finding, const char *key)
{
    const Json *sums = json_get(finding->details, str_from(key));
    if (!sums || sums->kind != JK_OBJECT) return;
    buf_addf(page->out, "  %s", key);
    for (size_t i = 0; i < sums->len; i++)
        buf_addf(page->out, "%s" STR_FMT " %lld", i ? ", " : " ", STR_ARG(sums->members[i].key),
                 (long long)sums->members[i].value->integer);
    if (!sums->len) buf_add(page->out, STR(" none"));
}

// "src/a.py:12  caller: text  [likely: inherited from a base]"
static void write_expansion(Page *page, const Finding *finding)
{
    const Json *certainty = json_get(finding->details, STR("certainty"));
    const Json *reason = json_get(finding->details, STR("reason"));
    const char *const lists[] = {"free_vars", "cell_vars", "globals", "attributes", "constants"};
    const char *const titles[] = {"free ", "cells ", "globals ", "attributes ", "constants "};
    buf_add(page->out, STR("  "));
    buf_add_shown(page->out, finding->path);
    buf_addf(page->out, ":%u  ", finding->line);
    bool call = str_eq(finding->category, STR("call"));
    if (call && finding->enclosing.len) {
        write_cut(page, finding->enclosing);
        buf_add(page->out, STR(": "));
    }
    if (str_eq(finding->category, STR("import"))) {
        write_cut(page, finding->qualified);
        buf_add(page->out, STR(": "));
    }
    write_cut(page, finding->text);
    for (size_t i = 0; i < ARRAY_LEN(lists); i++) write_names(page, finding, lists[i], titles[i]);
    if (certainty && reason)
        buf_addf(page->out, "  [" STR_FMT ": " STR_FMT "]", STR_ARG(certainty->string),
                 STR_ARG(reason->string));
    end_line(page);
}

static void write_finding(Page *page, const Finding *finding)
{
    bool definition = finding->signature.len || str_eq(finding->kind, STR("module"));
    buf_addf(page->out, "%7u", finding->line);
    if (finding->end_line > finding->line) buf_addf(page->out, "-%u", finding->end_line);
    if (page->data->fields & FIELD_IS_LOC)
        buf_addf(page->out, " (%u lines)", finding->end_line - finding->line + 1);
    buf_add(page->out, STR("  "));
    if (str_eq(finding->category, STR("definition")) || definition) {
        buf_add(page->out, finding->kind.len ? finding->kind : finding->category);
        buf_add(page->out, STR("  "));
        write_cut(page, definition && finding->signature.len ? finding->signature : finding->name);
        if (finding->enclosing.len) {
            buf_add(page->out, STR("  in "));
            write_cut(page, finding->enclosing);
        }
    } else {
        if (str_eq(finding->category, STR("import"))) {
            write_cut(page, finding->qualified);
            buf_add(page->out, STR(": "));
        } else if (finding->enclosing.len) {
            write_cut(page, finding->enclosing);
            buf_add(page->out, STR(": "));
        }
        write_cut(page, finding->text);
    }
    write_names(page, finding, "decorators", "@ ");
    write_names(page, finding, "raises", "raises ");
    write_names(page, finding, "imports", "imports ");
    write_sums(page, finding, "callers");
    write_sums(page, finding, "callees");
    end_line(page);
}

// Returns how many findings of [from, to) were written.
static size_t write_section(Page *page, const Result *of, const Section *section, bool expansion)
{
    if (page->lines_left <= RESERVED + 1) return 0;
    colored(page, "35", section->title);
    if (section->count > 1 && !expansion) buf_addf(page->out, " (%zu)", section->count);
    end_line(page);
    size_t i = 0;
    for (; i < section->count && page->lines_left > RESERVED; i++) {
        Finding finding = result_finding(of, section->findings[i]);
        if (expansion) write_expansion(page, &finding);
        else write_finding(page, &finding);
    }
    return i;
}

static void write_rest(Page *page, size_t written)
{
    const QSummary *summary = page->summary;
    size_t left = (size_t)summary->total - written;
    if (left)
        buf_addf(page->out, "%zu more result%s not shown; everything: limit=0 or --format json\n",
                 left, plural(left));
    if (summary->interrupted || summary->timed_out)
        buf_addf(page->out, "%s: these are the results found until then\n",
                 summary->interrupted ? "interrupted" : "time limit reached");
}

static void write_miss(Page *page)
{
    const QSummary *summary = page->summary;
    buf_add(page->out, STR("no results for "));
    buf_add_shown(page->out, summary->query);
    end_line(page);
    write_looked_at(page);
    end_line(page);
    if (!summary->nearest.count) return;
    buf_add(page->out, STR("nearest names: "));
    for (size_t i = 0; i < summary->nearest.count; i++)
        buf_addf(page->out, "%s" STR_FMT, i ? ", " : "", STR_ARG(summary->nearest.items[i]));
    end_line(page);
}

void q_text(Buf *out, const void *arguments, const Result *result, const TextStyle *style)
{
    (void)arguments;
    const QSummary *summary = result->summary;
    Page page = {
        .out = out,
        .summary = summary,
        .data = result->data,
        .color = style->color,
    };
    page.lines_left = page.data->limited ? INT64_MAX : LINES_MOST;
    if (result->found) write_head(&page);
    else write_miss(&page);
    write_list(&page, "limit: ", summary->limits);
    write_list(&page, "plan: ", summary->plan);
    if (summary->index_trouble.len) {
        buf_addf(out, "index: " STR_FMT, STR_ARG(summary->index_trouble));
        end_line(&page);
    }
    size_t written = 0;
    for (size_t i = 0; i < result->section_count; i++) {
        const Section *section = &result->sections[i];
        bool expansion = i >= page.data->file_sections;
        size_t count = write_section(&page, result, section, expansion);
        if (!expansion) written += count;
    }
    if (result->found) write_rest(&page, written);
}
