// op/search.c - "search": every place where a pattern stands, classified and ranked.
#include "op/search.h"

#include "base/vec.h"
#include "op/langs.h"

static const char *const classify_choices[] = {"auto", "all", "shown", "none", NULL};

static const Field args[] = {
    {.name = "pattern",
     .type = FIELD_STR,
     .flags = FIELD_REQUIRED | FIELD_POSITIONAL,
     .offset = OFFSET(SearchArgs, pattern),
     .help = "name, literal text or regular expression (PCRE2), told apart by its shape"},
    {.name = "paths",
     .type = FIELD_PATHS,
     .flags = FIELD_POSITIONAL,
     .offset = OFFSET(SearchArgs, paths),
     .help = "files or folders to search; the same as --in"},
    {.name = "word",
     .type = FIELD_BOOL,
     .offset = OFFSET(SearchArgs, word),
     .letter = 'w',
     .help = "whole words only"},
    {.name = "literal",
     .type = FIELD_BOOL,
     .offset = OFFSET(SearchArgs, literal),
     .letter = 'F',
     .help = "take the pattern as plain text"},
    {.name = "regex",
     .type = FIELD_BOOL,
     .offset = OFFSET(SearchArgs, regex),
     .letter = 'E',
     .help = "take the pattern as a regular expression"},
    {.name = "ignore_case",
     .type = FIELD_BOOL,
     .offset = OFFSET(SearchArgs, ignore_case),
     .letter = 'i',
     .help = "ignore case; the default when the pattern has no upper-case letter"},
    {.name = "case_sensitive",
     .type = FIELD_BOOL,
     .offset = OFFSET(SearchArgs, case_sensitive),
     .letter = 's',
     .help = "keep case, whatever the pattern looks like"},
    {.name = "in",
     .type = FIELD_PATHS,
     .offset = OFFSET(SearchArgs, in),
     .help = "search only this file or folder; may be repeated"},
    {.name = "lang",
     .type = FIELD_STRS,
     .offset = OFFSET(SearchArgs, lang),
     .letter = 'l',
     .values = lang_values,
     .value_name = "LANGUAGE",
     .help = "search only files of this language; may be repeated"},
    {.name = "glob",
     .type = FIELD_STRS,
     .offset = OFFSET(SearchArgs, glob),
     .letter = 'g',
     .value_name = "GLOB",
     .help = "search only files that match, in gitignore's dialect; '!' leaves them out"},
    {.name = "hidden",
     .type = FIELD_BOOL,
     .offset = OFFSET(SearchArgs, hidden),
     .letter = '.',
     .help = "outside git: also files whose names begin with a dot"},
    {.name = "no_ignore",
     .type = FIELD_BOOL,
     .offset = OFFSET(SearchArgs, no_ignore),
     .help = "also files that ignore files exclude"},
    {.name = "max_filesize",
     .type = FIELD_SIZE,
     .offset = OFFSET(SearchArgs, max_filesize),
     .fallback = "1M",
     .help = "skip larger files; 0 for no limit"},
    {.name = "classify",
     .type = FIELD_STR,
     .offset = OFFSET(SearchArgs, classify),
     .choices = classify_choices,
     .fallback = "auto",
     .help = "which hits get a category: auto (what is shown, the rest while time lasts), all, "
             "shown, none"},
    {.name = "classify_ms",
     .type = FIELD_INT,
     .offset = OFFSET(SearchArgs, classify_ms),
     .least = 0,
     .most = 600000,
     .fallback = "150",
     .value_name = "MS",
     .help = "how long auto classifies hits that are not shown"},
    {.name = "limit",
     .type = FIELD_INT,
     .offset = OFFSET(SearchArgs, limit),
     .letter = 'n',
     .least = 0,
     .most = 1000000000,
     .fallback = "100",
     .value_name = "LINES",
     .help = "most lines of the answer for people, 8 at least; 0 shows everything"},
    {.name = "count",
     .type = FIELD_BOOL,
     .offset = OFFSET(SearchArgs, count),
     .letter = 'c',
     .help = "print only the number of hits; with --files, per file"},
    {.name = "files",
     .type = FIELD_BOOL,
     .offset = OFFSET(SearchArgs, files),
     .help = "print only the files with hits"},
    {.name = "skipped",
     .type = FIELD_BOOL,
     .offset = OFFSET(SearchArgs, skipped),
     .help = "name the files that were not searched, and why"},
    {.name = "isolate",
     .type = FIELD_BOOL,
     .offset = OFFSET(SearchArgs, isolate),
     .help = "parse in separate processes, so that a crash costs one file"},
    {0},
};

