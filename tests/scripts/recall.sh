#!/bin/sh
# Of the functions, types and methods that universal-ctags lists, cq finds this part at least, in each
# of the three: in our own sources and in the fixtures of tests/, of which some are broken on purpose.
# docs/recall.md has the figures on large repositories, and why the rest is missing: the fixtures are
# small and full of what ctags misreads.
set -eu
command -v ctags >/dev/null && ctags --version | grep -q Universal || {
    echo "there is no universal-ctags"
    exit 77
}
cd "$CQ_SOURCE"
bad=0
least() { # PART LANGUAGE [SOURCE...]
    part=$1 lang=$2
    shift 2
    python3 tools/recall.py --facts "$CQ_BUILD/cq-facts" --lang "$lang" --min "$part" \
        "tests/lang/$lang" "tests/shape/$lang" "$@" >"$out" 2>&1 || {
        cat "$out"
        bad=1
    }
}
out=$(mktemp)
trap 'rm -f "$out"' EXIT
least 0.98 c src
least 0.95 cpp
least 0.97 python tools tests
least 1.00 rust
least 1.00 go
least 0.94 java
least 0.83 javascript
least 1.00 typescript
least 1.00 tsx
least 0.96 bash tools tests/scripts
least 0.80 ruby
least 0.94 php
least 0.70 csharp
least 0.92 kotlin
least 0.94 lua
least 0.88 elixir
least 0.60 haskell
exit $bad
