# The answer stands; what could not be written is told, and is the exit code.
cq search main --format lines --metrics no/such/folder/cq.prom
