cq q entity=declaration
