cq q dictFind
