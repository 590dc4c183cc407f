// tools/shape_dump.c - cq-shape: the matches of one rule in files, as JSON lines, for tests.
//
//   cq-shape [--quiet] [--no-words] LANGUAGE RULE FILE...
//
// RULE is a rule, or @FILE with a rule a line: then "case" tells which line (from 1) a match is of,
// and a line that is not valid gives {"case", "problem"} instead of matches. A rule is that of
// ast-grep in JSON, {"pattern": ..., "inside": {...}}, or an object with "rule" and "constraints".
// Each match is one line: file, range in bytes, text, captures. --quiet prints how many there are,
// and bytes and milliseconds spent; --no-words parses also what cannot match. Exit: 0, or the code
// of the problem (base/problem.def), which goes to stderr as JSON.
#include <stdio.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/os.h"
#include "lang/shape.h"

typedef struct Job {
    Ctx *cx;
    Parser *parser;
    const Shape *shape;
    bool quiet, all_files;
    int64_t line; // of the rule; 0 when there is one only
    size_t matches, bytes, parsed;
    int64_t parse_ns, match_ns;
} Job;

// --- the rule ---

static Fail read_rule(Arena *arena, const Json *json, ShapeRule *out);

static Fail wrong(Arena *arena, Str key, const char *what)
{
    return FAIL(arena, BAD_REQUEST, "\"" STR_FMT "\" %s", STR_ARG(key), what);
}

static Fail read_str(Arena *arena, const JsonMember *member, Str *out)
{
    if (member->value->kind != JK_STR) return wrong(arena, member->key, "must be a string");
    *out = member->value->string;
    return NULL;
}

static Fail read_pattern(Arena *arena, const Json *json, ShapePattern *out)
{
    Str strictness = STR_NONE;
    if (json->kind == JK_STR) out->text = json->string;
    for (size_t i = 0; json->kind == JK_OBJECT && i < json->len; i++) {
        const JsonMember *m = &json->members[i];
        if (str_eq(m->key, STR("context"))) TRY(read_str(arena, m, &out->text));
        else if (str_eq(m->key, STR("selector"))) TRY(read_str(arena, m, &out->selector));
        else if (str_eq(m->key, STR("strictness"))) TRY(read_str(arena, m, &strictness));
        else if (str_eq(m->key, STR("allowErrors"))) out->allow_errors = m->value->boolean;
        else return wrong(arena, m->key, "is no member of a pattern");
    }
    if (strictness.len && !shape_strictness_by_name(strictness, &out->strictness))
        return wrong(arena, strictness, "is no strictness");
    return NULL;
}

static Fail new_rule(Arena *arena, const Json *json, const ShapeRule **out)
{
    ShapeRule *rule = ARENA_NEW(arena, ShapeRule);
    *out = rule;
    return read_rule(arena, json, rule);
}

static Fail read_list(Arena *arena, const Json *json, const ShapeRule **out, size_t *count)
{
    ShapeRule *rules = ARENA_ARRAY(arena, ShapeRule, json->len);
    if (json->kind != JK_ARRAY) return FAIL(arena, BAD_REQUEST, "all and any are arrays");
    for (size_t i = 0; i < json->len; i++) TRY(read_rule(arena, json->items[i], &rules[i]));
    *out = rules;
    *count = json->len;
    return NULL;
}

static Str number_text(Arena *arena, const Json *json)
{
    return json->kind == JK_INT ? str_format(arena, "%lld", (long long)json->integer)
                                : json->string;
}

static Fail read_nth(Arena *arena, const Json *json, ShapeNth *out)
{
    if (json->kind != JK_OBJECT) {
        out->position = number_text(arena, json);
        return NULL;
    }
    const Json *position = json_get(json, STR("position")), *of = json_get(json, STR("ofRule"));
    const Json *reverse = json_get(json, STR("reverse"));
    if (position) out->position = number_text(arena, position);
    out->reverse = reverse && reverse->boolean;
    return of ? new_rule(arena, of, &out->of) : NULL;
}

