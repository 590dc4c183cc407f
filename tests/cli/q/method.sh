cq q entity=method
