# needs: libduckdb.so
cq sql "select name,
  nothing from definitions" --format json
