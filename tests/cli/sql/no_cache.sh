# needs: libduckdb.so
# Without a folder to keep them in, the tables last for one answer.
export CQ_CACHE_ENABLED=0
cq sql 'select count(*) from files'
cq sql 'select count(*) from files'
ls -A "$TMPDIR"
