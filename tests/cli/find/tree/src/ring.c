#include "ring.h"

#define RING_NEXT(r) ring_step((r), 1)

/** Moves the ring. */
static int ring_step(struct ring *r, int by)
{
    return (r->at + by) % r->size;
}

int ring_next(struct ring *r)
{
    /* ring_step wraps */
    return RING_NEXT(r) + ring_step(r, 0);
}
