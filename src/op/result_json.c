// op/result_json.c
#include "op/result_json.h"

#include "op/answer.h"

Str result_encode(Arena *arena, const OpSpec *op, const Result *result)
{
    Buf buf = buf_on(arena);
    JsonWriter w = {.out = &buf};
    json_begin_object(&w);
    json_member_str(&w, "root", result->root);
    json_member_bool(&w, "found", result->found);
    answer_write_body(&w, op, result, NULL);
    json_end(&w);
    return buf_str(&buf);
}

static Fail not_a_result(Arena *arena, const char *what)
{
    return FAIL(arena, BAD_REQUEST, "kept bytes are no result: %s", what);
}

static Fail read_findings(Arena *arena, const Json *list, Result *out)
{
    if (!list || list->kind != JK_ARRAY) return not_a_result(arena, "findings");
    Finding *findings = ARENA_ARRAY(arena, Finding, list->len);
    for (size_t i = 0; i < list->len; i++)
        TRY(record_from_json(arena, finding_fields, list->items[i], &findings[i]));
    out->data = findings;
    out->finding_count = list->len;
    out->make_finding = result_array_finding;
    return NULL;
}

static Fail read_section(Arena *arena, const Json *from, size_t finding_count, Section *out)
{
    const Json *title = json_get(from, STR("title")), *list = json_get(from, STR("findings"));
    if (!title || title->kind != JK_STR || !list || list->kind != JK_ARRAY)
        return not_a_result(arena, "a section");
    uint32_t *indexes = ARENA_ARRAY(arena, uint32_t, list->len);
    for (size_t i = 0; i < list->len; i++) {
        const Json *index = list->items[i];
        if (index->kind != JK_INT || index->integer < 0 ||
            (uint64_t)index->integer >= finding_count)
            return not_a_result(arena, "an index of a section");
        indexes[i] = (uint32_t)index->integer;
    }
    *out = (Section){title->string, indexes, list->len};
    return NULL;
}

static Fail read_sections(Arena *arena, const Json *list, Result *out)
{
    if (!list || list->kind != JK_ARRAY) return not_a_result(arena, "sections");
    Section *sections = ARENA_ARRAY(arena, Section, list->len);
    for (size_t i = 0; i < list->len; i++)
        TRY(read_section(arena, list->items[i], out->finding_count, &sections[i]));
    out->sections = sections;
    out->section_count = list->len;
    return NULL;
}

Fail result_decode(Arena *arena, const OpSpec *op, Str bytes, Result *out)
{
    const Json *document = NULL;
    Result result = {0};
    TRY(json_parse(arena, bytes, &document));
    const Json *root = json_get(document, STR("root")), *found = json_get(document, STR("found"));
    const Json *summary = json_get(document, STR("summary"));
    if (!root || root->kind != JK_STR || !found || found->kind != JK_BOOL || !summary)
        return not_a_result(arena, "its members");
    void *record = arena_alloc(arena, op->result_size);
    TRY(record_from_json(arena, op->result, summary, record));
    TRY(read_findings(arena, json_get(document, STR("findings")), &result));
    TRY(read_sections(arena, json_get(document, STR("sections")), &result));
    result.summary = record;
    result.root = root->string;
    result.found = found->boolean;
    *out = result;
    return NULL;
}

const Json *result_summary_json(Arena *arena, const OpSpec *op, const Result *result)
{
    Buf buf = buf_on(arena);
    JsonWriter w = {.out = &buf};
    const Json *value = NULL;
    if (!result->summary) return NULL;
    record_write(&w, op->result, result->summary);
    return json_parse(arena, buf_str(&buf), &value) ? NULL : value;
}
