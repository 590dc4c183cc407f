# needs: libduckdb.so
# At most 100 lines for people, --limit rows in JSON; all are counted.
cq sql 'select i from range(1000) r(i) order by i desc' | tail -3
cq sql 'select i from range(1000) r(i) order by i' --limit 3 --format json | sed -E 's/.*("rows":.*"truncated":[a-z]*).*/\1/'
cq sql "select repeat('é', 80) as wide"
cq sql 'select 1 where false'
