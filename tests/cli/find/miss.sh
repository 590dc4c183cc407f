cq find zebra
