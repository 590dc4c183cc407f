# C: macros are called, static functions belong to their file, prototypes and the definition are one, a
# function in a table or behind a pointer is handed on.
cd "$TMPDIR" && mkdir src && cd src || exit
cat >dict.h <<'END'
#define CHECK(x) ((x) ? 0 : fail(#x))
#define TWICE(x) (helper(x) + helper(x))
typedef struct dict { int size; } dict;
int helper(int x);
int fail(const char *what);
END
cat >dict.c <<'END'
#include "dict.h"

static int step(int x) { return x + 1; }

int helper(int x)
{
    CHECK(x > 0);
    return step(x);
}

int fail(const char *what) { return what != 0; }
END
cat >main.c <<'END'
#include <stdio.h>
#include "dict.h"

static int step(int x) { return x - 1; }
static int (*table[])(int) = {helper, step};

static int apply(int (*f)(int), int x) { return f(x); }

int main(void)
{
    CHECK(1);
    printf("%d\n", TWICE(2));
    return apply(helper, step(helper(3))) + table[0](1);
}
END
cq calls helper; echo; cq calls step; echo; cq calls CHECK; echo; cq nb main --slice callees,imports
