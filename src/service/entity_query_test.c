// service/entity_query_test.c - each key of the query language, good and bad.
#include "service/entity_query.h"

#include "support/check.h"

// The failure's text, or "".
static Str problem_of(Arena *arena, const char *text, EntityWords *words, EntityQuery *query)
{
    Ctx cx = {.arena = arena};
    Fail fail = entity_words_read(arena, str_from(text), words);
    if (!fail && words->plain.len) return STR("plain");
    if (!fail) fail = entity_query_make(&cx, words, query);
    return fail ? fail->detail : STR("");
}

static void accepts(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "entity=function",
        "entity=any name=main",
        "entity=class name='build_*'",
        "entity=class name=\"A[bc]?\"",
        "entity=method name=~^get_",
        "entity=method name=~'a b'",
        "entity=function in=src,lib exclude=tests,*.pyi globs=*.py,!x.py lang=py,rust",
        "entity=function lang=auto",
        "entity=function calls=os.open",
        "entity=function raises=ValueError",
        "entity=function raises=class:ValueError",
        "entity=class defines=method:run",
        "entity=module exports=class",
        "entity=function used_by=function:main",
        "entity=function decorated_by=route decorator_count_min=1 decorator_count_max=2",
        "entity=function scope=closure",
        "entity=function captures=x has_cells=false",
        "entity=function has='await $X' has.stopBy=end",
        "entity=function has='f($X)' $X=~^a $X!=~b",
        "entity=function not.has='return $X' not.inside='class A'",
        "entity=function inside='class A' stopBy=neighbor",
        "entity=function precedes='x = 1' precedes.stopBy=end",
        "entity=function precedes='def a' follows='class $X' stopBy=end",
        "entity=function calls='a.*' captures='x?' raises='*Error' decorated_by='app.*'",
        "entity=class defines='method:__*__' used_by='function:test_*'",
        "entity=function has='f()' strictness=ast",
        "entity=function follows='x = 1' follows_stop_by='y = 2'",
        "entity=function has=x has.field=body",
        "entity=function has=x field=body",
        "entity=function any='f($A, $B),g()' all='[a, b]' not=c",
        "entity=function nthChild=2n+1 nthChild.reverse=true nthChild.ofRule='x'",
        "entity=function nthChild=odd",
        "entity=function expand=callers(depth=2),imports,scope",
        "entity=function fields=def,loc,decorators limit=0 explain=yes",
        "pattern='f($$$ARGS)' strictness=relaxed",
        "pattern='$X' context='class A: $X' selector=identifier",
        "all='f($A),g($B)'",
        "  entity=function\n\tname=x  ",
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        EntityWords words;
        EntityQuery query;
        CHECK_STR(problem_of(&arena, cases[i], &words, &query), STR(""));
        arena_fini(&arena);
    }
}

