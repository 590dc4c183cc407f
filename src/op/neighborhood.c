// op/neighborhood.c - "neighborhood": what is around a definition or a place.
#include "op/neighborhood.h"

#include "base/nearest.h"
#include "base/vec.h"
#include "op/langs.h"
#include "service/stable_id.h"

static const Field args[] = {
    FIELD(NearArgs, target, STR,
          "a name, Class.method, path:line, path:line:col (what the use there means) or a file",
          .flags = FIELD_REQUIRED | FIELD_POSITIONAL),
    FIELD(NearArgs, slice, STRS,
          "only these: enclosing, parents, children, siblings, callers, callees, references, "
          "implementations, supertypes, subtypes, imports, importers, tests; a list, or repeated"),
    FIELD(NearArgs, top_k, INT, "most nodes of each slice", .letter = 'n', .least = 0,
          .most = 1000000, .fallback = "10"),
    FIELD(NearArgs, offset, INT, "leave out so many nodes of each slice: the next page", .least = 0,
          .most = 1000000000, .fallback = "0"),
    FIELD(NearArgs, in, PATHS, "only uses and subtypes in this file or folder; may be repeated"),
    FIELD(NearArgs, include, STRS, "only in files that match; may be repeated",
          .value_name = "GLOB"),
    FIELD(NearArgs, exclude, STRS, "not in files that match; may be repeated",
          .value_name = "GLOB"),
    FIELD(NearArgs, lang, STRS, "only in files of this language; may be repeated", .letter = 'l',
          .values = lang_values, .value_name = "LANGUAGE"),
    FIELD(NearArgs, certainty, STRS,
          "only uses that are so sure: exact, likely, name_only, dynamic; a list, or repeated"),
    FIELD(NearArgs, stale_ok, BOOL,
          "answer from the index as it was published, without a look at the files"),
    FIELD(NearArgs, index_dir, PATH, "where indexes are kept, instead of index.directory",
          .value_name = "FOLDER"),
    {0},
};

static const Field slice_fields[] = {
    FIELD(NearSliceRow, slice, STR, "its name"),
    FIELD(NearSliceRow, total, SIZE, "nodes that pass the filters, exactly"),
    FIELD(NearSliceRow, by_certainty, COUNTS, "of those that have one"),
    FIELD(NearSliceRow, offset, SIZE, "of the first node in this answer"),
    FIELD(NearSliceRow, shown, SIZE, "nodes in this answer"),
    FIELD(NearSliceRow, cut, BOOL, "there may be more: the search was stopped"),
    {0},
};

static const Field result[] = {
    FIELD(NearSummary, target, STR, "as given"),
    FIELD(NearSummary, how, STR, "name, line, enclosing, use or file: how it was understood"),
    FIELD(NearSummary, certainty, STR, "of the use that was asked for; else exact"),
    FIELD(NearSummary, reason, STR, "of that"),
    FIELD(NearSummary, external, STR, "what the use means, outside of the workspace",
          .flags = FIELD_OPTIONAL_OUT),
    FIELD(NearSummary, insight, RECORD, "the subject, and how much is around it",
          .sub = insight_fields),
    FIELD(NearSummary, slices, RECORDS, "those that were asked for", .sub = slice_fields,
          .sub_size = sizeof(NearSliceRow)),
    FIELD(NearSummary, others, RECORDS, "further definitions that the target means",
          .sub = target_fields, .sub_size = sizeof(TargetRow)),
    FIELD(NearSummary, nearest, STRS, "on a miss: names that look alike",
          .flags = FIELD_OPTIONAL_OUT),
    FIELD(NearSummary, notes, STRS, "what the answer cannot tell"),
    FIELD(NearSummary, index, RECORD, "what the answer is from", .sub = index_row_fields),
    FIELD(NearSummary, truncated, BOOL, "nodes are missing from this answer: --offset"),
    FIELD(NearSummary, timed_out, BOOL, "--timeout ended it early"),
    FIELD(NearSummary, interrupted, BOOL, "a signal ended it early"),
    {0},
};

static Fail read_slices(Arena *arena, StrList from, uint32_t *out)
{
    for (size_t i = 0; i < from.count; i++) {
        Str rest = from.items[i], name;
        while (str_next(&rest, ',', &name)) {
            uint32_t bit = 0;
            Nearest nearest = nearest_to(name);
            for (int k = 0; k < NEAR_SLICES; k++) {
                Str known = str_from(near_slice_name((NearSlice)k));
                if (str_eq(name, known)) bit = 1u << k;
                nearest_offer(&nearest, known);
            }
            if (!bit)
                return FAIL(arena, BAD_REQUEST, "there is no slice \"" STR_FMT "\"%s",
                            STR_ARG(name), nearest_phrase(arena, &nearest, ""));
            *out |= bit;
        }
    }
    return NULL;
}

