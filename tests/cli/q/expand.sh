cq q 'entity=function name=build_path expand=imports,raises,scope,bytecode_surface'
