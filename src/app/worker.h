// app/worker.h - this program as a worker process (runtime/worker.h): parses files, asks DuckDB.
#ifndef CQ_APP_WORKER_H
#define CQ_APP_WORKER_H

// The argument that makes a program of ours a worker: main then returns worker_main().
#define WORKER_ARGUMENT "--worker-process"
int worker_main(void);

#endif
