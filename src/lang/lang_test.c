// lang/lang_test.c - detection, names, and what every language must have.
#include "lang/lang.h"

#include <stdlib.h>

#include "base/os.h"
#include "lang/spec.h"
#include "support/check.h"

static void detects(void **state)
{
    (void)state;
    static const struct {
        const char *path, *head;
        LangId lang;
    } cases[] = {
        {"a.py", "", LANG_python},
        {"dir.d/x.pyi", "", LANG_python},
        {"SConstruct", "", LANG_python},
        {"a.c", "", LANG_c},
        {"a.h", "", LANG_c},
        {"a.h", "#ifdef __cplusplus\nextern \"C\" {\n#endif\nint f(void);\n", LANG_c},
        {"a.h", "/* class x; */\n/*\nnamespace\n*/\nint f(void);\n", LANG_c},
        {"a.h", "#pragma once\nnamespace x {\n", LANG_cpp},
        {"a.h", "#include <vector>\n", LANG_cpp},
        {"a.h", "#include <stdio.h>\n", LANG_c},
        {"a.h", "class A;\n", LANG_cpp},
        {"a.h", "template<typename T>\n", LANG_cpp},
        {"a.hpp", "", LANG_cpp},
        {"a.rs", "", LANG_rust},
        {"a.mjs", "", LANG_javascript},
        {"a.tsx", "", LANG_tsx},
        {"a.d.ts", "", LANG_typescript},
        {"a.go", "", LANG_go},
        {"A.java", "", LANG_java},
        {"x.sh", "", LANG_bash},
        {"tool", "#!/bin/sh\n", LANG_bash},
        {"a.gemspec", "", LANG_ruby},
        {"a.php", "", LANG_php},
        {"a.cs", "", LANG_csharp},
        {"a.kt", "", LANG_kotlin},
        {"build.gradle.kts", "", LANG_kotlin},
        {"a.scala", "", LANG_scala},
        {"build.sbt", "", LANG_scala},
        {"a.swift", "", LANG_swift},
        {"a.lua", "", LANG_lua},
        {"a.ex", "", LANG_elixir},
        {"a.exs", "", LANG_elixir},
        {"A.hs", "", LANG_haskell},
        {"a.zig", "", LANG_zig},
        {"lib/Rakefile", "", LANG_ruby},
        {"tool", "#!/usr/bin/env ruby\n", LANG_ruby},
        {"tool", "#!/usr/bin/env python3\n", LANG_python},
        {"tool", "#!/usr/bin/env -S python3.12 -u\n", LANG_python},
        {"tool", "#! /usr/bin/env A=b node --flag\r\n", LANG_javascript},
        {"tool.unknown", "#!/usr/local/bin/python2.7", LANG_python},
        {"tool", "#!", LANG_NONE},
        {"tool", "python", LANG_NONE},
        {"README.md", "", LANG_NONE},
        {".py", "", LANG_python},
        {"py", "", LANG_NONE},
        {"", "", LANG_NONE},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        LangId got = lang_detect(str_from(cases[i].path), str_from(cases[i].head));
        if (got != cases[i].lang)
            fail_msg("%s \"%s\": %s", cases[i].path, cases[i].head, lang_name(got));
    }
}

static void knows_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        LangId lang; // LANG_NONE: not a name
        const char *nearest;
    } cases[] = {
        {"python", LANG_python, "python"}, {"PY", LANG_python, "python"},
        {"c++", LANG_cpp, "cpp"},          {"golang", LANG_go, "go"},
        {"sh", LANG_bash, "bash"},         {"js", LANG_javascript, "javascript"},
        {"pyhton", LANG_NONE, "python"},   {"typescrpt", LANG_NONE, "typescript"},
        {"c#", LANG_csharp, "csharp"},     {"cs", LANG_csharp, "csharp"},
        {"cobol", LANG_NONE, ""},          {"rsut", LANG_NONE, "rust"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        LangId lang = LANG_NONE;
        assert_int_equal(lang_by_name(str_from(cases[i].name), &lang), cases[i].lang != LANG_NONE);
        assert_int_equal(lang, cases[i].lang);
        CHECK_STR(lang_nearest_name(str_from(cases[i].name)), str_from(cases[i].nearest));
    }
    CHECK_STR(str_from(lang_name(LANG_NONE)), STR("text"));
    assert_null(lang_extensions(LANG_NONE)[0]);
    CHECK_STR(str_from(lang_extensions(LANG_rust)[0]), STR("rs"));
}

// The names in a spec exist in its grammar.
static void specs_fit_grammars(void **state)
{
    (void)state;
    Arena arena = {0};
    for (LangId lang = LANG_NONE + 1; lang < LANG_COUNT; lang++) {
        Str why;
        if (!spec_check(&arena, lang, &why))
            fail_msg("%s: " STR_FMT, lang_name(lang), STR_ARG(why));
    }
    arena_fini(&arena);
}

static void every_language_has_goldens(void **state)
{
    (void)state;
    enum { FEWEST = 4 };
    const char *source = getenv("CQ_SOURCE");
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    for (LangId lang = LANG_NONE + 1; lang < LANG_COUNT; lang++) {
        Str path = str_format(&arena, "%s/tests/lang/%s", source ? source : ".", lang_name(lang));
        OsFile dir = OS_FILE_NONE;
        OsEntry *cases = NULL;
        size_t count = 0;
        if (os_open(&cx, OS_CWD, path.ptr, OS_FOLLOW, &dir) || os_list(&cx, dir, &cases, &count) ||
            count < FEWEST)
            fail_msg("%s: fewer than %d cases in " STR_FMT, lang_name(lang), FEWEST, STR_ARG(path));
        os_close(&dir);
    }
    arena_fini(&arena);
}

int lang_lang_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(detects),
        cmocka_unit_test(knows_names),
        cmocka_unit_test(specs_fit_grammars),
        cmocka_unit_test(every_language_has_goldens),
    };
    return RUN_TESTS(tests);
}
