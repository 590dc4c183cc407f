# needs: libduckdb.so
# A damaged file is made anew.
cq sql 'select count(*) from files'
for file in "$XDG_CACHE_HOME"/cq/index/*/sql.duckdb; do
    head -c 30000 "$file" >cut && cat cut >"$file"
    rm cut
    cq sql 'select count(*) from files'
    echo nonsense >"$file"
    cq sql 'select count(*) from files'
done
