cq q 'entity=function in=src precedes="def build_path($$$A): $$$B"'
cq q 'entity=function in=src precedes="def build_path($$$A): $$$B" precedes.stopBy=end'
cq q 'entity=function in=src/app.py follows="def build_path($$$A): $$$B"'
