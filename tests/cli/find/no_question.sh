cq find
