// cq/cq.h - the cq library: open a workspace, run an operation, read the answer or the problem.
//
//   CqEngine *engine = cq_open("/path/to/repository", NULL);
//   CqReply *reply = cq_run(engine, "search", "{\"pattern\":\"main\"}");
//   puts(cq_reply_json(reply));                // the answer, or the problem
//   cq_reply_free(reply);
//   cq_close(engine);
//
// Threads: one engine may be used from many threads at once. A reply belongs to its caller.
// Memory:  strings returned belong to their reply (or are static) and end in NUL.
// Stdout, stderr and signals are left alone. The environment and the configuration (.cq.yaml in
// `root`, or what CQ_CONFIG names) are read, by cq_open only.
// Disk: "find", "index" and "sql" keep an index below the configured index.directory, and what they
// parsed, as "run" its answers, below cache.directory (index.enabled and cache.enabled: false stop
// that); "index" and "cache" change those folders. "run" writes the events file it is asked for,
// "sql" the CSV or Parquet file; a configured trace.file is written. Nothing else is.
#ifndef CQ_CQ_H
#define CQ_CQ_H

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define CQ_API __attribute__((visibility("default")))
#else
#define CQ_API
#endif

typedef struct CqEngine CqEngine;
typedef struct CqReply CqReply;

typedef struct CqOptions { // all zero is the default
    int workers;           // CPU threads besides the caller, at most 1023; 0: as configured, by
                           // default one less than the cores; -1: none
} CqOptions;

// `root` is a folder; paths in answers are relative to the top of its git working tree, or to
// itself outside git. NULL options are the default. Returns NULL only when root is NULL; a root
// that cannot be read, or a configuration that is not valid, is reported by every cq_run of the
// engine: close it, repair that, and open another.
CQ_API CqEngine *cq_open(const char *root, const CqOptions *options);
CQ_API void cq_close(CqEngine *engine); // NULL is fine; every cq_run must have returned

// Runs an operation ("search", "outline", ...) with its arguments as a JSON object (NULL or "" for
// none) and waits for the end. Never NULL: bad input gives a reply that holds a problem.
CQ_API CqReply *cq_run(CqEngine *engine, const char *operation, const char *arguments_json);
// Asks every cq_run of this engine to stop soon; later calls run again. Safe in signal handlers.
CQ_API void cq_cancel(CqEngine *engine);

CQ_API int cq_reply_ok(const CqReply *reply);     // 1: an answer; 0: a problem
CQ_API int cq_reply_status(const CqReply *reply); // exit code: 0 found, 1 nothing, >= 2 a problem
// The answer (schema: cq_schema) or the problem (RFC 9457), one JSON object.
CQ_API const char *cq_reply_json(const CqReply *reply);
CQ_API void cq_reply_free(CqReply *reply); // NULL is fine

CQ_API const char *cq_version(void); // "0.1.0"
// The operations' names, NULL-terminated.
CQ_API const char *const *cq_operations(void);
// The JSON Schema of an operation's answer as a reply to be freed; a problem when it is unknown.
CQ_API CqReply *cq_schema(const char *operation);

#ifdef __cplusplus
}
#endif

#endif
