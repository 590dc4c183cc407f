// op/calls.c - "calls": every call of a definition.
#include "op/calls.h"

#include "base/vec.h"
#include "op/langs.h"

static const Field args[] = {
    FIELD(CallsArgs, target, STR,
          "a name, Class.method, path:line, path:line:col (what the use there means) or a file",
          .flags = FIELD_REQUIRED | FIELD_POSITIONAL),
    FIELD(CallsArgs, in, PATHS, "only calls in this file or folder; may be repeated"),
    FIELD(CallsArgs, include, STRS, "only calls in files that match; may be repeated",
          .value_name = "GLOB"),
    FIELD(CallsArgs, exclude, STRS, "no calls in files that match; may be repeated",
          .value_name = "GLOB"),
    FIELD(CallsArgs, lang, STRS, "only calls in files of this language; may be repeated",
          .letter = 'l', .values = lang_values, .value_name = "LANGUAGE"),
    FIELD(CallsArgs, certainty, STRS,
          "only calls that are so sure: exact, likely, name_only, dynamic; a list, or repeated"),
    FIELD(CallsArgs, limit, INT, "most calls listed of each table; 0: all of them", .letter = 'n',
          .least = 0, .most = 1000000000, .fallback = "0"),
    FIELD(CallsArgs, tables, INT, "most definitions of the name that get a table", .least = 1,
          .most = 1000, .fallback = "10"),
    FIELD(CallsArgs, depth, INT, "callers of callers, so many levels", .letter = 'd', .least = 1,
          .most = 50, .fallback = "1"),
    FIELD(CallsArgs, callees, BOOL, "also what it calls"),
    FIELD(CallsArgs, stale_ok, BOOL,
          "answer from the index as it was published, without a look at the files"),
    FIELD(CallsArgs, index_dir, PATH, "where indexes are kept, instead of index.directory",
          .value_name = "FOLDER"),
    {0},
};

static const Field table_fields[] = {
    FIELD(CallsTableRow, target, RECORD, "the definition", .sub = target_fields),
    FIELD(CallsTableRow, calls, SIZE, "all of them, before filters"),
    FIELD(CallsTableRow, by_certainty, COUNTS, "sums up to `calls`"),
    FIELD(CallsTableRow, kept, SIZE, "those that pass the filters, before --limit"),
    FIELD(CallsTableRow, kept_by_certainty, COUNTS, "sums up to `kept`"),
    FIELD(CallsTableRow, through_base, SIZE,
          "likely ones besides: calls of a definition that it overrides"),
    FIELD(CallsTableRow, files, SIZE, "with calls"),
    FIELD(CallsTableRow, functions, SIZE, "definitions with calls"),
    FIELD(CallsTableRow, test_calls, SIZE, "exact and likely calls in tests"),
    FIELD(CallsTableRow, uses, COUNTS, "all uses: call, reference, type, base, import"),
    FIELD(CallsTableRow, shapes, COUNTS, "of the arguments of exact and likely calls, most first"),
    FIELD(CallsTableRow, keywords, COUNTS, "used by these calls, most first"),
    FIELD(CallsTableRow, star_calls, SIZE, "of these: with * or ** arguments"),
    FIELD(CallsTableRow, overriding, RECORDS, "definitions that override it", .sub = target_fields,
          .sub_size = sizeof(TargetRow)),
    FIELD(CallsTableRow, overridden, RECORDS, "definitions that it overrides", .sub = target_fields,
          .sub_size = sizeof(TargetRow)),
    FIELD(CallsTableRow, hazards, SIZE, "listed uses that are no calls, but may lead to it"),
    FIELD(CallsTableRow, reach, SIZE, "of all such uses: those by which it may run"),
    FIELD(CallsTableRow, callers, SIZE, "nodes of the tree of --depth"),
    FIELD(CallsTableRow, callees, SIZE, "that --callees lists"),
    FIELD(CallsTableRow, risk, RECORD, "of a change, from resolved facts", .sub = risk_fields),
    FIELD(CallsTableRow, complete, BOOL, "all files were looked at"),
    {0},
};

