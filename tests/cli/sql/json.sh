# needs: libduckdb.so
cq sql "select path, lines, lines > 8 as long, 1.5::double as r, null as n, [1, 2] as l from files where language is not null order by path" \
    --format json
