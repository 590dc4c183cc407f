# needs: libduckdb.so
mkfifo pipe
mkdir folder
for file in pipe folder missing/out.csv /dev/null; do
    cq sql 'select 1' --csv "$file" 2>&1
    echo "exit $?"
done
cq sql 'select nothing' --csv out.csv 2>&1
cq sql 'select 1' --csv a --parquet b 2>&1
find . -name 'out*' -o -name '.cq*' -o -name a -o -name b