// A relation is a rule with stopBy and field among its members.
static Fail read_relation(Arena *arena, const Json *json, const ShapeRelation **out)
{
    ShapeRelation *relation = ARENA_NEW(arena, ShapeRelation);
    Json *rest = json_new_object(arena);
    *out = relation;
    for (size_t i = 0; i < json->len && json->kind == JK_OBJECT; i++) {
        const JsonMember *m = &json->members[i];
        if (str_eq(m->key, STR("field"))) {
            TRY(read_str(arena, m, &relation->field));
        } else if (!str_eq(m->key, STR("stopBy"))) {
            json_set(arena, rest, m->key, m->value);
        } else if (m->value->kind == JK_STR) {
            relation->stop = str_eq(m->value->string, STR("end")) ? SHAPE_END : SHAPE_NEIGHBOR;
        } else {
            relation->stop = SHAPE_UNTIL;
            TRY(new_rule(arena, m->value, &relation->until));
        }
    }
    return new_rule(arena, rest, &relation->rule);
}

static Fail read_member(Arena *arena, const JsonMember *m, ShapeRule *out)
{
    Str key = m->key;
    if (str_eq(key, STR("pattern"))) return read_pattern(arena, m->value, &out->pattern);
    if (str_eq(key, STR("kind"))) return read_str(arena, m, &out->kind);
    if (str_eq(key, STR("regex"))) return read_str(arena, m, &out->regex);
    if (str_eq(key, STR("nthChild"))) return read_nth(arena, m->value, &out->nth);
    if (str_eq(key, STR("all"))) return read_list(arena, m->value, &out->all, &out->all_count);
    if (str_eq(key, STR("any"))) return read_list(arena, m->value, &out->any, &out->any_count);
    if (str_eq(key, STR("not"))) return new_rule(arena, m->value, &out->not );
    if (str_eq(key, STR("inside"))) return read_relation(arena, m->value, &out->inside);
    if (str_eq(key, STR("has"))) return read_relation(arena, m->value, &out->has);
    if (str_eq(key, STR("precedes"))) return read_relation(arena, m->value, &out->precedes);
    if (str_eq(key, STR("follows"))) return read_relation(arena, m->value, &out->follows);
    return wrong(arena, key, "is no member of a rule");
}

static Fail read_rule(Arena *arena, const Json *json, ShapeRule *out)
{
    if (json->kind != JK_OBJECT) return FAIL(arena, BAD_REQUEST, "a rule is an object");
    for (size_t i = 0; i < json->len; i++) TRY(read_member(arena, &json->members[i], out));
    return NULL;
}

static Fail read_query(Arena *arena, const Json *json, ShapeQuery *out)
{
    const Json *rule = json_get(json, STR("rule")), *of = json_get(json, STR("constraints"));
    TRY(new_rule(arena, rule ? rule : json, &out->rule));
    if (!rule || !of) return NULL;
    ShapeConstraint *constraints = ARENA_ARRAY(arena, ShapeConstraint, of->len);
    for (size_t i = 0; i < of->len; i++) {
        constraints[i].name = of->members[i].key;
        TRY(new_rule(arena, of->members[i].value, &constraints[i].rule));
    }
    out->constraints = constraints;
    out->constraint_count = of->len;
    return NULL;
}

// --- the answer ---

static void put_span(JsonWriter *w, const char *key, Span span)
{
    json_key(w, key);
    json_begin_array(w);
    json_write_int(w, span.start);
    json_write_int(w, span.end);
    json_end(w);
}

static void put_capture(JsonWriter *w, const ShapeCapture *capture)
{
    json_begin_object(w);
    json_member_str(w, "name", capture->name);
    json_member_bool(w, "many", capture->many);
    json_key(w, "nodes");
    json_begin_array(w);
    for (uint32_t i = 0; i < capture->count; i++) {
        json_begin_array(w);
        json_write_int(w, capture->nodes[i].start);
        json_write_int(w, capture->nodes[i].end);
        json_end(w);
    }
    json_end(w);
    json_end(w);
}

static Fail put_match(Job *job, Str file, Str text, const ShapeMatch *match)
{
    Buf buf = buf_on(job->cx->arena);
    JsonWriter w = {.out = &buf};
    json_begin_object(&w);
    if (job->line) json_member_int(&w, "case", job->line);
    json_member_str(&w, "file", file);
    put_span(&w, "range", match->span);
    json_member_str(&w, "kind", str_from(match->kind));
    json_member_str(&w, "text", str_sub(text, match->span.start, match->span.end));
    json_key(&w, "captures");
    json_begin_array(&w);
    for (uint32_t i = 0; i < match->capture_count; i++) put_capture(&w, &match->captures[i]);
    json_end(&w);
    json_end(&w);
    buf_byte(&buf, '\n');
    return os_write(job->cx, OS_STDOUT, buf_str(&buf));
}

