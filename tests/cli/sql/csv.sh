# needs: libduckdb.so
cq sql "select name, kind from definitions where path = 'src/app.py' order by line; -- done" --csv out.csv
cat out.csv
cq sql "from range(3)" --csv out.csv # replaced
cat out.csv
cq sql "from edges" --parquet out.parquet
head -c 4 out.parquet && echo
ls -A
