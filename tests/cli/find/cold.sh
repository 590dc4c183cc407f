# A workspace of more than 3 MiB without an index: the most promising of its files are parsed. Once
# it is indexed, all count. The background build is a process only where a case asks for it.
rule=$(printf '%0600d' 0 | tr 0 -) # size without words: parsing is what takes time
seq 1 50 | sed "s|.*|int filler_\&(void) { return \&; } /* $rule */|" >filler
for i in $(seq 101 220); do cp filler "part_$i.c"; done
printf 'int retry_delay(int n)\n{\n    return n; /* how long a retry waits */\n}\n' >retry.c
printf 'int caller(void)\n{\n    return retry_delay(3);\n}\n' >caller.c
rm filler
export CQ_INDEX_BACKGROUND=off
cq find retry_delay; echo; cq find retry_delay --only docs; echo "exit $?"; echo
cq find 'how long does a retry wait' --explain --limit 1
cq find retry_delay --format json | grep -o '"index":{[^}]*}'
echo; cq index status | tail -n 1
CQ_INDEX_BACKGROUND=thread cq find retry_delay --format json | grep -o '"index":{[^}]*}'
cq find retry_delay --format json | grep -o '"index":{[^}]*}'
cq find retry_delay
