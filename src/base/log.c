// base/log.c
#include "base/log.h"

#include "base/clock.h"
#include "base/json.h"

static const char *const level_names[] = {"debug", "info", "warn", "error"};

void log_init(Log *log, OsFile file, LogLevel least, bool json)
{
    *log = (Log){.file = file, .least = least, .json = json};
    mutex_init(&log->mutex, RANK_LOG);
}

Log *log_lasting(Log *log)
{
    return log && log->lasting ? log->lasting : log;
}

Str log_take(Log *log, Arena *arena)
{
    mutex_lock(&log->mutex);
    Str text = str_copy(arena, buf_str(log->kept));
    log->kept->len = 0;
    mutex_unlock(&log->mutex);
    return text;
}

void log_fini(Log *log)
{
    if (log) mutex_fini(&log->mutex);
}

bool log_level_parse(Str name, LogLevel *out)
{
    for (size_t i = 0; i < ARRAY_LEN(level_names); i++)
        if (str_eq(name, str_from(level_names[i]))) {
            *out = (LogLevel)i;
            return true;
        }
    return false;
}

static bool has_field(const LogField *fields, size_t count, const char *key)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(fields[i].key, key) == 0) return true;
    return false;
}

enum { WORK_FIELDS = 3 };

// The fields that cx->work adds; returns how many.
static size_t work_fields(const Ctx *cx, const LogField *fields, size_t count, LogField *out)
{
    if (!cx->work) return 0;
    const LogField all[WORK_FIELDS] = {LOG_STR("op", cx->work->op),
                                       LOG_STR("run_id", cx->work->run_id),
                                       LOG_STR("cell_id", cx->work->cell_id)};
    size_t kept = 0;
    for (size_t i = 0; i < WORK_FIELDS; i++)
        if (all[i].text.len && !has_field(fields, count, all[i].key)) out[kept++] = all[i];
    return kept;
}

static void fields_json(JsonWriter *w, const LogField *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (fields[i].is_text) json_member_str(w, fields[i].key, fields[i].text);
        else json_member_int(w, fields[i].key, fields[i].number);
    }
}

static void fields_text(Buf *buf, const LogField *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        buf_addf(buf, " %s=", fields[i].key);
        if (fields[i].is_text) buf_add(buf, fields[i].text);
        else buf_int(buf, fields[i].number);
    }
}

static void line_json(Buf *buf, const Ctx *cx, LogLevel level, const char *event,
                      const LogField *fields, size_t count)
{
    JsonWriter w = {.out = buf};
    json_begin_object(&w);
    json_member_str(&w, "ts", clock_rfc3339(buf->arena, clock_wall_ms()));
    json_member_str(&w, "level", str_from(level_names[level]));
    json_member_str(&w, "event", str_from(event));
    if (cx->request_id.len) json_member_str(&w, "request_id", cx->request_id);
    LogField work[WORK_FIELDS];
    fields_json(&w, work, work_fields(cx, fields, count, work));
    fields_json(&w, fields, count);
    json_end(&w);
}

static void line_text(Buf *buf, const Ctx *cx, LogLevel level, const char *event,
                      const LogField *fields, size_t count)
{
    LogField work[WORK_FIELDS];
    buf_addf(buf, "cq: %s: %s", level_names[level], event);
    fields_text(buf, work, work_fields(cx, fields, count, work));
    fields_text(buf, fields, count);
}

void log_write(const Ctx *cx, LogLevel level, const char *event, const LogField *fields,
               size_t count)
{
    Log *log = cx->log;
    if (!log || level < log->least) return;
    Arena arena = {0};
    Buf buf = buf_on(&arena);
    if (log->json) line_json(&buf, cx, level, event, fields, count);
    else line_text(&buf, cx, level, event, fields, count);
    buf_byte(&buf, '\n');
    Ctx own = ctx_child(cx, &arena);
    mutex_lock(&log->mutex);
    Fail fail = NULL;
    if (log->kept) buf_add(log->kept, buf_str(&buf));
    else fail = os_write(&own, log->file, buf_str(&buf));
    (void)fail; // nowhere left to say it
    mutex_unlock(&log->mutex);
    arena_fini(&arena);
}
