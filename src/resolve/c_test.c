// resolve/c_test.c - what calls of C and C++ mean, in small trees: scopes, headers, linkage,
// macros, members; namespaces, classes, and members that are defined outside of them.
#include "support/calls.h"
#include "support/check.h"

static const CallsCase cases[] = {
    {"a definition behind a header, one in the file, one in no file",
     {{"a.h",
       "int far(int x);\nstatic inline int inl(void) { return 1; }\n#define MAC(x) far(x)\n"},
      {"a.c", "#include \"a.h\"\nint far(int x) { return x; }\n"},
      {"b.c", "#include \"a.h\"\n#include <string.h>\nstatic int near(void) { return 0; }\n"
              "int go(void) {\n far(1);\n near();\n inl();\n MAC(2);\n strlen(\"\");\n}\n"}},
     "a.h:3 far exact a.c:2\nb.c:5 far exact a.c:2\nb.c:6 near exact b.c:3\nb.c:7 inl exact a.h:2\n"
     "b.c:8 MAC exact a.h:3\nb.c:9 strlen external\n"},
    {"what is static elsewhere is not meant; what nothing declares is external",
     {{"a.c", "static int hidden(void) { return 0; }\nint open_one(void) { return hidden(); }\n"},
      {"b.c", "int go(void) { return hidden() + open_one(); }\n"}},
     "a.c:2 hidden exact a.c:1\nb.c:1 hidden external\nb.c:1 open_one external\n"},
    {"of two programs' definitions the one that sees the same header",
     {{"one/x.h", "void x(void);\n"},
      {"one/x.c", "#include \"x.h\"\nvoid x(void) {}\n"},
      {"two/x.c", "void x(void) {}\n"},
      {"one/main.c", "#include \"x.h\"\nint main(void) { x(); }\n"}},
     "one/main.c:2 x exact one/x.c:2\n"},
    {"alternatives of one #ifdef are one object",
     {{"a.c", "#ifdef A\nint f(void) { return 1; }\n#else\nint f(void) { return 2; }\n#endif\n"
              "int go(void) { return f(); }\n"}},
     "a.c:6 f exact a.c:2 a.c:4\n"},
    {"a standard macro that an #if defines may be the system's; others are proven",
     {{"a.h", "#ifndef assert\n#define assert(c) ((void)0)\n#endif\n#define abs(x) (x)\n"
              "#ifdef A\n#define own(x) (x)\n#endif\n"},
      {"a.c", "#include <assert.h>\n#include \"a.h\"\nint go(void) {\n assert(1);\n abs(2);\n"
              " own(3);\n}\n"}},
     "a.c:4 assert likely a.h:2\na.c:5 abs exact a.h:4\na.c:6 own exact a.h:6\n"},
    {"types as arguments of macros do not hide the calls around them",
     {{"a.c",
       "#define get(p, t) ((t)(p))\nstruct s { int m; };\nvoid f(int a, int b);\n"
       "static int own(struct s *, int *);\nint go(void *p) {\n f(get(p, struct s *)->m, 1);\n"
       " const char *c = get(p, const char *);\n f(1, own(get(p, struct s *), 0));\n}\n"}},
     "a.c:6 f exact a.c:3\na.c:6 get exact a.c:1\na.c:7 get exact a.c:1\na.c:8 f exact a.c:3\n"
     "a.c:8 get exact a.c:1\na.c:8 own exact a.c:4\n"},
    {"C++: destructors and operators outside of their class, macros in functions",
     {{"a.h", "struct M { void run(); };\nclass A {\n ~A();\n bool operator()(int a) const;\n"
              " operator bool() const;\n M *m_;\n};\n"},
      {"a.cc", "#include \"a.h\"\nA::~A() { m_->run(); }\n"
               "bool A::operator()(int a) const { m_->run(); }\n"
               "A::operator bool() const { m_->run(); }\n"
               "int f() {\n#define TWICE(x) (2 * (x))\n return TWICE(3);\n}\n"}},
     "a.cc:2 run exact a.h:1\na.cc:3 run exact a.h:1\na.cc:4 run exact a.h:1\n"
     "a.cc:7 TWICE exact a.cc:6\n"},
    {"a call through a member is dynamic, of the member of that type",
     {{"a.h",
       "typedef struct client client;\nstruct client { void (*fn)(client *c); client *next; };\n"
       "struct other { int (*fn)(void); };\nclient *make(void);\n"},
      {"a.c", "#include \"a.h\"\nvoid go(client *c, void (*cb)(int)) {\n c->next->fn(c);\n"
              " make()->fn(c);\n cb(1);\n}\nclient *make(void) { return 0; }\n"},
      {"b.c", "#include \"a.h\"\nstatic void one(client *c) {}\nstatic int two(void) {}\n"
              "void set(client *c) { c->fn = one; }\nstatic struct other o = {.fn = two};\n"
              "client all[] = {{.fn = &one}};\n"}},
     "a.c:3 fn dynamic a.h:2 b.c:2\na.c:4 fn dynamic a.h:2 b.c:2\na.c:4 make exact a.c:7\n"
     "a.c:5 cb dynamic\n"},
    {"C++: namespaces and classes over files",
     {{"n.hpp",
       "namespace n {\nclass Base { public: void up(); };\nclass Node : public Base {\npublic:\n"
       " int id() const;\n static Node make(int x);\n Node *next;\n};\nvoid free_one(Node "
       "&n);\n}\n"},
      {"n.cc", "#include \"n.hpp\"\nnamespace n {\nvoid Base::up() {}\n"
               "int Node::id() const { up(); return next->id(); }\n"
               "void free_one(Node &n) { n.id(); }\n}\n"},
      {"m.cc", "#include \"n.hpp\"\nint main() {\n n::Node a = n::Node::make(1);\n a.up();\n"
               " auto p = new n::Node();\n p->id();\n n::free_one(a);\n}\n"}},
     "m.cc:3 make exact n.hpp:6\nm.cc:4 up exact n.cc:3\nm.cc:5 Node exact n.hpp:3\n"
     "m.cc:6 id exact n.cc:4\nm.cc:7 free_one exact n.cc:5\nn.cc:4 id exact n.cc:4\n"
     "n.cc:4 up exact n.cc:3\nn.cc:5 id exact n.cc:4\n"},
};

static void calls_mean_what_is_written(void **state)
{
    (void)state;
    calls_check(cases, ARRAY_LEN(cases));
}

int resolve_c_test(void);
int resolve_c_test(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(calls_mean_what_is_written)};
    return RUN_TESTS(tests);
}
