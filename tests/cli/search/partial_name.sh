cq search build_k
