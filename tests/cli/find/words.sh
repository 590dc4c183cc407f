cq find "how are cache keys built"
