# --index-dir, then CQ_INDEX_DIR, then the folder of the cache; a workspace's file cannot say where.
echo 'some text' >a.txt
there() { cq index "$@" | head -n 1 | sed -E "s|$TMPDIR|TMP|; s|$HOME|HOME|; s/-[0-9a-f]{16}$/-KEY/"; }
there; CQ_INDEX_DIR=$TMPDIR/b there; CQ_INDEX_DIR=$TMPDIR/b there --index-dir $TMPDIR/c
mkdir d && cd d && echo 'index: {directory: /tmp/x}' >.cq.yaml && cq index 2>&1 | head -n 2
