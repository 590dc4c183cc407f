// support/calls.h - what the calls of small trees mean: tables of files, and what is wanted.
//
// Threads: one. Memory: as said; failures end the test.
#ifndef CQ_SUPPORT_CALLS_H
#define CQ_SUPPORT_CALLS_H

#include <stddef.h>

enum { CALLS_MOST_FILES = 10 };

typedef struct CallsFile {
    const char *path, *text; // folders are made
} CallsFile;

typedef struct CallsCase {
    const char *name;
    CallsFile files[CALLS_MOST_FILES + 1];
    const char *wanted; // "path:line name certainty target ...\n" of each call, in byte order
} CallsCase;

void calls_check(const CallsCase *cases, size_t count);
// Behind the certainty stands its reason: "exact (imported by name)".
void calls_check_reasons(const CallsCase *cases, size_t count);

#endif
