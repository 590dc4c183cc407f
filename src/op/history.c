// op/history.c - "history": the commits that changed a file, some of its lines, or a folder.
#include "base/clock.h"
#include "op/op.h"
#include "service/provenance.h"

typedef struct HistoryArgs {
    Str path;
    int64_t limit;
} HistoryArgs;

static const Field args[] = {
    FIELD(HistoryArgs, path, PATH, "a file, its lines (PATH:12 or PATH:12-40), or a folder",
          .flags = FIELD_REQUIRED | FIELD_POSITIONAL, .value_name = "PATH[:LINES]"),
    FIELD(HistoryArgs, limit, INT, "commits, the newest ones", .letter = 'n', .least = 1,
          .most = 1000000, .fallback = "20"),
    {0},
};

typedef struct ChangeRow {
    Str path, was_path;
    uint64_t added, deleted;
    bool binary;
} ChangeRow;

static const Field change_fields[] = {
    FIELD(ChangeRow, path, PATH, "of the file, as it was then"),
    FIELD(ChangeRow, was_path, PATH, "before it was renamed", .flags = FIELD_OPTIONAL_OUT),
    FIELD(ChangeRow, added, SIZE, "lines"),
    FIELD(ChangeRow, deleted, SIZE, "lines"),
    FIELD(ChangeRow, binary, BOOL, "lines are not counted", .flags = FIELD_OPTIONAL_OUT),
    {0},
};

typedef struct CommitRow {
    Str commit, author, email, date, subject;
    uint64_t added, deleted;
    RecordList changes;
} CommitRow;

static const Field commit_fields[] = {
    FIELD(CommitRow, commit, STR, "its id"),
    FIELD(CommitRow, author, STR, "who wrote it"),
    FIELD(CommitRow, email, STR, "of the author"),
    FIELD(CommitRow, date, STR, "when it was written, RFC 3339"),
    FIELD(CommitRow, subject, STR, "the first line of its message"),
    FIELD(CommitRow, added, SIZE, "lines, below the path"),
    FIELD(CommitRow, deleted, SIZE, "lines, below the path"),
    FIELD(CommitRow, changes, RECORDS,
          "files changed below the path; none when lines were asked for", .sub = change_fields,
          .sub_size = sizeof(ChangeRow)),
    {0},
};

typedef struct HistorySummary {
    Str path;
    uint32_t line, end_line;
    RecordList commits;
    bool more;
} HistorySummary;

static const Field result[] = {
    FIELD(HistorySummary, path, PATH, "relative to the root"),
    FIELD(HistorySummary, line, U32, "first line asked for", .flags = FIELD_OPTIONAL_OUT),
    FIELD(HistorySummary, end_line, U32, "last line asked for", .flags = FIELD_OPTIONAL_OUT),
    FIELD(HistorySummary, commits, RECORDS, "newest first", .sub = commit_fields,
          .sub_size = sizeof(CommitRow)),
    FIELD(HistorySummary, more, BOOL, "there are older ones"),
    {0},
};

static CommitRow row_of(Arena *arena, const HistoryEntry *entry)
{
    ChangeRow *changes = ARENA_ARRAY(arena, ChangeRow, entry->change_count);
    CommitRow row = {.commit = entry->commit.id,
                     .author = entry->commit.author,
                     .email = entry->commit.email,
                     .date = clock_rfc3339(arena, entry->commit.time_s * 1000),
                     .subject = entry->commit.subject,
                     .changes = {changes, entry->change_count}};
    for (size_t i = 0; i < entry->change_count; i++) {
        const HistoryChange *change = &entry->changes[i];
        changes[i] = (ChangeRow){change->path, change->was_path, change->added, change->deleted,
                                 change->binary};
        row.added += change->added;
        row.deleted += change->deleted;
    }
    return row;
}

static Fail run(Ctx *cx, const Env *env, const void *arguments, Result *out)
{
    const HistoryArgs *from = arguments;
    HistoryAnswer answer = {0};
    TRY(provenance_history(cx, env, from->path, (uint32_t)from->limit, &answer));
    const History *history = &answer.history;
    CommitRow *rows = ARENA_ARRAY(cx->arena, CommitRow, history->count);
    for (size_t i = 0; i < history->count; i++) rows[i] = row_of(cx->arena, &history->entries[i]);
    HistorySummary *summary = ARENA_NEW(cx->arena, HistorySummary);
    *summary = (HistorySummary){.path = answer.where.path,
                                .line = answer.where.first_line,
                                .end_line = answer.where.last_line,
                                .commits = {rows, history->count},
                                .more = history->more};
    *out = (Result){.summary = summary, .found = history->count > 0, .root = answer.where.root};
    return NULL;
}

// "1a2b3c4d5e  2024-05-01  +12 -3  Ada Lovelace  Fix the engine"
static void text(Buf *out, const void *arguments, const Result *of, const TextStyle *style)
{
    const HistoryArgs *from = arguments;
    const HistorySummary *summary = of->summary;
    const CommitRow *rows = summary->commits.items;
    for (size_t i = 0; i < summary->commits.count; i++) {
        buf_addf(out, style->color ? "\x1b[33m%.10s\x1b[0m" : "%.10s", rows[i].commit.ptr);
        buf_addf(out, "  %.10s", rows[i].date.ptr);
        if (!summary->line)
            buf_addf(out, "  +%llu -%llu", (unsigned long long)rows[i].added,
                     (unsigned long long)rows[i].deleted);
        buf_addf(out, "  " STR_FMT "  " STR_FMT "\n", STR_ARG(rows[i].author),
                 STR_ARG(rows[i].subject));
        const ChangeRow *changes = rows[i].changes.items;
        for (size_t k = 0; k < rows[i].changes.count; k++)
            if (changes[k].was_path.len)
                buf_addf(out, "            renamed from " STR_FMT "\n",
                         STR_ARG(changes[k].was_path));
    }
    if (summary->more)
        buf_addf(out, "There are older commits; --limit %lld shows more.\n",
                 (long long)from->limit * 5);
    if (!summary->commits.count) buf_add(out, STR("No commit has changed it.\n"));
}

static const OpExample examples[] = {
    {"cq history src/server.c", "what changed this file, through its renames"},
    {"cq history src/server.c:120-160", "what changed these lines"},
    {"cq history src --limit 50", "what changed anything in a folder"},
    {0},
};

const OpSpec op_history = {
    .name = "history",
    .summary = "The commits that changed a file, some of its lines, or a folder",
    .details =
        "One line a commit, newest first: id, date, lines added and deleted, author, subject. "
        "A file is followed through renames; lines are followed as they moved. A file that "
        "is gone is found under its old path. The git command is asked.\n"
        "Exit status: 0, 1 when there is no such commit, 2 and above on a problem.",
    .examples = examples,
    .args = args,
    .args_size = sizeof(HistoryArgs),
    .result = result,
    .result_size = sizeof(HistorySummary),
    .resident = true,
    .run = run,
    .text = text,
};
