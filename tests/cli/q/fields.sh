cq q 'entity=function name=build_app fields=def,loc,callers,callees' --format json | sed 's/,"sections".*//; s/.*"findings"://'
