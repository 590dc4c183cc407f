// op/code_rows.c
#include "op/code_rows.h"

#include "base/nearest.h"
#include "base/vec.h"
#include "op/langs.h"
#include "service/stable_id.h"

const Field target_fields[] = {
    FIELD(TargetRow, name, STR, "its own name"),
    FIELD(TargetRow, qualified, STR, "with the names around it"),
    FIELD(TargetRow, kind, STR, "function, method, class, ..., or file"),
    FIELD(TargetRow, signature, STR, "its head, on one line", .flags = FIELD_OPTIONAL_OUT),
    FIELD(TargetRow, path, PATH, "relative to the root"),
    FIELD(TargetRow, line, U32, "of its name, from 1"),
    FIELD(TargetRow, col, U32, "of its name, in bytes from 0"),
    FIELD(TargetRow, end_line, U32, "of the whole definition"),
    FIELD(TargetRow, end_col, U32, "of the whole definition, exclusive"),
    FIELD(TargetRow, language, STR, "of its file"),
    FIELD(TargetRow, role, STR, "source, test, docs, generated or vendored"),
    FIELD(TargetRow, condition, STR, "of C and C++: the #if that it stands under",
          .flags = FIELD_OPTIONAL_OUT),
    {0},
};

const Field risk_fields[] = {
    FIELD(RiskRow, level, STR, "low, medium or high; unknown when only a part was asked for"),
    FIELD(RiskRow, reasons, STRS, "what it is made of"),
    {0},
};

const Field index_row_fields[] = {
    FIELD(IndexRow, files, SIZE, "indexed"),
    FIELD(IndexRow, changed_files, SIZE, "read since it was published"),
    FIELD(IndexRow, generation, SIZE, "of what is published; 0: nothing"),
    FIELD(IndexRow, unnamed_files, SIZE, "code in languages without name rules"),
    FIELD(IndexRow, lost_files, SIZE, "that could not be read or parsed"),
    FIELD(IndexRow, universe, STR,
          "where the list of files is from: git-index, git-command or walk"),
    FIELD(IndexRow, build, STR, "of the index, behind the answer: none, started or elsewhere"),
    FIELD(IndexRow, trouble, STR, "why what is published was not used",
          .flags = FIELD_OPTIONAL_OUT),
    FIELD(IndexRow, stale, BOOL, "nobody looked whether files changed"),
    {0},
};

const Field insight_fields[] = {
    FIELD(InsightRow, target, RECORD, "the first one", .sub = target_fields),
    FIELD(InsightRow, calls, COUNTS, "of it, by certainty"),
    FIELD(InsightRow, neighbourhood, COUNTS, "how many of each"),
    FIELD(InsightRow, risk, RECORD, "of a change, from resolved facts", .sub = risk_fields),
    FIELD(InsightRow, degradation, STRS, "what the answer cannot tell"),
    {0},
};

Str subject_kind(const Subject *subject)
{
    if (subject->ref.def == WORLD_NONE) return STR("file");
    return str_from(subject->declaration ? "declaration" : def_kind_name(subject->kind));
}

TargetRow target_row(const Subject *subject)
{
    return (TargetRow){.name = subject->name,
                       .qualified = subject->qualified,
                       .kind = subject_kind(subject),
                       .signature = subject->signature,
                       .path = subject->path,
                       .language = str_from(lang_name(subject->lang)),
                       .role = str_from(role_name(subject->role)),
                       .condition = subject->condition,
                       .line = subject->name_place.line,
                       .col = subject->name_place.col,
                       .end_line = subject->place.end_line,
                       .end_col = subject->place.end_col};
}

RecordList target_rows(Arena *arena, const Subject *subjects, size_t count)
{
    TargetRow *rows = ARENA_ARRAY(arena, TargetRow, count);
    for (size_t i = 0; i < count; i++) rows[i] = target_row(&subjects[i]);
    return (RecordList){rows, count};
}

IndexRow index_row(const CodeState *state)
{
    static const char *const builds[] = {"none", "started", "elsewhere"};
    return (IndexRow){.files = state->files,
                      .changed_files = state->changed_files,
                      .generation = state->generation,
                      .unnamed_files = state->unnamed_files,
                      .lost_files = state->lost_files,
                      .universe = state->universe_source,
                      .build = str_from(builds[state->build]),
                      .trouble = state->trouble,
                      .stale = state->stale};
}

CountList certainty_counts(Arena *arena, const uint64_t *by)
{
    Count *counts = ARENA_ARRAY(arena, Count, CERTAINTIES);
    size_t count = 0;
    for (int i = 0; i < CERTAINTIES; i++)
        if (by[i]) counts[count++] = (Count){str_from(certainty_name((Certainty)i)), by[i]};
    return (CountList){counts, count};
}

CountList census_counts(Arena *arena, const CensusCounts *from)
{
    Count *counts = ARENA_ARRAY(arena, Count, from->count);
    for (size_t i = 0; i < from->count; i++)
        counts[i] = (Count){from->items[i].name, from->items[i].count};
    return (CountList){counts, from->count};
}

// --- findings ---

Result code_result(Arena *arena, const CodeState *state, const void *summary, bool found,
                   const char *advice)
{
    Result result = {.root = state->root,
                     .summary = summary,
                     .found = found,
                     .interrupted = state->interrupted,
                     .stale = state->stale};
    if (state->timed_out)
        result.problem = FAIL(arena, CANCELLED, "the time limit ended it; %s", advice);
    return result;
}