// long: one table
static void refuses(void **state)
{
    (void)state;
    static const struct {
        const char *text, *problem;
    } cases[] = {
        {"entity=functon", "column 1: entity=functon: unknown entity \"functon\"; did you mean "
                           "function?"},
        {"entity=function nam=x", "column 17: unknown key \"nam\"; did you mean name?"},
        {"entity=function bytecode.opname=X",
         "column 17: unknown key \"bytecode.opname\"; `cq help q` lists them"},
        {"entity=class limit=abc", "column 14: limit=abc: a number from 0 to 1000000000 is wanted"},
        {"entity=class limit=-1", "column 14: limit=-1: a number from 0 to 1000000000 is wanted"},
        {"entity=class entity=class", "column 14: entity is given twice, first in column 1"},
        {"entity=class name=a name=b", "column 21: name is given twice, first in column 14"},
        {"entity=class name='a", "column 19: the quote ' is never closed"},
        {"entity=class name='a'b", "column 22: \"b\" follows a closing quote without a blank"},
        {"entity=class name=", "column 19: the value of name is empty"},
        {"entity=class name=''", "column 19: the value of name is empty"},
        {"entity=class name=[a", "column 14: name=[a: the [ of the glob is never closed; a name "
                                 "with a [ can be found with ~regex"},
        {"entity=class foo", "column 14: \"foo\" is no key=value pair; put quotes around a value "
                             "with blanks"},
        {"foo entity=class", "column 1: \"foo\" is no key=value pair; put quotes around a value "
                             "with blanks"},
        {"entity=function scope=closur",
         "column 17: scope=closur: unknown scope \"closur\"; did you mean closure?"},
        {"entity=function has_cells=perhaps",
         "column 17: has_cells=perhaps: unknown value \"perhaps\"; known are false, true, no, yes, "
         "0, 1, off, on"},
        {"entity=function lang=pyton",
         "column 17: lang=pyton: unknown language \"pyton\"; did you mean python?"},
        {"entity=function in=a,,b", "column 17: in=a,,b: part 2 of the list is empty"},
        {"entity=function expand=caller", "column 17: expand=caller: unknown expansion \"caller\"; "
                                          "did you mean callers?"},
        {"entity=function expand=callers(depth=0)",
         "column 17: expand=callers(depth=0): \"(depth=0)\" is not (depth=N) with N from 1 to 20"},
        {"entity=function fields=hazards",
         "column 17: fields=hazards: unknown field \"hazards\"; known are def, loc, imports, "
         "decorators, decorated_functions, callers, callees"},
        {"pattern.context=x",
         "column 1: pattern.context=x: it does nothing without pattern.selector"},
        {"entity=import fields=callers",
         "column 15: fields=callers: entity=import has only def, loc"},
        {"entity=module expand=callers", "column 15: expand=callers: modules are not expanded; for "
                                         "their imports: fields=imports"},
        {"entity=function strictness=strict has=x",
         "column 17: strictness=strict: unknown strictness \"strict\"; known are cst, smart, ast, "
         "relaxed, signature"},
        {"entity=function nthChild=0", "column 17: nthChild=0: children are counted from 1"},
        {"entity=function nthChild=x",
         "column 17: nthChild=x: a number or a form such as 2n+1 is wanted"},
        {"entity=function nthChild.reverse=true",
         "column 17: nthChild.reverse=true: it does nothing without nthChild"},
        {"entity=function stopBy=end", "column 17: stopBy=end: it does nothing without inside"},
        {"entity=function has=x inside.field=body",
         "column 23: inside.field=body: it does nothing without inside"},
        {"entity=function inside='class A' field=body",
         "column 17: inside=class A: write the definition as code: this short form has no fields"},
        {"entity=function strictness=ast",
         "column 17: strictness=ast: it does nothing without pattern"},
        {"entity=function has='def a' strictness=ast",
         "column 29: strictness=ast: it is for code; \"def a\" only names a definition"},
        {"entity=function raises=function:a",
         "column 17: raises=function:a: what is raised is a class, not a function"},
        {"entity=function raises=~a",
         "column 17: raises=~a: a name or a glob is wanted; ~regex is for name="},
        {"entity=function calls=~a",
         "column 17: calls=~a: a name or a glob is wanted; ~regex is for name="},
        {"entity=class defines=method:~a",
         "column 14: defines=method:~a: a name or a glob is wanted; ~regex is for name="},
        {"entity=function nthChild=-n", "column 17: nthChild=-n: no position is like that"},
        {"entity=function used_by=main", "column 17: used_by=main: unknown entity \"main\"; known "
                                         "are function, method, class, struct, union, enum, "
                                         "enum_member, interface, trait, impl, type, module, "
                                         "constant, variable, field, macro, declaration, "
                                         "decorator, test, callsite, import, any"},
        {"entity=class defines=callsite",
         "column 14: defines=callsite: a definition is wanted, not callsite"},
        {"entity=class defines=method:", "column 14: defines=method:: a name follows the colon"},
        {"entity=class exports=function",
         "column 14: exports=function: modules have exports: entity=module"},
        {"entity=callsite decorated_by=x",
         "column 17: decorated_by=x: only definitions have it, not entity=callsite"},
        {"entity=function decorator_count_min=3 decorator_count_max=1",
         "column 17: decorator_count_min=3: it is more than decorator_count_max"},
        {"name=x", "say what to list: entity=function, or pattern=CODE"},
        {"pattern=x entity=function", "column 1: pattern=x: entity= lists definitions, pattern= "
                                      "code; for definitions with such code in them write has="},
        {"pattern=x captures=y", "column 11: captures=y: it needs entity=; a pattern has no "
                                 "captures"},
        {"pattern=x name=y",
         "column 11: name=y: it needs entity=; filter a pattern with $X=~regex"},
        {"entity=function context=x", "column 17: pattern.context=x: it needs pattern="},
        {"entity=function $X=a", "column 20: $X takes a regular expression: $X=~'re'"},
        {"entity=function $X=~", "column 21: the value of $X is empty"},
        {"entity=function $=~a", "column 17: a metavariable needs a name: $X=~regex"},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        EntityWords words;
        EntityQuery query;
        CHECK_STR(problem_of(&arena, cases[i].text, &words, &query), str_from(cases[i].problem));
        arena_fini(&arena);
    }
}

