// op/find_text.c - a find's answer for people: one block a file, best first.
//
//   what was asked, how it was understood
//   1  src/net/retry.c  120-160 function schedule_retry
//        the lines that say most; the other places of the file; why, with --explain
//   what was left out
#include "op/find.h"

enum { LINE_MOST = 140, LINES_MOST = 100, RESERVED = 3, TAIL_BYTES = 80 };

typedef struct Page {
    Buf *out;
    const FindArgs *args;
    const FindSummary *summary;
    const FindAnswer *answer;
    bool color;
    int64_t lines_left;
    size_t bytes_most; // SIZE_MAX: no --budget. The last lines have TAIL_BYTES more
    size_t line_start;
    bool full; // a line did not fit: it was taken back, and no other follows
} Page;

// The first line and what was left out are told whatever the budget.
static void end_line(Page *page)
{
    buf_byte(page->out, '\n');
    page->full = page->full || (page->line_start && page->out->len > page->bytes_most);
    if (page->full && page->line_start) page->out->len = page->line_start;
    else page->lines_left--;
    page->line_start = page->out->len;
}

static bool has_room(const Page *page, int64_t lines)
{
    return page->lines_left > RESERVED + lines && !page->full;
}

static void colored(Page *page, const char *code, Str text)
{
    if (page->color) buf_addf(page->out, "\x1b[%sm", code);
    buf_add_shown(page->out, text);
    if (page->color) buf_add(page->out, STR("\x1b[0m"));
}

static void write_list(Page *page, const char *title, StrList list)
{
    if (!list.count) return;
    buf_add(page->out, str_from(title));
    for (size_t i = 0; i < list.count; i++)
        buf_addf(page->out, "%s" STR_FMT, i ? ", " : "", STR_ARG(list.items[i]));
}

static void write_head(Page *page)
{
    const FindSummary *summary = page->summary;
    Str line, rest = summary->query;
    if (str_next(&rest, '\n', &line)) colored(page, "1", line);
    buf_addf(page->out, ": %llu of %llu candidate files (" STR_FMT "), %llu files %s",
             (unsigned long long)summary->shown, (unsigned long long)summary->candidates,
             STR_ARG(summary->kind), (unsigned long long)summary->indexed,
             summary->index.cold ? "parsed" : "indexed");
    for (size_t i = 0; i < summary->skipped.count; i++)
        buf_addf(page->out, "%s" STR_FMT " %llu",
                 i ? ", " : ", skipped: ", STR_ARG(summary->skipped.items[i].name),
                 (unsigned long long)summary->skipped.items[i].count);
    write_list(page, "; nowhere: ", summary->unknown);
    end_line(page);
}

// What the answer is from, when that is not simply the index.
static void write_index(Page *page)
{
    static const char *const builds[] = {"", "; the index is being built",
                                         "; another process is building the index"};
    const FindIndexRow *index = &page->summary->index;
    if (index->cold) {
        buf_addf(page->out, "no index yet: the %llu most promising of %llu files were parsed%s",
                 (unsigned long long)index->parsed, (unsigned long long)index->of_files,
                 builds[page->answer->build]);
        end_line(page);
    }
    if (index->trouble.len) {
        buf_addf(page->out, "index: " STR_FMT, STR_ARG(index->trouble));
        end_line(page);
    }
}

static void write_range(Page *page, const FindPlace *place)
{
    buf_addf(page->out, "%u-%u", place->first_line, place->last_line);
    if (place->name.len)
        buf_addf(page->out, " " STR_FMT " " STR_FMT, STR_ARG(place->kind),
                 STR_ARG(place->qualified));
    else if (place->enclosing.len) buf_addf(page->out, " in " STR_FMT, STR_ARG(place->enclosing));
}

static void write_lines(Page *page, const FindPlace *place)
{
    for (size_t i = 0; i < place->line_count && has_room(page, 0); i++) {
        Str text = place->lines[i].text;
        size_t lead = 0;
        while (lead < text.len && (text.ptr[lead] == ' ' || text.ptr[lead] == '\t')) lead++;
        text = str_sub(text, lead, text.len);
        size_t cut = utf8_cut(text, MIN(text.len, (size_t)LINE_MOST));
        buf_addf(page->out, "%8u  ", place->lines[i].number);
        buf_add_shown(page->out, str_sub(text, 0, cut));
        if (cut < text.len) buf_add(page->out, STR("..."));
        end_line(page);
    }
}

static void write_other_places(Page *page, const FindFile *file)
{
    if (file->place_count < 2 || !has_room(page, 0)) return;
    buf_add(page->out, STR("          also "));
    for (size_t i = 1; i < file->place_count; i++) {
        if (i > 1) buf_add(page->out, STR(", "));
        write_range(page, &file->places[i]);
    }
    end_line(page);
}

