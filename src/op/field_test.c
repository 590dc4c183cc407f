// op/field_test.c
#include "op/field.h"

#include "support/check.h"

typedef struct Inner {
    Str label;
    uint32_t rank;
} Inner;

typedef struct Sample {
    Str word, mode, file;
    int64_t depth;
    uint64_t size;
    uint32_t line;
    double weight;
    bool loud;
    StrList names, files;
    CountList counts;
    Inner inner;
    RecordList inners;
} Sample;

static const char *const modes[] = {"auto", "all", "none", NULL};

static const Field inner_fields[] = {
    FIELD(Inner, label, STR, "a label", .flags = FIELD_REQUIRED),
    FIELD(Inner, rank, U32, "a rank", .flags = FIELD_OPTIONAL_OUT),
    {0},
};

static const Field sample_fields[] = {
    FIELD(Sample, word, STR, "a word", .flags = FIELD_REQUIRED | FIELD_POSITIONAL),
    FIELD(Sample, mode, STR, "a choice", .choices = modes, .fallback = "auto"),
    FIELD(Sample, file, PATH, "a file", .flags = FIELD_OPTIONAL_OUT),
    FIELD(Sample, depth, INT, "a range", .least = 0, .most = 9, .fallback = "3"),
    FIELD(Sample, size, SIZE, "a size", .fallback = "64K"),
    FIELD(Sample, line, U32, "a line", .flags = FIELD_OPTIONAL_OUT),
    FIELD(Sample, weight, REAL, "a weight", .flags = FIELD_OPTIONAL_OUT),
    FIELD(Sample, loud, BOOL, "a switch", .flags = FIELD_OPTIONAL_OUT),
    FIELD(Sample, names, STRS, "a list", .flags = FIELD_OPTIONAL_OUT),
    FIELD(Sample, files, PATHS, "files", .flags = FIELD_OPTIONAL_OUT),
    FIELD(Sample, counts, COUNTS, "counts", .flags = FIELD_OPTIONAL_OUT),
    FIELD(Sample, inner, RECORD, "a record", .flags = FIELD_OPTIONAL_OUT, .sub = inner_fields),
    FIELD(Sample, inners, RECORDS, "records", .flags = FIELD_OPTIONAL_OUT, .sub = inner_fields,
          .sub_size = sizeof(Inner)),
    {0},
};

static Str as_json(Arena *arena, const Sample *sample)
{
    Buf buf = buf_on(arena);
    JsonWriter w = {.out = &buf};
    record_write(&w, sample_fields, sample);
    return buf_str(&buf);
}

#define REST "\"depth\":3,\"size\":65536"

typedef struct JsonCase {
    const char *name, *from, *wants; // a record, or "pointer: detail"
} JsonCase;

static const JsonCase json_cases[] = {
    {"defaults", "{\"word\":\"a\"}", "{\"word\":\"a\",\"mode\":\"auto\"," REST "}"},
    {"empty text is an answer", "{\"word\":\"\"}", "{\"word\":\"\",\"mode\":\"auto\"," REST "}"},
    {"all kinds",
     "{\"word\":\"a\",\"mode\":\"all\",\"file\":\"x/y\",\"depth\":9,\"size\":1,\"line\":4294967295,"
     "\"weight\":0.5,\"loud\":true,\"names\":[\"b\",\"c\",\"d\"],\"files\":[\"e\"],"
     "\"counts\":{\"z\":2,\"y\":0},\"inner\":{\"label\":\"i\",\"rank\":7},"
     "\"inners\":[{\"label\":\"j\"},{\"label\":\"k\",\"rank\":1}]}",
     NULL},
    {"a whole number is a number", "{\"word\":\"a\",\"weight\":2}",
     "{\"word\":\"a\",\"mode\":\"auto\"," REST ",\"weight\":2.0}"},
    {"missing", "{}", "/word: \"word\" is missing: a word"},
    {"no object", "[]", ": the arguments must be an object, not an array"},
    {"unknown, near", "{\"word\":\"a\",\"dept\":1}",
     "/dept: unknown member \"dept\"; did you mean depth?"},
    {"unknown, far", "{\"word\":\"a\",\"zzz\":1}", "/zzz: unknown member \"zzz\""},
    {"escaped pointer", "{\"a/b~c\":1}", "/a~1b~0c: unknown member \"a/b~c\""},
    {"wrong kind", "{\"word\":1}", "/word: /word must be a string, not a whole number"},
    {"null is no value", "{\"word\":null}", "/word: /word must be a string, not null"},
    {"not whole", "{\"word\":\"a\",\"depth\":1.5}",
     "/depth: /depth must be a whole number, not a number"},
    {"a size is a number", "{\"word\":\"a\",\"size\":\"64K\"}",
     "/size: /size must be a whole number, not a string"},
    {"over the range", "{\"word\":\"a\",\"depth\":10}", "/depth: /depth must be 0 to 9, not 10"},
    {"below zero", "{\"word\":\"a\",\"line\":-1}", "/line: /line must be 0 to 4294967295, not -1"},
    {"over 32 bits", "{\"word\":\"a\",\"line\":4294967296}",
     "/line: /line must be 0 to 4294967295, not 4294967296"},
    {"no choice", "{\"word\":\"a\",\"mode\":\"al\"}",
     "/mode: /mode must be auto, all or none, not \"al\"; did you mean all?"},
    {"not a switch", "{\"word\":\"a\",\"loud\":\"yes\"}",
     "/loud: /loud must be true or false, not a string"},
    {"in a list", "{\"word\":\"a\",\"names\":[\"b\",3]}",
     "/names/1: /names/1 must be a string, not a whole number"},
    {"no list", "{\"word\":\"a\",\"names\":\"b\"}",
     "/names: /names must be an array of strings, not a string"},
    {"NUL in a path", "{\"word\":\"a\",\"file\":\"x\\u0000y\"}", "/file: /file holds a NUL byte"},
    {"counts", "{\"word\":\"a\",\"counts\":{\"z\":-1}}",
     "/counts/z: /counts/z must be a count, not a whole number"},
    {"inside a record", "{\"word\":\"a\",\"inner\":{\"label\":\"x\",\"rnk\":1}}",
     "/inner/rnk: unknown member \"rnk\"; did you mean rank?"},
    {"missing inside", "{\"word\":\"a\",\"inners\":[{}]}",
     "/inners/0/label: \"label\" is missing: a label"},
};

