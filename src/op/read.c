// op/read.c - "read": lines of one file of the workspace.
#include "op/op.h"
#include "service/line_ref.h"

enum {
    MOST_BYTES = 16 << 20, // of a file
    LONGEST_LINE = 2000,   // bytes; minified text
    NUMBER_WIDTH = 6,
};

typedef struct ReadArgs {
    Str path;
    int64_t around, limit;
    uint64_t max_bytes;
} ReadArgs;

static const Field args[] = {
    FIELD(ReadArgs, path, PATH, "the file, and perhaps its lines: PATH, PATH:12 or PATH:12-40",
          .flags = FIELD_REQUIRED | FIELD_POSITIONAL, .value_name = "PATH[:LINES]"),
    FIELD(ReadArgs, around, INT, "of PATH:LINE: so many lines before and behind it, too",
          .least = 0, .most = 1000000, .fallback = "20", .value_name = "LINES"),
    FIELD(ReadArgs, limit, INT, "most lines; 0: all of them", .letter = 'n', .least = 0,
          .most = 1000000000, .fallback = "200", .value_name = "LINES"),
    FIELD(ReadArgs, max_bytes, SIZE, "most bytes of text, in whole lines; 0 for no limit",
          .fallback = "0"),
    {0},
};

typedef struct ReadSummary {
    Str path, language, text, next;
    uint64_t first, last, lines, bytes;
    bool truncated, cut_lines, not_utf8;
} ReadSummary;

static const Field result[] = {
    FIELD(ReadSummary, path, PATH, "relative to the root"),
    FIELD(ReadSummary, language, STR, "\"text\" when it is none that cq knows"),
    FIELD(ReadSummary, lines, SIZE, "in the file"),
    FIELD(ReadSummary, bytes, SIZE, "in the file"),
    FIELD(ReadSummary, first, SIZE, "line in this answer; 0: the file is empty"),
    FIELD(ReadSummary, last, SIZE, "line in this answer"),
    FIELD(ReadSummary, truncated, BOOL, "lines that were asked for are missing"),
    FIELD(ReadSummary, cut_lines, BOOL, "lines of more than 2000 bytes were cut"),
    FIELD(ReadSummary, not_utf8, BOOL, "bytes that are no UTF-8 are shown as U+FFFD"),
    FIELD(ReadSummary, next, STR, "how to ask for what follows", .flags = FIELD_OPTIONAL_OUT),
    FIELD(ReadSummary, text, STR, "the lines, each with its line end"),
    {0},
};

static void select_path(Arena *arena, const void *arguments, Selection *out)
{
    const ReadArgs *from = arguments;
    Str *in = ARENA_NEW(arena, Str);
    *in = str_sub(from->path, 0, str_find_last(from->path, ':'));
    out->in = in;
    out->in_count = 1;
}

static const OpCell cell = {.version = 1, .selection = select_path};

static uint64_t count_lines(Str text)
{
    uint64_t lines = 0;
    Str rest = text, line;
    while (str_next(&rest, '\n', &line)) lines += rest.len || line.len;
    return lines;
}

typedef struct Range {
    uint64_t first, last; // wanted; from 1
    size_t most_lines, most_bytes;
} Range;

static Range range_of(const ReadArgs *from, const LineRef *where, uint64_t lines)
{
    Range range = {1, lines, SIZE_MAX, SIZE_MAX};
    if (from->limit) range.most_lines = (size_t)from->limit;
    if (from->max_bytes) range.most_bytes = (size_t)from->max_bytes;
    if (!where->first_line) return range;
    uint64_t around = where->first_line == where->last_line ? (uint64_t)from->around : 0;
    range.first = where->first_line > around ? where->first_line - around : 1;
    range.last = MIN(where->last_line + around, lines);
    return range;
}

