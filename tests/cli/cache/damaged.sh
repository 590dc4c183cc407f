# A file that is no database is reported, left as it is, and emptied on request.
export CQ_CACHE_DIR="$TMPDIR/cache"
mkdir -p "$CQ_CACHE_DIR/results"
echo 'a note' >"$CQ_CACHE_DIR/results/shard-03.db"
cq cache verify 2>/dev/null || echo "exit $?"
cat "$CQ_CACHE_DIR/results/shard-03.db"
cq cache verify --repair
cq cache verify
cq cache verify --format json >answer.json && grep -o '"damaged":[a-z]*' answer.json
