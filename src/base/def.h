// base/def.h - attributes and tiny macros every file may use.
#ifndef CQ_BASE_DEF_H
#define CQ_BASE_DEF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MUST_CHECK __attribute__((warn_unused_result)) // ignoring a Fail does not compile
#define PRINTF_LIKE(fmt, args) __attribute__((format(printf, fmt, args), nonnull(fmt)))
#define NORETURN __attribute__((noreturn))
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

// Lock annotations: documentation for readers; clang below 22 rejects them on sibling members.
#define GUARDED_BY(mu)
#define REQUIRES(mu)

#define NS_PER_MS 1000000LL
#define NS_PER_S 1000000000LL

#endif
