cq q 'entity=function name=build_app expand=imports,raises,callers fields=def,callers' --format json
