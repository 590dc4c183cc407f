# needs: libduckdb.so
cq sql 'select path, language, form, bytes, lines, skipped from files order by path'
cq sql 'select path, chunk, first_line, last_line from chunks order by all'
cq sql 'select count(*) as vectors, any_value(len(vector)) as dimensions from vectors'
