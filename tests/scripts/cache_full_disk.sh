#!/bin/sh
# The cache on file systems that are too small for what is put there. Skipped where none can be mounted.
set -eu
test=$CQ_BUILD/cq-test
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-disk.XXXXXX")
trap 'rmdir "$tmp"' EXIT
if ! unshare -rm true 2>/dev/null; then
    echo "no file system may be mounted here"
    exit 77
fi
for size in 1000k 700k 500k 400k; do
    # shellcheck disable=SC2016 # for the inner shell
    unshare -rm sh -c '
        mount -t tmpfs -o size="$1" none "$2" || exit 77
        CQ_SMALL_DISK=1 TMPDIR=$2 "$3" runtime_cache_disk_test' sh "$size" "$tmp" "$test" || {
        code=$?
        echo "on $size: exit code $code"
        exit "$code"
    }
done
