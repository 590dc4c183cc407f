#!/bin/sh
# Every example of `cq help` for the questions about code is run by a shell as it stands, and answers;
# those of README.md, which are about redis, are at least understood.
set -eu
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-examples.XXXXXX")
trap 'rm -rf "$tmp"' EXIT
for variable in $(env | sed -n 's/^\(CQ_[A-Z_]*\)=.*/\1/p'); do
    case $variable in CQ_BUILD | CQ_SOURCE) ;; *) unset "$variable" ;; esac
done
export XDG_CACHE_HOME="$tmp/cache" PATH="$CQ_BUILD:$PATH" LC_ALL=C NO_COLOR=1
export XDG_CONFIG_HOME="$tmp" GIT_CEILING_DIRECTORIES="$tmp" GIT_CONFIG_GLOBAL=/dev/null
mkdir "$tmp/work"
cp -R "$CQ_SOURCE/tests/cli/q/tree/." "$CQ_SOURCE/tests/cli/calls/tree/." "$tmp/work"
cd "$tmp/work"
mkdir .git
cp lib/dict.c src/find.c
printf 'from dataclasses import dataclass\n\n\n@dataclass\nclass Point:\n    x: int\n\n\ndef connect():\n    pass\n\n\nconnect()\n' >src/point.py
cq index build >/dev/null

count=0 bad=0
examples() { # the commands of a page of help, one a line
    cq help --markdown | sed -n "/^## cq $1\$/,/^## cq /s/^\(cq .*[^ ]\)  # .*/\1/p"
}
for op in q calls neighborhood map; do
    examples "$op" >"$tmp/commands"
    [ -s "$tmp/commands" ] || { echo "cq help $op has no examples" && exit 1; }
    while IFS= read -r command; do
        count=$((count + 1)) code=0
        sh -c "$command" >"$tmp/out" 2>"$tmp/err" </dev/null || code=$?
        if [ $code -gt 0 ] || [ -s "$tmp/err" ]; then
            # what is not in this small tree is found nowhere, and that is an answer
            case $command in *dictFind | *os.path.join*) [ $code -le 1 ] && continue ;; esac
            echo "$command: exit $code: $(cat "$tmp/err")"
            bad=1
        fi
    done <"$tmp/commands"
done
[ "$count" -ge 15 ] || { echo "only $count examples were found" && exit 1; }

sed -n 's/^\$ \(cq \(q\|calls\|nb\|map\) .*\)/\1/p; s/^\(cq \(q\|calls\|nb\|map\) .*[^ ]\) *# .*/\1/p' \
    "$CQ_SOURCE/README.md" >"$tmp/commands"
while IFS= read -r command; do
    code=0
    sh -c "${command%%|*}" >"$tmp/out" 2>"$tmp/err" </dev/null || code=$?
    case $code in 0 | 1 | 3) continue ;; esac # 3: redis' files are not here
    echo "README.md: $command: exit $code: $(cat "$tmp/err")"
    bad=1
done <"$tmp/commands"
exit $bad
