cq search -F '(r)' --format lines
