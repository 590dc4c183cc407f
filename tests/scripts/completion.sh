#!/bin/sh
# The fish completion, asked in a real fish. (bash: tests/cli/cli/complete_bash.sh)
set -eu
command -v fish >/dev/null || exit 77
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-completion.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
"$CQ_BUILD/cq" completion fish >"$tmp/cq.fish"
mkdir "$tmp/sub" && cd "$tmp"
export HOME="$tmp" XDG_CONFIG_HOME="$tmp" XDG_DATA_HOME="$tmp"
bad=0
ask() { # LINE WANTED
    got=$(fish --no-config -c "source $tmp/cq.fish; complete -C '$1'" | cut -f 1 | tr '\n' ' ')
    if [ "$got" != "$2 " ]; then
        printf '%s\n  wants: %s\n  got:   %s\n' "$1" "$2" "$got"
        bad=1
    fi
}
ask 'cq out' outline
ask 'cq completion ' 'bash fish zsh'
ask 'cq --format ' 'dot json lines md mermaid'
ask 'cq outline --lang py' python
ask 'cq outline --de' --depth
ask 'cq outline s' sub/
ask 'cq --root s' sub/
exit $bad
