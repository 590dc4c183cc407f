// app/fresh_edges_test.c - whatever was edited, who calls what is what a clean start finds.
//
// Modules that import each other, with functions, classes and a base, are edited at random: bodies,
// names, imports, bases, files. One engine answers from published edges and what changed since,
// another one resolves everything anew: their answers must be the same bytes. CQ_LONG=1 edits more.
#include <stdlib.h>
#include <unistd.h>

#include "support/check.h"
#include "support/fresh_world.h"

enum { MODULES = 8, NAMES = 5 };

static const char *const names[NAMES] = {"load", "store", "merge", "Node", "scan"};

static const char *name_of(Fresh *world)
{
    return names[fresh_draw(world, NAMES)];
}

static void add_function(Fresh *world, Buf *out, const char *indent)
{
    bool method = *indent != 0;
    buf_addf(out, "%sdef %s(%sx, y=1):\n", indent, name_of(world), method ? "self, " : "");
    for (uint64_t i = fresh_draw(world, 3); i; i--) {
        switch (fresh_draw(world, 8)) {
        case 0: buf_addf(out, "%s    %s(x)\n", indent, name_of(world)); break;
        case 1: buf_addf(out, "%s    other.%s(y)\n", indent, name_of(world)); break;
        case 2: buf_addf(out, "%s    x.%s(1, k=2)\n", indent, name_of(world)); break;
        case 3:
            buf_addf(out, "%s    %s.%s(*x)\n", indent, method ? "self" : "y", name_of(world));
            break;
        case 4: // what the text does not show at once
            buf_addf(out, "%s    %s(x,  # a, b\n%s        lambda: (1, 2), k = [1, 2], **x)\n",
                     indent, name_of(world), indent);
            break;
        case 5:
            buf_addf(out, "%s    x(%s); y = x.%s; self.a().b[0].%s(y)(x)\n", indent, name_of(world),
                     name_of(world), name_of(world));
            break;
        case 6:
            buf_addf(out, "%s    %s(%s(), *y)\n", indent, name_of(world), name_of(world));
            break;
        default:
            buf_addf(out, "%s    node = Node()\n%s    node.%s()\n", indent, indent, name_of(world));
        }
    }
    buf_addf(out, "%s    return %s\n\n", indent, fresh_draw(world, 2) ? "Node()" : "x");
}

static Str module_text(Fresh *world)
{
    Buf out = buf_on(&world->arena);
    size_t from = fresh_draw(world, MODULES);
    buf_addf(&out, "import m%zu as other\n", (size_t)fresh_draw(world, MODULES));
    if (fresh_draw(world, 4)) buf_addf(&out, "from m%zu import %s\n", from, name_of(world));
    if (!fresh_draw(world, 4)) buf_addf(&out, "from m%zu import *\n", from);
    if (!fresh_draw(world, 3))
        buf_addf(&out, "from m%zu import %s as %s\n", from, name_of(world), name_of(world));
    for (uint64_t i = fresh_draw(world, 3); i; i--) add_function(world, &out, "");
    if (fresh_draw(world, 2)) {
        buf_addf(&out, "class Node(%s):\n    limit = 1\n\n",
                 fresh_draw(world, 2) ? "other.Node" : "");
        for (uint64_t i = fresh_draw(world, 3); i; i--) add_function(world, &out, "    ");
    }
    return buf_str(&out);
}

static const char *module_path(Fresh *world, uint64_t i)
{
    return str_format(&world->arena, STR_FMT "/m%d.py", STR_ARG(world->repo), (int)i).ptr;
}

static void edit(Fresh *world)
{
    const char *path = module_path(world, fresh_draw(world, MODULES));
    const char *other = module_path(world, fresh_draw(world, MODULES));
    switch (fresh_draw(world, 8)) {
    case 0: unlink(path); break;
    case 1: rename(path, other); break;
    case 2:
        fresh_shell(world, "echo '# only a comment' >>m1.py; sed -i 's/return x/return  x/' m2.py");
        break;
    default: fresh_write(path, module_text(world));
    }
}

// All of the answer but what it is from and when.
static Str ask(Fresh *world, CqEngine *engine, const char *name)
{
    CqReply *reply = cq_run(
        engine, "calls",
        str_format(&world->arena, "{\"target\":\"%s\",\"limit\":1000,\"callees\":true}", name).ptr);
    Str json = str_from(cq_reply_json(reply));
    const char *from = strstr(json.ptr, "\"summary\":"), *index, *rest;
    Str out = STR("nothing");
    if (!cq_reply_ok(reply)) {
        out = str_copy(&world->arena, json);
    } else if (from && (index = strstr(from, "\"index\":{")) && (rest = strchr(index, '}'))) {
        out = str_format(&world->arena, "%.*s%s", (int)(index - from), from, rest);
    }
    cq_reply_free(reply);
    return out;
}

static void random_edits(void **state)
{
    (void)state;
    Fresh world;
    int steps = getenv("CQ_LONG") ? 800 : 40;
    size_t found = 0;
    fresh_start(&world, 4101842887655102017U);
    CqEngine *clean = fresh_open(&world, false), *indexed = fresh_open(&world, true);
    for (uint64_t i = 0; i < MODULES; i++) fresh_write(module_path(&world, i), module_text(&world));
    for (int step = 0; step < steps; step++) {
        for (uint64_t k = fresh_draw(&world, 3); k; k--) edit(&world);
        if (fresh_draw(&world, 3) == 0) assert_true(fresh_index(indexed, "{}"));
        if (fresh_draw(&world, 6) == 0) { // as a new process
            cq_close(indexed);
            indexed = fresh_open(&world, true);
        }
        for (size_t i = 0; i < NAMES; i++) {
            Str expected = ask(&world, clean, names[i]);
            fresh_same(ask(&world, indexed, names[i]), expected);
            found += strstr(expected.ptr, "\"exact\":") != NULL;
        }
        arena_reset(&world.arena);
    }
    assert_true(found > (size_t)steps); // it is not nothing that was compared
    cq_close(indexed);
    cq_close(clean);
    fresh_end(&world);
}

int app_fresh_edges_test(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_edits)};
    return RUN_TESTS(tests);
}
