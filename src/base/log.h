// base/log.h - structured events: a fixed dotted name and typed fields.
//
//   log_event(cx, LOG_WARN, "git.fallback", LOG_STR("reason", why), LOG_INT("exit", code));
//
// One JSON object a line off a terminal, readable text on one. op, run_id and cell_id of cx->work
// stand in front, unless the event has a field of that name. stderr only, never stdout.
// Threads: any. Blocks: for the write. Fails: never; an event that cannot be written is dropped.
#ifndef CQ_BASE_LOG_H
#define CQ_BASE_LOG_H

#include "base/os.h"

typedef enum LogLevel { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR } LogLevel;

typedef struct LogField {
    const char *key;
    Str text;       // used when `is_text`
    int64_t number; // else
    bool is_text;
} LogField;

struct Log {
    OsFile file;
    LogLevel least;
    bool json;
    Buf *kept;    // NULL: written to `file`; else added here, which the mutex guards
    Log *lasting; // of one that ends with its request: the one to use for what goes on; else NULL
    Mutex mutex;  // one line at a time
};

void log_init(Log *log, OsFile file, LogLevel least, bool json);
Str log_take(Log *log, Arena *arena); // what was kept since the last time
// For work that outlives the request which has this log; NULL is fine.
Log *log_lasting(Log *log);
void log_fini(Log *log);
bool log_level_parse(Str name, LogLevel *out); // debug info warn error
void log_write(const Ctx *cx, LogLevel level, const char *event, const LogField *fields,
               size_t count);

#define LOG_STR(name, value) ((LogField){.key = (name), .text = (value), .is_text = true})
#define LOG_INT(name, value) ((LogField){.key = (name), .number = (value)})
#define log_event(cx, level, event, ...)                                                           \
    log_write((cx), (level), (event), (const LogField[]){__VA_ARGS__},                             \
              sizeof((const LogField[]){__VA_ARGS__}) / sizeof(LogField))

#endif
