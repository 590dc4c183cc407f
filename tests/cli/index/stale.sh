# A change is seen at once; --stale-ok does not look, and says so.
echo 'the first needle' >a.txt; cq index >/dev/null
echo 'the other haystack' >a.txt; echo 'one more needle' >b.txt
cq find needle --format lines; echo --
cq find needle --stale-ok --format json | grep -o '"stale":[a-z]*\|"path":"[a-z.]*"'
