# At most 100 lines, with the rest counted; --budget holds, too.
for i in $(seq 300); do echo "    open_store('$i')"; done >lines
{ echo 'from pkg.store import open_store'; echo 'def many():'; cat lines; } >many.py
cq calls open_store >answer && [ "$(grep -c '' answer)" -le 100 ] && grep ' more: ' answer
cq calls pkg/store.py:22 --format lines | grep -c ''
[ "$(cq calls open_store --budget 200 | wc -c)" -le 1000 ] && echo small
