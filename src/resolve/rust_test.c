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

static void calls_mean_what_is_written(void **state)
{
    (void)state;
    calls_check(cases, ARRAY_LEN(cases));
}

int resolve_rust_test(void);
int resolve_rust_test(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(calls_mean_what_is_written)};
    return RUN_TESTS(tests);
}
