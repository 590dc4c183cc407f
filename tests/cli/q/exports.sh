cq q entity=module exports=function:build_app; cq q entity=module exports=function:build_path; cq q entity=module exports=interface