static void write_siblings(Page *page, const FindFile *file)
{
    if (!file->sibling_count || !has_room(page, 0)) return;
    buf_add(page->out, STR("          copies "));
    for (size_t i = 0; i < file->sibling_count; i++)
        buf_addf(page->out, "%s" STR_FMT, i ? ", " : "", STR_ARG(file->siblings[i]));
    if (file->more_siblings) buf_addf(page->out, " and %zu more", file->more_siblings);
    end_line(page);
}

static void write_fused(Page *page, const FindFile *file)
{
    if (page->answer->channels.fusion != FUSE_RRF) return;
    buf_addf(page->out, "          score %.5f =", file->score);
    for (int i = 0; i < CHANNELS; i++)
        if (file->explanation.fused[i] > 0)
            buf_addf(page->out, "%s %s %.5f", i ? " +" : "", rank_channel_name((RankChannel)i),
                     file->explanation.fused[i]);
    end_line(page);
}

static void write_explanation(Page *page, const FindFile *file)
{
    const Explanation *of = &file->explanation;
    if (!of->part_count || !has_room(page, 1)) return;
    write_fused(page, file);
    bool fused = page->answer->channels.fusion == FUSE_RRF;
    buf_add(page->out, fused ? STR("          lexical:") : STR("          score"));
    if (!fused) buf_addf(page->out, " %.3f =", file->score);
    for (size_t i = 0; i < of->part_count; i++)
        buf_addf(page->out, " %s%s %.3f",
                 of->parts[i].part < 0 ? "- "
                 : i                   ? "+ "
                                       : "",
                 feature_specs[of->parts[i].feature].name,
                 of->parts[i].part < 0 ? -of->parts[i].part : of->parts[i].part);
    end_line(page);
    buf_add(page->out, STR("          body:"));
    for (size_t i = 0; i < of->term_count; i++)
        if (of->terms[i].part > 0)
            buf_addf(page->out, " " STR_FMT " %.3f", STR_ARG(of->terms[i].text), of->terms[i].part);
    end_line(page);
}

// False when the budget has no room for it.
static bool write_file(Page *page, size_t rank, const FindFile *file)
{
    buf_addf(page->out, "%-3zu ", rank);
    colored(page, "35", file->path);
    if (file->place_count) {
        buf_byte(page->out, ':');
        write_range(page, &file->places[0]);
    }
    end_line(page);
    if (page->full) return false;
    if (file->place_count) write_lines(page, &file->places[0]);
    write_other_places(page, file);
    write_siblings(page, file);
    write_explanation(page, file);
    return true;
}

static void write_limits(Page *page)
{
    for (int i = 0; i < CHANNELS; i++) {
        const ChannelReport *channel = &page->answer->channels.of[i];
        if (channel->state != CHANNEL_PARTLY && channel->state != CHANNEL_MISSING) continue;
        buf_addf(page->out, "%s channel: " STR_FMT "\n", rank_channel_name((RankChannel)i),
                 STR_ARG(channel->why));
    }
}

static void write_rest(Page *page, size_t shown)
{
    const FindSummary *summary = page->summary;
    if (shown < summary->shown)
        buf_addf(page->out, "%zu more files found, not shown: raise --budget, or --format json\n",
                 (size_t)summary->shown - shown);
    else if (page->answer->more)
        buf_addf(page->out, "%zu more candidates: --limit\n", page->answer->more);
    write_limits(page);
    if (summary->stale)
        buf_add(page->out, STR("--stale-ok: files may have changed since they were indexed\n"));
    if (summary->truncated)
        buf_addf(page->out, "%s: not all files were looked at\n",
                 summary->interrupted ? "interrupted" : "time limit reached");
}

void find_text(Buf *out, const void *arguments, const Result *result, const TextStyle *style)
{
    const FindArgs *args = arguments;
    const FindData *data = result->data;
    Page page = {.out = out,
                 .args = args,
                 .summary = result->summary,
                 .answer = data->answer,
                 .color = style->color,
                 .lines_left = LINES_MOST,
                 .bytes_most = SIZE_MAX};
    size_t budget = style->budget_bytes;
    if (budget) page.bytes_most = out->len + MAX(budget, (size_t)TAIL_BYTES) - TAIL_BYTES;
    size_t shown = 0;
    write_head(&page);
    write_index(&page);
    while (shown < data->answer->file_count && has_room(&page, 1))
        if (write_file(&page, shown + 1, &data->answer->files[shown])) shown++;
    write_rest(&page, shown);
}
