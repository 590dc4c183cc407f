cq runtime check
