cq search 'ring_\w+\(' --format lines
