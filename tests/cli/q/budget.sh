cq q entity=any --budget 60
