// op/op_test.c - what every row of ops.def must have.
#include "op/op.h"

#include "base/os.h"
#include "op/answer.h"
#include "op/langs.h"
#include "support/check.h"

static void check_fields(const char *op, const Field *fields)
{
    for (const Field *field = fields; field->name; field++) {
        if (!field->help || !*field->help) fail_msg("%s: %s has no help", op, field->name);
        size_t len = strlen(field->help);
        if (field->help[len - 1] == '.') fail_msg("%s: %s ends with a full stop", op, field->name);
        if (field->sub) check_fields(op, field->sub);
        bool nested = field->type == FIELD_RECORD || field->type == FIELD_RECORDS;
        if (nested != (field->sub != NULL)) fail_msg("%s: sub of %s", op, field->name);
        if ((field->type == FIELD_RECORDS) != (field->sub_size > 0))
            fail_msg("%s: sub_size of %s", op, field->name);
    }
}

// On the command line only lists may stand last, and what is required comes first.
static void check_positionals(const char *op, const Field *fields)
{
    bool list = false, optional = false;
    for (const Field *field = fields; field->name; field++) {
        if (!(field->flags & FIELD_POSITIONAL)) continue;
        if (list) fail_msg("%s: %s stands behind a list", op, field->name);
        if (optional && (field->flags & FIELD_REQUIRED))
            fail_msg("%s: %s is required behind an optional one", op, field->name);
        list = field_is_list(field);
        optional = !(field->flags & FIELD_REQUIRED);
    }
}

static void test_rows(void **state)
{
    (void)state;
    for (size_t i = 0; op_all()[i]; i++) {
        const OpSpec *op = op_all()[i];
        assert_string_equal(op->name, op_names()[i]);
        assert_ptr_equal(op_named(str_from(op->name)), op);
        if (!op->summary || !*op->summary) fail_msg("%s has no summary", op->name);
        if (op->summary[strlen(op->summary) - 1] == '.')
            fail_msg("%s: summary ends in .", op->name);
        if (!op->details || !*op->details) fail_msg("%s has no details", op->name);
        if (!op->examples || !op->examples->command) fail_msg("%s has no examples", op->name);
        if (!op->run || !op->text || !op->args || !op->result) fail_msg("%s: a member", op->name);
        check_fields(op->name, op->args);
        check_fields(op->name, op->result);
        check_positionals(op->name, op->args);
    }
}

static void test_golden_cases(void **state)
{
    (void)state;
    Str source = os_env("CQ_SOURCE");
    if (!source.len) skip();
    for (const OpSpec *const *op = op_all(); *op; op++) {
        Arena arena = {0};
        Ctx cx = {.arena = &arena};
        OsFile dir = OS_FILE_NONE;
        OsEntry *entries = NULL;
        size_t count = 0, cases = 0;
        Str path = str_format(&arena, STR_FMT "/tests/cli/%s", STR_ARG(source), (*op)->name);
        if (os_open(&cx, OS_CWD, path.ptr, OS_FOLLOW, &dir)) fail_msg("no folder %s", path.ptr);
        assert_null(os_list(&cx, dir, &entries, &count));
        os_close(&dir);
        for (size_t i = 0; i < count; i++) cases += str_ends(str_from(entries[i].name), STR(".sh"));
        if (!cases) fail_msg("no cases in %s", path.ptr);
        arena_fini(&arena);
    }
}

static const Json *parse_schema(Arena *arena, const OpSpec *op,
                                void (*write)(JsonWriter *, const OpSpec *))
{
    Buf buf = buf_on(arena);
    JsonWriter w = {.out = &buf, .indent = 2};
    write(&w, op);
    const Json *schema = NULL;
    assert_null(json_parse(arena, buf_str(&buf), &schema)); // and no member twice
    assert_non_null(json_get(schema, STR("$id")));
    assert_non_null(json_get(schema, STR("properties")));
    return schema;
}

