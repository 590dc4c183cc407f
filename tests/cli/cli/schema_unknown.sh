cq schema outlin