static const Field skipped_fields[] = {
    {.name = "path",
     .type = FIELD_STR,
     .flags = FIELD_REQUIRED,
     .offset = OFFSET(SkippedRow, path),
     .help = "relative to the root"},
    {.name = "reason",
     .type = FIELD_STR,
     .flags = FIELD_REQUIRED,
     .offset = OFFSET(SkippedRow, reason),
     .help = "a key of `skipped`"},
    {0},
};

static const Field file_fields[] = {
    {.name = "path",
     .type = FIELD_STR,
     .flags = FIELD_REQUIRED,
     .offset = OFFSET(FileRow, path),
     .help = "relative to the root"},
    {.name = "hits",
     .type = FIELD_SIZE,
     .flags = FIELD_REQUIRED,
     .offset = OFFSET(FileRow, hits),
     .help = "how many"},
    {.name = "language",
     .type = FIELD_STR,
     .flags = FIELD_REQUIRED,
     .offset = OFFSET(FileRow, language),
     .help = "\"text\" when it is none that cq knows"},
    {.name = "role",
     .type = FIELD_STR,
     .flags = FIELD_REQUIRED,
     .offset = OFFSET(FileRow, role),
     .help = "source, test, docs, generated or vendored"},
    {.name = "partial",
     .type = FIELD_BOOL,
     .flags = FIELD_OPTIONAL_OUT,
     .offset = OFFSET(FileRow, partial),
     .help = "classified in spite of syntax errors"},
    {0},
};

static const Field result[] = {
    {.name = "query",
     .type = FIELD_STR,
     .flags = FIELD_REQUIRED,
     .offset = OFFSET(SearchSummary, query),
     .help = "the pattern as given"},
    {.name = "mode",
     .type = FIELD_STR,
     .flags = FIELD_REQUIRED,
     .offset = OFFSET(SearchSummary, mode),
     .help = "identifier, literal or regex, as decided"},
    {.name = "word",
     .type = FIELD_BOOL,
     .flags = FIELD_REQUIRED,
     .offset = OFFSET(SearchSummary, word),
     .help = "whole words only"},
    {.name = "case_sensitive",
     .type = FIELD_BOOL,
     .flags = FIELD_REQUIRED,
     .offset = OFFSET(SearchSummary, case_sensitive),
     .help = "as decided"},
    {.name = "fallback",
     .type = FIELD_STR,
     .flags = FIELD_OPTIONAL_OUT,
     .offset = OFFSET(SearchSummary, fallback),
     .help = "why the mode is not what the shape says"},
    {.name = "universe",
     .type = FIELD_STR,
     .flags = FIELD_REQUIRED,
     .offset = OFFSET(SearchSummary, universe),
     .help = "where the list of files is from: git-index, git-command or walk"},
    {.name = "scanned",
     .type = FIELD_SIZE,
     .flags = FIELD_REQUIRED,
     .offset = OFFSET(SearchSummary, scanned),
     .help = "files searched to their end"},
    {.name = "ruled_out",
     .type = FIELD_SIZE,
     .flags = FIELD_OPTIONAL_OUT,
     .offset = OFFSET(SearchSummary, ruled_out),
     .help = "files of these that the index tells cannot match, and that were not read"},
    {.name = "scanned_bytes",
     .type = FIELD_SIZE,
     .flags = FIELD_REQUIRED,
     .offset = OFFSET(SearchSummary, scanned_bytes),
     .help = "their size"},
    {.name = "skipped",
     .type = FIELD_COUNTS,
     .flags = FIELD_REQUIRED,
     .offset = OFFSET(SearchSummary, skipped),
     .help = "files not searched, by reason"},
    {.name = "skipped_files",
     .type = FIELD_RECORDS,
     .flags = FIELD_OPTIONAL_OUT,
     .offset = OFFSET(SearchSummary, skipped_files),
     .sub = skipped_fields,
     .sub_size = sizeof(SkippedRow),
     .help = "their names, when --skipped asks for them"},
    {.name = "matched_files",
     .type = FIELD_SIZE,
     .flags = FIELD_REQUIRED,
     .offset = OFFSET(SearchSummary, matched_files),
     .help = "files with hits"},
    {.name = "matched_lines",
     .type = FIELD_SIZE,
     .flags = FIELD_REQUIRED,
     .offset = OFFSET(SearchSummary, matched_lines),
     .help = "lines with hits"},
    {.name = "hits",
     .type = FIELD_SIZE,
     .flags = FIELD_REQUIRED,
     .offset = OFFSET(SearchSummary, hits),
     .help = "all of them, exactly"},
    {.name = "hits_by_category",
     .type = FIELD_COUNTS,
     .flags = FIELD_REQUIRED,
     .offset = OFFSET(SearchSummary, hits_by_category),
     .help = "sums up to `hits`"},
    {.name = "files",
     .type = FIELD_RECORDS,
     .flags = FIELD_REQUIRED,
     .offset = OFFSET(SearchSummary, files),
     .sub = file_fields,
     .sub_size = sizeof(FileRow),
     .help = "files with hits, by path"},
    {.name = "unclassified",
     .type = FIELD_SIZE,
     .flags = FIELD_REQUIRED,
     .offset = OFFSET(SearchSummary, unclassified),
     .help = "hits whose category was not decided"},
    {.name = "partial_files",
     .type = FIELD_SIZE,
     .flags = FIELD_REQUIRED,
     .offset = OFFSET(SearchSummary, partial_files),
     .help = "files with syntax errors among those classified"},
    {.name = "truncated",
     .type = FIELD_BOOL,
     .flags = FIELD_REQUIRED,
     .offset = OFFSET(SearchSummary, truncated),
     .help = "hits are missing from this answer"},
    {.name = "timed_out",
     .type = FIELD_BOOL,
     .flags = FIELD_REQUIRED,
     .offset = OFFSET(SearchSummary, timed_out),
     .help = "--timeout ended the search early"},
    {.name = "interrupted",
     .type = FIELD_BOOL,
     .flags = FIELD_REQUIRED,
     .offset = OFFSET(SearchSummary, interrupted),
     .help = "a signal ended the search early"},
    {.name = "nearest",
     .type = FIELD_STRS,
     .flags = FIELD_OPTIONAL_OUT,
     .offset = OFFSET(SearchSummary, nearest),
     .help = "on a miss: names that look alike"},
    {0},
};