static Str read_back(Arena *arena, const char *from)
{
    const Json *json = NULL;
    Fail fail = json_parse(arena, str_from(from), &json);
    assert_null(fail);
    Sample sample = {0};
    fail = record_from_json(arena, sample_fields, json, &sample);
    if (!fail) return as_json(arena, &sample);
    const Json *pointer = json_get(fail->ext, STR("pointer"));
    assert_non_null(pointer);
    assert_int_equal(fail->kind, PROBLEM_BAD_REQUEST);
    return str_format(arena, STR_FMT ": " STR_FMT, STR_ARG(pointer->string), STR_ARG(fail->detail));
}

static void test_json(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(json_cases); i++) {
        const JsonCase *c = &json_cases[i];
        Arena arena = {0};
        print_message("  %s\n", c->name);
        CHECK_STR(read_back(&arena, c->from), str_from(c->wants ? c->wants : c->from));
        arena_fini(&arena);
    }
}

typedef struct TextCase {
    const char *field, *text, *wants; // a member of the record, or a detail
} TextCase;

static const TextCase text_cases[] = {
    {"word", "x y", "\"word\":\"x y\""},
    {"mode", "none", "\"mode\":\"none\""},
    {"mode", "nonne", "--mode must be auto, all or none, not \"nonne\"; did you mean none?"},
    {"depth", "7", "\"depth\":7"},
    {"depth", "seven", "--depth must be a whole number, not \"seven\""},
    {"depth", "", "--depth must be a whole number, not \"\""},
    {"depth", "99", "--depth must be 0 to 9, not 99"},
    {"depth", "-1", "--depth must be 0 to 9, not -1"},
    {"depth", "99999999999999999999",
     "--depth must be a whole number, not \"99999999999999999999\""},
    {"size", "2M", "\"size\":2097152"},
    {"size", "2X", "--size must be a size such as 4096, 64K or 1M, not \"2X\""},
    {"line", "-2", "--line must be a whole number from 0 to 4294967295, not \"-2\""},
    {"weight", "1e3", "\"weight\":1000.0"},
    {"weight", "nan", "--weight must be a number, not \"nan\""},
    {"weight", "0x10", "--weight must be a number, not \"0x10\""},
    {"weight", "1e999", "--weight must be a number, not \"1e999\""},
    {"loud", "true", "\"loud\":true"},
    {"loud", "yes", "--loud must be true or false, not \"yes\""},
    {"names", "a,b", "\"names\":[\"a,b\"]"},
    {"inner", "x", "--inner cannot be given as text; use JSON"},
};

static const Field *field_named(const char *name)
{
    for (const Field *field = sample_fields; field->name; field++)
        if (strcmp(field->name, name) == 0) return field;
    fail_msg("no field %s", name);
    return NULL;
}

