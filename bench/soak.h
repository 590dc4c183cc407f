// bench/soak.h - long random runs that look for what tests of one thing cannot find: each prints
// one line of what it did, and lines for broken invariants.
#ifndef CQ_BENCH_SOAK_H
#define CQ_BENCH_SOAK_H

#include <stdint.h>

// Random plans on one engine: several at once, with cells that fail, hang, talk, and with caches.
// Returns 0 when every invariant held and memory stayed the same.
int soak_plans(double seconds, uint64_t seed);

#endif
