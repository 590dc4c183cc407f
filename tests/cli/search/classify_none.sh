cq search build_key --classify none --limit 12
