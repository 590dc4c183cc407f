# The times, versions and paths differ from run to run.
export CQ_CACHE_DIR="$TMPDIR/cache"
cq cache stats --format json | sed 's/"argv":\["[^"]*"/"argv":["cq"/; s/"elapsed_ms":[0-9.]*/"elapsed_ms":0/; s/"started":"[^"]*"/"started":""/; s/"cq_version":"[^"]*"/"cq_version":""/'
