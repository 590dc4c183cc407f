# A file where the folder should be: nothing is cached, and nothing fails.
echo >file
export CQ_CACHE_DIR="$PWD/file"
cq cache stats && cq cache clear
