echo >file
CQ_CACHE_DIR="$PWD/file" cq runtime check cache --log-level error --format json
