# CQ_CACHE_DIR, then XDG_CACHE_HOME, then HOME; without any there is none.
first() { cq cache stats "$@" | head -n 1 | sed "s|$TMPDIR|TMP|"; }
CQ_CACHE_DIR=$TMPDIR/a first
CQ_CACHE_DIR=$TMPDIR/a first --cache-dir $TMPDIR/b
unset CQ_CACHE_DIR
XDG_CACHE_HOME=$TMPDIR/c first
XDG_CACHE_HOME=relative HOME=$TMPDIR/d first
unset XDG_CACHE_HOME HOME
first
