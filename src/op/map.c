// op/map.c - "map": the definitions that most of the code leans on.
#include "base/vec.h"
#include "op/code_rows.h"
#include "op/draw.h"
#include "op/langs.h"
#include "op/page.h"
#include "service/code_map.h"

enum { SOURCE_MOST = 110, LINKS_DRAWN = 200, FILES_DRAWN = 40, TOKENS = 2000, TOKEN_BYTES = 4 };

typedef struct MapArgs {
    StrList in, lang, include, exclude;
    int64_t limit;
    bool all, stale_ok;
    Str index_dir;
} MapArgs;

static const Field args[] = {
    FIELD(MapArgs, limit, INT, "most definitions of the answer; 0: all of them", .letter = 'n',
          .least = 0, .most = 1000000000, .fallback = "1000"),
    FIELD(MapArgs, in, PATHS, "list only definitions in this file or folder; may be repeated"),
    FIELD(MapArgs, include, STRS, "list only files that match; may be repeated",
          .value_name = "GLOB"),
    FIELD(MapArgs, exclude, STRS, "list no files that match; may be repeated",
          .value_name = "GLOB"),
    FIELD(MapArgs, lang, STRS, "list only files of this language; may be repeated", .letter = 'l',
          .values = lang_values, .value_name = "LANGUAGE"),
    FIELD(MapArgs, all, BOOL, "list tests, documentation, generated and vendored files, too"),
    FIELD(MapArgs, stale_ok, BOOL,
          "answer from the index as it was published, without a look at the files"),
    FIELD(MapArgs, index_dir, PATH, "where indexes are kept, instead of index.directory",
          .value_name = "FOLDER"),
    {0},
};

typedef struct MapFileRow {
    Str path;
    double rank;
    uint64_t shown, definitions;
} MapFileRow;

static const Field file_fields[] = {
    FIELD(MapFileRow, path, PATH, "relative to the root"),
    FIELD(MapFileRow, rank, REAL, "the scores of what is listed of it, together"),
    FIELD(MapFileRow, shown, SIZE, "definitions in this answer"),
    FIELD(MapFileRow, definitions, SIZE, "that could be listed"),
    {0},
};

typedef struct MapLinkRow {
    Str from, to;
    double weight;
} MapLinkRow;

static const Field link_fields[] = {
    FIELD(MapLinkRow, from, PATH, "the file that uses the other"),
    FIELD(MapLinkRow, to, PATH, "the file that is used"),
    FIELD(MapLinkRow, weight, REAL, "of these uses"),
    {0},
};

typedef struct MapSummary {
    uint64_t shown, candidates, candidate_files;
    Str ranked_by;
    RecordList files, links;
    StrList notes;
    IndexRow index;
    bool truncated, timed_out, interrupted;
} MapSummary;

static const Field result[] = {
    FIELD(MapSummary, shown, SIZE, "definitions in this answer"),
    FIELD(MapSummary, candidates, SIZE, "definitions that could be listed"),
    FIELD(MapSummary, candidate_files, SIZE, "files that have them"),
    FIELD(MapSummary, ranked_by, STR,
          "edges: resolved uses; names: there are too many files, and "
          "no edges are stored"),
    FIELD(MapSummary, files, RECORDS, "highest rank first", .sub = file_fields,
          .sub_size = sizeof(MapFileRow)),
    FIELD(MapSummary, links, RECORDS, "uses between these files, heaviest first",
          .sub = link_fields, .sub_size = sizeof(MapLinkRow)),
    FIELD(MapSummary, notes, STRS, "what the answer cannot tell"),
    FIELD(MapSummary, index, RECORD, "what the answer is from", .sub = index_row_fields),
    FIELD(MapSummary, truncated, BOOL, "definitions are missing from this answer: --limit"),
    FIELD(MapSummary, timed_out, BOOL, "--timeout ended it early"),
    FIELD(MapSummary, interrupted, BOOL, "a signal ended it early"),
    {0},
};

typedef struct MapData { // Result.data
    const MapAnswer *answer;
    const Finding *findings;
} MapData;

static void make_finding(const Result *of, size_t index, Finding *out)
{
    const MapData *data = of->data;
    *out = data->findings[index];
}

