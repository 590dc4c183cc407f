#include "store.h"

struct store {
    int size;
};

static int clamp(int value, int most)
{
    return value < most ? value : most;
}

int store_size(const struct store *store)
{
    return clamp(store->size, 10);
}
