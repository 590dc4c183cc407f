cq help