static Fail read_args(Ctx *cx, const NearArgs *from, NearQuery *out)
{
    *out = (NearQuery){.options = {from->stale_ok, from->index_dir},
                       .target = from->target,
                       .filter = {.in = from->in.items,
                                  .in_count = from->in.count,
                                  .include = from->include.items,
                                  .include_count = from->include.count,
                                  .exclude = from->exclude.items,
                                  .exclude_count = from->exclude.count,
                                  .lang_count = from->lang.count},
                       .top_k = (size_t)from->top_k,
                       .offset = (size_t)from->offset};
    TRY(langs_read(cx->arena, from->lang, &out->filter.langs));
    TRY(read_slices(cx->arena, from->slice, &out->slices));
    return certainties_read(cx->arena, from->certainty, &out->certainties);
}

static InsightRow make_insight(Arena *arena, const NearAnswer *answer)
{
    InsightRow insight = {.degradation = {answer->notes, answer->note_count},
                          .risk = {.level = STR("unknown")}};
    Count *counts = ARENA_ARRAY(arena, Count, NEAR_SLICES);
    size_t count = 0;
    if (!answer->subjects.count) return insight;
    for (int i = 0; i < NEAR_SLICES; i++)
        if (answer->lists[i].wanted)
            counts[count++] =
                (Count){str_from(near_slice_name((NearSlice)i)), answer->lists[i].total};
    insight.target = target_row(&answer->subject);
    insight.calls = certainty_counts(arena, answer->lists[NEAR_CALLERS].by_certainty);
    insight.neighbourhood = (CountList){counts, count};
    if (answer->weighed)
        insight.risk = (RiskRow){str_from(census_risk_name(answer->risk)),
                                 {answer->reasons, answer->reason_count}};
    return insight;
}

static NearSummary *summarise(Arena *arena, const NearArgs *from, const NearAnswer *answer)
{
    const Subjects *subjects = &answer->subjects;
    NearSliceRow *rows = ARENA_ARRAY(arena, NearSliceRow, NEAR_SLICES);
    NearSummary *summary = ARENA_NEW(arena, NearSummary);
    size_t count = 0, first = MIN(subjects->count, (size_t)1);
    *summary = (NearSummary){
        .target = from->target,
        .how = str_from(target_how_name(subjects->how)),
        .certainty = str_from(certainty_name(subjects->certainty)),
        .reason = str_from(reason_text(subjects->reason)),
        .external = subjects->external,
        .insight = make_insight(arena, answer),
        .others = target_rows(arena, subjects->items + first, subjects->count - first),
        .nearest = {subjects->nearest, subjects->nearest_count},
        .notes = {answer->notes, answer->note_count},
        .index = index_row(&answer->state),
        .timed_out = answer->state.timed_out,
        .interrupted = answer->state.interrupted,
    };
    for (int i = 0; i < NEAR_SLICES; i++) {
        const NearList *list = &answer->lists[i];
        if (!list->wanted) continue;
        rows[count++] = (NearSliceRow){str_from(near_slice_name((NearSlice)i)),
                                       list->total,
                                       (uint64_t)from->offset,
                                       list->count,
                                       certainty_counts(arena, list->by_certainty),
                                       list->cut};
        summary->truncated |= list->count < list->total || list->cut;
    }
    summary->slices = (RecordList){rows, count};
    return summary;
}

// --- findings ---

static Category category_of(const NearNode *node)
{
    if (node->is_def) return CATEGORY_DEFINITION;
    switch (node->edge) {
    case EDGE_CALL: return CATEGORY_CALL;
    case EDGE_IMPORT: return CATEGORY_IMPORT;
    case EDGE_TYPE: return CATEGORY_ANNOTATION;
    default: return CATEGORY_REFERENCE;
    }
}

static const Json *node_details(Arena *arena, NearSlice slice, const NearNode *node)
{
    Json *details = json_new_object(arena);
    json_set(arena, details, STR("slice"), json_new_str(arena, str_from(near_slice_name(slice))));
    json_set(arena, details, STR("name"), json_new_str(arena, node->name));
    json_set(arena, details, STR("role"), json_new_str(arena, str_from(role_name(node->role))));
    if (node->has_certainty) {
        json_set(arena, details, STR("certainty"),
                 json_new_str(arena, str_from(certainty_name(node->certainty))));
        json_set(arena, details, STR("reason"),
                 json_new_str(arena, str_from(reason_text(node->reason))));
    }
    if (node->sites)
        json_set(arena, details, STR("sites"), json_new_int(arena, (int64_t)node->sites));
    return details;
}