static void test_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(text_cases); i++) {
        const TextCase *c = &text_cases[i];
        Arena arena = {0};
        Sample sample = {0};
        Fail fail = field_set_text(&arena, field_named(c->field), str_from(c->text), &sample);
        if (fail) CHECK_STR(fail->detail, str_from(c->wants));
        else if (!str_contains(as_json(&arena, &sample), str_from(c->wants)))
            fail_msg("%s = %s: %s", c->field, c->text, as_json(&arena, &sample).ptr);
        arena_fini(&arena);
    }
}

static void test_lists_grow(void **state)
{
    (void)state;
    enum { MANY = 1000 };
    Arena arena = {0};
    Sample sample = {0};
    for (int i = 0; i < MANY; i++)
        assert_null(
            field_set_text(&arena, field_named("names"), str_format(&arena, "n%d", i), &sample));
    assert_int_equal(sample.names.count, MANY);
    for (int i = 0; i < MANY; i++) CHECK_STR(sample.names.items[i], str_format(&arena, "n%d", i));
    arena_fini(&arena);
}

static void test_required(void **state)
{
    (void)state;
    Arena arena = {0};
    Sample sample = {0};
    Fail fail = record_check(&arena, sample_fields, &sample);
    assert_non_null(fail);
    CHECK_STR(fail->detail, STR("WORD is missing: a word"));
    sample.word = STR("");
    assert_null(record_check(&arena, sample_fields, &sample));
    arena_fini(&arena);
}

static void test_names(void **state)
{
    (void)state;
    Arena arena = {0};
    Field field = {.name = "max_file_size", .type = FIELD_SIZE, .letter = 'm'};
    CHECK_STR(field_option(&arena, &field), STR("max-file-size"));
    CHECK_STR(field_label(&arena, &field), STR("--max-file-size"));
    CHECK_STR(field_value_name(&arena, &field), STR("SIZE"));
    field.flags = FIELD_POSITIONAL;
    CHECK_STR(field_label(&arena, &field), STR("MAX-FILE-SIZE"));
    field.choices = modes;
    CHECK_STR(field_value_name(&arena, &field), STR("auto|all|none"));
    arena_fini(&arena);
}

static void test_schema(void **state)
{
    (void)state;
    static const Field fields[] = {
        FIELD(Sample, word, STR, "a word", .flags = FIELD_REQUIRED),
        FIELD(Sample, mode, STR, "a choice", .choices = modes, .fallback = "auto"),
        FIELD(Sample, depth, INT, "a range", .least = 0, .most = 9, .fallback = "3"),
        FIELD(Sample, size, SIZE, "a size", .fallback = "1K"),
        FIELD(Sample, names, STRS, "a list", .flags = FIELD_OPTIONAL_OUT),
        FIELD(Sample, counts, COUNTS, "counts"),
        {0},
    };
#define ARGS_HEAD "{\"type\":\"object\",\"properties\":{"
#define WORD "\"word\":{\"description\":\"a word\",\"type\":\"string\"},"
#define MODE                                                                                       \
    "\"mode\":{\"description\":\"a "                                                               \
    "choice\",\"type\":\"string\",\"enum\":[\"auto\",\"all\",\"none\"]"
#define DEPTH                                                                                      \
    "\"depth\":{\"description\":\"a range\",\"type\":\"integer\",\"minimum\":0,\"maximum\":9"
#define SIZE "\"size\":{\"description\":\"a size\",\"type\":\"integer\",\"minimum\":0"
#define TAIL                                                                                       \
    "\"names\":{\"description\":\"a list\",\"type\":\"array\",\"items\":{\"type\":\"string\"}},"   \
    "\"counts\":{\"description\":\"counts\",\"type\":\"object\",\"additionalProperties\":{"        \
    "\"type\":\"integer\",\"minimum\":0}}}"
    static const char *const wants[] = {
        ARGS_HEAD WORD MODE ",\"default\":\"auto\"}," DEPTH ",\"default\":3}," SIZE
                            ",\"default\":1024}," TAIL
                            ",\"required\":[\"word\"],\"additionalProperties\":false}",
        ARGS_HEAD WORD MODE "}," DEPTH "}," SIZE "}," TAIL
                            ",\"required\":[\"word\",\"mode\",\"depth\",\"size\",\"counts\"],"
                            "\"additionalProperties\":false}",
    };
    for (int is_result = 0; is_result < 2; is_result++) {
        Arena arena = {0};
        Buf buf = buf_on(&arena);
        JsonWriter w = {.out = &buf};
        record_schema(&w, fields, is_result);
        CHECK_STR(buf_str(&buf), str_from(wants[is_result]));
        arena_fini(&arena);
    }
}

int op_field_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json),       cmocka_unit_test(test_text),
        cmocka_unit_test(test_lists_grow), cmocka_unit_test(test_required),
        cmocka_unit_test(test_names),      cmocka_unit_test(test_schema),
    };
    return RUN_TESTS(tests);
}
