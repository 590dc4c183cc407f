cq q 'entity=function name=build_app expand=callers(depth=2),callees'
