#!/bin/sh
# tests/style_selftest.sh - every rule of tools/layers.sh, tools/style.sh and tools/format.sh can fail:
# each is shown a small tree that breaks it, and one that is clean.
set -u
root=$(cd "$(dirname "$0")/.." && pwd)
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-style.XXXXXX") || exit 1
trap 'rm -rf "$tmp"' EXIT
bad=0

clean_tree() {
    rm -rf "$tmp/t"
    mkdir -p "$tmp/t/src/base" "$tmp/t/src/lang/c" "$tmp/t/src/door" "$tmp/t/src/runtime" "$tmp/t/tests/cli/x/tree"
    cp "$root/.clang-format" "$tmp/t/"
    cat >"$tmp/t/src/base/arena.h" <<'C'
// base/arena.h - good
#ifndef CQ_BASE_ARENA_H
#define CQ_BASE_ARENA_H

#include <stddef.h>

void *arena_alloc(size_t size); // as malloc() does

#endif
C
    cat >"$tmp/t/src/base/arena.c" <<'C'
#include "base/arena.h"

#include <stdlib.h>

void *arena_alloc(size_t size)
{
    return malloc(size); /* sprintf() in a comment */
}
C
    cat >"$tmp/t/src/lang/c/c.c" <<'C'
#include "base/arena.h"

#include <tree_sitter/api.h>

const char *lang_text = "system(open(stdout)) // not a comment";

void lang_use(Ops *os)
{
    os->read(arena_alloc(1));
}
C
    cat >"$tmp/t/src/lang/c/c_test.c" <<'C'
#include "lang/c/c.h"
#include "support/tree.h"

void lang_c_c_test(void)
{
    free(malloc(1));
    printf("tests may print\n");
}
C
    printf '#include "door/cli.h"\n\nint main(void)\n{\n    puts("hello");\n}\n' >"$tmp/t/src/main.c"
    printf 'this is { not ours: sprintf(\n' >"$tmp/t/tests/cli/x/tree/fixture.c"
}

# expect TOOL WANT: the tool names WANT (a shell pattern) on the tree as it is, and fails; with
# WANT empty it is silent and succeeds.
expect() {
    output=$("$root/tools/$1" ${3:-} "$tmp/t" 2>&1)
    code=$?
    if [ -z "$2" ]; then
        [ $code = 0 ] && [ -z "$output" ] && return
        echo "$1 fails on the clean tree ($code): $output"
    else
        # shellcheck disable=SC2254
        case $code:$output in 1:*$2*) return ;; esac
        echo "$1 does not find: $2"
        echo "  it says ($code): $output"
    fi
    bad=1
}

# breaks WANT FILE TEXT: style.sh must say WANT once TEXT is at the end of FILE. After a blank line.
breaks() {
    clean_tree
    printf '\n%b\n' "$3" >>"$tmp/t/$2"
    expect style.sh "$1"
}

repeat() { # N TEXT
    awk -v n="$1" -v text="$2" 'BEGIN { for (i = 0; i < n; i++) printf "%s", text }'
}

clean_tree
expect layers.sh ""
expect style.sh ""

echo '#include "door/cli.h"' >>"$tmp/t/src/base/arena.c"
expect layers.sh "src/base/arena.c:9: base must not include door"
clean_tree && echo '#include "runtime/pool.h"' >>"$tmp/t/src/base/arena.h"
expect layers.sh "src/base/arena.h:10: base must not include runtime"
clean_tree && echo '#include "arena.h"' >>"$tmp/t/src/base/arena.c"
expect layers.sh "src/base/arena.c:9: * must name its folder"
clean_tree && echo '#include "support/tree.h"' >>"$tmp/t/src/base/arena.c"
expect layers.sh "base must not include support"
clean_tree && echo '#include "cq/cq.h"' >>"$tmp/t/src/lang/c/c.c"
expect layers.sh "lang must not include cq"
clean_tree && echo '#include <tree_sitter/api.h>' >>"$tmp/t/src/door/cli.c"
expect layers.sh "src/door/cli.c:1: tree-sitter is used in lang only"
clean_tree && mkdir "$tmp/t/src/util" && echo 'int x;' >"$tmp/t/src/util/x.c"
expect layers.sh "src/util/x.c:1: src/util is not a folder of the house"

