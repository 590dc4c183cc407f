// base/nearest.c
#include "base/nearest.h"

enum { SHORTEST_PREFIX = 3 };

Nearest nearest_to(Str word)
{
    return (Nearest){.word = word, .score = SIZE_MAX};
}

static bool begins_nocase(Str s, Str prefix)
{
    return prefix.len >= SHORTEST_PREFIX && str_eq_nocase(str_sub(s, 0, prefix.len), prefix);
}

void nearest_offer(Nearest *nearest, Str name)
{
    Str word = nearest->word;
    if (!word.len || !name.len) return;
    size_t limit = MAX(word.len / 3, (size_t)1);
    size_t distance = str_distance(word, name, limit);
    bool near = distance <= limit && distance < MAX(word.len, name.len);
    if (!near && (begins_nocase(name, word) || begins_nocase(word, name))) {
        distance = limit + 1; // after every name that is near by its letters
        near = true;
    }
    if (!near || distance >= nearest->score) return;
    nearest->name = name;
    nearest->score = distance;
}

const char *nearest_phrase(Arena *arena, const Nearest *nearest, const char *prefix)
{
    if (!nearest->name.len) return "";
    return str_format(arena, "; did you mean %s" STR_FMT "?", prefix, STR_ARG(nearest->name)).ptr;
}
