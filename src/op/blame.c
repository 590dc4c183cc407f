// op/blame.c - "blame": who wrote which lines of a file, and in which commit.
#include "base/clock.h"
#include "op/op.h"
#include "service/provenance.h"

typedef struct BlameArgs {
    Str lines;
} BlameArgs;

static const Field args[] = {
    FIELD(BlameArgs, lines, PATH, "the file, and perhaps its lines: PATH, PATH:12 or PATH:12-40",
          .flags = FIELD_REQUIRED | FIELD_POSITIONAL, .value_name = "PATH[:LINES]"),
    {0},
};

typedef struct CommitRow {
    Str commit, author, email, date, subject;
    uint64_t lines;
    bool committed;
} CommitRow;

static const Field commit_fields[] = {
    FIELD(CommitRow, commit, STR, "its id; all zeros: not committed yet"),
    FIELD(CommitRow, committed, BOOL, "false: the lines are as in the working tree only"),
    FIELD(CommitRow, author, STR, "who wrote it"),
    FIELD(CommitRow, email, STR, "of the author"),
    FIELD(CommitRow, date, STR, "when it was written, RFC 3339"),
    FIELD(CommitRow, subject, STR, "the first line of its message"),
    FIELD(CommitRow, lines, SIZE, "of the answer that it wrote"),
    {0},
};

typedef struct RangeRow {
    uint32_t line, end_line, was_line, commit;
    Str was_path;
} RangeRow;

static const Field range_fields[] = {
    FIELD(RangeRow, line, U32, "first line"),
    FIELD(RangeRow, end_line, U32, "last line"),
    FIELD(RangeRow, commit, U32, "that wrote them: its place in commits, from 0"),
    FIELD(RangeRow, was_line, U32, "where the first of them stood then"),
    FIELD(RangeRow, was_path, STR, "the file's name then, relative to the repository"),
    {0},
};

typedef struct BlameSummary {
    Str path;
    uint64_t lines;
    RecordList commits, ranges;
} BlameSummary;

static const Field result[] = {
    FIELD(BlameSummary, path, PATH, "relative to the root"),
    FIELD(BlameSummary, lines, SIZE, "in the answer"),
    FIELD(BlameSummary, commits, RECORDS, "that wrote them, as they come", .sub = commit_fields,
          .sub_size = sizeof(CommitRow)),
    FIELD(BlameSummary, ranges, RECORDS, "consecutive lines of one commit", .sub = range_fields,
          .sub_size = sizeof(RangeRow)),
    {0},
};

static bool is_committed(const GitCommit *commit)
{
    for (size_t i = 0; i < commit->id.len; i++)
        if (commit->id.ptr[i] != '0') return true;
    return false;
}

static CommitRow *list_commits(Arena *arena, const Blame *blame)
{
    CommitRow *rows = ARENA_ARRAY(arena, CommitRow, blame->commit_count);
    for (size_t i = 0; i < blame->commit_count; i++) {
        const GitCommit *commit = &blame->commits[i];
        rows[i] = (CommitRow){.commit = commit->id,
                              .author = commit->author,
                              .email = commit->email,
                              .date = clock_rfc3339(arena, commit->time_s * 1000),
                              .subject = commit->subject,
                              .committed = is_committed(commit)};
    }
    return rows;
}

static Fail run(Ctx *cx, const Env *env, const void *arguments, Result *out)
{
    const BlameArgs *from = arguments;
    BlameAnswer answer = {0};
    TRY(provenance_blame(cx, env, from->lines, &answer));
    const Blame *blame = &answer.blame;
    BlameSummary *summary = ARENA_NEW(cx->arena, BlameSummary);
    CommitRow *commits = list_commits(cx->arena, blame);
    RangeRow *ranges = ARENA_ARRAY(cx->arena, RangeRow, blame->range_count);
    Finding *findings = ARENA_ARRAY(cx->arena, Finding, blame->range_count);
    for (size_t i = 0; i < blame->range_count; i++) {
        const BlameRange *range = &blame->ranges[i];
        ranges[i] = (RangeRow){range->first_line, range->last_line, range->was_line, range->commit,
                               range->was_path};
        findings[i] = (Finding){.path = answer.where.path,
                                .line = range->first_line,
                                .end_line = range->last_line,
                                .category = STR("lines"),
                                .text = range->text};
        commits[range->commit].lines += range->last_line - range->first_line + 1;
        summary->lines += range->last_line - range->first_line + 1;
    }
    summary->path = answer.where.path;
    summary->commits = (RecordList){commits, blame->commit_count};
    summary->ranges = (RecordList){ranges, blame->range_count};
    *out = (Result){.summary = summary,
                    .finding_count = blame->range_count,
                    .make_finding = result_array_finding,
                    .data = findings,
                    .found = blame->range_count > 0,
                    .root = answer.where.root};
    return NULL;
}

// "12-40  1a2b3c4d5e  2024-05-01  Ada Lovelace  Fix the engine"
static void text(Buf *out, const void *arguments, const Result *of, const TextStyle *style)
{
    (void)arguments;
    const BlameSummary *summary = of->summary;
    const RangeRow *ranges = summary->ranges.items;
    const CommitRow *commits = summary->commits.items;
    for (size_t i = 0; i < summary->ranges.count; i++) {
        const CommitRow *commit = &commits[ranges[i].commit];
        Str lines = ranges[i].line == ranges[i].end_line
                        ? str_format(out->arena, "%u", ranges[i].line)
                        : str_format(out->arena, "%u-%u", ranges[i].line, ranges[i].end_line);
        buf_addf(out, style->color ? "\x1b[32m%-11s\x1b[0m  " : "%-11s  ", lines.ptr);
        if (!commit->committed) {
            buf_add(out, STR("not committed yet\n"));
            continue;
        }
        buf_addf(out, style->color ? "\x1b[33m%.10s\x1b[0m" : "%.10s", commit->commit.ptr);
        buf_addf(out, "  %.10s  " STR_FMT "  " STR_FMT "\n", commit->date.ptr,
                 STR_ARG(commit->author), STR_ARG(commit->subject));
    }
}

static const OpExample examples[] = {
    {"cq blame src/server.c:120-160", "who wrote these lines, when and why"},
    {"cq blame README.md --format json", "all lines, with ids, authors and dates"},
    {0},
};

const OpSpec op_blame = {
    .name = "blame",
    .summary = "Who wrote which lines of a file, and in which commit",
    .details = "Consecutive lines of one commit are one line of the answer: its lines, the commit, "
               "its date, author and subject. Lines that are changed in the working tree are not "
               "committed yet. The git command is asked.\n"
               "Exit status: 0, or 2 and above on a problem.",
    .examples = examples,
    .args = args,
    .args_size = sizeof(BlameArgs),
    .result = result,
    .result_size = sizeof(BlameSummary),
    .resident = true,
    .run = run,
    .text = text,
};
