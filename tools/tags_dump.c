// tools/tags_dump.c - cq-tags LANG QUERY.scm... FILE...: the definitions that a grammar's own
// tags.scm finds, as `path TAB line TAB kind TAB name`, for tools/recall.py to compare ours with.
//
// Arguments that end in .scm are one query, joined in order: TypeScript's builds on JavaScript's.
// Like the tree-sitter program: a name that several patterns match goes to the first of them, and
// files are parsed as they are (our own extraction hides from the grammar what would mislead it).
// Exit: 0, or the code of the problem (base/problem.def), which goes to stderr as JSON.
#include <stdio.h>
#include <stdlib.h>

#include "base/os.h"
#include "base/vec.h"
#include "lang/spec.h"

enum { LARGEST_FILE = 16 << 20 }; // bytes, as for facts

typedef struct Tags {
    TSParser *parser;
    TSQuery *query;
    TSQueryCursor *cursor;
} Tags;

typedef struct Tag {
    Str kind, name;
    uint32_t line, offset, pattern;
} Tag;
typedef VEC(Tag) TagVec;

typedef VEC(Str) StrVec;

static Str node_text(Str text, TSNode node)
{
    return str_sub(text, ts_node_start_byte(node), ts_node_end_byte(node));
}

static Str query_string(const TSQuery *query, uint32_t id)
{
    uint32_t len = 0;
    const char *ptr = ts_query_string_value_for_id(query, id, &len);
    return (Str){ptr, len};
}

static Str capture_name(const TSQuery *query, uint32_t id)
{
    uint32_t len = 0;
    const char *ptr = ts_query_capture_name_for_id(query, id, &len);
    return (Str){ptr, len};
}

// The text that a predicate's argument stands for; an absent capture has none.
static Str operand(const TSQuery *query, const TSQueryMatch *match, TSQueryPredicateStep step,
                   Str text)
{
    if (step.type == TSQueryPredicateStepTypeString) return query_string(query, step.value_id);
    for (uint16_t i = 0; i < match->capture_count; i++)
        if (match->captures[i].index == step.value_id)
            return node_text(text, match->captures[i].node);
    return STR_NONE;
}

// One predicate, steps[0..count). Fails: BAD_REQUEST for a condition that we do not know.
static Fail holds(Ctx *cx, const TSQuery *query, const TSQueryMatch *match,
                  const TSQueryPredicateStep *steps, uint32_t count, Str text, bool *out)
{
    Str name = query_string(query, steps[0].value_id);
    bool eq = str_eq(name, STR("eq?")), not_eq = str_eq(name, STR("not-eq?"));
    bool any_of = str_eq(name, STR("any-of?"));
    *out = true;
    if (str_ends(name, STR("!"))) return NULL; // a directive; those of tags.scm shape doc comments
    if ((!eq && ! not_eq &&!any_of) || count < 3)
        return FAIL(cx->arena, BAD_REQUEST, "the query asks for #" STR_FMT ", which is not known",
                    STR_ARG(name));
    Str left = operand(query, match, steps[1], text);
    bool found = false;
    for (uint32_t i = 2; i < count; i++)
        found |= str_eq(left, operand(query, match, steps[i], text));
    *out = found != not_eq ;
    return NULL;
}

static Fail all_hold(Ctx *cx, const TSQuery *query, const TSQueryMatch *match, Str text, bool *out)
{
    uint32_t count = 0;
    const TSQueryPredicateStep *steps =
        ts_query_predicates_for_pattern(query, match->pattern_index, &count);
    *out = true;
    for (uint32_t i = 0, start = 0; i < count && *out; i++) {
        if (steps[i].type != TSQueryPredicateStepTypeDone) continue;
        TRY(holds(cx, query, match, steps + start, i - start, text, out));
        start = i + 1;
    }
    return NULL;
}

static Fail add_match(Ctx *cx, const TSQuery *query, const TSQueryMatch *match, Str text,
                      TagVec *tags)
{
    const Str prefix = STR("definition.");
    Tag tag = {.pattern = match->pattern_index};
    for (uint16_t i = 0; i < match->capture_count; i++) {
        TSNode node = match->captures[i].node;
        Str capture = capture_name(query, match->captures[i].index);
        if (str_starts(capture, prefix)) tag.kind = str_sub(capture, prefix.len, capture.len);
        if (!str_eq(capture, STR("name"))) continue;
        tag.name = node_text(text, node);
        tag.offset = ts_node_start_byte(node);
        tag.line = ts_node_start_point(node).row + 1;
    }
    if (!tag.kind.len || !tag.name.len) return NULL;
    bool keep = true;
    TRY(all_hold(cx, query, match, text, &keep));
    if (keep) VEC_PUSH(cx->arena, tags, tag);
    return NULL;
}

