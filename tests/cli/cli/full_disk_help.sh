cq help >/dev/full
