# needs: libduckdb.so
# Only changed files are parsed again.
counts() { cq sql 'select count(*) from definitions' --format json | sed -E 's/.*("rows":[^"]*).*("files":[0-9]+),("skipped":[0-9]+),("changed":[0-9]+),("removed":[0-9]+).*/\1\2 \3 \4 \5/'; }
for i in 1 2 3 4 5 6 7 8 9; do echo "x$i = $i" >"src/extra$i.py"; done
counts
counts
echo 'def more(): pass' >>src/helpers.py
counts
rm src/extra1.py
mv src/extra2.py src/extra3.py
printf 'x' >>blob.bin # skipped before and after
counts
touch src/*.py
counts
cq sql "select name from definitions where path like 'src/extra%' order by 1 limit 2"
echo 'def late(): pass' >src/late.py
cq sql "select name from definitions where name = 'late'" --stale-ok
cq sql "select name from definitions where name = 'late'"
