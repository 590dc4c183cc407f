cq q 'entity=function any="await $X,open($X)"'; cq q 'entity=function all="raise $X,open($X)"'
cq q 'entity=function in=src/app.py not="return $X"'
