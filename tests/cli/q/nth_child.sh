cq q 'entity=method nthChild=1 in=src'
cq q 'entity=method nthChild=1 nthChild.reverse=true in=src'
cq q 'entity=function in=src nthChild=1 nthChild.ofRule="def $F($$$A): $$$B"'
