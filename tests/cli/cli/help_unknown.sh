cq help outlin