static Fail read_langs(Ctx *cx, const SearchArgs *from, Selection *selection)
{
    LangId *langs = ARENA_ARRAY(cx->arena, LangId, from->lang.count);
    for (size_t i = 0; i < from->lang.count; i++)
        TRY(lang_from_arg(cx->arena, from->lang.items[i], &langs[i]));
    selection->langs = langs;
    selection->lang_count = from->lang.count;
    return NULL;
}

static Fail read_pattern(Ctx *cx, const SearchArgs *from, PatternSpec *spec)
{
    if (from->literal && from->regex)
        return FAIL(cx->arena, BAD_REQUEST, "--literal and --regex exclude each other");
    if (from->ignore_case && from->case_sensitive)
        return FAIL(cx->arena, BAD_REQUEST,
                    "--ignore-case and --case-sensitive exclude each other");
    *spec = (PatternSpec){.text = from->pattern, .word = from->word};
    if (from->literal || (from->word && !from->regex)) spec->mode = PATTERN_LITERAL;
    if (from->regex) spec->mode = PATTERN_REGEX;
    if (from->ignore_case) spec->case_mode = CASE_IGNORE;
    if (from->case_sensitive) spec->case_mode = CASE_EXACT;
    return NULL;
}

static ClassifyMode read_classify(Str name)
{
    static const ClassifyMode modes[] = {CLASSIFY_AUTO, CLASSIFY_ALL, CLASSIFY_SHOWN,
                                         CLASSIFY_NONE};
    for (size_t i = 0; i < ARRAY_LEN(modes); i++)
        if (str_eq(name, str_from(classify_choices[i]))) return modes[i];
    return CLASSIFY_AUTO;
}

static void select_files(Arena *arena, const void *arguments, Selection *out)
{
    const SearchArgs *from = arguments;
    Str *in = ARENA_ARRAY(arena, Str, from->in.count + from->paths.count);
    for (size_t i = 0; i < from->in.count; i++) in[out->in_count++] = from->in.items[i];
    for (size_t i = 0; i < from->paths.count; i++) in[out->in_count++] = from->paths.items[i];
    out->in = in;
    out->hidden = from->hidden;
    out->no_ignore = from->no_ignore;
}

static Fail read_args(Ctx *cx, const SearchArgs *from, SearchQuery *query)
{
    TRY(read_pattern(cx, from, &query->pattern));
    Selection *selection = &query->selection;
    TRY(read_langs(cx, from, selection));
    select_files(cx->arena, from, selection);
    selection->globs = from->glob.items;
    selection->glob_count = from->glob.count;
    query->max_file_bytes = from->max_filesize;
    query->classify = read_classify(from->classify);
    query->classify_ms = from->classify_ms;
    query->shown = from->limit ? (size_t)from->limit : SIZE_MAX;
    query->counts_only = from->count || from->files;
    return NULL;
}

