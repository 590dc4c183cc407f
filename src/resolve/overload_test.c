// resolve/overload_test.c - which of several functions of one name is called.
#include "support/calls.h"
#include "support/check.h"

static const CallsCase cases[] = {
    {"Java: by the number of arguments, then by types that are evident",
     {{"A.java", "class A {\n"
                 " void f() {}\n"                      // 2
                 " void f(String s) {}\n"              // 3
                 " void f(int i) {}\n"                 // 4
                 " void f(Object o) {}\n"              // 5
                 " void f(int a, String b) {}\n"       // 6
                 " void f(String a, int... rest) {}\n" // 7
                 " void go(String s, Object o, long n, int[] many, A a) {\n"
                 "  f();\n"
                 "  f(\"x\");\n"
                 "  f(1);\n"
                 "  f(o);\n"
                 "  f(n);\n"
                 "  f(1, s);\n"
                 "  f(s, 1, 2);\n"
                 "  f(many);\n"
                 "  f(a);\n"
                 "  f(a.unknown());\n"
                 "  f(1, 2, 3, 4);\n"
                 " }\n}\n"}},
     "A.java:10 f exact A.java:3\nA.java:11 f exact A.java:4\nA.java:12 f exact A.java:5\n"
     "A.java:13 f exact A.java:5\nA.java:14 f exact A.java:6\nA.java:15 f exact A.java:7\n"
     "A.java:16 f exact A.java:5\nA.java:17 f exact A.java:5\n"
     "A.java:18 f likely A.java:3 A.java:4 A.java:5 A.java:7\nA.java:18 unknown external\n"
     "A.java:19 f exact A.java:7\nA.java:9 f exact A.java:2\n"},
    {"Java: what bases have of that name, unless it is overridden; subclasses fit their bases",
     {{"B.java", "class B {\n void f(B b) {}\n void f(String s) {}\n void g(int i) {}\n}\n"},
      {"C.java", "class C extends B {\n void f(B b) {}\n void f(C c) {}\n"
                 " static C of(C c) { return c; }\n static B of(String s) { return null; }\n"
                 " void go(B b, C c) {\n  f(b);\n  f(c);\n  f(\"x\");\n  g(1);\n"
                 "  of(c).f(c);\n  of(\"x\").f(c);\n }\n}\n"}},
     "C.java:10 g exact B.java:4\nC.java:11 f exact C.java:3\nC.java:11 of exact C.java:4\n"
     "C.java:12 f exact B.java:2\nC.java:12 of exact C.java:5\nC.java:7 f exact C.java:2\n"
     "C.java:8 f exact C.java:3\nC.java:9 f exact B.java:3\n"},
    {"C++: declared in a class, defined outside; defaults stand in the declaration",
     {{"a.h",
       "class A {\n public:\n  void put(int n);\n  void put(const char* s);\n"
       "  void put(int n, int base = 10);\n  void get(const char* s, int n = 0);\n};\n"
       "class S { public: S(const char* s); };\nvoid out(const S& s);\nvoid out(double d);\n"},
      {"a.cc", "#include \"a.h\"\nvoid A::put(int n) {}\nvoid A::put(const char* s) {}\n"
               "void A::put(int n, int base) {}\nvoid A::get(const char* s, int n) {}\n"
               "void out(const S& s) {}\nvoid out(double d) {}\n"},
      {"b.cc", "#include \"a.h\"\nvoid go(A* a, S s, int* p) {\n a->put(\"x\");\n a->put(1, 2);\n"
               " a->get(\"x\");\n out(s);\n out(1.5);\n a->put(p);\n a->put(gone());\n}\n"}},
     "b.cc:3 put exact a.cc:3\nb.cc:4 put exact a.cc:4\nb.cc:5 get exact a.cc:5\n"
     "b.cc:6 out exact a.cc:6\nb.cc:7 out exact a.cc:7\n"
     "b.cc:8 put exact a.cc:3\nb.cc:9 gone external\n"
     "b.cc:9 put likely a.cc:2 a.cc:3 a.cc:4\n"},
};

static void calls_mean_what_is_written(void **state)
{
    (void)state;
    calls_check(cases, ARRAY_LEN(cases));
}

int resolve_overload_test(void);
int resolve_overload_test(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(calls_mean_what_is_written)};
    return RUN_TESTS(tests);
}
