# needs: libduckdb.so
cq sql 'select path, line, name, category, receiver, module, enclosing from refs order by path, line, name'
