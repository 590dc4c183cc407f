// resolve/generic_test.c - type parameters whose arguments are written; what is in containers.
#include "support/calls.h"
#include "support/check.h"

static const CallsCase cases[] = {
    {"TypeScript: own generic types, promises, arrays of T; what arrays and maps hold",
     {{"a.ts", "class Foo { bar() {} }\n"
               "class Box<T> { v: T; get(): T { return this.v; } all(): T[] { return []; }\n"
               " later(): Promise<T> { return null; } swap<U>(u: U): U { return u; } }\n"
               "class Foos extends Box<Foo> {}\n"
               "async function go(b: Box<Foo>, s: Foos, m: Map<string, Foo>, a: Foo[]) {\n"
               " b.get().bar();\n"
               " b.v.bar();\n"
               " b.all()[0].bar();\n"
               " (await b.later()).bar();\n"
               " s.get().bar();\n"
               " m.get(\"x\").bar();\n"
               " a.filter(ok).find(ok).bar();\n"
               " b.swap(gone).bar();\n"
               "}\n"}},
     "a.ts:10 bar name_only\na.ts:10 get exact a.ts:2\na.ts:11 bar exact a.ts:1\n"
     "a.ts:11 get external\na.ts:12 bar exact a.ts:1\na.ts:12 filter external\n"
     "a.ts:12 find external\na.ts:13 bar name_only\na.ts:13 swap exact a.ts:3\n"
     "a.ts:6 bar exact a.ts:1\na.ts:6 get exact a.ts:2\na.ts:7 bar exact a.ts:1\n"
     "a.ts:8 all exact a.ts:2\na.ts:8 bar exact a.ts:1\na.ts:9 bar exact a.ts:1\n"
     "a.ts:9 later exact a.ts:3\n"},
    {"Java: fields and results of type T, also of a base with its argument",
     {{"A.java", "class Foo { void bar() {} }\nclass Box<T> { T v; T get() { return v; } }\n"
                 "class Foos extends Box<Foo> {}\nclass Two<A, B> { A a() { return null; } }\n"
                 "class Go {\n void go(Box<Foo> b, Foos s, Two<Foo, Foo> t) {\n"
                 "  b.get().bar();\n  b.v.bar();\n  s.get().bar();\n  t.a().bar();\n }\n}\n"}},
     "A.java:10 a exact A.java:4\nA.java:10 bar name_only\nA.java:7 bar exact A.java:1\n"
     "A.java:7 get exact A.java:2\nA.java:8 bar exact A.java:1\nA.java:9 bar exact A.java:1\n"
     "A.java:9 get exact A.java:2\n"},
    {"Rust: parameters of an impl, and of a struct's field",
     {{"Cargo.toml", "[package]\nname = \"a\"\n"},
      {"src/lib.rs", "struct Foo;\nimpl Foo { fn bar(&self) {} }\nstruct Wrap<T> { inner: T }\n"
                     "impl<T> Wrap<T> { fn get(&self) -> &T { &self.inner } }\n"
                     "fn go(w: Wrap<Foo>) {\n w.get().bar();\n w.inner.bar();\n}\n"}},
     "src/lib.rs:6 bar exact src/lib.rs:2\nsrc/lib.rs:6 get exact src/lib.rs:4\n"
     "src/lib.rs:7 bar exact src/lib.rs:2\n"},
    {"Python: Generic[T]; T alone is nothing known; what dictionaries and lists hold",
     {{"a.py", "from typing import Generic, TypeVar\nT = TypeVar(\"T\")\n"
               "class Foo:\n    def bar(self): pass\n"
               "class Box(Generic[T]):\n    v: T\n    def get(self) -> T: ...\n"
               "def go(b: Box[Foo], d: dict[str, Foo], a: list[Foo], t: T):\n"
               "    b.get().bar()\n    b.v.bar()\n    d.get(1).bar()\n    a.pop().bar()\n"
               "    for v in d.values(): v.bar()\n    t.bar()\n"}},
     "a.py:10 bar exact a.py:4\na.py:11 bar exact a.py:4\na.py:11 get external\n"
     "a.py:12 bar exact a.py:4\na.py:12 pop external\na.py:13 bar exact a.py:4\n"
     "a.py:13 values external\na.py:14 bar name_only\na.py:2 TypeVar external\n"
     "a.py:9 bar exact a.py:4\na.py:9 get exact a.py:7\n"},
};

static void calls_mean_what_is_written(void **state)
{
    (void)state;
    calls_check(cases, ARRAY_LEN(cases));
}

int resolve_generic_test(void);
int resolve_generic_test(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(calls_mean_what_is_written)};
    return RUN_TESTS(tests);
}
