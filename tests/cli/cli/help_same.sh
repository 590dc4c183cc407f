cq outline --help >a; cq help outline >b; cq --help outline >c; cmp a b && cmp b c
