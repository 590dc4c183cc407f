// op/answer.c
#include "op/answer.h"

#include "base/version.h"

const Field run_fields[] = {
    FIELD(RunInfo, command, STR, "the operation"),
    FIELD(RunInfo, argv, STRS, "the command line; empty when called from a program"),
    FIELD(RunInfo, root, PATH, "absolute path of the workspace; paths are relative to it"),
    FIELD(RunInfo, started, STR, "when, as RFC 3339 in UTC"),
    FIELD(RunInfo, elapsed_ms, REAL, "milliseconds until the answer was complete"),
    FIELD(RunInfo, interrupted, BOOL, "stopped early: the answer holds what was found until then"),
    FIELD(RunInfo, cq_version, STR, "version of cq"),
    FIELD(RunInfo, schema_version, U32, "version of this document's schema"),
    {0},
};

const Field finding_fields[] = {
    FIELD(Finding, path, PATH, "file, relative to the root"),
    FIELD(Finding, line, U32, "line where it begins, from 1"),
    FIELD(Finding, col, U32, "byte in that line where it begins, from 0"),
    FIELD(Finding, end_line, U32, "line where it ends"),
    FIELD(Finding, end_col, U32, "byte in that line before which it ends"),
    FIELD(Finding, category, STR, "what stands there: definition, call, comment ..."),
    FIELD(Finding, text, STR, "the line it stands on (a definition: its name), cut at 400 bytes"),
    FIELD(Finding, enclosing, STR, "qualified name of the definition around it",
          .flags = FIELD_OPTIONAL_OUT),
    FIELD(Finding, kind, STR, "of a definition: function, class ...", .flags = FIELD_OPTIONAL_OUT),
    FIELD(Finding, name, STR, "of a definition: its name", .flags = FIELD_OPTIONAL_OUT),
    FIELD(Finding, qualified, STR, "of a definition: its name with those around it",
          .flags = FIELD_OPTIONAL_OUT),
    FIELD(Finding, signature, STR, "of a definition: its head on one line",
          .flags = FIELD_OPTIONAL_OUT),
    FIELD(Finding, depth, U32, "of a definition: how many definitions are around it",
          .flags = FIELD_OPTIONAL_OUT),
    FIELD(Finding, stable_id, STR, "the same after edits elsewhere in the file",
          .flags = FIELD_OPTIONAL_OUT),
    FIELD(Finding, details, JSON, "an object: what the operation knows besides",
          .flags = FIELD_OPTIONAL_OUT),
    {0},
};

enum { PIECE_BYTES = 64 << 10 };

// False when nobody reads on.
static bool piece_ends(JsonWriter *w, const AnswerDrain *drain)
{
    return !drain || w->out->len < PIECE_BYTES || drain->drain(drain->arg, w->out);
}

static bool write_findings(JsonWriter *w, const Result *result, const AnswerDrain *drain)
{
    json_key(w, "findings");
    json_begin_array(w);
    for (size_t i = 0; i < result->finding_count; i++) {
        Finding finding = result_finding(result, i);
        record_write(w, finding_fields, &finding);
        if (!piece_ends(w, drain)) return false;
    }
    json_end(w);
    return true;
}

static bool write_sections(JsonWriter *w, const Result *result, const AnswerDrain *drain)
{
    json_key(w, "sections");
    json_begin_array(w);
    for (size_t i = 0; i < result->section_count; i++) {
        const Section *section = &result->sections[i];
        json_begin_object(w);
        json_member_str(w, "title", section->title);
        json_key(w, "findings");
        json_begin_array(w);
        for (size_t j = 0; j < section->count; j++) {
            json_write_int(w, section->findings[j]);
            if (!piece_ends(w, drain)) return false;
        }
        json_end(w);
        json_end(w);
    }
    json_end(w);
    return true;
}

static void write_problem(JsonWriter *w, Fail fail)
{
    Arena *arena = w->out->arena;
    const Json *document = NULL;
    if (json_parse(arena, problem_to_json(arena, fail), &document)) return;
    json_write(w, document);
}

static void write_problems(JsonWriter *w, const Result *result)
{
    if (!result->problem) return;
    json_key(w, "problems");
    json_begin_array(w);
    write_problem(w, result->problem);
    for (size_t i = 0; i < result->more_count; i++) write_problem(w, result->more_problems[i]);
    json_end(w);
}

bool answer_write_body(JsonWriter *w, const OpSpec *op, const Result *result,
                       const AnswerDrain *drain)
{
    json_key(w, "summary");
    record_write(w, op->result, result->summary);
    if (!write_findings(w, result, drain) || !write_sections(w, result, drain)) return false;
    write_problems(w, result);
    return true;
}

void answer_write(JsonWriter *w, const OpSpec *op, const RunInfo *info, const Result *result,
                  const AnswerDrain *drain)
{
    RunInfo run = *info;
    run.root = result->root;
    run.interrupted = result->interrupted;
    run.cq_version = STR(CQ_VERSION);
    run.schema_version = SCHEMA_VERSION;
    json_begin_object(w);
    json_key(w, "schema");
    json_write_str(w, str_format(w->out->arena, "cq.%s.v%d", op->name, SCHEMA_VERSION));
    json_key(w, "run");
    record_write(w, run_fields, &run);
    if (answer_write_body(w, op, result, drain)) json_end(w);
}

int answer_status(const Result *result)
{
    int status = result->found ? 0 : 1;
    if (!result->problem) return status;
    status = problem_spec(result->problem->kind)->exit_code;
    for (size_t i = 0; i < result->more_count; i++)
        status = MAX(status, problem_spec(result->more_problems[i]->kind)->exit_code);
    return status;
}
