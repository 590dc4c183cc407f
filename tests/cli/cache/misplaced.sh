export CQ_CACHE_DIR="$TMPDIR/cache"
cq cache clear --tag t
