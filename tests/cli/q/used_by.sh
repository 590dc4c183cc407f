cq q entity=function used_by=function:build_app; cq q entity=class used_by=function:build_app
