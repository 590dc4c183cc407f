# Looking makes no files.
export CQ_CACHE_DIR="$TMPDIR/cache"
cq cache stats && cq cache verify && cq cache clear && cq cache evict --tag t --namespace n
ls "$CQ_CACHE_DIR" 2>/dev/null || echo nothing was made
