cq search x --lang pyhton
