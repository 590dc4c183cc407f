# Tables of cq sql that another model filled do not fit; nor does what is no database.
# needs: libduckdb.so
echo 'int first_thing(void) { return 1; }' >a.c
CQ_RUNTIME_EMBED_BACKEND=hash cq sql 'SELECT count(*) FROM files' >/dev/null
CQ_RUNTIME_EMBED_BACKEND=hash cq status | grep fit
cq status | grep fit
for file in "$XDG_CACHE_HOME"/cq/index/*/sql.duckdb; do echo rubbish >"$file"; done
cq status | grep fit | sed 's/cannot open .*;/cannot open IT;/'
