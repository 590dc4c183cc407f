// resolve/rust_test.c - what calls of Rust mean: impls, traits.
#include "support/calls.h"
#include "support/check.h"

static const CallsCase cases[] = {
    {"methods stand in impls, also of other files",
     {{"Cargo.toml", "[package]\nname = \"a\"\n"},
      {"src/lib.rs",
       "mod node;\nmod more;\nuse node::Node;\nfn go(n: &Node) {\n n.id();\n n.far();\n"
       " Node::make().id();\n n.clone();\n}\n"},
      {"src/node.rs", "pub struct Node { id: u32 }\nimpl Node {\n pub fn id(&self) -> u32 { 1 }\n"
                      " pub fn make() -> Self { todo!() }\n}\n"},
      {"src/more.rs", "use crate::node::Node;\nimpl Node { pub fn far(&self) {} }\n"}},
     "src/lib.rs:5 id exact src/node.rs:3\nsrc/lib.rs:6 far exact src/more.rs:2\n"
     "src/lib.rs:7 id exact src/node.rs:3\nsrc/lib.rs:7 make exact src/node.rs:4\n"
     "src/lib.rs:8 clone unknown\nsrc/node.rs:4 todo external\n"},
    {"own methods hide those of traits; of several impls of one trait the arguments tell",
     {{"Cargo.toml", "[package]\nname = \"a\"\n"},
      {"src/lib.rs", "struct S;\nimpl S { fn f(&self) {} }\nimpl T for S { fn f(&self) {} }\n"
                     "trait T { fn f(&self); }\ntrait E<A> { fn e(&self, a: A); }\n"
                     "impl E<u8> for S { fn e(&self, a: u8) {} }\n"
                     "impl E<i8> for S { fn e(&self, a: i8) {} }\n"
                     "fn go(s: S) {\n s.f();\n s.e(1);\n}\n"}},
     "src/lib.rs:10 e likely src/lib.rs:6 src/lib.rs:7\nsrc/lib.rs:9 f exact src/lib.rs:2\n"},
};

static const CallsCase reasons[] = {
    {"a name that is both a module and a function of it: the function is what is imported",
     {{"Cargo.toml", "[package]\nname = \"a\"\n"},
      {"src/lib.rs", "mod read;\nuse read::read;\nuse crate::read::*;\nmod util;\n"
                     "fn go() {\n read();\n far();\n let x = S::new();\n x.f();\n}\n"
                     "fn un(x: S) { let y = gone(); y.f(); x.gone(); }\n"},
      {"src/read.rs", "pub fn read() {}\npub fn far() {}\npub struct S;\n"
                      "impl S { pub fn new() -> S { S } fn f(&self) {} }\n"},
      {"src/util/mod.rs", "mod copy;\npub use copy::copy;\nfn go() { copy(); }\n"},
      {"src/util/copy.rs", "pub fn copy() {}\n"}},
     "src/lib.rs:11 f name_only (of a value whose type is not evident)\n"
     "src/lib.rs:11 gone unknown (no definition is visible)\n"
     "src/lib.rs:11 gone unknown (no definition is visible)\n"
     "src/lib.rs:6 read exact (member of a known module or type) src/read.rs:1\n"
     "src/lib.rs:7 far exact (through an import of all names) src/read.rs:2\n"
     "src/lib.rs:8 new exact (through an import of all names) src/read.rs:4\n"
     "src/lib.rs:9 f exact (through an import of all names) src/read.rs:4\n"
     "src/util/mod.rs:3 copy exact (member of a known module or type) src/util/copy.rs:1\n"},
};

static void calls_mean_what_is_written(void **state)
{
    (void)state;
    calls_check(cases, ARRAY_LEN(cases));
}

static void reasons_are_those_of_what_was_found(void **state)
{
    (void)state;
    calls_check_reasons(reasons, ARRAY_LEN(reasons));
}

int resolve_rust_test(void);
int resolve_rust_test(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(calls_mean_what_is_written),
                                       cmocka_unit_test(reasons_are_those_of_what_was_found)};
    return RUN_TESTS(tests);
}
