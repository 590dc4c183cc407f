# The index is built by a process behind the answer, one for all that ask at once. A killed one is told
# of, and the next find starts another.
# stderr: unchecked (two may open a new cache at once: what is not kept then is logged)
rule=$(printf '%0600d' 0 | tr 0 -) # size without words: parsing is what takes time
seq 1 50 | sed "s|.*|int filler_\&(void) { return \&; } /* $rule */|" >filler
for i in $(seq 101 220); do cp filler "part_$i.c"; done
rm filler
echo 'int retry_delay(int n) { return n; }' >retry.c
export CQ_INDEX_BACKGROUND=process
sleep 2.1 # so that no file is as young as the index
built() { # waits for whoever builds, then is itself the one that finds nothing to do
    for _ in $(seq 300); do
        [ -e "$XDG_CACHE_HOME"/cq/index/run-*/current ] && break
        sleep .1
    done
    cq index build --wait 100 >/dev/null
}
state() { grep -o '"generation":[0-9]*\|"cold":[a-z]*\|"build":"[a-z]*"' | tr '\n' ' '; echo; }
cq find retry_delay --format json >"$TMPDIR/one" & cq find retry_delay --format json >"$TMPDIR/two" & wait
cd "$TMPDIR"; cat one two | grep -om1 '"cold":true'; cat one two | grep -o '"path":"[a-z.]*"' | sort -u; cd "$OLDPWD"
built; cq index status --format json | grep -o '"background":"[^"]*"'
cq find retry_delay --format json | state
rm -r "$XDG_CACHE_HOME"/cq/index
mkdir -p "$XDG_CACHE_HOME"/cq/index; cq index build >/dev/null; rm "$XDG_CACHE_HOME"/cq/index/run-*/current
echo 'running 99999999 2026-01-01T00:00:00Z' >"$(echo "$XDG_CACHE_HOME"/cq/index/run-*)/background"
cq index status | grep behind
cq find retry_delay --format json | state
built; cq index status | grep behind || echo 'no trouble is left'