static void test_schemas(void **state)
{
    (void)state;
    for (const OpSpec *const *op = op_all(); *op; op++) {
        Arena arena = {0};
        const Json *schema = parse_schema(&arena, *op, op_result_schema);
        const Json *properties = json_get(schema, STR("properties"));
        const Json *name = json_get(json_get(properties, STR("schema")), STR("const"));
        CHECK_STR(name->string, str_format(&arena, "cq.%s.v%d", (*op)->name, SCHEMA_VERSION));
        schema = parse_schema(&arena, *op, op_args_schema);
        assert_false(json_get(schema, STR("additionalProperties"))->boolean);
        arena_fini(&arena);
    }
}

static void test_nearest(void **state)
{
    (void)state;
    CHECK_STR(op_nearest(STR("outlnie")), STR("outline"));
    CHECK_STR(op_nearest(STR("frobnicate")), STR(""));
    assert_null(op_named(STR("outlnie")));
}

static void test_languages(void **state)
{
    (void)state;
    Arena arena = {0};
    for (const char *const *name = lang_values(); *name; name++) {
        LangId lang = LANG_NONE;
        assert_null(lang_from_arg(&arena, str_from(*name), &lang));
        assert_string_equal(lang_name(lang), *name);
    }
    LangId lang;
    Fail fail = lang_from_arg(&arena, STR("pyton"), &lang);
    CHECK_STR(fail->detail, STR("unknown language \"pyton\"; did you mean python?"));
    arena_fini(&arena);
}

static void make_one(const Result *result, size_t index, Finding *out)
{
    (void)result;
    *out = (Finding){.path = STR("a.c"), .line = (uint32_t)index + 1, .category = STR("call")};
}

typedef struct Sink {
    Buf all;
    size_t largest, pieces, stop_at;
} Sink;

static bool take_piece(void *arg, Buf *buf)
{
    Sink *sink = arg;
    sink->largest = MAX(sink->largest, buf->len);
    sink->pieces++;
    buf_add(&sink->all, buf_str(buf));
    buf->len = 0;
    return sink->pieces != sink->stop_at;
}

// A long answer leaves in pieces, which together are the same document.
static void test_pieces(void **state)
{
    (void)state;
    static const Field no_fields[] = {{0}};
    static const OpSpec op = {.name = "test", .result = no_fields};
    Arena arena = {0};
    uint32_t indexes[] = {0, 1};
    Section section = {STR("both"), indexes, 2};
    Result result = {.summary = "",
                     .finding_count = 10000,
                     .make_finding = make_one,
                     .sections = &section,
                     .section_count = 1};
    RunInfo info = {.command = STR("test")};
    Buf whole = buf_on(&arena), part = buf_on(&arena);
    JsonWriter w = {.out = &whole};
    answer_write(&w, &op, &info, &result, NULL);
    Sink sink = {.all = buf_on(&arena)};
    AnswerDrain drain = {take_piece, &sink};
    w = (JsonWriter){.out = &part};
    answer_write(&w, &op, &info, &result, &drain);
    buf_add(&sink.all, buf_str(&part));
    CHECK_STR(buf_str(&sink.all), buf_str(&whole));
    assert_true(sink.pieces > 5 && sink.largest < 66 << 10);

    sink = (Sink){.all = buf_on(&arena), .stop_at = 2};
    part.len = 0;
    w = (JsonWriter){.out = &part};
    answer_write(&w, &op, &info, &result, &drain);
    assert_int_equal(sink.pieces, 2);
    arena_fini(&arena);
}

static void test_status(void **state)
{
    (void)state;
    Arena arena = {0};
    Fail more[] = {FAIL(&arena, IO, "x"), FAIL(&arena, BAD_REQUEST, "x")};
    Result result = {.found = true};
    assert_int_equal(answer_status(&result), 0);
    result.found = false;
    assert_int_equal(answer_status(&result), 1);
    result.problem = FAIL(&arena, NOT_FOUND, "x");
    assert_int_equal(answer_status(&result), 3);
    result.more_problems = more;
    result.more_count = 2;
    assert_int_equal(answer_status(&result), 7);
    arena_fini(&arena);
}

int op_op_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),      cmocka_unit_test(test_golden_cases),
        cmocka_unit_test(test_schemas),   cmocka_unit_test(test_nearest),
        cmocka_unit_test(test_languages), cmocka_unit_test(test_pieces),
        cmocka_unit_test(test_status),
    };
    return RUN_TESTS(tests);
}
