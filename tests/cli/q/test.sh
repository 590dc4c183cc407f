cq q entity=test
