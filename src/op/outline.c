// op/outline.c - "outline": the definitions of files, nested.
#include "base/vec.h"
#include "op/langs.h"
#include "op/op.h"
#include "service/outline.h"

typedef struct OutlineArgs {
    StrList files;
    Str lang;
    int64_t depth;
    bool isolate;
} OutlineArgs;

static const Field args[] = {
    FIELD(OutlineArgs, files, PATHS,
          "files to outline; a folder stands for all files of known languages in it, - for "
          "standard input",
          .flags = FIELD_REQUIRED | FIELD_POSITIONAL, .value_name = "FILE"),
    FIELD(OutlineArgs, depth, INT, "show this many levels of nesting; 0 shows all", .letter = 'd',
          .least = 0, .most = 1000, .fallback = "0"),
    FIELD(OutlineArgs, lang, STR, "take the files as this language, whatever their names say",
          .letter = 'l', .value_name = "LANGUAGE", .values = lang_values),
    FIELD(OutlineArgs, isolate, BOOL,
          "parse in separate processes, so that a crash costs one file"),
    {0},
};

typedef struct FileRow {
    Str path, language;
    uint32_t lines, definitions, shown, syntax_errors;
    bool partial;
} FileRow;

static const Field file_fields[] = {
    FIELD(FileRow, path, PATH, "relative to the root"),
    FIELD(FileRow, language, STR, "of the file"),
    FIELD(FileRow, lines, U32, "in the file"),
    FIELD(FileRow, definitions, U32, "in the file, all of them"),
    FIELD(FileRow, shown, U32, "definitions within --depth"),
    FIELD(FileRow, syntax_errors, U32, "that the parser met"),
    FIELD(FileRow, partial, BOOL, "there were syntax errors; the facts come from the good parts"),
    {0},
};

typedef struct FailedRow {
    Str path, problem, detail;
} FailedRow;

static const Field failed_fields[] = {
    FIELD(FailedRow, path, PATH, "as given, or relative to the root"),
    FIELD(FailedRow, problem, STR, "its kind, the end of the problem's type"),
    FIELD(FailedRow, detail, STR, "what is wrong"),
    {0},
};

typedef struct OutlineSummary {
    uint64_t definitions, shown, other_files;
    RecordList files, failed;
    bool truncated, timed_out;
} OutlineSummary;

static const Field result[] = {
    FIELD(OutlineSummary, definitions, SIZE, "in all files"),
    FIELD(OutlineSummary, shown, SIZE, "definitions within --depth"),
    FIELD(OutlineSummary, files, RECORDS, "that were outlined", .sub = file_fields,
          .sub_size = sizeof(FileRow)),
    FIELD(OutlineSummary, failed, RECORDS, "that could not be", .sub = failed_fields,
          .sub_size = sizeof(FailedRow)),
    FIELD(OutlineSummary, other_files, SIZE,
          "in the folders given: binary, of no known language, symlinks, devices"),
    FIELD(OutlineSummary, truncated, BOOL, "files are missing from this answer"),
    FIELD(OutlineSummary, timed_out, BOOL, "--timeout ended it early"),
    {0},
};

static RecordList list_files(Arena *arena, const OutlineAnswer *answer)
{
    FileRow *rows = ARENA_ARRAY(arena, FileRow, answer->file_count);
    for (size_t i = 0; i < answer->file_count; i++) {
        const OutlineFile *file = &answer->files[i];
        rows[i] = (FileRow){file->path,   str_from(lang_name(file->lang)),
                            file->lines,  file->definitions,
                            file->shown,  file->syntax_errors,
                            file->partial};
    }
    return (RecordList){rows, answer->file_count};
}

static RecordList list_failed(Arena *arena, const OutlineAnswer *answer)
{
    FailedRow *rows = ARENA_ARRAY(arena, FailedRow, answer->failed_count);
    for (size_t i = 0; i < answer->failed_count; i++) {
        const OutlineMiss *miss = &answer->failed[i];
        rows[i] = (FailedRow){miss->path, str_from(problem_spec(miss->fail->kind)->slug),
                              miss->fail->detail};
    }
    return (RecordList){rows, answer->failed_count};
}

