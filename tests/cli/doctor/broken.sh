# A cache that keeps nothing and a damaged index are found, and are the exit status.
echo 'int a;' >a.c
cq index >/dev/null
for file in "$XDG_CACHE_HOME"/cq/index/*/*.seg; do
    printf 'XXXXXXXX' | dd of="$file" bs=1 seek=200 conv=notrunc status=none
done
cq doctor index --log-level error | sed "s#/[^ ]*/##g"
echo >file
CQ_CACHE_DIR="$PWD/file" cq doctor cache --log-level error | sed "s/shard [0-9]/shard N/"
CQ_CACHE_DIR="$PWD/file" cq doctor cache --log-level error >/dev/null
