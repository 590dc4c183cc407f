cq search x --literal --regex