lang=src/lang/c/c.c
breaks "$lang:12: strcpy() is not used" $lang 'void f(void) { strcpy(a, b); }'
breaks "strcat() is not used" $lang 'void f(void) { strcat(a, b); }'
breaks "sprintf() is not used" $lang 'void f(void) { sprintf (a, b); }'
breaks "gets() is not used" src/lang/c/c_test.c 'void f(void) { gets(a); }'
breaks "strtok() is not used" $lang 'void f(void) { strtok(a, b); }'
breaks "atoi() is not used" src/base/arena.c 'int f(void) { return atoi("1"); }'
for call in malloc calloc realloc free strdup; do
    breaks "$lang:12: $call() outside src/base" $lang "void f(void) { $call(x); }"
done
for call in open read stat opendir fork mmap getcwd fopen clock_gettime sigaction; do
    breaks "$lang:12: $call() outside base/os.c" $lang "void f(void) { $call(x); }"
done
breaks "src/base/arena.c:10: read() outside base/os.c" src/base/arena.c 'long f(void) { return read(0, 0, 0); }'
breaks "pthread_\* outside base/sync.c" src/runtime/pool.c 'void f(void) { pthread_create(0, 0, 0, 0); }'
breaks "printf() outside door/" $lang 'void f(void) { printf("x"); }'
breaks "puts() outside door/" src/base/arena.c 'void f(void) { puts("x"); }'
breaks "stdout outside door/" $lang 'void f(void) { fputs("x", stdout); }'
breaks "atomics outside" $lang '_Atomic int x;'
breaks "atomics outside" $lang '#include <stdatomic.h>'
breaks "thread-local variable" $lang 'static _Thread_local int x;'
breaks "$lang:12: 101 columns" $lang "// $(repeat 98 x)"
breaks "white space at the end" $lang 'int x; '
breaks "$lang:801: 813 lines, more than 800" $lang "$(repeat 801 '\\n')"
breaks "$lang:13: a function of 81 lines" $lang "void f(void)\n{\n$(repeat 81 'x();\\n')}"

# Where the same is allowed.
allowed() { # FILE TEXT
    clean_tree
    printf '\n%b\n' "$2" >>"$tmp/t/$1"
    expect style.sh ""
}
allowed src/base/os.c 'void f(void) { read(0, 0, 0); }'
allowed src/base/sync.c 'void f(void) { pthread_create(0, 0, 0, 0); }'
allowed src/runtime/pool.c 'static _Atomic int x;'
allowed src/door/cli.c 'void f(void) { fputs("x", stdout); }'
allowed $lang "// long: one case for each node\nvoid f(void)\n{\n$(repeat 81 'x();\\n')}"
allowed $lang "void f(void)\n{\n$(repeat 80 'x();\\n')}"
allowed $lang "// $(repeat 97 'é')"
allowed $lang '/* a comment\n   malloc(1);\n*/'

clean_tree && sed -i 's/CQ_BASE_ARENA_H/CQ_ARENA_H/' "$tmp/t/src/base/arena.h"
expect style.sh "src/base/arena.h:1: no include guard CQ_BASE_ARENA_H"
clean_tree && sed -i '/stddef/d' "$tmp/t/src/base/arena.h"
expect style.sh "src/base/arena.h:6: does not compile alone: unknown type name"

clean_tree
if "$root/tools/format.sh" --check "$tmp/t" >/dev/null 2>&1 || [ $? != 77 ]; then
    expect format.sh "" --check
    printf '\nint  x ;\n' >>"$tmp/t/src/base/arena.c"
    expect format.sh "src/base/arena.c:10: not laid out" --check
fi
exit $bad