static Fail search_file(Job *job, const char *path)
{
    Ctx *cx = job->cx;
    Str text;
    const ShapeTree *tree;
    ShapeMatches found;
    TRY(os_read_file(cx, OS_CWD, path, FACTS_LARGEST_FILE, &text));
    job->bytes += text.len;
    int64_t start = clock_now_ns();
    if (!job->all_files && !shape_may_match(job->shape, text)) return NULL;
    job->parsed += text.len;
    TRY(shape_parse(cx, job->parser, shape_lang(job->shape), text, &tree));
    int64_t parsed = clock_now_ns();
    TRY(shape_find(cx, job->shape, tree, &found));
    job->parse_ns += parsed - start;
    job->match_ns += clock_now_ns() - parsed;
    job->matches += found.count;
    for (size_t i = 0; i < found.count && !job->quiet; i++)
        TRY(put_match(job, str_from(path), text, &found.items[i]));
    return NULL;
}

static Fail search_files(Job *job, int count, char **paths)
{
    Ctx *outer = job->cx;
    Arena files = {0};
    Ctx file_cx = ctx_child(outer, &files);
    Fail fail = NULL;
    job->cx = &file_cx;
    for (int i = 0; i < count && !fail; i++) {
        fail = problem_copy(outer->arena, search_file(job, paths[i]));
        arena_reset(&files);
    }
    job->cx = outer;
    arena_fini(&files);
    return fail;
}

static Fail run_rule(Job *job, LangId lang, Str text, int count, char **paths)
{
    ShapeQuery query = {.lang = lang};
    const Json *rule;
    TRY(json_parse(job->cx->arena, text, &rule));
    TRY(read_query(job->cx->arena, rule, &query));
    TRY(shape_compile(job->cx, job->parser, &query, &job->shape));
    return search_files(job, count, paths);
}

static Fail run_cases(Job *job, LangId lang, const char *path, int count, char **paths)
{
    Str rest, line;
    TRY(os_read_file(job->cx, OS_CWD, path, FACTS_LARGEST_FILE, &rest));
    while (str_next(&rest, '\n', &line)) {
        job->line++;
        if (!line.len) continue;
        Fail fail = run_rule(job, lang, line, count, paths);
        if (!fail) continue;
        Str problem = problem_to_json(job->cx->arena, fail);
        printf("{\"case\":%lld,\"problem\":" STR_FMT "}\n", (long long)job->line, STR_ARG(problem));
        fflush(stdout); // matches are written past it
    }
    return NULL;
}

static Fail run(Job *job, int argc, char **argv)
{
    LangId lang;
    Fail fail;
    if (!lang_by_name(str_from(argv[0]), &lang))
        return FAIL(job->cx->arena, BAD_REQUEST, "no language %s", argv[0]);
    if (argv[1][0] == '@') fail = run_cases(job, lang, argv[1] + 1, argc - 2, argv + 2);
    else fail = run_rule(job, lang, str_from(argv[1]), argc - 2, argv + 2);
    if (job->quiet)
        printf("%zu matches, %zu bytes, %zu parsed, %.1f ms parse, %.1f ms match\n", job->matches,
               job->bytes, job->parsed, (double)job->parse_ns / NS_PER_MS,
               (double)job->match_ns / NS_PER_MS);
    return fail;
}

int main(int argc, char **argv)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Job job = {.cx = &cx, .parser = parser_new(NULL)};
    int at = 1;
    for (; at < argc && argv[at][0] == '-'; at++) {
        job.quiet |= !strcmp(argv[at], "--quiet");
        job.all_files |= !strcmp(argv[at], "--no-words");
    }
    Fail fail = argc - at >= 2
                    ? run(&job, argc - at, argv + at)
                    : FAIL(&arena, BAD_REQUEST, "usage: cq-shape [--quiet] LANGUAGE RULE FILE...");
    if (fail) fprintf(stderr, STR_FMT "\n", STR_ARG(problem_to_json(&arena, fail)));
    int code = fail ? problem_spec(fail->kind)->exit_code : 0;
    arena_fini(&arena);
    parser_free(job.parser);
    return code;
}