Finding subject_finding(Arena *arena, const Subject *subject, const Json *details)
{
    Str category = str_from(category_name(CATEGORY_DEFINITION));
    return (Finding){.path = subject->path,
                     .line = subject->name_place.line,
                     .col = subject->name_place.col,
                     .end_line = subject->place.end_line,
                     .end_col = subject->place.end_col,
                     .category = category,
                     .text = subject->signature,
                     .kind = subject_kind(subject),
                     .name = subject->name,
                     .qualified = subject->qualified,
                     .signature = subject->signature,
                     .stable_id = stable_id(arena, subject->path, subject->qualified, category,
                                            subject->ordinal),
                     .details = details};
}

static const Json *json_shape(Arena *arena, const CallSite *site)
{
    Json *shape = json_new_object(arena), *keywords = json_new_array(arena);
    for (uint32_t i = 0; i < site->keyword_count; i++)
        json_push(arena, keywords, json_new_str(arena, site->keywords[i]));
    json_set(arena, shape, STR("shape"), json_new_str(arena, census_shape(arena, site)));
    json_set(arena, shape, STR("positional"), json_new_int(arena, site->positional));
    json_set(arena, shape, STR("keywords"), keywords);
    json_set(arena, shape, STR("star"), json_new_bool(arena, site->star));
    json_set(arena, shape, STR("star_star"), json_new_bool(arena, site->star_star));
    return shape;
}

static const Json *site_details(Arena *arena, const CallSite *site)
{
    Json *details = json_new_object(arena);
    json_set(arena, details, STR("edge"),
             json_new_str(arena, str_from(edge_kind_name(site->kind))));
    json_set(arena, details, STR("certainty"),
             json_new_str(arena, str_from(certainty_name(site->certainty))));
    json_set(arena, details, STR("reason"),
             json_new_str(arena, str_from(reason_text(site->reason))));
    json_set(arena, details, STR("role"), json_new_str(arena, str_from(role_name(site->role))));
    if (site->others)
        json_set(arena, details, STR("other_targets"), json_new_int(arena, site->others));
    if (site->receiver.len)
        json_set(arena, details, STR("receiver"), json_new_str(arena, site->receiver));
    if (site->through_base)
        json_set(arena, details, STR("through_base"), json_new_bool(arena, true));
    if (site->use & ROLE_DECORATOR)
        json_set(arena, details, STR("decorator"), json_new_bool(arena, true));
    if (site->macro || site->use & ROLE_MACRO)
        json_set(arena, details, STR("macro"), json_new_bool(arena, true));
    if (site->has_shape) json_set(arena, details, STR("arguments"), json_shape(arena, site));
    return details;
}

static Category category_of(EdgeKind kind)
{
    switch (kind) {
    case EDGE_CALL: return CATEGORY_CALL;
    case EDGE_IMPORT: return CATEGORY_IMPORT;
    case EDGE_TYPE: return CATEGORY_ANNOTATION;
    default: return CATEGORY_REFERENCE;
    }
}

Finding site_finding(Arena *arena, const CallSite *site)
{
    Str category = str_from(category_name(category_of(site->kind)));
    Str named =
        str_format(arena, STR_FMT "/" STR_FMT, STR_ARG(site->enclosing), STR_ARG(site->name));
    return (Finding){.path = site->path,
                     .line = site->place.line,
                     .col = site->place.col,
                     .end_line = site->place.end_line,
                     .end_col = site->place.end_col,
                     .category = category,
                     .text = site->text,
                     .enclosing = site->enclosing,
                     .stable_id = stable_id(arena, site->path, named, category, site->ordinal),
                     .details = site_details(arena, site)};
}

// --- arguments ---

Fail certainties_read(Arena *arena, StrList names, uint32_t *out)
{
    *out = 0;
    for (size_t i = 0; i < names.count; i++) {
        Str rest = names.items[i], name;
        while (str_next(&rest, ',', &name)) {
            uint32_t bit = 0;
            Nearest nearest = nearest_to(name);
            for (int k = 0; k <= CERTAINTY_DYNAMIC; k++) {
                Str known = str_from(certainty_name((Certainty)k));
                if (str_eq(name, known)) bit = 1u << k;
                nearest_offer(&nearest, known);
            }
            if (!bit)
                return FAIL(arena, BAD_REQUEST,
                            "--certainty must be exact, likely, name_only or dynamic, not "
                            "\"" STR_FMT "\"%s",
                            STR_ARG(name), nearest_phrase(arena, &nearest, ""));
            *out |= bit;
        }
    }
    return NULL;
}

Fail langs_read(Arena *arena, StrList names, const LangId **out)
{
    LangId *langs = ARENA_ARRAY(arena, LangId, names.count);
    for (size_t i = 0; i < names.count; i++) TRY(lang_from_arg(arena, names.items[i], &langs[i]));
    *out = langs;
    return NULL;
}

Str shell_word(Arena *arena, Str text)
{
    bool plain = text.len > 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool word = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
        plain &= word || strchr("_./:-+@,%", c) != NULL;
    }
    return plain ? text : str_format(arena, "'" STR_FMT "'", STR_ARG(text));
}
