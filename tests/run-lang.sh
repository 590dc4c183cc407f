#!/bin/sh
# tests/run-lang.sh CQ_FACTS DIR [--update] - compares the facts of every case at or below DIR.
#
# A case is a folder tests/lang/<language>/<case>/ with input.<extension> and expected.json. A file
# "lang" in it names the language where the extension does not tell. With --update the expected
# files are rewritten instead; read the difference: a golden that records a wrong fact is a defect.
# Exit: 0 all equal, 1 some differ, 2 no case found.
set -u
facts=$1 dir=$2 update=${3:-}
bad=0 seen=0

# A case with names.txt also says what its names are.
check_names() {
    "$facts" --names --lang "$lang" "$input" >"$new.names" || return 1
    if [ "$update" = --update ]; then
        cmp -s "$new.names" "$case_dir/names.txt" || cp "$new.names" "$case_dir/names.txt"
    elif ! diff -u "$case_dir/names.txt" "$new.names"; then
        echo "$case_dir: names differ"
        return 1
    fi
}

new=$(mktemp)
trap 'rm -f "$new" "$new.names"' EXIT

for input in $(find "$dir" -name 'input.*' | LC_ALL=C sort); do
    case_dir=${input%/*}
    seen=$((seen + 1))
    lang=$(basename "$(dirname "$case_dir")")
    if [ -f "$case_dir/lang" ]; then lang=$(cat "$case_dir/lang"); fi
    if ! "$facts" --lang "$lang" "$input" >"$new"; then
        echo "$case_dir: cq-facts failed"
        bad=1
    elif [ -f "$case_dir/names.txt" ] && ! check_names; then
        bad=1
    elif [ "$update" = --update ]; then
        cmp -s "$new" "$case_dir/expected.json" || cp "$new" "$case_dir/expected.json"
    elif ! diff -u "$case_dir/expected.json" "$new"; then
        echo "$case_dir: differs"
        bad=1
    fi
done
if [ "$seen" = 0 ]; then echo "no input.* below $dir" >&2 && exit 2; fi
echo "$seen cases, $([ "$bad" = 0 ] && echo "all equal" || echo "some differ")"
exit $bad
