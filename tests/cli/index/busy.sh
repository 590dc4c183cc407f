# Another process holds the lock: who it is; --wait waits longer for it.
echo 'int ring;' >ring.c
cq index >/dev/null
dir=$(echo "$XDG_CACHE_HOME"/cq/index/run-*)
flock "$dir/lock" sh -c 'printf "%-14s\n" 4711 >"$0/lock"; exec sleep 12' "$dir" &
sleep .5
cq index status | grep process
cq index prune 2>&1 | sed 's/; cq index.*//'
cq index build --wait 60 | sed -n 2p
wait
cq index --wait 5 status 2>&1; echo "exit $?"