static const Field result[] = {
    FIELD(CallsSummary, target, STR, "as given"),
    FIELD(CallsSummary, how, STR, "name, line, enclosing, use or file: how it was understood"),
    FIELD(CallsSummary, certainty, STR, "of the use that was asked for; else exact"),
    FIELD(CallsSummary, reason, STR, "of that"),
    FIELD(CallsSummary, external, STR, "what the use means, outside of the workspace",
          .flags = FIELD_OPTIONAL_OUT),
    FIELD(CallsSummary, insight, RECORD, "of the first table", .sub = insight_fields),
    FIELD(CallsSummary, definitions, SIZE, "that the target means"),
    FIELD(CallsSummary, other_kind, SIZE, "definitions of the name that cannot be called"),
    FIELD(CallsSummary, tables, RECORDS, "one a definition", .sub = table_fields,
          .sub_size = sizeof(CallsTableRow)),
    FIELD(CallsSummary, others, RECORDS, "definitions without a table: over --tables",
          .sub = target_fields, .sub_size = sizeof(TargetRow)),
    FIELD(CallsSummary, nearest, STRS, "on a miss: names that look alike",
          .flags = FIELD_OPTIONAL_OUT),
    FIELD(CallsSummary, notes, STRS, "what the answer cannot tell"),
    FIELD(CallsSummary, index, RECORD, "what the answer is from", .sub = index_row_fields),
    FIELD(CallsSummary, truncated, BOOL, "calls are missing from this answer"),
    FIELD(CallsSummary, timed_out, BOOL, "--timeout ended it early"),
    FIELD(CallsSummary, interrupted, BOOL, "a signal ended it early"),
    {0},
};

static Fail read_args(Ctx *cx, const CallsArgs *from, CensusQuery *out)
{
    *out = (CensusQuery){.options = {from->stale_ok, from->index_dir},
                         .target = from->target,
                         .filter = {.in = from->in.items,
                                    .in_count = from->in.count,
                                    .include = from->include.items,
                                    .include_count = from->include.count,
                                    .exclude = from->exclude.items,
                                    .exclude_count = from->exclude.count,
                                    .lang_count = from->lang.count},
                         .limit = (size_t)from->limit,
                         .tables = (size_t)from->tables,
                         .depth = (uint32_t)from->depth,
                         .callees = from->callees};
    TRY(langs_read(cx->arena, from->lang, &out->filter.langs));
    return certainties_read(cx->arena, from->certainty, &out->certainties);
}

static CountList count_uses(Arena *arena, const CensusTable *table)
{
    Count *counts = ARENA_ARRAY(arena, Count, EDGE_KINDS);
    size_t count = 0;
    for (int i = 0; i < EDGE_KINDS; i++)
        if (table->uses[i])
            counts[count++] = (Count){str_from(edge_kind_name((EdgeKind)i)), table->uses[i]};
    return (CountList){counts, count};
}

static CallsTableRow table_row(Arena *arena, const CensusTable *table)
{
    return (CallsTableRow){
        .target = target_row(&table->subject),
        .calls = table->calls,
        .kept = table->kept,
        .by_certainty = certainty_counts(arena, table->calls_by),
        .kept_by_certainty = certainty_counts(arena, table->kept_by),
        .through_base = table->through_base,
        .files = table->files,
        .functions = table->functions,
        .test_calls = table->test_calls,
        .uses = count_uses(arena, table),
        .shapes = census_counts(arena, &table->shapes),
        .keywords = census_counts(arena, &table->keywords),
        .star_calls = table->star_calls,
        .overriding = target_rows(arena, table->overriding, table->overriding_count),
        .overridden = target_rows(arena, table->overridden, table->overridden_count),
        .hazards = table->hazard_count,
        .reach = table->reach,
        .callers = table->caller_count,
        .callees = table->callee_count,
        .risk = {str_from(census_risk_name(table->risk)), {table->reasons, table->reason_count}},
        .complete = table->complete,
    };
}