static const MapData *make_data(Arena *arena, const MapAnswer *answer)
{
    Finding *findings = ARENA_ARRAY(arena, Finding, answer->def_count);
    MapData *data = ARENA_NEW(arena, MapData);
    for (size_t i = 0; i < answer->def_count; i++) {
        const MapDef *def = &answer->defs[i];
        Json *details = json_new_object(arena);
        json_set(arena, details, STR("score"), json_new_real(arena, def->score));
        json_set(arena, details, STR("used_by_files"), json_new_int(arena, (int64_t)def->users));
        findings[i] = subject_finding(arena, &def->subject, details);
        findings[i].depth = def->depth;
    }
    *data = (MapData){answer, findings};
    return data;
}

static const MapSummary *summarise(Arena *arena, const MapAnswer *answer)
{
    MapFileRow *files = ARENA_ARRAY(arena, MapFileRow, answer->file_count);
    MapLinkRow *links = ARENA_ARRAY(arena, MapLinkRow, answer->link_count);
    MapSummary *summary = ARENA_NEW(arena, MapSummary);
    for (size_t i = 0; i < answer->file_count; i++) {
        const MapFile *file = &answer->files[i];
        files[i] = (MapFileRow){file->path, file->rank, file->shown, file->definitions};
    }
    for (size_t i = 0; i < answer->link_count; i++) {
        const MapLink *link = &answer->links[i];
        links[i] = (MapLinkRow){answer->files[link->from].path, answer->files[link->to].path,
                                link->weight};
    }
    *summary = (MapSummary){.shown = answer->def_count,
                            .candidates = answer->candidates,
                            .candidate_files = answer->candidate_files,
                            .ranked_by = answer->by_names ? STR("names") : STR("edges"),
                            .files = {files, answer->file_count},
                            .links = {links, answer->link_count},
                            .notes = {answer->notes, answer->note_count},
                            .index = index_row(&answer->state),
                            .truncated = answer->def_count < answer->candidates,
                            .timed_out = answer->state.timed_out,
                            .interrupted = answer->state.interrupted};
    return summary;
}

// One section a file, in the order of ranks.
static void take_sections(Arena *arena, const MapAnswer *answer, Result *out)
{
    Section *sections = ARENA_ARRAY(arena, Section, answer->file_count);
    for (size_t i = 0; i < answer->file_count; i++) {
        const MapFile *file = &answer->files[i];
        uint32_t *indexes = ARENA_ARRAY(arena, uint32_t, file->shown);
        for (uint32_t k = 0; k < file->shown; k++) indexes[k] = file->first + k;
        sections[i] = (Section){file->path, indexes, file->shown};
    }
    out->sections = sections;
    out->section_count = answer->file_count;
}

static Fail run(Ctx *cx, const Env *env, const void *arguments, Result *out)
{
    const MapArgs *from = arguments;
    MapQuery query = {.options = {from->stale_ok, from->index_dir},
                      .filter = {.in = from->in.items,
                                 .in_count = from->in.count,
                                 .include = from->include.items,
                                 .include_count = from->include.count,
                                 .exclude = from->exclude.items,
                                 .exclude_count = from->exclude.count,
                                 .lang_count = from->lang.count},
                      .roles = from->all,
                      .limit = (size_t)from->limit,
                      .line_most = SOURCE_MOST};
    MapAnswer *answer = ARENA_NEW(cx->arena, MapAnswer);
    TRY(langs_read(cx->arena, from->lang, &query.filter.langs));
    TRY(code_map_run(cx, env, &query, answer));
    *out = code_result(cx->arena, &answer->state, summarise(cx->arena, answer),
                       answer->def_count > 0, "raise --timeout");
    out->finding_count = answer->def_count;
    out->make_finding = make_finding;
    out->data = make_data(cx->arena, answer);
    take_sections(cx->arena, answer, out);
    return NULL;
}

// What fits into `room` bytes; returns how much that is.
static size_t write_file(Page *page, const MapAnswer *answer, const MapFile *file, size_t room)
{
    size_t shown = 0;
    for (uint32_t i = 0; i < file->shown; i++) {
        const MapDef *def = &answer->defs[file->first + i];
        if (def->need > room) continue;
        if (!shown++) {
            page_color(page, "35", file->path);
            page_end_line(page);
        }
        page_addf(page, "%6u  ", def->subject.name_place.line);
        buf_repeat(page->out, ' ', (size_t)def->depth * 2);
        page_source(page, code_map_line(page->out->arena, &def->subject, SOURCE_MOST + 1),
                    SOURCE_MOST);
        page_end_line(page);
    }
    return shown;
}

