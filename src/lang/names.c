// lang/names.c
#include "lang/names.h"

uint32_t names_scope_at(const Names *names, uint32_t offset)
{
    uint32_t low = 0, high = names->scope_count; // the first scope that begins behind it
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (names->scopes[middle].span.start <= offset) low = middle + 1;
        else high = middle;
    }
    uint32_t at = low ? low - 1 : 0;
    while (at && names->scopes[at].span.end <= offset) at = names->scopes[at].outer;
    return at;
}
