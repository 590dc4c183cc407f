# A process that has just begun: all cells are there and empty.
cq runtime status
