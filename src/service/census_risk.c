// service/census_risk.c - how much a change of the target may break, and why: from what was
// resolved.
//
// Each reason has its weight here and its figures in words; the level is their sum: 4 and more
// high, 2 and more medium.
#include "service/census_.h"

typedef struct Risk {
    Arena *arena;
    VEC(Str) reasons;
    int sum;
} Risk;

static void say(Risk *risk, int weight, Str reason)
{
    risk->sum += weight;
    VEC_PUSH(risk->arena, &risk->reasons, reason);
}

static int steps(uint64_t count, uint64_t some, uint64_t many)
{
    return (count >= some) + (count >= many);
}

// Whether others are meant to use it.
static bool is_public(const Census *census, const Subject *subject)
{
    const WorldFile *file = world_file(census->code->world, subject->ref.file);
    if (subject->ref.def == WORLD_NONE || subject->role != ROLE_SOURCE) return false;
    for (uint32_t i = 0; i < file->names.note_count; i++)
        if (file->names.notes[i].kind == NOTE_HIDDEN &&
            file->names.notes[i].def == subject->ref.def + 1)
            return false;
    if (str_starts(subject->signature, STR("pub("))) return false; // within its crate only
    bool dunder = str_starts(subject->name, STR("__")) && str_ends(subject->name, STR("__"));
    return dunder || !str_starts(subject->name, STR("_"));
}

static const char *plural(uint64_t count)
{
    return count == 1 ? "" : "s";
}

static void say_count(Risk *risk, int weight, uint64_t count, const char *what, const char *rest)
{
    if (!count) return;
    say(risk, weight,
        str_format(risk->arena, "%llu %s%s%s", (unsigned long long)count, what, plural(count),
                   rest));
}

void census_risk(Census *census, CensusTable *table)
{
    Risk risk = {.arena = census->code->cx->arena};
    uint64_t exact = table->calls_by[CERTAINTY_EXACT], likely = table->calls_by[CERTAINTY_LIKELY];
    uint64_t sure = exact + likely, outside = table->files - (table->files > 0);
    say_count(&risk, steps(table->exact_callers, 5, 20), table->exact_callers, "exact caller", "");
    say_count(&risk, outside >= 10, outside ? table->files : 0, "file", " with calls");
    if (is_public(census, &table->subject)) say(&risk, 0, STR("public"));
    if (sure && !table->test_calls) say(&risk, 1, STR("no test calls it"));
    say_count(&risk, 0, table->test_calls, "call", " in tests");
    say_count(&risk, 1 + (table->reach > 4), table->reach, "way", " to it besides calls (hazards)");
    say_count(&risk, 1, table->overriding_count, "overriding definition", "");
    say_count(&risk, 1, table->overridden_count, "overridden definition", "");
    say_count(&risk, table->shapes.count > 3, table->shapes.count > 1 ? table->shapes.count : 0,
              "argument shape", "");
    say_count(&risk, 1, table->star_calls, "call", " with forwarded arguments");
    say_count(&risk, sure ? 0 : 1, table->calls_by[CERTAINTY_NAME_ONLY], "call",
              " of that name that may be it");
    table->risk = risk.sum >= 4 ? RISK_HIGH : risk.sum >= 2 ? RISK_MEDIUM : RISK_LOW;
    table->reasons = risk.reasons.items;
    table->reason_count = risk.reasons.len;
}

const char *census_risk_name(int risk)
{
    static const char *const names[] = {"low", "medium", "high"};
    return names[risk];
}