static InsightRow make_insight(Arena *arena, const CensusAnswer *answer)
{
    InsightRow insight = {.degradation = {answer->notes, answer->note_count}};
    if (!answer->table_count) return insight;
    const CensusTable *table = &answer->tables[0];
    Count *counts = ARENA_ARRAY(arena, Count, 6);
    counts[0] = (Count){STR("callers"), table->functions};
    counts[1] = (Count){STR("references"), table->uses[EDGE_REFERENCE]};
    counts[2] = (Count){STR("importers"), table->uses[EDGE_IMPORT]};
    counts[3] = (Count){STR("overriding"), table->overriding_count};
    counts[4] = (Count){STR("overridden"), table->overridden_count};
    counts[5] = (Count){STR("through_base"), table->through_base};
    insight.target = target_row(&table->subject);
    insight.calls = certainty_counts(arena, table->calls_by);
    insight.neighbourhood = (CountList){counts, 6};
    insight.risk =
        (RiskRow){str_from(census_risk_name(table->risk)), {table->reasons, table->reason_count}};
    return insight;
}

static CallsSummary *summarise(Arena *arena, const CallsArgs *from, const CensusAnswer *answer)
{
    const Subjects *subjects = &answer->subjects;
    size_t shown = MIN(subjects->count, (size_t)from->tables);
    CallsTableRow *rows = ARENA_ARRAY(arena, CallsTableRow, answer->table_count);
    CallsSummary *summary = ARENA_NEW(arena, CallsSummary);
    for (size_t i = 0; i < answer->table_count; i++) rows[i] = table_row(arena, &answer->tables[i]);
    *summary = (CallsSummary){
        .target = from->target,
        .how = str_from(target_how_name(subjects->how)),
        .certainty = str_from(certainty_name(subjects->certainty)),
        .reason = str_from(reason_text(subjects->reason)),
        .external = subjects->external,
        .definitions = subjects->count,
        .other_kind = subjects->other_kind,
        .tables = {rows, answer->table_count},
        .others = target_rows(arena, subjects->items + shown, subjects->count - shown),
        .insight = make_insight(arena, answer),
        .nearest = {subjects->nearest, subjects->nearest_count},
        .notes = {answer->notes, answer->note_count},
        .index = index_row(&answer->state),
        .timed_out = answer->state.timed_out,
        .interrupted = answer->state.interrupted,
    };
    for (size_t i = 0; i < answer->table_count; i++) {
        const CensusTable *table = &answer->tables[i];
        summary->truncated |= !table->complete || table->callers_cut ||
                              table->site_count < table->kept + table->kept_through_base;
    }
    return summary;
}

// --- findings ---

static const Json *hazard_details(Arena *arena, const CensusHazard *hazard)
{
    Json *details = json_new_object(arena);
    json_set(arena, details, STR("hazard"), json_new_str(arena, hazard->kind));
    json_set(arena, details, STR("says"), json_new_str(arena, hazard->says));
    return details;
}

static Finding hazard_finding(Arena *arena, const CensusHazard *hazard)
{
    bool string = str_eq(hazard->kind, STR("string")) || str_eq(hazard->kind, STR("reflection"));
    Category category = string ? CATEGORY_STRING : CATEGORY_REFERENCE;
    return (Finding){.path = hazard->path,
                     .line = hazard->place.line,
                     .col = hazard->place.col,
                     .end_line = hazard->place.end_line,
                     .end_col = hazard->place.end_col,
                     .category = str_from(category_name(category)),
                     .text = hazard->text,
                     .enclosing = hazard->enclosing,
                     .details = hazard_details(arena, hazard)};
}

