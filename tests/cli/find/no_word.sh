cq find '...'
