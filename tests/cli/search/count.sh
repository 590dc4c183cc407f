cq search build_key --count; cq search build_key --files; cq search build_key --files --count
