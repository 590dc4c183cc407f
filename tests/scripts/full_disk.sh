#!/bin/sh
# cq on disks that are full (tests/full_disk.py). Skipped where none can be mounted.
set -eu
tmp=$(mktemp -d "${TMPDIR:-/tmp}/cq-disk.XXXXXX")
trap 'rmdir "$tmp"' EXIT
if ! unshare -rm sh -c "mount -t tmpfs -o size=64k none '$tmp'" 2>/dev/null; then
    echo "no file system may be mounted here"
    exit 77
fi
unshare -rm python3 "$(dirname "$0")/../full_disk.py" "$CQ_BUILD/cq" "$tmp"