static void select_files(Arena *arena, const void *arguments, Selection *out)
{
    (void)arena;
    const OutlineArgs *from = arguments;
    out->in = from->files.items;
    out->in_count = from->files.count;
}

static bool has_language(Str path)
{
    return lang_detect(path, STR_NONE) != LANG_NONE;
}

static const OpCell cell = {
    .version = 1, .files = "files", .takes = has_language, .selection = select_files};

static const OutlineSummary *summarise(Arena *arena, const OutlineAnswer *answer)
{
    OutlineSummary *summary = ARENA_NEW(arena, OutlineSummary);
    *summary = (OutlineSummary){.shown = answer->finding_count,
                                .other_files = answer->other_files,
                                .files = list_files(arena, answer),
                                .failed = list_failed(arena, answer),
                                .truncated = answer->timed_out || answer->interrupted,
                                .timed_out = answer->timed_out};
    for (size_t i = 0; i < answer->file_count; i++)
        summary->definitions += answer->files[i].definitions;
    return summary;
}

// One section a file.
static void make_sections(Arena *arena, const OutlineAnswer *answer, Result *out)
{
    Section *sections = ARENA_ARRAY(arena, Section, answer->file_count);
    uint32_t *indexes = ARENA_ARRAY(arena, uint32_t, answer->finding_count);
    for (uint32_t i = 0; i < answer->finding_count; i++) indexes[i] = i;
    for (size_t i = 0; i < answer->file_count; i++) {
        const OutlineFile *file = &answer->files[i];
        sections[i] = (Section){file->path, indexes + file->first, file->shown};
    }
    out->sections = sections;
    out->section_count = answer->file_count;
}

static void take_problems(Ctx *cx, const OutlineAnswer *answer, Result *out)
{
    VEC(Fail) problems = {0};
    for (size_t i = 0; i < answer->failed_count; i++)
        VEC_PUSH(cx->arena, &problems, answer->failed[i].fail);
    if (answer->timed_out)
        VEC_PUSH(cx->arena, &problems,
                 FAIL(cx->arena, CANCELLED,
                      "the time limit ended it after %zu files; raise --timeout or name fewer",
                      answer->file_count));
    if (!problems.len) return;
    out->problem = problems.items[0];
    out->more_problems = problems.items + 1;
    out->more_count = problems.len - 1;
}

static Fail run(Ctx *cx, const Env *env, const void *arguments, Result *out)
{
    const OutlineArgs *from = arguments;
    OutlineQuery query = {.paths = from->files.items,
                          .path_count = from->files.count,
                          .depth = (uint32_t)from->depth,
                          .isolate = op_isolates(env, from->isolate)};
    OutlineAnswer *answer = ARENA_NEW(cx->arena, OutlineAnswer);
    if (from->lang.len) TRY(lang_from_arg(cx->arena, from->lang, &query.lang));
    TRY(outline_run(cx, env, &query, answer));
    const OutlineSummary *summary = summarise(cx->arena, answer);
    *out = (Result){.summary = summary,
                    .finding_count = answer->finding_count,
                    .make_finding = result_array_finding,
                    .data = answer->findings,
                    .found = summary->definitions > 0,
                    .interrupted = answer->interrupted,
                    .root = answer->root};
    make_sections(cx->arena, answer, out);
    take_problems(cx, answer, out);
    return NULL;
}

static void colored(Buf *out, const char *code, Str text, const TextStyle *style)
{
    if (style->color) buf_addf(out, "\x1b[%sm", code);
    buf_add(out, text);
    if (style->color) buf_add(out, STR("\x1b[0m"));
}

static const char *plural(uint32_t count)
{
    return count == 1 ? "" : "s";
}

