cq search build_key --format lines