static void take_lines(Arena *arena, Str text, const Range *range, ReadSummary *summary)
{
    Buf out = buf_on(arena);
    Str rest = text, line;
    for (uint64_t number = 1; number <= range->last && str_next(&rest, '\n', &line); number++) {
        if (number < range->first) continue;
        size_t kept = line.len > LONGEST_LINE ? utf8_cut(line, LONGEST_LINE) : line.len;
        bool full = number - range->first >= range->most_lines ||
                    (out.len && out.len + kept + 1 > range->most_bytes);
        if (full) {
            summary->truncated = true;
            summary->next = str_format(arena, STR_FMT ":%llu-%llu", STR_ARG(summary->path),
                                       (unsigned long long)number, (unsigned long long)range->last);
            break;
        }
        summary->cut_lines |= kept < line.len;
        buf_add(&out, str_sub(line, 0, kept));
        buf_byte(&out, '\n');
        summary->first = summary->first ? summary->first : number;
        summary->last = number;
    }
    summary->text = buf_str(&out);
    summary->not_utf8 = !utf8_valid(out.ptr, out.len);
}

static Fail check_text(Ctx *cx, const LineRef *where, Str text, uint64_t lines)
{
    if (str_find(text, '\0') < text.len)
        return FAIL(cx->arena, BAD_REQUEST, STR_FMT " is binary: %zu bytes", STR_ARG(where->path),
                    text.len);
    if (where->first_line > lines)
        return FAIL(cx->arena, BAD_REQUEST, STR_FMT " has %llu line%s, and no line %u",
                    STR_ARG(where->path), (unsigned long long)lines, lines == 1 ? "" : "s",
                    where->first_line);
    return NULL;
}

static Fail read_file(Ctx *cx, const Env *env, const ReadArgs *from, const Workspace *workspace,
                      Result *out)
{
    LineRef where;
    Str text;
    TRY(line_ref_read(cx, env, workspace, from->path, &where));
    if (!where.is_file) return line_ref_no_file(cx, env, workspace, &where);
    TRY(os_read_file(cx, workspace->dir, str_cstr(cx->arena, where.path), MOST_BYTES, &text));
    uint64_t lines = count_lines(text);
    TRY(check_text(cx, &where, text, lines));
    ReadSummary *summary = ARENA_NEW(cx->arena, ReadSummary);
    *summary = (ReadSummary){.path = where.path,
                             .language = str_from(lang_name(lang_detect(where.path, text))),
                             .lines = lines,
                             .bytes = text.len};
    Range range = range_of(from, &where, lines);
    take_lines(cx->arena, text, &range, summary);
    *out = (Result){.summary = summary,
                    .make_finding = result_array_finding,
                    .found = lines > 0,
                    .root = where.root};
    return NULL;
}

static Fail run(Ctx *cx, const Env *env, const void *arguments, Result *out)
{
    Workspace workspace;
    TRY(env_workspace(cx, env, !env->root.len, &workspace));
    Fail fail = read_file(cx, env, arguments, &workspace, out);
    workspace_close(&workspace);
    return fail;
}

static void text(Buf *out, const void *arguments, const Result *of, const TextStyle *style)
{
    (void)arguments, (void)style;
    const ReadSummary *summary = of->summary;
    Str rest = summary->text, line;
    buf_addf(out, STR_FMT ", " STR_FMT ", lines %llu-%llu of %llu\n", STR_ARG(summary->path),
             STR_ARG(summary->language), (unsigned long long)summary->first,
             (unsigned long long)summary->last, (unsigned long long)summary->lines);
    for (uint64_t number = summary->first; rest.len && str_next(&rest, '\n', &line); number++) {
        buf_addf(out, "%*llu  ", NUMBER_WIDTH, (unsigned long long)number);
        buf_add_shown(out, line);
        buf_byte(out, '\n');
    }
    if (summary->next.len) buf_addf(out, "the rest: " STR_FMT "\n", STR_ARG(summary->next));
}

static const OpExample examples[] = {
    {"cq read src/server.c:120-160", "these lines, numbered"},
    {"cq read src/server.c:120", "that line and 20 on both sides"},
    {"cq read --limit 0 README.md", "all of a file"},
    {0},
};

const OpSpec op_read = {
    .name = "read",
    .summary = "Lines of one file of the workspace",
    .details = "Shows the first 200 lines of a file, or those that are named, and says how to ask "
               "for the rest. Files outside of the workspace, and binary ones, are refused.\n"
               "Exit status: 0, 1 for an empty file, 2 and above on a problem.",
    .examples = examples,
    .args = args,
    .args_size = sizeof(ReadArgs),
    .result = result,
    .result_size = sizeof(ReadSummary),
    .cell = &cell,
    .resident = true,
    .run = run,
    .text = text,
};
