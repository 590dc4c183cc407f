#!/bin/sh
# tools/fetch-grammars.sh - the C sources of the tree-sitter core and grammars, into build/third_party/.
#
#   build/third_party/tree-sitter/lib/              the core: include/, src/
#   build/third_party/tree-sitter-python/src/       parser.c, scanner.c and the headers they include
#   build/third_party/tree-sitter-typescript/tsx/src/  (a package with two grammars)
#   build/third_party/*/LICENSE*, */queries/tags.scm
#
# The versions are those of tools/grammars/package-lock.json. Silent, and offline, when up to date.
set -eu
cd "$(dirname "$0")/.."
. tools/npm-fetch.sh

keep() { # NODE_MODULES NEW_DIR
    for package in "$1"/tree-sitter* "$1"/@*/tree-sitter*; do
        [ -d "$package" ] || continue
        name=${package##*/}
        case $name in tree-sitter-cli) continue ;; esac # Swift's package asks for it: no sources
        from=$package
        if [ "$name" = tree-sitter ]; then from=$package/vendor/tree-sitter; fi
        # Not cp -p: packages carry dates of 1985, which would hide a change from ninja.
        (cd "$from" && find . -type f \( -path './lib/*' -o -path '*/src/parser.c' \
            -o -path '*/src/scanner.c' -o -path '*/src/*.h' -o -path './common/*.h' \
            -o -path './queries/tags.scm' -o -path './*/queries/tags.scm' \) \
            ! -path './php_only/*' -print) | # PHP without the text around it: never asked for
            while read -r file; do
                mkdir -p "$2/$name/${file%/*}"
                cp "$from/$file" "$2/$name/$file"
            done
        cp "$package"/LICENSE* "$2/$name/"
    done
    # Swift's scanner asks for 0 states and then writes to one; it shifts an int by 31 and more.
    sed -i -e 's/calloc(0, sizeof(struct ScannerState))/calloc(1, sizeof(struct ScannerState))/' \
        -e 's/suppressing_symbols & 1 << suppressor/suppressing_symbols \& 1UL << suppressor/' \
        "$2/tree-sitter-swift/src/scanner.c"
}

npm_fetch tools/grammars build/third_party
