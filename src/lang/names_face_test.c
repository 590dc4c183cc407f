#include "lang/names_face.h"

#include "support/check.h"

static Hash128 face_of(Str text)
{
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    Parser *parser = parser_new(NULL);
    Facts facts;
    Names names;
    assert_null(names_extract(&cx, parser, LANG_python, text, &facts, &names));
    Hash128 face = names_face(&facts, &names, text);
    parser_free(parser);
    arena_fini(&arena);
    return face;
}

static const char source[] = "import os\n"
                             "from a.b import c as d\n"
                             "class A(Base):\n"
                             "    limit = 3\n"
                             "    def run(self, x: int, y=None):\n"
                             "        self.left = make(x)\n"
                             "        count = d(x)\n"
                             "        log(count, x)\n"
                             "        out = wrap(y)\n"
                             "        return out\n"
                             "def go():\n"
                             "    return A().run(1)\n";

static void it_tells_what_others_see(void **state)
{
    (void)state;
    static const struct {
        const char *from, *to; // replaced where it stands first
        bool same;
    } cases[] = {
        {"import os", "# words\n\nimport os", true},
        {"log(count, x)", "if count: log(x)", true},
        {"count = d(x)", "count = d(x, x) or 5", true},
        {"log(count, x)", "more = A()\n        log(more.run(2))", true},
        {"go():", "go(  ):", true},
        {"x: int", "x: str", false},
        {"y=None", "y=1", false},
        {"x: int, ", "", false},
        {"(Base)", "(Other)", false},
        {"(Base)", "", false},
        {"as d", "as e", false},
        {"import os", "import sys", false},
        {"from a.b", "from a.bb", false},
        {"limit", "limits", false},
        {"def go", "def went", false},
        {"def go():", "class more: pass\ndef go():", false},
        {"self.left", "self.right", false},
        {"make(x)", "made(x)", false},         // what the member is
        {"out = wrap(y)", "out = y", false},   // what is returned
        {"A().run(1)", "A().other(1)", false}, // likewise
        {"    def run", "    @property\n    def run", false},
    };
    Hash128 face = face_of(str_from(source));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        const char *at = strstr(source, cases[i].from);
        assert_non_null(at);
        Str text = str_format(&arena, "%.*s%s%s", (int)(at - source), source, cases[i].to,
                              at + strlen(cases[i].from));
        Hash128 other = face_of(text);
        if ((memcmp(&face, &other, sizeof face) == 0) != cases[i].same)
            fail_msg("%s -> %s", cases[i].from, cases[i].to);
        arena_fini(&arena);
    }
}

static void the_language_counts(void **state)
{
    (void)state;
    NameScope file = {0};
    Names names = {.scopes = &file, .scope_count = 1};
    Facts facts = {.lang = LANG_c};
    Hash128 c = names_face(&facts, &names, STR(""));
    facts.lang = LANG_cpp;
    Hash128 cpp = names_face(&facts, &names, STR(""));
    assert_memory_not_equal(&c, &cpp, sizeof c);
}

int lang_names_face_test(void);
int lang_names_face_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_tells_what_others_see),
        cmocka_unit_test(the_language_counts),
    };
    return RUN_TESTS(tests);
}
