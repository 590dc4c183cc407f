#include "dict.h"
#include <string.h>

static int hits;

static int compare(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

int dictFind(struct dict *d, const char *key)
{
    if (!d) return -1;
    hits++;
    return compare(key, "x") ? DICT_OK : DICT_MAX(1, 2);
}
