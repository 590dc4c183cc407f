// service/index_behind.c
#include "service/index_behind.h"

#include "base/clock.h"
#include "base/os_disk.h"
#include "base/os_process.h"

#define RUNNING "running "
enum { MOST_NOTE_BYTES = 4096 };

static const char *note_path(Arena *arena, const Store *store)
{
    return str_join(arena, store_folder(store), STR("/"), STR("background")).ptr;
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

Fail index_build_behind(Ctx *cx, const RefreshSpec *spec, const Store *store,
                        const RefreshOptions *options, RefreshReport *report)
{
    int holder;
    *report = (RefreshReport){0};
    os_end_after(BEHIND_MOST_S);
    TRY(store_probe(cx, store, &report->busy, &holder));
    if (report->busy) return NULL;
    Str running = str_format(cx->arena, RUNNING "%d " STR_FMT "\n", os_pid(),
                             STR_ARG(now(cx->arena)));
    write_note(cx, store, running);
    Fail fail = refresh_index(cx, spec, options, report);
    if (!fail && report->busy) return NULL; // the other one's note, now or at its end
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
    Str note;
    bool busy = false;
    int holder = 0;
    if (os_read_file(cx, OS_CWD, note_path(cx->arena, store), MOST_NOTE_BYTES, &note))
        return STR_NONE;
    note = str_trim(note);
    if (!str_starts(note, STR(RUNNING))) return note;
    if (!store_probe(cx, store, &busy, &holder) && busy) return STR_NONE;
    return str_join(cx->arena, STR("it was ended before it was done: process"), STR(" "),
                    str_sub(note, strlen(RUNNING), note.len));
}
