cq outline . --timeout 0.0000001