static void set_certainty(Arena *arena, Json *details, Certainty certainty)
{
    json_set(arena, details, STR("certainty"),
             json_new_str(arena, str_from(certainty_name(certainty))));
}

static Finding caller_finding(Arena *arena, const CallerNode *node)
{
    Json *details = json_new_object(arena);
    json_set(arena, details, STR("depth"), json_new_int(arena, node->depth));
    json_set(arena, details, STR("calls_row"), json_new_int(arena, node->parent));
    json_set(arena, details, STR("sites"), json_new_int(arena, (int64_t)node->sites));
    set_certainty(arena, details, node->certainty);
    if (node->seen) json_set(arena, details, STR("seen"), json_new_bool(arena, true));
    if (node->cycle) json_set(arena, details, STR("cycle"), json_new_bool(arena, true));
    return subject_finding(arena, &node->subject, details);
}

static Finding callee_finding(Arena *arena, const CensusTable *table, const Callee *callee)
{
    Json *details = json_new_object(arena);
    bool outside = callee->subject.ref.file == WORLD_NONE;
    json_set(arena, details, STR("callee"), json_new_str(arena, callee->name));
    json_set(arena, details, STR("sites"), json_new_int(arena, (int64_t)callee->sites));
    json_set(arena, details, STR("called_on_line"), json_new_int(arena, callee->line));
    set_certainty(arena, details, callee->certainty);
    json_set(arena, details, STR("reason"),
             json_new_str(arena, str_from(reason_text(callee->reason))));
    if (!outside) return subject_finding(arena, &callee->subject, details);
    return (Finding){.path = table->subject.path,
                     .line = callee->line,
                     .end_line = callee->line,
                     .category = str_from(category_name(CATEGORY_CALL)),
                     .text = callee->name,
                     .enclosing = table->subject.qualified,
                     .details = details};
}

static void make_finding(const Result *of, size_t index, Finding *out)
{
    const CallsData *data = of->data;
    *out = data->findings[index];
}

typedef enum RowKind { ROW_SITE, ROW_HAZARD, ROW_CALLER, ROW_CALLEE } RowKind;

typedef struct Rows {
    Arena *arena;
    VEC(Finding) findings;
    VEC(Section) sections;
} Rows;

static Finding finding_of(Arena *arena, const CensusTable *table, RowKind kind, size_t index)
{
    switch (kind) {
    case ROW_HAZARD: return hazard_finding(arena, &table->hazards[index]);
    case ROW_CALLER: return caller_finding(arena, &table->callers[index]);
    case ROW_CALLEE: return callee_finding(arena, table, &table->callees[index]);
    default: return site_finding(arena, &table->sites[index]);
    }
}

static void add_section(Rows *rows, const CensusTable *table, RowKind kind, const char *title,
                        size_t from, size_t to)
{
    if (from == to) return;
    const Subject *subject = &table->subject;
    uint32_t *indexes = ARENA_ARRAY(rows->arena, uint32_t, to - from);
    for (size_t i = from; i < to; i++) {
        indexes[i - from] = (uint32_t)rows->findings.len;
        VEC_PUSH(rows->arena, &rows->findings, finding_of(rows->arena, table, kind, i));
    }
    Str name = str_format(rows->arena, STR_FMT " (" STR_FMT ":%u): %s", STR_ARG(subject->qualified),
                          STR_ARG(subject->path), subject->name_place.line, title);
    VEC_PUSH(rows->arena, &rows->sections, (Section){name, indexes, to - from});
}

static const char *bucket_name(const CallSite *site)
{
    return site->through_base ? "through a base" : certainty_name(site->certainty);
}

static void list_table(Rows *rows, const CensusTable *table)
{
    for (size_t from = 0, to; from < table->site_count; from = to) {
        const char *bucket = bucket_name(&table->sites[from]);
        for (to = from; to < table->site_count && bucket_name(&table->sites[to]) == bucket;) to++;
        add_section(rows, table, ROW_SITE, bucket, from, to);
    }
    add_section(rows, table, ROW_HAZARD, "hazards", 0, table->hazard_count);
    add_section(rows, table, ROW_CALLER, "callers", 0, table->caller_count);
    add_section(rows, table, ROW_CALLEE, "callees", 0, table->callee_count);
}

