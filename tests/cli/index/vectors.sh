# Vectors lie beside the segments; status tells whose they are, and whether they are used.
printf 'int retry_later(int n)\n{\n    return n + 1;\n}\n' >a.c
cq index >/dev/null
cq index status | grep -c vectors
export CQ_RUNTIME_FIND_DENSE=on
cq index >/dev/null
cq index status | grep vectors | sed -E 's/[0-9.]+ (bytes|KiB)/SIZE/'
CQ_RUNTIME_EMBED_BACKEND=none cq index status | grep vectors | sed -E 's/[0-9.]+ (bytes|KiB)/SIZE/'
