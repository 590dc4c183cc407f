# An index that cannot be had is told, not a failure.
CQ_INDEX_ENABLED=0 cq status | tr -s ' ' | grep '^index \|^| index'
CQ_CACHE_DIR=/dev/null/no cq status | tr -s ' ' | grep '^index none\|^cache '
