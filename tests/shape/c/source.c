/* A queue of jobs with a fixed number of slots. */
#include "queue.h"
#include <stdio.h>
#include <stdlib.h>

#define SLOTS 16
#define MAX(a, b) ((a) > (b) ? (a) : (b))

typedef struct job {
    int id;
    const char *name;
    void (*run)(void *arg);
    struct job *next;
} job_t;

struct queue {
    job_t slots[SLOTS];
    unsigned int head, tail;
};

enum state { IDLE, BUSY = 2, DONE };

static int count = 0;
static const char *const names[] = {"idle", "busy", "done"};

static int push(struct queue *q, job_t job)
{
    if (q == NULL)
        return -1;
    if (q->tail - q->head == SLOTS) {
        fprintf(stderr, "full: %d\n", job.id);
        return -1;
    }
    q->slots[q->tail++ % SLOTS] = job;
    count = count + 1;
    return 0;
}

job_t *pop(struct queue *q)
{
    job_t *job = NULL;
    if (q->head != q->tail) job = &q->slots[q->head++ % SLOTS];
    return job;
}

void drain(struct queue *q, int limit)
{
    int i;
    for (i = 0; i < limit; i++) {
        job_t *job = pop(q);
        if (!job) break;
        job->run((void *)job); /* may push */
        free(job);
        job = NULL;
    }
    while (q->head < q->tail) {
        q->head++;
    }
    do { i--; } while (i > 0);
}

int main(int argc, char **argv)
{
    struct queue *q = malloc(sizeof(struct queue));
    char *buffer = malloc(sizeof *buffer * 10);
    int a = 1, b = 2;
    if (a == a || a == b) goto out;
    memcpy(buffer, argv[0], sizeof(buffer));
    push(q, (job_t){.id = 1, .name = "first"});
    foo(a, a);
    foo(a, b);
    foo(a, b, MAX(a, b));
    switch (argc) {
    case 1: drain(q, 10); break;
    default: drain(q, a ? b : a);
    }
out:
    free(buffer);
    free(q);
    return 0;
}

#ifdef DEBUG
void dump(struct queue *q)
{
    printf("%u %u\n", q->head, q->tail);
}
#endif
