cq search build_key --limit 8
