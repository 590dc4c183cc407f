# needs: libduckdb.so
# `finish` is defined twice, so nobody can say which one is called.
cq sql 'select caller, path, line, callee, callee_path, certainty from edges order by path, line, callee'
