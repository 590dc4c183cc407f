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

static void line_json(Buf *buf, const Ctx *cx, LogLevel level, const char *event,
                      const LogField *fields, size_t count)
{
    JsonWriter w = {.out = buf};
    json_begin_object(&w);
    json_member_str(&w, "ts", clock_rfc3339(buf->arena, clock_wall_ms()));
    json_member_str(&w, "level", str_from(level_names[level]));
    json_member_str(&w, "event", str_from(event));
    if (cx->request_id.len) json_member_str(&w, "request_id", cx->request_id);
    for (size_t i = 0; i < count; i++) {
        if (fields[i].is_text) json_member_str(&w, fields[i].key, fields[i].text);
        else json_member_int(&w, fields[i].key, fields[i].number);
    }
    json_end(&w);
}

static void line_text(Buf *buf, LogLevel level, const char *event, const LogField *fields,
                      size_t count)
{
    buf_addf(buf, "cq: %s: %s", level_names[level], event);
    for (size_t i = 0; i < count; i++) {
        buf_addf(buf, " %s=", fields[i].key);
        if (fields[i].is_text) buf_add(buf, fields[i].text);
        else buf_int(buf, fields[i].number);
    }
}

void log_write(const Ctx *cx, LogLevel level, const char *event, const LogField *fields,
               size_t count)
{
    Log *log = cx->log;
    if (!log || level < log->least) return;
    Arena arena = {0};
    Buf buf = buf_on(&arena);
    if (log->json) line_json(&buf, cx, level, event, fields, count);
    else line_text(&buf, level, event, fields, count);
    buf_byte(&buf, '\n');
    Ctx own = ctx_child(cx, &arena);
    mutex_lock(&log->mutex);
    Fail fail = os_write(&own, log->file, buf_str(&buf));
    (void)fail; // nowhere left to say it
    mutex_unlock(&log->mutex);
    arena_fini(&arena);
}
