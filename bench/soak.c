// bench/soak.c - cq-soak: random work for a long time, watched for faults, leaks and growth.
//
//   cq-soak MODE [--seconds N] [--threads N]
//
// Prints a line at the start, each minute, and at the end. Exits with 1 after a fault or a leak.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "soak.h"

// Of memory, from a tenth of the time on. Sanitizers keep what is freed for a while.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
enum { MOST_GROWTH_KIB = 1 << 20 };
#else
enum { MOST_GROWTH_KIB = 32 << 10 };
#endif

static const SoakMode *const modes[] = {&soak_cells, &soak_plans};

static long rss_kib(void)
{
    long pages = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    if (!file) return 0;
    if (fscanf(file, "%ld %ld", &pages, &resident) != 2) resident = 0;
    fclose(file);
    return resident * (sysconf(_SC_PAGESIZE) / 1024);
}

static void print_report(const char *when, const SoakReport *report)
{
    printf(
        "%-8s operations %llu, builds %llu, disposals %llu, live %llu, faults %llu, RSS %ld KiB\n",
        when, (unsigned long long)report->operations, (unsigned long long)report->builds,
        (unsigned long long)report->disposals, (unsigned long long)report->live,
        (unsigned long long)report->faults, rss_kib());
    fflush(stdout);
}

static void sleep_ms(long ms)
{
    struct timespec wait = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * NS_PER_MS};
    nanosleep(&wait, NULL);
}

static int soak(const SoakMode *mode, int64_t seconds, int threads)
{
    SoakReport report = {0};
    size_t objects = mem_live_count();
    print_report("start", &report);
    void *run = mode->start(threads);
    int64_t start_ns = clock_now_ns(), end_ns = start_ns + seconds * NS_PER_S;
    int64_t settled_ns = start_ns + seconds * NS_PER_S / 10, minute = 1;
    long settled_kib = 0, most_kib = 0;
    while (clock_now_ns() < end_ns) {
        sleep_ms(100);
        mode->look(run, &report);
        if (!settled_kib && clock_now_ns() >= settled_ns) settled_kib = rss_kib();
        most_kib = MAX(most_kib, rss_kib());
        if (clock_now_ns() < start_ns + minute * 60 * NS_PER_S) continue;
        char when[32];
        snprintf(when, sizeof when, "%lld min", (long long)minute++);
        print_report(when, &report);
    }
    mode->stop(run, &report);
    print_report("end", &report);
    bool leaked = report.live != 0 || mem_live_count() != objects;
    bool grew = most_kib - settled_kib > MOST_GROWTH_KIB;
    if (report.faults) puts("FAULTS");
    if (leaked) puts("LEAK: not everything was given back");
    if (grew) printf("GROWTH: from %ld to %ld KiB\n", settled_kib, most_kib);
    return report.faults || leaked || grew;
}

static int usage(void)
{
    fprintf(stderr, "usage: cq-soak MODE [--seconds N] [--threads N]\nmodes:\n");
    for (size_t i = 0; i < ARRAY_LEN(modes); i++)
        fprintf(stderr, "  %-8s %s\n", modes[i]->name, modes[i]->what);
    return 2;
}

int main(int argc, char **argv)
{
    const SoakMode *mode = NULL;
    long seconds = 60, threads = 4;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--seconds") == 0 && i + 1 < argc)
            seconds = strtol(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--threads") == 0 && i + 1 < argc)
            threads = strtol(argv[++i], NULL, 10);
        else
            for (size_t j = 0; j < ARRAY_LEN(modes); j++)
                if (strcmp(argv[i], modes[j]->name) == 0) mode = modes[j];
    }
    if (!mode || seconds < 1 || threads < 1 || threads > 64) return usage();
    return soak(mode, seconds, (int)threads);
}
