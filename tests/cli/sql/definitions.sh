# needs: libduckdb.so
cq sql 'select path, line, name, kind, qualified, parent, end_line, declaration from definitions order by path, line'
