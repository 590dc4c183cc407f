cq q entity=module
