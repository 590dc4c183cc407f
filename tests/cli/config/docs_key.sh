cq config docs cache
