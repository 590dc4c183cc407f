// fuzz/entity_query.c - the text of an entity query: whatever is accepted has sound values, and a
// refusal says where.
#include <stdlib.h>

#include "base/json.h"
#include "service/entity_query.h"

static void check_query(const EntityQuery *query)
{
    if (query->relation_count > MOST_RELATIONS || query->limit < -1) abort();
    if (query->name.mode != NAME_ANY && !query->name.text.len) abort();
    for (int i = 0; i < EXPANDS; i++)
        if (query->expand_depth[i] < 0 || query->expand_depth[i] > 20) abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    EntityWords words;
    EntityQuery query;
    Str text = str_copy(&arena, (Str){(const char *)data, size});
    Fail fail = entity_words_read(&arena, text, &words);
    if (!fail && !words.plain.len) {
        fail = entity_query_make(&cx, &words, &query);
        if (!fail) check_query(&query);
        if (!fail)
            (void)name_filter_takes(&query.name,
                                    query.name.regex ? matcher_new(&arena, query.name.regex) : NULL,
                                    text, text);
    }
    const Json *offset = fail ? json_get(fail->ext, STR("offset")) : NULL;
    if (offset && (offset->integer < 0 || (size_t)offset->integer > size)) abort();
    arena_fini(&arena);
    return 0;
}
