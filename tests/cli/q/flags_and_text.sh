cq q 'entity=function' --calls open