static int by_place(const void *left, const void *right)
{
    const Tag *a = left, *b = right;
    if (a->offset != b->offset) return a->offset < b->offset ? -1 : 1;
    return (a->pattern > b->pattern) - (a->pattern < b->pattern);
}

static Str tags_text(Arena *arena, const char *path, const TagVec *tags)
{
    Buf out = buf_on(arena);
    for (size_t i = 0; i < tags->len; i++) {
        const Tag *tag = &tags->items[i];
        if (i && tag[-1].offset == tag->offset) continue;
        buf_addf(&out, "%s\t%u\t" STR_FMT "\t" STR_FMT "\n", path, tag->line, STR_ARG(tag->kind),
                 STR_ARG(tag->name));
    }
    return buf_str(&out);
}

static Fail dump(Ctx *cx, const Tags *with, const char *path)
{
    Str text;
    TagVec tags = {0};
    TSQueryMatch match;
    Fail fail = NULL;
    TRY(os_read_file(cx, OS_CWD, path, LARGEST_FILE, &text));
    TSTree *tree = ts_parser_parse_string(with->parser, NULL, text.ptr, (uint32_t)text.len);
    ts_query_cursor_exec(with->cursor, with->query, ts_tree_root_node(tree));
    while (!fail && ts_query_cursor_next_match(with->cursor, &match))
        fail = add_match(cx, with->query, &match, text, &tags);
    ts_tree_delete(tree);
    TRY(fail);
    if (!tags.len) return NULL;
    qsort(tags.items, tags.len, sizeof *tags.items, by_place);
    return os_write(cx, OS_STDOUT, tags_text(cx->arena, path, &tags));
}

static Fail make(Ctx *cx, const char *wanted, const StrVec *queries, Tags *out)
{
    LangId lang;
    Buf source = buf_on(cx->arena);
    uint32_t where = 0;
    TSQueryError error = TSQueryErrorNone;
    if (!lang_by_name(str_from(wanted), &lang))
        return FAIL(cx->arena, BAD_REQUEST, "no language %s", wanted);
    for (size_t i = 0; i < queries->len; i++) {
        Str part;
        TRY(os_read_file(cx, OS_CWD, queries->items[i].ptr, LARGEST_FILE, &part));
        buf_add(&source, part);
        buf_byte(&source, '\n');
    }
    const TSLanguage *grammar = lang_spec(lang)->grammar();
    ts_parser_set_language(out->parser, grammar);
    out->query = ts_query_new(grammar, buf_str(&source).ptr, (uint32_t)source.len, &where, &error);
    if (!out->query)
        return FAIL(cx->arena, BAD_REQUEST, "the query is wrong at byte %u (error %d)", where,
                    (int)error);
    return NULL;
}

static Fail run(Ctx *cx, int argc, char **argv)
{
    StrVec queries = {0};
    int at = 2;
    while (at < argc && str_ends(str_from(argv[at]), STR(".scm")))
        VEC_PUSH(cx->arena, &queries, str_from(argv[at++]));
    if (!queries.len)
        return FAIL(cx->arena, BAD_REQUEST, "usage: cq-tags LANG QUERY.scm... FILE...");
    Tags tags = {.parser = ts_parser_new(), .cursor = ts_query_cursor_new()};
    Fail fail = make(cx, argv[1], &queries, &tags);
    Arena scratch = {0};
    for (Ctx each = {.arena = &scratch}; at < argc && !fail; at++) {
        fail = dump(&each, &tags, argv[at]);
        if (fail) fail = problem_copy(cx->arena, fail);
        arena_reset(&scratch);
    }
    arena_fini(&scratch);
    ts_query_cursor_delete(tags.cursor);
    if (tags.query) ts_query_delete(tags.query);
    ts_parser_delete(tags.parser);
    return fail;
}

int main(int argc, char **argv)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    int code = 0;
    Fail fail = run(&cx, argc, argv);
    if (fail) {
        Str json = problem_to_json(&arena, fail);
        fprintf(stderr, STR_FMT "\n", STR_ARG(json));
        code = problem_spec(fail->kind)->exit_code;
    }
    arena_fini(&arena);
    return code;
}
