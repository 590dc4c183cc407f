cq
