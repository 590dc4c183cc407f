# A cache that keeps nothing is no failure of anybody else, but of the check.
echo >file
CQ_CACHE_DIR="$PWD/file" cq runtime check cache --log-level error
