cq search build_kye