static void take_findings(Arena *arena, const CensusAnswer *answer, Result *out)
{
    Rows rows = {.arena = arena};
    CallsData *data = ARENA_NEW(arena, CallsData);
    for (size_t i = 0; i < answer->table_count; i++) list_table(&rows, &answer->tables[i]);
    *data = (CallsData){answer, rows.findings.items};
    out->data = data;
    out->finding_count = rows.findings.len;
    out->make_finding = make_finding;
    out->sections = rows.sections.items;
    out->section_count = rows.sections.len;
}

static Fail run(Ctx *cx, const Env *env, const void *arguments, Result *out)
{
    CensusQuery query;
    CensusAnswer *answer = ARENA_NEW(cx->arena, CensusAnswer);
    TRY(read_args(cx, arguments, &query));
    TRY(census_run(cx, env, &query, answer));
    *out = code_result(cx->arena, &answer->state, summarise(cx->arena, arguments, answer),
                       answer->table_count > 0, "raise --timeout or name a smaller target");
    take_findings(cx->arena, answer, out);
    return NULL;
}

static const OpCell cell = {.version = 1, .files = "in"}; // all files: a call may be anywhere

static const OpExample examples[] = {
    {"cq calls Store.save",
     "every call of a method, surest first, with the shape of its arguments"},
    {"cq calls pkg/app.py:15:10", "of what the name at this place means"},
    {"cq calls save --certainty exact --exclude tests", "only proven calls, outside of tests"},
    {"cq calls Store.save --depth 3 --callees", "callers of callers, and what it calls itself"},
    {"cq calls Store.save --depth 3 --format mermaid", "that tree as a picture"},
    {0},
};

const OpSpec op_calls = {
    .name = "calls",
    .summary = "Every call of a definition, with how sure that is",
    .details =
        "Names are resolved: through scopes, imports, aliases, re-exports, types and inheritance. "
        "Each call is in one bucket: exact (one definition is proven), likely (there is evidence "
        "for it), name_only (a member of that name, of something unknown) or dynamic. Calls of a "
        "definition that the target overrides are listed besides, as calls through a base. A name "
        "with several definitions gives one table for each; they are never mixed. A type's table "
        "lists where objects are made of it; its constructor's follows.\n"
        "TARGET is a name, any end of a qualified name (Class.method, a::b, pkg.mod.name), a place "
        "(path:line: the definition there or around it; path:line:col: what the use there means) "
        "or a file, whose importers are then listed. Lines count from 1, columns are bytes from "
        "0.\n"
        "Hazards are uses that are no calls but may lead to one: its name in a string that is "
        "looked up, the function handed on as a value, a decorator that may keep it. The risk "
        "is the sum of what is known: exact callers (5: 1, 20: 2), calls in more than 10 files "
        "(1), "
        "no call in tests (1), such hazards (1, more than 4: 2), overriding and overridden "
        "definitions (1 each), more than 3 shapes of arguments (1), forwarded arguments (1), calls "
        "by name only where none is surer (1); 2 is medium, 4 high. Its reasons stand behind it, "
        "and `cq nb` gives the same. Totals are those before filters; what passes the "
        "filters is counted besides.\n"
        "Exit status: 0 when the target is a definition, 1 when there is none, 2 and above on a "
        "problem.",
    .examples = examples,
    .args = args,
    .args_size = sizeof(CallsArgs),
    .result = result,
    .result_size = sizeof(CallsSummary),
    .cell = &cell,
    .keeps_budget = true,
    .resident = true,
    .run = run,
    .text = calls_text,
    .draw = calls_draw,
};
