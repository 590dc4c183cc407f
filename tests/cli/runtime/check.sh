# The cache is used, not only built; one that is switched off is well.
cq runtime check cache | sed 's/[0-9.]* ms/N ms/'
cq runtime check grammar.python | sed 's/[0-9.]* ms/N ms/'
cq cache stats | sed '1d; /^holds/!d; s/; on disk.*//'
CQ_CACHE_ENABLED=0 CQ_CACHE_DIR=/dev/null/no cq runtime check cache | sed 's/[0-9.]* ms/N ms/'
