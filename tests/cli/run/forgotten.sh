# With cache.evict_run_tag_on_exit a run leaves nothing behind that it stored, and the rest alone.
git init -q . && git add . && git commit -qm x
sleep 2.2
entries() { cq cache stats | sed -n 's/^holds \([0-9]*\) .*/\1/p'; }
cq run --step search beta >/dev/null && entries
CQ_CACHE_EVICT_RUN_TAG_ON_EXIT=1 cq run plan.json >/dev/null && entries
cq run plan.json >/dev/null && entries
