cq search build_key --lang rust --format lines; cq search build_key --lang py --files
