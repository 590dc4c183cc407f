// service/index_behind.c
#include "service/index_behind.h"

#include "base/clock.h"
#include "base/os_disk.h"
#include "base/os_process.h"

#define RUNNING "running "
enum {
    MOST_NOTE_BYTES = 4096,
    PATIENCE_MS = 50, // longer than it takes others to see that nobody holds the lock
};

static const char *note_path(Arena *arena, const Store *store)
{
    return str_join(arena, store_folder(store), STR("/"), STR("background")).ptr;
}

// Empty when there is none.
static Str read_note(Ctx *cx, const Store *store)
{
    Str note;
    Fail fail = os_read_file(cx, OS_CWD, note_path(cx->arena, store), MOST_NOTE_BYTES, &note);
    return fail ? STR_NONE : note;
}

// What cannot be written cannot be told.
static void write_note(Ctx *cx, const Store *store, Str text)
{
    Fail ignored = os_replace_file(cx, OS_CWD, note_path(cx->arena, store), text);
    (void)ignored;
}

static Str now(Arena *arena)
{
    return clock_rfc3339(arena, clock_wall_ms());
}

Fail index_build_behind(Ctx *cx, const IndexPlanSpec *spec, const Store *store, IndexRun *run)
{
    int holder;
    RefreshOptions options = *spec->options;
    IndexPlanSpec own = *spec;
    RefreshReport *report = &run->report;
    options.patience_ns = PATIENCE_MS * NS_PER_MS;
    own.options = &options;
    *run = (IndexRun){0};
    os_end_after(BEHIND_MOST_S);
    TRY(store_probe(cx, store, options.patience_ns, &report->busy, &holder));
    if (report->busy) return NULL;
    Str running =
        str_format(cx->arena, RUNNING "%d " STR_FMT "\n", os_pid(), STR_ARG(now(cx->arena)));
    write_note(cx, store, running);
    Fail fail = index_plan_run(cx, &own, run);
    if (!fail && report->busy && !str_eq(read_note(cx, store), running)) return NULL;
    if (fail) {
        Ctx told = {.arena = cx->arena}; // also when it was the time that ended it
        write_note(&told, store,
                   str_format(cx->arena, STR_FMT ": " STR_FMT "\n", STR_ARG(now(cx->arena)),
                              STR_ARG(fail->detail)));
        return fail;
    }
    return os_remove(cx, OS_CWD, note_path(cx->arena, store));
}

Str index_behind_trouble(Ctx *cx, const Store *store)
{
    Str note = str_trim(read_note(cx, store)), rest, pid;
    bool busy = false;
    int holder = 0;
    int64_t number = 0;
    if (!str_starts(note, STR(RUNNING))) return note;
    rest = str_sub(note, strlen(RUNNING), note.len);
    if (!store_probe(cx, store, 0, &busy, &holder) && busy) return STR_NONE;
    bool known = str_next(&rest, ' ', &pid) && str_to_int(pid, &number) && number <= INT32_MAX;
    if (known && os_is_running((int)number)) return STR_NONE;           // about to begin, or to end
    if (!str_eq(str_trim(read_note(cx, store)), note)) return STR_NONE; // it ended
    return str_format(cx->arena, "process " STR_FMT " of " STR_FMT " was ended before it was done",
                      STR_ARG(pid), STR_ARG(rest));
}
