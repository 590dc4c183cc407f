cq find x --lang pyhton
