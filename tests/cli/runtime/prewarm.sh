# Those named, in that order; all without a name. Building the cache makes no files.
cq runtime prewarm grammar.go cache | sed 's/[0-9.]* ms/N ms/'
# Plug-ins depend on what is installed.
cq runtime prewarm 2>/dev/null | grep -v '^faiss\|^duckdb\|^ann' | sed 's/[0-9.]* ms/N ms/' | sort
ls "$XDG_CACHE_HOME" 2>/dev/null || echo no files