// A text without any pair is a plain search, whatever stands in it.
static void plain_texts(void **state)
{
    (void)state;
    static const char *const cases[] = {"dictFind", " how are retries done ", "a == b", "x = 1"};

    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        EntityWords words;
        assert_null(entity_words_read(&arena, str_from(cases[i]), &words));
        CHECK_STR(words.plain, str_trim(str_from(cases[i])));
        arena_fini(&arena);
    }
}

static void values(void **state)
{
    (void)state;
    Arena arena = {0};
    EntityWords words;
    EntityQuery query;
    CHECK_STR(problem_of(&arena,
                         "entity=function name='it\\'s \\d+ \\\\' limit=7 nthChild=-n+3 "
                         "expand=callers(depth=3),raises raises=class:E has='class A*' "
                         "all='f(a, b),[g, h]' $X!=~'a b' any=\"$X\"",
                         &words, &query),
              STR(""));
    CHECK_STR(query.name.text, STR("it's \\d+ \\"));
    assert_int_equal(query.limit, 7);
    assert_int_equal(query.nth.step, -1);
    assert_int_equal(query.nth.offset, 3);
    assert_int_equal(query.expand_depth[EXPAND_CALLERS], 3);
    assert_int_equal(query.expand_depth[EXPAND_RAISES], 1);
    CHECK_STR(query.raises.name, STR("E"));
    assert_int_equal(query.relation_count, 1);
    assert_int_equal(query.relations[0].def_kinds, 1u << DEF_CLASS);
    assert_int_equal(query.relations[0].def_name.mode, NAME_GLOB);
    assert_int_equal(query.all.count, 2);
    CHECK_STR(query.all.items[0], STR("f(a, b)"));
    CHECK_STR(query.all.items[1], STR("[g, h]"));
    assert_int_equal(query.metavar_count, 1);
    assert_true(query.metavars[0].negated);
    CHECK_STR(query.metavars[0].regex, STR("a b"));
    arena_fini(&arena);
}

static void flags(void **state)
{
    (void)state;
    Arena arena = {0};
    Ctx cx = {.arena = &arena};
    EntityWords words;
    EntityQuery query;
    assert_null(entity_words_read(&arena, STR("entity=function"), &words));
    assert_null(entity_words_flag(&arena, &words, KEY_limit, STR("x")));
    CHECK_STR(entity_query_make(&cx, &words, &query)->detail,
              STR("--limit x: a number from 0 to 1000000000 is wanted"));
    CHECK_STR(entity_words_flag(&arena, &words, KEY_entity, STR("class"))->detail,
              STR("--entity is given twice: in the text it is column 1"));
    arena_fini(&arena);
}

static void names(void **state)
{
    (void)state;
    static const struct {
        const char *filter, *name, *qualified;
        bool takes;
    } cases[] = {
        {"run", "run", "A.run", true},     {"run", "runs", "runs", false},
        {"A.run", "run", "A.run", true},   {"A.run", "run", "m.A.run", true},
        {"A.run", "run", "BA.run", false}, {"A::run", "run", "m::A::run", true},
        {"build_*", "build_x", "", true},  {"build_*", "rebuild_x", "", false},
        {"*_x*", "a_x", "", true},         {"a?c", "abc", "", true},
        {"a?c", "ac", "", false},          {"[ab]c", "bc", "", true},
        {"[!ab]c", "bc", "", false},       {"[a-c]*", "b", "", true},
        {"*", "operator/", "", true},      {"A.*", "run", "A.run", true},
        {"~^get", "get_x", "", true},      {"~get$", "get_x", "", false},
        {"~GET", "get", "", false},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        EntityWords words;
        EntityQuery query;
        Str text = str_format(&arena, "entity=any name=%s", cases[i].filter);
        CHECK_STR(problem_of(&arena, text.ptr, &words, &query), STR(""));
        Matcher *matcher = query.name.regex ? matcher_new(&arena, query.name.regex) : NULL;
        bool takes = name_filter_takes(&query.name, matcher, str_from(cases[i].name),
                                       str_from(cases[i].qualified));
        if (takes != cases[i].takes) print_message("%s %s\n", cases[i].filter, cases[i].name);
        assert_int_equal(takes, cases[i].takes);
        arena_fini(&arena);
    }
}

int service_entity_query_test(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts), cmocka_unit_test(refuses), cmocka_unit_test(plain_texts),
        cmocka_unit_test(values),  cmocka_unit_test(flags),   cmocka_unit_test(names),
    };
    return RUN_TESTS(tests);
}
