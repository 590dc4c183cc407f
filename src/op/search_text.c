// op/search_text.c - a search's answer for people: what it is, where it stands, how to see more.
//
//   totals
//   the definition: place, kind, signature, its first lines
//   one block a category: one line a hit, grouped by file and enclosing definition
//   what was left out, and how to get it
#include "op/search.h"

enum { LINE_MOST = 140, NAMES_MOST = 20, RESERVED = 3, LIMIT_LEAST = 8 };

typedef struct Page {
    Buf *out;
    const SearchArgs *args;
    const SearchAnswer *answer;
    const SearchSummary *summary;
    bool color;
    int64_t lines_left;
    uint32_t last_file; // of the block; UINT32_MAX: none yet
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

static void write_how(Page *page)
{
    const SearchSummary *summary = page->summary;
    buf_addf(page->out, STR_FMT "%s, %s", STR_ARG(summary->mode),
             summary->word && page->answer->mode != PATTERN_IDENTIFIER ? ", whole words" : "",
             summary->case_sensitive ? "case kept" : "any case");
    buf_addf(page->out, "; %llu file%s searched", (unsigned long long)summary->scanned,
             plural(summary->scanned));
    if (summary->ruled_out)
        buf_addf(page->out, " (%llu by the index)", (unsigned long long)summary->ruled_out);
    if (summary->skipped.count) {
        buf_add(page->out, STR(", skipped: "));
        write_counts(page, summary->skipped);
    }
    end_line(page);
}

static void write_totals(Page *page)
{
    const SearchSummary *summary = page->summary;
    colored(page, "1", summary->query);
    buf_addf(page->out, ": %llu hit%s in %llu file%s", (unsigned long long)summary->hits,
             plural(summary->hits), (unsigned long long)summary->matched_files,
             plural(summary->matched_files));
    bool classified = summary->unclassified < summary->hits;
    if (classified) {
        buf_add(page->out, STR(" ("));
        write_counts(page, summary->hits_by_category);
        buf_byte(page->out, ')');
    }
    end_line(page);
    write_how(page);
    if (summary->fallback.len) {
        buf_add(page->out, summary->fallback);
        end_line(page);
    }
}

// The hit's line, without its indentation, cut to LINE_MOST bytes around the hit.
static void write_hit_text(Page *page, const SearchHit *hit)
{
    Str line = {hit->text, hit->text_len};
    size_t at = hit->col <= line.len && hit->text_len < 400 ? hit->col : 0;
    size_t lead = 0;
    while (lead < line.len && (line.ptr[lead] == ' ' || line.ptr[lead] == '\t')) lead++;
    size_t from = lead;
    if (at > from + LINE_MOST - 40) from = utf8_cut(line, at - 40);
    size_t to = utf8_cut(line, MIN(line.len, from + LINE_MOST));
    if (from > lead) buf_add(page->out, STR("..."));
    bool mark = page->color && at >= from && at + hit->len <= to;
    buf_add_shown(page->out, str_sub(line, from, mark ? at : to));
    if (mark) {
        colored(page, "1;31", str_sub(line, at, at + hit->len));
        buf_add_shown(page->out, str_sub(line, at + hit->len, to));
    }
    if (to < line.len) buf_add(page->out, STR("..."));
}

static void write_place(Page *page, const SearchHit *hit)
{
    colored(page, "35", page->answer->files[hit->file].path);
    buf_addf(page->out, ":%u", hit->line);
    const SearchDef *def = hit_def(hit);
    if (def && def->end_line > hit->line) buf_addf(page->out, "-%u", def->end_line);
}

static void write_definition(Page *page, const SearchHit *hit)
{
    const SearchDef *def = hit_def(hit);
    Str enclosing = hit_enclosing(hit);
    write_place(page, hit);
    if (def) {
        buf_addf(page->out, "  " STR_FMT "  ", STR_ARG(def->kind));
        Str signature = def->signature;
        size_t cut = utf8_cut(signature, MIN(signature.len, (size_t)LINE_MOST));
        buf_add_shown(page->out, str_sub(signature, 0, cut));
        if (cut < signature.len) buf_add(page->out, STR("..."));
    } else {
        buf_add(page->out, STR("  "));
        write_hit_text(page, hit);
    }
    if (enclosing.len) buf_addf(page->out, "  in " STR_FMT, STR_ARG(enclosing));
    end_line(page);
}

static void write_snippet(Page *page)
{
    Str rest = page->answer->snippet, line;
    uint32_t number = page->answer->snippet_line;
    while (page->lines_left > RESERVED && str_next(&rest, '\n', &line)) {
        if (line.len && line.ptr[line.len - 1] == '\r') line.len--;
        size_t cut = utf8_cut(line, MIN(line.len, (size_t)LINE_MOST));
        buf_addf(page->out, "%7u  ", number++);
        buf_add_shown(page->out, str_sub(line, 0, cut));
        end_line(page);
    }
}

static uint64_t files_in(const SearchAnswer *answer, size_t from, size_t to)
{
    uint64_t files = 0;
    uint32_t last = UINT32_MAX;
    for (size_t i = from; i < to; i++) {
        files += answer->hits[i]->file != last;
        last = answer->hits[i]->file;
    }
    return files;
}

static uint32_t hits_of_file(const SearchAnswer *answer, size_t from, size_t to)
{
    uint32_t count = 0;
    for (size_t i = from; i < to && answer->hits[i]->file == answer->hits[from]->file; i++) count++;
    return count;
}

// Lists hits [from, to) until the page is full; returns how many were written.
static size_t write_hits(Page *page, size_t from, size_t to)
{
    const SearchAnswer *answer = page->answer;
    page->last_file = UINT32_MAX;
    size_t i = from;
    for (; i < to; i++) {
        const SearchHit *hit = answer->hits[i];
        bool new_file = hit->file != page->last_file;
        if (page->lines_left <= RESERVED + new_file) break;
        if (new_file) {
            buf_add(page->out, STR("  "));
            colored(page, "35", answer->files[hit->file].path);
            uint32_t count = hits_of_file(answer, i, to);
            if (count > 1) buf_addf(page->out, " (%u)", count);
            end_line(page);
            page->last_file = hit->file;
        }
        buf_addf(page->out, "%7u  ", hit->line);
        Str enclosing = hit_enclosing(hit);
        if (enclosing.len) buf_addf(page->out, STR_FMT ": ", STR_ARG(enclosing));
        write_hit_text(page, hit);
        end_line(page);
    }
    return i - from;
}

static size_t write_definitions(Page *page, size_t count)
{
    size_t shown = 0;
    for (; shown < count && shown < NAMES_MOST && page->lines_left > RESERVED; shown++) {
        write_definition(page, page->answer->hits[shown]);
        if (shown == 0) write_snippet(page);
    }
    if (shown < count && page->lines_left > RESERVED) {
        buf_addf(page->out, "  ... %zu more definitions", count - shown);
        end_line(page);
    }
    return shown;
}

// A block of one category; returns how many of its hits were written.
static size_t write_block(Page *page, Category category, size_t from, size_t to)
{
    if (page->lines_left <= RESERVED + 2) return 0;
    end_line(page);
    if (category == CATEGORY_DEFINITION) return write_definitions(page, to);
    uint64_t files = files_in(page->answer, from, to);
    colored(page, "1", str_from(category_name(category)));
    buf_addf(page->out, " %zu in %llu file%s", to - from, (unsigned long long)files, plural(files));
    end_line(page);
    return write_hits(page, from, to);
}

static void write_rest(Page *page, size_t left)
{
    const SearchSummary *summary = page->summary;
    if (left) {
        buf_addf(page->out,
                 "\n%zu more hit%s not shown; everything: --limit 0, --format lines or "
                 "--format json\n",
                 left, plural(left));
    }
    if (summary->unclassified && !str_eq(page->args->classify, STR("none")))
        buf_addf(page->out, "%llu hits unclassified for lack of time: --classify all\n",
                 (unsigned long long)summary->unclassified);
    if (summary->interrupted || summary->timed_out)
        buf_addf(page->out, "%s: these are the hits found until then\n",
                 summary->interrupted ? "interrupted" : "time limit reached");
}

static void write_skipped(Page *page)
{
    if (!page->args->skipped) return;
    buf_add(page->out, STR("\nskipped files\n"));
    for (size_t i = 0; i < page->answer->skipped_count; i++)
        buf_addf(page->out, "  " STR_FMT "  %s\n", STR_ARG(page->answer->skipped_files[i].path),
                 skip_name(page->answer->skipped_files[i].reason));
}

static void write_miss(Page *page)
{
    buf_addf(page->out, "no hits for " STR_FMT "\n", STR_ARG(page->summary->query));
    write_how(page);
    const StrList nearest = page->summary->nearest;
    if (!nearest.count) return;
    buf_add(page->out, STR("nearest names: "));
    for (size_t i = 0; i < nearest.count; i++)
        buf_addf(page->out, "%s" STR_FMT, i ? ", " : "", STR_ARG(nearest.items[i]));
    if (page->answer->nearest_partial)
        buf_add(page->out, STR(" (among the files read within the time limit)"));
    buf_byte(page->out, '\n');
}

void search_text(Buf *out, const void *arguments, const Result *result, const TextStyle *style)
{
    const SearchArgs *args = arguments;
    const SearchAnswer *answer = result->data;
    Page page = {.out = out,
                 .args = args,
                 .answer = answer,
                 .summary = result->summary,
                 .color = style->color,
                 .lines_left = args->limit ? MAX(args->limit, LIMIT_LEAST) : INT64_MAX};
    if (!result->found) {
        write_miss(&page);
        write_skipped(&page);
        return;
    }
    write_totals(&page);
    size_t shown = 0, from = 0;
    for (size_t i = 0; i < result->section_count; i++) {
        size_t to = from + result->sections[i].count;
        shown += write_block(&page, (Category)answer->hits[from]->category, from, to);
        from = to;
    }
    write_rest(&page, answer->hit_count - shown);
    write_skipped(&page);
}
