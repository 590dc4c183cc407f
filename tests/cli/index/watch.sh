# Builds at first and after each change, until it is interrupted.
echo 'the first needle' >a.txt
cq index watch --settle-ms 20 >watch.out & watch=$!
until_found() { for _ in $(seq 600); do cq find needle --stale-ok --format lines 2>/dev/null | grep -q "$1" && return; sleep 0.1; done; echo "$1 was never found"; }
for _ in $(seq 600); do cq index versions | grep -q '^\*' && break; sleep 0.1; done
echo 'a second needle' >b.txt; until_found b.txt
rm a.txt; for _ in $(seq 600); do cq index versions | grep -c . | grep -q '[3-9]' && break; sleep 0.1; done
kill -INT $watch; wait $watch; echo "exit $?"
sed 's/[0-9][0-9]*/N/' watch.out
