cq search main --trace-endpoint localhost:4318
