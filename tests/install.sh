#!/bin/sh
# tests/install.sh - `make install` puts everything in its place, and a program that knows only
# pkg-config compiles and runs against the installed library, shared and static.
set -eu
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-install.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
unset MAKEFLAGS MAKELEVEL
make install PREFIX="$tmp" DESTDIR= >"$tmp/log" 2>&1 || { cat "$tmp/log" && exit 1; }

for file in bin/cq include/cq/cq.h lib/libcq.so lib/libcq.a lib/pkgconfig/cq.pc share/man/man1/cq.1 \
    share/bash-completion/completions/cq share/zsh/site-functions/_cq share/fish/vendor_completions.d/cq.fish; do
    [ -s "$tmp/$file" ] || { echo "not installed: $file" && exit 1; }
done
[ ! -e build/release/cq-faiss.so ] || [ -s "$tmp/lib/cq/cq-faiss.so" ] || { echo "the FAISS plug-in is not installed" && exit 1; }
"$tmp/bin/cq" --version >/dev/null

export PKG_CONFIG_PATH="$tmp/lib/pkgconfig"
for example in examples/*.c; do
    [ -e "$example" ] || continue
    gcc -std=c17 "$example" -o "$tmp/shared" $(pkg-config --cflags --libs cq)
    gcc -std=c17 "$example" -o "$tmp/static" $(pkg-config --cflags cq) "$tmp/lib/libcq.a" \
        $(pkg-config --static --libs-only-other cq) $(pkg-config --libs libpcre2-8 jansson libxxhash libsodium sqlite3 libzstd yaml-0.1) -lm
    LD_LIBRARY_PATH="$tmp/lib" "$tmp/shared" . >"$tmp/shared.out"
    "$tmp/static" . >"$tmp/static.out"
    cmp "$tmp/shared.out" "$tmp/static.out"
done
