cq search build_key
