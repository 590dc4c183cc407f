cq --help >a; cq -h >b; cq help >c; cmp a b && cmp b c