// "src/a.py  python, 120 lines, 14 definitions (partial: 2 syntax errors; ...)"
static void write_head(Buf *out, const FileRow *file, const TextStyle *style)
{
    colored(out, "1", file->path, style);
    buf_addf(out, "  " STR_FMT ", %u line%s, ", STR_ARG(file->language), file->lines,
             plural(file->lines));
    if (!file->definitions) buf_add(out, STR("no definitions"));
    else if (file->shown < file->definitions)
        buf_addf(out, "%u of %u definitions", file->shown, file->definitions);
    else buf_addf(out, "%u definition%s", file->definitions, plural(file->definitions));
    if (file->partial)
        buf_addf(out, " (partial: %u syntax error%s; facts come from the good parts)",
                 file->syntax_errors, plural(file->syntax_errors));
    buf_byte(out, '\n');
}

static Str range_of(Arena *arena, const Finding *finding)
{
    if (finding->line == finding->end_line) return str_format(arena, "%u", finding->line);
    return str_format(arena, "%u-%u", finding->line, finding->end_line);
}

static size_t widest_range(Arena *arena, const Result *of, const Section *section)
{
    size_t widest = 0;
    for (size_t i = 0; i < section->count; i++) {
        Finding finding = result_finding(of, section->findings[i]);
        widest = MAX(widest, range_of(arena, &finding).len);
    }
    return widest;
}

// "12-40  def run(self, x) -> int"
static void write_line(Buf *out, const Finding *finding, size_t width, const TextStyle *style)
{
    Str range = range_of(out->arena, finding);
    colored(out, "32", range, style);
    buf_repeat(out, ' ', width - range.len + 2 + (size_t)finding->depth * 2);
    if (finding->signature.len) buf_add(out, finding->signature);
    else buf_addf(out, STR_FMT " " STR_FMT, STR_ARG(finding->kind), STR_ARG(finding->name));
    buf_byte(out, '\n');
}

static void text(Buf *out, const void *arguments, const Result *of, const TextStyle *style)
{
    (void)arguments;
    const OutlineSummary *summary = of->summary;
    const FileRow *files = summary->files.items;
    for (size_t i = 0; i < of->section_count; i++) {
        const Section *section = &of->sections[i];
        if (i) buf_byte(out, '\n');
        write_head(out, &files[i], style);
        size_t width = widest_range(out->arena, of, section);
        for (size_t j = 0; j < section->count; j++) {
            Finding finding = result_finding(of, section->findings[j]);
            write_line(out, &finding, width, style);
        }
    }
    if (!summary->other_files) return;
    buf_addf(out, "%s%llu other file%s: binary, of no known language, or a symlink\n",
             of->section_count ? "\n" : "", (unsigned long long)summary->other_files,
             summary->other_files == 1 ? "" : "s");
}

static const OpExample examples[] = {
    {"cq outline src/server.c", "what is in this file, and where"},
    {"cq outline --depth 1 lib", "only the top level of every file in a folder"},
    {"git show HEAD~3:app.py | cq outline --lang python -", "a file as it was"},
    {"cq outline app.py --format json", "with spans, kinds, qualified names and nesting"},
    {0},
};

const OpSpec op_outline = {
    .name = "outline",
    .summary = "The definitions of files, nested, with signatures and line ranges",
    .details =
        "Each line is a definition: its first and last line, decorators included, and its head. "
        "A file with syntax errors is outlined from its good parts and marked as partial. The "
        "language is decided by file name, extension or #! line; --lang overrides that and is "
        "needed for standard input.\n"
        "File names are relative to --root, or to the working folder without it; names as answers "
        "show them, relative to the top of the working tree, are understood too. When one of "
        "several files cannot be outlined, the others are, and the exit status is that of the "
        "worst problem.\n"
        "Exit status: 0 when there are definitions, 1 when there are none, 2 and above on a "
        "problem.",
    .examples = examples,
    .args = args,
    .args_size = sizeof(OutlineArgs),
    .result = result,
    .result_size = sizeof(OutlineSummary),
    .cell = &cell,
    .resident = true,
    .run = run,
    .text = text,
};
