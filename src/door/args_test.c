// door/args_test.c
#include "door/args.h"

#include "base/vec.h"
#include "support/check.h"

typedef struct Case {
    const char *line, *wants; // arguments as JSON and the globals that are not default, or a detail
} Case;

#define LISTS "{\"files\":[\"a.c\"],\"depth\":0,\"lang\":\"\",\"isolate\":false}"

static const Case cases[] = {
    {"outline a.c", LISTS},
    {"outline a.c b.c --depth 2 c.c",
     "{\"files\":[\"a.c\",\"b.c\",\"c.c\"],\"depth\":2,\"lang\":\"\",\"isolate\":false}"},
    {"outline --depth=2 --lang=py a.c",
     "{\"files\":[\"a.c\"],\"depth\":2,\"lang\":\"py\",\"isolate\":false}"},
    {"outline -d2 -l py a.c",
     "{\"files\":[\"a.c\"],\"depth\":2,\"lang\":\"py\",\"isolate\":false}"},
    {"outline -d=2 -lpy a.c",
     "{\"files\":[\"a.c\"],\"depth\":2,\"lang\":\"py\",\"isolate\":false}"},
    {"outline --depth= a.c", "--depth must be a whole number, not \"\""},
    {"outline -- -a.c --depth",
     "{\"files\":[\"-a.c\",\"--depth\"],\"depth\":0,\"lang\":\"\",\"isolate\":false}"},
    {"outline -", "{\"files\":[\"-\"],\"depth\":0,\"lang\":\"\",\"isolate\":false}"},
    {"outline a,b.c", "{\"files\":[\"a,b.c\"],\"depth\":0,\"lang\":\"\",\"isolate\":false}"},
    {"--threads 3 outline a.c", LISTS " threads=3"},
    {"outline a.c --threads 3", LISTS " threads=3"},
    {"--format=json outline --threads=3 a.c", LISTS " format=json threads=3"},
    {"outline", "FILE is missing: files to outline; a folder stands for all files of known "
                "languages in it, - for standard input"},
    {"outlin a.c", "unknown command \"outlin\"; did you mean outline?"},
    {"frobnicate", "unknown command \"frobnicate\""},
    {"outline a.c --dpeth 1", "unknown option --dpeth; did you mean --depth?"},
    {"outline a.c --formt json", "unknown option --formt; did you mean --format?"},
    {"outline a.c --frobnicate", "unknown option --frobnicate"},
    {"outline a.c --files b.c", "unknown option --files"},
    {"--depth 1 outline a.c", "unknown option --depth before the command"},
    {"outline a.c -x", "unknown option -x"},
    {"outline a.c -hx", "unknown option -x in -hx"},
    {"outline a.c -d", "--depth needs a value: N"},
    {"outline a.c --depth", "--depth needs a value: N"},
    {"outline a.c --depth --lang py",
     "--depth needs a value: N; write --depth=--lang if that is meant"},
    {"outline a.c --lang -x",
     "{\"files\":[\"a.c\"],\"depth\":0,\"lang\":\"-x\",\"isolate\":false}"},
    {"outline a.c --depth 1 -d 1", "--depth is given twice"},
    {"outline a.c --threads 1 --threads 1", "--threads is given twice"},
    {"outline a.c --depth 1001", "--depth must be 0 to 1000, not 1001"},
    {"outline a.c --format jsn",
     "--format must be md, json, lines, dot or mermaid, not \"jsn\"; did you mean "
     "json?"},
    {"help --man=yes", "--man takes no value"},
    {"help --man --man", "{\"command\":\"\",\"man\":true,\"markdown\":false}"},
    {"help outline search", "unexpected argument \"search\""},
    {"completion", "SHELL is missing: the shell to write it for (bash, zsh or fish)"},
    {"completion tcsh", "SHELL must be bash, zsh or fish, not \"tcsh\""},
    {"", "no command"},
    {"--", "no command"},
    {"--help", "help"},
    {"-h outline", "help for outline"},
    {"outline --help", "help for outline"},
    {"--help --format json outline", "help for outline"},
    {"outline --version", "version"},
    {"-V", "version"},
};

static StrList split(Arena *arena, const char *line)
{
    VEC(Str) words = {0};
    VEC_PUSH(arena, &words, STR("cq"));
    Str rest = str_from(line), word;
    while (str_next(&rest, ' ', &word))
        if (word.len) VEC_PUSH(arena, &words, word);
    return (StrList){words.items, words.len};
}

static void add_globals(Buf *out, const GlobalArgs *global)
{
    if (!str_eq(global->format, STR("md"))) buf_addf(out, " format=%s", global->format.ptr);
    if (global->threads) buf_addf(out, " threads=%d", (int)global->threads);
}

static Str outcome(Arena *arena, const char *line)
{
    ParsedArgs parsed;
    Fail fail = args_parse(arena, split(arena, line), &parsed);
    if (fail) {
        assert_int_equal(fail->kind, PROBLEM_BAD_REQUEST);
        assert_non_null(json_get(fail->ext, STR("hint")));
        return fail->detail;
    }
    if (parsed.global.version) return STR("version");
    if (parsed.global.help)
        return parsed.has_command ? str_format(arena, "help for %s", parsed.command.name)
                                  : STR("help");
    if (!parsed.has_command) return STR("no command");
    Buf buf = buf_on(arena);
    JsonWriter w = {.out = &buf};
    record_write(&w, parsed.command.args, parsed.args);
    add_globals(&buf, &parsed.global);
    return buf_str(&buf);
}

static void test_parse(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        print_message("  cq %s\n", cases[i].line);
        CHECK_STR(outcome(&arena, cases[i].line), str_from(cases[i].wants));
        arena_fini(&arena);
    }
}

static void test_empty_argv(void **state)
{
    (void)state;
    Arena arena = {0};
    ParsedArgs parsed;
    assert_null(args_parse(&arena, (StrList){0}, &parsed));
    assert_false(parsed.has_command);
    arena_fini(&arena);
}

static void test_want_json(void **state)
{
    (void)state;
    static const struct {
        const char *line;
        bool wants;
    } lines[] = {{"search x --format json", true}, {"--format=json", true},
                 {"search x --format", false},     {"search -- --format json", false},
                 {"search --format md", false},    {"search json", false}};
    for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
        Arena arena = {0};
        assert_int_equal(args_want_json(split(&arena, lines[i].line)), lines[i].wants);
        arena_fini(&arena);
    }
}

// An operation must not hide a global option, nor use a name or letter twice.
static void test_no_clashes(void **state)
{
    (void)state;
    for (size_t i = 0; i < command_count(); i++) {
        Command command = command_at(i);
        for (const Field *field = command.args; field->name; field++) {
            for (const Field *other = global_fields; other->name; other++)
                if (!strcmp(field->name, other->name) ||
                    (field->letter && field->letter == other->letter))
                    fail_msg("cq %s: %s hides a global option", command.name, field->name);
            for (const Field *other = field + 1; other->name; other++)
                if (!strcmp(field->name, other->name) ||
                    (field->letter && field->letter == other->letter))
                    fail_msg("cq %s: %s and %s clash", command.name, field->name, other->name);
        }
    }
}

int door_args_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_parse),
        cmocka_unit_test(test_empty_argv),
        cmocka_unit_test(test_want_json),
        cmocka_unit_test(test_no_clashes),
    };
    return RUN_TESTS(tests);
}
