# needs: libduckdb.so
cq sql 'select 1'
cq sql 'select count(*) from range(100000) a, range(100000) b, range(100000) c where a.range + b.range = 7 * c.range' --timeout 3
