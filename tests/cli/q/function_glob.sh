cq q "entity=function name='build_*' in=src"
