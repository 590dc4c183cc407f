# From a folder below, the file in the top of the git working tree counts.
git init -q . && cd src && cq config show cache.ttl_seconds
cd .. && cq config show cache.ttl_seconds --root src # no file there
