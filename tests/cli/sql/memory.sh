# needs: libduckdb.so
export CQ_RUNTIME_SQL_MEMORY_LIMIT_BYTES=32M
cq sql 'select a from (select a.range::varchar || b.range as a from range(5000) a, range(5000) b) order by a'
