cq q 'entity=method in=src not.has="return $X"'
