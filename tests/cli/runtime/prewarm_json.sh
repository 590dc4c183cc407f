# stdout: unchecked
cq runtime prewarm grammar.c --format json