static void make_finding(const Result *of, size_t index, Finding *out)
{
    const SearchAnswer *answer = of->data;
    const SearchHit *hit = answer->hits[index];
    const SearchDef *def = hit_def(hit);
    *out = (Finding){.path = answer->files[hit->file].path,
                     .line = hit->line,
                     .col = hit->col,
                     .end_line = hit->line,
                     .end_col = hit->col + hit->len,
                     .category = str_from(category_name((Category)hit->category)),
                     .text = {hit->text, hit->text_len},
                     .enclosing = hit_enclosing(hit)};
    if (!def) return;
    out->kind = def->kind;
    out->name = def->name;
    out->qualified = def->qualified;
    out->signature = def->signature;
    out->depth = def->depth;
    out->stable_id = def->stable_id;
}

static CountList count_skips(Arena *arena, const SearchAnswer *answer)
{
    VEC(Count) counts = {0};
    for (size_t i = 0; i < SKIP_REASONS; i++) {
        Count count = {str_from(skip_name((SkipReason)i)), answer->skipped[i]};
        if (count.count) VEC_PUSH(arena, &counts, count);
    }
    return (CountList){counts.items, counts.len};
}

static CountList count_categories(Arena *arena, const SearchAnswer *answer)
{
    VEC(Count) counts = {0};
    for (size_t i = 0; i < CATEGORIES; i++) {
        Count count = {str_from(category_name((Category)i)), answer->by_category[i]};
        if (count.count) VEC_PUSH(arena, &counts, count);
    }
    return (CountList){counts.items, counts.len};
}

static RecordList list_files(Arena *arena, const SearchAnswer *answer)
{
    FileRow *rows = ARENA_ARRAY(arena, FileRow, answer->file_count);
    for (size_t i = 0; i < answer->file_count; i++) {
        const SearchFile *file = &answer->files[i];
        rows[i] = (FileRow){file->path, str_from(lang_name(file->lang)),
                            str_from(role_name(file->role)), file->count, file->partial};
    }
    return (RecordList){rows, answer->file_count};
}

static RecordList list_skipped(Arena *arena, const SearchAnswer *answer)
{
    SkippedRow *rows = ARENA_ARRAY(arena, SkippedRow, answer->skipped_count);
    for (size_t i = 0; i < answer->skipped_count; i++)
        rows[i] = (SkippedRow){answer->skipped_files[i].path,
                               str_from(skip_name(answer->skipped_files[i].reason))};
    return (RecordList){rows, answer->skipped_count};
}

static uint64_t total_hits(const SearchAnswer *answer)
{
    uint64_t total = 0;
    for (size_t i = 0; i < answer->file_count; i++) total += answer->files[i].count;
    return total;
}

static SearchSummary *summarise(Arena *arena, const SearchArgs *from, const SearchAnswer *answer)
{
    SearchSummary *summary = ARENA_NEW(arena, SearchSummary);
    *summary = (SearchSummary){
        .query = from->pattern,
        .mode = str_from(pattern_mode_name(answer->mode)),
        .word = answer->word,
        .case_sensitive = !answer->ignore_case,
        .fallback = answer->fallback,
        .universe = answer->universe_source,
        .scanned = answer->scanned_files,
        .scanned_bytes = answer->scanned_bytes,
        .ruled_out = answer->ruled_out_files,
        .skipped = count_skips(arena, answer),
        .matched_files = answer->file_count,
        .matched_lines = answer->matched_lines,
        .hits = total_hits(answer),
        .hits_by_category = count_categories(arena, answer),
        .files = list_files(arena, answer),
        .unclassified = answer->by_category[CATEGORY_UNCLASSIFIED],
        .partial_files = answer->partial_files,
        .truncated = answer->timed_out || answer->interrupted,
        .timed_out = answer->timed_out,
        .interrupted = answer->interrupted,
        .nearest = {answer->nearest, answer->nearest_count},
    };
    if (from->skipped) summary->skipped_files = list_skipped(arena, answer);
    return summary;
}

// One section a category; hits are ranked, so each is a run.
static void make_sections(Arena *arena, const SearchAnswer *answer, Result *out)
{
    VEC(Section) sections = {0};
    for (uint32_t i = 0; i < answer->hit_count;) {
        uint8_t category = answer->hits[i]->category;
        uint32_t end = i;
        while (end < answer->hit_count && answer->hits[end]->category == category) end++;
        uint32_t *indexes = ARENA_ARRAY(arena, uint32_t, end - i);
        for (uint32_t j = i; j < end; j++) indexes[j - i] = j;
        Section section = {str_from(category_name((Category)category)), indexes, end - i};
        VEC_PUSH(arena, &sections, section);
        i = end;
    }
    out->sections = sections.items;
    out->section_count = sections.len;
}