// Without a budget a map is a page at most.
static size_t page_room(const MapAnswer *answer, size_t room)
{
    enum { NOTES = 5 };
    size_t lines = SIZE_MAX;
    while (lines > PAGE_LINES - NOTES) {
        if (lines != SIZE_MAX) room -= room / 32 + 1;
        lines = 0;
        for (size_t i = 0; i < answer->file_count; i++) {
            const MapFile *file = &answer->files[i];
            size_t before = lines;
            for (uint32_t k = 0; k < file->shown; k++)
                lines += answer->defs[file->first + k].need <= room;
            lines += lines > before; // the file's own
        }
    }
    return room;
}

static void text(Buf *out, const void *arguments, const Result *of, const TextStyle *style)
{
    (void)arguments;
    const MapData *data = of->data;
    const MapAnswer *answer = data->answer;
    size_t budget = style->budget_bytes ? style->budget_bytes : TOKENS * TOKEN_BYTES;
    size_t room = budget - MIN(budget / 2, (size_t)PAGE_TAIL_BYTES), shown = 0, files = 0;
    if (!style->budget_bytes) room = page_room(answer, room);
    TextStyle unlimited = {.color = style->color};
    Page page = page_begin(out, &unlimited, INT64_MAX);
    for (size_t i = 0; i < answer->file_count; i++) {
        size_t count = write_file(&page, answer, &answer->files[i], room);
        shown += count;
        files += count > 0;
    }
    if (!of->found) buf_add(out, STR("no definitions to list\n"));
    else if (shown < answer->candidates)
        buf_addf(out, "%zu of %llu definitions in %zu of %llu files; more: --budget %zu\n", shown,
                 (unsigned long long)answer->candidates, files,
                 (unsigned long long)answer->candidate_files, budget / TOKEN_BYTES * 2);
    if (answer->by_names)
        buf_add(out, STR("note: ranked by names: no edges are stored, and there are many files\n"));
    for (size_t i = 0; i < answer->note_count; i++)
        buf_addf(out, "note: " STR_FMT "\n", STR_ARG(answer->notes[i]));
}

static void draw(Buf *out, const void *arguments, const Result *of, GraphFormat how)
{
    (void)arguments;
    const MapData *data = of->data;
    const MapAnswer *answer = data->answer;
    draw_begin(out, how, "map");
    size_t files = MIN(answer->file_count, (size_t)FILES_DRAWN);
    for (size_t i = 0; i < files; i++)
        draw_node(out, how, i, answer->files[i].path,
                  str_format(out->arena, "%.2f", answer->files[i].rank));
    for (size_t i = 0, drawn = 0; i < answer->link_count && drawn < LINKS_DRAWN; i++) {
        const MapLink *link = &answer->links[i];
        if (link->from >= files || link->to >= files) continue;
        drawn++;
        draw_edge(out, how, link->from, link->to, str_format(out->arena, "%.1f", link->weight),
                  false);
    }
    draw_end(out, how);
}

static const OpCell cell = {.version = 1, .files = "in"}; // all files: each rank depends on all

static const OpExample examples[] = {
    {"cq map", "what to read first: the definitions that most of the code leans on"},
    {"cq map --budget 500 --in pkg", "a small map of one folder"},
    {"cq map --format dot", "the files of the map, and who uses whom"},
    {0},
};

const OpSpec op_map = {
    .name = "map",
    .summary = "A ranked map of the repository: what most of the code leans on",
    .details =
        "Functions, types, macros and constants are ranked by who uses them: uses between files "
        "are "
        "resolved (see `cq calls`), files are weighted as PageRank does, and each file's weight is "
        "shared out among what it uses. The best ones that fit into --budget (2000 tokens and 100 "
        "lines without it) are listed by file, with signatures, methods below their types; the "
        "files that matter "
        "most "
        "come first. --limit is for JSON: definitions there have scores. All "
        "files count for the ranking, tests with a quarter; what is listed can be chosen.\n"
        "Exit status: 0 when there are definitions, 1 when there are none, 2 and above on a "
        "problem.",
    .examples = examples,
    .args = args,
    .args_size = sizeof(MapArgs),
    .result = result,
    .result_size = sizeof(MapSummary),
    .cell = &cell,
    .keeps_budget = true,
    .resident = true,
    .run = run,
    .text = text,
    .draw = draw,
};
