// lang/cells_test.c - what Python functions capture. tests/scripts/entities.sh holds the same
// against the symtable module.
#include "lang/cells.h"

#include "support/check.h"

static void add_names(Buf *out, const char *title, const Str *names, uint32_t count)
{
    buf_addf(out, " %s", title);
    for (uint32_t i = 0; i < count; i++)
        buf_addf(out, "%s" STR_FMT, i ? "," : "=", STR_ARG(names[i]));
}

// "f free=x cell=y; g free cell": by line of the def.
static Str read_cells(Arena *arena, const char *source)
{
    Ctx cx = {.arena = arena};
    Parser *parser = parser_new(NULL);
    const ShapeTree *tree = NULL;
    CellScopes scopes;
    Buf out = buf_on(arena);
    assert_null(shape_parse(&cx, parser, LANG_python, str_from(source), &tree));
    cells_read(&cx, tree, &scopes);
    for (size_t i = 0; i < scopes.count; i++) {
        buf_addf(&out, "%s%s", i ? "; " : "", scopes.items[i].nested ? "nested" : "top");
        add_names(&out, "free", scopes.items[i].frees, scopes.items[i].free_count);
        add_names(&out, "cell", scopes.items[i].cells, scopes.items[i].cell_count);
    }
    parser_free(parser);
    return buf_str(&out);
}

static const struct {
    const char *source, *cells;
} cases[] = {
    {"def f(a):\n  def g(): return a\n  return g\n", "top free cell=a; nested free=a cell"},
    {"def f():\n  x = 1\n  return lambda: x\n", "top free cell=x"},
    {"def f():\n  x = 1\n  return [x for _ in y]\n", "top free cell"},
    {"def f():\n  x = 1\n  return (x for _ in y)\n", "top free cell=x"},
    {"def f(xs):\n  return (x for x in xs)\n", "top free cell"},
    {"def f():\n  return [lambda: i for i in y]\n", "top free cell=i"},
    {"x = 1\ndef f():\n  def g(): return x\n", "top free cell; nested free cell"},
    {"def f():\n  x = 1\n  def g():\n    global x\n    return x\n",
     "top free cell; nested free cell"},
    {"def f():\n  x = 1\n  def g():\n    nonlocal x\n    x = 2\n",
     "top free cell=x; nested free=x cell"},
    {"def f():\n  x = 1\n  def g():\n    def h(): return x\n",
     "top free cell=x; nested free=x cell; nested free=x cell"},
    {"def f():\n  x = 1\n  class A:\n    x = 2\n    def g(self): return x\n",
     "top free cell=x; nested free=x cell"},
    {"class A:\n  def g(self): return super().g()\n", "top free=__class__ cell"},
    {"def f(a, b=1, *c, **d):\n  def g(e=a): return b, c, d\n",
     "top free cell=b,c,d; nested free=b,c,d cell"},
    {"def f():\n  if (n := 1): pass\n  any((m := v) for v in w)\n  return lambda: (n, m)\n",
     "top free cell=n,m"},
    {"def f():\n  import a.b, c as d\n  from e import g as h\n  return lambda: (a, d, h, c)\n",
     "top free cell=a,d,h"},
    {"def f():\n  with a as b: pass\n  for i, (j, *k) in b: pass\n  return lambda: (b, i, j, k)\n",
     "top free cell=b,i,j,k"},
    {"def f(p):\n  match p:\n    case [x, *y] if z: pass\n    case K(w=v): pass\n"
     "  return lambda: (x, y, v, K, w)\n",
     "top free cell=x,y,v"},
    {"def f(x):\n  def g(y): return obj.x + call(x=y)\n", "top free cell; nested free cell"},
};

static void captures(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        Arena arena = {0};
        CHECK_STR(read_cells(&arena, cases[i].source), str_from(cases[i].cells));
        arena_fini(&arena);
    }
}

int lang_cells_test(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(captures)};
    return RUN_TESTS(tests);
}
