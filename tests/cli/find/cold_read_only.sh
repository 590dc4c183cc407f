# Where no index can be kept, the answer says why, and nothing is started.
seq 1 2000 | sed 's/.*/int filler_&(void) { return &; }/' >filler
for i in $(seq 101 220); do cp filler "part_$i.c"; done
rm filler
echo 'int retry_delay(int n) { return n; }' >retry.c
echo 'no folder' >place
CQ_INDEX_BACKGROUND=process cq find retry_delay --index-dir "$PWD/place" 2>/dev/null | sed "s/run-[0-9a-f]*/run-KEY/"