static Fail limits_reached(Ctx *cx, const SearchAnswer *answer)
{
    if (answer->timed_out)
        return FAIL(cx->arena, CANCELLED,
                    "the time limit ended the search after %llu files; raise --timeout or narrow "
                    "it with --in",
                    (unsigned long long)answer->scanned_files);
    for (size_t i = 0; i < answer->skipped_count; i++) {
        const SkippedFile *file = &answer->skipped_files[i];
        if (file->reason != SKIP_TOO_COSTLY) continue;
        Fail fail = FAIL(cx->arena, TOO_COSTLY,
                         "matching took too many steps in %zu of the files (first: " STR_FMT
                         "); the others were searched; simplify nested repeats such as (a+)+",
                         answer->costly_files, STR_ARG(file->path));
        return problem_with_int(cx->arena, fail, "files", (int64_t)answer->costly_files);
    }
    return NULL;
}

// What kept the answer from being whole; the files whose parse was given up one by one.
static void take_problems(Ctx *cx, const SearchAnswer *answer, Result *out)
{
    VEC(Fail) problems = {0};
    Fail limit = limits_reached(cx, answer);
    if (limit) VEC_PUSH(cx->arena, &problems, limit);
    for (size_t i = 0; i < answer->file_count; i++)
        if (answer->files[i].fail) VEC_PUSH(cx->arena, &problems, answer->files[i].fail);
    if (!problems.len) return;
    out->problem = problems.items[0];
    out->more_problems = problems.items + 1;
    out->more_count = problems.len - 1;
}

static Fail run(Ctx *cx, const Env *env, const void *arguments, Result *out)
{
    const SearchArgs *from = arguments;
    SearchQuery query = {0};
    TRY(read_args(cx, from, &query));
    query.isolate = op_isolates(env, from->isolate);
    SearchAnswer *answer = ARENA_NEW(cx->arena, SearchAnswer);
    TRY(search_run(cx, env, &query, answer));
    *out = (Result){.root = answer->root,
                    .summary = summarise(cx->arena, from, answer),
                    .finding_count = answer->hit_count,
                    .make_finding = make_finding,
                    .data = answer,
                    .found = answer->file_count > 0,
                    .interrupted = answer->interrupted};
    take_problems(cx, answer, out);
    make_sections(cx->arena, answer, out);
    return NULL;
}

static const OpCell cell = {.version = 1, .files = "in", .selection = select_files};

static bool plain(Buf *out, const void *arguments, const Result *of)
{
    const SearchArgs *from = arguments;
    const SearchAnswer *answer = of->data;
    if (!from->count && !from->files) return false;
    if (!from->files) {
        buf_int(out, (int64_t)total_hits(answer));
        buf_byte(out, '\n');
        return true;
    }
    for (size_t i = 0; i < answer->file_count; i++) {
        buf_add(out, answer->files[i].path);
        if (from->count) buf_addf(out, ":%u", answer->files[i].count);
        buf_byte(out, '\n');
    }
    return true;
}

static const OpExample examples[] = {
    {"cq search dictFind", "where is it defined, who calls it, what else mentions it"},
    {"cq search 'fn \\w+_async' --lang rust", "a regular expression, in Rust files only"},
    {"cq search -F 'a[i]' --in src --format lines", "plain text, one hit a line for an editor"},
    {"cq search TODO --files", "only the names of the files"},
    {0},
};

const OpSpec op_search = {
    .name = "search",
    .summary = "Every place where a name, text or regular expression stands",
    .details =
        "The pattern is a name (matched as a whole word), a literal, or a regular expression when "
        "it holds one of *+?[]{}()|^$\\. Case is ignored unless the pattern has an upper-case "
        "letter. Hits are exact and complete; each says what it is (definition, call, import, "
        "reference, annotation, string, docstring, comment, text) and which definition it is in. "
        "Definitions come first, then calls, imports and references; source before tests, docs, "
        "generated and vendored files.\n"
        "The files searched are those git tracks or would let you add; outside git, those that "
        "ignore files do not exclude. Binary files, files over --max-filesize and files that are "
        "not UTF-8 are skipped and counted.\n"
        "Exit status: 0 when something was found, 1 when nothing was, 2 and above on a problem.",
    .examples = examples,
    .args = args,
    .args_size = sizeof(SearchArgs),
    .result = result,
    .result_size = sizeof(SearchSummary),
    .cell = &cell,
    .resident = true,
    .run = run,
    .text = search_text,
    .plain = plain,
};