static void make_finding(const Result *of, size_t index, Finding *out)
{
    const NearData *data = of->data;
    *out = data->findings[index];
}

static Finding node_finding(Arena *arena, NearSlice slice, const NearNode *node)
{
    Str category = str_from(category_name(category_of(node)));
    Str named =
        str_format(arena, STR_FMT "/" STR_FMT, STR_ARG(node->enclosing), STR_ARG(node->name));
    Finding finding = {.path = node->path,
                       .line = node->place.line,
                       .col = node->place.col,
                       .end_line = node->place.end_line,
                       .end_col = node->place.end_col,
                       .category = category,
                       .text = node->text,
                       .enclosing = node->enclosing,
                       .stable_id = stable_id(arena, node->path, node->is_def ? node->name : named,
                                              category, node->ordinal),
                       .details = node_details(arena, slice, node)};
    if (!node->is_def) return finding;
    finding.kind = node->kind;
    finding.name = finding.qualified = node->name;
    finding.signature = node->text;
    return finding;
}

static void take_findings(Arena *arena, const NearAnswer *answer, Result *out)
{
    VEC(Finding) findings = {0};
    VEC(Section) sections = {0};
    NearData *data = ARENA_NEW(arena, NearData);
    for (uint32_t i = 0; i < NEAR_SLICES; i++) {
        const NearList *list = &answer->lists[i];
        if (!list->count) continue;
        uint32_t *indexes = ARENA_ARRAY(arena, uint32_t, list->count);
        for (uint32_t k = 0; k < list->count; k++) {
            indexes[k] = (uint32_t)findings.len;
            VEC_PUSH(arena, &findings, node_finding(arena, (NearSlice)i, &list->nodes[k]));
        }
        VEC_PUSH(arena, &sections,
                 (Section){str_from(near_slice_name((NearSlice)i)), indexes, list->count});
    }
    *data = (NearData){answer, findings.items};
    out->data = data;
    out->finding_count = findings.len;
    out->make_finding = make_finding;
    out->sections = sections.items;
    out->section_count = sections.len;
}

static Fail run(Ctx *cx, const Env *env, const void *arguments, Result *out)
{
    NearQuery query;
    NearAnswer *answer = ARENA_NEW(cx->arena, NearAnswer);
    TRY(read_args(cx, arguments, &query));
    TRY(near_run(cx, env, &query, answer));
    *out = code_result(cx->arena, &answer->state, summarise(cx->arena, arguments, answer),
                       answer->subjects.count > 0, "raise --timeout or ask for fewer slices");
    take_findings(cx->arena, answer, out);
    return NULL;
}

static const OpCell cell = {.version = 1,
                            .files = "in"}; // all files: what is around may be anywhere

static const OpExample examples[] = {
    {"cq nb Store.save", "who calls it, what it calls, what overrides it, which tests use it"},
    {"cq nb pkg/store.py:10",
     "around the definition that line 10 is in, if it is a blank line too"},
    {"cq nb Store.save --slice callers --top-k 2 --offset 2", "the next page of one slice"},
    {"cq nb Store --format dot", "as a picture"},
    {0},
};

const OpSpec op_neighborhood = {
    .name = "neighborhood",
    .alias = "nb",
    .summary = "What is around a definition or a place, across files",
    .details =
        "TARGET is what `cq calls` takes: a name, any end of a qualified name, path:line, "
        "path:line:col or a file. A line stands for the definition on it, else for the one around "
        "it, blank lines included; of several definitions of one name the first is taken and the "
        "others are listed. `cq nb` is the same command.\n"
        "The slices: enclosing (the definition around it, and its file), parents (all of those), "
        "children, siblings, callers and callees (each definition once, with the number of calls), "
        "references (uses that are no calls), implementations (what overrides or implements it), "
        "supertypes (of a method: what it overrides), subtypes, imports (that it uses), importers, "
        "tests (in test files, what uses it). Uses have the certainty that `cq calls` explains. "
        "Totals are exact; --slice, --top-k and --offset page through everything. "
        "The risk is that of `cq calls`; it is left out with --slice.\n"
        "A file in a language without name rules has the definitions that the index knows and the "
        "files beside it, nothing else, and the answer says so.\n"
        "Exit status: 0 when there is such a definition or file, 1 when there is none, 2 and above "
        "on a problem.",
    .examples = examples,
    .args = args,
    .args_size = sizeof(NearArgs),
    .result = result,
    .result_size = sizeof(NearSummary),
    .cell = &cell,
    .keeps_budget = true,
    .resident = true,
    .run = run,
    .text = near_text,
    .draw = near_draw,
};
