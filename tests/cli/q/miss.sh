cq q entity=function name=build_aap
